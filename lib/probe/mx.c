/* The domain's exchanges: MX, or where there is none the domain's own addresses (RFC 5321 section 5.1, RFC 7505 for the null MX). The addresses of the
 * apex are asked for at once, so that an implicit MX costs no further round trip. What the addresses of an exchange say is for the probe `exchange`. */
#include "lookup.h"

#include <string.h>

#define EXCHANGES 20u

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

static void tell_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    const char *domain = look->why->about;
    const struct mw_record *record;
    if (answer->cname)
        mw_tell_text(look, MW_F_DNS_MX_CNAME, domain, answer->cname, NULL);
    for (size_t i = 0; (record = mw_dns_next(answer, MW_MX, &i));)
        mw_tell_text(look, MW_F_DNS_MX, domain, record->text, mw_lookup_quote(look, record));
    mw_lookup_end(look, MW_F_DNS_MX_END, domain, answer);
    unsigned count = 0;
    for (size_t i = 0; count < EXCHANGES && (record = mw_dns_next(answer, MW_MX, &i));)
        if (!is_null(record)) {
            tell_exchange(look, record->name, record->preference, mw_lookup_quote(look, record));
            count++;
        }
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
    .tells = {MW_F_DNS_MX, MW_F_DNS_MX_CNAME, MW_F_MX_HOST, MW_F_MX_HOST_OF, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNSSEC_SECURE, MW_F_DNSSEC_EDE},
    .ends = MW_F_DNS_MX_END,
    .start = start,
};
