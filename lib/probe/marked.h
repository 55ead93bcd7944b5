/* The marked message of a round trip: everybody who meets it can see what it is, and nothing but it is ever removed. For lib/probe alone. */
#ifndef MAILWHY_PROBE_MARKED_H
#define MAILWHY_PROBE_MARKED_H

#include <mailwhy/mail.h>

/* A Message-ID that nobody else has, under the sender's domain. */
const char *mw_marked_id(struct mw_arena *arena, const char *sender);
/* The message with that Message-ID: lines of ASCII ended by CRLF, none beginning with a dot; `at` in seconds since 1970. */
const char *mw_marked_message(struct mw_arena *arena, const char *id, const char *sender, const char *recipient, int64_t at);
/* It has the first MW_MARKED_SHORT characters behind the Message-ID's bracket in it. */
#define MW_MARKED_SHORT 8
const char *mw_marked_subject(struct mw_arena *arena, const char *id);
/* Its body as mw_mail_plain gives it. */
const char *mw_marked_plain(struct mw_arena *arena, const char *id);
/* Is a message that was found ours, by its Message-ID, or by the mark where a gateway gave it another one? */
bool mw_marked_is(struct mw_arena *arena, const struct mw_mail *mail, const char *id);

/* Bells (net.h) of a round trip. */
#define MW_BELL_WATCHED "the recipient's mailbox is watched, or cannot be"
#define MW_BELL_SENT "the message is sent, or will not be"

#endif
