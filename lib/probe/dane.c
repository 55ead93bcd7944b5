/* DANE for SMTP (RFC 7672): do the TLSA records match what the exchange presents on port 25? Whether the records are secure is told by the probe `tlsa`. */
#include "lookup.h"

#include <mailwhy/tlsa.h>

#define RECORDS 20u

struct dane {
    struct mw_list chain;
    const char *host;
};

static void got_tlsa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct dane *dane = tag;
    const char *about = look->why->about, *matched = NULL;
    struct mw_list flaws = {0};
    const struct mw_record *record;
    unsigned usable = 0, count = 0;
    for (size_t i = 0; count < RECORDS && (record = mw_dns_next(answer, MW_TLSA, &i)); count++) {
        const char *why = "";
        int match = mw_tlsa_match(look->arena, record->text, &dane->chain, dane->host, &why);
        usable += match >= 0;
        if (match == 1)
            matched = record->text;
        else
            mw_list_add(look->arena, &flaws, mw_printf(look->arena, "%s: %s", record->text, why));
    }
    if (usable)
        mw_tell_yes(look, MW_F_DANE_MATCH, about, matched, matched);
    for (size_t i = 0; i < flaws.count; i++)
        mw_tell_text(look, MW_F_DANE_FLAW, about, flaws.items[i], NULL);
    look->outcome = mw_dns_status_name(answer->status);
}

/* Only what a sender to the domain would meet. */
static bool is_exchange(const struct mw_look *look)
{
    const struct mw_fact *endpoint = mw_fact_find(look->facts, MW_F_ENDPOINT_SMTP, look->why->about);
    return endpoint && mw_text_same(endpoint->text, "mx");
}

static void start(struct mw_look *look)
{
    struct dane *dane = MW_NEW(look->arena, struct dane);
    dane->host = mw_about_read(look->arena, look->why->about).host;
    dane->chain = look->why->list;
    mw_look_ask(look, mw_printf(look->arena, "_25._tcp.%s", dane->host), MW_TLSA, got_tlsa, dane);
}

const struct mw_probe mw_probe_dane = {
    .name = "dane",
    .says = N_("Compares the TLSA records of each exchange with the certificates that it presents."),
    .legs = MW_RECEIVE,
    .wants = MW_F_TLS_CHAIN,
    .tells = {MW_F_DANE_MATCH, MW_F_DANE_FLAW},
    .ends = MW_F_DANE_END,
    .when = is_exchange,
    .start = start,
};
