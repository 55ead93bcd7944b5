/* msmtp's configuration (msmtp(1), "Configuration files"): one command a line, accounts that inherit from `defaults` and from other accounts. Lines with a
 * password or with a command that prints one are passed over; commands that we do not need are too. */
#include "settings.h"

#include <mailwhy/lang.h>

#include <string.h>

#define COMMANDS_CEILING 40u

/* An account as the file gives it: what was set, before the program's own defaults. */
struct section {
    const char *name;
    struct { const char *command, *value; } set[COMMANDS_CEILING];
    size_t count;
    int line;
};

struct msmtp {
    struct settings *settings;
    struct section defaults, *accounts[MW_CLIENT_ACCOUNTS], *open;
    size_t count;
};

static const char *const kept[] = {"host", "port", "tls", "tls_starttls", "tls_trust_file", "tls_certcheck", "tls_fingerprint", "auth", "user", "from"};

static void set(struct section *section, const char *command, const char *value)
{
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->set[i].command, command) == 0) {
            section->set[i].value = value;
            return;
        }
    if (section->count < COMMANDS_CEILING) {
        section->set[section->count].command = command;
        section->set[section->count++].value = value;
    }
}

static const char *get(const struct section *section, const char *command)
{
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->set[i].command, command) == 0)
            return section->set[i].value;
    return "";
}

static void inherit(struct section *section, const struct section *from)
{
    for (size_t i = 0; i < from->count; i++)
        set(section, from->set[i].command, from->set[i].value);
}

static struct section *by_name(const struct msmtp *msmtp, const char *name)
{
    for (size_t i = 0; i < msmtp->count; i++)
        if (strcmp(msmtp->accounts[i]->name, name) == 0)
            return msmtp->accounts[i];
    return NULL;
}

/* "name" or "name : base, base". */
static bool open_account(struct msmtp *msmtp, const char *value)
{
    struct settings *s = msmtp->settings;
    size_t length = strcspn(value, ":");
    const char *name = mw_text_trim(s->arena, mw_strndup(s->arena, value, length));
    if (!*name)
        return mw_settings_flaw(s, N_("account without a name"), value);
    if (by_name(msmtp, name))
        return mw_settings_flaw(s, N_("an account is defined twice"), name);
    if (msmtp->count == MW_CLIENT_ACCOUNTS)
        return mw_settings_flaw(s, N_("more than 100 accounts"), "");
    struct section *section = MW_NEW(s->arena, struct section);
    section->name = name;
    section->line = s->line;
    inherit(section, &msmtp->defaults);
    struct mw_list bases = mw_text_split(s->arena, value[length] ? value + length + 1 : "", ", \t");
    for (size_t i = 0; i < bases.count; i++) {
        const struct section *base = by_name(msmtp, bases.items[i]);
        if (!base)
            return mw_settings_flaw(s, N_("an account that is not defined before"), bases.items[i]);
        inherit(section, base);
    }
    msmtp->accounts[msmtp->count++] = section;
    msmtp->open = section;
    return true;
}

static const char *unquoted(struct mw_arena *arena, const char *value)
{
    size_t length = strlen(value);
    return length >= 2 && value[0] == '"' && value[length - 1] == '"' ? mw_strndup(arena, value + 1, length - 2) : value;
}

static bool is_switch(const char *command)
{
    static const char *const switches[] = {"tls", "tls_starttls", "tls_certcheck"};
    for (size_t i = 0; i < MW_COUNT(switches); i++)
        if (strcmp(command, switches[i]) == 0)
            return true;
    return false;
}

static bool check_value(struct settings *s, const char *command, const char *value)
{
    int port;
    if (is_switch(command))
        return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 || mw_settings_flaw(s, N_("neither on nor off"), value);
    if (strcmp(command, "port") == 0)
        return mw_settings_number(s, value, &port);
    return *value || strcmp(command, "host") != 0 || mw_settings_flaw(s, N_("a value is missing"), command);
}

static bool read_line(struct msmtp *msmtp, const char *line)
{
    struct settings *s = msmtp->settings;
    line += strspn(line, " \t");
    if (!*line || *line == '#')
        return true;
    size_t length = strcspn(line, " \t");
    const char *command = mw_strndup(s->arena, line, length), *value = unquoted(s->arena, mw_text_trim(s->arena, line + length));
    if (strcmp(command, "account") == 0)
        return open_account(msmtp, value);
    if (strcmp(command, "defaults") == 0) {
        msmtp->open = &msmtp->defaults;
        return true;
    }
    if (!msmtp->open)
        return mw_settings_flaw(s, N_("the first command is neither account nor defaults"), command);
    for (size_t i = 0; i < MW_COUNT(kept); i++)
        if (strcmp(command, kept[i]) == 0) {
            value = *value || !is_switch(command) ? value : "on";
            set(msmtp->open, kept[i], value);
            return check_value(s, command, value);
        }
    return true;
}

static const char *security_of(const struct section *section)
{
    if (strcmp(get(section, "tls"), "on") != 0)
        return "none";
    return strcmp(get(section, "tls_starttls"), "off") == 0 ? "tls" : "starttls";
}

static const char *auth_of(struct mw_arena *arena, const char *value)
{
    if (!*value || strcmp(value, "off") == 0)
        return "none";
    return strcmp(value, "on") == 0 ? "any" : mw_settings_upper(arena, value);
}

static const char *trust_of(struct settings *s, const struct section *section)
{
    const char *fingerprint = get(section, "tls_fingerprint"), *file = get(section, "tls_trust_file");
    if (strcmp(get(section, "tls_certcheck"), "off") == 0)
        return "off";
    if (*fingerprint)
        return mw_settings_text(s, mw_printf(s->arena, "fingerprint %s", fingerprint));
    return *file && strcmp(file, "system") != 0 ? mw_settings_text(s, mw_printf(s->arena, "file %s", file)) : "system";
}

static bool add(struct settings *s, const struct section *section)
{
    long port;
    struct mw_client_account *account = mw_settings_account(s, mw_printf(s->arena, "account %s", section->name), "smtp");
    if (!account)
        return false;
    account->host = mw_settings_host(s, get(section, "host"));
    account->security = security_of(section);
    account->port = strcmp(account->security, "tls") == 0 ? 465 : 25;
    if (mw_text_number(get(section, "port"), 1, 65535, &port))
        account->port = (int)port;
    account->auth = mw_settings_text(s, auth_of(s->arena, get(section, "auth")));
    account->user = mw_settings_text(s, get(section, "user"));
    account->from = mw_settings_text(s, get(section, "from"));
    account->trust = trust_of(s, section);
    account->line = section->line;
    return true;
}

bool mw_msmtp_read(struct settings *s)
{
    struct msmtp *msmtp = MW_NEW(s->arena, struct msmtp);
    msmtp->settings = s;
    for (const char *line; (line = mw_settings_line(s));)
        if (!read_line(msmtp, line))
            return false;
    for (size_t i = 0; i < msmtp->count; i++)
        if (!add(s, msmtp->accounts[i]))
            return false;
    return true;
}
