/* ManageSieve framing (whole, cut at every byte, hostile) and Sieve scripts: what parses, what does not, and what bounds them. What scripts do is compared with
 * another Sieve in tests/talk/test_sieve.py. */
#include "unit.h"

#include <mailwhy/sieve.h>

#include <limits.h>

#define ALL LONG_MAX

static const struct row {
    const char *awaited, *bytes;
    long taken; /* ALL of it, 0: more, negative: MW_FRAME_… */
    int code;
    const char *enhanced, *text, *whole, *lines; /* lines joined with | */
} rows[] = {
    {".", "\"SASL\" \"PLAIN\"\r\n\"STARTTLS\"\r\nOK \"hi\"\r\n", ALL, 'O', NULL, "hi", "OK hi", "SASL PLAIN|STARTTLS"},
    {".", "OK\r\n", ALL, 'O', NULL, "", "OK", ""},
    {".", "ok\n", ALL, 'O', NULL, "", "ok", ""},
    {NULL, "NO (AUTH-TOO-WEAK) \"not so\"\r\n", ALL, 'N', "AUTH-TOO-WEAK", "not so", "NO (AUTH-TOO-WEAK) not so", ""},
    {NULL, "NO (QUOTA/MAXSIZE) {6}\r\nto\r\nbe\r\n", ALL, 'N', "QUOTA/MAXSIZE", "to  be", "NO (QUOTA/MAXSIZE) to  be", ""},
    {NULL, "OK (SASL \"dj0x\") \"in\"\r\n", ALL, 'O', "SASL dj0x", "in", "OK in", ""},
    {NULL, "BYE (REFERRAL \"sieve://b.example\") \"go\"\r\n", ALL, 'Y', "REFERRAL sieve://b.example", "go", "BYE (REFERRAL sieve://b.example) go", ""},
    {NULL, "\"cj0x\"\r\n", ALL, '+', NULL, "cj0x", "", ""},
    {NULL, "{4}\r\ncj0x\r\n", ALL, '+', NULL, "cj0x", "", ""},
    {NULL, "\"\"\r\n", ALL, '+', NULL, "", "", ""},
    {".", "\"a\\\"b\\\\c\" ACTIVE\r\n\"d\"\r\nOK\r\n", ALL, 'O', NULL, "", "OK", "a\"b\\c ACTIVE|d"},
    {".", "{9}\r\nOK\r\nOK\r\n \r\nOK\r\n", ALL, 'O', NULL, "", "OK", "OK  OK"},
    {".", "{9+}\r\nOK\r\nOK\r\n \r\nOK\r\n", ALL, 'O', NULL, "", "OK", "OK  OK"},
    {".", "\"\x1b[31m\"\r\nOK\r\n", ALL, 'O', NULL, "", "OK", "\\x1B[31m"},
    {".", "OK \"one\"\r\nOK \"two\"\r\n", 10, 'O', NULL, "one", "OK one", ""},
    {".", "", 0, 0, NULL, NULL, NULL, NULL},
    {".", "\"SASL\" \"PLAIN\"\r\n", 0, 0, NULL, NULL, NULL, NULL},
    {".", "{20}\r\nshort", 0, 0, NULL, NULL, NULL, NULL},
    {".", "{2000000000}\r\n", -2, 0, NULL, NULL, NULL, NULL},
    {".", "{99999999999999999999}\r\n", -2, 0, NULL, NULL, NULL, NULL},
    {".", "{1048577}\r\n", -2, 0, NULL, NULL, NULL, NULL},
    {".", "{x}\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {".", "* OK IMAP\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {".", "220 mx\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {".", "+OK pop\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {".", "\x15\x03\x01", -1, 0, NULL, NULL, NULL, NULL},
    {".", "BOGUS\r\n", -1, 0, NULL, NULL, NULL, NULL},
};

static long wanted_of(const struct row *row)
{
    return row->taken == ALL ? (long)strlen(row->bytes) : row->taken;
}

static void replies_are_read(void **state)
{
    for (size_t i = 0; i < MW_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct mw_reply reply = {0};
        long wanted = wanted_of(row), taken = mw_managesieve_frame(*state, row->bytes, strlen(row->bytes), row->awaited, &reply);
        if (taken != wanted)
            print_error("%s\n", row->bytes);
        assert_int_equal(taken, wanted);
        if (taken <= 0)
            continue;
        assert_int_equal(reply.code, row->code);
        unit_same(reply.enhanced, row->enhanced, row->bytes);
        unit_same(reply.text, row->text, row->bytes);
        unit_same(reply.whole, row->whole, row->bytes);
        unit_same(mw_list_join(*state, &reply.lines, "|"), row->lines, row->bytes);
    }
}

static void every_prefix_is_more(void **state)
{
    for (size_t i = 0; i < MW_COUNT(rows); i++)
        for (long cut = 0; cut < wanted_of(&rows[i]); cut++) {
            struct mw_reply reply;
            assert_int_equal(mw_managesieve_frame(*state, rows[i].bytes, (size_t)cut, rows[i].awaited, &reply), MW_FRAME_MORE);
        }
}

static void floods_end(void **state)
{
    static char flood[MW_MANAGESIEVE_CEILING + 100000];
    struct mw_reply reply;
    char *end = flood;
    while (end + 20 < flood + sizeof flood)
        end = stpcpy(end, "\"x\"\r\n");
    assert_int_equal(mw_managesieve_frame(*state, flood, (size_t)(end - flood), ".", &reply), MW_FRAME_TOO_LONG);
    memset(flood, 'O', sizeof flood);
    assert_int_equal(mw_managesieve_frame(*state, flood, sizeof flood, ".", &reply), MW_FRAME_TOO_LONG);
    memset(flood + 1, 'x', sizeof flood - 1);
    *flood = '"';
    assert_int_equal(mw_managesieve_frame(*state, flood, sizeof flood, ".", &reply), MW_FRAME_TOO_LONG);
}

static void lines_are_cut_into_strings(void **state)
{
    static const char bytes[] = "\"a\\\"b\" ACTIVE\r\n{3}\r\nx\0y\r\n\"SASL\" \"PLAIN LOGIN\"\r\nOK\r\n";
    struct mw_reply reply = {0};
    struct mw_managesieve_line line;
    size_t at = 0;
    assert_int_equal(mw_managesieve_frame(*state, bytes, sizeof bytes - 1, ".", &reply), sizeof bytes - 1);
    assert_true(mw_managesieve_line(*state, &reply, &at, &line));
    unit_same(line.first, "a\"b", "first");
    unit_same(line.second, "ACTIVE", "second");
    assert_true(mw_managesieve_line(*state, &reply, &at, &line));
    assert_int_equal(line.first_bytes, 3);
    assert_memory_equal(line.first, "x\0y", 4);
    assert_null(line.second);
    assert_true(mw_managesieve_line(*state, &reply, &at, &line));
    unit_same(line.second, "PLAIN LOGIN", "second");
    assert_false(mw_managesieve_line(*state, &reply, &at, &line));
}

static void strings_are_quoted(void **state)
{
    unit_same(mw_managesieve_string(*state, "main"), "\"main\"", "plain");
    unit_same(mw_managesieve_string(*state, "a\"b\\c"), "\"a\\\"b\\\\c\"", "quotes");
    unit_same(mw_managesieve_string(*state, "a\r\nLOGOUT"), "{9+}\r\na\r\nLOGOUT", "lines");
    unit_same(mw_managesieve_string(*state, "过滤"), "\"过滤\"", "UTF-8");
}

static const struct mw_sieve *read_text(struct mw_arena *arena, const char *text, struct mw_flaw *flaw, bool *beyond)
{
    return mw_sieve_read(arena, text, strlen(text), flaw, beyond);
}

static void depth_is_bounded(void **state)
{
    static char deep[400000], tests[400000];
    struct mw_flaw flaw;
    bool beyond;
    char *end = deep;
    for (int i = 0; i < 20000; i++)
        end = stpcpy(end, "if true {");
    assert_null(read_text(*state, deep, &flaw, &beyond));
    assert_true(beyond);
    end = stpcpy(tests, "if ");
    for (int i = 0; i < 20000; i++)
        end = stpcpy(end, "not ");
    assert_null(read_text(*state, tests, &flaw, &beyond));
    assert_true(beyond);
}

static void length_is_bounded(void **state)
{
    static char large[MW_SIEVE_SCRIPT_CEILING + 1];
    struct mw_flaw flaw;
    bool beyond;
    memset(large, ' ', sizeof large);
    memcpy(large, "keep;", 5);
    assert_non_null(mw_sieve_read(*state, large, MW_SIEVE_SCRIPT_CEILING, &flaw, &beyond));
    assert_null(mw_sieve_read(*state, large, sizeof large, &flaw, &beyond));
    assert_true(beyond);
    for (size_t i = 0; i + 5 < sizeof large; i += 5)
        memcpy(large + i, "keep;", 5);
    assert_null(mw_sieve_read(*state, large, MW_SIEVE_SCRIPT_CEILING, &flaw, &beyond));
    assert_true(beyond);
}

/* A list of a megabyte in one test, and a pattern of stars: read and tried at once. */
static void long_lists_are_tried(void **state)
{
    static char script[MW_SIEVE_SCRIPT_CEILING];
    struct mw_flaw flaw;
    struct mw_sieve_result result;
    bool beyond;
    char *end = stpcpy(script, "if address :matches \"from\" [\"x@y.example\"");
    while (end < script + 900000)
        end = stpcpy(end, ",\"*a*a*a*a*a*a*a*@b\"");
    stpcpy(end, ", \"bob@example.net\"] { discard; }");
    const struct mw_sieve *sieve = read_text(*state, script, &flaw, &beyond);
    assert_non_null(sieve);
    mw_sieve_run(*state, sieve, NULL, &(struct mw_sieve_message){.from = "bob@example.net"}, &result);
    assert_int_equal(result.fate, MW_SIEVE_DISCARDED);
    unit_same(result.decides->sender, "bob@example.net", "sender");
}

static void actions_are_bounded(void **state)
{
    static char script[60000];
    struct mw_flaw flaw;
    struct mw_sieve_result result;
    bool beyond;
    for (char *end = script; end < script + 50000;)
        end = stpcpy(end, "stop;");
    const struct mw_sieve *sieve = read_text(*state, script, &flaw, &beyond);
    assert_non_null(sieve);
    mw_sieve_run(*state, sieve, NULL, &(struct mw_sieve_message){0}, &result);
    assert_int_equal(result.count, MW_SIEVE_ACTIONS);
    assert_int_equal(result.all, 10000);
}

/* A rule that catches the message is told, however many stand before it. */
static void late_rules_catch(void **state)
{
    static char script[200000];
    struct mw_flaw flaw;
    struct mw_sieve_result result;
    bool beyond;
    char *end = script;
    for (int i = 0; i < 3000; i++)
        end = stpcpy(end, "if address \"from\" \"x@y.example\" { discard; }\n");
    stpcpy(end, "if address \"from\" \"bob@example.net\" { discard; }\n");
    const struct mw_sieve *sieve = read_text(*state, script, &flaw, &beyond);
    assert_non_null(sieve);
    mw_sieve_run(*state, sieve, NULL, &(struct mw_sieve_message){.from = "bob@example.net"}, &result);
    assert_int_equal(result.fate, MW_SIEVE_DISCARDED);
    assert_int_equal(result.all, 3001);
    assert_non_null(result.decides);
    assert_int_equal(result.decides->line, 3001);
}

/* Why an action that befalls the message perhaps does, and by which words the sender is named. */
static void reasons_are_told(void **state)
{
    static const struct { const char *script, *depends, *sender; bool by_envelope; } cases[] = {
        {"if size :over 1M { discard; }", "size :over 1M", NULL, false},
        {"if anyof (size :over 1M,\n  header \"x\" \"y\") { discard; }", "size :over 1M; header \"x\" \"y\"", NULL, false},
        {"if address \"from\" \"bob@example.net\" { discard; }", "", "bob@example.net", false},
        {"if address :domain \"from\" [\"a.example\", \"example.net\"] { discard; }", "", "example.net", false},
        {"if address :localpart \"from\" \"bob\" { discard; }", "", NULL, false},
        {"if not address \"from\" \"x@y.example\" { discard; }", "", NULL, false},
        {"require \"envelope\"; if envelope \"from\" \"bob@example.net\" { discard; }", "", "bob@example.net", true},
        {"if header :contains \"subject\" \"offer\" { discard; }", "", NULL, false},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        struct mw_sieve_result result;
        bool beyond;
        const struct mw_sieve *sieve = read_text(*state, cases[i].script, &flaw, &beyond);
        assert_non_null(sieve);
        mw_sieve_run(*state, sieve, NULL, &(struct mw_sieve_message){.from = "bob@example.net", .subject = "the offer"}, &result);
        assert_int_equal(result.count, 1);
        assert_int_equal(result.actions[0].reach, *cases[i].depends ? MW_PERHAPS : MW_SURELY);
        unit_same(result.actions[0].depends, cases[i].depends, cases[i].script);
        unit_same(result.actions[0].sender, cases[i].sender, cases[i].script);
        assert_int_equal(result.actions[0].by_envelope, cases[i].by_envelope);
    }
}

/* What Pigeonhole 2.3 does not know is read all the same. */
static void other_extensions_are_read(void **state)
{
    static const struct { const char *script; enum mw_sieve_fate fate; } cases[] = {
        {"require \"ereject\"; ereject \"no\";", MW_SIEVE_REJECTED},
        {"require [\"fileinto\", \"special-use\"]; fileinto :specialuse \"\\\\Junk\" \"Spam\";", MW_SIEVE_FILED},
        {"require [\"fileinto\", \"mailboxid\"]; fileinto :mailboxid \"F1\" \"Spam\";", MW_SIEVE_FILED},
        {"require [\"fileinto\", \"mailbox\"]; fileinto :create \"Spam\";", MW_SIEVE_FILED},
        {"require \"vnd.example.pipe\"; pipe \"x\";", MW_SIEVE_UNKNOWN},
        {"require [\"mime\", \"foreverypart\"]; foreverypart { discard; }", MW_SIEVE_UNKNOWN},
        {"require \"include\"; include :global \"spam\";", MW_SIEVE_UNKNOWN},
        {"redirect :notify \"NEVER\" :bytimerelative 60 \"a@b.example\";", MW_SIEVE_REDIRECTED},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        struct mw_sieve_result result;
        bool beyond;
        const struct mw_sieve *sieve = read_text(*state, cases[i].script, &flaw, &beyond);
        unit_same(flaw.why, NULL, cases[i].script);
        mw_sieve_run(*state, sieve, NULL, &(struct mw_sieve_message){0}, &result);
        unit_same(mw_sieve_fate_name(result.fate), mw_sieve_fate_name(cases[i].fate), cases[i].script);
    }
}

/* The names that webmail shows for rules stand in comments. */
static void rules_have_names(void **state)
{
    static const struct { const char *script, *name; } cases[] = {
        {"# rule:[Spam]\nif true { discard; }", "Spam"},
        {"keep;\r\n# rule:[Away [1]]\r\nif true\r\n{ discard; }", "Away [1]"},
        {"  # rule:[Spam]\n  discard;", "Spam"},
        {"## Flag: |UniqueId:7|Rulename: Newsletters\nif true { discard; }", "Newsletters"},
        {"# rule:[Outer]\nif true {\n# rule:[Inner]\ndiscard; }", "Outer"},
        {"# rule:[]\ndiscard;", ""},
        {"# rule:[Spam]\n\ndiscard;", ""},
        {"# rule:[Spam]\nkeep; discard;", ""},
        {"discard;", ""},
        {"\ndiscard;", ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw;
        struct mw_sieve_result result;
        bool beyond;
        const struct mw_sieve *sieve = read_text(*state, cases[i].script, &flaw, &beyond);
        assert_non_null(sieve);
        mw_sieve_run(*state, sieve, NULL, &(struct mw_sieve_message){0}, &result);
        assert_true(result.count > 0);
        unit_same(result.actions[result.count - 1].rule, cases[i].name, cases[i].script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(replies_are_read),  UNIT(every_prefix_is_more), UNIT(floods_end),       UNIT(lines_are_cut_into_strings), UNIT(strings_are_quoted), UNIT(depth_is_bounded),
        UNIT(length_is_bounded), UNIT(long_lists_are_tried), UNIT(reasons_are_told), UNIT(other_extensions_are_read),  UNIT(actions_are_bounded),
        UNIT(rules_have_names),
        UNIT(late_rules_catch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
