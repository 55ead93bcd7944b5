/* The parts of a round trip behind the sending. For lib/probe alone. */
#ifndef MAILWHY_PROBE_ARRIVAL_H
#define MAILWHY_PROBE_ARRIVAL_H

#include <mailwhy/mail.h>
#include <mailwhy/probe.h>

/* Asks the next IMAP service that may hold the mailbox, the sender's or the recipient's: tells endpoint.returns or endpoint.arrival. False: none is left; who
 * waits for the recipient's mailbox is told that it cannot be watched. */
bool mw_inbox_try_next(struct mw_look *look, bool sender);

/* Tells all that the message shows which arrived in that mailbox (its bytes stay with the look); asks for the keys of its signatures, which holds the look. */
void mw_arrived_tell(struct mw_look *look, const char *mailbox, const char *bytes, size_t count, const char *id);

#endif
