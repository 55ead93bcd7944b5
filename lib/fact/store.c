/* The store of facts: append only, found by number, by id, and by id and about (a hash of chains, in the order told). */
#include "store.h"

#include <mailwhy/fail.h>

#include <string.h>
#include <time.h>

#define FIRST_ROOM 256u

static const struct mw_fact_kind kinds[MW_FACT_COUNT] = {
    {"", MW_TEXT, ""},
#define FACT(id, name, type, meaning) {name, type, meaning},
#include <mailwhy/fact.def>
#undef FACT
};

const struct mw_fact_kind *mw_fact_kind(enum mw_fact_id id)
{
    return &kinds[id];
}

enum mw_fact_id mw_fact_by_name(const char *name)
{
    for (unsigned id = 1; id < MW_FACT_COUNT; id++)
        if (strcmp(kinds[id].name, name) == 0)
            return (enum mw_fact_id)id;
    return MW_NO_FACT;
}

struct mw_facts *mw_facts_new(struct mw_arena *arena, const struct mw_header *header)
{
    struct mw_facts *facts = MW_NEW(arena, struct mw_facts);
    facts->arena = arena;
    mw_facts_set_header(facts, header);
    return facts;
}

const struct mw_header *mw_facts_header(const struct mw_facts *facts)
{
    return &facts->header;
}

static const char *copy(struct mw_facts *facts, const char *text)
{
    return text ? mw_strdup(facts->arena, text) : NULL;
}

static struct mw_list copy_list(struct mw_facts *facts, const struct mw_list *list)
{
    struct mw_list copied = {0};
    for (size_t i = 0; i < list->count; i++)
        mw_list_add(facts->arena, &copied, mw_redacted(facts, list->items[i]));
    return copied;
}

void mw_facts_set_header(struct mw_facts *facts, const struct mw_header *header)
{
    facts->header = (struct mw_header){copy(facts, header->question), copy(facts, header->target), copy(facts, header->vantage), copy(facts, header->version),
                                       copy_list(facts, &header->options)};
}

static uint32_t hash(unsigned id, const char *about)
{
    uint32_t value = 2166136261u ^ id; /* FNV-1a */
    for (; *about; about++)
        value = (value ^ (unsigned char)*about) * 16777619u;
    return value;
}

static void rehash(struct mw_facts *facts)
{
    facts->buckets = facts->room * 2;
    facts->bucket = MW_NEW_ARRAY(facts->arena, struct mw_slot, facts->buckets);
    for (unsigned n = 1; n <= facts->count; n++)
        mw_store_link(facts, n);
}

static bool is_of(const struct mw_facts *facts, unsigned n, enum mw_fact_id id, const char *about)
{
    const struct mw_fact *fact = facts->fact[n - 1];
    return fact->id == id && strcmp(fact->about, about) == 0;
}

/* A bucket keeps the first and last fact of its chain; facts of one id and about follow each other through next_same. */
void mw_store_link(struct mw_facts *facts, unsigned n)
{
    const struct mw_fact *fact = facts->fact[n - 1];
    struct mw_slot *slot = &facts->bucket[hash(fact->id, fact->about) % facts->buckets];
    facts->next_in_bucket[n - 1] = 0;
    if (slot->last)
        facts->next_in_bucket[slot->last - 1] = n;
    slot->first = slot->first ? slot->first : n;
    slot->last = n;
}

static void grow(struct mw_facts *facts)
{
    if (facts->count < facts->room)
        return;
    size_t room = facts->room ? facts->room * 2 : FIRST_ROOM;
    facts->fact = mw_grow(facts->arena, facts->fact, facts->count * sizeof *facts->fact, room * sizeof *facts->fact);
    facts->next_of_id = mw_grow(facts->arena, facts->next_of_id, facts->count * sizeof *facts->next_of_id, room * sizeof *facts->next_of_id);
    facts->next_in_bucket = MW_NEW_ARRAY(facts->arena, unsigned, room);
    facts->room = room;
    rehash(facts);
}

static struct mw_fact *stored(struct mw_facts *facts, const struct mw_fact *draft)
{
    struct mw_fact *fact = MW_NEW(facts->arena, struct mw_fact);
    *fact = *draft;
    fact->n = (unsigned)facts->count + 1;
    fact->about = copy(facts, draft->about);
    fact->quote = draft->quote ? mw_redacted(facts, draft->quote) : NULL;
    fact->from = draft->from ? copy(facts, draft->from) : facts->header.vantage;
    fact->at = draft->at ? draft->at : (int64_t)time(NULL);
    fact->unknown = copy(facts, draft->unknown);
    if (draft->id != MW_NO_FACT && kinds[draft->id].type == MW_TEXT)
        fact->text = mw_redacted(facts, draft->text);
    fact->list = copy_list(facts, &draft->list);
    return fact;
}

const struct mw_fact *mw_fact_tell(struct mw_facts *facts, const struct mw_fact *draft)
{
    if (facts->count >= MW_FACTS_CEILING)
        return NULL;
    grow(facts);
    struct mw_fact *fact = stored(facts, draft);
    facts->fact[facts->count++] = fact;
    mw_store_link(facts, fact->n);
    if (facts->last_of_id[fact->id])
        facts->next_of_id[facts->last_of_id[fact->id] - 1] = fact->n;
    else
        facts->first_of_id[fact->id] = fact->n;
    facts->last_of_id[fact->id] = fact->n;
    if (facts->heard)
        facts->heard(facts->context, fact);
    return fact;
}

size_t mw_facts_count(const struct mw_facts *facts)
{
    return facts->count;
}

const struct mw_fact *mw_fact_at(const struct mw_facts *facts, unsigned n)
{
    return n && n <= facts->count ? facts->fact[n - 1] : NULL;
}

const struct mw_fact *mw_fact_first(const struct mw_facts *facts, enum mw_fact_id id)
{
    return mw_fact_at(facts, facts->first_of_id[id]);
}

const struct mw_fact *mw_fact_next(const struct mw_facts *facts, const struct mw_fact *fact)
{
    return mw_fact_at(facts, facts->next_of_id[fact->n - 1]);
}

static const struct mw_fact *search(const struct mw_facts *facts, unsigned n, enum mw_fact_id id, const char *about)
{
    for (; n; n = facts->next_in_bucket[n - 1])
        if (is_of(facts, n, id, about))
            return facts->fact[n - 1];
    return NULL;
}

const struct mw_fact *mw_fact_find(const struct mw_facts *facts, enum mw_fact_id id, const char *about)
{
    if (!facts->count)
        return NULL;
    return search(facts, facts->bucket[hash(id, about) % facts->buckets].first, id, about);
}

const struct mw_fact *mw_fact_find_next(const struct mw_facts *facts, const struct mw_fact *fact)
{
    return search(facts, facts->next_in_bucket[fact->n - 1], fact->id, fact->about);
}

/* `because` is always smaller than n (the reader checks it), so the chain ends. */
bool mw_fact_led_to(const struct mw_facts *facts, const struct mw_fact *old, const struct mw_fact *fact)
{
    for (; fact; fact = mw_fact_at(facts, fact->because))
        if (fact == old)
            return true;
    return false;
}

void mw_facts_listen(struct mw_facts *facts, void (*heard)(void *context, const struct mw_fact *fact), void *context)
{
    facts->heard = heard;
    facts->context = context;
}

const char *mw_fact_value(struct mw_arena *arena, const struct mw_fact *fact)
{
    switch (kinds[fact->id].type) {
    case MW_BOOL:
        return fact->yes ? "true" : "false";
    case MW_INT:
        return mw_printf(arena, "%lld", (long long)fact->number);
    case MW_TIME:
        return mw_time_text(arena, fact->number);
    case MW_LIST:
        return mw_list_join(arena, &fact->list, ", ");
    case MW_TEXT:
    default:
        return fact->text ? fact->text : "";
    }
}
