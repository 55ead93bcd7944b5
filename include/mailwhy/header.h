/* Fields of a message's header (RFC 5322) as people may read them. */
#ifndef MAILWHY_HEADER_H
#define MAILWHY_HEADER_H

#include <mailwhy/arena.h>

#define MW_HEADER_TEXT 1000u

/* The first field of that name: unfolded, encoded words decoded (RFC 2047), safe to show, at most MW_HEADER_TEXT bytes; NULL: there is none. */
char *mw_header_field(struct mw_arena *arena, const char *bytes, size_t count, const char *name);
/* Text with encoded words as text that is safe to show. A word of a charset that is not known stays as it is written. */
char *mw_header_decode(struct mw_arena *arena, const char *bytes, size_t count);

#endif
