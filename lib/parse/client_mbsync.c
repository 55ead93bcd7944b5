/* mbsync's configuration (mbsync(1) of isync 1.4): sections that an empty line ends; IMAPAccount, or an IMAPStore with the account's own lines in it. Pass,
 * PassCmd and everything that is not about the server are passed over. */
#include "settings.h"

#include <mailwhy/lang.h>

#include <string.h>

struct section {
    struct mw_client_account *account; /* NULL: no section that matters */
    const char *security, *port, *mechanisms, *certificates;
    const char *uses, *path; /* of a store: the account that it names, and what stands before the names of its folders */
    bool no_system, tunnel;
};

/* The next word of a line; quotes and backslashes as in mbsync. "" at the end or at a comment. */
static const char *next_word(struct mw_arena *arena, const char **at)
{
    const char *c = *at + strspn(*at, " \t");
    char *word = mw_alloc(arena, strlen(c) + 1), *out = word;
    bool quoted = false;
    if (*c == '#')
        c = "";
    for (; *c && (quoted || !strchr(" \t", *c)); c++) {
        if (*c == '"') {
            quoted = !quoted;
            continue;
        }
        c += *c == '\\' && c[1];
        *out++ = *c;
    }
    *at = c;
    return word;
}

static bool is_yes(const char *word)
{
    static const char *const words[] = {"yes", "true", "on", "1"};
    for (size_t i = 0; i < MW_COUNT(words); i++)
        if (mw_text_same(word, words[i]))
            return true;
    return false;
}

/* Each reads one line of an open section. */
static bool set_host(struct settings *s, struct section *section, const char *value)
{
    static const struct { const char *prefix, *security; } prefixes[] = {{"imaps:", "tls"}, {"imap:", NULL}}; /* isync before 1.2 */
    for (size_t i = 0; i < MW_COUNT(prefixes); i++)
        if (mw_text_starts(value, prefixes[i].prefix)) {
            value += strlen(prefixes[i].prefix);
            section->security = section->security ? section->security : prefixes[i].security;
        }
    section->account->host = mw_settings_host(s, value);
    return true;
}

static bool set_port(struct settings *s, struct section *section, const char *value)
{
    return mw_settings_number(s, value, &section->account->port);
}

static bool set_user(struct settings *s, struct section *section, const char *value)
{
    section->account->user = mw_settings_text(s, value);
    return true;
}

static bool set_security(struct settings *s, struct section *section, const char *value)
{
    static const struct { const char *word, *security; } words[] = {{"None", "none"}, {"STARTTLS", "starttls"}, {"IMAPS", "tls"}};
    for (size_t i = 0; i < MW_COUNT(words); i++)
        if (mw_text_same(value, words[i].word)) {
            section->security = words[i].security;
            return true;
        }
    return mw_settings_flaw(s, N_("not None, STARTTLS or IMAPS"), value);
}

static bool set_certificates(struct settings *s, struct section *section, const char *value)
{
    (void)s;
    section->certificates = value;
    return true;
}

static bool set_system(struct settings *s, struct section *section, const char *value)
{
    (void)s;
    section->no_system = !is_yes(value);
    return true;
}

static bool set_tunnel(struct settings *s, struct section *section, const char *value)
{
    (void)s, (void)value;
    section->tunnel = true;
    return true;
}

static const struct {
    const char *name;
    bool (*set)(struct settings *s, struct section *section, const char *value);
} fields[] = {
    {"Host", set_host}, {"Port", set_port}, {"User", set_user}, {"SSLType", set_security}, {"TLSType", set_security}, {"CertificateFile", set_certificates},
    {"SystemCertificates", set_system}, {"Tunnel", set_tunnel},
};

static const char *trust_of(struct settings *s, const struct section *section)
{
    if (section->certificates)
        return mw_settings_text(s, mw_printf(s->arena, "file %s", section->certificates));
    return section->no_system ? "nothing" : "system";
}

/* The path of a store is told of the account that it names. */
static void hand_over_path(struct settings *s, const struct section *section)
{
    const char *label = section->uses && section->path ? mw_printf(s->arena, "IMAPAccount %s", section->uses) : NULL;
    for (size_t i = 0; label && i < s->account_count; i++)
        if (strcmp(s->accounts[i].label, label) == 0)
            s->accounts[i].prefix = mw_settings_text(s, section->path);
}

/* The defaults of mbsync: STARTTLS unless through a tunnel, and its port. A store that only names its account is none of its own. */
static void close_section(struct settings *s, struct section *section)
{
    struct mw_client_account *account = section->account;
    if (!account)
        return;
    bool empty = !*account->host && !section->tunnel && mw_text_starts(account->label, "IMAPStore ");
    account->security = section->security ? section->security : section->tunnel ? "none" : "starttls";
    account->port = account->port ? account->port : strcmp(account->security, "tls") == 0 ? 993 : 143;
    account->trust = trust_of(s, section);
    if (section->mechanisms)
        account->auth = section->mechanisms;
    account->prefix = section->path ? mw_settings_text(s, section->path) : "";
    hand_over_path(s, section);
    s->account_count -= empty;
    *section = (struct section){.account = NULL};
}

static bool open_section(struct settings *s, struct section *section, const char *keyword, const char *name)
{
    if (!*name)
        return mw_settings_flaw(s, N_("a section without a name"), keyword);
    section->account = mw_settings_account(s, mw_printf(s->arena, "%s %s", keyword, name), "imap");
    return section->account;
}

static const char *mechanisms_of(struct settings *s, const char *first, const char *rest)
{
    struct mw_list words = {0};
    for (const char *word = first; *word; word = next_word(s->arena, &rest))
        mw_list_add(s->arena, &words, mw_settings_upper(s->arena, word));
    return mw_list_has(&words, "*") ? "any" : mw_settings_text(s, mw_list_join(s->arena, &words, " "));
}

static bool read_line(struct settings *s, struct section *section, const char *line)
{
    static const char *const sections[] = {"IMAPAccount", "IMAPStore"};
    const char *keyword = next_word(s->arena, &line), *value = next_word(s->arena, &line);
    for (size_t i = 0; i < MW_COUNT(sections); i++)
        if (mw_text_same(keyword, sections[i])) {
            close_section(s, section);
            return open_section(s, section, sections[i], value);
        }
    if (!section->account)
        return true;
    if (mw_text_same(keyword, "AuthMech") || mw_text_same(keyword, "AuthMechs"))
        section->mechanisms = mechanisms_of(s, value, line);
    if (mw_text_same(keyword, "Account"))
        section->uses = value;
    if (mw_text_same(keyword, "Path"))
        section->path = value;
    for (size_t i = 0; i < MW_COUNT(fields); i++)
        if (mw_text_same(keyword, fields[i].name))
            return *value ? fields[i].set(s, section, value) : mw_settings_flaw(s, N_("a value is missing"), keyword);
    return true;
}

bool mw_mbsync_read(struct settings *s)
{
    struct section section = {.account = NULL};
    for (const char *line; (line = mw_settings_line(s));) {
        line += strspn(line, " \t");
        if (!*line)
            close_section(s, &section);
        if (*line && *line != '#' && !read_line(s, &section, line))
            return false;
    }
    close_section(s, &section);
    return true;
}
