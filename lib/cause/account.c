/* Causes inside a mailbox: filter rules that delete, refuse, move or forward, and mail that lies where nobody looks.
 *
 * What a rule does counts only where it surely befalls the message (lib/parse/sieve_run.c), or where the message lies in the very folder that the rule
 * names. That nothing was found proves no fault by itself. RFC 5228, RFC 5429, RFC 6154, RFC 7960. */
#include "replies.h"

#include <mailwhy/lang.h>

#include <string.h>

/* --- the script ------------------------------------------------------------------------------------------------------------------------------ */

/* "fileinto :copy Archive": is it that action, and on what? NULL: another. */
static const char *object_of(const struct mw_fact *rule, const char *action)
{
    size_t length = strlen(action);
    if (strncmp(rule->text, action, length) != 0 || (rule->text[length] && rule->text[length] != ' ')) {
        return NULL;
    }
    const char *object = rule->text + length + (rule->text[length] == ' ');
    static const char copy[] = ":copy ";
    return mw_text_starts(object, copy) ? object + strlen(copy) : object;
}

static bool keeps_copy(const struct mw_fact *rule)
{
    return strstr(rule->text, " :copy") != NULL;
}

static const struct mw_fact *catch_of(struct mw_judge *judge, const char *about, const char *action)
{
    MW_EACH_ABOUT (caught, judge, MW_F_SIEVE_CATCHES, about) {
        if (object_of(caught, action)) {
            return caught;
        }
    }
    return NULL;
}

/* The action that surely ends the message's way. */
static const struct mw_fact *dropped_by(struct mw_judge *judge, const char *about)
{
    static const char *const actions[] = {"discard", "reject", "ereject"};
    const struct mw_fact *caught = NULL;
    for (size_t i = 0; !caught && i < MW_COUNT(actions); i++) {
        caught = catch_of(judge, about, actions[i]);
    }
    return caught;
}

static void place_rule(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *rule)
{
    const struct mw_fact *script = mw_know(judge, MW_F_SIEVE_ACTIVE, rule->about);
    mw_place(instance, "rule", rule->text);
    mw_place(instance, "line", rule->quote ? rule->quote : "");
    mw_place(instance, "script", script && script->text ? script->text : "");
}

/* --- what was looked for --------------------------------------------------------------------------------------------------------------------- */

static const struct mw_fact *found_in(struct mw_judge *judge, const char *folder)
{
    MW_EACH (found, judge, MW_F_ACCOUNT_FOUND) {
        if (mw_text_same(found->text, folder)) {
            return found;
        }
    }
    return NULL;
}

/* All folders were looked through, and it is in none. */
static const struct mw_fact *found_nowhere(struct mw_judge *judge)
{
    const struct mw_fact *end = mw_each(judge, MW_F_ACCOUNT_SEARCH_END, NULL);
    bool whole = end && mw_text_same(end->text, MW_OK) && !end->quote;
    return whole && !mw_each(judge, MW_F_ACCOUNT_FOUND, NULL) ? end : NULL;
}

/* It was looked for by its own name, so what was found is that very message. */
static bool is_that_message(struct mw_judge *judge)
{
    const struct mw_fact *wanted = mw_each(judge, MW_F_ACCOUNT_SEARCH_FOR, NULL);
    return wanted && mw_text_starts(wanted->text, "Message-ID");
}

static bool lies_in_inbox(struct mw_judge *judge)
{
    return is_that_message(judge) && found_in(judge, "INBOX");
}

static const char *attributes_of(struct mw_judge *judge, const struct mw_fact *found)
{
    MW_EACH_ABOUT (folder, judge, MW_F_IMAP_FOLDER, found->about) {
        if (mw_text_same(folder->text, found->text) && folder->quote) {
            return folder->quote;
        }
    }
    return "";
}

static bool is_junk(struct mw_judge *judge, const struct mw_fact *found)
{
    return mw_is(judge, MW_F_IMAP_JUNK, found->about, found->text) || mw_text_find(attributes_of(judge, found), "\\Junk");
}

/* The last part of a folder's path, whatever parts it. */
static const char *last_part(const char *folder)
{
    const char *slash = strrchr(folder, '/'), *dot = strrchr(folder, '.');
    const char *last = slash > dot ? slash : dot;
    return last ? last + 1 : folder;
}

static bool is_trash(struct mw_judge *judge, const struct mw_fact *found)
{
    static const char *const names[] = {"Trash", "Deleted", "Deleted Items", "Deleted Messages", "Bin",
                                        "已删除", "已删除邮件", "垃圾桶", "废件箱"};
    for (size_t i = 0; i < MW_COUNT(names); i++) {
        if (mw_text_same(last_part(found->text), names[i])) {
            return true;
        }
    }
    return mw_text_find(attributes_of(judge, found), "\\Trash");
}

/* What one wrote oneself, and views of other folders: mail there is not away. */
static bool is_no_place(struct mw_judge *judge, const struct mw_fact *found)
{
    static const char *const kinds[] = {"\\Sent", "\\Drafts", "\\All", "\\Flagged", "\\Important"};
    for (size_t i = 0; i < MW_COUNT(kinds); i++) {
        if (mw_text_find(attributes_of(judge, found), kinds[i])) {
            return true;
        }
    }
    return mw_text_same(last_part(found->text), "Sent") || mw_text_same(last_part(found->text), "Drafts");
}

/* The rule that names this folder and surely or perhaps caught the message. */
static const struct mw_fact *filed_by(struct mw_judge *judge, const char *folder)
{
    static const enum mw_fact_id ids[] = {MW_F_SIEVE_CATCHES, MW_F_SIEVE_MAY_CATCH};
    for (size_t i = 0; i < MW_COUNT(ids); i++) {
        MW_EACH (rule, judge, ids[i]) {
            const char *object = object_of(rule, "fileinto");
            if (object && mw_text_same(object, folder)) {
                return rule;
            }
        }
    }
    return NULL;
}

/* When the newest message that fits was received there; "" where that was not told ("2: 2026-11-22T13:00:00Z | …"). */
static const char *newest_of(struct mw_judge *judge, const struct mw_fact *found)
{
    const char *date = found && found->quote ? strstr(found->quote, ": ") : NULL;
    const char *time = date ? mw_strndup(mw_judge_arena(judge), date + 2, strcspn(date + 2, " ")) : "";
    return mw_time_read(time) >= 0 ? time : "";
}

/* A newer one that fits lies in INBOX, so it is not this one that is missed. */
static bool is_older_than_inbox(struct mw_judge *judge, const struct mw_fact *found)
{
    const struct mw_fact *inbox = found_in(judge, "INBOX");
    return inbox && mw_time_read(newest_of(judge, inbox)) >= mw_time_read(newest_of(judge, found));
}

/* --- rules that delete ----------------------------------------------------------------------------------------------------------------------- */

/* The rule that surely takes the message away for good, where it is in no folder. */
static const struct mw_fact *is_dropped(struct mw_judge *judge, const struct mw_fact *fate)
{
    bool gone = mw_text_same(fate->text, "discarded") || mw_text_same(fate->text, "rejected");
    bool missing = mw_text_same(fate->text, "away") && found_nowhere(judge);
    return (gone || missing) && !lies_in_inbox(judge) ? dropped_by(judge, fate->about) : NULL;
}

static void found_dropped(struct mw_judge *judge, bool by_sender)
{
    MW_EACH (fate, judge, MW_F_SIEVE_FATE) {
        const struct mw_fact *rule = is_dropped(judge, fate), *sender = mw_know(judge, MW_F_SIEVE_CATCHES_SENDER, fate->about);
        if (!rule || (sender != NULL) != by_sender) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, fate->about, rule);
        place_rule(judge, instance, rule);
        if (by_sender && fate->quote) {
            mw_place(instance, "rule", fate->quote);
        }
        mw_proof(instance, fate);
        mw_proof(instance, sender);
        mw_proof(instance, mw_know(judge, MW_F_SIEVE_CATCHES_ENVELOPE, fate->about));
        mw_proof(instance, found_nowhere(judge));
        mw_confidence(instance, mw_know(judge, MW_F_SIEVE_CATCHES_ENVELOPE, fate->about) ? 0.8 : 0.95);
    }
}

static void filter_discard(struct mw_judge *judge)
{
    found_dropped(judge, false);
}

static void blocklist_user(struct mw_judge *judge)
{
    found_dropped(judge, true);
    for (const struct mw_said *said = mw_replies(judge); (said = mw_reply_saying(said, "account.blocklist.user")); said = said->next) {
        mw_place(mw_said_found(judge, said), "rule", said->fact->text);
    }
}

/* --- mail that lies elsewhere ---------------------------------------------------------------------------------------------------------------- */

static const char *own_domain(struct mw_judge *judge, const struct mw_fact *rule)
{
    const char *asked = mw_seen_target(judge);
    return asked ? asked : mw_seen_provider(mw_port_host(judge, rule->about));
}

static bool is_own(const char *address, const char *domain)
{
    const char *at = strrchr(address, '@'), *host = at ? at + 1 : "";
    size_t length = strlen(host), tail = strlen(domain);
    return !at || !tail || (mw_text_ends(host, domain) && (length == tail || host[length - tail - 1] == '.'));
}

/* The redirect that surely takes the message away, outside or to another mailbox of the own domain. */
static const struct mw_fact *sent_away(struct mw_judge *judge, const struct mw_fact *fate, bool outside)
{
    const struct mw_fact *rule = mw_text_same(fate->text, "redirected") ? catch_of(judge, fate->about, "redirect") : NULL;
    return rule && is_own(object_of(rule, "redirect"), own_domain(judge, rule)) != outside ? rule : NULL;
}

static void misfiled_to(struct mw_judge *judge, const struct mw_fact *fate, const struct mw_fact *rule, const char *folder)
{
    struct mw_instance *instance = mw_found(judge, fate->about, rule);
    place_rule(judge, instance, rule);
    mw_place(instance, "folder", folder);
    mw_proof(instance, fate);
    mw_proof(instance, found_in(judge, folder));
    mw_confidence(instance, 0.95);
}

/* By a rule that was read: into other folders alone, or to another mailbox without a copy. */
static bool misfiled_by_rule(struct mw_judge *judge)
{
    bool any = false;
    MW_EACH (fate, judge, MW_F_SIEVE_FATE) {
        const struct mw_fact *filed = mw_text_same(fate->text, "filed") ? catch_of(judge, fate->about, "fileinto") : NULL;
        const struct mw_fact *rule = filed ? filed : sent_away(judge, fate, false);
        if (rule && !lies_in_inbox(judge)) {
            misfiled_to(judge, fate, rule, object_of(rule, filed ? "fileinto" : "redirect"));
            any = true;
        }
    }
    return any;
}

/* Mail programs do not show it: that has a row of its own. */
static bool is_unsubscribed(struct mw_judge *judge, const struct mw_fact *found)
{
    const struct mw_fact *unsubscribed = mw_know(judge, MW_F_IMAP_UNSUBSCRIBED, found->about);
    return unsubscribed && mw_list_has(&unsubscribed->list, found->text);
}

/* The message of a round trip. */
static void misfiled_on_arrival(struct mw_judge *judge)
{
    MW_EACH (arrived, judge, MW_F_DELIVER_ARRIVED) {
        if (!arrived->quote && !mw_text_same(arrived->text, "INBOX")) {
            mw_place(mw_found(judge, arrived->about, arrived), "folder", arrived->text);
        }
    }
}

static void misfiled(struct mw_judge *judge)
{
    misfiled_on_arrival(judge);
    if (misfiled_by_rule(judge) || found_in(judge, "INBOX")) {
        return;
    }
    MW_EACH (found, judge, MW_F_ACCOUNT_FOUND) {
        const struct mw_fact *rule = filed_by(judge, found->text);
        bool of_others = !rule && (is_junk(judge, found) || is_unsubscribed(judge, found));
        if (of_others || is_trash(judge, found) || is_no_place(judge, found)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, found->about, found);
        mw_place(instance, "folder", found->text);
        if (rule) {
            place_rule(judge, instance, rule);
        }
        mw_proof(instance, rule);
        mw_confidence(instance, rule ? 0.9 : 0.7);
    }
}

static void spam_folder(struct mw_judge *judge)
{
    MW_EACH (found, judge, MW_F_ACCOUNT_FOUND) {
        if (!is_junk(judge, found) || filed_by(judge, found->text) || lies_in_inbox(judge) || is_older_than_inbox(judge, found)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, found->about, found);
        mw_place(instance, "folder", found->text);
        mw_place(instance, "date", *newest_of(judge, found) ? newest_of(judge, found) : "?");
        mw_proof(instance, mw_know(judge, MW_F_IMAP_JUNK, found->about));
        mw_confidence(instance, 0.95);
    }
    MW_EACH (arrived, judge, MW_F_DELIVER_ARRIVED) { /* the quote names the attributes of a junk folder */
        if (arrived->quote) {
            struct mw_instance *instance = mw_found(judge, arrived->about, arrived);
            mw_place(instance, "folder", arrived->text);
            mw_place(instance, "date", mw_time_text(mw_judge_arena(judge), arrived->at));
            mw_proof(instance, mw_know(judge, MW_F_DELIVER_SPAM, arrived->about));
            mw_proof(instance, mw_know(judge, MW_F_DELIVER_AUTHRES, arrived->about));
            mw_confidence(instance, 0.97);
            mw_weight(instance, MW_DEGRADES, MW_SEND | MW_RECEIVE | MW_ACCOUNT); /* the sender asks why */
        }
    }
}

/* In the trash, or in INBOX with the mark that it is to be removed, and nowhere else. */
static void deleted_elsewhere(struct mw_judge *judge)
{
    MW_EACH (found, judge, MW_F_ACCOUNT_FOUND) {
        bool inbox = mw_text_same(found->text, "INBOX"),
             marked = inbox && found->quote && mw_text_starts(found->quote, "1:") && strstr(found->quote, "\\Deleted");
        if (!marked && (!is_trash(judge, found) || found_in(judge, "INBOX") || filed_by(judge, found->text))) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, found->about, found);
        mw_place(instance, "folder", found->text);
        mw_confidence(instance, 0.85);
    }
}

/* --- forwarding ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_fact *mailbox_asked(struct mw_judge *judge)
{
    return mw_each(judge, MW_F_TARGET_MAILBOX, NULL);
}

/* A copy that leaves is a risk; where none stays, the owner misses the mail too. */
static void forward_external(struct mw_judge *judge)
{
    MW_EACH (rule, judge, MW_F_SIEVE_RULE) {
        const char *address = object_of(rule, "redirect");
        if (!address || is_own(address, own_domain(judge, rule))) {
            continue;
        }
        const struct mw_fact *fate = mw_know(judge, MW_F_SIEVE_FATE, rule->about), *away = fate ? sent_away(judge, fate, true) : NULL;
        struct mw_instance *instance = mw_found(judge, rule->about, rule);
        place_rule(judge, instance, rule);
        mw_place(instance, "to", address);
        mw_confidence(instance, keeps_copy(rule) ? 0.9 : 0.93);
        if (away && mw_text_same(away->text, rule->text)) {
            mw_proof(instance, fate);
            mw_weight(instance, MW_DEGRADES, MW_ACCOUNT | MW_RECEIVE);
        }
    }
}

static void forward_loop(struct mw_judge *judge)
{
    const struct mw_fact *mailbox = mailbox_asked(judge);
    mw_reply_found(judge, "account.forward.loop");
    MW_EACH (rule, judge, MW_F_SIEVE_RULE) {
        const char *address = object_of(rule, "redirect");
        if (address && mailbox && mw_text_same(address, mailbox->text)) {
            struct mw_instance *instance = mw_found(judge, rule->about, rule);
            mw_proof(instance, mailbox);
            mw_confidence(instance, 0.8);
            mw_weight(instance, MW_DEGRADES, MW_ACCOUNT);
        }
    }
}

/* The address that the rule sends to was given with --to, and its server refused it for good. */
static void forward_broken(struct mw_judge *judge)
{
    MW_EACH (rule, judge, MW_F_SIEVE_RULE) {
        const char *address = object_of(rule, "redirect");
        if (!address) {
            continue;
        }
        MW_EACH (reply, judge, MW_F_SMTP_RCPT) {
            if (mw_is(judge, MW_F_SMTP_RCPT_TO, reply->about, address) && mw_reply_class(reply) == 5 && !mw_seen_relay_denied(reply->text)) {
                struct mw_instance *instance = mw_found(judge, rule->about, rule);
                mw_place(instance, "to", address);
                mw_place(instance, "reply", reply->text);
                mw_proof(instance, reply);
                mw_confidence(instance, 0.85);
            }
        }
    }
}

/* --- the rows ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "account.blocklist.user",
        .legs = MW_ACCOUNT | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("A block list of the mailbox or its domain names this sender"),
        .says = N_("Mail from this sender is turned away by an entry that somebody made for this mailbox or domain: “{rule}”."),
        .fix = {
            {MW_AT_SERVER, N_("Remove the entry, and look for entries of the whole domain of the sender too; allow lists help only where they are asked "
                              "first."), NULL},
        },
        .reference = "RFC 5228 section 4.4; RFC 5429",
        .any = {MW_F_SIEVE_FATE, MW_F_SMTP_RCPT},
        .holds = blocklist_user,
        .explains = {"sym:inbound.partial", "sym:inbound.silent", "sym:mail.missing", NULL},
    },
    {
        .id = "account.filter.discard",
        .legs = MW_ACCOUNT | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("A filter rule deletes or refuses the mail"),
        .says = N_("The mail arrives, and then the active filter script “{script}” does away with it: “{rule}” ({line})."),
        .fix = {
            {MW_AT_SERVER, N_("Change or switch off that rule, in webmail or in the program that manages the filters. What it deleted comes back only "
                              "from a backup."), NULL},
        },
        .reference = "RFC 5228 section 4.4; RFC 5429",
        .needs = {MW_F_SIEVE_FATE},
        .holds = filter_discard,
        .explains = {"sym:inbound.silent", "sym:mail.missing", NULL},
    },
    {
        .id = "account.filter.misfiled",
        .legs = MW_ACCOUNT | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("A rule puts the mail where nobody looks"),
        .says = N_("The mail arrives and does not stay in the inbox: it goes to “{folder}”. A filter rule of the server, of webmail or of a mail "
                   "program does that."),
        .fix = {
            {MW_AT_CLIENT, N_("Look into “{folder}”, and subscribe to it where the mail program does not show it."), NULL},
            {MW_AT_SERVER, N_("Or change the rule."), NULL},
        },
        .reference = "RFC 5228 section 4.1",
        .any = {MW_F_SIEVE_FATE, MW_F_ACCOUNT_SEARCH_END, MW_F_DELIVER_ARRIVED},
        .holds = misfiled,
        .explains = {"sym:mail.missing", "sym:inbound.silent", NULL},
    },
    {
        .id = "account.spamfolder",
        .legs = MW_ACCOUNT | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The mail lies in the junk folder"),
        .says = N_("The mail arrived, and was put into “{folder}” as spam (the newest that fits came there at {date})."),
        .fix = {
            {MW_AT_CLIENT, N_("Mark it as “not junk”, and allow the sender."), NULL},
            {MW_AT_SERVER, N_("The header lines X-Spam-… and Authentication-Results of the mail say why; often the sender's SPF, DKIM or DMARC fails, and the sender "
                              "has to mend that."), NULL},
        },
        .reference = "RFC 6154 section 2; RFC 8601",
        .any = {MW_F_ACCOUNT_SEARCH_END, MW_F_DELIVER_ARRIVED},
        .holds = spam_folder,
        .explains = {"sym:inbound.silent", "sym:outbound.spam", "sym:mail.missing", NULL},
    },
    {
        .id = "account.deleted_elsewhere",
        .legs = MW_ACCOUNT, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The mail was deleted in the mailbox"),
        .says = N_("The mail arrived, and then somebody or something deleted it: it lies in “{folder}” as deleted. That may have been another device, another person, "
                   "or a rule that cleans up."),
        .fix = {
            {MW_AT_CLIENT, N_("Move it back to the inbox soon, for deleted mail is removed for good after a while."), NULL},
            {MW_AT_CLIENT, N_("Look which of your devices and programs has a rule that deletes, or a setting that removes mail after some days."), NULL},
        },
        .reference = "RFC 9051 section 6.4.3",
        .needs = {MW_F_ACCOUNT_SEARCH_END},
        .holds = deleted_elsewhere,
        .explains = {"sym:mail.missing", NULL},
    },
    {
        .id = "account.forward.loop",
        .legs = MW_ACCOUNT | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("Mailboxes forward to each other in a circle"),
        .says = N_("Forwarded mail comes back to where it came from ({about}): “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Take away one of the forwards, and let each keep a copy."), NULL},
        },
        .reference = "RFC 5321 section 6.3; RFC 7960",
        .any = {MW_F_SIEVE_RULES, MW_F_SMTP_RCPT},
        .holds = forward_loop,
        .explains = {"smtp.loop.routing", "smtp.rcpt.mailbox_full", "sym:inbound.bounce.hard", NULL},
    },
    {
        .id = "account.forward.broken",
        .legs = MW_ACCOUNT | MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The address that mail is forwarded to refuses it"),
        .says = N_("A filter rule sends mail on to {to}, and the server there says “{reply}”."),
        .fix = {
            {MW_AT_SERVER, N_("Correct the address in the rule, and keep a copy (:copy)."), NULL},
        },
        .reference = "RFC 5228 section 4.2; RFC 7960",
        .needs = {MW_F_SIEVE_RULES, MW_F_SMTP_RCPT},
        .holds = forward_broken,
        .explains = {"sym:inbound.bounce.hard", "sym:mail.missing", NULL},
    },
    {
        .id = "account.forward.external",
        .legs = MW_ACCOUNT, .severity = MW_RISK, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("Mail is forwarded to an address outside"),
        .says = N_("The active filter script “{script}” sends mail on to {to}. If the owner of the mailbox did not set this up, somebody else "
                   "reads along."),
        .fix = {
            {MW_AT_SERVER, N_("Ask the owner. If it is not theirs: take the rule away, change the password, and look through the log from the day on "
                              "which the rule was made."), NULL},
        },
        .reference = "RFC 5228 section 4.2",
        .needs = {MW_F_SIEVE_RULES},
        .holds = forward_external,
        .explains = {"spf.forwarding_break", "sym:mail.missing", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_account = {"account", causes, MW_COUNT(causes)};
