/* Languages: gettext, working without a generated locale. Sentences stand in the sources in English; lib/lang/zh_CN.po has the Chinese ones. */
#ifndef MAILWHY_LANG_H
#define MAILWHY_LANG_H

#include <stdbool.h>

/* Marks a sentence in a table for translation; _() translates where it is used. */
#define N_(text) (text)
#define _(text) mw_lang(text)

/* The sentence in the language in use; "" stays "". */
const char *mw_lang(const char *text) __attribute__((format_arg(1)));
const char *mw_lang_plural(const char *one, const char *many, unsigned long count) __attribute__((format_arg(1), format_arg(2)));
/* Takes `wanted` ("zh_CN", "en", "zh-CN", "zh_CN.UTF-8") or, where NULL, the environment's (LANGUAGE, LC_ALL, LC_MESSAGES, LANG). False: no such language here (English is in use). */
bool mw_lang_use(const char *wanted);

#endif
