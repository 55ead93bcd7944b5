/* SPF records (RFC 7208): the grammar of section 12, macros of section 7. Every term is read before any is judged (section 4.6). Never asks the DNS:
 * spf_walk.c says which questions are to be asked. */
#include "spf_inside.h"
#include "tags.h"

#include <mailwhy/lang.h>
#include <mailwhy/spf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DELIMITERS ".-+,/_="
#define NAME_BYTES 253u
#define LABEL_BYTES 63u
#define EXPANDED_BYTES 4096u

static const char version[] = "v=spf1";

bool mw_spf_is_record(const char *text)
{
    return mw_text_starts(text, version) && (!text[strlen(version)] || text[strlen(version)] == ' ');
}

/* The letters and digits of the beginning tell: quotes, blanks and signs are what people get wrong. "spf2.0/…" is Sender ID, another thing. */
bool mw_spf_is_near(const char *text)
{
    char start[8] = "";
    size_t length = 0;
    for (const char *c = text; *c && length + 1 < sizeof start; c++)
        if (strchr(LETTERS DIGITS, *c))
            start[length++] = *c;
    return !mw_spf_is_record(text) && (mw_text_starts(start, "vspf") || mw_text_starts(start, "spf1"));
}

/* --- macros and domain-specs ---------------------------------------------------------------------------------------------------------------- */

struct macro {
    char letter;       /* 0: the literal in `literal` */
    const char *literal;
    bool upper, reverse;
    long keep;         /* parts from the right; 0: all */
    char delimiters[16];
    size_t taken;      /* bytes of the text */
};

static bool read_transformers(const char *text, struct macro *macro)
{
    size_t digits = strspn(text, DIGITS), at = digits;
    macro->keep = digits ? strtol(text, NULL, 10) : 0;
    if (digits > 3 || (digits && !macro->keep))
        return false;
    macro->reverse = text[at] == 'r' || text[at] == 'R';
    at += macro->reverse;
    size_t length = strspn(text + at, DELIMITERS);
    if (length >= sizeof macro->delimiters || text[at + length] != '}')
        return false;
    memcpy(macro->delimiters, length ? text + at : ".", length ? length : 1);
    macro->taken = 3 + at + length + 1;
    return true;
}

/* `text` begins with '%'. */
static bool read_macro(const char *text, struct macro *macro)
{
    static const char *const literals[] = {"%%", "%_", "%-"}, *const meanings[] = {"%", " ", "%20"};
    *macro = (struct macro){.taken = 2};
    for (size_t i = 0; i < MW_COUNT(literals); i++)
        if (strncmp(text, literals[i], 2) == 0) {
            macro->literal = meanings[i];
            return true;
        }
    if (text[1] != '{' || !text[2] || !strchr("slodiphcrtvSLODIPHCRTV", text[2]))
        return false;
    macro->upper = text[2] < 'a';
    macro->letter = macro->upper ? (char)(text[2] - 'A' + 'a') : text[2];
    return read_transformers(text + 3, macro);
}

/* A macro-string; c, r and t are for explanations alone (section 7.2). *ends_in_macro: its last piece is one that is expanded. */
static bool check_macros(const char *text, bool explains, bool *ends_in_macro)
{
    struct macro macro = {.taken = 1};
    *ends_in_macro = false;
    while (*text) {
        if (*text < 0x21 || *text > 0x7e)
            return false;
        *ends_in_macro = *text == '%';
        if (*text == '%' && (!read_macro(text, &macro) || (!explains && macro.letter && strchr("crt", macro.letter))))
            return false;
        text += *text == '%' ? macro.taken : 1;
    }
    return true;
}

/* toplabel: letters, digits and hyphens, not digits alone (section 7.1). */
static bool is_top_label(const char *label, size_t length)
{
    return length && strspn(label, LETTERS DIGITS "-") >= length && strspn(label, DIGITS) < length && label[0] != '-' && label[length - 1] != '-';
}

static const char *domain_spec_flaw(const char *spec)
{
    bool ends_in_macro;
    if (!*spec)
        return N_("a domain is missing");
    if (!check_macros(spec, false, &ends_in_macro))
        return strchr(spec, '%') ? N_("a macro is not one") : N_("a character that SPF cannot have");
    if (ends_in_macro)
        return NULL;
    size_t length = strlen(spec);
    length -= spec[length - 1] == '.';
    const char *label = spec + length;
    while (label > spec && label[-1] != '.')
        label--;
    return label > spec && is_top_label(label, (size_t)(spec + length - label)) ? NULL : N_("not a domain name");
}

/* --- terms ---------------------------------------------------------------------------------------------------------------------------------- */

struct spf_reader {
    struct mw_arena *arena;
    struct mw_spf *record;
    struct mw_spf_term *terms;
    struct mw_flaw *flaw;
};

static bool read_prefix(const char *text, int most, int *prefix)
{
    long number;
    if (strlen(text) > 3 || (text[0] == '0' && text[1]) || !mw_text_number(text, 0, most, &number))
        return false;
    *prefix = (int)number;
    return true;
}

/* Cuts "/24", "//64" or "/24//64" from the end of `text` (dual-cidr-length). */
static bool cut_prefixes(char *text, struct mw_spf_term *term)
{
    char *six = strstr(text, "//");
    if (six) {
        *six = '\0';
        if (!read_prefix(six + 2, 128, &term->prefix6))
            return false;
    }
    char *four = strrchr(text, '/');
    if (four && strspn(four + 1, DIGITS) == strlen(four + 1)) {
        *four = '\0';
        return read_prefix(four + 1, 32, &term->prefix4);
    }
    return true;
}

/* `rest` is what stands behind the mechanism's name; each returns a flaw, or NULL. */
static const char *read_nothing(struct spf_reader *reader, char *rest, struct mw_spf_term *term)
{
    (void)reader, (void)term;
    return *rest ? N_("all takes nothing behind it") : NULL;
}

static const char *read_domain(struct spf_reader *reader, char *rest, struct mw_spf_term *term)
{
    (void)reader;
    if (*rest != ':')
        return N_("a domain is missing");
    term->domain = rest + 1;
    return domain_spec_flaw(rest + 1);
}

static const char *read_optional_domain(struct spf_reader *reader, char *rest, struct mw_spf_term *term)
{
    return *rest ? read_domain(reader, rest, term) : NULL;
}

static const char *read_domain_and_prefixes(struct spf_reader *reader, char *rest, struct mw_spf_term *term)
{
    if (!cut_prefixes(rest, term))
        return N_("not a prefix length");
    return read_optional_domain(reader, rest, term);
}

static const char *read_network(struct spf_reader *reader, char *rest, struct mw_spf_term *term)
{
    bool six = term->mechanism == MW_SPF_IP6;
    char *slash = strchr(rest, '/');
    if (*rest != ':' || !rest[1])
        return N_("an address is missing");
    if (slash) {
        *slash = '\0';
        if (!read_prefix(slash + 1, six ? 128 : 32, six ? &term->prefix6 : &term->prefix4))
            return N_("not a prefix length");
    }
    term->address = mw_address_read(reader->arena, rest + 1);
    if (!term->address || mw_address_is_ipv6(term->address) != six)
        return six ? N_("not an IPv6 address") : N_("not an IPv4 address");
    return NULL;
}

static const struct mechanism {
    const char *name;
    enum mw_spf_mechanism mechanism;
    const char *(*read)(struct spf_reader *reader, char *rest, struct mw_spf_term *term);
} mechanisms[] = {
    /* clang-format off */
    /* name      mechanism        what stands behind */
    {"all",      MW_SPF_ALL,      read_nothing},
    {"include",  MW_SPF_INCLUDE,  read_domain},
    {"a",        MW_SPF_A,        read_domain_and_prefixes},
    {"mx",       MW_SPF_MX,       read_domain_and_prefixes},
    {"ptr",      MW_SPF_PTR,      read_optional_domain},
    {"ip4",      MW_SPF_IP4,      read_network},
    {"ip6",      MW_SPF_IP6,      read_network},
    {"exists",   MW_SPF_EXISTS,   read_domain},
    /* clang-format on */
};

bool mw_spf_is_passed_over(const char *word)
{
    size_t length = strcspn(word, "=:/");
    for (size_t i = 0; word[length] == '=' && i < MW_COUNT(mechanisms); i++)
        if (strlen(mechanisms[i].name) == length && mw_text_starts(word, mechanisms[i].name))
            return true;
    return false;
}

static bool read_directive(struct spf_reader *reader, const char *text)
{
    struct mw_spf_term *term = &reader->terms[reader->record->count];
    bool qualified = strchr("+-~?", *text) != NULL;
    const char *word = text + qualified;
    size_t length = strcspn(word, ":/");
    *term = (struct mw_spf_term){.qualifier = qualified ? *text : '+', .prefix4 = 32, .prefix6 = 128, .text = text};
    for (size_t i = 0; i < MW_COUNT(mechanisms); i++) {
        if (strlen(mechanisms[i].name) != length || !mw_text_starts(word, mechanisms[i].name))
            continue;
        term->mechanism = mechanisms[i].mechanism;
        const char *why = mechanisms[i].read(reader, mw_strdup(reader->arena, word + length), term);
        reader->record->count++;
        return !why || mw_flaw_is(reader->flaw, why, text);
    }
    return mw_flaw_is(reader->flaw, N_("unknown mechanism"), text);
}

static bool read_own_modifier(struct spf_reader *reader, const char *text, const char *value, const char **place)
{
    if (*place)
        return mw_flaw_is(reader->flaw, N_("redirect= or exp= twice"), text);
    *place = value;
    const char *why = domain_spec_flaw(value);
    return !why || mw_flaw_is(reader->flaw, why, text);
}

static bool read_modifier(struct spf_reader *reader, const char *text, size_t name)
{
    bool ends_in_macro;
    const char *value = text + name + 1;
    if (name == strlen("redirect") && mw_text_starts(text, "redirect"))
        return read_own_modifier(reader, text, value, &reader->record->redirect);
    if (name == strlen("exp") && mw_text_starts(text, "exp"))
        return read_own_modifier(reader, text, value, &reader->record->explanation);
    return check_macros(value, true, &ends_in_macro) || mw_flaw_is(reader->flaw, N_("a macro is not one"), text);
}

static bool read_term(struct spf_reader *reader, const char *text)
{
    size_t name = strchr(LETTERS, *text) ? strspn(text, LETTERS DIGITS "-_.") : 0;
    for (const char *c = text; *c; c++)
        if (*c < 0x21 || *c > 0x7e)
            return mw_flaw_is(reader->flaw, N_("a character that SPF cannot have"), text);
    return name && text[name] == '=' ? read_modifier(reader, text, name) : read_directive(reader, text);
}

static void find_all(struct mw_spf *record)
{
    for (size_t i = 0; i < record->count && !record->all; i++)
        if (record->terms[i].mechanism == MW_SPF_ALL) {
            record->all = &record->terms[i];
            record->behind_all = record->count - i - 1;
        }
}

const struct mw_spf *mw_spf_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    if (!mw_spf_is_record(text)) {
        mw_flaw_is(flaw, N_("does not begin with v=spf1"), mw_strndup(arena, text, strcspn(text, " ")));
        return NULL;
    }
    struct mw_list words = mw_text_split(arena, text + strlen(version), " ");
    if (words.count > MW_SPF_TERMS) {
        mw_flaw_is(flaw, N_("more than 200 terms"), "");
        return NULL;
    }
    struct mw_spf *record = MW_NEW(arena, struct mw_spf);
    struct spf_reader reader = {arena, record, MW_NEW_ARRAY(arena, struct mw_spf_term, words.count + 1), flaw};
    record->text = text;
    record->terms = reader.terms;
    for (size_t i = 0; i < words.count; i++)
        if (!read_term(&reader, words.items[i]))
            return NULL;
    find_all(record);
    return record;
}

char *mw_spf_ascii(struct mw_arena *arena, const struct mw_record *txt)
{
    char *text = mw_alloc(arena, txt->rdata_bytes + 1);
    size_t length = 0;
    for (size_t at = 0; at < txt->rdata_bytes; at += 1u + txt->rdata[at])
        for (size_t i = 1; i <= txt->rdata[at] && at + i < txt->rdata_bytes; i++)
            text[length++] = (char)txt->rdata[at + i];
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return NULL;
    return text;
}

const struct mw_spf *mw_spf_read_txt(struct mw_arena *arena, const struct mw_record *txt, struct mw_flaw *flaw)
{
    if (mw_spf_ascii(arena, txt))
        return mw_spf_read(arena, txt->joined, flaw);
    mw_flaw_is(flaw, N_("a character that SPF cannot have"), txt->joined);
    return NULL;
}

bool mw_spf_covers(const struct mw_spf_term *term, const char *address)
{
    return term->address && mw_address_in(address, term->address, term->mechanism == MW_SPF_IP6 ? term->prefix6 : term->prefix4);
}

bool mw_spf_is_wide(const struct mw_spf_term *term)
{
    return term->qualifier == '+' && (term->prefix4 < 16 || term->prefix6 < 32);
}

/* --- expansion ------------------------------------------------------------------------------------------------------------------------------ */

bool mw_spf_has_macro(const char *spec)
{
    for (const char *percent = strchr(spec, '%'); percent; percent = strchr(percent + 2, '%')) {
        if (percent[1] == '{' && percent[2] != 'd' && percent[2] != 'D')
            return true;
        if (!percent[1])
            return false;
    }
    return false;
}

/* Section 7.3: an IPv6 address is its nibbles with dots between. */
static const char *dotted(struct mw_arena *arena, const char *address)
{
    if (!mw_address_is_ipv6(address))
        return address;
    char *reverse = mw_dns_reverse(arena, address, NULL), *text = mw_alloc(arena, 64);
    for (size_t i = 0; reverse && i < 63; i++)
        text[i] = reverse[62 - i];
    return text;
}

static const char *macro_value(struct mw_arena *arena, char letter, const struct mw_spf_subject *subject, const char *domain)
{
    const char *sender = subject->sender && *subject->sender ? subject->sender : domain, *at = strrchr(sender, '@');
    const char *local = at && at > sender ? mw_strndup(arena, sender, (size_t)(at - sender)) : "postmaster";
    const char *of = at ? at + 1 : sender, *address = subject->address ? subject->address : "0.0.0.0";
    const char *unknown = "unknown";
    switch (letter) {
    case 's': return mw_printf(arena, "%s@%s", local, of);
    case 'l': return local;
    case 'o': return of;
    case 'd': return domain;
    case 'i': return dotted(arena, address);
    case 'v': return mw_address_is_ipv6(address) ? "ip6" : "in-addr";
    case 'h': return subject->helo ? subject->helo : domain;
    case 'p': return subject->validated ? subject->validated : unknown;
    case 'c': return address;
    case 'r': return subject->receiver ? subject->receiver : unknown;
    case 't': return mw_printf(arena, "%lld", (long long)subject->at);
    default: return unknown;
    }
}

/* Splits at any delimiter, keeping empty parts, which mw_text_split leaves out. */
static struct mw_list parts_of(struct mw_arena *arena, const char *value, const char *delimiters)
{
    struct mw_list parts = {0};
    for (;;) {
        size_t length = strcspn(value, delimiters);
        mw_list_add(arena, &parts, mw_strndup(arena, value, length));
        if (!value[length])
            return parts;
        value += length + 1;
    }
}

static const char *transformed(struct mw_arena *arena, const char *value, const struct macro *macro)
{
    struct mw_list parts = parts_of(arena, value, macro->delimiters), kept = {0};
    for (size_t i = 0; i < parts.count; i++) {
        size_t keep = macro->keep ? (size_t)macro->keep : parts.count;
        if (parts.count - i <= keep)
            mw_list_add(arena, &kept, parts.items[macro->reverse ? parts.count - 1 - i : i]);
    }
    return mw_list_join(arena, &kept, ".");
}

/* Upper-case letters ask for URL escapes (section 7.3). */
static const char *escaped(struct mw_arena *arena, const char *value)
{
    char *text = mw_alloc(arena, strlen(value) * 3 + 1), *out = text;
    for (; *value; value++)
        out += strchr(LETTERS DIGITS "-._~", *value) ? snprintf(out, 2, "%c", *value) : snprintf(out, 4, "%%%02X", (unsigned char)*value);
    return text;
}

static const char *expand_macro(struct mw_arena *arena, const struct macro *macro, const struct mw_spf_subject *subject, const char *domain)
{
    if (macro->literal)
        return macro->literal;
    const char *value = transformed(arena, macro_value(arena, macro->letter, subject, domain), macro);
    return macro->upper ? escaped(arena, value) : value;
}

/* Any ASCII but the backslash, which a name in presentation form cannot have unescaped. */
static bool is_askable(const char *name)
{
    if (!*name || strspn(name, " !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~" LETTERS DIGITS) < strlen(name))
        return false;
    for (const char *label = name; *label;) {
        size_t length = strcspn(label, ".");
        if (!length || length > LABEL_BYTES || (label[length] && !label[length + 1]))
            return false;
        label += length + (label[length] == '.');
    }
    return true;
}

/* Presentation form, as answers have it: blanks and signs that zone files give a meaning are escaped. */
static const char *presented(struct mw_arena *arena, const char *name)
{
    char *text = mw_alloc(arena, strlen(name) * 4 + 1), *out = text;
    for (; *name; name++) {
        bool blank = *name == ' ', sign = strchr(";()", *name) != NULL;
        out += blank ? snprintf(out, 5, "\\032") : snprintf(out, 3, sign ? "\\%c" : "%c", *name);
    }
    return text;
}

/* A macro-string with its macros expanded; NULL: one is none, or the text grows too long. */
static char *expand_text(struct mw_arena *arena, const char *text, const struct mw_spf_subject *subject, const char *domain)
{
    char *expanded = mw_alloc(arena, EXPANDED_BYTES);
    size_t length = 0;
    while (*text) {
        char one[2] = {*text, '\0'};
        const char *piece = one;
        struct macro macro = {.taken = 1};
        if (*text == '%') {
            if (!read_macro(text, &macro))
                return NULL;
            piece = expand_macro(arena, &macro, subject, domain);
        }
        if (length + strlen(piece) >= EXPANDED_BYTES)
            return NULL;
        length = (size_t)(stpcpy(expanded + length, piece) - expanded);
        text += macro.taken;
    }
    return expanded;
}

char *mw_spf_expand(struct mw_arena *arena, const char *spec, const struct mw_spf_subject *subject, const char *domain)
{
    char *text = expand_text(arena, spec, subject, domain);
    size_t length = text ? strlen(text) : 0;
    if (length && text[length - 1] == '.')
        text[--length] = '\0';
    const char *name = text ? text : "";
    while (strlen(name) > NAME_BYTES && strchr(name, '.')) /* section 7.3: labels are left out from the left */
        name = strchr(name, '.') + 1;
    return strlen(name) <= NAME_BYTES && is_askable(name) ? mw_text_lower(arena, presented(arena, name)) : NULL;
}

char *mw_spf_explain(struct mw_arena *arena, const char *text, const struct mw_spf_subject *subject, const char *domain)
{
    const char *expanded = expand_text(arena, text, subject, domain);
    return expanded ? mw_text_safe(arena, expanded, strlen(expanded), EXPANDED_BYTES) : NULL;
}

bool mw_spf_uses_macro(const char *text, char letter)
{
    struct macro macro;
    while ((text = strchr(text, '%')) && read_macro(text, &macro)) {
        if (macro.letter == letter)
            return true;
        text += macro.taken;
    }
    return false;
}
