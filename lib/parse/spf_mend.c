/* SPF records to publish: two merged, a slip of the pen mended, a term added, left out or changed. Whatever is given back is a valid record (RFC 7208); where
 * none can be made there is none. Never asks the DNS, and knows nothing of what a domain needs: it changes what it is told to change. */
#include <mailwhy/lang.h>
#include <mailwhy/spf.h>

#include <string.h>

#define STRING_BYTES 255u
#define RECORD_BYTES 4000u /* longer ones are not mended */

static char *valid(struct mw_arena *arena, const struct mw_list *words)
{
    struct mw_flaw flaw;
    char *text = mw_list_join(arena, words, " ");
    return mw_spf_read(arena, text, &flaw) ? text : NULL;
}

static bool is_all(const char *word)
{
    return mw_text_same(word + (strchr("+-~?", *word) && *word), "all");
}

static bool is_modifier(const char *word)
{
    return mw_text_starts(word, "redirect=") || mw_text_starts(word, "exp=");
}

/* --- a term more, or fewer --- */

char *mw_spf_with(struct mw_arena *arena, const char *text, const char *term)
{
    struct mw_list words = mw_text_split(arena, text, " "), changed = {0};
    bool placed = mw_list_has(&words, term);
    for (size_t i = 0; i < words.count; i++) {
        if (!placed && (is_all(words.items[i]) || is_modifier(words.items[i]))) {
            mw_list_add(arena, &changed, term);
            placed = true;
        }
        mw_list_add(arena, &changed, words.items[i]);
    }
    if (!placed)
        mw_list_add(arena, &changed, term);
    return valid(arena, &changed);
}

char *mw_spf_without(struct mw_arena *arena, const char *text, const struct mw_list *terms)
{
    struct mw_list words = mw_text_split(arena, text, " "), kept = {0}, left_out = {0};
    for (size_t i = words.count; i-- > 0;) { /* of a term that stands twice the last one goes */
        bool goes = false;
        for (size_t term = 0; term < terms->count && !goes; term++)
            goes = mw_text_same(terms->items[term], words.items[i]);
        size_t wanted = 0, gone = 0;
        for (size_t term = 0; goes && term < terms->count; term++)
            wanted += mw_text_same(terms->items[term], words.items[i]);
        for (size_t term = 0; goes && term < left_out.count; term++)
            gone += mw_text_same(left_out.items[term], words.items[i]);
        mw_list_add(arena, goes && gone < wanted ? &left_out : &kept, words.items[i]);
    }
    struct mw_list forward = {0};
    for (size_t i = kept.count; i-- > 0;)
        mw_list_add(arena, &forward, kept.items[i]);
    return valid(arena, &forward);
}

char *mw_spf_ending(struct mw_arena *arena, const char *text, const char *all)
{
    struct mw_list words = mw_text_split(arena, text, " "), changed = {0};
    for (size_t i = 0; i < words.count && !is_all(words.items[i]); i++)
        mw_list_add(arena, &changed, words.items[i]);
    mw_list_add(arena, &changed, all);
    for (size_t i = 0; i < words.count; i++)
        if (mw_text_starts(words.items[i], "exp=") && !mw_list_has(&changed, words.items[i]))
            mw_list_add(arena, &changed, words.items[i]);
    return valid(arena, &changed);
}

/* --- several as one --- */

static void add_once(struct mw_arena *arena, struct mw_list *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (mw_text_same(words->items[i], word))
            return;
    mw_list_add(arena, words, word);
}

static void add_terms(struct mw_arena *arena, const struct mw_spf *record, struct mw_list *words)
{
    for (size_t i = 0; i + record->behind_all < record->count; i++)
        if (record->terms[i].mechanism != MW_SPF_ALL)
            add_once(arena, words, record->terms[i].text);
    if (record->redirect && !record->all)
        add_once(arena, words, mw_printf(arena, "include:%s", record->redirect));
}

char *mw_spf_merged(struct mw_arena *arena, const struct mw_list *texts)
{
    struct mw_list words = {0};
    struct mw_flaw flaw;
    bool strict = true;
    const char *explanation = NULL;
    mw_list_add(arena, &words, "v=spf1");
    for (size_t i = 0; i < texts->count; i++) {
        const struct mw_spf *record = mw_spf_read(arena, texts->items[i], &flaw);
        if (!record)
            return NULL;
        add_terms(arena, record, &words);
        strict = strict && record->all && record->all->qualifier == '-';
        explanation = explanation ? explanation : record->explanation;
    }
    mw_list_add(arena, &words, strict ? "-all" : "~all");
    if (explanation)
        mw_list_add(arena, &words, mw_printf(arena, "exp=%s", explanation));
    return valid(arena, &words);
}

/* --- slips of the pen --- */

/* What typewriters of today put in the place of ASCII, and what parts terms in other records. */
static const struct { const char *written, *meant; } signs[] = {
    {"\u2013", "-"}, {"\u2014", "-"}, {"\u2212", "-"}, {"\u2011", "-"}, {"\u2010", "-"}, {"\uff1a", ":"}, {"\uff1d", "="}, {"\uff5e", "~"}, {"\u00a0", " "},
    {"\u3000", " "}, {"\u201c", ""}, {"\u201d", ""}, {"\u201e", ""}, {"\u2018", ""}, {"\u2019", ""}, {"\\x09", " "}, {"\\x0a", " "}, {"\\x0d", " "},
    {"\"", ""}, {"'", ""}, {";", " "}, {",", " "},
};

static char *plain_signs(struct mw_arena *arena, const char *text)
{
    char *plain = mw_alloc(arena, strlen(text) + 1), *out = plain;
    while (*text) {
        size_t i = 0;
        while (i < MW_COUNT(signs) && strncmp(text, signs[i].written, strlen(signs[i].written)) != 0)
            i++;
        if (i < MW_COUNT(signs))
            out = stpcpy(out, signs[i].meant);
        else
            *out++ = *text;
        text += i < MW_COUNT(signs) ? strlen(signs[i].written) : 1;
    }
    return plain;
}

/* Behind "v=spf1" in whatever way it is written: "v = spf1", "spf1", "v=spf1:", "vspf1"; NULL: no version. */
static const char *behind_version(const char *text)
{
    const char *spf = mw_text_find(text, "spf1");
    if (!spf || spf - text > 8)
        return NULL;
    return spf + 4 + strspn(spf + 4, ":= ");
}

/* A mechanism's name as it was meant: "ipv4" is ip4, "includes" and "inlcude" are include. */
static const char *meant_name(const char *name)
{
    static const char *const names[] = {"include", "redirect", "exists", "ip4", "ip6", "all", "ptr", "mx", "a"};
    static const struct { const char *written, *meant; } others[] = {{"ipv4", "ip4"}, {"ipv6", "ip6"}, {"ip", "ip4"}, {"host", "a"}, {"v4", "ip4"}, {"v6", "ip6"}};
    for (size_t i = 0; i < MW_COUNT(others); i++)
        if (mw_text_same(name, others[i].written))
            return others[i].meant;
    for (size_t i = 0; i < MW_COUNT(names); i++)
        if (mw_text_same(name, names[i]))
            return names[i];
    return strlen(name) > 4 ? mw_text_nearest(name, names, 3) : NULL;
}

static const char *mechanism_of_address(struct mw_arena *arena, const char *text)
{
    const char *address = mw_address_read(arena, mw_strndup(arena, text, strcspn(text, "/")));
    return !address ? NULL : mw_address_is_ipv6(address) ? "ip6" : "ip4";
}

/* name, ':' or '=', value: as it was meant. */
static const char *meant_term(struct mw_arena *arena, const char *name, const char *value)
{
    const char *meant = meant_name(name), *network = mechanism_of_address(arena, value);
    if (!meant)
        return NULL;
    if (network && !mw_text_same(meant, "include") && !mw_text_same(meant, "redirect"))
        return mw_printf(arena, "%s:%s", network, value);
    if (!network && mw_text_starts(meant, "ip") && strspn(value, "0123456789./") < strlen(value) && strchr(value, '.') && !strchr(value, ':'))
        return mw_printf(arena, "a:%s", value); /* a host name where an address belongs */
    return mw_printf(arena, mw_text_same(meant, "redirect") ? "%s=%s" : "%s:%s", meant, value);
}

/* One word as it was meant; the word itself where nothing is known to be wrong with it. */
static const char *meant_word(struct mw_arena *arena, const char *word)
{
    struct mw_flaw flaw;
    if (mw_spf_read(arena, mw_printf(arena, "v=spf1 %s", word), &flaw) && !mw_spf_is_passed_over(word))
        return word;
    const char *network = mechanism_of_address(arena, word);
    if (network)
        return mw_printf(arena, "%s:%s", network, word);
    bool qualified = strchr("+-~?", *word) && *word;
    const char *bare = word + qualified, *sign = strpbrk(bare, ":=");
    size_t length = strlen(bare);
    if (length && bare[length - 1] == '.')
        return mw_strndup(arena, word, length - 1 + qualified); /* "-all." */
    const char *term = sign && sign[1] ? meant_term(arena, mw_strndup(arena, bare, (size_t)(sign - bare)), sign + 1) : NULL;
    return term ? mw_printf(arena, "%.*s%s", (int)qualified, word, term) : word;
}

/* A sign or a name with its colon, and what belongs to it behind a blank: "- all", "include: example.net". */
static bool wants_next(const char *word)
{
    size_t length = strlen(word);
    return (length == 1 && strchr("+-~?", *word)) || (length > 1 && strchr(":=", word[length - 1]));
}

char *mw_spf_mended(struct mw_arena *arena, const char *text)
{
    if (strlen(text) > RECORD_BYTES)
        return NULL;
    const char *rest = behind_version(plain_signs(arena, text));
    struct mw_list words = rest ? mw_text_split(arena, rest, " ") : (struct mw_list){0}, meant = {0};
    mw_list_add(arena, &meant, "v=spf1");
    for (size_t i = 0; i < words.count; i++) {
        const char *word = words.items[i];
        if (wants_next(word) && i + 1 < words.count)
            word = mw_printf(arena, "%s%s", word, words.items[++i]);
        mw_list_add(arena, &meant, meant_word(arena, word));
    }
    return meant.count > 1 ? valid(arena, &meant) : NULL;
}

char *mw_spf_spaced(struct mw_arena *arena, const struct mw_record *txt)
{
    struct mw_list strings = {0};
    struct mw_flaw flaw;
    for (size_t at = 0; at < txt->rdata_bytes && at + txt->rdata[at] < txt->rdata_bytes; at += 1u + txt->rdata[at])
        mw_list_add(arena, &strings, mw_text_safe(arena, txt->rdata + at + 1, txt->rdata[at], 1024));
    char *spaced = mw_list_join(arena, &strings, " ");
    return strings.count > 1 && mw_spf_read(arena, spaced, &flaw) ? spaced : NULL;
}

char *mw_spf_quoted(struct mw_arena *arena, const char *text)
{
    struct mw_list strings = {0};
    while (*text) {
        size_t length = strlen(text);
        if (length > STRING_BYTES)
            for (length = STRING_BYTES; length > STRING_BYTES / 2 && text[length - 1] != ' ';)
                length--; /* the blank stays in the string before */
        mw_list_add(arena, &strings, mw_printf(arena, "\"%.*s\"", (int)length, text));
        text += length;
    }
    return mw_list_join(arena, &strings, " ");
}
