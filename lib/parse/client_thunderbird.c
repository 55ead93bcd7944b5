/* Thunderbird's prefs.js: user_pref("name", value); with JavaScript's strings, numbers and booleans. Keeps only the names below that say where mail is
 * fetched and sent; never a password or token. Accounts are those of mail.accountmanager.accounts: what is left of removed ones does not count. */
#include "settings.h"

#include <mailwhy/lang.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFS_CEILING 5000u
#define VALUE_CEILING 4096u

struct pref {
    const char *name, *value;
    int line;
};

struct prefs {
    struct settings *settings;
    struct pref *pref;
    size_t count, room;
};

/* --- the file's grammar --------------------------------------------------------------------------------------------------------------------- */

static int peek(const struct settings *s)
{
    return s->at < s->count ? (unsigned char)s->bytes[s->at] : -1;
}

static int take(struct settings *s)
{
    int c = peek(s);
    s->at += c >= 0;
    s->line += c == '\n';
    return c;
}

static bool takes(struct settings *s, const char *word)
{
    size_t length = strlen(word);
    if (s->count - s->at < length || memcmp(s->bytes + s->at, word, length) != 0)
        return false;
    s->at += length;
    return true;
}

static void skip_to(struct settings *s, const char *end)
{
    while (peek(s) >= 0 && !takes(s, end))
        take(s);
}

/* Blanks, line ends and the three kinds of comments. */
static void skip(struct settings *s)
{
    for (;;) {
        while (peek(s) >= 0 && strchr(" \t\r\n", peek(s)) && peek(s))
            take(s);
        if (takes(s, "/*"))
            skip_to(s, "*/");
        else if (peek(s) == '#' || takes(s, "//"))
            while (peek(s) >= 0 && peek(s) != '\n')
                take(s);
        else
            return;
    }
}

static bool take_hex(struct settings *s, int digits, unsigned *value)
{
    char hex[5] = "";
    for (int i = 0; i < digits; i++) {
        int c = take(s);
        if (c < 0 || !c || !strchr("0123456789abcdefABCDEF", c))
            return false;
        hex[i] = (char)c;
    }
    *value = (unsigned)strtoul(hex, NULL, 16);
    return true;
}

static char *put_utf8(char *out, unsigned point)
{
    if (point < 0x80) {
        *out++ = (char)point;
        return out;
    }
    if (point >= 0x800)
        *out++ = (char)(0xe0 | point >> 12);
    *out++ = point >= 0x800 ? (char)(0x80 | (point >> 6 & 63)) : (char)(0xc0 | point >> 6);
    *out++ = (char)(0x80 | (point & 63));
    return out;
}

/* Behind a backslash. NULL: no escape of JavaScript's. */
static char *take_escape(struct settings *s, char *out)
{
    unsigned point;
    int c = take(s);
    switch (c) {
    case 'n': point = '\n'; break;
    case 'r': point = '\r'; break;
    case 'x':
    case 'u':
        if (!take_hex(s, c == 'x' ? 2 : 4, &point))
            return NULL;
        break;
    case '"':
    case '\'':
    case '\\': point = (unsigned)c; break;
    default: return NULL;
    }
    return put_utf8(out, point ? point : ' ');
}

/* A string in quotes; what is beyond the ceiling is left out. NULL: it has no end. */
static const char *take_string(struct settings *s)
{
    char text[VALUE_CEILING + 4], *out = text;
    int quote = take(s), c;
    if (quote != '"' && quote != '\'')
        return NULL;
    while ((c = take(s)) != quote) {
        if (c < 0 || c == '\n')
            return NULL;
        char *next = out;
        if (c == '\\')
            next = take_escape(s, out);
        else
            *next++ = (char)c;
        if (!next)
            return NULL;
        out = next - text < (long)VALUE_CEILING ? next : out;
    }
    return mw_strndup(s->arena, text, (size_t)(out - text));
}

/* A number, true or false, as it is written. */
static const char *take_word(struct settings *s)
{
    size_t start = s->at;
    while (peek(s) > 0 && strchr("-+0123456789abcdefghijklmnopqrstuvwxyz", peek(s)))
        take(s);
    return s->at > start && s->at - start < 32 ? mw_strndup(s->arena, s->bytes + start, s->at - start) : NULL;
}

static bool expect(struct settings *s, char wanted)
{
    skip(s);
    return take(s) == wanted;
}

static bool take_pref(struct settings *s, struct pref *pref)
{
    pref->line = s->line;
    if (!takes(s, "user_pref") && !takes(s, "sticky_pref") && !takes(s, "pref"))
        return false;
    if (!expect(s, '('))
        return false;
    skip(s);
    pref->name = take_string(s);
    if (!pref->name || !expect(s, ','))
        return false;
    skip(s);
    pref->value = peek(s) == '"' || peek(s) == '\'' ? take_string(s) : take_word(s);
    return pref->value && expect(s, ')') && expect(s, ';');
}

/* --- the names that matter ------------------------------------------------------------------------------------------------------------------- */

static bool is_wanted(const char *name)
{
    static const char *const lists[] = {"mail.accountmanager.accounts", "mail.smtpservers", "mail.smtp.defaultserver"};
    static const char *const groups[] = {"mail.account.", "mail.server.server", "mail.smtpserver.", "mail.identity."};
    static const char *const keys[] = {".server", ".identities", ".type", ".hostname", ".realhostname", ".port", ".userName", ".realuserName", ".socketType",
                                       ".authMethod", ".useremail", ".smtpServer", ".username", ".try_ssl", ".server_sub_directory"};
    for (size_t i = 0; i < MW_COUNT(lists); i++)
        if (strcmp(name, lists[i]) == 0)
            return true;
    bool in_group = false, has_key = false;
    for (size_t i = 0; i < MW_COUNT(groups); i++)
        in_group |= strncmp(name, groups[i], strlen(groups[i])) == 0;
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < MW_COUNT(keys); i++)
        has_key |= strcmp(dot, keys[i]) == 0;
    return in_group && has_key;
}

static void keep(struct prefs *prefs, const struct pref *pref)
{
    if (!is_wanted(pref->name) || prefs->count == PREFS_CEILING)
        return;
    if (prefs->count == prefs->room) {
        prefs->room = prefs->room ? prefs->room * 2 : 64;
        prefs->pref = mw_grow(prefs->settings->arena, prefs->pref, prefs->count * sizeof *pref, prefs->room * sizeof *pref);
    }
    prefs->pref[prefs->count++] = *pref;
}

/* The last one of a name counts, as in the program. */
static const struct pref *find(const struct prefs *prefs, const char *group, const char *id, const char *key)
{
    char name[512];
    if (snprintf(name, sizeof name, "%s%s%s", group, id, key) >= (int)sizeof name)
        return NULL;
    for (size_t i = prefs->count; i-- > 0;)
        if (strcmp(prefs->pref[i].name, name) == 0)
            return &prefs->pref[i];
    return NULL;
}

static const char *get(const struct prefs *prefs, const char *group, const char *id, const char *key)
{
    const struct pref *pref = find(prefs, group, id, key);
    return pref ? pref->value : "";
}

static const char *get_first(const struct prefs *prefs, const char *group, const char *id, const char *key, const char *other)
{
    const char *value = get(prefs, group, id, key);
    return *value ? value : get(prefs, group, id, other);
}

/* --- accounts --------------------------------------------------------------------------------------------------------------------------------- */

/* nsMsgSocketType; absent: plain. */
static const char *security_of(const char *value)
{
    static const char *const kinds[] = {"none", "starttls-if-offered", "starttls", "tls"};
    long number = 0;
    mw_text_number(value, 0, 3, &number);
    return kinds[number];
}

/* nsMsgAuthMethod; absent: 3. */
static const char *auth_of(const char *value)
{
    static const char *const kinds[] = {"any", "none", "password", "password", "encrypted", "kerberos", "ntlm", "EXTERNAL", "encrypted", "any", "oauth2"};
    long number = 3;
    mw_text_number(value, 0, 10, &number);
    return kinds[number];
}

static int usual_port(const char *protocol, const char *security)
{
    static const struct { const char *protocol; int plain, tls; } ports[] = {{"imap", 143, 993}, {"pop3", 110, 995}, {"smtp", 587, 465}};
    for (size_t i = 0; i < MW_COUNT(ports); i++)
        if (strcmp(ports[i].protocol, protocol) == 0)
            return strcmp(security, "tls") == 0 ? ports[i].tls : ports[i].plain;
    return 0;
}

static void set_port(struct mw_client_account *account, const char *value)
{
    long port;
    account->port = mw_text_number(value, 1, 65535, &port) ? (int)port : usual_port(account->protocol, account->security);
}

static int line_of(const struct prefs *prefs, const char *group, const char *id)
{
    const struct pref *pref = find(prefs, group, id, ".hostname");
    return pref ? pref->line : 0;
}

static const char *first_identity(const struct prefs *prefs, const char *account)
{
    struct mw_list identities = mw_text_split(prefs->settings->arena, get(prefs, "mail.account.", account, ".identities"), ", ");
    return identities.count ? identities.items[0] : "";
}

static const char *smtp_of(const struct prefs *prefs, const char *identity)
{
    const char *server = get(prefs, "mail.identity.", identity, ".smtpServer");
    if (*server)
        return server;
    server = get(prefs, "mail.smtp.defaultserver", "", "");
    if (*server)
        return server;
    struct mw_list all = mw_text_split(prefs->settings->arena, get(prefs, "mail.smtpservers", "", ""), ", ");
    return all.count ? all.items[0] : "";
}

static bool add_incoming(struct prefs *prefs, const char *id, const char *identity)
{
    static const char group[] = "mail.server.", *const protocols[] = {"imap", "pop3"};
    struct settings *s = prefs->settings;
    const char *type = get(prefs, group, id, ".type"), *protocol = NULL;
    for (size_t i = 0; i < MW_COUNT(protocols); i++)
        if (strcmp(type, protocols[i]) == 0)
            protocol = protocols[i];
    if (!protocol)
        return true; /* local folders, feeds, news */
    struct mw_client_account *account = mw_settings_account(s, id, protocol);
    if (!account)
        return false;
    account->host = mw_settings_host(s, get_first(prefs, group, id, ".realhostname", ".hostname"));
    account->security = security_of(get(prefs, group, id, ".socketType"));
    account->auth = auth_of(get(prefs, group, id, ".authMethod"));
    account->user = mw_settings_text(s, get_first(prefs, group, id, ".realuserName", ".userName"));
    account->from = *identity ? mw_settings_text(s, get(prefs, "mail.identity.", identity, ".useremail")) : "";
    account->prefix = strcmp(protocol, "imap") == 0 ? mw_settings_text(s, get(prefs, group, id, ".server_sub_directory")) : "";
    account->sends_by = *identity ? mw_settings_text(s, smtp_of(prefs, identity)) : "";
    account->line = line_of(prefs, group, id);
    set_port(account, get(prefs, group, id, ".port"));
    return true;
}

/* The address of the first account that sends by it. */
static const char *from_of(const struct settings *s, const char *id)
{
    for (size_t i = 0; i < s->account_count; i++)
        if (strcmp(s->accounts[i].sends_by, id) == 0)
            return s->accounts[i].from;
    return "";
}

static bool add_smtp(struct prefs *prefs, const char *id)
{
    static const char group[] = "mail.smtpserver.";
    struct settings *s = prefs->settings;
    struct mw_client_account *account = mw_settings_account(s, id, "smtp");
    if (!account)
        return false;
    account->host = mw_settings_host(s, get(prefs, group, id, ".hostname"));
    account->security = security_of(get(prefs, group, id, ".try_ssl"));
    account->auth = auth_of(get(prefs, group, id, ".authMethod"));
    account->user = mw_settings_text(s, get(prefs, group, id, ".username"));
    account->from = from_of(s, account->label);
    account->line = line_of(prefs, group, id);
    set_port(account, get(prefs, group, id, ".port"));
    return true;
}

static bool add_accounts(struct prefs *prefs)
{
    struct mw_arena *arena = prefs->settings->arena;
    struct mw_list accounts = mw_text_split(arena, get(prefs, "mail.accountmanager.accounts", "", ""), ", ");
    for (size_t i = 0; i < accounts.count; i++) {
        const char *server = get(prefs, "mail.account.", accounts.items[i], ".server");
        if (*server && !add_incoming(prefs, server, first_identity(prefs, accounts.items[i])))
            return false;
    }
    struct mw_list smtp = mw_text_split(arena, get(prefs, "mail.smtpservers", "", ""), ", ");
    for (size_t i = 0; i < smtp.count; i++)
        if (!add_smtp(prefs, smtp.items[i]))
            return false;
    return true;
}

bool mw_thunderbird_read(struct settings *s)
{
    struct prefs prefs = {.settings = s};
    s->line = 1;
    takes(s, "\xef\xbb\xbf");
    for (skip(s); peek(s) >= 0; skip(s)) {
        struct pref pref = {.name = NULL};
        if (!take_pref(s, &pref)) {
            s->line = pref.line;
            return mw_settings_flaw(s, N_("not a user_pref(\"name\", value); line"), pref.name ? pref.name : "");
        }
        keep(&prefs, &pref);
    }
    return add_accounts(&prefs);
}
