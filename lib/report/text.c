/* The report as text: first the verdict in one sentence, then each root cause with what proves it, what to do and what only follows from it, then what could
 * not be tested. With --verbose also what was ruled out, the dialogues and every fact.
 *
 * Everything is made safe before it is printed: a saved run may come from anywhere. Folded by display columns. */
#include "format.h"

#include <string.h>

#define EVIDENCE_SHOWN 6u /* of one finding, unless verbose */
#define VALUE_SHOWN 300u  /* bytes of one value, unless verbose */
#define VALUE_CEILING 4000u
#define FOLLOWERS_SHOWN 8u

enum paint { PLAIN, BOLD, RED, YELLOW, GREEN, DIM };

struct page {
    struct mw_arena *arena;
    const struct mw_format_options *options;
    FILE *out;
};

static void paint(const struct page *page, enum paint color)
{
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[1;31m", "\033[1;33m", "\033[1;32m", "\033[2m"};
    if (page->options->color)
        fputs(codes[color], page->out);
}

static char *safe(const struct page *page, const char *text, size_t ceiling)
{
    return mw_text_safe(page->arena, text, strlen(text), ceiling);
}

static void paragraph(const struct page *page, size_t indent, enum paint color, const char *text)
{
    size_t columns = page->options->columns > indent + 20 ? page->options->columns - indent : page->options->columns;
    struct mw_list lines = mw_text_fold(page->arena, safe(page, text, VALUE_CEILING), columns);
    for (size_t i = 0; i < lines.count; i++) {
        fprintf(page->out, "%*s", (int)indent, "");
        paint(page, color);
        fputs(lines.items[i], page->out);
        if (color != PLAIN)
            paint(page, PLAIN);
        fputc('\n', page->out);
    }
}

/* To be pasted: not folded. */
static void snippet(const struct page *page, size_t indent, const char *text)
{
    struct mw_list lines = mw_text_split(page->arena, text, "\n");
    for (size_t i = 0; i < lines.count; i++) {
        fprintf(page->out, "%*s", (int)indent, "");
        paint(page, BOLD);
        fputs(safe(page, lines.items[i], VALUE_CEILING), page->out);
        paint(page, PLAIN);
        fputc('\n', page->out);
    }
}

static char *shown_value(const struct page *page, const struct mw_fact *fact)
{
    return safe(page, mw_fact_value(page->arena, fact), page->options->verbose ? VALUE_CEILING : VALUE_SHOWN);
}

static char *shown_fact(const struct page *page, const struct mw_fact *fact)
{
    const char *value = shown_value(page, fact);
    bool quoted = fact->quote && *fact->quote && strcmp(fact->quote, value) != 0;
    if (quoted)
        return mw_printf(page->arena, "%s  %s = %s  \"%s\"", fact->about, mw_fact_kind(fact->id)->name, value, safe(page, fact->quote, VALUE_SHOWN));
    return mw_printf(page->arena, "%s  %s = %s", fact->about, mw_fact_kind(fact->id)->name, value);
}

/* Does an earlier one say the same of another place? */
static bool is_repeated(const struct page *page, const struct mw_finding *finding, size_t at)
{
    const struct mw_fact *fact = finding->evidence[at];
    for (size_t i = 0; i < at; i++) {
        const struct mw_fact *earlier = finding->evidence[i];
        if (earlier->id == fact->id && strcmp(mw_fact_value(page->arena, earlier), mw_fact_value(page->arena, fact)) == 0)
            return true;
    }
    return false;
}

/* It is shown with its part at fault. */
static bool is_marked(const struct mw_finding *finding, const struct mw_fact *fact)
{
    for (size_t i = 0; fact->quote && i < finding->marked_count; i++)
        if (strcmp(finding->marked[i].line, fact->quote) == 0)
            return true;
    return false;
}

static void put_evidence(const struct page *page, const struct mw_finding *finding)
{
    size_t shown = 0, marked = 0;
    for (size_t i = 0; i < finding->evidence_count; i++) {
        if (is_marked(finding, finding->evidence[i])) {
            marked++;
            continue;
        }
        if (!shown)
            paragraph(page, 3, DIM, _("Seen:"));
        if (!page->options->verbose && (shown == EVIDENCE_SHOWN || is_repeated(page, finding, i)))
            continue;
        paragraph(page, 5, PLAIN, shown_fact(page, finding->evidence[i]));
        shown++;
    }
    size_t more = finding->evidence_count - shown - marked;
    if (more)
        paragraph(page, 5, PLAIN,
                  mw_printf(page->arena, mw_lang_plural("and %zu more (--verbose shows it)", "and %zu more (--verbose shows them)", more), more));
}

static void spaces(const struct page *page, size_t count, char with)
{
    while (count--)
        fputc(with, page->out);
}

/* The line of marks under a record. */
static void put_marks(const struct page *page, size_t indent, const struct mw_marked *marked)
{
    size_t at = 0;
    spaces(page, indent, ' ');
    paint(page, RED);
    for (size_t i = 0; i < marked->count; i++) {
        spaces(page, mw_text_columns(mw_strndup(page->arena, marked->line + at, marked->parts[i].at - at)), ' ');
        at = marked->parts[i].at + marked->parts[i].bytes;
        spaces(page, mw_text_columns(mw_strndup(page->arena, marked->line + marked->parts[i].at, marked->parts[i].bytes)), '^');
    }
    paint(page, PLAIN);
    fputc('\n', page->out);
}

/* A record stands on one line, as it is to be pasted, and the terminal wraps one that is longer: marks under it would stand at the wrong place, so its parts
 * are named. */
static void put_record(const struct page *page, size_t indent, const struct mw_marked *marked)
{
    size_t columns = page->options->columns ? page->options->columns - indent : SIZE_MAX;
    snippet(page, indent, marked->line);
    if (mw_text_columns(marked->line) <= columns) {
        put_marks(page, indent, marked);
        return;
    }
    for (size_t k = 0; k < marked->count; k++)
        paragraph(page, indent, RED, mw_printf(page->arena, "^ %.*s", (int)marked->parts[k].bytes, marked->line + marked->parts[k].at));
}

static void put_marked(const struct page *page, const struct mw_finding *finding)
{
    if (finding->marked_count)
        paragraph(page, 3, DIM, _("The part at fault:"));
    for (size_t i = 0; i < finding->marked_count; i++)
        put_record(page, 5, &finding->marked[i]);
}

static void put_fixes(const struct page *page, const struct mw_finding *finding)
{
    for (size_t i = 0; i < finding->fixes; i++) {
        if (i == 0 || finding->fix[i].where != finding->fix[i - 1].where)
            paragraph(page, 3, DIM, mw_words_where(finding->fix[i].where));
        paragraph(page, 5, PLAIN, finding->fix[i].text);
        if (finding->fix[i].snippet)
            snippet(page, 7, finding->fix[i].snippet);
        if (finding->fix[i].seen_after)
            paragraph(page, 5, DIM, finding->fix[i].seen_after);
    }
}

static void put_followers(const struct page *page, const struct mw_finding *finding)
{
    size_t shown = finding->explains_seen;
    if (!page->options->verbose && shown > FOLLOWERS_SHOWN)
        shown = FOLLOWERS_SHOWN;
    if (shown)
        paragraph(page, 3, DIM, _("What only follows from it:"));
    for (size_t i = 0; i < shown; i++)
        paragraph(page, 5, PLAIN, mw_printf(page->arena, _("%s (%s)"), mw_words_title(finding->explains.items[i]), finding->explains.items[i]));
    if (shown < finding->explains_seen)
        paragraph(page, 5, PLAIN,
                  mw_printf(page->arena,
                            mw_lang_plural("and %zu more (--verbose shows it)", "and %zu more (--verbose shows them)", finding->explains_seen - shown),
                            finding->explains_seen - shown));
}

static void put_alikes(const struct page *page, const struct mw_finding *finding)
{
    for (size_t i = 0; i < finding->alikes; i++)
        paragraph(page, 3, PLAIN,
                  mw_printf(page->arena, _("It could also be: %s (%s). %s"), mw_words_title(finding->alike[i].other->id), finding->alike[i].other->id,
                            finding->alike[i].decides));
}

static enum paint color_of(enum mw_severity severity)
{
    static const enum paint colors[] = {RED, YELLOW, YELLOW, PLAIN};
    return colors[severity];
}

static void put_finding(const struct page *page, const struct mw_finding *finding, size_t number)
{
    fputc('\n', page->out);
    paragraph(page, 0, color_of(finding->severity), mw_printf(page->arena, "%zu. %s", number, finding->title));
    paragraph(page, 3, PLAIN, finding->says);
    put_evidence(page, finding);
    put_marked(page, finding);
    put_fixes(page, finding);
    paragraph(page, 3, PLAIN, mw_printf(page->arena, _("Who must act: %s"), mw_words_owner(finding->cause->owner)));
    put_followers(page, finding);
    put_alikes(page, finding);
    paragraph(page, 3, DIM,
              finding->cause->reference
                  ? mw_printf(page->arena, "%s · %s · %.0f %% · %s", finding->cause->id, mw_words_severity(finding->severity), finding->confidence * 100,
                              finding->cause->reference)
                  : mw_printf(page->arena, "%s · %s · %.0f %%", finding->cause->id, mw_words_severity(finding->severity), finding->confidence * 100));
}

static void put_advice(const struct page *page, const struct mw_report *report)
{
    bool first = true;
    for (size_t i = 0; i < report->count; i++) {
        const struct mw_finding *finding = &report->findings[i];
        if (finding->severity != MW_ADVICE)
            continue;
        if (first)
            fputc('\n', page->out);
        first = false;
        paragraph(page, 0, PLAIN,
                  mw_printf(page->arena, _("Advice: %s. %s (%s)"), finding->title, finding->fixes ? finding->fix[0].text : finding->says, finding->cause->id));
        if (finding->fixes && finding->fix[0].snippet)
            snippet(page, 3, finding->fix[0].snippet);
    }
}

/* One command checks all, so it is said once. */
static void put_verify(const struct page *page, const struct mw_report *report)
{
    if (!report->count)
        return;
    fputc('\n', page->out);
    paragraph(page, 0, PLAIN, _("To see whether it is mended:"));
    snippet(page, 3, report->findings[0].verify);
}

static bool said_before(const struct mw_report *report, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(report->not_tested[i].why, report->not_tested[at].why) == 0)
            return true;
    return false;
}

static const char *ids_of(const struct page *page, const struct mw_report *report, const char *why, size_t *count)
{
    struct mw_list ids = {0};
    for (size_t i = 0; i < report->not_tested_count; i++)
        if (strcmp(report->not_tested[i].why, why) == 0)
            mw_list_add(page->arena, &ids, report->not_tested[i].what);
    *count = ids.count;
    return mw_list_join(page->arena, &ids, ", ");
}

static void put_reason(const struct page *page, const struct mw_report *report, const char *why)
{
    size_t count;
    const char *ids = ids_of(page, report, why, &count);
    paragraph(page, 3, PLAIN,
              page->options->verbose || count <= 3 ? mw_printf(page->arena, _("%s (%s)"), why, ids)
                                                   : mw_printf(page->arena, mw_lang_plural("%s (%zu cause)", "%s (%zu causes)", count), why, count));
}

static void put_not_reached(const struct page *page, size_t count)
{
    if (count)
        paragraph(page, 3, PLAIN,
                  mw_printf(page->arena,
                            mw_lang_plural("%zu cause, as what would show it was not looked at, not reached or did not answer (--verbose tells more).",
                                           "%zu causes, as what would show them was not looked at, not reached or did not answer (--verbose tells more).", count),
                            count));
}

/* First what the user can have tested by giving more; the rest one by one with --verbose alone. */
static void put_not_tested(const struct page *page, const struct mw_report *report)
{
    size_t not_reached = 0;
    if (!report->not_tested_count)
        return;
    fputc('\n', page->out);
    paragraph(page, 0, BOLD, _("Not tested"));
    for (size_t i = 0; i < report->not_tested_count; i++) {
        if (!page->options->verbose && !report->not_tested[i].on_request)
            not_reached++;
        else if (!said_before(report, i))
            put_reason(page, report, report->not_tested[i].why);
    }
    put_not_reached(page, not_reached);
}

static void put_old_data(const struct page *page, const struct mw_report *report)
{
    const char *old = mw_words_old_data(page->arena, report);
    if (!old)
        return;
    fputc('\n', page->out);
    paragraph(page, 0, PLAIN, old);
}

/* A long one (a DKIM key) is cut at the end of the line, unless verbose. */
static void put_records(const struct page *page, const struct mw_report *report)
{
    size_t count, columns = page->options->columns && !page->options->verbose ? page->options->columns - 3 : VALUE_CEILING;
    const struct mw_found_record *records = mw_words_records(page->arena, report, &count);
    if (!count || !mw_words_shows_records(report, page->options))
        return;
    fputc('\n', page->out);
    paragraph(page, 0, BOLD, _("Records found"));
    for (size_t i = 0; i < count; i++) {
        if (records[i].marked)
            put_record(page, 3, records[i].marked);
        else
            fprintf(page->out, "   %s\n", safe(page, records[i].line, columns));
    }
}

/* Of a round trip. */
static void put_way(const struct page *page, const struct mw_report *report)
{
    struct mw_list lines = mw_words_way(page->arena, report);
    if (!lines.count)
        return;
    fputc('\n', page->out);
    paragraph(page, 0, BOLD, _("The message"));
    for (size_t i = 0; i < lines.count; i++)
        paragraph(page, 3, PLAIN, safe(page, lines.items[i], VALUE_CEILING));
}

static void put_tree(const struct page *page, const struct mw_report *report)
{
    struct mw_list lines = mw_tree_lines(page->arena, report->facts);
    if (!lines.count)
        return;
    fputc('\n', page->out);
    paragraph(page, 0, BOLD, _("The records and what they lead to"));
    for (size_t i = 0; i < lines.count; i++)
        fprintf(page->out, "   %s\n", lines.items[i]);
}

static void put_ruled_out(const struct page *page, const struct mw_report *report)
{
    fputc('\n', page->out);
    paragraph(page, 0, BOLD, _("Ruled out"));
    paragraph(page, 3, PLAIN, mw_list_join(page->arena, &report->ruled_out, ", "));
}

static void put_dialogues(const struct page *page, const struct mw_report *report)
{
    for (const struct mw_fact *fact = mw_fact_first(report->facts, MW_F_TALK_DIALOGUE); fact; fact = mw_fact_next(report->facts, fact)) {
        fputc('\n', page->out);
        paragraph(page, 0, BOLD, mw_printf(page->arena, _("Dialogue with %s"), fact->about));
        for (size_t i = 0; i < fact->list.count; i++)
            fprintf(page->out, "   %s\n", safe(page, fact->list.items[i], VALUE_CEILING));
    }
}

static void put_facts(const struct page *page, const struct mw_report *report)
{
    fputc('\n', page->out);
    paragraph(page, 0, BOLD, _("Facts"));
    for (unsigned n = 1; n <= mw_facts_count(report->facts); n++) {
        const struct mw_fact *fact = mw_fact_at(report->facts, n);
        if (fact->id != MW_NO_FACT && fact->id != MW_F_TALK_DIALOGUE && fact->id != MW_F_TLS_CHAIN)
            fprintf(page->out, "   %s\n", safe(page, shown_fact(page, fact), VALUE_CEILING));
    }
}

static enum paint color_of_state(enum mw_state state)
{
    static const enum paint colors[] = {[MW_S_OK] = GREEN, [MW_S_DEGRADED] = YELLOW, [MW_S_BROKEN] = RED, [MW_S_UNKNOWN] = YELLOW};
    return colors[state];
}

bool mw_format_text(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    struct page page = {mw_arena_new(), options, out};
    size_t number = 0;
    paragraph(&page, 0, color_of_state(mw_words_worst(report)), mw_words_verdict(page.arena, report));
    if (report->partial)
        paragraph(&page, 0, YELLOW, mw_words_partial(report));
    put_way(&page, report);
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].severity != MW_ADVICE)
            put_finding(&page, &report->findings[i], ++number);
    put_advice(&page, report);
    put_verify(&page, report);
    put_records(&page, report);
    if (options->tree)
        put_tree(&page, report);
    put_not_tested(&page, report);
    put_old_data(&page, report);
    if (options->verbose) {
        put_ruled_out(&page, report);
        put_dialogues(&page, report);
        put_facts(&page, report);
    }
    mw_arena_free(page.arena);
    return fflush(out) == 0 && !ferror(out);
}
