/* Undoes changes that mail systems make to a header, until its digest is the one that was signed (RFC 6376 section 3.7; RFC 6377 on lists). Never tells a
 * change that it could not prove so. */
#include <mailwhy/altered.h>
#include <mailwhy/lang.h>

#include <openssl/evp.h>
#include <string.h>

#define TRIES_RSA 120000u   /* digests compared at most */
#define TRIES_OTHER 4000u   /* an Ed25519 signature has to be verified each time */
#define CUTS_CEILING 160u   /* places in one value between which text may have been put in */
#define DROPS_CEILING 100u  /* fields that may have been added */
#define GUESSES_CEILING 24u /* older texts of one field */
#define PART_SHOWN 200u

struct search {
    struct mw_arena *arena;
    const struct mw_raw *raw;
    const struct mw_signing *signing;
    const struct mw_opened *opened;
    struct mw_pieces pieces;
    struct mw_octets whole; /* the pieces one behind the other */
    size_t *at;             /* where each begins there; one more for the end */
    size_t left;            /* tries */
    EVP_MD_CTX *prefix, *work;
};

/* --- trying --------------------------------------------------------------------------------------------------------------------------------------- */

static void begin(struct search *search)
{
    search->at = MW_NEW_ARRAY(search->arena, size_t, search->pieces.count + 1);
    for (size_t i = 0; i < search->pieces.count; i++) {
        search->at[i] = search->whole.count;
        mw_octets_add(search->arena, &search->whole, search->pieces.items[i].bytes, search->pieces.items[i].count);
    }
    search->at[search->pieces.count] = search->whole.count;
}

/* What stands before the piece is hashed once for all tries of it. */
static void turn_to(struct search *search, size_t piece)
{
    EVP_DigestInit_ex(search->prefix, EVP_sha256(), NULL);
    EVP_DigestUpdate(search->prefix, search->whole.bytes, search->at[piece]);
}

/* Does the signature hold with this text in place of the piece that was turned to? The text comes in two parts. */
static bool holds_with(struct search *search, size_t piece, const char *first, size_t first_bytes, const char *second, size_t second_bytes)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t behind = search->at[piece + 1];
    if (!search->left)
        return false;
    search->left--;
    EVP_MD_CTX_copy_ex(search->work, search->prefix);
    EVP_DigestUpdate(search->work, first, first_bytes);
    EVP_DigestUpdate(search->work, second, second_bytes);
    EVP_DigestUpdate(search->work, search->whole.bytes + behind, search->whole.count - behind);
    EVP_DigestFinal_ex(search->work, digest, NULL);
    return mw_signing_signs(search->opened, digest);
}

static bool holds_with_text(struct search *search, size_t piece, const struct mw_octets *text)
{
    return holds_with(search, piece, text->bytes, text->count, "", 0);
}

static const char *name_of(const struct search *search, size_t field)
{
    const struct mw_raw_field *what = &search->raw->fields[field];
    return mw_text_safe(search->arena, what->bytes, what->name, 100);
}

static const char *shown(const struct search *search, const char *bytes, size_t count)
{
    return mw_text_trim(search->arena, mw_text_safe(search->arena, bytes, count, PART_SHOWN));
}

static bool is_field(const struct search *search, size_t piece)
{
    return search->pieces.items[piece].field < search->raw->count;
}

/* --- text that was put into one field -------------------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
}

/* Places between which text may have been put in: around whatever is no letter. */
static size_t cuts_of(const char *bytes, size_t from, size_t to, size_t *cuts)
{
    size_t count = 0;
    for (size_t i = from; i <= to && count < CUTS_CEILING; i++)
        if (i == from || i == to || !is_word(bytes[i]) || !is_word(bytes[i - 1]))
            cuts[count++] = i;
    return count;
}

static bool find_inserted_in(struct search *search, size_t piece, struct mw_alteration *found)
{
    const struct mw_piece *what = &search->pieces.items[piece];
    const char *colon = memchr(what->bytes, ':', what->count);
    size_t cuts[CUTS_CEILING], from = colon ? (size_t)(colon - what->bytes) + 1 : what->count;
    size_t count = what->count >= from + 2 ? cuts_of(what->bytes, from, what->count - 2, cuts) : 0;
    turn_to(search, piece);
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            if (!holds_with(search, piece, what->bytes, cuts[i], what->bytes + cuts[k], what->count - cuts[k]))
                continue;
            const char *part = shown(search, what->bytes + cuts[i], cuts[k] - cuts[i]);
            *found = (struct mw_alteration){N_("text was put into a header field"), name_of(search, what->field), part, false};
            return true;
        }
    return false;
}

static size_t find_inserted(struct search *search, struct mw_alteration *found)
{
    for (size_t i = 0; i + 1 < search->pieces.count; i++)
        if (is_field(search, i) && find_inserted_in(search, i, found))
            return 1;
    return 0;
}

/* --- a field that was added ------------------------------------------------------------------------------------------------------------------------ */

/* The signature's own place moves up where a field before it goes. */
static bool holds_without(struct search *search, size_t field)
{
    unsigned char digest[MW_DIGEST_BYTES];
    struct mw_raw raw = *search->raw;
    struct mw_signing signing = *search->signing;
    struct mw_pieces pieces;
    raw.fields = mw_memdup(search->arena, raw.fields, raw.count * sizeof *raw.fields);
    memmove(raw.fields + field, raw.fields + field + 1, (raw.count - field - 1) * sizeof *raw.fields);
    raw.count--;
    signing.field -= field < signing.field;
    mw_signing_pieces(search->arena, &raw, &signing, &pieces);
    mw_pieces_digest(&pieces, digest);
    return mw_signing_signs(search->opened, digest);
}

static bool is_signed(const struct search *search, size_t field)
{
    for (size_t i = 0; i < search->signing->names.count; i++)
        if (mw_raw_is(&search->raw->fields[field], search->signing->names.items[i]))
            return true;
    return false;
}

static size_t find_added(struct search *search, struct mw_alteration *found)
{
    size_t tried = 0;
    for (size_t i = 0; i < search->raw->count && tried < DROPS_CEILING; i++) {
        if (i == search->signing->field || !is_signed(search, i) || !search->left)
            continue;
        tried++;
        search->left--;
        if (!holds_without(search, i))
            continue;
        const struct mw_raw_field *field = &search->raw->fields[i];
        *found = (struct mw_alteration){N_("a header field was added"), name_of(search, i), shown(search, field->bytes, field->count), false};
        return 1;
    }
    return 0;
}

/* --- folding, which the simple canonicalisation does not bear ------------------------------------------------------------------------------------- */

/* The piece with its folds undone: each "CRLF blanks" becomes `instead`, or stays without its CRLF where that is NULL. */
static void unfold(const struct search *search, const struct mw_piece *what, size_t end, const char *instead, struct mw_octets *to)
{
    for (size_t i = 0; i < end; i++) {
        bool fold = what->bytes[i] == '\r' || what->bytes[i] == '\n';
        if (!fold)
            mw_octets_add(search->arena, to, what->bytes + i, 1);
        if (!fold || !instead || what->bytes[i] != '\n')
            continue;
        mw_octets_add(search->arena, to, instead, strlen(instead));
        while (i + 1 < end && strchr(" \t", what->bytes[i + 1]))
            i++;
    }
}

/* One fold put in at each blank, with that blank or a tab behind it. */
static bool holds_folded(struct search *search, size_t piece, const struct mw_octets *flat, const char *line_end)
{
    static const char *const folds[] = {"\r\n", "\r\n\t", "\r\n "};
    for (size_t i = 0; i < flat->count; i++)
        for (size_t k = 0; flat->bytes[i] == ' ' && k < MW_COUNT(folds); k++) {
            struct mw_octets text = {0};
            mw_octets_add(search->arena, &text, flat->bytes, i);
            mw_octets_add(search->arena, &text, folds[k], strlen(folds[k]));
            mw_octets_add(search->arena, &text, flat->bytes + i + (k > 0), flat->count - i - (k > 0));
            mw_octets_add(search->arena, &text, line_end, strlen(line_end));
            if (holds_with_text(search, piece, &text))
                return true;
        }
    return false;
}

/* Every fold of another kind: those of one field are mostly made by one program. */
static bool holds_refolded(struct search *search, size_t piece)
{
    static const char *const instead[] = {NULL, " ", "", "\r\n\t", "\r\n ", "\r\n        ", "\r\n    "};
    const struct mw_piece *what = &search->pieces.items[piece];
    const char *line_end = piece + 1 == search->pieces.count ? "" : "\r\n";
    size_t end = what->count - strlen(line_end);
    turn_to(search, piece);
    for (size_t i = 0; i < MW_COUNT(instead); i++) {
        struct mw_octets text = {0};
        unfold(search, what, end, instead[i], &text);
        size_t flat = text.count;
        mw_octets_add(search->arena, &text, line_end, strlen(line_end));
        if (holds_with_text(search, piece, &text))
            return true;
        text.count = flat;
        if (i < 2 && holds_folded(search, piece, &text, line_end))
            return true;
    }
    return false;
}

static size_t find_refolded(struct search *search, struct mw_alteration *found)
{
    for (size_t i = 0; search->signing->header == MW_SIMPLE && i < search->pieces.count; i++)
        if (is_field(search, i) && holds_refolded(search, i)) {
            *found = (struct mw_alteration){N_("a header field was folded or spaced anew"), name_of(search, search->pieces.items[i].field), "", true};
            return 1;
        }
    return 0;
}

/* --- older texts of fields, all together ----------------------------------------------------------------------------------------------------------- */

struct guesses {
    struct mw_octets text[GUESSES_CEILING]; /* [0]: as it is */
    size_t count, chosen;
};

static void guess(const struct search *search, struct guesses *guesses, const char *name, const char *value)
{
    const char *line = mw_printf(search->arena, "%s: %s", name, value);
    struct mw_raw_field field = {line, strlen(line), strlen(name)};
    struct mw_octets text = {0};
    if (guesses->count == GUESSES_CEILING)
        return;
    mw_canonical_field(search->arena, &field, search->signing->header, &text);
    mw_octets_add(search->arena, &text, "\r\n", 2);
    guesses->text[guesses->count++] = text;
}

/* Fields that servers take away or put their own words into (RFC 6376 section 5.4.1 warns of some). */
/* clang-format off */
static const struct { const char *name, *value; } usual[] = {
    {"MIME-Version", "1.0"}, {"Content-Transfer-Encoding", "7bit"}, {"Content-Transfer-Encoding", "8bit"}, {"Content-Transfer-Encoding", "quoted-printable"},
    {"Content-Transfer-Encoding", "base64"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Type", "text/plain; charset=\"utf-8\""},
    {"Content-Type", "text/plain; charset=UTF-8"}, {"Content-Type", "text/plain; charset=\"UTF-8\""}, {"Content-Type", "text/plain; charset=us-ascii"},
    {"Content-Type", "text/plain; charset=\"us-ascii\""}, {"Content-Type", "text/plain"}, {"Content-Type", "text/html; charset=utf-8"},
    {"Content-Type", "text/plain; charset=utf-8; format=flowed"}, {"Content-Type", "text/plain; charset=UTF-8; format=flowed"}, {"Precedence", "bulk"},
    {"To", "undisclosed-recipients:;"}, {"Auto-Submitted", "no"},
};
/* clang-format on */

static void guess_usual(const struct search *search, struct guesses *guesses, const char *name)
{
    for (size_t i = 0; i < MW_COUNT(usual); i++)
        if (mw_text_same(usual[i].name, name))
            guess(search, guesses, usual[i].name, usual[i].value);
}

/* Values of fields that keep what a list or gateway replaced. */
static void guess_kept(const struct search *search, struct guesses *guesses, const char *name, const char *value)
{
    static const char *const keepers[] = {"Reply-To", "X-Original-From", "Original-From", "X-Original-Sender", "X-Original-To", "Delivered-To", "Cc"};
    const char *angle = strchr(value, '<'), *via = mw_text_find(value, " via ");
    const char *person = mw_strndup(search->arena, value, via ? (size_t)(via - value) : angle ? (size_t)(angle - value) : 0);
    person = mw_text_trim(search->arena, mw_strndup(search->arena, person + strspn(person, "\"'"), strcspn(person + strspn(person, "\"'"), "\"")));
    for (size_t i = 0; i < MW_COUNT(keepers); i++) {
        size_t field = mw_raw_next(search->raw, keepers[i], 0);
        const char *kept = field < search->raw->count ? mw_raw_value(search->arena, &search->raw->fields[field]) : NULL;
        if (!kept || mw_text_same(keepers[i], name))
            continue;
        guess(search, guesses, name, kept);
        if (!strchr(kept, '<') && *person) {
            guess(search, guesses, name, mw_printf(search->arena, "%s <%s>", person, kept));
            guess(search, guesses, name, mw_printf(search->arena, "\"%s\" <%s>", person, kept));
        }
    }
}

/* Other ways to write the same address, with its name or without. */
static void guess_address(const struct search *search, struct guesses *guesses, const char *name, const char *value)
{
    const char *angle = strchr(value, '<'), *end = angle ? strchr(angle, '>') : NULL;
    if (!angle || !end || strchr(value, ','))
        return;
    const char *address = mw_strndup(search->arena, angle + 1, (size_t)(end - angle - 1));
    const char *person = mw_text_trim(search->arena, mw_strndup(search->arena, value, (size_t)(angle - value)));
    size_t length = strlen(person);
    bool quoted = length > 1 && person[0] == '"' && person[length - 1] == '"';
    guess(search, guesses, name, address);
    guess(search, guesses, name, mw_printf(search->arena, "<%s>", address));
    if (quoted)
        guess(search, guesses, name, mw_printf(search->arena, "%s <%s>", mw_strndup(search->arena, person + 1, length - 2), address));
    else if (length)
        guess(search, guesses, name, mw_printf(search->arena, "\"%s\" <%s>", person, address));
}

/* Without a tag in brackets or the mark of a spam filter at the front, behind a "Re: " too. */
static void guess_subject(const struct search *search, struct guesses *guesses, const char *name, const char *value)
{
    static const char *const marks[] = {"***SPAM***", "*****SPAM*****", "{Spam?}", "{Disarmed}", "[SPAM]", "SPAM:", "EXTERNAL:", "EXT:"};
    for (size_t i = 0; i < MW_COUNT(marks); i++)
        if (mw_text_starts(value, marks[i]))
            guess(search, guesses, name, value + strlen(marks[i]) + strspn(value + strlen(marks[i]), " "));
    for (const char *open = value; (open = strchr(open, '[')); open++) {
        const char *end = strchr(open, ']');
        if (end)
            guess(search, guesses, name, mw_printf(search->arena, "%.*s%s", (int)(open - value), value, end + 1 + strspn(end + 1, " ")));
    }
}

static const char *name_in_list(const struct search *search, size_t piece)
{
    return search->signing->names.items[piece];
}

static void guess_piece(const struct search *search, size_t piece, struct guesses *guesses)
{
    const struct mw_piece *what = &search->pieces.items[piece];
    guesses->text[guesses->count++] = (struct mw_octets){(char *)(uintptr_t)what->bytes, what->count, 0};
    if (piece + 1 == search->pieces.count)
        return;
    const char *value = is_field(search, piece) ? mw_raw_value(search->arena, &search->raw->fields[what->field]) : NULL;
    const char *name = is_field(search, piece) ? name_of(search, what->field) : name_in_list(search, piece);
    if (value && mw_text_same(name, "Subject"))
        guess_subject(search, guesses, name, value);
    if (value && (mw_text_same(name, "From") || mw_text_same(name, "To") || mw_text_same(name, "Cc") || mw_text_same(name, "Reply-To"))) {
        guess_kept(search, guesses, name, value);
        guess_address(search, guesses, name, value);
    }
    if (!mw_list_has(&(struct mw_list){search->signing->names.items, piece, 0}, name_in_list(search, piece))) /* listed twice: signed as absent */
        guess_usual(search, guesses, name);
}

/* The next combination; false: all were tried. */
static bool turn(struct guesses *guesses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (++guesses[i].chosen < guesses[i].count)
            return true;
        guesses[i].chosen = 0;
    }
    return false;
}

static bool holds_together(struct search *search, const struct guesses *guesses)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_DigestInit_ex(search->work, EVP_sha256(), NULL);
    for (size_t i = 0; i < search->pieces.count; i++) {
        const struct mw_octets *text = &guesses[i].text[guesses[i].chosen];
        EVP_DigestUpdate(search->work, text->bytes, text->count);
    }
    EVP_DigestFinal_ex(search->work, digest, NULL);
    return mw_signing_signs(search->opened, digest);
}

static size_t tell_guessed(const struct search *search, const struct guesses *guesses, struct mw_alteration *found)
{
    size_t count = 0;
    for (size_t i = 0; i < search->pieces.count && count < MW_ALTERATIONS; i++) {
        if (!guesses[i].chosen)
            continue;
        const struct mw_octets *text = &guesses[i].text[guesses[i].chosen];
        const char *part = shown(search, text->bytes, text->count);
        found[count++] = is_field(search, i)
                             ? (struct mw_alteration){N_("a header field was written anew"), name_of(search, search->pieces.items[i].field), part, false}
                             : (struct mw_alteration){N_("a header field was taken away"), name_in_list(search, i), part, false};
    }
    return count;
}

static size_t find_guessed(struct search *search, struct mw_alteration *found)
{
    struct guesses *guesses = MW_NEW_ARRAY(search->arena, struct guesses, search->pieces.count);
    for (size_t i = 0; i < search->pieces.count; i++)
        guess_piece(search, i, &guesses[i]);
    while (search->left && turn(guesses, search->pieces.count)) {
        search->left--;
        if (holds_together(search, guesses))
            return tell_guessed(search, guesses, found);
    }
    return 0;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------------------ */

size_t mw_altered_header(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, const struct mw_opened *opened,
                         struct mw_alteration found[MW_ALTERATIONS])
{
    typedef size_t find(struct search * search, struct mw_alteration * found);
    static find *const finds[] = {find_added, find_refolded, find_inserted, find_guessed};
    size_t count = 0;
    struct search search = {.arena = mw_arena_new(), .raw = raw, .signing = signing, .opened = opened, .prefix = EVP_MD_CTX_new(), .work = EVP_MD_CTX_new()};
    search.left = strcmp(signing->algorithm, "rsa-sha256") == 0 ? TRIES_RSA : TRIES_OTHER;
    mw_signing_pieces(search.arena, raw, signing, &search.pieces);
    begin(&search);
    for (size_t i = 0; i < MW_COUNT(finds) && !count; i++)
        count = finds[i](&search, found);
    for (size_t i = 0; i < count; i++) {
        found[i].field = mw_strdup(arena, found[i].field);
        found[i].part = mw_strdup(arena, found[i].part);
    }
    EVP_MD_CTX_free(search.prefix);
    EVP_MD_CTX_free(search.work);
    mw_arena_free(search.arena);
    return count;
}
