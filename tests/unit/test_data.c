/* Dated data files and the codes of block lists. */
#include "unit.h"

#include <mailwhy/data.h>

#define FIRST "# mailwhy selectors 2026-11-29\n"
#define HEADING "selector\tservice\tsource\n"

static void files_are_read(void **state)
{
    static const struct { const char *text, *shown, *why; int line; } cases[] = {
        {FIRST HEADING "s1\tSendGrid\t-\n", "2026-11-29 s1|SendGrid|", NULL, 0},
        {FIRST "# a remark\n\n" HEADING "s1\t Send Grid \tx\r\n# another\ns2.eu\t-\t-", "2026-11-29 s1|Send Grid|x s2.eu||", NULL, 0},
        {"# mailwhy selectors 2024-02-29\n" HEADING, "2024-02-29", NULL, 0},
        {"", NULL, "the first line is not \"# mailwhy NAME YYYY-MM-DD\"", 0},
        {HEADING, NULL, "the first line is not \"# mailwhy NAME YYYY-MM-DD\"", 1},
        {"# mailwhy blocklists 2026-11-29\n", NULL, "a data file of another name", 1},
        {"# mailwhy selectors 2026-02-30\n" HEADING, NULL, "not a date as YYYY-MM-DD", 1},
        {"# mailwhy selectors 2025-02-29\n" HEADING, NULL, "not a date as YYYY-MM-DD", 1},
        {"# mailwhy selectors 2026-13-01\n" HEADING, NULL, "not a date as YYYY-MM-DD", 1},
        {"# mailwhy selectors 26-1-1\n" HEADING, NULL, "not a date as YYYY-MM-DD", 1},
        {FIRST, NULL, "no heading row", 1},
        {FIRST "selector\tservice\n", NULL, "wrong number of columns in the heading", 2},
        {FIRST "selector\tsource\tservice\n", NULL, "an unknown column, or one at the wrong place", 2},
        {FIRST HEADING "s1\tSendGrid\n", NULL, "wrong number of columns", 3},
        {FIRST HEADING "s1\tSendGrid\t-\t-\n", NULL, "wrong number of columns", 3},
        {FIRST HEADING "s1\t-\t-\ns 1\t-\t-\n", NULL, "no DKIM selector", 4},
        {FIRST HEADING "-\t-\t-\n", NULL, "no DKIM selector", 3},
        {FIRST HEADING "s1\t\x1b[2J\t-\n", NULL, "a control character", 3},
        {FIRST HEADING "s1\t\xff\t-\n", NULL, "text that is not UTF-8", 3},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        const struct mw_data *data = mw_data_read(*state, &mw_data_selectors, cases[i].text, strlen(cases[i].text), &flaw);
        const char *shown = data ? data->date : NULL;
        for (size_t row = 0; data && row < data->count; row++)
            shown = mw_printf(*state, "%s %s|%s|%s", shown, data->rows[row][0], data->rows[row][1], data->rows[row][2]);
        unit_same(shown, cases[i].shown, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
        assert_int_equal(flaw.line, cases[i].line);
    }
}

static void ceilings_hold(void **state)
{
    static char bytes[MW_DATA_BYTES + 1];
    struct mw_flaw flaw;
    memset(bytes, 'x', sizeof bytes);
    assert_null(mw_data_read(*state, &mw_data_selectors, bytes, sizeof bytes, &flaw));
    unit_same(flaw.why, "longer than 256 KiB", "bytes");
    assert_null(mw_data_read(*state, &mw_data_selectors, bytes, sizeof bytes - 1, &flaw));
    unit_same(flaw.why, "a line longer than 2000 bytes", "line");
    size_t count = strlen(FIRST HEADING);
    memcpy(bytes, FIRST HEADING, count);
    for (size_t row = 0; row <= MW_DATA_ROWS; row++, count += 6)
        memcpy(bytes + count, "s\t-\t-\n", 6);
    assert_null(mw_data_read(*state, &mw_data_selectors, bytes, count, &flaw));
    unit_same(flaw.why, "more than 1000 rows", "rows");
    assert_int_equal(flaw.line, 3 + MW_DATA_ROWS);
    assert_non_null(mw_data_read(*state, &mw_data_selectors, bytes, count - 6, &flaw));
}

static void codes_have_meanings(void **state)
{
    static const char zen[] = "127.0.0.2-3=spam 127.0.0.4-7=exploit 127.0.0.10-11=policy 127.255.255.*=refused";
    static const char bits[] = "127.0.0.1=refused 127.0.0.&8=phish 127.0.0.&16=malware 127.0.0.&128=abused";
    static const struct { const char *codes, *address, *meaning; } cases[] = {
        {zen, "127.0.0.2", "spam"}, {zen, "127.0.0.3", "spam"}, {zen, "127.0.0.7", "exploit"}, {zen, "127.0.0.8", ""}, {zen, "127.0.0.11", "policy"},
        {zen, "127.255.255.254", "refused"}, {zen, "127.0.1.2", ""}, {zen, "192.0.2.1", ""}, {zen, "127.0.0.2x", ""}, {zen, "2001:db8::1", ""}, {zen, "", ""},
        {bits, "127.0.0.1", "refused"}, {bits, "127.0.0.8", "phish"}, {bits, "127.0.0.24", "phish malware"}, {bits, "127.0.0.2", ""}, {"", "127.0.0.2", ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_blocklist_meaning(*state, cases[i].codes, cases[i].address), cases[i].meaning, cases[i].address);
    static const char *const wrong[] = {"127.0.0.2", "127.0.0=spam", "127.0.0.2=nothing", "127.0.0.256=spam", "127.0.0.5-2=spam", "127.0.0.&0=spam", "127.0.0.=spam", "127.0.*.2=spam", "=", "127.0.0.2=spam=spam"};
    for (size_t i = 0; i < MW_COUNT(wrong); i++)
        unit_same(mw_blocklist_codes_are_good(*state, wrong[i]) ? "good" : "wrong", "wrong", wrong[i]);
    assert_true(mw_blocklist_codes_are_good(*state, zen) && mw_blocklist_codes_are_good(*state, bits) && mw_blocklist_codes_are_good(*state, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(files_are_read), UNIT(ceilings_hold), UNIT(codes_have_meanings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
