/* The addresses of an exchange: A and AAAA at once, each address an endpoint on port 25 (RFC 5321 section 5.1). */
#include "lookup.h"

#define NAMES_TALKED_TO 2u /* of one address */

/* Two names for one machine are no more than one exchange, and a machine with many names is not to be asked as often. */
static unsigned tell_same(struct mw_look *look, const char *host, const char *address)
{
    unsigned others = 0;
    for (const struct mw_fact *of = mw_fact_find(look->facts, MW_F_ADDRESS_OF, address); of; of = mw_fact_find_next(look->facts, of))
        if (!mw_text_same(of->text, host) && mw_fact_find(look->facts, MW_F_MX_HOST, of->text)) {
            mw_lookup_tell_once(look, MW_F_MX_SAME_ADDRESS, host, of->text, address);
            others++;
        }
    return others;
}

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    (void)tag;
    if (tell_same(look, host, address) < NAMES_TALKED_TO)
        mw_endpoint_tell(look, MW_F_ENDPOINT_SMTP, host, address, 25, "mx", told);
    mw_lookup_tell_once(look, MW_F_ADDRESS_OF, address, host, NULL);
}

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    (void)host, (void)tag;
    look->outcome = outcome;
}

static void start(struct mw_look *look)
{
    mw_lookup_host(look, look->why->about, got_address, looked_up, NULL);
}

const struct mw_probe mw_probe_exchange = {
    .name = "exchange",
    .says = N_("Looks up the addresses of each exchange."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_MX_HOST,
    .tells = {MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_DNS_CNAME, MW_F_ENDPOINT_SMTP, MW_F_ADDRESS_OF, MW_F_MX_SAME_ADDRESS,
              MW_F_DNSSEC_SECURE, MW_F_DNSSEC_EDE},
    .ends = MW_F_EXCHANGE_END,
    .start = start,
};
