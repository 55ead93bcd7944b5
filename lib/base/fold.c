/* Folds text into lines that fit a number of columns, as a terminal counts them: at blanks, and between the characters of scripts that write none. */
#include <mailwhy/text.h>

#include <string.h>

/* The bytes of the UTF-8 character at `text`. */
static size_t character(const char *text)
{
    size_t bytes = 1;
    while (((unsigned char)text[bytes] & 0xC0u) == 0x80u)
        bytes++;
    return bytes;
}

static bool is_wide(const char *text)
{
    return (unsigned char)*text >= 0xE3u && (unsigned char)*text <= 0xEFu; /* U+3000 on: CJK and full-width forms */
}

static bool is_among(const char *text, const char *const marks[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* Punctuation that must not end a line. */
static bool opens(const char *text)
{
    static const char *const marks[] = {"（", "《", "「", "“"};
    return is_among(text, marks, MW_COUNT(marks));
}

/* Punctuation that must not begin a line. */
static bool closes(const char *text)
{
    static const char *const marks[] = {"，", "。", "；", "：", "、", "）", "》", "」", "！", "？", "”"};
    return is_among(text, marks, MW_COUNT(marks));
}

/* The bytes of the next piece that must stay together: a run of blanks, a word, or one wide character, with the punctuation that opens and closes it. */
static size_t piece(const char *text)
{
    size_t bytes = 0;
    if (*text == ' ')
        return strspn(text, " ");
    while (opens(text + bytes))
        bytes += character(text + bytes);
    if (is_wide(text + bytes))
        bytes += character(text + bytes);
    else
        while (text[bytes] && text[bytes] != ' ' && !is_wide(text + bytes))
            bytes++;
    while (closes(text + bytes))
        bytes += character(text + bytes);
    return bytes;
}

struct mw_list mw_text_fold(struct mw_arena *arena, const char *text, size_t columns)
{
    struct mw_list lines = {0};
    const char *begin = text;
    size_t wide = 0;
    while (*text) {
        size_t bytes = piece(text), more = mw_text_columns(mw_strndup(arena, text, bytes));
        if (columns && wide && *text != ' ' && wide + more > columns) {
            mw_list_add(arena, &lines, mw_text_trim(arena, mw_strndup(arena, begin, (size_t)(text - begin))));
            begin = text;
            wide = 0;
        }
        wide += more;
        text += bytes;
    }
    if (text > begin)
        mw_list_add(arena, &lines, mw_text_trim(arena, begin));
    return lines;
}
