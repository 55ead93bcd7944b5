/* Causes in TLS: certificates, protocol versions, handshakes, STARTTLS that is refused, clocks and devices that sit between.
 *
 * What a certificate's fault means depends on who looks: a mail program stops, another mail server minds it only where MTA-STS tells it to. So a fault on port
 * 25 weighs little unless a policy is enforced. RFC 5280, RFC 9525, RFC 8314, RFC 8461, RFC 8996, RFC 9325, RFC 3207. */
#include "replies.h"
#include "sampled.h"

#include <mailwhy/lang.h>

#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)
#define SOON (14 * DAY)
#define SHORT_LIVED (45 * DAY) /* a third of its life is soon enough for such a certificate */
#define SKEW 300

/* Codes of X509_verify_cert (openssl-verification-options(1)), the first number of a tls.verify item. */
enum {
    NO_ISSUER = 2, TOO_EARLY = 9, EXPIRED = 10, SELF_SIGNED = 18, SELF_SIGNED_ROOT = 19, NO_LOCAL_ISSUER = 20, ONLY_LEAF = 21,
    WEAK_LEAF = 66, WEAK_CA = 67, WEAK_DIGEST = 68
};

static long code_of(const char *item)
{
    return strtol(item, NULL, 10);
}

static bool has_error(const struct mw_fact *verify, long code)
{
    for (size_t i = 0; i < verify->list.count; i++) {
        if (code_of(verify->list.items[i]) == code) {
            return true;
        }
    }
    return false;
}

/* The certificate's fault at a mail port, shown by `proof` and by the fact `shown` about the same; `at_exchange` is its weight on port 25 where no policy makes
 * senders look at certificates. */
static struct mw_instance *certificate_found(struct mw_judge *judge, const struct mw_fact *proof, enum mw_fact_id shown, enum mw_severity at_exchange)
{
    const char *about = proof->about;
    struct mw_instance *instance = mw_found(judge, about, proof);
    const struct mw_fact *policy = mw_port_enforced(judge, about);
    mw_proof(instance, mw_know(judge, shown, about));
    if (mw_port_kind(judge, about)->service == MW_EXCHANGE && !policy) {
        mw_weight(instance, at_exchange, mw_port_legs(judge, about));
        return instance;
    }
    mw_proof(instance, policy);
    mw_port_weigh(judge, instance, about, MW_BLOCKS);
    return instance;
}

/* A guessed name that its owner never meant for mail programs proves nothing, where something that is meant for them works. */
static bool counts(struct mw_judge *judge, const char *about)
{
    if (!mw_port_kind(judge, about)) {
        return false;
    }
    return mw_port_is_wanted(judge, about) || mw_port_role(judge, about, "tried") || !mw_port_other_works(judge, about);
}

/* The next certificate of the same issuer will not come: CAA shuts it out (RFC 8659). That is no fault of the one that is there. */
static void say_who_may_renew(struct mw_judge *judge, struct mw_instance *instance, const char *about)
{
    const struct mw_fact *permits = mw_know(judge, MW_F_CAA_PERMITS, about), *wanted = mw_know(judge, MW_F_CAA_WANTED, about);
    if (!permits || permits->yes || !wanted || !wanted->list.count)
        return;
    const char *host = mw_port_host(judge, about);
    const struct mw_fact *allows = mw_know(judge, MW_F_CAA_ALLOWS, host);
    mw_proof(instance, permits);
    mw_proof(instance, mw_know(judge, MW_F_CAA_RECORD, host));
    mw_place(instance, "renewer", wanted->list.items[0]);
    mw_place(instance, "level", wanted->quote ? wanted->quote : host);
    mw_place(instance, "allowed", allows && allows->list.count ? mw_fact_value(mw_judge_arena(judge), allows) : N_("nobody"));
}

static void by_error(struct mw_judge *judge, long code, enum mw_fact_id shown, enum mw_severity at_exchange)
{
    MW_EACH (verify, judge, MW_F_TLS_VERIFY) {
        if (has_error(verify, code) && counts(judge, verify->about)) {
            struct mw_instance *instance = certificate_found(judge, verify, shown, at_exchange);
            const struct mw_fact *date = mw_know(judge, shown, verify->about);
            mw_place(instance, "date", date ? mw_fact_value(mw_judge_arena(judge), date) : "-");
            mw_confidence(instance, 0.97);
            if (code == EXPIRED)
                say_who_may_renew(judge, instance, verify->about);
        }
    }
}

static void expired(struct mw_judge *judge)
{
    by_error(judge, EXPIRED, MW_F_TLS_EXPIRES, MW_RISK);
}

static void not_yet_valid(struct mw_judge *judge)
{
    by_error(judge, TOO_EARLY, MW_F_TLS_STARTS, MW_RISK);
}

static void self_signed(struct mw_judge *judge)
{
    by_error(judge, SELF_SIGNED, MW_F_TLS_ISSUER, MW_ADVICE);
}

/* Another server's chain with the same issuer is trusted: then only the certificate between is missing. */
static const struct mw_fact *same_issuer_trusted(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *issuer = mw_know(judge, MW_F_TLS_ISSUER, about);
    MW_EACH (other, judge, MW_F_TLS_ISSUER) {
        const struct mw_fact *verify = mw_know(judge, MW_F_TLS_VERIFY, other->about);
        if (issuer && other != issuer && mw_text_same(other->text, issuer->text) && verify && !verify->list.count) {
            return verify;
        }
    }
    return NULL;
}

static bool sends_leaf_only(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *chain = mw_know(judge, MW_F_TLS_CHAIN, about);
    return chain && chain->list.count == 1;
}

static bool has_no_root(const struct mw_fact *verify)
{
    return has_error(verify, NO_ISSUER) || has_error(verify, SELF_SIGNED_ROOT) || has_error(verify, NO_LOCAL_ISSUER) || has_error(verify, ONLY_LEAF);
}

static void broken_chains(struct mw_judge *judge, bool leaf_only)
{
    MW_EACH (verify, judge, MW_F_TLS_VERIFY) {
        bool only_leaf = sends_leaf_only(judge, verify->about) && !has_error(verify, SELF_SIGNED_ROOT);
        if (!has_no_root(verify) || has_error(verify, SELF_SIGNED) || only_leaf != leaf_only || !counts(judge, verify->about)) {
            continue;
        }
        struct mw_instance *instance = certificate_found(judge, verify, MW_F_TLS_ISSUER, MW_ADVICE);
        const struct mw_fact *trusted = leaf_only ? same_issuer_trusted(judge, verify->about) : NULL, *issuer = mw_know(judge, MW_F_TLS_ISSUER, verify->about);
        mw_proof(instance, trusted);
        mw_confidence(instance, !leaf_only ? 0.9 : trusted ? 0.97 : 0.75);
        mw_place(instance, "issuer", issuer ? issuer->text : "-");
    }
}

static void chain_incomplete(struct mw_judge *judge)
{
    broken_chains(judge, true);
}

static void untrusted_ca(struct mw_judge *judge)
{
    broken_chains(judge, false);
}

/* A name that was only guessed was never promised to be on a certificate. */
static void name_mismatch(struct mw_judge *judge)
{
    MW_EACH (name, judge, MW_F_TLS_NAME_OK) {
        bool meant = mw_port_is_wanted(judge, name->about) || mw_port_role(judge, name->about, "tried");
        if (name->yes || !mw_port_kind(judge, name->about) || !meant || !*mw_port_host(judge, name->about)) {
            continue;
        }
        struct mw_instance *instance = certificate_found(judge, name, MW_F_TLS_NAMES, MW_ADVICE);
        const struct mw_fact *names = mw_know(judge, MW_F_TLS_NAMES, name->about);
        mw_place(instance, "names", names ? mw_fact_value(mw_judge_arena(judge), names) : "-");
        mw_confidence(instance, 0.95);
        if (mw_port_kind(judge, name->about)->service != MW_EXCHANGE)
            mw_place(instance, "program", "");
        else
            mw_words(instance, N_("The certificate is for another name"),
                     N_("The certificate of {about} is made out to {names}, not to {host}. Servers that check it, as MTA-STS asks of them, do not deliver; most do not "
                        "check."));
    }
}

static void expiring_soon(struct mw_judge *judge)
{
    MW_EACH (expires, judge, MW_F_TLS_EXPIRES) {
        const struct mw_fact *starts = mw_know(judge, MW_F_TLS_STARTS, expires->about);
        int64_t left = expires->number - expires->at, life = starts ? expires->number - starts->number : 365 * DAY;
        int64_t soon = life < SHORT_LIVED ? life / 3 : SOON;
        if (left <= 0 || left >= soon || !counts(judge, expires->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, expires->about, expires);
        mw_place(instance, "days", mw_printf(mw_judge_arena(judge), "%d", (int)(left / DAY)));
        say_who_may_renew(judge, instance, expires->about);
        mw_weight(instance, MW_ADVICE, mw_port_legs(judge, expires->about));
    }
}

static void weak_certificate(struct mw_judge *judge)
{
    MW_EACH (weak, judge, MW_F_TLS_WEAK) {
        bool is_weak = has_error(weak, WEAK_LEAF) || has_error(weak, WEAK_CA) || has_error(weak, WEAK_DIGEST);
        if (is_weak && counts(judge, weak->about)) {
            struct mw_instance *instance = mw_found(judge, weak->about, weak);
            mw_proof(instance, mw_know(judge, MW_F_TLS_KEY, weak->about));
            mw_weight(instance, MW_RISK, mw_port_legs(judge, weak->about));
        }
    }
}

/* --- machines that differ ------------------------------------------------------------------------------------------------------------------ */

/* Trusted, and for the name that was used. */
static bool is_good(struct mw_judge *judge, const char *about)
{
    return mw_know(judge, MW_F_TLS_VERIFY, about) && !mw_port_certificate_flaw(judge, about);
}

static bool differ(const struct mw_fact *a, const struct mw_fact *b)
{
    return a && b && !mw_text_same(a->text, b->text);
}

/* The certificate of another address of the same host and port, that is good and not the one there; NULL: none. */
static const struct mw_fact *good_beside(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *own = mw_know(judge, MW_F_TLS_FINGERPRINT, about);
    const char *host = mw_port_host(judge, about);
    for (const struct mw_fact *at = NULL; *host && (at = mw_port_next_at(judge, host, mw_port_number(judge, about), at));) {
        const struct mw_fact *other = mw_know(judge, MW_F_TLS_FINGERPRINT, at->about);
        if (is_good(judge, at->about) && differ(own, other)) {
            return other;
        }
    }
    return NULL;
}

/* "10@0 certificate has expired" without its numbers. */
static const char *words_of(const char *error)
{
    const char *blank = strchr(error, ' ');
    return *error >= '0' && *error <= '9' && blank ? blank + 1 : error;
}

/* In samples of one place: a certificate that is good one time, and a bad one another time. */
static void inconsistent_in_samples(struct mw_judge *judge)
{
    MW_EACH (bad, judge, MW_F_SAMPLE_FINGERPRINT) {
        bool is_first = bad->quote;
        const struct mw_fact *good = NULL;
        MW_EACH_ABOUT (one, judge, MW_F_SAMPLE_FINGERPRINT, bad->about) {
            good = !one->quote && differ(one, bad) ? one : good;
            is_first = is_first && !(one->quote && one->n < bad->n);
        }
        if (is_first && good && !mw_port_certificate_flaw(judge, bad->about)) {
            struct mw_instance *instance = mw_found(judge, bad->about, bad);
            mw_proof(instance, good);
            mw_place(instance, "flaw", words_of(bad->quote));
            mw_port_weigh(judge, instance, bad->about, MW_DEGRADES);
        }
    }
}

static void inconsistent(struct mw_judge *judge)
{
    MW_EACH (own, judge, MW_F_TLS_FINGERPRINT) {
        const struct mw_fact *flaw = mw_port_kind(judge, own->about) ? mw_port_certificate_flaw(judge, own->about) : NULL;
        const struct mw_fact *other = flaw ? good_beside(judge, own->about) : NULL;
        if (other) {
            struct mw_instance *instance = mw_found(judge, own->about, own);
            mw_proof(instance, other);
            mw_proof(instance, flaw);
            mw_place(instance, "flaw", flaw->id == MW_F_TLS_VERIFY ? words_of(flaw->list.items[0]) : N_("for another name"));
            mw_confidence(instance, 0.95);
            mw_port_weigh(judge, instance, own->about, MW_DEGRADES);
        }
    }
    inconsistent_in_samples(judge);
}

/* --- handshakes --------------------------------------------------------------------------------------------------------------------------- */

/* A handshake that no peer of today would make: clients stop; other servers fall back to no TLS, unless a policy forbids it. */
static struct mw_instance *handshake_found(struct mw_judge *judge, const struct mw_fact *proof)
{
    const char *about = proof->about;
    struct mw_instance *instance = mw_found(judge, about, proof);
    const struct mw_fact *policy = mw_port_enforced(judge, about), *dane = mw_port_dane(judge, about);
    bool optional = mw_port_kind(judge, about)->service == MW_EXCHANGE && !policy && !dane;
    mw_proof(instance, mw_know(judge, MW_F_TLS_END, about));
    mw_proof(instance, policy);
    mw_proof(instance, dane);
    mw_port_weigh(judge, instance, about, optional ? MW_DEGRADES : MW_BLOCKS);
    return instance;
}

static bool says_any(const struct mw_fact *alert, const char *const *words)
{
    for (; alert && *words; words++) {
        if (mw_text_find(alert->text, *words)) {
            return true;
        }
    }
    return false;
}

static bool is_version_alert(const struct mw_fact *alert)
{
    return says_any(alert, (const char *const[]){"protocol version", "unsupported protocol", "version too low", NULL});
}

static bool is_cipher_alert(const struct mw_fact *alert)
{
    return says_any(alert, (const char *const[]){"handshake failure", "no shared cipher", "insufficient security", "no suitable", NULL});
}

static void obsolete_only(struct mw_judge *judge)
{
    MW_EACH (version, judge, MW_F_TLS_VERSION) {
        bool old = says_any(version, (const char *const[]){"TLSv1.0", "TLSv1.1", "SSLv", NULL}) || mw_text_same(version->text, "TLSv1");
        if (old && counts(judge, version->about)) {
            mw_confidence(handshake_found(judge, version), 0.97);
        }
    }
    MW_EACH (alert, judge, MW_F_TLS_ALERT) {
        if (is_version_alert(alert) && mw_is(judge, MW_F_TLS_END, alert->about, MW_TLS_FAILED) && counts(judge, alert->about)) {
            handshake_found(judge, alert);
        }
    }
}

static void none_shared(struct mw_judge *judge)
{
    MW_EACH (alert, judge, MW_F_TLS_ALERT) {
        if (is_cipher_alert(alert) && mw_is(judge, MW_F_TLS_END, alert->about, MW_TLS_FAILED) && counts(judge, alert->about)) {
            mw_confidence(handshake_found(judge, alert), 0.85);
        }
    }
}

static bool has_weak_exchange(const struct mw_fact *weak)
{
    for (size_t i = 0; i < weak->list.count; i++) {
        if (mw_text_starts(weak->list.items[i], "DH key")) {
            return true;
        }
    }
    return false;
}

static enum mw_shown shown_failed(struct mw_judge *judge, const struct mw_fact *end)
{
    (void)judge;
    if (mw_seen_value(end, MW_TLS_FAILED)) {
        return MW_SHOWS_IT;
    }
    return mw_sampled_untested(end) ? MW_UNTESTED : mw_seen_value(end, MW_OK) ? MW_WENT_WELL : MW_ANOTHER_FAULT;
}

static void incompatible_now_and_then(struct mw_judge *judge)
{
    mw_sampled_find(judge, &(struct mw_sampled){
                               .each = MW_F_SAMPLE_END,
                               .own = MW_F_TLS_END,
                               .shown = shown_failed,
                               .title = N_("The TLS handshake fails now and then"),
                               .says = N_("Some handshakes with {about} fail, and others with the same address go well: one of several machines behind the address "
                                          "has another configuration of TLS, or a key that it cannot read."),
                           });
}

static void incompatible(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_TLS_END) {
        const struct mw_fact *alert = mw_know(judge, MW_F_TLS_ALERT, end->about);
        bool failed = mw_seen_value(end, MW_TLS_FAILED) && !is_version_alert(alert) && !is_cipher_alert(alert);
        if ((failed || mw_seen_value(end, MW_HUNG_UP)) && counts(judge, end->about) && mw_port_matters(judge, end->about)) {
            mw_confidence(handshake_found(judge, end), failed ? 0.8 : 0.65);
        }
    }
    MW_EACH (weak, judge, MW_F_TLS_WEAK) {
        if (has_weak_exchange(weak) && counts(judge, weak->about)) {
            mw_weight(mw_found(judge, weak->about, weak), MW_RISK, mw_port_legs(judge, weak->about));
        }
    }
    incompatible_now_and_then(judge);
}

static void handshake_timeout(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_TLS_END) {
        bool lost = mw_seen_value(end, MW_TIMED_OUT) && !mw_port_cut_short(judge, end->about);
        if (lost && counts(judge, end->about) && mw_port_matters(judge, end->about)) {
            mw_confidence(handshake_found(judge, end), 0.8);
        }
    }
}

static enum mw_shown shown_refused(struct mw_judge *judge, const struct mw_fact *end)
{
    if (mw_sampled_ended(judge, end, MW_REFUSED, "STARTTLS")) {
        return MW_SHOWS_IT;
    }
    return mw_sampled_untested(end) ? MW_UNTESTED : mw_seen_value(end, MW_OK) ? MW_WENT_WELL : MW_ANOTHER_FAULT;
}

static void starttls_refused_now_and_then(struct mw_judge *judge)
{
    mw_sampled_find(judge, &(struct mw_sampled){
                               .each = MW_F_SAMPLE_END,
                               .own = MW_NO_FACT,
                               .shown = shown_refused,
                               .title = N_("The server offers STARTTLS and refuses it now and then"),
                               .says = N_("At {about} STARTTLS is listed, and the answer to it is “{value}” at one time and the beginning of TLS at another: one of "
                                          "several machines behind the address has no working certificate or key."),
                               .quotes = true,
                           });
}

static void starttls_refused(struct mw_judge *judge)
{
    static const enum mw_fact_id replies[] = {MW_F_SMTP_STARTTLS_REPLY, MW_F_IMAP_STARTTLS_REPLY, MW_F_POP3_STLS_REPLY, MW_F_SIEVE_STARTTLS_REPLY};
    static const enum mw_fact_id offers[] = {MW_F_SMTP_STARTTLS, MW_F_IMAP_STARTTLS, MW_F_POP3_STLS, MW_F_SIEVE_STARTTLS};
    for (size_t i = 0; i < MW_COUNT(replies); i++) {
        MW_EACH (reply, judge, replies[i]) {
            const struct mw_fact *listed = mw_know(judge, offers[i], reply->about);
            if (listed && listed->yes && counts(judge, reply->about)) {
                handshake_found(judge, reply);
            }
        }
    }
    starttls_refused_now_and_then(judge);
}

/* What came in clear behind the answer to STARTTLS: a program that reads it as said inside TLS believes whoever stands on the path. */
static void starttls_injection(struct mw_judge *judge)
{
    static const enum mw_fact_id injected[] = {MW_F_SMTP_INJECTED, MW_F_IMAP_INJECTED, MW_F_POP3_INJECTED, MW_F_SIEVE_INJECTED};
    for (size_t i = 0; i < MW_COUNT(injected); i++) {
        MW_EACH (bytes, judge, injected[i]) {
            unsigned legs = mw_port_legs(judge, bytes->about);
            mw_weight(mw_found(judge, bytes->about, bytes), MW_RISK, legs ? legs : MW_ACCOUNT);
        }
    }
}

/* The greeting of the very protocol that belongs behind TLS there. */
static bool is_own_greeting(const struct mw_port_kind *kind, const char *text)
{
    static const char *const begins[] = {[MW_EXCHANGE] = "220", [MW_SUBMISSION_SERVICE] = "220", [MW_IMAP_SERVICE] = "* OK", [MW_POP3_SERVICE] = "+OK"};
    return mw_text_starts(text, begins[kind->service]);
}

static void mode_mismatch(struct mw_judge *judge)
{
    MW_EACH (plain, judge, MW_F_TLS_PLAIN) {
        const struct mw_port_kind *kind = mw_port_kind(judge, plain->about);
        int port = mw_port_number(judge, plain->about);
        bool for_tls = port == 465 || port == 993 || port == 995;
        if (kind && kind->implicit_tls && for_tls && is_own_greeting(kind, plain->text) && counts(judge, plain->about)) {
            struct mw_instance *instance = mw_found(judge, plain->about, plain);
            mw_port_prove(judge, instance, plain->about);
            mw_port_weigh(judge, instance, plain->about, MW_BLOCKS);
            mw_confidence(instance, 0.95);
        }
    }
}

/* --- this machine, and what sits between --------------------------------------------------------------------------------------------------- */

static int64_t difference(const struct mw_fact *date)
{
    return date->at - date->number;
}

static bool shares_address(struct mw_judge *judge, const char *a, const char *b)
{
    MW_EACH_ABOUT (one, judge, MW_F_DNS_ADDRESS, a) {
        MW_EACH_ABOUT (other, judge, MW_F_DNS_ADDRESS, b) {
            if (mw_text_same(one->text, other->text)) {
                return true;
            }
        }
    }
    return false;
}

/* The server of an earlier fact, under another name. */
static bool is_same_server(struct mw_judge *judge, const struct mw_fact *date)
{
    MW_EACH (earlier, judge, MW_F_CLOCK_SERVER_DATE) {
        if (earlier == date) {
            return false;
        }
        if (mw_text_same(earlier->about, date->about) || shares_address(judge, earlier->about, date->about)) {
            return true;
        }
    }
    return false;
}

/* How many web servers gave a time, if all are on the same side, by more than a few minutes; else 0. */
static int clocks_that_differ(struct mw_judge *judge)
{
    int count = 0, side = 0;
    MW_EACH (date, judge, MW_F_CLOCK_SERVER_DATE) {
        int64_t by = difference(date);
        int this_side = by > 0 ? 1 : -1;
        if (llabs(by) <= SKEW || (count && this_side != side)) {
            return 0;
        }
        side = this_side;
        count += !is_same_server(judge, date);
    }
    return count;
}

/* One server alone may be the one that is wrong. */
static enum mw_severity weight_of_skew(int servers, int64_t by)
{
    if (servers == 1) {
        return llabs(by) > DAY ? MW_DEGRADES : MW_ADVICE;
    }
    return llabs(by) > DAY ? MW_BLOCKS : MW_DEGRADES;
}

/* Dates that look wrong from here follow from it. */
static void prove_dates(struct mw_judge *judge, struct mw_instance *instance)
{
    const struct mw_fact *domain = mw_each(judge, MW_F_TARGET_DOMAIN, NULL); /* all that was looked at follows from it */
    mw_proof(instance, domain ? domain : mw_each(judge, MW_F_TARGET_HOST, NULL));
    MW_EACH (verify, judge, MW_F_TLS_VERIFY) {
        if (has_error(verify, EXPIRED) || has_error(verify, TOO_EARLY)) {
            mw_proof(instance, verify);
        }
    }
    MW_EACH (flaw, judge, MW_F_DNSSEC_FLAW) {
        mw_proof(instance, flaw);
    }
}

static void clock_skew(struct mw_judge *judge)
{
    int servers = clocks_that_differ(judge);
    const struct mw_fact *date = mw_each(judge, MW_F_CLOCK_SERVER_DATE, NULL);
    if (!servers) {
        return;
    }
    struct mw_instance *instance = mw_found(judge, "this machine", date);
    mw_place(instance, "minutes", mw_printf(mw_judge_arena(judge), "%lld", llabs(difference(date)) / 60));
    mw_confidence(instance, servers > 1 ? 0.95 : 0.7);
    mw_weight(instance, weight_of_skew(servers, difference(date)), MW_SUBMIT | MW_RETRIEVE);
    prove_dates(judge, instance);
}

/* Names that products which read mail on the way put under their own certificates. Some makers sell mail gateways too, so an exchange is passed over. */
static void intercepted(struct mw_judge *judge)
{
    static const char *const products[] = {"avast", "AVG Technologies", "ESET SSL", "Kaspersky", "Bitdefender", "Mail Shield", "Dr.Web", "Norton", "Fortinet",
                                           "FortiGate", "Zscaler", "Sophos", "Blue Coat", "Netskope", "WatchGuard", "Sangfor", "Cisco Umbrella",
                                           "Palo Alto Networks", "SonicWall", NULL};
    MW_EACH (issuer, judge, MW_F_TLS_ISSUER) {
        const struct mw_fact *verify = mw_know(judge, MW_F_TLS_VERIFY, issuer->about);
        const struct mw_port_kind *kind = mw_port_kind(judge, issuer->about);
        if (!says_any(issuer, products) || !kind || kind->service == MW_EXCHANGE) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, issuer->about, issuer);
        mw_proof(instance, verify);
        mw_confidence(instance, verify && verify->list.count ? 0.9 : 0.7);
        mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, issuer->about));
    }
}

/* Why an exchange gives no TLS; NULL: it does, or it was not seen. */
static const struct mw_fact *no_tls(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *offered = mw_know(judge, MW_F_SMTP_STARTTLS, about), *reply = mw_know(judge, MW_F_SMTP_STARTTLS_REPLY, about);
    const struct mw_fact *end = mw_know(judge, MW_F_TLS_END, about);
    if (offered && !offered->yes) {
        return offered;
    }
    return reply ? reply : end && !mw_seen_value(end, MW_OK) ? end : NULL;
}

static void required_not_offered(struct mw_judge *judge)
{
    MW_EACH (exchange, judge, MW_F_ENDPOINT_SMTP) {
        const struct mw_fact *policy = mw_port_enforced(judge, exchange->about), *dane = mw_port_dane(judge, exchange->about);
        const struct mw_fact *missing = no_tls(judge, exchange->about);
        if (missing && (policy || dane)) {
            struct mw_instance *instance = mw_found(judge, exchange->about, missing);
            mw_proof(instance, policy);
            mw_proof(instance, dane);
            mw_port_weigh(judge, instance, exchange->about, MW_BLOCKS);
        }
    }
    mw_reply_found(judge, "tls.policy.required_not_offered");
}

/* --- the rows ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "tls.cert.expired",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The certificate has expired"),
        .says = N_("The certificate of {about} ended on {date}. Mail programs warn or refuse, and servers that follow MTA-STS do not deliver."),
        .fix = {
            {MW_AT_SERVER, N_("Renew the certificate and reload every service that uses it (Postfix, Dovecot, proxies). Let the renewal job reload them "
                              "by itself."),
             "certbot renew --deploy-hook \"systemctl reload postfix dovecot\""},
            {MW_AT_DNS, N_("The CAA records let only {allowed} issue certificates for {host}, and the issuer so far, {renewer}, is shut out: allow it, or renew "
                           "the certificate at an authority that is allowed."),
             "{level}. IN CAA 0 issue \"{renewer}\"", "renewer"},
        },
        .reference = "RFC 5280 section 4.1.2.5",
        .needs = {MW_F_TLS_VERIFY},
        .holds = expired,
        .alike = {
            {"tls.clock.skew", N_("The clock of this machine is wrong, and others see a valid certificate.")},
        },
        .explains = {"tls.cert.expiring_soon", "config.autoconfig.broken", "mtasts.cert_invalid", "sym:client.cert_warning", "sym:submit.tls_fail",
                     "sym:retrieve.tls_fail", "sym:inbound.delay", NULL},
    },
    {
        .id = "tls.cert.not_yet_valid",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The certificate is not valid yet"),
        .says = N_("The certificate of {about} begins only on {date}."),
        .fix = {
            {MW_AT_SERVER, N_("Use the former certificate until then, or have a new one issued; check the clock of the machine that issued it."), NULL},
        },
        .reference = "RFC 5280 section 4.1.2.5",
        .needs = {MW_F_TLS_VERIFY},
        .holds = not_yet_valid,
        .alike = {
            {"tls.clock.skew", N_("The date of this machine lies in the past.")},
        },
        .explains = {"mtasts.cert_invalid", "sym:client.cert_warning", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.cert.self_signed",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The certificate is self-signed"),
        .says = N_("The certificate of {about} is signed by itself, so nobody can tell it from a forged one. Mail programs warn or refuse."),
        .fix = {
            {MW_AT_SERVER, N_("Install a certificate of a public certification authority for {host}, with all intermediate certificates."),
             "certbot certonly --standalone -d {host}"},
        },
        .reference = "RFC 8314 section 4.2; RFC 5280 section 6",
        .needs = {MW_F_TLS_VERIFY},
        .holds = self_signed,
        .alike = {
            {"tls.intercepted", N_("From another network a proper certificate is seen.")},
        },
        .explains = {"tls.cert.name_mismatch", "tls.cert.expired", "tls.cert.not_yet_valid", "tls.cert.weak", "tls.cert.expiring_soon",
                     "mtasts.cert_invalid", "sym:client.cert_warning", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.cert.chain_incomplete",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The server does not send the intermediate certificate"),
        .says = N_("At {about} only the certificate of the server is sent. The one between it and the root ({issuer}) is missing, so many programs "
                   "cannot check it."),
        .fix = {
            {MW_AT_SERVER, N_("Serve the whole chain: the file with the certificate of the server first and the intermediate certificates behind (often "
                              "fullchain.pem)."),
             "smtpd_tls_chain_files = /etc/letsencrypt/live/{host}/privkey.pem, /etc/letsencrypt/live/{host}/fullchain.pem"},
        },
        .reference = "RFC 8446 section 4.4.2",
        .needs = {MW_F_TLS_VERIFY, MW_F_TLS_CHAIN},
        .holds = chain_incomplete,
        .alike = {
            {"tls.cert.untrusted_ca", N_("The issuer is a private authority that no public store knows.")},
        },
        .explains = {"mtasts.cert_invalid", "sym:client.cert_warning", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.cert.untrusted_ca",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The certificate comes from an authority that this machine does not trust"),
        .says = N_("The chain of {about} ends at {issuer}, which is not among the trusted authorities here."),
        .fix = {
            {MW_AT_SERVER, N_("Use a certificate of a public authority on {host}."), NULL},
            {MW_AT_CLIENT, N_("Or, inside a company, install the company root on every device."), NULL},
        },
        .reference = "RFC 5280 section 6",
        .needs = {MW_F_TLS_VERIFY, MW_F_TLS_CHAIN},
        .holds = untrusted_ca,
        .alike = {
            {"config.trust_store.missing", N_("No server at all can be verified on this machine.")},
            {"tls.intercepted", N_("Unrelated servers show the same issuer.")},
        },
        .explains = {"mtasts.cert_invalid", "sym:client.cert_warning", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.cert.name_mismatch",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The certificate is for another name"),
        .says = N_("The certificate of {about} is made out to {names}, not to {host}. Mail programs warn or refuse."),
        .fix = {
            {MW_AT_CLIENT, N_("Enter a name that stands on the certificate as server name in the mail program, if the provider confirms it."), NULL, "program"},
            {MW_AT_SERVER, N_("Have a certificate issued that names {host} as well."),
             "certbot certonly --standalone -d {host}"},
        },
        .reference = "RFC 9525 section 6; RFC 7817",
        .needs = {MW_F_TLS_NAME_OK},
        .holds = name_mismatch,
        .alike = {
            {"config.host.wrong", N_("The name that was used belongs to nobody who runs a mail server.")},
        },
        .explains = {"mtasts.cert_invalid", "sym:client.cert_warning", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.cert.expiring_soon",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_ADVICE, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The certificate ends soon"),
        .says = N_("The certificate of {about} ends in {days} days. When it has ended, mail programs refuse to connect."),
        .fix = {
            {MW_AT_SERVER, N_("See that the renewal job runs and reloads the services; renew now."),
             "certbot renew"},
            {MW_AT_DNS, N_("The CAA records let only {allowed} issue certificates for {host}, and the issuer so far, {renewer}, is shut out: allow it, or renew "
                           "the certificate at an authority that is allowed."),
             "{level}. IN CAA 0 issue \"{renewer}\"", "renewer"},
        },
        .reference = "RFC 8555; RFC 5280 section 4.1.2.5",
        .needs = {MW_F_TLS_EXPIRES},
        .holds = expiring_soon,
    },
    {
        .id = "tls.cert.weak",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_RISK, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The key or the signature of the certificate is too weak"),
        .says = N_("The certificate of {about} is weak ({value}). Up-to-date systems refuse such certificates."),
        .fix = {
            {MW_AT_SERVER, N_("Have a new certificate issued with RSA of 2048 bits or more, or with P-256, signed with SHA-256."), NULL},
        },
        .reference = "RFC 9325 section 4.5",
        .needs = {MW_F_TLS_WEAK},
        .holds = weak_certificate,
        .explains = {"sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.protocol.obsolete_only",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The server speaks only outdated versions of TLS"),
        .says = N_("At {about} only {value} was agreed on, although newer versions were offered. Programs and servers of today refuse TLS 1.1 and older."),
        .fix = {
            {MW_AT_SERVER, N_("Update the server and allow TLS 1.2 and 1.3. Postfix: smtpd_tls_protocols = >=TLSv1.2. Dovecot: ssl_min_protocol = "
                              "TLSv1.2."),
             "smtpd_tls_protocols = >=TLSv1.2"},
        },
        .reference = "RFC 8996; RFC 9325 section 3.1.1",
        .any = {MW_F_TLS_VERSION, MW_F_TLS_ALERT},
        .holds = obsolete_only,
        .explains = {"tls.policy.required_not_offered", "tls.handshake.incompatible", "sym:submit.tls_fail", "sym:retrieve.tls_fail",
                     "sym:inbound.partial", NULL},
    },
    {
        .id = "tls.cipher.none_shared",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("Server and clients have no cipher in common"),
        .says = N_("At {about} the handshake was broken off ({value}) although versions overlap: the server allows no cipher suite that others have, or "
                   "its key does not fit those that it allows."),
        .fix = {
            {MW_AT_SERVER, N_("Go back to the default cipher list, and check that certificate and key belong together and fit (RSA or ECDSA)."),
             "tls_medium_cipherlist = aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH"},
        },
        .reference = "RFC 9325 section 4.2; RFC 8446 section 6.2",
        .needs = {MW_F_TLS_END, MW_F_TLS_ALERT},
        .holds = none_shared,
        .alike = {
            {"tls.protocol.obsolete_only", N_("The alert speaks of the protocol version.")},
        },
        .explains = {"tls.policy.required_not_offered", "tls.handshake.incompatible", "dane.tlsa.mismatch", "mtasts.cert_invalid", "sym:submit.tls_fail",
                     "sym:inbound.delay", NULL},
    },
    {
        .id = "tls.handshake.incompatible",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The TLS handshake fails"),
        .says = N_("The handshake with {about} does not come to its end ({value})."),
        .fix = {
            {MW_AT_SERVER, N_("Look at the TLS lines in the log of {host}. Usual reasons: a key file that cannot be read, DH parameters of 1024 "
                              "bits, an old device in front of the server."), NULL},
        },
        .reference = "RFC 8446 section 6; RFC 9325 section 4",
        .needs = {MW_F_TLS_END},
        .holds = incompatible,
        .explains = {"tls.policy.required_not_offered", "mtasts.cert_invalid", "dane.tlsa.mismatch", "sym:submit.tls_fail", "sym:inbound.delay", NULL},
    },
    {
        .id = "tls.handshake.timeout",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The TLS handshake hangs"),
        .says = N_("At {about} the connection and the wish for TLS are accepted, and then nothing more comes."),
        .fix = {
            {MW_AT_SERVER, N_("Restart the service at {host} and look at its TLS side: workers that are used up, a key that cannot be read, or a "
                              "device on the path that holds the handshake back."), NULL},
        },
        .reference = "RFC 8446 section 4; RFC 5321 section 4.5.3.2",
        .needs = {MW_F_TLS_END},
        .holds = handshake_timeout,
        .explains = {"tls.policy.required_not_offered", "mtasts.cert_invalid", "dane.tlsa.mismatch", "smtp.banner.none", "sym:submit.tls_fail",
                     "sym:retrieve.tls_fail", "sym:inbound.bounce.expired", NULL},
    },
    {
        .id = "tls.starttls.refused",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The server offers STARTTLS and then refuses it"),
        .says = N_("At {about} STARTTLS is listed, and the answer to it is “{value}”. Most often there is no working "
                   "certificate or key."),
        .fix = {
            {MW_AT_SERVER, N_("Check the paths and the rights of the certificate and key files of {host}; the log says which cannot be read "
                              "(lines with TLS)."), NULL},
        },
        .reference = "RFC 3207 section 4",
        .any = {MW_F_SMTP_STARTTLS, MW_F_IMAP_STARTTLS, MW_F_POP3_STLS, MW_F_SIEVE_STARTTLS},
        .holds = starttls_refused,
        .alike = {
            {"smtp.ext.starttls_missing", N_("STARTTLS is not listed at all.")},
        },
        .explains = {"tls.policy.required_not_offered", "auth.not_offered", "mtasts.cert_invalid", "dane.tlsa.mismatch", "smtp.session.dropped",
                     "sym:submit.tls_fail", "sym:inbound.partial", NULL},
    },
    {
        .id = "tls.port.mode_mismatch",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The server speaks in clear on a port that belongs to TLS"),
        .says = N_("At {about} the answer is “{value}” instead of TLS. Mail programs start TLS at once on this port and fail."),
        .fix = {
            {MW_AT_SERVER, N_("Let the server start TLS at once on port {port}. Postfix: smtpd_tls_wrappermode=yes for that service. Dovecot: ssl = yes "
                              "at the inet_listener."),
             "submissions inet n - y - - smtpd\n -o smtpd_tls_wrappermode=yes"},
        },
        .reference = "RFC 8314 section 3.3",
        .needs = {MW_F_TLS_PLAIN},
        .holds = mode_mismatch,
        .alike = {
            {"net.service.wrong_protocol", N_("The greeting belongs to another protocol.")},
        },
        .explains = {"tls.handshake.incompatible", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "tls.clock.skew",
        .legs = MW_SUBMIT | MW_RETRIEVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_USER,
        .title = N_("The clock of this machine is wrong"),
        .says = N_("Web servers give a time that differs from this machine by {minutes} minutes. Certificates and signatures then look expired or not "
                   "yet valid, although they are good."),
        .fix = {
            {MW_AT_CLIENT, N_("Set the time and the time zone, and switch on the automatic time of the system (NTP)."),
             "timedatectl set-ntp true"},
        },
        .reference = "RFC 5905; RFC 5280 section 4.1.2.5",
        .needs = {MW_F_CLOCK_SERVER_DATE},
        .holds = clock_skew,
        .alike = {
            {"tls.cert.expired", N_("The clock agrees with other machines.")},
        },
        .explains = {"tls.cert.expired", "tls.cert.not_yet_valid", "dns.dnssec.sig_expired", "dns.dnssec.sig_not_yet_valid", "auth.oauth.token_invalid", "sym:client.cert_warning", NULL},
    },
    {
        .id = "tls.intercepted",
        .legs = MW_SUBMIT | MW_RETRIEVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_USER,
        .title = N_("A security program or a proxy opens the encrypted connection"),
        .says = N_("The certificate of {about} is not that of the server: it comes from {value}, a product that reads mail on the way."),
        .fix = {
            {MW_AT_CLIENT, N_("Switch off the scanning of encrypted mail in that product, or exempt ports 465, 587, 993 and 995."), NULL},
        },
        .reference = "RFC 8446; RFC 8314",
        .needs = {MW_F_TLS_ISSUER},
        .holds = intercepted,
        .alike = {
            {"tls.cert.untrusted_ca", N_("From another network the same certificate is seen.")},
        },
        .explains = {"tls.cert.untrusted_ca", "tls.cert.self_signed", "tls.cert.chain_incomplete", "tls.cert.name_mismatch", "auth.mechanism.mismatch",
                     "net.starttls.stripped", "sym:client.cert_warning", "sym:submit.tls_fail", NULL},
    },
    {
        .id = "tls.cert.inconsistent",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The machines behind one name present different certificates"),
        .says = N_("{about} presents a certificate that is no good ({flaw}), and another machine of the same name presents a good one. So it works at one time and "
                   "fails at another."),
        .fix = {
            {MW_AT_SERVER, N_("Put the same certificate files on every machine that serves {host}, and reload the services there; let the renewal job do so too."), NULL},
        },
        .reference = "RFC 8314 section 4; RFC 5280 section 6",
        .any = {MW_F_TLS_FINGERPRINT, MW_F_SAMPLE_FINGERPRINT},
        .holds = inconsistent,
        .alike = {
            {"dns.resolver.rewritten", N_("From another network the name has other addresses.")},
        },
        .explains = {"tls.cert.expired", "tls.cert.not_yet_valid", "tls.cert.self_signed", "tls.cert.chain_incomplete", "tls.cert.untrusted_ca",
                     "tls.cert.name_mismatch", "dane.tlsa.mismatch", "mtasts.cert_invalid", "sym:client.cert_warning", "sym:inbound.partial", NULL},
    },
    {
        .id = "tls.starttls.injection",
        .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT, .severity = MW_RISK, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("Bytes in clear come behind the answer to STARTTLS"),
        .says = N_("At {about} more came in clear behind the answer to STARTTLS: “{value}”. A mail program that takes it as said inside TLS believes whoever put it there: "
                   "a server that mixes up what it reads and writes, or somebody on the way."),
        .fix = {
            {MW_AT_SERVER, N_("Update the mail server software of {host}; it must forget what it read or wrote in clear when TLS begins."), NULL},
            {MW_AT_CLIENT, N_("Use the ports with TLS from the start (465, 993, 995), where nothing is said in clear."), NULL},
        },
        .reference = "RFC 3207 section 4.2; CVE-2011-0411",
        .any = {MW_F_SMTP_STARTTLS, MW_F_IMAP_STARTTLS, MW_F_POP3_STLS, MW_F_SIEVE_STARTTLS},
        .holds = starttls_injection,
        .alike = {
            {"tls.intercepted", N_("From another network nothing comes behind that answer.")},
        },
        .explains = {"account.compromised", NULL},
    },
    {
        .id = "tls.policy.required_not_offered",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The domain promises encryption, and its server does not give it"),
        .says = N_("A policy of the domain (MTA-STS or DANE) tells senders to use TLS only, but there is none at {about} ({value}). They keep the mail "
                   "back."),
        .fix = {
            {MW_AT_SERVER, N_("Make STARTTLS work on {host}."), NULL},
            {MW_AT_DNS, N_("Until then, take the policy back: MTA-STS mode “testing”, and no TLSA record for this host."), NULL},
        },
        .reference = "RFC 8461 section 5; RFC 7672 section 2.2",
        .any = {MW_F_MTASTS_MODE, MW_F_TLSA_SECURE, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = required_not_offered,
        .explains = {"sym:outbound.defer", "sym:inbound.delay", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_tls = {"tls", causes, MW_COUNT(causes)};
