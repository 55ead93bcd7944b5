/* A resolver on loopback for libunbound: what that asks here, the engine asks (ask.c). So each question is sent once a run, with the same care as all others,
 * and what is validated is what the probes saw. It tells nobody anything that he could not ask the resolvers himself, and takes a bounded number of packets. */
#include "inside.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS_CEILING 4096u /* in a run; a long chain of trust takes some tens */
#define QUERY_CEILING 512u
#define MESSAGE_CEILING 65507u /* what one datagram holds */
#define HEADER 12u

struct mw_relay {
    struct mw_net *net;
    int fd;
    struct mw_poll *poll;
    int port;
    unsigned packets;
    uint8_t message[MESSAGE_CEILING];
};

struct relayed {
    struct mw_relay *relay;
    struct sockaddr_in from;
    size_t bytes; /* header and question */
    uint8_t query[QUERY_CEILING];
};

static bool is_told(const struct mw_dns_answer *answer)
{
    return (answer->status == MW_DNS_OK || answer->status == MW_DNS_NODATA || answer->status == MW_DNS_NXDOMAIN) && answer->wire_bytes <= MESSAGE_CEILING;
}

/* SERVFAIL, with the question alone. */
static void write_failure(uint8_t *message, const struct relayed *relayed)
{
    memcpy(message, relayed->query, relayed->bytes);
    message[2] |= 0x80;
    message[3] = (uint8_t)((message[3] & 0xf0) | 2);
    memset(message + 6, 0, HEADER - 6);
}

static void got_answer(void *context, const struct mw_dns_answer *answer)
{
    const struct relayed *relayed = context;
    uint8_t *message = relayed->relay->message;
    bool tells = is_told(answer);
    if (tells)
        memcpy(message, answer->wire, answer->wire_bytes);
    else
        write_failure(message, relayed);
    memcpy(message, relayed->query, 2); /* the id */
    /* A datagram that is lost is asked for again. */
    sendto(relayed->relay->fd, message, tells ? answer->wire_bytes : relayed->bytes, MSG_NOSIGNAL, (const struct sockaddr *)&relayed->from,
           sizeof relayed->from);
}

static void pass_on(struct mw_relay *relay, const struct sockaddr_in *from, const uint8_t *query, size_t bytes)
{
    struct mw_dns_asked asked;
    if (!mw_dns_read_query(relay->net->arena, query, bytes, &asked) || ++relay->packets > PACKETS_CEILING)
        return;
    struct relayed *relayed = MW_NEW(relay->net->arena, struct relayed);
    *relayed = (struct relayed){.relay = relay, .from = *from, .bytes = asked.bytes};
    memcpy(relayed->query, query, asked.bytes);
    struct mw_question question = {.name = asked.name, .type = asked.type, .checking_disabled = true, .dnssec = true};
    mw_dns_ask(relay->net, &question, got_answer, relayed);
}

static void ready(void *context, int events)
{
    struct mw_relay *relay = context;
    (void)events;
    for (;;) {
        uint8_t query[QUERY_CEILING];
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        ssize_t bytes = recvfrom(relay->fd, query, sizeof query, 0, (struct sockaddr *)&from, &length);
        if (bytes < 0)
            return;
        pass_on(relay, &from, query, (size_t)bytes);
    }
}

/* A port of loopback that is free; 0: there is none. */
static int take_port(int fd)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    if (bind(fd, (struct sockaddr *)&here, length) != 0 || getsockname(fd, (struct sockaddr *)&here, &length) != 0)
        return 0;
    return ntohs(here.sin_port);
}

struct mw_relay *mw_relay_start(struct mw_net *net)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int port = fd < 0 ? 0 : take_port(fd);
    if (!port) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct mw_relay *relay = MW_NEW(net->arena, struct mw_relay);
    relay->net = net;
    relay->fd = fd;
    relay->port = port;
    relay->poll = mw_poll_start(net, fd, UV_READABLE, ready, relay);
    mw_poll_background(relay->poll); /* the deadline of what is validated keeps the run alive */
    return relay;
}

int mw_relay_port(const struct mw_relay *relay)
{
    return relay->port;
}

void mw_relay_end(struct mw_relay *relay)
{
    if (!relay)
        return;
    mw_poll_stop(relay->poll);
    close(relay->fd);
}
