/* Reverse names (PTR): does one look as if a provider gave it to all its addresses, rather than somebody to a mail server (M3AAWG, RFC 8601 section 3)? */
#ifndef MAILWHY_REVERSE_H
#define MAILWHY_REVERSE_H

#include <mailwhy/arena.h>

#include <stdbool.h>

/* The part of `name` that makes it look generic: the digits of `address` in it, or words such as dyn, pool, dsl, cable beside some of them; NULL: it does not.
 * A name that says that it is for mail (mail-192-0-2-1.example.net) does not, unless a word says otherwise too. *has_word: such a word is there. */
const char *mw_reverse_generic(struct mw_arena *arena, const char *name, const char *address, bool *has_word);

#endif
