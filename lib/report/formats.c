/* The table of report formats. Adding one: a file with its function, and a row here. */
#include "format.h"

#include <string.h>

/* clang-format off */
const struct mw_format mw_formats[] = {
    {"text",       N_("for people: verdict, causes, evidence, what to do"),      mw_format_text},
    {"json",       N_("one object, for programs (mailwhy-report/1)"),            mw_format_json},
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
