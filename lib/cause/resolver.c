/* Causes in the resolver of this machine or network: it fails, invents, hides, or remembers what is over.
 *
 * What the domain's own servers say is compared with it; a question that failed (SERVFAIL, silence, a refusal) proves nothing of the domain.
 * RFC 1034 section 4.3.5, RFC 2308, RFC 1918, RFC 6890. */
#include "replies.h"

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

static void names_withheld(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_withheld);
    MW_EACH (end, judge, MW_F_DNS_A_END)
        withheld(judge, end, mw_seen_at_zone(judge, MW_F_ZONE_ADDRESS, end->about, NULL), "A");
}

static void resolver_broken(struct mw_judge *judge)
{
    bool denies = mw_seen_denies_all(judge), all = denies || !any_resolver_works(judge);
    if (all && mw_seen_resolved(judge))
        return;
    if (!all)
        names_withheld(judge);
    MW_EACH (end, judge, MW_F_RESOLVER_END) {
        if (!mw_seen_failed(end) && !denies)
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_place(instance, "name", ". SOA");
        if (all)
            mw_proof(instance, question(judge));
        else
            mw_weight(instance, MW_ADVICE, MW_SEND | MW_SUBMIT | MW_RETRIEVE);
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

/* The other way round: the resolver denies what the domain's own servers have. */
static bool is_hidden(struct mw_judge *judge, const char *domain)
{
    return mw_is(judge, MW_F_DNS_MX_END, domain, "nxdomain") && mw_seen_at_zone(judge, MW_F_PARENT_END, domain, MW_OK) &&
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
}

static void split_horizon(struct mw_judge *judge)
{
    each_host_differs(judge, true);
}

static bool resolver_has(struct mw_judge *judge, const char *domain, const char *record)
{
    MW_EACH_ABOUT (mx, judge, MW_F_DNS_MX, domain)
        if (mw_text_same(mx->text, record))
            return true;
    return false;
}

static bool same_mx(struct mw_judge *judge, const char *domain, const char *authoritative)
{
    struct mw_list records = mw_text_split(mw_judge_arena(judge), authoritative, ",");
    size_t given = 0;
    MW_EACH_ABOUT (mx, judge, MW_F_DNS_MX, domain)
        given += mx != NULL;
    for (size_t i = 0; i < records.count; i++)
        if (!resolver_has(judge, domain, mw_text_trim(mw_judge_arena(judge), records.items[i])))
            return false;
    return given == records.count;
}

static void resolver_stale(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge), *authoritative = domain ? mw_seen_zone_mx(judge, domain) : NULL;
    const struct mw_fact *end = domain ? mw_know(judge, MW_F_DNS_MX_END, domain) : NULL;
    if (!authoritative || !end || mw_seen_failed(end) || same_mx(judge, domain, authoritative) || is_hidden(judge, domain))
        return;
    const struct mw_fact *old = mw_know(judge, MW_F_DNS_MX, domain);
    struct mw_instance *instance = mw_found(judge, domain, old ? old : end);
    const struct mw_fact *now = mw_seen_at_zone(judge, MW_F_ZONE_MX, domain, NULL);
    mw_proof(instance, now ? now : mw_seen_at_zone(judge, MW_F_ZONE_MX_END, domain, NULL));
    mw_place(instance, "now", *authoritative ? authoritative : "-");
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
            {MW_AT_NETWORK, N_("In the inside DNS zone, enter the address at which the mail server can be reached from inside, or remove the name there "
                               "so that the public one counts."), "{about}. IN A {real}"},
            {MW_AT_CLIENT, N_("If a VPN brought this resolver, disconnect it or let it handle only its own domains."), NULL},
        },
        .reference = "RFC 6950 section 4; RFC 1918",
        .needs = {MW_F_DNS_A_END},
        .holds = split_horizon,
        .alike = {
            {"dns.resolver.rewritten", N_("Nobody runs an inside view on purpose, and the answers are changed on the way.")},
        },
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.tcp.reset", "net.host.unreachable", "smtp.listener.missing", "net.service.wrong_protocol",
                     "dns.mx.private_address", "tls.cert.name_mismatch", "tls.cert.self_signed", "tls.cert.untrusted_ca", "config.host.wrong",
                     "config.srv.target_bad", "config.port.wrong", "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "dns.resolver.stale", .legs = MW_RECEIVE | MW_SEND | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_NETWORK,
        .title = N_("A cache still has the MX records from before a change"),
        .says = N_("The servers of {about} now give other MX records ({now}) than the resolver in use. Until the old ones have run out of all caches, "
                   "part of the mail goes to the old servers."),
        .fix = {
            {MW_AT_NETWORK, N_("Wait until the time to live of the old records is over, and keep the old servers accepting mail for so long. Before the "
                               "next change, lower the time to live a day ahead."), "dig {about} MX"},
        },
        .reference = "RFC 1034 section 4.3.5; RFC 2308",
        .needs = {MW_F_ZONE_MX_END, MW_F_DNS_MX_END},
        .holds = resolver_stale,
        .alike = {
            {"dns.resolver.rewritten", N_("The resolver's answer never was in the zone, and does not go away.")},
        },
        .explains = {"dns.mx.stale_provider", "dns.mx.missing", "dns.mx.unresolvable", "spf.sender.not_listed", "mtasts.mx_mismatch", "sym:inbound.partial"},
    },
};

const struct mw_area mw_area_resolver = {"resolver", causes, MW_COUNT(causes)};
