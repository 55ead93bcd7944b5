/* Causes that a round trip shows: what a message is refused for once it is whole, what happened to it on its way, and what it looks like when it arrived.
 *
 * A message that did not arrive is no cause by itself: whose server has it is told (lib/report/delivery.c), and nothing is claimed of it. RFC 5321, RFC 6376,
 * RFC 8601, RFC 3464. */
#include "message.h"
#include "replies.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

#define HELD_S 60 /* a hop that took longer held the message */
#define SKEW_S 5  /* clocks that differ less are good */

/* The round trip's own domains. */
static const char *recipient_domain(struct mw_judge *judge)
{
    const struct mw_fact *domain = mw_each(judge, MW_F_RECIPIENT_DOMAIN, NULL);
    return domain ? domain->text : NULL;
}

static bool stays_inside(struct mw_judge *judge)
{
    const char *from = mw_seen_target(judge), *to = recipient_domain(judge);
    return !to || (from && mw_text_same(from, to));
}

/* Milliseconds from sending to the sight of it, all by this machine's clock; -1: it was not seen. */
static int64_t way_ms(struct mw_judge *judge)
{
    const struct mw_fact *arrived = mw_each(judge, MW_F_DELIVER_ARRIVED_MS, NULL), *sent = mw_each(judge, MW_F_DELIVER_SENT_MS, NULL);
    return arrived ? arrived->number + (sent ? sent->number : 0) : -1;
}

/* --- refused by its content --------------------------------------------------------------------------------------------------------------------- */

#define BY_WORDS(name, id)                                                                                                                           \
    static void name(struct mw_judge *judge)                                                                                                         \
    {                                                                                                                                                \
        mw_reply_found(judge, id);                                                                                                                   \
    }
BY_WORDS(content_spam, "smtp.content.spam")
BY_WORDS(content_virus, "smtp.content.virus")
BY_WORDS(content_attachment, "smtp.content.attachment_type")
BY_WORDS(content_url, "smtp.content.url_listed")
BY_WORDS(bare_lf, "smtp.data.bare_lf_rejected")

/* Taken with 250, and the words say that it is held (RFC 5321 section 6.1). */
static void content_quarantined(struct mw_judge *judge)
{
    static const char *const words[] = {"quarantin", "held for", "on hold", "隔离"};
    MW_EACH (sent, judge, MW_F_DELIVER_SENT) {
        bool taken = *sent->text == '2', held = false;
        for (size_t i = 0; i < MW_COUNT(words); i++) {
            held = held || mw_text_find(sent->text, words[i]);
        }
        if (taken && held && !mw_each(judge, MW_F_DELIVER_ARRIVED, NULL)) {
            struct mw_instance *instance = mw_found(judge, sent->about, sent);
            mw_proof(instance, mw_each(judge, MW_F_DELIVER_MISSING, NULL));
        }
    }
}

/* The words of whoever delays it say that somebody has to look at it first. */
static void delayed_policy(struct mw_judge *judge)
{
    static const char *const words[] = {"approv", "moderat", "under review", "pending review", "sandbox", "detonation", "审批", "审核"};
    static const enum mw_fact_id said[] = {MW_F_DELIVER_DELAYED, MW_F_DELIVER_SENT};
    for (size_t i = 0; i < MW_COUNT(said); i++) {
        MW_EACH (fact, judge, said[i]) {
            bool holds = false;
            for (size_t j = 0; j < MW_COUNT(words); j++) {
                holds = holds || mw_text_find(fact->text, words[j]);
            }
            if (holds && (fact->id == MW_F_DELIVER_DELAYED || *fact->text != '5')) {
                mw_confidence(mw_found(judge, fact->about, fact), 0.8);
            }
        }
    }
}

/* The whole message was said, and no answer came in the time that was there for it. A run that was cut off proves nothing. */
static void data_timeout(struct mw_judge *judge)
{
    MW_EACH (unsure, judge, MW_F_DELIVER_UNSURE) {
        const struct mw_fact *stage = mw_know(judge, MW_F_SUBMISSION_STAGE, unsure->about), *end = mw_know(judge, MW_F_SUBMISSION_END, unsure->about);
        bool whole = stage && mw_text_same(stage->text, "end of DATA");
        if (whole && end && !mw_port_cut_short(judge, unsure->about) && mw_text_same(unsure->text, end->text)) {
            struct mw_instance *instance = mw_found(judge, unsure->about, unsure);
            mw_proof(instance, end);
            mw_proof(instance, mw_each(judge, MW_F_DELIVER_ARRIVED, NULL));
        }
    }
}

static void smuggling(struct mw_judge *judge)
{
    MW_EACH (taken, judge, MW_F_END_OF_DATA) {
        mw_confidence(mw_found(judge, taken->about, taken), 0.97);
    }
}

/* A bounce by the recipient's own side says that it took the mail first, and refused the recipient afterwards. */
static void backscatter(struct mw_judge *judge)
{
    MW_EACH (by, judge, MW_F_DELIVER_BOUNCE_BY) {
        const struct mw_fact *bounce = mw_know(judge, MW_F_DELIVER_BOUNCE, by->about);
        const char *domain = recipient_domain(judge);
        bool theirs = domain && !stays_inside(judge) && (mw_domain_is_under(by->text, domain) || mw_seen_serves(judge, by->text, domain));
        bool recipient = bounce && bounce->quote && mw_text_find(bounce->quote, " 5.1.");
        if (theirs && recipient) {
            struct mw_instance *instance = mw_found(judge, by->text, by);
            mw_proof(instance, bounce);
            mw_place(instance, "domain", domain);
        }
    }
}

/* --- on its way ---------------------------------------------------------------------------------------------------------------------------------- */

/* A hop that took longer than the whole way shows a wrong clock. */
static bool can_be_true(struct mw_judge *judge, const struct mw_fact *hop)
{
    int64_t way = way_ms(judge);
    return way >= 0 && hop->number >= -SKEW_S && hop->number <= way / 1000 + SKEW_S;
}

static void tell_seconds(struct mw_judge *judge, struct mw_instance *instance, int64_t seconds)
{
    mw_place(instance, "seconds", mw_printf(mw_judge_arena(judge), "%lld", (long long)(seconds < 0 ? -seconds : seconds)));
}

static void delay_hop(struct mw_judge *judge)
{
    MW_EACH (hop, judge, MW_F_DELIVER_HOP) {
        if (hop->number >= HELD_S && can_be_true(judge, hop)) {
            struct mw_instance *instance = mw_found(judge, hop->about, hop);
            mw_proof(instance, mw_each(judge, MW_F_DELIVER_ARRIVED_MS, NULL));
            tell_seconds(judge, instance, hop->number);
        }
    }
}

static void clock_skew(struct mw_judge *judge)
{
    MW_EACH (hop, judge, MW_F_DELIVER_HOP) {
        if (way_ms(judge) >= 0 && !can_be_true(judge, hop)) {
            struct mw_instance *instance = mw_found(judge, hop->about, hop);
            mw_proof(instance, mw_each(judge, MW_F_DELIVER_ARRIVED_MS, NULL));
            tell_seconds(judge, instance, hop->number);
            mw_confidence(instance, 0.8);
        }
    }
}

static void duplicate(struct mw_judge *judge)
{
    const struct mw_fact *first = mw_each(judge, MW_F_DELIVER_ARRIVED, NULL), *second = first ? mw_each(judge, MW_F_DELIVER_ARRIVED, first) : NULL;
    if (!second) {
        return;
    }
    struct mw_instance *instance = mw_found(judge, first->about, first);
    mw_proof(instance, second);
    mw_place(instance, "other", second->text);
}

/* --- as it arrived ------------------------------------------------------------------------------------------------------------------------------- */

/* What the recipient's server found of a method: "pass", "fail", …; "": it says nothing. */
static const char *found_there(struct mw_judge *judge, const char *method, const struct mw_fact **authres)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const char *result = "";
    MW_EACH (fact, judge, MW_F_DELIVER_AUTHRES) {
        for (size_t i = 0; i < fact->list.count; i++) {
            const char *item = fact->list.items[i];
            if (mw_text_starts(item, method) && item[strlen(method)] == '=') {
                const char *value = item + strlen(method) + 1;
                *authres = fact;
                result = mw_text_same(result, "pass") ? result : mw_strndup(arena, value, strcspn(value, " "));
            }
        }
    }
    return result;
}

/* Mail that stays on one server needs no signature, and mostly gets none. */
static void signature_absent(struct mw_judge *judge)
{
    MW_EACH (is_signed, judge, MW_F_DELIVER_SIGNED) {
        const struct mw_fact *authres = NULL;
        if (is_signed->yes || stays_inside(judge) || mw_text_same(found_there(judge, "dkim", &authres), "pass")) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, mw_seen_target(judge), is_signed);
        mw_proof(instance, authres);
        mw_place(instance, "unsigned", "");
    }
    mw_message_unsigned(judge);
}

static bool is_altered(const struct mw_fact *signature)
{
    return mw_text_same(signature->text, "body altered") || mw_text_same(signature->text, "header altered");
}

/* Any signature that still holds speaks for the message: it was altered before that one was made, as lists do. */
static bool any_holds(struct mw_judge *judge)
{
    MW_EACH (signature, judge, MW_F_DELIVER_SIGNATURE) {
        if (mw_text_same(signature->text, "pass")) {
            return true;
        }
    }
    return false;
}

static void each_altered(struct mw_judge *judge, bool was_good_on_arrival)
{
    const struct mw_fact *authres = NULL;
    bool good = mw_text_same(found_there(judge, "dkim", &authres), "pass");
    MW_EACH (signature, judge, MW_F_DELIVER_SIGNATURE) {
        if (!is_altered(signature) || good != was_good_on_arrival || any_holds(judge)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, signature->about, signature);
        const struct mw_fact *body = mw_each(judge, MW_F_DELIVER_BODY, NULL);
        mw_proof(instance, body && !body->yes ? body : NULL);
        mw_proof(instance, authres);
        mw_confidence(instance, good || (body && !body->yes) ? 0.95 : 0.8);
    }
}

static void body_altered(struct mw_judge *judge)
{
    each_altered(judge, false);
    mw_message_altered(judge);
}

static void tampered(struct mw_judge *judge)
{
    each_altered(judge, true);
}

static void signature_expired(struct mw_judge *judge)
{
    MW_EACH (signature, judge, MW_F_DELIVER_SIGNATURE) {
        if (mw_text_same(signature->text, "expired") || mw_text_same(signature->text, "in the future")) {
            mw_found(judge, signature->about, signature);
        }
    }
    mw_message_expired(judge);
}

/* The recipient's server says so, and the sender's domain asks to refuse or to sort out such mail. Words of a refusal count too. */
static void dmarc_fails(struct mw_judge *judge)
{
    const struct mw_fact *authres = NULL;
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *policy = domain ? mw_know(judge, MW_F_DMARC_POLICY, domain) : NULL;
    bool enforced = policy && (mw_text_same(policy->text, "reject") || mw_text_same(policy->text, "quarantine"));
    if (enforced && mw_text_same(found_there(judge, "dmarc", &authres), "fail")) {
        struct mw_instance *instance = mw_found(judge, domain, authres);
        mw_proof(instance, policy);
        mw_weight(instance, mw_each(judge, MW_F_DELIVER_ARRIVED, NULL) ? MW_DEGRADES : MW_BLOCKS, MW_SEND);
    }
    mw_reply_found(judge, "dmarc.fail.reject");
}

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "smtp.content.spam",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_USER,
        .title = N_("The message is refused as spam"),
        .says = N_("The server judges the message by its content and refuses it: “{value}”. The addresses and the connection are taken."),
        .fix = {
            {MW_AT_CLIENT, N_("Send a short plain text first: if that passes, take out links, shortened links and pictures from the refused mail, and write to "
                              "fewer people at once.")},
            {MW_AT_SERVER, N_("Let all mail of the domain be signed (DKIM) and listed (SPF), and ask the operator of {host} with the words and the number of his "
                              "reply.")},
        },
        .reference = "RFC 5321 section 6.1; RFC 3463 X.7.1",
        .any = {MW_F_DELIVER_SENT, MW_F_DELIVER_BOUNCE, MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = content_spam,
        .alike = {
            {"rep.ip.low", N_("A short plain text from the same server is refused too.")},
            {"smtp.content.virus", N_("The reply names a virus.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.spam", NULL},
    },
    {
        .id = "smtp.content.virus",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_USER,
        .title = N_("The message is refused because a virus was found in it"),
        .says = N_("The server says that it found a virus or a harmful macro: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Look for viruses on the computer that wrote the attachment, and send a clean copy. If you are sure that it is clean, report the false "
                              "alarm to the maker of the scanner that the reply names.")},
        },
        .reference = "RFC 3463 X.7.1",
        .any = {MW_F_DELIVER_SENT, MW_F_DELIVER_BOUNCE, MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = content_virus,
        .alike = {
            {"smtp.content.attachment_type", N_("A clean file of the same kind is refused too.")},
        },
        .explains = {"sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.content.attachment_type",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_USER,
        .title = N_("The kind of attachment is not allowed"),
        .says = N_("The server refuses attachments of this kind: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Put the file where it can be fetched and send the link, or pack it as the recipient's side allows.")},
            {MW_AT_SERVER, N_("The administrator of {host} may allow this kind of file for those who need it.")},
        },
        .reference = "RFC 3463 X.7.0",
        .any = {MW_F_DELIVER_SENT, MW_F_DELIVER_BOUNCE, MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = content_attachment,
        .alike = {
            {"smtp.content.virus", N_("The reply names a virus.")},
        },
        .explains = {"sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.content.url_listed",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_USER,
        .title = N_("A link in the message leads to a site on a block list"),
        .says = N_("The server refuses the message because of a link in it: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Take the link out. If the site is your own, clean it and ask the list that the reply names to remove it.")},
        },
        .reference = "RFC 5782",
        .any = {MW_F_DELIVER_SENT, MW_F_DELIVER_BOUNCE, MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = content_url,
        .alike = {
            {"rep.domain.bad", N_("The listed domain is the sender's own.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.spam", NULL},
    },
    {
        .id = "smtp.content.quarantined",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The message was taken, but is held back"),
        .says = N_("{host} took the message and says that it keeps it back: “{value}”. It is in none of the recipient's folders."),
        .fix = {
            {MW_AT_SERVER, N_("Look for the message in the quarantine or in the message trace, by the id in the reply; release it and allow its sender.")},
            {MW_AT_SERVER, N_("Let the filter refuse what it does not want instead of keeping it silently: then the sender learns of it.")},
        },
        .reference = "RFC 5321 section 6.1",
        .needs = {MW_F_DELIVER_SENT},
        .holds = content_quarantined,
        .alike = {
            {"account.filter.discard", N_("The server's log shows that it was put into the mailbox.")},
        },
        .explains = {"sym:inbound.silent", "sym:outbound.silent", NULL},
    },
    {
        .id = "smtp.smuggling",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_RISK, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server takes wrong line ends as the end of a message"),
        .says = N_("{about} took {value} as the end of a message, which it is not. So others can hide a second message with a forged sender in one that they send "
                   "through an honest server (SMTP smuggling)."),
        .fix = {
            {MW_AT_SERVER, N_("Postfix: set this (newer versions have it by default). Exim: 4.97.1 or newer; Sendmail: 8.18 or newer."),
             "smtpd_forbid_bare_newline = normalize"},
        },
        .reference = "RFC 5321 section 2.3.8; CVE-2023-51764",
        .any = {MW_F_END_OF_DATA, MW_F_END_OF_DATA_PASSED, MW_F_END_OF_DATA_REFUSED},
        .holds = smuggling,
        .alike = {
            {"smtp.data.bare_lf_rejected", N_("The server refuses such a message.")},
        },
        .explains = {"sym:outbound.spam", NULL},
    },
    {
        .id = "smtp.data.timeout",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server does not answer once it has the whole message"),
        .says = N_("The whole message was handed to {about}, and the connection ended without an answer ({value}). Nobody can know then whether it was taken: "
                   "senders try again, and the recipient gets it several times."),
        .fix = {
            {MW_AT_SERVER, N_("Find out what {host} waits for before it answers: a virus or spam scanner that is slow or does not answer is the most common reason. "
                              "It must answer within 10 minutes.")},
        },
        .reference = "RFC 5321 section 4.5.3.2.6; RFC 1047",
        .any = {MW_F_DELIVER_SENT, MW_F_DELIVER_UNSURE},
        .holds = data_timeout,
        .alike = {
            {"net.mtu.blackhole", N_("Only long messages fail, and they stop before their end.")},
        },
        .explains = {"msg.duplicate", "smtp.session.dropped", "sym:mail.duplicate", "sym:outbound.defer", NULL},
    },
    {
        .id = "smtp.data.bare_lf_rejected",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The message is refused because of its line ends"),
        .says = N_("The server refuses lines that do not end with CR and LF: “{value}”. mailwhy writes them right, so something in between changes them."),
        .fix = {
            {MW_AT_CLIENT, N_("The program or the device that wrote the message must end each line with CR LF.")},
            {MW_AT_SERVER, N_("Find the filter or scanner that rewrites messages, and mend it; Postfix can exempt single clients."),
             "smtpd_forbid_bare_newline_exclusions = $mynetworks"},
        },
        .reference = "RFC 5321 section 2.3.8",
        .any = {MW_F_DELIVER_SENT, MW_F_DELIVER_BOUNCE},
        .holds = bare_lf,
        .explains = {"sym:outbound.reject", "sym:submit.reject", NULL},
    },
    {
        .id = "smtp.backscatter",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_RISK, .layer = MW_L_ENVELOPE, .owner = MW_OTHER_SIDE,
        .title = N_("The server takes mail first and returns it afterwards"),
        .says = N_("{about} took the message for {domain} and then returned it in a mail of its own. For junk with forged senders these returns hit people who "
                   "never wrote, and get the server onto block lists."),
        .fix = {
            {MW_AT_SERVER, N_("Let the server refuse unknown recipients while the sender is still connected. Postfix needs to know them:"),
             "relay_recipient_maps = hash:/etc/postfix/relay_recipients"},
        },
        .reference = "RFC 5321 section 6.1",
        .needs = {MW_F_DELIVER_BOUNCE_BY},
        .holds = backscatter,
        .explains = {"sym:bounce.backscatter", NULL},
    },
    {
        .id = "msg.received.delay_hop",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("One server held the message"),
        .says = N_("By the stamps on the message, it took {seconds} seconds until {about} had it."),
        .fix = {
            {MW_AT_SERVER, N_("Ask the operator of the server before {about} why the message waited: greylisting, a limit on the rate, or a scanner's queue are the "
                              "common reasons. The stamp names the queue id.")},
        },
        .reference = "RFC 5321 section 4.4",
        .needs = {MW_F_DELIVER_HOP, MW_F_DELIVER_ARRIVED_MS},
        .holds = delay_hop,
        .alike = {
            {"msg.received.clock_skew", N_("The times contradict each other.")},
        },
        .explains = {"sym:inbound.delay", NULL},
    },
    {
        .id = "msg.received.clock_skew",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_ADVICE, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The clock of a server on the way is wrong"),
        .says = N_("The stamp of {about} lies {seconds} seconds off the one before it, which cannot be: the whole way took less."),
        .fix = {
            {MW_AT_SERVER, N_("Set the clock of {about}, or of the server before it, by NTP, and check its time zone."), "timedatectl set-ntp true"},
        },
        .reference = "RFC 5322 section 3.3",
        .needs = {MW_F_DELIVER_HOP, MW_F_DELIVER_ARRIVED_MS},
        .holds = clock_skew,
        .alike = {
            {"msg.received.delay_hop", N_("The times do not contradict each other.")},
        },
    },
    {
        .id = "msg.duplicate",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The same message arrives more than once"),
        .says = N_("{about} got one message twice: in {value} and in {other}."),
        .fix = {
            {MW_AT_SERVER, N_("The Received stamps of both show where their ways part: an alias beside a list, a forward that keeps a copy, two programs that fetch, or a "
                              "server that answers too late.")},
        },
        .reference = "RFC 1047; RFC 7352",
        .needs = {MW_F_DELIVER_ARRIVED},
        .holds = duplicate,
        .explains = {"sym:mail.duplicate", NULL},
    },
    {
        .id = "dkim.signature.absent",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("Outgoing mail is not signed"),
        .says = N_("The message from {about} arrived without a DKIM signature of its domain. Many servers trust such mail less, and the big providers ask for one."),
        .fix = {
            {MW_AT_SERVER, N_("Turn on DKIM signing at the provider, or in OpenDKIM or rspamd, and let Postfix use it for its own mail too."),
             "smtpd_milters = unix:opendkim/opendkim.sock\nnon_smtpd_milters = $smtpd_milters", "unsigned"},
            {MW_AT_SERVER, N_("Mend the settings of the signer or replace it: {wrong}."), NULL, "wrong"},
        },
        .reference = "RFC 6376",
        .any = {MW_F_DELIVER_SIGNED, MW_F_MESSAGE_SIGNED},
        .holds = signature_absent,
        .alike = {
            {"dkim.selector.missing", N_("There is a signature, but no key for it.")},
        },
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.reject", NULL},
    },
    {
        .id = "dkim.signature.body_altered",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The message was changed after it was signed"),
        .says = N_("The DKIM signature ({about}) does not fit the message any more ({value}): something behind the signer changed it, as footers, marks in the "
                   "subject and scanners do."),
        .fix = {
            {MW_AT_SERVER, N_("Let the signer be the last one: footers and scanners come before it. Sign with relaxed/relaxed and without l=."),
             "Canonicalization relaxed/relaxed"},
        },
        .reference = "RFC 6376 section 3.7",
        .any = {MW_F_DELIVER_SIGNATURE, MW_F_MESSAGE_DKIM},
        .holds = body_altered,
        .alike = {
            {"dkim.key.invalid", N_("The key in the DNS is not the one that signs.")},
        },
        .explains = {"arc.chain.broken", "dmarc.fail.reject", "sym:outbound.spam", NULL},
    },
    {
        .id = "dkim.signature.expired",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The time of the DKIM signature is wrong"),
        .says = N_("The signature ({about}) was {value} when the message arrived."),
        .fix = {
            {MW_AT_SERVER, N_("Let signatures last at least a week, or leave x= out, and set the clock of the signing server by NTP."), "timedatectl set-ntp true"},
        },
        .reference = "RFC 6376 section 3.5",
        .any = {MW_F_DELIVER_SIGNATURE, MW_F_MESSAGE_DKIM},
        .holds = signature_expired,
        .alike = {
            {"tls.clock.skew", N_("This computer's own clock is wrong.")},
        },
        .explains = {"dmarc.fail.reject", NULL},
    },
    {
        .id = "dmarc.fail.reject",
        .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("Mail of the domain fails its own DMARC policy"),
        .says = N_("The receiving server finds neither an SPF nor a DKIM pass that speaks for {about}, whose DMARC policy asks to refuse or sort out such mail."),
        .fix = {
            {MW_AT_SERVER, N_("Let the server that sends sign with DKIM for the domain of the From address, or use an envelope sender of that domain that SPF allows.")},
        },
        .reference = "RFC 9989; RFC 7489 section 6.6",
        .any = {MW_F_DELIVER_AUTHRES, MW_F_DELIVER_BOUNCE, MW_F_DELIVER_SENT, MW_F_SMTP_RCPT},
        .holds = dmarc_fails,
        .alike = {
            {"spf.sender.not_listed", N_("The words name SPF alone.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.spam", NULL},
    },
    {
        .id = "account.message.tampered",
        .legs = MW_SEND | MW_RECEIVE | MW_ACCOUNT, .severity = MW_RISK, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The stored message is not the one that arrived"),
        .says = N_("When the message arrived its DKIM signature was good; the copy in the mailbox does not fit it any more ({value}). Something between the server "
                   "that took it and the mailbox changed it."),
        .fix = {
            {MW_AT_SERVER, N_("Find out what rewrites mail behind the receiving server: a disclaimer, a link rewriter or a scanner. If there is none, treat the account as "
                              "taken over.")},
        },
        .reference = "RFC 6376; RFC 8601",
        .needs = {MW_F_DELIVER_SIGNATURE, MW_F_DELIVER_AUTHRES},
        .holds = tampered,
        .alike = {
            {"dkim.signature.body_altered", N_("The signature had failed on arrival already.")},
        },
    },
    {
        .id = "account.delivery.delayed_policy",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The message waits until somebody has looked at it"),
        .says = N_("The message is held until it is approved or checked: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Approve the message, or change the rule that holds it; except senders that are trusted.")},
        },
        .reference = "RFC 3464 section 2.3.3",
        .any = {MW_F_DELIVER_DELAYED, MW_F_DELIVER_SENT},
        .holds = delayed_policy,
        .alike = {
            {"smtp.greylist", N_("The delay is before the domain's own exchange.")},
        },
        .explains = {"sym:inbound.delay", "sym:outbound.delay", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_delivery = {"delivery", causes, MW_COUNT(causes)};
