/* TLSRPT records (RFC 8460 section 3). Never sends a report. */
#include "tags.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/tlsrpt.h>

#include <ctype.h>
#include <string.h>

bool mw_tlsrpt_is_record(const char *text)
{
    static const char version[] = "v=TLSRPTv1";
    if (strncmp(text, version, strlen(version)) != 0)
        return false;
    text += strlen(version);
    return text[strspn(text, " \t")] == ';';
}

/* Percent-encoding is whole, and a "!" is encoded (section 3): some records carry the size that DMARC allows behind one. */
static bool is_encoded(const char *uri)
{
    for (const char *at = uri; (at = strpbrk(at, "%!")); at++)
        if (*at == '!' || !isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
            return false;
    return true;
}

static void sort_uris(struct mw_arena *arena, const char *value, struct mw_tlsrpt *record)
{
    struct mw_list written = mw_text_split(arena, value, ",");
    for (size_t i = 0; i < written.count; i++) {
        const char *uri = mw_text_trim(arena, written.items[i]);
        bool good = mw_tags_is_report_uri(uri, "https://") && is_encoded(uri);
        if (*uri)
            mw_list_add(arena, good ? &record->rua : &record->passed_over, uri);
    }
}

const struct mw_tlsrpt *mw_tlsrpt_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    struct mw_tlsrpt *record = MW_NEW(arena, struct mw_tlsrpt);
    bool has_rua = false;
    if (!mw_tlsrpt_is_record(text)) {
        mw_flaw_is(flaw, N_("does not begin with v=TLSRPTv1;"), tags->count ? tags->tag[0].text : "");
        return NULL;
    }
    for (size_t i = 0; i < tags->count; i++) {
        if (!tags->tag[i].name || !*tags->tag[i].name) {
            mw_flaw_is(flaw, N_("not a list of tags"), tags->tag[i].text);
            return NULL;
        }
        if (!mw_text_same(tags->tag[i].name, "rua"))
            continue;
        has_rua = true;
        sort_uris(arena, tags->tag[i].value, record); /* there may be several */
    }
    if (record->rua.count)
        return record;
    mw_flaw_is(flaw, has_rua ? N_("rua= has no mailto: or https: address") : N_("no rua= tag"), mw_list_join(arena, &record->passed_over, ", "));
    return NULL;
}

const char *mw_tlsrpt_mend(struct mw_arena *arena, const char *text)
{
    const char *value = mw_tags_get(mw_tags_cut(arena, text), "rua");
    struct mw_list written = mw_text_split(arena, value ? value : "", ", \t\r\n\v\f"), mended = {0};
    for (size_t i = 0; i < written.count; i++) {
        const char *uri = mw_strndup(arena, written.items[i], strcspn(written.items[i], "!"));
        const char *whole = strchr(uri, '@') && !strchr(uri, ':') ? mw_printf(arena, "mailto:%s", uri) : uri;
        if (mw_tags_is_report_uri(whole, "https://") && is_encoded(whole) && !strpbrk(whole, "\"\\<>"))
            mw_list_add(arena, &mended, whole);
    }
    return mended.count ? mw_printf(arena, "v=TLSRPTv1; rua=%s", mw_list_join(arena, &mended, ",")) : NULL;
}

const char *mw_tlsrpt_domain(struct mw_arena *arena, const char *uri)
{
    const char *at = mw_text_starts(uri, "mailto:") ? strchr(uri, '@') : NULL, *flaw;
    return at ? mw_domain_read(arena, mw_strndup(arena, at + 1, strcspn(at + 1, "?,")), &flaw) : NULL;
}
