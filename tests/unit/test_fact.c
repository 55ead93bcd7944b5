/* The store of facts: finding, chains, redaction, and the stream there and back. */
#include "unit.h"

#include <mailwhy/fact.h>

#include <stdlib.h>
#include <string.h>

static const struct mw_header header = {"check", "alice@example.org", "desk", "0.1.0", {0}};

static const struct mw_fact *tell(struct mw_facts *facts, enum mw_fact_id id, const char *about, const char *text, unsigned because)
{
    return mw_fact_tell(facts, &(struct mw_fact){.id = id, .about = about, .text = text, .because = because, .at = 1795352400});
}

static void found_by_id_and_about(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = mw_facts_new(arena, &header);
    assert_null(mw_fact_find(facts, MW_F_DNS_MX, "example.org"));
    for (unsigned i = 0; i < 3000; i++) {
        char about[32];
        snprintf(about, sizeof about, "d%u.example.org", i % 1000);
        assert_non_null(tell(facts, i % 2 ? MW_F_DNS_MX : MW_F_SPF_RECORD, about, "x", 0));
    }
    const struct mw_fact *fact = mw_fact_find(facts, MW_F_DNS_MX, "d7.example.org");
    unsigned found = 0;
    for (; fact; fact = mw_fact_find_next(facts, fact), found++)
        assert_string_equal(fact->about, "d7.example.org");
    assert_int_equal(found, 3);
    found = 0;
    for (fact = mw_fact_first(facts, MW_F_SPF_RECORD); fact; fact = mw_fact_next(facts, fact))
        found++;
    assert_int_equal(found, 1500);
    assert_null(mw_fact_find(facts, MW_F_SPF_RECORD, "d7.example.org"));
    mw_arena_free(arena);
}

static void chains_lead_back(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = mw_facts_new(arena, &header);
    const struct mw_fact *domain = tell(facts, MW_F_TARGET_DOMAIN, "example.org", "example.org", 0), *mx = tell(facts, MW_F_DNS_MX, "example.org", "10 mx1", domain->n),
                         *other = tell(facts, MW_F_DNS_MX, "example.org", "20 mx2", domain->n), *host = tell(facts, MW_F_MX_HOST_OF, "mx1", "example.org", mx->n);
    assert_true(mw_fact_led_to(facts, domain, host));
    assert_true(mw_fact_led_to(facts, mx, host));
    assert_true(mw_fact_led_to(facts, host, host));
    assert_false(mw_fact_led_to(facts, other, host));
    assert_false(mw_fact_led_to(facts, host, mx));
    mw_arena_free(arena);
}

static void secrets_are_blotted_out(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = mw_facts_new(arena, &header);
    mw_facts_secret(facts, "correct horse");
    struct mw_list lines = {0};
    mw_list_add(arena, &lines, "C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAGNvcnJlY3QgaG9yc2U="); /* \0alice@example.org\0correct horse */
    mw_list_add(arena, &lines, "C: Y29ycmVjdCBob3JzZQ==");
    const struct mw_fact *fact = mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_TALK_DIALOGUE, .about = "m:25", .list = lines, .quote = "you said correct horse"});
    assert_null(strstr(fact->quote, "horse"));
    assert_null(strstr(fact->list.items[0], "Y29ycmVjdCBob3JzZ")); /* at each of the three offsets of base64 */
    assert_null(strstr(fact->list.items[0], "jb3JyZWN0IGhvcnNl"));
    assert_null(strstr(fact->list.items[0], "NvcnJlY3QgaG9yc2"));
    assert_null(strstr(fact->list.items[1], "Y29ycmVjdCBob3JzZ"));
    mw_arena_free(arena);
}

static void short_secrets_are_blotted_out_of_answers(void **state)
{
    (void)state;
    static const struct { const char *secret, *answer, *shown; } rows[] = {
        {"abc", "a2 NO [AUTHENTICATIONFAILED] user \"abc\" or abc. abcd", "a2 NO [AUTHENTICATIONFAILED] user \"***\" or ***. abcd"},
        {"5",   "535 5.7.8 5 is wrong: 5",                              "535 5.7.8 *** is wrong: ***"},
        {"OK",  "NO not OK",                                            "NO not ***"},
        {"-",   "-ERR wrong - sorry",                                   "-ERR wrong *** sorry"},
        {"abc", "-ERR",                                                 "-ERR"},
        {"",    "+OK a b",                                              "+OK a b"},
        {"abcd", "NO abcd",                                             "NO abcd"}, /* long enough to be blotted in every fact */
    };
    for (size_t i = 0; i < MW_COUNT(rows); i++) {
        struct mw_arena *arena = mw_arena_new();
        struct mw_facts *facts = mw_facts_new(arena, &header);
        mw_facts_secret(facts, rows[i].secret);
        assert_string_equal(mw_facts_hidden(facts, rows[i].answer), rows[i].shown);
        mw_arena_free(arena);
    }
}

static char *written(struct mw_facts *facts)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_true(mw_facts_write(facts, out));
    fclose(out);
    return text;
}

static bool read_text(struct mw_facts *facts, const char *text, const char **flaw)
{
    FILE *in = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
    if (!*text)
        in = fopen("/dev/null", "r");
    bool fine = mw_facts_read(facts, in, "run.jsonl", flaw);
    fclose(in);
    return fine;
}

static void a_stream_goes_there_and_back(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = mw_facts_new(arena, &header);
    const struct mw_fact *first = tell(facts, MW_F_TARGET_DOMAIN, "example.org", "example.org", 0);
    struct mw_list names = {0};
    mw_list_add(arena, &names, "a \"quoted\" 中文");
    mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_TLS_NAMES, .about = "m[::1]:25", .list = names, .because = first->n, .at = 1795352400, .ms = 2.84});
    mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_SMTP_STARTTLS, .about = "m[::1]:25", .yes = true, .quote = "250-STARTTLS", .because = first->n, .at = 1795352400});
    mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_TLS_EXPIRES, .about = "m[::1]:25", .number = 1795352400, .at = 1795352400});
    mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_MX_HOST, .about = "m", .number = 10, .at = 1795352400});
    char *once = written(facts);
    struct mw_facts *again = mw_facts_new(arena, &(struct mw_header){0});
    const char *flaw = NULL;
    if (!read_text(again, once, &flaw))
        fail_msg("%s", flaw);
    char *twice = written(again);
    assert_string_equal(once, twice);
    assert_non_null(strstr(once, "\"ms\":2.8,"));
    assert_non_null(strstr(once, "{\"fact\":\"smtp.starttls\",\"about\":\"m[::1]:25\",\"value\":true,\"quote\":\"250-STARTTLS\",\"because\":1,\"n\":3,\"from\":\"desk\",\"at\":\"2026-11-22T13:00:00Z\"}"));
    free(once);
    free(twice);
    mw_arena_free(arena);
}

#define HEAD "{\"schema\":\"mailwhy-facts/1\",\"version\":\"0.1.0\",\"vantage\":\"v\",\"question\":\"check\",\"target\":\"t\",\"options\":[]}\n"

static void what_is_unknown_is_kept(void **state)
{
    (void)state;
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){0});
    const char *flaw = NULL;
    assert_true(read_text(facts, "{\"schema\":\"mailwhy-facts/1.7\",\"version\":\"9\",\"vantage\":\"v\",\"question\":\"check\",\"target\":\"t\",\"colour\":\"red\"}\n"
                                 "{\"fact\":\"moon.phase\",\"about\":\"moon\",\"value\":{\"x\":1},\"n\":5,\"at\":\"2026-11-22T13:00:00Z\"}\n"
                                 "{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":\"10 m\",\"n\":9,\"because\":5,\"at\":\"2026-11-22T13:00:00Z\"}\n", &flaw));
    assert_int_equal(mw_facts_count(facts), 2);
    assert_int_equal(mw_fact_at(facts, 2)->because, 1);
    char *text = written(facts);
    assert_non_null(strstr(text, "moon.phase"));
    free(text);
    mw_arena_free(arena);
}

static void flaws_are_said_with_file_and_line(void **state)
{
    (void)state;
    static const struct { const char *text, *flaw; } cases[] = {
        {"", "run.jsonl:1: empty"},
        {"hello\n", "run.jsonl:1: not a JSON object"},
        {"[1]\n", "run.jsonl:1: not a JSON object"},
        {"{\"schema\":\"else/1\"}\n", "run.jsonl:1: not a stream of mailwhy facts"},
        {"{\"schema\":\"mailwhy-facts/2\"}\n", "run.jsonl:1: schema mailwhy-facts/2 is of another version"},
        {"{\"schema\":\"mailwhy-facts/1\"}\n", "run.jsonl:1: the header lacks"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":\"10 m\",\"n\":1}", "run.jsonl:2: the last line is torn"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"val\n", "run.jsonl:2: not a JSON object"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":5,\"n\":1}\n", "run.jsonl:2: the value of dns.mx is of the wrong type"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"n\":1}\n", "run.jsonl:2: a fact needs"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":\"m\",\"n\":1,\"because\":1}\n", "run.jsonl:2: \"because\" names no earlier fact"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":\"m\",\"n\":1}\n{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":\"m\",\"n\":1}\n", "run.jsonl:3: this \"n\" stands in the stream twice"},
        {HEAD "{\"fact\":\"dns.mx\",\"about\":\"t\",\"value\":\"m\",\"n\":1,\"at\":\"noon\"}\n", "run.jsonl:2: \"at\" is not a time"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_arena *arena = mw_arena_new();
        struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){0});
        const char *flaw = "";
        assert_false(read_text(facts, cases[i].text, &flaw));
        if (strncmp(flaw, cases[i].flaw, strlen(cases[i].flaw)) != 0)
            fail_msg("case %zu: %s", i, flaw);
        mw_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_id_and_about),   cmocka_unit_test(chains_lead_back),        cmocka_unit_test(secrets_are_blotted_out),
        cmocka_unit_test(short_secrets_are_blotted_out_of_answers),
        cmocka_unit_test(a_stream_goes_there_and_back), cmocka_unit_test(what_is_unknown_is_kept), cmocka_unit_test(flaws_are_said_with_file_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
