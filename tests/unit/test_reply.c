/* Framing of SMTP, IMAP and POP3: whole, cut at every byte, hostile. */
#include "unit.h"

#include <mailwhy/reply.h>

typedef long framer(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);

static const struct row {
    framer *frame;
    const char *awaited, *bytes;
    long taken; /* 0: more, negative: MW_FRAME_… */
    int code;
    const char *enhanced, *text, *whole, *lines; /* lines joined with | */
} rows[] = {
    /* SMTP */
    {mw_smtp_frame, NULL, "220 mx ESMTP\r\n", 14, 220, NULL, "mx ESMTP", "220 mx ESMTP", "mx ESMTP"},
    {mw_smtp_frame, NULL, "220\r\n", 5, 220, NULL, "", "220", ""},
    {mw_smtp_frame, NULL, "220 \r\n250 next\r\n", 6, 220, NULL, "", "220", ""},
    {mw_smtp_frame, NULL, "250-mx\r\n250-SIZE 10\r\n250 STARTTLS\r\n", 35, 250, NULL, "STARTTLS", "250 mx SIZE 10 STARTTLS", "mx|SIZE 10|STARTTLS"},
    {mw_smtp_frame, NULL, "550 5.1.1 no such user\n", 23, 550, "5.1.1", "no such user", "550 5.1.1 no such user", "5.1.1 no such user"},
    {mw_smtp_frame, NULL, "550-5.7.26 Your email\r\n550 5.7.26 is blocked\r\n", 46, 550, "5.7.26", "is blocked", "550 5.7.26 Your email is blocked", "5.7.26 Your email|5.7.26 is blocked"},
    {mw_smtp_frame, NULL, "550 5.1.1\r\n", 11, 550, "5.1.1", "", "550 5.1.1", "5.1.1"},
    {mw_smtp_frame, NULL, "550 5.1.1234 x\r\n", 16, 550, NULL, "5.1.1234 x", "550 5.1.1234 x", "5.1.1234 x"},
    {mw_smtp_frame, NULL, "450 1.2.3 x\r\n", 13, 450, NULL, "1.2.3 x", "450 1.2.3 x", "1.2.3 x"},
    {mw_smtp_frame, NULL, "220 \033[31mred\r\n", 14, 220, NULL, "\\x1B[31mred", "220 \\x1B[31mred", "\\x1B[31mred"},
    {mw_smtp_frame, NULL, "", 0, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "22", 0, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "250-mx\r\n", 0, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "\x15\x03\x01", -1, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "* OK", -1, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "HTTP/1.1 400 Bad Request\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "2500 x\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "700 x\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_smtp_frame, NULL, "250-a\r\nbroken\r\n", -1, 0, NULL, NULL, NULL, NULL},
    /* IMAP */
    {mw_imap_frame, "", "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", 44, 'O', "CAPABILITY IMAP4rev1 STARTTLS", "ready", "OK [CAPABILITY IMAP4rev1 STARTTLS] ready", ""},
    {mw_imap_frame, "", "* BYE too busy\r\n", 16, 'Y', NULL, "too busy", "BYE too busy", ""},
    {mw_imap_frame, "", "* PREAUTH hello\r\n", 17, 'P', NULL, "hello", "PREAUTH hello", ""},
    {mw_imap_frame, "", "* 3 EXISTS\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "", "+OK Dovecot ready\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "", "220 mx\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "a1", "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n", 36, 'O', NULL, "done", "OK done", "CAPABILITY IMAP4rev1"},
    {mw_imap_frame, "a1", "a1 NO [AUTHENTICATIONFAILED] wrong\r\n", 36, 'N', "AUTHENTICATIONFAILED", "wrong", "NO [AUTHENTICATIONFAILED] wrong", ""},
    {mw_imap_frame, "a1", "* NO [ALERT] web login\r\n* 1 EXISTS\r\nA1 NO failed\r\n", 50, 'N', NULL, "failed", "NO failed NO [ALERT] web login", "NO [ALERT] web login|1 EXISTS"},
    {mw_imap_frame, "a1", "* OK hi\r\n* BYE idle\r\n", 21, 'Y', NULL, "idle", "BYE idle", "OK hi"},
    {mw_imap_frame, "a1", "+ go on\r\n", 9, '+', NULL, "go on", "go on", ""},
    {mw_imap_frame, "a1", "+\r\n", 3, '+', NULL, "", "", ""},
    {mw_imap_frame, "a1", "* X {7}\r\na1 OK\r\n y\r\na1 OK z\r\n", 29, 'O', NULL, "z", "OK z", "X {7}\\x0D\\x0Aa1 OK\\x0D\\x0A y"},
    {mw_imap_frame, "a1", "* X {9999999}\r\n", -2, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "a1", "* X {9}\r\na1 OK z\r\n", 0, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "a1", "a1 WHAT\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "a1", "a12 OK\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "a1 a2 a12", "* LIST x\r\na12 OK early\r\na1 OK\r\n", 31, 'O', NULL, "", "OK", "LIST x|a12 OK early"},
    {mw_imap_frame, "a1 a2", "a3 OK early\r\n", -1, 0, NULL, NULL, NULL, NULL},
    {mw_imap_frame, "a1", "*\r\na1 OK\r\n", 10, 'O', NULL, "", "OK", ""},
    /* POP3 */
    {mw_pop3_frame, NULL, "+OK ready\r\n", 11, '+', NULL, "ready", "+OK ready", ""},
    {mw_pop3_frame, NULL, "-ERR [AUTH] wrong\r\n", 19, '-', "AUTH", "wrong", "-ERR [AUTH] wrong", ""},
    {mw_pop3_frame, NULL, "-ERR\r\n", 6, '-', NULL, "", "-ERR", ""},
    {mw_pop3_frame, NULL, "+ bXVy\r\n", 8, '>', NULL, "bXVy", "+ bXVy", ""},
    {mw_pop3_frame, NULL, "+\r\n", 3, '>', NULL, "", "+", ""},
    {mw_pop3_frame, ".", "+OK list\r\nSTLS\r\n..x\r\n.\r\n", 24, '+', NULL, "list", "+OK list", "STLS|.x"},
    {mw_pop3_frame, ".", "-ERR no CAPA\r\n", 14, '-', NULL, "no CAPA", "-ERR no CAPA", ""},
    {mw_pop3_frame, ".", "+OK\r\nSTLS\r\n", 0, 0, NULL, NULL, NULL, NULL},
    {mw_pop3_frame, NULL, "* OK", -1, 0, NULL, NULL, NULL, NULL},
    {mw_pop3_frame, NULL, "+OKAY\r\n", -1, 0, NULL, NULL, NULL, NULL},
};

static void check_row(struct mw_arena *arena, const struct row *row)
{
    struct mw_reply reply = {0};
    long taken = row->frame(arena, row->bytes, strlen(row->bytes), row->awaited, &reply);
    if (taken != row->taken)
        print_error("%s\n", row->bytes);
    assert_int_equal(taken, row->taken);
    if (taken <= 0)
        return;
    assert_int_equal(reply.code, row->code);
    unit_same(reply.enhanced, row->enhanced, row->bytes);
    unit_same(reply.text, row->text, row->bytes);
    unit_same(reply.whole, row->whole, row->bytes);
    unit_same(mw_list_join(arena, &reply.lines, "|"), row->lines, row->bytes);
}

static void replies_are_read(void **state)
{
    for (size_t i = 0; i < MW_COUNT(rows); i++)
        check_row(*state, &rows[i]);
}

/* However the network cuts a reply, it is "more" until it is whole. */
static void every_prefix_is_more(void **state)
{
    for (size_t i = 0; i < MW_COUNT(rows); i++)
        for (long cut = 0; cut < rows[i].taken; cut++) {
            struct mw_reply reply;
            assert_int_equal(rows[i].frame(*state, rows[i].bytes, (size_t)cut, rows[i].awaited, &reply), MW_FRAME_MORE);
        }
}

static void ceilings_hold(void **state)
{
    static const struct { framer *frame; const char *awaited, *head, *line; size_t long_line; } floods[] = {
        {mw_smtp_frame, NULL, "", "250-x\r\n", MW_LINE_CEILING}, {mw_imap_frame, "a1", "", "* 1 EXISTS\r\n", MW_STORE_CEILING},
        {mw_pop3_frame, ".", "+OK\r\n", "UIDL\r\n", MW_LINE_CEILING}};
    static char flood[MW_STORE_CEILING + 20000];
    for (size_t i = 0; i < MW_COUNT(floods); i++) {
        struct mw_reply reply;
        char *end = stpcpy(flood, floods[i].head);
        while (end + 20 < flood + sizeof flood)
            end = stpcpy(end, floods[i].line);
        assert_int_equal(floods[i].frame(*state, flood, (size_t)(end - flood), floods[i].awaited, &reply), MW_FRAME_TOO_LONG);
        memcpy(flood, floods[i].line, 4);
        memset(flood + 4, 'x', floods[i].long_line + 2);
        const char *starts[] = {"250 ", "* OK ", "+OK "};
        memcpy(flood, starts[i], strlen(starts[i]));
        assert_int_equal(floods[i].frame(*state, flood, floods[i].long_line + 2, floods[i].awaited, &reply), MW_FRAME_TOO_LONG);
    }
}

static void whole_is_bounded(void **state)
{
    char bytes[5000] = "250 ";
    memset(bytes + 4, 'x', 4000);
    memcpy(bytes + 4004, "\r\n", 2);
    struct mw_reply reply;
    assert_int_equal(mw_smtp_frame(*state, bytes, 4006, NULL, &reply), 4006);
    assert_int_equal(strlen(reply.whole), 1000);
    assert_int_equal(strlen(reply.text), 4000);
}

static void capabilities_are_found(void **state)
{
    static const struct { const char *awaited, *bytes, *found; } cases[] = {
        {"a", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na OK done\r\n", "IMAP4rev1 AUTH=PLAIN"},
        {"a", "a OK [CAPABILITY IMAP4rev1 ID] in\r\n", "IMAP4rev1 ID"},
        {"a", "* OK [CAPABILITY IMAP4rev1] x\r\na OK y\r\n", "IMAP4rev1"},
        {"", "* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n", "IMAP4rev1 STARTTLS"},
        {"a", "* CAPABILITYX y\r\na OK done\r\n", NULL},
        {"a", "a OK done\r\n", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_reply reply;
        struct mw_list found = {0};
        assert_true(mw_imap_frame(*state, cases[i].bytes, strlen(cases[i].bytes), cases[i].awaited, &reply) > 0);
        bool any = mw_imap_capabilities(*state, &reply, &found);
        unit_same(any ? mw_list_join(*state, &found, " ") : NULL, cases[i].found, cases[i].bytes);
    }
}

static void extensions_are_found(void **state)
{
    static const char ehlo[] = "250-STARTTLS.example.org\r\n250-SIZE 100\r\n250-AUTH=LOGIN\r\n250-auth PLAIN LOGIN\r\n250-X-AUTHX y\r\n250 8BITMIME\r\n";
    struct mw_reply reply;
    assert_true(mw_smtp_frame(*state, ehlo, strlen(ehlo), NULL, &reply) > 0);
    unit_same(mw_smtp_extension(&reply, "SIZE"), "100", "SIZE");
    unit_same(mw_smtp_extension(&reply, "AUTH"), "PLAIN LOGIN", "AUTH");
    unit_same(mw_smtp_extension(&reply, "8BITMIME"), "", "8BITMIME");
    unit_same(mw_smtp_extension(&reply, "STARTTLS"), NULL, "the first line is a name");
    unit_same(mw_smtp_extension(&reply, "8BIT"), NULL, "a prefix is not the keyword");
    static const char old[] = "250-mx\r\n250 AUTH=LOGIN\r\n";
    assert_true(mw_smtp_frame(*state, old, strlen(old), NULL, &reply) > 0);
    unit_same(mw_smtp_extension(&reply, "AUTH"), "LOGIN", "AUTH=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(replies_are_read), UNIT(every_prefix_is_more), UNIT(ceilings_hold), UNIT(whole_is_bounded), UNIT(capabilities_are_found),
        UNIT(extensions_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
