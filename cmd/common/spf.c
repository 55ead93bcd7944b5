/* `mailwhy dns --spf`: SPF alone. With --ip the result of RFC 7208's check_host() for that address, whose first word is one of none, neutral, pass, fail,
 * softfail, temperror and permerror; without it the record and all that it includes, as a tree.
 *
 * A sender or HELO whose domain can be none is no usage error here: check_host() has a result for it, "none" (section 4.3). Never judges. */
#include "common.h"

#include <mailwhy/dns.h>
#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <string.h>

/* The domain as A-labels, or NULL where it cannot have a policy. */
static const char *policy_domain(struct cmd *cmd, const char *text)
{
    const char *flaw, *domain = mw_domain_read(cmd->arena, text, &flaw);
    return domain && strchr(domain, '.') && !mw_address_read(cmd->arena, text) ? domain : NULL;
}

static const char *as_labels(struct cmd *cmd, const char *text)
{
    const char *domain = policy_domain(cmd, text);
    return domain ? domain : text;
}

static bool is_null_sender(const char *from)
{
    return !*from || mw_text_same(from, "<>");
}

/* The envelope sender with its domain as A-labels: --from, for the null sender that of HELO (section 2.4). */
static const char *mail_from(struct cmd *cmd)
{
    const char *from = cmd->choices.mail_from, *at = from ? strrchr(from, '@') : NULL;
    if (from && !is_null_sender(from))
        return mw_printf(cmd->arena, "%.*s@%s", (int)(at - from), from, as_labels(cmd, at + 1));
    return cmd->choices.helo ? mw_printf(cmd->arena, "postmaster@%s", cmd->choices.helo) : NULL;
}

static void read_sender(struct cmd *cmd)
{
    struct cmd_choices *choices = &cmd->choices;
    const char *from = choices->from;
    if (from && !is_null_sender(from) && !strchr(from, '@'))
        mw_fail(MW_EXIT_USAGE, _("--%s takes an address like user@example.org, not '%s'"), "from", mw_text_safe(cmd->arena, from, strlen(from), 120));
    choices->mail_from = from;
    choices->from = NULL; /* it is no outsider to receive from */
    choices->helo = choices->helo ? as_labels(cmd, choices->helo) : NULL;
    choices->mail_from = mail_from(cmd);
}

static void ask(struct cmd *cmd)
{
    if (cmd->operands.count > 1)
        mw_fail(MW_EXIT_USAGE, _("one target at a time; '%s' is one too many"), cmd->operands.items[1]);
    read_sender(cmd);
    const char *sender = cmd->choices.mail_from;
    if (cmd->operands.count) {
        cmd_ask(cmd, cmd->operands.items[0]);
        return;
    }
    if (!sender)
        mw_fail(MW_EXIT_USAGE, _("a domain is missing: %s --spf DOMAIN, or --ip with --from or --helo"), cmd->tool->name);
    const char *named = strrchr(sender, '@') + 1;
    cmd->asked.domain = policy_domain(cmd, named);
    if (!cmd->asked.domain && !cmd->choices.ip)
        mw_fail(MW_EXIT_USAGE, _("'%s' is neither an address nor a domain; give user@example.org or example.org"), mw_text_safe(cmd->arena, named, strlen(named), 120));
    cmd_ask_unread(cmd, mw_text_safe(cmd->arena, named, strlen(named), 300));
}

/* A script wants the word; whoever looks at the status alone learns whether the mail would be taken. */
static int status_of(const struct cmd *cmd)
{
    static const struct { const char *result; int status; } statuses[] = {
        {"none", MW_EXIT_OK}, {"neutral", MW_EXIT_OK}, {"pass", MW_EXIT_OK}, {"softfail", 1}, {"permerror", 1}, {"fail", 2}};
    const struct mw_fact *result = mw_fact_first(cmd->facts, MW_F_SPF_RESULT);
    for (size_t i = 0; result && i < MW_COUNT(statuses); i++)
        if (mw_text_same(statuses[i].result, result->text))
            return statuses[i].status;
    return 3;
}

bool cmd_is_of_spf(const struct cmd *cmd)
{
    return mw_list_has(&mw_facts_header(cmd->facts)->options, "spf");
}

int cmd_spf_end(struct cmd *cmd, const char *json)
{
    const char *format = cmd->choices.json ? json : cmd->choices.format ? cmd->choices.format : "text";
    bool judges = mw_fact_first(cmd->facts, MW_F_SPF_ASKED);
    cmd->choices.tree |= !judges;
    if (!judges)
        return cmd_end(cmd, format);
    const struct mw_format_options options = cmd_format_options(cmd);
    if (!cmd->choices.json && !cmd->choices.format) {
        if (!mw_report_spf(cmd->facts, &options, cmd->out))
            cmd_cannot_write(cmd);
        format = NULL;
    }
    cmd_end(cmd, format);
    return status_of(cmd);
}

void cmd_refuse_spf(const struct cmd *cmd)
{
    if (cmd->choices.spf)
        mw_fail(MW_EXIT_USAGE, "%s", _("--spf is for mailwhy dns alone"));
}

int cmd_spf_run(struct cmd *cmd)
{
    static const char *const of_address[] = {"spf_check", NULL}, *const of_both[] = {"spf_check", "spf", NULL}, *const of_record[] = {"spf", NULL};
    bool judges = cmd->choices.ip != NULL;
    struct cmd_tool tool = *cmd->tool;
    tool.probes = !judges ? of_record : cmd->choices.tree ? of_both : of_address;
    cmd->tool = &tool;
    cmd_open(cmd);
    ask(cmd);
    cmd_tool_look(cmd, cmd->choices.json);
    int status = cmd_spf_end(cmd, NULL);
    mw_arena_free(cmd->arena);
    return status;
}
