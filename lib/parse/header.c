/* Encoded words (RFC 2047). Conversion is left to iconv, for charsets of a list
 * alone: a message must not choose which converter runs. */
#include <mailwhy/header.h>
#include <mailwhy/text.h>

#include <iconv.h>
#include <string.h>
#include <strings.h>

#define DECODED_MOST 4000u

struct word {
    const char *charset;
    size_t charset_count;
    char encoding; /* 'B' or 'Q' */
    const char *text;
    size_t count;
    size_t taken; /* of the whole =?…?= */
};

/* =?charset*language?B?text?= at the start of `at`. */
static bool take_word(const char *at, size_t count, struct word *word)
{
    if (count < 2 || memcmp(at, "=?", 2) != 0)
        return false;
    const char *end = at + count, *charset = at + 2, *stop = memchr(charset, '?', (size_t)(end - charset));
    if (!stop || end - stop < 3 || stop[2] != '?')
        return false;
    const char *text = stop + 3, *close = memchr(text, '?', (size_t)(end - text));
    if (!close || end - close < 2 || close[1] != '=' || memchr(at, ' ', (size_t)(close - at)))
        return false;
    const char *language = memchr(charset, '*', (size_t)(stop - charset)); /* RFC 2231 section 5 */
    *word = (struct word){
        charset, (size_t)((language ? language : stop) - charset), (char)(stop[1] & ~0x20), text, (size_t)(close - text), (size_t)(close + 2 - at)};
    return word->encoding == 'B' || word->encoding == 'Q';
}

static int hex(char c)
{
    const char *digits = "0123456789ABCDEF0123456789abcdef", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

static size_t unquote(const char *text, size_t count, char *out)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        bool coded = text[i] == '=' && i + 2 < count && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
        out[length++] = coded ? (char)(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i] == '_' ? ' ' : text[i];
        i += coded ? 2 : 0;
    }
    return length;
}

/* RFC 2047 wants whole characters in each word; who cuts them in the middle is understood too, where words of one charset stand behind one another. */
static size_t bytes_of(struct mw_arena *arena, const struct word *word, char *out)
{
    if (word->encoding == 'Q')
        return unquote(word->text, word->count, out);
    unsigned char *bytes;
    long count = mw_base64_read(arena, mw_strndup(arena, word->text, word->count), &bytes);
    if (count <= 0)
        return 0;
    memcpy(out, bytes, (size_t)count);
    return (size_t)count;
}

static const char *converter_of(const struct word *word)
{
    static const struct {
        const char *name, *converter;
    } known[] = {
        {"utf-8", "UTF-8"},
        {"us-ascii", "ASCII"},
        {"gb2312", "GB18030"},
        {"gbk", "GB18030"},
        {"gb18030", "GB18030"},
        {"big5", "BIG5-HKSCS"},
        {"koi8-r", "KOI8-R"},
        {"iso-8859-1", "WINDOWS-1252"},
        {"iso-8859-2", "ISO-8859-2"},
        {"iso-8859-5", "ISO-8859-5"},
        {"iso-8859-7", "ISO-8859-7"},
        {"iso-8859-9", "ISO-8859-9"},
        {"iso-8859-15", "ISO-8859-15"},
        {"windows-1250", "WINDOWS-1250"},
        {"windows-1251", "WINDOWS-1251"},
        {"windows-1252", "WINDOWS-1252"},
        {"windows-1254", "WINDOWS-1254"},
        {"shift_jis", "CP932"},
        {"iso-2022-jp", "ISO-2022-JP"},
        {"euc-jp", "EUC-JP"},
        {"euc-kr", "UHC"},
        {"ks_c_5601-1987", "UHC"},
    };
    for (size_t i = 0; i < MW_COUNT(known); i++)
        if (strlen(known[i].name) == word->charset_count && strncasecmp(known[i].name, word->charset, word->charset_count) == 0)
            return known[i].converter;
    return NULL;
}

static bool is_same_charset(const struct word *one, const struct word *other)
{
    return one->charset_count == other->charset_count && strncasecmp(one->charset, other->charset, one->charset_count) == 0;
}

/* UTF-8 of `count` bytes into `out` (of `room`): how many; what cannot be converted is left out. */
static size_t convert(const char *converter, char *bytes, size_t count, char *out, size_t room)
{
    iconv_t handle = iconv_open("UTF-8", converter);
    size_t left = room;
    if (handle == (iconv_t)-1)
        return 0;
    iconv(handle, &bytes, &count, &out, &left);
    iconv_close(handle);
    return room - left;
}

static size_t blanks_at(const char *at, size_t count)
{
    size_t blanks = 0;
    while (blanks < count && (at[blanks] == ' ' || at[blanks] == '\t'))
        blanks++;
    return blanks;
}

/* The words from `at` on that share a charset, blanks between them dropped (RFC 2047 section 6.2): how far they reach. */
static size_t put_words(struct mw_arena *arena, const char *at, size_t count, const struct word *first, char **out, size_t room)
{
    char *bytes = mw_alloc(arena, count + 4);
    size_t length = 0, taken = 0, blanks = 0;
    struct word word = *first;
    do {
        length += bytes_of(arena, &word, bytes + length);
        taken += blanks + word.taken;
        blanks = blanks_at(at + taken, count - taken);
    } while (take_word(at + taken + blanks, count - taken - blanks, &word) && is_same_charset(&word, first));
    *out += convert(converter_of(first), bytes, length, *out, room);
    return taken;
}

char *mw_header_decode(struct mw_arena *arena, const char *bytes, size_t count)
{
    count = count > DECODED_MOST ? DECODED_MOST : count;
    size_t room = count * 4 + 8;
    char *text = mw_alloc(arena, room), *out = text, *behind_word = NULL;
    for (size_t i = 0; i < count;) {
        struct word word;
        if (!take_word(bytes + i, count - i, &word) || !converter_of(&word)) {
            *out++ = bytes[i++];
            continue;
        }
        bool only_blanks = behind_word && blanks_at(behind_word, (size_t)(out - behind_word)) == (size_t)(out - behind_word);
        out = only_blanks ? behind_word : out;
        i += put_words(arena, bytes + i, count - i, &word, &out, room - (size_t)(out - text) - (count - i));
        behind_word = out;
    }
    return mw_text_safe(arena, text, (size_t)(out - text), MW_HEADER_TEXT);
}
