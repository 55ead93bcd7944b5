/* What the files of lib/net share; nothing outside includes it.
 *
 * Handles of the loop are used again: a stopped timer or a closed poll goes back to its free list, so a run of thousands of questions
 * allocates no more than its busiest moment needed. */
#ifndef MAILWHY_NET_INSIDE_H
#define MAILWHY_NET_INSIDE_H

#include <mailwhy/fact.h>
#include <mailwhy/net.h>
#include <mailwhy/fail.h>
#include <mailwhy/tls.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <uv.h>

struct mw_net {
    struct mw_arena *arena;
    struct mw_net_options options;
    struct mw_list resolvers; /* "address:port" or "[address]:port" */
    uv_loop_t loop;
    struct mw_timer *spare_timers;
    struct mw_poll *spare_polls;
    struct mw_wire *wires;
    struct mw_asking *asking;
    struct mw_validating *validating;
    struct mw_list anchors; /* trust anchors for it, records in zone-file form; empty until they are read */
    SSL_CTX *tls;
    struct mw_judged *judged; /* chains */
    struct mw_turn *turns;
    struct mw_bell *bells;
    struct mw_list rung;
};

double mw_ms_since(uint64_t start_ns);
/* Fills net->anchors; NULL, or one clause that says the line and what is wrong there. */
const char *mw_net_read_anchor(struct mw_net *net, const char *path);

/* --- polls: one for each socket; stop it before the socket is closed ------------------------------------------------------------------------- */
struct mw_poll;
/* events: UV_READABLE, UV_WRITABLE. An error on the socket is shown as both, for the caller's read or write to find. */
struct mw_poll *mw_poll_start(struct mw_net *net, int socket, int events, void (*ready)(void *context, int events), void *context);
void mw_poll_want(struct mw_poll *poll, int events);
/* In the background: does not keep the run alive. */
void mw_poll_background(struct mw_poll *poll);
void mw_poll_stop(struct mw_poll *poll); /* NULL is allowed */
void mw_timer_background(struct mw_timer *timer);

/* --- questions (ask.c), channels (channel.c) -------------------------------------------------------------------------------------------------- */
/* "address:port" or "[address]:port" of ADDR, ADDR:PORT or [ADDR]:PORT; NULL: neither. */
char *mw_server_read(struct mw_arena *arena, const char *text, int port);
/* The address alone of what mw_server_read gave. */
char *mw_server_address(struct mw_arena *arena, const char *server);
void mw_asking_end(struct mw_net *net);

struct mw_channels;
struct mw_sending;
/* `wire` NULL: `failed` says why (MW_DNS_UNREACHABLE, MW_DNS_GARBLED). */
typedef void mw_got_wire(void *context, enum mw_dns_status failed, const uint8_t *wire, size_t bytes);
struct mw_channels *mw_channels_new(struct mw_net *net);
/* Sends one query to one server ("address:port", kept). `got` is called at most once, from the loop, with the answer to it or a failure; then the sending is
 * gone. Silence has no end here: the caller drops what he waits for no longer, and nobody is called. */
struct mw_sending *mw_channel_send(struct mw_channels *channels, const char *server, bool tcp, const uint8_t *wire, size_t bytes, mw_got_wire *got,
                                   void *context);
/* The same packet once more; by TCP the kernel sees to that. */
void mw_sending_repeat(struct mw_sending *sending);
/* Did something come from that server which is no answer to it? */
bool mw_sending_heard_others(const struct mw_sending *sending);
void mw_sending_drop(struct mw_sending *sending); /* NULL is allowed */
void mw_channels_end(struct mw_channels *channels);

/* --- TLS (tls.c) ------------------------------------------------------------------------------------------------------------------------------ */
SSL_CTX *mw_tls_context(struct mw_net *net);
/* A client for that socket, ready to shake hands with `host` (a name is sent as SNI). */
SSL *mw_tls_new(struct mw_net *net, struct mw_arena *arena, int socket, const char *host);
/* Fills in what the handshake showed. `name` is the host name, or the address where the host has none. */
void mw_tls_look(struct mw_net *net, struct mw_arena *arena, SSL *ssl, const char *name, struct mw_tls_seen *seen);
/* Says why an operation on `ssl` failed: one of the outcomes; `saved` is errno as the operation left it, *reason (may be set) is a clause. */
const char *mw_tls_failure(struct mw_arena *arena, SSL *ssl, int result, int saved, const char **reason);
bool mw_tls_load_file(SSL_CTX *context, const char *ca_file);

/* --- wires: a connection, in clear or encrypted (wire.c) --------------------------------------------------------------------------------------- */
struct mw_wire;
struct mw_wire *mw_wire_new(struct mw_net *net, int socket, void (*ready)(void *context), void *context);
/* Bytes read (at most `room`); 0: nothing yet; -1: ended, *outcome says how (MW_HUNG_UP, MW_RESET, MW_GARBLED). */
long mw_wire_read(struct mw_wire *wire, char *bytes, size_t room, const char **outcome);
/* Takes `bytes` to be written, now or as the socket allows. A failure shows at the next read. */
void mw_wire_write(struct mw_wire *wire, const char *bytes, size_t count);
/* Begins a handshake; `ready` is called when it may go on. mw_wire_shake goes on: NULL while it is not done, else how it ended. */
void mw_wire_start_tls(struct mw_wire *wire, struct mw_arena *arena, const char *host, struct mw_tls_seen *seen);
const char *mw_wire_shake(struct mw_wire *wire);
SSL *mw_wire_ssl(struct mw_wire *wire);
/* Lets go: what is written still goes out, then the socket is read in the background until the server closes or 2 s went by. */
void mw_wire_leave(struct mw_wire *wire);
void mw_wire_close(struct mw_wire *wire);

/* --- fetch, validation ------------------------------------------------------------------------------------------------------------------------- */
bool mw_address_is_inner(const char *address);
/* Has the domain of that web server an address or an exchange on an inner network? */
void mw_ask_inner(struct mw_net *net, const char *host, void (*got)(void *context, bool is_inner), void *context);
void mw_validating_end(struct mw_net *net);

#endif
