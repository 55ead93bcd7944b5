/* Causes between the zone above and the zone: delegation, and the zone's own servers.
 *
 * Never concludes from silence alone, nor from a resolver's SERVFAIL. A network that answers for every name server (a DNS proxy on the path) makes them all
 * look lame: that all of them are lame is said only where the resolver has no answer either.
 * What our own network keeps from us (IPv6, TCP to port 53) is held against no server: another one of the same family has to get through.
 * RFC 1034 section 4.2.1, RFC 1912 section 2.8, RFC 2182, RFC 7766, RFC 8906, RFC 9471. */
#include "seen.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

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

/* host[address] of a fact about zone@host[address]. */
static const char *server_of(struct mw_judge *judge, const struct mw_fact *fact)
{
    struct mw_about about = mw_about_read(mw_judge_arena(judge), fact->about);
    return mw_about_endpoint(mw_judge_arena(judge), about.host, about.address, 0);
}

static bool is_zone_of(struct mw_judge *judge, const struct mw_fact *fact, const char *zone)
{
    return mw_text_same(mw_seen_zone(judge, fact), zone);
}

/* The server answers as it should when it is asked without EDNS. */
static bool answers_plain(struct mw_judge *judge, const char *at)
{
    return mw_is(judge, MW_F_ZONE_PLAIN_END, at, MW_OK);
}

/* --- addresses that the zone above gives ------------------------------------------------------------------------------------------------- */

static bool zone_has_family(struct mw_judge *judge, const char *host, bool ipv6)
{
    MW_EACH_ABOUT (own, judge, MW_F_NS_OWN_ADDRESS, host)
        if (mw_address_is_ipv6(own->text) == ipv6)
            return true;
    return false;
}

static bool zone_has_address(struct mw_judge *judge, const char *host, const char *address)
{
    MW_EACH_ABOUT (own, judge, MW_F_NS_OWN_ADDRESS, host)
        if (mw_text_same(own->text, address))
            return true;
    return false;
}

/* A whole family that the zone leaves out may only not have been told along with the names; another address of the family, or none at all, is an answer. */
static bool is_wrong_address(struct mw_judge *judge, const char *host, const char *address)
{
    bool denied = mw_seen_gone(mw_know(judge, MW_F_NS_OWN_END, host));
    return (denied || zone_has_family(judge, host, mw_address_is_ipv6(address))) && !zone_has_address(judge, host, address);
}

/* A server of the zone above gives the address for the host. */
static bool is_glue(struct mw_judge *judge, const char *host, const char *address)
{
    MW_EACH (glue, judge, MW_F_PARENT_GLUE)
        if (is_zone_of(judge, glue, host) && mw_list_has(&glue->list, address))
            return true;
    return false;
}

static bool is_wrong_glue(struct mw_judge *judge, const char *host, const char *address)
{
    return address && is_glue(judge, host, address) && is_wrong_address(judge, host, address);
}

/* What is found at an address that is wrong above is no fault of the server's. */
static bool is_at_wrong_address(struct mw_judge *judge, const struct mw_fact *end)
{
    struct mw_about about = mw_about_read(mw_judge_arena(judge), end->about);
    return is_wrong_glue(judge, about.host, about.address);
}

struct glue {
    const struct mw_fact *fact;              /* of one server above; NULL: the host lies elsewhere and needs none */
    const char *wrong, *lacks;               /* an address above that is not the zone's; one of the zone's of a family that is not above; NULL */
    bool any;                                /* some server above gives an address */
    bool serves;                             /* the zone is served at one of these addresses, or was not asked for there */
};

static bool has_family(const struct mw_list *addresses, bool ipv6)
{
    for (size_t i = 0; i < addresses->count; i++)
        if (mw_address_is_ipv6(addresses->items[i]) == ipv6)
            return true;
    return false;
}

static const struct mw_fact *end_at(struct mw_judge *judge, const char *zone, const char *host, const char *address)
{
    return mw_know(judge, MW_F_ZONE_END, mw_about_zone_at(mw_judge_arena(judge), zone, host, address));
}

static bool answers_at(struct mw_judge *judge, const char *zone, const char *host, const char *address)
{
    return mw_seen_value(end_at(judge, zone, host, address), MW_OK);
}

static void read_glue(struct mw_judge *judge, const char *zone, const char *host, const struct mw_list *addresses, struct glue *glue)
{
    for (size_t i = 0; i < addresses->count; i++) {
        const char *address = addresses->items[i];
        bool wrong = is_wrong_address(judge, host, address), serves = !end_at(judge, zone, host, address) || answers_at(judge, zone, host, address);
        glue->any = true;
        glue->wrong = wrong && (!glue->wrong || !serves) ? address : glue->wrong;
        glue->serves = glue->serves || serves;
    }
    MW_EACH_ABOUT (own, judge, MW_F_NS_OWN_ADDRESS, host)
        if (addresses->count && !has_family(addresses, mw_address_is_ipv6(own->text)))
            glue->lacks = own->text;
}

static struct glue glue_of(struct mw_judge *judge, const char *zone, const char *host)
{
    struct glue glue = {0};
    MW_EACH (fact, judge, MW_F_PARENT_GLUE) {
        if (!is_zone_of(judge, fact, host))
            continue;
        if (!glue.fact || !fact->list.count)
            glue.fact = fact;
        read_glue(judge, zone, host, &fact->list, &glue);
    }
    return glue;
}

/* A name server that can be found from above alone. */
static bool some_found(struct mw_judge *judge, const char *zone)
{
    MW_EACH_ABOUT (ns, judge, MW_F_PARENT_NS, zone) {
        struct glue glue = glue_of(judge, zone, ns->text);
        if (!glue.fact || (glue.any && glue.serves))
            return true;
    }
    return false;
}

static const char *own_addresses(struct mw_judge *judge, const char *host)
{
    struct mw_list own = {0};
    MW_EACH_ABOUT (address, judge, MW_F_NS_OWN_ADDRESS, host)
        mw_list_add(mw_judge_arena(judge), &own, address->text);
    return own.count ? mw_list_join(mw_judge_arena(judge), &own, ", ") : NULL;
}

static const char wrong_title[] = N_("The zone above gives an address for a name server that is not its address");
static const char wrong_says[] = N_("The zone above sends whoever asks for {zone} to {glue} as the address of the name server {about}; the zone itself says {own}. What "
                                    "answers at {glue}, if anything does, is not the server that is meant.");
static const char lacks_title[] = N_("The zone above leaves out one of a name server's addresses");
static const char lacks_says[] = N_("The zone {zone} itself gives {glue} as an address of its name server {about} too, and the zone above does not. Whoever can use "
                                    "that address family alone does not find the server.");

static void put_glue_into_words(struct mw_judge *judge, struct mw_instance *instance, const char *zone, const struct glue *glue)
{
    if (glue->any && glue->wrong)
        mw_words(instance, wrong_title, wrong_says);
    if (glue->any && !glue->wrong)
        mw_words(instance, lacks_title, lacks_says);
    if (glue->any && (!glue->wrong || answers_at(judge, zone, mw_seen_zone(judge, glue->fact), glue->wrong))) {
        mw_weight(instance, MW_ADVICE, MW_RECEIVE);
        return;
    }
    if (!some_found(judge, zone)) {
        mw_weight(instance, MW_BLOCKS, MW_RECEIVE | MW_SEND);
        mw_seen_prove_below(judge, instance, zone);
    }
}

static void host_glue(struct mw_judge *judge, const char *zone, const char *host)
{
    struct glue glue = glue_of(judge, zone, host);
    if (!glue.fact || (glue.any && !glue.wrong && !glue.lacks))
        return;
    struct mw_instance *instance = mw_found(judge, host, glue.fact);
    mw_proof(instance, mw_know(judge, MW_F_NS_OWN_ADDRESS, host));
    mw_proof(instance, mw_know(judge, MW_F_NS_OWN_END, host));
    if (glue.wrong)
        mw_proof(instance, end_at(judge, zone, host, glue.wrong));
    mw_place(instance, "zone", zone);
    const char *own = own_addresses(judge, host);
    mw_place(instance, own ? "own" : "unknown", own ? own : host);
    mw_place(instance, "glue", glue.wrong ? glue.wrong : glue.lacks ? glue.lacks : "-");
    put_glue_into_words(judge, instance, zone, &glue);
}

/* Where no server above gives glue for any name, the answers were no referrals. */
static void glue_faults(struct mw_judge *judge)
{
    MW_EACH (ns, judge, MW_F_PARENT_NS)
        host_glue(judge, ns->about, ns->text);
}

/* --- servers that do not serve, or are silent --------------------------------------------------------------------------------------------- */

/* It answers, and not from the zone's data. An error to EDNS alone is another fault. */
static bool is_lame(struct mw_judge *judge, const struct mw_fact *end)
{
    return mw_seen_answered(end) && !mw_seen_value(end, MW_OK) && !mw_seen_value(end, "cut") && !answers_plain(judge, end->about) && !is_at_wrong_address(judge, end);
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
    struct mw_list servers = {0};
    MW_EACH (end, judge, MW_F_ZONE_END) {
        if (!is_zone_of(judge, end, zone) || !parent_names(judge, zone, mw_seen_host(judge, end)) || !is_lame(judge, end))
            continue;
        if (!instance) {
            instance = mw_found(judge, zone, end);
            mw_place(instance, "at", mw_about_read(mw_judge_arena(judge), end->about).address);
        }
        mw_list_add(mw_judge_arena(judge), &servers, server_of(judge, end));
        mw_proof(instance, end);
    }
    if (!instance)
        return;
    mw_place(instance, "server", mw_list_join(mw_judge_arena(judge), &servers, ", "));
    mw_seen_prove_below(judge, instance, zone);
    if (some_serve)
        mw_weight(instance, MW_DEGRADES, MW_RECEIVE | MW_SEND);
}

static void lame(struct mw_judge *judge)
{
    each_zone(judge, zone_lame);
}

/* Questions and connections of that family get out of this network. What a resolver made of an IPv4 address (DNS64, RFC 6052) is none of the domain's. */
static bool family_works(struct mw_judge *judge, const struct mw_fact *end)
{
    const char *address = mw_about_read(mw_judge_arena(judge), end->about).address;
    return !address || !mw_address_is_ipv6(address) || (mw_seen_ipv6_works(judge) && !mw_address_in(address, "64:ff9b::", 96));
}

/* What the zone's server at any of its addresses did. */
enum reach { UNTESTED, SILENT, ANSWERS };

static enum reach reach_of(struct mw_judge *judge, const char *zone, const char *server, const struct mw_fact **proof)
{
    enum reach reach = UNTESTED;
    MW_EACH (end, judge, MW_F_ZONE_END) {
        if (!is_zone_of(judge, end, zone) || !mw_text_same(mw_seen_host(judge, end), server) || is_at_wrong_address(judge, end))
            continue;
        if (mw_seen_answered(end) || mw_seen_answered(mw_know(judge, MW_F_ZONE_PLAIN_END, end->about)))
            return ANSWERS;
        if (mw_seen_value(end, MW_SKIPPED) || !family_works(judge, end))
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

static const char udp_title[] = N_("A name server of the domain does not answer over UDP");
static const char udp_says[] = N_("No answer over UDP, by which everybody asks first, comes from {server}, named among the name servers of {about}; over TCP there "
                                  "is one. Lookups are slow or fail now and then; where no other server answers, the domain cannot be found at all.");
static const char address_title[] = N_("One address of a name server does not answer");
static const char address_says[] = N_("A name server of {about} answers at another of its addresses, but not at {server}. Whoever tries that one first has to wait, "
                                      "and whoever can reach it alone gets no answer.");

static bool by_tcp(struct mw_judge *judge, const struct mw_fact *end)
{
    return mw_is(judge, MW_F_ZONE_TCP_END, end->about, MW_OK);
}

/* A host that answers at one address and is silent at another. */
static void silent_addresses(struct mw_judge *judge, const char *zone)
{
    const struct mw_fact *unused;
    MW_EACH (end, judge, MW_F_ZONE_END) {
        bool silent = is_zone_of(judge, end, zone) && !mw_seen_answered(end) && !mw_seen_value(end, MW_SKIPPED) && !answers_plain(judge, end->about);
        if (!silent || !family_works(judge, end) || is_at_wrong_address(judge, end) || reach_of(judge, zone, mw_seen_host(judge, end), &unused) != ANSWERS)
            continue;
        struct mw_instance *instance = mw_found(judge, zone, end);
        mw_place(instance, "server", server_of(judge, end));
        mw_place(instance, "at", mw_about_read(mw_judge_arena(judge), end->about).address);
        mw_words(instance, address_title, address_says);
        mw_weight(instance, MW_RISK, MW_RECEIVE | MW_SEND);
    }
}

static struct mw_instance *silent_servers(struct mw_judge *judge, const char *zone)
{
    struct mw_instance *instance = NULL;
    struct mw_list servers = {0};
    bool all_by_tcp = true;
    MW_EACH (host, judge, MW_F_NS_HOST) {
        const struct mw_fact *proof = NULL;
        if (!mw_text_same(host->text, zone) || reach_of(judge, zone, host->about, &proof) != SILENT)
            continue;
        if (!instance) {
            instance = mw_found(judge, zone, proof);
            mw_place(instance, "at", host->about);
        }
        mw_proof(instance, proof);
        mw_list_add(mw_judge_arena(judge), &servers, host->about);
        all_by_tcp = all_by_tcp && by_tcp(judge, proof);
        if (by_tcp(judge, proof))
            mw_proof(instance, mw_know(judge, MW_F_ZONE_TCP_END, proof->about));
    }
    if (instance)
        mw_place(instance, "server", mw_list_join(mw_judge_arena(judge), &servers, ", "));
    if (instance && all_by_tcp)
        mw_words(instance, udp_title, udp_says);
    return instance;
}

static void zone_servers_down(struct mw_judge *judge, const char *zone)
{
    if (!can_ask_directly(judge, zone))
        return;
    struct mw_instance *instance = silent_servers(judge, zone);
    if (!instance)
        silent_addresses(judge, zone);
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
        if (differs || (below && is_lame(judge, end)))
            *harm = end;
    }
    return true;
}

/* Servers of one zone whose own lists of its name servers differ. */
static void lists_differ(struct mw_judge *judge, const char *zone, enum mw_fact_id id, const char *title, const char *says)
{
    const struct mw_fact *one = NULL, *other = NULL;
    MW_EACH (set, judge, id) {
        if (!is_zone_of(judge, set, zone))
            continue;
        other = one ? set : NULL;
        one = one ? one : set;
        if (other)
            break;
    }
    if (!other)
        return;
    struct mw_instance *instance = mw_found(judge, zone, one);
    mw_proof(instance, other);
    mw_place(instance, "one", mw_seen_host(judge, one));
    mw_place(instance, "other", mw_seen_host(judge, other));
    mw_place(instance, "these", mw_list_join(mw_judge_arena(judge), &one->list, ", "));
    mw_place(instance, "those", mw_list_join(mw_judge_arena(judge), &other->list, ", "));
    mw_words(instance, title, says);
    mw_weight(instance, MW_ADVICE, MW_RECEIVE);
}

static void zone_mismatch(struct mw_judge *judge, const char *zone)
{
    lists_differ(judge, zone, MW_F_PARENT_NS_SET, N_("The servers of the zone above name different name servers"),
                 N_("For {about}, {one} names {these} and {other} names {those}. A change at the registrar takes minutes to reach all servers of the zone above; "
                    "should it last longer, the registry has to be told."));
    lists_differ(judge, zone, MW_F_CHILD_NS_SET, N_("The name servers of the domain name different name servers"),
                 N_("For {about}, {one} names {these} and {other} names {those}. One of them has an old or another zone."));
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
        mw_words(instance, NULL, NULL);
        mw_weight(instance, harm ? MW_DEGRADES : MW_ADVICE, MW_RECEIVE);
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
            mw_place(instance, "gone", host->about);
        }
        mw_proof(instance, end);
    }
    if (!instance)
        return;
    mw_seen_prove_below(judge, instance, zone);
    if (some_resolve)
        mw_weight(instance, MW_DEGRADES, MW_RECEIVE | MW_SEND);
}

static bool is_named_by_alias(struct mw_judge *judge, const struct mw_fact *host)
{
    return mw_know(judge, MW_F_NS_CNAME, host->about) && mw_know(judge, MW_F_NS_ADDRESS, host->about);
}

static bool any_by_its_name(struct mw_judge *judge, const char *zone)
{
    MW_EACH (host, judge, MW_F_NS_HOST)
        if (mw_text_same(host->text, zone) && mw_know(judge, MW_F_NS_ADDRESS, host->about) && !is_named_by_alias(judge, host))
            return true;
    return false;
}

/* RFC 2181 section 10.3: BIND passes such a server over, others follow the alias. Where our resolver gets nowhere, it is of those that do not. */
static void zone_ns_alias(struct mw_judge *judge, const char *zone)
{
    bool some_serve = any_by_its_name(judge, zone), fails = mw_seen_failed(mw_know(judge, MW_F_DNS_MX_END, zone));
    MW_EACH (host, judge, MW_F_NS_HOST) {
        if (!mw_text_same(host->text, zone) || !is_named_by_alias(judge, host))
            continue;
        const struct mw_fact *alias = mw_know(judge, MW_F_NS_CNAME, host->about);
        struct mw_instance *instance = mw_found(judge, zone, alias);
        mw_place(instance, "server", host->about);
        mw_place(instance, "target", alias->text);
        mw_words(instance, N_("The name of a name server is an alias"),
                 N_("{server}, a name server of {about}, is an alias (CNAME) of {target}. NS records must name hosts: resolvers such as BIND pass an alias over, and "
                    "where all name servers are aliases they cannot find the domain."));
        mw_weight(instance, some_serve ? MW_RISK : fails ? MW_BLOCKS : MW_DEGRADES, MW_RECEIVE | MW_SEND);
        if (fails && !some_serve)
            mw_seen_prove_below(judge, instance, zone);
    }
}

static void ns_unresolvable(struct mw_judge *judge)
{
    each_zone(judge, zone_ns_unresolvable);
    each_zone(judge, zone_ns_alias);
}

/* --- the zone's own servers --------------------------------------------------------------------------------------------------------------- */

/* An answer was cut and could not be had whole. */
static bool is_cut(struct mw_judge *judge, const char *at)
{
    return mw_know(judge, MW_F_ZONE_TRUNCATED, at) && !mw_is(judge, MW_F_ZONE_TCP_END, at, MW_OK);
}

/* Records that servers are compared by. */
struct compared {
    enum mw_fact_id end, records;
    const char *type, *beginning; /* only those that begin so; NULL: all */
};
static const struct compared of_domain[] = {{MW_F_ZONE_MX_END, MW_F_ZONE_MX, "MX", NULL}, {MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, "TXT", NULL}};
static const struct compared of_spf = {MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, "TXT", "v=spf1"};
static const struct compared of_exchange[] = {{MW_F_ZONE_TLSA_END, MW_F_ZONE_TLSA, "TLSA", NULL}};

#define RECORD_SHOWN 120u

/* The server said to one question what it has, be it nothing. */
static bool is_said(struct mw_judge *judge, const char *at, const struct compared *compared)
{
    const struct mw_fact *end = mw_know(judge, compared->end, at), *zone = mw_know(judge, MW_F_ZONE_END, at);
    bool serves = !zone || mw_seen_value(zone, MW_OK);
    return serves && !is_cut(judge, at) && (mw_seen_value(end, MW_OK) || mw_seen_gone(end));
}

static const struct mw_list *records_at(struct mw_judge *judge, const char *at, const struct compared *compared)
{
    static const struct mw_list none = {0};
    const struct mw_fact *records = mw_know(judge, compared->records, at);
    return records ? &records->list : &none;
}

/* All servers of `name` that said something have the record. */
static bool is_common(struct mw_judge *judge, const char *name, const struct compared *compared, const char *record)
{
    MW_EACH (end, judge, compared->end)
        if (is_zone_of(judge, end, name) && is_said(judge, end->about, compared) && !mw_list_has(records_at(judge, end->about, compared), record))
            return false;
    return true;
}

/* What one server has and not all have: "MX 10 mx.example.org, TXT v=spf1 -all". */
static const char *peculiar(struct mw_judge *judge, const char *name, const char *at, const struct compared *compared, size_t types)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    struct mw_list found = {0};
    for (size_t t = 0; t < types; t++) {
        const struct mw_list *records = records_at(judge, at, &compared[t]);
        for (size_t i = 0; is_said(judge, at, &compared[t]) && i < records->count; i++)
            if (!is_common(judge, name, &compared[t], records->items[i]))
                mw_list_add(arena, &found, mw_printf(arena, "%s %s", compared[t].type, mw_text_safe(arena, records->items[i], strlen(records->items[i]), RECORD_SHOWN)));
    }
    return found.count ? mw_list_join(arena, &found, ", ") : "-";
}

/* "ns1.example.org, ns3.example.org: MX 10 a.example.org; ns2.example.org: -", servers that say the same together. */
static const char *who_has_what(struct mw_judge *judge, const char *name, const struct compared *compared, size_t types)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    struct mw_list says = {0}, groups = {0};
    MW_EACH (end, judge, compared->end)
        if (is_zone_of(judge, end, name) && !mw_list_has(&says, peculiar(judge, name, end->about, compared, types)))
            mw_list_add(arena, &says, peculiar(judge, name, end->about, compared, types));
    for (size_t i = 0; i < says.count; i++) {
        struct mw_list servers = {0};
        MW_EACH (end, judge, compared->end)
            if (is_zone_of(judge, end, name) && is_said(judge, end->about, compared) &&
                mw_text_same(peculiar(judge, name, end->about, compared, types), says.items[i]) && !mw_list_has(&servers, mw_seen_host(judge, end)))
                mw_list_add(arena, &servers, mw_seen_host(judge, end));
        if (servers.count)
            mw_list_add(arena, &groups, mw_printf(arena, "%s: %s", mw_list_join(arena, &servers, ", "), says.items[i]));
    }
    return mw_list_join(arena, &groups, "; ");
}

static bool has_all(const struct mw_list *mine, const struct mw_list *theirs, const char *beginning)
{
    for (size_t i = 0; i < theirs->count; i++)
        if ((!beginning || mw_text_starts(theirs->items[i], beginning)) && !mw_list_has(mine, theirs->items[i]))
            return false;
    return true;
}

/* Two servers that answer differently: *one and *other are their facts. */
static bool differ(struct mw_judge *judge, const char *name, const struct compared *compared, const struct mw_fact **one, const struct mw_fact **other)
{
    const struct mw_fact *first = NULL;
    MW_EACH (end, judge, compared->end) {
        if (!is_zone_of(judge, end, name) || !is_said(judge, end->about, compared))
            continue;
        const struct mw_list *mine = first ? records_at(judge, first->about, compared) : NULL, *theirs = records_at(judge, end->about, compared);
        if (first && !(has_all(mine, theirs, compared->beginning) && has_all(theirs, mine, compared->beginning))) {
            const struct mw_fact *here = mw_know(judge, compared->records, first->about), *there = mw_know(judge, compared->records, end->about);
            *one = here ? here : first;
            *other = there ? there : end;
            return true;
        }
        first = first ? first : end;
    }
    return false;
}

/* The zone that a name lies in, of those whose servers were asked. */
static const char *zone_of_name(struct mw_judge *judge, const char *name)
{
    MW_EACH (host, judge, MW_F_NS_HOST)
        if (mw_domain_is_under(name, host->text))
            return host->text;
    return name;
}

static struct mw_instance *found_different(struct mw_judge *judge, const char *name, const struct compared *compared, size_t types, const struct mw_fact *one,
                                           const struct mw_fact *other)
{
    struct mw_instance *instance = mw_found(judge, name, one);
    mw_proof(instance, other);
    mw_proof(instance, mw_know(judge, MW_F_ZONE_SERIAL, one->about));
    mw_proof(instance, mw_know(judge, MW_F_ZONE_SERIAL, other->about));
    mw_place(instance, "other", mw_seen_host(judge, other));
    mw_place(instance, "zone", zone_of_name(judge, name));
    mw_place(instance, "groups", who_has_what(judge, name, compared, types));
    return instance;
}

static void zone_inconsistent(struct mw_judge *judge, const char *zone)
{
    const struct mw_fact *one = NULL, *other = NULL;
    bool mx = differ(judge, zone, &of_domain[0], &one, &other), spf = !mx && differ(judge, zone, &of_spf, &one, &other);
    if (!mx && !spf && !differ(judge, zone, &of_domain[1], &one, &other))
        return;
    struct mw_instance *instance = found_different(judge, zone, of_domain, MW_COUNT(of_domain), one, other);
    mw_weight(instance, mx || spf ? MW_DEGRADES : MW_ADVICE, mx ? MW_RECEIVE | MW_SEND : MW_SEND);
    if (!mx && !spf)
        mw_words(instance, N_("The domain's name servers have TXT records that differ"),
                 N_("All of them serve {about} and give the same MX and SPF records, but not the same TXT records beside them. What not all of them have: {groups}. Mail does "
                    "not suffer from it; where it lasts, a secondary server no longer follows."));
}

static void exchange_inconsistent(struct mw_judge *judge, const char *host)
{
    const struct mw_fact *one = NULL, *other = NULL;
    if (!differ(judge, host, &of_exchange[0], &one, &other))
        return;
    struct mw_instance *instance = found_different(judge, host, of_exchange, MW_COUNT(of_exchange), one, other);
    mw_words(instance, N_("The name servers give different TLSA records"),
             N_("For {about} the name servers give different TLSA records: {groups}. Senders that rely on DANE deliver or refuse by chance."));
    mw_weight(instance, MW_DEGRADES, MW_RECEIVE);
}

static void inconsistent(struct mw_judge *judge)
{
    each_zone(judge, zone_inconsistent);
    MW_EACH (host, judge, MW_F_MX_HOST)
        exchange_inconsistent(judge, host->about);
}

/* Our own network may block TCP to port 53; the resolver, which asks for itself, then still has the whole answer. */
static bool resolver_suffers(struct mw_judge *judge, const char *zone, const char *type)
{
    enum mw_fact_id end = mw_text_same(type, "MX") ? MW_F_DNS_MX_END : MW_F_SPF_END;
    return mw_seen_failed(mw_know(judge, end, zone));
}

static bool is_blocked(const struct mw_fact *tcp)
{
    return mw_seen_value(tcp, MW_REFUSED) || mw_seen_value(tcp, MW_TIMED_OUT) || mw_seen_value(tcp, MW_UNREACHABLE);
}

static void cut_and_lost(struct mw_judge *judge)
{
    MW_EACH (cut, judge, MW_F_ZONE_TRUNCATED) {
        const struct mw_fact *tcp = mw_know(judge, MW_F_ZONE_TCP_END, cut->about);
        const char *zone = mw_seen_zone(judge, cut);
        if (!is_blocked(tcp) || (!mw_seen_at_zone(judge, MW_F_ZONE_TCP_END, zone, MW_OK) && !resolver_suffers(judge, zone, cut->text)))
            continue;
        struct mw_instance *instance = mw_found(judge, cut->about, tcp);
        mw_proof(instance, cut);
        mw_proof(instance, mw_know(judge, MW_F_SPF_END, zone));
        mw_place(instance, "server", mw_seen_host(judge, cut));
        mw_place(instance, "at", mw_about_read(mw_judge_arena(judge), cut->about).address);
        mw_place(instance, "type", cut->text);
    }
}

/* Another server of the same address family, of this zone or the one above, that answers over TCP. */
static bool tcp_gets_out(struct mw_judge *judge, const struct mw_fact *blocked)
{
    const char *address = mw_about_read(mw_judge_arena(judge), blocked->about).address;
    MW_EACH (tcp, judge, MW_F_ZONE_TCP_END) {
        const char *other = mw_about_read(mw_judge_arena(judge), tcp->about).address;
        if (mw_seen_value(tcp, MW_OK) && address && other && mw_address_is_ipv6(address) == mw_address_is_ipv6(other))
            return true;
    }
    return false;
}

/* Nothing is lost as long as every answer fits into a packet. */
static void no_tcp(struct mw_judge *judge)
{
    MW_EACH (tcp, judge, MW_F_ZONE_TCP_END) {
        bool by_udp = mw_is(judge, MW_F_ZONE_END, tcp->about, MW_OK) && !mw_know(judge, MW_F_ZONE_TRUNCATED, tcp->about);
        if (!is_blocked(tcp) || !by_udp || !tcp_gets_out(judge, tcp))
            continue;
        struct mw_instance *instance = mw_found(judge, tcp->about, tcp);
        mw_proof(instance, mw_know(judge, MW_F_ZONE_END, tcp->about));
        mw_place(instance, "server", server_of(judge, tcp));
        mw_place(instance, "at", mw_about_read(mw_judge_arena(judge), tcp->about).address);
        mw_words(instance, N_("A name server does not answer over TCP"),
                 N_("An answer comes from {server} over UDP, and none over TCP. All answers that were asked for fit into one packet; the first that does "
                    "not will be lost there, such as a longer SPF, DKIM or DNSSEC record."));
        mw_weight(instance, MW_RISK, MW_RECEIVE | MW_SEND);
        mw_confidence(instance, 0.8);
    }
}

static void tcp_blocked(struct mw_judge *judge)
{
    cut_and_lost(judge);
    no_tcp(judge);
}

/* An answer that says nothing where the same server has answered for the same name. Without a TLSA record that name need not exist; any other one does. */
static bool is_mishandled(const struct mw_fact *end)
{
    return (mw_seen_failed(end) && !mw_seen_value(end, MW_UNREACHABLE)) || (end && end->id != MW_F_ZONE_TLSA_END && mw_seen_value(end, "nxdomain"));
}

static const char *all_such(struct mw_judge *judge, const struct mw_fact *end)
{
    struct mw_list servers = {0};
    MW_EACH (other, judge, end->id)
        if (is_zone_of(judge, other, mw_seen_zone(judge, end)) && is_mishandled(other))
            mw_list_add(mw_judge_arena(judge), &servers, server_of(judge, other));
    return mw_list_join(mw_judge_arena(judge), &servers, ", ");
}

static struct mw_instance *mishandled(struct mw_judge *judge, const struct mw_fact *end, const struct mw_fact *answered, const char *type)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const char *name = mw_seen_zone(judge, end);
    struct mw_instance *instance = mw_found(judge, name, end);
    mw_proof(instance, answered);
    mw_proof(instance, mw_know(judge, MW_F_TLSA_END, mw_printf(arena, "%s:25", name)));
    mw_place(instance, "server", all_such(judge, end));
    mw_place(instance, "at", mw_about_read(arena, end->about).address);
    mw_place(instance, "type", type);
    mw_place(instance, "name", end->id == MW_F_ZONE_TLSA_END ? mw_printf(arena, "_25._tcp.%s", name) : name);
    mw_place(instance, "how", end->text);
    if (mw_seen_value(end, MW_TIMED_OUT))
        mw_confidence(instance, 0.8);
    return instance;
}

static void domain_mishandled(struct mw_judge *judge, const struct mw_fact *soa)
{
    if (!mw_text_same(mw_seen_zone(judge, soa), mw_seen_target(judge)) || !mw_seen_value(soa, MW_OK) || is_cut(judge, soa->about))
        return;
    for (size_t t = 0; t < MW_COUNT(of_domain); t++) {
        const struct mw_fact *end = mw_know(judge, of_domain[t].end, soa->about);
        if (is_mishandled(end))
            mishandled(judge, end, soa, of_domain[t].type);
    }
}

static void host_mishandled(struct mw_judge *judge, const struct mw_fact *address_end)
{
    const struct mw_fact *address = mw_know(judge, MW_F_ZONE_ADDRESS, address_end->about), *aaaa = mw_know(judge, MW_F_ZONE_AAAA_END, address_end->about),
                         *tlsa = mw_know(judge, MW_F_ZONE_TLSA_END, address_end->about);
    if (address && is_mishandled(aaaa))
        mishandled(judge, aaaa, address, "AAAA");
    if (address && is_mishandled(tlsa))
        mishandled(judge, tlsa, address, "TLSA");
}

/* All questions with EDNS fail, and the one without is answered: else a packet was lost. */
static void edns_mishandled(struct mw_judge *judge, const struct mw_fact *plain)
{
    const struct mw_fact *end = mw_know(judge, MW_F_ZONE_END, plain->about), *mx = mw_know(judge, MW_F_ZONE_MX_END, plain->about);
    if (!mw_seen_value(plain, MW_OK) || !is_mishandled(end) || (mx && !mw_seen_failed(mx)))
        return;
    struct mw_instance *instance = mishandled(judge, end, plain, "SOA");
    mw_words(instance, N_("A name server cannot handle EDNS"),
             N_("An answer for {about} comes from {server} when the question has the old form, and none when it carries EDNS, as all resolvers' questions "
                "do (outcome: {how}). Lookups there are slow or fail, and DNSSEC is impossible."));
}

static void qtype_broken(struct mw_judge *judge)
{
    MW_EACH (soa, judge, MW_F_ZONE_END)
        domain_mishandled(judge, soa);
    MW_EACH (end, judge, MW_F_ZONE_ADDRESS_END)
        host_mishandled(judge, end);
    MW_EACH (plain, judge, MW_F_ZONE_PLAIN_END)
        edns_mishandled(judge, plain);
}

#define TTL_LONG_S 86400

static void long_ttl(struct mw_judge *judge, enum mw_fact_id id, const char *type)
{
    MW_EACH (ttl, judge, id) {
        if (ttl->number <= TTL_LONG_S)
            continue;
        struct mw_instance *instance = mw_found(judge, mw_seen_zone(judge, ttl), ttl);
        mw_place(instance, "type", type);
        mw_place(instance, "hours", mw_printf(mw_judge_arena(judge), "%lld", (long long)ttl->number / 3600));
    }
}

static void ttl_long(struct mw_judge *judge)
{
    long_ttl(judge, MW_F_ZONE_MX_TTL, "MX");
    long_ttl(judge, MW_F_ZONE_ADDRESS_TTL, "A, AAAA");
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dns.delegation.lame", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The domain is delegated to a name server that does not serve it"),
        .says = N_("The zone above sends everybody who asks for {about} to {server}, where there is no data for the domain. Lookups fail, or fail "
                   "now and then where another server still answers."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, set the name servers of {about} to those that really hold the zone."), NULL},
            {MW_AT_SERVER, N_("Or load the zone {about} on {server}, and check there that it answers with authority."),
             "dig @{at} {about} SOA +norecurse"},
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
        .id = "dns.delegation.glue", .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The zone above does not give the address of a name server that lies in the domain itself"),
        .says = N_("The zone above names {about} among the name servers of {zone} without an address (glue). To ask such a server for its own address one "
                   "would have to know it already: it is found by way of another server of the domain, or not at all."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, set the addresses of the name server (host object, glue) to those that it has in the zone {zone}."),
             "{about}: {own}", "own"},
            {MW_AT_REGISTRAR, N_("At the registrar, enter the address of each of these name servers (host object, glue): {about}."), NULL, "unknown"},
        },
        .reference = "RFC 9471; RFC 1912 section 2.3",
        .needs = {MW_F_PARENT_NS},
        .holds = glue_faults,
        .alike = {
            {"dns.delegation.lame", N_("The address above is that of the server, and the server refuses.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "dns.mx.missing", "dns.delegation.lame", "sym:inbound.delay", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.delegation.mismatch", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The zone above and the zone itself name different name servers"),
        .says = N_("Only one of the two, the zone above or the zone itself, names {server} as a name server of {about}. Where such a server "
                   "holds other data, some senders see other MX records than the rest."),
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
        .says = N_("No answer at all comes from {server}, named among the name servers of {about}. Lookups are slow or fail now and then; where no other "
                   "server answers either, the domain cannot be found at all."),
        .fix = {
            {MW_AT_SERVER, N_("Start the name service on {server} and let its firewall admit port 53 by UDP and TCP."),
             "dig @{at} {about} SOA +norecurse"},
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
                                 "lives."), NULL, "gone"},
            {MW_AT_REGISTRAR, N_("Name the host itself in the NS records, at the registrar and in the zone; or replace the alias by addresses of its own."),
             "{about}. IN NS {target}.", "target"},
        },
        .reference = "RFC 1034 section 4.2.1; RFC 2181 section 10.3",
        .needs = {MW_F_NS_ADDRESS_END},
        .holds = ns_unresolvable,
        .alike = {
            {"dns.delegation.server_down", N_("The name has an address, and the server behind it is silent.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "dns.delegation.mismatch", "dns.resolver.broken", "sym:inbound.bounce.expired", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.zone.inconsistent", .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("The domain's name servers give different answers"),
        .says = N_("All of them serve {about} and do not give the same records. What not all of them have: {groups}. Which one a sender asks is chance, so "
                   "some mail takes the wrong way or is judged by an old record."),
        .fix = {
            {MW_AT_DNS, N_("Raise the serial number of the zone {zone} and see that every secondary server takes it over (transfer permission, NOTIFY, "
                           "TSIG key); remove a server that no longer follows."), "dig @{other} {zone} SOA +norecurse"},
        },
        .reference = "RFC 1034 section 4.3.5; RFC 1996",
        .needs = {MW_F_ZONE_MX_END},
        .holds = inconsistent,
        .alike = {
            {"dns.resolver.stale", N_("All servers of the zone agree, and only a cache has older data.")},
        },
        .explains = {"dns.mx.stale_provider", "dane.tlsa.mismatch", "spf.sender.not_listed", "spf.record.missing", "dns.mx.missing", "dns.resolver.stale", "sym:inbound.partial"},
    },
    {
        .id = "dns.server.tcp_blocked", .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("A name server does not answer over TCP, so large answers are lost"),
        .says = N_("The {type} answer of {server} does not fit into one UDP packet, and the server cannot be asked over TCP. Whoever needs that record "
                   "gets nothing: SPF or DKIM checks then fail for a while or for good."),
        .fix = {
            {MW_AT_SERVER, N_("Let the firewall in front of {server} admit TCP to port 53, and let the name server listen there."),
             "dig +tcp @{at} {domain} TXT"},
            {MW_AT_DNS, N_("Remove TXT records at {domain} that nobody needs any more, so that the answer becomes small."), NULL},
        },
        .reference = "RFC 7766 section 5; RFC 9210",
        .needs = {MW_F_ZONE_END},
        .holds = tcp_blocked,
        .alike = {
            {"dns.delegation.server_down", N_("The server does not answer over UDP either.")},
        },
        .explains = {"spf.dns.temperror", "sym:outbound.defer"},
    },
    {
        .id = "dns.server.qtype_broken", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_DELEGATION, .owner = MW_ADMIN,
        .title = N_("A name server mishandles a record type"),
        .says = N_("Other questions about {about} are answered by {server}, but not the one for {type} (outcome: {how}); a server that has no such record "
                   "should say so. Senders wait, or put the mail off, where they ask for it."),
        .fix = {
            {MW_AT_SERVER, N_("Update or replace the name server or the load balancer that answers at {server}, and take any filter away that drops questions "
                              "before it."), "dig @{at} {name} {type} +norecurse"},
        },
        .reference = "RFC 4074; RFC 8906",
        .needs = {MW_F_ZONE_END},
        .holds = qtype_broken,
        .alike = {
            {"dns.delegation.server_down", N_("The server answers no question at all.")},
        },
        .explains = {"dane.tlsa.lookup_fail", "sym:inbound.delay"},
    },
    {
        .id = "dns.ttl.long", .legs = MW_RECEIVE, .severity = MW_ADVICE, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("Caches keep the records for days"),
        .says = N_("The {type} records of {about} may be kept for {hours} hours. After a change, or when a server has to be replaced in a hurry, mail goes to the old "
                   "place for as long."),
        .fix = {
            {MW_AT_DNS, N_("Set the time to live of these records to one to four hours, and to some minutes a day before a change."), NULL},
        },
        .reference = "RFC 1912 section 2.2",
        .needs = {MW_F_ZONE_MX_END},
        .holds = ttl_long,
        .alike = {
            {"dns.resolver.stale", N_("A change was made already, and a cache still has what was there before.")},
        },
        .explains = {"dns.resolver.stale"},
    },
};

const struct mw_area mw_area_delegation = {"delegation", causes, MW_COUNT(causes)};
