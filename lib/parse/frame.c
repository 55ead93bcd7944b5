/* Cutting lines out of a stream of hostile bytes, for the three dialects. Never waits, never keeps state: the caller hands over all bytes again. */
#include "frame.h"

#include <string.h>

#define WHOLE_CEILING 1000u

int mw_frame_line(const char *bytes, size_t count, size_t at, struct frame_line *line)
{
    return mw_frame_line_below(MW_LINE_CEILING, bytes, count, at, line);
}

int mw_frame_line_below(size_t ceiling, const char *bytes, size_t count, size_t at, struct frame_line *line)
{
    if (at >= count)
        return MW_FRAME_MORE;
    const char *start = bytes + at, *end = memchr(start, '\n', count - at);
    size_t length = end ? (size_t)(end - start) : count - at;
    if (length > ceiling)
        return MW_FRAME_TOO_LONG;
    if (!end)
        return MW_FRAME_MORE;
    *line = (struct frame_line){start, length, length + 1};
    if (length && start[length - 1] == '\r')
        line->length--;
    return 1;
}

const char *mw_frame_text(struct mw_arena *arena, const char *text, size_t length)
{
    return mw_text_safe(arena, text, length, length * 4);
}

const char *mw_frame_whole(struct mw_arena *arena, const char *text)
{
    size_t length = strlen(text);
    if (length <= WHOLE_CEILING)
        return text;
    return mw_text_safe(arena, text, length, WHOLE_CEILING - strlen("…"));
}

bool mw_frame_bracket(struct mw_arena *arena, const char *text, const char **code, const char **rest)
{
    const char *end = *text == '[' ? strchr(text, ']') : NULL;
    if (!end || end == text + 1)
        return false;
    *code = mw_strndup(arena, text + 1, (size_t)(end - text - 1));
    *rest = end + 1 + (end[1] == ' ');
    return true;
}
