/* DANE for SMTP (RFC 7672): do the TLSA records match what the exchange presents on port 25? Whether the records are secure is told by the probe `tlsa`. */
#include "lookup.h"

#include <mailwhy/tls.h>
#include <mailwhy/tlsa.h>

#define RECORDS 20u
#define OUTDONE "a record with SHA-512 stands beside it, and clients that know both digests look at that one alone"

struct dane {
    struct mw_list chain;
    const char *host;
    struct mw_list texts;
    const struct mw_tlsa *records[RECORDS]; /* NULL: it cannot be read */
};

static void read_records(struct mw_look *look, struct dane *dane, const struct mw_dns_answer *answer)
{
    const struct mw_record *record;
    struct mw_flaw flaw;
    for (size_t i = 0; dane->texts.count < RECORDS && (record = mw_dns_next(answer, MW_TLSA, &i));) {
        dane->records[dane->texts.count] = mw_tlsa_read(look->arena, record->text, &flaw);
        mw_list_add(look->arena, &dane->texts, record->text);
    }
}

static bool is_outdone(const struct dane *dane, size_t at)
{
    for (size_t i = 0; dane->records[at] && i < dane->texts.count; i++)
        if (dane->records[i] && mw_tlsa_is_outdone(dane->records[at], dane->records[i]))
            return true;
    return false;
}

/* Why the record does not let a sender in; NULL: it does. */
static const char *flaw_of(struct mw_look *look, const struct dane *dane, size_t at, unsigned *usable)
{
    const char *why = "";
    int match = mw_tlsa_match(look->arena, dane->texts.items[at], &dane->chain, dane->host, &why);
    *usable += match >= 0;
    return match == 1 && is_outdone(dane, at) ? OUTDONE : match == 1 ? NULL : why;
}

static void got_tlsa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct dane *dane = tag;
    const char *about = look->why->about, *matched = NULL;
    struct mw_list flaws = {0};
    unsigned usable = 0;
    read_records(look, dane, answer);
    for (size_t i = 0; i < dane->texts.count; i++) {
        const char *why = flaw_of(look, dane, i, &usable);
        if (why)
            mw_list_add(look->arena, &flaws, mw_printf(look->arena, "%s: %s", dane->texts.items[i], why));
        else
            matched = dane->texts.items[i];
    }
    const char *presented = dane->texts.count ? mw_tlsa_presented(look->arena, &dane->chain) : NULL;
    if (presented)
        mw_tell_text(look, MW_F_DANE_PRESENTED, about, presented, NULL);
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
    .tells = {MW_F_DANE_PRESENTED, MW_F_DANE_MATCH, MW_F_DANE_FLAW},
    .ends = MW_F_DANE_END,
    .when = is_exchange,
    .start = start,
};
