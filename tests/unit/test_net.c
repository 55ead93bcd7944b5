/* The net itself: options, timers, connections, and what a conversation's dialogue shows. All on loopback. */
#include <mailwhy/fact.h>
#include <mailwhy/net.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "../../lib/net/dialogue.h"
#include "unit.h"

static struct mw_net *open_net(struct mw_arena *arena, const char *resolver)
{
    const char *flaw = NULL;
    struct mw_net_options options = {0};
    if (resolver)
        mw_list_add(arena, &options.resolvers, resolver);
    return mw_net_new(arena, &options, &flaw);
}

static void test_resolvers(void **state)
{
    static const struct {
        const char *text, *server;
    } cases[] = {
        /* clang-format off */
        {"192.0.2.1",            "192.0.2.1:53"},
        {"192.0.2.1:5353",       "192.0.2.1:5353"},
        {"2001:DB8::1",          "[2001:db8::1]:53"},
        {"[2001:db8:0::1]",      "[2001:db8::1]:53"},
        {"[2001:db8::1]:5353",   "[2001:db8::1]:5353"},
        {"192.0.2.1:0",          NULL},
        {"192.0.2.1:65536",      NULL},
        {"192.0.2.1:",           NULL},
        {"[192.0.2.1]:53",       NULL},
        {"[2001:db8::1",         NULL},
        {"[2001:db8::1]53",      NULL},
        {"fe80::1%eth0",         NULL},
        {"ns1.example.org",      NULL},
        {"",                     NULL},
        /* clang-format on */
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_net *net = open_net(*state, cases[i].text);
        unit_same(net ? mw_net_resolvers(net)->items[0] : NULL, cases[i].server, cases[i].text);
        mw_net_free(net);
    }
}

static void test_files(void **state)
{
    const char *flaw = NULL;
    assert_null(mw_net_new(*state, &(struct mw_net_options){.ca_file = "/nonexistent/ca.pem"}, &flaw));
    assert_string_equal(flaw, "CA file /nonexistent/ca.pem: No such file or directory");
    assert_null(mw_net_new(*state, &(struct mw_net_options){.ca_file = "/dev/null"}, &flaw));
    assert_string_equal(flaw, "CA file /dev/null: no certificate in it");
    assert_null(mw_net_new(*state, &(struct mw_net_options){.trust_anchor = "/nonexistent/root.key"}, &flaw));
    assert_string_equal(flaw, "trust anchor /nonexistent/root.key: No such file or directory");
    assert_null(mw_net_new(*state, &(struct mw_net_options){.trust_anchor = "/dev/null"}, &flaw));
    assert_string_equal(flaw, "trust anchor /dev/null:1: no DS or DNSKEY record in it");
}

/* --- timers ------------------------------------------------------------------------------------------------------------------------------------- */
static void note(void *context)
{
    char **end = context;
    *(*end)++ = 'r';
}

static void test_timers(void **state)
{
    struct mw_net *net = open_net(*state, NULL);
    char rang[8] = "", *end = rang;
    mw_timer_start(net, 0, note, &end);
    struct mw_timer *stopped = mw_timer_start(net, 0.01, note, &end);
    mw_timer_start(net, 0.02, note, &end);
    mw_timer_stop(stopped);
    mw_timer_stop(NULL);
    assert_string_equal(rang, ""); /* never from inside the call */
    uv_run(mw_net_loop(net), UV_RUN_DEFAULT);
    assert_string_equal(rang, "rr");
    mw_timer_start(net, 100, note, &end);
    mw_net_free(net);
    assert_string_equal(rang, "rr");
}

/* --- connections -------------------------------------------------------------------------------------------------------------------------------- */
struct got {
    const char *outcome;
    int socket;
    double ms;
};

static void got_socket(void *context, int socket, const char *outcome, double ms)
{
    *(struct got *)context = (struct got){outcome, socket, ms};
}

/* A socket that listens on loopback; `backlog` 0: one connection waits, the next is not answered. */
static int listen_on_loopback(int *port, int backlog)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(fd, backlog), 0);
    getsockname(fd, (struct sockaddr *)&name, &bytes);
    *port = ntohs(name.sin_port);
    return fd;
}

static struct got dial(struct mw_net *net, const char *address, int port, double wait_s)
{
    struct got got = {.socket = -2};
    mw_dial(net, address, port, wait_s, got_socket, &got);
    assert_null(got.outcome);
    uv_run(mw_net_loop(net), UV_RUN_DEFAULT);
    assert_non_null(got.outcome);
    return got;
}

static void test_connected(void **state)
{
    struct mw_net *net = open_net(*state, NULL);
    int port, fd = listen_on_loopback(&port, 5);
    struct got got = dial(net, "127.0.0.1", port, 5);
    assert_string_equal(got.outcome, MW_OK);
    assert_true(got.socket >= 0 && got.ms >= 0);
    close(got.socket);
    close(fd);
    got = dial(net, "127.0.0.1", port, 5);
    assert_string_equal(got.outcome, MW_REFUSED);
    assert_int_equal(got.socket, -1);
    assert_string_equal(dial(net, "not an address", port, 5).outcome, MW_UNREACHABLE);
    mw_net_free(net);
}

static void test_connection_waits(void **state)
{
    struct mw_net *net = open_net(*state, NULL);
    int port, fd = listen_on_loopback(&port, 0), taken[4];
    for (size_t i = 0; i < MW_COUNT(taken); i++) { /* the queue is full behind the first or second */
        struct got got = dial(net, "127.0.0.1", port, 0.2);
        taken[i] = got.socket;
        if (i == MW_COUNT(taken) - 1)
            assert_string_equal(got.outcome, MW_TIMED_OUT);
    }
    for (size_t i = 0; i < MW_COUNT(taken); i++)
        if (taken[i] >= 0)
            close(taken[i]);
    close(fd);
    mw_net_free(net);
}

static void test_cancelled(void **state)
{
    struct mw_net *net = open_net(*state, NULL);
    struct got got = {.socket = -2};
    int port, fd = listen_on_loopback(&port, 5);
    struct mw_dial *dial = mw_dial(net, "127.0.0.1", port, 5, got_socket, &got);
    mw_dial_cancel(dial);
    uv_run(mw_net_loop(net), UV_RUN_DEFAULT);
    assert_null(got.outcome);
    mw_dial(net, "127.0.0.1", port, 5, got_socket, &got); /* cut off by the end of the net */
    mw_net_free(net);
    assert_null(got.outcome);
    close(fd);
}

/* --- validation that cannot be had --------------------------------------------------------------------------------------------------------------- */
struct verdict {
    const char *verdict, *why;
};

static void got_verdict(void *context, const char *verdict, const char *why)
{
    *(struct verdict *)context = (struct verdict){verdict, why};
}

static void test_no_validation(void **state)
{
    struct mw_arena *arena = *state;
    static const char anchor[] = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
    char path[] = "/tmp/mailwhy-anchor-XXXXXX";
    const char *flaw = NULL;
    struct verdict got = {0};
    int fd = mkstemp(path);
    assert_true(write(fd, anchor, sizeof anchor - 1) == sizeof anchor - 1);
    struct mw_net_options options = {.trust_anchor = path};
    mw_list_add(arena, &options.resolvers, "127.0.0.1:9");
    struct mw_net *net = mw_net_new(arena, &options, &flaw);
    assert_true(mw_dns_can_validate(net));
    mw_dns_validate(net, "example.org", MW_TLSA, got_verdict, &got);
    assert_null(got.verdict);
    uv_run(mw_net_loop(net), UV_RUN_DEFAULT);
    assert_string_equal(got.verdict, "unknown");
    assert_true(*got.why != '\0');
    mw_net_free(net);
    close(fd);
    unlink(path);
}

/* --- the dialogue -------------------------------------------------------------------------------------------------------------------------------- */
static void test_dialogue(void **state)
{
    struct mw_dialogue dialogue = {.arena = *state};
    mw_dialogue_heard(&dialogue, "220 hi\x1b[2J\r\n", 12);
    mw_dialogue_said(&dialogue, "MAIL FROM:<>\r\nRCPT TO:<a@b>", NULL);
    mw_dialogue_said(&dialogue, "AUTH PLAIN AGFsaWNlAHNlY3JldA==", mw_dialogue_blot(*state, "AUTH PLAIN AGFsaWNlAHNlY3JldA==", 1));
    mw_dialogue_said(&dialogue, "a1 LOGIN alice secret", mw_dialogue_blot(*state, "a1 LOGIN alice secret", 2));
    mw_dialogue_said(&dialogue, "secret", mw_dialogue_blot(*state, "secret", 0));
    mw_dialogue_note(&dialogue, "hung up");
    unit_same(mw_list_join(*state, &dialogue.lines, " | "),
              "S: 220 hi\\x1B[2J | C: MAIL FROM:<> | C: RCPT TO:<a@b> | C: AUTH *** | C: a1 LOGIN *** | C: *** | *: hung up", "dialogue");
    unit_same(dialogue.heard, "220 hi\\x1B[2J", "last line");
    for (unsigned i = 0; i < 1000; i++)
        mw_dialogue_heard(&dialogue, "250 again and again", 19);
    assert_int_equal(dialogue.lines.count, MW_DIALOGUE_LINES);
    unit_same(dialogue.lines.items[MW_DIALOGUE_LINES - 1], "S: …", "the ceiling shows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_resolvers),        UNIT(test_files),     UNIT(test_timers),        UNIT(test_connected),
        UNIT(test_connection_waits), UNIT(test_cancelled), UNIT(test_no_validation), UNIT(test_dialogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
