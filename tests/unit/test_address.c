/* Addresses: canonical form, what they are for, reverse names, networks. */
#include "unit.h"

#include <mailwhy/dns.h>

static void addresses_are_read(void **state)
{
    static const struct { const char *text, *canonical; } cases[] = {
        {"192.0.2.1", "192.0.2.1"}, {"2001:DB8:0:0::1", "2001:db8::1"}, {"::FFFF:192.0.2.1", "::ffff:192.0.2.1"}, {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
        {"192.0.2", NULL}, {"192.0.2.256", NULL}, {"192.0.2.01", NULL}, {"", NULL}, {"::1%eth0", NULL}, {"1::2::3", NULL}, {" 192.0.2.1", NULL}, {"mail", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_address_read(*state, cases[i].text), cases[i].canonical, cases[i].text);
}

static void kinds_are_told(void **state)
{
    (void)state;
    static const struct { const char *address, *kind; } cases[] = {
        {"8.8.8.8", NULL}, {"10.1.2.3", "private"}, {"172.31.255.255", "private"}, {"172.32.0.0", NULL}, {"192.168.0.1", "private"}, {"127.0.0.1", "loopback"},
        {"100.64.0.1", "shared"}, {"100.128.0.1", NULL}, {"198.18.0.1", "benchmark"}, {"198.20.0.1", NULL}, {"203.0.113.9", "documentation"}, {"0.0.0.0", "unspecified"},
        {"224.0.0.1", "multicast"}, {"255.255.255.255", "reserved"}, {"::1", "loopback"}, {"::", "unspecified"}, {"fe80::1", "link-local"}, {"fd00::1", "unique local"},
        {"2001:db8::1", "documentation"}, {"2001:4860::1", NULL}, {"::ffff:10.0.0.1", "private"}, {"169.254.1.1", "link-local"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_address_kind(cases[i].address), cases[i].kind, cases[i].address);
}

static void reverse_names(void **state)
{
    unit_same(mw_dns_reverse(*state, "192.0.2.1", NULL), "1.2.0.192.in-addr.arpa", "IPv4");
    unit_same(mw_dns_reverse(*state, "2001:db8::567:89ab", NULL), "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "RFC 3596 section 2.5");
    unit_same(mw_dns_reverse(*state, "192.0.2.99", "bl.example"), "99.2.0.192.bl.example", "DNSBL");
    unit_same(mw_dns_reverse(*state, "mail", NULL), NULL, "no address");
}

static void networks_cover(void **state)
{
    (void)state;
    assert_true(mw_address_in("192.0.2.1", "192.0.2.0", 24));
    assert_true(mw_address_in("192.0.2.1", "0.0.0.0", 0));
    assert_true(mw_address_in("192.0.2.1", "192.0.2.1", 32));
    assert_false(mw_address_in("192.0.2.128", "192.0.2.0", 25));
    assert_true(mw_address_in("192.0.2.127", "192.0.2.0", 25));
    assert_false(mw_address_in("192.0.2.1", "2001:db8::", 32));
    assert_true(mw_address_in("2001:db8::1", "2001:db8::1", 128));
    assert_false(mw_address_in("192.0.2.1", "192.0.2.0", 33));
    assert_false(mw_address_in("x", "192.0.2.0", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(addresses_are_read), UNIT(kinds_are_told), UNIT(reverse_names), UNIT(networks_cover)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
