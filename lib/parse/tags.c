/* Cuts lists of "name=value;". Never judges a tag. */
#include "tags.h"

#include <string.h>

static struct tag cut_one(struct mw_arena *arena, const char *text, size_t length)
{
    struct tag tag = {.text = mw_text_trim(arena, mw_strndup(arena, text, length))};
    const char *equals = strchr(tag.text, '=');
    if (!equals)
        return tag;
    tag.name = mw_text_trim(arena, mw_strndup(arena, tag.text, (size_t)(equals - tag.text)));
    tag.value = mw_text_trim(arena, equals + 1);
    return tag;
}

struct tags *mw_tags_cut(struct mw_arena *arena, const char *text)
{
    struct tags *tags = MW_NEW(arena, struct tags);
    for (const char *at = text; at;) {
        size_t length = strcspn(at, ";");
        bool last = !at[length], empty = strspn(at, " \t\r\n") >= length;
        if (!last || !empty) {
            if (tags->count < TAGS_CEILING)
                tags->tag[tags->count++] = cut_one(arena, at, length);
            else
                tags->left_out++;
        }
        at = last ? NULL : at + length + 1;
    }
    return tags;
}

const char *mw_tags_get(const struct tags *tags, const char *name)
{
    for (size_t i = 0; i < tags->count; i++)
        if (tags->tag[i].name && mw_text_same(tags->tag[i].name, name))
            return tags->tag[i].value;
    return NULL;
}

size_t mw_tags_times(const struct tags *tags, const char *name)
{
    size_t times = 0;
    for (size_t i = 0; i < tags->count; i++)
        times += tags->tag[i].name && mw_text_same(tags->tag[i].name, name);
    return times;
}

bool mw_flaw_is(struct mw_flaw *flaw, const char *why, const char *where)
{
    *flaw = (struct mw_flaw){.why = why, .where = where ? where : ""};
    return false;
}

bool mw_tags_is_report_uri(const char *uri, const char *also)
{
    static const char mailto[] = "mailto:";
    if (also && mw_text_starts(uri, also))
        return uri[strlen(also)] != '\0';
    const char *at = mw_text_starts(uri, mailto) ? strchr(uri, '@') : NULL;
    return at && at > uri + strlen(mailto) && at[1] && !strpbrk(uri, " \t\"<>");
}

bool mw_tags_are_of(const char *text, const char *version)
{
    text += strspn(text, " \t");
    if (*text != 'v' && *text != 'V')
        return false;
    text += 1 + strspn(text + 1, " \t");
    if (*text != '=')
        return false;
    text += 1 + strspn(text + 1, " \t");
    if (strncmp(text, version, strlen(version)) != 0)
        return false;
    text += strlen(version);
    text += strspn(text, " \t");
    return !*text || *text == ';';
}
