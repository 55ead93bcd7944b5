/* Reads the target as users write it: an address (international ones too), a domain, or a host with a port. What is none is told in one line, with what would
 * be right, and ends the program.
 *
 * Syntax of a mailbox: RFC 5321 section 4.1.2 and RFC 6531 section 3.3; lengths: RFC 5321 section 4.5.3.1. */
#include "common.h"

#include <mailwhy/dns.h>
#include <mailwhy/fail.h>
#include <mailwhy/lang.h>
#include <mailwhy/rdap.h>

#include <ctype.h>
#include <string.h>

#define LOCAL_PART_CEILING 64

/* clang-format off */
static const struct { int port; const char *service; } ports[] = {
    {25,  "smtp"},
    {587, "submission"},
    {465, "submissions"},
    {143, "imap"},
    {993, "imaps"},
    {110, "pop3"},
    {995, "pop3s"},
    {24,  "lmtp"},
    {4190, "sieve"},
};
/* clang-format on */

/* What the user wrote, safe to show in a line. */
static const char *shown(struct cmd *cmd, const char *text)
{
    return mw_text_safe(cmd->arena, text, strlen(text), 120);
}

static void refuse_address(struct cmd *cmd, const char *text, const char *address)
{
    if (cmd->tool->takes == CMD_DOMAIN)
        mw_fail(MW_EXIT_USAGE, _("'%s' is an IP address; give user@domain or a domain (one host alone: mailwhy smtp %s)"), shown(cmd, text), address);
}

/* http://mail.example.org/inbox → mail.example.org, to suggest. */
static void refuse_url(struct cmd *cmd, const char *text)
{
    const char *host = strstr(text, "://");
    if (!host && !mw_text_starts(text, "mailto:"))
        return;
    host = host ? host + 3 : text + strlen("mailto:");
    const char *bare = mw_strndup(cmd->arena, host, strcspn(host, "/?#"));
    mw_fail(MW_EXIT_USAGE, _("'%s' is a URL; give user@domain or a domain, for example: %s"), shown(cmd, text), shown(cmd, bare));
}

static const char *read_domain(struct cmd *cmd, const char *whole, const char *text)
{
    const char *flaw = NULL;
    const char *domain = mw_domain_read(cmd->arena, text, &flaw);
    if (!domain)
        mw_fail(MW_EXIT_USAGE, _("'%s' has no valid domain: %s"), shown(cmd, whole), _(flaw));
    return domain;
}

static bool is_quoted(const char *local)
{
    size_t length = strlen(local);
    return length >= 2 && local[0] == '"' && local[length - 1] == '"';
}

/* NULL: none. */
static const char *flaw_of_local_part(const char *local)
{
    if (!*local)
        return N_("nothing stands before the @");
    if (strlen(local) > LOCAL_PART_CEILING)
        return N_("more than 64 bytes stand before the @");
    if (!mw_text_is_utf8(local, strlen(local)))
        return N_("what stands before the @ is not UTF-8");
    bool quoted = is_quoted(local);
    if (!quoted && (local[0] == '.' || local[strlen(local) - 1] == '.' || strstr(local, "..")))
        return N_("a dot stands at the begin or end, or next to another, before the @");
    for (const char *at = local; *at; at++) {
        if (iscntrl((unsigned char)*at))
            return N_("a control character stands before the @");
        if (!quoted && strchr(" \"(),:;<>@[\\]", *at))
            return N_("a character stands before the @ that needs quotes");
    }
    return NULL;
}

static const char *read_mailbox(struct cmd *cmd, const char *text, const char **domain)
{
    const char *at = strrchr(text, '@');
    const char *local = mw_strndup(cmd->arena, text, (size_t)(at - text));
    const char *flaw = flaw_of_local_part(local);
    if (flaw)
        mw_fail(MW_EXIT_USAGE, _("'%s' is no mail address: %s"), shown(cmd, text), _(flaw));
    if (at[1] == '[')
        mw_fail(MW_EXIT_USAGE, _("'%s' names an IP address instead of a domain; give user@domain"), shown(cmd, text));
    *domain = read_domain(cmd, text, at + 1);
    return mw_printf(cmd->arena, "%s@%s", local, *domain);
}

const char *cmd_mailbox(struct cmd *cmd, const char *option, const char *text)
{
    const char *domain;
    if (!text)
        return NULL;
    if (!strchr(text, '@'))
        mw_fail(MW_EXIT_USAGE, _("--%s takes an address like user@example.org, not '%s'"), option, shown(cmd, text));
    return read_mailbox(cmd, text, &domain);
}

const char *cmd_sending_address(struct cmd *cmd)
{
    const char *text = cmd->choices.ip, *address = text ? mw_address_read(cmd->arena, text) : NULL;
    if (text && !address)
        mw_fail(MW_EXIT_USAGE, _("--ip takes an IP address like 192.0.2.1 or 2001:db8::1, not '%s'"), shown(cmd, text));
    bool mapped = address && mw_text_starts(address, "::ffff:") && strchr(address, '.');
    return mapped ? address + strlen("::ffff:") : address; /* RFC 7208 section 5 */
}

/* Cuts HOST:PORT, [ADDRESS]:PORT, [ADDRESS] and a bare IPv6 address; the port is "" where none is given. */
static const char *cut_port(struct cmd *cmd, const char *text, const char **port)
{
    const char *close = *text == '[' ? strchr(text, ']') : NULL;
    const char *colon = strrchr(text, ':');
    *port = "";
    if (close) {
        *port = close[1] == ':' ? close + 2 : close + 1;
        if (close[1] && (close[1] != ':' || !close[2]))
            *port = "?"; /* [::1]25, [::1]: */
        return mw_strndup(cmd->arena, text + 1, (size_t)(close - text) - 1);
    }
    if (!colon || mw_address_read(cmd->arena, text))
        return text;
    *port = colon[1] ? colon + 1 : "?";
    return mw_strndup(cmd->arena, text, (size_t)(colon - text));
}

static const char *service_of(const struct cmd *cmd, int port)
{
    if (cmd->choices.service)
        return cmd->choices.service;
    for (size_t i = 0; i < MW_COUNT(ports); i++)
        if (ports[i].port == port)
            return ports[i].service;
    return port ? cmd->tool->service : cmd->tool->services;
}

static void read_host(struct cmd *cmd, const char *text, const char *host, const char *port)
{
    struct mw_asked *asked = &cmd->asked;
    long number = 0;
    if (*port && !mw_text_number(port, 1, 65535, &number))
        mw_fail(MW_EXIT_USAGE, _("'%s' names no port: a port is a number from 1 to 65535"), shown(cmd, text));
    asked->port = (int)number;
    asked->address = mw_address_read(cmd->arena, host);
    asked->host = asked->address ? asked->address : read_domain(cmd, text, host);
    if (!service_of(cmd, asked->port))
        mw_fail(MW_EXIT_USAGE, _("what does '%s' speak? Say so with --service"), shown(cmd, text));
    cmd->choices.service = service_of(cmd, asked->port);
}

static bool is_one_host(struct cmd *cmd, const char *host, const char *port)
{
    if (cmd->tool->takes == CMD_DOMAIN)
        return false;
    return cmd->tool->takes == CMD_HOST_OR_MAILBOX || *port || cmd->choices.service || mw_address_read(cmd->arena, host);
}

static void read_name(struct cmd *cmd, const char *target)
{
    const char *port, *host = cut_port(cmd, target, &port), *address = mw_address_read(cmd->arena, host);
    if (address)
        refuse_address(cmd, target, address);
    if (is_one_host(cmd, host, port)) {
        read_host(cmd, target, host, port);
        return;
    }
    if (*port)
        mw_fail(MW_EXIT_USAGE, _("'%s' names a port; give user@domain or a domain (one host alone: mailwhy smtp %s)"), shown(cmd, target), shown(cmd, target));
    const char *flaw, *domain = mw_domain_read(cmd->arena, target, &flaw); /* dots may be those of other scripts */
    bool has_dot = strchr(domain ? domain : target, '.') || strstr(target, "。");
    bool is_suffix = domain && mw_domain_is_suffix(domain);
    if (!has_dot && !is_suffix && mw_text_is_utf8(target, strlen(target)))
        mw_fail(MW_EXIT_USAGE, _("'%s' is neither an address nor a domain; give user@example.org or example.org"), shown(cmd, target));
    cmd->asked.domain = read_domain(cmd, target, target);
    if (is_suffix)
        mw_fail(MW_EXIT_USAGE, _("'%s' is a public suffix, below which domains are registered; give one of them, like example.%s"), shown(cmd, target), shown(cmd, target));
}

void cmd_target(struct cmd *cmd, const char *target)
{
    cmd->asked.target = target;
    if (!*target)
        mw_fail(MW_EXIT_USAGE, "%s", _("the target is empty; give user@domain or a domain"));
    refuse_url(cmd, target);
    if (strchr(target, '@'))
        cmd->asked.mailbox = read_mailbox(cmd, target, &cmd->asked.domain);
    else
        read_name(cmd, target);
}
