/* Text: numbers, suggestions, hostile bytes, times, base64. */
#include "unit.h"

#include <mailwhy/text.h>

#include <string.h>

static void safe_shows_nothing_that_moves_a_terminal(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t count; size_t ceiling; const char *safe; } cases[] = {
        {"220 mx ready", 12, 100, "220 mx ready"},
        {"a\x1b[31mb", 7, 100, "a\\x1B[31mb"},
        {"a\0b", 3, 100, "a\\x00b"},
        {"\xe4\xb8\xad", 3, 100, "中"},                              /* UTF-8 as it is */
        {"\xd6\xd0\xb9\xfa", 4, 100, "中国"},                        /* GB18030 */
        {"\xe2\x80\xae" "abc", 6, 100, "\\u202eabc"},                /* right-to-left override */
        {"\xc2\x9b" "31m", 5, 100, "\\x9B31m"},                      /* C1 control sequence introducer */
        {"abcdefgh", 8, 4, "abcd…"},
        {"\xe4\xb8\xad\xe4\xb8\xad", 6, 5, "中…"},                   /* cut at a character */
        {"", 0, 10, ""},
    };
    struct mw_arena *arena = mw_arena_new();
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        assert_string_equal(mw_text_safe(arena, cases[i].bytes, cases[i].count, cases[i].ceiling), cases[i].safe);
    mw_arena_free(arena);
}

static void a_long_text_keeps_its_charset(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    char bytes[102]; /* 25 * 4 lies inside a character */
    for (size_t i = 0; i < sizeof bytes; i += 3)
        memcpy(bytes + i, "\xe4\xb8\xad", 3);
    assert_string_equal(mw_text_safe(arena, bytes, sizeof bytes, 25), "中中中中中中中中…");
    mw_arena_free(arena);
}

static void safe_output_is_utf8_whatever_comes(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    unsigned char bytes[512];
    uint32_t seed = 12345;
    for (unsigned round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((seed = seed * 1664525u + 1013904223u) >> 24);
        char *safe = mw_text_safe(arena, bytes, sizeof bytes, 100);
        assert_true(mw_text_is_utf8(safe, strlen(safe)));
        assert_true(strlen(safe) <= 103);
        assert_null(strchr(safe, 0x1b));
    }
    mw_arena_free(arena);
}

static void numbers_are_whole_and_in_range(void **state)
{
    (void)state;
    static const struct { const char *text; bool fine; long number; } cases[] = {
        {"25", true, 25}, {"1", true, 1}, {"65535", true, 65535}, {"0", false, 0}, {"65536", false, 0}, {"-1", false, 0}, {" 25", false, 0},
        {"25x", false, 0}, {"", false, 0}, {"99999999999999999999", false, 0}, {"+5", false, 0},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        long number = -7;
        assert_int_equal(mw_text_number(cases[i].text, 1, 65535, &number), cases[i].fine);
        assert_int_equal(number, cases[i].fine ? cases[i].number : -7);
    }
}

static void nearest_suggests_only_what_is_near(void **state)
{
    (void)state;
    static const char *const words[] = {"smtp", "submission", "imap", "pop3", "resolver"};
    static const struct { const char *word, *nearest; } cases[] = {
        {"smpt", "smtp"}, {"imaps", "imap"}, {"submision", "submission"}, {"resolv", "resolver"}, {"elephant", NULL}, {"SMTP", "smtp"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        const char *nearest = mw_text_nearest(cases[i].word, words, MW_COUNT(words));
        if (cases[i].nearest)
            assert_string_equal(nearest, cases[i].nearest);
        else
            assert_null(nearest);
    }
}

static void columns_count_chinese_twice(void **state)
{
    (void)state;
    assert_int_equal(mw_text_columns("abc"), 3);
    assert_int_equal(mw_text_columns("证书已过期"), 10);
    assert_int_equal(mw_text_columns("é"), 1);
    assert_int_equal(mw_text_columns(""), 0);
}

static void times_go_there_and_back(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    assert_string_equal(mw_time_text(arena, 1795352400), "2026-11-22T13:00:00Z");
    assert_int_equal(mw_time_read("2026-11-22T13:00:00Z"), 1795352400);
    assert_int_equal(mw_time_read("2026-11-22 13:00:00"), -1);
    assert_int_equal(mw_time_read("2026-11-22T13:00:00Z "), -1);
    mw_arena_free(arena);
}

static void base64_goes_there_and_back(void **state)
{
    (void)state;
    static const struct { const char *plain, *coded; } cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}}; /* RFC 4648 section 10 */
    static const char *const wrong[] = {"Z", "Zg=", "Z===", "Zg==Zg==", "Zm9*", "=Zm9"};
    struct mw_arena *arena = mw_arena_new();
    unsigned char *bytes;
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        assert_string_equal(mw_base64_text(arena, cases[i].plain, strlen(cases[i].plain)), cases[i].coded);
        assert_int_equal(mw_base64_read(arena, cases[i].coded, &bytes), strlen(cases[i].plain));
        assert_string_equal((char *)bytes, cases[i].plain);
    }
    for (size_t i = 0; i < MW_COUNT(wrong); i++)
        assert_int_equal(mw_base64_read(arena, wrong[i], &bytes), -1);
    mw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_shows_nothing_that_moves_a_terminal), cmocka_unit_test(safe_output_is_utf8_whatever_comes), cmocka_unit_test(numbers_are_whole_and_in_range),
        cmocka_unit_test(nearest_suggests_only_what_is_near),       cmocka_unit_test(columns_count_chinese_twice),        cmocka_unit_test(times_go_there_and_back),
        cmocka_unit_test(base64_goes_there_and_back),               cmocka_unit_test(a_long_text_keeps_its_charset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
