/* TLSRPT records (RFC 8460 section 3): text in, struct out. */
#ifndef MAILWHY_TLSRPT_H
#define MAILWHY_TLSRPT_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>

/* Does a TXT record begin with "v=TLSRPTv1;"? */
bool mw_tlsrpt_is_record(const char *text);
/* The rua URIs (mailto: and https:); false: *flaw says why. */
bool mw_tlsrpt_read(struct mw_arena *arena, const char *text, struct mw_list *rua, struct mw_flaw *flaw);

#endif
