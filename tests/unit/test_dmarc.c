/* DMARC policy records (RFC 9989). */
#include "unit.h"

#include <mailwhy/dmarc.h>

static const char *shown(struct mw_arena *arena, const struct mw_dmarc *record)
{
    return mw_printf(arena, "%s%s/%s/%s %s%s%s%c fo=%s rua=%s ruf=%s removed=%s over=%s", record->policy, record->forced ? "!" : "",
                     record->subdomains ? record->subdomains : "-", record->nonexistent ? record->nonexistent : "-", record->strict_dkim ? "D" : "",
                     record->strict_spf ? "S" : "", record->testing ? "T" : "", record->psd, record->fo, mw_list_join(arena, &record->rua, ","),
                     mw_list_join(arena, &record->ruf, ","), mw_list_join(arena, &record->removed, ","), mw_list_join(arena, &record->passed_over, ","));
}

static void records_are_read(void **state)
{
    static const struct { const char *text, *shown, *why; } cases[] = {
        {"v=DMARC1; p=none", "none/-/- u fo=0 rua= ruf= removed= over=", NULL},
        {"v=DMARC1;p=reject;", "reject/-/- u fo=0 rua= ruf= removed= over=", NULL},
        {"V = DMARC1 ; P = Reject ; SP=none", "reject/none/- u fo=0 rua= ruf= removed= over=", NULL},
        {"v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com", "none/-/- u fo=0 rua=mailto:dmarc-feedback@example.com ruf= removed= over=", NULL},
        {"v=DMARC1; p=quarantine; sp=reject; np=reject; adkim=s; aspf=s; t=y; psd=n; fo=0:1:d:s; rua=mailto:a@b.c,mailto:d@e.f!10m; ruf=mailto:g@h.i",
         "quarantine/reject/reject DSTn fo=0:1:d:s rua=mailto:a@b.c,mailto:d@e.f ruf=mailto:g@h.i removed= over=", NULL},
        {"v=DMARC1; p=none; pct=50; rf=afrf; ri=3600", "none/-/- u fo=0 rua= ruf= removed=pct,rf,ri over=", NULL},
        {"v=DMARC1;; p=none;;", "none/-/- u fo=0 rua= ruf= removed= over=", NULL},
        {"v=DMARC1; rua=mailto:a@b.c; p=reject", "reject/-/- u fo=0 rua=mailto:a@b.c ruf= removed= over=", NULL},
        {"v=DMARC1; p=reject; p=none", "reject/-/- u fo=0 rua= ruf= removed= over=p=none", NULL},
        {"v=DMARC1; p=reject; x=y; adkim=strict; hello", "reject/-/- u fo=0 rua= ruf= removed= over=x=y,adkim=strict,hello", NULL},
        {"v=DMARC1; p=reject; rua=a@b.c", "reject/-/- u fo=0 rua= ruf= removed= over=rua=a@b.c", NULL},
        {"v=DMARC1; p=reject; fo=7", "reject/-/- u fo=0 rua= ruf= removed= over=fo=7", NULL},
        {"v=DMARC1", "none!/-/- u fo=0 rua= ruf= removed= over=", "no p= tag"},
        {"v=DMARC1; p=block; rua=mailto:a@b.c", "none!/-/- u fo=0 rua=mailto:a@b.c ruf= removed= over=p=block", "p= is not none, quarantine or reject"},
        {"v=DMARC1; p=reject; sp=rejct; rua=mailto:a@b.c", "none!/-/- u fo=0 rua=mailto:a@b.c ruf= removed= over=sp=rejct", "sp= is not none, quarantine or reject"},
        {"v=DMARC1; p=block", NULL, "p= is not none, quarantine or reject"},
        {"v=DMARC1; p=", NULL, "p= is not none, quarantine or reject"},
        {"v=DMARC1; p=reject; np=x", NULL, "np= is not none, quarantine or reject"},
        {"p=reject; v=DMARC1", NULL, "v=DMARC1 is not the first tag"},
        {"v=DMARC1 p=none", NULL, "v=DMARC1 is not the first tag"},
        {"", NULL, "v=DMARC1 is not the first tag"},
        {"\nv=DMARC1; p=none", NULL, "v=DMARC1 is not the first tag"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_dmarc *record = mw_dmarc_read(*state, cases[i].text, &flaw);
        unit_same(record ? shown(*state, record) : NULL, cases[i].shown, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
    }
}

static void records_are_told_from_near_ones(void **state)
{
    (void)state;
    static const struct { const char *text; bool is, near; } cases[] = {
        {"v=DMARC1; p=none", true, false}, {"v=DMARC1", true, false}, {"v = DMARC1;", true, false}, {"V=DMARC1;p=none", true, false},
        {"v=dmarc1; p=none", false, true}, {"p=none; v=DMARC1", false, true}, {"\"v=DMARC1; p=none\"", false, true}, {"v=DMARC 1; p=none", false, true},
        {"v=DMARC1 p=none", false, true}, {"v=spf1 -all", false, false}, {"", false, false}, {"“v=DMARC1; p=none”", false, true}, {"v=DMARC12", false, true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        if (mw_dmarc_is_record(cases[i].text) != cases[i].is || mw_dmarc_is_near(cases[i].text) != cases[i].near)
            fail_msg("%s", cases[i].text);
    }
}

static void policies_are_inherited(void **state)
{
    struct mw_flaw flaw;
    const struct mw_dmarc *all = mw_dmarc_read(*state, "v=DMARC1; p=reject; sp=quarantine; np=none", &flaw);
    unit_same(mw_dmarc_policy_for(all, false, true), "reject", "itself");
    unit_same(mw_dmarc_policy_for(all, true, true), "quarantine", "below");
    unit_same(mw_dmarc_policy_for(all, true, false), "none", "below, not there");
    const struct mw_dmarc *few = mw_dmarc_read(*state, "v=DMARC1; p=reject; sp=none", &flaw);
    unit_same(mw_dmarc_policy_for(few, true, false), "none", "np from sp");
    unit_same(mw_dmarc_policy_for(mw_dmarc_read(*state, "v=DMARC1; p=reject", &flaw), true, true), "reject", "sp from p");
}

static void records_are_mended(void **state)
{
    static const struct { const char *text, *mended; } cases[] = {
        {"v=DMARC1; p=reject; rua=mailto:a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org"},
        {"v=DMARC1; p=rejct; rua=a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org"},
        {"v=DMARC1; pct=50; p=quarantine; ri=86400; rf=afrf; sp=none", "v=DMARC1; p=quarantine; sp=none"},
        {"p=reject; v=DMARC1", "v=DMARC1; p=reject"},
        {"v=dmarc1; P=Reject", "v=DMARC1; p=Reject"},
        {"\xe2\x80\x9cv=DMARC1\xef\xbc\x9b p=none\xef\xbc\x9b rua=mailto:a@example.org\xe2\x80\x9d", "v=DMARC1; p=none; rua=mailto:a@example.org"},
        {"\\\"v=DMARC1; p=none\\\"", "v=DMARC1; p=none"},
        {"v=DMARC1; p=; rua=nobody", "v=DMARC1; p=none"},
        {"v=DMARC1, p=reject, rua=mailto:a@example.org, mailto:b@example.net", "v=DMARC1; p=reject; rua=mailto:a@example.org,mailto:b@example.net"},
        {"v=DMARC1 p=reject  rua = mailto:a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org"},
        {"v=DMARC1; p=none; rua=mailto:a@example.org!10m, mailto:b@example.net; ruf=https://x", "v=DMARC1; p=none; rua=mailto:a@example.org!10m,mailto:b@example.net"},
        {"", "v=DMARC1; p=none"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_dmarc_mend(*state, cases[i].text), cases[i].mended, cases[i].text);
}

static void report_domains(void **state)
{
    static const struct { const char *uri, *domain; } cases[] = {
        {"mailto:a@Example.ORG", "example.org"}, {"mailto:a@example.org!10m", "example.org"}, {"mailto:a@example.org?subject=x", "example.org"},
        {"https://example.org/a@b", NULL}, {"mailto:a", NULL}, {"mailto:a@", NULL}, {"mailto:a@b..c", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_dmarc_report_domain(*state, cases[i].uri), cases[i].domain, cases[i].uri);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(records_are_told_from_near_ones), UNIT(policies_are_inherited), UNIT(records_are_mended), UNIT(report_domains)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
