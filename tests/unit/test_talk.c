/* The engine of conversations against a small server in a thread of its own, on loopback: pauses, silence, raw lines, messages, slow replies, and what binds a
 * login to TLS. What servers do wrong is in tests/talk. */
#include <mailwhy/net.h>
#include <mailwhy/probe.h>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "unit.h"

struct server {
    int listening, port, version; /* of TLS; 0: none */
    void (*plays)(struct server *server, int fd);
    char heard[512];
    char binding[64];
    size_t binding_bytes;
    pthread_t thread;
};

static void say(int fd, const char *text)
{
    assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

/* Reads until `end` stands at the end of all that was heard, or the client has gone. */
static void hear(struct server *server, int fd, const char *end)
{
    size_t count = strlen(server->heard), length = strlen(end);
    ssize_t got = 1;
    while (got > 0 && (count < length || strcmp(server->heard + count - length, end) != 0)) {
        got = read(fd, server->heard + count, sizeof server->heard - 1 - count);
        count += got > 0 ? (size_t)got : 0;
    }
}

static void *serve(void *context)
{
    struct server *server = context;
    int fd = accept(server->listening, NULL, NULL);
    server->plays(server, fd);
    close(fd);
    return NULL;
}

static void start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listening, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(server->listening, 1), 0);
    assert_int_equal(getsockname(server->listening, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* --- the client: a plan of the test, run to its end ----------------------------------------------------------------------------------------------- */
struct state {
    unsigned pauses, silences;
    const char *binding, *type;
};
static struct state last; /* as the conversation left it */

static void keep(struct mw_talk *talk)
{
    last = *(struct state *)mw_talk_state(talk);
}

static void ended(struct mw_look *look)
{
    (void)look;
}

static void run(struct mw_arena *arena, struct mw_facts *facts, struct server *server, const struct mw_step *steps, int first)
{
    const char *flaw = NULL;
    struct mw_net *net = mw_net_new(arena, &(struct mw_net_options){0}, &flaw);
    const struct mw_talk_plan plan = {.dialect = &mw_smtp_dialect, .steps = steps, .facts = {MW_F_SMTP_END, MW_F_SMTP_STAGE, MW_F_SMTP_GREETING, MW_NO_FACT},
                                      .first = first, .state_bytes = sizeof(struct state), .done = keep};
    start(server);
    char *about = mw_printf(arena, "mail.example.org[127.0.0.1]:%d", server->port);
    struct mw_asked asked = {.ehlo_name = "client.example.net"};
    struct mw_look look = {.facts = facts, .net = net, .asked = &asked, .arena = arena, .outcome = MW_OK, .ended = ended, .ends = MW_F_SMTP_END};
    look.why = mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_ENDPOINT_SMTP, .about = about, .text = "target"});
    mw_look_hold(&look);
    mw_talk_start(&look, &plan);
    uv_run(mw_net_loop(net), UV_RUN_DEFAULT);
    assert_null(look.talk);
    mw_net_free(net);
    pthread_join(server->thread, NULL);
    close(server->listening);
}

static const char *told(struct mw_facts *facts, enum mw_fact_id id)
{
    const struct mw_fact *fact = mw_fact_first(facts, id);
    return fact ? fact->text : NULL;
}

static int got_ok(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)talk;
    return reply->code == 220 ? 1 : MW_QUIT;
}

/* --- pauses ---------------------------------------------------------------------------------------------------------------------------------------- */
static void resume(void *talk)
{
    mw_talk_resume(talk);
}

static const char *pause_and_resume(struct mw_talk *talk)
{
    mw_timer_start(mw_talk_look(talk)->net, 0.02, resume, talk);
    return NULL;
}

static const char *resume_at_once(struct mw_talk *talk)
{
    mw_talk_resume(talk);
    return NULL;
}

static int paused(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct state *state = mw_talk_state(talk);
    assert_null(reply);
    return ++state->pauses < 3 ? (int)state->pauses + 1 : 4;
}

static const char *say_noop(struct mw_talk *talk)
{
    (void)talk;
    return "NOOP";
}

static int got_end(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)talk, (void)reply;
    return MW_QUIT;
}

static const struct mw_step pausing[] = {
    {.name = "greeting", .got = got_ok},
    {.name = "pause", .say = pause_and_resume, .got = paused, .wait_s = 20, .flags = MW_PAUSE},
    {.name = "pause", .say = resume_at_once, .got = paused, .wait_s = 20, .flags = MW_PAUSE},
    {.name = "pause", .got = paused, .wait_s = 0.05, .flags = MW_PAUSE},
    {.name = "NOOP", .say = say_noop, .got = got_end},
};

static void greets_and_hears(struct server *server, int fd)
{
    say(fd, "220 mail.example.org\r\n");
    hear(server, fd, "NOOP\r\n");
    say(fd, "250 ok\r\n");
    hear(server, fd, "QUIT\r\n");
}

static void test_pauses(void **state)
{
    struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
    struct server server = {.plays = greets_and_hears};
    run(*state, facts, &server, pausing, 0);
    unit_same(told(facts, MW_F_SMTP_END), MW_OK, "end");
    unit_same(server.heard, "NOOP\r\nQUIT\r\n", "heard");
    assert_int_equal(last.pauses, 3);
}

static void greets_and_leaves(struct server *server, int fd)
{
    (void)server;
    say(fd, "220 mail.example.org\r\n");
}

/* A server that hangs up during a pause of twenty seconds is noticed at once. */
static void test_hang_up_in_a_pause(void **state)
{
    static const struct mw_step steps[] = {
        {.name = "greeting", .got = got_ok},
        {.name = "pause", .got = got_end, .wait_s = 20, .flags = MW_PAUSE},
    };
    struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
    struct server server = {.plays = greets_and_leaves};
    uint64_t before = uv_hrtime();
    run(*state, facts, &server, steps, 0);
    assert_true(uv_hrtime() - before < 10000000000u);
}

/* --- silence, raw lines, messages ------------------------------------------------------------------------------------------------------------------- */
static int silent(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct state *state = mw_talk_state(talk);
    state->silences += !reply;
    return 2;
}

static const char *say_raw(struct mw_talk *talk)
{
    (void)talk;
    return "half ";
}

static double short_wait(struct mw_talk *talk)
{
    (void)talk;
    return 0.05;
}

static const struct mw_step raw[] = {
    {.name = "greeting", .got = got_ok},
    {.name = "half", .say = say_raw, .got = silent, .wait = short_wait, .flags = MW_RAW | MW_MAY_BE_SILENT},
    {.name = "NOOP", .say = say_noop, .got = got_end, .flags = MW_MESSAGE},
};

static void test_silence(void **state)
{
    struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
    struct server server = {.plays = greets_and_hears};
    run(*state, facts, &server, raw, 0);
    unit_same(server.heard, "half NOOP\r\nQUIT\r\n", "heard");
    assert_int_equal(last.silences, 1);
    const struct mw_fact *dialogue = mw_fact_first(facts, MW_F_TALK_DIALOGUE);
    unit_same(mw_list_join(*state, &dialogue->list, "|"), "S: 220 mail.example.org|C: half |C: (4 bytes)|S: 250 ok|C: QUIT", "dialogue");
}

/* --- slow replies ----------------------------------------------------------------------------------------------------------------------------------- */
static void is_slow(struct server *server, int fd)
{
    usleep(1200000); /* a greeting has a fact of its own */
    say(fd, "220 mail.example.org\r\n");
    hear(server, fd, "NOOP\r\n");
    usleep(1100000);
    say(fd, "250 ok\r\n");
}

static void test_slow_replies(void **state)
{
    static const struct mw_step steps[] = {{.name = "greeting", .got = got_ok}, {.name = "NOOP", .say = say_noop, .got = got_end}};
    struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
    struct server server = {.plays = is_slow};
    run(*state, facts, &server, steps, 0);
    const struct mw_fact *slowest = mw_fact_first(facts, MW_F_TALK_SLOWEST), *count = mw_fact_first(facts, MW_F_TALK_SLOW_REPLIES);
    assert_true(slowest && slowest->number >= 1100 && slowest->number < 5000);
    unit_same(slowest->quote, "NOOP", "slowest step");
    assert_true(count && count->number == 1);
}

/* --- channel binding --------------------------------------------------------------------------------------------------------------------------------- */
static SSL_CTX *new_context(int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    assert_true(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

/* The server's side of RFC 9266, and of RFC 5929 section 3: the client's Finished message. */
static void binds(struct server *server, int fd)
{
    SSL_CTX *context = new_context(server->version);
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    assert_int_equal(SSL_accept(ssl), 1);
    if (server->version == TLS1_3_VERSION) {
        server->binding_bytes = 32;
        SSL_export_keying_material(ssl, (unsigned char *)server->binding, 32, "EXPORTER-Channel-Binding", 24, (const unsigned char *)"", 0, 1);
    } else {
        server->binding_bytes = SSL_get_peer_finished(ssl, server->binding, sizeof server->binding);
    }
    SSL_write(ssl, "220 mail.example.org\r\n", 22);
    SSL_read(ssl, server->heard, sizeof server->heard - 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static int after_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? 1 : MW_END;
}

static int got_bound(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct state *state = mw_talk_state(talk);
    (void)reply;
    state->binding = mw_talk_channel_binding(talk, &state->type);
    return MW_QUIT;
}

static void test_channel_binding(void **state)
{
    static const struct mw_step steps[] = {{.name = "handshake", .got = after_handshake, .flags = MW_HANDSHAKE}, {.name = "greeting", .got = got_bound}};
    static const struct {
        int version;
        const char *type;
    } cases[] = {{TLS1_2_VERSION, "tls-unique"}, {TLS1_3_VERSION, "tls-exporter"}};
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
        struct server server = {.plays = binds, .version = cases[i].version};
        unsigned char wanted[128];
        run(*state, facts, &server, steps, 0);
        EVP_EncodeBlock(wanted, (unsigned char *)server.binding, (int)server.binding_bytes);
        assert_true(server.binding_bytes >= 12);
        unit_same(last.type, cases[i].type, "type");
        unit_same(last.binding, (char *)wanted, cases[i].type);
    }
}

/* --- turns ------------------------------------------------------------------------------------------------------------------------------------------- */
static void note(void *context)
{
    *(unsigned *)context += 1;
}

static void test_turns(void **state)
{
    const char *flaw = NULL;
    struct mw_net *net = mw_net_new(*state, &(struct mw_net_options){0}, &flaw);
    unsigned first = 0, second = 0, third = 0, fourth = 0;
    struct mw_turn *one = mw_turn_take(net, note, &first), *two = mw_turn_take(net, note, &second);
    struct mw_turn *three = mw_turn_take(net, note, &third);
    assert_true(first == 1 && second == 0 && third == 0);
    mw_turn_give(two); /* leaves the line */
    assert_true(third == 0);
    mw_turn_give(one);
    assert_true(first == 1 && second == 0 && third == 1);
    mw_turn_give(one); /* twice does nothing */
    mw_turn_give(three);
    mw_turn_give(NULL);
    mw_turn_give(mw_turn_take(net, note, &fourth));
    assert_true(third == 1 && fourth == 1);
    mw_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_pauses), UNIT(test_hang_up_in_a_pause), UNIT(test_silence), UNIT(test_slow_replies), UNIT(test_channel_binding), UNIT(test_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
