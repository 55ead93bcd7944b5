/* Sets of addresses as ordered ranges, for what an SPF record passes: added, taken away, counted, and told as networks. An IPv4 address is a number of 32 bits,
 * an IPv6 address one of 128. Knows nothing of SPF. */
#include "spf_ranges.h"

#include <arpa/inet.h>

#include <string.h>

static mw_bits highest(bool ipv6)
{
    return ipv6 ? ~(mw_bits)0 : (mw_bits)0xffffffffu;
}

/* The bits behind a prefix, all set; a shift by the whole width is none in C. */
static mw_bits behind_prefix(int prefix, bool ipv6)
{
    return prefix == (ipv6 ? 128 : 32) ? 0 : highest(ipv6) >> prefix;
}

bool mw_range_read(const char *address, int prefix, bool ipv6, struct mw_range *range)
{
    uint8_t bytes[16];
    if (inet_pton(ipv6 ? AF_INET6 : AF_INET, address, bytes) != 1 || prefix < 0 || prefix > (ipv6 ? 128 : 32))
        return false;
    mw_bits number = 0;
    for (size_t i = 0; i < (ipv6 ? 16u : 4u); i++)
        number = number << 8 | bytes[i];
    mw_bits behind = behind_prefix(prefix, ipv6);
    *range = (struct mw_range){number & ~behind, (number & ~behind) | behind};
    return true;
}

/* Does a range end before the other begins, with at least one address between? */
static bool lies_before(const struct mw_range *range, const struct mw_range *other)
{
    return range->last < other->first && other->first - range->last > 1;
}

/* For one more than there are. */
static void make_room(struct mw_arena *arena, struct mw_ranges *ranges)
{
    if (ranges->count + 1 <= ranges->room)
        return;
    size_t room = ranges->room ? ranges->room * 2 : 16;
    ranges->items = mw_grow(arena, ranges->items, ranges->room * sizeof *ranges->items, room * sizeof *ranges->items);
    ranges->room = room;
}

void mw_ranges_add(struct mw_arena *arena, struct mw_ranges *ranges, struct mw_range range)
{
    make_room(arena, ranges);
    size_t at = 0, end;
    while (at < ranges->count && lies_before(&ranges->items[at], &range))
        at++;
    for (end = at; end < ranges->count && !lies_before(&range, &ranges->items[end]); end++) {
        if (ranges->items[end].first < range.first)
            range.first = ranges->items[end].first;
        if (ranges->items[end].last > range.last)
            range.last = ranges->items[end].last;
    }
    if (end == at && ranges->count == MW_RANGES) {
        ranges->cut = true;
        return;
    }
    memmove(&ranges->items[at + 1], &ranges->items[end], (ranges->count - end) * sizeof range);
    ranges->items[at] = range;
    ranges->count = ranges->count + 1 - (end - at);
}

void mw_ranges_add_all(struct mw_arena *arena, struct mw_ranges *ranges, const struct mw_ranges *more)
{
    for (size_t i = 0; i < more->count; i++)
        mw_ranges_add(arena, ranges, more->items[i]);
    ranges->cut |= more->cut;
}

struct mw_ranges mw_ranges_less(struct mw_arena *arena, const struct mw_ranges *ranges, const struct mw_ranges *other)
{
    struct mw_ranges left = {.cut = ranges->cut};
    for (size_t i = 0; i < ranges->count; i++) {
        struct mw_range rest = ranges->items[i];
        bool any = true;
        for (size_t k = 0; any && k < other->count; k++) {
            const struct mw_range *hole = &other->items[k];
            if (hole->last < rest.first || hole->first > rest.last)
                continue;
            if (hole->first > rest.first)
                mw_ranges_add(arena, &left, (struct mw_range){rest.first, hole->first - 1});
            any = hole->last < rest.last;
            if (any)
                rest.first = hole->last + 1;
        }
        if (any)
            mw_ranges_add(arena, &left, rest);
    }
    return left;
}

char *mw_ranges_count(struct mw_arena *arena, const struct mw_ranges *ranges, bool ipv6)
{
    mw_bits sum = 0;
    for (size_t i = 0; i < ranges->count; i++) {
        if (ranges->items[i].first == 0 && ranges->items[i].last == highest(true) && ipv6)
            return mw_strdup(arena, "340282366920938463463374607431768211456"); /* 2^128 has no place in 128 bits */
        sum += ranges->items[i].last - ranges->items[i].first + 1;
    }
    char digits[40] = "", *at = digits + sizeof digits - 1;
    do {
        *--at = (char)('0' + (int)(sum % 10));
        sum /= 10;
    } while (sum);
    return mw_strdup(arena, at);
}

static const char *network_text(struct mw_arena *arena, mw_bits first, int prefix, bool ipv6)
{
    uint8_t bytes[16];
    char text[INET6_ADDRSTRLEN] = "";
    size_t length = ipv6 ? 16 : 4;
    for (size_t i = length; i-- > 0; first >>= 8)
        bytes[i] = (uint8_t)first;
    inet_ntop(ipv6 ? AF_INET6 : AF_INET, bytes, text, sizeof text);
    return prefix == (ipv6 ? 128 : 32) ? mw_strdup(arena, text) : mw_printf(arena, "%s/%d", text, prefix);
}

/* The widest network that begins there and ends within the range. */
static int widest(mw_bits first, mw_bits last, bool ipv6)
{
    int prefix = ipv6 ? 128 : 32;
    for (mw_bits size = 1; prefix > 0; size <<= 1, prefix--) {
        mw_bits twice = (size << 1) - 1;
        if ((first & twice) != 0 || last - first < twice)
            break;
    }
    return prefix;
}

void mw_ranges_networks(struct mw_arena *arena, const struct mw_ranges *ranges, bool ipv6, size_t most, struct mw_list *networks)
{
    for (size_t i = 0; i < ranges->count; i++) {
        mw_bits first = ranges->items[i].first, last = ranges->items[i].last;
        while (networks->count < most) {
            int prefix = widest(first, last, ipv6);
            mw_list_add(arena, networks, network_text(arena, first, prefix, ipv6));
            mw_bits behind = behind_prefix(prefix, ipv6);
            if (last - first <= behind)
                break;
            first += behind + 1;
        }
    }
}
