/* Inside lib/cause: a judge at work. */
#ifndef MAILWHY_CAUSE_JUDGING_H
#define MAILWHY_CAUSE_JUDGING_H

#include <mailwhy/judge.h>

struct mw_kept {
    const void *(*make)(struct mw_judge *judge);
    const void *made;
    struct mw_kept *next;
};

struct mw_judge {
    struct mw_arena *arena;
    const struct mw_facts *facts;
    const struct mw_cause *cause; /* the one whose holds() runs */
    struct mw_instance **instances;
    size_t count, room;
    struct mw_kept *kept;
};

#endif
