/* Causes in what the domain demands of TLS on the way to it: MTA-STS, DANE, TLS reporting.
 *
 * A domain without any of them has no fault here. TLSA records that DNSSEC does not prove bind nobody and are never judged. RFC 8461, RFC 7672, RFC 8460. */
#include "ports.h"

#include <mailwhy/lang.h>

/* --- MTA-STS ---------------------------------------------------------------------------------------------------------------------------------- */

/* Senders that hold no older copy of the policy pass over it then, so nothing is blocked by this alone. */
static bool is_certificate(const struct mw_fact *end)
{
    return mw_seen_value(end, MW_TLS_FAILED);
}

static bool is_answer(const struct mw_fact *end)
{
    return !mw_seen_value(end, MW_TIMED_OUT) && !mw_seen_value(end, MW_REFUSED) && !mw_seen_value(end, MW_UNREACHABLE) && !mw_seen_value(end, MW_RESET) &&
           !mw_seen_value(end, "dns");
}

/* Does any web server answer from here? Where none does, a proxy or a filter of this network may be what keeps us from the policy. */
static bool web_answers(struct mw_judge *judge)
{
    MW_EACH (place, judge, MW_F_AUTOCONFIG_PLACE)
        if (is_answer(place))
            return true;
    MW_EACH (end, judge, MW_F_CONTROL_END)
        if (mw_port_number(judge, end->about) == 443 && mw_seen_value(end, MW_OK))
            return true;
    return false;
}

static void mtasts_unavailable(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_MTASTS_FETCH_END) {
        if (mw_seen_value(end, MW_OK) || mw_seen_value(end, MW_TOO_LONG) || mw_seen_value(end, MW_SKIPPED) || is_certificate(end))
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        const struct mw_fact *status = mw_know(judge, MW_F_MTASTS_HTTP, end->about);
        mw_proof(instance, status);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_RECORD, end->about));
        if (status)
            mw_place(instance, "value", mw_printf(mw_judge_arena(judge), "HTTP %ld", (long)status->number));
        if (!is_answer(end) && !mw_seen_value(end, "dns") && !web_answers(judge))
            mw_weight(instance, MW_ADVICE, MW_RECEIVE);
    }
}

static bool another_exchange_is_good(struct mw_judge *judge, const char *endpoint)
{
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));)
        if (mw_port_role(judge, port->about, "mx") && !mw_text_same(mw_port_host(judge, port->about), mw_port_host(judge, endpoint)) &&
            mw_is(judge, MW_F_TLS_END, port->about, MW_OK) && !mw_port_certificate_flaw(judge, port->about))
            return true;
    return false;
}

static void mtasts_certificate(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_MTASTS_FETCH_END) {
        if (!is_certificate(end))
            continue;
        const char *host = mw_printf(mw_judge_arena(judge), "mta-sts.%s", end->about);
        struct mw_instance *instance = mw_found(judge, host, end);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_RECORD, end->about));
        mw_weight(instance, MW_DEGRADES, MW_RECEIVE);
    }
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        const struct mw_fact *enforced = mw_port_role(judge, port->about, "mx") ? mw_port_enforced(judge, port->about) : NULL;
        const struct mw_fact *flaw = mw_port_certificate_flaw(judge, port->about);
        if (!enforced || !flaw)
            continue;
        struct mw_instance *instance = mw_found(judge, port->about, flaw);
        mw_proof(instance, enforced);
        mw_weight(instance, another_exchange_is_good(judge, port->about) ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE);
    }
}

static bool another_is_covered(struct mw_judge *judge, const char *domain)
{
    MW_EACH (covers, judge, MW_F_MTASTS_COVERS)
        if (covers->yes && mw_seen_serves(judge, covers->about, domain))
            return true;
    return false;
}

static void mtasts_mx(struct mw_judge *judge)
{
    MW_EACH (covers, judge, MW_F_MTASTS_COVERS) {
        const char *domain = mw_seen_target(judge);
        const struct mw_fact *mode = domain ? mw_know(judge, MW_F_MTASTS_MODE, domain) : NULL;
        if (covers->yes || !mode || mw_seen_value(mode, "none"))
            continue;
        struct mw_instance *instance = mw_found(judge, covers->about, covers);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_MX, domain));
        mw_proof(instance, mode);
        enum mw_severity enforced = another_is_covered(judge, domain) ? MW_DEGRADES : MW_BLOCKS;
        mw_weight(instance, mw_seen_value(mode, "enforce") ? enforced : MW_RISK, MW_RECEIVE);
    }
}

static void mtasts_invalid(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_MTASTS_FLAW)
        mw_proof(mw_found(judge, flaw->about, flaw), mw_know(judge, MW_F_MTASTS_POLICY, flaw->about));
    MW_EACH (media, judge, MW_F_MTASTS_MEDIA)
        if (!mw_text_starts(media->text, "text/plain"))
            mw_found(judge, media->about, media);
    MW_EACH (end, judge, MW_F_MTASTS_FETCH_END)
        if (mw_seen_value(end, MW_TOO_LONG))
            mw_found(judge, end->about, end);
}

static void mtasts_record(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_MTASTS_RECORD_FLAW)
        mw_proof(mw_found(judge, flaw->about, flaw), mw_know(judge, MW_F_MTASTS_RECORD, flaw->about));
}

/* --- DANE --------------------------------------------------------------------------------------------------------------------------------------- */

static bool another_exchange_matches(struct mw_judge *judge, const char *endpoint)
{
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        const struct mw_fact *match = mw_port_role(judge, port->about, "mx") ? mw_know(judge, MW_F_DANE_MATCH, port->about) : NULL;
        if (match && match->yes && !mw_text_same(mw_port_host(judge, port->about), mw_port_host(judge, endpoint)))
            return true;
    }
    return false;
}

static void dane_mismatch(struct mw_judge *judge)
{
    MW_EACH (match, judge, MW_F_DANE_MATCH) {
        const struct mw_fact *secure = mw_port_dane(judge, match->about);
        if (match->yes || !secure)
            continue;
        struct mw_instance *instance = mw_found(judge, match->about, match);
        mw_proof(instance, mw_know(judge, MW_F_DANE_FLAW, match->about));
        mw_proof(instance, mw_know(judge, MW_F_TLSA_RECORD, secure->about));
        mw_proof(instance, secure);
        mw_weight(instance, another_exchange_matches(judge, match->about) ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE);
    }
}

/* RFC 7672 section 2.1: a sender asks for TLSA only where the exchange's address is proved, and must then wait when the question fails. */
static void tlsa_lookup(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_TLSA_END) {
        const char *host = mw_port_host(judge, end->about);
        const struct mw_fact *secure = mw_know(judge, MW_F_DNSSEC_SECURE, host);
        if (!mw_seen_failed(end) || !secure || !secure->yes || !mw_seen_has_address(judge, host))
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_proof(instance, secure);
        mw_weight(instance, mw_seen_exchange_weight(judge, host), mw_seen_exchange_leg(judge, host));
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "mtasts.policy_unavailable", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The announced MTA-STS policy cannot be fetched"),
        .says = N_("A TXT record announces an MTA-STS policy for {about}, but the file cannot be fetched ({value}). New senders do without its "
                   "protection; those that keep an older copy go on by that, right or wrong."),
        .fix = {
            {MW_AT_SERVER, N_("Serve the policy file with status 200 and as text/plain, without a redirect."),
             "https://mta-sts.{about}/.well-known/mta-sts.txt"},
            {MW_AT_DNS, N_("Or end MTA-STS in order: publish a policy with mode none, wait until max_age is over, then remove the TXT record."),
             "_mta-sts.{about}. IN TXT"},
        },
        .reference = "RFC 8461 sections 3.2 and 3.3",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_unavailable,
        .explains = {"sym:inbound.partial"},
    },
    {
        .id = "mtasts.cert_invalid", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("A certificate does not satisfy the domain's MTA-STS policy"),
        .says = N_("MTA-STS asks for valid certificates, and that of {about} is not. Senders that keep to MTA-STS, among them Google and Microsoft, do "
                   "not deliver to a server with a bad certificate, and cannot fetch the policy from a web host with one."),
        .fix = {
            {MW_AT_SERVER, N_("Install a valid certificate with the right name, from a public CA, on {host}."), NULL},
            {MW_AT_SERVER, N_("Until then, set the policy to testing and change the id in the TXT record."), "mode: testing"},
        },
        .reference = "RFC 8461 section 4",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_certificate,
        .explains = {"mtasts.policy_unavailable", "sym:inbound.delay", "sym:inbound.partial"},
    },
    {
        .id = "mtasts.mx_mismatch", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The MTA-STS policy does not cover the mail servers"),
        .says = N_("The MTA-STS policy of {domain} does not list its mail server {about}. Senders that keep to MTA-STS, among them Google and Microsoft, "
                   "do not deliver to a server that is not on the list."),
        .fix = {
            {MW_AT_SERVER, N_("Add a line for each MX host to the policy file, and keep the old lines until max_age is over."), "mx: {about}"},
            {MW_AT_DNS, N_("Then change the id in the TXT record, so that senders fetch the new policy."),
             "_mta-sts.{domain}. IN TXT \"v=STSv1; id=(new value);\""},
        },
        .reference = "RFC 8461 section 4.1",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_mx,
        .explains = {"sym:inbound.delay", "sym:inbound.partial"},
    },
    {
        .id = "mtasts.policy_invalid", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The MTA-STS policy file is not valid"),
        .says = N_("The MTA-STS policy of {about} can be fetched, but is not valid ({value}). Senders pass over it, so mail has no protection from it."),
        .fix = {
            {MW_AT_SERVER, N_("Serve a policy with these lines, with one mx line for each mail server, as text/plain."),
             "version: STSv1\nmode: testing\nmx: mail.{about}\nmax_age: 604800"},
        },
        .reference = "RFC 8461 section 3.2",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_invalid,
        .explains = {"sym:inbound.partial"},
    },
    {
        .id = "mtasts.id_stale", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The MTA-STS record is malformed"),
        .says = N_("The TXT record at _mta-sts of {about} is not valid ({value}). Senders take it as absent and do not fetch a new policy."),
        .fix = {
            {MW_AT_DNS, N_("Publish exactly one record, with a new id whenever the policy changes."),
             "_mta-sts.{about}. IN TXT \"v=STSv1; id=(date and number);\""},
        },
        .reference = "RFC 8461 section 3.1",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_record,
        .explains = {"sym:inbound.partial"},
    },
    {
        .id = "dane.tlsa.mismatch", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The TLSA record does not match the server's certificate"),
        .says = N_("The DNS pins the certificate of {about} with TLSA records that DNSSEC proves, and the server presents another one. Senders that check "
                   "DANE, among them Microsoft and many in Germany and the Netherlands, do not deliver."),
        .fix = {
            {MW_AT_DNS, N_("Publish a TLSA record of the key in use (3 1 1 is best) and remove those of keys that are gone. Before the next change of "
                           "key, publish the new one first and wait for two times its time to live."),
             "_25._tcp.{host}. IN TLSA 3 1 1 (SHA-256 of the public key)"},
            {MW_AT_SERVER, N_("Let the renewal of certificates keep the same key."), "certbot renew --reuse-key"},
        },
        .reference = "RFC 7672; RFC 7671 section 8",
        .needs = {MW_F_TLSA_END},
        .holds = dane_mismatch,
        .explains = {"sym:inbound.delay", "sym:inbound.partial"},
    },
    {
        .id = "dane.tlsa.lookup_fail", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The question for TLSA records fails"),
        .says = N_("The zone of {host} is signed, but the question for its TLSA records fails ({value}). Senders that check DANE must not deliver then, "
                   "and wait until they give up."),
        .fix = {
            {MW_AT_DNS, N_("Mend the name servers of the zone so that they answer for TLSA, with a proof where there is no such record (re-sign the zone, "
                           "update the server)."), "dig _25._tcp.{host} TLSA +dnssec"},
        },
        .reference = "RFC 7672 section 2.1",
        .needs = {MW_F_TLSA_END, MW_F_DNSSEC_SECURE},
        .holds = tlsa_lookup,
        .explains = {"sym:inbound.delay", "sym:inbound.partial"},
    },
};

const struct mw_area mw_area_transport = {"transport", causes, MW_COUNT(causes)};
