/* TLSA records (RFC 6698, for SMTP RFC 7672): presentation form in, struct out. Matching them with a chain is tls.h. */
#ifndef MAILWHY_TLSA_H
#define MAILWHY_TLSA_H

#include <mailwhy/arena.h>
#include <mailwhy/flaw.h>

#include <stdbool.h>
#include <stddef.h>

struct mw_tlsa {
    int usage, selector, matching;
    const unsigned char *data;
    size_t bytes;
    const char *unusable; /* for SMTP: a clause; NULL: it can be used */
};

/* "3 1 1 0D6FCE13…" (blanks in the data are allowed). NULL: *flaw says why. */
const struct mw_tlsa *mw_tlsa_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);
/* Clients that know both digests look at the stronger one alone, where records differ in it and in nothing else (RFC 7671 section 9); the whole data (matching
 * type 0) always counts. */
bool mw_tlsa_is_outdone(const struct mw_tlsa *record, const struct mw_tlsa *by);

#endif
