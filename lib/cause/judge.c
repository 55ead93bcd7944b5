/* What `holds` functions use: walking the facts and noting what a cause holds of. */
#include "judging.h"

#include <string.h>

#define INSTANCE_CEILING 2000u /* of all causes; a hostile answer must not grow it further */

const struct mw_facts *mw_judge_facts(struct mw_judge *judge)
{
    return judge->facts;
}

struct mw_arena *mw_judge_arena(struct mw_judge *judge)
{
    return judge->arena;
}

const struct mw_fact *mw_each(struct mw_judge *judge, enum mw_fact_id id, const struct mw_fact *before)
{
    return before ? mw_fact_next(judge->facts, before) : mw_fact_first(judge->facts, id);
}

const struct mw_fact *mw_know(struct mw_judge *judge, enum mw_fact_id id, const char *about)
{
    const struct mw_fact *last = mw_fact_find(judge->facts, id, about);
    for (const struct mw_fact *next = last; next; next = mw_fact_find_next(judge->facts, next))
        last = next;
    return last;
}

bool mw_is(struct mw_judge *judge, enum mw_fact_id id, const char *about, const char *value)
{
    const struct mw_fact *fact = mw_know(judge, id, about);
    if (!fact)
        return false;
    if (mw_fact_kind(id)->type == MW_LIST)
        return mw_list_has(&fact->list, value);
    return mw_text_same(mw_fact_value(judge->arena, fact), value);
}

const void *mw_judge_keep(struct mw_judge *judge, const void *(*make)(struct mw_judge *judge))
{
    for (struct mw_kept *kept = judge->kept; kept; kept = kept->next)
        if (kept->make == make)
            return kept->made;
    struct mw_kept *kept = MW_NEW(judge->arena, struct mw_kept);
    kept->make = make;
    kept->made = make(judge);
    kept->next = judge->kept;
    judge->kept = kept;
    return kept->made;
}

static struct mw_instance *spare(struct mw_judge *judge)
{
    struct mw_instance *instance = MW_NEW(judge->arena, struct mw_instance);
    instance->judge = judge;
    return instance;
}

static const char *asked_about(struct mw_judge *judge, enum mw_fact_id id)
{
    const struct mw_fact *fact = mw_fact_first(judge->facts, id);
    return fact ? fact->about : mw_facts_header(judge->facts)->target;
}

static struct mw_instance *already(struct mw_judge *judge, const char *about)
{
    for (size_t i = judge->count; i-- && judge->instances[i]->cause == judge->cause;)
        if (strcmp(judge->instances[i]->about, about) == 0)
            return judge->instances[i];
    return NULL;
}

static void keep(struct mw_judge *judge, struct mw_instance *instance)
{
    if (judge->count == judge->room) {
        size_t room = judge->room ? judge->room * 2 : 32;
        judge->instances = mw_grow(judge->arena, judge->instances, judge->count * sizeof *judge->instances, room * sizeof *judge->instances);
        judge->room = room;
    }
    judge->instances[judge->count++] = instance;
}

struct mw_instance *mw_found(struct mw_judge *judge, const char *about, const struct mw_fact *proof)
{
    struct mw_instance *instance = already(judge, about);
    if (instance) {
        mw_proof(instance, proof);
        return instance;
    }
    instance = spare(judge);
    instance->cause = judge->cause;
    instance->about = mw_strdup(judge->arena, about);
    instance->parsed = mw_about_read(judge->arena, about);
    instance->severity = judge->cause->severity;
    instance->legs = judge->cause->legs;
    instance->confidence = 0.9;
    mw_proof(instance, proof);
    mw_place(instance, "host", instance->parsed.host);
    mw_place(instance, "port", mw_printf(judge->arena, "%d", instance->parsed.port));
    mw_place(instance, "address", instance->parsed.address ? instance->parsed.address : instance->parsed.host);
    mw_place(instance, "value", proof ? mw_fact_value(judge->arena, proof) : "");
    mw_place(instance, "domain", asked_about(judge, MW_F_TARGET_DOMAIN));
    mw_place(instance, "mailbox", asked_about(judge, MW_F_TARGET_MAILBOX));
    if (judge->count < INSTANCE_CEILING)
        keep(judge, instance);
    return instance;
}

void mw_proof(struct mw_instance *instance, const struct mw_fact *proof)
{
    if (!proof || instance->proof_count == MW_PROOFS)
        return;
    for (size_t i = 0; i < instance->proof_count; i++)
        if (instance->proofs[i] == proof)
            return;
    instance->proof_abouts[instance->proof_count] = mw_about_read(instance->judge->arena, proof->about);
    instance->proofs[instance->proof_count++] = proof;
}

void mw_place(struct mw_instance *instance, const char *name, const char *value)
{
    size_t at = 0;
    while (at < instance->place_count && strcmp(instance->places[at].name, name) != 0)
        at++;
    if (at == MW_COUNT(instance->places))
        return;
    instance->places[at] = (struct mw_placed){name, mw_strdup(instance->judge->arena, value)};
    instance->place_count += at == instance->place_count;
}

void mw_confidence(struct mw_instance *instance, double confidence)
{
    instance->confidence = confidence;
}

void mw_one_of(struct mw_instance *instance, const struct mw_fact *words)
{
    if (instance->proof_count <= 1)
        instance->one_of = words;
}

void mw_weight(struct mw_instance *instance, enum mw_severity severity, unsigned legs)
{
    instance->severity = severity;
    instance->legs = legs;
}

void mw_words(struct mw_instance *instance, const char *title, const char *says)
{
    instance->title = title;
    instance->says = says;
}

void mw_count(struct mw_instance *instance, long bad, long all, const char *why)
{
    instance->bad = bad;
    instance->all = all;
    instance->why_bad = mw_strdup(instance->judge->arena, why);
}
