/* Undoes changes that mail systems make to a body, until its digest is the one that was signed (RFC 6376 section 3.7; RFC 6377 section 3.3 on lists). Never
 * tells a change that it could not prove so. */
#include <mailwhy/altered.h>
#include <mailwhy/lang.h>
#include <mailwhy/mail.h>

#include <openssl/evp.h>
#include <string.h>

#define LINES_CEILING 200000u
#define LAST_LINES 200u /* a block that was put in begins in one of these, */
#define FIRST_LINES 60u /* or of these */
#define BLOCK_LINES 100u
#define WRAP_LINES 25u          /* lines that a multipart puts before the old body */
#define BYTES_CEILING 67108864u /* hashed at most, all tries together */
#define BODY_CEILING 8388608u   /* bytes of a body that is changed all over for a try */
#define PART_SHOWN 200u

struct search {
    struct mw_arena *arena;
    const struct mw_raw *raw;
    const struct mw_signing *signing;
    struct mw_octets body; /* canonical */
    size_t *line;          /* where each begins; line[lines] is the end */
    size_t lines, left;    /* bytes that may still be hashed */
    EVP_MD_CTX *prefix, *work;
};

/* --- a block of lines that was put in -------------------------------------------------------------------------------------------------------------- */

static bool is_empty(const struct search *search, size_t line)
{
    return search->line[line + 1] - search->line[line] == 2;
}

static void cut_lines(struct search *search)
{
    const char *begin = search->body.bytes, *end = begin + search->body.count;
    search->line = MW_NEW_ARRAY(search->arena, size_t, LINES_CEILING + 1);
    for (const char *at = begin; at < end && search->lines < LINES_CEILING; search->lines++) {
        search->line[search->lines] = (size_t)(at - begin);
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        at = feed ? feed + 1 : end;
    }
    search->line[search->lines] = search->body.count;
}

static void hash(struct search *search, EVP_MD_CTX *into, size_t from, size_t to)
{
    size_t begin = search->line[from], count = search->line[to] - begin;
    EVP_DigestUpdate(into, search->body.bytes + begin, count);
    search->left -= count + 64 < search->left ? count + 64 : search->left;
}

static bool ends_right(struct search *search)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(search->work, digest, NULL);
    return memcmp(digest, search->signing->body_hash, MW_DIGEST_BYTES) == 0;
}

/* Is the body the signed one without the lines [from, to)? The prefix holds those before. No canonical body ends with an empty line. */
static bool is_without(struct search *search, size_t from, size_t to)
{
    if (to == search->lines && from && is_empty(search, from - 1))
        return false;
    EVP_MD_CTX_copy_ex(search->work, search->prefix);
    hash(search, search->work, to, search->lines);
    if (to == search->lines && from == 0 && search->signing->body == MW_SIMPLE)
        EVP_DigestUpdate(search->work, "\r\n", 2);
    return ends_right(search);
}

static void tell_block(struct search *search, size_t from, size_t to, struct mw_alteration *found)
{
    const char *what = to == search->lines ? N_("text was appended to the body") : from ? N_("text was put into the body") : N_("text was put before the body");
    const char *part =
        mw_text_trim(search->arena, mw_text_safe(search->arena, search->body.bytes + search->line[from], search->line[to] - search->line[from], PART_SHOWN));
    *found = (struct mw_alteration){what, "", part, false};
}

/* Blocks that begin in the lines [first, end). */
static bool find_block(struct search *search, size_t first, size_t end, struct mw_alteration *found)
{
    EVP_DigestInit_ex(search->prefix, EVP_sha256(), NULL);
    if (first)
        hash(search, search->prefix, 0, first);
    for (size_t from = first; from < end && search->left; from++) {
        for (size_t to = from + 1; to <= search->lines && (to - from <= BLOCK_LINES || to == search->lines) && search->left; to++)
            if (is_without(search, from, to)) {
                tell_block(search, from, to, found);
                return true;
            }
        if (search->lines - from > BLOCK_LINES && search->left && is_without(search, from, search->lines)) {
            tell_block(search, from, search->lines, found);
            return true;
        }
        hash(search, search->prefix, from, from + 1);
    }
    return false;
}

/* The old body within a new one: a list that has a footer makes it a part of a multipart. */
static bool find_wrapped(struct search *search, struct mw_alteration *found)
{
    for (size_t from = 1; from < WRAP_LINES && from < search->lines && search->left; from++) {
        size_t to = search->lines > LAST_LINES + from ? search->lines - LAST_LINES : from;
        EVP_DigestInit_ex(search->prefix, EVP_sha256(), NULL);
        hash(search, search->prefix, from, to);
        for (; to < search->lines && search->left; to++) {
            hash(search, search->prefix, to, to + 1);
            EVP_MD_CTX_copy_ex(search->work, search->prefix);
            if (is_empty(search, to) || !ends_right(search))
                continue;
            *found = (struct mw_alteration){N_("the body was made a part of a multipart message"), "", "", false};
            return true;
        }
    }
    return false;
}

static bool find_added(struct search *search, struct mw_alteration *found)
{
    size_t last = search->lines > LAST_LINES ? search->lines - LAST_LINES : 0;
    size_t first = search->lines < FIRST_LINES ? search->lines : FIRST_LINES;
    if (search->signing->length >= 0) /* what is behind l= counts for nothing, so a block moves the rest out of sight */
        return false;
    return find_block(search, last, search->lines, found) || find_block(search, 0, first < last ? first : last, found) || find_wrapped(search, found);
}

/* --- changes all over the body -------------------------------------------------------------------------------------------------------------------- */

typedef bool undo(const struct search *search, struct mw_octets *to); /* false: there is nothing of the kind */

static bool undo_quoted_printable(const struct search *search, struct mw_octets *to)
{
    to->bytes = mw_alloc(search->arena, search->raw->body_bytes + 1);
    to->count = mw_quoted_printable_read(search->raw->body, search->raw->body_bytes, to->bytes);
    return to->count != search->raw->body_bytes;
}

static bool undo_base64(const struct search *search, struct mw_octets *to)
{
    unsigned char *bytes = NULL;
    long count = mw_base64_read(search->arena, mw_strndup(search->arena, search->raw->body, search->raw->body_bytes), &bytes);
    *to = (struct mw_octets){(char *)bytes, count > 0 ? (size_t)count : 0, 0};
    return count > 0;
}

#define BASE64_LINE 76u

static bool redo_base64(const struct search *search, struct mw_octets *to)
{
    const char *text = mw_base64_text(search->arena, search->raw->body, search->raw->body_bytes);
    for (size_t at = 0, count = strlen(text); at < count; at += BASE64_LINE) {
        mw_octets_add(search->arena, to, text + at, count - at < BASE64_LINE ? count - at : BASE64_LINE);
        mw_octets_add(search->arena, to, "\r\n", 2);
    }
    return to->count > 0;
}

/* Copies the body and leaves out `gone` bytes of each place that `old` stands at, behind its first `kept`. */
static bool shorten(const struct search *search, const char *old, size_t kept, size_t gone, struct mw_octets *to)
{
    const char *at = search->raw->body, *end = at + search->raw->body_bytes, *next;
    bool any = false;
    for (; (next = memmem(at, (size_t)(end - at), old, strlen(old))); at = next + kept + gone, any = true)
        mw_octets_add(search->arena, to, at, (size_t)(next - at) + kept);
    mw_octets_add(search->arena, to, at, (size_t)(end - at));
    return any;
}

static bool undo_mangled_from(const struct search *search, struct mw_octets *to)
{
    return shorten(search, "\n>From ", 1, 1, to);
}

static bool undo_doubled_dots(const struct search *search, struct mw_octets *to)
{
    return shorten(search, "\n..", 1, 1, to);
}

static bool undo_doubled_returns(const struct search *search, struct mw_octets *to)
{
    return shorten(search, "\r\r\n", 0, 1, to);
}

static bool undo_empty_lines(const struct search *search, struct mw_octets *to)
{
    return shorten(search, "\r\n\r\n", 0, 2, to);
}

#define LONG_LINE 900 /* servers break lines of about 998 octets (RFC 5321 section 4.5.3.1.6) */

/* "CRLF blank" behind a line that is as long as a line may be is a server's (Postfix, smtp_line_length_limit). */
static bool undo_broken_lines(const struct search *search, struct mw_octets *to)
{
    const char *at = search->raw->body, *end = at + search->raw->body_bytes, *feed;
    bool any = false;
    while ((feed = memmem(at, (size_t)(end - at), "\r\n", 2))) {
        bool broken = feed - at >= LONG_LINE && feed + 2 < end && feed[2] == ' ';
        mw_octets_add(search->arena, to, at, (size_t)(feed - at) + (broken ? 0 : 2));
        at = feed + 2 + broken;
        any |= broken;
    }
    mw_octets_add(search->arena, to, at, (size_t)(end - at));
    return any;
}

/* Only the simple form tells them apart at all. */
static bool undo_trailing_blanks(const struct search *search, struct mw_octets *to)
{
    const char *at = search->raw->body, *end = at + search->raw->body_bytes, *feed;
    bool any = false;
    while ((feed = memmem(at, (size_t)(end - at), "\r\n", 2))) {
        size_t kept = (size_t)(feed - at);
        while (kept && (at[kept - 1] == ' ' || at[kept - 1] == '\t') && !(kept == 3 && strncmp(at, "-- ", 3) == 0)) /* RFC 3676 section 4.3 */
            kept--;
        any |= kept < (size_t)(feed - at);
        mw_octets_add(search->arena, to, at, kept);
        mw_octets_add(search->arena, to, "\r\n", 2);
        at = feed + 2;
    }
    mw_octets_add(search->arena, to, at, (size_t)(end - at));
    return any && search->signing->body == MW_SIMPLE;
}

static bool undo_blanks(const struct search *search, struct mw_octets *to)
{
    mw_canonical_body(search->arena, search->raw->body, search->raw->body_bytes, MW_RELAXED, to);
    return search->signing->body == MW_SIMPLE;
}

/* "-- " before a signature loses its blank where ends of lines are trimmed. */
static bool undo_trimmed_mark(const struct search *search, struct mw_octets *to)
{
    const char *at = search->raw->body, *end = at + search->raw->body_bytes, *next;
    bool any = false;
    for (; (next = memmem(at, (size_t)(end - at), "\n--\r\n", 5)); at = next + 3, any = true) {
        mw_octets_add(search->arena, to, at, (size_t)(next - at) + 3);
        mw_octets_add(search->arena, to, " ", 1);
    }
    mw_octets_add(search->arena, to, at, (size_t)(end - at));
    return any && search->signing->body == MW_SIMPLE;
}

/* clang-format off */
static const struct { undo *undo; const char *what; bool relaxed_holds; } rows[] = {
    {undo_trailing_blanks,   N_("blanks were put at the ends of lines"),                          true},
    {undo_trimmed_mark,      N_("blanks at the ends of lines were taken away"),                   true},
    {undo_blanks,            N_("blanks within the lines were changed"),                          true},
    {undo_quoted_printable,  N_("the body was encoded anew as quoted-printable"),                 false},
    {undo_base64,            N_("the body was encoded anew as base64"),                           false},
    {redo_base64,            N_("the body was decoded from base64"),                              false},
    {undo_broken_lines,      N_("long lines were broken"),                                        false},
    {undo_mangled_from,      N_("“From ” at the start of a line became “>From ”"),                false},
    {undo_doubled_dots,      N_("dots at the start of lines were doubled"),                       false},
    {undo_doubled_returns,   N_("line ends were changed"),                                        false},
    {undo_empty_lines,       N_("empty lines were put between the lines"),                        false},
};
/* clang-format on */

/* Each try has memory of its own, as it may copy the whole body more than once. */
static bool is_undone(const struct search *search, undo *one)
{
    struct mw_arena *arena = mw_arena_new();
    struct search mine = *search;
    struct mw_octets undone = {0}, canonical = {0};
    mine.arena = arena;
    bool proved = one(&mine, &undone);
    if (proved) {
        mw_canonical_body(arena, undone.bytes, undone.count, search->signing->body, &canonical);
        proved = mw_signing_has_body(search->signing, &canonical);
    }
    mw_arena_free(arena);
    return proved;
}

static bool find_everywhere(struct search *search, struct mw_alteration *found)
{
    for (size_t i = 0; search->raw->body_bytes <= BODY_CEILING && i < MW_COUNT(rows); i++)
        if (is_undone(search, rows[i].undo)) {
            *found = (struct mw_alteration){rows[i].what, "", "", rows[i].relaxed_holds};
            return true;
        }
    return false;
}

bool mw_altered_body(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, struct mw_alteration *found)
{
    if (signing->body_hash_bytes != MW_DIGEST_BYTES)
        return false;
    struct search search = {arena, raw, signing, .left = BYTES_CEILING, .prefix = EVP_MD_CTX_new(), .work = EVP_MD_CTX_new()};
    mw_canonical_body(arena, raw->body, raw->body_bytes, signing->body, &search.body);
    cut_lines(&search);
    bool proved = find_everywhere(&search, found) || find_added(&search, found);
    EVP_MD_CTX_free(search.prefix);
    EVP_MD_CTX_free(search.work);
    return proved;
}
