/* Domain names as people write them. */
#include "unit.h"

#include <mailwhy/dns.h>
#include <mailwhy/reverse.h>

#define X10 "xxxxxxxxxx"
#define X63 X10 X10 X10 X10 X10 X10 "xxx"

static void names_are_read(void **state)
{
    static const struct { const char *text, *name, *flaw; } cases[] = {
        {"Example.ORG", "example.org", NULL},
        {"example.org.", "example.org", NULL},
        {"例え.jp", "xn--r8jz45g.jp", NULL},
        {"例え。jp", "xn--r8jz45g.jp", NULL},
        {"_dmarc.例え.jp", "_dmarc.xn--r8jz45g.jp", NULL},
        {"BÜCHER.example", "xn--bcher-kva.example", NULL},
        {"faß.de", "xn--fa-hia.de", NULL},
        {"xn--r8jz45g.jp", "xn--r8jz45g.jp", NULL},
        {"localhost", "localhost", NULL},
        {X63 ".org", X63 ".org", NULL},
        {"", NULL, "empty"},
        {".", NULL, "empty label"},
        {"a..b", NULL, "empty label"},
        {".a", NULL, "empty label"},
        {"a.b..", NULL, "empty label"},
        {"x" X63 ".org", NULL, "a label is longer than 63 characters"},
        {X63 "." X63 "." X63 "." X63, NULL, "longer than 253 characters"},
        {"-a.org", NULL, "a label begins or ends with a hyphen"},
        {"a-.org", NULL, "a label begins or ends with a hyphen"},
        {"a b.org", NULL, "a character that domain names cannot have"},
        {"a/b", NULL, "a character that domain names cannot have"},
        {"a@b", NULL, "a character that domain names cannot have"},
        {"\xff\xfe.org", NULL, "not UTF-8"},
        {"☃☃\xf0\x9f\x98\x80.org", NULL, "a character that domain names cannot have"},
        {"ＥＸＡＭＰＬＥ．org", "example.org", NULL},
        {"bücher｡example", "xn--bcher-kva.example", NULL},
        {"ｆｏｏ．ｂａｒ", "foo.bar", NULL},
        {"\xd0\xb0pple.example", "xn--pple-43d.example", NULL}, /* a Cyrillic letter among Latin ones is a name; looks are not judged here */
        {"e\u0301.example", "xn--9ca.example", NULL},           /* NFC */
        {"\u0301a.example", NULL, "a label begins with a combining mark"},
        {"שלוםabc.example", NULL, "letters of both writing directions are mixed in a forbidden way"},
        {"xn--.example", NULL, "a label that begins with xn-- is not Punycode"},
        {"xn--99999999.example", NULL, "a label that begins with xn-- is not Punycode"},
        {"xn--a.example", NULL, "a label that begins with xn-- is not Punycode"},
        {"xn--abc-.example", NULL, "a label that begins with xn-- is not Punycode"},
        {"XN--R8JZ45G.jp", "xn--r8jz45g.jp", NULL},
        {"ab--cd.example", "ab--cd.example", NULL},
        {"xn--" X63 ".example", NULL, NULL},
        {"\ufe07", NULL, "empty label"},
        {"a.\ufe07", NULL, "empty label"},
        {"a.\ufe07.b", NULL, "empty label"},
        {"xn--a\xc3\xa9.org", NULL, NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        const char *flaw = "untouched";
        unit_same(mw_domain_read(*state, cases[i].text, &flaw), cases[i].name, cases[i].text);
        if (cases[i].flaw || cases[i].name)
            unit_same(flaw, cases[i].flaw, cases[i].text);
        assert_true(cases[i].name || flaw);
    }
}

static void names_are_shown(void **state)
{
    unit_same(mw_domain_show(*state, "xn--r8jz45g.jp"), "例え.jp", "A-label");
    unit_same(mw_domain_show(*state, "example.org"), "example.org", "plain");
    unit_same(mw_domain_show(*state, "xn--99999999.jp"), "xn--99999999.jp", "not Punycode");
}

static void names_are_under(void **state)
{
    (void)state;
    assert_true(mw_domain_is_under("a.example.org", "example.org"));
    assert_true(mw_domain_is_under("Example.org", "example.ORG"));
    assert_true(mw_domain_is_under("example.org", "."));
    assert_false(mw_domain_is_under("badexample.org", "example.org"));
    assert_false(mw_domain_is_under("org", "example.org"));
}

static void reverse_names_are_weighed(void **state)
{
    static const struct { const char *name, *address, *part; bool has_word; } cases[] = {
        {"mail.example.org", "198.18.20.25", NULL, false},
        {"mx1.example.org", "198.18.20.1", NULL, false},
        {"198-18-20-25.example.net", "198.18.20.25", "198-18-20-25", false},
        {"ec2-198-18-20-25.compute.example.net", "198.18.20.25", "ec2-198-18-20-25.compute", false},
        {"25.20.18.198.dsl.example.net", "198.18.20.25", "25.20.18.198.dsl", true},
        {"static.25.20.18.198.clients.example.net", "198.18.20.25", "static.25.20.18.198.clients", true},
        {"pC6121419.dip0.example.net", "198.18.20.25", "pc6121419.dip0", true},
        {"host198018020025.example.net", "198.18.20.25", "host198018020025", false},
        {"dyn-20-25.example.net", "198.18.20.25", "dyn", true},
        {"cpc35-sutt4-2-0-cust12.cable.example.net", "198.18.20.25", "cust", true},
        {"198-18-20-25", "198.18.20.25", "198-18-20-25", false},
        /* the address of another host, numbers of its own */
        {"198-18-20-26.example.net", "198.18.20.25", NULL, false},
        {"node-7-12.example.net", "198.18.20.25", NULL, false},
        /* it says that it is for mail */
        {"mail-198-18-20-25.esp.example", "198.18.20.25", NULL, false},
        {"o198-18-20-25.outbound.example.net", "198.18.20.25", NULL, false},
        {"mail-198-18-20-25.dyn.example.net", "198.18.20.25", "mail-198-18-20-25.dyn", true},
        {"mail-pool1.example.org", "198.18.20.1", NULL, true},
        {"pool1.example.org", "198.18.20.25", NULL, true},
        {"smtp.dynamic.example.org", "198.18.20.25", NULL, true},
        /* parts of words, and the owner's own name */
        {"dynamo.poolside.example.org", "198.18.20.25", NULL, false},
        {"a.cable-dsl.example", "198.18.20.25", NULL, false},
        {"mx.pool.example", "198.18.20.25", NULL, false},
        {"2001-db8-0-20--25.v6.example.net", "2001:db8:0:20::25", "2001-db8-0-20--25.v6", false},
        {"2001-0db8-0000-0020.dyn.example.net", "2001:db8:0:20::25", "2001-0db8-0000-0020.dyn", true},
        {"mx1.example.org", "2001:db8:0:20::25", NULL, false},
        {"mx1.example.org", "::1", NULL, false},
        {"", "198.18.20.25", NULL, false},
        {"mx1.example.org", "no address", NULL, false},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        bool has_word = false;
        unit_same(mw_reverse_generic(*state, cases[i].name, cases[i].address, &has_word), cases[i].part, cases[i].name);
        assert_true(has_word == cases[i].has_word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(names_are_read), UNIT(names_are_shown), UNIT(names_are_under), UNIT(reverse_names_are_weighed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
