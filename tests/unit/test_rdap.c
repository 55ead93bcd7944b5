/* Registration data: answers, what is none, the list of servers, and which part of a name is registered. */
#include "unit.h"

#include <mailwhy/rdap.h>

#include <stdio.h>

/* "name|status|expires|registrar|servers" of an answer, or why it is none. */
static const char *read_as(struct mw_arena *arena, const char *bytes)
{
    struct mw_rdap rdap;
    struct mw_flaw flaw = {0};
    if (!mw_rdap_read(arena, bytes, strlen(bytes), &rdap, &flaw))
        return flaw.why;
    return mw_printf(arena, "%s|%s|%s|%s|%s", rdap.name, mw_list_join(arena, &rdap.status, ","), rdap.expires < 0 ? "-" : mw_time_text(arena, rdap.expires),
                     rdap.registrar, mw_list_join(arena, &rdap.nameservers, ","));
}

#define DOMAIN "\"objectClassName\":\"domain\""
#define EXPIRES(date) "{" DOMAIN ",\"events\":[{\"eventAction\":\"expiration\",\"eventDate\":\"" date "\"}]}"

static void answers_are_read(void **state)
{
    static const struct {
        const char *text, *read;
    } cases[] = {
        /* clang-format off */
        {"{" DOMAIN ",\"ldhName\":\"EXAMPLE.ORG.\",\"status\":[\"client hold\"],\"nameservers\":[{\"ldhName\":\"NS1.Example.org\"}]}", "example.org|client hold|-||ns1.example.org"},
        {"{" DOMAIN ",\"status\":[\"clientHold\",\"serverTransferProhibited\",\"OK\",7]}", "|client hold,server transfer prohibited,ok|-||"},
        {"\xef\xbb\xbf{" DOMAIN "}", "||-||"},
        {"{" DOMAIN ",\"status\":\"active\",\"events\":7,\"nameservers\":{},\"entities\":[1,{\"roles\":[\"registrar\"],\"vcardArray\":[]}]}", "||-||"},
        {EXPIRES("2031-10-01T08:00:00Z"),        "||2031-10-01T08:00:00Z||"},
        {EXPIRES("2031-10-01T08:00:00.000Z"),    "||2031-10-01T08:00:00Z||"},
        {EXPIRES("2031-10-01T08:00:00+08:00"),   "||2031-10-01T00:00:00Z||"},
        {EXPIRES("2031-10-01T08:00:00.5-05:30"), "||2031-10-01T13:30:00Z||"},
        {EXPIRES("2031-10-01 08:00:00"),         "||2031-10-01T08:00:00Z||"},
        {EXPIRES("2031-10-01"),                  "||2031-10-01T00:00:00Z||"},
        {EXPIRES("next year"),                   "||-||"},
        {EXPIRES("2031-10-01T08:00:00+0800"),    "||-||"},
        {"{" DOMAIN ",\"entities\":[{\"roles\":[\"registrant\"]},{\"roles\":[\"registrar\"],\"vcardArray\":[\"vcard\",[[\"fn\",{},\"text\",\"\xb0\xa2\xc0\xef\xd4\xc6\"]]]}]}", "||-|阿里云|"},
        {"{\"objectClassName\":\"nameserver\"}", "not the answer about a domain"},
        {"{\"errorCode\":404}",                  "not the answer about a domain"},
        {"[" "{" DOMAIN "}" "]",                 "not a JSON object"},
        {"<html>",                               "not a JSON object"},
        {"{" DOMAIN,                             "not a JSON object"},
        {"",                                     "not a JSON object"},
        /* clang-format on */
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(read_as(*state, cases[i].text), cases[i].read, cases[i].text);
}

static void ceilings_hold(void **state)
{
    char deep[200] = "{" DOMAIN ",\"a\":", *end = deep + strlen(deep);
    memset(end, '[', MW_RDAP_DEPTH);
    memset(end + MW_RDAP_DEPTH, ']', MW_RDAP_DEPTH);
    memcpy(end + 2 * MW_RDAP_DEPTH, "}", 2);
    unit_same(read_as(*state, deep), "objects lie too deep in one another", "depth");
    char *wide = mw_alloc(*state, MW_RDAP_ANSWER_CEILING + 2);
    memset(wide, ' ', MW_RDAP_ANSWER_CEILING + 1);
    unit_same(read_as(*state, wide), "too long", "length");
    struct mw_rdap rdap;
    struct mw_flaw flaw;
    const char *text = "{" DOMAIN ",\"status\":[\"a\"";
    for (int i = 0; i < 100; i++)
        text = mw_printf(*state, "%s,\"a\"", text);
    text = mw_printf(*state, "%s]}", text);
    assert_true(mw_rdap_read(*state, text, strlen(text), &rdap, &flaw));
    assert_int_equal(rdap.status.count, MW_RDAP_ITEMS);
}

static void absence_is_told_from_a_lost_page(void **state)
{
    static const struct {
        const char *text;
        bool missing;
    } cases[] = {
        {"{\"errorCode\":404,\"title\":\"Not Found\"}", true},
        {"{\"rdapConformance\":[\"rdap_level_0\"]}", true},
        {"{\"errorCode\":429}", false},
        {"{\"message\":\"no such route\"}", false},
        {"<html><h1>404 Not Found</h1></html>", false},
        {"", false},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        assert_int_equal(mw_rdap_is_missing(*state, cases[i].text, strlen(cases[i].text)), cases[i].missing);
}

static void the_longest_entry_counts(void **state)
{
    static const char list[] = "{\"services\":[[[\"uk\"],[\"https://uk.example/\"]],[[\"co.uk\"],[\"http://plain.example/\",\"https://co.uk.example/rdap\"]],"
                               "[[\"k\"],[\"https://k.example/\"]],[[\"cn\"],[\"http://cn.example/\"]]]}";
    static const struct {
        const char *domain, *base;
    } cases[] = {
        {"example.uk", "https://uk.example/"},
        {"example.co.uk", "https://co.uk.example/rdap"},
        {"example.org", NULL},
        {"example.cn", NULL},
    };
    struct mw_flaw flaw;
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        unit_same(mw_rdap_server(*state, list, strlen(list), cases[i].domain, &flaw), cases[i].base, cases[i].domain);
        assert_null(flaw.why);
    }
    assert_null(mw_rdap_server(*state, "{}", 2, "example.org", &flaw));
    unit_same(flaw.why, "not the list of RDAP servers", "no services");
    unit_same(mw_rdap_url(*state, "https://co.uk.example/rdap", "example.co.uk"), "https://co.uk.example/rdap/domain/example.co.uk", "joined");
    unit_same(mw_rdap_url(*state, "https://uk.example/", "example.uk"), "https://uk.example/domain/example.uk", "joined behind a slash");
}

static void the_registered_part_is_found(void **state)
{
    static const struct {
        const char *name, *registered;
    } cases[] = {
        {"example.org", "example.org"},
        {"a.b.example.org", "example.org"},
        {"mail.example.com.cn", "example.com.cn"},
        {"example.co.uk", "example.co.uk"},
        {"someone.github.io", "github.io"},
        {"com.cn", NULL},
        {"co.uk", NULL},
        {"org", NULL},
        {"example.test", "example.test"},
    };
    (void)state;
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_domain_registered(cases[i].name), cases[i].registered, cases[i].name);
    assert_true(mw_domain_is_suffix("com.cn") && !mw_domain_is_suffix("example.com.cn") && !mw_domain_is_suffix("github.io"));
}

static void parking_servers_are_known(void **state)
{
    (void)state;
    assert_true(mw_rdap_is_parking("expirens3.hichina.com") && mw_rdap_is_parking("NS1.SedoParking.com") && mw_rdap_is_parking("ns1.bodis.com"));
    assert_false(mw_rdap_is_parking("ns1.example.org") || mw_rdap_is_parking("ns1.notbodis.com") || mw_rdap_is_parking("dns9.hichina.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(answers_are_read),
                                       UNIT(ceilings_hold),
                                       UNIT(absence_is_told_from_a_lost_page),
                                       UNIT(the_longest_entry_counts),
                                       UNIT(the_registered_part_is_found),
                                       UNIT(parking_servers_are_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
