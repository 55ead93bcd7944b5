/* Reverse names of the addresses that send or receive for the domain, and whether they lead back (RFC 8601 section 3, iprev). */
#include "lookup.h"

#define NAMES 5u

struct ptr {
    unsigned names, answered;
    bool confirmed, failed;
};

static void got_address(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct ptr *ptr = tag;
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].section == MW_ANSWER && answer->records[i].address && mw_text_same(answer->records[i].address, look->why->about))
            ptr->confirmed = true;
    ptr->failed |= !mw_lookup_is_settled(answer->status);
    /* A lookup that failed proves nothing: then nothing is told, unless another name leads back. */
    if (++ptr->answered == ptr->names && (ptr->confirmed || !ptr->failed))
        mw_tell_yes(look, MW_F_PTR_CONFIRMED, look->why->about, ptr->confirmed, NULL);
}

static void got_ptr(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct ptr *ptr = tag;
    const char *address = look->why->about;
    const struct mw_record *record;
    mw_lookup_end(look, MW_F_PTR_END, address, answer);
    for (size_t i = 0; ptr->names < NAMES && (record = mw_dns_next(answer, MW_PTR, &i)); ptr->names++) {
        mw_tell_text(look, MW_F_PTR_NAME, address, record->name, mw_lookup_quote(look, record));
        mw_look_ask(look, record->name, mw_address_is_ipv6(address) ? MW_AAAA : MW_A, got_address, ptr);
    }
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
    .tells = {MW_F_PTR_NAME, MW_F_PTR_CONFIRMED},
    .ends = MW_F_PTR_END,
    .when = is_public,
    .start = start,
};
