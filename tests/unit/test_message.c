/* Messages: where the keys of their DKIM signatures are. */
#include "unit.h"

#include <mailwhy/message.h>

static void keys_are_found(void **state)
{
    static const struct { const char *text, *keys, *why; } cases[] = {
        {"From: a@b.c\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.org;\r\n\ts=s1; bh=x; b=y\r\n\r\nDKIM-Signature: s=body; d=b.c\r\n", "s1._domainkey.example.org", NULL},
        {"dkim-signature : s=A ; d=Example.ORG\nDKIM-Signature: d=list.example; s=2026\n\n", "a._domainkey.example.org 2026._domainkey.list.example", NULL},
        {"DKIM-Signature: s=s1; d=b.c\nDKIM-Signature: s=s1; d=b.c\n", "s1._domainkey.b.c", NULL},
        {"DKIM-Signature: d=b.c\nX-DKIM-Signature: s=s1; d=b.c\n", "", NULL},
        {"DKIM-Signature: s=a..b; d=c\n", "", NULL},
        {"Subject: none\n", "", NULL},
        {"", "", NULL},
        {"\r\nDKIM-Signature: s=body; d=b.c\r\n", "", NULL},
        {"hello, world\n", NULL, "does not begin with a header field"},
        {"{\"schema\": 1}\n", NULL, "does not begin with a header field"},
        {" folded: first\n", NULL, "does not begin with a header field"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        struct mw_list keys = {0};
        bool good = mw_message_read(*state, cases[i].text, strlen(cases[i].text), &keys, &flaw);
        unit_same(good ? mw_list_join(*state, &keys, " ") : NULL, cases[i].keys, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
    }
}

static void signatures_have_a_ceiling(void **state)
{
    struct mw_flaw flaw = {0};
    struct mw_list lines = {0}, keys = {0};
    for (unsigned i = 0; i < 3 * MW_MESSAGE_SIGNATURES; i++)
        mw_list_add(*state, &lines, mw_printf(*state, "DKIM-Signature: s=s%u; d=b.c\r\n", i));
    const char *text = mw_list_join(*state, &lines, "");
    assert_true(mw_message_read(*state, text, strlen(text), &keys, &flaw));
    assert_int_equal(keys.count, MW_MESSAGE_SIGNATURES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(keys_are_found), UNIT(signatures_have_a_ceiling)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
