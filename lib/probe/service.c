/* The addresses of a host for client services, and the six ports that IMAP, POP3 and submission stand on (RFC 8314, RFC 6186). A port that the domain names is
 * told by whoever read that; here it is only tried. */
#include "lookup.h"

#include <string.h>

/* clang-format off */
static const struct { enum mw_fact_id endpoint; int port; } ports[] = {
    {MW_F_ENDPOINT_SUBMISSIONS, 465},
    {MW_F_ENDPOINT_SUBMISSION,  587},
    {MW_F_ENDPOINT_IMAPS,       993},
    {MW_F_ENDPOINT_IMAP,        143},
    {MW_F_ENDPOINT_POP3S,       995},
    {MW_F_ENDPOINT_POP3,        110},
};
/* clang-format on */

/* Was the host found by guessing alone? */
static bool is_guess(struct mw_look *look, const char *host)
{
    const struct mw_fact *source = mw_fact_find(look->facts, MW_F_SERVICE_SOURCE, host);
    while (source && strcmp(source->text, "guess") == 0)
        source = mw_fact_find_next(look->facts, source);
    return !source;
}

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    (void)tag;
    bool guess = is_guess(look, look->why->about);
    for (size_t i = 0; i < MW_COUNT(ports); i++)
        if (!mw_fact_find(look->facts, ports[i].endpoint, mw_about_endpoint(look->arena, host, address, ports[i].port)))
            mw_endpoint_tell(look, ports[i].endpoint, host, address, ports[i].port, guess ? "guessed" : "tried", told);
    if (!guess)
        mw_lookup_tell_once(look, MW_F_ADDRESS_OF, address, look->why->about, NULL);
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

const struct mw_probe mw_probe_service = {
    .name = "service",
    .says = N_("Looks up the addresses of each host for mail programs, and names the ports to try there."),
    .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_SERVICE_HOST,
    .tells = {MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_DNS_CNAME, MW_F_ADDRESS_OF, MW_F_ENDPOINT_SUBMISSION, MW_F_ENDPOINT_SUBMISSIONS,
              MW_F_ENDPOINT_IMAP, MW_F_ENDPOINT_IMAPS, MW_F_ENDPOINT_POP3, MW_F_ENDPOINT_POP3S},
    .ends = MW_F_SERVICE_END,
    .start = start,
};
