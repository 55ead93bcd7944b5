/* mailwhy-explain: judges facts, offline: from saved runs, or from the tools in a pipe; or tells what one cause is. Never looks at anything itself. */
#include "common/common.h"
#include "common/list.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cmd_tool tool = {
    .name = "mailwhy-explain",
    .synopsis = N_("[FILE...|CAUSE]"),
    .says = N_("Judges saved runs, or facts from standard input; or tells what a cause is."),
    .describes = N_("Reads facts that --save or a pipe of tools wrote and prints the same report as the run itself, without any network. Several files are runs from several "
                    "places: one report is made of all.\n\n"
                    "  mailwhy explain customer.jsonl mine.jsonl\n"
                    "  mailwhy explain tls.cert.expired\n"),
    .takes = CMD_FILES,
    .question = "explain",
};

static bool is_file(const char *operand)
{
    return mw_text_same(operand, "-") || strchr(operand, '/') || access(operand, F_OK) == 0 || mw_text_ends(operand, ".jsonl") || mw_text_ends(operand, ".json");
}

static int explain_cause(struct cmd *cmd, const char *id)
{
    const struct mw_cause *cause = mw_cause_by_id(id);
    if (!cause && mw_cause_nearest(id))
        mw_fail(MW_EXIT_USAGE, _("there is no cause and no file '%s'; did you mean %s?"), id, mw_cause_nearest(id));
    if (!cause)
        mw_fail(MW_EXIT_USAGE, _("there is no cause and no file '%s'; mailwhy list causes names all"), id);
    cmd_cause(cmd, cause);
    cmd_close(cmd);
    return MW_EXIT_OK;
}

static void read_file(struct cmd *cmd, const char *path)
{
    if (mw_text_same(path, "-")) {
        cmd_read_facts(cmd, stdin, "<stdin>");
        return;
    }
    struct stat status;
    FILE *in = fopen(path, "re");
    if (in && fstat(fileno(in), &status) == 0 && S_ISDIR(status.st_mode)) {
        in = NULL;
        errno = EISDIR;
    }
    if (!in)
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read %s: %s"), path, strerror(errno));
    cmd_read_facts(cmd, in, path);
    fclose(in);
}

/* What another place saw counts only where it is known that two looked (net.starttls.stripped). */
static void tell_other_places(struct cmd *cmd)
{
    struct mw_list told = {0};
    mw_list_add(cmd->arena, &told, mw_facts_header(cmd->facts)->vantage);
    for (unsigned n = 1, count = (unsigned)mw_facts_count(cmd->facts); n <= count; n++) {
        const struct mw_fact *fact = mw_fact_at(cmd->facts, n);
        if (!fact->from || mw_list_has(&told, fact->from))
            continue;
        mw_list_add(cmd->arena, &told, fact->from);
        if (!mw_fact_find(cmd->facts, MW_F_RUN_VANTAGE, fact->from))
            mw_fact_tell(cmd->facts, &(struct mw_fact){.id = MW_F_RUN_VANTAGE, .about = fact->from, .text = fact->from, .at = fact->at});
    }
}

static int judge(struct cmd *cmd)
{
    cmd->facts = mw_facts_new(cmd->arena, &(struct mw_header){0});
    if (!cmd->operands.count)
        read_file(cmd, "-");
    for (size_t i = 0; i < cmd->operands.count; i++)
        read_file(cmd, cmd->operands.items[i]);
    tell_other_places(cmd);
    cmd_compare(cmd);
    if (cmd_is_of_spf(cmd))
        return cmd_spf_end(cmd, "json");
    return cmd_end(cmd, cmd->choices.json ? "json" : cmd->choices.format ? cmd->choices.format : "text");
}

int main(int argc, char **argv)
{
    struct cmd cmd = {0};
    cmd_begin(&cmd, &tool, argc, argv);
    cmd_answer(&cmd);
    cmd_refuse_spf(&cmd);
    cmd_open(&cmd);
    bool is_cause = cmd.operands.count == 1 && !is_file(cmd.operands.items[0]);
    if (!cmd.operands.count && isatty(STDIN_FILENO))
        mw_fail(MW_EXIT_USAGE, _("a file or a cause is missing: %s %s (or facts on standard input)"), tool.name, _(tool.synopsis));
    int status = is_cause ? explain_cause(&cmd, cmd.operands.items[0]) : judge(&cmd);
    mw_arena_free(cmd.arena);
    return status;
}
