/* Questions to a name server on loopback that lives in the same loop: each status is told apart, one question is sent once, a lost packet is repeated, a cut
 * answer comes again over TCP, and the next resolver takes over. */
#include <mailwhy/net.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nameserver.h"
#include "unit.h"

struct got {
    const struct mw_dns_answer *answer;
    unsigned times;
};

static void got_answer(void *context, const struct mw_dns_answer *found)
{
    struct got *got = context;
    got->answer = found;
    got->times++;
}

struct scene {
    struct mw_arena *arena;
    struct mw_net *net;
    struct nameserver server;
    const char *address;
};

/* A net whose resolver is dead, and a name server to be asked by its address. */
static void open_scene(struct scene *scene, bool with_tcp, double wait_s)
{
    const char *flaw = NULL;
    *scene = (struct scene){.arena = mw_arena_new()};
    struct mw_net_options options = {.dns_wait_s = wait_s};
    mw_list_add(scene->arena, &options.resolvers, "127.0.0.1:1");
    scene->net = mw_net_new(scene->arena, &options, &flaw);
    assert_non_null(scene->net);
    nameserver_start(&scene->server, mw_net_loop(scene->net), with_tcp);
    scene->address = mw_printf(scene->arena, "127.0.0.1:%d", scene->server.port);
}

static void close_scene(struct scene *scene)
{
    mw_net_free(scene->net);
    mw_arena_free(scene->arena);
}

static const struct mw_dns_answer *ask(struct scene *scene, const char *name)
{
    struct got got = {0};
    mw_dns_ask(scene->net, &(struct mw_question){.name = name, .type = MW_A, .server = scene->address}, got_answer, &got);
    assert_null(got.answer); /* never from inside the call */
    uv_run(mw_net_loop(scene->net), UV_RUN_DEFAULT);
    assert_int_equal(got.times, 1);
    return got.answer;
}

static void test_statuses(void **state)
{
    static const struct {
        const char *name;
        enum mw_dns_status status;
    } cases[] = {
        {"ok.test", MW_DNS_OK},           {"nodata.test", MW_DNS_NODATA},   {"nxdomain.test", MW_DNS_NXDOMAIN}, {"servfail.test", MW_DNS_SERVFAIL},
        {"refused.test", MW_DNS_REFUSED}, {"silent.test", MW_DNS_TIMED_OUT}, {"a..b", MW_DNS_OTHER},
    };
    struct scene scene;
    (void)state;
    open_scene(&scene, false, 0.05);
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        assert_string_equal(mw_dns_status_name(ask(&scene, cases[i].name)->status), mw_dns_status_name(cases[i].status));
    const struct mw_dns_answer *found = ask(&scene, "OK.test");
    assert_string_equal(found->server, "127.0.0.1");
    assert_string_equal(found->records[0].address, "192.0.2.1");
    close_scene(&scene);
}

static void test_sent_once(void **state)
{
    struct scene scene;
    struct got first = {0}, second = {0};
    (void)state;
    open_scene(&scene, false, 1);
    struct mw_question question = {.name = "ok.test", .type = MW_A, .server = scene.address};
    mw_dns_ask(scene.net, &question, got_answer, &first);
    mw_dns_ask(scene.net, &question, got_answer, &second);
    uv_run(mw_net_loop(scene.net), UV_RUN_DEFAULT);
    const struct mw_dns_answer *third = ask(&scene, "ok.test");
    assert_int_equal(scene.server.packets, 1);
    assert_ptr_equal(first.answer, second.answer);
    assert_ptr_equal(first.answer, third);
    question.type = MW_AAAA;
    mw_dns_ask(scene.net, &question, got_answer, &first);
    uv_run(mw_net_loop(scene.net), UV_RUN_DEFAULT);
    assert_int_equal(scene.server.packets, 2);
    close_scene(&scene);
}

static void test_lost_packet(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, false, 0.2);
    assert_int_equal(ask(&scene, "lossy.test")->status, MW_DNS_OK);
    assert_int_equal(scene.server.packets, 2);
    close_scene(&scene);
}

static void test_silence_ends(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, false, 0.1);
    uint64_t start = uv_hrtime();
    assert_int_equal(ask(&scene, "silent.test")->status, MW_DNS_TIMED_OUT);
    double waited_s = (double)(uv_hrtime() - start) / 1e9;
    assert_true(waited_s > 0.29 && waited_s < 2);
    assert_int_equal(scene.server.packets, 3);
    close_scene(&scene);
}

static void test_cut_answer(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, true, 1);
    const struct mw_dns_answer *found = ask(&scene, "cut.test");
    assert_int_equal(found->status, MW_DNS_OK);
    assert_true(found->truncated && found->over_tcp);
    assert_int_equal(scene.server.connections, 1);
    close_scene(&scene);
}

static void test_cut_without_tcp(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, false, 0.2);
    const struct mw_dns_answer *found = ask(&scene, "cut.test");
    assert_int_equal(found->status, MW_DNS_UNREACHABLE);
    assert_true(found->truncated && found->over_tcp);
    close_scene(&scene);
}

static void test_nobody_listens(void **state)
{
    struct scene scene;
    struct got got = {0};
    (void)state;
    open_scene(&scene, false, 1);
    mw_dns_ask(scene.net, &(struct mw_question){.name = "ok.test", .type = MW_A}, got_answer, &got);
    uv_run(mw_net_loop(scene.net), UV_RUN_DEFAULT);
    assert_int_equal(got.answer->status, MW_DNS_UNREACHABLE);
    close_scene(&scene);
}

/* Nobody listens where the first resolver should be; the second is asked. The server needs a loop before its port is known, hence two nets. */
static void take_over(const char *name, enum mw_dns_status status)
{
    struct scene scene;
    struct got got = {0};
    const char *flaw = NULL;
    open_scene(&scene, false, 0.2);
    uv_ref((uv_handle_t *)&scene.server.udp); /* a loop without anything to wait for does not run */
    struct mw_net_options options = {.dns_wait_s = 0.2};
    mw_list_add(scene.arena, &options.resolvers, "127.0.0.1:1");
    mw_list_add(scene.arena, &options.resolvers, scene.address);
    struct mw_net *net = mw_net_new(scene.arena, &options, &flaw);
    mw_dns_ask(net, &(struct mw_question){.name = name, .type = MW_A}, got_answer, &got);
    for (unsigned turns = 0; !got.answer && turns < 5000; turns++) {
        uv_run(mw_net_loop(scene.net), UV_RUN_NOWAIT);
        uv_run(mw_net_loop(net), UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    assert_non_null(got.answer);
    assert_string_equal(mw_dns_status_name(got.answer->status), mw_dns_status_name(status));
    mw_net_free(net);
    close_scene(&scene);
}

static void test_next_resolver(void **state)
{
    (void)state;
    take_over("ok.test", MW_DNS_OK);
    take_over("servfail.test", MW_DNS_SERVFAIL); /* says more than "unreachable" */
}

static void test_no_resolver_works(void **state)
{
    const char *flaw = NULL;
    struct mw_arena *arena = mw_arena_new();
    struct mw_net_options options = {0};
    (void)state;
    mw_list_add(arena, &options.resolvers, "resolver.example");
    assert_null(mw_net_new(arena, &options, &flaw));
    assert_string_equal(flaw, "resolver \"resolver.example\" is not ADDRESS, ADDRESS:PORT or system");
    mw_arena_free(arena);
}

static void test_many_at_once(void **state)
{
    struct scene scene;
    static struct got got[500];
    (void)state;
    open_scene(&scene, false, 2);
    for (size_t i = 0; i < MW_COUNT(got); i++) {
        const char *name = mw_printf(scene.arena, "ok.n%zu.test", i);
        mw_dns_ask(scene.net, &(struct mw_question){.name = name, .type = MW_A, .server = scene.address}, got_answer, &got[i]);
    }
    uv_run(mw_net_loop(scene.net), UV_RUN_DEFAULT);
    for (size_t i = 0; i < MW_COUNT(got); i++)
        assert_true(got[i].times == 1 && got[i].answer->status == MW_DNS_OK);
    assert_int_equal(scene.server.packets, 500);
    close_scene(&scene);
}

/* A net that is freed with questions under way calls nobody back. */
static void test_freed_early(void **state)
{
    struct scene scene;
    struct got got = {0};
    (void)state;
    open_scene(&scene, true, 5);
    mw_dns_ask(scene.net, &(struct mw_question){.name = "silent.test", .type = MW_A, .server = scene.address}, got_answer, &got);
    mw_dns_ask(scene.net, &(struct mw_question){.name = "cut.test", .type = MW_A, .server = scene.address}, got_answer, &got);
    for (int i = 0; i < 3; i++)
        uv_run(mw_net_loop(scene.net), UV_RUN_NOWAIT);
    close_scene(&scene);
    assert_int_equal(got.times, 0);
}

/* --- the resolver for a library (mw_relay_start) ---------------------------------------------------------------------------------------------- */

struct library { /* and what it asks through */
    struct scene scene;
    struct mw_net *net;
    struct mw_relay *relay;
    struct mw_timer *deadline; /* keeps its loop alive */
    int client;
};

static void rang(void *context)
{
    (void)context;
    fail();
}

static void open_library(struct library *library)
{
    const char *flaw = NULL;
    struct sockaddr_in place;
    open_scene(&library->scene, true, 0.05);
    uv_ref((uv_handle_t *)&library->scene.server.udp);
    struct mw_net_options options = {.dns_wait_s = 0.05};
    mw_list_add(library->scene.arena, &options.resolvers, library->scene.address);
    library->net = mw_net_new(library->scene.arena, &options, &flaw);
    library->relay = mw_relay_start(library->net);
    assert_non_null(library->relay);
    library->deadline = mw_timer_start(library->net, 600, rang, NULL);
    library->client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    uv_ip4_addr("127.0.0.1", mw_relay_port(library->relay), &place);
    assert_int_equal(connect(library->client, (struct sockaddr *)&place, sizeof place), 0);
}

static void close_library(struct library *library)
{
    close(library->client);
    mw_timer_stop(library->deadline);
    mw_relay_end(library->relay);
    mw_net_free(library->net);
    close_scene(&library->scene);
}

/* What comes to it within `turns`; 0 bytes: nothing. */
static size_t receive(struct library *library, uint8_t *wire, size_t room, unsigned turns)
{
    ssize_t bytes = -1;
    while (bytes < 0 && turns--) {
        uv_run(mw_net_loop(library->scene.net), UV_RUN_NOWAIT);
        uv_run(mw_net_loop(library->net), UV_RUN_NOWAIT);
        uv_sleep(1);
        bytes = recv(library->client, wire, room, 0);
    }
    return bytes < 0 ? 0 : (size_t)bytes;
}

static void relayed(struct library *library, const char *name, enum mw_dns_status wanted)
{
    static uint16_t id = 0x1200;
    uint8_t wire[1024];
    size_t asked = mw_dns_query(wire, sizeof wire, ++id, name, MW_A, true, false, true);
    assert_int_equal(send(library->client, wire, asked, 0), asked);
    size_t bytes = receive(library, wire, sizeof wire, 5000);
    assert_true(bytes > 12 && wire[0] == id >> 8 && wire[1] == (id & 255));
    const struct mw_dns_answer *answer = mw_dns_read(library->scene.arena, wire, bytes, name, MW_A);
    assert_string_equal(mw_dns_status_name(answer->status), mw_dns_status_name(wanted));
    assert_true(wanted != MW_DNS_OK || mw_text_same(answer->records[0].address, "192.0.2.1"));
}

static void test_relayed(void **state)
{
    struct library library;
    struct got got = {0};
    (void)state;
    open_library(&library);
    relayed(&library, "ok.test", MW_DNS_OK);
    relayed(&library, "OK.test", MW_DNS_OK);
    assert_int_equal(library.scene.server.packets, 1);
    mw_dns_ask(library.net, &(struct mw_question){.name = "ok.test", .type = MW_A, .checking_disabled = true, .dnssec = true}, got_answer, &got);
    uv_run(mw_net_loop(library.net), UV_RUN_NOWAIT);
    assert_int_equal(got.answer->status, MW_DNS_OK);
    assert_int_equal(library.scene.server.packets, 1);
    relayed(&library, "nxdomain.test", MW_DNS_NXDOMAIN);
    relayed(&library, "nodata.test", MW_DNS_NODATA);
    relayed(&library, "cut.test", MW_DNS_OK); /* whole, though it is more than the resolver sends by UDP */
    relayed(&library, "refused.test", MW_DNS_SERVFAIL);
    relayed(&library, "silent.test", MW_DNS_SERVFAIL);
    close_library(&library);
}

static void test_what_is_no_query_is_not_relayed(void **state)
{
    static const char *const noise[] = {"", "x", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\1\2\1\0\0\1\0\0\0\0\0\0"};
    struct library library;
    uint8_t wire[512];
    (void)state;
    open_library(&library);
    for (size_t i = 0; i < MW_COUNT(noise); i++)
        send(library.client, noise[i], strlen(noise[i]), 0);
    assert_int_equal(receive(&library, wire, sizeof wire, 20), 0);
    assert_int_equal(library.scene.server.packets, 0);
    relayed(&library, "ok.test", MW_DNS_OK);
    close_library(&library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),      cmocka_unit_test(test_sent_once),       cmocka_unit_test(test_lost_packet),
        cmocka_unit_test(test_silence_ends),  cmocka_unit_test(test_cut_answer),      cmocka_unit_test(test_cut_without_tcp),
        cmocka_unit_test(test_nobody_listens), cmocka_unit_test(test_next_resolver),  cmocka_unit_test(test_no_resolver_works),
        cmocka_unit_test(test_many_at_once),  cmocka_unit_test(test_freed_early),      cmocka_unit_test(test_relayed),
        cmocka_unit_test(test_what_is_no_query_is_not_relayed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
