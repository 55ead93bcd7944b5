/* The search for roots: every cause is tried on the facts, then what follows from another is folded under it. */
#include "judging.h"

#include <string.h>

/* --- the graph of explains ----------------------------------------------------------------------------------------------------------------------- */
/* Depth bounds the walk even if a table had a circle; tests/unit checks that none has. */
static bool leads_to(const struct mw_cause *cause, const char *id, unsigned depth)
{
    for (size_t i = 0; i < MW_EXPLAINS && cause->explains[i]; i++) {
        if (strcmp(cause->explains[i], id) == 0)
            return true;
        const struct mw_cause *next = mw_cause_by_id(cause->explains[i]);
        if (next && depth && leads_to(next, id, depth - 1))
            return true;
    }
    return false;
}

#define GRAPH_DEPTH 12u

bool mw_cause_explains(const struct mw_cause *cause, const char *id)
{
    return leads_to(cause, id, GRAPH_DEPTH);
}

/* --- trying ---------------------------------------------------------------------------------------------------------------------------------------- */
/* Ends after which nothing is known of what was asked. */
static bool is_silence(const struct mw_fact *fact)
{
    static const char *const silences[] = {"servfail", "refused", "timed out", "unreachable", "garbled", "other", "skipped", "reset", "hung up", "throttled",
                                           "lists nothing", "not usable"};
    for (size_t i = 0; i < MW_COUNT(silences); i++)
        if (mw_text_same(fact->text, silences[i]))
            return true;
    return false;
}

static bool is_end(enum mw_fact_id id)
{
    return mw_fact_kind(id)->type == MW_TEXT && mw_text_ends(mw_fact_kind(id)->name, ".end");
}

/* The end facts of that id are all silence: the first of them; NULL where one says something. */
static const struct mw_fact *only_silence(const struct mw_facts *facts, enum mw_fact_id id)
{
    const struct mw_fact *first = mw_fact_first(facts, id);
    for (const struct mw_fact *fact = first; fact; fact = mw_fact_next(facts, fact))
        if (!is_silence(fact))
            return NULL;
    return first;
}

static bool has_any(const struct mw_judge *judge, const enum mw_fact_id *any)
{
    for (size_t i = 0; i < MW_NEEDS && any[i]; i++)
        if (mw_fact_first(judge->facts, any[i]))
            return true;
    return !any[0];
}

static void look_for_needs(const struct mw_judge *judge, struct mw_tried *tried)
{
    if (!has_any(judge, tried->cause->any)) {
        tried->tested = MW_NOT_TOLD;
        tried->lacks = tried->cause->any[0];
        return;
    }
    for (size_t i = 0; i < MW_NEEDS && tried->cause->needs[i]; i++) {
        enum mw_fact_id need = tried->cause->needs[i];
        if (!mw_fact_first(judge->facts, need)) {
            tried->tested = MW_NOT_TOLD;
            tried->lacks = need;
            return;
        }
        const struct mw_fact *silent = is_end(need) ? only_silence(judge->facts, need) : NULL;
        if (silent && tried->tested == MW_RULED_OUT) {
            tried->tested = MW_NO_ANSWER;
            tried->lacks = need;
            tried->silent = silent;
        }
    }
}

static struct mw_tried try_cause(struct mw_judge *judge, const struct mw_cause *cause)
{
    struct mw_tried tried = {.cause = cause, .tested = MW_RULED_OUT};
    look_for_needs(judge, &tried);
    if (tried.tested == MW_NOT_TOLD)
        return tried;
    size_t before = judge->count;
    judge->cause = cause;
    cause->holds(judge);
    if (judge->count > before)
        tried.tested = MW_HOLDS;
    return tried;
}

/* --- folding --------------------------------------------------------------------------------------------------------------------------------------- */
static bool same_thing(const struct mw_instance *a, const struct mw_instance *b)
{
    if (mw_about_meets(&a->parsed, &b->parsed))
        return true;
    for (size_t i = 0; i < a->proof_count; i++)
        if (mw_about_meets(&a->proof_abouts[i], &b->parsed))
            return true;
    for (size_t i = 0; i < b->proof_count; i++)
        if (mw_about_meets(&a->parsed, &b->proof_abouts[i]))
            return true;
    return false;
}

static bool proofs_meet(const struct mw_facts *facts, const struct mw_instance *a, const struct mw_instance *b)
{
    for (size_t i = 0; i < a->proof_count; i++)
        for (size_t j = 0; j < b->proof_count; j++)
            if (mw_fact_led_to(facts, a->proofs[i], b->proofs[j]) || mw_fact_led_to(facts, b->proofs[j], a->proofs[i]))
                return true;
    return false;
}

static void add_follower(struct mw_arena *arena, struct mw_instance *instance, struct mw_instance *follower)
{
    if (instance->follow_count == instance->follow_room) {
        size_t room = instance->follow_room ? instance->follow_room * 2 : 8;
        instance->follows = mw_grow(arena, instance->follows, instance->follow_count * sizeof *instance->follows, room * sizeof *instance->follows);
        instance->follow_room = room;
    }
    instance->follows[instance->follow_count++] = follower;
}

static void fold(struct mw_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++)
        for (size_t j = 0; j < judge->count; j++) {
            struct mw_instance *root = judge->instances[i], *follower = judge->instances[j];
            if (root->cause == follower->cause || !mw_cause_explains(root->cause, follower->cause->id))
                continue;
            if (!same_thing(root, follower) && !proofs_meet(judge->facts, root, follower))
                continue;
            follower->explained = true;
            add_follower(judge->arena, root, follower);
        }
}

/* The likeliest meaning of the words; the first of the table among equals. */
static struct mw_instance *likeliest(const struct mw_judge *judge, const struct mw_fact *words)
{
    struct mw_instance *best = NULL;
    for (size_t i = 0; i < judge->count; i++)
        if (judge->instances[i]->one_of == words && (!best || judge->instances[i]->confidence > best->confidence))
            best = judge->instances[i];
    return best;
}

static void choose_meanings(struct mw_judge *judge)
{
    for (size_t i = 0; i < judge->count; i++) {
        struct mw_instance *instance = judge->instances[i], *best = instance->one_of ? likeliest(judge, instance->one_of) : instance;
        if (best == instance)
            continue;
        instance->explained = true;
        instance->rival = best;
        for (size_t j = 0; j < instance->follow_count; j++) /* what follows from either meaning */
            add_follower(judge->arena, best, instance->follows[j]);
    }
}

const struct mw_judged *mw_judge_facts_all(struct mw_arena *arena, const struct mw_facts *facts)
{
    struct mw_judge *judge = MW_NEW(arena, struct mw_judge);
    struct mw_judged *judged = MW_NEW(arena, struct mw_judged);
    judge->arena = arena;
    judge->facts = facts;
    size_t causes = 0;
    for (size_t i = 0; i < mw_area_count; i++)
        causes += mw_areas[i]->count;
    judged->tried = MW_NEW_ARRAY(arena, struct mw_tried, causes);
    for (size_t i = 0; i < mw_area_count; i++)
        for (size_t j = 0; j < mw_areas[i]->count; j++)
            judged->tried[judged->tried_count++] = try_cause(judge, &mw_areas[i]->causes[j]);
    fold(judge);
    choose_meanings(judge);
    judged->instances = judge->instances;
    judged->count = judge->count;
    return judged;
}
