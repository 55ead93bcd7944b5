/* The networks that this machine is part of. A mail server may well relay for its neighbours (RFC 2505 section 2.1), so what it grants one of them says nothing
 * of strangers. No packet leaves. */
#include "near.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* The bytes of an address that the kernel or inet_pton gave, and how many; NULL: neither family. */
static const unsigned char *bytes_of(const struct sockaddr *address, size_t *count)
{
    if (address && address->sa_family == AF_INET) {
        *count = sizeof(struct in_addr);
        return (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
    }
    if (address && address->sa_family == AF_INET6) {
        *count = sizeof(struct in6_addr);
        return (const unsigned char *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    }
    return NULL;
}

static bool covers(const struct ifaddrs *own, const unsigned char *wanted, size_t count)
{
    size_t own_count = 0, mask_count = 0;
    const unsigned char *here = bytes_of(own->ifa_addr, &own_count), *mask = bytes_of(own->ifa_netmask, &mask_count);
    if (!here || own_count != count || (mask && mask_count != count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char bits = mask ? mask[i] : 0xff;
        if ((here[i] & bits) != (wanted[i] & bits)) {
            return false;
        }
    }
    return true;
}

bool mw_is_near(const char *address)
{
    unsigned char wanted[sizeof(struct in6_addr)];
    struct ifaddrs *all = NULL;
    bool ipv6 = strchr(address, ':'), found = false;
    if (inet_pton(ipv6 ? AF_INET6 : AF_INET, address, wanted) != 1 || getifaddrs(&all) != 0) {
        return false;
    }
    for (const struct ifaddrs *own = all; own && !found; own = own->ifa_next) {
        found = (own->ifa_flags & IFF_UP) && covers(own, wanted, ipv6 ? sizeof(struct in6_addr) : sizeof(struct in_addr));
    }
    freeifaddrs(all);
    return found;
}
