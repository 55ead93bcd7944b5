/* Makes text safe for where it is put: control bytes first (a saved run may come from anywhere), then what has a meaning there. */
#include "format.h"

#include <string.h>

#define TEXT_CEILING 4000u

static const char *written_for(const struct mw_escape *escapes, char character)
{
    for (; escapes->written; escapes++)
        if (escapes->character == character)
            return escapes->written;
    return NULL;
}

char *mw_escape(struct mw_arena *arena, const char *text, const struct mw_escape *escapes)
{
    struct mw_list pieces = {0};
    const char *begin = mw_text_safe(arena, text, strlen(text), TEXT_CEILING), *at = begin;
    for (; *at; at++) {
        const char *written = written_for(escapes, *at);
        if (!written)
            continue;
        mw_list_add(arena, &pieces, mw_strndup(arena, begin, (size_t)(at - begin)));
        mw_list_add(arena, &pieces, written);
        begin = at + 1;
    }
    mw_list_add(arena, &pieces, begin);
    return mw_list_join(arena, &pieces, "");
}
