/* BIMI: the record default._bimi, and the logo that it names (draft-brand-indicators-for-message-identification). The logo is fetched only where a good record
 * names one. The certificate of a= is not fetched: who issued it and for whom is the receivers' matter. */
#include "lookup.h"

#include <mailwhy/bimi.h>

static void got_logo(struct mw_look *look, const struct mw_fetched *fetched, void *tag)
{
    const char *domain = look->why->about, *url = tag, *outcome = mw_fetch_outcome(fetched);
    const char *said = fetched->status && !mw_text_same(outcome, MW_OK) ? mw_printf(look->arena, "%s %d", outcome, fetched->status) : outcome;
    struct mw_flaw flaw;
    mw_tell_text(look, MW_F_BIMI_LOGO, domain, said, url);
    if (!mw_text_same(outcome, MW_OK))
        return;
    if (!mw_bimi_is_logo(look->arena, fetched->body, fetched->body_bytes, &flaw))
        mw_tell_text(look, MW_F_BIMI_LOGO_FLAW, domain, flaw.why, flaw.line ? mw_printf(look->arena, "line %d: %s", flaw.line, flaw.where) : flaw.where);
}

static void read_record(struct mw_look *look, const struct mw_record *record)
{
    struct mw_flaw flaw;
    mw_tell_text(look, MW_F_BIMI_RECORD, look->why->about, record->joined, mw_lookup_quote(look, record));
    const struct mw_bimi *read = mw_bimi_read(look->arena, record->joined, &flaw);
    if (!read)
        mw_tell_text(look, MW_F_BIMI_FLAW, look->why->about, flaw.why, flaw.where);
    else if (read->declined)
        mw_tell_text(look, MW_F_BIMI_LOGO, look->why->about, "declined", NULL);
    else if (*read->logo)
        mw_look_fetch(look, read->logo, 3, got_logo, mw_strdup(look->arena, read->logo));
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    const struct mw_record *record, *found = NULL;
    struct mw_dns_answer said = *answer;
    unsigned count = 0;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));)
        if (mw_bimi_is_record(record->joined)) {
            found = record;
            count++;
        }
    if (answer->status == MW_DNS_OK && !count)
        said.status = MW_DNS_NODATA;
    mw_lookup_end(look, MW_F_BIMI_END, look->why->about, &said);
    if (count == 1)
        read_record(look, found);
    if (count > 1)
        mw_tell_text(look, MW_F_BIMI_FLAW, look->why->about, "more than one BIMI record", NULL);
}

static void start(struct mw_look *look)
{
    mw_look_ask(look, mw_printf(look->arena, "default._bimi.%s", look->why->about), MW_TXT, got_txt, NULL);
}

const struct mw_probe mw_probe_bimi = {
    .name = "bimi",
    .says = N_("Looks up the domain's BIMI record and the logo that it names."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_BIMI_RECORD, MW_F_BIMI_FLAW, MW_F_BIMI_LOGO, MW_F_BIMI_LOGO_FLAW},
    .ends = MW_F_BIMI_END,
    .start = start,
};
