/* The addresses of the name that an exchange gives itself, where it is not the one of its MX record: only for exchanges below the domain, which the domain
 * itself can set right. Most servers introduce themselves by the same name when they send (RFC 5321 section 4.1.4); that this one does is not known. */
#include "lookup.h"

#include <string.h>

static const char *host_of(const struct mw_look *look)
{
    return mw_about_read(look->arena, look->why->about).host;
}

static bool is_own_exchange(const struct mw_look *look)
{
    const char *domain = mw_lookup_target(look);
    const struct mw_fact *of = mw_fact_find(look->facts, MW_F_MX_HOST_OF, host_of(look));
    bool at_exchange = mw_fact_find(look->facts, MW_F_ENDPOINT_SMTP, look->why->about);
    return domain && of && at_exchange && mw_text_same(of->text, domain) && mw_domain_is_under(host_of(look), domain);
}

static bool is_other_name(const struct mw_look *look)
{
    return is_own_exchange(look) && !mw_text_same(look->why->text, host_of(look));
}

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    (void)host, (void)tag;
    look->outcome = outcome;
}

static void start(struct mw_look *look)
{
    const char *flaw, *name = mw_domain_read(look->arena, look->why->text, &flaw);
    if (name && strchr(name, '.') && !mw_address_read(look->arena, name))
        mw_lookup_host(look, name, NULL, looked_up, NULL);
    else
        look->outcome = MW_SKIPPED;
}

const struct mw_probe mw_probe_smtp_name = {
    .name = "smtp_name",
    .says = N_("Looks up the name that an exchange gives itself."),
    .legs = MW_SEND,
    .wants = MW_F_SMTP_NAME,
    .tells = {MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_DNS_CNAME},
    .ends = MW_F_SMTP_NAME_END,
    .when = is_other_name,
    .start = start,
};
