/* What was ruled out, and what was not tested and why: absence of a fact is never "fine". */
#include "make.h"

#include <string.h>

/* Facts that are there only when the user gives something. */
static const struct {
    enum mw_fact_id fact;
    bool dns; /* a matter of the DNS: mailwhy dns could have tested it */
    const char *why;
} wanting[] = {
    {MW_F_SMTP_LOGIN, false, N_("No login to the outgoing server was tried. Give --user and --password-file to test it.")},
    {MW_F_IMAP_LOGIN, false, N_("No IMAP login was tried. Give --user and --password-file to test it.")},
    {MW_F_IMAP_SELECT, false, N_("No mailbox was opened by IMAP, as there was no login.")},
    {MW_F_POP3_LOGIN, false, N_("No POP3 login was tried. Give --user and --password-file to test it.")},
    {MW_F_IMAP_UIDVALIDITY, false, N_("No mailbox was opened by IMAP, as there was no login.")},
    {MW_F_IMAP_EXISTS, false, N_("No mailbox was opened by IMAP, as there was no login.")},
    {MW_F_IMAP_IDLE_END, false, N_("It was not tried whether a connection that waits in IDLE lasts. Give --idle and a login to try it.")},
    {MW_F_POP3_MESSAGES, false, N_("No mailbox was opened by POP3, as there was no login.")},
    {MW_F_POP3_STAT, false, N_("No mailbox was opened by POP3, as there was no login.")},
    {MW_F_SIEVE_FATE, false,
     N_("No filter rules of the mailbox were read: that takes a login (--user, --password-file) and a server that speaks ManageSieve.")},
    {MW_F_SIEVE_RULES, false,
     N_("No filter rules of the mailbox were read: that takes a login (--user, --password-file) and a server that speaks ManageSieve.")},
    {MW_F_ACCOUNT_SEARCH_END, false,
     N_("No message was looked for in the mailbox. Give --from, --subject or --message-id, and a login, to have it looked for.")},
    {MW_F_PASSWORD_SCORE, false, N_("No password was given, so none was weighed.")},
    {MW_F_MESSAGE_SIZE, false, N_("No size of a message was given. Give --size to test it.")},
    {MW_F_DKIM_END, true, N_("No DKIM key was looked up, as its name is not known. Give --dkim-selector to test it.")},
    {MW_F_MESSAGE_DKIM, true, N_("No signed message was given. Give --message to have its signatures checked.")},
    {MW_F_MESSAGE_SIGNED, true, N_("No signed message was given. Give --message to have its signatures checked.")},
    {MW_F_ARC_RESULT, true, N_("No signed message was given. Give --message to have its signatures checked.")},
    {MW_F_CONFIG_END, false, N_("No settings of a mail program were read. Give --config to test them.")},
    {MW_F_CONFIG_HOST, false, N_("No settings of a mail program were read. Give --config to test them.")},
    {MW_F_CONFIG_PREFIX, false, N_("No settings of a mail program that set a prefix for folders were read.")},
    {MW_F_DMARC_REPORT, false, N_("No DMARC report is to go to another organisation.")},
    {MW_F_DNSBL_END, true, N_("No block list was asked. Give --dnsbl to test one.")},
    {MW_F_DNSBL_LISTED, true, N_("No block list was asked. Give --dnsbl to test one.")},
    {MW_F_CONTROL_END, true, N_("No other server that is known to work was tried. Give --control to compare with one.")},
    {MW_F_RECIPIENT_DOMAIN, true, N_("No recipient to send to was given. Give --to to test it.")},
    {MW_F_RUN_VANTAGE, true, N_("Only one place looked. Save a run from a second network too, and give both files to mailwhy explain.")},
    {MW_F_RDAP_DATE, true, N_("The registration data were not asked for, as nothing in the DNS gave cause to. Give --rdap to have them asked for.")},
    {MW_F_SERVICE_PUBLISHED, true, N_("The domain publishes no settings for mail programs.")},
    {MW_F_TLSA_RECORD, true, N_("There are no TLSA records.")},
    {MW_F_MTASTS_POLICY, true, N_("There is no MTA-STS policy.")},
    {MW_F_MTASTS_RECORD, true, N_("There is no MTA-STS record.")},
};

/* What is said not to be there, and the look that shows it. */
static const struct {
    enum mw_fact_id lacks, end;
} absences[] = {
    {MW_F_DMARC_REPORT, MW_F_DMARC_END},   {MW_F_SERVICE_PUBLISHED, MW_F_SRV_END}, {MW_F_TLSA_RECORD, MW_F_TLSA_END},
    {MW_F_MTASTS_RECORD, MW_F_MTASTS_END}, {MW_F_MTASTS_POLICY, MW_F_MTASTS_END},
};

/* clang-format off */
/* Logins that were asked for, and why none was tried: the words of ….login.skipped. */
static const struct {
    const char *skipped, *why;
} refrained[] = {
    {"not encrypted",                     N_("No login was tried at %s: the connection is not encrypted. --insecure-login allows it.")},
    {"certificate not verified",          N_("No login was tried at %s: its certificate does not prove that it is the right server. --insecure-login allows it.")},
    {"host of another domain",            N_("No login was tried at %s: only an unsigned record or a guess names this host. Point the tool at it to try it.")},
    {"refused elsewhere",                 N_("No login was tried at %s: another service had refused the same name and password.")},
    {"no usable mechanism",               N_("No login was tried at %s: it offers no method that takes what was given.")},
    {"empty name or password",            N_("No login was tried at %s: the name or the password is empty.")},
    {"control bytes in name or password", N_("No login was tried at %s: the name or the password holds control characters.")},
    {"name or password not UTF-8",        N_("No login was tried at %s: the name or the password is not UTF-8.")},
    {"not an access token",               N_("No login was tried at %s: what was given as access token holds signs that none has.")},
    {"tried elsewhere",                   N_("No login was tried at %s: it was begun at another port or address, and not answered there.")},
    {"left to another endpoint",          N_("No login was tried at %s: it was left to another port, which did not come to it.")},
};
static const struct {
    enum mw_fact_id login, skipped;
} logins[] = {
    {MW_F_SMTP_LOGIN, MW_F_SMTP_LOGIN_SKIPPED}, {MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_SKIPPED}, {MW_F_IMAP_SELECT, MW_F_IMAP_LOGIN_SKIPPED},
    {MW_F_POP3_LOGIN, MW_F_POP3_LOGIN_SKIPPED}, {MW_F_POP3_STAT, MW_F_POP3_LOGIN_SKIPPED},
};
/* clang-format on */

static const struct mw_fact *skipped_login(const struct mw_facts *facts, enum mw_fact_id lacks)
{
    for (size_t i = 0; i < MW_COUNT(logins); i++)
        if (logins[i].login == lacks && !mw_fact_first(facts, logins[i].login))
            return mw_fact_first(facts, logins[i].skipped);
    return NULL;
}

static const char *why_refrained(struct mw_making *making, const struct mw_fact *skipped)
{
    for (size_t i = 0; skipped && i < MW_COUNT(refrained); i++)
        if (mw_text_same(refrained[i].skipped, skipped->text))
            return mw_printf(making->arena, mw_lang(refrained[i].why), skipped->about);
    return NULL;
}

static bool is_answered(const struct mw_facts *facts, enum mw_fact_id look)
{
    static const char *const answers[] = {MW_OK, "no", "nodata", "nxdomain"};
    for (const struct mw_fact *end = mw_fact_first(facts, look); end; end = mw_fact_next(facts, end))
        for (size_t i = 0; i < MW_COUNT(answers); i++)
            if (mw_text_same(end->text, answers[i]))
                return true;
    return false;
}

/* Of what was asked for and not answered it is not known whether it is there. */
static bool may_be_there(const struct mw_facts *facts, enum mw_fact_id lacks)
{
    for (size_t i = 0; i < MW_COUNT(absences); i++)
        if (absences[i].lacks == lacks)
            return !is_answered(facts, absences[i].end);
    return false;
}

/* Of the tool that looks at the DNS alone nobody expects a login. */
static bool is_on_request(struct mw_making *making, enum mw_fact_id lacks)
{
    bool dns_alone = mw_text_same(making->report->header->question, "dns");
    if (skipped_login(making->facts, lacks) || may_be_there(making->facts, lacks))
        return false;
    for (size_t i = 0; i < MW_COUNT(wanting); i++)
        if (wanting[i].fact == lacks)
            return wanting[i].dns || !dns_alone;
    return false;
}

/* What was tried in place of a name that nobody gave. */
static const char *why_in_vain(struct mw_making *making, enum mw_fact_id lacks)
{
    const struct mw_fact *tried = lacks == MW_F_DKIM_END ? mw_fact_first(making->facts, MW_F_DKIM_TRIED) : NULL;
    if (!tried || mw_fact_first(making->facts, MW_F_DKIM_FOUND))
        return NULL;
    return mw_printf(making->arena, mw_lang(N_("No DKIM key was found under the %zu usual names that were tried, which proves nothing: a domain may use any name. "
                                               "Give --dkim-selector, or a signed --message, to test its key.")), tried->list.count);
}

static const char *why_not_told(struct mw_making *making, enum mw_fact_id lacks)
{
    const char *vain = why_in_vain(making, lacks);
    if (vain)
        return vain;
    const char *refrain = why_refrained(making, skipped_login(making->facts, lacks));
    const struct mw_fact *registry = lacks == MW_F_RDAP_DATE ? mw_fact_first(making->facts, MW_F_RDAP_END) : NULL;
    if (refrain)
        return refrain;
    if (registry)
        return mw_printf(making->arena, mw_lang(N_("Only the DNS was asked: no registration data could be had (%s).")), registry->quote ? registry->quote : registry->text);
    for (size_t i = 0; i < MW_COUNT(wanting) && !may_be_there(making->facts, lacks); i++)
        if (wanting[i].fact == lacks)
            return mw_lang(wanting[i].why);
    return mw_printf(making->arena, mw_lang(N_("Nothing was learnt of this: %s.")), mw_fact_kind(lacks)->name);
}

/* What was ruled out for the exchanges that were looked at may hold of others. */
static const char *exchanges_doubt(struct mw_making *making, const char *cause)
{
    static const char *const causes[] = {"dns.mx.unresolvable", "dns.mx.cname", "dns.mx.private_address"};
    const struct mw_fact *passed_over = mw_fact_first(making->facts, MW_F_DNS_MX_PASSED_OVER);
    for (size_t i = 0; passed_over && i < MW_COUNT(causes); i++)
        if (strcmp(causes[i], cause) == 0)
            return mw_printf(making->arena, mw_lang(N_("The domain has more exchanges than are looked at; these were passed over: %s.")),
                             mw_list_join(making->arena, &passed_over->list, ", "));
    return NULL;
}

/* Lists that were asked for and say nothing: what others say does not speak for them. */
static const char *lists_doubt(struct mw_making *making, const char *cause)
{
    struct mw_list silent = {0};
    if (strcmp(cause, "rep.dnsbl.listed") != 0 && strcmp(cause, "rep.dnsbl.policy_list") != 0)
        return NULL;
    for (const struct mw_fact *end = mw_fact_first(making->facts, MW_F_DNSBL_END); end; end = mw_fact_next(making->facts, end))
        if (!mw_text_same(end->text, MW_OK) && mw_list_has(&making->report->header->options, mw_printf(making->arena, "dnsbl=%s", end->about)))
            mw_list_add(making->arena, &silent, mw_printf(making->arena, "%s (%s)", end->about, mw_lang(end->text)));
    if (!silent.count)
        return NULL;
    return mw_printf(making->arena, mw_lang(N_("These block lists could not be asked, or are not to be believed: %s.")), mw_list_join(making->arena, &silent, ", "));
}

static const char *why_no_answer(struct mw_making *making, const struct mw_fact *silent)
{
    return mw_printf(making->arena, mw_lang(N_("It was tried, but there was no answer that says anything: %s of %s ended \"%s\".")),
                     mw_fact_kind(silent->id)->name, silent->about, silent->text);
}

void mw_make_untested(struct mw_making *making)
{
    struct mw_not_tested *not_tested = MW_NEW_ARRAY(making->arena, struct mw_not_tested, making->judged->tried_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < making->judged->tried_count; i++) {
        const struct mw_tried *tried = &making->judged->tried[i];
        bool is_beside = mw_make_is_spf(making->facts) && !mw_text_starts(tried->cause->id, "spf.");
        if (!(tried->cause->legs & making->report->legs) || tried->tested == MW_HOLDS || is_beside)
            continue;
        const char *exchanges = exchanges_doubt(making, tried->cause->id), *lists = lists_doubt(making, tried->cause->id);
        const char *doubt = exchanges ? exchanges : lists ? lists : mw_make_filters_doubt(making, tried->cause->id);
        if (doubt)
            not_tested[count++] = (struct mw_not_tested){tried->cause->id, doubt, true};
        else if (tried->tested == MW_RULED_OUT)
            mw_list_add(making->arena, &making->report->ruled_out, tried->cause->id);
        else
            not_tested[count++] = (struct mw_not_tested){
                tried->cause->id, tried->tested == MW_NOT_TOLD ? why_not_told(making, tried->lacks) : why_no_answer(making, tried->silent),
                tried->tested == MW_NOT_TOLD && is_on_request(making, tried->lacks)};
    }
    making->report->not_tested = not_tested;
    making->report->not_tested_count = count;
}
