/* Where a POP3 answer ends and what it says (RFC 1939 section 3, RFC 2449 section 8 for response codes, RFC 5034 for continuations). */
#include "frame.h"

#include <string.h>

/* '+', '-', '>' for a status line as far as it came, 0: it cannot become one, '?': too short to tell. */
static int status_of(const char *text, size_t length)
{
    static const struct { const char *word; int code; } statuses[] = {{"+OK", '+'}, {"-ERR", '-'}, {"+", '>'}};
    for (size_t i = 0; i < MW_COUNT(statuses); i++) {
        size_t whole = strlen(statuses[i].word), seen = length < whole ? length : whole;
        if (strncasecmp(text, statuses[i].word, seen) != 0)
            continue;
        if (length < whole || (length == whole && whole == 1))
            return '?';
        if (length == whole || strchr(" \r\n", text[whole]))
            return statuses[i].code;
    }
    return 0;
}

static bool is_end(const struct frame_line *line)
{
    return line->length == 1 && line->text[0] == '.';
}

/* Bytes of the lines behind the status line up to the dot, or MW_FRAME_…. */
static long measure_lines(const char *bytes, size_t count, size_t at)
{
    struct frame_line line;
    for (size_t lines = 0;; lines++) {
        if (at > MW_STORE_CEILING || lines > MW_STORE_LINES)
            return MW_FRAME_TOO_LONG;
        int found = mw_frame_line(bytes, count, at, &line);
        if (found != 1)
            return found;
        at += line.taken;
        if (is_end(&line))
            return (long)at;
    }
}

static void read_lines(struct mw_arena *arena, const char *bytes, size_t count, size_t at, struct mw_list *lines)
{
    struct frame_line line;
    for (; mw_frame_line(bytes, count, at, &line) == 1 && !is_end(&line); at += line.taken) {
        size_t stuffed = line.length && line.text[0] == '.';
        mw_list_add(arena, lines, mw_frame_text(arena, line.text + stuffed, line.length - stuffed));
    }
}

long mw_pop3_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply)
{
    struct frame_line line;
    if (!status_of(bytes, count))
        return MW_FRAME_GARBLED;
    int found = mw_frame_line(bytes, count, 0, &line);
    if (found != 1)
        return found;
    int code = status_of(line.text, line.length);
    if (code == '?')
        code = line.length == 1 && line.text[0] == '+' ? '>' : 0;
    if (!code)
        return MW_FRAME_GARBLED;
    bool many = code == '+' && awaited && *awaited == '.';
    long taken = many ? measure_lines(bytes, count, line.taken) : (long)line.taken;
    if (taken <= 0)
        return taken;
    struct mw_reply read = {.code = code, .whole = mw_frame_text(arena, line.text, line.length)};
    if (many)
        read_lines(arena, bytes, count, line.taken, &read.lines);
    read.text = read.whole + strcspn(read.whole, " ");
    read.text += *read.text == ' ';
    mw_frame_bracket(arena, read.text, &read.enhanced, &read.text);
    read.whole = mw_frame_whole(arena, read.whole);
    *reply = read;
    return taken;
}
