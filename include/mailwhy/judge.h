/* Judging: which causes the facts prove, which of them only follow from others, and which could not be tested.
 *
 * Every cause is tried. An instance is one thing that a cause holds of. A is the root of B where A's `explains` leads to B and their proofs are connected: they
 * share a fact, are about the same thing, or one's proof lies on the other's because chain (else one bad host excuses another). What nothing explains is a
 * root. */
#ifndef MAILWHY_JUDGE_H
#define MAILWHY_JUDGE_H

#include <mailwhy/about.h>
#include <mailwhy/cause.h>

#define MW_PROOFS 12

struct mw_placed {
    const char *name, *value;
};

struct mw_instance {
    struct mw_judge *judge;
    const struct mw_cause *cause;
    const char *about;
    struct mw_about parsed;
    const struct mw_fact *proofs[MW_PROOFS];
    struct mw_about proof_abouts[MW_PROOFS];
    size_t proof_count;
    struct mw_placed places[16];
    size_t place_count;
    enum mw_severity severity;
    unsigned legs;
    double confidence;
    const char *title, *says; /* NULL: the row's */
    long bad, all;            /* connections to its place that show it, of so many; 0: nothing was counted */
    const char *why_bad;
    bool explained;                /* by another instance, or less likely than a rival: not a root */
    const struct mw_fact *one_of;  /* words with several meanings, of which this is one; NULL: it stands on proof of its own */
    struct mw_instance *rival;     /* the likelier meaning of the same words; NULL */
    struct mw_instance **follows;  /* instances that follow from this one, directly or through others */
    size_t follow_count, follow_room;
    bool visited; /* while consequences are gathered */
};

enum mw_tested { MW_HOLDS, MW_RULED_OUT, MW_NOT_TOLD, MW_NO_ANSWER };

struct mw_tried {
    const struct mw_cause *cause;
    enum mw_tested tested;
    enum mw_fact_id lacks;        /* MW_NOT_TOLD, MW_NO_ANSWER: the needed fact */
    const struct mw_fact *silent; /* MW_NO_ANSWER: an end fact that shows how the look ended */
};

struct mw_judged {
    struct mw_instance **instances;
    size_t count;
    struct mw_tried *tried; /* a row a cause, in the order of the tables */
    size_t tried_count;
};

const struct mw_judged *mw_judge_facts_all(struct mw_arena *arena, const struct mw_facts *facts);
/* Does `cause` explain the cause or symptom `id`, directly or through others? */
bool mw_cause_explains(const struct mw_cause *cause, const char *id);

#endif
