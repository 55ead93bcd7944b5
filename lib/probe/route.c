/* This machine: routes of both families, the resolvers that it uses, and whether it trusts any certification authority. Asks the kernel, the configuration and
 * a directory alone; no packet leaves. */
#include "lookup.h"

#include <dirent.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define MACHINE "this machine"
#define ROOTS_ENOUGH 5 /* counting further would tell nothing */

static bool is_unknown(const struct mw_look *look)
{
    return !mw_fact_find(look->facts, MW_F_CONTROL_ROUTE_END, MACHINE);
}

/* The name of a certificate in a hashed directory: eight hexadecimal digits, a dot, a number (openssl-rehash(1)). */
static bool is_root(const char *name)
{
    return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] && strspn(name + 9, "0123456789") == strlen(name + 9);
}

static int count_roots(const char *directory)
{
    DIR *open = opendir(directory);
    int count = 0;
    for (struct dirent *entry; open && count < ROOTS_ENOUGH && (entry = readdir(open));)
        count += is_root(entry->d_name);
    if (open)
        closedir(open);
    return count;
}

/* A file of --ca-file was read before the run began; without one, TLS looks into OpenSSL's hashed directory. */
static void tell_trust(struct mw_look *look)
{
    const char *file = look->asked->ca_file, *named = getenv(X509_get_default_cert_dir_env());
    const char *directory = named && *named ? named : X509_get_default_cert_dir();
    mw_tell_number(look, MW_F_TRUST_STORE, file ? file : directory, file ? 1 : count_roots(directory), NULL);
}

static void start(struct mw_look *look)
{
    const struct mw_list *resolvers = mw_net_resolvers(look->net);
    mw_tell_yes(look, MW_F_CONTROL_ROUTE, "ipv4", mw_net_has_route(false), NULL);
    mw_tell_yes(look, MW_F_CONTROL_ROUTE, "ipv6", mw_net_has_route(true), NULL);
    mw_tell_text(look, MW_F_CONTROL_ROUTE_END, MACHINE, MW_OK, resolvers->count ? NULL : "no resolver is configured");
    look->told_end = true;
    tell_trust(look);
    for (size_t i = 0; i < resolvers->count; i++)
        mw_tell_text(look, MW_F_RESOLVER_ADDRESS, resolvers->items[i], resolvers->items[i], NULL);
}

const struct mw_probe mw_probe_route = {
    .name = "route",
    .says = N_("Looks which address families this machine has a route for, which resolvers it uses, and whether it trusts any authority."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_CONTROL_ROUTE, MW_F_RESOLVER_ADDRESS, MW_F_TRUST_STORE},
    .ends = MW_F_CONTROL_ROUTE_END,
    .when = is_unknown,
    .start = start,
};

const struct mw_probe mw_probe_route_host = {
    .name = "route",
    .says = N_("Does the same where a tool is pointed at a host."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_HOST,
    .tells = {MW_F_CONTROL_ROUTE, MW_F_RESOLVER_ADDRESS, MW_F_TRUST_STORE},
    .ends = MW_F_CONTROL_ROUTE_END,
    .when = is_unknown,
    .start = start,
};
