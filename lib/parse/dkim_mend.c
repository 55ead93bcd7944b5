/* DKIM key records that were damaged on their way into the zone: what happened, and how they would be right (RFC 6376 section 3.6.1). Never makes up a key. */
#include <mailwhy/dkim.h>
#include <mailwhy/lang.h>

#include <string.h>

typedef char *repair(struct mw_arena *arena, const char *text);

/* A copy without each of the words. */
static char *without(struct mw_arena *arena, const char *text, const char *const *words)
{
    char *copy = mw_alloc(arena, strlen(text) + 1), *to = copy;
    while (*text) {
        size_t length = 0;
        for (const char *const *word = words; *word && !length; word++)
            length = strncmp(text, *word, strlen(*word)) == 0 ? strlen(*word) : 0;
        if (!length)
            *to++ = *text;
        text += length ? length : 1;
    }
    return copy;
}

static char *unescape(struct mw_arena *arena, const char *text)
{
    return without(arena, text, (const char *const[]){"\\", NULL});
}

static char *unquote(struct mw_arena *arena, const char *text)
{
    return without(arena, text, (const char *const[]){"\" \"", "\"\"", "\"", "“", "”", "'", "‘", "’", NULL});
}

/* "s1._domainkey IN TXT ( "v=DKIM1; …" )": name and type belong to the zone, not into the record. */
static char *cut_out(struct mw_arena *arena, const char *text)
{
    const char *begin = strstr(text, "v=DKIM1");
    return without(arena, begin ? begin : text, (const char *const[]){"(", ")", NULL});
}

static char *take_armour_off(struct mw_arena *arena, const char *text)
{
    return without(arena, text, (const char *const[]){"-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----",
                                                      "-----END RSA PUBLIC KEY-----", NULL});
}

/* "v=DKIM1 k=rsa p=…": blanks cannot part tags. */
static char *part_tags(struct mw_arena *arena, const char *text)
{
    static const char *const tags[] = {" k=", " p=", " h=", " t=", " s=", " n="};
    char *copy = mw_alloc(arena, 2 * strlen(text) + 1), *to = copy;
    for (const char *at = text; *at; at++) {
        for (size_t i = 0; i < MW_COUNT(tags); i++)
            if (strncmp(at, tags[i], strlen(tags[i])) == 0 && at > text && at[-1] != ';' && at[-1] != ' ')
                *to++ = ';';
        *to++ = *at;
    }
    return copy;
}

static char *right_version(struct mw_arena *arena, const char *text)
{
    size_t blanks = strspn(text, " \t");
    if (!mw_text_starts(text + blanks, "v=dkim1"))
        return mw_strdup(arena, text);
    return mw_printf(arena, "v=DKIM1%s", text + blanks + strlen("v=DKIM1"));
}

static char *one_semicolon(struct mw_arena *arena, const char *text)
{
    char *copy = mw_alloc(arena, strlen(text) + 1), *to = copy;
    bool parted = false;
    for (; *text; text++) {
        if (*text == ';' && parted)
            continue;
        parted = *text == ';' || (parted && *text == ' ');
        *to++ = *text;
    }
    return copy;
}

/* clang-format off */
static const struct { repair *repair; const char *damage; } repairs[] = {
    {unescape,        N_("there are backslashes in the record")},
    {unquote,         N_("there are quotation marks in the record")},
    {cut_out,         N_("there is more than the record in the record")},
    {take_armour_off, N_("the first and last line of a key file are in the record")},
    {right_version,   N_("v= is not DKIM1")},
    {part_tags,       N_("the semicolons between the tags are missing")},
    {one_semicolon,   N_("there is a semicolon too many in the record")},
};
/* clang-format on */

#define STRING_BYTES 255u /* of one string of a TXT record (RFC 1035 section 3.3.14) */

static bool has_key(const char *text)
{
    return mw_text_find(text, "p=") != NULL;
}

/* A zone file takes an unquoted semicolon for the start of a comment; forms take no more than one string. */
static const char *how_it_was_cut(const char *text)
{
    if (mw_text_starts(text, "v=DKIM1") && !has_key(text))
        return N_("the record ends at a semicolon");
    return strlen(text) == STRING_BYTES ? N_("the record is cut at 255 characters") : NULL;
}

const char *mw_dkim_mend(struct mw_arena *arena, const char *text, const char **damage)
{
    struct mw_flaw flaw;
    const char *mended = text, *first = NULL;
    for (size_t i = 0; i < MW_COUNT(repairs); i++) {
        const char *before = mended;
        mended = repairs[i].repair(arena, before);
        if (strcmp(before, mended) == 0)
            continue;
        first = first ? first : repairs[i].damage;
        if (!mw_dkim_read(arena, mw_text_trim(arena, mended), &flaw))
            continue;
        *damage = first;
        return mw_text_trim(arena, mended);
    }
    const char *cut = how_it_was_cut(text);
    *damage = cut ? cut : *damage;
    return NULL;
}
