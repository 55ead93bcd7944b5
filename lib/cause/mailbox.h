/* Rows of the mailbox area that look at what is behind the login (mailbox_inside.c); their table is in mailbox.c. */
#ifndef MAILWHY_CAUSE_MAILBOX_H
#define MAILWHY_CAUSE_MAILBOX_H

#include <mailwhy/cause.h>

void mw_mailbox_idle_missing(struct mw_judge *judge);
void mw_mailbox_idle_cut(struct mw_judge *judge);
void mw_mailbox_unsubscribed(struct mw_judge *judge);
void mw_mailbox_prefix(struct mw_judge *judge);
void mw_mailbox_renumbered(struct mw_judge *judge);
void mw_mailbox_renamed(struct mw_judge *judge);
void mw_mailbox_window(struct mw_judge *judge);
void mw_mailbox_expires(struct mw_judge *judge);

#endif
