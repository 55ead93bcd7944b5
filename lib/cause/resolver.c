/* Causes in the resolver of this machine or network: it fails, invents, hides, or remembers what is over.
 *
 * What the domain's own servers say is compared with it; a question that failed (SERVFAIL, silence, a refusal) proves nothing of the domain. Of several
 * resolvers each is held against them by itself.
 * RFC 1034 section 4.3.5, RFC 2308, RFC 1918, RFC 6890. */
#include "replies.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- the resolver ------------------------------------------------------------------------------------------------------------------------- */

static bool any_resolver_works(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_RESOLVER_END)
        if (!mw_seen_failed(end) && !mw_seen_value(end, MW_SKIPPED))
            return true;
    return false;
}

/* The question itself: everything that was looked at follows from it, so what hampers every look is tied to all of them by it. */
static const struct mw_fact *question(struct mw_judge *judge)
{
    const struct mw_fact *domain = mw_each(judge, MW_F_TARGET_DOMAIN, NULL);
    return domain ? domain : mw_each(judge, MW_F_TARGET_HOST, NULL);
}

/* The resolver answers for others and refuses this name, or is silent about it, while the name's own servers answer. SERVFAIL may be DNSSEC's. */
static void withheld(struct mw_judge *judge, const struct mw_fact *end, const struct mw_fact *served, const char *type)
{
    const struct mw_fact *resolver = mw_each(judge, MW_F_RESOLVER_END, NULL);
    if (!resolver || !served || (!mw_seen_value(end, MW_REFUSED) && !mw_seen_value(end, MW_TIMED_OUT)))
        return;
    struct mw_instance *instance = mw_found(judge, resolver->about, end);
    mw_proof(instance, served);
    mw_place(instance, "name", mw_printf(mw_judge_arena(judge), "%s %s", end->about, type));
}

static void domain_withheld(struct mw_judge *judge, const char *domain, unsigned leg)
{
    (void)leg;
    withheld(judge, mw_know(judge, MW_F_DNS_MX_END, domain), mw_seen_at_zone(judge, MW_F_ZONE_MX_END, domain, MW_OK), "MX");
}

/* --- one of several resolvers, or a forwarder --- */

static const char *address_of(struct mw_judge *judge, const struct mw_fact *fact)
{
    struct mw_about about = mw_about_read(mw_judge_arena(judge), fact->about);
    return about.address ? about.address : about.host;
}

/* How the resolver of a fact about name@resolver[address] answered for the root. */
static const struct mw_fact *root_end(struct mw_judge *judge, const struct mw_fact *said)
{
    MW_EACH (end, judge, MW_F_RESOLVER_END)
        if (mw_text_same(address_of(judge, end), address_of(judge, said)))
            return end;
    return NULL;
}

/* Another resolver says something of the domain. */
static bool another_answers(struct mw_judge *judge, const struct mw_fact *said)
{
    MW_EACH (end, judge, MW_F_RESOLVER_MX_END)
        if (end != said && mw_text_same(mw_seen_zone(judge, end), mw_seen_zone(judge, said)) && !mw_seen_failed(end))
            return true;
    return false;
}

/* With validation and without: DNSSEC is not the reason. */
static bool fails_unchecked(struct mw_judge *judge, const struct mw_fact *said)
{
    return mw_seen_value(said, "servfail") && mw_seen_failed(mw_know(judge, MW_F_RESOLVER_CD_END, said->about));
}

static void resolver_fails_for_domain(struct mw_judge *judge, const char *domain, const struct mw_fact *said)
{
    const struct mw_fact *root = root_end(judge, said), *served = mw_seen_at_zone(judge, MW_F_ZONE_MX_END, domain, MW_OK);
    bool fails = mw_seen_value(said, MW_REFUSED) || mw_seen_value(said, MW_TIMED_OUT) || fails_unchecked(judge, said);
    if (!fails || !served || !root || mw_seen_failed(root) || !mw_seen_all_serve(judge, domain))
        return;
    struct mw_instance *instance = mw_found(judge, root->about, said);
    mw_proof(instance, served);
    mw_proof(instance, mw_know(judge, MW_F_RESOLVER_CD_END, said->about));
    mw_place(instance, "name", mw_printf(mw_judge_arena(judge), "%s MX", domain));
    mw_place(instance, "how", said->text);
    mw_words(instance, N_("A DNS resolver of this machine cannot look the domain up"),
             N_("{about} answers for other names, but not for {name} (outcome: {how}), with validation or without, while all of the domain's own servers answer "
                "from here. Mostly such a resolver forwards that domain to a server that is gone, or is kept from the domain's servers."));
    if (another_answers(judge, said)) {
        mw_weight(instance, MW_RISK, MW_SEND | MW_SUBMIT | MW_RETRIEVE);
        return;
    }
    mw_seen_prove_below(judge, instance, domain);
}

static void each_resolver_fails(struct mw_judge *judge)
{
    MW_EACH (said, judge, MW_F_RESOLVER_MX_END)
        resolver_fails_for_domain(judge, mw_seen_zone(judge, said), said);
}

static void names_withheld(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_withheld);
    each_resolver_fails(judge);
    MW_EACH (end, judge, MW_F_DNS_A_END)
        withheld(judge, end, mw_seen_at_zone(judge, MW_F_ZONE_ADDRESS, end->about, NULL), "A");
}

/* A name server that looks nothing up for others: it answers of its own zones, be it the root's or the one above, and refuses the rest. */
static void refuses_recursion(struct mw_judge *judge, bool is_root_answered)
{
    static const enum mw_fact_id questions[] = {MW_F_DNS_MX_END, MW_F_SPF_END, MW_F_DMARC_END};
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *resolver = mw_each(judge, MW_F_RESOLVER_END, NULL);
    if (!domain || !resolver || (is_root_answered && mw_seen_at_zone(judge, MW_F_ZONE_MX_END, domain, MW_OK)))
        return; /* withheld: see there */
    for (size_t i = 0; i < MW_COUNT(questions); i++)
        if (!mw_seen_value(mw_know(judge, questions[i], domain), MW_REFUSED))
            return;
    struct mw_instance *instance = mw_found(judge, resolver->about, mw_know(judge, MW_F_DNS_MX_END, domain));
    mw_proof(instance, question(judge));
    mw_place(instance, "name", mw_printf(mw_judge_arena(judge), "%s MX", domain));
    mw_words(instance, N_("The DNS resolver refuses to look names up"),
             N_("{about} refuses the questions of this machine (such as {name}): it is a name server for zones of its own, or it serves other networks. The domain itself "
                "could not be tested."));
}

static void resolver_broken(struct mw_judge *judge)
{
    bool denies = mw_seen_denies_all(judge), all = denies || !any_resolver_works(judge), resolved = mw_seen_resolved(judge);
    if (all && resolved) {
        refuses_recursion(judge, false);
        return;
    }
    if (!all) {
        names_withheld(judge);
        refuses_recursion(judge, true);
    }
    MW_EACH (end, judge, MW_F_RESOLVER_END) {
        if (!mw_seen_failed(end) && !denies)
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_place(instance, "name", ". SOA");
        if (all) {
            mw_proof(instance, question(judge));
            continue;
        }
        mw_weight(instance, MW_ADVICE, MW_SEND | MW_SUBMIT | MW_RETRIEVE);
        mw_words(instance, N_("One of the DNS resolvers fails"),
                 N_("{about} gives no usable answer (question: {name}), and another resolver does. Whatever asks the first one waits before it tries the next."));
    }
}

static bool reaches_any(struct mw_judge *judge, const char *host)
{
    MW_EACH (end, judge, MW_F_TCP_END)
        if (mw_seen_value(end, MW_OK) && mw_text_same(mw_seen_host(judge, end), host))
            return true;
    return false;
}

static bool shares_address(struct mw_judge *judge, const char *host)
{
    MW_EACH_ABOUT (here, judge, MW_F_DNS_ADDRESS, host)
        MW_EACH (there, judge, MW_F_ZONE_ADDRESS)
            if (mw_text_starts(there->about, host) && there->about[strlen(host)] == '@' && mw_text_same(here->text, there->text))
                return true;
    return false;
}

static const char *record_of(struct mw_judge *judge, const char *host, const char *address)
{
    return mw_printf(mw_judge_arena(judge), "%s. IN %s %s", host, mw_address_is_ipv6(address) ? "AAAA" : "A", address);
}

/* An answer that differs may be meant (an address near by); one that leads nowhere for mail is not. An address of an inside network is the view of such
 * a network. */
static void host_differs(struct mw_judge *judge, const char *host, bool inside)
{
    const struct mw_fact *real = mw_seen_at_zone(judge, MW_F_ZONE_ADDRESS, host, NULL), *given = mw_know(judge, MW_F_DNS_ADDRESS, host);
    if (!real || !given || shares_address(judge, host) || reaches_any(judge, host) ||
        mw_seen_has_public_address(judge, host) == inside || mw_seen_closed_off(real->text))
        return;
    struct mw_instance *instance = mw_found(judge, host, given);
    mw_proof(instance, real);
    mw_place(instance, "real", real->text);
    mw_place(instance, "record", record_of(judge, host, real->text));
}

static void each_host_differs(struct mw_judge *judge, bool inside)
{
    struct mw_list done = {0};
    MW_EACH (address, judge, MW_F_DNS_ADDRESS) {
        if (mw_list_has(&done, address->about))
            continue;
        mw_list_add(mw_judge_arena(judge), &done, address->about);
        host_differs(judge, address->about, inside);
    }
}

/* --- an exchange at one of several resolvers --- */

/* The resolver that all probes work with is judged by what they find at the addresses. */
static bool is_first(struct mw_judge *judge, const struct mw_fact *said)
{
    const struct mw_fact *first = mw_each(judge, MW_F_RESOLVER_ADDRESS, NULL);
    return first && mw_text_same(address_of(judge, first), address_of(judge, said));
}

static bool zone_gives(struct mw_judge *judge, const char *host, const char *address)
{
    MW_EACH (real, judge, MW_F_ZONE_ADDRESS)
        if (mw_text_same(mw_seen_zone(judge, real), host) && mw_text_same(real->text, address))
            return true;
    return false;
}

/* An address of the host at that resolver, where none of them is one that the zone's servers give. */
static const struct mw_fact *strange_address(struct mw_judge *judge, const char *host, const char *at)
{
    const struct mw_fact *strange = NULL;
    MW_EACH_ABOUT (given, judge, MW_F_RESOLVER_HOST, at) {
        if (zone_gives(judge, host, given->text))
            return NULL;
        strange = given;
    }
    return strange;
}

static const char rewritten_title[] = N_("One of the resolvers gives another address than the domain's own servers");
static const char rewritten_says[] = N_("For {name} the resolver {resolver} gives {value}, while the servers that own the name say {real}. Programs use that resolver "
                                        "whenever the others are slow, and mail then goes to the wrong place.");
static const char inside_title[] = N_("One of the resolvers has an inside view of the domain");
static const char inside_says[] = N_("For {name} the resolver {resolver} gives the inside address {value}, while the public DNS says {real}. The resolvers of one "
                                     "machine must agree: which of them a program asks is chance.");

static void one_differs(struct mw_judge *judge, const struct mw_fact *end, bool inside)
{
    const char *host = mw_seen_zone(judge, end);
    const struct mw_fact *strange = strange_address(judge, host, end->about), *real = mw_seen_at_zone(judge, MW_F_ZONE_ADDRESS, host, NULL);
    if (!strange || !real || is_first(judge, end) || mw_seen_closed_off(strange->text) != inside || mw_seen_closed_off(real->text))
        return;
    struct mw_instance *instance = mw_found(judge, host, strange);
    mw_proof(instance, real);
    mw_place(instance, "name", host);
    mw_place(instance, "real", real->text);
    mw_place(instance, "record", record_of(judge, host, real->text));
    mw_place(instance, "resolver", address_of(judge, end));
    mw_words(instance, inside ? inside_title : rewritten_title, inside ? inside_says : rewritten_says);
    mw_weight(instance, MW_RISK, MW_SEND | MW_SUBMIT | MW_RETRIEVE);
    mw_confidence(instance, 0.7);
}

static void each_resolver_differs(struct mw_judge *judge, bool inside)
{
    MW_EACH (end, judge, MW_F_RESOLVER_HOST_END)
        one_differs(judge, end, inside);
}

/* A name that the zone above denies cannot have records. */
static void denied_rewritten(struct mw_judge *judge, const char *domain, unsigned leg)
{
    (void)leg;
    const struct mw_fact *denied = mw_seen_at_zone(judge, MW_F_PARENT_END, domain, "nxdomain"), *given = mw_know(judge, MW_F_DNS_ADDRESS, domain);
    given = given ? given : mw_know(judge, MW_F_DNS_MX, domain);
    if (!denied || !given || mw_seen_at_zone(judge, MW_F_PARENT_END, domain, MW_OK))
        return;
    struct mw_instance *instance = mw_found(judge, domain, given);
    mw_proof(instance, denied);
    mw_place(instance, "real", "NXDOMAIN");
}

/* A resolver that denies the domain as a cache does, with the SOA record that says for how long. */
static bool denies_from_cache(struct mw_judge *judge, const char *domain)
{
    MW_EACH (left, judge, MW_F_RESOLVER_MX_LEFT)
        if (mw_text_same(mw_seen_zone(judge, left), domain) && mw_is(judge, MW_F_RESOLVER_MX_END, left->about, "nxdomain"))
            return true;
    return false;
}

/* The other way round: the resolver denies what the domain's own servers have. */
static bool is_hidden(struct mw_judge *judge, const char *domain)
{
    return mw_is(judge, MW_F_DNS_MX_END, domain, "nxdomain") && !denies_from_cache(judge, domain) && mw_seen_at_zone(judge, MW_F_PARENT_END, domain, MW_OK) &&
           mw_seen_at_zone(judge, MW_F_ZONE_MX_END, domain, MW_OK);
}

static void served_hidden(struct mw_judge *judge, const char *domain, unsigned leg)
{
    (void)leg;
    if (!is_hidden(judge, domain))
        return;
    const struct mw_fact *records = mw_seen_at_zone(judge, MW_F_ZONE_MX, domain, NULL);
    struct mw_instance *instance = mw_found(judge, domain, mw_know(judge, MW_F_DNS_MX_END, domain));
    mw_confidence(instance, 0.6); /* a new domain may be denied by what a cache keeps for some minutes */
    mw_proof(instance, records);
    mw_place(instance, "real", records ? mw_list_join(mw_judge_arena(judge), &records->list, ", ") : MW_OK);
    mw_seen_prove_below(judge, instance, domain);
}

static void resolver_rewritten(struct mw_judge *judge)
{
    mw_seen_domains(judge, denied_rewritten);
    mw_seen_domains(judge, served_hidden);
    each_host_differs(judge, false);
    each_resolver_differs(judge, false);
}

/* --- records at a resolver and at the domain's own servers --- */

static const struct kind {
    enum mw_fact_id end, records, left, zone_end, zone_records;
    const char *type;
    unsigned legs;
} kinds[] = {
    /* clang-format off */
    {MW_F_RESOLVER_MX_END,  MW_F_RESOLVER_MX,  MW_F_RESOLVER_MX_LEFT,  MW_F_ZONE_MX_END,  MW_F_ZONE_MX,  "MX",  MW_RECEIVE | MW_SEND | MW_RETRIEVE},
    {MW_F_RESOLVER_TXT_END, MW_F_RESOLVER_TXT, MW_F_RESOLVER_TXT_LEFT, MW_F_ZONE_TXT_END, MW_F_ZONE_TXT, "TXT", MW_SEND},
    /* clang-format on */
};

static const struct mw_list *list_at(struct mw_judge *judge, enum mw_fact_id id, const char *at)
{
    static const struct mw_list none = {0};
    const struct mw_fact *records = mw_know(judge, id, at);
    return records ? &records->list : &none;
}

static bool same_list(const struct mw_list *a, const struct mw_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = mw_list_has(b, a->items[i]);
    return same;
}

/* The outcome at a server of the zone where all that serve it say the same; NULL: they differ, or none says anything. */
static const struct mw_fact *agreed(struct mw_judge *judge, const char *zone, const struct kind *kind)
{
    const struct mw_fact *first = NULL;
    MW_EACH (end, judge, kind->zone_end) {
        bool serves = mw_text_same(mw_seen_zone(judge, end), zone) && mw_is(judge, MW_F_ZONE_END, end->about, MW_OK);
        if (!serves || (!mw_seen_value(end, MW_OK) && !mw_seen_gone(end)))
            continue;
        if (first && !same_list(list_at(judge, kind->zone_records, first->about), list_at(judge, kind->zone_records, end->about)))
            return NULL;
        first = first ? first : end;
    }
    return first;
}

static const char *joined(struct mw_judge *judge, const struct mw_list *list)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const char *text = list->count ? mw_list_join(arena, list, ", ") : N_("no record");
    return mw_text_safe(arena, text, strlen(text), 400);
}

/* The resolver says something else than all servers of the zone: NULL, or what one of those says. A chain of aliases is not compared, nor a denial of the
 * whole domain that no cache can have made. */
static const struct mw_fact *otherwise(struct mw_judge *judge, const struct mw_fact *said, const struct kind *kind)
{
    const char *domain = mw_seen_zone(judge, said);
    const struct mw_fact *now = agreed(judge, domain, kind);
    bool settled = mw_seen_value(said, MW_OK) || mw_seen_gone(said), made_up = mw_seen_value(said, "nxdomain") && !mw_know(judge, kind->left, said->about);
    bool alias = mw_know(judge, MW_F_DNS_MX_CNAME, domain) || mw_seen_at_zone(judge, MW_F_ZONE_APEX_CNAME, domain, NULL);
    if (!now || !settled || made_up || alias)
        return NULL;
    return same_list(list_at(judge, kind->records, said->about), list_at(judge, kind->zone_records, now->about)) ? NULL : now;
}

static struct mw_instance *found_otherwise(struct mw_judge *judge, const struct mw_fact *said, const struct mw_fact *now, const struct kind *kind)
{
    const struct mw_fact *records = mw_know(judge, kind->records, said->about), *left = mw_know(judge, kind->left, said->about),
                         *real = mw_know(judge, kind->zone_records, now->about);
    struct mw_instance *instance = mw_found(judge, mw_seen_zone(judge, said), records && records->list.count ? records : said);
    mw_proof(instance, real ? real : now);
    mw_proof(instance, left);
    mw_proof(instance, mw_know(judge, kind == &kinds[0] ? MW_F_DNS_MX_END : MW_F_SPF_END, mw_seen_zone(judge, said)));
    mw_place(instance, "resolver", address_of(judge, said));
    mw_place(instance, "type", kind->type);
    mw_place(instance, "now", joined(judge, list_at(judge, kind->zone_records, now->about)));
    mw_place(instance, "old", joined(judge, list_at(judge, kind->records, said->about)));
    mw_place(instance, "left", left ? mw_fact_value(mw_judge_arena(judge), left) : "");
    return instance;
}

/* --- a zone of its own --- */

static const char own_title[] = N_("The resolver has a zone of its own for the domain, with other records");
static const char own_says[] = N_("The resolver {resolver} does not ask the servers of {about}: it answers from a zone of its own. {type} records there: "
                                  "{old}; in the public DNS: {now}. Mail from inside this network goes by the records of that zone.");

static bool own_zone(struct mw_judge *judge, const struct kind *kind)
{
    bool any = false;
    MW_EACH (said, judge, kind->end) {
        const struct mw_fact *now = mw_know(judge, MW_F_RESOLVER_OWN_ZONE, said->about) ? otherwise(judge, said, kind) : NULL;
        if (!now)
            continue;
        struct mw_instance *instance = found_otherwise(judge, said, now, kind);
        const struct mw_list *public = list_at(judge, kind->zone_records, now->about);
        mw_place(instance, "record", mw_printf(mw_judge_arena(judge), kind == &kinds[0] ? "%s. IN %s %s." : "%s. IN %s \"%s\"", mw_seen_zone(judge, said), kind->type,
                                               public->count ? public->items[0] : ""));
        mw_proof(instance, mw_know(judge, MW_F_RESOLVER_OWN_ZONE, said->about));
        mw_words(instance, own_title, own_says);
        mw_weight(instance, mw_seen_gone(said) ? MW_DEGRADES : MW_ADVICE, MW_SEND | MW_SUBMIT | MW_RETRIEVE);
        any = true;
    }
    return any;
}

static void split_horizon(struct mw_judge *judge)
{
    each_host_differs(judge, true);
    each_resolver_differs(judge, true);
    for (size_t k = 0; k < MW_COUNT(kinds); k++)
        if (own_zone(judge, &kinds[k]))
            return;
}

/* --- a cache --- */

static const char missing_title[] = N_("A cache still remembers that the record was missing");
static const char missing_says[] = N_("The servers of {about} have the {type} records {now}, but the resolver {resolver} still remembers that there were none, and will do so "
                                      "for another {left} seconds. Nothing more has to be mended: whoever asks it sees the records after that time.");
static const char unsaid_says[] = N_("The servers of {about} have the {type} records {now}, but the resolver {resolver} still says that there are none. For how long it "
                                     "will, it does not say.");
static const char txt_title[] = N_("A cache still has the TXT records from before a change");
static const char txt_says[] = N_("The servers of {about} now give other TXT records ({now}) than the resolver {resolver}, which keeps the old ones ({old}) for another {left} "
                                  "seconds. Until then SPF is judged by the old record there.");

static void put_stale_into_words(struct mw_instance *instance, const struct mw_fact *said, const struct kind *kind, bool has_time)
{
    bool mx = kind == &kinds[0];
    if (mw_seen_gone(said))
        mw_words(instance, missing_title, has_time ? missing_says : unsaid_says);
    if (!mw_seen_gone(said) && !mx)
        mw_words(instance, txt_title, txt_says);
    mw_weight(instance, MW_DEGRADES, kind->legs);
}

/* Where MX is old in a cache, an old TXT beside it is no news. */
static bool stale_kind(struct mw_judge *judge, const struct kind *kind)
{
    bool any = false;
    MW_EACH (said, judge, kind->end) {
        const struct mw_fact *now = mw_know(judge, MW_F_RESOLVER_OWN_ZONE, said->about) ? NULL : otherwise(judge, said, kind);
        if (!now)
            continue;
        put_stale_into_words(found_otherwise(judge, said, now, kind), said, kind, mw_know(judge, kind->left, said->about));
        any = true;
    }
    return any;
}

static void resolver_stale(struct mw_judge *judge)
{
    for (size_t k = 0; k < MW_COUNT(kinds); k++)
        if (stale_kind(judge, &kinds[k]))
            return;
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dns.resolver.broken", .legs = MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_USER, .blinds = true,
        .title = N_("The DNS resolver of this machine fails"),
        .says = N_("This machine asks {about} to look names up, and gets no usable answer from it (question: {name}). Until that is mended "
                   "no mail server can be found from here; the domain itself could not be tested."),
        .fix = {
            {MW_AT_CLIENT, N_("Enter a resolver that works: in /etc/resolv.conf, or in the network settings (often a wrong address from a router or a "
                              "VPN)."), "nameserver 9.9.9.9"},
            {MW_AT_SERVER, N_("On a mail server, run a resolver of its own (for example unbound) and ask that; where it validates, look at its root key "
                              "and its clock."), NULL},
        },
        .reference = "RFC 1123 section 6.1.3",
        .needs = {MW_F_RESOLVER_END},
        .holds = resolver_broken,
        .alike = {
            {"dns.delegation.lame", N_("The resolver answers for other names, and every resolver fails for this one domain.")},
        },
        .explains = {"dns.mx.unresolvable", "dns.mx.missing", "dns.sender_domain.unresolvable", "spf.dns.temperror", "spf.record.missing",
                     "dkim.selector.missing", "dmarc.record.missing", "config.host.wrong", "config.autoconfig.missing", "config.autoconfig.broken", "sym:submit.connect_fail", "sym:retrieve.connect_fail", "sym:outbound.defer"},
    },
    {
        .id = "dns.resolver.rewritten", .legs = MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_NETWORK,
        .title = N_("DNS answers are changed on the way to this machine"),
        .says = N_("For {about} the resolver of this network gives {value}, while the servers that own the name say {real}. Something on the way, a "
                   "router, a provider's advertising or a filter, changes the answers, and mail goes to the wrong place."),
        .fix = {
            {MW_AT_NETWORK, N_("Use another resolver, encrypted if possible (DNS over TLS or HTTPS), or leave this network. At a router of your own, "
                               "reset its DNS settings and update its firmware."), "dig {about} @9.9.9.9"},
        },
        .reference = "RFC 4924 section 2.5.2; RFC 7858",
        .needs = {MW_F_DNS_A_END},
        .holds = resolver_rewritten,
        .alike = {
            {"dns.resolver.stale", N_("The answer is one that was true before, and its time to live counts down.")},
        },
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.tcp.reset", "net.host.unreachable", "smtp.listener.missing", "net.service.wrong_protocol",
                     "net.ipv6.broken", "net.ipv6.listener_missing", "tls.cert.name_mismatch", "tls.cert.self_signed", "tls.cert.untrusted_ca",
                     "config.host.wrong", "config.srv.target_bad", "config.port.wrong", "spf.record.missing", "dmarc.record.missing", "dkim.selector.missing",
                     "config.autoconfig.missing", "dns.sender_domain.unresolvable", "sym:submit.connect_fail", "sym:client.cert_warning"},
    },
    {
        .id = "dns.split_horizon", .legs = MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_NETWORK,
        .title = N_("The inside DNS view sends mail programs to an address that does not work"),
        .says = N_("For {about} the resolver of this network gives the inside address {value}, where no mail server answers; the public DNS says {real}. "
                   "The network has an inside view of the domain that is wrong or out of date."),
        .fix = {
            {MW_AT_NETWORK, N_("In the inside DNS zone, enter the record by which the mail server can be reached from inside, or remove the name there "
                               "so that the public one counts."), "{record}"},
            {MW_AT_CLIENT, N_("If a VPN brought this resolver, disconnect it or let it handle only its own domains."), NULL},
        },
        .reference = "RFC 6950 section 4; RFC 1918",
        .needs = {MW_F_DNS_A_END},
        .holds = split_horizon,
        .alike = {
            {"dns.resolver.rewritten", N_("Nobody runs an inside view on purpose, and the answers are changed on the way.")},
        },
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.tcp.reset", "net.host.unreachable", "smtp.listener.missing", "net.service.wrong_protocol",
                     "dns.mx.private_address", "dns.mx.missing", "dns.mx.unresolvable", "spf.record.missing", "spf.sender.not_listed", "mtasts.mx_mismatch",
                     "tls.cert.name_mismatch", "tls.cert.self_signed", "tls.cert.untrusted_ca", "config.host.wrong",
                     "config.srv.target_bad", "config.port.wrong", "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "dns.resolver.stale", .legs = MW_RECEIVE | MW_SEND | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_NETWORK,
        .title = N_("A cache still has the MX records from before a change"),
        .says = N_("The servers of {about} now give other MX records ({now}) than the resolver {resolver}, which keeps the old ones ({old}) for another {left} "
                   "seconds. Until they have run out of all caches, part of the mail goes to the old servers."),
        .fix = {
            {MW_AT_NETWORK, N_("Wait until the time to live of the old records is over, and keep the old servers accepting mail for so long. Before the "
                               "next change, lower the time to live a day ahead."), "dig {about} MX"},
        },
        .reference = "RFC 1034 section 4.3.5; RFC 2308",
        .needs = {MW_F_ZONE_MX_END, MW_F_RESOLVER_MX_END},
        .holds = resolver_stale,
        .alike = {
            {"dns.resolver.rewritten", N_("The resolver's answer never was in the zone, and does not go away.")},
        },
        .explains = {"dns.mx.stale_provider", "dns.mx.missing", "dns.mx.unresolvable", "dns.sender_domain.unresolvable", "spf.sender.not_listed", "spf.record.missing",
                     "mtasts.mx_mismatch", "sym:inbound.partial"},
    },
};

const struct mw_area mw_area_resolver = {"resolver", causes, MW_COUNT(causes)};
