/* TLSA records. */
#include "unit.h"

#include <mailwhy/tlsa.h>

#define SHA256 "0D6FCE13243AA7D5D4C0D52D52D14E0A6E5D9B8C5C2E5E4A1B8E1D0D6FCE1324"
#define SHA512 SHA256 SHA256

static void records_are_read(void **state)
{
    static const struct { const char *text; int usage, selector, matching; size_t bytes; const char *unusable, *why; } cases[] = {
        {"3 1 1 " SHA256, 3, 1, 1, 32, NULL, NULL},
        {"2 0 2 " SHA512, 2, 0, 2, 64, NULL, NULL},
        {"3 1 1 0D6FCE13243AA7D5D4C0D52D52D14E0A 6E5D9B8C5C2E5E4A1B8E1D0D6FCE1324", 3, 1, 1, 32, NULL, NULL},
        {"2 0 0 3082", 2, 0, 0, 2, NULL, NULL},
        {"1 1 1 " SHA256, 1, 1, 1, 32, "usages 0 and 1 cannot be used for SMTP", NULL},
        {"4 1 1 " SHA256, 4, 1, 1, 32, "unknown certificate usage", NULL},
        {"3 2 1 " SHA256, 3, 2, 1, 32, "unknown selector", NULL},
        {"3 1 3 " SHA256, 3, 1, 3, 32, "unknown matching type", NULL},
        {"3 1 1 abcd", 3, 1, 1, 2, "a SHA-256 digest has 32 bytes", NULL},
        {"3 1 2 " SHA256, 3, 1, 2, 32, "a SHA-512 digest has 64 bytes", NULL},
        {"3 1", 0, 0, 0, 0, NULL, "usage, selector and matching type are not three numbers up to 255"},
        {"3 1 256 ab", 0, 0, 0, 0, NULL, "usage, selector and matching type are not three numbers up to 255"},
        {"", 0, 0, 0, 0, NULL, "usage, selector and matching type are not three numbers up to 255"},
        {"3 1 1", 0, 0, 0, 0, NULL, "the data are not hexadecimal"},
        {"3 1 1 abc", 0, 0, 0, 0, NULL, "the data are not hexadecimal"},
        {"3 1 1 xy", 0, 0, 0, 0, NULL, "the data are not hexadecimal"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_tlsa *record = mw_tlsa_read(*state, cases[i].text, &flaw);
        unit_same(flaw.why, cases[i].why, cases[i].text);
        assert_int_equal(record == NULL, cases[i].why != NULL);
        if (!record)
            continue;
        unit_same(record->unusable, cases[i].unusable, cases[i].text);
        assert_int_equal(record->usage, cases[i].usage);
        assert_int_equal(record->selector, cases[i].selector);
        assert_int_equal(record->matching, cases[i].matching);
        assert_int_equal(record->bytes, cases[i].bytes);
    }
}

static void data_are_decoded(void **state)
{
    struct mw_flaw flaw;
    assert_memory_equal(mw_tlsa_read(*state, "3 1 0 00fF7a", &flaw)->data, "\x00\xff\x7a", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(data_are_decoded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
