/* What each of the zone's own servers says, asked without recursion at each of its addresses: SOA, NS, MX and TXT at once (RFC 1034 section 4.3.1). One that
 * does not serve the zone, one that is silent and one with old data are three different things. Never compares servers. */
#include "lookup.h"

#include <stdlib.h>
#include <string.h>

#define ADDRESSES 4u
#define NAME_SERVERS 13u

struct nameserver {
    const char *zone;
    const char *domain; /* in the zone, whose mail it is about */
    const struct mw_dns_answer *a, *aaaa;
    struct mw_list asked; /* addresses */
};

struct server {
    const char *about;
    const struct nameserver *of;
    int type;
};

/* --- what one answer says --- */

static const struct mw_record *authority(const struct mw_dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].section == MW_AUTHORITY && answer->records[i].type == MW_NS)
            return &answer->records[i];
    return NULL;
}

/* A referral to the zone itself or above it comes from a server that does not serve the zone (RFC 1912 section 2.8). */
static const char *soa_outcome(const struct mw_dns_answer *answer, const char *zone)
{
    const struct mw_record *referral = authority(answer);
    if (answer->status == MW_DNS_NODATA && !answer->authoritative && referral && !mw_text_same(referral->owner, zone))
        return "upward referral";
    if (answer->status == MW_DNS_NODATA && !answer->authoritative)
        return "not authoritative";
    if (answer->status == MW_DNS_OK && !answer->authoritative)
        return "not authoritative";
    return mw_dns_status_name(answer->status);
}

static void tell_truncation(struct mw_look *look, const struct server *server, const struct mw_dns_answer *answer)
{
    if (!answer->truncated) /* a cut answer was asked for again over TCP */
        return;
    mw_lookup_tell_once(look, MW_F_ZONE_TRUNCATED, server->about, mw_dns_type_name(server->type), NULL);
    mw_lookup_tell_once(look, MW_F_ZONE_TCP_END, server->about, mw_dns_status_name(answer->status), mw_dns_type_name(server->type));
}

static void got_soa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct server *server = tag;
    const char *outcome = soa_outcome(answer, server->of->zone);
    size_t i = 0;
    const struct mw_record *soa = mw_dns_next(answer, MW_SOA, &i);
    if (soa && answer->authoritative) {
        const char *quote = mw_lookup_quote(look, soa);
        mw_tell_number(look, MW_F_ZONE_SERIAL, server->about, soa->serial, quote);
        mw_tell_number(look, MW_F_ZONE_MINIMUM, server->about, soa->ttl < soa->minimum ? soa->ttl : soa->minimum, quote);
    }
    mw_tell(look, &(struct mw_fact){.id = MW_F_ZONE_END, .about = server->about, .text = outcome, .ms = answer->ms});
    tell_truncation(look, server, answer);
}

static bool is_room(const struct mw_look *look)
{
    unsigned count = 0;
    for (const struct mw_fact *host = mw_fact_first(look->facts, MW_F_NS_HOST); host; host = mw_fact_next(look->facts, host))
        count++;
    return count < NAME_SERVERS;
}

static void got_ns(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct server *server = tag;
    const struct mw_record *record;
    if (!answer->authoritative)
        return;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_NS, &i));) {
        mw_lookup_tell_once(look, MW_F_CHILD_NS, server->of->zone, record->name, mw_lookup_quote(look, record));
        if (!mw_fact_find(look->facts, MW_F_NS_HOST, record->name) && is_room(look))
            mw_tell_text(look, MW_F_NS_HOST, record->name, server->of->zone, NULL);
    }
}

static int order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct mw_list sorted(struct mw_look *look, const struct mw_dns_answer *answer, int type)
{
    struct mw_list list = {0};
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, type, &i));)
        mw_list_add(look->arena, &list, record->joined ? record->joined : record->text);
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, order);
    return list;
}

static void got_data(struct mw_look *look, const struct mw_dns_answer *answer, const struct server *server, enum mw_fact_id end, enum mw_fact_id data)
{
    bool referral = answer->status == MW_DNS_NODATA && !answer->authoritative;
    const char *outcome = referral ? "not authoritative" : mw_dns_status_name(answer->status);
    mw_tell(look, &(struct mw_fact){.id = end, .about = server->about, .text = outcome, .ms = answer->ms});
    if (answer->cname && !mw_fact_find(look->facts, MW_F_ZONE_APEX_CNAME, server->about) && mw_text_same(server->of->zone, server->of->domain))
        mw_tell_text(look, MW_F_ZONE_APEX_CNAME, server->about, answer->cname, NULL);
    struct mw_list list = sorted(look, answer, server->type);
    if (mw_lookup_is_settled(answer->status) && !referral)
        mw_tell_list(look, data, server->about, &list, NULL);
    tell_truncation(look, server, answer);
}

static void got_mx(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    got_data(look, answer, tag, MW_F_ZONE_MX_END, MW_F_ZONE_MX);
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    got_data(look, answer, tag, MW_F_ZONE_TXT_END, MW_F_ZONE_TXT);
}

/* --- asking --- */

static void ask_one(struct mw_look *look, const struct nameserver *of, const char *address, int type, mw_look_got_answer *got)
{
    struct server *server = MW_NEW(look->arena, struct server);
    *server = (struct server){mw_about_zone_at(look->arena, of->zone, look->why->about, address), of, type};
    const char *name = type == MW_SOA || type == MW_NS ? of->zone : of->domain;
    mw_look_ask_as(look, &(struct mw_question){.name = name, .type = type, .server = address}, got, server);
}

static void ask(struct mw_look *look, struct nameserver *of, const char *address)
{
    if (!mw_lookup_can_reach(look, address) || mw_list_has(&of->asked, address) || of->asked.count == ADDRESSES)
        return;
    mw_list_add(look->arena, &of->asked, address);
    ask_one(look, of, address, MW_SOA, got_soa);
    ask_one(look, of, address, MW_NS, got_ns);
    ask_one(look, of, address, MW_MX, got_mx);
    ask_one(look, of, address, MW_TXT, got_txt);
}

static void tell_addresses(struct mw_look *look, const struct mw_dns_answer *answer, int type)
{
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, type, &i));)
        mw_lookup_tell_once(look, MW_F_NS_ADDRESS, look->why->about, record->address, mw_lookup_quote(look, record));
}

static void ask_known(struct mw_look *look, struct nameserver *of)
{
    const struct mw_fact *address = mw_fact_find(look->facts, MW_F_NS_ADDRESS, look->why->about);
    for (; address; address = mw_fact_find_next(look->facts, address))
        ask(look, of, address->text);
}

static void got_both(struct mw_look *look, struct nameserver *of)
{
    tell_addresses(look, of->a, MW_A);
    tell_addresses(look, of->aaaa, MW_AAAA);
    look->outcome = mw_lookup_both(of->a, of->aaaa);
    ask_known(look, of);
}

static void got_a(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct nameserver *of = tag;
    of->a = answer;
    if (of->aaaa)
        got_both(look, of);
}

static void got_aaaa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct nameserver *of = tag;
    of->aaaa = answer;
    if (of->a)
        got_both(look, of);
}

static void start(struct mw_look *look)
{
    struct nameserver *of = MW_NEW(look->arena, struct nameserver);
    const char *target = mw_lookup_target(look);
    of->zone = look->why->text;
    of->domain = target && mw_domain_is_under(target, of->zone) ? target : of->zone;
    ask_known(look, of); /* glue of the parent is enough, should the resolver find nothing */
    mw_look_ask(look, look->why->about, MW_A, got_a, of);
    mw_look_ask(look, look->why->about, MW_AAAA, got_aaaa, of);
}

const struct mw_probe mw_probe_nameserver = {
    .name = "nameserver",
    .says = N_("Asks each name server of the domain itself for its records."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_NS_HOST,
    .tells = {MW_F_NS_ADDRESS, MW_F_NS_HOST, MW_F_CHILD_NS, MW_F_ZONE_END, MW_F_ZONE_SERIAL, MW_F_ZONE_MINIMUM, MW_F_ZONE_MX_END, MW_F_ZONE_MX,
              MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, MW_F_ZONE_TCP_END, MW_F_ZONE_TRUNCATED, MW_F_ZONE_APEX_CNAME},
    .ends = MW_F_NS_ADDRESS_END,
    .start = start,
};
