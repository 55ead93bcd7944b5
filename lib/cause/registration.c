/* Causes at the registry: whether the domain exists, why not, and whether the hosting of the domain still does.
 *
 * Never concludes from silence alone, nor from a resolver's SERVFAIL; and from registration data only where the DNS shows the same. RFC 8020, RFC 2308,
 * RFC 5321 section 5.1, RFC 9083, RFC 8056. */
#include "seen.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/rdap.h>

#include <string.h>

/* --- registration ------------------------------------------------------------------------------------------------------------------------- */

#define SOON_DAYS 30

static const char *registered_part(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *part = mw_know(judge, MW_F_RDAP_DOMAIN, domain);
    return part ? part->text : domain;
}

static bool has_status(struct mw_judge *judge, const char *registered, const char *status)
{
    return mw_is(judge, MW_F_RDAP_STATUS, registered, status);
}

/* The registry has let go of it, whatever its date says. */
static bool is_let_go(struct mw_judge *judge, const char *registered)
{
    return has_status(judge, registered, "redemption period") || has_status(judge, registered, "pending delete");
}

static bool is_on_hold(struct mw_judge *judge, const char *registered)
{
    return has_status(judge, registered, "client hold") || has_status(judge, registered, "server hold");
}

/* Seconds from the answer to the end of the registration, by the registry's own clock; false: one of them is not known. */
static bool time_left(struct mw_judge *judge, const char *registered, int64_t *seconds)
{
    const struct mw_fact *expires = mw_know(judge, MW_F_RDAP_EXPIRES, registered), *date = mw_know(judge, MW_F_RDAP_DATE, registered);
    if (!expires || !date)
        return false;
    *seconds = expires->number - date->number;
    return true;
}

static bool is_past(struct mw_judge *judge, const char *registered)
{
    int64_t left;
    return time_left(judge, registered, &left) && left < 0;
}

/* The domain's name servers are those of a parking service. */
static const struct mw_fact *parked(struct mw_judge *judge, const char *domain)
{
    MW_EACH_ABOUT (server, judge, MW_F_PARENT_NS, domain)
    if (mw_rdap_is_parking(server->text))
        return server;
    return NULL;
}

/* What says that there is no such domain: a server of the zone above, else the resolver where nobody else was heard. */
static const struct mw_fact *denial(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *denied = mw_seen_at_zone(judge, MW_F_PARENT_END, domain, "nxdomain"), *by_resolver = mw_know(judge, MW_F_DNS_MX_END, domain);
    if (mw_seen_at_zone(judge, MW_F_PARENT_END, domain, MW_OK))
        return NULL;
    return denied ? denied : mw_seen_value(by_resolver, "nxdomain") && !mw_seen_denies_all(judge) ? by_resolver : NULL;
}

static struct mw_instance *found_registration(struct mw_judge *judge, const char *domain, const struct mw_fact *shown, unsigned leg)
{
    static const enum mw_fact_id proofs[] = {MW_F_RDAP_STATUS, MW_F_RDAP_EXPIRES, MW_F_RDAP_REGISTRAR, MW_F_RDAP_SERVER};
    const char *registered = registered_part(judge, domain);
    const struct mw_fact *status = mw_know(judge, MW_F_RDAP_STATUS, registered), *expires = mw_know(judge, MW_F_RDAP_EXPIRES, registered);
    struct mw_instance *instance = mw_found(judge, registered, shown ? shown : expires ? expires : status);
    for (size_t i = 0; i < MW_COUNT(proofs); i++)
        mw_proof(instance, mw_know(judge, proofs[i], registered));
    mw_place(instance, "status", status && status->list.count ? mw_list_join(mw_judge_arena(judge), &status->list, ", ") : "-");
    mw_place(instance, "expires", expires ? mw_time_text(mw_judge_arena(judge), expires->number) : "-");
    mw_seen_prove_below(judge, instance, domain);
    if (leg == MW_SEND)
        mw_weight(instance, MW_BLOCKS, MW_SEND);
    return instance;
}

static void weigh(struct mw_instance *instance, enum mw_severity severity, unsigned leg)
{
    mw_weight(instance, severity, leg == MW_SEND ? MW_SEND : MW_ALL_LEGS);
}

/* It works still: the registrar grants some weeks, or the registry's zone is behind. */
static void expired_unseen(struct mw_judge *judge, const char *domain, unsigned leg)
{
    struct mw_instance *instance = found_registration(judge, domain, NULL, leg);
    weigh(instance, MW_RISK, leg);
    if (!is_past(judge, registered_part(judge, domain))) {
        mw_words(instance, N_("The domain is being deleted, and it still works"),
                 N_("{about} has been given up or deleted at its registrar (status: {status}), though it was registered until {expires}. It still works; when the "
                    "registry takes it out of the DNS, all mail ends."));
        return;
    }
    mw_words(
        instance, N_("The registration of the domain has run out, and it still works"),
        N_("The registration of {about} ended on {expires} (status: {status}). The domain still works, as registrars grant some weeks; after that it is taken "
           "out of the DNS, and all mail ends."));
}

static void expires_soon(struct mw_judge *judge, const char *domain, unsigned leg)
{
    struct mw_instance *instance = found_registration(judge, domain, NULL, leg);
    weigh(instance, MW_ADVICE, leg);
    mw_words(instance, N_("The registration of the domain ends soon"),
             N_("The registration of {about} ends on {expires}. Make sure that it will be renewed: without that all mail ends."));
}

static void expired_shown(struct mw_judge *judge, const char *domain, const struct mw_fact *shown, unsigned leg)
{
    const char *registered = registered_part(judge, domain);
    bool past = is_past(judge, registered), let_go = is_let_go(judge, registered);
    struct mw_instance *instance = found_registration(judge, domain, shown, leg);
    mw_confidence(instance, past || let_go ? 0.97 : 0.8);
    if (let_go && !past)
        mw_words(instance, N_("The domain has been deleted at its registrar"),
                 N_("{about} has been given up or deleted at its registrar (status: {status}; it was registered until {expires}), and was taken out of the DNS. "
                    "Nobody can send mail to it, and its own mail is refused."));
}

/* A registration that the registry has prolonged by itself counts as run out only where the registrar has already parked the domain or taken it out. */
static void domain_expired(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const char *registered = registered_part(judge, domain);
    const struct mw_fact *denied = denial(judge, domain), *shown = denied ? denied : parked(judge, domain);
    bool lapsed = is_past(judge, registered) || is_let_go(judge, registered), grace = has_status(judge, registered, "auto renew period");
    int64_t left;
    if (shown && (lapsed || grace))
        expired_shown(judge, domain, shown, leg);
    else if (lapsed)
        expired_unseen(judge, domain, leg);
    else if (!grace && time_left(judge, registered, &left) && left < SOON_DAYS * 86400)
        expires_soon(judge, domain, leg);
}

static void expired(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_expired);
}

/* Registrars put a hold on what has expired as well: then the date is the cause. */
static void domain_hold(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const char *registered = registered_part(judge, domain);
    const struct mw_fact *denied = denial(judge, domain);
    bool has_run_out = is_past(judge, registered) || is_let_go(judge, registered) || has_status(judge, registered, "auto renew period");
    if (denied && is_on_hold(judge, registered) && !has_run_out)
        mw_confidence(found_registration(judge, domain, denied, leg), 0.97);
}

static void hold(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_hold);
}

/* A server that somebody gave may be another registry's. */
static void domain_missing(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *denied = denial(judge, domain), *end = mw_know(judge, MW_F_RDAP_END, domain);
    const struct mw_fact *server = mw_know(judge, MW_F_RDAP_SERVER, registered_part(judge, domain));
    if (!denied || !mw_seen_value(end, "missing"))
        return;
    struct mw_instance *instance = mw_found(judge, registered_part(judge, domain), denied);
    mw_confidence(instance, server && mw_text_same(server->quote, "--rdap") ? 0.85 : 0.97);
    mw_proof(instance, end);
    mw_proof(instance, server);
    mw_seen_prove_below(judge, instance, domain);
    if (leg == MW_SEND)
        mw_weight(instance, MW_BLOCKS, MW_SEND);
}

static void missing(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_missing);
}

/* Whether the registration data explain the absence, contradict it, or are not there at all is told with it. */
static void tell_registration(struct mw_judge *judge, struct mw_instance *instance, const char *domain)
{
    const char *registered = registered_part(judge, domain);
    const struct mw_fact *end = mw_know(judge, MW_F_RDAP_END, domain), *status = mw_know(judge, MW_F_RDAP_STATUS, registered);
    const struct mw_fact *servers = mw_know(judge, MW_F_RDAP_NAMESERVERS, registered);
    mw_place(instance, "registered", registered);
    mw_place(instance, "status", status && status->list.count ? mw_list_join(mw_judge_arena(judge), &status->list, ", ") : "-");
    mw_proof(instance, end);
    if (!mw_text_same(registered, domain) && end && (mw_seen_value(end, MW_OK) || mw_seen_value(end, "skipped")))
        mw_words(instance, N_("The domain does not exist"),
                 N_("The domain {registered} exists, and there is no {about} in it. Nobody can send mail to {about}, and its own mail is refused. Either the "
                    "name is "
                    "mistyped, or its records are missing in the zone of {registered}."));
    else if (mw_seen_value(end, MW_OK) && (has_status(judge, registered, "inactive") || (servers && !servers->list.count)))
        mw_words(
            instance, N_("The domain does not exist in the DNS"),
            N_("{about} is registered (status: {status}), but no name servers are entered for it at the registry. So it does not exist in the DNS: nobody can "
               "send mail to it, and its own mail is refused."));
    else if (mw_seen_value(end, MW_OK))
        mw_words(
            instance, N_("The zone above denies a domain that is registered"),
            N_("The servers of the zone above say that {about} does not exist, and the registration data say that it is registered (status: {status}). The two "
               "contradict each other: that passes within hours where the domain was restored just now; else only the registrar can tell."));
    mw_proof(instance, status);
}

static void domain_nonexistent(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *denied = denial(judge, domain);
    if (!denied)
        return;
    struct mw_instance *instance = mw_found(judge, domain, denied);
    mw_confidence(instance, denied->id == MW_F_PARENT_END ? 0.95 : 0.7);
    tell_registration(judge, instance, domain);
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
        if (mw_seen_serves(judge, mw_seen_host(judge, reply), domain)) {
            mw_proof(instance, reply);
            mw_place(instance, "words", reply->text);
        }
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

/* What only follows from a domain that is gone. */
/* clang-format off */
#define GONE "dns.mx.missing", "dns.mx.implicit", "dns.mx.unresolvable", "dns.sender_domain.unresolvable", "spf.record.missing", "spf.dns.temperror", \
             "spf.lookup.void", "dkim.selector.missing", "dmarc.record.missing", "config.autoconfig.missing", "config.host.wrong", "dns.delegation.lame", \
             "sym:inbound.bounce.hard", "sym:outbound.reject", "sym:dns.lookup_fail"
/* clang-format on */

static const struct mw_cause causes[] = {
    {
        .id = "reg.domain.expired", .legs = MW_ALL_LEGS, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_ADMIN,
        .title = N_("The registration of the domain has run out"),
        .says =
            N_("The registration of {about} has run out (end: {expires}, status: {status}), and the domain was taken out of the DNS or parked. Nobody can send "
               "mail to it, and its own mail is refused."),
        .fix = {
            {MW_AT_REGISTRAR,
             N_("Renew {about} at its registrar, or have it restored where it is in the redemption period (that costs more). A restored name can take "
                "an hour or more to be seen everywhere."),
             NULL},
        },
        .reference = "RFC 9083 section 4.5; RFC 3915; ICANN EPP status codes",
        .needs = {MW_F_RDAP_DATE},
        .holds = expired,
        .alike = {
            {"reg.domain.hold", N_("The registration ends in the future, and its status is clientHold or serverHold.")},
            {"dns.delegation.lame", N_("The zone above still names the domain's own name servers, and they do not answer.")},
        },
        .explains = {"dns.domain.nonexistent", "dns.mx.null", GONE},
    },
    {
        .id = "reg.domain.hold", .legs = MW_ALL_LEGS, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_ADMIN,
        .title = N_("The registry or the registrar has put the domain on hold"),
        .says = N_("{about} is registered until {expires}, but it is on hold (status: {status}) and was therefore taken out of the DNS. Nobody can send mail "
                   "to it, and "
                   "its own mail is refused. In China the usual reason is a missing real-name verification."),
        .fix = {
            {MW_AT_REGISTRAR,
             N_("Ask the registrar of {about} which status is set and why: real-name or contact verification, a dispute, abuse or an unpaid bill. "
                "serverHold was set by the registry, clientHold by the registrar. Nothing in the zone can help."),
             NULL},
        },
        .reference = "RFC 5731 section 2.3; RFC 8056; ICANN EPP status codes",
        .needs = {MW_F_RDAP_DATE},
        .holds = hold,
        .alike = {
            {"reg.domain.expired", N_("The registration has ended.")},
            {"reg.domain.missing", N_("The registry has no such domain.")},
        },
        .explains = {"dns.domain.nonexistent", GONE},
    },
    {
        .id = "reg.domain.missing", .legs = MW_ALL_LEGS, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_USER,
        .title = N_("Nobody has registered the domain"),
        .says = N_("The zone above does not know {about}, and the registry has no such domain: the name is mistyped, or was given up and deleted. Nobody can "
                   "send mail to "
                   "it, and mail from it is refused."),
        .fix = {
            {MW_AT_CLIENT,
             N_("Correct the address, letter by letter, and remove the wrong one from the address book and from what the mail program suggests."), NULL},
            {MW_AT_REGISTRAR, N_("Should the name be right, register {about} at a registrar."), NULL},
        },
        .reference = "RFC 8020; RFC 9083 section 6; RFC 5321 section 5.1",
        .needs = {MW_F_RDAP_DATE},
        .holds = missing,
        .alike = {
            {"reg.domain.expired", N_("The registry knows the domain.")},
            {"dns.resolver.rewritten", N_("The servers of the zone above know the domain.")},
        },
        .explains = {"dns.domain.nonexistent", GONE},
    },
    {
        .id = "dns.domain.nonexistent", .legs = MW_ALL_LEGS, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_ADMIN,
        .title = N_("The domain does not exist"),
        .says = N_("The domain {about} does not exist in the public DNS, so nobody can send mail to it, and its own mail is refused. Either the name is "
                   "mistyped, or its registration has run out, is on hold or was never made: only the DNS was asked, as no registration data could be had."),
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
        .explains = {GONE},
    },
    {
        .id = "reg.service.lapsed", .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_REGISTRATION, .owner = MW_ADMIN,
        .title = N_("The provider no longer serves the domain"),
        .says = N_("The MX record of {about} and its other records name the same provider ({provider}), yet {exchange} refuses mail for the domain: "
                   "“{words}”. The mail hosting has ended, or the domain was never activated there."),
        .fix = {
            {MW_AT_PROVIDER, N_("Sign in to the provider's admin console and renew the subscription, or finish adding and verifying the domain {about}. "
                                "Ask the support whether mail that waits is kept."), NULL},
        },
        .reference = "RFC 5321 section 3.6.2",
        .needs = {MW_F_SMTP_RCPT},
        .holds = service_lapsed,
        .alike = {
            {"smtp.rcpt.user_unknown", N_("Another address of the domain, or postmaster, is accepted.")},
            {"smtp.rcpt.relay_denied", N_("The server is the organisation's own, and the domain is missing in its list of accepted domains.")},
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
