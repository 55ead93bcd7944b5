/* Where the answer to a ManageSieve command ends and what it says (RFC 5804 sections 1.2, 1.3 and 4). Never reads a script: that is sieve.c. */
#include <mailwhy/sieve.h>

#include "frame.h"

#include <string.h>

#define WORD_CEILING 1024u
#define STATUS_TOKENS 64u
#define QUOTED_CEILING 1024u

enum kind { WORD = 1, STRING, OPEN, CLOSE, LINE_END };

struct token {
    enum kind kind;
    const char *text; /* in the stream; what stands between the quotes is not undone */
    size_t length, taken;
    bool quoted;
};

/* Octets of the literal whose brace is open at `text`, and the bytes up to them: 1 known, or MW_FRAME_…. */
static int literal_head(const char *text, size_t left, size_t *octets, size_t *head)
{
    size_t at = 1, digits = 0;
    for (*octets = 0; at < left && text[at] >= '0' && text[at] <= '9'; at++) {
        *octets = *octets * 10 + (size_t)(text[at] - '0');
        if (++digits > 9)
            return MW_FRAME_TOO_LONG;
    }
    at += at < left && text[at] == '+';
    if (at < left && (!digits || text[at] != '}'))
        return MW_FRAME_GARBLED;
    at++;
    at += at < left && text[at] == '\r';
    if (at < left && text[at] != '\n')
        return MW_FRAME_GARBLED;
    *head = at + 1;
    return at < left ? 1 : MW_FRAME_MORE;
}

static int take_literal(const char *text, size_t left, struct token *token)
{
    size_t octets = 0, head = 0;
    int found = literal_head(text, left, &octets, &head);
    if (found != 1)
        return found;
    if (octets > MW_SIEVE_SCRIPT_CEILING)
        return MW_FRAME_TOO_LONG;
    *token = (struct token){STRING, text + head, octets, head + octets, false};
    return head + octets <= left ? 1 : MW_FRAME_MORE;
}

static int take_quoted(const char *text, size_t left, struct token *token)
{
    for (size_t at = 1; at < left; at++) {
        if (at > MW_SIEVE_SCRIPT_CEILING)
            return MW_FRAME_TOO_LONG;
        if (text[at] == '"') {
            *token = (struct token){STRING, text + 1, at - 1, at + 1, true};
            return 1;
        }
        at += text[at] == '\\';
    }
    return MW_FRAME_MORE;
}

static int take_word(const char *text, size_t left, struct token *token)
{
    size_t length = 0;
    while (length < left && !strchr(" \t\r\n()\"{", text[length]))
        length++;
    if (length > WORD_CEILING)
        return MW_FRAME_TOO_LONG;
    if (length < left && (text[length] == '\0' || !length))
        return MW_FRAME_GARBLED;
    *token = (struct token){WORD, text, length, length, false};
    return length < left ? 1 : MW_FRAME_MORE;
}

static int take_line_end(const char *text, size_t left, struct token *token)
{
    size_t taken = *text == '\r' ? 2 : 1;
    if (taken > left)
        return MW_FRAME_MORE;
    *token = (struct token){LINE_END, text, 0, taken, false};
    return text[taken - 1] == '\n' ? 1 : MW_FRAME_GARBLED;
}

/* 1 with the token at *at, behind which *at then stands, or MW_FRAME_…. */
static int take(const char *bytes, size_t count, size_t *at, struct token *token)
{
    size_t blanks = 0;
    while (*at + blanks < count && (bytes[*at + blanks] == ' ' || bytes[*at + blanks] == '\t'))
        if (++blanks > WORD_CEILING)
            return MW_FRAME_TOO_LONG;
    const char *text = bytes + *at + blanks;
    size_t left = count - *at - blanks;
    int found = 1;
    if (!left)
        return MW_FRAME_MORE;
    if (*text == '(' || *text == ')')
        *token = (struct token){*text == '(' ? OPEN : CLOSE, text, 1, 1, false};
    else if (*text == '"')
        found = take_quoted(text, left, token);
    else if (*text == '{')
        found = take_literal(text, left, token);
    else if (*text == '\r' || *text == '\n')
        found = take_line_end(text, left, token);
    else
        found = take_word(text, left, token);
    if (found == 1)
        *at += blanks + token->taken;
    return found;
}

/* 'O', 'N', 'Y' of a status word, as far as it came; 0: it can be none. */
static int status_of(const char *text, size_t length)
{
    static const struct {
        const char *word;
        int code;
    } statuses[] = {{"OK", 'O'}, {"NO", 'N'}, {"BYE", 'Y'}};
    for (size_t i = 0; i < MW_COUNT(statuses); i++)
        if (length <= strlen(statuses[i].word) && strncasecmp(text, statuses[i].word, length) == 0)
            return statuses[i].code;
    return 0;
}

/* The bytes as they were meant: backslashes of a quoted string undone. */
static char *undone(struct mw_arena *arena, const struct token *token, size_t *bytes)
{
    char *text = mw_alloc(arena, token->length + 1), *end = text;
    for (size_t i = 0; i < token->length; i++) {
        i += token->quoted && token->text[i] == '\\' && i + 1 < token->length;
        *end++ = token->text[i];
    }
    *bytes = (size_t)(end - text);
    return text;
}

/* In one line, safe to show. */
static const char *shown(struct mw_arena *arena, const struct token *token)
{
    size_t bytes;
    char *text = undone(arena, token, &bytes);
    for (size_t i = 0; i < bytes; i++)
        if (text[i] == '\r' || text[i] == '\n')
            text[i] = ' ';
    while (bytes && text[bytes - 1] == ' ')
        bytes--;
    return mw_frame_text(arena, text, bytes < MW_LINE_CEILING ? bytes : MW_LINE_CEILING);
}

/* Walks over one line: 1, or MW_FRAME_…. `first` is its first token, `tokens` how many it has. */
static int take_line(const char *bytes, size_t count, size_t *at, struct token *first, size_t *tokens)
{
    struct token token;
    if (*at < count && !strchr("\"{OoNnBb", bytes[*at])) /* another protocol, known by its first byte */
        return MW_FRAME_GARBLED;
    for (*tokens = 0;; ++*tokens) {
        int found = take(bytes, count, at, &token);
        if (found != 1)
            return found;
        if (!*tokens)
            *first = token;
        if (token.kind == LINE_END)
            return 1;
        if (*tokens >= STATUS_TOKENS)
            return MW_FRAME_TOO_LONG;
    }
}

/* "(CODE words)" at *at as "CODE words"; NULL: there is none. */
static const char *read_code(struct mw_arena *arena, const char *bytes, size_t count, size_t *at, struct token *token)
{
    struct mw_list words = {0};
    if (token->kind != OPEN)
        return NULL;
    while (take(bytes, count, at, token) == 1 && token->kind != CLOSE && token->kind != LINE_END)
        mw_list_add(arena, &words, shown(arena, token));
    if (token->kind == CLOSE)
        take(bytes, count, at, token);
    return mw_list_join(arena, &words, " ");
}

/* The data of a SASL code are for the mechanism alone. */
static const char *shown_code(struct mw_arena *arena, const char *code)
{
    return code && *code && !mw_text_starts(code, "SASL ") ? mw_printf(arena, " (%s)", code) : "";
}

static void read_status(struct mw_arena *arena, const char *bytes, size_t count, size_t at, struct mw_reply *reply)
{
    struct token token = {0};
    take(bytes, count, &at, &token);
    reply->code = status_of(token.text, token.length);
    const char *word = shown(arena, &token);
    take(bytes, count, &at, &token);
    reply->enhanced = read_code(arena, bytes, count, &at, &token);
    reply->text = token.kind == STRING || token.kind == WORD ? shown(arena, &token) : "";
    reply->whole = mw_frame_whole(arena, mw_printf(arena, "%s%s%s%s", word, shown_code(arena, reply->enhanced), *reply->text ? " " : "", reply->text));
}

static void read_challenge(struct mw_arena *arena, const struct token *token, struct mw_reply *reply)
{
    *reply = (struct mw_reply){.code = '+', .text = shown(arena, token), .whole = ""};
}

static void read_lines(struct mw_arena *arena, const char *bytes, size_t count, struct mw_reply *reply)
{
    struct token token;
    struct mw_list words = {0};
    reply->bytes = count ? mw_memdup(arena, bytes, count) : NULL;
    reply->count = count;
    for (size_t at = 0; take(bytes, count, &at, &token) == 1;) {
        if (token.kind != LINE_END)
            mw_list_add(arena, &words, shown(arena, &token));
        if (token.kind != LINE_END)
            continue;
        mw_list_add(arena, &reply->lines, mw_list_join(arena, &words, " "));
        words.count = 0;
    }
}

/* The status line begins at *last and ends where the bytes given back do, or MW_FRAME_…. */
static long measure(const char *bytes, size_t count, bool listing, size_t *last, struct token *challenge)
{
    size_t at = 0, tokens = 0;
    for (size_t lines = 0; lines <= MW_REPLY_LINES; lines++) {
        struct token first;
        *last = at;
        int found = take_line(bytes, count, &at, &first, &tokens);
        if (found != 1)
            return found;
        if (at > MW_MANAGESIEVE_CEILING)
            return MW_FRAME_TOO_LONG;
        bool is_status = first.kind == WORD && (first.length == 2 || first.length == 3) && status_of(first.text, first.length);
        if (!is_status && first.kind != STRING)
            return MW_FRAME_GARBLED;
        if (!is_status && !listing && tokens == 1)
            *challenge = first;
        if (is_status || challenge->kind)
            return (long)at;
    }
    return MW_FRAME_TOO_LONG;
}

long mw_managesieve_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply)
{
    size_t last = 0;
    struct token challenge = {0};
    long taken = measure(bytes, count, awaited && *awaited == '.', &last, &challenge);
    if (taken <= 0)
        return taken;
    *reply = (struct mw_reply){0};
    if (challenge.kind) {
        read_challenge(arena, &challenge, reply);
        return taken;
    }
    read_status(arena, bytes, (size_t)taken, last, reply);
    read_lines(arena, bytes, last, reply);
    return taken;
}

bool mw_managesieve_line(struct mw_arena *arena, const struct mw_reply *reply, size_t *at, struct mw_managesieve_line *line)
{
    struct token token;
    *line = (struct mw_managesieve_line){0};
    while (*at < reply->count && take(reply->bytes, reply->count, at, &token) == 1) {
        if (token.kind == LINE_END && line->first)
            return true;
        if (token.kind != STRING && token.kind != WORD)
            continue;
        if (!line->first)
            line->first = undone(arena, &token, &line->first_bytes);
        else if (!line->second)
            line->second = undone(arena, &token, &line->second_bytes);
    }
    return false;
}

const char *mw_managesieve_string(struct mw_arena *arena, const char *text)
{
    size_t length = strlen(text);
    if (length > QUOTED_CEILING || strpbrk(text, "\r\n"))
        return mw_printf(arena, "{%zu+}\r\n%s", length, text);
    char *quoted = mw_alloc(arena, 2 * length + 3), *at = quoted;
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    *at = '"';
    return quoted;
}
