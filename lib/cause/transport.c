/* Causes in what the domain demands of TLS on the way to it: MTA-STS, DANE, TLS reporting.
 *
 * A domain without any of them has no fault here: it is advised of them. TLSA records that DNSSEC does not prove bind nobody, and are never held against a
 * certificate. RFC 8461, RFC 7672, RFC 8460. */
#include "ports.h"

#include <mailwhy/lang.h>
#include <mailwhy/mtasts.h>
#include <mailwhy/tlsrpt.h>

#include <string.h>

/* --- records and files to paste ----------------------------------------------------------------------------------------------------------------- */

#define EXCHANGES_SHOWN 20u
#define WEEK_S 604800L

/* An id of the time at which the facts were told: a later policy has a later one, and the same facts give the same. */
static const char *fresh_id(struct mw_judge *judge, const struct mw_fact *fact)
{
    struct mw_list pieces = mw_text_split(mw_judge_arena(judge), mw_time_text(mw_judge_arena(judge), fact->at), "-:");
    return mw_list_join(mw_judge_arena(judge), &pieces, "");
}

static bool is_covered(const struct mw_list *patterns, const char *host)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (mw_mtasts_pattern_matches(patterns->items[i], host))
            return true;
    return false;
}

/* The patterns of the policy as it is, for senders may still need them, and the exchanges that it leaves out. */
static struct mw_list wanted_patterns(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *now = mw_know(judge, MW_F_MTASTS_MX, domain);
    struct mw_list patterns = {0};
    for (size_t i = 0; now && i < now->list.count; i++)
        mw_list_add(mw_judge_arena(judge), &patterns, now->list.items[i]);
    MW_EACH (of, judge, MW_F_MX_HOST_OF)
        if (mw_text_same(of->text, domain) && !is_covered(&patterns, of->about) && patterns.count < EXCHANGES_SHOWN)
            mw_list_add(mw_judge_arena(judge), &patterns, of->about);
    return patterns;
}

/* {policy}: a whole file for the exchanges that there are; {id}: for the record beside it. */
static void place_policy(struct mw_judge *judge, struct mw_instance *instance, const char *domain, const char *mode, const struct mw_fact *fact)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const struct mw_fact *age = mw_know(judge, MW_F_MTASTS_AGE, domain);
    struct mw_list patterns = wanted_patterns(judge, domain), lines = {0};
    mw_list_add(arena, &lines, "version: STSv1");
    mw_list_add(arena, &lines, mw_printf(arena, "mode: %s", mode));
    for (size_t i = 0; i < patterns.count; i++)
        mw_list_add(arena, &lines, mw_printf(arena, "mx: %s", patterns.items[i]));
    if (!patterns.count)
        mw_list_add(arena, &lines, mw_printf(arena, "mx: mail.%s", domain));
    mw_list_add(arena, &lines, mw_printf(arena, "max_age: %ld", age ? (long)age->number : WEEK_S));
    mw_place(instance, "policy", mw_list_join(arena, &lines, "\n"));
    mw_place(instance, "id", fresh_id(judge, fact));
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
        place_policy(judge, instance, end->about, "testing", end);
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

static void policy_host_certificate(struct mw_judge *judge, const struct mw_fact *end)
{
    struct mw_instance *instance = mw_found(judge, mw_printf(mw_judge_arena(judge), "mta-sts.%s", end->about), end);
    mw_proof(instance, mw_know(judge, MW_F_MTASTS_RECORD, end->about));
    mw_weight(instance, MW_DEGRADES, MW_RECEIVE); /* while it is so, no other policy can be fetched from there */
}

static void mtasts_certificate(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_MTASTS_FETCH_END)
        if (is_certificate(end))
            policy_host_certificate(judge, end);
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        const struct mw_fact *enforced = mw_port_role(judge, port->about, "mx") ? mw_port_enforced(judge, port->about) : NULL;
        const struct mw_fact *flaw = mw_port_certificate_flaw(judge, port->about);
        if (!enforced || !flaw)
            continue;
        struct mw_instance *instance = mw_found(judge, port->about, flaw);
        mw_proof(instance, enforced);
        mw_weight(instance, another_exchange_is_good(judge, port->about) ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE);
        place_policy(judge, instance, enforced->about, "testing", enforced);
    }
}

static bool another_is_covered(struct mw_judge *judge, const char *domain)
{
    MW_EACH (covers, judge, MW_F_MTASTS_COVERS)
        if (covers->yes && mw_seen_serves(judge, covers->about, domain))
            return true;
    return false;
}

/* A domain without MX is its own exchange only where it has an address. */
static bool is_exchange(struct mw_judge *judge, const char *host, const char *domain)
{
    return !mw_text_same(host, domain) || mw_know(judge, MW_F_MX_HOST, host);
}

static void mtasts_mx(struct mw_judge *judge)
{
    MW_EACH (covers, judge, MW_F_MTASTS_COVERS) {
        const char *domain = mw_seen_target(judge);
        const struct mw_fact *mode = domain ? mw_know(judge, MW_F_MTASTS_MODE, domain) : NULL;
        if (covers->yes || !mode || mw_seen_value(mode, "none") || !is_exchange(judge, covers->about, domain))
            continue;
        struct mw_instance *instance = mw_found(judge, covers->about, covers);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_MX, domain));
        mw_proof(instance, mode);
        enum mw_severity enforced = another_is_covered(judge, domain) ? MW_DEGRADES : MW_BLOCKS;
        mw_weight(instance, mw_seen_value(mode, "enforce") ? enforced : MW_RISK, MW_RECEIVE);
        place_policy(judge, instance, domain, mode->text, mode);
    }
}

static void mtasts_invalid(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_MTASTS_FLAW) {
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_POLICY, flaw->about));
        place_policy(judge, instance, flaw->about, "testing", flaw);
    }
    MW_EACH (media, judge, MW_F_MTASTS_MEDIA) {
        if (mw_mtasts_is_media_type(media->text))
            continue;
        struct mw_instance *instance = mw_found(judge, media->about, media);
        mw_place(instance, "value", mw_printf(mw_judge_arena(judge), "Content-Type: %s", *media->text ? media->text : "-"));
        place_policy(judge, instance, media->about, "testing", media);
    }
    MW_EACH (end, judge, MW_F_MTASTS_FETCH_END)
        if (mw_seen_value(end, MW_TOO_LONG))
            place_policy(judge, mw_found(judge, end->about, end), end->about, "testing", end);
}

/* A record that is none harms nothing beside one that is: the policy was fetched then. */
static void malformed_record(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_MTASTS_RECORD_FLAW) {
        if (mw_know(judge, MW_F_MTASTS_FETCH_END, flaw->about))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_RECORD, flaw->about));
        place_policy(judge, instance, flaw->about, "testing", flaw);
    }
}

static const char *item_of(const struct mw_list *items, const char *name)
{
    for (size_t i = 0; i < items->count; i++)
        if (mw_text_starts(items->items[i], name))
            return items->items[i] + strlen(name);
    return NULL;
}

static bool same_patterns(struct mw_judge *judge, const struct mw_list *then, const struct mw_list *now)
{
    size_t count = 0;
    for (size_t i = 0; i < then->count; i++)
        count += mw_text_starts(then->items[i], "mx=");
    for (size_t i = 0; i < now->count; i++)
        if (!mw_list_has(then, mw_printf(mw_judge_arena(judge), "mx=%s", now->items[i])))
            return false;
    return count == now->count;
}

/* A max_age that the saved run does not tell was not compared. */
static bool same_policy(struct mw_judge *judge, const struct mw_fact *then)
{
    const struct mw_fact *mode = mw_know(judge, MW_F_MTASTS_MODE, then->about), *mx = mw_know(judge, MW_F_MTASTS_MX, then->about);
    const struct mw_fact *age = mw_know(judge, MW_F_MTASTS_AGE, then->about);
    const char *age_then = item_of(&then->list, "max_age=");
    if (!mode || !mx)
        return true;
    bool same_age = !age || !age_then || mw_text_same(age_then, mw_fact_value(mw_judge_arena(judge), age));
    return same_age && mw_text_same(item_of(&then->list, "mode="), mode->text) && same_patterns(judge, &then->list, &mx->list);
}

/* Under one id there was another policy: senders that keep that one see no reason to fetch this one (RFC 8461 section 3.1). */
static void changed_under_its_id(struct mw_judge *judge)
{
    MW_EACH (then, judge, MW_F_MTASTS_EARLIER) {
        const struct mw_fact *record = mw_know(judge, MW_F_MTASTS_RECORD, then->about);
        struct mw_flaw flaw;
        const char *id = record ? mw_mtasts_read_record(mw_judge_arena(judge), record->text, &flaw) : NULL;
        const char *id_then = item_of(&then->list, "id=");
        if (!id || !id_then || strcmp(id_then, id) != 0 || same_policy(judge, then))
            continue;
        struct mw_instance *instance = mw_found(judge, then->about, then);
        mw_proof(instance, record);
        mw_proof(instance, mw_know(judge, MW_F_MTASTS_POLICY, then->about));
        mw_place(instance, "old", id);
        mw_place(instance, "date", mw_time_text(mw_judge_arena(judge), then->at));
        mw_words(instance, N_("The MTA-STS policy changed, and its id did not"),
                 N_("The policy of {about} is another one than on {date}, and the id in the TXT record is {old} still. Senders that keep the earlier policy do "
                    "not notice, and go by it until its max_age is over."));
        place_policy(judge, instance, then->about, "testing", record);
    }
}

static void mtasts_stale(struct mw_judge *judge)
{
    malformed_record(judge);
    changed_under_its_id(judge);
}

/* --- none of them ----------------------------------------------------------------------------------------------------------------------------- */

static bool has_tlsa(struct mw_judge *judge, const char *domain)
{
    MW_EACH (end, judge, MW_F_TLSA_END)
        if (mw_seen_serves(judge, mw_port_host(judge, end->about), domain) && !mw_seen_gone(end))
            return true;
    return false;
}

/* {reports}: the record to publish; the one that is written there, mended, where it names somebody. */
static void place_reports(struct mw_judge *judge, struct mw_instance *instance, const char *written)
{
    const char *mended = written ? mw_tlsrpt_mend(mw_judge_arena(judge), written) : NULL;
    mw_place(instance, "reports", mended ? mended : mw_printf(mw_judge_arena(judge), "v=TLSRPTv1; rua=mailto:tls-reports@%s", mw_seen_target(judge)));
}

/* RFC 8460 section 3: what is no record, and two, count as none. */
static void tlsrpt_malformed(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_TLSRPT_FLAW) {
        bool good = mw_know(judge, MW_F_TLSRPT_RUA, flaw->about) && !mw_text_find(flaw->text, "more than one");
        if (good)
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_TLSRPT_RECORD, flaw->about));
        place_reports(judge, instance, flaw->quote);
        mw_words(instance, N_("The domain gets no reports on failures of TLS"),
                 N_("The record at _smtp._tls.{domain} is not valid ({value}). Senders take it as absent, so nobody tells when mail is held back because of "
                    "TLS."));
    }
}

/* The domain that the reports go to takes no mail, or is not there. */
static void tlsrpt_unreachable(struct mw_judge *judge)
{
    MW_EACH (target, judge, MW_F_TLSRPT_TARGET) {
        const char *domain = mw_seen_target(judge);
        const struct mw_fact *rua = domain ? mw_know(judge, MW_F_TLSRPT_RUA, domain) : NULL;
        bool takes_none = mw_seen_value(target, "null mx") || mw_seen_value(target, "nxdomain");
        if (!takes_none || !rua || rua->list.count > 1)
            continue;
        struct mw_instance *instance = mw_found(judge, domain, target);
        mw_proof(instance, rua);
        mw_place(instance, "target", target->about);
        place_reports(judge, instance, NULL);
        mw_words(instance, N_("The domain gets no reports on failures of TLS"),
                 N_("The reports of {domain} are to go to an address in {target}, which takes no mail ({value})."));
    }
}

static void absent(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *sts = domain ? mw_know(judge, MW_F_MTASTS_END, domain) : NULL, *reports = domain ? mw_know(judge, MW_F_TLSRPT_END, domain) : NULL;
    tlsrpt_malformed(judge);
    tlsrpt_unreachable(judge);
    bool is_told = sts && reports && !mw_know(judge, MW_F_MTASTS_RECORD_FLAW, domain) && !mw_know(judge, MW_F_TLSRPT_FLAW, domain);
    if (!is_told || !mw_seen_gone(sts) || !mw_seen_gone(reports) || has_tlsa(judge, domain) || !mw_each(judge, MW_F_MX_HOST, NULL))
        return;
    struct mw_instance *instance = mw_found(judge, domain, sts);
    mw_proof(instance, reports);
    MW_EACH (end, judge, MW_F_TLSA_END)
        if (mw_seen_serves(judge, mw_port_host(judge, end->about), domain))
            mw_proof(instance, end);
    place_policy(judge, instance, domain, "testing", sts);
    place_reports(judge, instance, NULL);
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

/* {records}: one for each exchange whose certificate matches none. */
static const char *records_to_publish(struct mw_judge *judge)
{
    struct mw_list lines = {0};
    MW_EACH (match, judge, MW_F_DANE_MATCH) {
        const struct mw_fact *presented = mw_know(judge, MW_F_DANE_PRESENTED, match->about);
        if (match->yes || !presented || lines.count == EXCHANGES_SHOWN)
            continue;
        const char *line = mw_printf(mw_judge_arena(judge), "_25._tcp.%s. IN TLSA %s", mw_port_host(judge, match->about), presented->text);
        if (!mw_list_has(&lines, line))
            mw_list_add(mw_judge_arena(judge), &lines, line);
    }
    return lines.count ? mw_list_join(mw_judge_arena(judge), &lines, "\n") : NULL;
}

/* Do all flaws of the records there begin so? */
static bool all_flaws_are(struct mw_judge *judge, const char *about, const char *usage)
{
    bool any = false;
    MW_EACH_ABOUT (flaw, judge, MW_F_DANE_FLAW, about) {
        if (!mw_text_starts(flaw->text, usage))
            return false;
        any = true;
    }
    return any;
}

/* A record that fits, and does not count beside a stronger digest of another key (RFC 7671 section 9). */
static bool is_outdone(struct mw_judge *judge, const char *about)
{
    MW_EACH_ABOUT (flaw, judge, MW_F_DANE_FLAW, about)
        if (mw_text_find(flaw->text, "a record with SHA-512 stands beside it"))
            return true;
    return false;
}

static void say_what_differs(struct mw_judge *judge, struct mw_instance *instance, const char *about)
{
    const char *records = records_to_publish(judge);
    mw_place(instance, "records", records ? records : mw_printf(mw_judge_arena(judge), "_25._tcp.%s. IN TLSA 3 1 1 (SHA-256 of the public key)",
                                                                mw_port_host(judge, about)));
    MW_EACH_ABOUT (flaw, judge, MW_F_DANE_FLAW, about)
        mw_proof(instance, flaw);
    if (all_flaws_are(judge, about, "3 0 "))
        mw_place(instance, "whole", "3 0 1");
    if (is_outdone(judge, about))
        mw_words(instance, N_("The TLSA record that fits does not count beside another"),
                 N_("The DNS has a TLSA record with SHA-256 that fits the certificate of {about}, and one with SHA-512 that does not. Senders that know both "
                    "digests look at the stronger one alone, Postfix among them, and do not deliver."));
    if (!all_flaws_are(judge, about, "2 "))
        return;
    mw_place(instance, "anchor", "2");
    mw_words(instance, N_("The authority that the TLSA record names is not in the chain that the server sends"),
             N_("The DNS pins the authority of {about} with TLSA records of usage 2 that DNSSEC proves, and the server sends no chain that leads to it. "
                "Senders that check DANE, among them Microsoft and many in Germany and the Netherlands, do not deliver."));
}

/* No record there is one that senders use (a digest of the wrong length, usage 0 or 1): they encrypt, and prove nothing. RFC 7672 sections 2.2 and 3.1.3. */
static void dane_unusable(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_DANE_FLAW) {
        const struct mw_fact *secure = mw_port_dane(judge, flaw->about), *presented = mw_know(judge, MW_F_DANE_PRESENTED, flaw->about);
        if (!secure || mw_know(judge, MW_F_DANE_MATCH, flaw->about))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, secure);
        mw_place(instance, "records", mw_printf(mw_judge_arena(judge), "_25._tcp.%s. IN TLSA %s", mw_port_host(judge, flaw->about),
                                                presented ? presented->text : "3 1 1 (SHA-256 of the public key)"));
        mw_weight(instance, MW_ADVICE, MW_RECEIVE);
        mw_words(instance, N_("The TLSA records are of no use"),
                 N_("Senders cannot use any TLSA record of {about} ({value}): they encrypt, and take any certificate."));
    }
}

static void dane_mismatch(struct mw_judge *judge)
{
    dane_unusable(judge);
    MW_EACH (match, judge, MW_F_DANE_MATCH) {
        const struct mw_fact *secure = mw_port_dane(judge, match->about);
        if (match->yes || !secure)
            continue;
        struct mw_instance *instance = mw_found(judge, match->about, match);
        mw_proof(instance, mw_know(judge, MW_F_DANE_PRESENTED, match->about));
        say_what_differs(judge, instance, match->about);
        mw_proof(instance, mw_know(judge, MW_F_TLSA_RECORD, secure->about));
        mw_proof(instance, secure);
        bool some_deliver = another_exchange_matches(judge, match->about) || is_outdone(judge, match->about);
        mw_weight(instance, some_deliver ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE);
    }
}

/* The MX answer came without AD from a resolver that validates: it set AD for an address of the exchange. */
static const struct mw_fact *unsigned_mx(struct mw_judge *judge, const char *host)
{
    const struct mw_fact *secure = mw_know(judge, MW_F_DNSSEC_SECURE, host);
    const char *domain = mw_seen_target(judge);
    bool is_of_another = domain && mw_seen_serves(judge, host, domain) && !mw_text_same(host, domain);
    if (!secure || !secure->yes || !is_of_another || mw_know(judge, MW_F_DNSSEC_SECURE, domain))
        return NULL;
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain);
    return mw_seen_value(end, MW_OK) ? end : NULL;
}

static void tlsa_unsigned(struct mw_judge *judge)
{
    MW_EACH (secure, judge, MW_F_TLSA_SECURE) {
        const struct mw_fact *record = mw_know(judge, MW_F_TLSA_RECORD, secure->about);
        const char *host = mw_port_host(judge, secure->about);
        const struct mw_fact *mx = secure->yes ? unsigned_mx(judge, host) : NULL;
        if (!record || (secure->yes && !mx))
            continue;
        struct mw_instance *instance = mw_found(judge, secure->about, record);
        mw_proof(instance, secure);
        mw_proof(instance, mx);
        if (mx)
            mw_words(instance, N_("The MX records are not signed, so DANE protects little"),
                     N_("{about} has TLSA records that DNSSEC proves, but the MX records of {domain} are not signed. Who forges those can name another "
                        "server, so senders need not keep to DANE."));
        mw_weight(instance, MW_ADVICE, mw_seen_exchange_leg(judge, host));
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
            {MW_AT_SERVER, N_("Serve the policy file with status 200 and as text/plain, without a redirect, at https://mta-sts.{domain}/.well-known/mta-sts.txt."),
             "{policy}"},
            {MW_AT_DNS, N_("Or end MTA-STS in order: publish a policy with mode none, wait until max_age is over, then remove the TXT record."),
             "version: STSv1\nmode: none\nmax_age: 86400"},
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
            {MW_AT_SERVER, N_("Until then, set the policy to testing."), "{policy}", "policy"},
            {MW_AT_DNS, N_("Then change the id in the TXT record, so that senders fetch the new policy."), "_mta-sts.{domain}. IN TXT \"v=STSv1; id={id};\"", "policy"},
        },
        .reference = "RFC 8461 section 4",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_certificate,
        .explains = {"mtasts.policy_unavailable", "sym:inbound.delay", "sym:inbound.partial"},
    },
    {
        .id = "mtasts.mx_mismatch", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The MTA-STS policy does not cover the mail servers"),
        .says = N_("The MTA-STS policy of {domain} does not list {about}, where its mail goes. Senders that keep to MTA-STS, among them Google and Microsoft, "
                   "do not deliver to a server that is not on the list."),
        .fix = {
            {MW_AT_SERVER, N_("Add a line for each MX host to the policy file, and keep the old lines until max_age is over."), "{policy}"},
            {MW_AT_DNS, N_("Then change the id in the TXT record, so that senders fetch the new policy."),
             "_mta-sts.{domain}. IN TXT \"v=STSv1; id={id};\""},
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
             "{policy}"},
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
             "_mta-sts.{domain}. IN TXT \"v=STSv1; id={id};\""},
        },
        .reference = "RFC 8461 section 3.1",
        .needs = {MW_F_MTASTS_END},
        .holds = mtasts_stale,
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
             "{records}"},
            {MW_AT_SERVER, N_("Let the renewal of certificates keep the same key."), "certbot renew --reuse-key"},
            {MW_AT_DNS, N_("A record of the whole certificate ({whole}) is wrong after each renewal. One of the key (3 1 1) lasts as long as the key."), NULL,
             "whole"},
            {MW_AT_SERVER, N_("Or let the server send the certificate of the authority that the record of usage {anchor} names, behind its own."), NULL, "anchor"},
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
        .id = "dane.tlsa.unsigned", .legs = MW_RECEIVE, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("TLSA records without DNSSEC protect nothing"),
        .says = N_("There are TLSA records for {about}, but DNSSEC does not prove them: the zone is not signed, or the zone above has no DS record for it. Senders pass over "
                   "them, since anybody on the way could forge them."),
        .fix = {
            {MW_AT_DNS, N_("Sign the zone and hand its DS record to the registrar, for the domain and for the zone of its mail servers; or remove the TLSA records."),
             "dig +dnssec _25._tcp.{host} TLSA"},
        },
        .reference = "RFC 7672 section 2.1",
        .needs = {MW_F_TLSA_RECORD, MW_F_TLSA_SECURE},
        .holds = tlsa_unsigned,
    },
    {
        .id = "mtasts.absent", .legs = MW_RECEIVE, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain does not ask senders for encryption"),
        .says = N_("{domain} has neither MTA-STS nor DANE nor TLS reporting. Whoever stands on the way can make senders deliver without encryption, and nobody "
                   "reports it."),
        .fix = {
            {MW_AT_DNS, N_("Publish where reports are to go first."), "_smtp._tls.{domain}. IN TXT \"{reports}\""},
            {MW_AT_SERVER, N_("Then serve this policy at https://mta-sts.{domain}/.well-known/mta-sts.txt, and set it to enforce once the reports show no failure."),
             "{policy}", "policy"},
            {MW_AT_DNS, N_("Announce the policy by this record, with a new id whenever it changes."), "_mta-sts.{domain}. IN TXT \"v=STSv1; id={id};\"", "policy"},
        },
        .reference = "RFC 8461; RFC 8460 section 3",
        .needs = {MW_F_MTASTS_END, MW_F_TLSRPT_END, MW_F_TLSA_END},
        .holds = absent,
    },
};

const struct mw_area mw_area_transport = {"transport", causes, MW_COUNT(causes)};
