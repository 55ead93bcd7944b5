/* Canonical forms, signature tags, damaged key records and chains that need no key. Whole chains: tests/suites/test_arc.py. */
#include "unit.h"

#include <mailwhy/arc.h>

#include <string.h>

static const char *text_of(struct mw_arena *arena, const struct mw_octets *bytes)
{
    return mw_strndup(arena, bytes->bytes ? bytes->bytes : "", bytes->count);
}

/* RFC 6376 section 3.4.5 */
static void canonical_forms(void **state)
{
    static const char message[] = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
    static const char *const header[] = {"A: XB : Y\t\r\n\tZ  ", "a:Xb:Y Z"}, *const body[] = {" C \r\nD \t E\r\n", " C\r\nD E\r\n"}, *const empty[] = {"\r\n", ""};
    struct mw_raw raw;
    mw_raw_read(*state, message, strlen(message), &raw);
    assert_int_equal(raw.count, 2);
    for (enum mw_canonical form = MW_SIMPLE; form <= MW_RELAXED; form++) {
        struct mw_octets fields = {0}, lines = {0}, none = {0};
        for (size_t i = 0; i < raw.count; i++)
            mw_canonical_field(*state, &raw.fields[i], form, &fields);
        mw_canonical_body(*state, raw.body, raw.body_bytes, form, &lines);
        mw_canonical_body(*state, "\r\n\r\n", 4, form, &none);
        unit_same(text_of(*state, &fields), header[form], "header");
        unit_same(text_of(*state, &lines), body[form], "body");
        unit_same(text_of(*state, &none), empty[form], "empty body");
    }
}

static void bare_line_feeds_get_their_return(void **state)
{
    struct mw_raw raw;
    mw_raw_read(*state, "A: b\nC: d\n\ne\n", 13, &raw);
    assert_true(raw.had_bare_lf);
    assert_int_equal(raw.count, 2);
    unit_same(mw_strndup(*state, raw.body, raw.body_bytes), "e\r\n", "body");
}

static void tags_are_read_strictly(void **state)
{
    static const struct { const char *tags, *why; } cases[] = {
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=From; bh=YQ==; b=YQ==", NULL},
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=from : to; bh=Y Q==; b=YQ==; x=1;", NULL},
        {"a=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==", "v= is not 1"},
        {"v=1; A=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==", "no algorithm in a="},
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=to; bh=YQ==; b=YQ==", "From is not signed"},
        {"v=1; a=rsa-sha256; d=b.c; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==", "tag twice"},
        {"v=1;; a=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==", "not a list of tags"},
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==; x=soon", "x= is not a time"},
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==; i=a@x.c", "the identity in i= is not of the domain in d="},
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==; i=a@x.b.c", NULL},
        {"v=1; a=rsa-sha256; c=loose; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==", "unknown canonicalisation in c="},
        {"v=1; a=rsa-sha256; d=b.c; s=s1; h=from; bh=; b=YQ==", "no digest of the body in bh="},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        const char *message = mw_printf(*state, "DKIM-Signature: %s\r\n", cases[i].tags);
        struct mw_raw raw;
        struct mw_signing signing;
        struct mw_flaw flaw = {0};
        mw_raw_read(*state, message, strlen(message), &raw);
        bool good = mw_signing_read(*state, &raw, 0, MW_DKIM_SIGNATURE, &signing, &flaw);
        unit_same(good ? NULL : flaw.why, cases[i].why, cases[i].tags);
    }
}

static void damaged_records_are_mended(void **state)
{
    static const char key[] = "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; /* RFC 8463 appendix A.2 */
    const struct { const char *text, *damage, *mended; } cases[] = {
        {mw_printf(*state, "v=DKIM1\\; %s", key), "there are backslashes in the record", mw_printf(*state, "v=DKIM1; %s", key)},
        {mw_printf(*state, "\"v=DKIM1; %s\"", key), "there are quotation marks in the record", mw_printf(*state, "v=DKIM1; %s", key)},
        {mw_printf(*state, "s1._domainkey IN TXT ( \"v=DKIM1; %s\" )", key), "there are quotation marks in the record", mw_printf(*state, "v=DKIM1; %s", key)},
        {mw_printf(*state, "v=dkim1; %s", key), "v= is not DKIM1", mw_printf(*state, "v=DKIM1; %s", key)},
        {"v=DKIM1 k=ed25519 p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "the semicolons between the tags are missing",
         mw_printf(*state, "v=DKIM1; %s", key)},
        {mw_printf(*state, "v=DKIM1;; %s", key), "there is a semicolon too many in the record", mw_printf(*state, "v=DKIM1; %s", key)},
        {"v=DKIM1", "the record ends at a semicolon", NULL},
        {"v=DKIM1; k=rsa; p=MIIBIjANBgkq", "", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        const char *damage = "", *mended = mw_dkim_mend(*state, cases[i].text, &damage);
        unit_same(mended, cases[i].mended, cases[i].text);
        unit_same(damage, cases[i].damage, cases[i].text);
    }
}

#define SET(i, cv) "ARC-Seal: i=" i "; a=rsa-sha256; cv=" cv "; d=b.c; s=s1; b=YQ==\r\nARC-Message-Signature: i=" i "; a=rsa-sha256; d=b.c; s=s1; h=from; bh=YQ==; b=YQ==\r\n" \
                   "ARC-Authentication-Results: i=" i "; b.c; none\r\n"

static void chains_have_a_structure(void **state)
{
    static const struct { const char *message, *result, *why; } cases[] = {
        {"From: a@b.c\r\n", "none", ""},
        {SET("1", "none"), NULL, ""},
        {SET("2", "pass") SET("1", "none"), NULL, ""},
        {SET("2", "pass"), "fail", "a set is not complete, or an instance is missing"},
        {SET("1", "none") SET("1", "none"), "fail", "a field of this instance is there twice"},
        {SET("1", "pass"), "fail", "the first seal does not say cv=none"},
        {SET("2", "none") SET("1", "none"), "fail", "a later seal does not say cv=pass"},
        {SET("2", "fail") SET("1", "none"), "fail", "the newest seal says that the chain had failed before"},
        {"ARC-Authentication-Results: i=1; b.c\r\n", "fail", "a set is not complete, or an instance is missing"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_raw raw;
        struct mw_arc arc;
        mw_raw_read(*state, cases[i].message, strlen(cases[i].message), &raw);
        mw_arc_read(*state, &raw, &arc);
        unit_same(arc.result, cases[i].result, cases[i].message);
        unit_same(arc.why, cases[i].why, cases[i].message);
    }
}

static void keys_that_could_not_be_asked_for_break_no_chain(void **state)
{
    static const char message[] = SET("1", "none") "From: a@b.c\r\n\r\n";
    struct mw_signature_key keys[] = {{"s1._domainkey.b.c", NULL, true}};
    struct mw_raw raw;
    struct mw_arc arc;
    mw_raw_read(*state, message, strlen(message), &raw);
    mw_arc_read(*state, &raw, &arc);
    mw_arc_verify(*state, &raw, keys, 1, &arc);
    unit_same(arc.result, "temperror", "no answer");
    mw_arc_read(*state, &raw, &arc);
    keys[0].unknown = false;
    mw_arc_verify(*state, &raw, keys, 1, &arc);
    unit_same(arc.result, "fail", "no key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(canonical_forms), UNIT(bare_line_feeds_get_their_return), UNIT(tags_are_read_strictly), UNIT(damaged_records_are_mended),
        UNIT(chains_have_a_structure), UNIT(keys_that_could_not_be_asked_for_break_no_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
