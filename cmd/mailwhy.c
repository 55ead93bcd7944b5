/* mailwhy: the front door. Asks the three questions (check, send, receive), lists the tables, and starts the tools: `mailwhy TOOL …` runs mailwhy-TOOL beside
 * itself, else in PATH. */
#include "common/common.h"
#include "common/list.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char *const words[] = {"check", "send", "receive", "deliver", "explain", "list",    "completion", "manual", "help",
                                    "dns",   "smtp", "imap",    "pop3",    "tls",     "account", "config",     NULL};
static const char *const shell_names[] = {"bash", "zsh", "fish", NULL};
/* By place in `words`. */
static const char *const *const after[MW_COUNT(words)] = {[5] = cmd_lists, [6] = shell_names, [7] = cmd_tool_names, [8] = cmd_tool_names};

static const struct cmd_tool tool = {
    .name = "mailwhy",
    .synopsis = N_("[check|send|receive|deliver] USER@DOMAIN|DOMAIN"),
    .says = N_("Tells why an address can't send or receive mail, and what must be changed."),
    .describes = N_("Looks at everything that the mail of an address goes through, from the DNS to the mailbox, and names the root cause, its evidence, what follows from it and what to "
                    "change.\n\n"
                    "  mailwhy check alice@example.org     everything\n"
                    "  mailwhy send alice@example.org      why can she not send?\n"
                    "  mailwhy receive alice@example.org   why does she get no mail?\n"
                    "  mailwhy deliver --from alice@example.org --to bob@example.net   does a message really arrive?\n"
                    "  mailwhy explain FILE...             judge saved runs again, offline\n"
                    "  mailwhy explain CAUSE               what is this cause?\n"
                    "  mailwhy list probes|facts|causes|formats\n"
                    "  mailwhy completion bash|zsh|fish\n"
                    "  mailwhy manual [TOOL]               print a manual, to be read with: man -l -\n"
                    "  mailwhy dns|smtp|imap|pop3|tls|account|config ...   one tool alone\n\n"
                    "The tools chain as pipes of facts, with the same result as the question asked at once:\n\n"
                    "  mailwhy dns example.org | mailwhy smtp | mailwhy tls | mailwhy explain\n\n"
                    "No mail is sent unless deliver or --deliver asks for it: then one marked message goes from one of your own addresses to another one, is looked for there by "
                    "IMAP, and is removed again. A login is tried only when a password is given, once, and only over a connection that is encrypted to a server that proved its name. The password "
                    "never stands in arguments, facts or reports.\n"),
    .takes = CMD_DOMAIN,
    .question = "check",
    .words = words,
    .after = after,
};

/* --- one word each ------------------------------------------------------------------------------------------------------------------------------- */

static int ask(struct cmd *cmd, const char *question, const struct mw_list *targets)
{
    struct cmd_tool asking = tool;
    asking.question = question;
    cmd->tool = &asking;
    const char *target = targets->count ? targets->items[0] : NULL;
    if (!target && mw_text_same(question, "deliver")) { /* the sender may stand behind --from: it is no outside sender then */
        target = cmd->choices.from;
        cmd->choices.from = NULL;
    }
    if (!target)
        mw_fail(MW_EXIT_USAGE, _("a target is missing: mailwhy %s user@example.org"), question);
    if (targets->count > 1)
        mw_fail(MW_EXIT_USAGE, _("one target at a time; '%s' is one too many"), targets->items[1]);
    cmd_open(cmd);
    cmd_ask(cmd, target);
    cmd_look(cmd, NULL, NULL);
    return cmd_end(cmd, cmd->choices.json ? "json" : cmd->choices.format ? cmd->choices.format : "text");
}

static const char *nearest(const char *word, const char *const *among)
{
    size_t count = 0;
    while (among[count])
        count++;
    return mw_text_nearest(word, among, count);
}

static int list(struct cmd *cmd, const char *word, const struct mw_list *names)
{
    (void)word;
    const char *name = names->count ? names->items[0] : "";
    cmd_open(cmd);
    if (cmd_list(cmd, name)) {
        cmd_close(cmd);
        return MW_EXIT_OK;
    }
    if (nearest(name, cmd_lists))
        mw_fail(MW_EXIT_USAGE, _("there is no list '%s'; did you mean '%s'?"), name, nearest(name, cmd_lists));
    mw_fail(MW_EXIT_USAGE, "%s", _("list what? mailwhy list probes|facts|causes|formats"));
}

/* All tools have the one option table; only names differ. */
static int completion(struct cmd *cmd, const char *word, const struct mw_list *shells)
{
    (void)word;
    struct mw_program programs[16] = {cmd_program(&tool)};
    const struct mw_program *all[16] = {&programs[0]};
    size_t count = 1;
    for (; cmd_tool_names[count - 1]; count++) {
        programs[count] = programs[0];
        programs[count].name = mw_printf(cmd->arena, "mailwhy-%s", cmd_tool_names[count - 1]);
        programs[count].words = NULL;
        programs[count].after = NULL;
        all[count] = &programs[count];
    }
    cmd_open(cmd);
    if (!shells->count || !mw_options_completion(all, count, shells->items[0], cmd->out))
        mw_fail(MW_EXIT_USAGE, "%s", _("completion for which shell? mailwhy completion bash|zsh|fish"));
    cmd_close(cmd);
    return MW_EXIT_OK;
}

/* --- other programs ------------------------------------------------------------------------------------------------------------------------------ */

static bool is_tool(const char *word)
{
    for (size_t i = 0; cmd_tool_names[i]; i++)
        if (strcmp(cmd_tool_names[i], word) == 0)
            return true;
    return false;
}

static int become(struct cmd *cmd, const char *name, char *const *argv)
{
    char self[PATH_MAX];
    const char *program = mw_printf(cmd->arena, "mailwhy-%s", name);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        *strrchr(self, '/') = '\0';
        execv(mw_printf(cmd->arena, "%s/%s", self, program), argv);
    }
    execvp(program, argv);
    mw_fail(MW_EXIT_OS, _("cannot start %s: %s"), program, strerror(errno));
}

/* argv without the word that named the tool. */
static int run_tool(struct cmd *cmd, const char *word, int argc, char *const *argv)
{
    char **rest = MW_NEW_ARRAY(cmd->arena, char *, argc + 1);
    size_t count = 0;
    bool cut = false;
    for (int i = 0; i < argc; i++) {
        if (!cut && argv[i] == word)
            cut = true;
        else
            rest[count++] = argv[i];
    }
    rest[0] = mw_printf(cmd->arena, "mailwhy-%s", word);
    return become(cmd, word, rest);
}

static int help(struct cmd *cmd, const char *word, const struct mw_list *topics)
{
    const char *option = mw_printf(cmd->arena, "--%s", word);
    const char *topic = topics->count ? topics->items[0] : NULL;
    if (topic && is_tool(topic))
        return become(cmd, topic, (char *[]){mw_printf(cmd->arena, "mailwhy-%s", topic), mw_strdup(cmd->arena, option), NULL});
    if (topic && !mw_text_same(topic, "mailwhy") && !nearest(topic, words))
        mw_fail(MW_EXIT_USAGE, _("there is no tool '%s'"), topic);
    struct mw_program program = cmd_program(&tool);
    cmd_open(cmd);
    if (mw_text_same(word, "manual"))
        mw_options_manual(&program, MW_VERSION, cmd->out);
    else
        mw_options_help(&program, cmd->out);
    cmd_close(cmd);
    return MW_EXIT_OK;
}

/* clang-format off */
static const struct {
    const char *word;
    int (*act)(struct cmd *cmd, const char *word, const struct mw_list *operands);
} acts[] = {
    {"check",      ask},
    {"send",       ask},
    {"receive",    ask},
    {"deliver",    ask},
    {"list",       list},
    {"completion", completion},
    {"manual",     help},
    {"help",       help},
};
/* clang-format on */

static int act(struct cmd *cmd)
{
    const char **operands = cmd->operands.items;
    if (!cmd->operands.count)
        mw_fail(MW_EXIT_USAGE, "%s", _("what is to be checked? For example: mailwhy check user@example.org (mailwhy --help tells more)"));
    const struct mw_list rest = {operands + 1, cmd->operands.count - 1, 0};
    for (size_t i = 0; i < MW_COUNT(acts); i++)
        if (strcmp(acts[i].word, operands[0]) == 0)
            return acts[i].act(cmd, operands[0], &rest);
    if (strpbrk(operands[0], "@.:"))
        return ask(cmd, "check", &cmd->operands);
    if (nearest(operands[0], words))
        mw_fail(MW_EXIT_USAGE, _("there is no command '%s'; did you mean '%s'?"), operands[0], nearest(operands[0], words));
    mw_fail(MW_EXIT_USAGE, _("'%s' is neither a command nor an address; mailwhy --help tells more"), operands[0]);
}

int main(int argc, char **argv)
{
    struct cmd cmd = {0};
    cmd_begin(&cmd, &tool, argc, argv);
    if (cmd.operands.count && is_tool(cmd.operands.items[0]))
        return run_tool(&cmd, cmd.operands.items[0], argc, argv);
    cmd_answer(&cmd);
    cmd_refuse_spf(&cmd);
    int status = act(&cmd);
    mw_arena_free(cmd.arena);
    return status;
}
