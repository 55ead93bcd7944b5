/* Telling how questions ended, once for each name, whichever probe asked. Never judges an answer. */
#include "lookup.h"

#include <stdlib.h>
#include <string.h>

bool mw_lookup_is_settled(enum mw_dns_status status)
{
    return status == MW_DNS_OK || status == MW_DNS_NODATA || status == MW_DNS_NXDOMAIN;
}

/* Whether the names that mail is sent to are signed; other questions are not told. */
static bool is_of_the_way(enum mw_fact_id id)
{
    return id == MW_F_DNS_MX_END || id == MW_F_DNS_A_END || id == MW_F_DNS_AAAA_END;
}

static void tell_validation(struct mw_look *look, enum mw_fact_id id, const char *about, const struct mw_dns_answer *answer)
{
    if (!mw_lookup_is_settled(answer->status) && answer->ede >= 0 && !mw_fact_find(look->facts, MW_F_DNSSEC_EDE, about))
        mw_tell_number(look, MW_F_DNSSEC_EDE, about, answer->ede, answer->ede_text);
    if (is_of_the_way(id) && answer->status == MW_DNS_OK && answer->authentic && !mw_fact_find(look->facts, MW_F_DNSSEC_SECURE, about))
        mw_tell_yes(look, MW_F_DNSSEC_SECURE, about, true, mw_printf(look->arena, "AD from %s", *answer->server ? answer->server : "the resolver"));
}

const struct mw_fact *mw_lookup_end(struct mw_look *look, enum mw_fact_id id, const char *about, const struct mw_dns_answer *answer)
{
    if (id == look->ends && mw_text_same(about, look->why->about))
        look->told_end = true;
    const struct mw_fact *told = mw_fact_find(look->facts, id, about);
    if (told)
        return told;
    tell_validation(look, id, about, answer);
    const char *quote = *answer->ede_text ? answer->ede_text : NULL;
    return mw_tell(look, &(struct mw_fact){.id = id, .about = about, .text = mw_dns_status_name(answer->status), .quote = quote, .ms = answer->ms});
}

const struct mw_fact *mw_lookup_tell_once(struct mw_look *look, enum mw_fact_id id, const char *about, const char *text, const char *quote)
{
    const struct mw_fact *told = mw_fact_find(look->facts, id, about);
    while (told && strcmp(told->text, text) != 0)
        told = mw_fact_find_next(look->facts, told);
    return told ? told : mw_tell_text(look, id, about, text, quote);
}

static int order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void mw_lookup_sort(struct mw_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, order);
}

struct mw_list mw_lookup_sorted(struct mw_look *look, const struct mw_dns_answer *answer, int type)
{
    struct mw_list list = {0};
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, type, &i));)
        mw_list_add(look->arena, &list, record->joined ? record->joined : record->text);
    mw_lookup_sort(&list);
    return list;
}

static bool is_same_list(const struct mw_list *a, const struct mw_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

void mw_lookup_tell_unless_known(struct mw_look *look, enum mw_fact_id id, const char *of, const char *about, const struct mw_list *list, const char *quote)
{
    size_t length = strlen(of);
    for (const struct mw_fact *told = mw_fact_first(look->facts, id); told; told = mw_fact_next(look->facts, told))
        if (mw_text_starts(told->about, of) && told->about[length] == '@' && is_same_list(&told->list, list))
            return;
    mw_tell_list(look, id, about, list, quote);
}

/* A name in a zone file ends with a dot; in a SOA record the first two words are names. */
static const char *soa_data(struct mw_look *look, const char *text)
{
    struct mw_list words = mw_text_split(look->arena, text, " ");
    for (size_t i = 0; i < 2 && i < words.count; i++)
        if (!mw_text_ends(words.items[i], "."))
            words.items[i] = mw_printf(look->arena, "%s.", words.items[i]);
    return mw_list_join(look->arena, &words, " ");
}

const char *mw_lookup_quote(struct mw_look *look, const struct mw_record *record)
{
    if (record->type == MW_SOA)
        return mw_printf(look->arena, "%s. %u IN SOA %s", record->owner, (unsigned)record->ttl, soa_data(look, record->text));
    const char *dot = record->name && strcmp(record->name, ".") != 0 ? "." : "";
    return mw_printf(look->arena, "%s. %u IN %s %s%s", record->owner, (unsigned)record->ttl, mw_dns_type_name(record->type), record->text, dot);
}

const char *mw_lookup_target(const struct mw_look *look)
{
    const struct mw_fact *target = mw_fact_first(look->facts, MW_F_TARGET_DOMAIN);
    return target ? target->about : NULL;
}

const char *mw_lookup_above(const char *name)
{
    if (strcmp(name, ".") == 0)
        return NULL;
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : ".";
}

const char *mw_lookup_wildcard_name(struct mw_look *look)
{
    return mw_printf(look->arena, "no-such-name-mailwhy.%s", look->why->about);
}

void mw_lookup_wildcard_tell(struct mw_look *look, const struct mw_dns_answer *answer, bool has_address)
{
    if (mw_lookup_is_settled(answer->status) && !mw_fact_find(look->facts, MW_F_DNS_WILDCARD, look->why->about))
        mw_tell_yes(look, MW_F_DNS_WILDCARD, look->why->about, has_address, NULL);
}

/* The kernel is asked once a run. */
static bool has_route(const struct mw_look *look, bool ipv6)
{
    const struct mw_fact *route = mw_fact_find(look->facts, MW_F_CONTROL_ROUTE, ipv6 ? "ipv6" : "ipv4");
    return route ? route->yes : mw_net_has_route(ipv6);
}

bool mw_lookup_can_reach(const struct mw_look *look, const char *address)
{
    bool ipv6 = mw_address_is_ipv6(address);
    bool excluded = ipv6 ? look->asked->only_ipv4 : look->asked->only_ipv6;
    return !excluded && (has_route(look, ipv6) || mw_net_has_route_to(address));
}

bool mw_lookup_is_private(const char *address)
{
    const char *kind = mw_address_kind(address);
    return kind && !mw_text_same(kind, "documentation") && !mw_text_same(kind, "benchmark");
}

void mw_clock_tell(struct mw_look *look, const char *host, const struct mw_fetched *fetched)
{
    if (fetched->date >= 0 && !mw_fact_find(look->facts, MW_F_CLOCK_SERVER_DATE, host))
        mw_tell_time(look, MW_F_CLOCK_SERVER_DATE, host, fetched->date, NULL);
}

const char *mw_fetch_outcome(const struct mw_fetched *fetched)
{
    if (!mw_text_same(fetched->outcome, MW_OK))
        return fetched->outcome;
    if (fetched->status == 200)
        return MW_OK;
    return fetched->status >= 300 && fetched->status < 400 ? "redirect" : "http status";
}
