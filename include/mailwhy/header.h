/* Text of a message's header as people may read it; mail.h cuts the header into its fields. */
#ifndef MAILWHY_HEADER_H
#define MAILWHY_HEADER_H

#include <mailwhy/arena.h>

#define MW_HEADER_TEXT 1000u

/* A field's value with encoded words (RFC 2047) as text that is safe to show, at most MW_HEADER_TEXT bytes. A word of a charset that is not known stays as it
 * is written. */
char *mw_header_decode(struct mw_arena *arena, const char *bytes, size_t count);

#endif
