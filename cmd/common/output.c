/* Where the output goes, and whether it arrived: a closed pipe or a full disk is one line and exit 74, never silence. */
#include "common.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file)
        mw_fail(MW_EXIT_CANNOT_WRITE, _("cannot write %s: %s"), path, strerror(errno));
    return file;
}

void cmd_open(struct cmd *cmd)
{
    cmd->out = cmd->choices.output ? open_file(cmd->choices.output) : stdout;
    cmd->save = cmd->choices.save ? open_file(cmd->choices.save) : NULL;
    cmd->out_is_terminal = isatty(fileno(cmd->out));
}

void cmd_cannot_write(struct cmd *cmd)
{
    int why = errno;
    if (cmd->choices.output)
        mw_complain(_("cannot write %s: %s"), cmd->choices.output, strerror(why));
    else
        mw_complain(_("cannot write to standard output: %s"), strerror(why));
    _exit(MW_EXIT_CANNOT_WRITE); /* the stream's buffer is not tried again */
}

void cmd_close(struct cmd *cmd)
{
    bool failed = ferror(cmd->out) != 0;
    if (fclose(cmd->out) || failed)
        cmd_cannot_write(cmd);
}

static void save(struct cmd *cmd)
{
    bool failed = !mw_facts_write(cmd->facts, cmd->save) || ferror(cmd->save);
    if (fclose(cmd->save) || failed)
        mw_fail(MW_EXIT_CANNOT_WRITE, _("cannot save the facts in %s: %s"), cmd->choices.save, strerror(errno));
}

void cmd_read_facts(struct cmd *cmd, FILE *in, const char *name)
{
    const char *flaw = NULL;
    if (!mw_facts_read(cmd->facts, in, name, &flaw))
        mw_fail(MW_EXIT_DATA, "%s", flaw);
}

static size_t columns_of(const struct cmd *cmd)
{
    struct winsize size = {0};
    if (!cmd->out_is_terminal)
        return 100;
    if (ioctl(fileno(cmd->out), TIOCGWINSZ, &size) || size.ws_col < 40)
        return 80;
    return size.ws_col > 120 ? 120 : size.ws_col;
}

static bool is_colored(const struct cmd *cmd)
{
    const char *never = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (cmd->choices.color && !mw_text_same(cmd->choices.color, "auto"))
        return mw_text_same(cmd->choices.color, "always");
    return cmd->out_is_terminal && !(never && *never) && !mw_text_same(terminal, "dumb");
}

struct mw_format_options cmd_format_options(const struct cmd *cmd)
{
    return (struct mw_format_options){cmd->choices.verbose, is_colored(cmd), cmd->choices.tree, columns_of(cmd)};
}

static int report(struct cmd *cmd, const char *format)
{
    const struct mw_report *report = mw_report_make(cmd->arena, cmd->facts);
    const struct mw_format_options options = cmd_format_options(cmd);
    if (format && !mw_format_by_name(format)->write(report, &options, cmd->out))
        cmd_cannot_write(cmd);
    return report->exit_status;
}

int cmd_end(struct cmd *cmd, const char *format)
{
    int status = report(cmd, format);
    cmd_close(cmd);
    if (cmd->save)
        save(cmd);
    return status;
}
