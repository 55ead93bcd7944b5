/* Certificates from facts: TLSA records matched by the rules for SMTP, and names covered. The certificates are made here, in memory. */
#include <mailwhy/tls.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "unit.h"

#define DAY 86400L

struct pair {
    X509 *certificate;
    EVP_PKEY *key;
};

struct stage {
    struct mw_arena *arena;
    struct pair root, leaf, expired;
};

static void extend(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* `issuer` NULL: a root that signs itself; else a leaf for mx.example.org and *.example.net. */
static struct pair make(const struct pair *issuer, const char *name, long first_day, long last_day)
{
    struct pair pair = {.certificate = X509_new(), .key = EVP_EC_gen("P-256")};
    X509_NAME *subject = X509_get_subject_name(pair.certificate);
    X509_set_version(pair.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(pair.certificate), (long)strlen(name));
    X509_gmtime_adj(X509_getm_notBefore(pair.certificate), first_day * DAY);
    X509_gmtime_adj(X509_getm_notAfter(pair.certificate), last_day * DAY);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(pair.certificate, issuer ? X509_get_subject_name(issuer->certificate) : subject);
    X509_set_pubkey(pair.certificate, pair.key);
    if (!issuer)
        extend(pair.certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (issuer)
        extend(pair.certificate, NID_subject_alt_name, "DNS:mx.example.org,DNS:*.example.net,IP:192.0.2.1");
    X509_sign(pair.certificate, issuer ? issuer->key : pair.key, EVP_sha256());
    return pair;
}

static void free_pair(struct pair *pair)
{
    X509_free(pair->certificate);
    EVP_PKEY_free(pair->key);
}

static int open_stage(void **state)
{
    struct mw_arena *arena = mw_arena_new();
    struct stage *stage = MW_NEW(arena, struct stage);
    stage->arena = arena;
    stage->root = make(NULL, "root", -10, 100);
    stage->leaf = make(&stage->root, "leaf", -10, 100);
    stage->expired = make(&stage->root, "expired", -100, -10);
    *state = stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;
    free_pair(&stage->root);
    free_pair(&stage->leaf);
    free_pair(&stage->expired);
    mw_arena_free(stage->arena);
    return 0;
}

static char *base64(struct mw_arena *arena, X509 *certificate)
{
    unsigned char *der = NULL;
    int bytes = i2d_X509(certificate, &der);
    char *text = mw_base64_text(arena, der, (size_t)bytes);
    OPENSSL_free(der);
    return text;
}

static char *hex(struct mw_arena *arena, const unsigned char *bytes, size_t count)
{
    char *text = mw_alloc(arena, 2 * count + 1);
    for (size_t i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02X", bytes[i]);
    return text;
}

/* The record that names the certificate. Matching 0: whole, 1: SHA-256, 2: SHA-512. Selector 0: certificate, 1: key. */
static char *record(struct mw_arena *arena, int usage, int selector, int matching, X509 *certificate)
{
    unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned digest_bytes = 0;
    int bytes = selector ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der) : i2d_X509(certificate, &der);
    EVP_Digest(der, (size_t)bytes, digest, &digest_bytes, matching == 2 ? EVP_sha512() : EVP_sha256(), NULL);
    const char *data = matching ? hex(arena, digest, digest_bytes) : hex(arena, der, (size_t)bytes);
    OPENSSL_free(der);
    return mw_printf(arena, "%d %d %d %s", usage, selector, matching, data);
}

static struct mw_list chain_of(struct stage *stage, const struct pair *leaf, bool with_root)
{
    struct mw_list chain = {0};
    mw_list_add(stage->arena, &chain, base64(stage->arena, leaf->certificate));
    if (with_root)
        mw_list_add(stage->arena, &chain, base64(stage->arena, stage->root.certificate));
    return chain;
}

static void check(struct stage *stage, const char *text, const struct mw_list *chain, const char *host, int wanted)
{
    const char *why = NULL;
    int matched = mw_tlsa_match(stage->arena, text, chain, host, &why);
    if (matched != wanted)
        fail_msg("%s for %s: %d (%s), wanted %d", text, host, matched, why, wanted);
    assert_non_null(why);
}

static void test_end_entity(void **state)
{
    struct stage *stage = *state;
    struct mw_list chain = chain_of(stage, &stage->leaf, true), expired = chain_of(stage, &stage->expired, false);
    for (int selector = 0; selector <= 1; selector++)
        for (int matching = 0; matching <= 2; matching++)
            check(stage, record(stage->arena, 3, selector, matching, stage->leaf.certificate), &chain, "mx.example.org", 1);
    check(stage, record(stage->arena, 3, 1, 1, stage->root.certificate), &chain, "mx.example.org", 0);
    /* RFC 7672 section 3.1.1: neither the name nor the dates count. */
    check(stage, record(stage->arena, 3, 1, 1, stage->leaf.certificate), &chain, "other.example", 1);
    check(stage, record(stage->arena, 3, 1, 1, stage->expired.certificate), &expired, "mx.example.org", 1);
}

static void test_trust_anchor(void **state)
{
    struct stage *stage = *state;
    const char *root = record(stage->arena, 2, 1, 1, stage->root.certificate), *whole = record(stage->arena, 2, 0, 1, stage->root.certificate);
    struct mw_list chain = chain_of(stage, &stage->leaf, true), alone = chain_of(stage, &stage->leaf, false), expired = chain_of(stage, &stage->expired, true);
    check(stage, root, &chain, "mx.example.org", 1);
    check(stage, whole, &chain, "mx.example.org", 1);
    check(stage, root, &chain, "a.example.net", 1);
    /* Section 3.1.2: here they do count, and the anchor must be sent. */
    check(stage, root, &chain, "other.example", 0);
    check(stage, root, &expired, "mx.example.org", 0);
    check(stage, root, &alone, "mx.example.org", 0);
}

static void test_unusable(void **state)
{
    static const char *const records[] = {"",        "3 1 1",      "3 1 1 zz",  "3 1 1 abc",     "3 1 1 abcd", "3 1 2 abcd", "256 1 1 00", "3 2 1 00",
                                          "3 1 9 00", "4 1 1 0011", "x 1 1 0011", "-3 1 1 0011", "3 0 0 0011", "3 1 0 0011"};
    struct stage *stage = *state;
    struct mw_list chain = chain_of(stage, &stage->leaf, true);
    for (size_t i = 0; i < MW_COUNT(records); i++)
        check(stage, records[i], &chain, "mx.example.org", -1);
    for (int usage = 0; usage <= 1; usage++) /* section 3.1.3 */
        check(stage, record(stage->arena, usage, 1, 1, stage->leaf.certificate), &chain, "mx.example.org", -1);
}

static void test_odd_chains(void **state)
{
    struct stage *stage = *state;
    struct mw_list none = {0}, garbage = {0};
    mw_list_add(stage->arena, &garbage, "AAAA");
    mw_list_add(stage->arena, &garbage, "not base64!");
    check(stage, record(stage->arena, 3, 1, 1, stage->leaf.certificate), &none, "mx.example.org", 0);
    check(stage, record(stage->arena, 3, 1, 1, stage->leaf.certificate), &garbage, "mx.example.org", 0);
}

static void test_split_data(void **state)
{
    struct stage *stage = *state;
    struct mw_list chain = chain_of(stage, &stage->leaf, true);
    char *text = record(stage->arena, 3, 1, 1, stage->leaf.certificate);
    char *split = mw_printf(stage->arena, "%.20s %s", text, text + 20);
    check(stage, split, &chain, "mx.example.org", 1);
}

static void test_covers(void **state)
{
    static const struct {
        const char *host;
        bool covered;
    } cases[] = {
        {"mx.example.org", true},  {"MX.Example.ORG", true},    {"example.org", false}, {"a.mx.example.org", false}, {"a.example.net", true},
        {"a.b.example.net", false}, {"example.net", false},     {"192.0.2.1", true},    {"192.0.2.2", false},        {"leaf", false},
    };
    struct stage *stage = *state;
    const char *leaf = base64(stage->arena, stage->leaf.certificate);
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        if (mw_certificate_covers(leaf, cases[i].host) != cases[i].covered)
            fail_msg("%s: not %d", cases[i].host, cases[i].covered);
    assert_false(mw_certificate_covers("AAAA", "mx.example.org"));
    assert_false(mw_certificate_covers("", "mx.example.org"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_entity), cmocka_unit_test(test_trust_anchor), cmocka_unit_test(test_unusable),
        cmocka_unit_test(test_odd_chains), cmocka_unit_test(test_split_data),   cmocka_unit_test(test_covers),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
