/* TLSRPT records; the examples of RFC 8460 section 3.1. */
#include "unit.h"

#include <mailwhy/tlsrpt.h>

static void records_are_read(void **state)
{
    static const struct { const char *text, *rua, *why; } cases[] = {
        {"v=TLSRPTv1;rua=mailto:reports@example.com", "mailto:reports@example.com", NULL},
        {"v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt", "https://reporting.example.com/v1/tlsrpt", NULL},
        {"v=TLSRPTv1; rua=mailto:a@b.c, https://d.e/;", "mailto:a@b.c https://d.e/", NULL},
        {"v=TLSRPTv1; rua=mailto:a@b.c,ftp://d.e/", "mailto:a@b.c", NULL},
        {"v=TLSRPTv1; rua=mailto:a@b.c; rua=https://d.e/", "mailto:a@b.c https://d.e/", NULL},
        {"v=TLSRPTv1; rua=mailto:a%2Cb@b.c", "mailto:a%2Cb@b.c", NULL},
        {"v=TLSRPTv1; rua=mailto:a@b.c!10m", NULL, "rua= has no mailto: or https: address"},
        {"v=TLSRPTv1; rua=mailto:a%4@b.c", NULL, "rua= has no mailto: or https: address"},
        {"v=TLSRPTv1;", NULL, "no rua= tag"},
        {"v=TLSRPTv1; rua=", NULL, "rua= has no mailto: or https: address"},
        {"v=TLSRPTv1; rua=a@b.c", NULL, "rua= has no mailto: or https: address"},
        {"v=TLSRPTv1; rua=mailto:", NULL, "rua= has no mailto: or https: address"},
        {"v=TLSRPTv1; rua=https://", NULL, "rua= has no mailto: or https: address"},
        {"v=TLSRPTv1; x", NULL, "not a list of tags"},
        {"v=TLSRPT1; rua=mailto:a@b.c", NULL, "does not begin with v=TLSRPTv1;"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_tlsrpt *record = mw_tlsrpt_read(*state, cases[i].text, &flaw);
        unit_same(record ? mw_list_join(*state, &record->rua, " ") : NULL, cases[i].rua, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
    }
}

static void records_are_mended(void **state)
{
    static const struct { const char *text, *mended; } cases[] = {
        {"v=TLSRPTv1; rua=mailto:a@b.c!10m", "v=TLSRPTv1; rua=mailto:a@b.c"},
        {"V=TLSRPTv1; rua=a@b.c, https://d.e/x", "v=TLSRPTv1; rua=mailto:a@b.c,https://d.e/x"},
        {"v=TLSRPTv1; rua=http://d.e/", NULL},
        {"V=TLSRPTv1; rua=https://d.e/\"x", NULL},
        {"v=TLSRPTv1;", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_tlsrpt_mend(*state, cases[i].text), cases[i].mended, cases[i].text);
}

static void mailboxes_have_domains(void **state)
{
    unit_same(mw_tlsrpt_domain(*state, "mailto:a@Reports.Example?subject=x"), "reports.example", "query");
    unit_same(mw_tlsrpt_domain(*state, "mailto:a@"), NULL, "none");
    unit_same(mw_tlsrpt_domain(*state, "https://a@b.c/"), NULL, "https");
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(records_are_mended), UNIT(mailboxes_have_domains)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
