/* What became of the message of a round trip, in sentences: which server has it or had it, how long each leg took, what it looked like when it arrived, and
 * what is left of it. Judges nothing. */
#include "format.h"

#include <mailwhy/about.h>

#include <string.h>

static const struct mw_fact *first(const struct mw_report *report, enum mw_fact_id id)
{
    return mw_fact_first(report->facts, id);
}

static const char *text_of(const struct mw_report *report, enum mw_fact_id id, const char *otherwise)
{
    const struct mw_fact *fact = first(report, id);
    return fact ? fact->text : otherwise;
}

static const char *host_of(struct mw_arena *arena, const struct mw_fact *fact)
{
    return mw_about_read(arena, fact->about).host;
}

/* "0.4" of 412 ms. */
static const char *seconds_of(struct mw_arena *arena, int64_t ms)
{
    return mw_printf(arena, "%.1f", (double)ms / 1000);
}

/* --- the first sentence -------------------------------------------------------------------------------------------------------------------------- */

static char *words_missing(struct mw_arena *arena, const struct mw_report *report)
{
    const struct mw_fact *missing = first(report, MW_F_DELIVER_MISSING), *sent = first(report, MW_F_DELIVER_SENT), *bounce = first(report, MW_F_DELIVER_BOUNCE);
    const struct mw_fact *folders = first(report, MW_F_DELIVER_FOLDERS);
    const char *to = text_of(report, MW_F_RECIPIENT_MAILBOX, report->header->target);
    if (bounce)
        return mw_printf(arena, _("The message to %s was taken and came back: “%s”."), to, bounce->text);
    if (!missing || !sent)
        return NULL;
    return mw_printf(arena, _("The message to %s was taken by %s (%s) and is in none of the %zu folders that were looked in %lld seconds later: that server still has it, "
                              "or a filter on the recipient's side holds or drops it. Ask with the queue id."),
                     to, host_of(arena, sent), text_of(report, MW_F_DELIVER_QUEUE_ID, "?"), folders ? folders->list.count : 0, (long long)missing->number);
}

/* The submission server's refusal of this one recipient; NULL: it took him, or was not asked. */
static const struct mw_fact *refused_recipient(const struct mw_report *report)
{
    const struct mw_facts *facts = report->facts;
    bool delivers = mw_text_same(report->header->question, "deliver") || mw_list_has(&report->header->options, "deliver");
    for (const struct mw_fact *rcpt = delivers ? first(report, MW_F_SMTP_RCPT) : NULL; rcpt; rcpt = mw_fact_next(facts, rcpt)) {
        bool submits = mw_fact_find(facts, MW_F_ENDPOINT_SUBMISSION, rcpt->about) || mw_fact_find(facts, MW_F_ENDPOINT_SUBMISSIONS, rcpt->about);
        if (submits && *rcpt->text != '2')
            return rcpt;
    }
    return NULL;
}

static char *words_not_sent(struct mw_arena *arena, const struct mw_report *report)
{
    const struct mw_fact *sent = first(report, MW_F_DELIVER_SENT), *data = first(report, MW_F_DELIVER_DATA), *unsure = first(report, MW_F_DELIVER_UNSURE);
    const struct mw_fact *refused = data ? data : sent && *sent->text != '2' ? sent : NULL;
    if (refused)
        return mw_printf(arena, _("%s refused the message: “%s”."), host_of(arena, refused), refused->text);
    if (unsure && first(report, MW_F_DELIVER_MISSING))
        return mw_printf(arena, _("The connection to %s broke while the message was handed over, and it did not arrive: nobody knows whether it was taken."),
                         host_of(arena, unsure));
    const struct mw_fact *begun = first(report, MW_F_DELIVER_BEGUN), *login = first(report, MW_F_ARRIVAL_LOGIN);
    if (begun && !first(report, MW_F_DELIVER_READY) && login)
        return mw_printf(arena, _("No message was sent: the mailbox of %s did not open, its server answered “%s”."), begun->about, login->text);
    const struct mw_fact *rcpt = begun ? NULL : refused_recipient(report);
    if (rcpt)
        return mw_printf(arena, _("No message was sent: %s refuses %s as recipient: “%s”."), host_of(arena, rcpt),
                         text_of(report, MW_F_RECIPIENT_MAILBOX, "?"), rcpt->text);
    const struct mw_fact *skipped = first(report, MW_F_ARRIVAL_LOGIN_SKIPPED);
    if (begun && !first(report, MW_F_DELIVER_READY) && skipped && mw_text_same(skipped->text, "certificate not verified"))
        return mw_printf(arena, _("No message was sent: the certificate of %s does not prove that name, so nobody logged in to the mailbox of %s there."),
                         host_of(arena, skipped), begun->about);
    if (begun && !first(report, MW_F_DELIVER_READY))
        return mw_printf(arena, _("No message was sent: the mailbox of %s could not be opened by IMAP, so nobody could have found and removed it."), begun->about);
    return NULL;
}

char *mw_words_delivery(struct mw_arena *arena, const struct mw_report *report)
{
    const struct mw_fact *arrived = first(report, MW_F_DELIVER_ARRIVED), *ms = first(report, MW_F_DELIVER_ARRIVED_MS);
    if (arrived && ms)
        return mw_printf(arena, _("The message reached %s: it was in “%s” %s seconds after the sender's server had taken it."), arrived->about, arrived->text,
                         seconds_of(arena, ms->number));
    char *missing = words_missing(arena, report);
    return missing ? missing : words_not_sent(arena, report);
}

/* --- its way ------------------------------------------------------------------------------------------------------------------------------------- */

static void add(struct mw_arena *arena, struct mw_list *lines, const char *line)
{
    mw_list_add(arena, lines, line);
}

static void add_sent(struct mw_arena *arena, const struct mw_report *report, struct mw_list *lines)
{
    const struct mw_fact *sent = first(report, MW_F_DELIVER_SENT), *ms = first(report, MW_F_DELIVER_SENT_MS), *id = first(report, MW_F_DELIVER_MESSAGE);
    if (sent && ms)
        add(arena, lines, mw_printf(arena, _("%s answered after %s seconds: “%s”."), host_of(arena, sent), seconds_of(arena, ms->number), sent->text));
    if (id)
        add(arena, lines, mw_printf(arena, _("Its Message-ID is %s."), id->text));
}

static void add_hops(struct mw_arena *arena, const struct mw_report *report, struct mw_list *lines)
{
    static const enum mw_fact_id ids[] = {MW_F_DELIVER_HOP_FIRST, MW_F_DELIVER_HOP};
    for (size_t i = 0; i < MW_COUNT(ids); i++)
        for (const struct mw_fact *hop = first(report, ids[i]); hop; hop = mw_fact_next(report->facts, hop))
            add(arena, lines, mw_printf(arena, _("%s had it %lld seconds after the stop before, by the stamps."), hop->about, (long long)hop->number));
}

static void add_findings(struct mw_arena *arena, const struct mw_report *report, struct mw_list *lines)
{
    const struct mw_fact *authres = first(report, MW_F_DELIVER_AUTHRES), *body = first(report, MW_F_DELIVER_BODY);
    const struct mw_fact *subject = first(report, MW_F_DELIVER_SUBJECT);
    if (authres)
        add(arena, lines, mw_printf(arena, _("The recipient's server found: %s."), mw_list_join(arena, &authres->list, ", ")));
    for (const struct mw_fact *one = first(report, MW_F_DELIVER_SIGNATURE); one; one = mw_fact_next(report->facts, one))
        add(arena, lines, mw_printf(arena, _("The DKIM signature %s, verified here: %s."), one->about, one->text));
    if (body)
        add(arena, lines, body->yes ? _("The body arrived as it was sent.") : mw_printf(arena, _("The body was changed on the way, from “%s” on."), body->quote));
    if (subject)
        add(arena, lines, mw_printf(arena, _("The subject was changed to “%s”."), subject->text));
}

static void add_each(struct mw_arena *arena, const struct mw_report *report, struct mw_list *lines, enum mw_fact_id id, const char *sentence)
{
    for (const struct mw_fact *fact = first(report, id); fact; fact = mw_fact_next(report->facts, fact))
        add(arena, lines, mw_printf(arena, sentence, fact->text, fact->about, fact->quote ? mw_lang(fact->quote) : ""));
}

static void add_rest(struct mw_arena *arena, const struct mw_report *report, struct mw_list *lines)
{
    add_each(arena, report, lines, MW_F_DELIVER_DELAYED, _("A notice says that it is late: “%s”."));
    add_each(arena, report, lines, MW_F_DELIVER_REMOVED, _("It was removed from “%s” of %s."));
    add_each(arena, report, lines, MW_F_DELIVER_LEFT, _("It is left, or may be left, in “%s” of %s: %s."));
    if (first(report, MW_F_DELIVER_BOUNCE))
        add(arena, lines, _("The bounce stays in the sender's inbox."));
    add_each(arena, report, lines, MW_F_DELIVER_COPY, _("The sender's server kept a copy in “%s” of %s."));
    if (first(report, MW_F_DELIVER_MESSAGE) && !first(report, MW_F_RETURNS_END) && !first(report, MW_F_DELIVER_COPY) &&
        !mw_text_same(text_of(report, MW_F_TARGET_MAILBOX, ""), text_of(report, MW_F_RECIPIENT_MAILBOX, "")))
        add(arena, lines, _("The sender's own folders were not looked at: some servers keep a copy of sent mail there."));
}

struct mw_list mw_words_way(struct mw_arena *arena, const struct mw_report *report)
{
    struct mw_list lines = {0};
    add_sent(arena, report, &lines);
    add_hops(arena, report, &lines);
    add_findings(arena, report, &lines);
    add_rest(arena, report, &lines);
    return lines;
}
