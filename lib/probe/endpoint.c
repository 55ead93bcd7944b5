/* Endpoints: which host, address and port is to be talked to, and why. Never connects. */
#include "lookup.h"

#include <string.h>

/* clang-format off */
static const struct {
    const char *service;
    bool tls;
    enum mw_fact_id endpoint;
} services[] = {
    {"smtp",       false, MW_F_ENDPOINT_SMTP},
    {"submission", false, MW_F_ENDPOINT_SUBMISSION},
    {"submission", true,  MW_F_ENDPOINT_SUBMISSIONS},
    {"imap",       false, MW_F_ENDPOINT_IMAP},
    {"imap",       true,  MW_F_ENDPOINT_IMAPS},
    {"pop3",       false, MW_F_ENDPOINT_POP3},
    {"pop3",       true,  MW_F_ENDPOINT_POP3S},
};
/* clang-format on */

enum mw_fact_id mw_endpoint_of(const char *service, bool tls)
{
    for (size_t i = 0; i < MW_COUNT(services); i++)
        if (services[i].tls == tls && mw_text_same(services[i].service, service))
            return services[i].endpoint;
    return MW_NO_FACT;
}

/* An address that leads to this machine or nowhere: whoever answers there is not who was meant, so a record may not send us there. The user may. */
static bool leads_elsewhere(const char *address, const char *value)
{
    static const char *const kinds[] = {"loopback", "unspecified", "multicast", "link-local"};
    const char *kind = mw_address_kind(address);
    bool is_wish = strcmp(value, "target") == 0 || strcmp(value, "configured") == 0;
    for (size_t i = 0; kind && !is_wish && i < MW_COUNT(kinds); i++)
        if (mw_text_same(kinds[i], kind))
            return true;
    return false;
}

void mw_endpoint_tell(struct mw_look *look, enum mw_fact_id id, const char *host, const char *address, int port, const char *value,
                      const struct mw_fact *because)
{
    if (mw_address_is_ipv6(address) ? look->asked->only_ipv4 : look->asked->only_ipv6)
        return;
    if (leads_elsewhere(address, value))
        return;
    const char *about = mw_about_endpoint(look->arena, host, address, port);
    const struct mw_fact *told = mw_fact_find(look->facts, id, about);
    while (told && strcmp(told->text, value) != 0)
        told = mw_fact_find_next(look->facts, told);
    if (!told)
        mw_tell(look, &(struct mw_fact){.id = id, .about = about, .text = value, .because = because ? because->n : 0});
}

struct named {
    enum mw_fact_id endpoint;
    int port;
    const char *value;
};

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    const struct named *named = tag;
    mw_endpoint_tell(look, named->endpoint, host, address, named->port, named->value, told);
}

void mw_endpoint_named(struct mw_look *look, const char *service, const char *security, const char *host, int port, const char *value, const char *quote)
{
    struct named *named = MW_NEW(look->arena, struct named);
    *named = (struct named){mw_endpoint_of(service, mw_text_same(security, "tls")), port, value};
    if (strcmp(value, "published") == 0)
        mw_lookup_tell_once(look, MW_F_SERVICE_PUBLISHED, mw_about_endpoint(look->arena, host, NULL, port), mw_printf(look->arena, "%s %s", service, security),
                            quote);
    if (named->endpoint != MW_NO_FACT)
        mw_lookup_host(look, host, got_address, NULL, named);
}

void mw_service_host_tell(struct mw_look *look, const char *host, const char *source, const char *quote)
{
    mw_lookup_tell_once(look, MW_F_SERVICE_SOURCE, host, source, quote);
    if (!mw_fact_find(look->facts, MW_F_SERVICE_HOST, host))
        mw_tell_text(look, MW_F_SERVICE_HOST, host, "submission imap pop3", quote);
}
