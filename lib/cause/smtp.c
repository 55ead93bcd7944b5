/* Causes in what SMTP servers say, on port 25 and on submission ports: greeting, EHLO, sender, recipient, and words about reputation.
 *
 * Never takes a 421, a 4xx or a silence for more than it is. Words of an exchange about the address that speaks to it say nothing of the domain (replies.h).
 * RFC 5321, RFC 3207, RFC 3463, RFC 6531, RFC 6647, RFC 7504. */
#include "helo.h"
#include "replies.h"
#include "sampled.h"

#include <mailwhy/lang.h>

#include <string.h>

#define SLOW_GREETING_MS 8000 /* postscreen's six seconds are not slow */
#define GREYLISTS_S 300       /* most let a sender in after that long (RFC 6647 section 5) */

/* --- listening ---------------------------------------------------------------------------------------------------------------------------- */

static bool connects(struct mw_judge *judge, const char *about)
{
    return mw_is(judge, MW_F_TCP_END, about, MW_OK);
}

/* Another port of the same host and address that answers; NULL: none. */
static const struct mw_fact *neighbour(struct mw_judge *judge, const char *about)
{
    struct mw_about parts = mw_about_read(mw_judge_arena(judge), about);
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, parts.host, 0, at));) {
        struct mw_about other = mw_about_read(mw_judge_arena(judge), at->about);
        if (other.port != parts.port && mw_text_same(other.address, parts.address) && connects(judge, at->about)) {
            return mw_know(judge, MW_F_TCP_END, at->about);
        }
    }
    return NULL;
}

/* The same port answers at another address of the host: then the one address is at fault, not the service. */
static bool answers_elsewhere(struct mw_judge *judge, const char *about)
{
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, mw_port_host(judge, about), mw_port_number(judge, about), at));) {
        if (connects(judge, at->about)) {
            return true;
        }
    }
    return false;
}

static bool is_smtp(enum mw_service service)
{
    return service == MW_EXCHANGE || service == MW_SUBMISSION_SERVICE || service == MW_LMTP_SERVICE;
}

static void listener_missing(struct mw_judge *judge)
{
    for (const struct mw_fact *at = NULL; (at = mw_port_next(judge, at));) {
        const struct mw_fact *end = mw_know(judge, MW_F_TCP_END, at->about);
        const struct mw_fact *open = mw_seen_value(end, MW_REFUSED) ? neighbour(judge, at->about) : NULL;
        if (!is_smtp(mw_port_kind(judge, at->about)->service) || !open) {
            continue;
        }
        if (mw_port_matters(judge, at->about) && !answers_elsewhere(judge, at->about)) {
            struct mw_instance *instance = mw_found(judge, at->about, end);
            mw_proof(instance, open);
            mw_place(instance, "open", open->about);
            mw_port_weigh(judge, instance, at->about, MW_BLOCKS);
        }
    }
}

/* --- greeting ----------------------------------------------------------------------------------------------------------------------------- */

static bool ended_at(struct mw_judge *judge, const struct mw_port_kind *kind, const char *about, const char *stage)
{
    return mw_is(judge, kind->stage, about, stage);
}

#define PATIENCE_MS 290000 /* RFC 5321 section 4.5.3.2.1: five minutes */

/* For how long a greeting was waited for, as far as it is known: the run ends a conversation before the step does. */
static double waited_ms(const struct mw_fact *end)
{
    return end->ms > 0 ? end->ms : PATIENCE_MS;
}

/* Silence for less than the five minutes that other servers wait is no proof that they get no mail in. */
static void weigh_silence(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *end)
{
    bool closed = mw_seen_value(end, MW_HUNG_UP), enough = closed || waited_ms(end) >= PATIENCE_MS;
    mw_confidence(instance, closed ? 0.9 : enough ? 0.85 : 0.6);
    mw_port_weigh(judge, instance, end->about, enough ? MW_BLOCKS : MW_RISK);
    if (!enough)
        mw_words(instance, N_("The connection opens, and the server has not said a word yet"),
                 N_("At {about} the connection is accepted, and no greeting came within {waited}. Other servers wait five minutes for it, most mail programs "
                    "less: whether mail can be handed over there is not known. --patient waits as long as servers do."));
    mw_place(instance, "waited", closed ? end->text : mw_printf(mw_judge_arena(judge), "%d s", (int)(waited_ms(end) / 1000)));
}

/* A server that starts with TLS says nothing in clear: its silence is the client's mistake. */
static void banner_none(struct mw_judge *judge)
{
    for (const struct mw_fact *at = NULL; (at = mw_port_next(judge, at));) {
        const struct mw_port_kind *kind = mw_port_kind(judge, at->about);
        const struct mw_fact *end = mw_know(judge, kind->end, at->about);
        bool silent = mw_seen_value(end, MW_TIMED_OUT) && !mw_port_cut_short(judge, at->about), closed = mw_seen_value(end, MW_HUNG_UP);
        bool greeted = mw_know(judge, MW_F_SMTP_GREETING, at->about) || mw_know(judge, MW_F_TLS_END, at->about);
        if (!is_smtp(kind->service) || kind->implicit_tls || greeted || (!silent && !closed) || !ended_at(judge, kind, at->about, "greeting")) {
            continue;
        }
        if (connects(judge, at->about) && mw_port_matters(judge, at->about)) {
            weigh_silence(judge, mw_found(judge, at->about, end), end);
        }
    }
}

static void banner_delay(struct mw_judge *judge)
{
    MW_EACH (late, judge, MW_F_SMTP_GREETING_MS) {
        const struct mw_fact *greeting = mw_know(judge, MW_F_SMTP_GREETING, late->about);
        if (late->number < SLOW_GREETING_MS || mw_reply_code(greeting) != 220 || !mw_port_is_wanted(judge, late->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, late->about, late);
        mw_place(instance, "seconds", mw_printf(mw_judge_arena(judge), "%d", (int)(late->number / 1000)));
        mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, late->about));
    }
}

/* The words say more than that we are refused, or put off. */
static bool is_explained(struct mw_judge *judge, const struct mw_fact *reply)
{
    for (const struct mw_said *said = mw_replies(judge); said; said = said->next) {
        if (said->fact == reply && strcmp(said->cause, "smtp.banner.refused") != 0 && strcmp(said->cause, "smtp.banner.busy") != 0) {
            return true;
        }
    }
    return false;
}

/* RFC 5321 section 3.8: with 421 a server ends the session, at any command. */
static void banner_busy(struct mw_judge *judge)
{
    static const enum mw_fact_id replies[] = {MW_F_SMTP_GREETING, MW_F_SMTP_EHLO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT};
    for (size_t i = 0; i < MW_COUNT(replies); i++) {
        MW_EACH (reply, judge, replies[i]) {
            bool busy = i == 0 ? mw_reply_class(reply) == 4 : mw_reply_code(reply) == 421 && !is_explained(judge, reply);
            if (!busy || !mw_port_matters(judge, reply->about)) {
                continue;
            }
            struct mw_instance *instance = mw_found(judge, reply->about, reply);
            mw_proof(instance, mw_know(judge, MW_F_SMTP_RETRY_GREETING, reply->about));
            mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, reply->about));
        }
    }
}

static void refused_greeting(struct mw_judge *judge, bool never_mail)
{
    MW_EACH (greeting, judge, MW_F_SMTP_GREETING) {
        bool never = mw_reply_code(greeting) == 521; /* RFC 7504 section 3 */
        if (mw_reply_class(greeting) != 5 || never != never_mail || !mw_port_matters(judge, greeting->about)) {
            continue;
        }
        bool ours = !never && is_explained(judge, greeting);
        struct mw_instance *instance = mw_found(judge, greeting->about, greeting);
        mw_confidence(instance, never ? 0.95 : ours ? 0.5 : 0.8);
        mw_port_weigh(judge, instance, greeting->about, ours ? MW_ADVICE : MW_BLOCKS);
    }
}

/* A refusal for good; where the words name another reason, or a limit that we ran into, the connection tested nothing. */
static enum mw_shown shown_refused_greeting(struct mw_judge *judge, const struct mw_fact *fact)
{
    bool own = fact->id == MW_F_SMTP_GREETING, greets = own ? mw_reply_code(fact) == 220 : mw_seen_value(fact, MW_OK);
    const char *words = own ? fact->text : fact->quote;
    if (greets || !words || (!own && !mw_sampled_ended(judge, fact, MW_REFUSED, "greeting"))) {
        return greets ? MW_WENT_WELL : MW_UNTESTED;
    }
    const char *cause = mw_reply_cause(mw_judge_arena(judge), MW_F_SMTP_GREETING, mw_port_host(judge, fact->about), words);
    return *words == '5' && (!cause || mw_text_same(cause, "smtp.banner.refused")) ? MW_SHOWS_IT : MW_UNTESTED;
}

static void banner_refused(struct mw_judge *judge)
{
    static const enum mw_service services[] = {MW_EXCHANGE, MW_SUBMISSION_SERVICE};
    refused_greeting(judge, false);
    for (size_t i = 0; i < MW_COUNT(services); i++) {
        mw_sampled_find(judge, &(struct mw_sampled){
                                   .each = MW_F_SAMPLE_END,
                                   .own = MW_F_SMTP_GREETING,
                                   .shown = shown_refused_greeting,
                                   .title = N_("The server refuses in its first line to talk to us, now and then"),
                                   .says = N_("Some connections to {about} are refused in the first line (“{value}”), and others to the same address are greeted: "
                                              "one of several machines behind the address has other rules, or a rule counts how often one client connects."),
                                   .quotes = true,
                                   .may_be_limit = true,
                                   .one_service = true,
                                   .service = services[i],
                               });
    }
}

static void host_no_mail(struct mw_judge *judge)
{
    refused_greeting(judge, true);
}

/* --- EHLO --------------------------------------------------------------------------------------------------------------------------------- */

static bool is_masked(struct mw_judge *judge, const char *about)
{
    return mw_know(judge, MW_F_SMTP_MASKED, about);
}

static void ehlo_rejected(struct mw_judge *judge)
{
    MW_EACH (ehlo, judge, MW_F_SMTP_EHLO) {
        const struct mw_fact *helo = mw_know(judge, MW_F_SMTP_HELO, ehlo->about);
        if (mw_reply_class(ehlo) != 5 || mw_reply_code(helo) != 250 || is_masked(judge, ehlo->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, ehlo->about, ehlo);
        mw_proof(instance, helo);
        mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, ehlo->about));
    }
}

/* Another place saw it offered: then something on our path takes it away. */
static bool is_offered_elsewhere(struct mw_judge *judge, const char *about)
{
    MW_EACH_ABOUT (offered, judge, MW_F_SMTP_STARTTLS, about) {
        if (offered->yes) {
            return true;
        }
    }
    return false;
}

static void weigh_starttls(struct mw_judge *judge, struct mw_instance *instance, const char *about)
{
    const struct mw_fact *policy = mw_port_enforced(judge, about), *dane = mw_port_dane(judge, about);
    mw_proof(instance, policy);
    mw_proof(instance, dane);
    if (mw_port_kind(judge, about)->service == MW_EXCHANGE && !policy && !dane) {
        mw_weight(instance, MW_RISK, mw_port_legs(judge, about));
        return;
    }
    bool replaced = !mw_port_is_wanted(judge, about) && mw_port_other_works(judge, about);
    mw_port_weigh(judge, instance, about, replaced ? MW_RISK : MW_BLOCKS);
}

static void starttls_missing(struct mw_judge *judge)
{
    MW_EACH (offered, judge, MW_F_SMTP_STARTTLS) {
        const struct mw_port_kind *kind = mw_port_kind(judge, offered->about);
        bool needs_none = !kind || kind->implicit_tls || kind->service == MW_LMTP_SERVICE;
        if (offered->yes || needs_none || is_masked(judge, offered->about) || is_offered_elsewhere(judge, offered->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, offered->about, offered);
        mw_confidence(instance, 0.85);
        weigh_starttls(judge, instance, offered->about);
    }
    mw_sampled_starttls(judge, MW_EXCHANGE, MW_F_SMTP_STARTTLS);
    mw_sampled_starttls(judge, MW_SUBMISSION_SERVICE, MW_F_SMTP_STARTTLS);
}

static bool is_ascii(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text > 0x7f) {
            return false;
        }
    }
    return true;
}

static bool has_keyword(const struct mw_fact *extensions, const char *keyword)
{
    for (size_t i = 0; i < extensions->list.count; i++) {
        const char *item = extensions->list.items[i];
        if (mw_text_starts(item, keyword) && (item[strlen(keyword)] == '\0' || item[strlen(keyword)] == ' ')) {
            return true;
        }
    }
    return false;
}

/* RFC 6531 section 3.1: an address with other letters than ASCII needs the extension at every server on its way. */
static void smtputf8_missing(struct mw_judge *judge)
{
    const struct mw_fact *mailbox = mw_each(judge, MW_F_TARGET_MAILBOX, NULL);
    bool one_has_it = false;
    if (is_ascii(mailbox->about)) {
        return;
    }
    MW_EACH (known, judge, MW_F_SMTP_EXTENSIONS) {
        one_has_it |= mw_port_role(judge, known->about, "mx") && has_keyword(known, "SMTPUTF8");
    }
    MW_EACH (extensions, judge, MW_F_SMTP_EXTENSIONS) {
        if (mw_port_role(judge, extensions->about, "mx") && !has_keyword(extensions, "SMTPUTF8")) {
            struct mw_instance *instance = mw_found(judge, extensions->about, extensions);
            mw_proof(instance, mailbox);
            mw_weight(instance, one_has_it ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE);
        }
    }
}

/* --- sender and recipient ----------------------------------------------------------------------------------------------------------------- */

static void session_dropped(struct mw_judge *judge)
{
    static const char *const early[] = {"connect", "greeting", "handshake", "STARTTLS", "QUIT"};
    for (const struct mw_fact *at = NULL; (at = mw_port_next(judge, at));) {
        const struct mw_port_kind *kind = mw_port_kind(judge, at->about);
        const struct mw_fact *end = mw_know(judge, kind->end, at->about), *stage = mw_know(judge, kind->stage, at->about);
        bool is_early = !stage;
        for (size_t i = 0; stage && i < MW_COUNT(early); i++) {
            is_early |= mw_text_same(stage->text, early[i]);
        }
        if (!is_smtp(kind->service) || is_early || !mw_seen_value(end, MW_HUNG_UP) || !mw_port_matters(judge, at->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, at->about, end);
        mw_proof(instance, stage);
        mw_place(instance, "stage", stage->text);
        mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, at->about));
    }
}

static bool is_at_exchange(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    return kind && kind->service == MW_EXCHANGE;
}

/* The postmaster, whom every domain has (RFC 5321 section 4.5.1), was refused too. */
static const struct mw_fact *refused_postmaster(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *postmaster = mw_know(judge, MW_F_SMTP_POSTMASTER, about);
    return mw_reply_class(postmaster) == 5 ? postmaster : NULL;
}

#define ONLY_A_CODE 0.5 /* confidence of a bare 550 */

static void user_unknown(struct mw_judge *judge)
{
    for (const struct mw_said *said = mw_replies(judge); (said = mw_reply_saying(said, "smtp.rcpt.user_unknown")); said = said->next) {
        bool everybody = said->confidence <= ONLY_A_CODE && refused_postmaster(judge, said->fact->about);
        if (everybody || mw_reply_class(mw_know(judge, MW_F_SMTP_RCPT_NULL, said->fact->about)) == 2) { /* taken of another sender: it is not unknown */
            continue;
        }
        struct mw_instance *instance = mw_said_found(judge, said);
        const struct mw_fact *to = mw_know(judge, MW_F_SMTP_RCPT_TO, said->fact->about);
        const struct mw_fact *postmaster = mw_know(judge, MW_F_SMTP_POSTMASTER, said->fact->about);
        mw_proof(instance, to);
        mw_proof(instance, postmaster);
        if (mw_reply_class(postmaster) == 2 && said->confidence <= ONLY_A_CODE) { /* it takes mail from us, only not for this mailbox */
            mw_confidence(instance, 0.8);
            mw_port_weigh(judge, instance, said->fact->about, MW_BLOCKS);
        }
        mw_place(instance, "recipient", to ? to->text : said->fact->about); /* a bounce is about him */
    }
}

static void deny(struct mw_judge *judge, const struct mw_fact *reply, double confidence)
{
    struct mw_instance *instance = mw_found(judge, reply->about, reply);
    mw_proof(instance, refused_postmaster(judge, reply->about));
    mw_confidence(instance, confidence);
    mw_port_weigh(judge, instance, reply->about, confidence < 0.6 ? MW_DEGRADES : MW_BLOCKS); /* bare codes may refuse us alone */
}

/* At an exchange a wish for a login before it takes mail for the domain comes to the same: strangers cannot deliver. */
static void relay_denied(struct mw_judge *judge)
{
    for (const struct mw_said *said = mw_replies(judge); said; said = said->next) {
        bool denied = strcmp(said->cause, "smtp.rcpt.relay_denied") == 0 || strcmp(said->cause, "auth.missing_for_relay") == 0;
        bool all = said->confidence <= ONLY_A_CODE && strcmp(said->cause, "smtp.rcpt.user_unknown") == 0 && refused_postmaster(judge, said->fact->about);
        if ((denied || all) && is_at_exchange(judge, said->fact->about)) {
            deny(judge, said->fact, all ? 0.55 : said->confidence);
        }
    }
    MW_EACH (reply, judge, MW_F_SMTP_POSTMASTER) {
        if (!mw_know(judge, MW_F_SMTP_RCPT, reply->about) && mw_seen_relay_denied(reply->text)) {
            deny(judge, reply, 0.85);
        }
    }
}

/* The asked recipient was taken from his sender and refused from the null sender, as which the postmaster was asked too. */
static bool refuses_null(struct mw_judge *judge, const char *about)
{
    return mw_reply_class(mw_know(judge, MW_F_SMTP_RCPT, about)) == 2 && mw_reply_class(mw_know(judge, MW_F_SMTP_RCPT_NULL, about)) == 5;
}

static void postmaster_missing(struct mw_judge *judge)
{
    MW_EACH (reply, judge, MW_F_SMTP_POSTMASTER) {
        if (refuses_null(judge, reply->about)) {
            continue;
        }
        const char *cause = mw_reply_cause(mw_judge_arena(judge), MW_F_SMTP_RCPT, mw_port_host(judge, reply->about), reply->text);
        if (cause && strcmp(cause, "smtp.rcpt.user_unknown") == 0 && mw_port_role(judge, reply->about, "mx")) {
            mw_found(judge, reply->about, reply);
        }
    }
}

static void null_alone_refused_at(struct mw_judge *judge, enum mw_fact_id null, enum mw_fact_id beside)
{
    MW_EACH (reply, judge, null) {
        const struct mw_fact *other = mw_know(judge, beside, reply->about);
        if (mw_reply_class(reply) != 5 || mw_reply_class(other) != 2 || !is_at_exchange(judge, reply->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, reply->about, reply);
        mw_proof(instance, other);
        mw_confidence(instance, 0.95);
        mw_weight(instance, MW_RISK, mw_port_legs(judge, reply->about));
    }
}

/* RFC 5321 section 4.5.5: whoever refuses <> and takes another sender, for the same recipient, gets no bounces. */
static void null_refused(struct mw_judge *judge)
{
    null_alone_refused_at(judge, MW_F_SMTP_MAIL_NULL, MW_F_SMTP_MAIL);
    null_alone_refused_at(judge, MW_F_SMTP_RCPT_NULL, MW_F_SMTP_RCPT);
    MW_EACH (reply, judge, MW_F_SMTP_MAIL) {
        bool null = mw_is(judge, MW_F_SMTP_MAIL_FROM, reply->about, "<>");
        const char *cause = mw_reply_cause(mw_judge_arena(judge), MW_F_SMTP_MAIL, mw_port_host(judge, reply->about), reply->text);
        bool by_words = cause && (strcmp(cause, "smtp.sender.null_refused") == 0 || strcmp(cause, "smtp.sender.rejected") == 0);
        if (null && mw_reply_class(reply) == 5 && is_at_exchange(judge, reply->about) && (!cause || by_words)) {
            struct mw_instance *instance = mw_found(judge, reply->about, reply);
            mw_weight(instance, MW_RISK, mw_port_legs(judge, reply->about));
        }
    }
}

static void name_sender(struct mw_judge *judge, struct mw_instance *instance, const char *about)
{
    const struct mw_fact *from = mw_know(judge, MW_F_SMTP_MAIL_FROM, about);
    mw_proof(instance, from);
    mw_place(instance, "sender", from ? from->text : "");
}

/* The reply to the null sender where the first transaction was refused with another: which of sender and recipient is what they do not want. */
static const struct mw_fact *with_null_sender(struct mw_judge *judge, const struct mw_fact *refused)
{
    const struct mw_fact *mail = mw_know(judge, MW_F_SMTP_MAIL_NULL, refused->about), *rcpt = mw_know(judge, MW_F_SMTP_RCPT_NULL, refused->about);
    return mw_reply_class(mail) == 2 ? rcpt : mail;
}

/* Refused for good with the sender, and taken without him: no words are needed, unless they name another reason (SPF, his domain). */
static void sender_alone_refused(struct mw_judge *judge, enum mw_fact_id id)
{
    MW_EACH (reply, judge, id) {
        const struct mw_fact *without = with_null_sender(judge, reply);
        const struct mw_said *said = mw_replies(judge);
        while (said && (said->fact != reply || said->confidence <= ONLY_A_CODE)) {
            said = said->next;
        }
        if (mw_reply_class(reply) != 5 || mw_reply_class(without) != 2 || said || !mw_port_matters(judge, reply->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, reply->about, reply);
        mw_one_of(instance, reply); /* whatever else a code alone could mean */
        mw_proof(instance, without);
        name_sender(judge, instance, reply->about);
        mw_port_weigh(judge, instance, reply->about, MW_BLOCKS);
    }
}

static void sender_rejected(struct mw_judge *judge)
{
    for (const struct mw_said *said = mw_replies(judge); (said = mw_reply_saying(said, "smtp.sender.rejected")); said = said->next) {
        bool before = said->fact->id != MW_F_SMTP_MAIL && said->fact->id != MW_F_SMTP_RCPT; /* no sender was named yet */
        bool null = said->fact->id == MW_F_SMTP_MAIL && mw_is(judge, MW_F_SMTP_MAIL_FROM, said->fact->about, "<>");
        const struct mw_fact *without = with_null_sender(judge, said->fact);
        bool decided = mw_reply_class(without) == 2 && said->confidence <= ONLY_A_CODE;
        if (before || null || decided) {
            continue; /* null_refused(), sender_alone_refused() */
        }
        struct mw_instance *instance = mw_said_found(judge, said);
        mw_proof(instance, without);
        name_sender(judge, instance, said->fact->about);
        if (without) {
            mw_confidence(instance, mw_reply_class(without) == 2 ? 0.95 : said->confidence / 2);
        }
    }
    sender_alone_refused(judge, MW_F_SMTP_MAIL);
    sender_alone_refused(judge, MW_F_SMTP_RCPT);
}

/* --- greylisting or throttling --------------------------------------------------------------------------------------------------------------- */

/* What became of the second try of what was refused for now; NULL: there was none, or it did not come so far. */
static const struct mw_fact *second_try(struct mw_judge *judge, const struct mw_fact *first)
{
    const struct mw_fact *mail = mw_know(judge, MW_F_SMTP_RETRY_MAIL, first->about), *rcpt = mw_know(judge, MW_F_SMTP_RETRY_RCPT, first->about);
    return rcpt || mw_reply_class(mail) == 2 ? rcpt : mail;
}

/* The words with each number made 0: times and counts differ from try to try. */
static const char *without_numbers(struct mw_arena *arena, const char *text)
{
    char *words = mw_strdup(arena, text), *end = words;
    for (const char *at = text; *at; at++) {
        bool digit = *at >= '0' && *at <= '9';
        if (!digit || end == words || end[-1] != '0') {
            *end++ = digit ? '0' : *at;
        }
    }
    *end = '\0';
    return words;
}

static bool same_words(struct mw_judge *judge, const struct mw_fact *first, const struct mw_fact *second)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    return strcmp(without_numbers(arena, first->text), without_numbers(arena, second->text)) == 0;
}

/* Nothing, or a code alone, says why. */
static bool is_open(struct mw_judge *judge, const struct mw_fact *reply)
{
    for (const struct mw_said *said = mw_replies(judge); said; said = said->next) {
        if (said->fact == reply && said->confidence > 0.6) {
            return false;
        }
    }
    return true;
}

static const enum mw_fact_id put_off[] = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT};

/* Senders come to a backup only while the exchanges before it do not take the mail. */
static void spare_is_advice(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *reply)
{
    if (mw_seen_is_spare(judge, mw_seen_host(judge, reply)))
        mw_weight(instance, MW_ADVICE, mw_port_legs(judge, reply->about));
}

/* Put off without a reason, and taken at the second try: what greylisting is (RFC 6647 section 2). */
static void taken_later(struct mw_judge *judge)
{
    for (size_t i = 0; i < MW_COUNT(put_off); i++) {
        MW_EACH (reply, judge, put_off[i]) {
            const struct mw_fact *later = mw_reply_class(reply) == 4 && mw_reply_code(reply) != 421 ? second_try(judge, reply) : NULL;
            if (!later || mw_reply_class(later) != 2 || !is_open(judge, reply)) {
                continue;
            }
            struct mw_instance *instance = mw_found(judge, reply->about, reply);
            mw_one_of(instance, reply);
            mw_proof(instance, later);
            mw_confidence(instance, 0.9);
            mw_port_weigh(judge, instance, reply->about, MW_DEGRADES);
            spare_is_advice(judge, instance, reply);
        }
    }
}

/* The second try of a transaction whose first one is judged itself. */
static bool is_second(struct mw_judge *judge, const struct mw_fact *reply)
{
    bool retried = reply->id == MW_F_SMTP_RETRY_MAIL || reply->id == MW_F_SMTP_RETRY_RCPT;
    return retried && mw_know(judge, MW_F_SMTP_MAIL, reply->about);
}

static void greylist(struct mw_judge *judge)
{
    for (const struct mw_said *said = mw_replies(judge); (said = mw_reply_saying(said, "smtp.greylist")); said = said->next) {
        const struct mw_fact *later = second_try(judge, said->fact);
        bool open = is_open(judge, said->fact), decided = mw_reply_class(later) == 5; /* what the second reply says is what counts */
        if (is_second(judge, said->fact) || decided || (open && mw_reply_class(later) == 2)) {
            continue; /* taken_later() */
        }
        struct mw_instance *instance = mw_said_found(judge, said);
        if (mw_reply_class(later) == 4 && open) { /* it may have been too early still */
            mw_confidence(instance, 0.3);
            mw_one_of(instance, said->fact);
        }
        mw_proof(instance, later);
        if (mw_reply_class(later) == 2) {
            mw_confidence(instance, 0.97);
        }
        spare_is_advice(judge, instance, said->fact);
    }
    taken_later(judge);
}

/* Put off again in the same words, which name no reason. */
static void refused_again(struct mw_judge *judge)
{
    for (size_t i = 0; i < MW_COUNT(put_off); i++) {
        MW_EACH (reply, judge, put_off[i]) {
            const struct mw_fact *later = mw_reply_class(reply) == 4 && mw_reply_code(reply) != 421 ? second_try(judge, reply) : NULL;
            const struct mw_fact *after = mw_know(judge, MW_F_SMTP_RETRY_AFTER, reply->about);
            if (!later || mw_reply_class(later) != 4 || !same_words(judge, reply, later) || !is_open(judge, reply)) {
                continue;
            }
            struct mw_instance *instance = mw_found(judge, reply->about, reply);
            mw_one_of(instance, reply);
            mw_proof(instance, later);
            mw_proof(instance, after);
            mw_confidence(instance, after && after->number >= GREYLISTS_S ? 0.6 : 0.4);
            mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, reply->about));
        }
    }
}

/* Who is put off twice with nothing but one recipient to his name is not alone. */
static void ip_throttled(struct mw_judge *judge)
{
    for (const struct mw_said *said = mw_replies(judge); (said = mw_reply_saying(said, "smtp.rate.ip_throttled")); said = said->next) {
        const struct mw_fact *later = second_try(judge, said->fact);
        if (is_second(judge, said->fact)) {
            continue;
        }
        struct mw_instance *instance = mw_said_found(judge, said);
        if (later && later != said->fact && same_words(judge, said->fact, later)) {
            mw_proof(instance, later);
            mw_confidence(instance, said->confidence);
            mw_port_weigh(judge, instance, said->fact->about, MW_DEGRADES);
        }
    }
    refused_again(judge);
}

static void helo_invalid(struct mw_judge *judge)
{
    mw_reply_found(judge, "smtp.helo.invalid");
    mw_helo_found(judge, MW_HELO_INVALID);
}

static void helo_unresolvable(struct mw_judge *judge)
{
    mw_reply_found(judge, "smtp.helo.unresolvable");
    mw_helo_found(judge, MW_HELO_UNRESOLVABLE);
}

/* --- causes that a server's words alone prove ---------------------------------------------------------------------------------------------- */

#define BY_WORDS(name, id)                                                                                                                                 \
    static void name(struct mw_judge *judge)                                                                                                               \
    {                                                                                                                                                      \
        mw_reply_found(judge, id);                                                                                                                         \
    }

BY_WORDS(sender_limit, "smtp.rate.sender_limit")
BY_WORDS(recipient_throttled, "smtp.rate.recipient_throttled")
BY_WORDS(concurrency, "smtp.concurrency.limit")
BY_WORDS(disabled, "smtp.rcpt.disabled")
BY_WORDS(mailbox_full, "smtp.rcpt.mailbox_full")
BY_WORDS(restricted, "smtp.rcpt.restricted")
BY_WORDS(rcpt_syntax, "smtp.rcpt.syntax")
BY_WORDS(moved, "smtp.rcpt.moved")
BY_WORDS(verify_unavailable, "smtp.rcpt.verify_unavailable")
BY_WORDS(storage_full, "smtp.storage.full")
BY_WORDS(internal_error, "smtp.server.internal_error")
BY_WORDS(misconfigured, "smtp.server.misconfigured")
BY_WORDS(maintenance, "smtp.server.maintenance")
BY_WORDS(routing_loop, "smtp.loop.routing")
BY_WORDS(ip_low, "rep.ip.low")

/* --- the rows ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "smtp.listener.missing",
        .legs = MW_RECEIVE | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_TCP, .owner = MW_ADMIN,
        .title = N_("The server does not offer the SMTP port that is needed"),
        .says = N_("Nothing listens at {about}: the connection is refused at once, although the same machine answers at {open}. The mail service on "
                   "this port is not running or not switched on."),
        .fix = {
            {MW_AT_SERVER, N_("Start the service on port {port} of {host}. In Postfix, switch on the smtp (25), submission (587) and submissions (465) "
                              "lines in master.cf and reload."),
             "submissions inet n - y - - smtpd\n -o smtpd_tls_wrappermode=yes\n -o smtpd_sasl_auth_enable=yes"},
        },
        .reference = "RFC 8314 section 3.3; RFC 6409 section 3.1",
        .needs = {MW_F_TCP_END},
        .holds = listener_missing,
        .alike = {
            {"net.port.submission_blocked", N_("From another network the same port opens: then a network on the way blocks it.")},
        },
        .explains = {"net.tcp.refused", "net.tcp.timeout", "sym:submit.connect_fail", "sym:inbound.bounce.expired", NULL},
    },
    {
        .id = "smtp.banner.none",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The connection opens, but the server never says a word"),
        .says = N_("At {about} the connection is accepted, and then no greeting comes ({waited}). Other servers wait five minutes for it, most mail programs "
                   "less; without it no mail can be handed over there."),
        .fix = {
            {MW_AT_SERVER, N_("Look at the mail service behind {about}: a process limit, a load balancer whose server is gone, TCP wrappers, or "
                              "a lookup that hangs before the greeting."), NULL},
        },
        .reference = "RFC 5321 sections 3.1 and 4.5.3.2.1",
        .any = {MW_F_SMTP_END, MW_F_SUBMISSION_END, MW_F_LMTP_END},
        .holds = banner_none,
        .alike = {
            {"smtp.banner.delay", N_("With --patient the greeting does come.")},
        },
        .explains = {"sym:inbound.delay", "sym:submit.connect_fail", NULL},
    },
    {
        .id = "smtp.banner.delay",
        .legs = MW_RECEIVE | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The greeting takes so long that impatient senders give up"),
        .says = N_("At {about} the greeting takes {seconds} seconds. Mail servers should wait for five minutes, but many programs and some servers hang "
                   "up before."),
        .fix = {
            {MW_AT_SERVER, N_("Find out what {host} waits for before it greets: most often a slow DNS resolver, a block list that does not "
                              "answer, or a delay against spam that is set too long."), NULL},
        },
        .reference = "RFC 5321 section 4.5.3.2.1",
        .any = {MW_F_SMTP_GREETING_MS},
        .holds = banner_delay,
        .explains = {"smtp.banner.none", "sym:inbound.delay", "sym:inbound.partial", NULL},
    },
    {
        .id = "smtp.banner.busy",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The server turns us away for now: busy, or in maintenance"),
        .says = N_("At {about} the connection is answered with a temporary refusal: “{value}”. Senders try again later, so mail is late; what lies "
                   "behind it could not be tested."),
        .fix = {
            {MW_AT_SERVER, N_("Try again in a few minutes. If it stays, raise the process and connection limits of {host}, or end the "
                              "maintenance."), NULL},
        },
        .reference = "RFC 5321 section 3.8",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_EHLO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = banner_busy,
        .alike = {
            {"smtp.concurrency.limit", N_("The text names a number of connections.")},
        },
        .explains = {"sym:inbound.delay", "sym:outbound.defer", NULL},
    },
    {
        .id = "smtp.banner.refused",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The server refuses in its first line to talk to us"),
        .says = N_("At {about} the greeting is a refusal: “{value}”. From here no mail can be handed over there."),
        .fix = {
            {MW_AT_SERVER, N_("If {host} is yours, look in its log for the rule that refuses the connection. If it refuses everybody, it is no "
                              "mail server for this domain: correct the MX record."), NULL},
            {MW_AT_PROVIDER, N_("If it refuses only this address, ask its postmaster, and quote the line word for word."), NULL},
        },
        .reference = "RFC 5321 section 3.1",
        .needs = {MW_F_SMTP_GREETING},
        .holds = banner_refused,
        .alike = {
            {"smtp.host.no_mail", N_("From other networks the answer is the same.")},
            {"rep.dnsbl.listed", N_("A block list has the address from which we look.")},
        },
        .explains = {"sym:outbound.reject", "sym:inbound.partial", "sym:inbound.bounce.hard", NULL},
    },
    {
        .id = "smtp.host.no_mail",
        .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The host says that it never takes mail"),
        .says = N_("At {about} the greeting is “{value}”, which means that no mail at all is taken there. The MX record should name another host."),
        .fix = {
            {MW_AT_DNS, N_("Let the MX record name the host that does take the mail, or switch on the mail service on {host}."),
             "{domain}. IN MX 10 mail.{domain}."},
        },
        .reference = "RFC 7504 section 3",
        .needs = {MW_F_SMTP_GREETING},
        .holds = host_no_mail,
        .explains = {"smtp.banner.refused", "sym:inbound.bounce.hard", NULL},
    },
    {
        .id = "smtp.ehlo.rejected",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("EHLO is refused, so encryption and all other extensions are lost"),
        .says = N_("At {about} the answer to EHLO is “{value}”; only the old HELO is known there. Without EHLO there is no STARTTLS, no login and no "
                   "size check."),
        .fix = {
            {MW_AT_SERVER, N_("Update the mail server, or take away the proxy or filter in front of it that does not know EHLO."), NULL},
        },
        .reference = "RFC 5321 section 4.1.1.1",
        .needs = {MW_F_SMTP_EHLO},
        .holds = ehlo_rejected,
        .alike = {
            {"net.firewall.smtp_inspection", N_("The greeting or the keywords are overwritten with * or X: a firewall reads along.")},
        },
        .explains = {"smtp.ext.starttls_missing", "auth.not_offered", "smtp.ext.smtputf8_missing", "tls.policy.required_not_offered", NULL},
    },
    {
        .id = "smtp.helo.invalid",
        .legs = MW_SEND | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The name with which the sender introduces itself is not accepted"),
        .says = N_("At {about} the name given with HELO or EHLO is refused: “{value}”. A full host name is wanted, such as mail.example.org."),
        .fix = {
            {MW_AT_SERVER, N_("Give the sending server its full host name: in Postfix set myhostname, in Exim primary_hostname."),
             "myhostname = mail.example.org"},
        },
        .reference = "RFC 5321 section 4.1.1.1",
        .any = {MW_F_SMTP_EHLO, MW_F_SMTP_HELO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = helo_invalid,
        .alike = {
            {"smtp.helo.unresolvable", N_("The name is complete, but it has no address in the DNS.")},
        },
        .explains = {"sym:outbound.reject", "sym:submit.reject", NULL},
    },
    {
        .id = "smtp.helo.unresolvable",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The name with which the sender introduces itself has no address"),
        .says = N_("At {about} the name given with HELO or EHLO is not found in the DNS: “{value}”."),
        .fix = {
            {MW_AT_DNS, N_("Publish A and AAAA records for the name that the sending server gives, equal to its reverse name."),
             "mail.example.org. IN A 192.0.2.10"},
        },
        .reference = "RFC 5321 section 4.1.4",
        .any = {MW_F_SMTP_EHLO, MW_F_SMTP_HELO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = helo_unresolvable,
        .explains = {"sym:outbound.defer", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.ext.starttls_missing",
        .legs = MW_RECEIVE | MW_SUBMIT, .severity = MW_RISK, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("The server offers no encryption (STARTTLS)"),
        .says = N_("At {about} the whole list of extensions was given, and STARTTLS is not on it. Mail and passwords cross the network in clear, and "
                   "senders that insist on encryption do not deliver."),
        .fix = {
            {MW_AT_SERVER, N_("Give the server a certificate and switch TLS on. In Postfix:"),
             "smtpd_tls_security_level = may\nsmtpd_tls_chain_files = /etc/ssl/private/mail.key, /etc/ssl/certs/mail-fullchain.pem"},
        },
        .reference = "RFC 3207; RFC 8314 section 4.1",
        .needs = {MW_F_SMTP_STARTTLS},
        .holds = starttls_missing,
        .alike = {
            {"net.starttls.stripped", N_("From another network the same server offers STARTTLS: then something on this path takes it away.")},
        },
        .explains = {"auth.not_offered", "auth.plaintext.exposed", "tls.policy.required_not_offered", "mtasts.cert_invalid", "mtasts.mx_mismatch",
                     "dane.tlsa.mismatch", "dane.tlsa.lookup_fail", "sym:inbound.partial", "sym:submit.tls_fail", NULL},
    },
    {
        .id = "smtp.ext.smtputf8_missing",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The address has international letters, and the server cannot handle them"),
        .says = N_("{mailbox} holds letters beyond ASCII. Mail to it needs the extension SMTPUTF8, which is not offered at {about}."),
        .fix = {
            {MW_AT_SERVER, N_("Switch SMTPUTF8 on at {host} (Postfix: smtputf8_enable = yes), or give the mailbox an address in plain ASCII letters as "
                              "well."),
             "smtputf8_enable = yes"},
        },
        .reference = "RFC 6531 section 3.1",
        .needs = {MW_F_TARGET_MAILBOX, MW_F_SMTP_EXTENSIONS},
        .holds = smtputf8_missing,
        .explains = {"sym:inbound.bounce.hard", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.greylist",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("Greylisting: the first try of a new sender is put off"),
        .says = N_("At {about} the answer is “{value}”. Strangers have to try twice there; a real mail server comes back after some minutes, and the "
                   "mail arrives late."),
        .fix = {
            {MW_AT_SERVER, N_("Wait: the mail comes with the next try. To avoid the delay, put large senders on the allow list of the "
                              "greylisting, or switch it off."), NULL},
        },
        .reference = "RFC 6647",
        .any = {MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = greylist,
        .alike = {
            {"smtp.rate.ip_throttled", N_("A second try five minutes later (--retry 300) is refused in the same words.")},
            {"smtp.server.internal_error", N_("Senders that are known there are put off as well.")},
        },
        .explains = {"sym:inbound.delay", "sym:outbound.defer", NULL},
    },
    {
        .id = "smtp.rate.sender_limit",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_PROVIDER,
        .title = N_("The account has used up its sending limit"),
        .says = N_("At {about} sending is refused: “{value}”. The account or the organisation has sent as much as it may for now."),
        .fix = {
            {MW_AT_CLIENT, N_("Stop sending and wait until the limit is reset, often a day. Send long lists by a service made for it."), NULL},
            {MW_AT_PROVIDER, N_("If you did not send that much, somebody else may be using the account: change the password and look at the "
                                "login log."), NULL},
        },
        .reference = "RFC 3463 section 3.8",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_LOGIN, MW_F_SMTP_GREETING},
        .holds = sender_limit,
        .explains = {"sym:submit.reject", NULL},
    },
    {
        .id = "smtp.rate.ip_throttled",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The receiver slows us down because of the volume we send"),
        .says = N_("At {about} the answer is “{value}”: mail from this address or domain comes faster than is accepted there."),
        .fix = {
            {MW_AT_SERVER, N_("Send more slowly and with fewer connections to this destination, and raise the volume of a new address step by step."),
             "default_destination_concurrency_limit = 2\ndefault_destination_rate_delay = 1s"},
        },
        .reference = "RFC 3463 section 3.8",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_GREETING},
        .holds = ip_throttled,
        .alike = {
            {"smtp.greylist", N_("A second try some minutes later is accepted.")},
            {"rep.ip.low", N_("Slower sending does not help, and the text speaks of reputation.")},
        },
        .explains = {"sym:outbound.defer", "sym:outbound.delay", NULL},
    },
    {
        .id = "smtp.rate.recipient_throttled",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The mailbox is getting mail too fast"),
        .says = N_("At {about} the mail is put off: “{value}”. More mail arrives for this mailbox than the server takes in a while."),
        .fix = {
            {MW_AT_CLIENT, N_("Find what fills the mailbox: a forwarding loop, or a machine that sends alarms. Stop it and wait an hour."), NULL},
        },
        .reference = "RFC 3463 section 3.3",
        .any = {MW_F_SMTP_RCPT},
        .holds = recipient_throttled,
        .alike = {
            {"smtp.rcpt.mailbox_full", N_("The text speaks of quota, not of rate.")},
        },
        .explains = {"sym:outbound.defer", "sym:inbound.delay", NULL},
    },
    {
        .id = "smtp.concurrency.limit",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("Too many connections at once"),
        .says = N_("At {about} the answer is “{value}”: this address already has as many connections open as it may."),
        .fix = {
            {MW_AT_SERVER, N_("Use fewer connections to one destination. On your own server look at smtpd_client_connection_count_limit "
                              "(Postfix)."), NULL},
        },
        .reference = "RFC 5321 section 4.5.4.1",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = concurrency,
        .explains = {"smtp.banner.busy", "smtp.banner.refused", "sym:outbound.defer", NULL},
    },
    {
        .id = "smtp.session.dropped",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server hangs up in the middle of the conversation"),
        .says = N_("At {about} the connection was closed at the step {stage} without an answer. No reason was given."),
        .fix = {
            {MW_AT_SERVER, N_("Look into the log of {host} at that second: a process that crashed, a filter that died, or a rule that cuts the "
                              "connection."), NULL},
        },
        .reference = "RFC 5321 section 3.8",
        .any = {MW_F_SMTP_END, MW_F_SUBMISSION_END, MW_F_LMTP_END},
        .holds = session_dropped,
        .alike = {
            {"net.tcp.reset", N_("The connection ends by a reset of TCP: then a device on the path may have cut it.")},
        },
        .explains = {"sym:outbound.defer", "sym:submit.reject", NULL},
    },
    {
        .id = "smtp.rcpt.user_unknown",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The mailbox does not exist at the receiving server"),
        .says = N_("At {about} the recipient {recipient} is refused: “{value}”. No such mailbox is known there, so every mail to it comes back."),
        .fix = {
            {MW_AT_SERVER, N_("Check the spelling of the address. If it is right, create the mailbox or the alias, or correct the list of "
                              "recipients of {host}."), NULL},
        },
        .reference = "RFC 5321 section 4.2.3; RFC 3463 section 3.2 (X.1.1)",
        .needs = {MW_F_SMTP_RCPT},
        .holds = user_unknown,
        .alike = {
            {"smtp.rcpt.relay_denied", N_("Every recipient of the domain is refused, postmaster too.")},
        },
        .explains = {"smtp.postmaster.missing", "sym:inbound.bounce.hard", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.rcpt.disabled",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The mailbox exists, but it is switched off"),
        .says = N_("At {about} the recipient is refused: “{value}”. The mailbox is disabled, suspended or out of use."),
        .fix = {
            {MW_AT_PROVIDER, N_("The administrator of the domain or the provider has to switch the mailbox on again; ask for the reason "
                                "(payment, spam, identity check)."), NULL},
        },
        .reference = "RFC 3463 section 3.3 (X.2.1); RFC 5248",
        .needs = {MW_F_SMTP_RCPT},
        .holds = disabled,
        .alike = {
            {"smtp.rcpt.mailbox_full", N_("The text speaks of quota or of a full mailbox.")},
        },
        .explains = {"sym:inbound.bounce.hard", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.rcpt.mailbox_full",
        .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The mailbox is full"),
        .says = N_("At {about} the mail is not taken: “{value}”. The mailbox has used up its space, so mail to it waits or comes back."),
        .fix = {
            {MW_AT_CLIENT, N_("Delete or archive mail and empty the folders Trash and Junk. A program that fetches by POP3 and leaves everything "
                              "on the server fills it again."), NULL},
            {MW_AT_SERVER, N_("Or give the mailbox more space (Dovecot: quota_rule)."),
             "quota_rule = *:storage=5G"},
        },
        .reference = "RFC 3463 section 3.3 (X.2.2); RFC 9208",
        .needs = {MW_F_SMTP_RCPT},
        .holds = mailbox_full,
        .alike = {
            {"smtp.storage.full", N_("Every recipient of that server is refused: then the machine itself is full.")},
        },
        .explains = {"sym:inbound.bounce.hard", "sym:inbound.bounce.expired", NULL},
    },
    {
        .id = "smtp.rcpt.relay_denied",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The mail server does not regard the domain as its own"),
        .says = N_("The MX record leads to {about}, yet the recipient is refused there as foreign: “{value}”. The server has not been told to take mail "
                   "for the domain."),
        .fix = {
            {MW_AT_SERVER, N_("Add the domain to the domains that {host} takes mail for: mydestination, virtual_mailbox_domains or relay_domains in "
                              "Postfix, local_domains in Exim; at a provider, activate the domain."),
             "virtual_mailbox_domains = {domain}"},
            {MW_AT_DNS, N_("If another server takes the mail now, correct the MX record."), NULL},
        },
        .reference = "RFC 5321 section 3.6.2",
        .any = {MW_F_SMTP_RCPT, MW_F_SMTP_POSTMASTER},
        .holds = relay_denied,
        .alike = {
            {"smtp.rcpt.user_unknown", N_("The postmaster of the domain is accepted: then only this mailbox is unknown.")},
        },
        .explains = {"smtp.postmaster.missing", "sym:inbound.bounce.hard", NULL},
    },
    {
        .id = "smtp.rcpt.restricted",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_OTHER_SIDE,
        .title = N_("The recipient takes mail only from chosen senders"),
        .says = N_("At {about} the answer is “{value}”. This mailbox or group does not take mail from outside, or not from this sender."),
        .fix = {
            {MW_AT_PROVIDER, N_("The administrator of the recipient has to allow outside senders, or this one."), NULL},
        },
        .reference = "RFC 3463 section 3.8 (X.7.1, X.7.2)",
        .any = {MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = restricted,
        .alike = {
            {"smtp.sender.rejected", N_("The same sender is refused for every recipient there.")},
        },
        .explains = {"sym:outbound.reject", "sym:inbound.partial", NULL},
    },
    {
        .id = "smtp.rcpt.syntax",
        .legs = MW_SEND | MW_RECEIVE | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The address is not written as an address must be"),
        .says = N_("At {about} the address cannot be read: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Type the address anew, without blanks, full-width letters or a dot at the end; copied addresses often carry "
                              "invisible characters."), NULL},
        },
        .reference = "RFC 5321 section 4.1.2; RFC 3463 section 3.2 (X.1.3)",
        .needs = {MW_F_SMTP_RCPT},
        .holds = rcpt_syntax,
        .explains = {"sym:submit.reject", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.rcpt.moved",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The mailbox has moved"),
        .says = N_("The recipient is elsewhere now, as the answer at {about} says: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Use the new address if the reply names one, and correct the address book. The owner can set a forwarding at the "
                              "old place."), NULL},
        },
        .reference = "RFC 5321 section 3.4; RFC 3463 section 3.2 (X.1.6)",
        .needs = {MW_F_SMTP_RCPT},
        .holds = moved,
        .explains = {"sym:outbound.reject", "sym:inbound.bounce.hard", NULL},
    },
    {
        .id = "smtp.rcpt.verify_unavailable",
        .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server cannot check recipients at present and puts everybody off"),
        .says = N_("At {about} the answer is “{value}”: whether the mailbox exists could not be found out. Mail waits at the senders."),
        .fix = {
            {MW_AT_SERVER, N_("Bring the directory or the server behind {host} back, which it asks for recipients (LDAP, database, internal "
                              "server)."), NULL},
        },
        .reference = "RFC 5321 section 4.2.3",
        .needs = {MW_F_SMTP_RCPT},
        .holds = verify_unavailable,
        .alike = {
            {"smtp.greylist", N_("A second try some minutes later is accepted.")},
        },
        .explains = {"sym:inbound.delay", NULL},
    },
    {
        .id = "smtp.sender.rejected",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_OTHER_SIDE,
        .title = N_("The sender is refused by the rules of the receiver"),
        .says = N_("At {about} the sender {sender} is refused: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("If {host} is yours, take the sender off the block list or correct the rule that names it."), NULL},
            {MW_AT_PROVIDER, N_("If it is the other side, ask its postmaster to remove the block, and quote the reply."), NULL},
        },
        .reference = "RFC 3463 section 3.8 (X.7.1)",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = sender_rejected,
        .alike = {
            {"rep.ip.low", N_("Another sender from the same address is refused too.")},
        },
        .explains = {"sym:outbound.reject", "sym:inbound.partial", NULL},
    },
    {
        .id = "smtp.sender.null_refused",
        .legs = MW_RECEIVE, .severity = MW_RISK, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server refuses bounces: mail with an empty sender"),
        .says = N_("At {about} MAIL FROM:<> is refused with “{value}”. Bounces and receipts have no sender, so they are lost, and servers that check "
                   "senders refuse mail of this domain."),
        .fix = {
            {MW_AT_SERVER, N_("Accept the empty sender at {host}, as every mail server must; filter unwanted bounces by their content."), NULL},
        },
        .reference = "RFC 5321 section 4.5.5",
        .needs = {MW_F_SMTP_MAIL},
        .holds = null_refused,
        .alike = {
            {"rep.ip.low", N_("Another sender from the same address is refused too.")},
        },
        .explains = {"sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.storage.full",
        .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The disk of the mail server is full"),
        .says = N_("At {about} no mail at all is taken: “{value}”. No space is left on the machine."),
        .fix = {
            {MW_AT_SERVER, N_("Free space and inodes on {host} (queue, mail store, logs), then try again. Postfix stops when less than "
                              "queue_minfree is left."), NULL},
        },
        .reference = "RFC 3463 section 3.4 (X.3.1)",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = storage_full,
        .alike = {
            {"smtp.rcpt.mailbox_full", N_("Only this recipient is refused, with 4.2.2 or 5.2.2.")},
        },
        .explains = {"imap.backend.down", "sym:inbound.delay", NULL},
    },
    {
        .id = "smtp.server.internal_error",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("Something inside the mail server is broken for the moment"),
        .says = N_("At {about} the answer is “{value}”. The server cannot do its work now; senders try again, so mail is late."),
        .fix = {
            {MW_AT_SERVER, N_("Read the log of {host} at that second: a table or database that cannot be read, a filter that is down, missing "
                              "permissions. Mend it and reload."), NULL},
        },
        .reference = "RFC 5321 section 4.2.3; RFC 3463 section 3.4 (X.3.0)",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_EHLO},
        .holds = internal_error,
        .alike = {
            {"smtp.greylist", N_("A second try some minutes later is accepted.")},
        },
        .explains = {"sym:inbound.delay", "sym:submit.reject", NULL},
    },
    {
        .id = "smtp.server.misconfigured",
        .legs = MW_RECEIVE | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The mail server itself reports a mistake in its configuration"),
        .says = N_("At {about} the answer is “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Check the configuration of {host} (postfix check, exim -bV, doveconf -n), mend the part that the log names, and reload."),
             "postfix check"},
        },
        .reference = "RFC 3463 section 3.4 (X.3.5)",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_EHLO, MW_F_SMTP_GREETING},
        .holds = misconfigured,
        .alike = {
            {"smtp.server.internal_error", N_("It passes by itself, and the code is 4.3.0.")},
        },
        .explains = {"sym:inbound.delay", "sym:submit.reject", NULL},
    },
    {
        .id = "smtp.server.maintenance",
        .legs = MW_RECEIVE | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The mail service is stopped for maintenance"),
        .says = N_("At {about} the answer is “{value}”: no mail is taken at present. Senders keep it in their queues for days, so nothing is lost yet."),
        .fix = {
            {MW_AT_SERVER, N_("Wait, and look at the status page of the provider; on your own server end the maintenance."), NULL},
        },
        .reference = "RFC 3463 section 3.4 (X.3.2)",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_EHLO, MW_F_SMTP_GREETING},
        .holds = maintenance,
        .explains = {"smtp.banner.busy", "sym:inbound.delay", "sym:submit.reject", NULL},
    },
    {
        .id = "smtp.loop.routing",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The mail goes round in circles"),
        .says = N_("At {about} the answer is “{value}”: the mail has passed too many servers, or comes back to where it was."),
        .fix = {
            {MW_AT_SERVER, N_("Let the last server treat the domain as its own, and take the domain out of its relay or smart host rules."), NULL},
        },
        .reference = "RFC 5321 section 6.3",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = routing_loop,
        .explains = {"sym:inbound.bounce.hard", NULL},
    },
    {
        .id = "smtp.postmaster.missing",
        .legs = MW_RECEIVE, .severity = MW_ADVICE, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The domain has no postmaster address"),
        .says = N_("At {about} postmaster is refused with “{value}”. Every domain that takes mail must have this address; others use it to report "
                   "trouble."),
        .fix = {
            {MW_AT_SERVER, N_("Create the alias postmaster (and abuse) and let somebody read it."),
             "postmaster: admin"},
        },
        .reference = "RFC 5321 section 4.5.1; RFC 2142",
        .needs = {MW_F_SMTP_POSTMASTER},
        .holds = postmaster_missing,
    },
    {
        .id = "rep.ip.low",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The receiver has a poor opinion of our address"),
        .says = N_("At {about} the refusal names the reputation of the address that sends: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Make sure that no account or machine sends spam, remove dead recipients, use the form of the provider for "
                              "removal, and raise the volume slowly."), NULL},
        },
        .reference = "M3AAWG Sender Best Common Practices",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_EHLO},
        .holds = ip_low,
        .alike = {
            {"rep.dnsbl.listed", N_("A public block list has the address too.")},
        },
        .explains = {"smtp.banner.refused", "sym:outbound.reject", "sym:outbound.defer", "sym:outbound.spam", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_smtp = {"smtp", causes, MW_COUNT(causes)};
