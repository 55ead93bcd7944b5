/* DMARC: the record that applies to the domain, found by the walk up the tree (RFC 9989 section 4.10), all levels asked at once. TXT of the domain itself is
 * read too: a record there stands at the wrong place. */
#include "lookup.h"

#include <mailwhy/dmarc.h>

#include <string.h>

#define LEVELS 8u /* section 4.10: eight queries at most */

struct level {
    struct dmarc *of;
    const char *domain, *name;
    const struct mw_dns_answer *answer;
    const struct mw_dmarc *record; /* the one that counts here; NULL */
};

struct dmarc {
    struct level levels[LEVELS];
    size_t count, waiting;
};

static const struct mw_dmarc *read_level(struct mw_look *look, struct level *level)
{
    const struct mw_dmarc *found = NULL;
    unsigned count = 0;
    const struct mw_record *record;
    struct mw_flaw flaw;
    for (size_t i = 0; (record = mw_dns_next(level->answer, MW_TXT, &i));) {
        if (!mw_dmarc_is_record(record->joined)) {
            if (mw_dmarc_is_near(record->joined))
                mw_tell_text(look, MW_F_DMARC_FLAW, level->name, "meant as DMARC, but does not begin with v=DMARC1", record->joined);
            continue;
        }
        count++;
        mw_tell_text(look, MW_F_DMARC_RECORD, level->name, record->joined, mw_lookup_quote(look, record));
        found = mw_dmarc_read(look->arena, record->joined, &flaw);
        if (!found)
            mw_tell_text(look, MW_F_DMARC_FLAW, level->name, flaw.why, flaw.where);
    }
    if (count > 1)
        mw_tell_text(look, MW_F_DMARC_FLAW, level->name, "more than one DMARC record", NULL);
    return count == 1 ? found : NULL;
}

/* Index of the organisational domain (section 4.10.2): the walk ends at psd=n, or one below psd=y; else the highest record. */
static const struct level *organisation(const struct dmarc *dmarc)
{
    const struct level *highest = NULL;
    for (size_t i = 0; i < dmarc->count; i++) {
        const struct level *level = &dmarc->levels[i];
        if (!level->record)
            continue;
        if (level->record->psd == 'n')
            return level;
        if (level->record->psd == 'y')
            return i && dmarc->levels[i - 1].record ? &dmarc->levels[i - 1] : level;
        highest = level;
    }
    return highest;
}

static void finish(struct mw_look *look, struct dmarc *dmarc)
{
    for (size_t i = 0; i < dmarc->count; i++)
        dmarc->levels[i].record = read_level(look, &dmarc->levels[i]);
    const struct level *own = &dmarc->levels[0];
    const struct level *applies = own->record ? own : organisation(dmarc);
    enum mw_dns_status status = applies ? MW_DNS_OK : own->answer->status == MW_DNS_OK ? MW_DNS_NODATA : own->answer->status;
    for (size_t i = 0; !applies && i < dmarc->count; i++)
        if (!mw_lookup_is_settled(dmarc->levels[i].answer->status))
            status = dmarc->levels[i].answer->status;
    if (applies)
        mw_tell_text(look, MW_F_DMARC_POLICY, look->why->about, mw_dmarc_policy_for(applies->record, applies != own, true), applies->name);
    struct mw_dns_answer said = *own->answer;
    said.status = status;
    mw_lookup_end(look, MW_F_DMARC_END, look->why->about, &said);
}

static void got_level(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct level *level = tag;
    level->answer = answer;
    if (--level->of->waiting == 0)
        finish(look, level->of);
}

static void got_apex(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));)
        if (mw_dmarc_is_record(record->joined))
            mw_tell_text(look, MW_F_DMARC_FLAW, look->why->about, "stands at the domain itself instead of _dmarc below it", record->joined);
}

static size_t labels(const char *name)
{
    size_t count = 1;
    for (; *name; name++)
        count += *name == '.';
    return count;
}

static void start(struct mw_look *look)
{
    struct dmarc *dmarc = MW_NEW(look->arena, struct dmarc);
    const char *at = look->why->about;
    while (at && strcmp(at, ".") != 0 && dmarc->count < LEVELS) {
        struct level *level = &dmarc->levels[dmarc->count++];
        *level = (struct level){dmarc, at, mw_printf(look->arena, "_dmarc.%s", at), NULL, NULL};
        for (at = mw_lookup_above(at); labels(at) > LEVELS - 1; at = mw_lookup_above(at))
            ; /* section 4.10: from a long name to its last seven labels */
    }
    dmarc->waiting = dmarc->count;
    for (size_t i = 0; i < dmarc->count; i++)
        mw_look_ask(look, dmarc->levels[i].name, MW_TXT, got_level, &dmarc->levels[i]);
    mw_look_ask(look, look->why->about, MW_TXT, got_apex, NULL);
}

const struct mw_probe mw_probe_dmarc = {
    .name = "dmarc",
    .says = N_("Looks up the DMARC record that applies to the domain."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DMARC_RECORD, MW_F_DMARC_FLAW, MW_F_DMARC_POLICY},
    .ends = MW_F_DMARC_END,
    .start = start,
};
