/* Block lists (--dnsbl): first whether a list works, by its test points (RFC 5782 section 5: 127.0.0.2 must be listed, 127.0.0.1 must not), then whether it
 * lists an address. A refusal (127.255.255.x) is told as such, never as a listing, and no list is asked through a public resolver. */
#include "lookup.h"

#include <string.h>

/* Operators of lists refuse these or answer them wrongly. */
static const char *const public_resolvers[] = {"8.8.8.8",        "8.8.4.4",         "1.1.1.1",   "1.0.0.1",   "9.9.9.9",      "208.67.222.222",
                                               "208.67.220.220", "114.114.114.114", "223.5.5.5", "223.6.6.6", "119.29.29.29", "180.76.76.76"};

struct list {
    const char *zone;
    const struct mw_dns_answer *listed, *unlisted; /* the test points */
    void (*tested)(struct mw_look *look, const struct list *list, const char *outcome);
};

static const char *code(const struct mw_dns_answer *answer)
{
    size_t i = 0;
    const struct mw_record *record = mw_dns_next(answer, MW_A, &i);
    return record ? record->address : "";
}

static bool is_refusal(const struct mw_dns_answer *answer)
{
    return mw_text_starts(code(answer), "127.255.255.") || answer->status == MW_DNS_REFUSED;
}

static const char *test_outcome(const struct list *list)
{
    if (is_refusal(list->listed) || is_refusal(list->unlisted))
        return MW_REFUSED;
    if (!mw_lookup_is_settled(list->listed->status))
        return mw_dns_status_name(list->listed->status);
    bool works = list->listed->status == MW_DNS_OK && mw_text_starts(code(list->listed), "127.") && list->unlisted->status == MW_DNS_NXDOMAIN;
    return works ? MW_OK : "not usable";
}

static void got_listed(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct list *list = tag;
    list->listed = answer;
    if (list->unlisted)
        list->tested(look, list, test_outcome(list));
}

static void got_unlisted(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct list *list = tag;
    list->unlisted = answer;
    if (list->listed)
        list->tested(look, list, test_outcome(list));
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

static void test_lists(struct mw_look *look, void (*tested)(struct mw_look *look, const struct list *list, const char *outcome))
{
    for (size_t i = 0; i < look->asked->dnsbls.count; i++) {
        struct list *list = MW_NEW(look->arena, struct list);
        *list = (struct list){.zone = look->asked->dnsbls.items[i], .tested = tested};
        if (is_public_resolver(look)) {
            tested(look, list, MW_SKIPPED);
            continue;
        }
        mw_look_ask(look, mw_dns_reverse(look->arena, "127.0.0.2", list->zone), MW_A, got_listed, list);
        mw_look_ask(look, mw_dns_reverse(look->arena, "127.0.0.1", list->zone), MW_A, got_unlisted, list);
    }
}

/* --- the lists --- */

static void tell_list(struct mw_look *look, const struct list *list, const char *outcome)
{
    bool skipped = mw_text_same(outcome, MW_SKIPPED);
    const char *quote = skipped ? "block lists do not answer public resolvers" : is_refusal(list->listed) ? code(list->listed) : NULL;
    mw_tell_text(look, MW_F_DNSBL_END, list->zone, outcome, quote);
}

static bool has_lists(const struct mw_look *look)
{
    return look->asked->dnsbls.count;
}

static void start(struct mw_look *look)
{
    look->told_end = true; /* each list has an end of its own */
    test_lists(look, tell_list);
}

const struct mw_probe mw_probe_dnsbl = {
    .name = "dnsbl",
    .says = N_("Asks the test points of each block list given with --dnsbl."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .ends = MW_F_DNSBL_END,
    .when = has_lists,
    .start = start,
};

/* --- an address --- */

static void got_entry(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct list *list = tag;
    if (answer->status == MW_DNS_OK && !is_refusal(answer) && mw_text_starts(code(answer), "127."))
        mw_tell_text(look, MW_F_DNSBL_LISTED, look->why->about, mw_printf(look->arena, "%s %s", list->zone, code(answer)), NULL);
    if (!mw_lookup_is_settled(answer->status))
        look->outcome = mw_dns_status_name(answer->status);
}

static void ask_entry(struct mw_look *look, const struct list *list, const char *outcome)
{
    if (mw_text_same(outcome, MW_OK))
        mw_look_ask(look, mw_dns_reverse(look->arena, look->why->about, list->zone), MW_A, got_entry, mw_memdup(look->arena, list, sizeof *list));
}

static void start_address(struct mw_look *look)
{
    test_lists(look, ask_entry);
}

const struct mw_probe mw_probe_dnsbl_address = {
    .name = "dnsbl",
    .says = N_("Asks each block list that works about each address."),
    .legs = MW_SEND,
    .wants = MW_F_ADDRESS_OF,
    .tells = {MW_F_DNSBL_LISTED},
    .ends = MW_F_DNSBL_ADDRESS_END,
    .when = has_lists,
    .start = start_address,
};
