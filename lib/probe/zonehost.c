/* The addresses of a mail host at the servers of its own zone: is a record missing, or does the resolver fail, or show another view? Hosts of the domain are
 * always asked for; those of others only where the resolver gave no address, or one that the Internet cannot reach. */
#include "lookup.h"

#include <string.h>

struct question {
    const struct mw_server *server;
    const struct mw_dns_answer *a, *aaaa;
};

static void tell(struct mw_look *look, const struct question *question)
{
    const char *about = mw_about_zone_at(look->arena, look->why->about, question->server->host, question->server->address);
    const struct mw_dns_answer *answers[] = {question->a, question->aaaa};
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < answers[n]->count; i++)
            if (answers[n]->records[i].section == MW_ANSWER && answers[n]->records[i].address)
                mw_lookup_tell_once(look, MW_F_ZONE_ADDRESS, about, answers[n]->records[i].address, mw_lookup_quote(look, &answers[n]->records[i]));
    bool referral = question->a->status == MW_DNS_NODATA && !question->a->authoritative;
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

static void got_servers(struct mw_look *look, const struct mw_servers *servers, void *tag)
{
    (void)tag;
    for (size_t i = 0; i < servers->count; i++) {
        struct question *question = MW_NEW(look->arena, struct question);
        question->server = &servers->items[i];
        const char *host = look->why->about, *address = servers->items[i].address;
        mw_look_ask_as(look, &(struct mw_question){.name = host, .type = MW_A, .server = address}, got_a, question);
        mw_look_ask_as(look, &(struct mw_question){.name = host, .type = MW_AAAA, .server = address}, got_aaaa, question);
    }
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
    .says = N_("Asks the servers of an exchange's own zone for its addresses."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_EXCHANGE_END,
    .tells = {MW_F_ZONE_ADDRESS_END, MW_F_ZONE_ADDRESS},
    .ends = MW_F_ZONE_HOST_END,
    .when = is_worth_it,
    .start = start,
};

const struct mw_probe mw_probe_zonehost_service = {
    .name = "zonehost",
    .says = N_("Does the same for each host for mail programs."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_SERVICE_END,
    .tells = {MW_F_ZONE_ADDRESS_END, MW_F_ZONE_ADDRESS},
    .ends = MW_F_ZONE_HOST_END,
    .when = is_worth_it,
    .start = start,
};
