/* DKIM key records; the keys of RFC 6376 appendix C and RFC 8463 appendix A. */
#include "unit.h"

#include <mailwhy/dkim.h>

#define RSA "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
#define RSA_BARE "MIGJAoGBAPAhE/9QLdIGwSYapn1klbf8OQygZ4udCDV9afv/Ni0jE3ZKcUKPE4Iob2/dviNh9xM2HmKNKyrrfW4Ei0truh36/9G10LZTMnWVZP3jupH5FxpzaBu2j80yonR/N9WMfg64qGK11j21/qZzAaNo0FxZOggyY9I8N1A81RhyRxDZAgMBAAE="
#define ED "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void keys_are_read(void **state)
{
    static const struct { const char *text, *type; int bits; bool revoked, testing, no_subdomains, for_mail; } cases[] = {
        {"v=DKIM1; p=" RSA, "rsa", 1024, false, false, false, true},
        {"p=" RSA ";", "rsa", 1024, false, false, false, true},
        {"v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=y:s; n=a note; p=" RSA, "rsa", 1024, false, true, true, true},
        {"v=DKIM1;k=rsa;p=" RSA_BARE, "rsa", 1024, false, false, false, true},
        {"v = DKIM1 ; k = rsa ; p = MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2Uz\t"
         " J1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB", "rsa", 1024, false, false, false, true},
        {"v=DKIM1; k=ed25519; p=" ED, "ed25519", 256, false, false, false, true},
        {"v=DKIM1; p=", "rsa", 0, true, false, false, true},
        {"v=DKIM1; s=tlsrpt; x=unknown; p=" RSA, "rsa", 1024, false, false, false, false},
        {"v=DKIM1; s=*; p=" RSA, "rsa", 1024, false, false, false, true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_dkim_key *key = mw_dkim_read(*state, cases[i].text, &flaw);
        unit_same(flaw.why, NULL, cases[i].text);
        assert_non_null(key);
        unit_same(key->type, cases[i].type, cases[i].text);
        assert_int_equal(key->bits, cases[i].bits);
        assert_int_equal(key->revoked, cases[i].revoked);
        assert_int_equal(key->testing, cases[i].testing);
        assert_int_equal(key->no_subdomains, cases[i].no_subdomains);
        assert_int_equal(key->for_mail, cases[i].for_mail);
    }
}

static void flaws_are_told(void **state)
{
    static const struct { const char *text, *why; } cases[] = {
        {"", "not a list of tags"},
        {"hello", "not a list of tags"},
        {"v=DKIM1;; p=" RSA, "not a list of tags"},
        {"v=DKIM1; 1p=" RSA, "not a list of tags"},
        {"k=rsa; p=" RSA "; p=" RSA, "tag twice"},
        {"v=DKIM2; p=" RSA, "v= is not DKIM1"},
        {"v=dkim1; p=" RSA, "v= is not DKIM1"},
        {"v=DKIM1\\; p=" RSA, "v= is not DKIM1"},
        {"k=rsa; v=DKIM1; p=" RSA, "v= is not the first tag"},
        {"v=DKIM1; k=rsa", "no p= tag"},
        {"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEB", "key is not an RSA public key"},
        {"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEB!", "p= is not base64"},
        {"v=DKIM1; p=\"" RSA "\"", "p= is not base64"},
        {"v=DKIM1; k=dsa; p=" RSA, "unknown key type"},
        {"v=DKIM1; k=ed25519; p=" RSA, "Ed25519 key is not 32 bytes"},
        {"v=DKIM1; k=rsa; p=" ED, "key is not an RSA public key"},
        {"v=DKIM1; h=sha1; p=" RSA, "no hash that verifiers accept"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        assert_null(mw_dkim_read(*state, cases[i].text, &flaw));
        unit_same(flaw.why, cases[i].why, cases[i].text);
        assert_non_null(flaw.where);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(keys_are_read), UNIT(flaws_are_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
