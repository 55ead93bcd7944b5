/* What a given message proves, for rows that a message sent here proves too (delivery.c); in dkim.c. */
#ifndef MAILWHY_CAUSE_MESSAGE_H
#define MAILWHY_CAUSE_MESSAGE_H

#include <mailwhy/cause.h>

/* Does DMARC count what passes for `domain` for the author of the message? True where it is not known whose message it is. In dmarc.c. */
bool mw_message_is_aligned(struct mw_judge *judge, const char *domain);
bool mw_message_any_holds(struct mw_judge *judge);
void mw_message_altered(struct mw_judge *judge);
void mw_message_expired(struct mw_judge *judge);
void mw_message_unsigned(struct mw_judge *judge);

#endif
