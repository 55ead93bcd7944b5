/* The settings of the user's own mail program (--config): read from the file, and the servers that they name become endpoints. Passwords are never kept. */
#include "lookup.h"

#include <mailwhy/client.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell_filled(struct mw_look *look, enum mw_fact_id id, const char *about, const char *text)
{
    if (text && *text)
        mw_tell_text(look, id, about, text, NULL);
}

/* Programs expand ~ in the paths of their settings. */
static const char *trust_text(struct mw_look *look, const char *trust)
{
    if (!mw_text_starts(trust, "file "))
        return trust;
    const char *path = trust + 5, *home = getenv("HOME");
    if (path[0] == '~' && path[1] == '/' && home)
        path = mw_printf(look->arena, "%s%s", home, path + 1);
    return access(path, R_OK) == 0 ? path : mw_printf(look->arena, "missing: %s", path);
}

static void tell_endpoint(struct mw_look *look, const struct mw_client_account *account, const char *about)
{
    const char *flaw, *host = mw_address_read(look->arena, account->host);
    if (!host)
        host = mw_domain_read(look->arena, account->host, &flaw);
    if (!host || account->port < 1 || account->port > 65535)
        return;
    const char *service = mw_text_same(account->protocol, "smtp") ? "submission" : account->protocol;
    mw_endpoint_named(look, service, account->security, host, account->port, "configured", about);
    mw_service_host_tell(look, host, "config", about);
}

static void tell_account(struct mw_look *look, const char *file, const struct mw_client_account *account)
{
    const char *about = mw_printf(look->arena, "%s: %s", file, account->label);
    tell_filled(look, MW_F_CONFIG_PROTOCOL, about, account->protocol);
    mw_tell_number(look, MW_F_CONFIG_PORT, about, account->port, NULL);
    tell_filled(look, MW_F_CONFIG_SECURITY, about, account->security);
    tell_filled(look, MW_F_CONFIG_AUTH, about, account->auth);
    tell_filled(look, MW_F_CONFIG_USER, about, account->user);
    tell_filled(look, MW_F_CONFIG_FROM, about, account->from);
    tell_filled(look, MW_F_CONFIG_TRUST, about, trust_text(look, account->trust));
    tell_filled(look, MW_F_CONFIG_PREFIX, about, account->prefix);
    if (*account->sends_by)
        mw_tell_text(look, MW_F_CONFIG_SENDS_BY, about, mw_printf(look->arena, "%s: %s", file, account->sends_by), NULL);
    tell_filled(look, MW_F_CONFIG_HOST, about, account->host);
    tell_endpoint(look, account, about);
}

static char *read_file(struct mw_look *look, const char *file, size_t *bytes)
{
    FILE *in = fopen(file, "rb");
    if (!in)
        return NULL;
    char *text = mw_alloc(look->arena, MW_CLIENT_BYTES + 1);
    *bytes = fread(text, 1, MW_CLIENT_BYTES, in);
    bool failed = ferror(in);
    fclose(in);
    return failed ? NULL : text;
}

static void read_settings(struct mw_look *look, const char *file)
{
    size_t bytes;
    struct mw_flaw flaw;
    errno = 0;
    const char *text = read_file(look, file, &bytes);
    if (!text) {
        mw_tell_text(look, MW_F_CONFIG_END, file, "cannot be read", strerror(errno));
        return;
    }
    const struct mw_client *client = mw_client_read(look->arena, file, text, bytes, &flaw);
    if (!client) {
        mw_tell_text(look, MW_F_CONFIG_END, file, MW_GARBLED, mw_printf(look->arena, "line %d: %s %s", flaw.line, flaw.why, flaw.where));
        return;
    }
    mw_tell_text(look, MW_F_CONFIG_KIND, file, client->kind, NULL);
    for (size_t i = 0; i < client->count; i++)
        tell_account(look, file, &client->accounts[i]);
    mw_tell_text(look, MW_F_CONFIG_END, file, MW_OK, NULL);
}

static bool has_files(const struct mw_look *look)
{
    return look->asked->configs.count;
}

static void start(struct mw_look *look)
{
    look->told_end = true; /* each file has an end of its own */
    for (size_t i = 0; i < look->asked->configs.count; i++)
        if (!mw_fact_find(look->facts, MW_F_CONFIG_END, look->asked->configs.items[i]))
            read_settings(look, look->asked->configs.items[i]);
}

const struct mw_probe mw_probe_config = {
    .name = "config",
    .says = N_("Reads the mail program's own settings given with --config."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_CONFIG_KIND,    MW_F_CONFIG_PROTOCOL, MW_F_CONFIG_HOST,   MW_F_CONFIG_PORT,     MW_F_CONFIG_SECURITY,     MW_F_CONFIG_AUTH,
              MW_F_CONFIG_USER,    MW_F_CONFIG_FROM,     MW_F_CONFIG_TRUST,  MW_F_CONFIG_SENDS_BY, MW_F_CONFIG_PREFIX,       MW_F_SERVICE_HOST,
              MW_F_SERVICE_SOURCE, MW_F_DNS_A_END,       MW_F_DNS_AAAA_END,  MW_F_DNS_ADDRESS,     MW_F_ENDPOINT_SUBMISSION, MW_F_ENDPOINT_SUBMISSIONS,
              MW_F_ENDPOINT_IMAP,  MW_F_ENDPOINT_IMAPS,  MW_F_ENDPOINT_POP3, MW_F_ENDPOINT_POP3S},
    .ends = MW_F_CONFIG_END,
    .when = has_files,
    .start = start,
};
