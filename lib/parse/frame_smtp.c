/* Where an SMTP reply ends and what it says (RFC 5321 section 4.2, RFC 2034, RFC 3463). Never judges a code. */
#include "frame.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Can the bytes still begin a reply line: three digits, then a blank, a hyphen or the line's end? Tells TLS records and other protocols at the first byte. */
static bool may_be_reply(const char *text, size_t length)
{
    for (size_t i = 0; i < length && i < 3; i++)
        if (!is_digit(text[i]))
            return false;
    return (length < 1 || (text[0] >= '1' && text[0] <= '5')) && (length < 4 || strchr(" -\r\n", text[3]));
}

static bool is_reply_line(const struct frame_line *line)
{
    return line->length >= 3 && may_be_reply(line->text, line->length) && (line->length == 3 || line->text[3] == ' ' || line->text[3] == '-');
}

/* Bytes of a whole reply, or MW_FRAME_…. */
static long measure(const char *bytes, size_t count, size_t *lines)
{
    struct frame_line line;
    size_t at = 0;
    for (*lines = 1;; ++*lines) {
        if (at > MW_REPLY_CEILING || *lines > MW_REPLY_LINES)
            return MW_FRAME_TOO_LONG;
        if (!may_be_reply(bytes + at, count - at))
            return MW_FRAME_GARBLED;
        int found = mw_frame_line(bytes, count, at, &line);
        if (found != 1)
            return found;
        if (!is_reply_line(&line))
            return MW_FRAME_GARBLED;
        at += line.taken;
        if (line.length == 3 || line.text[3] == ' ')
            return (long)at;
    }
}

/* Length of "5.1.1" with the blank behind (RFC 2034 section 4); 0: there is none. */
static size_t enhanced_length(const char *text)
{
    size_t at = 1;
    if (!*text || !strchr("245", *text))
        return 0;
    for (int part = 0; part < 2; part++) {
        if (text[at++] != '.')
            return 0;
        size_t digits = strspn(text + at, "0123456789");
        if (digits < 1 || digits > 3)
            return 0;
        at += digits;
    }
    return text[at] == ' ' ? at + 1 : text[at] ? 0 : at;
}

static const char *enhanced_of(struct mw_arena *arena, const char *text)
{
    size_t length = enhanced_length(text);
    return length ? mw_text_trim(arena, mw_strndup(arena, text, length)) : NULL;
}

/* Code, enhanced code once, then the words of all lines: patterns may then span lines. */
static const char *join(struct mw_arena *arena, const struct mw_reply *reply)
{
    struct mw_list pieces = {0};
    mw_list_add(arena, &pieces, mw_printf(arena, "%d", reply->code));
    for (size_t i = 0; i < reply->lines.count; i++) {
        const char *line = reply->lines.items[i], *enhanced = enhanced_of(arena, line);
        bool repeated = i && enhanced && mw_text_same(enhanced, reply->enhanced);
        line += repeated ? enhanced_length(line) : 0;
        if (*line)
            mw_list_add(arena, &pieces, line);
    }
    return mw_frame_whole(arena, mw_list_join(arena, &pieces, " "));
}

long mw_smtp_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply)
{
    (void)awaited;
    size_t lines;
    long taken = measure(bytes, count, &lines);
    if (taken <= 0)
        return taken;
    struct mw_reply read = {.enhanced = NULL};
    struct frame_line line = {0};
    for (size_t at = 0; lines; at += line.taken, lines--) {
        mw_frame_line(bytes, count, at, &line);
        size_t head = line.length > 3 ? 4 : 3;
        const char *text = mw_frame_text(arena, line.text + head, line.length - head);
        mw_list_add(arena, &read.lines, text);
        read.enhanced = read.enhanced ? read.enhanced : enhanced_of(arena, text);
    }
    read.code = (line.text[0] - '0') * 100 + (line.text[1] - '0') * 10 + (line.text[2] - '0'); /* of the last line, where lines differ */
    const char *last = read.lines.items[read.lines.count - 1];
    read.text = last + enhanced_length(last);
    read.whole = join(arena, &read);
    *reply = read;
    return taken;
}

/* The first line of an EHLO reply names the server (RFC 5321 section 4.1.1.1). */
static const char *extension(const struct mw_reply *reply, const char *keyword, char behind)
{
    size_t length = strlen(keyword);
    for (size_t i = 1; i < reply->lines.count; i++) {
        const char *line = reply->lines.items[i];
        if (!mw_text_starts(line, keyword))
            continue;
        if (!line[length])
            return "";
        if (line[length] == behind)
            return line + length + 1 + strspn(line + length + 1, " ");
    }
    return NULL;
}

const char *mw_smtp_extension(const struct mw_reply *reply, const char *keyword)
{
    const char *found = extension(reply, keyword, ' ');
    return found ? found : extension(reply, keyword, '='); /* "AUTH=LOGIN", from before RFC 2554 */
}
