/* A connection, in clear or encrypted: reads, writes, shakes hands, and lingers behind its owner's back after goodbye. Never blocks, never judges. */
#include "inside.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_S 2.0
#define UNSENT_CEILING 65536u
#define FIRST_ROOM 256u

struct mw_wire {
    struct mw_net *net;
    struct mw_wire *next, **back;
    int socket;
    SSL *ssl;
    struct mw_poll *poll;
    struct mw_timer *timer; /* of the linger */
    void (*ready)(void *context);
    void *context;
    char *unsent;
    size_t unsent_bytes;
    bool wants_to_write; /* TLS does */
    bool left;
    /* the handshake */
    unsigned char first[FIRST_ROOM]; /* that came in answer */
    size_t first_bytes;
    uint64_t shake_start_ns;
    const char *host;
    struct mw_arena *arena;
    struct mw_tls_seen *seen;
};

/* An answer is expected: acknowledge at once what comes, or a server with Nagle's algorithm waits 40 ms for us. The kernel forgets this after some packets. */
static void acknowledge_fast(struct mw_wire *wire)
{
    int one = 1;
    setsockopt(wire->socket, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

static void watch(struct mw_wire *wire)
{
    mw_poll_want(wire->poll, UV_READABLE | (wire->unsent_bytes || wire->wants_to_write ? UV_WRITABLE : 0));
}

/* Bytes sent; 0: not now; -1: never again. */
static long send_some(struct mw_wire *wire, const char *bytes, size_t count)
{
    if (!wire->ssl) {
        ssize_t sent = send(wire->socket, bytes, count, MSG_NOSIGNAL);
        return sent >= 0 ? (long)sent : errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    ERR_clear_error();
    int sent = SSL_write(wire->ssl, bytes, (int)count);
    if (sent > 0)
        return sent;
    int error = SSL_get_error(wire->ssl, sent);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/* A write that fails drops the rest: the reason, and what the server may have said before, come out of the next read. */
static void flush(struct mw_wire *wire)
{
    while (wire->unsent_bytes) {
        long sent = send_some(wire, wire->unsent, wire->unsent_bytes);
        if (sent == 0)
            break;
        size_t gone = sent < 0 ? wire->unsent_bytes : (size_t)sent;
        memmove(wire->unsent, wire->unsent + gone, wire->unsent_bytes - gone);
        wire->unsent_bytes -= gone;
    }
    watch(wire);
}

/* Reads and throws away; true when the server has closed. */
static bool drain(struct mw_wire *wire)
{
    char bytes[4096];
    ssize_t got = recv(wire->socket, bytes, sizeof bytes, 0);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

static void poll_ready(void *context, int events)
{
    struct mw_wire *wire = context;
    if (events & UV_WRITABLE && wire->unsent_bytes)
        flush(wire);
    if (wire->left && drain(wire)) {
        mw_wire_close(wire);
        return;
    }
    if (!wire->left)
        wire->ready(wire->context);
}

struct mw_wire *mw_wire_new(struct mw_net *net, int socket, void (*ready)(void *context), void *context)
{
    struct mw_wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        mw_fail(MW_EXIT_OS, "out of memory");
    wire->net = net;
    wire->socket = socket;
    wire->ready = ready;
    wire->context = context;
    wire->next = net->wires;
    wire->back = &net->wires;
    if (wire->next)
        wire->next->back = &wire->next;
    net->wires = wire;
    wire->poll = mw_poll_start(net, socket, UV_READABLE, poll_ready, wire);
    acknowledge_fast(wire);
    return wire;
}

static long read_tls(struct mw_wire *wire, char *bytes, size_t room, const char **outcome)
{
    const char *reason = NULL;
    ERR_clear_error();
    int got = SSL_read(wire->ssl, bytes, (int)room), saved = errno;
    if (got > 0)
        return got;
    int error = SSL_get_error(wire->ssl, got);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return 0;
    struct mw_arena *arena = mw_arena_new();
    *outcome = error == SSL_ERROR_ZERO_RETURN ? MW_HUNG_UP : mw_tls_failure(arena, wire->ssl, got, saved, &reason);
    mw_arena_free(arena);
    return -1;
}

long mw_wire_read(struct mw_wire *wire, char *bytes, size_t room, const char **outcome)
{
    acknowledge_fast(wire);
    if (wire->ssl)
        return read_tls(wire, bytes, room, outcome);
    ssize_t got = recv(wire->socket, bytes, room, 0);
    if (got > 0)
        return (long)got;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    *outcome = got == 0 ? MW_HUNG_UP : errno == ETIMEDOUT ? MW_TIMED_OUT : MW_RESET;
    return -1;
}

void mw_wire_write(struct mw_wire *wire, const char *bytes, size_t count)
{
    if (count > UNSENT_CEILING - wire->unsent_bytes)
        return;
    char *all = realloc(wire->unsent, wire->unsent_bytes + count + 1);
    if (!all)
        mw_fail(MW_EXIT_OS, "out of memory");
    memcpy(all + wire->unsent_bytes, bytes, count);
    wire->unsent = all;
    wire->unsent_bytes += count;
    flush(wire);
    acknowledge_fast(wire);
}

/* Keeps the first bytes that OpenSSL reads: where they are not TLS, they are what the server said instead. */
static long keep_first(BIO *bio, int operation, const char *bytes, size_t count, int argi, long argl, int result, size_t *processed)
{
    struct mw_wire *wire = (struct mw_wire *)(void *)BIO_get_callback_arg(bio);
    (void)count, (void)argi, (void)argl;
    if (operation != (BIO_CB_READ | BIO_CB_RETURN) || result <= 0 || !processed)
        return result;
    size_t room = FIRST_ROOM - wire->first_bytes, more = *processed < room ? *processed : room;
    memcpy(wire->first + wire->first_bytes, bytes, more);
    wire->first_bytes += more;
    return result;
}

void mw_wire_start_tls(struct mw_wire *wire, struct mw_arena *arena, const char *host, struct mw_tls_seen *seen)
{
    wire->arena = arena;
    wire->host = host;
    wire->seen = seen;
    wire->first_bytes = 0;
    wire->shake_start_ns = uv_hrtime();
    wire->ssl = mw_tls_new(wire->net, arena, wire->socket, host);
    BIO_set_callback_ex(SSL_get_rbio(wire->ssl), keep_first);
    BIO_set_callback_arg(SSL_get_rbio(wire->ssl), (char *)wire);
}

/* What comes first must be a TLS record (handshake or alert, RFC 8446 section 5.1); anything else is kept to be shown. */
static bool is_plain(struct mw_wire *wire)
{
    if (wire->first_bytes == 0 || wire->first[0] == 0x16 || wire->first[0] == 0x15)
        return false;
    ssize_t got = recv(wire->socket, wire->first + wire->first_bytes, FIRST_ROOM - wire->first_bytes, 0);
    size_t bytes = wire->first_bytes + (got > 0 ? (size_t)got : 0);
    while (bytes && (wire->first[bytes - 1] == '\r' || wire->first[bytes - 1] == '\n'))
        bytes--;
    wire->seen->plain = mw_text_safe(wire->arena, wire->first, bytes, FIRST_ROOM);
    return true;
}

/* NULL: not done. */
static const char *shake(struct mw_wire *wire)
{
    acknowledge_fast(wire);
    ERR_clear_error();
    int result = SSL_connect(wire->ssl), saved = errno;
    if (result == 1) {
        BIO_set_callback_ex(SSL_get_rbio(wire->ssl), NULL);
        return MW_OK;
    }
    int error = SSL_get_error(wire->ssl, result);
    if (is_plain(wire))
        return MW_GARBLED;
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return mw_tls_failure(wire->arena, wire->ssl, result, saved, &wire->seen->alert);
    wire->wants_to_write = error == SSL_ERROR_WANT_WRITE;
    watch(wire);
    return NULL;
}

const char *mw_wire_shake(struct mw_wire *wire)
{
    struct mw_tls_seen *seen = wire->seen;
    const char *outcome = shake(wire);
    if (!outcome)
        return NULL;
    seen->outcome = outcome;
    seen->ms = mw_ms_since(wire->shake_start_ns);
    if (strcmp(outcome, MW_OK) == 0)
        mw_tls_look(wire->net, wire->arena, wire->ssl, wire->host, seen);
    return outcome;
}

SSL *mw_wire_ssl(struct mw_wire *wire)
{
    return wire->ssl;
}

static void lingered(void *context)
{
    struct mw_wire *wire = context;
    wire->timer = NULL;
    mw_wire_close(wire);
}

void mw_wire_leave(struct mw_wire *wire)
{
    ERR_clear_error();
    if (wire->ssl && SSL_is_init_finished(wire->ssl) && !wire->unsent_bytes)
        SSL_shutdown(wire->ssl);
    wire->left = true;
    watch(wire);
    mw_poll_background(wire->poll);
    wire->timer = mw_timer_start(wire->net, LINGER_S, lingered, wire);
    mw_timer_background(wire->timer);
}

void mw_wire_close(struct mw_wire *wire)
{
    *wire->back = wire->next;
    if (wire->next)
        wire->next->back = wire->back;
    mw_timer_stop(wire->timer);
    mw_poll_stop(wire->poll);
    SSL_free(wire->ssl);
    close(wire->socket);
    free(wire->unsent);
    free(wire);
}
