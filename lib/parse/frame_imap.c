/* Where the answer to an IMAP command ends and what it says (RFC 9051 sections 2.2 and 7, RFC 7888 for literals). Never judges a status.
 *
 * Commands that were said at once are answered in their order by every server that is known; one that answers an earlier tag late is still understood: the
 * answer to another tag is kept as a line. */
#include "frame.h"

#include <string.h>

enum line_kind { NOT_IMAP, UNTAGGED, CONTINUES, TAGGED, LATER_TAG };

/* A greeting is short; what is behind a login need not be. */
struct ceilings {
    size_t line, reply, lines;
};

static const struct ceilings *ceilings_of(const char *tag)
{
    static const struct ceilings of_greeting = {MW_LINE_CEILING, MW_REPLY_CEILING, MW_REPLY_LINES},
                                 of_answer = {MW_STORE_CEILING, MW_STORE_CEILING, MW_STORE_LINES};
    return *tag ? &of_answer : &of_greeting;
}

/* Octets of the literal that the line announces at its end ("{12}", "{12+}"); -1: none, -2: beyond the ceiling. */
static long literal(const struct frame_line *line)
{
    size_t at = line->length;
    if (at < 3 || line->text[at - 1] != '}')
        return -1;
    at -= line->text[at - 2] == '+' ? 2 : 1;
    long octets = 0, place = 1;
    size_t digits = 0;
    for (; at && line->text[at - 1] >= '0' && line->text[at - 1] <= '9'; at--, digits++) {
        if (digits > 6)
            return -2;
        octets += (line->text[at - 1] - '0') * place;
        place *= 10;
    }
    return digits && at && line->text[at - 1] == '{' ? octets : -1;
}

/* A line with the literals in it: 1 it is whole, or MW_FRAME_…. */
static int logical_line(const char *bytes, size_t count, size_t at, const char *tag, struct frame_line *whole)
{
    const struct ceilings *ceilings = ceilings_of(tag);
    struct frame_line line;
    *whole = (struct frame_line){.text = bytes + at};
    for (;;) {
        int found = mw_frame_line_below(ceilings->line, bytes, count, at + whole->taken, &line);
        if (found != 1)
            return found;
        whole->length = whole->taken + line.length;
        whole->taken += line.taken;
        long octets = literal(&line);
        if (octets == -1)
            return 1;
        if (octets == -2 || whole->taken + (size_t)octets > ceilings->reply)
            return MW_FRAME_TOO_LONG;
        whole->taken += (size_t)octets;
        if (whole->taken > count - at)
            return MW_FRAME_MORE;
    }
}

/* Is the first word of the line that of `words`? */
static bool begins(const struct frame_line *line, const char *words)
{
    size_t length = strcspn(words, " ");
    return line->length >= length && strncasecmp(line->text, words, length) == 0 && (line->length == length || line->text[length] == ' ');
}

/* One of the tags behind the awaited one. */
static bool has_later_tag(const struct frame_line *line, const char *tags)
{
    const char *tag = tags;
    while ((tag = strchr(tag, ' ')))
        if (begins(line, ++tag))
            return true;
    return false;
}

static enum line_kind kind_of(const struct frame_line *line, const char *tags)
{
    if (begins(line, "*"))
        return UNTAGGED;
    if (begins(line, "+"))
        return CONTINUES;
    if (!*tags)
        return NOT_IMAP;
    return begins(line, tags) ? TAGGED : has_later_tag(line, tags) ? LATER_TAG : NOT_IMAP;
}

/* OK as 'O', … of the words behind tag or star; 0: no status. */
static int status_of(const char *text)
{
    static const struct {
        const char *word;
        int code;
    } statuses[] = {{"OK", 'O'}, {"NO", 'N'}, {"BAD", 'B'}, {"PREAUTH", 'P'}, {"BYE", 'Y'}};
    for (size_t i = 0; i < MW_COUNT(statuses); i++) {
        size_t length = strlen(statuses[i].word);
        if (mw_text_starts(text, statuses[i].word) && (!text[length] || text[length] == ' '))
            return statuses[i].code;
    }
    return 0;
}

static bool is_notable(const char *line)
{
    int status = status_of(line);
    return status == 'N' || status == 'B' || (status && mw_text_find(line, "[ALERT]"));
}

/* Fills what the last line says; false: it is no status. */
static bool finish(struct mw_arena *arena, enum line_kind kind, const char *text, struct mw_reply *reply)
{
    reply->text = text;
    reply->whole = mw_frame_whole(arena, text);
    reply->code = kind == CONTINUES ? '+' : status_of(text);
    if (kind == CONTINUES || !reply->code)
        return reply->code;
    reply->text += strcspn(text, " ");
    reply->text += *reply->text == ' ';
    mw_frame_bracket(arena, reply->text, &reply->enhanced, &reply->text);
    struct mw_list words = {0};
    mw_list_add(arena, &words, text);
    for (size_t i = 0; i < reply->lines.count; i++)
        if (is_notable(reply->lines.items[i]))
            mw_list_add(arena, &words, reply->lines.items[i]);
    reply->whole = mw_frame_whole(arena, mw_list_join(arena, &words, " "));
    return true;
}

/* Tells TLS records and other protocols at the first byte of a line. */
static bool may_be_line(char first, const char *tag)
{
    return first == '*' || first == '+' || (*tag && strncasecmp(&first, tag, 1) == 0);
}

/* The line at `at`, its kind, and whether the reply ends with it: 1 it is whole, or MW_FRAME_…. */
static int step(const char *bytes, size_t count, size_t at, const char *tag, struct frame_line *line, bool *ends)
{
    if (at < count && !may_be_line(bytes[at], tag))
        return MW_FRAME_GARBLED;
    int found = logical_line(bytes, count, at, tag, line);
    if (found != 1)
        return found;
    enum line_kind kind = kind_of(line, tag);
    struct frame_line words = {line->text + 2, line->length > 2 ? line->length - 2 : 0, 0};
    *ends = (kind != UNTAGGED && kind != LATER_TAG) || !*tag || (words.length && begins(&words, "BYE") && kind == UNTAGGED);
    return kind == NOT_IMAP ? MW_FRAME_GARBLED : 1;
}

/* Bytes of the whole reply and where its last line begins, or MW_FRAME_…. Allocates nothing. */
static long measure(const char *bytes, size_t count, const char *tag, size_t *last)
{
    struct frame_line line;
    size_t at = 0, lines = 0;
    for (bool ends = false; !ends; at += line.taken) {
        if (at > ceilings_of(tag)->reply || ++lines > ceilings_of(tag)->lines)
            return MW_FRAME_TOO_LONG;
        int found = step(bytes, count, at, tag, &line, &ends);
        if (found != 1)
            return found;
        *last = at;
    }
    return (long)at;
}

/* The line as it came, without star or tag; the answer to another tag keeps it. */
static struct mw_bytes words_of(const struct frame_line *line, const char *tag)
{
    enum line_kind kind = kind_of(line, tag);
    size_t head = kind == LATER_TAG ? 0 : kind == TAGGED ? strcspn(tag, " ") : 1;
    head += line->length > head && kind != LATER_TAG;
    return (struct mw_bytes){line->text + head, line->length - head};
}

/* Nobody reads more of a line as text: what is longer is data. */
static const char *text_of(struct mw_arena *arena, const struct mw_bytes *words)
{
    size_t ceiling = words->count > MW_LINE_CEILING / 4 ? MW_LINE_CEILING : words->count * 4;
    return mw_text_safe(arena, words->bytes, words->count, ceiling);
}

static void add_line(struct mw_arena *arena, const struct mw_bytes *words, struct mw_list *lines, struct mw_bytes **raw, size_t *room)
{
    if (lines->count == *room) {
        size_t more = *room ? *room * 2 : 8;
        *raw = mw_grow(arena, *raw, *room * sizeof **raw, more * sizeof **raw);
        *room = more;
    }
    (*raw)[lines->count] = *words;
    mw_list_add(arena, lines, text_of(arena, words));
}

long mw_imap_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply)
{
    const char *tag = awaited ? awaited : "";
    size_t last = 0, room = 0;
    long taken = measure(bytes, count, tag, &last);
    if (taken <= 0)
        return taken;
    struct mw_reply read = {.enhanced = NULL};
    struct mw_bytes *raw = NULL;
    struct frame_line line;
    for (size_t at = 0;; at += line.taken) {
        logical_line(bytes, count, at, tag, &line);
        struct mw_bytes words = words_of(&line, tag);
        if (at < last) {
            add_line(arena, &words, &read.lines, &raw, &room);
            continue;
        }
        read.raw = raw;
        if (!finish(arena, kind_of(&line, tag), text_of(arena, &words), &read))
            return MW_FRAME_GARBLED;
        *reply = read;
        return taken;
    }
}

static bool add_capabilities(struct mw_arena *arena, const char *text, struct mw_list *capabilities)
{
    static const char word[] = "CAPABILITY";
    if (!mw_text_starts(text, word) || (text[sizeof word - 1] && text[sizeof word - 1] != ' '))
        return false;
    *capabilities = mw_text_split(arena, text + sizeof word - 1, " ");
    return true;
}

bool mw_imap_capabilities(struct mw_arena *arena, const struct mw_reply *reply, struct mw_list *capabilities)
{
    bool found = false;
    for (size_t i = 0; i < reply->lines.count; i++) {
        const char *line = reply->lines.items[i], *code, *rest;
        found |= add_capabilities(arena, line, capabilities);
        if (status_of(line) == 'O' && line[2] && mw_frame_bracket(arena, line + 3, &code, &rest))
            found |= add_capabilities(arena, code, capabilities);
    }
    return (reply->enhanced && add_capabilities(arena, reply->enhanced, capabilities)) || found;
}
