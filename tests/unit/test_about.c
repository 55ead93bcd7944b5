/* What facts are about: reading the forms, and which of them touch. */
#include "unit.h"

#include <mailwhy/about.h>
#include <mailwhy/text.h>

static void forms_are_read(void **state)
{
    (void)state;
    static const struct { const char *text, *zone, *mailbox, *host, *address; int port; } cases[] = {
        {"example.org", NULL, NULL, "example.org", NULL, 0},
        {"alice@example.org", NULL, "alice@example.org", "example.org", NULL, 0},
        {"mx1.example.org:25", NULL, NULL, "mx1.example.org", NULL, 25},
        {"mx1.example.org[192.0.2.1]", NULL, NULL, "mx1.example.org", "192.0.2.1", 0},
        {"mx1.example.org[2001:db8::1]:25", NULL, NULL, "mx1.example.org", "2001:db8::1", 25},
        {"[192.0.2.1]:993", NULL, NULL, "", "192.0.2.1", 993},
        {"example.org@ns1.example.net[192.0.2.53]", "example.org", NULL, "ns1.example.net", "192.0.2.53", 0},
    };
    struct mw_arena *arena = mw_arena_new();
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_about about = mw_about_read(arena, cases[i].text);
        assert_true(mw_text_same(about.zone, cases[i].zone));
        assert_true(mw_text_same(about.mailbox, cases[i].mailbox));
        assert_string_equal(about.host, cases[i].host);
        assert_true(mw_text_same(about.address, cases[i].address));
        assert_int_equal(about.port, cases[i].port);
    }
    mw_arena_free(arena);
}

static void touching(void **state)
{
    (void)state;
    static const struct { const char *a, *b; bool touches; } cases[] = {
        {"mx1.example.org", "mx1.example.org[192.0.2.1]:25", true},
        {"mx1.example.org:25", "mx1.example.org[192.0.2.1]:25", true},
        {"mx1.example.org:25", "mx1.example.org:587", false},
        {"mx1.example.org[192.0.2.1]:25", "mx1.example.org[192.0.2.2]:25", false},
        {"mx1.example.org", "mx2.example.org", false},
        {"192.0.2.1", "mx1.example.org[192.0.2.1]:25", true},
        {"2001:db8::1", "mx1.example.org[2001:db8::1]:25", true},
        {"2001:db8::1", "mx1.example.org[2001:db8::2]:25", false},
        {"example.org", "example.org@ns1.example.net[192.0.2.53]", true},
        {"example.com", "example.org@ns1.example.net[192.0.2.53]", false},
        {"alice@example.org", "bob@example.org", false},
        {"example.org", "example.org", true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        if (mw_about_touches(cases[i].a, cases[i].b) != cases[i].touches || mw_about_touches(cases[i].b, cases[i].a) != cases[i].touches)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms_are_read), cmocka_unit_test(touching)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
