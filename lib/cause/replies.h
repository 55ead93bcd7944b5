/* What a server's words say: each refusing reply among the facts, and the causes that it stands for (replies.def). */
#ifndef MAILWHY_CAUSE_REPLIES_H
#define MAILWHY_CAUSE_REPLIES_H

#include "ports.h"

struct mw_said {
    const struct mw_fact *fact; /* the reply */
    const char *cause;
    double confidence;
    bool one_of; /* the words have other meanings too */
    const struct mw_said *next;
};

/* Every cause of every refusing reply, in the order of the facts; NULL: none. Matched once a judging. */
const struct mw_said *mw_replies(struct mw_judge *judge);
/* The first from `from` on that says `cause`, or NULL. */
const struct mw_said *mw_reply_saying(const struct mw_said *from, const char *cause);

/* Finds the cause once for each reply that says it, weighed by what the server is for. An exchange of the domain asked about that refuses the place that looks
 * (its address, name or rate) says nothing of the domain: advice. */
void mw_reply_found(struct mw_judge *judge, const char *cause);
/* The same for one reply; the instance may be added to. */
struct mw_instance *mw_said_found(struct mw_judge *judge, const struct mw_said *said);

/* Patterns with their cause, for tests: the cause of one reply by its words alone, or NULL. `host` is the server's name. */
const char *mw_reply_cause(struct mw_arena *arena, enum mw_fact_id id, const char *host, const char *reply);

#endif
