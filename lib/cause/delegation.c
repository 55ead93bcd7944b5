/* Causes between the zone above and the zone: delegation, and the zone's own servers.
 *
 * Never concludes from silence alone, nor from a resolver's SERVFAIL. A network that answers for every name server (a DNS proxy on the path) makes them all
 * look lame: that all of them are lame is said only where the resolver has no answer either.
 * RFC 1034 section 4.2.1, RFC 1912 section 2.8, RFC 2182, RFC 7766. */
#include "seen.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

/* The resolver has an answer about the domain, be it that there is nothing. */
static bool resolver_answers(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain);
    return end && !mw_seen_failed(end);
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
    return mw_seen_at_zone(judge, MW_F_PARENT_END, zone, MW_OK) && !resolver_answers(judge, zone);
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

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
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
        .explains = {MW_SEEN_NAME_FAULTS, "dns.delegation.mismatch", "dns.zone.inconsistent", "sym:inbound.delay", "sym:dns.lookup_fail"},
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
        .explains = {MW_SEEN_NAME_FAULTS, "dns.delegation.mismatch", "sym:inbound.bounce.expired", "sym:dns.lookup_fail"},
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
};

const struct mw_area mw_area_delegation = {"delegation", causes, MW_COUNT(causes)};
