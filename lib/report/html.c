/* The report as one HTML page that needs nothing else: no script, no picture, no network. */
#include "format.h"

#include <string.h>

static const struct mw_escape escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}, {0, NULL}};

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "h1{font-size:1.4em;border-left:.4em solid #888;padding-left:.6em}h1.ok{border-color:#2a7}h1.broken{border-color:#c33}"
    "h1.degraded,h1.unknown{border-color:#d90}section{border:1px solid #ccc;border-radius:6px;padding:0 1em 1em;margin:1em 0}"
    "h2{font-size:1.15em}pre,code{background:#f3f3f3;border-radius:4px}pre{padding:.6em;overflow:auto}code{padding:0 .2em;overflow-wrap:anywhere}"
    ".small{color:#666;font-size:.9em}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}pre,code{background:#2a2a2a}}";

struct page {
    struct mw_arena *arena;
    FILE *out;
};

static const char *safe(const struct page *page, const char *text)
{
    return mw_escape(page->arena, text, escapes);
}

static void put_block(const struct page *page, const char *text)
{
    struct mw_list lines = mw_text_split(page->arena, text, "\n");
    fputs("<pre>", page->out);
    for (size_t i = 0; i < lines.count; i++)
        fprintf(page->out, "%s\n", safe(page, lines.items[i]));
    fputs("</pre>\n", page->out);
}

static void put_evidence(const struct page *page, const struct mw_finding *finding)
{
    if (!finding->evidence_count)
        return;
    fprintf(page->out, "<p class=\"small\">%s</p>\n<ul>\n", _("Seen:"));
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct mw_fact *fact = finding->evidence[i];
        fprintf(page->out, "<li>%s <code>%s</code> = <code>%s</code>", safe(page, fact->about), mw_fact_kind(fact->id)->name,
                safe(page, mw_fact_value(page->arena, fact)));
        if (fact->quote && *fact->quote)
            fprintf(page->out, " <q>%s</q>", safe(page, fact->quote));
        fputs("</li>\n", page->out);
    }
    fputs("</ul>\n", page->out);
}

static void put_record(const struct page *page, const struct mw_marked *marked)
{
    const char *at = marked->line;
    for (size_t i = 0; i < marked->count; i++) {
        const char *part = marked->line + marked->parts[i].at;
        fputs(safe(page, mw_strndup(page->arena, at, (size_t)(part - at))), page->out);
        at = part + marked->parts[i].bytes;
        fprintf(page->out, "<mark>%s</mark>", safe(page, mw_strndup(page->arena, part, marked->parts[i].bytes)));
    }
    fprintf(page->out, "%s\n", safe(page, at));
}

static void put_marked(const struct page *page, const struct mw_finding *finding)
{
    fputs(finding->marked_count ? "<pre>" : "", page->out);
    for (size_t i = 0; i < finding->marked_count; i++)
        put_record(page, &finding->marked[i]);
    fputs(finding->marked_count ? "</pre>\n" : "", page->out);
}

static void put_records(const struct page *page, const struct mw_report *report, const struct mw_format_options *options)
{
    size_t count;
    const struct mw_found_record *records = mw_words_records(page->arena, report, &count);
    if (!count || !mw_words_shows_records(report, options))
        return;
    fprintf(page->out, "<h2>%s</h2>\n<pre>", _("Records found"));
    for (size_t i = 0; i < count; i++)
        put_record(page, records[i].marked ? records[i].marked : &(struct mw_marked){.line = records[i].line});
    fputs("</pre>\n", page->out);
}

static void put_finding(const struct page *page, const struct mw_finding *finding, size_t number)
{
    fprintf(page->out, "<section>\n<h2>%zu. %s</h2>\n<p>%s</p>\n", number, safe(page, finding->title), safe(page, finding->says));
    put_evidence(page, finding);
    put_marked(page, finding);
    for (size_t i = 0; i < finding->fixes; i++) {
        fprintf(page->out, "<p><strong>%s</strong> %s</p>\n", mw_words_where(finding->fix[i].where), safe(page, finding->fix[i].text));
        if (finding->fix[i].snippet)
            put_block(page, finding->fix[i].snippet);
        if (finding->fix[i].seen_after)
            fprintf(page->out, "<p class=\"small\">%s</p>\n", safe(page, finding->fix[i].seen_after));
    }
    fputs("<p>", page->out);
    fprintf(page->out, _("Who must act: %s"), mw_words_owner(finding->cause->owner));
    fputs("</p>\n", page->out);
    if (finding->explains_seen)
        fprintf(page->out, "<p class=\"small\">%s</p>\n<ul>\n", _("What only follows from it:"));
    for (size_t i = 0; i < finding->explains_seen; i++)
        fprintf(page->out, "<li>%s (<code>%s</code>)</li>\n", safe(page, mw_words_title(finding->explains.items[i])), finding->explains.items[i]);
    fputs(finding->explains_seen ? "</ul>\n" : "", page->out);
    fprintf(page->out, "<p class=\"small\"><code>%s</code> · %s · %s</p>\n</section>\n", finding->cause->id, mw_words_severity(finding->severity),
            safe(page, finding->cause->reference ? finding->cause->reference : ""));
}

static void put_not_tested(const struct page *page, const struct mw_report *report)
{
    if (!report->not_tested_count)
        return;
    fprintf(page->out, "<h2>%s</h2>\n<ul>\n", _("Not tested"));
    for (size_t i = 0; i < report->not_tested_count; i++)
        fprintf(page->out, "<li><code>%s</code> %s</li>\n", report->not_tested[i].what, safe(page, report->not_tested[i].why));
    fputs("</ul>\n", page->out);
}

static void put_way(const struct page *page, const struct mw_report *report)
{
    struct mw_list way = mw_words_way(page->arena, report);
    if (!way.count)
        return;
    fprintf(page->out, "<h2>%s</h2>\n<ul>\n", _("The message"));
    for (size_t i = 0; i < way.count; i++)
        fprintf(page->out, "<li>%s</li>\n", safe(page, way.items[i]));
    fputs("</ul>\n", page->out);
}

bool mw_format_html(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    const struct page page = {mw_arena_new(), out};
    const char *verdict = safe(&page, mw_words_verdict(page.arena, report));
    fprintf(out,
            "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            "content=\"width=device-width\">\n<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n",
            verdict, style);
    fprintf(out, "<h1 class=\"%s\">%s</h1>\n", mw_state_name(mw_words_worst(report)), verdict);
    if (report->partial)
        fprintf(out, "<p>%s</p>\n", safe(&page, mw_words_partial(report)));
    put_way(&page, report);
    for (size_t i = 0; i < report->count; i++)
        put_finding(&page, &report->findings[i], i + 1);
    if (report->count) {
        fprintf(out, "<p>%s</p>\n", _("To see whether it is mended:"));
        put_block(&page, report->findings[0].verify);
    }
    put_records(&page, report, options);
    struct mw_list tree = options->tree ? mw_tree_lines(page.arena, report->facts) : (struct mw_list){0};
    if (tree.count) {
        fprintf(out, "<h2>%s</h2>\n", _("The records and what they lead to"));
        put_block(&page, mw_list_join(page.arena, &tree, "\n"));
    }
    put_not_tested(&page, report);
    fputs("</body>\n</html>\n", out);
    mw_arena_free(page.arena);
    return fflush(out) == 0 && !ferror(out);
}
