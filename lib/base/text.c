/* Text helpers. Comparing is ASCII and never asks the locale; hostile bytes leave here as UTF-8 that a terminal may show. */
#include <mailwhy/text.h>

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void mw_list_add(struct mw_arena *arena, struct mw_list *list, const char *text)
{
    if (list->count + 1 >= list->room) {
        size_t room = list->room ? list->room * 2 : 8;
        list->items = mw_grow(arena, list->items, list->count * sizeof *list->items, room * sizeof *list->items);
        list->room = room;
    }
    list->items[list->count++] = text;
}

bool mw_list_has(const struct mw_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (mw_text_same(list->items[i], text))
            return true;
    return false;
}

char *mw_list_join(struct mw_arena *arena, const struct mw_list *list, const char *between)
{
    size_t bytes = 1;
    for (size_t i = 0; i < list->count; i++)
        bytes += strlen(list->items[i]) + strlen(between);
    char *joined = mw_alloc(arena, bytes), *end = joined;
    for (size_t i = 0; i < list->count; i++) {
        end = stpcpy(end, i ? between : "");
        end = stpcpy(end, list->items[i]);
    }
    return joined;
}

struct mw_list mw_text_split(struct mw_arena *arena, const char *text, const char *at)
{
    struct mw_list pieces = {0};
    for (text += strspn(text, at); *text; text += strspn(text, at)) {
        size_t length = strcspn(text, at);
        mw_list_add(arena, &pieces, mw_strndup(arena, text, length));
        text += length;
    }
    return pieces;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mw_text_same(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    for (; lower(*a) == lower(*b); a++, b++)
        if (!*a)
            return true;
    return false;
}

bool mw_text_starts(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if (lower(*text) != lower(*prefix))
            return false;
    return true;
}

bool mw_text_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && mw_text_same(text + length - tail, suffix);
}

const char *mw_text_gap(const char *heading)
{
    return mw_text_ends(heading, "：") ? "" : " ";
}

const char *mw_text_find(const char *text, const char *part)
{
    for (; *text; text++)
        if (mw_text_starts(text, part))
            return text;
    return *part ? NULL : text;
}

char *mw_text_lower(struct mw_arena *arena, const char *text)
{
    char *copy = mw_strdup(arena, text);
    for (char *c = copy; *c; c++)
        *c = lower(*c);
    return copy;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *mw_text_trim(struct mw_arena *arena, const char *text)
{
    while (is_space(*text))
        text++;
    size_t length = strlen(text);
    while (length && is_space(text[length - 1]))
        length--;
    return mw_strndup(arena, text, length);
}

bool mw_text_number(const char *text, long low, long high, long *number)
{
    if (!*text || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    long value = strtol(text, NULL, 10);
    if (errno || value < low || value > high)
        return false;
    *number = value;
    return true;
}

/* Bytes of the UTF-8 character at the start and its code point; 0: none (RFC 3629: no overlong forms, no surrogates). */
static size_t utf8(const unsigned char *bytes, size_t count, uint32_t *point)
{
    static const struct { unsigned char mask, lead; uint32_t least; } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= 4 && length <= count; length++) {
        if ((bytes[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        uint32_t value = bytes[0] & (unsigned char)~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((bytes[i] & 0xc0) != 0x80)
                return 0;
            value = value << 6 | (bytes[i] & 0x3fu);
        }
        bool wrong = value < forms[length - 1].least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff);
        *point = value;
        return wrong ? 0 : length;
    }
    return 0;
}

bool mw_text_is_utf8(const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    uint32_t point;
    for (size_t length; count; at += length, count -= length)
        if (!(length = utf8(at, count, &point)))
            return false;
    return true;
}

/* Characters that move the cursor, hide text or turn its direction. */
static bool is_unsafe(uint32_t point)
{
    return (point < 0x20 && point != '\t') || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x206f) || point == 0xfeff || point == 0x061c;
}

/* The bytes converted from `charset`, or NULL where they are not of it. */
static char *convert(struct mw_arena *arena, const char *charset, const char *bytes, size_t count, size_t *converted)
{
    iconv_t handle = iconv_open("UTF-8", charset);
    if (handle == (iconv_t)-1)
        return NULL;
    size_t room = count * 4 + 4, left = room;
    char *text = mw_alloc(arena, room), *out = text, *in = (char *)(uintptr_t)bytes;
    size_t result = iconv(handle, &in, &count, &out, &left);
    iconv_close(handle);
    *converted = room - left;
    return result == (size_t)-1 ? NULL : text;
}

static const char *decode(struct mw_arena *arena, const char *bytes, size_t *count)
{
    if (mw_text_is_utf8(bytes, *count))
        return bytes;
    static const char *const charsets[] = {"GB18030", "ISO-8859-1"};
    for (size_t i = 0; i < MW_COUNT(charsets); i++) {
        size_t converted;
        const char *text = convert(arena, charsets[i], bytes, *count, &converted);
        if (text) {
            *count = converted;
            return text;
        }
    }
    return bytes;
}

char *mw_text_safe(struct mw_arena *arena, const void *bytes, size_t count, size_t ceiling)
{
    static const char more[] = "…";
    size_t useful = count > ceiling * 4 ? ceiling * 4 : count; /* no character takes more than 4 bytes */
    bool cut = useful < count;
    /* Not inside a UTF-8 character, or all would be read as another charset. */
    for (int i = 0; cut && i < 3 && (((const unsigned char *)bytes)[useful] & 0xc0) == 0x80; i++)
        useful--;
    const char *text = decode(arena, bytes, &useful);
    char *safe = mw_alloc(arena, ceiling + sizeof more), *out = safe;
    for (size_t i = 0, length; i < useful; i += length) {
        uint32_t point = 0;
        char piece[8];
        length = utf8((const unsigned char *)text + i, useful - i, &point);
        if (!length || is_unsafe(point)) {
            length = length ? length : 1;
            snprintf(piece, sizeof piece, point > 0xff ? "\\u%04x" : "\\x%02X", point > 0xff ? point : (unsigned char)text[i + length - 1]);
        } else {
            memcpy(piece, text + i, length);
            piece[length] = '\0';
        }
        if ((size_t)(out - safe) + strlen(piece) > ceiling) {
            cut = true;
            break;
        }
        out = stpcpy(out, piece);
    }
    if (cut)
        memcpy(out, more, sizeof more);
    return safe;
}

/* East Asian wide ranges that mail words meet (Unicode TR11): CJK, kana, Hangul, fullwidth forms. */
static bool is_wide(uint32_t point)
{
    static const struct { uint32_t first, last; } wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
                                                            {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x20000, 0x3fffd}};
    for (size_t i = 0; i < MW_COUNT(wide); i++)
        if (point >= wide[i].first && point <= wide[i].last)
            return true;
    return false;
}

static bool is_combining(uint32_t point)
{
    return point >= 0x300 && point <= 0x36f;
}

size_t mw_text_columns(const char *text)
{
    size_t columns = 0, left = strlen(text);
    const unsigned char *at = (const unsigned char *)text;
    for (size_t length; left; at += length, left -= length) {
        uint32_t point = 0;
        length = utf8(at, left, &point);
        if (!length)
            length = 1;
        columns += is_combining(point) ? 0 : is_wide(point) ? 2 : 1;
    }
    return columns;
}

#define WORD_CEILING 64u

/* Edit distance with neighbouring letters swapped as one edit (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
    size_t width = strlen(a), height = strlen(b);
    if (width > WORD_CEILING || height > WORD_CEILING)
        return WORD_CEILING;
    size_t rows[3][WORD_CEILING + 1];
    for (size_t x = 0; x <= width; x++)
        rows[0][x] = x;
    for (size_t y = 1; y <= height; y++) {
        size_t *now = rows[y % 3], *above = rows[(y + 2) % 3], *two = rows[(y + 1) % 3];
        now[0] = y;
        for (size_t x = 1; x <= width; x++) {
            size_t best = above[x - 1] + (lower(a[x - 1]) != lower(b[y - 1]));
            best = above[x] + 1 < best ? above[x] + 1 : best;
            best = now[x - 1] + 1 < best ? now[x - 1] + 1 : best;
            bool swapped = x > 1 && y > 1 && lower(a[x - 1]) == lower(b[y - 2]) && lower(a[x - 2]) == lower(b[y - 1]);
            now[x] = swapped && two[x - 2] + 1 < best ? two[x - 2] + 1 : best;
        }
    }
    return rows[height % 3][width];
}

const char *mw_text_nearest(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t now = distance(word, words[i]);
        if (now < least) {
            least = now;
            nearest = words[i];
        }
    }
    return nearest;
}

char *mw_time_text(struct mw_arena *arena, int64_t seconds)
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&moment, &parts))
        return mw_strdup(arena, "?");
    return mw_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

int64_t mw_time_read(const char *text)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return end && !*end ? (int64_t)timegm(&parts) : -1;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *mw_base64_text(struct mw_arena *arena, const void *bytes, size_t count)
{
    const unsigned char *in = bytes;
    char *text = mw_alloc(arena, (count + 2) / 3 * 4 + 1), *out = text;
    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i;
        uint32_t group = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0u);
        *out++ = base64_digits[group >> 18];
        *out++ = base64_digits[group >> 12 & 63];
        *out++ = left > 1 ? base64_digits[group >> 6 & 63] : '=';
        *out++ = left > 2 ? base64_digits[group & 63] : '=';
    }
    return text;
}

long mw_base64_read(struct mw_arena *arena, const char *text, unsigned char **decoded)
{
    unsigned char *bytes = mw_alloc(arena, strlen(text) / 4 * 3 + 4);
    size_t count = 0, digits = 0, padding = 0;
    uint32_t group = 0;
    for (; *text; text++) {
        if (is_space(*text))
            continue;
        const char *digit = strchr(base64_digits, *text);
        if (*text == '=')
            padding++;
        else if (!digit || padding)
            return -1;
        group = group << 6 | (*text == '=' ? 0u : (uint32_t)(digit - base64_digits));
        if (++digits % 4)
            continue;
        if (padding > 2)
            return -1;
        for (size_t i = 0; i < 3 - padding; i++)
            bytes[count++] = (unsigned char)(group >> (16 - 8 * i));
        group = 0;
    }
    if (digits % 4)
        return -1;
    *decoded = bytes;
    return (long)count;
}
