/* TLSRPT records (RFC 8460 section 3). Never sends a report. */
#include "tags.h"

#include <mailwhy/lang.h>
#include <mailwhy/tlsrpt.h>

#include <string.h>

bool mw_tlsrpt_is_record(const char *text)
{
    static const char version[] = "v=TLSRPTv1";
    if (strncmp(text, version, strlen(version)) != 0)
        return false;
    text += strlen(version);
    return text[strspn(text, " \t")] == ';';
}

bool mw_tlsrpt_read(struct mw_arena *arena, const char *text, struct mw_list *rua, struct mw_flaw *flaw)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    if (!mw_tlsrpt_is_record(text))
        return mw_flaw_is(flaw, N_("does not begin with v=TLSRPTv1;"), tags->count ? tags->tag[0].text : "");
    for (size_t i = 0; i < tags->count; i++)
        if (!tags->tag[i].name || !*tags->tag[i].name)
            return mw_flaw_is(flaw, N_("not a list of tags"), tags->tag[i].text);
    const char *value = mw_tags_get(tags, "rua");
    if (!value)
        return mw_flaw_is(flaw, N_("no rua= tag"), "");
    struct mw_list written = mw_text_split(arena, value, ","), good = {0};
    for (size_t i = 0; i < written.count; i++) {
        const char *uri = mw_text_trim(arena, written.items[i]);
        if (mw_tags_is_report_uri(uri, "https://"))
            mw_list_add(arena, &good, uri);
    }
    if (!good.count)
        return mw_flaw_is(flaw, N_("rua= has no mailto: or https: address"), value);
    *rua = good;
    return true;
}
