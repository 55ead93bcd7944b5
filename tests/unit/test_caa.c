/* CAA records; the examples of RFC 8659 section 4. */
#include "unit.h"

#include <mailwhy/caa.h>

/* rdata of "FLAGS TAG VALUE". */
static const struct mw_caa *read(struct mw_arena *arena, int flags, const char *tag, const char *value, struct mw_flaw *flaw)
{
    size_t bytes = 2 + strlen(tag) + strlen(value);
    unsigned char *rdata = mw_alloc(arena, bytes + 1);
    rdata[0] = (unsigned char)flags;
    rdata[1] = (unsigned char)strlen(tag);
    memcpy(rdata + 2, tag, strlen(tag));
    memcpy(rdata + 2 + strlen(tag), value, strlen(value));
    return mw_caa_read(arena, rdata, bytes, flaw);
}

static void records_are_read(void **state)
{
    static const struct { int flags; const char *tag, *value, *issuer, *why; } cases[] = {
        {0, "issue", "ca1.example.net", "ca1.example.net", NULL},
        {0, "ISSUE", "CA1.Example.NET", "ca1.example.net", NULL},
        {0, "issue", " ca1.example.net ; account=230123 ", "ca1.example.net", NULL},
        {0, "issue", "ca1.example.net; policy=ev; account=1", "ca1.example.net", NULL},
        {0, "issue", ";", "", NULL},
        {0, "issue", "", "", NULL},
        {0, "issuewild", "ca1.example.net", "ca1.example.net", NULL},
        {0, "issue", "%%%%%", "", "the issuer is not a domain name, so nobody may issue by it"},
        {0, "issue", "-ca.example", "", "the issuer is not a domain name, so nobody may issue by it"},
        {0, "issue", "a..b", "", "the issuer is not a domain name, so nobody may issue by it"},
        {0, "issue", "ca1.example.net; what is this", "", "the parameters are not tag=value, so nobody may issue by it"},
        {0, "iodef", "mailto:security@example.com", NULL, NULL},
        {128, "tbs", "Unknown", NULL, "a critical property that no issuer knows, so nobody may issue"},
        {0, "tbs", "Unknown", NULL, NULL},
        {128, "issue", "ca.example", "ca.example", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        const struct mw_caa *record = read(*state, cases[i].flags, cases[i].tag, cases[i].value, &flaw);
        assert_non_null(record);
        unit_same(record->issuer, cases[i].issuer, cases[i].value);
        unit_same(flaw.why, cases[i].why, cases[i].value);
    }
}

static void torn_records_are_refused(void **state)
{
    static const struct { const char *rdata; size_t bytes; } cases[] = {{"", 0}, {"\0", 1}, {"\0\0x", 3}, {"\0\5issu", 6}, {"\0\3a b", 5}};
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        assert_null(mw_caa_read(*state, (const uint8_t *)cases[i].rdata, cases[i].bytes, &flaw));
        assert_non_null(flaw.why);
    }
}

static void sets_restrict(void **state)
{
    struct mw_flaw flaw;
    struct mw_list allowed;
    const struct mw_caa *a = read(*state, 0, "issue", "a.example", &flaw), *nobody = read(*state, 0, "issue", ";", &flaw);
    const struct mw_caa *wild = read(*state, 0, "issuewild", "w.example", &flaw), *mail = read(*state, 0, "iodef", "mailto:a@b.c", &flaw);
    const struct mw_caa *critical = read(*state, 128, "tbs", "", &flaw);
    assert_false(mw_caa_restricts(*state, (const struct mw_caa *[]){mail}, 1, false, &allowed));
    assert_false(mw_caa_restricts(*state, (const struct mw_caa *[]){wild}, 1, false, &allowed));
    assert_true(mw_caa_restricts(*state, (const struct mw_caa *[]){a, nobody, wild}, 3, false, &allowed));
    unit_same(mw_list_join(*state, &allowed, " "), "a.example", "issue");
    assert_true(mw_caa_restricts(*state, (const struct mw_caa *[]){a, wild}, 2, true, &allowed));
    unit_same(mw_list_join(*state, &allowed, " "), "w.example", "issuewild");
    assert_true(mw_caa_restricts(*state, (const struct mw_caa *[]){a}, 1, true, &allowed));
    unit_same(mw_list_join(*state, &allowed, " "), "a.example", "issue for a wildcard");
    assert_true(mw_caa_restricts(*state, (const struct mw_caa *[]){nobody}, 1, false, &allowed) && !allowed.count);
    assert_true(mw_caa_restricts(*state, (const struct mw_caa *[]){a, critical}, 2, false, &allowed) && !allowed.count);
}

static void issuers_are_known(void **state)
{
    static const struct { const char *subject, *first, *who; } cases[] = {
        {"CN=R11,O=Let's Encrypt,C=US", "letsencrypt.org", "Let's Encrypt"},
        {"CN=WR2,O=Google Trust Services,C=US", "pki.goog", "Google Trust Services"},
        {"CN=GeoTrust TLS RSA CA G1,OU=www.digicert.com,O=DigiCert Inc,C=US", "digicert.com", "DigiCert Inc"},
        {"CN=X,O=DigiCert\\, Inc.,C=US", "digicert.com", "DigiCert\\, Inc."},
        {"O=GlobalSign nv-sa,CN=AlphaSSL", "globalsign.com", "GlobalSign nv-sa"},
        {"CN=Own CA,O=Example", NULL, "Example"},
        {"CN=LEO=Let's Encrypt", NULL, ""},
        {"", NULL, ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        const char *who;
        struct mw_list names = mw_caa_names_of(*state, cases[i].subject, &who);
        unit_same(names.count ? names.items[0] : NULL, cases[i].first, cases[i].subject);
        unit_same(who, cases[i].who, cases[i].subject);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(torn_records_are_refused), UNIT(sets_restrict), UNIT(issuers_are_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
