/* BIMI records and logos. */
#include "unit.h"

#include <mailwhy/bimi.h>

static void records_are_read(void **state)
{
    static const struct { const char *text, *shown, *why; } cases[] = {
        {"v=BIMI1; l=https://example.org/logo.svg; a=https://example.org/vmc.pem", "https://example.org/logo.svg https://example.org/vmc.pem 0", NULL},
        {"v=BIMI1; l=https://example.org/logo.svg", "https://example.org/logo.svg  0", NULL},
        {"v=BIMI1; l=; a=;", "  1", NULL},
        {"v=BIMI1; l=; a=https://example.org/vmc.pem", " https://example.org/vmc.pem 0", NULL},
        {"v=BIMI1; avp=brand; l=https://example.org/logo.svg; x=y", "https://example.org/logo.svg  0", NULL},
        {"v=BIMI1;", NULL, "no l= tag"},
        {"v=BIMI1; l=http://example.org/logo.svg", NULL, "l= is not one https URI"},
        {"v=BIMI1; l=https://example.org/a.svg,https://example.org/b.svg", NULL, "l= is not one https URI"},
        {"v=BIMI1; l=https://", NULL, "l= is not one https URI"},
        {"v=BIMI1; l=https://example.org/logo.svg; a=self", NULL, "a= is not one https URI"},
        {"l=https://example.org/logo.svg; v=BIMI1", NULL, "v=BIMI1 is not the first tag"},
        {"v=bimi1; l=", NULL, "v=BIMI1 is not the first tag"},
        {"v=BIMI12; l=", NULL, "v=BIMI1 is not the first tag"},
        {"", NULL, "v=BIMI1 is not the first tag"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_bimi *record = mw_bimi_read(*state, cases[i].text, &flaw);
        unit_same(record ? mw_printf(*state, "%s %s %d", record->logo, record->evidence, record->declined) : NULL, cases[i].shown, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
    }
}

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\">"

static void logos_are_checked(void **state)
{
    static const struct { const char *text, *why; } cases[] = {
        {SVG "<title>x</title><rect/></svg>", NULL},
        {"<?xml version=\"1.0\"?>\n" SVG "<title>x</title><use href=\"#a\"/></svg>\n", NULL},
        {SVG "<rect/></svg>", "no title element"},
        {SVG "<g><title>x</title></g></svg>", "no title element"},
        {SVG "<title>x</title><script/></svg>", "an element that SVG Tiny PS does not allow"},
        {SVG "<title>x</title><image xlink:href=\"data:x\"/></svg>", "an element that SVG Tiny PS does not allow"},
        {SVG "<title>x</title><use xlink:href=\"https://example.org/\"/></svg>", "a link to something outside the image"},
        {"<svg version=\"1.1\" baseProfile=\"tiny-ps\"><title/></svg>", "version is not 1.2"},
        {"<svg version=\"1.2\"><title/></svg>", "baseProfile is not tiny-ps"},
        {"<svg version=\"1.2\" baseProfile=\"tiny-ps\" x=\"0\"><title/></svg>", "x= or y= at the root element"},
        {"<html/>", "not an SVG image"},
        {SVG "<title>x</title>", "not well-formed XML"},
        {"<!DOCTYPE svg [<!ENTITY a \"b\">]>" SVG "<title>&a;</title></svg>", "an entity of the document's own"},
        {"\x1f\x8b\x08", "a compressed file"},
        {"", "not well-formed XML"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        bool good = mw_bimi_is_logo(*state, cases[i].text, strlen(cases[i].text), &flaw);
        unit_same(flaw.why, cases[i].why, cases[i].text);
        assert_int_equal(good, !cases[i].why);
    }
    static const char long_one[MW_BIMI_LOGO_BYTES + 1];
    struct mw_flaw flaw;
    assert_false(mw_bimi_is_logo(*state, long_one, sizeof long_one, &flaw));
    unit_same(flaw.why, "longer than 32 KiB", "ceiling");
}

static void records_are_mended(void **state)
{
    static const struct { const char *text, *mended; } cases[] = {
        {"v=BIMI1; l=http://a.example/l.svg; a=https://a.example/v.pem", "v=BIMI1; l=https://a.example/l.svg; a=https://a.example/v.pem"},
        {"v=BIMI1; l=https://a.example/l.svg, https://a.example/m.svg", "v=BIMI1; l=https://a.example/l.svg; a="},
        {"v=BIMI1; a=self;", "v=BIMI1; l=https://b.example/logo.svg; a="},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_bimi_mend(*state, cases[i].text, "b.example"), cases[i].mended, cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(records_are_mended), UNIT(logos_are_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
