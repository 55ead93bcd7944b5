/* DMARC policy records (RFC 9989 section 4.7, 4.8, 4.10.1). Tags that a receiver passes over are noted, not refused. Never walks the tree, never asks the
 * DNS. */
#include "tags.h"

#include <mailwhy/dmarc.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

static const char version[] = "DMARC1";

/* The first tag alone is looked at: a version behind others does not count. */
bool mw_dmarc_is_record(const char *text)
{
    return mw_tags_are_of(text, version);
}

bool mw_dmarc_is_near(const char *text)
{
    static const char *const signs[] = {"dmarc1", "dmarc 1", "v=dmarc", "dmarc=1"};
    for (size_t i = 0; i < MW_COUNT(signs); i++)
        if (mw_text_find(text, signs[i]))
            return !mw_dmarc_is_record(text);
    return false;
}

/* --- one tag: true where its value is good ------------------------------------------------------------------------------------------------- */

static bool choose(const char *value, const char *const *choices, const char **chosen)
{
    for (; *choices; choices++)
        if (mw_text_same(value, *choices)) {
            *chosen = *choices;
            return true;
        }
    return false;
}

static const char *const policies[] = {"none", "quarantine", "reject", NULL};
static const char *const modes[] = {"r", "s", NULL};
static const char *const answers[] = {"n", "y", NULL};
static const char *const domains[] = {"u", "n", "y", NULL};

static bool read_policy(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    return choose(value, policies, &record->policy);
}

static bool read_subdomains(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    return choose(value, policies, &record->subdomains);
}

static bool read_nonexistent(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    return choose(value, policies, &record->nonexistent);
}

static bool read_flag(const char *value, const char *const *choices, bool *flag)
{
    const char *chosen;
    if (!choose(value, choices, &chosen))
        return false;
    *flag = chosen == choices[1];
    return true;
}

static bool read_adkim(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    return read_flag(value, modes, &record->strict_dkim);
}

static bool read_aspf(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    return read_flag(value, modes, &record->strict_spf);
}

static bool read_testing(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    return read_flag(value, answers, &record->testing);
}

static bool read_psd(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena;
    const char *chosen;
    if (!choose(value, domains, &chosen))
        return false;
    record->psd = chosen[0];
    return true;
}

static bool read_fo(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    struct mw_list options = mw_text_split(arena, value, ": \t");
    for (size_t i = 0; i < options.count; i++)
        if (strlen(options.items[i]) != 1 || !strchr("01dsDS", options.items[i][0]))
            return false;
    if (options.count)
        record->fo = value;
    return options.count;
}

/* A size behind "!" is a relic that reporters pass over. */
static bool read_uris(struct mw_arena *arena, const char *value, struct mw_list *uris)
{
    struct mw_list written = mw_text_split(arena, value, ",");
    for (size_t i = 0; i < written.count; i++) {
        const char *uri = mw_text_trim(arena, mw_strndup(arena, written.items[i], strcspn(written.items[i], "!")));
        if (mw_tags_is_report_uri(uri, NULL))
            mw_list_add(arena, uris, uri);
    }
    return uris->count && uris->count == written.count;
}

static bool read_rua(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    return read_uris(arena, value, &record->rua);
}

static bool read_ruf(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    return read_uris(arena, value, &record->ruf);
}

static bool read_removed(struct mw_arena *arena, const char *value, struct mw_dmarc *record)
{
    (void)arena, (void)value, (void)record;
    return true;
}

static const struct form {
    const char *name;
    bool (*read)(struct mw_arena *arena, const char *value, struct mw_dmarc *record);
} forms[] = {
    {"p", read_policy}, {"sp", read_subdomains}, {"np", read_nonexistent}, {"adkim", read_adkim}, {"aspf", read_aspf}, {"t", read_testing}, {"psd", read_psd},
    {"fo", read_fo}, {"rua", read_rua}, {"ruf", read_ruf}, {"pct", read_removed}, {"rf", read_removed}, {"ri", read_removed},
};

static const struct form *form_of(const struct tag *tag)
{
    for (size_t i = 0; tag->name && i < MW_COUNT(forms); i++)
        if (mw_text_same(tag->name, forms[i].name))
            return &forms[i];
    return NULL;
}

static bool is_first(const struct tags *tags, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (tags->tag[i].name && mw_text_same(tags->tag[i].name, tags->tag[index].name))
            return false;
    return true;
}

static void read_tag(struct mw_arena *arena, const struct tags *tags, size_t index, struct mw_dmarc *record)
{
    const struct tag *tag = &tags->tag[index];
    const struct form *form = form_of(tag);
    if (!*tag->text)
        return; /* ";;" */
    if (!form || !is_first(tags, index) || !form->read(arena, tag->value, record))
        mw_list_add(arena, &record->passed_over, tag->text);
    if (form && form->read == read_removed)
        mw_list_add(arena, &record->removed, form->name);
}

/* Section 4.10.1: without a good p=, or with a bad sp= or np=, the record stands as p=none for its reports alone. Section 4.7: one without p= is p=none. */
static bool settle_policy(const struct tags *tags, struct mw_dmarc *record, struct mw_flaw *flaw)
{
    static const char *const names[] = {"p", "sp", "np"};
    const char *const read[] = {record->policy, record->subdomains, record->nonexistent};
    record->forced = true;
    for (size_t i = 0; i < MW_COUNT(names); i++) {
        const char *written = mw_tags_get(tags, names[i]);
        if (!written || read[i])
            continue;
        record->policy = "none";
        record->subdomains = record->nonexistent = NULL;
        static const char *const why[] = {N_("p= is not none, quarantine or reject"), N_("sp= is not none, quarantine or reject"),
                                          N_("np= is not none, quarantine or reject")};
        mw_flaw_is(flaw, why[i], written);
        return record->rua.count;
    }
    if (!record->policy) {
        record->policy = "none";
        mw_flaw_is(flaw, N_("no p= tag"), "");
        return true;
    }
    record->forced = false;
    return true;
}

const struct mw_dmarc *mw_dmarc_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    struct mw_dmarc *record = MW_NEW(arena, struct mw_dmarc);
    *record = (struct mw_dmarc){.psd = 'u', .fo = "0"};
    if (!mw_dmarc_is_record(text)) {
        mw_flaw_is(flaw, N_("v=DMARC1 is not the first tag"), tags->count ? tags->tag[0].text : "");
        return NULL;
    }
    for (size_t i = 1; i < tags->count; i++)
        read_tag(arena, tags, i, record);
    return settle_policy(tags, record, flaw) ? record : NULL;
}

/* --- mending ------------------------------------------------------------------------------------------------------------------------------- */

/* What editors and input methods make of a record: quotes of every kind go, full-width signs become ASCII. */
static const char *plain(struct mw_arena *arena, const char *text)
{
    static const struct { const char *sign, *meant; } signs[] = {{"\\", ""}, {"\"", ""}, {"\u201c", ""}, {"\u201d", ""}, {"\u2018", ""}, {"\u2019", ""},
                                                                 {"\uff1b", ";"}, {"\uff1d", "="}, {"\uff1a", ":"}, {"\u00a0", " "}};
    char *out = mw_alloc(arena, strlen(text) + 1);
    size_t count = 0;
    while (*text) {
        size_t i = 0;
        while (i < MW_COUNT(signs) && strncmp(text, signs[i].sign, strlen(signs[i].sign)) != 0)
            i++;
        if (i == MW_COUNT(signs)) {
            out[count++] = *text++;
            continue;
        }
        memcpy(out + count, signs[i].meant, strlen(signs[i].meant));
        count += strlen(signs[i].meant);
        text += strlen(signs[i].sign);
    }
    return out;
}

static bool begins_tag(const char *text)
{
    for (size_t i = 0; i < MW_COUNT(forms); i++) {
        size_t length = strlen(forms[i].name);
        if (mw_text_starts(text, forms[i].name) && text[length + strspn(text + length, " \t")] == '=')
            return true;
    }
    return false;
}

/* "p=reject, rua=…" and "p=reject rua=…": a comma or a blank before a tag was meant as a semicolon. */
static const char *separated(struct mw_arena *arena, const char *text)
{
    char *out = mw_strdup(arena, text);
    for (char *at = out + strcspn(out, ", \t"); *at; at += strcspn(at, ", \t")) {
        size_t length = strspn(at, ", \t");
        if (begins_tag(at + length))
            *at = ';';
        at += length;
    }
    return out;
}

/* "dmarc@example.org" was meant as mailto:dmarc@example.org. */
static const char *mended_uris(struct mw_arena *arena, const char *value)
{
    struct mw_list written = mw_text_split(arena, value, ", \t"), good = {0};
    for (size_t i = 0; i < written.count; i++) {
        const char *uri = written.items[i];
        uri = strchr(uri, ':') ? uri : mw_printf(arena, "mailto:%s", uri);
        if (mw_tags_is_report_uri(mw_strndup(arena, uri, strcspn(uri, "!")), NULL))
            mw_list_add(arena, &good, uri);
    }
    return good.count ? mw_list_join(arena, &good, ",") : NULL;
}

static const char *mended_value(struct mw_arena *arena, const struct form *form, const char *value)
{
    struct mw_dmarc scratch = {0};
    bool is_policy = form->read == read_policy || form->read == read_subdomains || form->read == read_nonexistent;
    if (form->read == read_removed)
        return NULL;
    if (form->read == read_rua || form->read == read_ruf)
        return mended_uris(arena, value);
    if (form->read(arena, value, &scratch))
        return value;
    return is_policy ? mw_text_nearest(value, policies, MW_COUNT(policies) - 1) : NULL;
}

const char *mw_dmarc_mend(struct mw_arena *arena, const char *text)
{
    const struct tags *tags = mw_tags_cut(arena, separated(arena, plain(arena, text)));
    struct mw_list mended = {0};
    mw_list_add(arena, &mended, "v=DMARC1");
    for (size_t i = 0; i < MW_COUNT(forms); i++) {
        const char *written = mw_tags_get(tags, forms[i].name), *value = written ? mended_value(arena, &forms[i], written) : NULL;
        if (!value && forms[i].read == read_policy)
            value = policies[0];
        if (value)
            mw_list_add(arena, &mended, mw_printf(arena, "%s=%s", forms[i].name, value));
    }
    return mw_list_join(arena, &mended, "; ");
}

const char *mw_dmarc_report_domain(struct mw_arena *arena, const char *uri)
{
    const char *at = mw_text_starts(uri, "mailto:") ? strrchr(uri, '@') : NULL, *flaw;
    return at ? mw_domain_read(arena, mw_strndup(arena, at + 1, strcspn(at + 1, "?!")), &flaw) : NULL;
}

const char *mw_dmarc_policy_for(const struct mw_dmarc *record, bool below, bool exists)
{
    if (below && !exists && record->nonexistent)
        return record->nonexistent;
    return below && record->subdomains ? record->subdomains : record->policy;
}
