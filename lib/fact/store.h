/* Inside lib/fact: the store's own form. */
#ifndef MAILWHY_FACT_STORE_H
#define MAILWHY_FACT_STORE_H

#include <mailwhy/fact.h>

struct mw_slot {
    unsigned first, last;
};

struct mw_facts {
    struct mw_arena *arena;
    struct mw_header header;
    struct mw_fact **fact;
    unsigned *next_of_id, *next_in_bucket; /* by n - 1; 0: none */
    size_t count, room;
    struct mw_slot *bucket;
    size_t buckets;
    unsigned first_of_id[MW_FACT_COUNT], last_of_id[MW_FACT_COUNT];
    struct mw_list secrets, short_secrets;
    void (*heard)(void *context, const struct mw_fact *fact);
    void *context;
};

void mw_store_link(struct mw_facts *facts, unsigned n);
/* A copy of the text in the store's arena with every secret blotted out. */
const char *mw_redacted(struct mw_facts *facts, const char *text);

#endif
