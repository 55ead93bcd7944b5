/* The report as a monitoring plugin says it: one line, the causes behind the verdict, performance data. The exit status of mailwhy is the plugin's. */
#include "format.h"

#include <mailwhy/fail.h>

/* What stands behind '|' is performance data; a line end would begin the long output. */
static const struct mw_escape escapes[] = {{'|', "/"}, {'\n', " "}, {0, NULL}};

static const char *status_name(int status)
{
    static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return names[status >= 0 && status <= MW_EXIT_UNKNOWN ? status : MW_EXIT_UNKNOWN];
}

bool mw_format_nagios(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    (void)options;
    struct mw_arena *arena = mw_arena_new();
    size_t shown = 0;
    fprintf(out, "MAILWHY %s - %s", status_name(report->exit_status), mw_escape(arena, mw_words_verdict(arena, report), escapes));
    if (report->partial)
        fprintf(out, " %s", mw_escape(arena, mw_words_partial(report), escapes));
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].severity != MW_ADVICE)
            fprintf(out, "%s%s (%s)", shown++ ? ", " : " ", report->findings[i].cause->id, mw_escape(arena, report->findings[i].about, escapes));
    fprintf(out, " | time=%.3fs causes=%zu not_tested=%zu\n", (double)report->elapsed_ms / 1000, shown, report->not_tested_count);
    mw_arena_free(arena);
    return fflush(out) == 0 && !ferror(out);
}
