/* Records as lines of a zone file: what is one, and what only looks like one. */
#include <mailwhy/text.h>
#include <mailwhy/zoneline.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void reads_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *owner;
        long ttl_s;
        const char *type, *data;
    } cases[] = {
        {"example.org. 300 IN MX 10 mx1.example.org.", "example.org", 300, "MX", "10 mx1.example.org."},
        {"Example.ORG. 0 IN TXT \"v=spf1 -all\"", "example.org", 0, "TXT", "\"v=spf1 -all\""},
        {". 86400 IN NS a.root.example.", ".", 86400, "NS", "a.root.example."},
        {"example.org. 2147483647 IN DS 1 13 2 00", "example.org", 2147483647, "DS", "1 13 2 00"},
    };
    struct mw_arena *arena = mw_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mw_zoneline line;
        assert_true(mw_zoneline_read(arena, cases[i].text, &line));
        assert_string_equal(line.owner, cases[i].owner);
        assert_int_equal(line.ttl_s, cases[i].ttl_s);
        assert_string_equal(line.type, cases[i].type);
        assert_string_equal(line.data, cases[i].data);
    }
    mw_arena_free(arena);
}

static void refuses_others(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", " ", "glue at a.nic.example", "example.org 300 IN MX 10 mx1.example.org.", "example.org. 300 CH TXT \"x\"", "example.org. -1 IN A 192.0.2.1",
        "example.org. 2147483648 IN A 192.0.2.1", "example.org. 300 IN A", "example.org. 300 IN A ", "example.org.  300 IN A 192.0.2.1",
    };
    struct mw_arena *arena = mw_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mw_zoneline line = {.owner = "untouched"};
        assert_false(mw_zoneline_read(arena, cases[i], &line));
        assert_string_equal(line.owner, "untouched");
    }
    mw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_lines), cmocka_unit_test(refuses_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
