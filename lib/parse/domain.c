/* Domain names as people write them: Unicode or ASCII in, A-labels out (RFC 5890, RFC 5891, RFC 1035 section 2.3.4). libidn2 maps and judges the letters;
 * lengths and empty labels are checked here, as it lets "a..b" pass. Never asks the DNS. */
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <idn2.h>

#include <string.h>

#define NAME_BYTES 253u
#define LABEL_BYTES 63u
#define WRITTEN_BYTES 1024u

/* What libidn2 says, as clauses. */
static const char *idn_flaw(int status)
{
    static const struct { int status; const char *clause; } clauses[] = {
        {IDN2_TOO_BIG_DOMAIN, N_("longer than 253 characters")},
        {IDN2_TOO_BIG_LABEL, N_("a label is longer than 63 characters")},
        {IDN2_HYPHEN_STARTEND, N_("a label begins or ends with a hyphen")},
        {IDN2_2HYPHEN, N_("a label has two hyphens in third and fourth place")},
        {IDN2_LEADING_COMBINING, N_("a label begins with a combining mark")},
        {IDN2_ENCODING_ERROR, N_("not UTF-8")},
        {IDN2_ICONV_FAIL, N_("not UTF-8")},
        {IDN2_BIDI, N_("letters of both writing directions are mixed in a forbidden way")},
        {IDN2_DOT_IN_LABEL, N_("a label has a dot in it")},
        {IDN2_PUNYCODE_BAD_INPUT, N_("a label that begins with xn-- is not Punycode")},
        {IDN2_ALABEL_ROUNDTRIP_FAILED, N_("a label that begins with xn-- is not Punycode")},
        {IDN2_INVALID_ALABEL, N_("a label that begins with xn-- is not Punycode")},
    };
    for (size_t i = 0; i < MW_COUNT(clauses); i++)
        if (clauses[i].status == status)
            return clauses[i].clause;
    return N_("a character that domain names cannot have");
}

/* Full stops of other scripts part labels too (RFC 3490 section 3.1; UTS #46). */
static size_t dot_length(const char *at)
{
    static const char *const dots[] = {".", "\u3002", "\uff0e", "\uff61"};
    for (size_t i = 0; i < MW_COUNT(dots); i++)
        if (strncmp(at, dots[i], strlen(dots[i])) == 0)
            return strlen(dots[i]);
    return 0;
}

/* The dots as ".", the last one left out; NULL: a label is empty. */
static char *plain_dots(struct mw_arena *arena, const char *text)
{
    char *plain = mw_alloc(arena, strlen(text) + 1), *out = plain;
    bool empty = true;
    while (*text) {
        size_t length = dot_length(text);
        if (length && empty)
            return NULL;
        empty = length > 0;
        if (empty && !text[length])
            break;
        *out++ = length ? '.' : *text;
        text += length ? length : 1;
    }
    return plain;
}

static const char *label_flaw(const char *label, size_t length)
{
    if (!length)
        return N_("empty label"); /* some characters are mapped to nothing */
    if (length > LABEL_BYTES)
        return N_("a label is longer than 63 characters");
    if (strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") < length)
        return N_("a character that domain names cannot have");
    return label[0] == '-' || label[length - 1] == '-' ? N_("a label begins or ends with a hyphen") : NULL;
}

static const char *ascii_flaw(const char *name)
{
    const char *flaw = strlen(name) > NAME_BYTES ? N_("longer than 253 characters") : NULL;
    for (const char *label = name; !flaw; label++) {
        size_t length = strcspn(label, ".");
        flaw = label_flaw(label, length);
        label += length;
        if (!*label)
            break;
    }
    return flaw;
}

static const char printable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

/* ASCII labels need no mapping; those that begin with xn-- must be what they claim. */
static bool needs_idn(const char *name)
{
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c > 127)
            return true;
    return mw_text_starts(name, "xn--") || mw_text_find(name, ".xn--");
}

static char *to_ascii(struct mw_arena *arena, const char *name, const char **flaw)
{
    if (!needs_idn(name))
        return mw_text_lower(arena, name);
    if (!mw_text_is_utf8(name, strlen(name))) {
        *flaw = N_("not UTF-8");
        return NULL;
    }
    char *ascii = NULL;
    int status = idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_ALABEL_ROUNDTRIP);
    if (status != IDN2_OK) { /* what an ASCII label may not have is behind its xn-- */
        bool is_ascii = name[strspn(name, printable)] == '\0';
        *flaw = idn_flaw(is_ascii ? IDN2_INVALID_ALABEL : status);
        return NULL;
    }
    char *copy = mw_text_lower(arena, ascii);
    idn2_free(ascii);
    return copy;
}

char *mw_domain_read(struct mw_arena *arena, const char *text, const char **flaw)
{
    const char *ignored;
    flaw = flaw ? flaw : &ignored;
    *flaw = NULL;
    if (!*text) {
        *flaw = N_("empty");
        return NULL;
    }
    if (strlen(text) > WRITTEN_BYTES) {
        *flaw = N_("longer than 253 characters");
        return NULL;
    }
    const char *plain = plain_dots(arena, text);
    if (!plain) {
        *flaw = N_("empty label");
        return NULL;
    }
    char *name = to_ascii(arena, plain, flaw);
    if (name)
        *flaw = ascii_flaw(name);
    return *flaw ? NULL : name;
}

const char *mw_domain_show(struct mw_arena *arena, const char *domain)
{
    char *shown = NULL;
    if (!mw_text_find(domain, "xn--") || idn2_to_unicode_8z8z(domain, &shown, IDN2_NONTRANSITIONAL) != IDN2_OK)
        return domain;
    const char *copy = mw_text_safe(arena, shown, strlen(shown), WRITTEN_BYTES);
    idn2_free(shown);
    return copy;
}

bool mw_domain_is_under(const char *name, const char *parent)
{
    if (mw_text_same(parent, ".") || !*parent)
        return true;
    size_t length = strlen(name), tail = strlen(parent);
    return length >= tail && mw_text_same(name + length - tail, parent) && (length == tail || name[length - tail - 1] == '.');
}
