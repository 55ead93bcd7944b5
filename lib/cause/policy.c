/* Causes in the records that say who may send for the domain and how mail to it must be protected: SPF, DKIM, DMARC, MTA-STS, DANE; and block lists.
 *
 * A domain without DKIM selector given, without MTA-STS, DANE or TLS reporting has no fault here. A record that could not be looked up is neither missing
 * nor wrong. TLSA records that DNSSEC does not prove bind nobody and are never judged. RFC 7208, RFC 6376, RFC 8301, RFC 9989, RFC 8461, RFC 7672, RFC 5782. */
#include "ports.h"

#include <mailwhy/dmarc.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- SPF ------------------------------------------------------------------------------------------------------------------------------------ */

#define SPF_LIMIT 10 /* RFC 7208 section 4.6.4 */
#define VOID_LIMIT 2u

static size_t count_about(struct mw_judge *judge, enum mw_fact_id id, const char *about)
{
    size_t count = 0;
    MW_EACH_ABOUT (fact, judge, id, about)
        count += fact != NULL;
    return count;
}

/* Does a server of the zone itself have the record that the resolver does not show? */
static bool zone_has_spf(struct mw_judge *judge, const char *domain)
{
    MW_EACH (texts, judge, MW_F_ZONE_TXT)
        if (mw_text_same(mw_seen_zone(judge, texts), domain))
            for (size_t i = 0; i < texts->list.count; i++)
                if (mw_text_starts(texts->list.items[i], "v=spf1"))
                    return true;
    return false;
}

static void spf_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_SPF_END) {
        bool meant = mw_know(judge, MW_F_SPF_RECORD, end->about) || mw_know(judge, MW_F_SPF_FLAW, end->about);
        if (mw_seen_gone(end) && !meant && !zone_has_spf(judge, end->about))
            mw_found(judge, end->about, end);
    }
}

static void spf_multiple(struct mw_judge *judge)
{
    MW_EACH (record, judge, MW_F_SPF_RECORD)
        if (count_about(judge, MW_F_SPF_RECORD, record->about) > 1)
            mw_found(judge, record->about, record);
}

/* Flaws that have a cause of their own. */
static bool is_other_flaw(const struct mw_fact *flaw)
{
    return mw_text_find(flaw->text, "more than one SPF record") || mw_text_find(flaw->text, "exchanges") || mw_text_find(flaw->text, "lookups");
}

static void spf_syntax(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_SPF_FLAW) {
        if (is_other_flaw(flaw))
            continue;
        /* A second TXT that only looks like SPF harms nothing where a true one stands. */
        if (mw_text_find(flaw->text, "meant as SPF") && mw_know(judge, MW_F_SPF_RECORD, flaw->about))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, flaw->about));
        mw_place(instance, "part", flaw->quote ? flaw->quote : "");
    }
}

static void spf_limit(struct mw_judge *judge)
{
    MW_EACH (lookups, judge, MW_F_SPF_LOOKUPS)
        if (lookups->number > SPF_LIMIT)
            mw_proof(mw_found(judge, lookups->about, lookups), mw_know(judge, MW_F_SPF_RECORD, lookups->about));
    MW_EACH (flaw, judge, MW_F_SPF_FLAW)
        if (mw_text_find(flaw->text, "exchanges"))
            mw_place(mw_found(judge, flaw->about, flaw), "value", "> 10 MX");
}

static void spf_void(struct mw_judge *judge)
{
    MW_EACH (missing, judge, MW_F_SPF_INCLUDE_MISSING)
        mw_place(mw_found(judge, missing->about, missing), "part", missing->text);
    MW_EACH (nothing, judge, MW_F_SPF_VOID)
        if (count_about(judge, MW_F_SPF_VOID, nothing->about) > VOID_LIMIT)
            mw_place(mw_found(judge, nothing->about, nothing), "part", nothing->text);
}

static void spf_permissive(struct mw_judge *judge)
{
    MW_EACH (all, judge, MW_F_SPF_ALL)
        if (!mw_text_same(all->text, "-all") && !mw_text_same(all->text, "~all"))
            mw_proof(mw_found(judge, all->about, all), mw_know(judge, MW_F_SPF_RECORD, all->about));
    MW_EACH (wide, judge, MW_F_SPF_WIDE)
        mw_proof(mw_found(judge, wide->about, wide), mw_know(judge, MW_F_SPF_RECORD, wide->about));
}

/* Terms that may pass addresses that we do not know of: then an address of ours that fails proves nothing. */
static bool leaves_room(const char *record)
{
    static const char *const terms[] = {"include:", "redirect=", "exists:", "ptr", "%{", NULL};
    for (const char *const *term = terms; *term; term++)
        if (mw_text_find(record, *term))
            return true;
    return false;
}

static bool has_exchange(struct mw_judge *judge, const char *domain)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (!mw_text_same(host->quote, "implicit") && mw_seen_serves(judge, host->about, domain) && mw_seen_has_address(judge, host->about))
            return true;
    return false;
}

/* The record allows the domain's exchanges, and which those will be is open while the MX records lead nowhere. */
static bool waits_for_mx(struct mw_judge *judge, const char *domain, const char *record)
{
    static const char *const terms[] = {"mx", "+mx", NULL};
    struct mw_list words = mw_text_split(mw_judge_arena(judge), record, " ");
    for (const char *const *term = terms; *term; term++)
        if (mw_list_has(&words, *term))
            return !has_exchange(judge, domain);
    return false;
}

static bool any_passes(struct mw_judge *judge)
{
    MW_EACH (result, judge, MW_F_SPF_RESULT)
        if (!mw_seen_value(result, "fail"))
            return true;
    return false;
}

/* The domain's own outgoing server, that takes mail from its users. */
static bool is_own_submission(struct mw_judge *judge, const char *host, const char *domain)
{
    if (!mw_domain_is_under(host, domain))
        return false;
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));)
        if (mw_port_kind(judge, port->about)->service == MW_SUBMISSION_SERVICE && mw_text_same(mw_port_host(judge, port->about), host) &&
            mw_is(judge, MW_F_SUBMISSION_END, port->about, MW_OK))
            return true;
    return false;
}

/* Where mail leaves is not seen from outside. That no server of the domain may send while its own submission server works is as near as it gets. */
static void spf_not_listed(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *record = domain ? mw_know(judge, MW_F_SPF_RECORD, domain) : NULL;
    if (!record || leaves_room(record->text) || any_passes(judge) || waits_for_mx(judge, domain, record->text))
        return;
    MW_EACH (result, judge, MW_F_SPF_RESULT) {
        const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, result->about);
        if (!of || !is_own_submission(judge, of->text, domain))
            continue;
        struct mw_instance *instance = mw_found(judge, result->about, result);
        mw_proof(instance, record);
        mw_place(instance, "server", of->text);
        mw_confidence(instance, 0.6);
        mw_weight(instance, MW_DEGRADES, MW_SEND);
    }
}

/* Only SPF fails, while the rest of the domain is answered: else it is no matter of SPF. */
static void spf_temperror(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_SPF_END) {
        const struct mw_fact *mx = mw_know(judge, MW_F_DNS_MX_END, end->about);
        bool ours = mw_seen_at_zone(judge, MW_F_ZONE_TXT_END, end->about, MW_OK); /* the zone answers, only the resolver does not */
        if (mw_seen_failed(end) && mx && !mw_seen_failed(mx) && !ours)
            mw_found(judge, end->about, end);
    }
}

/* --- DKIM ----------------------------------------------------------------------------------------------------------------------------------- */

static void dkim_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DKIM_END)
        if (mw_seen_gone(end))
            mw_found(judge, end->about, end);
}

static void dkim_invalid(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_DKIM_FLAW)
        mw_proof(mw_found(judge, flaw->about, flaw), mw_know(judge, MW_F_DKIM_RECORD, flaw->about));
}

#define DKIM_LEAST 1024 /* RFC 8301 section 3.2: verifiers take no shorter one; signers should have 2048 */
#define DKIM_GOOD 2048

static void dkim_short(struct mw_judge *judge)
{
    MW_EACH (bits, judge, MW_F_DKIM_KEY_BITS) {
        if (!mw_is(judge, MW_F_DKIM_KEY_TYPE, bits->about, "rsa") || bits->number >= DKIM_GOOD)
            continue;
        struct mw_instance *instance = mw_found(judge, bits->about, bits);
        if (bits->number >= DKIM_LEAST)
            mw_weight(instance, MW_ADVICE, MW_SEND);
    }
}

static void dkim_revoked(struct mw_judge *judge)
{
    MW_EACH (revoked, judge, MW_F_DKIM_REVOKED)
        if (revoked->yes)
            mw_proof(mw_found(judge, revoked->about, revoked), mw_know(judge, MW_F_DKIM_RECORD, revoked->about));
}

/* --- DMARC ---------------------------------------------------------------------------------------------------------------------------------- */

static void dmarc_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DMARC_END)
        if (mw_seen_gone(end) && !mw_each(judge, MW_F_DMARC_RECORD, NULL) && !mw_each(judge, MW_F_DMARC_FLAW, NULL))
            mw_found(judge, end->about, end);
}

/* A copy that stands at the wrong place, or a damaged one beside a good one at the name itself, harms nothing. */
static bool own_record_applies(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *policy = mw_know(judge, MW_F_DMARC_POLICY, domain);
    return policy && mw_text_same(policy->quote, mw_printf(mw_judge_arena(judge), "_dmarc.%s", domain));
}

static void found_dmarc(struct mw_judge *judge, const char *about, const struct mw_fact *proof, const char *part)
{
    struct mw_instance *instance = mw_found(judge, about, proof);
    mw_place(instance, "part", part);
    mw_proof(instance, mw_each(judge, MW_F_DMARC_END, NULL));
}

static void dmarc_syntax(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    MW_EACH (flaw, judge, MW_F_DMARC_FLAW)
        if (!mw_text_find(flaw->text, "more than one") && !(domain && own_record_applies(judge, domain)))
            found_dmarc(judge, flaw->about, flaw, flaw->text);
    MW_EACH (record, judge, MW_F_DMARC_RECORD) {
        struct mw_flaw why;
        const struct mw_dmarc *read = mw_dmarc_read(mw_judge_arena(judge), record->text, &why);
        if (read && read->forced) /* section 4.10.1: taken as p=none, so that nothing is stopped */
            found_dmarc(judge, record->about, record, record->text);
    }
}

static void dmarc_multiple(struct mw_judge *judge)
{
    MW_EACH (record, judge, MW_F_DMARC_RECORD)
        if (count_about(judge, MW_F_DMARC_RECORD, record->about) > 1)
            mw_proof(mw_found(judge, record->about, record), mw_each(judge, MW_F_DMARC_END, NULL));
}

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

/* --- block lists --------------------------------------------------------------------------------------------------------------------------------- */

/* Lists of addresses that should not deliver themselves answer 127.0.0.10 and .11 (Spamhaus PBL); other codes mean that something was seen. */
static bool is_policy(const struct mw_fact *listed)
{
    return mw_text_ends(listed->text, " 127.0.0.10") || mw_text_ends(listed->text, " 127.0.0.11");
}

static void found_listed(struct mw_judge *judge, bool policy)
{
    MW_EACH (listed, judge, MW_F_DNSBL_LISTED) {
        const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, listed->about);
        if (is_policy(listed) != policy)
            continue;
        struct mw_instance *instance = mw_found(judge, listed->about, listed);
        mw_proof(instance, of);
        mw_place(instance, "server", of ? of->text : listed->about);
        /* Only receivers that use this list refuse. */
        mw_weight(instance, MW_DEGRADES, MW_SEND);
    }
}

static void dnsbl_listed(struct mw_judge *judge)
{
    found_listed(judge, false);
}

static void dnsbl_policy(struct mw_judge *judge)
{
    found_listed(judge, true);
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------------- */

static const struct mw_cause causes[] = {
    {
        .id = "spf.record.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain has no SPF record"),
        .says = N_("{about} does not say by SPF which servers may send its mail. Large providers trust such mail less: it goes to junk or is refused."),
        .fix = {
            {MW_AT_DNS, N_("Publish one TXT record that names the servers that send for the domain; your provider gives the part to include."),
             "{about}. IN TXT \"v=spf1 mx include:(your provider) -all\""},
        },
        .reference = "RFC 7208 section 3",
        .needs = {MW_F_SPF_END},
        .holds = spf_missing,
        .explains = {"sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "spf.record.multiple", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain has more than one SPF record"),
        .says = N_("{about} has several TXT records that begin with v=spf1. Only one is allowed; with two, every check ends in a permanent error, as if "
                   "there were none."),
        .fix = {
            {MW_AT_DNS, N_("Merge the terms of all of them into one record and remove the others."), "{about}. IN TXT \"v=spf1 (terms of both) -all\""},
        },
        .reference = "RFC 7208 sections 3.2 and 4.5",
        .needs = {MW_F_SPF_END},
        .holds = spf_multiple,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "spf.record.syntax", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record cannot be read"),
        .says = N_("The SPF record of {about} is not valid ({value}). Every check ends in a permanent error, as if there were no SPF."),
        .fix = {
            {MW_AT_DNS, N_("Correct this part of the record: {part}"), "{about}. IN TXT \"v=spf1 mx ip4:(address) -all\""},
        },
        .reference = "RFC 7208 sections 4.6 and 12",
        .needs = {MW_F_SPF_END},
        .holds = spf_syntax,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "spf.lookup.limit", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record needs too many DNS lookups"),
        .says = N_("To evaluate SPF of {about} takes {value} DNS lookups; ten are allowed. Beyond that receivers give up with a permanent error, so part "
                   "of the mail is treated as if there were no SPF."),
        .fix = {
            {MW_AT_DNS, N_("Remove includes of services that no longer send, write fixed servers as ip4 and ip6, and let bulk mail use a subdomain with a "
                           "record of its own."), NULL},
        },
        .reference = "RFC 7208 section 4.6.4",
        .needs = {MW_F_SPF_END},
        .holds = spf_limit,
        .alike = {
            {"spf.lookup.void", N_("The number of lookups is small, but more than two find nothing.")},
        },
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.partial"},
    },
    {
        .id = "spf.lookup.void", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record refers to names that do not exist"),
        .says = N_("The SPF record of {about} refers to names that have no record (for example {part}). An include without SPF behind it, or more than "
                   "two lookups that find nothing, ends the check with a permanent error."),
        .fix = {
            {MW_AT_DNS, N_("Take the terms that lead nowhere out of the record: services that you left, and names that are mistyped."), NULL},
        },
        .reference = "RFC 7208 sections 4.6.4 and 5.2",
        .needs = {MW_F_SPF_END},
        .holds = spf_void,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "spf.all.permissive", .legs = MW_SEND, .severity = MW_RISK, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record lets strangers send for the domain"),
        .says = N_("The SPF record of {about} does not keep strangers out ({value}): it ends in +all or ?all, has no all at all, or passes a very wide "
                   "range of addresses. Anybody can send in the name of the domain."),
        .fix = {
            {MW_AT_DNS, N_("End the record with ~all while you test, and then with -all; narrow wide address ranges to the servers that send."),
             "{about}. IN TXT \"v=spf1 (your terms) -all\""},
        },
        .reference = "RFC 7208 section 8",
        .needs = {MW_F_SPF_END},
        .holds = spf_permissive,
        .explains = {"sym:bounce.backscatter", "rep.domain.bad", "smtp.sender.rejected"},
    },
    {
        .id = "spf.sender.not_listed", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("SPF does not allow the domain's own server to send"),
        .says = N_("SPF of {domain} refuses {about} ({server}), the server that takes its users' outgoing mail, and every other server of the domain that "
                   "is known. If mail leaves from there, receivers refuse it or put it into junk."),
        .fix = {
            {MW_AT_DNS, N_("Add the address from which mail leaves to the SPF record."), "ip4:{about}"},
            {MW_NOWHERE, N_("If mail leaves by another server that the record names, nothing is wrong here."), NULL},
        },
        .reference = "RFC 7208; RFC 7372",
        .needs = {MW_F_SPF_RESULT},
        .holds = spf_not_listed,
        .explains = {"dmarc.fail.reject", "sym:outbound.reject", "sym:outbound.spam"},
    },
    {
        .id = "spf.dns.temperror", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record cannot be looked up"),
        .says = N_("The question for the SPF record of {about} fails ({value}), while other questions about the domain are answered. Receivers put its "
                   "mail off, or take it as if there were no SPF."),
        .fix = {
            {MW_AT_DNS, N_("Ask each name server of the domain for the TXT records of {about}, over UDP and over TCP, and mend the one that fails."),
             "dig {about} TXT +norecurse"},
        },
        .reference = "RFC 7208 section 2.6.6",
        .needs = {MW_F_SPF_END, MW_F_DNS_MX_END},
        .holds = spf_temperror,
        .explains = {"sym:outbound.defer", "sym:outbound.spam"},
    },
    {
        .id = "dkim.selector.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key is not published"),
        .says = N_("There is no key at {about}. Mail that is signed with this selector cannot be verified, so the signature counts for nothing."),
        .fix = {
            {MW_AT_DNS, N_("Publish the TXT or CNAME record that the signing server or service gives, under exactly this name. A common slip is the "
                           "domain entered twice."), "{about}. IN TXT \"v=DKIM1; k=rsa; p=(public key)\""},
        },
        .reference = "RFC 6376 section 3.6.2",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_missing,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "dkim.key.invalid", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key record is damaged"),
        .says = N_("The DKIM record at {about} cannot be used ({value}). Signatures made with its private key fail."),
        .fix = {
            {MW_AT_DNS, N_("Publish the record again, whole: cut into strings of at most 255 characters, without added quotes, blanks or backslashes."),
             "{about}. IN TXT \"v=DKIM1; k=rsa; p=(public key)\""},
        },
        .reference = "RFC 6376 sections 3.6.1 and 6.1.2",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_invalid,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "dkim.key.short", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key is too short"),
        .says = N_("The RSA key at {about} has {value} bits. Receivers pass over keys of under 1024 bits as if the mail were unsigned; 2048 is the length "
                   "to use today."),
        .fix = {
            {MW_AT_SERVER, N_("Make a new key of 2048 bits under a new selector, publish it, switch signing over, and remove the old one some days later."),
             "opendkim-genkey -b 2048 -d {domain} -s (new selector)"},
        },
        .reference = "RFC 8301 section 3.2",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_short,
        .explains = {"dmarc.fail.reject"},
    },
    {
        .id = "dkim.key.revoked", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key has been revoked"),
        .says = N_("The record at {about} has an empty key, which means that it was revoked on purpose. Mail that is still signed with this selector "
                   "fails the check."),
        .fix = {
            {MW_AT_SERVER, N_("Let the signing server use the selector whose key is published; or, if the key was emptied by mistake, publish it again."),
             NULL},
        },
        .reference = "RFC 6376 section 3.6.1",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_revoked,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "dmarc.record.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain has no DMARC record"),
        .says = N_("There is no DMARC record for {about}. Google, Yahoo and Microsoft ask for one of everybody who sends much mail, and forged mail in "
                   "the domain's name is not stopped."),
        .fix = {
            {MW_AT_DNS, N_("Publish a DMARC record; begin with p=none, read the reports, then go on to quarantine and reject."),
             "_dmarc.{about}. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{about}\""},
        },
        .reference = "RFC 9989",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_missing,
        .explains = {"sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "dmarc.record.syntax", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DMARC record is malformed or stands at the wrong place"),
        .says = N_("What stands at {about} is meant as DMARC and does not work as such: {part}. Receivers pass over it or take it as p=none."),
        .fix = {
            {MW_AT_DNS, N_("Write the record at _dmarc below the domain, beginning with v=DMARC1 and with p=none, p=quarantine or p=reject."),
             "_dmarc.{domain}. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{domain}\""},
        },
        .reference = "RFC 9989 section 4.7",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_syntax,
        .alike = {
            {"dmarc.record.multiple", N_("There is more than one record at the same name.")},
        },
        .explains = {"dmarc.record.missing", "sym:outbound.spam"},
    },
    {
        .id = "dmarc.record.multiple", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("There is more than one DMARC record"),
        .says = N_("Several DMARC records stand at {about}. Receivers then take none of them."),
        .fix = {
            {MW_AT_DNS, N_("Keep one record and remove the others."), NULL},
        },
        .reference = "RFC 9989 section 4.10",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_multiple,
        .explains = {"dmarc.record.missing", "sym:outbound.spam"},
    },
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
    {
        .id = "rep.dnsbl.listed", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The sending address is on a block list"),
        .says = N_("{about} ({server}) is on a block list ({value}). Servers that use the list refuse mail from this address."),
        .fix = {
            {MW_AT_SERVER, N_("Find and stop what put it there: an open relay, a hacked account, a web form, malware. Only then ask the list to remove "
                              "the address, by its own form."), NULL},
            {MW_NOWHERE, N_("Meanwhile send through another relay that is not listed."), NULL},
        },
        .reference = "RFC 5782; RFC 6471",
        .needs = {MW_F_DNSBL_END, MW_F_ADDRESS_OF},
        .holds = dnsbl_listed,
        .explains = {"smtp.banner.refused", "sym:outbound.reject", "sym:outbound.spam"},
    },
    {
        .id = "rep.dnsbl.policy_list", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The sending address belongs to a range that should not send mail itself"),
        .says = N_("{about} ({server}) is on a list of home and dynamic addresses ({value}), which are not to deliver mail themselves. Servers that use "
                   "the list refuse it, whatever it says."),
        .fix = {
            {MW_AT_SERVER, N_("Do not deliver directly: send through the provider's outgoing server with login, on port 587 or 465."),
             "relayhost = [smtp.example.net]:587"},
            {MW_AT_PROVIDER, N_("If the address is fixed and a mail server may stand there, have the provider or the list's own form take it out."), NULL},
        },
        .reference = "RFC 5782",
        .needs = {MW_F_DNSBL_END, MW_F_ADDRESS_OF},
        .holds = dnsbl_policy,
        .explains = {"smtp.banner.refused", "sym:outbound.reject"},
    },
};

const struct mw_area mw_area_policy = {"policy", causes, MW_COUNT(causes)};
