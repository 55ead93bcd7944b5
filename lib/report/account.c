/* The first sentence where the question is about what happens inside a mailbox: where the mail is that was looked for. Says nothing where no mailbox was
 * opened. */
#include "format.h"
#include "make.h"

#include <string.h>

enum { SEARCHED, NOT_SEARCHED, IN_INBOX };

/* clang-format off */
static const struct { int searched; const char *fate; const char *sentence; } answers[] = {
    {SEARCHED,     "discarded", N_("What you look for is in none of the folders of %s: a filter rule of the mailbox does away with it.")},
    {SEARCHED,     "rejected",  N_("What you look for is in none of the folders of %s: a filter rule of the mailbox does away with it.")},
    {SEARCHED,     "redirected", N_("What you look for is in none of the folders of %s: a filter rule of the mailbox sends it on and keeps no copy.")},
    {SEARCHED,     NULL,        N_("What you look for is in none of the folders of %s: it did not arrive there, or it was removed.")},
    {NOT_SEARCHED, "discarded", N_("Mail to %s arrives, and a filter rule of the mailbox does away with it.")},
    {NOT_SEARCHED, "rejected",  N_("Mail to %s arrives, and a filter rule of the mailbox does away with it.")},
    {NOT_SEARCHED, "redirected", N_("Mail to %s arrives, and a filter rule of the mailbox sends it on and keeps no copy.")},
    {NOT_SEARCHED, "inbox",     N_("The filter rules of %s leave the mail in the inbox.")},
    {IN_INBOX,     "discarded", N_("Earlier mail of that kind is in the inbox of %s; what comes now is done away with by a filter rule of the mailbox.")},
    {IN_INBOX,     "rejected",  N_("Earlier mail of that kind is in the inbox of %s; what comes now is done away with by a filter rule of the mailbox.")},
    {IN_INBOX,     NULL,        N_("What you look for is in the inbox of %s.")},
    {NOT_SEARCHED, "filed",     N_("Mail to %s arrives, and a filter rule of the mailbox puts it into another folder.")},
};
/* clang-format on */

static const char *folders_but_inbox(struct mw_arena *arena, const struct mw_facts *facts, bool *inbox)
{
    struct mw_list folders = {0};
    for (const struct mw_fact *found = mw_fact_first(facts, MW_F_ACCOUNT_FOUND); found; found = mw_fact_next(facts, found)) {
        bool is_inbox = mw_text_same(found->text, "INBOX");
        *inbox |= is_inbox;
        if (!is_inbox && !mw_list_has(&folders, found->text))
            mw_list_add(arena, &folders, found->text);
    }
    return mw_list_join(arena, &folders, ", ");
}

static const char *fate_of(const struct mw_facts *facts)
{
    const struct mw_fact *fate = mw_fact_first(facts, MW_F_SIEVE_FATE);
    return fate ? fate->text : "";
}

/* It was looked for by its own name: what was found is no other. */
static bool is_that_message(const struct mw_facts *facts)
{
    const struct mw_fact *wanted = mw_fact_first(facts, MW_F_ACCOUNT_SEARCH_FOR);
    return wanted && mw_text_starts(wanted->text, "Message-ID");
}

static const char *answer_of(int searched, const char *fate)
{
    for (size_t i = 0; i < MW_COUNT(answers); i++)
        if (answers[i].searched == searched && (!answers[i].fate || strcmp(answers[i].fate, fate) == 0))
            return _(answers[i].sentence);
    return NULL;
}

/* NULL: all folders were looked through, or nothing was looked for, or it was found. */
static char *why_not_found(struct mw_arena *arena, const struct mw_facts *facts, const char *target)
{
    const struct mw_fact *end = mw_fact_first(facts, MW_F_ACCOUNT_SEARCH_END);
    bool whole = !end || (mw_text_same(end->text, MW_OK) && !end->quote);
    if (whole || mw_fact_first(facts, MW_F_ACCOUNT_FOUND))
        return NULL;
    return mw_printf(arena, _("What you look for was not found in %s, but not all folders could be looked through: it is not known whether it is there."), target);
}

char *mw_words_account(struct mw_arena *arena, const struct mw_report *report)
{
    const struct mw_facts *facts = report->facts;
    const struct mw_fact *end = mw_fact_first(facts, MW_F_ACCOUNT_SEARCH_END);
    const char *target = report->header->target;
    bool inbox = false;
    if (!mw_text_same(report->header->question, "account"))
        return NULL;
    const char *folders = folders_but_inbox(arena, facts, &inbox);
    if (inbox)
        return mw_printf(arena, answer_of(IN_INBOX, is_that_message(facts) ? "" : fate_of(facts)), target);
    if (*folders)
        return mw_printf(arena, _("What you look for is in %s, but not in its inbox: it lies in “%s”."), target, folders);
    char *open = why_not_found(arena, facts, target);
    if (open)
        return open;
    if (!end && mw_fact_first(facts, MW_F_SIEVE_FLAW))
        return mw_printf(arena, _("The filter script of the mailbox of %s has an error, and what becomes of its mail cannot be told."), target);
    bool is_impaired = report->leg[4] == MW_S_DEGRADED || report->leg[4] == MW_S_BROKEN;
    if (!end && is_impaired && strcmp(fate_of(facts), "inbox") == 0) /* the rules are not what is wrong */
        return NULL;
    const char *answer = answer_of(end ? SEARCHED : NOT_SEARCHED, fate_of(facts));
    return answer ? mw_printf(arena, answer, target) : NULL;
}

/* --- why nothing can be said ----------------------------------------------------------------------------------------------------------------- */

static const struct mw_fact *refused_login(const struct mw_facts *facts)
{
    const struct mw_fact *login = mw_fact_first(facts, MW_F_SIEVE_LOGIN);
    return login && !mw_text_starts(login->text, "OK") ? login : NULL;
}

/* Something is known of the message, and still it cannot be told. */
static const struct mw_fact *unsure_fate(const struct mw_facts *facts)
{
    const struct mw_fact *fate = mw_fact_first(facts, MW_F_SIEVE_FATE), *known = mw_fact_first(facts, MW_F_SIEVE_MESSAGE);
    return fate && known && known->list.count && mw_text_same(fate->text, "unknown") ? fate : NULL;
}

/* How reading it ended, or the conversation before that. */
static const struct mw_fact *end_of_reading(const struct mw_facts *facts)
{
    const struct mw_fact *end = mw_fact_first(facts, MW_F_SIEVE_READ_END), *active = mw_fact_first(facts, MW_F_SIEVE_ACTIVE);
    return end || !active ? end : mw_fact_first(facts, MW_F_SIEVE_END);
}

static const char *why_not_read(struct mw_arena *arena, const struct mw_facts *facts)
{
    const struct mw_fact *flaw = mw_fact_first(facts, MW_F_SIEVE_FLAW), *end = end_of_reading(facts), *login = refused_login(facts);
    if (flaw)
        return mw_printf(arena, _("The active filter script has an error, so the server cannot run it: %s (%s)."), _(flaw->text), flaw->quote);
    if (end && !mw_text_same(end->text, MW_OK))
        return mw_printf(arena, _("The active filter script was not read: %s."), end->text);
    return login ? mw_printf(arena, _("The filter rules were not read: ManageSieve answered the login with “%s”."), login->text) : NULL;
}

static bool is_of_search(const char *cause)
{
    return strcmp(cause, "account.spamfolder") == 0 || strcmp(cause, "account.deleted_elsewhere") == 0 || strcmp(cause, "imap.folder.unsubscribed") == 0;
}

const char *mw_make_filters_doubt(struct mw_making *making, const char *cause)
{
    if (is_of_search(cause))
        return why_not_found(making->arena, making->facts, mw_facts_header(making->facts)->target);
    bool is_of_forwards = mw_text_starts(cause, "account.forward.");
    bool is_of_filters = mw_text_starts(cause, "account.filter.") || strcmp(cause, "account.blocklist.user") == 0;
    const char *why = is_of_filters || is_of_forwards ? why_not_read(making->arena, making->facts) : NULL;
    if (why || !is_of_filters || !unsure_fate(making->facts))
        return why;
    const struct mw_fact *may = mw_fact_first(making->facts, MW_F_SIEVE_MAY_CATCH);
    if (!may || !may->quote)
        return _("What the filter rules do with the mail cannot be told from what is known of it.");
    return mw_printf(making->arena, _("What the filter rules do with the mail cannot be told from what is known of it: %s (%s)."), may->text, may->quote);
}
