/* The network for probes: one event loop, a resolver, connections. Nothing here judges and nothing blocks.
 *
 * A question asked twice in a run (same name, type, server and flags) is sent once; both askers get the one answer. Every callback comes from
 * the loop, never from inside the call that started the work. All that is started ends by itself at its deadline; mw_net_free ends what is left. */
#ifndef MAILWHY_NET_H
#define MAILWHY_NET_H

#include <mailwhy/arena.h>
#include <mailwhy/dns.h>
#include <mailwhy/text.h>

#include <stdbool.h>

struct uv_loop_s;
struct mw_net;

struct mw_net_options {
    struct mw_list resolvers; /* ADDR[:PORT], [ADDR]:PORT, or "system": those of /etc/resolv.conf, which count where the list is empty */
    const char *ca_file;      /* NULL: OpenSSL's hashed directory, read on demand */
    const char *trust_anchor; /* NULL: the system's */
    bool only_ipv4, only_ipv6;
    double dns_wait_s;     /* one try of one question; 0: 2.5 s (3 tries) */
    double connect_wait_s; /* 0: 10 s */
};

/* NULL with *flaw set (one clause) where a resolver or CA file of the options cannot be used; no resolver at all is not a flaw: questions then end
 * MW_DNS_UNREACHABLE. Strings are copied into `arena` (the run's). */
struct mw_net *mw_net_new(struct mw_arena *arena, const struct mw_net_options *options, const char **flaw);
void mw_net_free(struct mw_net *net);
struct uv_loop_s *mw_net_loop(struct mw_net *net);
struct mw_arena *mw_net_arena(struct mw_net *net);
const struct mw_net_options *mw_net_options(const struct mw_net *net);
/* The resolvers in use, addresses with port; count 0: none. */
const struct mw_list *mw_net_resolvers(const struct mw_net *net);

/* --- DNS ------------------------------------------------------------------------------------------------------------------------------------- */
struct mw_question {
    const char *name;   /* without trailing dot */
    int type;           /* enum mw_dns_type */
    const char *server; /* address[:port] to ask without recursion; NULL: the resolver, with recursion */
    bool recursive;         /* with a server: ask it with recursion, as a resolver */
    bool checking_disabled; /* CD */
    bool dnssec;            /* DO: signatures come with the records */
    bool tcp;
    bool plain;             /* without EDNS; `dnssec` then says nothing */
    unsigned anew;          /* 0: asked once a run; each other number is a question of its own */
};
typedef void mw_got_answer(void *context, const struct mw_dns_answer *answer);
/* The answer stays valid as long as the net. */
void mw_dns_ask(struct mw_net *net, const struct mw_question *question, mw_got_answer *got, void *context);

/* Validation here with libunbound and the trust anchor (mw_net_options). "secure", "insecure", "bogus" (why: libunbound's words) or "unknown" (why: no trust
 * anchor, timed out, …). What it asks of the resolvers is a question like others, with CD and DO. */
typedef void mw_got_validation(void *context, const char *verdict, const char *why);
void mw_dns_validate(struct mw_net *net, const char *name, int type, mw_got_validation *got, void *context);
bool mw_dns_can_validate(struct mw_net *net);

/* A resolver on loopback, by UDP, for a library that asks by itself: what it is asked there is asked as by mw_dns_ask, with CD and DO. It does not keep the run
 * alive. NULL: this machine has no loopback. */
struct mw_relay;
struct mw_relay *mw_relay_start(struct mw_net *net);
int mw_relay_port(const struct mw_relay *relay); /* of 127.0.0.1 */
void mw_relay_end(struct mw_relay *relay);       /* NULL is allowed */

/* --- connections ----------------------------------------------------------------------------------------------------------------------------- */
/* Connects to one address. `outcome` is one of MW_OK, MW_REFUSED, MW_TIMED_OUT, MW_UNREACHABLE, MW_RESET (fact.h); with MW_OK the socket is the caller's
 * (non-blocking, TCP_NODELAY). `ms` is the time that it took. */
struct mw_dial;
typedef void mw_got_socket(void *context, int socket, const char *outcome, double ms);
struct mw_dial *mw_dial(struct mw_net *net, const char *address, int port, double wait_s, mw_got_socket *got, void *context);
void mw_dial_cancel(struct mw_dial *dial);
/* The same over a connection on which the other side may send segments of at most `segment` bytes. */
struct mw_dial *mw_dial_small(struct mw_net *net, const char *address, int port, int segment, double wait_s, mw_got_socket *got, void *context);
/* Connects with small segments, shakes hands at once (implicit TLS) and closes. `outcome` is that of connecting, else one of a handshake (tls.h). */
typedef void mw_got_shaken(void *context, const char *outcome);
void mw_shake_small(struct mw_net *net, const char *address, int port, const char *host, int segment, double wait_s, mw_got_shaken *got, void *context);
/* Has this machine a route to public addresses of the family? Asks the kernel alone; no packet leaves. */
bool mw_net_has_route(bool ipv6);

/* The same of one address: a network without a way out still reaches its own. */
bool mw_net_has_route_to(const char *address);

/* --- turns: things of which a run does one at a time (a login) --------------------------------------------------------------------------------- */
struct mw_turn;
/* Gets in line: `got` is called when its turn has come, perhaps at once. Whoever leaves the line, or has had his turn, gives it back. */
struct mw_turn *mw_turn_take(struct mw_net *net, void (*got)(void *context), void *context);
void mw_turn_give(struct mw_turn *turn); /* NULL is allowed */

/* --- bells: what one look waits for and another brings about ----------------------------------------------------------------------------------- */
struct mw_bell;
/* `rang` is called once, when somebody rings the bell of that name (static): at once where that was done already. */
struct mw_bell *mw_bell_wait(struct mw_net *net, const char *name, void (*rang)(void *context), void *context);
/* Does not wait for it any more. NULL is allowed. */
void mw_bell_leave(struct mw_bell *bell);
void mw_bell_ring(struct mw_net *net, const char *name);

/* --- timers ---------------------------------------------------------------------------------------------------------------------------------- */
struct mw_timer;
/* Rings once. A timer that rang is gone: whoever keeps it for mw_timer_stop forgets it in `rang`. */
struct mw_timer *mw_timer_start(struct mw_net *net, double wait_s, void (*rang)(void *context), void *context);
void mw_timer_stop(struct mw_timer *timer); /* NULL is allowed */

#endif
