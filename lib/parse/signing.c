/* Reads the tags of signatures strictly, as a verifier must: RFC 6376 sections 3.2 and 3.5, RFC 8617 section 4.1. Never checks one; see proof.c. */
#include "tags.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/signing.h>

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define LONGEST_NUMBER 12u /* digits (section 3.5, l= and t=) */

static const char *shown(struct mw_arena *arena, const char *text)
{
    return mw_text_safe(arena, text, strlen(text), 100);
}

/* Names and values of tags tell upper from lower case (section 3.2). */
static const char *get(const struct tags *tags, const char *name)
{
    for (size_t i = 0; i < tags->count; i++)
        if (tags->tag[i].name && strcmp(tags->tag[i].name, name) == 0)
            return tags->tag[i].value;
    return NULL;
}

static bool is_name(const char *name)
{
    return *name && strspn(name, LETTERS) && strspn(name, LETTERS DIGITS "_") == strlen(name);
}

static bool check_tags(struct mw_arena *arena, const struct tags *tags, struct mw_flaw *flaw)
{
    if (tags->left_out)
        return mw_flaw_is(flaw, N_("not a list of tags"), "");
    for (size_t i = 0; i < tags->count; i++) {
        if (!tags->tag[i].name || !is_name(tags->tag[i].name))
            return mw_flaw_is(flaw, N_("not a list of tags"), shown(arena, tags->tag[i].text));
        for (size_t k = 0; k < i; k++)
            if (strcmp(tags->tag[k].name, tags->tag[i].name) == 0)
                return mw_flaw_is(flaw, N_("tag twice"), tags->tag[i].name);
    }
    return true;
}

/* --- tags, each by its reader: false where its value is none --------------------------------------------------------------------------------------- */

struct reading {
    struct mw_arena *arena;
    struct mw_signing *signing;
};
typedef bool take(struct reading *reading, const char *value);

static bool take_word(const char **into, const char *value)
{
    *into = value;
    return *value && !strpbrk(value, " \t");
}

static bool take_algorithm(struct reading *reading, const char *value)
{
    return take_word(&reading->signing->algorithm, value);
}

static bool take_domain(struct reading *reading, const char *value)
{
    return take_word(&reading->signing->domain, value);
}

static bool take_selector(struct reading *reading, const char *value)
{
    return take_word(&reading->signing->selector, value);
}

static bool take_bytes(struct reading *reading, const char *value, const unsigned char **into, size_t *bytes)
{
    unsigned char *decoded = NULL;
    long count = mw_base64_read(reading->arena, value, &decoded);
    *into = decoded;
    *bytes = count > 0 ? (size_t)count : 0;
    return count > 0;
}

static bool take_value(struct reading *reading, const char *value)
{
    return take_bytes(reading, value, &reading->signing->value, &reading->signing->value_bytes);
}

static bool take_body_hash(struct reading *reading, const char *value)
{
    return take_bytes(reading, value, &reading->signing->body_hash, &reading->signing->body_hash_bytes);
}

static bool take_form(const char *word, size_t length, enum mw_canonical *form)
{
    bool relaxed = length == strlen("relaxed") && strncmp(word, "relaxed", length) == 0;
    *form = relaxed ? MW_RELAXED : MW_SIMPLE;
    return relaxed || (length == strlen("simple") && strncmp(word, "simple", length) == 0);
}

/* The body's is simple where only the header's is said (section 3.5). */
static bool take_forms(struct reading *reading, const char *value)
{
    const char *slash = strchr(value, '/');
    size_t first = slash ? (size_t)(slash - value) : strlen(value);
    const char *second = slash ? slash + 1 : "simple";
    return take_form(value, first, &reading->signing->header) && take_form(second, strlen(second), &reading->signing->body);
}

/* Names between colons; the blanks around them do not count (section 3.5). */
static bool take_names(struct reading *reading, const char *value)
{
    for (const char *at = value; at && reading->signing->names.count < MW_SIGNING_FIELDS;) {
        const char *colon = strchr(at, ':');
        const char *name = mw_text_trim(reading->arena, mw_strndup(reading->arena, at, colon ? (size_t)(colon - at) : strlen(at)));
        mw_list_add(reading->arena, &reading->signing->names, mw_text_lower(reading->arena, name));
        at = colon ? colon + 1 : NULL;
    }
    return true;
}

static bool take_number(const char *value, int64_t *number)
{
    size_t digits = strspn(value, DIGITS);
    *number = 0;
    for (size_t i = 0; i < digits && digits <= LONGEST_NUMBER; i++)
        *number = *number * 10 + (value[i] - '0');
    return digits && digits <= LONGEST_NUMBER && !value[digits];
}

static bool take_length(struct reading *reading, const char *value)
{
    return take_number(value, &reading->signing->length);
}

static bool take_time(struct reading *reading, const char *value)
{
    return take_number(value, &reading->signing->at);
}

static bool take_until(struct reading *reading, const char *value)
{
    return take_number(value, &reading->signing->until);
}

static bool take_instance(struct reading *reading, const char *value)
{
    return mw_text_number(value, 1, 1000, &reading->signing->instance);
}

static bool take_chain(struct reading *reading, const char *value)
{
    static const char *const words[] = {"none", "pass", "fail"};
    for (size_t i = 0; i < MW_COUNT(words); i++)
        if (strcmp(words[i], value) == 0)
            reading->signing->chain = words[i];
    return reading->signing->chain != NULL;
}

/* Verifiers pass over methods that they do not know (section 3.5), and "dns/txt" is the only one. */
static bool take_methods(struct reading *reading, const char *value)
{
    struct mw_list methods = mw_text_split(reading->arena, value, ": \t");
    return mw_list_has(&methods, "dns/txt") || mw_list_has(&methods, "dns");
}

static bool take_version(struct reading *reading, const char *value)
{
    (void)reading;
    return strcmp(value, "1") == 0;
}

/* What a seal must not have (RFC 8617 section 4.1.3). */
static bool refuse(struct reading *reading, const char *value)
{
    (void)reading;
    (void)value;
    return false;
}

#define D (1u << MW_DKIM_SIGNATURE)
#define M (1u << MW_ARC_MESSAGE_SIGNATURE)
#define S (1u << MW_ARC_SEAL)

/* clang-format off */
static const struct { const char *name; unsigned of, required; take *take; const char *flaw; } rows[] = {
    {"v",  D,         D,         take_version,   N_("v= is not 1")},
    {"a",  D | M | S, D | M | S, take_algorithm, N_("no algorithm in a=")},
    {"b",  D | M | S, D | M | S, take_value,     N_("no signature in b=")},
    {"bh", D | M,     D | M,     take_body_hash, N_("no digest of the body in bh=")},
    {"c",  D | M,     0,         take_forms,     N_("unknown canonicalisation in c=")},
    {"d",  D | M | S, D | M | S, take_domain,    N_("no domain in d=")},
    {"s",  D | M | S, D | M | S, take_selector,  N_("no selector in s=")},
    {"h",  D | M,     D | M,     take_names,     N_("no list of header fields in h=")},
    {"h",  S,         0,         refuse,         N_("a seal with h=")},
    {"l",  D,         0,         take_length,    N_("l= is not a number")},
    {"t",  D | M | S, 0,         take_time,      N_("t= is not a time")},
    {"x",  D,         0,         take_until,     N_("x= is not a time")},
    {"q",  D,         0,         take_methods,   N_("q= does not name dns/txt")},
    {"i",  M | S,     M | S,     take_instance,  N_("no instance in i=")},
    {"cv", S,         S,         take_chain,     N_("cv= is not none, pass or fail")},
};
/* clang-format on */

static bool take_tags(struct reading *reading, const struct tags *tags, struct mw_flaw *flaw)
{
    unsigned kind = 1u << reading->signing->kind;
    for (size_t i = 0; i < MW_COUNT(rows); i++) {
        const char *value = rows[i].of & kind ? get(tags, rows[i].name) : NULL;
        if (value ? !rows[i].take(reading, value) : (rows[i].required & kind) != 0)
            return mw_flaw_is(flaw, rows[i].flaw, value ? shown(reading->arena, value) : "");
    }
    return true;
}

/* From must be signed (RFC 6376 section 5.4); a seal must not be, as it is signed by the seals themselves (RFC 8617 section 4.1.2). */
static bool check_names(const struct mw_signing *signing, struct mw_flaw *flaw)
{
    if (signing->kind == MW_DKIM_SIGNATURE && !mw_list_has(&signing->names, "from"))
        return mw_flaw_is(flaw, N_("From is not signed"), "h=");
    if (signing->kind == MW_ARC_MESSAGE_SIGNATURE && mw_list_has(&signing->names, "arc-seal"))
        return mw_flaw_is(flaw, N_("a seal is signed where it must not be"), "h=");
    return true;
}

/* i= is of the domain in d= or below it (section 3.5). */
static bool check_identity(struct mw_arena *arena, const struct tags *tags, struct mw_signing *signing, struct mw_flaw *flaw)
{
    const char *identity = signing->kind == MW_DKIM_SIGNATURE ? get(tags, "i") : NULL;
    const char *at = identity ? strrchr(identity, '@') : NULL;
    signing->is_below = at && !mw_text_same(at + 1, signing->domain);
    if (!identity || (at && mw_domain_is_under(mw_text_lower(arena, at + 1), mw_text_lower(arena, signing->domain))))
        return true;
    return mw_flaw_is(flaw, N_("the identity in i= is not of the domain in d="), shown(arena, identity));
}

bool mw_signing_read(struct mw_arena *arena, const struct mw_raw *raw, size_t field, enum mw_signing_kind kind, struct mw_signing *signing,
                     struct mw_flaw *flaw)
{
    const char *text = mw_raw_value(arena, &raw->fields[field]), *why;
    *signing = (struct mw_signing){.kind = kind, .field = field, .length = -1, .at = -1, .until = -1};
    if (kind != MW_DKIM_SIGNATURE) /* RFC 8617 gives no default of its own; its implementations and their common test suite take this one */
        signing->header = signing->body = MW_RELAXED;
    *flaw = (struct mw_flaw){.where = ""};
    if (!text)
        return mw_flaw_is(flaw, N_("not a list of tags"), "");
    const struct tags *tags = mw_tags_cut(arena, text);
    struct reading reading = {arena, signing};
    if (!check_tags(arena, tags, flaw) || !take_tags(&reading, tags, flaw))
        return false;
    if (!check_names(signing, flaw) || !check_identity(arena, tags, signing, flaw))
        return false;
    signing->key = mw_domain_read(arena, mw_printf(arena, "%s._domainkey.%s", signing->selector, signing->domain), &why);
    return signing->key || mw_flaw_is(flaw, N_("selector and domain make no name"), shown(arena, signing->selector));
}

bool mw_signing_is_accepted(const struct mw_signing *signing)
{
    return strcmp(signing->algorithm, "rsa-sha256") == 0 || strcmp(signing->algorithm, "ed25519-sha256") == 0;
}
