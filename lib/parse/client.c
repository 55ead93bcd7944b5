/* Tells whose settings a file holds and hands it to the reader of that program. Never opens a file: bytes come in, accounts go out, passwords stay where they
 * are. */
#include "settings.h"

#include <mailwhy/lang.h>

#include <string.h>

static const struct kind {
    const char *name;
    bool (*read)(struct settings *settings);
    const char *files[4];  /* how the name ends */
    const char *starts[6]; /* how a telling line begins */
} kinds[] = {
    {"thunderbird", mw_thunderbird_read, {"prefs.js", "user.js"}, {"user_pref("}},
    {"msmtp", mw_msmtp_read, {"msmtprc", "msmtp/config"}, {"account ", "account\t", "defaults", "tls_starttls", "tls_trust_file"}},
    {"mbsync", mw_mbsync_read, {"mbsyncrc", "isyncrc"}, {"IMAPAccount ", "IMAPStore ", "MaildirStore ", "Channel ", "IMAPAccount\t"}},
};

static bool has_start(const char *line, size_t length, const char *const *starts)
{
    for (size_t i = 0; i < MW_COUNT(kinds[0].starts) && starts[i]; i++)
        if (length >= strlen(starts[i]) && strncasecmp(line, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static const struct kind *kind_by_content(const char *bytes, size_t count)
{
    for (size_t at = 0; at < count;) {
        const char *line = bytes + at, *feed = memchr(line, '\n', count - at);
        size_t length = feed ? (size_t)(feed - line) : count - at;
        at += length + 1;
        while (length && (*line == ' ' || *line == '\t')) {
            line++;
            length--;
        }
        for (size_t i = 0; i < MW_COUNT(kinds); i++)
            if (has_start(line, length, kinds[i].starts))
                return &kinds[i];
    }
    return NULL;
}

static const struct kind *kind_by_name(const char *file)
{
    for (size_t i = 0; i < MW_COUNT(kinds); i++)
        for (size_t name = 0; name < MW_COUNT(kinds[i].files) && kinds[i].files[name]; name++)
            if (mw_text_ends(file, kinds[i].files[name]))
                return &kinds[i];
    return NULL;
}

static const struct kind *kind_of(const char *file, const char *bytes, size_t count)
{
    const struct kind *kind = kind_by_content(bytes, count);
    return kind ? kind : kind_by_name(file);
}

const char *mw_client_kind(const char *file, const char *bytes, size_t count)
{
    const struct kind *kind = kind_of(file, bytes, count);
    return kind ? kind->name : NULL;
}

const struct mw_client *mw_client_read(struct mw_arena *arena, const char *file, const char *bytes, size_t count, struct mw_flaw *flaw)
{
    struct settings *settings = MW_NEW(arena, struct settings);
    settings->arena = arena;
    settings->bytes = bytes;
    settings->count = count;
    settings->flaw = flaw;
    if (count > MW_CLIENT_BYTES) {
        mw_settings_flaw(settings, N_("longer than 4 MiB"), "");
        return NULL;
    }
    const struct kind *kind = kind_of(file, bytes, count);
    if (!kind) {
        mw_settings_flaw(settings, N_("not the settings of Thunderbird, msmtp or mbsync"), "");
        return NULL;
    }
    if (!kind->read(settings))
        return NULL;
    struct mw_client *client = MW_NEW(arena, struct mw_client);
    *client = (struct mw_client){kind->name, settings->accounts, settings->account_count};
    return client;
}

/* --- for the readers -------------------------------------------------------------------------------------------------------------------------- */

char *mw_settings_line(struct settings *settings)
{
    if (settings->at >= settings->count)
        return NULL;
    const char *line = settings->bytes + settings->at, *feed = memchr(line, '\n', settings->count - settings->at);
    size_t length = feed ? (size_t)(feed - line) : settings->count - settings->at;
    settings->at += length + 1;
    settings->line++;
    return mw_strndup(settings->arena, line, length && line[length - 1] == '\r' ? length - 1 : length);
}

struct mw_client_account *mw_settings_account(struct settings *settings, const char *label, const char *protocol)
{
    if (settings->account_count == MW_CLIENT_ACCOUNTS) {
        mw_settings_flaw(settings, N_("more than 100 accounts"), "");
        return NULL;
    }
    struct mw_client_account *account = &settings->accounts[settings->account_count++];
    *account = (struct mw_client_account){.protocol = protocol, .security = "none", .auth = "any", .trust = "system", .line = settings->line};
    account->label = mw_settings_text(settings, label);
    account->host = account->user = account->from = account->sends_by = account->prefix = "";
    return account;
}

bool mw_settings_flaw(struct settings *settings, const char *why, const char *where)
{
    mw_flaw_is(settings->flaw, why, mw_settings_text(settings, where));
    settings->flaw->line = settings->line;
    return false;
}

const char *mw_settings_text(struct settings *settings, const char *text)
{
    size_t length = strlen(text);
    return mw_text_safe(settings->arena, text, length, length * 4 < 500 ? length * 4 : 500);
}

const char *mw_settings_host(struct settings *settings, const char *text)
{
    return mw_text_lower(settings->arena, mw_settings_text(settings, mw_text_trim(settings->arena, text)));
}

bool mw_settings_number(struct settings *settings, const char *text, int *port)
{
    long number;
    if (!mw_text_number(text, 1, 65535, &number))
        return mw_settings_flaw(settings, N_("not a port from 1 to 65535"), text);
    *port = (int)number;
    return true;
}

const char *mw_settings_upper(struct mw_arena *arena, const char *text)
{
    char *copy = mw_strdup(arena, text);
    for (char *c = copy; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return copy;
}
