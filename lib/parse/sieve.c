/* Sieve scripts (RFC 5228 section 8): bytes to a tree. Never runs anything: that is sieve_run.c. Which commands there are is sieve_check.c's to know. */
#include "sieve_tree.h"

#include <string.h>

#define NESTING_CEILING 64u /* of blocks, and of tests; Pigeonhole stops at 32 */
#define NODES_CEILING 50000u
#define ARGS_CEILING 100000u

enum kind { END, WORD, TAG, NUMBER, STRING, SIGN, BROKEN };

struct token {
    enum kind kind;
    size_t from, to;
    char sign;
    int64_t number;
    const char *text; /* of a string: undone; of a word or tag: in lower case */
};

struct reading {
    struct mw_arena *arena;
    const char *bytes;
    size_t count, at, behind; /* behind: end of the token before */
    int line;
    struct token token; /* the one to be looked at */
    struct mw_flaw *flaw;
    bool beyond; /* a ceiling of ours was met */
    unsigned nodes, args, depth;
};

#define SHOWN 60u

static bool fail_at(struct reading *reading, const char *why, int line)
{
    if (reading->flaw->why)
        return false;
    size_t from = reading->token.from, to = reading->token.to < reading->count ? reading->token.to : reading->count, length = to - from;
    *reading->flaw = (struct mw_flaw){why, mw_text_safe(reading->arena, reading->bytes + from, length < SHOWN ? length : SHOWN, SHOWN), line};
    reading->token.kind = BROKEN;
    return false;
}

static bool fail(struct reading *reading, const char *why)
{
    return fail_at(reading, why, reading->line);
}

static bool give_up(struct reading *reading)
{
    reading->beyond = true;
    return fail(reading, "longer or deeper than this program reads");
}

/* --- tokens ---------------------------------------------------------------------------------------------------------------------------------- */

static bool is_word(char c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (!first && c >= '0' && c <= '9');
}

static void step(struct reading *reading)
{
    reading->line += reading->bytes[reading->at++] == '\n';
}

static bool looks_at(const struct reading *reading, const char *text)
{
    size_t length = strlen(text);
    return reading->count - reading->at >= length && memcmp(reading->bytes + reading->at, text, length) == 0;
}

static bool skip_comment(struct reading *reading)
{
    while (reading->at < reading->count && !looks_at(reading, "*/"))
        step(reading);
    if (reading->at >= reading->count)
        return false;
    reading->at += 2;
    return true;
}

static void skip_line(struct reading *reading)
{
    while (reading->at < reading->count && reading->bytes[reading->at] != '\n')
        reading->at++;
}

/* Over white space and comments (RFC 5228 sections 2.2 and 2.3). */
static bool skip(struct reading *reading)
{
    while (reading->at < reading->count) {
        char c = reading->bytes[reading->at];
        if (c == '#')
            skip_line(reading);
        else if (looks_at(reading, "/*")) {
            int line = reading->line;
            reading->token = (struct token){.from = reading->at, .to = reading->at + 2};
            reading->at += 2;
            if (!skip_comment(reading))
                return fail_at(reading, "a comment has no end", line);
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            step(reading);
        else
            break;
    }
    return true;
}

static void take_quoted(struct reading *reading)
{
    struct token *token = &reading->token;
    char *text = NULL, *end = NULL;
    size_t close = reading->at + 1;
    while (close < reading->count && reading->bytes[close] != '"')
        close += reading->bytes[close] == '\\' ? 2 : 1;
    token->to = reading->at + 1;
    if (close >= reading->count) {
        fail(reading, "a string has no closing quote");
        return;
    }
    end = text = mw_alloc(reading->arena, close - reading->at);
    for (step(reading); reading->at < close; step(reading)) {
        if (reading->bytes[reading->at] == '\\')
            step(reading);
        *end++ = reading->bytes[reading->at];
    }
    reading->at++;
    *token = (struct token){.kind = STRING, .from = token->from, .to = reading->at, .text = text};
}

/* One line of a multi-line string onto `end`; false: it was the dot. */
static bool take_text_line(struct reading *reading, char **end)
{
    size_t from = reading->at;
    skip_line(reading);
    size_t length = reading->at - from, bare = length && reading->bytes[reading->at - 1] == '\r' ? length - 1 : length;
    if (bare == 1 && reading->bytes[from] == '.')
        return false;
    size_t dot = length >= 2 && reading->bytes[from] == '.' && reading->bytes[from + 1] == '.'; /* section 2.4.2: dots are stuffed */
    memcpy(*end, reading->bytes + from + dot, length - dot);
    *end += length - dot;
    if (reading->at >= reading->count)
        return true;
    *(*end)++ = '\n';
    step(reading);
    return true;
}

/* "text:" with blanks and a comment behind, then lines up to one with a dot alone. */
static void take_text(struct reading *reading)
{
    struct token *token = &reading->token;
    reading->at = token->to + 1;
    while (reading->at < reading->count && strchr(" \t\r", reading->bytes[reading->at]) && reading->bytes[reading->at])
        reading->at++;
    if (reading->at < reading->count && reading->bytes[reading->at] == '#')
        skip_line(reading);
    if (reading->at >= reading->count || reading->bytes[reading->at] != '\n') {
        fail(reading, "something stands behind “text:” in its line");
        return;
    }
    int line = reading->line;
    step(reading);
    char *text = mw_alloc(reading->arena, reading->count - reading->at + 2), *end = text;
    bool more = true;
    while (more && reading->at < reading->count)
        more = take_text_line(reading, &end);
    if (more) {
        fail_at(reading, "a multi-line text has no line with a dot alone at its end", line);
        return;
    }
    *token = (struct token){.kind = STRING, .from = token->from, .to = reading->at, .text = text};
}

static void take_word(struct reading *reading, enum kind kind)
{
    struct token *token = &reading->token;
    size_t from = reading->at;
    while (reading->at < reading->count && is_word(reading->bytes[reading->at], reading->at == from))
        reading->at++;
    token->kind = kind;
    token->to = reading->at;
    token->text = mw_text_lower(reading->arena, mw_strndup(reading->arena, reading->bytes + from, reading->at - from));
    if (reading->at == from) {
        token->to++;
        fail(reading, "a colon without the name of a tag");
    }
    if (kind == WORD && strcmp(token->text, "text") == 0 && looks_at(reading, ":"))
        take_text(reading);
}

static void take_number(struct reading *reading)
{
    struct token *token = &reading->token;
    int64_t number = 0;
    while (reading->at < reading->count && reading->bytes[reading->at] >= '0' && reading->bytes[reading->at] <= '9' && number <= INT32_MAX)
        number = number * 10 + (reading->bytes[reading->at++] - '0');
    static const char units[] = "kmg";
    const char *unit = reading->at < reading->count && reading->bytes[reading->at] ? strchr(units, reading->bytes[reading->at] | 0x20) : NULL;
    if (unit) {
        number <<= 10 * (unit - units + 1);
        reading->at++;
    }
    token->kind = NUMBER;
    token->number = number;
    token->to = reading->at;
    if (reading->at < reading->count && (is_word(reading->bytes[reading->at], false)))
        fail(reading, "this is no number");
}

static void next(struct reading *reading)
{
    struct token *token = &reading->token;
    reading->behind = token->to;
    if (token->kind == BROKEN || !skip(reading))
        return;
    *token = (struct token){.kind = END, .from = reading->at, .to = reading->at};
    if (reading->at >= reading->count)
        return;
    char c = reading->bytes[reading->at];
    token->to++;
    if (c == '"')
        take_quoted(reading);
    else if (is_word(c, true))
        take_word(reading, WORD);
    else if (c >= '0' && c <= '9')
        take_number(reading);
    else if (c && strchr("[](){};,", c)) {
        *token = (struct token){.kind = SIGN, .from = token->from, .to = token->to, .sign = c};
        reading->at++;
    } else if (c == ':') {
        reading->at++;
        take_word(reading, TAG);
    } else
        fail(reading, "a character that has no place in Sieve");
}

static bool is_sign(const struct reading *reading, char sign)
{
    return reading->token.kind == SIGN && reading->token.sign == sign;
}

static bool expect(struct reading *reading, char sign, const char *why)
{
    if (!is_sign(reading, sign))
        return fail(reading, why);
    next(reading);
    return reading->token.kind != BROKEN;
}

/* --- the tree -------------------------------------------------------------------------------------------------------------------------------- */

static bool read_strings(struct reading *reading, struct mw_list *strings)
{
    do {
        next(reading);
        if (reading->token.kind != STRING)
            return fail(reading, "a list wants strings here");
        if (++reading->args > ARGS_CEILING)
            return give_up(reading);
        mw_list_add(reading->arena, strings, reading->token.text);
        next(reading);
    } while (is_sign(reading, ','));
    return expect(reading, ']', "a list of strings wants “]” or “,” here");
}

/* 1: an argument was read; 0: there is none; -1: a flaw. */
static int read_arg(struct reading *reading, struct sieve_arg **into)
{
    const struct token *token = &reading->token;
    if (token->kind != TAG && token->kind != NUMBER && token->kind != STRING && !is_sign(reading, '['))
        return token->kind == BROKEN ? -1 : 0;
    if (++reading->args > ARGS_CEILING)
        return give_up(reading) - 1;
    struct sieve_arg *arg = *into = MW_NEW(reading->arena, struct sieve_arg);
    arg->kind = token->kind == TAG ? SIEVE_TAG : token->kind == NUMBER ? SIEVE_NUMBER : SIEVE_STRINGS;
    arg->tag = token->kind == TAG ? token->text : NULL;
    arg->number = token->number;
    if (is_sign(reading, '['))
        return read_strings(reading, &arg->strings) ? 1 : -1;
    if (token->kind == STRING)
        mw_list_add(reading->arena, &arg->strings, token->text);
    next(reading);
    return 1;
}

static bool read_tests(struct reading *reading, struct sieve_node **into);

static struct sieve_node *begin(struct reading *reading)
{
    struct sieve_node *node = MW_NEW(reading->arena, struct sieve_node);
    node->name = reading->token.text;
    node->line = reading->line;
    node->from = reading->token.from;
    next(reading);
    return node;
}

/* Arguments and tests behind a name. */
static bool read_rest(struct reading *reading, struct sieve_node *node)
{
    int read;
    for (struct sieve_arg **arg = &node->args; (read = read_arg(reading, arg)) > 0;)
        arg = &(*arg)->next;
    bool good = read == 0 && read_tests(reading, &node->tests);
    node->to = reading->behind;
    return good;
}

static bool read_test(struct reading *reading, struct sieve_node **into)
{
    if (reading->token.kind != WORD)
        return fail(reading, "a test is wanted here");
    if (++reading->nodes > NODES_CEILING || ++reading->depth > NESTING_CEILING)
        return give_up(reading);
    *into = begin(reading);
    bool good = read_rest(reading, *into);
    reading->depth--;
    return good;
}

/* A test, a list of tests in parentheses, or none. */
static bool read_tests(struct reading *reading, struct sieve_node **into)
{
    if (reading->token.kind == WORD)
        return read_test(reading, into);
    if (!is_sign(reading, '('))
        return reading->token.kind != BROKEN;
    do {
        next(reading);
        if (!read_test(reading, into))
            return false;
        into = &(*into)->next;
    } while (is_sign(reading, ','));
    return expect(reading, ')', "a list of tests wants “)” or “,” here");
}

static bool read_commands(struct reading *reading, struct sieve_node **into);

static bool read_command(struct reading *reading, struct sieve_node **into)
{
    if (reading->token.kind != WORD)
        return fail(reading, "a command is wanted here");
    if (++reading->nodes > NODES_CEILING || ++reading->depth > NESTING_CEILING)
        return give_up(reading);
    struct sieve_node *node = *into = begin(reading);
    if (!read_rest(reading, node))
        return false;
    node->has_block = is_sign(reading, '{');
    if (!node->has_block) {
        reading->depth--;
        return expect(reading, ';', "a semicolon or a block is wanted here");
    }
    next(reading);
    bool good = read_commands(reading, &node->block) && expect(reading, '}', "a block wants “}” here");
    reading->depth--;
    return good;
}

static bool read_commands(struct reading *reading, struct sieve_node **into)
{
    while (reading->token.kind != END && !is_sign(reading, '}')) {
        if (!read_command(reading, into))
            return false;
        into = &(*into)->next;
    }
    return true;
}

/* Section 8.1: not even in a comment. */
static bool has_nul(struct reading *reading)
{
    while (reading->at < reading->count && reading->bytes[reading->at])
        step(reading);
    bool found = reading->at < reading->count;
    reading->token = (struct token){.from = reading->at, .to = reading->at + 1};
    if (found)
        fail(reading, "a NUL byte");
    reading->at = 0;
    reading->line = 1;
    reading->token = (struct token){.kind = found ? BROKEN : END};
    return found;
}

const struct mw_sieve *mw_sieve_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_flaw *flaw, bool *beyond)
{
    struct mw_sieve *sieve = MW_NEW(arena, struct mw_sieve);
    *flaw = (struct mw_flaw){0};
    struct reading reading = {.arena = arena, .bytes = bytes, .count = count, .line = 1, .flaw = flaw, .beyond = count > MW_SIEVE_SCRIPT_CEILING};
    *beyond = reading.beyond;
    sieve->bytes = bytes;
    if (reading.beyond)
        return NULL;
    if (has_nul(&reading))
        return NULL;
    next(&reading);
    bool good = reading.token.kind != BROKEN && read_commands(&reading, &sieve->commands);
    if (good && reading.token.kind != END)
        good = fail(&reading, "“}” without a block");
    *beyond = reading.beyond;
    return good && !flaw->why && mw_sieve_check(arena, sieve, flaw) ? sieve : NULL;
}
