/* What is written to and by IMAP servers in other letters: folder names in modified UTF-7 (RFC 3501 section 5.1.3), and strings that are quoted or go as
 * literals (RFC 9051 section 4.3, RFC 7888). */
#include <mailwhy/imap.h>

#include <string.h>

/* RFC 7888 section 5: with LITERAL- a longer one needs asking. */
#define LITERAL_UNASKED 4096u

/* --- names -------------------------------------------------------------------------------------------------------------------------------------- */

/* UTF-16 units behind the '&' up to its '-': how many; -1: not encoded as it should be. */
static long take_units(const char *bytes, size_t count, uint16_t *units, size_t *taken)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    uint32_t bits = 0, held = 0;
    long found = 0;
    size_t at = 0;
    for (; at < count && bytes[at] != '-'; at++) {
        const char *digit = bytes[at] ? strchr(digits, bytes[at]) : NULL;
        if (!digit)
            return -1;
        bits = bits << 6 | (uint32_t)(digit - digits);
        held += 6;
        if (held < 16)
            continue;
        held -= 16;
        units[found++] = (uint16_t)(bits >> held);
        bits &= (1u << held) - 1;
    }
    *taken = at + 1;
    return at < count && held < 6 && bits == 0 ? found : -1;
}

static char *put_point(char *out, uint32_t point)
{
    if (point < 0x80) {
        *out++ = (char)point;
        return out;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    *out++ = (char)(leads[more] | point >> (6 * more));
    while (more--)
        *out++ = (char)(0x80 | (point >> (6 * more) & 0x3f));
    return out;
}

/* NULL: half of a pair. */
static char *put_units(char *out, const uint16_t *units, long count)
{
    for (long i = 0; i < count; i++) {
        uint32_t point = units[i];
        if (point >= 0xd800 && point <= 0xdfff) {
            if (point > 0xdbff || i + 1 == count || units[i + 1] < 0xdc00 || units[i + 1] > 0xdfff)
                return NULL;
            point = 0x10000 + ((point - 0xd800) << 10) + (units[++i] - 0xdc00u);
        }
        out = put_point(out, point);
    }
    return out;
}

char *mw_imap_name_decode(struct mw_arena *arena, const char *bytes, size_t count)
{
    char *text = mw_alloc(arena, count * 3 + 1), *out = text;
    uint16_t *units = mw_alloc(arena, (count + 1) * sizeof *units);
    for (size_t i = 0; i < count; i++) {
        size_t taken = 0;
        if (bytes[i] != '&') {
            *out++ = bytes[i];
            continue;
        }
        long found = take_units(bytes + i + 1, count - i - 1, units, &taken);
        char *behind = found < 0 ? NULL : found == 0 ? put_point(out, '&') : put_units(out, units, found);
        if (!behind)
            return mw_text_safe(arena, bytes, count, MW_IMAP_NAME);
        out = behind;
        i += taken;
    }
    return mw_text_safe(arena, text, (size_t)(out - text), MW_IMAP_NAME);
}

/* --- strings ------------------------------------------------------------------------------------------------------------------------------------ */

void mw_imap_say(struct mw_arena *arena, struct mw_imap_command *command, const char *words)
{
    struct mw_list *parts = &command->parts;
    if (!parts->count) {
        mw_list_add(arena, parts, words);
        return;
    }
    parts->items[parts->count - 1] = mw_printf(arena, "%s%s", parts->items[parts->count - 1], words);
}

static bool can_be_quoted(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c >= 0x80 || *c == '\r' || *c == '\n')
            return false;
    return strlen(text) < 1000;
}

static const char *quoted(struct mw_arena *arena, const char *text)
{
    char *result = mw_alloc(arena, 2 * strlen(text) + 3), *at = result;
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    *at = '"';
    return result;
}

void mw_imap_say_string(struct mw_arena *arena, struct mw_imap_command *command, const char *text)
{
    size_t length = strlen(text);
    if (can_be_quoted(text)) {
        mw_imap_say(arena, command, quoted(arena, text));
        return;
    }
    bool unasked = command->asks_nothing && length <= LITERAL_UNASKED;
    mw_imap_say(arena, command, mw_printf(arena, unasked ? "{%zu+}\r\n%s" : "{%zu}", length, text));
    if (!unasked)
        mw_list_add(arena, &command->parts, text);
}
