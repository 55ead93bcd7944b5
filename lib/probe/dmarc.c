/* DMARC: the record that applies to the domain, found by the walk up the tree (RFC 9989 section 4.10), all levels asked at once, and whether the domains that
 * its reports go to take them (RFC 9990 section 4). TXT of the domain itself is
 * read too: a record there stands at the wrong place. */
#include "lookup.h"

#include <mailwhy/dmarc.h>

#include <string.h>

#define LEVELS 8u        /* section 4.10: eight queries at most */
#define DESTINATIONS 10u /* domains of report addresses that are asked for their leave */

struct level {
    struct dmarc *of;
    const char *domain, *name;
    const struct mw_dns_answer *answer;
    const struct mw_dmarc *record; /* the one that counts here; NULL */
};

struct dmarc {
    struct level levels[LEVELS];
    const struct mw_dns_answer *itself; /* TXT of the domain: does it exist? */
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

/* The organisational domain (section 4.10.2): the walk ends at psd=n, or one below psd=y; else the highest record's; without any the domain itself. */
static const struct level *organisation(const struct dmarc *dmarc)
{
    const struct level *highest = &dmarc->levels[0];
    for (size_t i = 0; i < dmarc->count; i++) {
        const struct level *level = &dmarc->levels[i];
        if (!level->record)
            continue;
        if (level->record->psd == 'n')
            return level;
        if (level->record->psd == 'y' && i)
            return level - 1;
        highest = level;
    }
    return highest;
}

/* Section 4.10.1: the record of the domain, of its organisation, or of the public suffix above that. NULL: none applies. */
static const struct level *policy_level(const struct dmarc *dmarc)
{
    const struct level *own = &dmarc->levels[0], *of = organisation(dmarc), *above = of + 1;
    if (!mw_lookup_is_settled(own->answer->status))
        return NULL; /* a record of its own may be there, and would come first */
    if (own->record || of->record)
        return own->record ? own : of;
    bool is_suffix = above < &dmarc->levels[dmarc->count] && above->record && above->record->psd == 'y';
    return is_suffix ? above : NULL;
}

/* --- reports (RFC 9990 section 4) ------------------------------------------------------------------------------------------------------------- */

struct report {
    const char *domain, *name; /* of a report address; the name that gives leave */
};

static void got_report(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct report *report = tag;
    const char *says = mw_lookup_is_settled(answer->status) ? "not authorised" : mw_dns_status_name(answer->status);
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));)
        if (mw_dmarc_is_record(record->joined))
            says = "authorised";
    mw_tell_text(look, MW_F_DMARC_REPORT, report->domain, says, report->name);
}

/* A domain below the organisational one is of the same organisation, and needs no leave. */
static void ask_reports(struct mw_look *look, const struct level *applies, const char *within, const struct mw_list *uris, struct mw_list *asked)
{
    for (size_t i = 0; i < uris->count && asked->count < DESTINATIONS; i++) {
        const char *domain = mw_dmarc_report_domain(look->arena, uris->items[i]);
        if (!domain || mw_domain_is_under(domain, within) || mw_list_has(asked, domain))
            continue;
        mw_list_add(look->arena, asked, domain);
        struct report *report = MW_NEW(look->arena, struct report);
        *report = (struct report){domain, mw_printf(look->arena, "%s._report._dmarc.%s", applies->domain, domain)};
        mw_look_ask(look, report->name, MW_TXT, got_report, report);
    }
}

/* --- the end of the walk ---------------------------------------------------------------------------------------------------------------------- */

static void tell_policy(struct mw_look *look, const struct dmarc *dmarc, const struct level *applies)
{
    const struct level *own = &dmarc->levels[0], *of = organisation(dmarc);
    const char *about = look->why->about;
    bool exists = dmarc->itself->status != MW_DNS_NXDOMAIN;
    struct mw_list asked = {0};
    mw_tell_text(look, MW_F_DMARC_POLICY, about, mw_dmarc_policy_for(applies->record, applies != own, exists), applies->name);
    if (applies == of) { /* sp= and np= of a record further down are never looked at */
        mw_tell_text(look, MW_F_DMARC_SUBDOMAINS, about, mw_dmarc_policy_for(applies->record, true, true), applies->name);
        mw_tell_text(look, MW_F_DMARC_NONEXISTENT, about, mw_dmarc_policy_for(applies->record, true, false), applies->name);
    }
    const char *within = applies > of ? applies->domain : of->domain;
    ask_reports(look, applies, within, &applies->record->rua, &asked);
    ask_reports(look, applies, within, &applies->record->ruf, &asked);
}

static void finish(struct mw_look *look, struct dmarc *dmarc)
{
    for (size_t i = 0; i < dmarc->count; i++)
        dmarc->levels[i].record = read_level(look, &dmarc->levels[i]);
    const struct level *own = &dmarc->levels[0], *applies = policy_level(dmarc);
    enum mw_dns_status status = applies ? MW_DNS_OK : own->answer->status == MW_DNS_OK ? MW_DNS_NODATA : own->answer->status;
    bool is_whole = true;
    for (size_t i = 0; i < dmarc->count; i++)
        if (!mw_lookup_is_settled(dmarc->levels[i].answer->status)) {
            is_whole = false;
            status = applies ? status : dmarc->levels[i].answer->status;
        }
    if (applies)
        tell_policy(look, dmarc, applies);
    if (is_whole) /* a level that was not answered may hold the record that decides */
        mw_tell_text(look, MW_F_DMARC_ORGANISATION, look->why->about, organisation(dmarc)->domain, NULL);
    struct mw_dns_answer said = *own->answer;
    said.status = status;
    mw_lookup_end(look, MW_F_DMARC_END, look->why->about, &said);
}

static void came(struct mw_look *look, struct dmarc *dmarc)
{
    if (--dmarc->waiting == 0)
        finish(look, dmarc);
}

static void got_level(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct level *level = tag;
    level->answer = answer;
    came(look, level->of);
}

static void got_apex(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct dmarc *dmarc = tag;
    const struct mw_record *record;
    dmarc->itself = answer;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));)
        if (mw_dmarc_is_record(record->joined))
            mw_tell_text(look, MW_F_DMARC_FLAW, look->why->about, N_("stands at the domain itself instead of _dmarc below it"), record->joined);
    came(look, dmarc);
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
    dmarc->waiting = dmarc->count + 1;
    for (size_t i = 0; i < dmarc->count; i++)
        mw_look_ask(look, dmarc->levels[i].name, MW_TXT, got_level, &dmarc->levels[i]);
    mw_look_ask(look, look->why->about, MW_TXT, got_apex, dmarc);
}

const struct mw_probe mw_probe_dmarc = {
    .name = "dmarc",
    .says = N_("Looks up the DMARC record that applies to the domain."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DMARC_RECORD, MW_F_DMARC_FLAW, MW_F_DMARC_POLICY, MW_F_DMARC_ORGANISATION, MW_F_DMARC_SUBDOMAINS, MW_F_DMARC_NONEXISTENT, MW_F_DMARC_REPORT},
    .ends = MW_F_DMARC_END,
    .start = start,
};
