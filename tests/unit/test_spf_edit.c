/* SPF records to publish: mended, merged, changed; and what a record covers. */
#include "unit.h"

#include <mailwhy/spf.h>

static void slips_are_mended(void **state)
{
    static const struct { const char *written, *meant; } cases[] = {
        {"v=spf1 mx -all", "v=spf1 mx -all"},
        {"v=spf1 mx ipv4:192.0.2.1 -all", "v=spf1 mx ip4:192.0.2.1 -all"},
        {"v=spf1 ip4:2001:db8::1 ip6:192.0.2.1 -all", "v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 -all"},
        {"v=spf1 192.0.2.1 2001:db8::/32 ~all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 ~all"},
        {"v=spf1 a:192.0.2.1 mx:192.0.2.0/24 -all", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all"},
        {"v=spf1 ip4:mail.example.org -all", "v=spf1 a:mail.example.org -all"},
        {"v=spf1 include=_spf.example.net redirect:_spf.example.com", "v=spf1 include:_spf.example.net redirect=_spf.example.com"},
        {"v=spf1 inlcude:_spf.example.net -all", "v=spf1 include:_spf.example.net -all"},
        {"v=spf1, include: _spf.example.net; - all", "v=spf1 include:_spf.example.net -all"},
        {"v = spf1 mx \u2013all", "v=spf1 mx -all"},
        {"\u201cv=spf1 mx -all\u201d", "v=spf1 mx -all"},
        {"v=spf1 mx -all.", "v=spf1 mx -all"},
        {"v=spf1mx -all", "v=spf1 mx -all"},
        {"v=spf1 foo:bar -all", NULL}, /* nobody knows what it was meant to be */
        {"v=spf1 ip4:192.0.2.300 -all", NULL},
        {"hello", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_spf_mended(*state, cases[i].written), cases[i].meant, cases[i].written);
}

static void records_are_merged(void **state)
{
    static const struct { const char *first, *second, *merged; } cases[] = {
        {"v=spf1 mx -all", "v=spf1 include:_spf.example.net mx -all", "v=spf1 mx include:_spf.example.net -all"},
        {"v=spf1 mx -all", "v=spf1 a ~all", "v=spf1 mx a ~all"},
        {"v=spf1 mx", "v=spf1 redirect=_spf.example.net exp=e.example.net", "v=spf1 mx include:_spf.example.net ~all exp=e.example.net"},
        {"v=spf1 mx -all a", "v=spf1 -all", "v=spf1 mx -all"}, /* what stands behind all never counted */
        {"v=spf1 mx -all", "v=spf1 foo -all", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_list both = {0};
        mw_list_add(*state, &both, cases[i].first);
        mw_list_add(*state, &both, cases[i].second);
        unit_same(mw_spf_merged(*state, &both), cases[i].merged, cases[i].second);
    }
}

static void records_are_changed(void **state)
{
    unit_same(mw_spf_with(*state, "v=spf1 mx -all", "ip4:192.0.2.1"), "v=spf1 mx ip4:192.0.2.1 -all", "before all");
    unit_same(mw_spf_with(*state, "v=spf1 redirect=a.example", "ip4:192.0.2.1"), "v=spf1 ip4:192.0.2.1 redirect=a.example", "before redirect");
    unit_same(mw_spf_with(*state, "v=spf1", "mx"), "v=spf1 mx", "at the end");
    unit_same(mw_spf_with(*state, "v=spf1 mx -all", "mx"), "v=spf1 mx -all", "it is there");
    unit_same(mw_spf_ending(*state, "v=spf1 mx +all a exp=e.example", "~all"), "v=spf1 mx ~all exp=e.example", "all");
    unit_same(mw_spf_ending(*state, "v=spf1 mx", "-all"), "v=spf1 mx -all", "none");
    struct mw_list gone = {0};
    mw_list_add(*state, &gone, "a:x.example");
    unit_same(mw_spf_without(*state, "v=spf1 a:x.example mx A:X.example -all", &gone), "v=spf1 a:x.example mx -all", "the last of two");
    mw_list_add(*state, &gone, "a:x.example");
    unit_same(mw_spf_without(*state, "v=spf1 a:x.example mx a:x.example -all", &gone), "v=spf1 mx -all", "both");
}

static void long_records_are_cut_at_blanks(void **state)
{
    char text[300] = "v=spf1";
    for (size_t i = 0; i < 18; i++)
        strncat(text, " ip4:192.0.2.1", sizeof text - strlen(text) - 1);
    const char *quoted = mw_spf_quoted(*state, text), *second = strstr(quoted, "\" \"");
    assert_non_null(second);
    assert_true(second - quoted - 1 <= 255 && second[-1] == ' ');
    unit_same(mw_spf_quoted(*state, "v=spf1 -all"), "\"v=spf1 -all\"", "short");
}

static const struct mw_dns_answer *nothing(void *context, const char *name, int type)
{
    static const struct mw_dns_answer none = {.status = MW_DNS_NXDOMAIN, .ede = -1};
    (void)context, (void)name, (void)type;
    return &none;
}

/* The first term that matches decides. */
static void coverage_is_counted(void **state)
{
    static const struct { const char *record, *networks, *ipv4, *ipv6; bool open; } cases[] = {
        {"v=spf1 -all", "", "0", "0", false},
        {"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 ip6:2001:db8::/64 -all", "192.0.2.0/24 2001:db8::/64", "256", "18446744073709551616", false},
        {"v=spf1 -ip4:192.0.2.0/25 ip4:192.0.2.0/24 -all", "192.0.2.128/25", "128", "0", false},
        {"v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all", "192.0.2.0/24", "256", "0", false},
        {"v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3 ~all", "192.0.2.1 192.0.2.2/31", "3", "0", false},
        {"v=spf1 ip6:2001:db8::1 ip6:2001:db8::3 -all", "2001:db8::1 2001:db8::3", "0", "2", false},
        {"v=spf1 +all", "0.0.0.0/0 ::/0", "4294967296", "340282366920938463463374607431768211456", false},
        {"v=spf1 ?ip4:0.0.0.0/1 +all", "128.0.0.0/1 ::/0", "2147483648", "340282366920938463463374607431768211456", false},
        {"v=spf1 ip4:192.0.2.1 exists:%{i}.x.example -all", "192.0.2.1", "1", "0", true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        const struct mw_spf_audit *audit = mw_spf_audit(*state, "example.org", mw_spf_read(*state, cases[i].record, &flaw), nothing, NULL);
        unit_same(mw_list_join(*state, &audit->covers, " "), cases[i].networks, cases[i].record);
        unit_same(audit->ipv4_count, cases[i].ipv4, cases[i].record);
        unit_same(audit->ipv6_count, cases[i].ipv6, cases[i].record);
        assert_int_equal(audit->open, cases[i].open);
    }
}

static void what_is_never_reached_is_told(void **state)
{
    static const struct { const char *record, *terms; } cases[] = {
        {"v=spf1 mx -all", ""},
        {"v=spf1 -all mx a", "mx a"},
        {"v=spf1 ~all redirect=x.example", "redirect=x.example"},
        {"v=spf1 mx ~all exp=e.example", "exp=e.example"},
        {"v=spf1 mx -all exp=e.example", ""},
        {"v=spf1 include=x.example mx foo=bar -all", "include=x.example"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        struct mw_list terms = {0};
        const struct mw_spf_audit *audit = mw_spf_audit(*state, "example.org", mw_spf_read(*state, cases[i].record, &flaw), nothing, NULL);
        for (size_t k = 0; k < audit->unreached_count; k++)
            mw_list_add(*state, &terms, audit->unreached[k].term);
        unit_same(mw_list_join(*state, &terms, " "), cases[i].terms, cases[i].record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(slips_are_mended), UNIT(records_are_merged), UNIT(records_are_changed), UNIT(long_records_are_cut_at_blanks),
                                       UNIT(coverage_is_counted), UNIT(what_is_never_reached_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
