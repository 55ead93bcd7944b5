/* Languages through gettext, whether or not the system has a locale of that language: the messages are asked for in C.UTF-8 with LANGUAGE set, since
 * setlocale() would refuse zh_CN.UTF-8 on a machine where it was not generated and gettext would then be silent.
 *
 * Never changes how numbers are written: LC_NUMERIC stays "C". The catalogues are found beside the program (as built) or below ../share (as installed). */
#include <mailwhy/lang.h>

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* English needs no catalogue. `begins`: how the names of its locales begin. */
/* clang-format off */
static const struct language { const char *begins, *catalogue; } languages[] = {
    {"en",    NULL},
    {"c",     NULL},
    {"posix", NULL},
    {"zh",    "zh_CN"},
};
/* clang-format on */

static const char *in_use; /* its catalogue; NULL: English */

/* "zh-CN", "zh_CN.UTF-8", "zh" and "zh_Hans" are all of the language "zh". */
static const struct language *language_of(const char *name)
{
    size_t length = strcspn(name, "-_.@:");
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        if (strlen(languages[i].begins) == length && strncasecmp(name, languages[i].begins, length) == 0)
            return &languages[i];
    return NULL;
}

static const char *environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !(locale && *locale); i++)
        locale = getenv(names[i]);
    if (!locale || !*locale)
        return "C";
    const char *wished = getenv("LANGUAGE"); /* counts only beside a locale that is not C */
    bool is_c = strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
    return !is_c && wished && *wished ? wished : locale;
}

static bool is_there(const char *directory, const char *catalogue)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/mailwhy.mo", directory, catalogue);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

static bool bind_catalogue(const char *catalogue)
{
    char self[PATH_MAX / 2], path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return false;
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    static const char *const places[] = {"locale", "../share/locale"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", self, places[i]);
        if (is_there(path, catalogue))
            return bindtextdomain("mailwhy", path) != NULL;
    }
    return false;
}

bool mw_lang_use(const char *wanted)
{
    const struct language *language = language_of(wanted ? wanted : environment());
    setlocale(LC_CTYPE, "C.UTF-8");
    in_use = NULL;
    if (!language)
        return false;
    if (!language->catalogue)
        return true;
    if (!bind_catalogue(language->catalogue) || !setlocale(LC_MESSAGES, "C.UTF-8") || setenv("LANGUAGE", language->catalogue, 1))
        return false;
    bind_textdomain_codeset("mailwhy", "UTF-8");
    in_use = language->catalogue;
    return true;
}

const char *mw_lang(const char *text)
{
    return in_use && *text ? dgettext("mailwhy", text) : text;
}

const char *mw_lang_plural(const char *one, const char *many, unsigned long count)
{
    return in_use ? dngettext("mailwhy", one, many, count) : count == 1 ? one : many;
}
