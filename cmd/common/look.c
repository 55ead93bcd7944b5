/* From options to a run: fills `asked`, tells the facts of the question, runs the probes, shows progress on a terminal, and ends early on Ctrl-C. */
#include "common.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>
#include <mailwhy/fail.h>
#include <mailwhy/http.h>
#include <mailwhy/lang.h>
#include <mailwhy/message.h>
#include <mailwhy/net.h>
#include <mailwhy/probe.h>
#include <mailwhy/rdap.h>
#include <mailwhy/raw.h>
#include <mailwhy/run.h>

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *question;
    unsigned legs;
} questions[] = {{"send", MW_SUBMIT | MW_SEND}, {"receive", MW_RECEIVE | MW_RETRIEVE}, {"account", MW_RETRIEVE | MW_ACCOUNT}, {"deliver", MW_SUBMIT | MW_SEND}};

/* Seconds for a whole run. */
#define TIMEOUT_S 30
#define PATIENT_S 300
#define DELIVERY_S 120
#define SAMPLE_S 0.5 /* one of --samples: some round trips and a pause */

static const char *host_name(struct cmd *cmd)
{
    char name[HOST_NAME_MAX + 1];
    if (gethostname(name, sizeof name))
        return "localhost";
    name[sizeof name - 1] = '\0';
    return mw_text_safe(cmd->arena, name, strlen(name), HOST_NAME_MAX);
}

/* The address that packets to the outside leave from, as a literal (RFC 5321 section 4.1.3); nothing is sent. NULL: no way out. */
static const char *address_literal(struct cmd *cmd)
{
    struct sockaddr_in out = {.sin_family = AF_INET, .sin_port = htons(25)}, own = {0};
    socklen_t length = sizeof own;
    char text[INET_ADDRSTRLEN];
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, "192.0.2.1", &out.sin_addr);
    bool known = udp >= 0 && connect(udp, (struct sockaddr *)&out, sizeof out) == 0 && getsockname(udp, (struct sockaddr *)&own, &length) == 0;
    if (udp >= 0)
        close(udp);
    return known && inet_ntop(AF_INET, &own.sin_addr, text, sizeof text) ? mw_printf(cmd->arena, "[%s]", text) : NULL;
}

/* [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321 section 4.1.3). */
static bool is_literal(struct cmd *cmd, const char *text)
{
    size_t length = strlen(text);
    if (text[0] != '[' || text[length - 1] != ']')
        return false;
    const char *inside = mw_strndup(cmd->arena, text + 1, length - 2);
    return mw_address_read(cmd->arena, mw_text_starts(inside, "IPv6:") ? inside + strlen("IPv6:") : inside) != NULL;
}

static const char *wanted_ehlo_name(struct cmd *cmd)
{
    const char *flaw = NULL, *name = cmd->choices.ehlo;
    if (is_literal(cmd, name))
        return name;
    if (strchr(name, '['))
        mw_fail(MW_EXIT_USAGE, "%s", _("--ehlo takes a host name, or an address in brackets"));
    name = mw_domain_read(cmd->arena, name, &flaw);
    if (!name)
        mw_fail(MW_EXIT_USAGE, _("--ehlo takes a host name: %s"), _(flaw));
    return name;
}

static const char *ehlo_name(struct cmd *cmd)
{
    const char *flaw = NULL, *literal, *own = host_name(cmd);
    if (cmd->choices.ehlo)
        return wanted_ehlo_name(cmd);
    if (strchr(own, '.') && mw_domain_read(cmd->arena, own, &flaw))
        return mw_domain_read(cmd->arena, own, &flaw);
    literal = address_literal(cmd);
    return literal ? literal : "[127.0.0.1]";
}

static unsigned legs_of(const char *question)
{
    for (size_t i = 0; i < MW_COUNT(questions); i++)
        if (mw_text_same(questions[i].question, question))
            return questions[i].legs;
    return MW_ALL_LEGS;
}

static struct mw_list domains(struct cmd *cmd, const char *option, const struct mw_list *texts)
{
    struct mw_list names = {0};
    for (size_t i = 0; i < texts->count; i++) {
        const char *flaw = NULL, *name = mw_domain_read(cmd->arena, texts->items[i], &flaw);
        if (!name)
            mw_fail(MW_EXIT_USAGE, _("--%s %s: %s"), option, texts->items[i], _(flaw));
        mw_list_add(cmd->arena, &names, name);
    }
    return names;
}

/* The name of a key is pasted whole where the selector alone is asked for. */
static void refuse_whole_names(const struct cmd *cmd, const struct mw_list *selectors)
{
    for (size_t i = 0; i < selectors->count; i++) {
        const char *name = selectors->items[i], *rest = mw_text_find(name, "._domainkey");
        if (rest > name)
            mw_fail(MW_EXIT_USAGE, _("--dkim-selector takes the selector alone: %s"), mw_text_safe(cmd->arena, name, (size_t)(rest - name), SIZE_MAX));
    }
}

/* A block list is a zone; addresses are what is looked for in it. */
static void refuse_addresses(struct cmd *cmd, const struct mw_list *zones)
{
    for (size_t i = 0; i < zones->count; i++)
        if (mw_address_read(cmd->arena, zones->items[i]))
            mw_fail(MW_EXIT_USAGE, _("--dnsbl takes the zone of a block list, not the address %s"), zones->items[i]);
}

static void check_controls(struct cmd *cmd)
{
    for (size_t i = 0; i < cmd->choices.controls.count; i++) {
        const char *control = cmd->choices.controls.items[i], *colon = strrchr(control, ':');
        long port;
        if (!colon || colon == control || !mw_text_number(colon + 1, 1, 65535, &port))
            mw_fail(MW_EXIT_USAGE, _("--control takes HOST:PORT with a port from 1 to 65535, not '%s'"), control);
    }
}

/* Registration data are believed over https alone (RFC 7481 section 3.5). */
static const char *rdap_server(struct cmd *cmd)
{
    struct mw_url url;
    const char *text = cmd->choices.rdap;
    if (text && (!mw_url_read(cmd->arena, text, &url) || !url.secure || strpbrk(text, "?#")))
        mw_fail(MW_EXIT_USAGE, _("--rdap takes the https URL of an RDAP server, not '%s'"), mw_text_safe(cmd->arena, text, strlen(text), 120));
    return text;
}

/* A file that the command line names and that cannot be read is the user's slip, not a fault of the mail system. */
static void check_file(const char *path)
{
    struct stat status;
    if (!path)
        return;
    bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (is_directory || access(path, R_OK))
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read %s: %s"), path, strerror(is_directory ? EISDIR : errno));
}

static void check_files(const struct cmd_choices *choices)
{
    check_file(choices->ca_file);
    check_file(choices->trust_anchor);
    check_file(choices->message);
    check_file(choices->compare);
    for (size_t i = 0; i < choices->configs.count; i++)
        check_file(choices->configs.items[i]);
}

static bool begins(const char *bytes, size_t count, const char *with)
{
    return count >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

static bool begins_field(const char *bytes, size_t count)
{
    size_t name = 0;
    while (name < count && bytes[name] > ' ' && bytes[name] != ':')
        name++;
    return name && name < count && bytes[name] == ':';
}

/* The lines before a header that are empty or blank; a message may be without header, and its text is none. */
static size_t blank_lines(const char *bytes, size_t count)
{
    size_t lines = 0;
    for (size_t i = 0; i < count && bytes[i] && strchr(" \t\r\n", bytes[i]); i++)
        if (bytes[i] == '\n')
            lines = i + 1;
    bool is_before = begins_field(bytes + lines, count - lines) || begins(bytes + lines, count - lines, "From ");
    return is_before ? lines : 0;
}

/* What is saved or copied before a message, and is none of it: a byte order mark, blank lines, the line of an mbox (RFC 4155). */
static size_t before_message(const char *bytes, size_t count)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t before = begins(bytes, count, mark) ? strlen(mark) : 0;
    before += blank_lines(bytes + before, count - before);
    const char *end = begins(bytes + before, count - before, "From ") ? memchr(bytes + before, '\n', count - before) : NULL;
    return end ? (size_t)(end - bytes) + 1 : before;
}

/* A message that is longer than the ceiling is read as far as that; its signatures are then told as not tested. */
static void read_message(struct cmd *cmd, const char *path)
{
    struct mw_asked *asked = &cmd->asked;
    struct mw_flaw flaw;
    struct stat status;
    FILE *in = path ? fopen(path, "r") : NULL;
    if (!path)
        return;
    bool sized = in && fstat(fileno(in), &status) == 0 && S_ISREG(status.st_mode) && status.st_size < (off_t)MW_MESSAGE_BYTES;
    size_t room = sized ? (size_t)status.st_size + 1 : MW_MESSAGE_BYTES + 1;
    char *bytes = mw_alloc(cmd->arena, room);
    size_t count = in ? fread(bytes, 1, room, in) : 0;
    if (!in || ferror(in))
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read %s: %s"), path, strerror(errno));
    fclose(in);
    asked->message_cut = count > MW_MESSAGE_BYTES;
    size_t before = before_message(bytes, count);
    bytes += before;
    count -= before;
    asked->message = bytes;
    asked->message_bytes = count - asked->message_cut;
    if (!mw_message_read(cmd->arena, bytes, count, &asked->dkim_keys, &flaw))
        mw_fail(MW_EXIT_DATA, _("%s:1: not a mail message: %s"), path, _(flaw.why));
}

static bool delivers(const struct cmd *cmd)
{
    return cmd->choices.deliver || mw_text_same(cmd->tool->question, "deliver");
}

/* Nothing is sent that nobody could look for and remove again. */
static void ask_delivery(struct cmd *cmd)
{
    struct mw_asked *asked = &cmd->asked;
    if (!asked->deliver && asked->intrusive)
        mw_fail(MW_EXIT_USAGE, "%s", _("--intrusive is for --deliver alone"));
    if (!asked->deliver)
        return;
    if (cmd->tool->probes)
        mw_fail(MW_EXIT_USAGE, "%s", _("--deliver is for mailwhy deliver and mailwhy check"));
    if (!asked->mailbox)
        mw_fail(MW_EXIT_USAGE, "%s", _("a message needs a sender's address: mailwhy deliver --from user@example.org --to other@example.net"));
    asked->to = asked->to ? asked->to : asked->mailbox;
    bool own = mw_text_same(asked->to, asked->mailbox);
    if (own && !asked->to_password) {
        asked->to_password = asked->password;
        asked->to_user = asked->to_user ? asked->to_user : asked->user;
    }
    if (!asked->password && !asked->token)
        mw_fail(MW_EXIT_USAGE, "%s", _("to send a message the sender's login is needed: --password-file, --password-command, --ask-password or --token-file"));
    if (!asked->to_password && !(own && asked->token))
        mw_fail(MW_EXIT_USAGE, "%s", _("to find the message and to remove it the recipient's login is needed: --to-password-file or --to-password-command"));
}

static double timeout_of(const struct cmd *cmd)
{
    const struct cmd_choices *choices = &cmd->choices;
    if (choices->timeout_s > 0)
        return choices->timeout_s;
    return (choices->patient ? PATIENT_S : TIMEOUT_S) + choices->retry_s + choices->idle_s + choices->samples * SAMPLE_S + (delivers(cmd) ? DELIVERY_S : 0);
}

static void ask_options(struct cmd *cmd)
{
    struct mw_asked *asked = &cmd->asked;
    const struct cmd_choices *choices = &cmd->choices;
    check_controls(cmd);
    check_files(choices);
    asked->question = cmd->tool->question;
    asked->legs = legs_of(cmd->tool->question);
    asked->only_handshake = cmd->tool->only_handshake;
    asked->resolvers = choices->resolvers;
    asked->trust_anchor = choices->trust_anchor;
    asked->ca_file = choices->ca_file;
    asked->rdap = rdap_server(cmd);
    asked->only_ipv4 = choices->only_ipv4;
    asked->only_ipv6 = choices->only_ipv6;
    asked->timeout_s = timeout_of(cmd);
    asked->size = (long)choices->size;
    asked->retry_s = choices->retry_s;
    asked->samples = (long)choices->samples;
    asked->idle_s = choices->idle_s;
    asked->subject = choices->subject;
    asked->message_id = choices->message_id;
    asked->deliver = delivers(cmd);
    asked->intrusive = choices->intrusive;
    asked->to_user = choices->to_user;
    asked->user = choices->user;
    asked->insecure_login = choices->insecure_login;
    asked->configs = choices->configs;
    asked->from = cmd_mailbox(cmd, "from", choices->from);
    asked->to = cmd_mailbox(cmd, "to", choices->to);
    refuse_whole_names(cmd, &choices->dkim_selectors);
    asked->dkim_selectors = domains(cmd, "dkim-selector", &choices->dkim_selectors);
    read_message(cmd, choices->message);
    refuse_addresses(cmd, &choices->dnsbls);
    asked->dnsbls = domains(cmd, "dnsbl", &choices->dnsbls);
    cmd_data(cmd);
    asked->controls = choices->controls;
    asked->sending_address = cmd_sending_address(cmd);
    asked->helo = cmd->choices.helo;
    asked->mail_from = cmd->choices.mail_from;
    asked->ehlo_name = ehlo_name(cmd);
    asked->password = cmd_password(cmd);
    asked->token = cmd_token(cmd);
    asked->to_password = cmd_to_password(cmd);
    ask_delivery(cmd);
}

static void tell(struct cmd *cmd, enum mw_fact_id id, const char *about, const char *text)
{
    if (about)
        mw_fact_tell(cmd->facts, &(struct mw_fact){.id = id, .about = about, .text = text});
}

static const char *domain_of(const char *mailbox)
{
    return mailbox ? strrchr(mailbox, '@') + 1 : NULL;
}

/* What was asked, as facts: from these alone everything else follows. Facts that a pipe brought are not told again. */
static void tell_question(struct cmd *cmd)
{
    const struct mw_asked *asked = &cmd->asked;
    if (asked->host)
        tell(cmd, MW_F_TARGET_HOST, mw_about_endpoint(cmd->arena, asked->host, NULL, asked->port), cmd->choices.service);
    if (asked->sending_address && !mw_fact_first(cmd->facts, MW_F_SPF_ASKED))
        tell(cmd, MW_F_SPF_ASKED, asked->sending_address, asked->domain ? asked->domain : asked->target);
    if (!mw_fact_first(cmd->facts, MW_F_TARGET_DOMAIN)) {
        tell(cmd, MW_F_TARGET_MAILBOX, asked->mailbox, asked->mailbox);
        tell(cmd, MW_F_TARGET_DOMAIN, asked->domain, asked->domain);
        if (asked->domain && mw_domain_is_suffix(asked->domain))
            mw_fact_tell(cmd->facts, &(struct mw_fact){.id = MW_F_TARGET_SUFFIX, .about = asked->domain, .yes = true});
    }
    if (!mw_fact_first(cmd->facts, MW_F_SENDER_OUTSIDE))
        tell(cmd, MW_F_SENDER_OUTSIDE, asked->from, asked->from);
    if (!mw_fact_first(cmd->facts, MW_F_RECIPIENT_MAILBOX)) {
        tell(cmd, MW_F_RECIPIENT_MAILBOX, asked->to, asked->to);
        tell(cmd, MW_F_RECIPIENT_DOMAIN, domain_of(asked->to), domain_of(asked->to));
    }
    cmd_tell_data(cmd);
    cmd_compare(cmd);
    if (asked->size && !mw_fact_first(cmd->facts, MW_F_MESSAGE_SIZE))
        mw_fact_tell(cmd->facts, &(struct mw_fact){.id = MW_F_MESSAGE_SIZE, .about = asked->target, .number = asked->size});
}

static void keep_secrets(struct cmd *cmd)
{
    const char *const secrets[] = {cmd->asked.password, cmd->asked.token, cmd->asked.to_password};
    for (size_t i = 0; i < MW_COUNT(secrets); i++)
        if (secrets[i])
            mw_facts_secret(cmd->facts, secrets[i]);
}

void cmd_ask(struct cmd *cmd, const char *target)
{
    cmd_target(cmd, target);
    cmd_ask_unread(cmd, target);
}

void cmd_ask_unread(struct cmd *cmd, const char *target)
{
    cmd->asked.target = target;
    ask_options(cmd);
    struct mw_header header = {cmd->asked.question, target, cmd->choices.vantage ? cmd->choices.vantage : host_name(cmd), MW_VERSION, cmd_shape(cmd)};
    cmd->facts = mw_facts_new(cmd->arena, &header);
    keep_secrets(cmd);
    tell_question(cmd);
}

static const char *told(const struct cmd *cmd, enum mw_fact_id id)
{
    const struct mw_fact *fact = mw_fact_first(cmd->facts, id);
    return fact ? fact->about : NULL;
}

void cmd_ask_again(struct cmd *cmd)
{
    struct mw_asked *asked = &cmd->asked;
    const struct mw_header *header = mw_facts_header(cmd->facts);
    asked->target = header->target;
    asked->mailbox = told(cmd, MW_F_TARGET_MAILBOX);
    asked->domain = told(cmd, MW_F_TARGET_DOMAIN);
    ask_options(cmd);
    asked->legs = legs_of(header->question);
    asked->from = asked->from ? asked->from : told(cmd, MW_F_SENDER_OUTSIDE);
    asked->to = asked->to ? asked->to : told(cmd, MW_F_RECIPIENT_MAILBOX);
    keep_secrets(cmd);
    tell_question(cmd);
}

/* --- which probes ------------------------------------------------------------------------------------------------------------------------------ */

static bool is_of_tool(const struct cmd_tool *tool, const char *name)
{
    if (!tool->probes)
        return true;
    for (size_t i = 0; tool->probes[i]; i++)
        if (mw_text_same(tool->probes[i], name))
            return true;
    return false;
}

static bool tells(const struct mw_probe *probe, enum mw_fact_id wanted)
{
    if (probe->ends == wanted)
        return true;
    for (size_t i = 0; i < MW_PROBE_TELLS && probe->tells[i] != MW_NO_FACT; i++)
        if (probe->tells[i] == wanted)
            return true;
    return false;
}

/* Marks the probes that --only names and, until nothing is new, those that tell what a marked one wants. */
static void mark(const struct cmd *cmd, bool *marked)
{
    for (size_t i = 0; i < mw_probe_count; i++)
        marked[i] = !cmd->choices.only.count || mw_list_has(&cmd->choices.only, mw_probes[i]->name);
    for (bool changed = cmd->choices.only.count > 0; changed;) {
        changed = false;
        for (size_t i = 0; i < mw_probe_count; i++)
            for (size_t k = 0; marked[i] && k < mw_probe_count; k++)
                if (!marked[k] && tells(mw_probes[k], mw_probes[i]->wants))
                    changed = marked[k] = true;
    }
}

const struct mw_probe *const *cmd_probes(struct cmd *cmd)
{
    const struct mw_probe **probes = MW_NEW_ARRAY(cmd->arena, const struct mw_probe *, mw_probe_count + 1);
    bool *marked = MW_NEW_ARRAY(cmd->arena, bool, mw_probe_count + 1);
    size_t count = 0;
    mark(cmd, marked);
    for (size_t i = 0; i < mw_probe_count; i++)
        if (marked[i] && is_of_tool(cmd->tool, mw_probes[i]->name) && !mw_list_has(&cmd->choices.skip, mw_probes[i]->name))
            probes[count++] = mw_probes[i];
    for (size_t i = 0; cmd->tool->probes && cmd->tool->probes[i]; i++)
        assert(mw_probe_by_name(cmd->tool->probes[i]));
    return probes;
}

/* --- the run ----------------------------------------------------------------------------------------------------------------------------------- */

static struct mw_run *running;

/* The first Ctrl-C ends with what is known, the second one at once. */
static void interrupted(int number)
{
    signal(number, SIG_DFL);
    mw_run_stop(running); /* NOLINT(bugprone-signal-handler): made for it */
}

static void show_progress(void *context, unsigned under_way, unsigned ended, const char *newest)
{
    const struct cmd *cmd = context;
    fputs("\r\033[K", stderr);
    fprintf(stderr, _("looking: %u of %u done, now %s"), ended, ended + under_way, newest ? mw_text_safe(cmd->arena, newest, strlen(newest), 40) : "");
    fflush(stderr);
}

static bool shows_progress(const struct cmd *cmd)
{
    return cmd->out_is_terminal && isatty(STDERR_FILENO);
}

static struct mw_net *open_net(struct cmd *cmd)
{
    const struct mw_asked *asked = &cmd->asked;
    struct mw_net_options options = {.resolvers = asked->resolvers, .ca_file = asked->ca_file, .trust_anchor = asked->trust_anchor,
                                     .only_ipv4 = asked->only_ipv4,
                                     .only_ipv6 = asked->only_ipv6};
    const char *flaw = NULL;
    struct mw_net *net = mw_net_new(cmd->arena, &options, &flaw);
    bool of_file = !net && ((asked->ca_file && strstr(flaw, asked->ca_file)) || (asked->trust_anchor && strstr(flaw, asked->trust_anchor)));
    if (!net) /* a resolver that is none, or a file without a certificate or a key */
        mw_fail(of_file ? MW_EXIT_DATA : MW_EXIT_USAGE, "%s", _(flaw));
    return net;
}

void cmd_look(struct cmd *cmd, void (*heard)(void *context, const struct mw_fact *fact), void *context)
{
    struct mw_net *net = open_net(cmd);
    running = mw_run_new(cmd->facts, net, &cmd->asked, cmd_probes(cmd));
    if (heard)
        mw_run_listen(running, heard, context);
    if (shows_progress(cmd))
        mw_run_progress(running, show_progress, cmd);
    signal(SIGINT, interrupted);
    signal(SIGTERM, interrupted);
    mw_run_go(running);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (shows_progress(cmd))
        fputs("\r\033[K", stderr);
    mw_net_free(net);
}
