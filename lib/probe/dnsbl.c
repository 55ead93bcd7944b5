/* Block lists: those of the data file that are asked by default, or those of --dnsbl instead. A list is believed only where its test points answer as they
 * must (RFC 5782 section 5: 127.0.0.2 or TEST is listed, 127.0.0.1 or INVALID is not); they are asked together with the entry that is looked for, so that
 * believing costs no round trip. A refusal (127.255.255.x, or the list's own code for it) is told as such, never as a listing, and no list is asked through a
 * public resolver.
 *
 * Of domains the target's own is asked about alone, not the names of its exchanges: those do not stand in its mail. */
#include "lookup.h"

#include <mailwhy/data.h>

#include <string.h>

#define ADDRESSES 8u /* asked about in a run: lists are a free service */
#define WAIT_S 3.0   /* a list whose servers are silent must not hold up the rest */

/* Operators of lists refuse these or answer them wrongly. */
static const char *const public_resolvers[] = {"8.8.8.8",        "8.8.4.4",         "1.1.1.1",   "1.0.0.1",   "9.9.9.9",      "208.67.222.222",
                                               "208.67.220.220", "114.114.114.114", "223.5.5.5", "223.6.6.6", "119.29.29.29", "180.76.76.76"};

/* How a list takes its questions, and its test points (RFC 5782 section 5) where it has none of its own. */
/* clang-format off */
static const struct kind {
    const char *name, *listed, *unlisted;
} kinds[] = {
    {"ip4",    "127.0.0.2",       "127.0.0.1"},
    {"ip6",    "::ffff:7f00:2",   "::ffff:7f00:1"},
    {"domain", "test",            "invalid"},
};
/* clang-format on */
#define IP4 (&kinds[0])
#define IP6 (&kinds[1])
#define DOMAINS (&kinds[2])

/* Outcomes of a list of our own, beside those of its questions; the better first, where it takes more than one kind of question. */
static const char everything[] = "lists everything", nothing[] = "lists nothing", unusable[] = "not usable";

/* A list with one kind of question. */
struct list {
    const char *zone;
    const struct kind *kind;
    const char *const *row; /* of the data file; NULL: it does not know the list */
};

struct lists {
    struct list *items;
    size_t count;
};

/* One question to one list, with its test points. */
struct trial {
    const struct list *list;
    const char *subject; /* address or domain; NULL: the test points alone */
    const struct mw_dns_answer *listed, *unlisted, *entry;
    unsigned waiting;
    void (*done)(struct mw_look *look, struct trial *trial);
};

/* --- which lists --------------------------------------------------------------------------------------------------------------------------- */

static void add_list(struct lists *lists, const char *zone, const struct kind *kind, const char *const *row)
{
    lists->items[lists->count++] = (struct list){zone, kind, row};
}

/* The rows of one zone; all rows that are asked by default where `zone` is NULL. */
static size_t add_rows(struct lists *lists, const struct mw_data *data, const char *zone)
{
    size_t before = lists->count;
    for (size_t i = 0; data && i < data->count; i++) {
        const char *const *row = data->rows[i];
        if (zone ? !mw_text_same(row[MW_BLOCKLIST_ZONE], zone) : strcmp(row[MW_BLOCKLIST_USE], "always") != 0)
            continue;
        for (size_t kind = 0; kind < MW_COUNT(kinds); kind++)
            if (strcmp(row[MW_BLOCKLIST_KIND], kinds[kind].name) == 0)
                add_list(lists, row[MW_BLOCKLIST_ZONE], &kinds[kind], row);
    }
    return lists->count - before;
}

/* A list that the data file does not know is tried with every kind of question: its test points tell which it takes. */
static struct lists lists_of(const struct mw_look *look)
{
    const struct mw_list *given = &look->asked->dnsbls;
    const struct mw_data *data = look->asked->blocklists;
    size_t rows = data ? data->count : 0;
    struct lists lists = {MW_NEW_ARRAY(look->arena, struct list, given->count * (MW_COUNT(kinds) + rows) + rows + 1), 0};
    for (size_t i = 0; i < given->count; i++) {
        if (add_rows(&lists, data, given->items[i]))
            continue;
        for (size_t kind = 0; kind < MW_COUNT(kinds); kind++)
            add_list(&lists, given->items[i], &kinds[kind], NULL);
    }
    if (!given->count)
        add_rows(&lists, data, NULL);
    return lists;
}

static bool has_lists(const struct mw_look *look)
{
    return look->asked->dnsbls.count || look->asked->blocklists;
}

static bool is_public_resolver(const struct mw_look *look)
{
    const struct mw_list *resolvers = mw_net_resolvers(look->net);
    for (size_t i = 0; i < MW_COUNT(public_resolvers); i++)
        for (size_t n = 0; n < resolvers->count; n++)
            if (mw_text_same(resolvers->items[n], public_resolvers[i]) ||
                mw_text_same(resolvers->items[n], mw_printf(look->arena, "%s:53", public_resolvers[i])))
                return true;
    return false;
}

/* --- asking one ---------------------------------------------------------------------------------------------------------------------------- */

static void came(struct mw_look *look, struct trial *trial)
{
    if (--trial->waiting == 0)
        trial->done(look, trial);
}

static void got_listed(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct trial *trial = tag;
    trial->listed = answer;
    came(look, trial);
}

static void got_unlisted(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct trial *trial = tag;
    trial->unlisted = answer;
    came(look, trial);
}

static void got_entry(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct trial *trial = tag;
    trial->entry = answer;
    came(look, trial);
}

static const char *entry_name(struct mw_look *look, const struct list *list, const char *subject)
{
    return list->kind == DOMAINS ? mw_printf(look->arena, "%s.%s", subject, list->zone) : mw_dns_reverse(look->arena, subject, list->zone);
}

static const char *test_point(const struct list *list, int column, const char *usual)
{
    return list->row && *list->row[column] ? list->row[column] : usual;
}

static void ask_name(struct mw_look *look, const char *name, int type, mw_look_got_answer *got, struct trial *trial)
{
    mw_lookup_ask_briefly(look, &(struct mw_question){.name = name, .type = type}, WAIT_S, got, trial);
}

static void ask(struct mw_look *look, struct trial *trial)
{
    const struct list *list = trial->list;
    trial->waiting = trial->subject ? 3 : 2;
    ask_name(look, entry_name(look, list, test_point(list, MW_BLOCKLIST_LISTED, list->kind->listed)), MW_A, got_listed, trial);
    ask_name(look, entry_name(look, list, test_point(list, MW_BLOCKLIST_UNLISTED, list->kind->unlisted)), MW_A, got_unlisted, trial);
    if (trial->subject)
        ask_name(look, entry_name(look, list, trial->subject), MW_A, got_entry, trial);
}

/* --- believing it -------------------------------------------------------------------------------------------------------------------------- */

/* The first code of an answer; "" where it has none: an address outside 127.0.0.0/8 is a resolver's that rewrites what is not there. */
static const char *code(const struct mw_dns_answer *answer)
{
    const struct mw_record *record;
    for (size_t i = 0; answer && (record = mw_dns_next(answer, MW_A, &i));)
        if (mw_text_starts(record->address, "127."))
            return record->address;
    return "";
}

static const char *meaning(struct mw_look *look, const struct list *list, const char *address)
{
    if (mw_text_starts(address, "127.255.255."))
        return "refused";
    if (!list->row) /* lists of domains give bits; none of them means the first one as a reason (SURBL, URIBL) */
        return list->kind == DOMAINS && mw_text_same(address, "127.0.0.1") ? "refused" : "";
    return mw_blocklist_meaning(look->arena, list->row[MW_BLOCKLIST_CODES], address);
}

static bool is_refusal(struct mw_look *look, const struct list *list, const struct mw_dns_answer *answer)
{
    return answer && (answer->status == MW_DNS_REFUSED || mw_text_find(meaning(look, list, code(answer)), "refused"));
}

static const struct mw_dns_answer *refusal(struct mw_look *look, const struct trial *trial)
{
    const struct mw_dns_answer *const answers[] = {trial->listed, trial->unlisted, trial->entry};
    for (size_t i = 0; i < MW_COUNT(answers); i++)
        if (is_refusal(look, trial->list, answers[i]))
            return answers[i];
    return NULL;
}

static const char *outcome_of(struct mw_look *look, const struct trial *trial)
{
    bool lists_test = *code(trial->listed), lists_none = *code(trial->unlisted);
    if (refusal(look, trial))
        return MW_REFUSED;
    if (!mw_lookup_is_settled(trial->listed->status))
        return mw_dns_status_name(trial->listed->status);
    if (!mw_lookup_is_settled(trial->unlisted->status))
        return mw_dns_status_name(trial->unlisted->status);
    if (lists_test && lists_none)
        return mw_text_same(code(trial->unlisted), "127.0.0.1") ? unusable : everything; /* a filter's usual answer for what it hides */
    if (lists_none || (trial->listed->status == MW_DNS_OK && !lists_test))
        return unusable;
    return lists_test ? MW_OK : nothing;
}

/* --- what it says -------------------------------------------------------------------------------------------------------------------------- */

/* The list's own words (TXT beside the code, RFC 5782 section 2.1) go with each code as quote. */
static void got_words(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct trial *trial = tag;
    const struct list *list = trial->list;
    size_t at = 0;
    const struct mw_record *words = mw_dns_next(answer, MW_TXT, &at), *record;
    enum mw_fact_id id = list->kind == DOMAINS ? MW_F_DNSBL_DOMAIN : MW_F_DNSBL_LISTED;
    for (size_t i = 0; (record = mw_dns_next(trial->entry, MW_A, &i));) {
        const char *reason = meaning(look, list, record->address);
        bool is_none = !*reason && mw_text_same(record->address, "127.0.0.1"); /* a filter's answer: no list gives it without saying so (RFC 5782 section 2.1) */
        if (!mw_text_starts(record->address, "127.") || is_none || mw_text_find(reason, "good"))
            continue;
        mw_tell_text(look, id, trial->subject, mw_printf(look->arena, "%s %s%s%s", list->zone, record->address, *reason ? " " : "", reason),
                     words ? words->joined : NULL);
        if (list->row && *list->row[MW_BLOCKLIST_REMOVAL])
            mw_lookup_tell_once(look, MW_F_DNSBL_REMOVAL, list->zone, list->row[MW_BLOCKLIST_REMOVAL], list->row[MW_BLOCKLIST_OPERATOR]);
    }
}

static void tell_entry(struct mw_look *look, struct trial *trial)
{
    if (!mw_text_same(outcome_of(look, trial), MW_OK) || !trial->entry)
        return;
    if (!mw_lookup_is_settled(trial->entry->status))
        look->outcome = mw_dns_status_name(trial->entry->status);
    if (*code(trial->entry))
        ask_name(look, entry_name(look, trial->list, trial->subject), MW_TXT, got_words, trial);
}

/* --- the lists, and the domain in them ----------------------------------------------------------------------------------------------------- */

/* A zone has one end, whatever kinds of questions it takes. */
struct zone {
    const char *name;
    size_t waiting, count;
    struct trial *trials[MW_COUNT(kinds)];
};

struct zones {
    struct zone *items;
    size_t count;
};

static unsigned rank(const char *outcome)
{
    const char *const best_first[] = {MW_OK, MW_REFUSED, everything, NULL, unusable, nothing};
    unsigned of_failure = 3;
    for (unsigned i = 0; i < MW_COUNT(best_first); i++)
        if (best_first[i] && mw_text_same(best_first[i], outcome))
            return i;
    return of_failure;
}

static const char *refusal_words(struct mw_look *look, const struct trial *trial)
{
    const struct mw_dns_answer *answer = refusal(look, trial);
    return answer && *code(answer) ? code(answer) : NULL;
}

static void tell_zone(struct mw_look *look, const struct zone *zone)
{
    const char *best = NULL, *quote = NULL;
    for (size_t i = 0; i < zone->count; i++) {
        const struct trial *trial = zone->trials[i];
        const char *outcome = outcome_of(look, trial);
        if (best && rank(best) <= rank(outcome))
            continue;
        best = outcome;
        quote = best == everything ? code(trial->unlisted) : refusal_words(look, trial);
        if (!quote && best != everything && trial->list->row && mw_text_same(trial->list->row[MW_BLOCKLIST_USE], "dead"))
            quote = trial->list->row[MW_BLOCKLIST_NOTE];
    }
    mw_tell_text(look, MW_F_DNSBL_END, zone->name, best, quote);
}

static void got_zone(struct mw_look *look, struct trial *trial)
{
    struct zones *zones = look->mine;
    tell_entry(look, trial);
    for (size_t i = 0; i < zones->count; i++) {
        struct zone *zone = &zones->items[i];
        if (mw_text_same(zone->name, trial->list->zone) && --zone->waiting == 0)
            tell_zone(look, zone);
    }
}

static struct zone *zone_of(struct zones *zones, const char *name)
{
    for (size_t i = 0; i < zones->count; i++)
        if (mw_text_same(zones->items[i].name, name))
            return &zones->items[i];
    zones->items[zones->count] = (struct zone){.name = name};
    return &zones->items[zones->count++];
}

/* IPv6 test points of a list that takes IPv4 questions are left to the looks at IPv6 addresses. */
static bool is_spare(const struct lists *lists, const struct list *list)
{
    for (size_t i = 0; list->kind == IP6 && i < lists->count; i++)
        if (lists->items[i].kind == IP4 && mw_text_same(lists->items[i].zone, list->zone))
            return true;
    return false;
}

static void start(struct mw_look *look)
{
    struct lists lists = lists_of(look);
    struct zones *zones = look->mine = MW_NEW(look->arena, struct zones);
    bool is_public = is_public_resolver(look);
    zones->items = MW_NEW_ARRAY(look->arena, struct zone, lists.count + 1);
    look->told_end = true; /* each list has an end of its own */
    for (size_t i = 0; i < lists.count; i++) {
        const struct list *list = &lists.items[i];
        struct zone *zone = zone_of(zones, list->zone);
        if (is_spare(&lists, list) || zone->count == MW_COUNT(zone->trials))
            continue;
        struct trial *trial = MW_NEW(look->arena, struct trial);
        *trial = (struct trial){.list = list, .subject = list->kind == DOMAINS ? look->why->about : NULL, .done = got_zone};
        zone->trials[zone->count++] = trial;
        zone->waiting++;
    }
    for (size_t i = 0; i < zones->count; i++) {
        struct zone *zone = &zones->items[i];
        if (is_public)
            mw_tell_text(look, MW_F_DNSBL_END, zone->name, MW_SKIPPED, "block lists do not answer public resolvers");
        for (size_t k = 0; k < zone->count && !is_public; k++)
            ask(look, zone->trials[k]);
    }
}

const struct mw_probe mw_probe_dnsbl = {
    .name = "dnsbl",
    .says = N_("Asks the test points of each block list, and the lists of domains about the domain."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DNSBL_DOMAIN, MW_F_DNSBL_REMOVAL},
    .ends = MW_F_DNSBL_END,
    .when = has_lists,
    .start = start,
};

/* --- an address ---------------------------------------------------------------------------------------------------------------------------- */

/* The first few addresses alone, and no private one. */
static bool is_worth_asking(struct mw_look *look)
{
    size_t before = 0;
    for (const struct mw_fact *of = mw_fact_first(look->facts, MW_F_ADDRESS_OF); of && of != look->why; of = mw_fact_next(look->facts, of))
        before++;
    return before < ADDRESSES && !mw_lookup_is_private(look->why->about) && !is_public_resolver(look);
}

static void start_address(struct mw_look *look)
{
    struct lists lists = lists_of(look);
    const struct kind *kind = mw_address_is_ipv6(look->why->about) ? IP6 : IP4;
    if (!is_worth_asking(look)) {
        look->outcome = MW_SKIPPED;
        return;
    }
    for (size_t i = 0; i < lists.count; i++) {
        if (lists.items[i].kind != kind)
            continue;
        struct trial *trial = MW_NEW(look->arena, struct trial);
        *trial = (struct trial){.list = &lists.items[i], .subject = look->why->about, .done = tell_entry};
        ask(look, trial);
    }
}

const struct mw_probe mw_probe_dnsbl_address = {
    .name = "dnsbl",
    .says = N_("Asks each block list that works about each address."),
    .legs = MW_SEND,
    .wants = MW_F_ADDRESS_OF,
    .tells = {MW_F_DNSBL_LISTED, MW_F_DNSBL_REMOVAL},
    .ends = MW_F_DNSBL_ADDRESS_END,
    .when = has_lists,
    .start = start_address,
};
