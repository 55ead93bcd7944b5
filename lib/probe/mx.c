/* The domain's exchanges: MX, or where there is none the domain's own addresses (RFC 5321 section 5.1, RFC 7505 for the null MX). The addresses of the
 * apex are asked for at once, so that an implicit MX costs no further round trip. What the addresses of an exchange say is for the probe `exchange`. */
#include "lookup.h"

#include <string.h>

#define EXCHANGES 20u     /* that are looked at, those that senders try first */
#define RECORDS 100u      /* that are told */
#define RECORDS_QUOTED 4u /* of one exchange */
#define MANY 10u

struct mx {
    const struct mw_dns_answer *mx, *a, *aaaa;
};

static bool is_null(const struct mw_record *record)
{
    return strcmp(record->name, ".") == 0;
}

static void tell_exchange(struct mw_look *look, const char *host, unsigned preference, const char *quote)
{
    if (!mw_fact_find(look->facts, MW_F_MX_HOST_OF, host))
        mw_tell_text(look, MW_F_MX_HOST_OF, host, look->why->about, quote);
    if (!mw_fact_find(look->facts, MW_F_MX_HOST, host))
        mw_tell_number(look, MW_F_MX_HOST, host, preference, quote);
}

/* The record that comes next behind `before` (NULL: the first) by preference, then by name; of equal ones, by place in the answer. The order of an answer
 * changes from time to time. */
static bool goes_before(const struct mw_record *a, const struct mw_record *b)
{
    if (a->preference != b->preference)
        return a->preference < b->preference;
    int order = strcmp(a->name, b->name);
    return order ? order < 0 : a < b;
}

static const struct mw_record *next_by_preference(const struct mw_dns_answer *answer, const struct mw_record *before)
{
    const struct mw_record *record, *next = NULL;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_MX, &i));)
        if ((!before || goes_before(before, record)) && (!next || goes_before(record, next)))
            next = record;
    return next;
}

/* The same exchange twice gains nothing, and hides that there is no second one. */
static void tell_duplicate(struct mw_look *look, const struct mw_dns_answer *answer, const char *host)
{
    struct mw_list quotes = {0};
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_MX, &i));)
        if (mw_text_same(record->name, host) && quotes.count < RECORDS_QUOTED)
            mw_list_add(look->arena, &quotes, mw_lookup_quote(look, record));
    if (quotes.count > 1)
        mw_lookup_tell_once(look, MW_F_DNS_MX_DOUBLE, look->why->about, host, mw_list_join(look->arena, &quotes, "; "));
}

static void tell_exchanges(struct mw_look *look, const struct mw_dns_answer *answer)
{
    struct mw_list hosts = {0}, passed_over = {0};
    const struct mw_record *record = NULL;
    for (size_t looked = 0; looked < RECORDS && (record = next_by_preference(answer, record)); looked++) {
        if (is_null(record) || mw_list_has(&hosts, record->name) || mw_list_has(&passed_over, record->name))
            continue;
        if (hosts.count == EXCHANGES) {
            mw_list_add(look->arena, &passed_over, record->name);
            continue;
        }
        mw_list_add(look->arena, &hosts, record->name);
        tell_exchange(look, record->name, record->preference, mw_lookup_quote(look, record));
        tell_duplicate(look, answer, record->name);
    }
    if (passed_over.count)
        mw_tell_list(look, MW_F_DNS_MX_PASSED_OVER, look->why->about, &passed_over, NULL);
}

static void tell_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    const char *domain = look->why->about;
    const struct mw_record *record;
    if (answer->cname)
        mw_tell_text(look, MW_F_DNS_MX_CNAME, domain, answer->cname, NULL);
    unsigned count = 0;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_MX, &i)); count++)
        if (count < RECORDS)
            mw_tell_text(look, MW_F_DNS_MX, domain, record->text, mw_lookup_quote(look, record));
    if (count > MANY)
        mw_tell_number(look, MW_F_DNS_MX_MANY, domain, count, NULL);
    mw_lookup_end(look, MW_F_DNS_MX_END, domain, answer);
    tell_exchanges(look, answer);
}

/* Where the apex has addresses it is an exchange, and its own probe tells them. */
static void tell_no_address(struct mw_look *look, const struct mx *mx)
{
    const char *domain = look->why->about;
    if (mw_fact_find(look->facts, MW_F_DNS_A_END, domain))
        return;
    mw_lookup_end(look, MW_F_DNS_A_END, domain, mx->a);
    mw_lookup_end(look, MW_F_DNS_AAAA_END, domain, mx->aaaa);
}

static void finish(struct mw_look *look, const struct mx *mx)
{
    if (!mx->mx || !mx->a || !mx->aaaa || (mx->mx->status != MW_DNS_NODATA && mx->mx->status != MW_DNS_NXDOMAIN))
        return;
    if (mx->a->status == MW_DNS_OK || mx->aaaa->status == MW_DNS_OK)
        tell_exchange(look, look->why->about, 0, "implicit");
    else
        tell_no_address(look, mx);
}

static void got_mx(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct mx *mx = tag;
    mx->mx = answer;
    tell_records(look, answer);
    finish(look, mx);
}

static void got_a(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct mx *mx = tag;
    mx->a = answer;
    finish(look, mx);
}

static void got_aaaa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct mx *mx = tag;
    mx->aaaa = answer;
    finish(look, mx);
}

static void ignore(void *context, const struct mw_dns_answer *answer)
{
    (void)context, (void)answer;
}

/* Most exchanges, mail and policy hosts bear one of these names: their addresses, asked for along with MX, save the round trip after it. Nothing is told of
 * them here; the net keeps the answers for the probe that finds the name, and asks no second time. */
static void ask_ahead(const struct mw_look *look)
{
    static const char *const labels[] = {"mail", "mx", "mx1", "mx2", "mta-sts"};
    for (size_t i = 0; i < MW_COUNT(labels); i++) {
        const char *name = mw_printf(look->arena, "%s.%s", labels[i], look->why->about);
        mw_dns_ask(look->net, &(struct mw_question){.name = name, .type = MW_A}, ignore, NULL);
        mw_dns_ask(look->net, &(struct mw_question){.name = name, .type = MW_AAAA}, ignore, NULL);
    }
}

static void start(struct mw_look *look)
{
    struct mx *mx = MW_NEW(look->arena, struct mx);
    mw_look_ask(look, look->why->about, MW_MX, got_mx, mx);
    mw_look_ask(look, look->why->about, MW_A, got_a, mx);
    mw_look_ask(look, look->why->about, MW_AAAA, got_aaaa, mx);
    ask_ahead(look);
}

const struct mw_probe mw_probe_mx = {
    .name = "mx",
    .says = N_("Looks up the domain's MX records."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DNS_MX, MW_F_DNS_MX_MANY, MW_F_DNS_MX_DOUBLE, MW_F_DNS_MX_PASSED_OVER, MW_F_DNS_MX_CNAME, MW_F_MX_HOST, MW_F_MX_HOST_OF, MW_F_DNS_A_END,
              MW_F_DNS_AAAA_END, MW_F_DNSSEC_SECURE, MW_F_DNSSEC_EDE},
    .ends = MW_F_DNS_MX_END,
    .start = start,
};
