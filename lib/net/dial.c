/* Connecting to one address, and asking the kernel for a route. Says how it ended; never tries another address by itself. */
#include "inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct mw_dial {
    struct mw_net *net;
    int socket;
    int error; /* of the call to connect, to be told from the loop */
    uint64_t start_ns;
    struct mw_poll *poll;
    struct mw_timer *timer;
    mw_got_socket *got;
    void *context;
};

static const char *outcome_of(int error)
{
    switch (error) {
    case 0:
        return MW_OK;
    case ECONNREFUSED:
        return MW_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return MW_RESET;
    case ETIMEDOUT:
        return MW_TIMED_OUT;
    default: /* EHOSTUNREACH, ENETUNREACH, EACCES and EPERM (a local filter), EADDRNOTAVAIL */
        return MW_UNREACHABLE;
    }
}

void mw_dial_cancel(struct mw_dial *dial)
{
    mw_poll_stop(dial->poll);
    mw_timer_stop(dial->timer);
    if (dial->socket >= 0)
        close(dial->socket);
    dial->poll = NULL;
    dial->timer = NULL;
    dial->socket = -1;
}

static void ended(struct mw_dial *dial, const char *outcome)
{
    int socket = -1;
    double ms = mw_ms_since(dial->start_ns);
    if (strcmp(outcome, MW_OK) == 0) {
        socket = dial->socket;
        dial->socket = -1;
    }
    mw_dial_cancel(dial);
    dial->got(dial->context, socket, outcome, ms);
}

static void connected(void *context, int events)
{
    struct mw_dial *dial = context;
    int error = 0;
    socklen_t bytes = sizeof error;
    (void)events;
    getsockopt(dial->socket, SOL_SOCKET, SO_ERROR, &error, &bytes);
    ended(dial, outcome_of(error));
}

static void rang(void *context)
{
    struct mw_dial *dial = context;
    dial->timer = NULL;
    ended(dial, dial->error ? outcome_of(dial->error) : MW_TIMED_OUT);
}

static socklen_t fill(struct sockaddr_storage *name, const char *address, int port)
{
    struct sockaddr_in *four = (struct sockaddr_in *)name;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)name;
    memset(name, 0, sizeof *name);
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return sizeof *four;
    }
    if (inet_pton(AF_INET6, address, &six->sin6_addr) != 1)
        return 0;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    return sizeof *six;
}

/* 0, or the error of the attempt. */
static int begin(struct mw_dial *dial, const char *address, int port, int segment)
{
    struct sockaddr_storage name;
    socklen_t bytes = fill(&name, address, port);
    int one = 1;
    if (bytes == 0)
        return EAFNOSUPPORT;
    dial->socket = socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (dial->socket < 0)
        return errno;
    setsockopt(dial->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (segment)
        setsockopt(dial->socket, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    if (connect(dial->socket, (struct sockaddr *)&name, bytes) != 0 && errno != EINPROGRESS)
        return errno;
    return 0;
}

struct mw_dial *mw_dial_small(struct mw_net *net, const char *address, int port, int segment, double wait_s, mw_got_socket *got, void *context)
{
    struct mw_dial *dial = MW_NEW(net->arena, struct mw_dial);
    dial->net = net;
    dial->socket = -1;
    dial->got = got;
    dial->context = context;
    dial->start_ns = uv_hrtime();
    dial->error = begin(dial, address, port, segment);
    if (!dial->error)
        dial->poll = mw_poll_start(net, dial->socket, UV_WRITABLE, connected, dial);
    if (wait_s <= 0)
        wait_s = net->options.connect_wait_s;
    dial->timer = mw_timer_start(net, dial->error ? 0 : wait_s, rang, dial);
    return dial;
}

struct mw_dial *mw_dial(struct mw_net *net, const char *address, int port, double wait_s, mw_got_socket *got, void *context)
{
    return mw_dial_small(net, address, port, 0, wait_s, got, context);
}

/* Connecting a datagram socket sends nothing. */
bool mw_net_has_route_to(const char *address)
{
    struct sockaddr_storage name;
    socklen_t bytes = fill(&name, address, 53);
    int fd = bytes ? socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return false;
    bool routed = connect(fd, (struct sockaddr *)&name, bytes) == 0;
    close(fd);
    return routed;
}

bool mw_net_has_route(bool ipv6)
{
    return mw_net_has_route_to(ipv6 ? "2620:fe::fe" : "9.9.9.9"); /* any that the whole Internet may use will do */
}
