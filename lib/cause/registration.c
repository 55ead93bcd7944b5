/* Causes between the registry and the zone: registration, delegation, the zone's own servers, DNSSEC, and whether the hosting of the domain still exists.
 *
 * Never concludes from silence alone, nor from a resolver's SERVFAIL. A network that answers for every name server (a DNS proxy on the path) makes them all
 * look lame: that all of them are lame is said only where the resolver has no answer either.
 * RFC 1034 section 4.2.1, RFC 1912 section 2.8, RFC 2182, RFC 4035 section 5, RFC 7766, RFC 8020, RFC 8914. */
#include "seen.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

static const struct mw_fact *parent_says(struct mw_judge *judge, const char *domain, const char *outcome)
{
    return mw_seen_at_zone(judge, MW_F_PARENT_END, domain, outcome);
}

/* The resolver has an answer about the domain, be it that there is nothing. */
static bool resolver_answers(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain);
    return end && !mw_seen_failed(end);
}

/* --- registration ------------------------------------------------------------------------------------------------------------------------- */

static void domain_nonexistent(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *denied = parent_says(judge, domain, "nxdomain"), *by_resolver = mw_know(judge, MW_F_DNS_MX_END, domain);
    bool unseen = !denied && mw_seen_value(by_resolver, "nxdomain") && !mw_seen_denies_all(judge);
    if (parent_says(judge, domain, MW_OK) || (!denied && !unseen))
        return;
    struct mw_instance *instance = mw_found(judge, domain, denied ? denied : by_resolver);
    mw_confidence(instance, denied ? 0.95 : 0.7);
    mw_seen_prove_below(judge, instance, domain);
    if (leg == MW_SEND)
        mw_weight(instance, MW_BLOCKS, MW_SEND);
}

static void nonexistent(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_nonexistent);
}

/* The provider that an include of the SPF record names: the exchange's 1, another one -1, none 0. */
static int spf_agrees(struct mw_judge *judge, const char *domain, const char *provider)
{
    int found = 0;
    MW_EACH_ABOUT (record, judge, MW_F_SPF_RECORD, domain) {
        struct mw_list terms = mw_text_split(mw_judge_arena(judge), record->text, " ");
        for (size_t i = 0; i < terms.count; i++) {
            const char *at = mw_text_find(terms.items[i], "include:");
            if (at && mw_text_same(mw_seen_provider(at + strlen("include:")), provider))
                return 1;
            found = at ? -1 : found;
        }
    }
    return found;
}

/* The same for the servers that the domain publishes for mail programs. */
static int services_agree(struct mw_judge *judge, const char *provider)
{
    int found = 0;
    MW_EACH (service, judge, MW_F_SERVICE_PUBLISHED) {
        if (mw_text_same(mw_seen_provider(mw_seen_host(judge, service)), provider))
            return 1;
        found = -1;
    }
    return found;
}

static int other_records_agree(struct mw_judge *judge, const char *domain, const char *exchange)
{
    const char *provider = mw_seen_provider(exchange);
    int spf = spf_agrees(judge, domain, provider), services = services_agree(judge, provider);
    if (spf > 0 || services > 0)
        return 1;
    bool outside_policy = mw_is(judge, MW_F_MTASTS_COVERS, exchange, "false");
    return spf < 0 || services < 0 || outside_policy ? -1 : 0;
}

/* The exchange whose server refuses every recipient of the domain, where all that answered do, and no exchange is the domain's own. */
static const char *all_refuse(struct mw_judge *judge, const char *domain)
{
    const char *host = NULL;
    MW_EACH (reply, judge, MW_F_SMTP_RCPT) {
        const char *exchange = mw_seen_host(judge, reply);
        if (!mw_seen_serves(judge, exchange, domain))
            continue;
        const struct mw_fact *postmaster = mw_know(judge, MW_F_SMTP_POSTMASTER, reply->about);
        if (!mw_seen_relay_denied(reply->text) || (postmaster && postmaster->text[0] != '5') || mw_domain_is_under(exchange, mw_seen_provider(domain)))
            return NULL;
        host = exchange;
    }
    return host;
}

static void refused_by_provider(struct mw_judge *judge, int wanted)
{
    const char *domain = mw_seen_target(judge), *host = domain ? all_refuse(judge, domain) : NULL;
    if (!host || other_records_agree(judge, domain, host) != wanted)
        return;
    struct mw_instance *instance = mw_found(judge, domain, mw_know(judge, MW_F_MX_HOST, host));
    mw_confidence(instance, 0.7);
    mw_place(instance, "exchange", host);
    mw_place(instance, "provider", mw_seen_provider(host));
    MW_EACH (reply, judge, MW_F_SMTP_RCPT)
        if (mw_seen_serves(judge, mw_seen_host(judge, reply), domain))
            mw_proof(instance, reply);
    mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, domain));
}

static void service_lapsed(struct mw_judge *judge)
{
    refused_by_provider(judge, 1);
}

static void stale_provider(struct mw_judge *judge)
{
    refused_by_provider(judge, -1);
}

/* --- delegation --------------------------------------------------------------------------------------------------------------------------- */

static bool parent_names(struct mw_judge *judge, const char *zone, const char *server)
{
    MW_EACH_ABOUT (ns, judge, MW_F_PARENT_NS, zone)
        if (mw_text_same(ns->text, server))
            return true;
    return !mw_know(judge, MW_F_PARENT_NS, zone);
}

static bool zone_names(struct mw_judge *judge, const char *zone, const char *server)
{
    MW_EACH_ABOUT (ns, judge, MW_F_CHILD_NS, zone)
        if (mw_text_same(ns->text, server))
            return true;
    return false;
}

static bool is_lame(const struct mw_fact *end)
{
    return mw_seen_answered(end) && !mw_seen_value(end, MW_OK);
}

/* Calls `look` once for each zone whose servers were asked. */
static void each_zone(struct mw_judge *judge, void (*look)(struct mw_judge *judge, const char *zone))
{
    struct mw_list done = {0};
    MW_EACH (host, judge, MW_F_NS_HOST) {
        if (mw_list_has(&done, host->text))
            continue;
        mw_list_add(mw_judge_arena(judge), &done, host->text);
        look(judge, host->text);
    }
}

static void zone_lame(struct mw_judge *judge, const char *zone)
{
    bool some_serve = mw_seen_at_zone(judge, MW_F_ZONE_END, zone, MW_OK);
    if (!some_serve && resolver_answers(judge, zone))
        return;
    struct mw_instance *instance = NULL;
    MW_EACH (end, judge, MW_F_ZONE_END) {
        const char *server = mw_seen_host(judge, end);
        if (!mw_text_same(mw_seen_zone(judge, end), zone) || !is_lame(end) || !parent_names(judge, zone, server))
            continue;
        if (!instance) {
            instance = mw_found(judge, zone, end);
            mw_place(instance, "server", server);
        }
        mw_proof(instance, end);
    }
    if (!instance)
        return;
    mw_seen_prove_below(judge, instance, zone);
    if (some_serve)
        mw_weight(instance, MW_DEGRADES, MW_RECEIVE | MW_SEND);
}

static void lame(struct mw_judge *judge)
{
    each_zone(judge, zone_lame);
}

/* What the zone's server at any of its addresses did. */
enum reach { UNTESTED, SILENT, ANSWERS };

static enum reach reach_of(struct mw_judge *judge, const char *zone, const char *server, const struct mw_fact **proof)
{
    enum reach reach = UNTESTED;
    MW_EACH (end, judge, MW_F_ZONE_END) {
        struct mw_about about = mw_about_read(mw_judge_arena(judge), end->about);
        if (!mw_text_same(about.zone, zone) || !mw_text_same(about.host, server))
            continue;
        if (mw_seen_answered(end))
            return ANSWERS;
        bool ipv6 = about.address && mw_address_is_ipv6(about.address);
        if (mw_seen_value(end, MW_SKIPPED) || (ipv6 && !mw_seen_ipv6_works(judge)))
            continue;
        reach = SILENT;
        *proof = end;
    }
    return reach;
}

/* Questions to name servers get out of this network. */
static bool can_ask_directly(struct mw_judge *judge, const char *zone)
{
    MW_EACH (end, judge, MW_F_ZONE_END)
        if (mw_text_same(mw_seen_zone(judge, end), zone) && mw_seen_answered(end))
            return true;
    return parent_says(judge, zone, MW_OK) && !resolver_answers(judge, zone);
}

static bool one_answers(struct mw_judge *judge, const char *zone)
{
    const struct mw_fact *unused;
    MW_EACH (host, judge, MW_F_NS_HOST)
        if (mw_text_same(host->text, zone) && reach_of(judge, zone, host->about, &unused) == ANSWERS)
            return true;
    return false;
}

static void zone_servers_down(struct mw_judge *judge, const char *zone)
{
    if (!can_ask_directly(judge, zone))
        return;
    struct mw_instance *instance = NULL;
    MW_EACH (host, judge, MW_F_NS_HOST) {
        const struct mw_fact *proof = NULL;
        if (!mw_text_same(host->text, zone) || reach_of(judge, zone, host->about, &proof) != SILENT)
            continue;
        if (!instance) {
            instance = mw_found(judge, zone, proof);
            mw_place(instance, "server", host->about);
        }
        mw_proof(instance, proof);
    }
    if (instance && !one_answers(judge, zone)) {
        mw_weight(instance, MW_BLOCKS, MW_RECEIVE | MW_SEND);
        mw_seen_prove_below(judge, instance, zone);
    }
}

static void servers_down(struct mw_judge *judge)
{
    each_zone(judge, zone_servers_down);
}

/* A server in one of the two NS sets only: does what it says harm? Proof in *harm where it does. */
static bool is_odd(struct mw_judge *judge, const char *zone, const char *server, const struct mw_fact **harm)
{
    bool above = parent_names(judge, zone, server), below = zone_names(judge, zone, server);
    if (above == below)
        return false;
    MW_EACH (end, judge, MW_F_ZONE_END) {
        if (!mw_text_same(mw_seen_zone(judge, end), zone) || !mw_text_same(mw_seen_host(judge, end), server))
            continue;
        bool differs = mw_seen_value(end, MW_OK) && !mw_seen_zone_mx(judge, zone) && mw_know(judge, MW_F_ZONE_MX_END, end->about);
        if (differs || (below && is_lame(end)))
            *harm = end;
    }
    return true;
}

static void zone_mismatch(struct mw_judge *judge, const char *zone)
{
    if (!mw_know(judge, MW_F_PARENT_NS, zone) || !mw_know(judge, MW_F_CHILD_NS, zone))
        return;
    MW_EACH (host, judge, MW_F_NS_HOST) {
        const struct mw_fact *harm = NULL;
        if (!mw_text_same(host->text, zone) || !is_odd(judge, zone, host->about, &harm))
            continue;
        struct mw_instance *instance = mw_found(judge, zone, harm ? harm : host);
        mw_place(instance, "server", host->about);
        mw_proof(instance, mw_know(judge, MW_F_PARENT_NS, zone));
        mw_proof(instance, mw_know(judge, MW_F_CHILD_NS, zone));
        if (!harm)
            mw_weight(instance, MW_ADVICE, MW_RECEIVE);
    }
}

static void mismatch(struct mw_judge *judge)
{
    each_zone(judge, zone_mismatch);
}

static void zone_ns_unresolvable(struct mw_judge *judge, const char *zone)
{
    struct mw_instance *instance = NULL;
    bool some_resolve = false;
    MW_EACH (host, judge, MW_F_NS_HOST) {
        const struct mw_fact *end = mw_know(judge, MW_F_NS_ADDRESS_END, host->about);
        if (!mw_text_same(host->text, zone) || !parent_names(judge, zone, host->about) || !end)
            continue;
        some_resolve = some_resolve || !mw_seen_gone(end);
        if (!mw_seen_gone(end) || mw_know(judge, MW_F_NS_ADDRESS, host->about))
            continue;
        if (!instance) {
            instance = mw_found(judge, zone, end);
            mw_place(instance, "server", host->about);
        }
        mw_proof(instance, end);
    }
    if (!instance)
        return;
    mw_seen_prove_below(judge, instance, zone);
    if (some_resolve)
        mw_weight(instance, MW_DEGRADES, MW_RECEIVE | MW_SEND);
}

static void ns_unresolvable(struct mw_judge *judge)
{
    each_zone(judge, zone_ns_unresolvable);
}

/* --- the zone's own servers --------------------------------------------------------------------------------------------------------------- */

/* An answer was cut and could not be had whole. */
static bool is_cut(struct mw_judge *judge, const char *at)
{
    return mw_know(judge, MW_F_ZONE_TRUNCATED, at) && !mw_is(judge, MW_F_ZONE_TCP_END, at, MW_OK);
}

/* What the server says to one question, as one text; NULL: it did not say. */
static const char *says_of(struct mw_judge *judge, const char *at, enum mw_fact_id end_id, enum mw_fact_id records_id)
{
    const struct mw_fact *end = mw_know(judge, end_id, at), *records = mw_know(judge, records_id, at);
    if (!end || mw_seen_failed(end) || mw_seen_value(end, MW_SKIPPED) || !mw_is(judge, MW_F_ZONE_END, at, MW_OK) || is_cut(judge, at))
        return NULL;
    return records ? mw_list_join(mw_judge_arena(judge), &records->list, "\n") : "";
}

/* Two servers of the zone that answer differently: *one and *other are their facts. */
static bool differ(struct mw_judge *judge, const char *zone, enum mw_fact_id end_id, enum mw_fact_id records_id, const struct mw_fact **one,
                   const struct mw_fact **other)
{
    const char *first = NULL;
    MW_EACH (end, judge, end_id) {
        const char *here = mw_text_same(mw_seen_zone(judge, end), zone) ? says_of(judge, end->about, end_id, records_id) : NULL;
        const struct mw_fact *records = here ? mw_know(judge, records_id, end->about) : NULL, *shown = records ? records : end;
        if (!here)
            continue;
        if (first && !mw_text_same(first, here)) {
            *other = shown;
            return true;
        }
        *one = first ? *one : shown;
        first = first ? first : here;
    }
    return false;
}

static void zone_inconsistent(struct mw_judge *judge, const char *zone)
{
    const struct mw_fact *one = NULL, *other = NULL;
    bool mx = differ(judge, zone, MW_F_ZONE_MX_END, MW_F_ZONE_MX, &one, &other);
    if (!mx && !differ(judge, zone, MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, &one, &other))
        return;
    struct mw_instance *instance = mw_found(judge, zone, one);
    mw_proof(instance, other);
    mw_place(instance, "one", mw_seen_host(judge, one));
    mw_place(instance, "other", mw_seen_host(judge, other));
    mw_weight(instance, MW_DEGRADES, mx ? MW_RECEIVE | MW_SEND : MW_SEND);
}

static void inconsistent(struct mw_judge *judge)
{
    each_zone(judge, zone_inconsistent);
}

/* Our own network may block TCP to port 53; the resolver, which asks for itself, then still has the whole answer. */
static bool resolver_suffers(struct mw_judge *judge, const char *zone, const char *type)
{
    enum mw_fact_id end = mw_text_same(type, "MX") ? MW_F_DNS_MX_END : MW_F_SPF_END;
    return mw_seen_failed(mw_know(judge, end, zone));
}

static void tcp_blocked(struct mw_judge *judge)
{
    MW_EACH (cut, judge, MW_F_ZONE_TRUNCATED) {
        const struct mw_fact *tcp = mw_know(judge, MW_F_ZONE_TCP_END, cut->about);
        const char *zone = mw_seen_zone(judge, cut);
        bool blocked = mw_seen_value(tcp, MW_REFUSED) || mw_seen_value(tcp, MW_TIMED_OUT) || mw_seen_value(tcp, MW_UNREACHABLE);
        if (!blocked || (!mw_seen_at_zone(judge, MW_F_ZONE_TCP_END, zone, MW_OK) && !resolver_suffers(judge, zone, cut->text)))
            continue;
        struct mw_instance *instance = mw_found(judge, cut->about, tcp);
        mw_proof(instance, cut);
        mw_proof(instance, mw_know(judge, MW_F_SPF_END, zone));
        mw_place(instance, "server", mw_seen_host(judge, cut));
        mw_place(instance, "type", cut->text);
    }
}

/* --- DNSSEC ------------------------------------------------------------------------------------------------------------------------------- */

static void weigh_zone(struct mw_judge *judge, struct mw_instance *instance, const char *zone)
{
    const char *target = mw_seen_target(judge);
    if (!target || mw_domain_is_under(target, zone))
        return;
    MW_EACH (host, judge, MW_F_MX_HOST) {
        if (!mw_domain_is_under(host->about, zone))
            continue;
        mw_weight(instance, mw_seen_exchange_weight(judge, host->about), mw_seen_exchange_leg(judge, host->about));
        return;
    }
    const struct mw_fact *recipient = mw_each(judge, MW_F_RECIPIENT_DOMAIN, NULL);
    if (recipient && mw_domain_is_under(recipient->about, zone))
        mw_weight(instance, MW_BLOCKS, MW_SEND);
}

static void found_flaw(struct mw_judge *judge, const struct mw_fact *flaw, double confidence)
{
    struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
    mw_confidence(instance, confidence);
    mw_proof(instance, mw_know(judge, MW_F_DNSSEC_CD_END, flaw->about));
    mw_seen_prove_below(judge, instance, flaw->about);
    weigh_zone(judge, instance, flaw->about);
}

static bool answers_unchecked(struct mw_judge *judge, const char *name)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNSSEC_CD_END, name);
    return end && mw_seen_answered(end) && !mw_seen_failed(end);
}

/* A resolver that finds even the root bogus has a wrong key or clock of its own: its word on a domain proves nothing. */
static bool distrusts_the_root(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_RESOLVER_END)
        if (mw_seen_value(end, "servfail"))
            return true;
    return false;
}

/* The chain was looked at here and nothing was found: then the resolver's clock or root key may be what fails. */
static bool was_examined(struct mw_judge *judge, const char *name)
{
    return mw_is(judge, MW_F_DNSSEC_END, name, MW_OK);
}

/* What was found here goes first; without it the resolver's own word (RFC 8914) counts, where the answer comes once nobody checks. */
static void flawed(struct mw_judge *judge, const char *flaw, int ede)
{
    MW_EACH (found, judge, MW_F_DNSSEC_FLAW)
        if (mw_seen_value(found, flaw))
            found_flaw(judge, found, 0.95);
    if (mw_each(judge, MW_F_DNSSEC_FLAW, NULL) || distrusts_the_root(judge))
        return;
    MW_EACH (error, judge, MW_F_DNSSEC_EDE)
        if (error->number == ede && answers_unchecked(judge, error->about) && !was_examined(judge, error->about))
            found_flaw(judge, error, 0.7);
}

/* Extended errors of RFC 8914 section 4. */
enum ede { EDE_BOGUS = 6, EDE_EXPIRED = 7, EDE_NOT_YET_VALID = 8, EDE_NO_DNSKEY = 9, EDE_NO_RRSIG = 10 };

static void ds_mismatch(struct mw_judge *judge)
{
    flawed(judge, "ds mismatch", EDE_NO_DNSKEY);
}

static void sig_expired(struct mw_judge *judge)
{
    flawed(judge, "signature expired", EDE_EXPIRED);
}

static void sig_not_yet_valid(struct mw_judge *judge)
{
    flawed(judge, "signature not yet valid", EDE_NOT_YET_VALID);
}

static void bogus(struct mw_judge *judge)
{
    flawed(judge, "bogus signature", EDE_BOGUS);
}

static void unsigned_child(struct mw_judge *judge)
{
    flawed(judge, "unsigned child", EDE_NO_RRSIG);
}

/* --- the table ---------------------------------------------------------------------------------------------------------------------------- */

/* What fails where no answer comes. A name that is answered to be missing (no SPF, no MX, …) does not follow from that: it is a fault of its own. */
#define NAME_FAULTS "spf.dns.temperror", "dane.tlsa.lookup_fail"

static const struct mw_cause causes[] = {
    {
        .id = "dns.domain.nonexistent", .legs = MW_ALL_LEGS, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_ADMIN,
        .title = N_("The domain does not exist"),
        .says = N_("The domain {about} does not exist in the public DNS, so nobody can send mail to it, and its own mail is refused. Either the name is "
                   "mistyped, or its registration has run out, is on hold or was never made."),
        .fix = {
            {MW_AT_CLIENT, N_("Check the spelling of {about}, letter by letter."), NULL},
            {MW_AT_REGISTRAR, N_("Look {about} up at its registrar: renew or restore it if it has expired, and ask which status is set if it is on hold "
                                 "(in China often a missing real-name verification). A restored name can take an hour or more to be seen everywhere."), NULL},
        },
        .reference = "RFC 8020; RFC 2308",
        .needs = {MW_F_DNS_MX_END},
        .holds = nonexistent,
        .alike = {
            {"dns.resolver.rewritten", N_("The servers of the zone above know the domain, and only the resolver in use says that it does not exist.")},
        },
        .explains = {"dns.mx.missing", "dns.mx.implicit", "dns.mx.unresolvable", "dns.sender_domain.unresolvable", "spf.record.missing",
                     "spf.dns.temperror", "spf.lookup.void", "dkim.selector.missing", "dmarc.record.missing", "config.autoconfig.missing",
                     "config.host.wrong", "dns.delegation.lame", "sym:inbound.bounce.hard", "sym:outbound.reject", "sym:dns.lookup_fail"},
    },
    {
        .id = "reg.service.lapsed", .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_ADMIN,
        .title = N_("The provider no longer serves the domain"),
        .says = N_("The MX record of {about} and its other records name the same provider ({provider}), yet {exchange} refuses every recipient of the "
                   "domain, postmaster too. The mail hosting has ended, or the domain was never activated there."),
        .fix = {
            {MW_AT_PROVIDER, N_("Sign in to the provider's admin console and renew the subscription, or finish adding and verifying the domain {about}. "
                                "Ask the support whether mail that waits is kept."), NULL},
        },
        .reference = "RFC 5321 section 3.6.2",
        .needs = {MW_F_SMTP_RCPT},
        .holds = service_lapsed,
        .alike = {
            {"smtp.rcpt.user_unknown", N_("Another address of the domain, or postmaster, is accepted.")},
            {"dns.mx.stale_provider", N_("The domain has moved on purpose, and SPF or the login servers name the new provider.")},
        },
        .explains = {"smtp.rcpt.relay_denied", "smtp.rcpt.user_unknown", "auth.account.disabled", "sym:inbound.bounce.hard", "sym:submit.auth_fail",
                     "sym:retrieve.auth_fail"},
    },
    {
        .id = "dns.mx.stale_provider", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The MX record still points to a former provider"),
        .says = N_("Mail for {about} goes to {exchange}, which refuses every recipient of the domain, while SPF or the published mail servers name "
                   "another provider. The MX record was left behind when the domain moved."),
        .fix = {
            {MW_AT_DNS, N_("Replace the MX records of {about} by those that the present provider gives in its set-up guide, and remove the old ones."),
             "{about}. IN MX 10 (name given by the provider)."},
            {MW_AT_PROVIDER, N_("Sign in once to the old mailboxes at {provider}, move what arrived there, and have the domain deleted there."), NULL},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_SMTP_RCPT},
        .holds = stale_provider,
        .alike = {
            {"reg.service.lapsed", N_("The domain never left that provider, and the subscription there has ended.")},
        },
        .explains = {"smtp.rcpt.relay_denied", "smtp.rcpt.user_unknown", "mtasts.mx_mismatch", "sym:inbound.bounce.hard", "sym:inbound.silent"},
    },
    {
        .id = "dns.delegation.lame", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The domain is delegated to a name server that does not serve it"),
        .says = N_("The zone above sends everybody who asks for {about} to {server}, but that server has no data for the domain. Lookups fail, or fail "
                   "now and then where another server still answers."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, set the name servers of {about} to those that really hold the zone."), NULL},
            {MW_AT_SERVER, N_("Or load the zone {about} on {server}, and check there that it answers with authority."),
             "dig @{server} {about} SOA +norecurse"},
        },
        .reference = "RFC 1912 section 2.8; RFC 8914",
        .needs = {MW_F_ZONE_END},
        .holds = lame,
        .alike = {
            {"dns.dnssec.ds_mismatch", N_("The same question is answered when checking is disabled (CD).")},
        },
        .explains = {NAME_FAULTS, "dns.delegation.mismatch", "dns.zone.inconsistent", "sym:inbound.delay", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.delegation.mismatch", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The zone above and the zone itself name different name servers"),
        .says = N_("{server} is a name server of {about} for one of the two, the zone above or the zone itself, and not for the other. Where such a "
                   "server holds other data, some senders see other MX records than the rest."),
        .fix = {
            {MW_AT_REGISTRAR, N_("Make the list of name servers at the registrar and the NS records in the zone {about} the same. Switch an old DNS host "
                                 "off only when the time to live of the old list is over."), NULL},
        },
        .reference = "RFC 1912 section 2.8; RFC 1034 section 4.2.2",
        .needs = {MW_F_PARENT_NS, MW_F_CHILD_NS},
        .holds = mismatch,
        .alike = {
            {"dns.zone.inconsistent", N_("Both lists are equal, and the servers on them hold different data.")},
        },
        .explains = {"dns.zone.inconsistent", "dns.resolver.stale", "sym:inbound.partial"},
    },
    {
        .id = "dns.delegation.server_down", .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("A name server of the domain does not answer"),
        .says = N_("{server} is a name server of {about} and answers no question. Lookups are slow or fail now and then; where no other server answers "
                   "either, the domain cannot be found at all."),
        .fix = {
            {MW_AT_SERVER, N_("Start the name service on {server} and let its firewall admit port 53 by UDP and TCP."),
             "dig @{server} {about} SOA +norecurse"},
            {MW_AT_REGISTRAR, N_("Or take {server} off the list of name servers at the registrar; keep at least two, in different networks."), NULL},
        },
        .reference = "RFC 2182 section 3",
        .needs = {MW_F_ZONE_END},
        .holds = servers_down,
        .alike = {
            {"dns.delegation.lame", N_("The server does answer, with a refusal or without authority.")},
        },
        .explains = {"spf.dns.temperror", "dns.delegation.mismatch", "sym:inbound.delay", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.delegation.ns_unresolvable", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The name of a name server has no address"),
        .says = N_("The zone above names {server} as name server of {about}, but that name has no address, so it cannot be asked. Where all name servers "
                   "are like this, the domain is out of reach."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, correct the name {server} in the list of name servers of {about}, or restore the domain in which it "
                                 "lives."), NULL},
        },
        .reference = "RFC 1034 section 4.2.1",
        .needs = {MW_F_NS_ADDRESS_END},
        .holds = ns_unresolvable,
        .alike = {
            {"dns.delegation.server_down", N_("The name has an address, and the server behind it is silent.")},
        },
        .explains = {NAME_FAULTS, "dns.delegation.mismatch", "sym:inbound.bounce.expired", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.zone.inconsistent", .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The domain's name servers give different answers"),
        .says = N_("{one} and {other} both serve {about} and give different MX or TXT records. Which one a sender asks is chance, so some mail takes the "
                   "wrong way."),
        .fix = {
            {MW_AT_DNS, N_("Raise the serial number of the zone {about} and see that every secondary server takes it over (transfer permission, NOTIFY, "
                           "TSIG key); remove a server that no longer follows."), "dig @{other} {about} SOA +norecurse"},
        },
        .reference = "RFC 1034 section 4.3.5; RFC 1996",
        .needs = {MW_F_ZONE_MX_END},
        .holds = inconsistent,
        .alike = {
            {"dns.resolver.stale", N_("All servers of the zone agree, and only a cache has older data.")},
        },
        .explains = {"dns.mx.stale_provider", "spf.sender.not_listed", "spf.record.missing", "dns.mx.missing", "dns.resolver.stale", "sym:inbound.partial"},
    },
    {
        .id = "dns.server.tcp_blocked", .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("A name server does not answer over TCP, so large answers are lost"),
        .says = N_("The {type} answer of {server} does not fit into one UDP packet, and the server cannot be asked over TCP. Whoever needs that record "
                   "gets nothing: SPF or DKIM checks then fail for a while or for good."),
        .fix = {
            {MW_AT_SERVER, N_("Let the firewall in front of {server} admit TCP to port 53, and let the name server listen there."),
             "dig +tcp @{server} {domain} TXT"},
            {MW_AT_DNS, N_("Remove TXT records at {domain} that nobody needs any more, so that the answer becomes small."), NULL},
        },
        .reference = "RFC 7766 section 5; RFC 9210",
        .needs = {MW_F_ZONE_TXT_END},
        .holds = tcp_blocked,
        .alike = {
            {"dns.delegation.server_down", N_("The server does not answer over UDP either.")},
        },
        .explains = {"spf.dns.temperror", "sym:outbound.defer"},
    },
    {
        .id = "dns.dnssec.ds_mismatch", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The DS record at the registrar fits no key of the zone"),
        .says = N_("{about} is signed with a key that the zone above does not know. Everybody who checks DNSSEC, among them the large providers, gets no "
                   "answer at all for the domain. This is typical after a move to another DNS host."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, remove the DS record of {about}, or replace it by the one of the key in use. Once the old one has run "
                                 "out of all caches, mail flows."), "dig {about} DNSKEY +cd"},
        },
        .reference = "RFC 4035 section 5; RFC 6781; RFC 8914",
        .needs = {MW_F_DNS_MX_END},
        .holds = ds_mismatch,
        .alike = {
            {"dns.delegation.lame", N_("The question fails with checking disabled (CD) too.")},
        },
        .explains = {NAME_FAULTS, "sym:inbound.partial", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.sig_expired", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The signatures of the zone have expired"),
        .says = N_("The DNSSEC signatures of {about} are out of date. Everybody who checks DNSSEC, among them the large providers, gets no answer at all "
                   "for the domain."),
        .fix = {
            {MW_AT_DNS, N_("Sign the zone {about} again: restart the signer, correct its schedule or its clock, and raise the serial number. As a "
                           "stopgap, remove the DS record at the registrar."), "dig {about} SOA +dnssec +cd"},
        },
        .reference = "RFC 4035 section 5.3.1; RFC 6781",
        .needs = {MW_F_DNS_MX_END},
        .holds = sig_expired,
        .alike = {
            {"tls.clock.skew", N_("Only this machine finds the signatures expired, because its clock is ahead.")},
        },
        .explains = {NAME_FAULTS, "sym:inbound.partial", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.sig_not_yet_valid", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The signatures of the zone begin in the future"),
        .says = N_("The DNSSEC signatures of {about} are not valid yet. Everybody who checks DNSSEC gets no answer for the domain until they are. The "
                   "clock of the machine that signs is wrong."),
        .fix = {
            {MW_AT_DNS, N_("Set the clock of the machine that signs {about} (NTP) and sign the zone again."), "dig {about} SOA +dnssec +cd"},
        },
        .reference = "RFC 4035 section 5.3.1",
        .needs = {MW_F_DNS_MX_END},
        .holds = sig_not_yet_valid,
        .alike = {
            {"tls.clock.skew", N_("Only this machine finds them invalid, because its clock is behind.")},
        },
        .explains = {NAME_FAULTS, "sym:inbound.bounce.expired", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.bogus", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("A record does not match its DNSSEC signature"),
        .says = N_("Records of {about} were changed after they were signed, or were signed wrongly. Everybody who checks DNSSEC gets no answer for them; "
                   "with checking disabled the answer comes."),
        .fix = {
            {MW_AT_DNS, N_("Sign the zone {about} again. Look for an edit of the signed file, and for a secondary server that mixes two versions."),
             "dig {about} MX +dnssec +cd"},
        },
        .reference = "RFC 4035 section 5.3.3",
        .needs = {MW_F_DNS_MX_END},
        .holds = bogus,
        .alike = {
            {"dns.dnssec.ds_mismatch", N_("No key of the zone fits the DS record at the registrar.")},
        },
        .explains = {NAME_FAULTS, "sym:inbound.bounce.expired", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.unsigned_child", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The registrar has a DS record, but the zone is not signed"),
        .says = N_("The zone above says that {about} is signed, and it is not. Everybody who checks DNSSEC gets no answer at all for the domain. This is "
                   "typical after a move to a DNS host that does not sign."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, remove the DS record of {about}; or switch signing on at the DNS host and enter its DS record."),
             "dig {about} DS"},
        },
        .reference = "RFC 4035 section 5.2",
        .needs = {MW_F_DNS_MX_END},
        .holds = unsigned_child,
        .alike = {
            {"dns.dnssec.ds_mismatch", N_("The zone is signed, with a key that the DS record does not name.")},
        },
        .explains = {NAME_FAULTS, "sym:inbound.bounce.expired", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
};

const struct mw_area mw_area_registration = {"registration", causes, MW_COUNT(causes)};
