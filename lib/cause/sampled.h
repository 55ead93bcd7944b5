/* What several areas ask of the connections of --samples: what one place does at one time and not at another. */
#ifndef MAILWHY_CAUSE_SAMPLED_H
#define MAILWHY_CAUSE_SAMPLED_H

#include "ports.h"

/* What one connection shows. Untested: the server had no time for us, or the connection did not come so far; it counts for nothing. */
enum mw_shown { MW_UNTESTED, MW_WENT_WELL, MW_ANOTHER_FAULT, MW_SHOWS_IT };

struct mw_sampled {
    enum mw_fact_id each; /* one a connection of --samples, about the endpoint */
    enum mw_fact_id own;  /* the same of the conversation that every endpoint has */
    enum mw_shown (*shown)(struct mw_judge *judge, const struct mw_fact *fact);
    const char *title, *says;  /* N_(); NULL: the row's */
    const char *why;           /* N_(), short; NULL: the fact's value */
    bool quotes;               /* {value} and why are the server's words */
    bool may_be_limit;         /* a limit on connections looks the same: advice where none went well behind those that show it */
    bool optional_at_exchange; /* senders go on without it, unless a policy forbids that: a risk there */
    bool one_service;          /* only endpoints of this: */
    enum mw_service service;
};

/* Finds the cause at work at each endpoint that matters where some connections show it and others go well. */
void mw_sampled_find(struct mw_judge *judge, const struct mw_sampled *sampled);
/* The endpoint lists STARTTLS at one time and not at another: for the row of each protocol. */
void mw_sampled_starttls(struct mw_judge *judge, enum mw_service service, enum mw_fact_id own);
/* sample.end of a connection that ended so at that step. */
bool mw_sampled_ended(struct mw_judge *judge, const struct mw_fact *end, const char *outcome, const char *stage);
/* sample.end of a connection that nothing can be learned from. */
bool mw_sampled_untested(const struct mw_fact *end);

#endif
