/* Untagged IMAP lines: LIST, STATUS, QUOTA, NAMESPACE, ID, SEARCH and FETCH as structs (RFC 9051 section 7, RFC 9208, RFC 2342, RFC 2971, RFC 4731), read token
 * by token from the bytes as they came, so that literals are what they are. Never judges. */
#include <mailwhy/imap.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum kind { END, ATOM, STRING, NIL, OPEN, CLOSE, BROKEN };

struct token {
    enum kind kind;
    struct mw_bytes text; /* of atoms and strings */
};

struct cursor {
    struct mw_arena *arena;
    const char *at, *end;
};

/* --- tokens ------------------------------------------------------------------------------------------------------------------------------------- */

static struct cursor cursor_of(struct mw_arena *arena, const struct mw_bytes *line)
{
    return (struct cursor){arena, line->bytes, line->bytes + line->count};
}

/* Behind the opening quote. Without a backslash the bytes stay where they are. */
static struct token quoted(struct cursor *cursor)
{
    const char *start = cursor->at;
    bool escaped = false;
    for (; cursor->at < cursor->end && *cursor->at != '"'; cursor->at++)
        if (*cursor->at == '\\' && cursor->at + 1 < cursor->end) {
            escaped = true;
            cursor->at++;
        }
    if (cursor->at >= cursor->end)
        return (struct token){.kind = BROKEN};
    struct token token = {STRING, {start, (size_t)(cursor->at++ - start)}};
    if (!escaped)
        return token;
    char *plain = mw_alloc(cursor->arena, token.text.count + 1), *out = plain;
    for (size_t i = 0; i < token.text.count; i++) {
        i += start[i] == '\\' && i + 1 < token.text.count;
        *out++ = start[i];
    }
    token.text = (struct mw_bytes){plain, (size_t)(out - plain)};
    return token;
}

/* Behind the opening brace; the framing has seen that the octets are there, and other callers have not. */
static struct token literal(struct cursor *cursor)
{
    size_t octets = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && octets <= MW_STORE_CEILING)
        octets = octets * 10 + (size_t)(*cursor->at++ - '0');
    cursor->at += cursor->at < cursor->end && *cursor->at == '+';
    if (cursor->at >= cursor->end || *cursor->at++ != '}')
        return (struct token){.kind = BROKEN};
    cursor->at += cursor->at < cursor->end && *cursor->at == '\r';
    if (cursor->at >= cursor->end || *cursor->at++ != '\n' || (size_t)(cursor->end - cursor->at) < octets)
        return (struct token){.kind = BROKEN};
    struct token token = {STRING, {cursor->at, octets}};
    cursor->at += octets;
    return token;
}

/* An atom; what is in brackets belongs to it, blanks and all: BODY[HEADER.FIELDS (FROM)]. */
static struct token atom(struct cursor *cursor)
{
    const char *start = cursor->at;
    bool inside = false;
    for (; cursor->at < cursor->end && *cursor->at != '\r' && *cursor->at != '\n'; cursor->at++) {
        if (!inside && memchr(" ()\"{", *cursor->at, 5))
            break;
        inside = *cursor->at == '[' || (inside && *cursor->at != ']');
    }
    struct mw_bytes text = {start, (size_t)(cursor->at - start)};
    if (!text.count)
        return (struct token){.kind = BROKEN};
    return (struct token){text.count == 3 && strncasecmp(start, "NIL", 3) == 0 ? NIL : ATOM, text};
}

static struct token next(struct cursor *cursor)
{
    while (cursor->at < cursor->end && *cursor->at == ' ')
        cursor->at++;
    if (cursor->at >= cursor->end)
        return (struct token){.kind = END};
    switch (*cursor->at) {
    case '(':
        cursor->at++;
        return (struct token){.kind = OPEN};
    case ')':
        cursor->at++;
        return (struct token){.kind = CLOSE};
    case '"':
        cursor->at++;
        return quoted(cursor);
    case '{':
        cursor->at++;
        return literal(cursor);
    default:
        return atom(cursor);
    }
}

static bool is_text(const struct token *token)
{
    return token->kind == ATOM || token->kind == STRING;
}

static bool is_word(const struct token *token, const char *word)
{
    return token->kind == ATOM && token->text.count == strlen(word) && strncasecmp(token->text.bytes, word, token->text.count) == 0;
}

static char *text_of(const struct cursor *cursor, const struct token *token)
{
    return mw_text_safe(cursor->arena, token->text.bytes, token->text.count, MW_IMAP_NAME);
}

static bool take_number(struct cursor *cursor, long *number)
{
    struct token token = next(cursor);
    return token.kind == ATOM && token.text.count < 20 && mw_text_number(mw_strndup(cursor->arena, token.text.bytes, token.text.count), 0, INT64_MAX, number);
}

static bool takes_word(struct cursor *cursor, const char *word)
{
    struct token token = next(cursor);
    return is_word(&token, word);
}

static bool takes(struct cursor *cursor, enum kind kind)
{
    return next(cursor).kind == kind;
}

/* Behind "(": the words up to its ")". */
static bool take_words(struct cursor *cursor, struct mw_list *words)
{
    for (;;) {
        struct token token = next(cursor);
        if (token.kind == CLOSE)
            return true;
        if (!is_text(&token))
            return false;
        if (words->count < MW_IMAP_WORDS)
            mw_list_add(cursor->arena, words, text_of(cursor, &token));
    }
}

/* Behind "(": over all up to its ")". */
static bool skip_list(struct cursor *cursor)
{
    for (long depth = 1; depth;) {
        enum kind kind = next(cursor).kind;
        if (kind == END || kind == BROKEN)
            return false;
        depth += kind == OPEN ? 1 : kind == CLOSE ? -1 : 0;
    }
    return true;
}

/* --- folders ------------------------------------------------------------------------------------------------------------------------------------ */

/* RFC 9051 section 7.3.1: LIST (attributes) "separator" name, and what may come behind. */
bool mw_imap_folder_read(struct mw_arena *arena, const struct mw_bytes *line, const char *word, struct mw_imap_folder *folder)
{
    struct cursor cursor = cursor_of(arena, line);
    struct mw_imap_folder read = {.separator = 0};
    if (!takes_word(&cursor, word) || !takes(&cursor, OPEN) || !take_words(&cursor, &read.attributes))
        return false;
    struct token separator = next(&cursor), name = next(&cursor);
    if ((separator.kind != NIL && (!is_text(&separator) || separator.text.count != 1)) || (!is_text(&name) && name.kind != NIL) ||
        name.text.count > MW_IMAP_NAME)
        return false;
    read.separator = separator.kind == NIL ? 0 : *separator.text.bytes;
    read.raw = (struct mw_bytes){mw_memdup(arena, name.text.bytes, name.text.count), name.text.count};
    read.name = mw_imap_name_decode(arena, name.text.bytes, name.text.count);
    *folder = read;
    return true;
}

/* RFC 9051 section 7.3.4 */
bool mw_imap_status_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_status *status)
{
    struct cursor cursor = cursor_of(arena, line);
    struct mw_imap_status read = {.messages = -1, .unseen = -1};
    if (!takes_word(&cursor, "STATUS"))
        return false;
    struct token name = next(&cursor), item;
    if ((!is_text(&name) && name.kind != NIL) || !takes(&cursor, OPEN))
        return false;
    read.raw = name.text;
    while ((item = next(&cursor)).kind == ATOM) {
        long number;
        if (!take_number(&cursor, &number))
            return false;
        if (is_word(&item, "MESSAGES"))
            read.messages = number;
        if (is_word(&item, "UNSEEN"))
            read.unseen = number;
    }
    *status = read;
    return item.kind == CLOSE;
}

/* --- quota, namespaces, ID ---------------------------------------------------------------------------------------------------------------------- */

size_t mw_imap_quota_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_quota quotas[MW_IMAP_QUOTAS])
{
    struct cursor cursor = cursor_of(arena, line);
    size_t count = 0;
    if (!takes_word(&cursor, "QUOTA"))
        return 0;
    struct token root = next(&cursor), resource;
    if (!is_text(&root) || !takes(&cursor, OPEN))
        return 0;
    while ((resource = next(&cursor)).kind == ATOM && count < MW_IMAP_QUOTAS) {
        struct mw_imap_quota *quota = &quotas[count++];
        *quota = (struct mw_imap_quota){text_of(&cursor, &root), text_of(&cursor, &resource), 0, 0};
        if (!take_number(&cursor, &quota->used) || !take_number(&cursor, &quota->limit))
            return 0;
    }
    return count;
}

static const char *escaped(struct mw_arena *arena, const char *text)
{
    char *result = mw_alloc(arena, 2 * strlen(text) + 1), *out = result;
    for (; *text; *out++ = *text++)
        if (*text == '"')
            *out++ = '\\';
    return result;
}

/* Behind "(" of one kind: ("prefix" "separator" …) … up to its ")". */
static bool take_namespaces(struct cursor *cursor, const char *kind, struct mw_list *namespaces)
{
    struct token token;
    while ((token = next(cursor)).kind == OPEN) {
        struct token prefix = next(cursor), separator = next(cursor);
        if (!is_text(&prefix) || (!is_text(&separator) && separator.kind != NIL) || !skip_list(cursor))
            return false;
        const char *name = mw_imap_name_decode(cursor->arena, prefix.text.bytes, prefix.text.count < MW_IMAP_NAME ? prefix.text.count : MW_IMAP_NAME);
        const char *between = separator.kind == NIL ? "" : text_of(cursor, &separator);
        if (namespaces->count < MW_IMAP_WORDS)
            mw_list_add(cursor->arena, namespaces,
                        mw_printf(cursor->arena, "%s \"%s\" \"%s\"", kind, escaped(cursor->arena, name), escaped(cursor->arena, between)));
    }
    return token.kind == CLOSE;
}

bool mw_imap_namespaces_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_list *namespaces)
{
    static const char *const kinds[] = {"personal", "others", "shared"};
    struct cursor cursor = cursor_of(arena, line);
    if (!takes_word(&cursor, "NAMESPACE"))
        return false;
    for (size_t i = 0; i < MW_COUNT(kinds); i++) {
        enum kind kind = next(&cursor).kind;
        if (kind != NIL && (kind != OPEN || !take_namespaces(&cursor, kinds[i], namespaces)))
            return false;
    }
    return true;
}

bool mw_imap_id_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_list *pairs)
{
    struct cursor cursor = cursor_of(arena, line);
    if (!takes_word(&cursor, "ID") || !takes(&cursor, OPEN))
        return false;
    struct token field;
    while (is_text((field = next(&cursor), &field))) {
        struct token value = next(&cursor);
        if (!is_text(&value) && value.kind != NIL)
            return false;
        if (value.kind != NIL && pairs->count < MW_IMAP_WORDS)
            mw_list_add(arena, pairs, mw_printf(arena, "%s: %s", text_of(&cursor, &field), text_of(&cursor, &value)));
    }
    return field.kind == CLOSE;
}

/* --- matches ------------------------------------------------------------------------------------------------------------------------------------ */

static void add_hit(struct mw_imap_hits *hits, uint32_t uid)
{
    size_t at = 0;
    while (at < MW_IMAP_NEWEST && hits->newest[at] > uid)
        at++;
    if (at == MW_IMAP_NEWEST || hits->newest[at] == uid)
        return;
    memmove(&hits->newest[at + 1], &hits->newest[at], (MW_IMAP_NEWEST - at - 1) * sizeof hits->newest[0]);
    hits->newest[at] = uid;
}

static bool take_uid(const char **at, const char *end, uint32_t *uid)
{
    uint64_t number = 0;
    const char *start = *at;
    for (; *at < end && **at >= '0' && **at <= '9' && number <= UINT32_MAX; (*at)++)
        number = number * 10 + (uint64_t)(**at - '0');
    *uid = (uint32_t)number;
    return *at > start && number && number <= UINT32_MAX;
}

/* 2,10:15,33 */
static bool add_set(struct mw_imap_hits *hits, const struct mw_bytes *set)
{
    const char *at = set->bytes, *end = at + set->count;
    while (at < end) {
        uint32_t first, last;
        if (!take_uid(&at, end, &first))
            return false;
        last = first;
        if (at < end && *at == ':' && (at++, !take_uid(&at, end, &last)))
            return false;
        uint32_t low = first < last ? first : last, high = first < last ? last : first;
        hits->count += (size_t)(high - low) + 1;
        for (uint32_t i = 0; i < MW_IMAP_NEWEST && i <= high - low; i++)
            add_hit(hits, high - i);
        if (at < end && *at++ != ',')
            return false;
    }
    return true;
}

/* ESEARCH (TAG "a1") UID COUNT 3 ALL 1:3 */
static bool read_extended(struct cursor *cursor, struct mw_imap_hits *hits)
{
    long count = -1;
    struct token token;
    while ((token = next(cursor)).kind != END) {
        if (token.kind == BROKEN || (token.kind == OPEN && !skip_list(cursor)))
            return false;
        if (is_word(&token, "COUNT") && !take_number(cursor, &count))
            return false;
        if (is_word(&token, "ALL") && (token = next(cursor), token.kind != ATOM || !add_set(hits, &token.text)))
            return false;
    }
    hits->count = count >= 0 ? (size_t)count : hits->count;
    return true;
}

bool mw_imap_hits_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_hits *hits)
{
    struct cursor cursor = cursor_of(arena, line);
    struct mw_imap_hits read = {0};
    struct token token = next(&cursor);
    bool extended = is_word(&token, "ESEARCH");
    if (extended && !read_extended(&cursor, &read))
        return false;
    if (!extended && !is_word(&token, "SEARCH"))
        return false;
    while (!extended && (token = next(&cursor)).kind == ATOM)
        if (!add_set(&read, &token.text))
            return false;
    *hits = read;
    return true;
}

/* --- messages ----------------------------------------------------------------------------------------------------------------------------------- */

/* English whatever the locale: 0 to 11, -1: none. */
static int month_of(const char *name)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12; i++)
        if (strncasecmp(name, months + 3 * i, 3) == 0)
            return i;
    return -1;
}

/* "17-Jul-1996 02:44:25 -0700", the day perhaps with a blank before it. */
int64_t mw_imap_time_read(const char *text)
{
    struct tm parts = {0};
    char month[4] = "", sign = 0;
    int zone = 0, length = 0;
    int found = sscanf(text, "%2d-%3[A-Za-z]-%4d %2d:%2d:%2d %c%4d%n", &parts.tm_mday, month, &parts.tm_year, &parts.tm_hour, &parts.tm_min, &parts.tm_sec,
                       &sign, &zone, &length);
    parts.tm_mon = month_of(month);
    parts.tm_year -= 1900;
    if (found != 8 || text[length] || parts.tm_mon < 0 || parts.tm_year < 0 || zone < 0 || (sign != '+' && sign != '-'))
        return -1;
    int64_t offset = zone / 100 * 3600 + zone % 100 * 60, local = (int64_t)timegm(&parts);
    return sign == '-' ? local + offset : local - offset;
}

static bool take_item(struct cursor *cursor, const struct token *name, struct mw_imap_message *message)
{
    struct token value = next(cursor);
    if (is_word(name, "FLAGS"))
        return value.kind == OPEN && take_words(cursor, &message->flags);
    if (value.kind == OPEN)
        return skip_list(cursor);
    if (!is_text(&value))
        return value.kind == NIL;
    if (is_word(name, "UID")) {
        const char *at = value.text.bytes;
        return take_uid(&at, at + value.text.count, &message->uid);
    }
    if (is_word(name, "INTERNALDATE"))
        message->received = mw_imap_time_read(text_of(cursor, &value));
    if (name->text.count >= 5 && strncasecmp(name->text.bytes, "BODY[", 5) == 0)
        message->header = value.text;
    return true;
}

/* RFC 9051 section 7.5.2: 12 FETCH (UID 3 …) */
bool mw_imap_message_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_message *message)
{
    struct cursor cursor = cursor_of(arena, line);
    struct mw_imap_message read = {.received = -1};
    struct token name;
    long number;
    if (!take_number(&cursor, &number) || !takes_word(&cursor, "FETCH") || !takes(&cursor, OPEN))
        return false;
    while ((name = next(&cursor)).kind == ATOM)
        if (!take_item(&cursor, &name, &read))
            return false;
    *message = read;
    return name.kind == CLOSE;
}
