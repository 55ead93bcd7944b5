/* What the answers of block lists mean (RFC 5782 section 2.1, and each operator's own codes). A code is an IPv4 address whose last part may be a range ("2-3"),
 * any ("*") or bits ("&8"), and a word behind "=". Never asks a list. */
#include <mailwhy/data.h>

#include <stdio.h>
#include <string.h>

/* The words; what they say to people stands in lib/cause/blocklist.c. */
static const char *const words[] = {"spam", "exploit", "policy", "bounce", "phish", "malware", "abused", "bulk", "reputation", "good", "refused", NULL};

struct code {
    unsigned first[3], low, high, bits; /* bits: 0 where it is a range */
    const char *word;
};

static bool read_last(const char *text, struct code *code)
{
    long low = 0, high = 255;
    size_t digits = strcspn(text, "-");
    char first[4] = "";
    if (strcmp(text, "*") == 0) {
        code->high = 255;
        return true;
    }
    if (*text == '&') {
        if (!mw_text_number(text + 1, 1, 255, &low))
            return false;
        code->bits = (unsigned)low;
        return true;
    }
    if (digits >= sizeof first)
        return false;
    memcpy(first, text, digits);
    if (!mw_text_number(first, 0, 255, &low))
        return false;
    high = low;
    if (text[digits] && !mw_text_number(text + digits + 1, low, 255, &high))
        return false;
    code->low = (unsigned)low;
    code->high = (unsigned)high;
    return true;
}

static bool read_code(struct mw_arena *arena, const char *text, struct code *code)
{
    struct mw_list sides = mw_text_split(arena, text, "="), parts;
    *code = (struct code){{0}, 0, 0, 0, NULL};
    if (sides.count != 2)
        return false;
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], sides.items[1]) == 0)
            code->word = words[i];
    parts = mw_text_split(arena, sides.items[0], ".");
    if (!code->word || parts.count != 4)
        return false;
    for (size_t i = 0; i < 3; i++) {
        long part;
        if (!mw_text_number(parts.items[i], 0, 255, &part))
            return false;
        code->first[i] = (unsigned)part;
    }
    return read_last(parts.items[3], code);
}

bool mw_blocklist_codes_are_good(struct mw_arena *arena, const char *codes)
{
    struct mw_list list = mw_text_split(arena, codes, " ");
    struct code code;
    for (size_t i = 0; i < list.count; i++)
        if (!read_code(arena, list.items[i], &code))
            return false;
    return true;
}

static bool fits(const struct code *code, const unsigned *address)
{
    if (memcmp(code->first, address, sizeof code->first) != 0)
        return false;
    return code->bits ? (address[3] & code->bits) == code->bits : address[3] >= code->low && address[3] <= code->high;
}

const char *mw_blocklist_meaning(struct mw_arena *arena, const char *codes, const char *address)
{
    struct mw_list list = mw_text_split(arena, codes, " "), found = {0};
    unsigned parts[4];
    char more;
    if (sscanf(address, "%3u.%3u.%3u.%3u%c", &parts[0], &parts[1], &parts[2], &parts[3], &more) != 4)
        return "";
    for (size_t i = 0; i < list.count; i++) {
        struct code code;
        if (!read_code(arena, list.items[i], &code) || !fits(&code, parts))
            continue;
        if (!mw_list_has(&found, code.word))
            mw_list_add(arena, &found, code.word);
        if (!code.bits)
            break;
    }
    return mw_list_join(arena, &found, " ");
}
