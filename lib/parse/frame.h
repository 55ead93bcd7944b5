/* Cutting lines out of a stream; shared by the three dialects. */
#ifndef MAILWHY_PARSE_FRAME_H
#define MAILWHY_PARSE_FRAME_H

#include <mailwhy/reply.h>

struct frame_line {
    const char *text; /* in the stream; no NUL behind */
    size_t length;    /* without CR and LF */
    size_t taken;     /* with them */
};

/* The line that begins at `at`: 1 it is whole, MW_FRAME_MORE, or MW_FRAME_TOO_LONG. A bare LF ends a line too, as clients take it. */
int mw_frame_line(const char *bytes, size_t count, size_t at, struct frame_line *line);
/* The same with a ceiling of its own. */
int mw_frame_line_below(size_t ceiling, const char *bytes, size_t count, size_t at, struct frame_line *line);
/* Part of a line as text that is safe to show. */
const char *mw_frame_text(struct mw_arena *arena, const char *text, size_t length);
/* The start of `text` up to the ceiling of reply.whole. */
const char *mw_frame_whole(struct mw_arena *arena, const char *text);
/* "[CODE words] rest" as code and rest; false where there is none. */
bool mw_frame_bracket(struct mw_arena *arena, const char *text, const char **code, const char **rest);

#endif
