/* A name that the resolver answers with SERVFAIL: does it answer with checking disabled (CD)? Then the chain of trust is broken, and the zones on the way to
 * the name are examined, the highest first (RFC 4035 section 5, RFC 8914). Else the fault is no matter of DNSSEC. Where the resolver validates nothing, those
 * who do would see a fault that we do not: then the domain's own chain is examined as its servers present it. */
#include "chain.h"
#include "lookup.h"

#include <time.h>

#define ZONES 4u

struct link {
    struct dnssec *of;
    const char *zone;
    const struct mw_dns_answer *ds, *dnskey, *data, *asked;
    unsigned waiting;
};

struct dnssec {
    const char *name;
    int type;
    struct link links[ZONES]; /* the lowest zone first */
    size_t count, waiting;
};

static bool examine(struct mw_look *look, const struct link *link, const char *name, const struct mw_dns_answer *data)
{
    struct mw_chain chain = {link->zone, name, link->ds, link->dnskey, data, time(NULL)};
    struct mw_chain_flaw flaw = mw_chain_examine(look->arena, &chain);
    if (flaw.what)
        mw_lookup_tell_once(look, MW_F_DNSSEC_FLAW, link->zone, flaw.what, flaw.quote);
    return flaw.what;
}

/* A fault high up breaks all below: the first one found from above is the cause. */
static void examine_all(struct mw_look *look, const struct dnssec *dnssec)
{
    bool found = false;
    for (size_t i = dnssec->count; !found && i-- > 0;)
        found = examine(look, &dnssec->links[i], dnssec->links[i].zone, dnssec->links[i].data);
    if (!found && dnssec->count)
        examine(look, &dnssec->links[0], dnssec->name, dnssec->links[0].asked);
}

static void got_one(struct mw_look *look, struct link *link)
{
    if (--link->waiting == 0 && --link->of->waiting == 0)
        examine_all(look, link->of);
}

static void got_ds(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct link *link = tag;
    link->ds = answer;
    got_one(look, link);
}

static void got_dnskey(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct link *link = tag;
    link->dnskey = answer;
    got_one(look, link);
}

static void got_data(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct link *link = tag;
    link->data = answer;
    got_one(look, link);
}

static void got_asked(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct link *link = tag;
    link->asked = answer;
    got_one(look, link);
}

static void ask_signed(struct mw_look *look, const char *name, int type, mw_look_got_answer *got, struct link *link)
{
    link->waiting++;
    mw_look_ask_as(look, &(struct mw_question){.name = name, .type = type, .checking_disabled = true, .dnssec = true}, got, link);
}

static void got_cut(struct mw_look *look, const struct mw_cut *cut)
{
    struct dnssec *dnssec = look->mine;
    for (int zone = mw_cut_zone(cut, 0); zone >= 0 && dnssec->count < ZONES && cut->names[zone][0] != '.'; zone = mw_cut_zone(cut, zone + 1)) {
        struct link *link = &dnssec->links[dnssec->count++];
        *link = (struct link){.of = dnssec, .zone = cut->names[zone]};
        ask_signed(look, link->zone, MW_DS, got_ds, link);
        ask_signed(look, link->zone, MW_DNSKEY, got_dnskey, link);
        ask_signed(look, link->zone, MW_SOA, got_data, link);
    }
    dnssec->waiting = dnssec->count;
    if (dnssec->count)
        ask_signed(look, dnssec->name, dnssec->type, got_asked, &dnssec->links[0]);
}

static void got_unchecked(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    mw_tell(look, &(struct mw_fact){.id = MW_F_DNSSEC_CD_END, .about = look->why->about, .text = mw_dns_status_name(answer->status), .ms = answer->ms});
    if (mw_lookup_is_settled(answer->status))
        mw_cut_find(look, look->why->about, true, got_cut);
}

static bool is_failure(const struct mw_look *look)
{
    return mw_text_same(look->why->text, mw_dns_status_name(MW_DNS_SERVFAIL));
}

static void start(struct mw_look *look, int type)
{
    struct dnssec *dnssec = MW_NEW(look->arena, struct dnssec);
    dnssec->name = look->why->about;
    dnssec->type = type;
    look->mine = dnssec;
    mw_look_ask_as(look, &(struct mw_question){.name = dnssec->name, .type = type, .checking_disabled = true}, got_unchecked, NULL);
}

static void start_mx(struct mw_look *look)
{
    start(look, MW_MX);
}

static void start_a(struct mw_look *look)
{
    start(look, MW_A);
}

/* --- where the resolver validates nothing --- */

static void got_signed(struct mw_look *look, const struct mw_servers *servers, void *tag)
{
    (void)tag;
    struct dnssec *dnssec = look->mine;
    struct link *link = &dnssec->links[0];
    if (!servers->count) {
        look->outcome = MW_SKIPPED;
        look->remark = "no server of the zone has an address that can be reached";
        return;
    }
    struct mw_question question = {.name = link->zone, .type = MW_DNSKEY, .server = servers->items[0].address, .dnssec = true};
    mw_look_ask_as(look, &question, got_dnskey, link);
    question.type = MW_SOA;
    mw_look_ask_as(look, &question, got_data, link);
    question.name = dnssec->name;
    question.type = MW_MX;
    mw_look_ask_as(look, &question, got_asked, link);
}

/* Where the forwarder strips what it does not know, the zone above has the DS. */
static void got_above(struct mw_look *look, const struct mw_servers *servers, void *tag)
{
    struct link *link = tag;
    struct mw_question question = {.name = link->zone, .type = MW_DS, .checking_disabled = true, .dnssec = true};
    if (servers->count) {
        question.server = servers->items[0].address;
        question.checking_disabled = false;
    }
    mw_look_ask_as(look, &question, got_ds, link);
}

static void got_zone(struct mw_look *look, const struct mw_cut *cut)
{
    struct dnssec *dnssec = look->mine;
    int above = mw_cut_zone(cut, 1);
    dnssec->waiting = dnssec->count = 1;
    dnssec->links[0].waiting = 4;
    mw_cut_servers(look, cut, 0, got_signed, NULL);
    if (above > 0)
        mw_cut_servers(look, cut, (size_t)above, got_above, &dnssec->links[0]);
    else
        got_above(look, &(struct mw_servers){0}, &dnssec->links[0]);
}

/* A resolver that validates tells by AD that all is well, or by SERVFAIL that it is not. */
static bool is_unchecked(const struct mw_look *look)
{
    const char *target = mw_lookup_target(look);
    const struct mw_fact *end = target ? mw_fact_find(look->facts, MW_F_DNS_MX_END, target) : NULL;
    return end && mw_text_same(end->text, MW_OK) && mw_domain_is_under(target, look->why->about) && !mw_fact_find(look->facts, MW_F_DNSSEC_SECURE, target);
}

/* The same where the zone above has told its DS before the resolver gave the MX records. */
static bool is_unchecked_late(const struct mw_look *look)
{
    const char *target = mw_lookup_target(look);
    bool is_target = target && mw_text_same(target, look->why->about) && mw_text_same(look->why->text, MW_OK);
    return is_target && mw_fact_find(look->facts, MW_F_PARENT_DS, target) && !mw_fact_find(look->facts, MW_F_DNSSEC_SECURE, target);
}

/* The chain as the zone's own servers present it: not every resolver hands signatures on. */
static void start_unchecked(struct mw_look *look)
{
    struct dnssec *dnssec = MW_NEW(look->arena, struct dnssec);
    dnssec->name = mw_lookup_target(look);
    dnssec->links[0] = (struct link){.of = dnssec, .zone = look->why->about};
    look->mine = dnssec;
    mw_cut_find(look, look->why->about, false, got_zone);
}

const struct mw_probe mw_probe_dnssec = {
    .name = "dnssec",
    .says = N_("Asks again without validation where the resolver fails, and examines the chain of trust."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_DNS_MX_END,
    .tells = {MW_F_DNSSEC_CD_END, MW_F_DNSSEC_FLAW},
    .ends = MW_F_DNSSEC_END,
    .when = is_failure,
    .start = start_mx,
};

const struct mw_probe mw_probe_dnssec_host = {
    .name = "dnssec",
    .says = N_("Does the same for the addresses of a host."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_DNS_A_END,
    .tells = {MW_F_DNSSEC_CD_END, MW_F_DNSSEC_FLAW},
    .ends = MW_F_DNSSEC_END,
    .when = is_failure,
    .start = start_a,
};

const struct mw_probe mw_probe_dnssec_unchecked = {
    .name = "dnssec",
    .says = N_("Examines the chain of trust of a signed domain where the resolver validates nothing."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_PARENT_DS,
    .tells = {MW_F_DNSSEC_FLAW},
    .ends = MW_F_DNSSEC_END,
    .when = is_unchecked,
    .start = start_unchecked,
};

const struct mw_probe mw_probe_dnssec_unchecked_late = {
    .name = "dnssec",
    .says = N_("Examines the chain of trust of a signed domain where the resolver validates nothing."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_DNS_MX_END,
    .tells = {MW_F_DNSSEC_FLAW},
    .ends = MW_F_DNSSEC_END,
    .when = is_unchecked_late,
    .start = start_unchecked,
};
