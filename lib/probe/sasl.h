/* Inside lib/probe: SASL (RFC 4422) for the one login of login.h: which mechanism, and the exchange. */
#ifndef MAILWHY_PROBE_SASL_H
#define MAILWHY_PROBE_SASL_H

#include <mailwhy/login.h>

/* Why the credentials cannot be sent at all, in the words of login.h; NULL: they can. */
const char *mw_sasl_flaw(const struct mw_asked *asked);
/* Chooses the strongest of the mechanisms offered and begins its session: fills mechanism, why and speaks_first of `login`. False: none of them can be used. */
bool mw_sasl_start(struct mw_talk *talk, const struct mw_list *offered, struct mw_login *login);
void mw_sasl_end(struct mw_login *login);

#endif
