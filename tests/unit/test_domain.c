/* Domain names as people write them. */
#include "unit.h"

#include <mailwhy/dns.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(names_are_read), UNIT(names_are_shown), UNIT(names_are_under)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
