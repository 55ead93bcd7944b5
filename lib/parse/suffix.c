/* Which part of a name is registered at a registry, by the list of public suffixes that libpsl carries. Loaded at first use: few runs ask. The private section
 * of the list (github.io, …) does not count, as no registry has a word on what lies below those. Where the library is not there, nothing is known. */
#include <mailwhy/rdap.h>

#include <dlfcn.h>
#include <libpsl.h>
#include <string.h>

typedef const psl_ctx_t *builtin_list(void);
typedef int is_suffix_in(const psl_ctx_t *list, const char *domain, int type);

static struct {
    bool loaded;
    const psl_ctx_t *list; /* NULL: not there */
    is_suffix_in *is_suffix;
} suffixes;

static void load(void)
{
    builtin_list *builtin = NULL;
    suffixes.loaded = true;
    void *library = dlopen("libpsl.so.5", RTLD_NOW | RTLD_LOCAL), *symbol = library ? dlsym(library, "psl_builtin") : NULL;
    memcpy(&builtin, &symbol, sizeof symbol);
    symbol = library ? dlsym(library, "psl_is_public_suffix2") : NULL;
    memcpy(&suffixes.is_suffix, &symbol, sizeof symbol);
    if (builtin && suffixes.is_suffix)
        suffixes.list = builtin();
}

bool mw_domain_is_suffix(const char *domain)
{
    if (!suffixes.loaded)
        load();
    int rules = strchr(domain, '.') ? PSL_TYPE_ICANN : PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE; /* a bare word that is in no list may be a machine nearby */
    return suffixes.list && suffixes.is_suffix(suffixes.list, domain, rules);
}

const char *mw_domain_registered(const char *domain)
{
    const char *registered = NULL;
    if (!suffixes.loaded)
        load();
    for (const char *at = domain; suffixes.list && strchr(at, '.') && !mw_domain_is_suffix(at); at = strchr(at, '.') + 1)
        registered = at;
    return registered;
}
