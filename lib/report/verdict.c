/* The verdict a leg at a time, and the exit status. A leg is "ok" only where something answered and showed that it works; silence is "unknown", and so is what
 * this machine cannot see because it lacks a network or a resolver. */
#include "make.h"

#include <mailwhy/fail.h>

#include <string.h>

static bool any(const struct mw_facts *facts, enum mw_fact_id id, const char *prefix)
{
    for (const struct mw_fact *fact = mw_fact_first(facts, id); fact; fact = mw_fact_next(facts, fact))
        if (mw_text_starts(fact->text, prefix))
            return true;
    return false;
}

static bool any_at(const struct mw_facts *facts, enum mw_fact_id id, const char *prefix, enum mw_fact_id endpoint, bool recipient)
{
    for (const struct mw_fact *fact = mw_fact_first(facts, id); fact; fact = mw_fact_next(facts, fact)) {
        const struct mw_fact *role = mw_fact_find(facts, endpoint, fact->about);
        if (role && mw_text_same(role->text, "recipient") == recipient && mw_text_starts(fact->text, prefix))
            return true;
    }
    return false;
}

/* A login was asked for, and the service was not seen answering one: that its ports work does not show that it takes mail or gives it out. */
static bool lacks_login(const struct mw_facts *facts, enum mw_fact_id skipped, enum mw_fact_id mechanism)
{
    return mw_fact_first(facts, skipped) || mw_fact_first(facts, mechanism);
}

static bool submission_lacks_login(const struct mw_facts *facts)
{
    return !mw_fact_first(facts, MW_F_SMTP_LOGIN) && lacks_login(facts, MW_F_SMTP_LOGIN_SKIPPED, MW_F_SMTP_LOGIN_MECHANISM);
}

/* The login of a round trip from the mailbox asked about to itself. */
static bool is_read_by_round_trip(const struct mw_facts *facts)
{
    const struct mw_fact *own = mw_fact_first(facts, MW_F_TARGET_MAILBOX), *to = mw_fact_first(facts, MW_F_RECIPIENT_MAILBOX);
    return own && to && mw_text_same(own->text, to->text) && any(facts, MW_F_ARRIVAL_LOGIN, "OK");
}

static bool retrieval_lacks_login(const struct mw_facts *facts)
{
    bool answered = mw_fact_first(facts, MW_F_IMAP_LOGIN) || mw_fact_first(facts, MW_F_POP3_LOGIN) || is_read_by_round_trip(facts);
    return !answered && (lacks_login(facts, MW_F_IMAP_LOGIN_SKIPPED, MW_F_IMAP_LOGIN_MECHANISM) ||
                         lacks_login(facts, MW_F_POP3_LOGIN_SKIPPED, MW_F_POP3_LOGIN_MECHANISM));
}

static bool submits(const struct mw_facts *facts)
{
    if (mw_fact_first(facts, MW_F_SMTP_LOGIN))
        return any(facts, MW_F_SMTP_LOGIN, "235") && any(facts, MW_F_SUBMISSION_END, MW_OK); /* what came behind it may have been no answer */
    return any(facts, MW_F_SUBMISSION_END, MW_OK) && !submission_lacks_login(facts);
}

/* The domain says that it sends no mail: v=spf1 -all. */
bool mw_make_lets_nobody_send(const struct mw_facts *facts)
{
    const struct mw_fact *covers = mw_fact_first(facts, MW_F_SPF_COVERS), *all = covers ? mw_fact_find(facts, MW_F_SPF_ALL, covers->about) : NULL;
    return all && mw_text_same(all->text, "-all") && !covers->list.count && !covers->quote && !mw_fact_find(facts, MW_F_SPF_FAILED, covers->about);
}

/* Where a recipient was given, its exchange must have taken the sender and him; else the domain's own records are all that can be seen from here. */
static bool sends(const struct mw_facts *facts)
{
    if (mw_fact_first(facts, MW_F_DELIVER_BEGUN)) /* a round trip: it arrived, or nothing is known */
        return mw_fact_first(facts, MW_F_DELIVER_ARRIVED);
    if (mw_fact_first(facts, MW_F_RECIPIENT_DOMAIN))
        return any_at(facts, MW_F_SMTP_RCPT, "2", MW_F_ENDPOINT_SMTP, true);
    if (mw_make_is_spf(facts))
        return any(facts, MW_F_SPF_END, MW_OK);
    return any(facts, MW_F_SPF_END, MW_OK) && !mw_make_lets_nobody_send(facts) && (any(facts, MW_F_DMARC_END, MW_OK) || any(facts, MW_F_DMARC_END, "no"));
}

/* A host that was named without an address to ask for: all that it can show is that it speaks. */
static bool is_spoken_to(const struct mw_facts *facts)
{
    for (const struct mw_fact *fact = mw_fact_first(facts, MW_F_SMTP_EXTENSIONS); fact; fact = mw_fact_next(facts, fact))
        if (mw_fact_find(facts, MW_F_ENDPOINT_SMTP, fact->about))
            return true;
    return false;
}

static bool receives(const struct mw_facts *facts)
{
    if (mw_fact_first(facts, MW_F_SMTP_RCPT))
        return any_at(facts, MW_F_SMTP_RCPT, "2", MW_F_ENDPOINT_SMTP, false);
    if (!mw_fact_first(facts, MW_F_SMTP_MAIL) && !mw_fact_first(facts, MW_F_TARGET_DOMAIN))
        return is_spoken_to(facts);
    bool mailbox = mw_fact_first(facts, MW_F_TARGET_MAILBOX); /* who got no answer about himself is not known to be taken */
    return !mailbox && any_at(facts, MW_F_SMTP_MAIL, "2", MW_F_ENDPOINT_SMTP, false);
}

static bool retrieves(const struct mw_facts *facts)
{
    if (is_read_by_round_trip(facts))
        return true;
    if (mw_fact_first(facts, MW_F_IMAP_LOGIN) || mw_fact_first(facts, MW_F_POP3_LOGIN))
        return any(facts, MW_F_IMAP_SELECT, "OK") || any(facts, MW_F_IMAP_SELECT_AFTER_ID, "OK") || any(facts, MW_F_POP3_STAT, "+OK");
    return (any(facts, MW_F_IMAP_END, MW_OK) || any(facts, MW_F_POP3_END, MW_OK)) && !retrieval_lacks_login(facts);
}

/* A message was looked for and not found, and not everywhere: it is not known whether it is there. */
static bool search_is_open(const struct mw_facts *facts)
{
    const struct mw_fact *end = mw_fact_first(facts, MW_F_ACCOUNT_SEARCH_END);
    return end && (!mw_text_same(end->text, MW_OK) || end->quote) && !mw_fact_first(facts, MW_F_ACCOUNT_FOUND);
}

static bool opens_account(const struct mw_facts *facts)
{
    if (search_is_open(facts))
        return false;
    if (mw_fact_first(facts, MW_F_SIEVE_FATE)) /* its filters were read */
        return true;
    return any(facts, MW_F_IMAP_SELECT, "OK") || any(facts, MW_F_IMAP_SELECT_AFTER_ID, "OK") || any(facts, MW_F_POP3_STAT, "+OK");
}

static bool (*const works[])(const struct mw_facts *facts) = {submits, sends, receives, retrieves, opens_account};

static bool is_blinding(const struct mw_finding *finding)
{
    return finding->cause->blinds && finding->severity == MW_BLOCKS;
}

static enum mw_state state_of(const struct mw_report *report, unsigned leg, bool seen_working)
{
    enum mw_state state = seen_working ? MW_S_OK : MW_S_UNKNOWN;
    for (size_t i = 0; i < report->count; i++) {
        const struct mw_finding *finding = &report->findings[i];
        if (is_blinding(finding))
            continue;
        if (finding->reach_at[MW_BLOCKS] & leg)
            return MW_S_BROKEN;
        if (finding->reach_at[MW_DEGRADES] & leg)
            state = MW_S_DEGRADED;
    }
    return state;
}

static unsigned rank(enum mw_state state)
{
    static const unsigned ranks[] = {[MW_S_OK] = 0, [MW_S_UNKNOWN] = 1, [MW_S_DEGRADED] = 2, [MW_S_BROKEN] = 3};
    return ranks[state];
}

/* A tool looks at one thing: what it does not look at is no question of its. */
static bool is_of_tool(const struct mw_report *report)
{
    static const char *const questions[] = {"check", "send", "receive", "deliver", "account"};
    for (size_t i = 0; i < MW_COUNT(questions); i++)
        if (mw_text_same(report->header->question, questions[i]))
            return false;
    return true;
}

/* A direction is as bad as its worse leg; the second one's "unknown" does not hide what is known of the first, unless just that was asked for. */
static enum mw_state direction(const struct mw_report *report, unsigned first, unsigned second, bool asked_for_second)
{
    enum mw_state a = report->leg[first], b = report->leg[second];
    if (!(report->legs & 1u << first) || (a == MW_S_UNKNOWN && is_of_tool(report)))
        return b;
    if (!(report->legs & 1u << second) || (b == MW_S_UNKNOWN && !asked_for_second))
        return a;
    return rank(a) > rank(b) ? a : b;
}

static bool shows_something(const struct mw_report *report)
{
    for (size_t i = 0; i < MW_COUNT(report->leg); i++)
        if (report->leg[i] != MW_S_UNKNOWN)
            return true;
    return false;
}

static bool lacks_asked_login(const struct mw_report *report, const struct mw_facts *facts)
{
    return (report->legs & MW_SUBMIT && submission_lacks_login(facts)) || (report->legs & MW_RETRIEVE && retrieval_lacks_login(facts));
}

/* A message was looked for in all folders and is in none: where it is was the question, and it has no answer yet. */
static bool is_nowhere(const struct mw_facts *facts)
{
    return mw_fact_first(facts, MW_F_ACCOUNT_SEARCH_END) && !mw_fact_first(facts, MW_F_ACCOUNT_FOUND);
}

static bool is_unknown(const struct mw_report *report)
{
    bool sends_asked = report->legs & (MW_SUBMIT | MW_SEND), receives_asked = report->legs & (MW_RECEIVE | MW_RETRIEVE);
    if (is_of_tool(report))
        return !shows_something(report) && !(mw_text_same(report->header->question, "dns") && mw_make_lets_nobody_send(report->facts));
    if (mw_text_same(report->header->question, "account"))
        return report->leg[4] == MW_S_UNKNOWN || mw_fact_first(report->facts, MW_F_SIEVE_FLAW) || is_nowhere(report->facts);
    return (sends_asked && report->send == MW_S_UNKNOWN) || (receives_asked && report->receive == MW_S_UNKNOWN);
}

/* Where mail goes was asked of the DNS alone, and the question has no answer. */
static bool exchanges_are_open(const struct mw_report *report, const struct mw_facts *facts)
{
    static const char *const settled[] = {MW_OK, "nodata", "nxdomain"};
    const struct mw_fact *end = mw_fact_find(facts, MW_F_DNS_MX_END, report->header->target);
    bool is_open = end && mw_text_same(report->header->question, "dns");
    for (size_t i = 0; is_open && i < MW_COUNT(settled); i++)
        is_open = !mw_text_same(end->text, settled[i]);
    return is_open;
}

static int exit_status(const struct mw_report *report, const struct mw_facts *facts)
{
    enum mw_severity worst = MW_ADVICE;
    bool blind = false;
    for (size_t i = 0; i < report->count; i++) {
        const struct mw_finding *finding = &report->findings[i];
        blind |= is_blinding(finding);
        if (finding->severity < worst && !is_blinding(finding))
            worst = finding->severity;
    }
    if (worst == MW_BLOCKS)
        return MW_EXIT_BLOCKED;
    if (blind)
        return MW_EXIT_UNKNOWN;
    if (worst != MW_ADVICE)
        return MW_EXIT_DEGRADED;
    bool unanswered = lacks_asked_login(report, facts) || (report->legs & MW_ACCOUNT && search_is_open(facts)) || exchanges_are_open(report, facts);
    return is_unknown(report) || report->partial || unanswered ? MW_EXIT_UNKNOWN : MW_EXIT_OK;
}

/* What happens inside the mailbox keeps mail from its reader as well. */
static enum mw_state receives_with_account(const struct mw_report *report, enum mw_state receive)
{
    bool is_asked = report->legs & MW_ACCOUNT && !(report->legs & MW_RECEIVE);
    return is_asked && rank(report->leg[4]) > rank(receive) ? report->leg[4] : receive;
}

void mw_make_verdict(struct mw_making *making)
{
    struct mw_report *report = making->report;
    for (size_t i = 0; i < MW_COUNT(works); i++)
        report->leg[i] = report->legs & 1u << i ? state_of(report, 1u << i, works[i](making->facts)) : MW_S_UNKNOWN;
    report->send = direction(report, 1, 0, submission_lacks_login(making->facts));
    report->receive = receives_with_account(report, direction(report, 2, 3, retrieval_lacks_login(making->facts)));
    report->exit_status = exit_status(report, making->facts);
}
