/* Inside lib/report: a report in the making. */
#ifndef MAILWHY_REPORT_MAKE_H
#define MAILWHY_REPORT_MAKE_H

#include <mailwhy/judge.h>
#include <mailwhy/lang.h>
#include <mailwhy/report.h>

#define EVIDENCE_CEILING 40u

struct mw_making {
    struct mw_arena *arena;
    const struct mw_facts *facts;
    const struct mw_judged *judged;
    struct mw_report *report;
    const char *verify;
};

struct mw_gathered {
    struct mw_list ids;
    enum mw_severity severity; /* of the root that is followed */
    unsigned legs[4];          /* of each severity */
};

/* marked.c: the records among the evidence, with the part at fault */
void mw_make_marked(struct mw_making *making, struct mw_finding *finding, struct mw_instance **of, size_t count);
/* lifetime.c: how long after each repair in the DNS resolvers may go on with what they know */
void mw_make_lifetimes(struct mw_making *making, struct mw_finding *finding);
void mw_make_untested(struct mw_making *making); /* untested.c: ruled_out, not_tested */
/* Was SPF alone asked about (mailwhy dns --spf)? */
bool mw_make_is_spf(const struct mw_facts *facts);
bool mw_make_lets_nobody_send(const struct mw_facts *facts);
/* count.c: "This is so at 1 of 4 addresses of …", for instances of one cause; NULL: it is so at all that were tried. */
const char *mw_make_count(struct mw_making *making, struct mw_instance **of, size_t count);
/* account.c: why nothing can be said of what the mailbox's filter rules do; NULL: it can, or they were not read. */
const char *mw_make_filters_doubt(struct mw_making *making, const char *cause);
void mw_make_verdict(struct mw_making *making);  /* verdict.c: legs and exit status */

#endif
