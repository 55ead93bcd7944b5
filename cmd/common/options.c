/* The option table that all programs share, and the beginning of every program.
 *
 * Never reads a password; an option's value is checked here only for its form. */
#include "common.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBES_CEILING 100
#define FORMATS_CEILING 20
#define VALUE_CEILING 500u /* bytes of an option in the header of facts */

/* Filled from the tables of probes and formats before the options are read. */
static const char *probe_names[PROBES_CEILING + 1], *format_names[FORMATS_CEILING + 1];
static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const services[] = {"smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s", "lmtp", "sieve", NULL};
const char *const cmd_tool_names[] = {"dns", "smtp", "imap", "pop3", "tls", "account", "config", "explain", NULL};

#define AT(member) offsetof(struct cmd_choices, member)
/* clang-format off */
static const struct mw_option options[] = {
    /* name              letter kind        argument         says                                                                                   */
    {"json",              0,  MW_FLAG,    NULL,         N_("report as JSON; a tool that looks writes its facts as JSON Lines"),           AT(json), 0, 0, NULL},
    {"format",            0,  MW_CHOICE,  "FORMAT",     N_("form of the report"),                                                         AT(format), 0, 0, format_names},
    {"output",            'o', MW_FILE,   "FILE",       N_("write to FILE instead of standard output"),                                   AT(output), 0, 0, NULL},
    {"save",              0,  MW_FILE,    "FILE",       N_("save the facts of the run, free of secrets, for mailwhy explain FILE"),       AT(save), 0, 0, NULL},
    {"verbose",           'v', MW_FLAG,   NULL,         N_("show the dialogue with each server and every fact"),                          AT(verbose), 0, 0, NULL},
    {"color",             0,  MW_CHOICE,  "WHEN",       N_("colour the text; auto means on a terminal"),                                  AT(color), 0, 0, colors},
    {"lang",              0,  MW_STRING,  "LANGUAGE",   N_("language of the report: en or zh_CN"),                                        AT(lang), 0, 0, NULL},
    {"timeout",           0,  MW_NUMBER,  "SECONDS",    N_("end after this time with what is known (30, with --patient 300)"),            AT(timeout_s), 0.1, 3600, NULL},
    {"patient",           0,  MW_FLAG,    NULL,         N_("wait up to five minutes for a server that greets late"),                      AT(patient), 0, 0, NULL},
    {"retry",             0,  MW_NUMBER,  "SECONDS",    N_("try once more after this time what was refused for now"),                     AT(retry_s), 1, 3000, NULL},
    {"samples",           0,  MW_WHOLE,   "COUNT",      N_("connect COUNT times to each host and port that is looked at, over all its addresses, and count which fail"), AT(samples), 2, 100, NULL},
    {"resolver",          0,  MW_STRINGS, "ADDR[:PORT]", N_("ask this resolver instead of the system's; repeatable (system: those too)"), AT(resolvers), 0, 0, NULL},
    {"trust-anchor",      0,  MW_FILE,    "FILE",       N_("trust anchor for DNSSEC instead of the system's"),                            AT(trust_anchor), 0, 0, NULL},
    {"rdap",              0,  MW_STRING,  "URL",        N_("ask this server for the registration data, even where nothing is wrong"),     AT(rdap), 0, 0, NULL},
    {"ca-file",           0,  MW_FILE,    "FILE",       N_("certificate authorities to trust instead of the system's"),                   AT(ca_file), 0, 0, NULL},
    {"ipv4",              '4', MW_FLAG,   NULL,         N_("use IPv4 alone"),                                                             AT(only_ipv4), 0, 0, NULL},
    {"ipv6",              '6', MW_FLAG,   NULL,         N_("use IPv6 alone"),                                                             AT(only_ipv6), 0, 0, NULL},
    {"user",              'u', MW_STRING, "NAME",       N_("login name; the address itself where it is not given"),                       AT(user), 0, 0, NULL},
    {"password-file",     0,  MW_FILE,    "FILE",       N_("try one login with the password in the first line of FILE"),                  AT(password_file), 0, 0, NULL},
    {"password-command",  0,  MW_STRING,  "COMMAND",    N_("try one login with the password that this shell command prints"),             AT(password_command), 0, 0, NULL},
    {"ask-password",      0,  MW_FLAG,    NULL,         N_("try one login with a password typed here"),                                   AT(ask_password), 0, 0, NULL},
    {"token-file",        0,  MW_FILE,    "FILE",       N_("try one login with the OAuth access token in the first line of FILE"),        AT(token_file), 0, 0, NULL},
    {"token-command",     0,  MW_STRING,  "COMMAND",    N_("try one login with the OAuth access token that this shell command prints"),   AT(token_command), 0, 0, NULL},
    {"insecure-login",    0,  MW_FLAG,    NULL,         N_("log in even where the connection is not encrypted or the server not proved"), AT(insecure_login), 0, 0, NULL},
    {"config",            0,  MW_FILES,   "FILE",       N_("judge these settings of a mail client (prefs.js, msmtprc, mbsyncrc); repeatable"), AT(configs), 0, 0, NULL},
    {"from",              0,  MW_STRING,  "ADDRESS",    N_("outside sender to try receiving from"),                                       AT(from), 0, 0, NULL},
    {"to",                0,  MW_STRING,  "ADDRESS",    N_("recipient to try sending to"),                                                AT(to), 0, 0, NULL},
    {"size",              0,  MW_WHOLE,   "BYTES",      N_("size of the message that is to be sent or received"),                         AT(size), 1, 4294967295.0, NULL},
    {"subject",           0,  MW_STRING,  "TEXT",       N_("look in all folders for messages with this in their subject"),                AT(subject), 0, 0, NULL},
    {"message-id",        0,  MW_STRING,  "ID",         N_("look in all folders for the message with this Message-ID"),                   AT(message_id), 0, 0, NULL},
    {"idle",              0,  MW_NUMBER,  "SECONDS",    N_("wait this long in IMAP IDLE, to see whether the connection lasts"),           AT(idle_s), 1, 1740, NULL},
    {"deliver",           0,  MW_FLAG,    NULL,         N_("send one marked message to the address of --to, look for it there and remove it"), AT(deliver), 0, 0, NULL},
    {"intrusive",         0,  MW_FLAG,    NULL,         N_("with --deliver: try how the server ends messages, at your own address"),      AT(intrusive), 0, 0, NULL},
    {"to-user",           0,  MW_STRING,  "NAME",       N_("login name of the mailbox of --to; the address itself where it is not given"), AT(to_user), 0, 0, NULL},
    {"to-password-file",  0,  MW_FILE,    "FILE",       N_("read the mailbox of --to with the password in the first line of FILE"),       AT(to_password_file), 0, 0, NULL},
    {"to-password-command", 0, MW_STRING, "COMMAND",    N_("read the mailbox of --to with the password that this shell command prints"),  AT(to_password_command), 0, 0, NULL},
    {"ip",                0,  MW_STRING,  "ADDRESS",    N_("address that mail leaves from: may it send for the domain by SPF?"),         AT(ip), 0, 0, NULL},
    {"helo",              0,  MW_STRING,  "NAME",       N_("with --ip: name that is said in HELO or EHLO there"),                         AT(helo), 0, 0, NULL},
    {"spf",               0,  MW_FLAG,    NULL,         N_("mailwhy dns: evaluate SPF alone, for --ip, --helo and --from (here the envelope sender), or the record without them"), AT(spf), 0, 0, NULL},
    {"tree",              0,  MW_FLAG,    NULL,         N_("show the delegation, and the SPF record with all that it includes, as a tree"),                    AT(tree), 0, 0, NULL},
    {"dkim-selector",     0,  MW_STRINGS, "NAME",       N_("DKIM selector that the domain signs with; repeatable"),                       AT(dkim_selectors), 0, 0, NULL},
    {"message",           0,  MW_FILE,    "FILE",       N_("check the DKIM signatures and the ARC chain of this message, and say what was altered"), AT(message), 0, 0, NULL},
    {"dnsbl",             0,  MW_STRINGS, "ZONE",       N_("block list to ask about the domain and its addresses, instead of the usual ones; repeatable"),                 AT(dnsbls), 0, 0, NULL},
    {"compare",           0,  MW_FILE,    "FILE",       N_("a saved run of the same domain (--save), to tell what has changed since"),    AT(compare), 0, 0, NULL},
    {"data",              0,  MW_FILE,    "DIR",        N_("tables of block lists and DKIM selectors to use instead of those that came with the program"), AT(data), 0, 0, NULL},
    {"control",           0,  MW_STRINGS, "HOST:PORT",  N_("a server that is known to work, to compare with; repeatable"),                AT(controls), 0, 0, NULL},
    {"service",           0,  MW_CHOICE,  "SERVICE",    N_("what HOST:PORT speaks where the port does not tell"),                         AT(service), 0, 0, services},
    {"ehlo",              0,  MW_STRING,  "NAME",       N_("name of this machine to say in EHLO"),                                        AT(ehlo), 0, 0, NULL},
    {"vantage",           0,  MW_STRING,  "NAME",       N_("name of this place, to tell two runs apart (the host name)"),                 AT(vantage), 0, 0, NULL},
    {"only",              0,  MW_CHOICES, "PROBE,...",  N_("run these probes alone, and those that lead to them; mailwhy list probes names them"), AT(only), 0, 0, probe_names},
    {"skip",              0,  MW_CHOICES, "PROBE,...",  N_("leave these probes out"),                                                     AT(skip), 0, 0, probe_names},
    {"help",              'h', MW_FLAG,   NULL,         N_("show this help"),                                                             AT(help), 0, 0, NULL},
    {"manual",            0,  MW_FLAG,    NULL,         N_("print the manual, to be read with: man -l -"),                                AT(manual), 0, 0, NULL},
    {"version",           0,  MW_FLAG,    NULL,         N_("show the version"),                                                           AT(version), 0, 0, NULL},
};
/* clang-format on */

struct mw_program cmd_program(const struct cmd_tool *tool)
{
    return (struct mw_program){tool->name, tool->synopsis, tool->says, tool->describes, options, MW_COUNT(options), tool->words, tool->after};
}

static void fill_names(void)
{
    assert(mw_probe_count <= PROBES_CEILING && mw_format_count <= FORMATS_CEILING);
    for (size_t i = 0, count = 0; i < mw_probe_count; i++) /* rows of one probe stand together: one for each fact that it wants */
        if (!count || !mw_text_same(probe_names[count - 1], mw_probes[i]->name))
            probe_names[count++] = mw_probes[i]->name;
    for (size_t i = 0; i < mw_format_count; i++)
        format_names[i] = mw_formats[i].name;
}

/* A descriptor that is closed would be taken by the next socket, and a report be sent to a mail server. What is opened in its place fails when written to. */
static bool fill_descriptors(void)
{
    bool out_is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    return out_is_open;
}

static void use_language(const char *wanted)
{
    if (!mw_lang_use(wanted) && wanted)
        mw_fail(MW_EXIT_USAGE, "there are no sentences in the language '%s'; --lang takes en or zh_CN", wanted);
}

/* The language that the command line asks for counts for errors in the command line too. */
static const char *language_of(int argc, char *const *argv)
{
    const char *wanted = NULL;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            wanted = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            wanted = argv[i + 1];
    }
    return wanted;
}

void cmd_answer(struct cmd *cmd)
{
    struct mw_program program = cmd_program(cmd->tool);
    if (!cmd->choices.help && !cmd->choices.version && !cmd->choices.manual)
        return;
    if (cmd->choices.help)
        mw_options_help(&program, stdout);
    else if (cmd->choices.manual)
        mw_options_manual(&program, MW_VERSION, stdout);
    else
        printf("%s %s\n", program.name, MW_VERSION);
    cmd->out = stdout;
    cmd_close(cmd);
    exit(MW_EXIT_OK);
}

static void check_pairs(const struct cmd_choices *choices)
{
    if (choices->only_ipv4 && choices->only_ipv6)
        mw_fail(MW_EXIT_USAGE, "%s", _("-4 and -6 together leave no address to use; give one of them"));
    if (choices->json && choices->format && !mw_text_same(choices->format, "json"))
        mw_fail(MW_EXIT_USAGE, _("--json and --format %s ask for two forms; give one of them"), choices->format);
    if (!!choices->password_file + !!choices->password_command + choices->ask_password > 1)
        mw_fail(MW_EXIT_USAGE, "%s", _("give one of --password-file, --password-command and --ask-password"));
    if (choices->token_file && choices->token_command)
        mw_fail(MW_EXIT_USAGE, "%s", _("give one of --token-file and --token-command"));
    if (choices->helo && !choices->ip && !choices->spf)
        mw_fail(MW_EXIT_USAGE, "%s", _("--helo says what the server at --ip says; give --ip too"));
    if (choices->to_password_file && choices->to_password_command)
        mw_fail(MW_EXIT_USAGE, "%s", _("give one of --to-password-file and --to-password-command"));
}

static void check_word(const char *name, const char *value)
{
    for (const char *at = value; at && *at; at++)
        if (iscntrl((unsigned char)*at))
            mw_fail(MW_EXIT_USAGE, _("the value of --%s holds a control character"), name);
}

/* What is said to servers. */
static void check_words(const struct cmd_choices *choices)
{
    check_word("user", choices->user);
    check_word("to-user", choices->to_user);
    check_word("helo", choices->helo);
    check_word("from", choices->from);
    check_word("subject", choices->subject);
    check_word("message-id", choices->message_id);
}

void cmd_begin(struct cmd *cmd, const struct cmd_tool *tool, int argc, char *const *argv)
{
    bool out_is_open = fill_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of writing */
    mw_fail_as(tool->name);
    use_language(language_of(argc, argv));
    fill_names();
    cmd->arena = mw_arena_new();
    cmd->tool = tool;
    struct mw_program program = cmd_program(tool);
    const char *flaw = NULL;
    if (!mw_options_read(cmd->arena, &program, argc, argv, &cmd->choices, &cmd->operands, &flaw))
        mw_fail(MW_EXIT_USAGE, "%s", flaw);
    if (!out_is_open && !cmd->choices.output)
        mw_fail(MW_EXIT_CANNOT_WRITE, "%s", _("standard output is closed"));
    check_pairs(&cmd->choices);
    check_words(&cmd->choices);
}

static void shape_list(const struct cmd *cmd, struct mw_list *shape, const char *name, const struct mw_list *values)
{
    for (size_t i = 0; i < values->count; i++)
        mw_list_add(cmd->arena, shape, mw_printf(cmd->arena, "%s=%s", name, mw_text_safe(cmd->arena, values->items[i], strlen(values->items[i]), VALUE_CEILING)));
}

static void shape_text(const struct cmd *cmd, struct mw_list *shape, const char *name, const char *value)
{
    if (value)
        mw_list_add(cmd->arena, shape, mw_printf(cmd->arena, "%s=%s", name, mw_text_safe(cmd->arena, value, strlen(value), VALUE_CEILING)));
}

static void shape_flag(const struct cmd *cmd, struct mw_list *shape, const char *name, bool chosen)
{
    if (chosen)
        mw_list_add(cmd->arena, shape, name);
}

static void shape_number(const struct cmd *cmd, struct mw_list *shape, const char *name, double value)
{
    if (value > 0)
        mw_list_add(cmd->arena, shape, mw_printf(cmd->arena, "%s=%.12g", name, value));
}

struct mw_list cmd_shape(const struct cmd *cmd)
{
    const struct cmd_choices *choices = &cmd->choices;
    struct mw_list shape = {0};
    shape_list(cmd, &shape, "resolver", &choices->resolvers);
    if (choices->only_ipv4 || choices->only_ipv6)
        mw_list_add(cmd->arena, &shape, choices->only_ipv4 ? "ipv4" : "ipv6");
    shape_text(cmd, &shape, "user", choices->user);
    shape_text(cmd, &shape, "from", choices->from);
    shape_text(cmd, &shape, "from", choices->mail_from);
    shape_text(cmd, &shape, "to", choices->to);
    shape_flag(cmd, &shape, "spf", choices->spf);
    shape_text(cmd, &shape, "ip", choices->ip);
    shape_text(cmd, &shape, "helo", choices->helo);
    if (choices->password_file || choices->password_command || choices->ask_password)
        mw_list_add(cmd->arena, &shape, "ask-password"); /* that there was a login, not where the password is */
    if (choices->token_file || choices->token_command)
        mw_list_add(cmd->arena, &shape, "token");
    if (choices->to_password_file || choices->to_password_command)
        mw_list_add(cmd->arena, &shape, "to-password");
    shape_flag(cmd, &shape, "insecure-login", choices->insecure_login);
    shape_flag(cmd, &shape, "patient", choices->patient);
    shape_flag(cmd, &shape, "deliver", choices->deliver);
    shape_flag(cmd, &shape, "intrusive", choices->intrusive);
    shape_number(cmd, &shape, "size", choices->size);
    shape_number(cmd, &shape, "retry", choices->retry_s);
    shape_number(cmd, &shape, "samples", choices->samples);
    shape_number(cmd, &shape, "idle", choices->idle_s);
    shape_text(cmd, &shape, "subject", choices->subject);
    shape_text(cmd, &shape, "message-id", choices->message_id);
    shape_text(cmd, &shape, "to-user", choices->to_user);
    shape_text(cmd, &shape, "service", choices->service);
    shape_list(cmd, &shape, "config", &choices->configs);
    shape_text(cmd, &shape, "rdap", choices->rdap);
    shape_text(cmd, &shape, "ca-file", choices->ca_file);
    shape_text(cmd, &shape, "trust-anchor", choices->trust_anchor);
    shape_list(cmd, &shape, "dkim-selector", &choices->dkim_selectors);
    shape_text(cmd, &shape, "message", choices->message);
    shape_list(cmd, &shape, "dnsbl", &choices->dnsbls);
    shape_text(cmd, &shape, "compare", choices->compare);
    shape_text(cmd, &shape, "data", choices->data);
    shape_list(cmd, &shape, "control", &choices->controls);
    shape_list(cmd, &shape, "only", &choices->only);
    shape_list(cmd, &shape, "skip", &choices->skip);
    return shape;
}
