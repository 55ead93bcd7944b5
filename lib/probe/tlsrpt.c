/* The record that says where reports on TLS failures are to go (RFC 8460 section 3). */
#include "lookup.h"

#include <mailwhy/tlsrpt.h>

#include <string.h>

#define DOMAINS_ASKED 4u

static void got_mx(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const char *domain = tag;
    size_t at = 0;
    const struct mw_record *first = mw_dns_next(answer, MW_MX, &at);
    bool is_null = first && strcmp(first->name, ".") == 0;
    const char *outcome = is_null ? "null mx" : mw_dns_status_name(answer->status);
    mw_tell(look, &(struct mw_fact){.id = MW_F_TLSRPT_TARGET, .about = domain, .text = outcome, .ms = answer->ms});
}

/* Reports to the domain itself have the way that is looked at anyhow. */
static void ask_for_targets(struct mw_look *look, const struct mw_list *rua)
{
    struct mw_list asked = {0};
    for (size_t i = 0; i < rua->count && asked.count < DOMAINS_ASKED; i++) {
        const char *domain = mw_tlsrpt_domain(look->arena, rua->items[i]);
        if (!domain || mw_text_same(domain, look->why->about) || mw_list_has(&asked, domain))
            continue;
        mw_list_add(look->arena, &asked, domain);
        mw_look_ask(look, domain, MW_MX, got_mx, mw_strdup(look->arena, domain));
    }
}

static void tell_record(struct mw_look *look, const struct mw_record *record, bool claims)
{
    const char *domain = look->why->about;
    struct mw_flaw flaw;
    if (claims)
        mw_tell_text(look, MW_F_TLSRPT_RECORD, domain, record->joined, mw_lookup_quote(look, record));
    const struct mw_tlsrpt *read = mw_tlsrpt_read(look->arena, record->joined, &flaw);
    if (!read) {
        mw_tell_text(look, MW_F_TLSRPT_FLAW, domain, flaw.why, record->joined);
        return;
    }
    const char *others = read->passed_over.count ? mw_printf(look->arena, "passed over: %s", mw_list_join(look->arena, &read->passed_over, ", ")) : NULL;
    mw_tell_list(look, MW_F_TLSRPT_RUA, domain, &read->rua, others);
    ask_for_targets(look, &read->rua);
}

static unsigned tell_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    const struct mw_record *record;
    unsigned count = 0;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));) {
        bool claims = mw_tlsrpt_is_record(record->joined);
        if (claims || mw_text_starts(record->joined, "v=tlsrpt"))
            tell_record(look, record, claims);
        count += claims;
    }
    return count;
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    unsigned count = tell_records(look, answer);
    struct mw_dns_answer said = *answer;
    if (answer->status == MW_DNS_OK && !count)
        said.status = MW_DNS_NODATA;
    mw_lookup_end(look, MW_F_TLSRPT_END, look->why->about, &said);
    if (count > 1)
        mw_tell_text(look, MW_F_TLSRPT_FLAW, look->why->about, "more than one TLSRPT record", NULL);
}

static void start(struct mw_look *look)
{
    mw_look_ask(look, mw_printf(look->arena, "_smtp._tls.%s", look->why->about), MW_TXT, got_txt, NULL);
}

const struct mw_probe mw_probe_tlsrpt = {
    .name = "tlsrpt",
    .says = N_("Looks up where the domain wants reports on TLS failures."),
    .legs = MW_RECEIVE,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_TLSRPT_RECORD, MW_F_TLSRPT_RUA, MW_F_TLSRPT_TARGET, MW_F_TLSRPT_FLAW},
    .ends = MW_F_TLSRPT_END,
    .start = start,
};
