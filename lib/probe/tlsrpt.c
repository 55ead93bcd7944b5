/* The record that says where reports on TLS failures are to go (RFC 8460 section 3). */
#include "lookup.h"

#include <mailwhy/tlsrpt.h>

#include <string.h>

static unsigned tell_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    const char *domain = look->why->about;
    const struct mw_record *record;
    struct mw_list rua;
    struct mw_flaw flaw;
    unsigned count = 0;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));) {
        bool claims = mw_tlsrpt_is_record(record->joined);
        if (!claims && !mw_text_starts(record->joined, "v=tlsrpt"))
            continue;
        if (claims)
            mw_tell_text(look, MW_F_TLSRPT_RECORD, domain, record->joined, mw_lookup_quote(look, record));
        if (!mw_tlsrpt_read(look->arena, record->joined, &rua, &flaw))
            mw_tell_text(look, MW_F_TLSRPT_FLAW, domain, flaw.why, record->joined);
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
    .tells = {MW_F_TLSRPT_RECORD, MW_F_TLSRPT_FLAW},
    .ends = MW_F_TLSRPT_END,
    .start = start,
};
