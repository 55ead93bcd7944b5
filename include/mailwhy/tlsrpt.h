/* TLSRPT records (RFC 8460 section 3): text in, struct out. */
#ifndef MAILWHY_TLSRPT_H
#define MAILWHY_TLSRPT_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>

/* Does a TXT record begin with "v=TLSRPTv1;"? */
bool mw_tlsrpt_is_record(const char *text);

struct mw_tlsrpt {
    struct mw_list rua;         /* URIs that reports can be sent to: mailto: and https:; never empty */
    struct mw_list passed_over; /* others */
};

/* NULL: *flaw says why. */
const struct mw_tlsrpt *mw_tlsrpt_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);
/* What a record that is none seems to be meant as: its addresses without the size of DMARC behind them, with the scheme that they lack. NULL: it has none. */
const char *mw_tlsrpt_mend(struct mw_arena *arena, const char *text);
/* The domain of a mailto: URI, as A-labels; NULL: it has none, or is another URI. */
const char *mw_tlsrpt_domain(struct mw_arena *arena, const char *uri);

#endif
