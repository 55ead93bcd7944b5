/* What each of the zone's own servers says, asked without recursion at each of its addresses: SOA by UDP and by TCP, NS, MX and TXT at once (RFC 1034 section
 * 4.3.1, RFC 7766). One that does not serve the zone, one that is silent and one with old data are three different things. SOA is asked again without EDNS
 * where it is answered with an error, or not at once (RFC 8906). Never compares servers. */
#include "lookup.h"

#include <string.h>

#define ADDRESSES 4u
#define PLAIN_AFTER_S 1.0 /* an answer to the first packet would be there */
#define PLAIN_WAIT_S 4.0
#define TCP_WAIT_S 4.0 /* two lost packets of a handshake are sent again by then */

struct nameserver {
    const char *zone;
    const char *domain; /* in the zone, whose mail it is about */
    const struct mw_dns_answer *a, *aaaa;
    struct mw_list asked; /* addresses */
};

struct server {
    const char *about, *address;
    const struct nameserver *of;
    struct mw_look *look;
    struct mw_timer *late; /* rings where SOA is slow to come */
    bool plain;            /* asked without EDNS */
};

struct own {
    const char *host;
    const struct mw_dns_answer *a, *aaaa;
};

static void ask_plain(struct mw_look *look, struct server *server);

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
    if (answer->status == MW_DNS_OTHER && answer->rcode == 0) /* cut over TCP too: it says nothing of the zone */
        return "cut";
    return mw_dns_status_name(answer->status);
}

static void tell_truncation(struct mw_look *look, const struct server *server, const struct mw_dns_answer *answer, int type)
{
    if (!answer->truncated) /* a cut answer was asked for again over TCP */
        return;
    mw_lookup_tell_once(look, MW_F_ZONE_TRUNCATED, server->about, mw_dns_type_name(type), NULL);
    mw_lookup_tell_once(look, MW_F_ZONE_TCP_END, server->about, mw_dns_status_name(answer->status), mw_dns_type_name(type));
}

static void tell_soa(struct mw_look *look, const struct server *server, const struct mw_dns_answer *answer)
{
    size_t i = 0;
    const struct mw_record *soa = mw_dns_next(answer, MW_SOA, &i);
    if (!soa || !answer->authoritative)
        return;
    const char *quote = mw_lookup_quote(look, soa);
    mw_tell_number(look, MW_F_ZONE_SERIAL, server->about, soa->serial, quote);
    mw_tell_number(look, MW_F_ZONE_MINIMUM, server->about, soa->ttl < soa->minimum ? soa->ttl : soa->minimum, quote);
}

static bool is_error(enum mw_dns_status status)
{
    return status == MW_DNS_SERVFAIL || status == MW_DNS_OTHER || status == MW_DNS_GARBLED;
}

static void got_soa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct server *server = tag;
    mw_timer_stop(server->late);
    server->late = NULL;
    tell_soa(look, server, answer);
    mw_tell(look, &(struct mw_fact){.id = MW_F_ZONE_END, .about = server->about, .text = soa_outcome(answer, server->of->zone), .ms = answer->ms});
    tell_truncation(look, server, answer, MW_SOA);
    if (is_error(answer->status))
        ask_plain(look, server);
}

static void got_plain(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct server *server = tag;
    mw_tell(look, &(struct mw_fact){.id = MW_F_ZONE_PLAIN_END, .about = server->about, .text = soa_outcome(answer, server->of->zone), .ms = answer->ms});
}

static void got_tcp(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct server *server = tag;
    mw_lookup_tell_once(look, MW_F_ZONE_TCP_END, server->about, mw_dns_status_name(answer->status), mw_dns_type_name(MW_SOA));
}

static bool is_room(const struct mw_look *look)
{
    unsigned count = 0;
    for (const struct mw_fact *host = mw_fact_first(look->facts, MW_F_NS_HOST); host; host = mw_fact_next(look->facts, host))
        count++;
    return count < MW_ZONE_HOSTS;
}

static void tell_own(struct mw_look *look, const char *host, const struct mw_record *record)
{
    mw_lookup_tell_once(look, MW_F_NS_OWN_ADDRESS, host, record->address, mw_lookup_quote(look, record));
    mw_lookup_tell_once(look, MW_F_NS_OWN_END, host, MW_OK, NULL);
}

static void got_own(struct mw_look *look, const struct own *own)
{
    const struct mw_dns_answer *answers[] = {own->a, own->aaaa};
    const struct mw_record *record;
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; (record = mw_dns_next(answers[n], n ? MW_AAAA : MW_A, &i));)
            tell_own(look, own->host, record);
    if (own->a->authoritative && own->aaaa->authoritative)
        mw_lookup_tell_once(look, MW_F_NS_OWN_END, own->host, mw_lookup_both(own->a, own->aaaa), NULL);
}

static void got_own_a(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct own *own = tag;
    own->a = answer;
    if (own->aaaa)
        got_own(look, own);
}

static void got_own_aaaa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct own *own = tag;
    own->aaaa = answer;
    if (own->a)
        got_own(look, own);
}

/* Most servers add the addresses of name servers in the zone to their names; what is left out is asked for. */
static void look_for_own(struct mw_look *look, const struct server *server, const struct mw_dns_answer *answer, const char *host)
{
    bool told = false;
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        if (record->section != MW_ADDITIONAL || !record->address || !mw_text_same(record->owner, host))
            continue;
        tell_own(look, host, record);
        told = true;
    }
    if (told || mw_fact_find(look->facts, MW_F_NS_OWN_END, host))
        return;
    struct own *own = MW_NEW(look->arena, struct own);
    own->host = mw_strdup(look->arena, host);
    mw_look_ask_as(look, &(struct mw_question){.name = host, .type = MW_A, .server = server->address}, got_own_a, own);
    mw_look_ask_as(look, &(struct mw_question){.name = host, .type = MW_AAAA, .server = server->address}, got_own_aaaa, own);
}

static void got_ns(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct server *server = tag;
    const char *zone = server->of->zone;
    const struct mw_record *record;
    struct mw_list names = mw_lookup_sorted(look, answer, MW_NS);
    if (!answer->authoritative || !names.count)
        return;
    for (size_t i = 0, count = 0; (record = mw_dns_next(answer, MW_NS, &i)) && count < MW_ZONE_HOSTS; count++) {
        mw_lookup_tell_once(look, MW_F_CHILD_NS, zone, record->name, mw_lookup_quote(look, record));
        if (!mw_fact_find(look->facts, MW_F_NS_HOST, record->name) && is_room(look))
            mw_tell_text(look, MW_F_NS_HOST, record->name, zone, NULL);
        if (mw_domain_is_under(record->name, zone))
            look_for_own(look, server, answer, record->name);
    }
    mw_lookup_tell_unless_known(look, MW_F_CHILD_NS_SET, zone, server->about, &names, NULL);
}

static void got_data(struct mw_look *look, const struct mw_dns_answer *answer, const struct server *server, enum mw_fact_id end, enum mw_fact_id data, int type)
{
    bool referral = answer->status == MW_DNS_NODATA && !answer->authoritative;
    const char *outcome = referral ? "not authoritative" : mw_dns_status_name(answer->status);
    mw_tell(look, &(struct mw_fact){.id = end, .about = server->about, .text = outcome, .ms = answer->ms});
    if (answer->cname && !mw_fact_find(look->facts, MW_F_ZONE_APEX_CNAME, server->about) && mw_text_same(server->of->zone, server->of->domain))
        mw_tell_text(look, MW_F_ZONE_APEX_CNAME, server->about, answer->cname, NULL);
    struct mw_list list = mw_lookup_sorted(look, answer, type);
    if (mw_lookup_is_settled(answer->status) && !referral)
        mw_tell_list(look, data, server->about, &list, NULL);
    tell_truncation(look, server, answer, type);
}

static void got_mx(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct server *server = tag;
    size_t i = 0;
    const struct mw_record *first = mw_dns_next(answer, MW_MX, &i);
    if (first && answer->authoritative && !answer->cname)
        mw_tell_number(look, MW_F_ZONE_MX_TTL, server->about, first->ttl, mw_lookup_quote(look, first));
    got_data(look, answer, server, MW_F_ZONE_MX_END, MW_F_ZONE_MX, MW_MX);
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    got_data(look, answer, tag, MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, MW_TXT);
}

/* --- asking --- */

static void ask_one(struct mw_look *look, struct server *server, const char *name, int type, mw_look_got_answer *got)
{
    mw_look_ask_as(look, &(struct mw_question){.name = name, .type = type, .server = server->address}, got, server);
}

static void ask_plain(struct mw_look *look, struct server *server)
{
    if (server->plain)
        return;
    server->plain = true;
    struct mw_question question = {.name = server->of->zone, .type = MW_SOA, .server = server->address, .plain = true};
    mw_lookup_ask_briefly(look, &question, PLAIN_WAIT_S, got_plain, server);
}

static void is_late(void *context)
{
    struct server *server = context;
    server->late = NULL;
    ask_plain(server->look, server);
}

static void ask(struct mw_look *look, struct nameserver *of, const char *address)
{
    if (!mw_lookup_can_reach(look, address) || mw_list_has(&of->asked, address) || of->asked.count == ADDRESSES)
        return;
    mw_list_add(look->arena, &of->asked, address);
    struct server *server = MW_NEW(look->arena, struct server);
    *server = (struct server){mw_about_zone_at(look->arena, of->zone, look->why->about, address), address, of, look, NULL, false};
    server->late = mw_timer_start(look->net, PLAIN_AFTER_S, is_late, server);
    ask_one(look, server, of->zone, MW_SOA, got_soa);
    ask_one(look, server, of->zone, MW_NS, got_ns);
    ask_one(look, server, of->domain, MW_MX, got_mx);
    ask_one(look, server, of->domain, MW_TXT, got_txt);
    struct mw_question by_tcp = {.name = of->zone, .type = MW_SOA, .server = address, .tcp = true};
    mw_lookup_ask_briefly(look, &by_tcp, TCP_WAIT_S, got_tcp, server);
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
    if (of->a->cname)
        mw_tell_text(look, MW_F_NS_CNAME, look->why->about, of->a->cname, NULL);
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
    .tells = {MW_F_NS_ADDRESS, MW_F_NS_CNAME, MW_F_NS_HOST, MW_F_NS_OWN_ADDRESS, MW_F_NS_OWN_END, MW_F_CHILD_NS, MW_F_CHILD_NS_SET, MW_F_ZONE_END,
              MW_F_ZONE_PLAIN_END,
              MW_F_ZONE_SERIAL, MW_F_ZONE_MINIMUM, MW_F_ZONE_MX_END, MW_F_ZONE_MX, MW_F_ZONE_MX_TTL, MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, MW_F_ZONE_TCP_END,
              MW_F_ZONE_TRUNCATED, MW_F_ZONE_APEX_CNAME},
    .ends = MW_F_NS_ADDRESS_END,
    .start = start,
};
