/* The name server of the tests: one packet in, one out. */
#include "nameserver.h"

#include <string.h>

#include "unit.h"

#define PACKET 600

static size_t question_end(const uint8_t *wire, size_t bytes)
{
    size_t at = 12;
    while (at < bytes && wire[at])
        at += wire[at] + 1u;
    return at + 5;
}

static bool asks(const uint8_t *wire, const char *label)
{
    return wire[12] == strlen(label) && memcmp(wire + 13, label, strlen(label)) == 0;
}

/* The answer in place of the question; 0: none. */
static size_t answer(uint8_t *wire, size_t bytes, bool tcp)
{
    static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1}, here[] = {127, 0, 0, 1};
    size_t end = question_end(wire, bytes);
    if (asks(wire, "silent") || end > bytes)
        return 0;
    wire[2] = 0x80 | (wire[2] & 1);
    wire[3] = 0x80;
    wire[11] = 0; /* no OPT in the answer */
    if (asks(wire, "nxdomain"))
        wire[3] |= 3;
    if (asks(wire, "servfail"))
        wire[3] |= 2;
    if (asks(wire, "refused"))
        wire[3] |= 5;
    if (asks(wire, "cut") && !tcp)
        wire[2] |= 2;
    bool has_record = asks(wire, "ok") || asks(wire, "here") || asks(wire, "lossy") || (asks(wire, "cut") && tcp);
    if (!has_record || wire[end - 3] != MW_A)
        return end;
    wire[7] = 1;
    memcpy(wire + end, record, sizeof record);
    if (asks(wire, "here"))
        memcpy(wire + end + sizeof record - sizeof here, here, sizeof here);
    return end + sizeof record;
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    static char room[65536];
    (void)handle, (void)wanted;
    *buffer = uv_buf_init(room, sizeof room);
}

static void got_packet(uv_udp_t *udp, ssize_t bytes, const uv_buf_t *buffer, const struct sockaddr *from, unsigned flags)
{
    struct nameserver *server = udp->data;
    uint8_t wire[PACKET];
    (void)flags;
    if (bytes <= 12 || bytes > PACKET - 32 || !from)
        return;
    memcpy(wire, buffer->base, (size_t)bytes);
    server->packets++;
    if (asks(wire, "lossy") && server->packets == 1)
        return;
    size_t count = answer(wire, (size_t)bytes, false);
    uv_buf_t reply = uv_buf_init((char *)wire, (unsigned)count);
    if (count)
        uv_udp_try_send(udp, &reply, 1, from);
}

static void got_bytes(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    uint8_t wire[PACKET];
    if (bytes < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    if (bytes <= 14 || bytes > PACKET - 32)
        return;
    memcpy(wire, buffer->base, (size_t)bytes);
    size_t count = answer(wire + 2, (size_t)bytes - 2, true);
    wire[0] = (uint8_t)(count >> 8);
    wire[1] = (uint8_t)count;
    uv_buf_t reply = uv_buf_init((char *)wire, (unsigned)count + 2);
    uv_try_write(stream, &reply, 1);
}

static void got_connection(uv_stream_t *listener, int status)
{
    struct nameserver *server = listener->data;
    uv_tcp_t *tcp = &server->clients[server->connections++];
    (void)status;
    assert_true(server->connections <= MW_COUNT(server->clients));
    uv_tcp_init(listener->loop, tcp);
    uv_accept(listener, (uv_stream_t *)tcp);
    uv_unref((uv_handle_t *)tcp);
    uv_read_start((uv_stream_t *)tcp, give_room, got_bytes);
}

void nameserver_start(struct nameserver *server, uv_loop_t *loop, bool with_tcp)
{
    struct sockaddr_in name;
    int bytes = sizeof name;
    uv_ip4_addr("127.0.0.1", 0, &name);
    uv_udp_init(loop, &server->udp);
    assert_int_equal(uv_udp_bind(&server->udp, (struct sockaddr *)&name, 0), 0);
    uv_udp_getsockname(&server->udp, (struct sockaddr *)&name, &bytes);
    server->port = ntohs(name.sin_port);
    server->udp.data = server->tcp.data = server;
    uv_udp_recv_start(&server->udp, give_room, got_packet);
    uv_unref((uv_handle_t *)&server->udp);
    if (!with_tcp)
        return;
    uv_tcp_init(loop, &server->tcp);
    assert_int_equal(uv_tcp_bind(&server->tcp, (struct sockaddr *)&name, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&server->tcp, 8, got_connection), 0);
    uv_unref((uv_handle_t *)&server->tcp);
}
