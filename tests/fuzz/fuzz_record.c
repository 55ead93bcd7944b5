/* The records of DKIM, DMARC, MTA-STS, TLSRPT, TLSA and CAA, and lines of zone files: each parser reads the same text. */
#include "fuzz.h"

#include <mailwhy/caa.h>
#include <mailwhy/dkim.h>
#include <mailwhy/dmarc.h>
#include <mailwhy/mtasts.h>
#include <mailwhy/tlsa.h>
#include <mailwhy/tlsrpt.h>
#include <mailwhy/zoneline.h>

static void check_dkim(struct mw_arena *arena, const char *text)
{
    struct mw_flaw flaw = {0};
    const struct mw_dkim_key *key = mw_dkim_read(arena, text, &flaw);
    FUZZ_FLAW(key, flaw);
    fuzz_must(!key || (key->type && key->revoked == !key->bits));
}

static void check_dmarc(struct mw_arena *arena, const char *text)
{
    struct mw_flaw flaw = {0};
    const struct mw_dmarc *record = mw_dmarc_read(arena, text, &flaw);
    FUZZ_FLAW(record, flaw);
    const char *mended = mw_dmarc_mend(arena, text);
    struct mw_flaw none = {0};
    const struct mw_dmarc *again = mw_dmarc_read(arena, mended, &none);
    fuzz_must(again && !again->forced && !again->passed_over.count && !again->removed.count && strcmp(mw_dmarc_mend(arena, mended), mended) == 0);
    fuzz_must(!record || (mw_dmarc_is_record(text) && !mw_dmarc_is_near(text) && mw_dmarc_policy_for(record, true, false) && record->forced == (flaw.why != NULL)));
}

static void check_others(struct mw_arena *arena, const char *text)
{
    struct mw_flaw sts = {0}, rpt = {0}, tlsa = {0};
    const char *id = mw_mtasts_read_record(arena, text, &sts);
    FUZZ_FLAW(id, sts);
    fuzz_must(!id || strlen(id) <= 32);
    const struct mw_tlsrpt *reports = mw_tlsrpt_read(arena, text, &rpt);
    FUZZ_FLAW(reports, rpt);
    fuzz_must(!reports || reports->rua.count);
    if (reports)
        mw_tlsrpt_domain(arena, reports->rua.items[0]);
    struct mw_flaw none = {0};
    const char *mended = mw_tlsrpt_mend(arena, text);
    fuzz_must(!mended || mw_tlsrpt_read(arena, mended, &none)); /* it is to be pasted */
    const struct mw_tlsa *record = mw_tlsa_read(arena, text, &tlsa);
    FUZZ_FLAW(record, tlsa);
    fuzz_must(!record || record->bytes);
    struct mw_zoneline line;
    bool is_line = mw_zoneline_read(arena, text, &line);
    fuzz_must(!is_line || (*line.data && line.data > text && line.ttl_s >= 0));
}

static void check_caa(struct mw_arena *arena, const uint8_t *bytes, size_t count)
{
    struct mw_flaw flaw = {0};
    struct mw_list allowed;
    const char *who;
    const struct mw_caa *record = mw_caa_read(arena, bytes, count, &flaw);
    FUZZ_FLAW(record, flaw);
    if (record) {
        fuzz_safe(record->value);
        fuzz_must(!mw_caa_restricts(arena, &record, 1, true, &allowed) || allowed.count <= 1);
        mw_caa_names_of(arena, record->value, &who);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    const char *text = mw_strndup(arena, (const char *)bytes, count);
    check_dkim(arena, text);
    check_dmarc(arena, text);
    check_others(arena, text);
    check_caa(arena, bytes, count);
    mw_arena_free(arena);
    return 0;
}
