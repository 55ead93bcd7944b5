/* Fetching from a web server on loopback that lives in the same loop, its names resolved by one too: what came, and each way to get nothing. */
#include <mailwhy/fact.h>
#include <mailwhy/fetch.h>

#include <stdlib.h>
#include <string.h>

#include "nameserver.h"
#include "unit.h"

#define BIG 70000u

struct web {
    uv_tcp_t tcp, clients[16];
    unsigned connections;
    int port;
    char big[BIG + 200];
};

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    static char room[65536];
    (void)handle, (void)wanted;
    *buffer = uv_buf_init(room, sizeof room - 1);
}

static void write_back(uv_write_t *request, int status)
{
    (void)status;
    uv_close((uv_handle_t *)request->handle, NULL);
    free(request);
}

static const char *response_for(struct web *web, const char *request)
{
    static const struct {
        const char *path, *response;
    } pages[] = {
        {"/policy", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 22 Nov 2026 13:00:00 GMT\r\nContent-Length: 6\r\n\r\nmode: "},
        {"/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
        {"/moved", "HTTP/1.1 302 Found\r\nLocation: /policy\r\nContent-Length: 0\r\n\r\n"},
        {"/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
        {"/inside", "HTTP/1.1 302 Found\r\nLocation: http://here.ok.test/policy\r\nContent-Length: 0\r\n\r\n"},
        {"/file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"},
        {"/garbage", "220 mx.test ESMTP\r\n"},
        {"/nothing", ""},
    };
    if (strncmp(request, "GET /big ", 9) == 0)
        return web->big;
    for (size_t i = 0; i < MW_COUNT(pages); i++)
        if (strncmp(request, "GET ", 4) == 0 && strncmp(request + 4, pages[i].path, strlen(pages[i].path)) == 0)
            return pages[i].response;
    return NULL; /* silence */
}

static void got_request(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    struct web *web = stream->data;
    if (bytes < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    buffer->base[bytes] = '\0';
    const char *response = response_for(web, buffer->base);
    if (!response)
        return;
    uv_read_stop(stream);
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)response, (unsigned)strlen(response));
    uv_write(calloc(1, sizeof(uv_write_t)), stream, &out, 1, write_back);
}

static void got_connection(uv_stream_t *listener, int status)
{
    struct web *web = listener->data;
    assert_true(web->connections < MW_COUNT(web->clients));
    uv_tcp_t *tcp = &web->clients[web->connections++];
    (void)status;
    uv_tcp_init(listener->loop, tcp);
    uv_accept(listener, (uv_stream_t *)tcp);
    tcp->data = web;
    uv_unref((uv_handle_t *)tcp);
    uv_read_start((uv_stream_t *)tcp, give_room, got_request);
}

static void start_web(struct web *web, uv_loop_t *loop)
{
    struct sockaddr_in name;
    int bytes = sizeof name, head = snprintf(web->big, sizeof web->big, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BIG);
    memset(web->big + head, 'x', BIG);
    uv_ip4_addr("127.0.0.1", 0, &name);
    uv_tcp_init(loop, &web->tcp);
    web->tcp.data = web;
    assert_int_equal(uv_tcp_bind(&web->tcp, (struct sockaddr *)&name, 0), 0);
    uv_tcp_getsockname(&web->tcp, (struct sockaddr *)&name, &bytes);
    web->port = ntohs(name.sin_port);
    assert_int_equal(uv_listen((uv_stream_t *)&web->tcp, 8, got_connection), 0);
    uv_unref((uv_handle_t *)&web->tcp);
}

/* The name server's port must be known before the net: it gets a loop of its own, that turns with the net's. */
struct stage {
    struct mw_arena *arena;
    uv_loop_t loop;
    struct nameserver names;
    struct web web;
    struct mw_net *net;
};

static void open_stage(struct stage *stage)
{
    const char *flaw = NULL;
    memset(stage, 0, sizeof *stage);
    stage->arena = mw_arena_new();
    uv_loop_init(&stage->loop);
    nameserver_start(&stage->names, &stage->loop, false);
    start_web(&stage->web, &stage->loop);
    uv_ref((uv_handle_t *)&stage->names.udp);
    struct mw_net_options options = {.dns_wait_s = 1};
    mw_list_add(stage->arena, &options.resolvers, mw_printf(stage->arena, "127.0.0.1:%d", stage->names.port));
    stage->net = mw_net_new(stage->arena, &options, &flaw);
    assert_non_null(stage->net);
}

static void close_one(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_stage(struct stage *stage)
{
    mw_net_free(stage->net);
    uv_walk(&stage->loop, close_one, NULL);
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    uv_loop_close(&stage->loop);
    mw_arena_free(stage->arena);
}

static void got_fetched(void *context, const struct mw_fetched *fetched)
{
    const struct mw_fetched **into = context;
    assert_null(*into);
    *into = fetched;
}

static const struct mw_fetched *fetch_url(struct stage *stage, const char *url, int redirects)
{
    const struct mw_fetched *fetched = NULL;
    mw_fetch(stage->net, url, redirects, 0.5, got_fetched, &fetched);
    assert_null(fetched);
    for (unsigned turns = 0; !fetched && turns < 10000; turns++) {
        uv_run(mw_net_loop(stage->net), UV_RUN_NOWAIT);
        uv_run(&stage->loop, UV_RUN_NOWAIT);
        if (turns > 100)
            uv_sleep(1);
    }
    assert_non_null(fetched);
    return fetched;
}

static const struct mw_fetched *fetch(struct stage *stage, const char *host, const char *path, int redirects)
{
    return fetch_url(stage, mw_printf(stage->arena, "http://%s:%d%s", host, stage->web.port, path), redirects);
}

/* here.here.test: the domain of the web server is on an inner network itself, so the fetch is allowed. */
static void test_response(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    const struct mw_fetched *fetched = fetch(&stage, "here.here.test", "/policy", 0);
    assert_string_equal(fetched->outcome, MW_OK);
    assert_int_equal(fetched->status, 200);
    assert_string_equal(fetched->media_type, "text/plain");
    assert_string_equal(fetched->body, "mode: ");
    assert_int_equal(fetched->body_bytes, 6);
    assert_int_equal(fetched->date, mw_time_read("2026-11-22T13:00:00Z"));
    assert_string_equal(fetched->address, "127.0.0.1");
    assert_int_equal(fetch(&stage, "here.here.test", "/missing", 0)->status, 404);
    close_stage(&stage);
}

static void test_ends(void **state)
{
    static const struct {
        const char *host, *path, *outcome;
    } cases[] = {
        {"here.here.test", "/big", MW_TOO_LONG},      {"here.here.test", "/garbage", MW_GARBLED}, {"here.here.test", "/nothing", MW_HUNG_UP},
        {"here.here.test", "/silence", MW_TIMED_OUT}, {"nxdomain.test", "/policy", "dns"},        {"nodata.test", "/policy", "dns"},
    };
    struct stage stage;
    (void)state;
    open_stage(&stage);
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        assert_string_equal(fetch(&stage, cases[i].host, cases[i].path, 0)->outcome, cases[i].outcome);
    assert_int_equal(fetch(&stage, "nxdomain.test", "/policy", 0)->dns, MW_DNS_NXDOMAIN);
    assert_string_equal(fetch_url(&stage, "http://here.here.test:1/", 0)->outcome, MW_REFUSED);
    close_stage(&stage);
}

static void test_redirects(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    const struct mw_fetched *fetched = fetch(&stage, "here.here.test", "/moved", 0);
    assert_int_equal(fetched->status, 302);
    assert_true(mw_text_ends(fetched->location, "/policy"));
    fetched = fetch(&stage, "here.here.test", "/moved", 2);
    assert_int_equal(fetched->status, 200);
    assert_string_equal(fetched->body, "mode: ");
    assert_int_equal(fetch(&stage, "here.here.test", "/loop", 2)->status, 302);
    assert_string_equal(fetch(&stage, "here.here.test", "/file", 2)->outcome, MW_GARBLED);
    close_stage(&stage);
}

/* A stranger's domain (ok.test has a public address) leads to loopback: no connection is made. */
static void test_inner_addresses(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    const struct mw_fetched *fetched = fetch(&stage, "here.ok.test", "/policy", 0);
    assert_string_equal(fetched->outcome, MW_UNREACHABLE);
    assert_non_null(mw_text_find(fetched->why, "127.0.0.1"));
    assert_string_equal(fetch(&stage, "127.0.0.1", "/policy", 0)->outcome, MW_UNREACHABLE);
    assert_int_equal(stage.web.connections, 0);
    assert_string_equal(fetch(&stage, "here.here.test", "/inside", 3)->outcome, MW_UNREACHABLE);
    assert_int_equal(stage.web.connections, 1);
    close_stage(&stage);
}

/* What curl would read otherwise than we do must not reach it. */
static void test_odd_urls(void **state)
{
    static const char *const urls[] = {"ftp://here.here.test/", "http://", "http://user@here.here.test/", "http://%6cocalhost/", "http://here.here.test:0/",
                                       "http://here.here.test./", "http://here.here.test\\@x/", "https://[::1/", "file:///etc/passwd"};
    struct stage stage;
    (void)state;
    open_stage(&stage);
    for (size_t i = 0; i < MW_COUNT(urls); i++)
        assert_string_equal(fetch_url(&stage, urls[i], 0)->outcome, MW_GARBLED);
    assert_int_equal(stage.names.packets, 0);
    close_stage(&stage);
}

static void test_freed_early(void **state)
{
    struct stage stage;
    const struct mw_fetched *fetched = NULL;
    (void)state;
    open_stage(&stage);
    mw_fetch(stage.net, mw_printf(stage.arena, "http://here.here.test:%d/silence", stage.web.port), 0, 5, got_fetched, &fetched);
    for (unsigned turns = 0; turns < 50; turns++) {
        uv_run(mw_net_loop(stage.net), UV_RUN_NOWAIT);
        uv_run(&stage.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(stage.web.connections, 1);
    close_stage(&stage);
    assert_null(fetched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_response),        cmocka_unit_test(test_ends),     cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_inner_addresses), cmocka_unit_test(test_odd_urls), cmocka_unit_test(test_freed_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
