/* Reads a record as it stands in a zone file: owner, TTL, class IN, type, data. One line, no directives, no parentheses: it reads what we write. RFC 1035
 * section 5.1; a TTL has 31 bits (RFC 2181 section 8). */
#include <mailwhy/text.h>
#include <mailwhy/zoneline.h>

#include <string.h>

#define TTL_CEILING 2147483647L

/* The word at *at, and *at behind the blank that ends it; NULL: there is none. */
static const char *word(struct mw_arena *arena, const char **at)
{
    size_t length = strcspn(*at, " ");
    if (!length || !(*at)[length])
        return NULL;
    const char *found = mw_strndup(arena, *at, length);
    *at += length + 1;
    return found;
}

static const char *without_dot(struct mw_arena *arena, const char *owner)
{
    size_t length = strlen(owner);
    return length > 1 ? mw_text_lower(arena, mw_strndup(arena, owner, length - 1)) : owner;
}

bool mw_zoneline_read(struct mw_arena *arena, const char *text, struct mw_zoneline *line)
{
    long ttl_s;
    const char *at = text, *owner = word(arena, &at), *ttl = owner ? word(arena, &at) : NULL, *class = ttl ? word(arena, &at) : NULL;
    const char *type = class ? word(arena, &at) : NULL;
    if (!type || !mw_text_ends(owner, ".") || strcmp(class, "IN") != 0 || !mw_text_number(ttl, 0, TTL_CEILING, &ttl_s) || !*at)
        return false;
    *line = (struct mw_zoneline){without_dot(arena, owner), ttl_s, type, at};
    return true;
}
