/* Causes at the registry: whether the domain exists, and whether the hosting of the domain still does.
 *
 * Never concludes from silence alone, nor from a resolver's SERVFAIL. RFC 8020, RFC 2308, RFC 5321 section 5.1. */
#include "seen.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- registration ------------------------------------------------------------------------------------------------------------------------- */

static void domain_nonexistent(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *denied = mw_seen_at_zone(judge, MW_F_PARENT_END, domain, "nxdomain"), *by_resolver = mw_know(judge, MW_F_DNS_MX_END, domain);
    bool unseen = !denied && mw_seen_value(by_resolver, "nxdomain") && !mw_seen_denies_all(judge);
    if (mw_seen_at_zone(judge, MW_F_PARENT_END, domain, MW_OK) || (!denied && !unseen))
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
    mw_place(instance, "preference", mw_printf(mw_judge_arena(judge), "%d", (int)mw_know(judge, MW_F_MX_HOST, host)->number));
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

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

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
             "{about}. IN MX 10 (name given by the provider).\n{about}. IN MX {preference} {exchange}.    ; remove this one"},
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
};

const struct mw_area mw_area_registration = {"registration", causes, MW_COUNT(causes)};
