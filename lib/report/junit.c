/* The report as JUnit XML: each cause is a test case, failed where it was found, passed where it was ruled out, skipped where it could not be tested. */
#include "format.h"

static const struct mw_escape escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {0, NULL}};

struct page {
    struct mw_arena *arena;
    FILE *out;
};

static const char *xml(const struct page *page, const char *text)
{
    return mw_escape(page->arena, text, escapes);
}

/* Advice is no failure: a pipeline must not break for it. */
static bool fails(const struct mw_finding *finding)
{
    return finding->severity != MW_ADVICE;
}

static void put_finding(const struct page *page, const struct mw_finding *finding)
{
    fprintf(page->out, "    <testcase classname=\"mailwhy\" name=\"%s\">", finding->cause->id);
    if (!fails(finding)) {
        fprintf(page->out, "<system-out>%s</system-out></testcase>\n", xml(page, finding->says));
        return;
    }
    fprintf(page->out, "<failure type=\"%s\" message=\"%s\">%s", mw_severity_name(finding->severity), xml(page, finding->title), xml(page, finding->says));
    for (size_t i = 0; i < finding->fixes; i++) {
        const char *snippet = finding->fix[i].snippet;
        fprintf(page->out, "\n%s%s%s", xml(page, finding->fix[i].text), snippet ? "\n" : "", snippet ? xml(page, snippet) : "");
    }
    fputs("</failure></testcase>\n", page->out);
}

bool mw_format_junit(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    (void)options;
    const struct page page = {mw_arena_new(), out};
    size_t failures = 0;
    for (size_t i = 0; i < report->count; i++)
        failures += fails(&report->findings[i]);
    size_t tests = report->count + report->ruled_out.count + report->not_tested_count;
    double seconds = (double)report->elapsed_ms / 1000;
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n", tests, failures,
            report->not_tested_count, seconds);
    fprintf(out, "  <testsuite name=\"%s %s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\">\n", xml(&page, report->header->question),
            xml(&page, report->header->target), tests, failures, report->not_tested_count, seconds);
    if (report->partial)
        fprintf(out, "    <properties><property name=\"partial\" value=\"%s\"/></properties>\n", xml(&page, mw_words_partial(report)));
    for (size_t i = 0; i < report->count; i++)
        put_finding(&page, &report->findings[i]);
    for (size_t i = 0; i < report->ruled_out.count; i++)
        fprintf(out, "    <testcase classname=\"mailwhy\" name=\"%s\"/>\n", report->ruled_out.items[i]);
    for (size_t i = 0; i < report->not_tested_count; i++)
        fprintf(out, "    <testcase classname=\"mailwhy\" name=\"%s\"><skipped message=\"%s\"/></testcase>\n", report->not_tested[i].what,
                xml(&page, report->not_tested[i].why));
    fputs("  </testsuite>\n</testsuites>\n", out);
    mw_arena_free(page.arena);
    return fflush(out) == 0 && !ferror(out);
}
