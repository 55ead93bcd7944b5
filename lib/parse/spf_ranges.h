/* Sets of addresses, as ranges: which addresses an SPF record passes. For lib/parse alone. */
#ifndef MAILWHY_PARSE_SPF_RANGES_H
#define MAILWHY_PARSE_SPF_RANGES_H

#include <mailwhy/text.h>

#define MW_RANGES 2000u /* of one family; more are left out, and `cut` says so */

__extension__ typedef unsigned __int128 mw_bits;

struct mw_range {
    mw_bits first, last;
};

/* Ranges of one family in order, none touching another. All zero: empty. */
struct mw_ranges {
    struct mw_range *items;
    size_t count, room;
    bool cut;
};

/* The network's range; false where it is none of that family. */
bool mw_range_read(const char *address, int prefix, bool ipv6, struct mw_range *range);
void mw_ranges_add(struct mw_arena *arena, struct mw_ranges *ranges, struct mw_range range);
void mw_ranges_add_all(struct mw_arena *arena, struct mw_ranges *ranges, const struct mw_ranges *more);
/* What is in `ranges` and not in `other`. */
struct mw_ranges mw_ranges_less(struct mw_arena *arena, const struct mw_ranges *ranges, const struct mw_ranges *other);
/* How many addresses, in digits. */
char *mw_ranges_count(struct mw_arena *arena, const struct mw_ranges *ranges, bool ipv6);
/* As networks ("192.0.2.0/24", an address alone without prefix), at most `most`. */
void mw_ranges_networks(struct mw_arena *arena, const struct mw_ranges *ranges, bool ipv6, size_t most, struct mw_list *networks);

#endif
