/* Connecting alone: does the port open, and what is the first line? Says goodbye to a server that greeted us, nothing else, and closes at once. */
#include <mailwhy/probe.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define CONNECT_WAIT_S 10.0
#define LINE_ROOM 512u

struct connecting {
    struct mw_look *look;
    mw_look_got_connected *got;
    void *tag;
    double listen_s, ms;
    int socket, port;
    uv_poll_t *poll; /* of the net's arena: it outlives the look until libuv has closed it */
    struct mw_timer *timer;
    char line[LINE_ROOM + 1]; /* NUL behind */
    size_t used;
};

static void report(struct connecting *connecting, const char *outcome)
{
    struct mw_look *look = connecting->look;
    const char *line = connecting->used ? mw_text_safe(look->arena, connecting->line, connecting->used, LINE_ROOM) : NULL;
    connecting->got(look, outcome, line ? mw_text_trim(look->arena, line) : NULL, connecting->ms, connecting->tag);
    mw_look_release(look);
}

/* clang-format off */
static const struct { int port; const char *greeting, *goodbye; } goodbyes[] = {
    {25,  "220 ", "QUIT\r\n"},
    {587, "220 ", "QUIT\r\n"},
    {110, "+OK",  "QUIT\r\n"},
    {143, "* ",   "a1 LOGOUT\r\n"},
};
/* clang-format on */

/* Never into a greeting that goes on ("220-"). The answer is not waited for. */
static void say_goodbye(const struct connecting *connecting)
{
    for (size_t i = 0; connecting->used && i < MW_COUNT(goodbyes); i++)
        if (goodbyes[i].port == connecting->port && mw_text_starts(connecting->line, goodbyes[i].greeting))
            send(connecting->socket, goodbyes[i].goodbye, strlen(goodbyes[i].goodbye), MSG_NOSIGNAL);
}

static void stop_listening(struct connecting *connecting)
{
    say_goodbye(connecting);
    uv_poll_stop(connecting->poll);
    uv_close((uv_handle_t *)connecting->poll, NULL);
    mw_timer_stop(connecting->timer);
    close(connecting->socket);
    report(connecting, MW_OK);
}

static void heard(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    struct connecting *connecting = poll->data;
    ssize_t got = recv(connecting->socket, connecting->line + connecting->used, LINE_ROOM - connecting->used, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        stop_listening(connecting);
        return;
    }
    for (ssize_t i = 0; i < got; i++) {
        char c = connecting->line[connecting->used];
        if (c == '\n') {
            stop_listening(connecting);
            return;
        }
        connecting->used++;
    }
    if (connecting->used == LINE_ROOM)
        stop_listening(connecting);
}

static void rang(void *context)
{
    struct connecting *connecting = context;
    connecting->timer = NULL;
    stop_listening(connecting);
}

static void got_socket(void *context, int socket, const char *outcome, double ms)
{
    struct connecting *connecting = context;
    struct mw_net *net = connecting->look->net;
    connecting->ms = ms;
    connecting->socket = socket;
    if (!mw_text_same(outcome, MW_OK)) {
        report(connecting, outcome);
        return;
    }
    if (connecting->listen_s <= 0) {
        close(socket);
        report(connecting, outcome);
        return;
    }
    connecting->poll = MW_NEW(mw_net_arena(net), uv_poll_t);
    connecting->poll->data = connecting;
    uv_poll_init(mw_net_loop(net), connecting->poll, socket);
    uv_poll_start(connecting->poll, UV_READABLE, heard);
    connecting->timer = mw_timer_start(net, connecting->listen_s, rang, connecting);
}

void mw_look_connect(struct mw_look *look, const char *address, int port, double listen_s, mw_look_got_connected *got, void *tag)
{
    struct connecting *connecting = MW_NEW(look->arena, struct connecting);
    connecting->look = look;
    connecting->got = got;
    connecting->tag = tag;
    connecting->port = port;
    connecting->listen_s = listen_s;
    mw_look_hold(look);
    mw_dial(look->net, address, port, CONNECT_WAIT_S, got_socket, connecting);
}
