/* Main of a tool that looks (mailwhy-dns, -smtp, …). With a target it begins; without one it reads facts from standard input, adds its own and passes all on.
 *
 * Where standard output is a pipe or a file it writes facts as JSON Lines, each as soon as it is told; on a terminal, or with --format, a report. */
#include "common.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <unistd.h>

static void pass_on(void *context, const struct mw_fact *fact)
{
    struct cmd *cmd = context;
    if (!mw_fact_write(cmd->facts, fact, cmd->out) || fflush(cmd->out))
        cmd_cannot_write(cmd);
}

static void read_question(struct cmd *cmd)
{
    if (cmd->operands.count > 1)
        mw_fail(MW_EXIT_USAGE, _("one target at a time; '%s' is one too many"), cmd->operands.items[1]);
    if (cmd->operands.count) {
        cmd_ask(cmd, cmd->operands.items[0]);
        return;
    }
    if (isatty(STDIN_FILENO))
        mw_fail(MW_EXIT_USAGE, _("a target is missing: %s %s (or facts on standard input)"), cmd->tool->name, _(cmd->tool->synopsis));
    cmd->facts = mw_facts_new(cmd->arena, &(struct mw_header){0});
    cmd_read_facts(cmd, stdin, "<stdin>");
    cmd_ask_again(cmd);
}

void cmd_tool_look(struct cmd *cmd, bool as_facts)
{
    if (as_facts && (!mw_facts_write(cmd->facts, cmd->out) || fflush(cmd->out)))
        cmd_cannot_write(cmd);
    cmd_look(cmd, as_facts ? pass_on : NULL, cmd);
}

int cmd_tool_run(struct cmd *cmd)
{
    cmd_refuse_spf(cmd);
    cmd_open(cmd);
    read_question(cmd);
    bool as_facts = cmd->choices.json || (!cmd->choices.format && !cmd->choices.tree && !cmd->out_is_terminal);
    cmd_tool_look(cmd, as_facts);
    int status = cmd_end(cmd, as_facts ? NULL : cmd->choices.format ? cmd->choices.format : "text");
    mw_arena_free(cmd->arena);
    return status;
}

int cmd_tool_main(const struct cmd_tool *tool, int argc, char *const *argv)
{
    struct cmd cmd = {0};
    cmd_begin(&cmd, tool, argc, argv);
    cmd_answer(&cmd);
    return cmd_tool_run(&cmd);
}
