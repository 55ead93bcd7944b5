/* Reading trust anchors. libunbound says of a file that it cannot use only that there is a syntax error; here the line and the reason are found. Never looks
 * whether an anchor is the right one. RFC 4034 sections 2.2 and 5.3, RFC 7958; BIND 9 Administrator Reference Manual, "trust-anchors". */
#include <mailwhy/anchor.h>

#include <mailwhy/lang.h>

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 80u

struct reading {
    struct mw_arena *arena;
    struct mw_list *records;
    struct mw_flaw *flaw;
    int line;
};

static bool flawed(struct reading *reading, const char *why, const char *where)
{
    *reading->flaw = (struct mw_flaw){.why = why, .where = mw_text_safe(reading->arena, where, strlen(where), SHOWN), .line = reading->line};
    return false;
}

/* Does ldns read it as a DS or DNSKEY with all its fields? */
static bool take(struct reading *reading, const char *record)
{
    ldns_rr *rr = NULL;
    bool good = ldns_rr_new_frm_str(&rr, record, 3600, NULL, NULL) == LDNS_STATUS_OK;
    bool is_anchor = good && (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS || ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNSKEY) && ldns_rr_rd_count(rr) == 4;
    if (rr)
        ldns_rr_free(rr);
    if (!good)
        return flawed(reading, N_("not a record"), record);
    if (!is_anchor)
        return flawed(reading, N_("not a DS or DNSKEY record"), record);
    if (reading->records->count >= MW_ANCHOR_RECORDS)
        return flawed(reading, N_("too many records"), "");
    mw_list_add(reading->arena, reading->records, record);
    return true;
}

/* --- zone-file form -------------------------------------------------------------------------------------------------------------------------------- */

/* Lines behind "(" belong together up to ")" (RFC 1035 section 5.1). */
static bool read_zone(struct reading *reading, char *text)
{
    char *joined = NULL, *next;
    for (char *line = text; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        reading->line++;
        line[strcspn(line, ";\r")] = '\0';
        joined = joined ? mw_printf(reading->arena, "%s %s", joined, line) : line;
        if (strchr(joined, '(') && !strchr(joined, ')') && next)
            continue;
        for (char *at = joined; (at = strpbrk(at, "()"));)
            *at = ' ';
        const char *record = mw_text_trim(reading->arena, joined);
        joined = NULL;
        if (*record && !strchr("$#", *record) && !take(reading, record))
            return false;
    }
    return true;
}

/* --- BIND's form ----------------------------------------------------------------------------------------------------------------------------------- */

/* Comments become blanks; lines stay where they are. */
static void blank_comments(char *text)
{
    bool quoted = false;
    for (char *at = text; *at; at++) {
        quoted = quoted != (*at == '"');
        bool block = !quoted && at[0] == '/' && at[1] == '*', rest = !quoted && (*at == '#' || (at[0] == '/' && at[1] == '/'));
        const char *end = block ? strstr(at + 2, "*/") : NULL;
        size_t length = rest ? strcspn(at, "\n") : block ? (end ? (size_t)(end + 2 - at) : strlen(at)) : 0;
        for (size_t i = 0; i < length; i++)
            at[i] = at[i] == '\n' ? '\n' : ' ';
    }
}

/* The next word, quoted text without its quotes and blanks, or one of { } ;. NULL: the end. */
static const char *next_word(struct reading *reading, const char **at)
{
    for (; **at && strchr(" \t\r\n", **at); (*at)++)
        reading->line += **at == '\n';
    const char *begin = *at;
    if (!*begin)
        return NULL;
    if (*begin == '"') {
        size_t length = strcspn(begin + 1, "\"");
        *at = begin + 1 + length + (begin[1 + length] == '"');
        struct mw_list pieces = mw_text_split(reading->arena, mw_strndup(reading->arena, begin + 1, length), " \t\r\n");
        return mw_list_join(reading->arena, &pieces, "");
    }
    size_t length = strchr("{};", *begin) ? 1 : strcspn(begin, " \t\r\n{};\"");
    *at = begin + length;
    return mw_strndup(reading->arena, begin, length);
}

#define WORDS 6 /* name, kind, three numbers, data */

/* ". initial-key 257 3 8 "AwEAA…"" or, in trusted-keys, without the kind. */
static bool take_entry(struct reading *reading, const struct mw_list *words)
{
    bool has_kind = words->count == WORDS;
    const char *kind = has_kind ? words->items[1] : "static-key";
    bool is_key = mw_text_same(kind, "initial-key") || mw_text_same(kind, "static-key");
    bool is_ds = mw_text_same(kind, "initial-ds") || mw_text_same(kind, "static-ds");
    const char *type = is_key ? "DNSKEY" : is_ds ? "DS" : NULL;
    if ((words->count != WORDS && words->count != WORDS - 1) || !type)
        return flawed(reading, N_("not a trust anchor"), words->count ? words->items[0] : "");
    const char *const *data = words->items + (has_kind ? 2 : 1);
    const char *dot = mw_text_ends(words->items[0], ".") ? "" : ".";
    return take(reading, mw_printf(reading->arena, "%s%s IN %s %s %s %s %s", words->items[0], dot, type, data[0], data[1], data[2], data[3]));
}

static bool read_bind(struct reading *reading, char *text)
{
    struct mw_list words = {0};
    const char *at = text, *word;
    int depth = 0;
    reading->line = 1;
    blank_comments(text);
    while ((word = next_word(reading, &at))) {
        if (mw_text_same(word, "{") || mw_text_same(word, "}")) {
            depth += *word == '{' ? 1 : -1;
            words.count = 0;
        } else if (mw_text_same(word, ";")) {
            if (depth > 0 && !take_entry(reading, &words))
                return false;
            words.count = 0;
        } else if (words.count > WORDS) {
            return flawed(reading, N_("not a trust anchor"), words.items[0]);
        } else {
            mw_list_add(reading->arena, &words, word);
        }
    }
    return depth == 0 || flawed(reading, N_("a bracket is not closed"), "");
}

bool mw_anchor_read(struct mw_arena *arena, const char *text, struct mw_list *records, struct mw_flaw *flaw)
{
    struct reading reading = {arena, records, flaw, 0};
    bool is_bind = mw_text_find(text, "trust-anchors") || mw_text_find(text, "managed-keys") || mw_text_find(text, "trusted-keys");
    char *own = mw_strdup(arena, text);
    *records = (struct mw_list){0};
    if (!(is_bind ? read_bind(&reading, own) : read_zone(&reading, own)))
        return false;
    return records->count || flawed(&reading, N_("no DS or DNSKEY record in it"), "");
}
