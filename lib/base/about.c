/* The forms in which a fact says what it is about: reading and writing them. */
#include <mailwhy/about.h>

#include <mailwhy/text.h>

#include <stdlib.h>
#include <string.h>

/* zone@server[address]: an '@' with a bracket somewhere behind it; a mailbox has none. */
static const char *zone_end(const char *text)
{
    const char *at = strchr(text, '@');
    return at && strchr(at, '[') ? at : NULL;
}

static void read_endpoint(struct mw_arena *arena, const char *text, struct mw_about *about)
{
    const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
    const char *colon = strrchr(close ? close : text, ':');
    if (!close && colon != strchr(text, ':')) /* a bare IPv6 address */
        colon = NULL;
    if (close)
        about->address = mw_strndup(arena, open + 1, (size_t)(close - open - 1));
    long port;
    if (colon && mw_text_number(colon + 1, 1, 65535, &port))
        about->port = (int)port;
    const char *host_end = close ? open : about->port ? colon : text + strlen(text);
    about->host = mw_strndup(arena, text, (size_t)(host_end - text));
}

struct mw_about mw_about_read(struct mw_arena *arena, const char *text)
{
    struct mw_about about = {.host = ""};
    const char *at = zone_end(text);
    if (at) {
        about.zone = mw_strndup(arena, text, (size_t)(at - text));
        read_endpoint(arena, at + 1, &about);
        return about;
    }
    at = strrchr(text, '@');
    if (at) {
        about.mailbox = mw_strdup(arena, text);
        about.host = mw_strdup(arena, at + 1);
        return about;
    }
    read_endpoint(arena, text, &about);
    return about;
}

char *mw_about_endpoint(struct mw_arena *arena, const char *host, const char *address, int port)
{
    if (address && port)
        return mw_printf(arena, "%s[%s]:%d", host, address, port);
    if (address)
        return mw_printf(arena, "%s[%s]", host, address);
    return port ? mw_printf(arena, "%s:%d", host, port) : mw_strdup(arena, host);
}

char *mw_about_zone_at(struct mw_arena *arena, const char *zone, const char *server, const char *address)
{
    return mw_printf(arena, "%s@%s[%s]", zone, server, address);
}

static bool same_or_unsaid(const char *a, const char *b)
{
    return !a || !b || mw_text_same(a, b);
}

bool mw_about_meets(const struct mw_about *a, const struct mw_about *b)
{
    /* A bare address is about every host that has it; a zone is touched by what one of its servers says of it. */
    bool by_address = (a->address && mw_text_same(a->address, b->host)) || (b->address && mw_text_same(b->address, a->host));
    bool by_zone = (a->zone && !b->zone && mw_text_same(a->zone, b->host)) || (b->zone && !a->zone && mw_text_same(b->zone, a->host));
    bool same = *a->host && mw_text_same(a->host, b->host) && same_or_unsaid(a->address, b->address) && (!a->port || !b->port || a->port == b->port) &&
                same_or_unsaid(a->zone, b->zone) && same_or_unsaid(a->mailbox, b->mailbox) && !a->mailbox == !b->mailbox;
    return same || by_address || by_zone;
}

bool mw_about_touches(const char *a, const char *b)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_about left = mw_about_read(arena, a), right = mw_about_read(arena, b);
    bool touches = strcmp(a, b) == 0 || mw_about_meets(&left, &right);
    mw_arena_free(arena);
    return touches;
}
