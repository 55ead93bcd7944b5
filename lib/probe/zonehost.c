/* The addresses of a mail host at the servers of its own zone, and an exchange's TLSA: is a record missing, or does the resolver fail, or show another view?
 * Hosts of the domain are always asked for; those of others only where the resolver gave no address, or one that the Internet cannot reach. */
#include "lookup.h"

#include <string.h>

/* Of the servers of a host's zone; a domain can have twenty exchanges. */
#define HOST_SERVERS 8u

struct question {
    const char *about; /* host@server[address] */
    const struct mw_dns_answer *a, *aaaa;
};

static void tell_addresses(struct mw_look *look, const char *about, const struct mw_dns_answer *answer, uint32_t *ttl)
{
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        if (record->section != MW_ANSWER || !record->address)
            continue;
        mw_lookup_tell_once(look, MW_F_ZONE_ADDRESS, about, record->address, mw_lookup_quote(look, record));
        *ttl = record->ttl > *ttl ? record->ttl : *ttl;
    }
}

static void tell(struct mw_look *look, const struct question *question)
{
    const char *about = question->about;
    bool referral = question->a->status == MW_DNS_NODATA && !question->a->authoritative;
    uint32_t ttl = 0;
    tell_addresses(look, about, question->a, &ttl);
    tell_addresses(look, about, question->aaaa, &ttl);
    if (ttl)
        mw_tell_number(look, MW_F_ZONE_ADDRESS_TTL, about, ttl, NULL);
    mw_tell_text(look, MW_F_ZONE_AAAA_END, about, mw_dns_status_name(question->aaaa->status), NULL);
    mw_tell(look, &(struct mw_fact){.id = MW_F_ZONE_ADDRESS_END,
                                    .about = about,
                                    .text = referral ? "not authoritative" : mw_lookup_both(question->a, question->aaaa),
                                    .ms = question->a->ms});
}

static void got_a(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    question->a = answer;
    if (question->aaaa)
        tell(look, question);
}

static void got_aaaa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    question->aaaa = answer;
    if (question->a)
        tell(look, question);
}

/* What the zone itself says at the name. Behind an alias stand the records of another zone, which one server may have beside this one and the other not. */
static struct mw_list own_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    struct mw_list own = {0};
    const struct mw_record *alias = mw_dns_next(answer, MW_CNAME, &(size_t){0});
    if (!alias)
        return mw_lookup_sorted(look, answer, MW_TLSA);
    mw_list_add(look->arena, &own, mw_printf(look->arena, "CNAME %s", alias->name));
    return own;
}

/* Where _tcp below the host is a zone of its own there is a referral, which says nothing of the records. */
static void got_tlsa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct question *question = tag;
    bool referral = answer->status == MW_DNS_NODATA && !answer->authoritative;
    struct mw_list records = own_records(look, answer);
    mw_tell_text(look, MW_F_ZONE_TLSA_END, question->about, referral ? "not authoritative" : mw_dns_status_name(answer->status), NULL);
    if (mw_lookup_is_settled(answer->status) && !referral)
        mw_tell_list(look, MW_F_ZONE_TLSA, question->about, &records, NULL);
}

static void ask(struct mw_look *look, const struct mw_server *server)
{
    const char *host = look->why->about, *address = server->address;
    struct question *question = MW_NEW(look->arena, struct question);
    question->about = mw_about_zone_at(look->arena, host, server->host, address);
    mw_look_ask_as(look, &(struct mw_question){.name = host, .type = MW_A, .server = address}, got_a, question);
    mw_look_ask_as(look, &(struct mw_question){.name = host, .type = MW_AAAA, .server = address}, got_aaaa, question);
    if (look->why->id != MW_F_EXCHANGE_END)
        return;
    const char *name = mw_printf(look->arena, "_25._tcp.%s", host);
    mw_look_ask_as(look, &(struct mw_question){.name = name, .type = MW_TLSA, .server = address}, got_tlsa, question);
}

static void got_servers(struct mw_look *look, const struct mw_servers *servers, void *tag)
{
    (void)tag;
    for (size_t i = 0; i < servers->count && i < HOST_SERVERS; i++)
        ask(look, &servers->items[i]);
    if (!servers->count) {
        look->outcome = MW_SKIPPED;
        look->remark = "no server of the host's zone has an address that can be reached";
    }
}

static void got_cut(struct mw_look *look, const struct mw_cut *cut)
{
    int zone = mw_cut_zone(cut, 0);
    if (zone >= 0) {
        mw_cut_servers(look, cut, (size_t)zone, got_servers, NULL);
        return;
    }
    if (mw_cut_find_unchecked(look, cut))
        return;
    look->outcome = MW_SKIPPED;
    look->remark = "the resolver names no zone of the host";
}

static bool is_private(const struct mw_look *look)
{
    const struct mw_fact *address = mw_fact_find(look->facts, MW_F_DNS_ADDRESS, look->why->about);
    for (; address; address = mw_fact_find_next(look->facts, address))
        if (mw_lookup_is_private(address->text))
            return true;
    return false;
}

/* A host that was only guessed need not exist. */
static bool is_guess(const struct mw_look *look)
{
    const struct mw_fact *source = mw_fact_find(look->facts, MW_F_SERVICE_SOURCE, look->why->about);
    return source && mw_text_same(source->text, "guess");
}

static bool is_worth_it(const struct mw_look *look)
{
    const char *target = mw_lookup_target(look);
    if (look->why->id == MW_F_SERVICE_END && is_guess(look))
        return false;
    return !mw_text_same(look->why->text, MW_OK) || is_private(look) || (target && mw_domain_is_under(look->why->about, target));
}

static void start(struct mw_look *look)
{
    mw_cut_find(look, look->why->about, false, got_cut);
}

const struct mw_probe mw_probe_zonehost = {
    .name = "zonehost",
    .says = N_("Asks the servers of an exchange's own zone for its addresses and its TLSA records."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_EXCHANGE_END,
    .tells = {MW_F_ZONE_ADDRESS_END, MW_F_ZONE_ADDRESS, MW_F_ZONE_ADDRESS_TTL, MW_F_ZONE_AAAA_END, MW_F_ZONE_TLSA_END, MW_F_ZONE_TLSA},
    .ends = MW_F_ZONE_HOST_END,
    .when = is_worth_it,
    .start = start,
};

const struct mw_probe mw_probe_zonehost_service = {
    .name = "zonehost",
    .says = N_("Does the same for each host for mail programs."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_SERVICE_END,
    .tells = {MW_F_ZONE_ADDRESS_END, MW_F_ZONE_ADDRESS, MW_F_ZONE_ADDRESS_TTL, MW_F_ZONE_AAAA_END},
    .ends = MW_F_ZONE_HOST_END,
    .when = is_worth_it,
    .start = start,
};
