/* DKIM signatures: made here by libopendkim with a key of the test's own, verified as those of a message that arrived. */
#include "unit.h"

#include <mailwhy/signature.h>

#include <opendkim/dkim.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#define NAME "s1._domainkey.example.org"
#define HEADER "From: <a@example.org>\r\nTo: <b@example.net>\r\nSubject: one\r\n"
#define BODY "\r\nhello\r\n"

static EVP_PKEY *key;

static int make_key(void **state)
{
    (void)state;
    key = EVP_RSA_gen(2048);
    return key ? 0 : -1;
}

static int free_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

static const char *record(struct mw_arena *arena)
{
    unsigned char *der = NULL;
    int count = i2d_PUBKEY(key, &der);
    assert_true(count > 0);
    const char *text = mw_printf(arena, "v=DKIM1; k=rsa; p=%s", mw_base64_text(arena, der, (size_t)count));
    OPENSSL_free(der);
    return text;
}

static char *private_key(struct mw_arena *arena)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    assert_int_equal(PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    long count = BIO_get_mem_data(out, &bytes);
    char *text = mw_strndup(arena, bytes, (size_t)count);
    BIO_free(out);
    return text;
}

static void feed(DKIM *dkim, const char *fields)
{
    for (const char *end; (end = strstr(fields, "\r\n")); fields = end + 2)
        assert_int_equal(dkim_header(dkim, (unsigned char *)fields, (size_t)(end - fields)), DKIM_STAT_OK);
}

/* The message with its signature, made at `at` (0: now) to last for `seconds` (0: for ever). */
static const char *signed_message(struct mw_arena *arena, uint64_t at, uint64_t seconds)
{
    DKIM_LIB *library = dkim_init(NULL, NULL);
    DKIM_STAT status;
    unsigned char header[2000];
    assert_int_equal(dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_FIXEDTIME, &at, sizeof at), DKIM_STAT_OK);
    assert_int_equal(dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_SIGNATURETTL, &seconds, sizeof seconds), DKIM_STAT_OK);
    DKIM *dkim = dkim_sign(library, (const unsigned char *)"test", NULL, (dkim_sigkey_t)private_key(arena), (unsigned char *)"s1", (unsigned char *)"example.org",
                           DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, DKIM_SIGN_RSASHA256, -1, &status);
    assert_non_null(dkim);
    feed(dkim, HEADER);
    assert_int_equal(dkim_eoh(dkim), DKIM_STAT_OK);
    assert_int_equal(dkim_body(dkim, (unsigned char *)"hello\r\n", 7), DKIM_STAT_OK);
    assert_int_equal(dkim_eom(dkim, NULL), DKIM_STAT_OK);
    assert_int_equal(dkim_getsighdr(dkim, header, sizeof header, sizeof DKIM_SIGNHEADER), DKIM_STAT_OK);
    const char *text = mw_printf(arena, "DKIM-Signature: %s\r\n" HEADER BODY, (const char *)header);
    dkim_free(dkim);
    dkim_close(library);
    return text;
}

static const char *replaced(struct mw_arena *arena, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    return mw_printf(arena, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static const char *verdict(struct mw_arena *arena, const char *message, const char *text, bool unknown)
{
    struct mw_signature_key keys[] = {{NAME, text, unknown}};
    struct mw_signature found[MW_SIGNATURES];
    struct mw_raw raw;
    mw_raw_read(arena, message, strlen(message), &raw);
    size_t count = mw_signatures_verify(arena, &raw, keys, 1, 0, found);
    assert_int_equal(count, 1);
    assert_string_equal(found[0].key, NAME);
    assert_string_equal(found[0].domain, "example.org");
    return found[0].verdict;
}

static void signatures_are_verified(void **state)
{
    const char *message = signed_message(*state, 0, 0), *text = record(*state);
    unit_same(verdict(*state, message, text, false), MW_SIGNATURE_PASS, "as it was signed");
    unit_same(verdict(*state, replaced(*state, message, "hello", "hello "), text, false), MW_SIGNATURE_PASS, "a blank at the end of a line");
    unit_same(verdict(*state, replaced(*state, message, "hello", "hullo"), text, false), MW_SIGNATURE_BODY, "another body");
    unit_same(verdict(*state, replaced(*state, message, "Subject: one", "Subject: [SPAM] one"), text, false), MW_SIGNATURE_HEADER, "another subject");
    unit_same(verdict(*state, message, NULL, false), MW_SIGNATURE_NO_KEY, "no key");
    unit_same(verdict(*state, message, NULL, true), MW_SIGNATURE_UNTESTED, "no answer");
    unit_same(verdict(*state, message, "v=DKIM1; p=", false), MW_SIGNATURE_BAD_KEY, "revoked");
    unit_same(verdict(*state, mw_strndup(*state, message, strlen(message) - 2), text, false), MW_SIGNATURE_PASS, "saved without the last line end");
    const char *below = replaced(*state, message, "d=example.org;", "d=example.org; i=@mail.example.org;");
    unit_same(verdict(*state, below, replaced(*state, text, "k=rsa;", "t=s;"), false), MW_SIGNATURE_BAD_KEY, "i= below, and the key is for the domain alone");
}

static void methods_are_looked_at(void **state)
{
    static const struct { const char *tag; bool flawed; } cases[] = {{" q=dns/txt;", false}, {" q=dns/txt:other;", false}, {" q=ldap;", true}, {" q=;", true}};
    const char *message = signed_message(*state, 0, 0);
    struct mw_signature_key keys[] = {{NAME, record(*state), false}};
    struct mw_signature found[MW_SIGNATURES];
    struct mw_raw raw;
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        const char *text = replaced(*state, message, "d=example.org;", mw_printf(*state, "d=example.org;%s", cases[i].tag));
        mw_raw_read(*state, text, strlen(text), &raw);
        assert_int_equal(mw_signatures_verify(*state, &raw, keys, 1, 0, found), 1);
        unit_same(found[0].verdict, cases[i].flawed ? MW_SIGNATURE_FLAWED : MW_SIGNATURE_HEADER, cases[i].tag);
    }
}

static void times_are_looked_at(void **state)
{
    unit_same(verdict(*state, signed_message(*state, 1600000000, 60), record(*state), false), MW_SIGNATURE_EXPIRED, "a minute in 2020");
}

/* RFC 8463 appendix A. Our own word alone: libopendkim verifies Ed25519 only where it was built with it (as in Debian). */
static void ed25519_is_verified(void **state)
{
    static const char message[] = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                  " d=football.example.com; i=@football.example.com;\r\n"
                                  " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                  " subject : date : message-id : from : subject : date;\r\n"
                                  " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                  " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                                  " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
                                  "From: Joe SixPack <joe@football.example.com>\r\n"
                                  "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                  "Subject: Is dinner ready?\r\n"
                                  "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                  "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
                                  "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    const char *changed = replaced(*state, message, "Subject: Is", "Subject: [list] Is");
    struct mw_signature_key keys[] = {{"brisbane._domainkey.football.example.com", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", false}};
    struct mw_signature found[MW_SIGNATURES];
    struct mw_raw raw;
    mw_raw_read(*state, message, strlen(message), &raw);
    assert_int_equal(mw_signatures_verify(*state, &raw, keys, 1, 0, found), 1);
    unit_same(found[0].verdict, MW_SIGNATURE_PASS, "as it was signed");
    mw_raw_read(*state, changed, strlen(changed), &raw);
    assert_int_equal(mw_signatures_verify(*state, &raw, keys, 1, 0, found), 1);
    unit_same(found[0].verdict, MW_SIGNATURE_HEADER, "another subject");
    assert_int_equal(found[0].change_count, 1);
    unit_same(found[0].changes[0].field, "Subject", "what was changed");
}

static void unsigned_messages_have_none(void **state)
{
    static const char *const messages[] = {HEADER BODY, "", "\r\n", "DKIM-Signature", "X"};
    struct mw_signature found[MW_SIGNATURES];
    for (size_t i = 0; i < MW_COUNT(messages); i++) {
        struct mw_raw raw;
        mw_raw_read(*state, messages[i], strlen(messages[i]), &raw);
        assert_int_equal(mw_signatures_verify(*state, &raw, NULL, 0, 0, found), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(signatures_are_verified), UNIT(methods_are_looked_at), UNIT(times_are_looked_at), UNIT(ed25519_is_verified),
                                       UNIT(unsigned_messages_have_none)};
    return cmocka_run_group_tests(tests, make_key, free_key);
}
