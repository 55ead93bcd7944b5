/* The table of report formats. Adding one: a file with its function, and a row here. */
#include "format.h"

#include <string.h>

/* clang-format off */
const struct mw_format mw_formats[] = {
    {"text",       N_("for people: verdict, causes, evidence, what to do"),      mw_format_text},
    {"json",       N_("one object, for programs (mailwhy-report/1)"),            mw_format_json},
    {"markdown",   N_("to paste into a ticket"),                                 mw_format_markdown},
    {"html",       N_("one page that needs nothing else"),                       mw_format_html},
    {"junit",      N_("XML test results: each cause a test case"),               mw_format_junit},
    {"nagios",     N_("one line with performance data, as a monitoring plugin"), mw_format_nagios},
    {"prometheus", N_("metrics for the textfile collector"),                     mw_format_prometheus},
};
/* clang-format on */
const size_t mw_format_count = MW_COUNT(mw_formats);

const struct mw_format *mw_format_by_name(const char *name)
{
    for (size_t i = 0; i < mw_format_count; i++)
        if (mw_text_same(mw_formats[i].name, name))
            return &mw_formats[i];
    return NULL;
}
