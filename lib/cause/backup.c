/* Causes among several exchanges of one domain: another operator's, a backup, the order of preference. What the exchanges say to the same recipient decides;
 * a refusal for now decides nothing. RFC 5321 section 5.1. */
#include "replies.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- what they say ------------------------------------------------------------------------------------------------------------------------- */

/* What the exchange's servers say to the recipient: the refusal of the whole domain, or the reply that accepts him; NULL: neither. */
static const struct mw_fact *word_of(struct mw_judge *judge, const char *host)
{
    MW_EACH (reply, judge, MW_F_SMTP_RCPT)
        if (mw_text_same(mw_seen_host(judge, reply), host) && (reply->text[0] == '2' || mw_seen_relay_denied(reply->text)))
            return reply;
    return NULL;
}

static bool accepts(const struct mw_fact *word)
{
    return word && word->text[0] == '2';
}

/* The exchange of the same domain that accepts, and that senders try first of those. */
static const struct mw_fact *best_accepting(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *best = NULL;
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_serves(judge, host->about, domain) && accepts(word_of(judge, host->about)) && (!best || host->number < best->number))
            best = host;
    return best;
}

static void place_numbers(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *host, const struct mw_fact *best)
{
    mw_place(instance, "preference", mw_printf(mw_judge_arena(judge), "%d", (int)host->number));
    mw_place(instance, "better", mw_printf(mw_judge_arena(judge), "%d", (int)best->number));
}

static void denying(struct mw_judge *judge, bool wanted_behind)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const char *domain = mw_seen_served(judge, host->about);
        const struct mw_fact *word = word_of(judge, host->about), *best = best_accepting(judge, domain);
        if (!word || accepts(word) || !best)
            continue;
        bool behind = host->number > best->number;
        bool other_operator = !mw_text_same(mw_seen_provider(host->about), mw_seen_provider(best->about));
        if (behind != wanted_behind || (!behind && !other_operator))
            continue;
        struct mw_instance *instance = mw_found(judge, host->about, word);
        mw_proof(instance, host);
        mw_proof(instance, word_of(judge, best->about));
        mw_place(instance, "of", domain);
        mw_place(instance, "best", best->about);
        mw_place(instance, "other", word_of(judge, best->about)->text);
        place_numbers(judge, instance, host, best);
        if (host->number < best->number) /* a refusal for good by the first that is asked is final */
            mw_weight(instance, MW_BLOCKS, mw_seen_exchange_leg(judge, host->about));
    }
}

static void mixed_providers(struct mw_judge *judge)
{
    denying(judge, false);
}

/* The exchange of that domain that senders try first and that knows no such mailbox: its reply; NULL: it says something else. */
static const struct mw_fact *unknown_at_first(struct mw_judge *judge, const char *domain, const struct mw_fact **first)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_serves(judge, host->about, domain) && (!*first || host->number < (*first)->number))
            *first = host;
    MW_EACH (reply, judge, MW_F_SMTP_RCPT) {
        const char *host = mw_seen_host(judge, reply), *cause = mw_reply_cause(mw_judge_arena(judge), MW_F_SMTP_RCPT, host, reply->text);
        if (*first && !mw_seen_relay_denied(reply->text) && mw_text_same(host, (*first)->about) && cause && strcmp(cause, "smtp.rcpt.user_unknown") == 0)
            return reply;
    }
    return NULL;
}

/* A backup that takes a recipient whom the main server does not know has no list of recipients. */
static void taking_unknown(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const struct mw_fact *first = NULL, *word = word_of(judge, host->about);
        const struct mw_fact *unknown = accepts(word) ? unknown_at_first(judge, mw_seen_served(judge, host->about), &first) : NULL;
        if (!unknown || host->number <= first->number)
            continue;
        struct mw_instance *instance = mw_found(judge, host->about, word);
        mw_proof(instance, host);
        mw_proof(instance, unknown);
        mw_place(instance, "of", mw_seen_served(judge, host->about));
        mw_place(instance, "best", first->about);
        mw_place(instance, "other", unknown->text);
        place_numbers(judge, instance, host, first);
    }
}

static void backup_unsynced(struct mw_judge *judge)
{
    denying(judge, true);
    taking_unknown(judge);
}

/* --- the order ------------------------------------------------------------------------------------------------------------------------------ */

/* Nothing opened on port 25 of the host: how the last try ended; NULL: one opened, or none was made. */
static const struct mw_fact *dead(struct mw_judge *judge, const char *host)
{
    const struct mw_fact *closed = NULL;
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, host, 25, at));) {
        const struct mw_fact *end = mw_know(judge, MW_F_TCP_END, at->about);
        if (mw_seen_value(end, MW_OK) || mw_port_cut_short(judge, at->about))
            return NULL;
        closed = end ? end : closed;
    }
    return closed;
}

/* The SPF result of any address of the host that has that value. */
static const struct mw_fact *spf_result(struct mw_judge *judge, const char *host, const char *value)
{
    MW_EACH_ABOUT (address, judge, MW_F_DNS_ADDRESS, host) {
        const struct mw_fact *result = mw_know(judge, MW_F_SPF_RESULT, address->text);
        if (mw_seen_value(result, value))
            return result;
    }
    return NULL;
}

/* SPF lets the other one send, and forbids it to this one: the other is the main server. */
static const struct mw_fact *is_no_sender(struct mw_judge *judge, const char *host, const char *other)
{
    const struct mw_fact *fail = spf_result(judge, host, "fail");
    fail = fail ? fail : spf_result(judge, host, "softfail");
    return spf_result(judge, other, "pass") && !spf_result(judge, host, "pass") ? fail : NULL;
}

/* A server that puts mail off as it is a backup, and wants it brought to the main one. */
static const struct mw_fact *says_backup(struct mw_judge *judge, const char *host)
{
    static const char *const words[] = {"backup mx", "backup mail", "secondary mx", "fallback mx", "primary mx", "primary mail", "main mx"};
    MW_EACH (reply, judge, MW_F_SMTP_RCPT)
        for (size_t i = 0; reply->text[0] == '4' && i < MW_COUNT(words); i++)
            if (mw_text_find(reply->text, words[i]) && mw_text_same(mw_seen_host(judge, reply), host))
                return reply;
    return NULL;
}

static struct mw_instance *found_order(struct mw_judge *judge, const struct mw_fact *host, const struct mw_fact *best, const struct mw_fact *proof)
{
    struct mw_instance *instance = mw_found(judge, host->about, proof);
    mw_proof(instance, host);
    mw_proof(instance, best);
    mw_proof(instance, word_of(judge, best->about));
    mw_place(instance, "of", mw_seen_served(judge, host->about));
    mw_place(instance, "best", best->about);
    place_numbers(judge, instance, host, best);
    mw_weight(instance, MW_DEGRADES, mw_seen_exchange_leg(judge, host->about));
    return instance;
}

static void found_inverted(struct mw_judge *judge, const struct mw_fact *host, const struct mw_fact *best)
{
    const struct mw_fact *word = word_of(judge, host->about), *backup = says_backup(judge, host->about), *closed = dead(judge, host->about);
    const struct mw_fact *no_sender = closed ? is_no_sender(judge, host->about, best->about) : NULL;
    if (word && !accepts(word) && mw_text_same(mw_seen_provider(host->about), mw_seen_provider(best->about))) {
        struct mw_instance *instance = found_order(judge, host, best, word);
        mw_words(instance, N_("The mail server that is tried first refuses the domain's mail, and the one behind it takes it"),
                 N_("{about} has the smallest number of the MX records of {of}, so senders try it first, and it refuses mail for the domain: “{value}”. That is "
                    "final, though {best}, with a larger number, would take the mail. The numbers seem to be the wrong way round."));
        mw_weight(instance, MW_BLOCKS, mw_seen_exchange_leg(judge, host->about));
    } else if (backup) {
        mw_words(found_order(judge, host, best, backup), N_("The backup mail server is tried first"),
                 N_("{about} has the smallest number of the MX records of {of}, so senders try it first, and it puts mail off as a backup: “{value}”. {best}, with "
                    "a larger number, takes it. The numbers are the wrong way round."));
    } else if (no_sender) {
        struct mw_instance *instance = found_order(judge, host, best, closed);
        mw_proof(instance, no_sender);
        mw_confidence(instance, 0.75);
    }
}

/* No exchange that is tried as early takes mail, and a later one does. */
static void priority_inverted(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const char *domain = mw_seen_served(judge, host->about);
        const struct mw_fact *best = best_accepting(judge, domain);
        bool is_first = best && host->number < best->number;
        MW_EACH (other, judge, MW_F_MX_HOST)
            is_first = is_first && (other->number >= host->number || !mw_seen_serves(judge, other->about, domain));
        if (is_first)
            found_inverted(judge, host, best);
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dns.mx.mixed_providers", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("MX records of two providers stand together, and one of them does not serve the domain"),
        .says = N_("{about} and {best} are both MX of {of} and belong to different operators. {about} refuses mail for the domain, so what senders bring "
                   "there first is lost or late."),
        .fix = {
            {MW_AT_DNS, N_("Keep only the MX records of the provider in use: remove the one that names {about}."),
             "{of}. IN MX {preference} {about}.    ; remove this one"},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_SMTP_RCPT},
        .holds = mixed_providers,
        .explains = {"smtp.rcpt.relay_denied", "sym:inbound.partial", "sym:mail.missing"},
    },
    {
        .id = "dns.mx.backup_unsynced", .legs = MW_RECEIVE, .severity = MW_RISK, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The backup mail server does not know the domain or its recipients"),
        .says = N_("{about} is a backup MX of {of} and does not agree with {best}: the one says “{value}”, the other “{other}”. Whenever the main server is "
                   "away, mail is returned instead of kept, or taken for names that nobody has."),
        .fix = {
            {MW_AT_SERVER, N_("On {about}, add the domain to the ones that it relays for, with the list of its recipients (Postfix: relay_domains and "
                              "relay_recipient_maps)."), "relay_domains = {of}"},
            {MW_AT_DNS, N_("Or remove the backup MX: senders keep mail for days by themselves."), "{of}. IN MX {preference} {about}.    ; remove this one"},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_SMTP_RCPT},
        .holds = backup_unsynced,
        .alike = {
            {"dns.mx.mixed_providers", N_("The record is a leftover of another provider, and was never meant as a backup.")},
        },
        .explains = {"smtp.rcpt.relay_denied", "smtp.backscatter", "sym:inbound.partial", "sym:inbound.delay"},
    },
    {
        .id = "dns.mx.priority_inverted", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The mail server that is tried first is not there, and the one behind it takes the mail"),
        .says = N_("{about} has the smallest number of the MX records of {of}, so senders try it first, and nothing answers there on port 25 ({value}). {best}, with "
                   "a larger number, takes the mail and is the one that SPF lets send. The numbers seem to be the wrong way round, and every message waits for "
                   "the dead host."),
        .fix = {
            {MW_AT_DNS, N_("Give the main mail server the smallest number. Equal numbers share the mail."),
             "{of}. IN MX {preference} {best}.\n{of}. IN MX {better} {about}."},
            {MW_AT_SERVER, N_("If {about} is meant to be the main server, repair it: let it listen on port 25 and take mail for {of}."), NULL},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_TCP_END, MW_F_SMTP_RCPT},
        .holds = priority_inverted,
        .alike = {
            {"dns.mx.backup_unsynced", N_("The order is right, and the backup behind the main server is at fault.")},
            {"net.tcp.refused", N_("The order is right, and the main server is down for now.")},
        },
        .explains = {"net.tcp.refused", "net.tcp.timeout", "net.host.unreachable", "smtp.listener.missing", "smtp.rcpt.relay_denied", "smtp.greylist",
                     "sym:inbound.delay"},
    },
};

const struct mw_area mw_area_backup = {"backup", causes, MW_COUNT(causes)};
