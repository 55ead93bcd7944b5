/* What the programs share: one option table, reading the target and the password, running probes, and writing what came of it.
 *
 * A program's life: cmd_begin (options, language), cmd_answer (--help and the like), cmd_ask (target and password into `asked`), cmd_look (the run),
 * cmd_end (report, --save, exit status). Everything lives in cmd->arena. */
#ifndef MAILWHY_COMMON_H
#define MAILWHY_COMMON_H

#include <mailwhy/asked.h>
#include <mailwhy/fact.h>
#include <mailwhy/options.h>
#include <mailwhy/report.h>

#include <stdbool.h>
#include <stdio.h>

struct mw_probe;

/* What the option table fills; names as in options.c. */
struct cmd_choices {
    bool help, manual, version, json, verbose, only_ipv4, only_ipv6, ask_password, insecure_login, patient, deliver, intrusive;
    const char *data;
    const char *format, *output, *lang, *color, *trust_anchor, *ca_file, *user, *password_file, *password_command, *from, *to, *save, *vantage, *ehlo, *service,
        *message, *token_file, *token_command, *to_user, *to_password_file, *to_password_command, *subject, *message_id, *rdap, *compare;
    double timeout_s, size, retry_s, samples, idle_s; /* timeout_s 0: not given */
    struct mw_list resolvers, configs, dkim_selectors, dnsbls, controls, only, skip;
    bool spf, tree;
    const char *ip, *helo, *mail_from; /* mail_from: --from where --spf gives it that meaning */
};

/* How a program reads its operand. */
enum cmd_takes {
    CMD_DOMAIN,          /* user@domain or a domain */
    CMD_DOMAIN_OR_HOST,  /* the same; with a port, an address or --service: one host */
    CMD_HOST_OR_MAILBOX, /* a name is one host; user@domain has its hosts looked for */
    CMD_FILES            /* no target: files of facts */
};

/* One program: what --help says of it, and which probes it runs. */
struct cmd_tool {
    const char *name, *synopsis, *says, *describes;
    enum cmd_takes takes;
    const char *question;       /* its word in the header of facts */
    const char *service;        /* that a host speaks at a port that tells nothing; NULL: --service must say it */
    const char *services;       /* to try at a host without a port, parted by blanks; NULL: --service must say it */
    const char *const *probes;  /* names, NULL-terminated; NULL: all */
    const char *const *words;   /* subcommands; NULL */
    const char *const *const *after; /* for completion: what may follow each of them */
    bool only_handshake;        /* its conversations end behind the TLS handshake */
};

struct cmd {
    struct mw_arena *arena;
    const struct cmd_tool *tool;
    struct cmd_choices choices;
    struct mw_list operands;
    struct mw_asked asked;
    struct mw_facts *facts;
    FILE *out, *save;
    bool out_is_terminal;
};

/* options.c */
extern const char *const cmd_tool_names[]; /* dns, smtp, …: NULL-terminated */
struct mw_program cmd_program(const struct cmd_tool *tool);
/* Reads argv, or ends the program with exit 64. */
void cmd_begin(struct cmd *cmd, const struct cmd_tool *tool, int argc, char *const *argv);
/* --help, --version and --manual are answered here, and end the program. */
void cmd_answer(struct cmd *cmd);
/* "name=value", of a flag "name", of the options that shape the run, for the header. */
struct mw_list cmd_shape(const struct cmd *cmd);

/* target.c: each ends the program with exit 64 and one line where the operand is wrong. */
void cmd_target(struct cmd *cmd, const char *target);
/* A mailbox as --from and --to take it: user@domain with the domain as A-labels. */
const char *cmd_mailbox(struct cmd *cmd, const char *option, const char *text);

/* The address of --ip, canonical; one that is IPv4 in IPv6 is IPv4. NULL where it was not given. */
const char *cmd_sending_address(struct cmd *cmd);

/* password.c: NULL where no option asks for one. */
const char *cmd_password(struct cmd *cmd);
const char *cmd_token(struct cmd *cmd);
const char *cmd_to_password(struct cmd *cmd);

/* data.c */
void cmd_data(struct cmd *cmd);      /* the dated data files into cmd->asked; a bad one ends the program with exit 65 or 66 */
void cmd_tell_data(struct cmd *cmd); /* which of them are old */

/* look.c */
void cmd_ask(struct cmd *cmd, const char *target); /* options and target into cmd->asked, cmd->facts with header and the facts of the question */
/* The same with no look at the target: of a domain that is none. */
void cmd_ask_unread(struct cmd *cmd, const char *target);
/* The same from facts that were read: a pipe. */
void cmd_ask_again(struct cmd *cmd);
/* Runs the tool's probes. `heard` gets each fact as it is told; NULL. */
void cmd_look(struct cmd *cmd, void (*heard)(void *context, const struct mw_fact *fact), void *context);
/* The probes of the tool less --only and --skip. NULL-terminated. */
const struct mw_probe *const *cmd_probes(struct cmd *cmd);

/* compare.c: the facts that --compare adds; ends the program where its file is none, or of another domain. */
void cmd_compare(struct cmd *cmd);

/* output.c */
void cmd_open(struct cmd *cmd);  /* --output and --save, before the run: a wrong path is told at once */
void cmd_close(struct cmd *cmd); /* what was written must have arrived: else exit 74 */
void cmd_cannot_write(struct cmd *cmd);
void cmd_read_facts(struct cmd *cmd, FILE *in, const char *name);
struct mw_format_options cmd_format_options(const struct cmd *cmd);
/* Judges, writes the report in `format`, saves, and gives the exit status. */
int cmd_end(struct cmd *cmd, const char *format);

/* tool.c: main of a tool that looks; and what comes behind its options. */
int cmd_tool_main(const struct cmd_tool *tool, int argc, char *const *argv);
int cmd_tool_run(struct cmd *cmd);
/* The run, after the question was told; as facts: each is written as soon as it is told. */
void cmd_tool_look(struct cmd *cmd, bool as_facts);

/* spf.c: `dns --spf`: SPF alone, for a sending address or as a record. */
int cmd_spf_run(struct cmd *cmd);
/* Was SPF alone evaluated, now or in a saved run? Then its result is told, or what the record is worth, with the exit status of `dns --spf`. `json`: the format
 * for --json; NULL: none, as the facts themselves were written. */
bool cmd_is_of_spf(const struct cmd *cmd);
int cmd_spf_end(struct cmd *cmd, const char *json);
void cmd_refuse_spf(const struct cmd *cmd); /* of every other program and word */

#endif
