/* IPv4 and IPv6 addresses: their canonical form (RFC 5952), what they are for (RFC 6890 and its registry), and their reverse names (RFC 1035 section 3.5,
 * RFC 3596 section 2.5). */
#include <mailwhy/dns.h>

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

struct bits {
    int family, count;
    uint8_t byte[16];
};

/* inet_pton refuses leading zeros, shortened forms and zones, and inet_ntop writes RFC 5952. */
static bool read_bits(const char *text, struct bits *bits)
{
    *bits = (struct bits){.family = strchr(text, ':') ? AF_INET6 : AF_INET};
    bits->count = bits->family == AF_INET6 ? 128 : 32;
    return inet_pton(bits->family, text, bits->byte) == 1;
}

char *mw_address_read(struct mw_arena *arena, const char *text)
{
    struct bits bits;
    char canonical[INET6_ADDRSTRLEN];
    if (!read_bits(text, &bits) || !inet_ntop(bits.family, bits.byte, canonical, sizeof canonical))
        return NULL;
    return mw_strdup(arena, canonical);
}

bool mw_address_is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

static bool within(const struct bits *address, const struct bits *network, int prefix)
{
    if (address->family != network->family || prefix < 0 || prefix > address->count)
        return false;
    size_t whole = (size_t)prefix / 8;
    unsigned mask = 0xff00u >> (prefix % 8) & 0xff;
    return memcmp(address->byte, network->byte, whole) == 0 && (!mask || ((address->byte[whole] ^ network->byte[whole]) & mask) == 0);
}

bool mw_address_in(const char *address, const char *network, int prefix)
{
    struct bits one, range;
    return read_bits(address, &one) && read_bits(network, &range) && within(&one, &range, prefix);
}

const char *mw_address_kind(const char *address)
{
    static const struct { const char *network; int prefix; const char *kind; } kinds[] = {
        /* clang-format off */
        /* network        prefix  kind */
        {"0.0.0.0",       8,      "unspecified"},
        {"10.0.0.0",      8,      "private"},
        {"100.64.0.0",    10,     "shared"},
        {"127.0.0.0",     8,      "loopback"},
        {"169.254.0.0",   16,     "link-local"},
        {"172.16.0.0",    12,     "private"},
        {"192.0.2.0",     24,     "documentation"},
        {"192.168.0.0",   16,     "private"},
        {"198.18.0.0",    15,     "benchmark"},
        {"198.51.100.0",  24,     "documentation"},
        {"203.0.113.0",   24,     "documentation"},
        {"224.0.0.0",     4,      "multicast"},
        {"240.0.0.0",     4,      "reserved"},
        {"::",            128,    "unspecified"},
        {"::1",           128,    "loopback"},
        {"2001:2::",      48,     "benchmark"},
        {"2001:db8::",    32,     "documentation"},
        {"3fff::",        20,     "documentation"},
        {"fc00::",        7,      "unique local"},
        {"fe80::",        10,     "link-local"},
        {"ff00::",        8,      "multicast"},
        /* clang-format on */
    };
    for (size_t i = 0; i < MW_COUNT(kinds); i++)
        if (mw_address_in(address, kinds[i].network, kinds[i].prefix))
            return kinds[i].kind;
    return strncmp(address, "::ffff:", 7) == 0 && strchr(address, '.') ? mw_address_kind(address + 7) : NULL; /* IPv4-mapped */
}

char *mw_dns_reverse(struct mw_arena *arena, const char *address, const char *suffix)
{
    struct bits bits;
    char labels[64] = "", *out = labels;
    if (!read_bits(address, &bits))
        return NULL;
    for (size_t i = (size_t)bits.count / 8; i-- > 0;)
        out += snprintf(out, (size_t)(labels + sizeof labels - out), bits.family == AF_INET ? "%s%u" : "%s%x.%x", out == labels ? "" : ".",
                        bits.family == AF_INET ? bits.byte[i] : bits.byte[i] & 15u, bits.byte[i] >> 4);
    if (!suffix)
        suffix = bits.family == AF_INET ? "in-addr.arpa" : "ip6.arpa";
    return mw_printf(arena, "%s.%s", labels, suffix);
}
