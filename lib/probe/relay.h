/* Whether a server may be asked to pass on mail for a domain that is none of its own, and for which address. For lib/probe alone. */
#ifndef MAILWHY_PROBE_RELAY_H
#define MAILWHY_PROBE_RELAY_H

#include <mailwhy/talk.h>

/* The foreign address to ask the server of this conversation for, once a host and port; told as smtp.relay.to, so that nobody else asks it. NULL: it was asked
 * already, or is a neighbour, for whom it may relay. `domain` (NULL: none) is at home there. */
const char *mw_relay_claim(struct mw_talk *talk, const char *domain);

#endif
