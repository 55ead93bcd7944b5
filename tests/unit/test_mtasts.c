/* MTA-STS: records, policy files, patterns; the examples of RFC 8461. */
#include "unit.h"

#include <mailwhy/mtasts.h>

static void records_are_read(void **state)
{
    static const struct { const char *text, *id, *why; } cases[] = {
        {"v=STSv1; id=20160831085700Z;", "20160831085700Z", NULL},
        {"v=STSv1;id=1", "1", NULL},
        {"v=STSv1 ; id = a1 ; x=y", "a1", NULL},
        {"v=STSv1;", NULL, "no id= tag"},
        {"v=STSv1; ID=1", NULL, "id= is not in lower case"},
        {"v=STSv1; id=", NULL, "id= is not 1 to 32 letters and digits"},
        {"v=STSv1; id=2016-08-31", NULL, "id= is not 1 to 32 letters and digits"},
        {"v=STSv1; id=123456789012345678901234567890123", NULL, "id= is not 1 to 32 letters and digits"},
        {"v=STSv1; hello; id=1", NULL, "not a list of tags"},
        {"v=STSv1", NULL, "does not begin with v=STSv1;"},
        {"v=STSv2; id=1", NULL, "does not begin with v=STSv1;"},
        {"id=1; v=STSv1;", NULL, "does not begin with v=STSv1;"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        unit_same(mw_mtasts_read_record(*state, cases[i].text, &flaw), cases[i].id, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
    }
}

#define EXAMPLE "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.Example.NET\nmx: backupmx.example.com\nmax_age: 604800\n"

static void policies_are_read(void **state)
{
    static const struct { const char *text, *shown, *why; int line; } cases[] = {
        {EXAMPLE, "enforce 604800 mail.example.com,*.example.net,backupmx.example.com", NULL, 0},
        {"version: STSv1\r\nmode: testing\r\nmx: a.example\r\nmax_age: 1\r\n", "testing 1 a.example", NULL, 0},
        {"max_age:86400\nmx:a.example\nmode:enforce\nversion:STSv1", "enforce 86400 a.example", NULL, 0},
        {"version: STSv1\nmode: none\nmax_age: 86400\n", "none 86400 ", NULL, 0},
        {"version: STSv1\nmode: enforce\nmode: none\nmx: a.example\nmax_age: 1\nmax_age: x\next: y\n\n", "enforce 1 a.example", NULL, 0},
        {"", NULL, "no version", 0},
        {"mode: enforce\nmx: a.example\nmax_age: 1\n", NULL, "no version", 0},
        {"version: STSv2\nmode: enforce\n", NULL, "version is not STSv1", 1},
        {"version: STSv1\nmode: Enforce\n", NULL, "mode is not enforce, testing or none", 2},
        {"version: STSv1\nmx: a.example\nmax_age: 1\n", NULL, "no mode", 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\n", NULL, "no max_age", 0},
        {"version: STSv1\nmode: enforce\nmax_age: 1\n", NULL, "no mx", 0},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1d\n", NULL, "max_age is not a number of up to 10 digits", 4},
        {"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 99999999\n", NULL, "max_age is beyond 31557600", 4},
        {"version: STSv1\nmode: enforce\nmx: *.*.example\n", NULL, "mx is not a host or *.domain", 3},
        {"version: STSv1\nmode: enforce\nmx: 10 a.example\n", NULL, "mx is not a host or *.domain", 3},
        {"version: STSv1\nmode: enforce\nmx: a.example.\n", NULL, "mx is not a host or *.domain", 3},
        {"version: STSv1\nmode: enforce\nmx: 192.0.2.1\n", NULL, "mx is not a host or *.domain", 3},
        {"\xEF\xBB\xBFversion: STSv1\nmode: enforce\n", NULL, "begins with a byte order mark", 1},
        {"<!doctype html>\n", NULL, "a line without a name and a colon", 1},
        {": STSv1\n", NULL, "a line without a name and a colon", 1},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_mtasts_policy *policy = mw_mtasts_read_policy(*state, cases[i].text, strlen(cases[i].text), &flaw);
        const char *shown = policy ? mw_printf(*state, "%s %ld %s", policy->mode, policy->max_age_s, mw_list_join(*state, &policy->mx, ",")) : NULL;
        unit_same(shown, cases[i].shown, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
        assert_int_equal(flaw.line, cases[i].line);
    }
}

static void a_long_policy_is_refused(void **state)
{
    static char bytes[65537];
    struct mw_flaw flaw = {0};
    memset(bytes, '\n', sizeof bytes);
    assert_null(mw_mtasts_read_policy(*state, bytes, sizeof bytes, &flaw));
    unit_same(flaw.why, "longer than 64 KiB", "ceiling");
}

static void patterns_match_one_label(void **state)
{
    struct mw_flaw flaw;
    const struct mw_mtasts_policy *policy = mw_mtasts_read_policy(*state, EXAMPLE, strlen(EXAMPLE), &flaw);
    assert_true(mw_mtasts_covers(policy, "mail.example.com"));
    assert_true(mw_mtasts_covers(policy, "MX1.example.net"));
    assert_false(mw_mtasts_covers(policy, "a.b.example.net"));
    assert_false(mw_mtasts_covers(policy, "example.net"));
    assert_false(mw_mtasts_covers(policy, "a.mail.example.com"));
    assert_false(mw_mtasts_pattern_matches("*.example.net", ".example.net"));
}

static void media_types_are_exact(void **state)
{
    (void)state;
    assert_true(mw_mtasts_is_media_type("text/plain") && mw_mtasts_is_media_type("Text/Plain; charset=utf-8") && mw_mtasts_is_media_type("text/plain ;x=y"));
    assert_false(mw_mtasts_is_media_type("text/plain2") || mw_mtasts_is_media_type("text/html") || mw_mtasts_is_media_type(""));
}

static void near_misses_are_known(void **state)
{
    (void)state;
    assert_true(mw_mtasts_is_near("v=STSv2; id=1") && mw_mtasts_is_near("v = STSv1; id=1") && mw_mtasts_is_near("STSv1; id=1"));
    assert_false(mw_mtasts_is_near("v=spf1 -all") || mw_mtasts_is_near("sts-verification=1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(media_types_are_exact), UNIT(near_misses_are_known), UNIT(policies_are_read), UNIT(a_long_policy_is_refused), UNIT(patterns_match_one_label)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
