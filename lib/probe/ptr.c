/* Reverse names of the addresses that send or receive for the domain, and whether they lead back (RFC 8601 section 3, iprev). An alias on the way to the
 * PTR record is as it should be where a part of a network has a zone of its own (RFC 2317). */
#include "lookup.h"

#define NAMES 5u /* whose addresses are looked up */

struct ptr {
    unsigned names, answered, passed_over;
    bool confirmed, failed;
};

static void got_address(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct ptr *ptr = tag;
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].section == MW_ANSWER && answer->records[i].address && mw_text_same(answer->records[i].address, look->why->about))
            ptr->confirmed = true;
    ptr->failed |= !mw_lookup_is_settled(answer->status) || ptr->passed_over;
    /* A lookup that failed, or was not made, proves nothing: then nothing is told, unless another name leads back. */
    if (++ptr->answered == ptr->names && (ptr->confirmed || !ptr->failed))
        mw_tell_yes(look, MW_F_PTR_CONFIRMED, look->why->about, ptr->confirmed, NULL);
}

static void got_ptr(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct ptr *ptr = tag;
    const char *address = look->why->about;
    const struct mw_record *record;
    mw_lookup_end(look, MW_F_PTR_END, address, answer);
    for (size_t i = 0; (record = mw_dns_next(answer, MW_PTR, &i));) {
        if (ptr->names == NAMES) {
            ptr->passed_over++;
            continue;
        }
        ptr->names++;
        mw_tell_text(look, MW_F_PTR_NAME, address, record->name, mw_lookup_quote(look, record));
        mw_look_ask(look, record->name, mw_address_is_ipv6(address) ? MW_AAAA : MW_A, got_address, ptr);
    }
    if (ptr->passed_over)
        mw_tell_number(look, MW_F_PTR_PASSED_OVER, address, ptr->passed_over, NULL);
}

static bool is_public(const struct mw_look *look)
{
    return !mw_lookup_is_private(look->why->about);
}

static void start(struct mw_look *look)
{
    mw_look_ask(look, mw_dns_reverse(look->arena, look->why->about, NULL), MW_PTR, got_ptr, MW_NEW(look->arena, struct ptr));
}

const struct mw_probe mw_probe_ptr = {
    .name = "ptr",
    .says = N_("Looks up the reverse name of each address, and whether it leads back."),
    .legs = MW_SEND | MW_RECEIVE,
    .wants = MW_F_ADDRESS_OF,
    .tells = {MW_F_PTR_NAME, MW_F_PTR_PASSED_OVER, MW_F_PTR_CONFIRMED},
    .ends = MW_F_PTR_END,
    .when = is_public,
    .start = start,
};
