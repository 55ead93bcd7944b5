/* Folding by display columns: words, Chinese, words that are too long, and nothing lost. */
#include <mailwhy/text.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void folds_by_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        const char *lines; /* joined with | */
    } cases[] = {
        {"", 10, ""},
        {"one two three", 0, "one two three"},
        {"one two three", 7, "one two|three"},
        {"one two three", 8, "one two|three"},
        {"one two three", 13, "one two three"},
        {"abcdefghijkl mn", 5, "abcdefghijkl|mn"},
        {"证书已经过期", 4, "证书|已经|过期"},
        {"证书已经过期。", 12, "证书已经过|期。"},
        {"证书（已过期）。", 6, "证书|（已过|期）。"},
        {"他说“已过期”", 6, "他说|“已过|期”"},
        {"证书 expired 了", 8, "证书|expired|了"},
        {"naïve café", 6, "naïve|café"},
    };
    struct mw_arena *arena = mw_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mw_list lines = mw_text_fold(arena, cases[i].text, cases[i].columns);
        assert_string_equal(mw_list_join(arena, &lines, "|"), cases[i].lines);
    }
    mw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(folds_by_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
