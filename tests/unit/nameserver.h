/* A name server on loopback that lives in the loop of the test, and answers by the first label of the name:
 *
 *   ok 192.0.2.1 · here 127.0.0.1 · lossy the same as ok, but the first packet is lost · cut TC by UDP, whole by TCP · nodata, nxdomain, servfail, refused · silent */
#ifndef MAILWHY_TEST_NAMESERVER_H
#define MAILWHY_TEST_NAMESERVER_H

#include <uv.h>

#include <mailwhy/net.h>

struct nameserver {
    uv_udp_t udp;
    uv_tcp_t tcp, clients[4];
    int port;
    unsigned packets, connections;
};

/* It does not keep the loop alive. */
void nameserver_start(struct nameserver *server, struct uv_loop_s *loop, bool with_tcp);

#endif
