/* One look: a probe at work on one fact. It tells facts, each with the fact that made it look as `because`.
 *
 * A look ends by itself when nothing that it started is under way any more (mw_look_hold / mw_look_release count that; the asking functions of probe.h do it
 * for you). Ending tells the probe's `….end` fact and frees the look's arena. */
#ifndef MAILWHY_LOOK_H
#define MAILWHY_LOOK_H

#include <mailwhy/asked.h>
#include <mailwhy/fact.h>

struct mw_net;
struct mw_probe;
struct mw_talk;

struct mw_look {
    struct mw_facts *facts;
    struct mw_net *net;
    const struct mw_asked *asked;
    const struct mw_probe *probe;
    const struct mw_fact *why; /* that made us look; never NULL */
    struct mw_arena *arena;    /* as long as the look */
    void *mine;                /* the probe's own state */
    struct mw_talk *talk;      /* its conversation while it lasts; NULL */

    enum mw_fact_id ends; /* the probe's end fact */
    const char *outcome;  /* value of the end fact; MW_OK unless set; static or in `arena` */
    const char *remark;   /* its quote; NULL */
    bool told_end;        /* the end fact was told already (conversations do) */
    unsigned held;
    void (*ended)(struct mw_look *look); /* set by the run */
    void *owner;
};

void mw_look_hold(struct mw_look *look);
/* May end and free the look: do not touch it afterwards. */
void mw_look_release(struct mw_look *look);

/* Tell one fact. `because` is look->why unless a fact is given to the _for form. Text is copied; quotes longer than 1,000 bytes are cut. All return the
 * fact, or NULL at the store's ceiling. */
const struct mw_fact *mw_tell_yes(struct mw_look *look, enum mw_fact_id id, const char *about, bool yes, const char *quote);
const struct mw_fact *mw_tell_number(struct mw_look *look, enum mw_fact_id id, const char *about, int64_t number, const char *quote);
const struct mw_fact *mw_tell_time(struct mw_look *look, enum mw_fact_id id, const char *about, int64_t seconds, const char *quote);
const struct mw_fact *mw_tell_text(struct mw_look *look, enum mw_fact_id id, const char *about, const char *text, const char *quote);
const struct mw_fact *mw_tell_list(struct mw_look *look, enum mw_fact_id id, const char *about, const struct mw_list *list, const char *quote);
/* The same for a fact with its own cause and duration: fill id, about, value, quote, ms, because. */
const struct mw_fact *mw_tell(struct mw_look *look, struct mw_fact *draft);

#endif
