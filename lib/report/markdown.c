/* The report as Markdown (CommonMark), to be pasted into a ticket. */
#include "format.h"

#include <string.h>

static const struct mw_escape escapes[] = {{'\\', "\\\\"}, {'*', "\\*"}, {'_', "\\_"}, {'`', "\\`"}, {'<', "&lt;"},  {'>', "&gt;"},
                                           {'[', "\\["},   {']', "\\]"}, {'|', "\\|"}, {'#', "\\#"}, {'&', "&amp;"}, {0, NULL}};
/* In a code span nothing has a meaning but the backtick, which cannot stand there. */
static const struct mw_escape in_code[] = {{'`', "'"}, {0, NULL}};

struct page {
    struct mw_arena *arena;
    FILE *out;
};

static const char *plain(const struct page *page, const char *text)
{
    return mw_escape(page->arena, text, escapes);
}

static const char *code(const struct page *page, const char *text)
{
    return mw_escape(page->arena, text, in_code);
}

static void put_block(const struct page *page, const char *text)
{
    struct mw_list lines = mw_text_split(page->arena, text, "\n");
    fputs("\n```\n", page->out);
    for (size_t i = 0; i < lines.count; i++)
        fprintf(page->out, "%s\n", code(page, lines.items[i]));
    fputs("```\n\n", page->out);
}

static void put_finding(const struct page *page, const struct mw_finding *finding, size_t number)
{
    fprintf(page->out, "\n## %zu. %s\n\n%s\n\n", number, plain(page, finding->title), plain(page, finding->says));
    fprintf(page->out, "`%s` · %s · ", finding->cause->id, mw_words_severity(finding->severity));
    fprintf(page->out, _("Who must act: %s"), mw_words_owner(finding->cause->owner));
    fputs("\n\n", page->out);
    if (finding->evidence_count)
        fprintf(page->out, "%s\n\n", _("Seen:"));
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct mw_fact *fact = finding->evidence[i];
        fprintf(page->out, "- %s `%s` = `%s`", plain(page, fact->about), mw_fact_kind(fact->id)->name, code(page, mw_fact_value(page->arena, fact)));
        fprintf(page->out, fact->quote && *fact->quote ? ": `%s`\n" : "\n", fact->quote ? code(page, fact->quote) : "");
    }
    for (size_t i = 0; i < finding->marked_count; i++) {
        const struct mw_marked *marked = &finding->marked[i];
        fprintf(page->out, "\n`%s`\n\n%s", code(page, marked->line), _("The part at fault:"));
        for (size_t k = 0; k < marked->count; k++)
            fprintf(page->out, " `%s`", code(page, mw_strndup(page->arena, marked->line + marked->parts[k].at, marked->parts[k].bytes)));
        fputc('\n', page->out);
    }
    for (size_t i = 0; i < finding->fixes; i++) {
        fprintf(page->out, "\n**%s** %s\n", mw_words_where(finding->fix[i].where), plain(page, finding->fix[i].text));
        if (finding->fix[i].snippet)
            put_block(page, finding->fix[i].snippet);
        if (finding->fix[i].seen_after)
            fprintf(page->out, "\n%s\n", plain(page, finding->fix[i].seen_after));
    }
    if (finding->explains_seen)
        fprintf(page->out, "\n%s\n\n", _("What only follows from it:"));
    for (size_t i = 0; i < finding->explains_seen; i++)
        fprintf(page->out, "- %s (`%s`)\n", plain(page, mw_words_title(finding->explains.items[i])), finding->explains.items[i]);
    if (finding->cause->reference)
        fprintf(page->out, "\n%s%s%s\n", _("Reference:"), mw_text_gap(_("Reference:")), plain(page, finding->cause->reference));
}

static void put_records(const struct page *page, const struct mw_report *report, const struct mw_format_options *options)
{
    size_t count;
    const struct mw_found_record *records = mw_words_records(page->arena, report, &count);
    struct mw_list lines = {0};
    for (size_t i = 0; i < count; i++)
        mw_list_add(page->arena, &lines, records[i].line);
    if (!count || !mw_words_shows_records(report, options))
        return;
    fprintf(page->out, "\n## %s\n", _("Records found"));
    put_block(page, mw_list_join(page->arena, &lines, "\n"));
}

bool mw_format_markdown(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    const struct page page = {mw_arena_new(), out};
    fprintf(out, "# %s\n", plain(&page, mw_words_verdict(page.arena, report)));
    if (report->partial)
        fprintf(out, "\n%s\n", plain(&page, mw_words_partial(report)));
    struct mw_list way = mw_words_way(page.arena, report);
    if (way.count)
        fprintf(out, "\n## %s\n\n", _("The message"));
    for (size_t i = 0; i < way.count; i++)
        fprintf(out, "- %s\n", plain(&page, way.items[i]));
    for (size_t i = 0; i < report->count; i++)
        put_finding(&page, &report->findings[i], i + 1);
    if (report->count) {
        fprintf(out, "\n## %s\n", _("To see whether it is mended:"));
        put_block(&page, report->findings[0].verify);
    }
    put_records(&page, report, options);
    struct mw_list tree = options->tree ? mw_tree_lines(page.arena, report->facts) : (struct mw_list){0};
    if (tree.count) {
        fprintf(out, "\n## %s\n", _("The records and what they lead to"));
        put_block(&page, mw_list_join(page.arena, &tree, "\n"));
    }
    if (report->not_tested_count)
        fprintf(out, "\n## %s\n\n", _("Not tested"));
    for (size_t i = 0; i < report->not_tested_count; i++)
        fprintf(out, "- `%s`: %s\n", report->not_tested[i].what, plain(&page, report->not_tested[i].why));
    mw_arena_free(page.arena);
    return fflush(out) == 0 && !ferror(out);
}
