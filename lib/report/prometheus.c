/* The report in the text exposition format of Prometheus, for the textfile collector. States: 0 ok, 1 degraded, 2 broken, 3 unknown. */
#include "format.h"

static const struct mw_escape escapes[] = {{'\\', "\\\\"}, {'"', "\\\""}, {'\n', "\\n"}, {0, NULL}};

static void head(FILE *out, const char *name, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

bool mw_format_prometheus(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    (void)options;
    struct mw_arena *arena = mw_arena_new();
    const char *target = mw_escape(arena, report->header->target, escapes);
    head(out, "mailwhy_state", "State of a direction: 0 ok, 1 degraded, 2 broken, 3 unknown.");
    fprintf(out, "mailwhy_state{target=\"%s\",direction=\"send\"} %d\n", target, (int)report->send);
    fprintf(out, "mailwhy_state{target=\"%s\",direction=\"receive\"} %d\n", target, (int)report->receive);
    head(out, "mailwhy_leg_state", "State of a leg: 0 ok, 1 degraded, 2 broken, 3 unknown.");
    for (size_t i = 0; i < MW_COUNT(report->leg); i++)
        fprintf(out, "mailwhy_leg_state{target=\"%s\",leg=\"%s\"} %d\n", target, mw_leg_name(1u << i), (int)report->leg[i]);
    head(out, "mailwhy_cause", "A root cause that was found.");
    for (size_t i = 0; i < report->count; i++)
        fprintf(out, "mailwhy_cause{target=\"%s\",id=\"%s\",severity=\"%s\",about=\"%s\"} 1\n", target, report->findings[i].cause->id,
                mw_severity_name(report->findings[i].severity), mw_escape(arena, report->findings[i].about, escapes));
    head(out, "mailwhy_partial", "1 where the run ended before all was looked at.");
    fprintf(out, "mailwhy_partial{target=\"%s\"} %d\n", target, report->partial != NULL);
    head(out, "mailwhy_exit_status", "Exit status of mailwhy.");
    fprintf(out, "mailwhy_exit_status{target=\"%s\"} %d\n", target, report->exit_status);
    head(out, "mailwhy_elapsed_seconds", "How long the run took.");
    fprintf(out, "mailwhy_elapsed_seconds{target=\"%s\"} %.3f\n", target, (double)report->elapsed_ms / 1000);
    mw_arena_free(arena);
    return fflush(out) == 0 && !ferror(out);
}
