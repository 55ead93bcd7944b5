/* The chain of trust, link by link (RFC 4035 section 5): DS and DNSKEY of a name and of all names above it are asked for at once, each link is told as it is,
 * and where the chain seems whole libunbound validates the data with the trust anchor: what it says is the verdict, not a bit of the resolver's. Two things
 * more that a resolver hides: whether the proof that there is no TLSA record holds, and whether one server alone gives data that do not validate. Never judges;
 * where the signatures of every zone up to the root look out of date, it says that of the clock. */
#include "chain.h"
#include "lookup.h"

#include <string.h>
#include <time.h>

#define EXPIRED "signature expired"
#define TOO_EARLY "signature not yet valid"

struct trust {
    const char *name; /* whose data are validated */
    int type;
    const char *names[MW_CUT_NAMES]; /* the name itself or the one above it first, the root last */
    const struct mw_dns_answer *ds[MW_CUT_NAMES], *dnskey[MW_CUT_NAMES];
    struct mw_chain_link links[MW_CUT_NAMES]; /* state NULL: no zone, as far as is seen */
    size_t count, waiting;
    void (*then)(struct mw_look *look, struct trust *trust); /* all links are known */
};

struct trust_question {
    struct trust *trust;
    const struct mw_dns_answer **answer;
};

static void see_links(struct mw_look *look, struct trust *trust);

static void got_one(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct trust_question *question = tag;
    *question->answer = answer;
    if (--question->trust->waiting)
        return;
    see_links(look, question->trust);
    question->trust->then(look, question->trust);
}

static void ask_one(struct mw_look *look, struct trust *trust, const char *name, int type, const struct mw_dns_answer **answer)
{
    struct trust_question *question = MW_NEW(look->arena, struct trust_question);
    *question = (struct trust_question){trust, answer};
    mw_look_ask_as(look, &(struct mw_question){.name = name, .type = type, .checking_disabled = true, .dnssec = true}, got_one, question);
}

static void ask_from(struct mw_look *look, const char *name, const char *from, int type, void (*then)(struct mw_look *look, struct trust *trust))
{
    struct trust *trust = MW_NEW(look->arena, struct trust);
    trust->name = mw_strdup(look->arena, name);
    trust->type = type;
    trust->then = then;
    for (const char *at = mw_strdup(look->arena, from); at && trust->count < MW_CUT_NAMES; at = mw_lookup_above(at))
        trust->names[trust->count++] = at;
    trust->names[trust->count - 1] = ".";
    trust->waiting = trust->count * 2 - 1; /* the root has no DS */
    for (size_t i = 0; i < trust->count; i++) {
        ask_one(look, trust, trust->names[i], MW_DNSKEY, &trust->dnskey[i]);
        if (i + 1 < trust->count)
            ask_one(look, trust, trust->names[i], MW_DS, &trust->ds[i]);
    }
}

/* --- links ----------------------------------------------------------------------------------------------------------------------------------------- */

static const struct mw_dns_answer nothing = {.status = MW_DNS_NODATA, .server = "", .ede_text = "", .ede = -1};

static bool has(const struct mw_dns_answer *answer, int type)
{
    size_t index = 0;
    return answer && mw_dns_next(answer, type, &index);
}

/* Does the resolver hand DNSSEC records on, with their signatures? The root is signed. */
static bool hands_on(const struct trust *trust)
{
    const struct mw_dns_answer *root = trust->dnskey[trust->count - 1];
    return has(root, MW_DNSKEY) && has(root, MW_RRSIG);
}

/* Signatures cost time: a link that was told is not examined again. */
static struct mw_chain_link link_of(struct mw_look *look, const char *zone, const struct mw_dns_answer *ds, const struct mw_dns_answer *dnskey)
{
    const struct mw_fact *told = mw_fact_find(look->facts, MW_F_DNSSEC_LINK, zone);
    if (told)
        return (struct mw_chain_link){told->text, told->quote};
    struct mw_chain chain = {zone, zone, ds ? ds : &nothing, dnskey, dnskey, time(NULL)};
    return mw_chain_look(look->arena, &chain);
}

static void see_links(struct mw_look *look, struct trust *trust)
{
    for (size_t i = 0; i < trust->count; i++)
        if (i == 0 || has(trust->ds[i], MW_DS) || has(trust->dnskey[i], MW_DNSKEY))
            trust->links[i] = link_of(look, trust->names[i], trust->ds[i], trust->dnskey[i]);
}

/* The highest first. */
static void tell_links(struct mw_look *look, const struct trust *trust)
{
    for (size_t i = trust->count; i-- > 0;) {
        const struct mw_chain_link *link = &trust->links[i];
        if (link->state && !mw_fact_find(look->facts, MW_F_DNSSEC_LINK, trust->names[i]))
            mw_tell_text(look, MW_F_DNSSEC_LINK, trust->names[i], link->state, *link->shows ? link->shows : NULL);
    }
}

static bool is_date_flaw(const char *state)
{
    return state && (mw_text_same(state, EXPIRED) || mw_text_same(state, TOO_EARLY));
}

/* One zone may forget to sign; that all up to the root did is the clock of this machine. */
static bool tell_clock(struct mw_look *look, const struct trust *trust)
{
    const char *root = trust->links[trust->count - 1].state;
    unsigned signed_zones = 0;
    for (size_t i = 0; i < trust->count; i++) {
        const char *state = trust->links[i].state;
        bool counts = state && (mw_text_same(state, "holds") || is_date_flaw(state));
        if (counts && !mw_text_same(state, root))
            return false;
        signed_zones += counts;
    }
    if (!is_date_flaw(root) || signed_zones < 2)
        return false;
    mw_lookup_tell_once(look, MW_F_DNSSEC_CLOCK, ".", mw_text_same(root, EXPIRED) ? "ahead" : "behind", NULL);
    return true;
}

/* --- validation ------------------------------------------------------------------------------------------------------------------------------------ */

struct validating {
    struct mw_look *look;
    const char *about;
};

static void got_validation(void *context, const char *verdict, const char *why)
{
    struct validating *validating = context;
    struct mw_look *look = validating->look;
    mw_lookup_tell_once(look, MW_F_DNSSEC_VERDICT, validating->about, verdict, *why ? why : NULL);
    if (mw_text_same(verdict, "secure") && !mw_fact_find(look->facts, MW_F_DNSSEC_SECURE, validating->about))
        mw_tell_yes(look, MW_F_DNSSEC_SECURE, validating->about, true, "validated here with the trust anchor");
    mw_look_release(look);
}

/* The zones that carry the chain: from the top down to the lowest with DS, all hold. */
static bool is_whole(const struct trust *trust)
{
    size_t links = 0;
    for (size_t i = trust->count; i-- > 0;) {
        if (!trust->links[i].state)
            continue;
        if (!mw_text_same(trust->links[i].state, "holds"))
            return false;
        links++;
    }
    return links > 1;
}

static void validate(struct mw_look *look, const struct trust *trust)
{
    if (!mw_dns_can_validate(look->net))
        return;
    struct validating *validating = MW_NEW(look->arena, struct validating);
    *validating = (struct validating){look, trust->name};
    mw_look_hold(look);
    mw_dns_validate(look->net, trust->name, trust->type, got_validation, validating);
}

static void tell_trust(struct mw_look *look, struct trust *trust)
{
    if (!hands_on(trust)) {
        look->outcome = MW_SKIPPED;
        look->remark = "the resolver hands no DNSSEC records on";
        return;
    }
    tell_links(look, trust);
    if (!tell_clock(look, trust) && is_whole(trust))
        validate(look, trust);
}

static void start_domain(struct mw_look *look)
{
    ask_from(look, look->why->about, look->why->about, MW_MX, tell_trust);
}

/* A host is seldom a zone of its own. */
static void start_host(struct mw_look *look)
{
    bool is_domain = mw_fact_find(look->facts, MW_F_TARGET_DOMAIN, look->why->about);
    ask_from(look, look->why->about, is_domain ? look->why->about : mw_lookup_above(look->why->about), MW_A, tell_trust);
}

const struct mw_probe mw_probe_dnssec_chain = {
    .name = "dnssec",
    .says = N_("Examines the chain of trust of the domain link by link, and validates its MX records."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DNSSEC_LINK, MW_F_DNSSEC_CLOCK, MW_F_DNSSEC_VERDICT, MW_F_DNSSEC_SECURE},
    .ends = MW_F_DNSSEC_CHAIN_END,
    .start = start_domain,
};

const struct mw_probe mw_probe_dnssec_chain_host = {
    .name = "dnssec",
    .says = N_("Does the same for each exchange and its addresses."),
    .legs = MW_RECEIVE,
    .wants = MW_F_MX_HOST,
    .tells = {MW_F_DNSSEC_LINK, MW_F_DNSSEC_CLOCK, MW_F_DNSSEC_VERDICT, MW_F_DNSSEC_SECURE},
    .ends = MW_F_DNSSEC_CHAIN_END,
    .start = start_host,
};

/* --- is it proved that there is no TLSA record? (RFC 7672 section 2.1) ------------------------------------------------------------------------------- */

struct denial {
    const char *host, *name, *zone;
    const char *address, *tlsa, *why; /* verdicts */
};

struct denial_question {
    struct mw_look *look;
    const char **verdict;
};

static void got_verdict(void *context, const char *verdict, const char *why)
{
    struct denial_question *question = context;
    struct mw_look *look = question->look;
    struct denial *denial = look->mine;
    *question->verdict = verdict;
    if (question->verdict == &denial->tlsa)
        denial->why = mw_strdup(look->arena, why);
    if (denial->address && mw_text_same(denial->address, "secure") && denial->tlsa && mw_text_same(denial->tlsa, "bogus"))
        mw_lookup_tell_once(look, MW_F_DNSSEC_FLAW, denial->zone, "denial broken", mw_printf(look->arena, "TLSA of %s: %s", denial->name, denial->why));
    mw_look_release(look);
}

static void validate_as(struct mw_look *look, const char *name, int type, const char **verdict)
{
    struct denial_question *question = MW_NEW(look->arena, struct denial_question);
    *question = (struct denial_question){look, verdict};
    mw_look_hold(look);
    mw_dns_validate(look->net, name, type, got_verdict, question);
}

static void validate_denial(struct mw_look *look)
{
    struct denial *denial = look->mine;
    validate_as(look, denial->host, MW_A, &denial->address);
    validate_as(look, denial->name, MW_TLSA, &denial->tlsa);
}

static void got_unchecked(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    mw_tell(look, &(struct mw_fact){.id = MW_F_DNSSEC_CD_END, .about = look->why->about, .text = mw_dns_status_name(answer->status), .ms = answer->ms});
    if ((answer->status == MW_DNS_NODATA || answer->status == MW_DNS_NXDOMAIN) && mw_dns_can_validate(look->net))
        validate_denial(look);
}

/* A resolver that validates has looked at the proof itself. */
static bool is_validated(const struct mw_look *look)
{
    const char *target = mw_lookup_target(look);
    const struct mw_fact *secure = target ? mw_fact_find(look->facts, MW_F_DNSSEC_SECURE, target) : NULL;
    return secure && secure->yes && secure->quote && mw_text_starts(secure->quote, "AD ");
}

static bool is_in_doubt(const struct mw_look *look)
{
    bool denied = mw_text_same(look->why->text, "nodata") || mw_text_same(look->why->text, "nxdomain");
    return mw_text_same(look->why->text, "servfail") || (denied && !is_validated(look) && mw_dns_can_validate(look->net));
}

/* Who denies keys names the zone that he speaks for. */
static bool denies_for(const struct mw_dns_answer *answer, const char *zone)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].type == MW_SOA && mw_text_same(answer->records[i].owner, zone))
            return true;
    return false;
}

/* The zone that the host is in, if its link holds. */
static const char *signed_zone(const struct trust *trust)
{
    for (size_t i = 0; i + 1 < trust->count; i++)
        if (has(trust->ds[i], MW_DS) || has(trust->dnskey[i], MW_DNSKEY) || denies_for(trust->dnskey[i], trust->names[i]))
            return mw_text_same(trust->links[i].state, "holds") ? trust->names[i] : NULL;
    return NULL;
}

static void doubt(struct mw_look *look, struct trust *trust)
{
    struct denial *denial = look->mine;
    denial->zone = signed_zone(trust);
    if (!denial->zone)
        return;
    if (mw_text_same(look->why->text, "servfail"))
        mw_look_ask_as(look, &(struct mw_question){.name = denial->name, .type = MW_TLSA, .checking_disabled = true}, got_unchecked, NULL);
    else
        validate_denial(look);
}

static void start_denial(struct mw_look *look)
{
    struct denial *denial = MW_NEW(look->arena, struct denial);
    denial->host = mw_about_read(look->arena, look->why->about).host;
    denial->name = mw_printf(look->arena, "_25._tcp.%s", denial->host);
    look->mine = denial;
    if (mw_lookup_above(denial->host))
        ask_from(look, denial->name, mw_lookup_above(denial->host), MW_TLSA, doubt);
}

const struct mw_probe mw_probe_dnssec_denial = {
    .name = "dnssec",
    .says = N_("Validates the proof that an exchange has no TLSA record."),
    .legs = MW_RECEIVE,
    .wants = MW_F_TLSA_END,
    .tells = {MW_F_DNSSEC_CD_END, MW_F_DNSSEC_FLAW},
    .ends = MW_F_DNSSEC_DENIAL_END,
    .when = is_in_doubt,
    .start = start_denial,
};

/* --- does each server give data that validate? ------------------------------------------------------------------------------------------------------ */

struct server {
    const char *zone;
    const struct mw_dns_answer *ds, *dnskey, *data;
    unsigned waiting;
};

static void examine_server(struct mw_look *look, const struct server *server)
{
    struct mw_chain chain = {server->zone, server->zone, server->ds, server->dnskey, server->data, time(NULL)};
    struct mw_chain_flaw flaw = {0};
    if (server->data->status == MW_DNS_OK || server->data->status == MW_DNS_NODATA)
        flaw = mw_chain_examine(look->arena, &chain);
    if (flaw.what)
        mw_tell_text(look, MW_F_DNSSEC_SERVER_FLAW, mw_about_zone_at(look->arena, server->zone, look->why->about, look->why->text), flaw.what, flaw.quote);
}

static void got_data(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct server *server = look->mine;
    (void)tag;
    server->data = answer;
    examine_server(look, server);
}

/* Only where the domain's own link holds, the signatures of its data are looked at. */
static void got_link(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct server *server = look->mine;
    *(const struct mw_dns_answer **)tag = answer;
    if (--server->waiting)
        return;
    if (mw_text_same(link_of(look, server->zone, server->ds, server->dnskey).state, "holds"))
        mw_look_ask_as(look, &(struct mw_question){.name = server->zone, .type = MW_MX, .server = look->why->text, .dnssec = true}, got_data, NULL);
}

/* The zone above tells a name server's address before its name is taken up as one. */
static bool serves(const struct mw_look *look, const char *host, const char *zone)
{
    const struct mw_fact *name_server = mw_fact_find(look->facts, MW_F_NS_HOST, host);
    if (name_server)
        return mw_text_same(name_server->text, zone);
    const struct mw_fact *delegated = mw_fact_find(look->facts, MW_F_PARENT_NS, zone);
    while (delegated && !mw_text_same(delegated->text, host))
        delegated = mw_fact_find_next(look->facts, delegated);
    return delegated;
}

static bool is_of_the_domain(const struct mw_look *look)
{
    const char *target = mw_lookup_target(look);
    return target && serves(look, look->why->about, target) && mw_lookup_can_reach(look, look->why->text);
}

static void start_server(struct mw_look *look)
{
    struct server *server = MW_NEW(look->arena, struct server);
    server->zone = mw_lookup_target(look);
    server->waiting = 2;
    look->mine = server;
    struct mw_question question = {.name = server->zone, .type = MW_DS, .checking_disabled = true, .dnssec = true};
    mw_look_ask_as(look, &question, got_link, &server->ds);
    question.type = MW_DNSKEY;
    mw_look_ask_as(look, &question, got_link, &server->dnskey);
}

const struct mw_probe mw_probe_dnssec_server = {
    .name = "dnssec",
    .says = N_("Examines the signatures of the MX records at each of the domain's own servers."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_NS_ADDRESS,
    .tells = {MW_F_DNSSEC_SERVER_FLAW},
    .ends = MW_F_DNSSEC_SERVER_END,
    .when = is_of_the_domain,
    .start = start_server,
};
