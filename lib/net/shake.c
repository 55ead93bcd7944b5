/* A handshake on a connection of its own, over small segments: does TLS get through where large packets are lost (RFC 2923)? Says nothing inside,
 * and judges nothing. */
#include "inside.h"

#include <string.h>

struct shake {
    struct mw_net *net;
    const char *host;
    double wait_s;
    struct mw_wire *wire;
    struct mw_timer *timer;
    struct mw_tls_seen seen;
    mw_got_shaken *got;
    void *context;
};

static void ended(struct shake *shake, const char *outcome)
{
    mw_timer_stop(shake->timer);
    mw_wire_close(shake->wire);
    shake->got(shake->context, outcome);
}

static void rang(void *context)
{
    struct shake *shake = context;
    shake->timer = NULL;
    ended(shake, MW_TIMED_OUT);
}

static void ready(void *context)
{
    struct shake *shake = context;
    const char *outcome = mw_wire_shake(shake->wire);
    if (outcome)
        ended(shake, outcome);
}

static void got_socket(void *context, int socket, const char *outcome, double ms)
{
    struct shake *shake = context;
    (void)ms;
    if (strcmp(outcome, MW_OK) != 0) {
        shake->got(shake->context, outcome);
        return;
    }
    shake->wire = mw_wire_new(shake->net, socket, ready, shake);
    shake->timer = mw_timer_start(shake->net, shake->wait_s, rang, shake);
    mw_wire_start_tls(shake->wire, shake->net->arena, shake->host, &shake->seen);
    ready(shake);
}

void mw_shake_small(struct mw_net *net, const char *address, int port, const char *host, int segment, double wait_s, mw_got_shaken *got, void *context)
{
    struct shake *shake = MW_NEW(net->arena, struct shake);
    shake->net = net;
    shake->host = mw_strdup(net->arena, host);
    shake->wait_s = wait_s;
    shake->got = got;
    shake->context = context;
    mw_dial_small(net, address, port, segment, wait_s, got_socket, shake);
}
