/* Hosts that mail programs guess where the domain publishes nothing: mail., imap., smtp., pop3., pop. below it, and its exchanges. Only after neither SRV nor
 * autoconfig named a host; the questions for SRV are the same as in the probe `srv` and are not sent again. Also notices a wildcard, that makes every guess
 * exist. */
#include "lookup.h"

#include "srv.h"

#include <string.h>

static const char *const guesses[] = {"mail", "imap", "smtp", "pop3", "pop"};

struct guess {
    unsigned waiting;
    struct mw_list wildcard;         /* addresses of a name that cannot exist */
    struct mw_list hosts, addresses; /* guessed names and theirs, side by side */
};

/* --- guessed names --- */

/* Exchanges below the domain may serve its users too; those of a big provider do not, and are the last resort. */
static void tell_exchanges(struct mw_look *look, bool any)
{
    const char *domain = look->why->about;
    for (const struct mw_fact *host = mw_fact_first(look->facts, MW_F_MX_HOST); host; host = mw_fact_next(look->facts, host)) {
        const struct mw_fact *of = mw_fact_find(look->facts, MW_F_MX_HOST_OF, host->about);
        if (of && mw_text_same(of->text, domain) && (mw_domain_is_under(host->about, domain) || !any))
            mw_service_host_tell(look, host->about, "guess", NULL);
    }
}

static void finish(struct mw_look *look, const struct guess *guess)
{
    bool any = false;
    for (size_t i = 0; i < guess->hosts.count; i++)
        if (!mw_list_has(&guess->wildcard, guess->addresses.items[i])) {
            any = true;
            mw_service_host_tell(look, guess->hosts.items[i], "guess", NULL);
        }
    tell_exchanges(look, any);
    look->outcome = mw_fact_first(look->facts, MW_F_SERVICE_HOST) ? "guessed" : "not found";
}

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    (void)told;
    struct guess *guess = tag;
    mw_list_add(look->arena, &guess->hosts, host);
    mw_list_add(look->arena, &guess->addresses, address);
}

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    (void)host, (void)outcome;
    struct guess *guess = tag;
    if (--guess->waiting == 0)
        finish(look, guess);
}

static void got_wildcard(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct guess *guess = tag;
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_A, &i));)
        mw_list_add(look->arena, &guess->wildcard, record->address);
    mw_lookup_wildcard_tell(look, answer, guess->wildcard.count);
    looked_up(look, NULL, NULL, guess);
}

static void ask_guesses(struct mw_look *look, struct guess *guess)
{
    guess->waiting = MW_COUNT(guesses) + 1;
    mw_look_ask(look, mw_lookup_wildcard_name(look), MW_A, got_wildcard, guess);
    for (size_t i = 0; i < MW_COUNT(guesses); i++)
        mw_lookup_host(look, mw_printf(look->arena, "%s.%s", guesses[i], look->why->about), got_address, looked_up, guess);
}

/* --- is there need to guess? --- */

static bool is_named(struct mw_look *look)
{
    for (const struct mw_fact *source = mw_fact_first(look->facts, MW_F_SERVICE_SOURCE); source; source = mw_fact_next(look->facts, source))
        if (mw_text_same(source->text, "srv") || mw_text_same(source->text, "autoconfig"))
            return true;
    return false;
}

static void got_published(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct guess *guess = tag;
    if (!mw_lookup_is_settled(answer->status)) /* settings may be published: no guess */
        look->outcome = mw_dns_status_name(answer->status);
    if (--guess->waiting == 0 && mw_text_same(look->outcome, MW_OK) && !is_named(look))
        ask_guesses(look, guess);
}

static void start(struct mw_look *look)
{
    struct guess *guess = MW_NEW(look->arena, struct guess);
    guess->waiting = MW_SRV_SERVICES + 2;
    mw_look_ask(look, mw_srv_wildcard_name(look->arena, look->why->about), MW_SRV, got_published, guess);
    for (size_t i = 0; i < MW_SRV_SERVICES; i++)
        mw_look_ask(look, mw_srv_name(look->arena, &mw_srv_services[i], look->why->about), MW_SRV, got_published, guess);
    mw_look_ask(look, look->why->about, MW_MX, got_published, guess);
}

const struct mw_probe mw_probe_guess = {
    .name = "guess",
    .says = N_("Tries the usual host names where the domain publishes no settings."),
    .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_AUTOCONFIG_END,
    .tells = {MW_F_SERVICE_HOST, MW_F_SERVICE_SOURCE, MW_F_DNS_WILDCARD, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS},
    .ends = MW_F_SETTINGS_END,
    .start = start,
};
