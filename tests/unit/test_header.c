/* Encoded words. */
#include "unit.h"

#include <mailwhy/header.h>

static void words_are_decoded(void **state)
{
    static const char *const rows[][2] = {
        {"plain", "plain"},
        {"=?UTF-8?B?5L2g5aW9?=", "你好"},
        {"=?gb2312?B?xOO6ww==?= there", "你好 there"},
        {"=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"},
        {"=?iso-8859-1*en?q?a_b?=", "a b"},
        {"=?UTF-8?Q?a?= =?UTF-8?Q?b?=", "ab"},
        {"=?UTF-8?Q?a?=\t=?ISO-8859-1?Q?=E9?=", "aé"},
        {"=?UTF-8?B?5L2g?= =?UTF-8?B?5aU=?= =?UTF-8?B?vQ==?=", "你好"}, /* a character cut in the middle */
        {"=?UTF-8?Q?a?= x =?UTF-8?Q?b?=", "a x b"},
        {"x =?UTF-8?Q?a?=", "x a"},
        {"=?klingon?Q?a?=", "=?klingon?Q?a?="},
        {"=?ISO-2022-CN-EXT?B?AAAA?=", "=?ISO-2022-CN-EXT?B?AAAA?="}, /* no converter of the sender's choice */
        {"=?UTF-8?X?a?=", "=?UTF-8?X?a?="},
        {"=?UTF-8?Q?a b?=", "=?UTF-8?Q?a b?="},
        {"=?UTF-8?Q?a", "=?UTF-8?Q?a"},
        {"=?UTF-8?Q?=1B[2J?=", "\\x1B[2J"},
        {"=?UTF-8?B?!!!?=", ""},
        {"\xc4\xe3\xba\xc3", "你好"}, /* GB18030 without a word */
        {"=?", "=?"},
    };
    for (size_t i = 0; i < MW_COUNT(rows); i++)
        unit_same(mw_header_decode(*state, rows[i][0], strlen(rows[i][0])), rows[i][1], rows[i][0]);
}

static void length_is_bounded(void **state)
{
    static char flood[100000];
    memset(flood, 'x', sizeof flood);
    assert_true(strlen(mw_header_decode(*state, flood, sizeof flood)) <= MW_HEADER_TEXT + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(words_are_decoded), UNIT(length_is_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
