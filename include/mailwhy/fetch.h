/* One HTTPS (or HTTP) GET, in the loop. Names are resolved by our resolver, addresses that are private are refused unless the target itself is
 * there, no redirect is followed unless asked for, and 64 KiB is the end. */
#ifndef MAILWHY_FETCH_H
#define MAILWHY_FETCH_H

#include <mailwhy/net.h>
#include <mailwhy/tls.h>

struct mw_fetched {
    const char *outcome;    /* MW_OK (a response came), MW_TIMED_OUT, MW_REFUSED, MW_RESET, MW_HUNG_UP, MW_UNREACHABLE, MW_TLS_FAILED, MW_TOO_LONG, MW_GARBLED,
                             * or "dns" (the name has no address) */
    const char *why;        /* clause, safe to show; "" */
    enum mw_dns_status dns; /* of the address lookup */
    int status;             /* HTTP status; 0: none */
    const char *media_type; /* "" where none */
    const char *location;   /* of a redirect; NULL */
    const char *body;       /* NUL behind */
    size_t body_bytes;
    int64_t date;           /* Date header, -1: none */
    const char *address;    /* that was connected to; "" */
    const struct mw_tls_seen *tls; /* of the handshake; NULL: none was begun. MW_TLS_FAILED as outcome also where the certificate is not to be trusted */
    double ms;
};

struct mw_fetch_wish {
    const char *url;
    int redirects;       /* how many may be followed (0: none, as RFC 8461 section 3.3 demands) */
    bool secure_only;    /* a redirect to plain http is not followed */
    bool public_only;    /* an address on an inner network is refused even where the host's own domain is there: another party named the host */
    bool by_user;        /* the user named the host, which may be anywhere; where it redirects to, public_only counts */
    const char *accept;  /* media type; NULL: any */
    size_t body_ceiling; /* 0: MW_HTTP_BODY_CEILING */
    double wait_s;       /* from the first connection on */
};

typedef void mw_got_fetched(void *context, const struct mw_fetched *fetched);
/* The answer lives in the net's arena. */
void mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context);
void mw_fetch_as(struct mw_net *net, const struct mw_fetch_wish *wish, mw_got_fetched *got, void *context);

#endif
