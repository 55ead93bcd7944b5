/* DNS packets to one server and back, by c-ares: sockets, ids, matching of answers. One channel for each server and transport, since c-ares lets one
 * server's habits (FORMERR on EDNS) change how a whole channel speaks. It never reads what an answer says and never tries again; ask.c does. */
#include "inside.h"

#include <ares.h>
#include <string.h>

#define CHANNELS_CEILING 128u
#define TICK_MS 100u

struct sock {
    int fd;
    struct mw_poll *poll;
    struct channel *channel;
    struct sock *next;
};

struct channel {
    struct mw_channels *all;
    ares_channel ares;
    const char *server;
    bool tcp;
    unsigned in_flight;
    struct sock *socks, *spare;
    struct channel *next;
};

struct mw_channels {
    struct mw_net *net;
    struct channel *first;
    unsigned count;
    int wait_ms;
    uv_timer_t tick;
    bool ending;
};

struct sending {
    struct channel *channel;
    mw_got_wire *got;
    void *context;
};

static void ready(void *context, int events)
{
    struct sock *sock = context;
    ares_socket_t in = events & UV_READABLE ? sock->fd : ARES_SOCKET_BAD, out = events & UV_WRITABLE ? sock->fd : ARES_SOCKET_BAD;
    ares_process_fd(sock->channel->ares, in, out);
}

static struct sock *find_sock(struct channel *channel, int fd)
{
    struct sock *sock = channel->socks;
    while (sock && sock->fd != fd)
        sock = sock->next;
    return sock;
}

static void add_sock(struct channel *channel, int fd, int events)
{
    struct sock *sock = channel->spare;
    if (sock)
        channel->spare = sock->next;
    if (!sock)
        sock = MW_NEW(channel->all->net->arena, struct sock);
    *sock = (struct sock){.fd = fd, .channel = channel, .next = channel->socks};
    channel->socks = sock;
    sock->poll = mw_poll_start(channel->all->net, fd, events, ready, sock);
    mw_poll_background(sock->poll); /* the question's own deadline keeps the run alive */
}

static void drop_sock(struct channel *channel, struct sock *gone)
{
    struct sock **at = &channel->socks;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    mw_poll_stop(gone->poll);
    gone->next = channel->spare;
    channel->spare = gone;
}

/* c-ares opened, wants to watch, or is about to close a socket. */
static void sock_changed(void *context, ares_socket_t fd, int readable, int writable)
{
    struct channel *channel = context;
    struct sock *sock = find_sock(channel, fd);
    int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
    if (!sock && events)
        add_sock(channel, fd, events);
    if (sock && events)
        mw_poll_want(sock->poll, events);
    if (sock && !events)
        drop_sock(channel, sock);
}

/* c-ares has no clock of its own: it drops what is overdue when it is called. */
static void tick(uv_timer_t *timer)
{
    struct mw_channels *all = timer->data;
    unsigned in_flight = 0;
    for (struct channel *channel = all->first; channel; channel = channel->next) {
        if (channel->in_flight)
            ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        in_flight += channel->in_flight;
    }
    if (in_flight == 0)
        uv_timer_stop(timer);
}

static bool open_channel(struct channel *channel)
{
    struct ares_options options = {0};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS | ARES_FLAG_STAYOPEN | ARES_FLAG_IGNTC;
    if (channel->tcp)
        options.flags |= ARES_FLAG_USEVC;
    options.timeout = channel->all->wait_ms;
    options.tries = 1;
    options.ednspsz = 1232;
    options.lookups = (char *)(uintptr_t)"b";
    options.sock_state_cb = sock_changed;
    options.sock_state_cb_data = channel;
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
    return ares_init_options(&channel->ares, &options, mask) == ARES_SUCCESS;
}

static struct channel *new_channel(struct mw_channels *all, bool tcp)
{
    struct channel *channel = MW_NEW(all->net->arena, struct channel);
    channel->all = all;
    channel->tcp = tcp;
    channel->server = "";
    if (!open_channel(channel))
        return NULL;
    channel->next = all->first;
    all->first = channel;
    all->count++;
    return channel;
}

static bool is_idle(const struct channel *channel)
{
    return channel->in_flight == 0 && !mw_list_has(&channel->all->net->resolvers, channel->server);
}

/* The server's own channel, else an idle one of another stranger (a channel costs 70 kB), else a new one. */
static struct channel *channel_for(struct mw_channels *all, const char *server, bool tcp)
{
    struct channel *idle = NULL;
    for (struct channel *channel = all->first; channel; channel = channel->next) {
        if (channel->tcp == tcp && strcmp(channel->server, server) == 0)
            return channel;
        if (channel->tcp == tcp && is_idle(channel))
            idle = channel;
    }
    struct channel *channel = idle ? idle : all->count < CHANNELS_CEILING ? new_channel(all, tcp) : NULL;
    if (!channel || ares_set_servers_ports_csv(channel->ares, server) != ARES_SUCCESS)
        return NULL;
    channel->server = mw_strdup(all->net->arena, server);
    return channel;
}

static enum mw_dns_status failure_of(int status)
{
    if (status == ARES_ETIMEOUT)
        return MW_DNS_TIMED_OUT;
    return status == ARES_ECONNREFUSED ? MW_DNS_UNREACHABLE : MW_DNS_GARBLED;
}

static void got_reply(void *context, int status, int timeouts, unsigned char *wire, int bytes)
{
    struct sending *sending = context;
    (void)timeouts;
    bool came = wire && bytes > 0;
    if (!sending->channel->all->ending)
        sending->got(sending->context, came ? MW_DNS_OK : failure_of(status), came ? wire : NULL, came ? (size_t)bytes : 0);
    sending->channel->in_flight--; /* last: c-ares counts this query among its own until we return, and is not idle before */
}

void mw_channel_send(struct mw_channels *all, const char *server, bool tcp, const uint8_t *wire, size_t bytes, mw_got_wire *got, void *context)
{
    struct channel *channel = channel_for(all, server, tcp);
    if (!channel) {
        got(context, MW_DNS_UNREACHABLE, NULL, 0);
        return;
    }
    struct sending *sending = MW_NEW(all->net->arena, struct sending);
    *sending = (struct sending){.channel = channel, .got = got, .context = context};
    channel->in_flight++;
    if (!uv_is_active((uv_handle_t *)&all->tick))
        uv_timer_start(&all->tick, tick, TICK_MS, TICK_MS);
    ares_send(channel->ares, wire, (int)bytes, got_reply, sending);
}

struct mw_channels *mw_channels_new(struct mw_net *net, double wait_s)
{
    struct mw_channels *all = MW_NEW(net->arena, struct mw_channels);
    all->net = net;
    all->wait_ms = (int)(wait_s * 1000);
    uv_timer_init(&net->loop, &all->tick);
    uv_unref((uv_handle_t *)&all->tick);
    all->tick.data = all;
    return all;
}

void mw_channels_end(struct mw_channels *all)
{
    all->ending = true;
    for (struct channel *channel = all->first; channel; channel = channel->next)
        ares_destroy(channel->ares);
}
