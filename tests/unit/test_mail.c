/* Messages: header and body, stamps of servers, authentication results, delivery status notifications. */
#include "unit.h"

#include <mailwhy/mail.h>

static struct mw_mail read_text(struct mw_arena *arena, const char *text)
{
    struct mw_mail mail;
    mw_mail_read(arena, text, strlen(text), &mail);
    return mail;
}

static void fields_are_cut(void **state)
{
    struct mw_mail mail = read_text(*state, "Subject: one\r\n\ttwo \r\nX: \x1b[1m\r\nno field\r\nsubject:three\r\n\r\nX: body\r\n");
    size_t from = 0;
    assert_int_equal(mail.count, 3);
    assert_string_equal(mw_mail_next(&mail, "SUBJECT", &from), "one\ttwo");
    assert_string_equal(mw_mail_next(&mail, "subject", &from), "three");
    assert_null(mw_mail_next(&mail, "subject", &from));
    assert_string_equal(mw_mail_value(&mail, "x"), "\\x1B[1m");
    assert_int_equal(mail.body_bytes, strlen("X: body\r\n"));
    assert_int_equal(read_text(*state, "").body_bytes, 0);
    assert_int_equal(read_text(*state, "\n\n").body_bytes, 1);
}

static void fields_have_a_ceiling(void **state)
{
    struct mw_list lines = {0};
    for (unsigned i = 0; i < 2 * MW_MAIL_FIELDS; i++)
        mw_list_add(*state, &lines, "A: b\n");
    assert_int_equal(read_text(*state, mw_list_join(*state, &lines, "")).count, MW_MAIL_FIELDS);
}

static void parameters_are_found(void **state)
{
    static const struct { const char *value, *name, *found; } cases[] = {
        {"multipart/report; report-type=delivery-status;\tboundary=\"a b\\\"c\"", "boundary", "a b\"c"},
        {"multipart/report; boundary = x ; a=b", "boundary", "x"},
        {"text/plain; name=\"; boundary=no\"", "boundary", NULL},
        {"multipart/report; boundary", "boundary", NULL},
        {"a; boundaryx=1", "boundary", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_mail_parameter(*state, cases[i].value, cases[i].name), cases[i].found, cases[i].value);
}

static void bodies_are_compared_without_their_encoding(void **state)
{
    static const struct { const char *text, *plain; } cases[] = {
        {"A: b\r\n\r\none  \r\ntwo\r\n\r\n\r\n", "one\ntwo"},
        {"Content-Transfer-Encoding: quoted-printable\n\none=\ntwo =3D =E8=BF=99 =zz=\n", "onetwo = 这 =zz"},
        {"Content-Transfer-Encoding: BASE64\r\n\r\nb25l\r\ndHdv\r\n", "onetwo"},
        {"Content-Transfer-Encoding: base64\r\n\r\n???\r\n", "???"},
        {"A: b\n\n", ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_mail mail = read_text(*state, cases[i].text);
        unit_same(mw_mail_plain(*state, &mail), cases[i].plain, cases[i].text);
    }
}

static void dates_are_read(void **state)
{
    static const struct { const char *text; int64_t at; } cases[] = {
        {"Mon, 2 Nov 2026 09:00:00 +0000", 1793610000},
        {" 2 Nov 2026 17:00 +0800 (CST)", 1793610000},
        {"Mon, 02 Nov 26 04:00:00 EST", 1793610000},
        {"Mon,  2 Nov 2026 09:00:60 -0000", 1793610060},
        {"2 Nov 2026 09:00:00", -1},
        {"31 Foo 2026 09:00:00 +0000", -1},
        {"2 Nov 2026 25:00:00 +0000", -1},
        {"2 Nov 2026 09:00:00 +00000", -1},
        {"(Mon", -1},
        {"", -1},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        assert_int_equal(mw_mail_date(*state, cases[i].text), cases[i].at);
}

static void stamps_are_read(void **state)
{
    static const struct { const char *text, *from, *by, *with, *id; int64_t at; } cases[] = {
        {"from mx.example.org (mx.example.org [192.0.2.1]) (using TLSv1.3; by nobody) by in.example.net (Postfix) with ESMTPS id 4Abc for <b@example.net>;\tMon, 2 Nov 2026 09:00:00 +0000 (UTC)",
         "mx.example.org", "in.example.net", "ESMTPS", "4Abc", 1793610000},
        {"by host with LMTP id x; Mon, 2 Nov 2026 17:00:00 +0800", "", "host", "LMTP", "x", 1793610000},
        {"from a by b", "a", "b", "", "", -1},
        {"; ; ;", "", "", "", "", -1},
        {"(((", "", "", "", "", -1},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_hop hop;
        mw_received_read(*state, cases[i].text, &hop);
        unit_same(hop.from, cases[i].from, cases[i].text);
        unit_same(hop.by, cases[i].by, cases[i].text);
        unit_same(hop.with, cases[i].with, cases[i].text);
        unit_same(hop.id, cases[i].id, cases[i].text);
        assert_int_equal(hop.at, cases[i].at);
    }
}

static void results_are_read(void **state)
{
    static const struct { const char *text, *server, *results; } cases[] = {
        {"mx.Example.net 1; spf=pass (said; so) smtp.mailfrom=a@example.org;\tdkim=fail reason=\"body hash\" header.d=example.org; dmarc=pass", "mx.example.net",
         "spf=pass smtp.mailfrom=a@example.org|dkim=fail header.d=example.org|dmarc=pass"},
        {"mx.example.net; none", "mx.example.net", ""},
        {"spf=pass smtp.mailfrom=a@b.c", NULL, ""},
        {"", NULL, ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_authres authres;
        bool good = mw_authres_read(*state, cases[i].text, &authres);
        unit_same(good ? authres.server : NULL, cases[i].server, cases[i].text);
        unit_same(mw_list_join(*state, &authres.results, "|"), cases[i].results, cases[i].text);
    }
}

static const char dsn[] = "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"x/y\"\r\n\r\nprose\r\n--x/y\r\n\r\nI am sorry.\r\n--x/y\r\n"
                          "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.org\r\nArrival-Date: now\r\n\r\n"
                          "Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.net\r\n"
                          "Diagnostic-Code: smtp; 550 5.1.1 <bob@example.net>:\r\n    no such user\r\n\r\n--x/y\r\nContent-Type: message/rfc822\r\n\r\n"
                          "From: a@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n--x/y--\r\nbehind\r\n";

static void bounces_are_read(void **state)
{
    struct mw_mail mail = read_text(*state, dsn);
    struct mw_dsn read;
    assert_true(mw_dsn_read(*state, &mail, &read));
    assert_int_equal(read.count, 1);
    unit_same(read.reporter, "mail.example.org", "reporter");
    unit_same(read.original_id, "<1@example.org>", "original");
    unit_same(read.recipients[0].recipient, "bob@example.net", "recipient");
    unit_same(read.recipients[0].action, "failed", "action");
    unit_same(read.recipients[0].status, "5.1.1", "status");
    unit_same(read.recipients[0].remote, "mx.example.net", "remote");
    unit_same(read.recipients[0].diagnostic, "550 5.1.1 <bob@example.net>: no such user", "diagnostic");
}

static void other_messages_are_no_bounces(void **state)
{
    static const char *const texts[] = {"Content-Type: text/plain\n\nReporting-MTA: dns; a\n\nAction: failed\n", "Content-Type: multipart/report\n\n--x\n", "",
                                        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: a\n--x--\n"};
    for (size_t i = 0; i < MW_COUNT(texts); i++) {
        struct mw_mail mail = read_text(*state, texts[i]);
        struct mw_dsn read;
        assert_false(mw_dsn_read(*state, &mail, &read));
    }
}

static void a_bounce_that_is_cut_off_counts(void **state)
{
    struct mw_mail mail = read_text(*state, mw_strndup(*state, dsn, (size_t)(strstr(dsn, "Remote-MTA") - dsn)));
    struct mw_dsn read;
    assert_true(mw_dsn_read(*state, &mail, &read));
    unit_same(read.recipients[0].status, "5.1.1", "status");
    unit_same(read.original_id, "", "original");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(fields_are_cut), UNIT(fields_have_a_ceiling), UNIT(parameters_are_found), UNIT(bodies_are_compared_without_their_encoding), UNIT(dates_are_read),
        UNIT(stamps_are_read), UNIT(results_are_read), UNIT(bounces_are_read), UNIT(other_messages_are_no_bounces), UNIT(a_bounce_that_is_cut_off_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
