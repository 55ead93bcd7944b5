/* Reverse names that a provider gives to all its addresses: the address stands in them, or words for lines and customers. Words count whole and only left of
 * the owner's own domain, so that mail-pool1.example.org and mx.cable.example are none. They are what filters look for in the field (M3AAWG sender practices,
 * SpamAssassin's RDNS_DYNAMIC). */
#include <mailwhy/dns.h>
#include <mailwhy/reverse.h>
#include <mailwhy/text.h>

#include <ctype.h>
#include <string.h>

#define NAME_CEILING 255u

static const char *const line_words[] = {
    "dyn",  "dynamic",  "dynip",     "pool",  "pools",    "dhcp",      "dsl",         "adsl",   "sdsl",    "vdsl",       "xdsl", "cable", "cablemodem", "modem",
    "ppp",  "pppoe",    "dialup",    "dial",  "dip",      "broadband", "cust",        "customer", "customers", "client",   "clients", "res", "residential", "ftth",
    "fttx", "fiber",    "wlan",      "wifi",  "hsd",      "lte",       "umts",        "gprs",   "mobile",  "static",     "user", "users", "subscriber", "unassigned",
    "rev",  "reverse",  "staticip",  NULL,
};
static const char *const mail_words[] = {"mx", "mta", "relay", "out", "outbound", "post", "email", "esmtp", NULL};

/* The labels left of the owner's domain, which is taken to be the last two. */
static char *host_part(struct mw_arena *arena, const char *name)
{
    const char *end = name + strnlen(name, NAME_CEILING);
    unsigned dots = 0;
    for (const char *at = name; at < end; at++)
        dots += *at == '.';
    for (unsigned cut = dots > 1 ? 2 : dots; cut && end > name;)
        cut -= *--end == '.';
    return mw_text_lower(arena, mw_strndup(arena, name, (size_t)(end - name)));
}

/* Pieces of the text that are all letters (0), all digits (1), or both (2). */
static bool is_of(unsigned char c, int kind)
{
    return kind == 0 ? isalpha(c) : kind == 1 ? isdigit(c) : isalnum(c);
}

static struct mw_list pieces(struct mw_arena *arena, const char *text, int kind)
{
    struct mw_list list = {0};
    while (*text) {
        size_t length = 0;
        while (text[length] && is_of((unsigned char)text[length], kind))
            length++;
        if (length)
            mw_list_add(arena, &list, mw_strndup(arena, text, length));
        text += length ? length : 1;
    }
    return list;
}

/* --- words ---------------------------------------------------------------------------------------------------------------------------------- */

static bool is_one_of(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static const char *line_word(const struct mw_list *words, unsigned *count)
{
    const char *first = NULL;
    *count = 0;
    for (size_t i = 0; i < words->count; i++)
        if (is_one_of(line_words, words->items[i])) {
            first = first ? first : words->items[i];
            ++*count;
        }
    return first;
}

static bool is_for_mail(const struct mw_list *words)
{
    for (size_t i = 0; i < words->count; i++)
        if (is_one_of(mail_words, words->items[i]) || mw_text_starts(words->items[i], "mail") || mw_text_starts(words->items[i], "smtp"))
            return true;
    return false;
}

/* --- the address in the name ------------------------------------------------------------------------------------------------------------------ */

static bool stands_at(const struct mw_list *list, size_t at, const struct mw_list *wanted, size_t from, size_t count, bool reversed)
{
    for (size_t i = 0; i < count; i++) {
        const char *want = wanted->items[reversed ? from + count - 1 - i : from + i], *have = list->items[at + i];
        while (*have == '0' && have[1])
            have++;
        if (strcmp(have, want) != 0)
            return false;
    }
    return true;
}

/* `count` parts of the address from `from` on, one behind the other, forward or backward. */
static bool stands_in(const struct mw_list *list, const struct mw_list *wanted, size_t from, size_t count)
{
    for (size_t at = 0; at + count <= list->count; at++)
        if (stands_at(list, at, wanted, from, count, false) || stands_at(list, at, wanted, from, count, true))
            return true;
    return false;
}

static bool has_octets(struct mw_arena *arena, const char *host, const struct mw_list *octets)
{
    unsigned char byte[4];
    for (size_t i = 0; i < 4; i++) {
        long number = 0;
        mw_text_number(octets->items[i], 0, 255, &number);
        byte[i] = (unsigned char)number;
    }
    const char *hex = mw_printf(arena, "%02x%02x%02x%02x", byte[0], byte[1], byte[2], byte[3]);
    const char *padded = mw_printf(arena, "%03u%03u%03u%03u", byte[0], byte[1], byte[2], byte[3]);
    struct mw_list numbers = pieces(arena, host, 1);
    return stands_in(&numbers, octets, 0, 4) || strstr(host, hex) || strstr(host, padded);
}

/* The first four groups as people write them; what is shortened in the middle is too seldom there. */
static bool has_groups(struct mw_arena *arena, const char *host, const char *address)
{
    struct mw_list groups = mw_text_split(arena, address, ":"), parts = pieces(arena, host, 2);
    const char *gap = strstr(address, "::");
    size_t before = 0;
    for (const char *at = address; at != gap && *at; at++)
        before += *at == ':';
    before += gap && gap != address;
    size_t count = gap ? before : groups.count;
    return count >= 3 && stands_in(&parts, &groups, 0, count > 4 ? 4 : count);
}

const char *mw_reverse_generic(struct mw_arena *arena, const char *name, const char *address, bool *has_word)
{
    const char *host = host_part(arena, name);
    struct mw_list words = pieces(arena, host, 0), numbers = pieces(arena, host, 1), octets = mw_text_split(arena, address, ".");
    bool ipv6 = mw_address_is_ipv6(address);
    if (!mw_address_read(arena, address))
        return NULL;
    unsigned count;
    const char *word = line_word(&words, &count);
    *has_word = word;
    bool whole = ipv6 ? has_groups(arena, host, address) : has_octets(arena, host, &octets);
    if (whole && (word || !is_for_mail(&words)))
        return host;
    if (is_for_mail(&words) || !word)
        return NULL;
    bool some = !ipv6 && (stands_in(&numbers, &octets, 2, 2) || stands_in(&numbers, &octets, 0, 2));
    return some || count > 1 ? word : NULL;
}
