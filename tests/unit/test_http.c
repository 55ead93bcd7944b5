/* URLs and HTTP responses: what is taken, what is refused, and that a response which comes byte by byte is read the same. */
#include <mailwhy/http.h>

#include <stdio.h>
#include <string.h>

#include "unit.h"

static void test_urls(void **state)
{
    static const struct {
        const char *text, *read; /* "scheme host port target"; NULL: refused */
    } cases[] = {
        /* clang-format off */
        {"https://mta-sts.example.org/.well-known/mta-sts.txt", "https mta-sts.example.org 443 /.well-known/mta-sts.txt"},
        {"http://Example.ORG",                 "http example.org 80 /"},
        {"http://example.org:8080?a=b#part",   "http example.org 8080 /?a=b"},
        {"http://192.0.2.1/x",                 "http 192.0.2.1 80 /x"},
        {"https://[2001:DB8::1]:444/",         "https 2001:db8::1 444 /"},
        {"http://example.org/a b\r\nHost: x",  "http example.org 80 /a%20b%0D%0AHost:%20x"},
        {"http://example.org/\xc3\xa9?x=<>",   "http example.org 80 /%C3%A9?x=%3C%3E"},
        {"http://example.org/?m=a@b&c=%40",    "http example.org 80 /?m=a@b&c=%40"},
        {"http://example.org/http://x",        "http example.org 80 /http://x"},
        {"ftp://example.org/",     NULL},
        {"example.org",            NULL},
        {"http://",                NULL},
        {"http:///x",              NULL},
        {"http://a@example.org/",  NULL},
        {"http://a:b@example.org", NULL},
        {"http://%6cocalhost/",    NULL},
        {"http://example.org:0/",  NULL},
        {"http://example.org:/",   NULL},
        {"http://example.org:65536", NULL},
        {"http://example.org:80x", NULL},
        {"http://example.org./",   NULL},
        {"http://.example.org/",   NULL},
        {"http://a..b/",           NULL},
        {"http://[::1/",           NULL},
        {"http://[::1]x/",         NULL},
        {"http://[localhost]/",    NULL},
        {"http://exa mple.org/",   NULL},
        {"http://example.org\\@evil.example/", NULL},
        /* clang-format on */
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_url url;
        bool read = mw_url_read(*state, cases[i].text, &url);
        unit_same(read ? mw_printf(*state, "%s %s %d %s", url.secure ? "https" : "http", url.host, url.port, url.target) : NULL, cases[i].read, cases[i].text);
    }
}

static void test_joined(void **state)
{
    static const struct {
        const char *base, *location, *joined;
    } cases[] = {
        /* clang-format off */
        {"https://a.example/x/y?z",  "https://b.example/",  "https://b.example/"},
        {"https://a.example/x/y?z",  "//b.example/q",       "https://b.example/q"},
        {"https://a.example/x/y?z",  "/q",                  "https://a.example/q"},
        {"http://a.example:81/x/y",  "q",                   "http://a.example:81/x/q"},
        {"http://a.example/x/y?z=/", "?q",                  "http://a.example/x/y?q"},
        {"http://[2001:db8::1]/",    "q",                   "http://[2001:db8::1]/q"},
        {"http://a.example/",        "file:///etc/passwd",  "file:///etc/passwd"},
        /* clang-format on */
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_url base;
        assert_true(mw_url_read(*state, cases[i].base, &base));
        unit_same(mw_url_join(*state, &base, cases[i].location), cases[i].joined, cases[i].location);
    }
}

static void test_request(void **state)
{
    struct mw_url url;
    assert_true(mw_url_read(*state, "http://example.org:81/a?b", &url));
    unit_same(mw_http_request(*state, &url, "x/1", NULL), "GET /a?b HTTP/1.1\r\nHost: example.org:81\r\nUser-Agent: x/1\r\nAccept: */*\r\nConnection: close\r\n\r\n", "request");
}

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
    const char *name, *bytes;
    int ended, open; /* what mw_http_read says after, and before the server closed */
    const char *body;
} responses[] = {
    /* clang-format off */
    {"length",             OK "Content-Length: 5\r\n\r\nhello",                              1, 1, "hello"},
    {"more than length",   OK "Content-Length: 5\r\n\r\nhello there",                        1, 1, "hello"},
    {"less than length",   OK "Content-Length: 9\r\n\r\nhello",                              MW_FRAME_MORE, MW_FRAME_MORE, NULL},
    {"no length",          OK "\r\nhello",                                                   1, MW_FRAME_MORE, "hello"},
    {"bare line ends",     "HTTP/1.0 200 OK\nContent-Length: 2\n\nhi",                       1, 1, "hi"},
    {"chunks",             OK "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", 1, 1, "hello"},
    {"chunks beat length", OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 1, 1, "hi"},
    {"half a chunk",       OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",                  MW_FRAME_MORE, MW_FRAME_MORE, NULL},
    {"no last chunk",      OK "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",              MW_FRAME_MORE, MW_FRAME_MORE, NULL},
    {"no chunk size",      OK "Transfer-Encoding: chunked\r\n\r\nhello\r\n",                 MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"chunk too long",     OK "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",      MW_FRAME_TOO_LONG, MW_FRAME_TOO_LONG, NULL},
    {"chunk runs over",    OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",   MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"unknown coding",     OK "Transfer-Encoding: gzip\r\n\r\nx",                            MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"huge length",        OK "Content-Length: 70000\r\n\r\n",                               MW_FRAME_TOO_LONG, MW_FRAME_TOO_LONG, NULL},
    {"negative length",    OK "Content-Length: -1\r\n\r\n",                                  MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"length of words",    OK "Content-Length: five\r\n\r\nhello",                           MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"no content",         "HTTP/1.1 204 No Content\r\n\r\n",                                1, 1, ""},
    {"interim",            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK "Content-Length: 1\r\n\r\nx", 1, 1, "x"},
    {"head cut",           OK "Content-Le",                                                  MW_FRAME_MORE, MW_FRAME_MORE, NULL},
    {"status cut",         "HTT",                                                            MW_FRAME_MORE, MW_FRAME_MORE, NULL},
    {"another protocol",   "220 mx.test ESMTP\r\n",                                          MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"words",              "<html>",                                                         MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"no status",          "HTTP/1.1 OK\r\n\r\n",                                            MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"status of 999",      "HTTP/1.1 999 Odd\r\n\r\n",                                       MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"folded field",       OK "A: b\r\n c\r\n\r\n",                                          MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    {"no colon",           OK "nonsense\r\n\r\n",                                            MW_FRAME_GARBLED, MW_FRAME_GARBLED, NULL},
    /* clang-format on */
};

static void test_responses(void **state)
{
    for (size_t i = 0; i < MW_COUNT(responses); i++) {
        struct mw_http response = {0};
        size_t count = strlen(responses[i].bytes);
        int open = mw_http_read(*state, responses[i].bytes, count, false, &response), ended = mw_http_read(*state, responses[i].bytes, count, true, &response);
        if (open != responses[i].open || ended != responses[i].ended)
            fail_msg("%s: %d and %d, wanted %d and %d", responses[i].name, open, ended, responses[i].open, responses[i].ended);
        if (ended == 1)
            unit_same(response.body, responses[i].body, responses[i].name);
        if (ended == 1)
            assert_int_equal(response.body_bytes, strlen(responses[i].body));
    }
}

/* Every prefix of a response that is right is not whole, and never wrong. */
static void test_byte_by_byte(void **state)
{
    for (size_t i = 0; i < MW_COUNT(responses); i++)
        for (size_t count = 0; responses[i].open == 1 && count < strlen(responses[i].bytes); count++) {
            struct mw_http response = {0};
            char *part = mw_strndup(*state, responses[i].bytes, count); /* so that reading too far is seen */
            int read = mw_http_read(*state, part, count, false, &response);
            if (read != MW_FRAME_MORE && !(read == 1 && strcmp(response.body, responses[i].body) == 0))
                fail_msg("%s, %zu bytes: %d", responses[i].name, count, read);
        }
}

static void test_fields(void **state)
{
    static const char bytes[] = "HTTP/1.1 302 Found\r\ncontent-type:text/plain; charset=utf-8\r\nLOCATION:  /x\x1b\t\r\nDate: Sun, 22 Nov 2026 13:00:00 GMT\r\nContent-Length: 0\r\n\r\n";
    struct mw_http response = {0};
    assert_int_equal(mw_http_read(*state, bytes, strlen(bytes), false, &response), 1);
    assert_int_equal(response.status, 302);
    unit_same(response.media_type, "text/plain; charset=utf-8", "media type");
    unit_same(response.location, "/x\\x1B", "location");
    assert_int_equal(response.date, mw_time_read("2026-11-22T13:00:00Z"));
}

static void test_dates(void **state)
{
    static const char *const wrong[] = {"", "Sunday, 22-Nov-26 13:00:00 GMT", "Sun Nov 22 13:00:00 2026", "Sun, 22 Nov 2026 13:00:00 CET", "Sun, 22 Foo 2026 13:00:00 GMT",
                                        "Sun, 99 Nov 2026 13:00:00 GMT", "Sun, 22 Nov 2026 99:00:00 GMT", "a, b c d e f"};
    for (size_t i = 0; i < MW_COUNT(wrong); i++) {
        struct mw_http response = {0};
        const char *bytes = mw_printf(*state, OK "Date: %s\r\nContent-Length: 0\r\n\r\n", wrong[i]);
        assert_int_equal(mw_http_read(*state, bytes, strlen(bytes), false, &response), 1);
        if (response.date != -1)
            fail_msg("%s: a date", wrong[i]);
    }
}

static void test_endless_head(void **state)
{
    struct mw_http response = {0};
    char *bytes = mw_alloc(*state, 40001);
    memset(bytes, 'x', 40000);
    memcpy(bytes, OK, strlen(OK));
    assert_int_equal(mw_http_read(*state, bytes, 40000, false, &response), MW_FRAME_TOO_LONG);
    memcpy(bytes, "HTTP/1.", 7);
    memset(bytes + 7, 'x', 30);
    assert_int_equal(mw_http_read(*state, bytes, 40000, false, &response), MW_FRAME_TOO_LONG);
    for (size_t i = strlen(OK); i + 4 <= 40000; i += 4)
        memcpy(bytes + i, "a:\r\n", 4);
    memcpy(bytes, OK, strlen(OK));
    assert_int_equal(mw_http_read(*state, bytes, 40000, false, &response), MW_FRAME_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_urls),         UNIT(test_joined), UNIT(test_request), UNIT(test_responses),
        UNIT(test_byte_by_byte), UNIT(test_fields), UNIT(test_dates),   UNIT(test_endless_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
