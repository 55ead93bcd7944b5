/* TLSA records of an exchange, and whether they can be relied on: they bind senders only where DNSSEC proves them (RFC 7672 section 2.1). An answer is taken as
 * proved where a validating resolver on this machine says so, or where validation here does. */
#include "lookup.h"

#include <string.h>

static bool is_loopback(const char *server)
{
    return mw_text_starts(server, "127.") || mw_text_starts(server, "::1") || mw_text_starts(server, "[::1]");
}

struct tlsa {
    struct mw_look *look;
    const char *about;
    bool authentic;
    const char *server;
};

/* A resolver that sets no AD may validate nothing: its silence proves nothing. */
static void tell_word_of(struct mw_look *look, const char *about, bool authentic, const char *server, const char *why)
{
    if (authentic)
        mw_tell_yes(look, MW_F_TLSA_SECURE, about, true, mw_printf(look->arena, "%sAD set from %s", why, server));
}

static void got_validation(void *context, const char *verdict, const char *why)
{
    struct tlsa *tlsa = context;
    struct mw_look *look = tlsa->look;
    if (mw_text_same(verdict, "unknown"))
        tell_word_of(look, tlsa->about, tlsa->authentic, tlsa->server, mw_printf(look->arena, "not validated here (%s); ", why));
    else if (!mw_text_same(verdict, "bogus")) /* what breaks the chain is for the probe `dnssec` */
        mw_tell_yes(look, MW_F_TLSA_SECURE, tlsa->about, mw_text_same(verdict, "secure"), mw_printf(look->arena, "validated here: %s", verdict));
    mw_look_release(look);
}

static void tell_secure(struct mw_look *look, const char *about, const char *name, const struct mw_dns_answer *answer)
{
    if ((answer->authentic && is_loopback(answer->server)) || !mw_dns_can_validate(look->net)) {
        tell_word_of(look, about, answer->authentic, answer->server, "");
        return;
    }
    struct tlsa *tlsa = MW_NEW(look->arena, struct tlsa);
    *tlsa = (struct tlsa){look, about, answer->authentic, answer->server};
    mw_look_hold(look);
    mw_dns_validate(look->net, name, MW_TLSA, got_validation, tlsa);
}

static void got_tlsa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const char *name = tag;
    char *about = mw_about_endpoint(look->arena, look->why->about, NULL, 25);
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TLSA, &i));)
        mw_lookup_tell_once(look, MW_F_TLSA_RECORD, about, record->text, mw_lookup_quote(look, record));
    if (answer->status == MW_DNS_OK)
        tell_secure(look, about, name, answer);
    mw_lookup_end(look, MW_F_TLSA_END, about, answer);
    look->told_end = true;
}

static void start(struct mw_look *look)
{
    char *name = mw_printf(look->arena, "_25._tcp.%s", look->why->about);
    mw_look_ask(look, name, MW_TLSA, got_tlsa, name);
}

const struct mw_probe mw_probe_tlsa = {
    .name = "tlsa",
    .says = N_("Looks up the TLSA records of each exchange."),
    .legs = MW_RECEIVE,
    .wants = MW_F_MX_HOST,
    .tells = {MW_F_TLSA_RECORD, MW_F_TLSA_SECURE},
    .ends = MW_F_TLSA_END,
    .start = start,
};
