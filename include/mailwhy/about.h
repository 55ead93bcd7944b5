/* What a fact is about: a domain, a host, an address, an endpoint, or a zone at one of its servers.
 *
 *   example.org                          a domain or host
 *   alice@example.org                    a mailbox
 *   mx1.example.org[192.0.2.1]           a host at one address (as mail logs write it)
 *   mx1.example.org[192.0.2.1]:25        an endpoint (one address, one port)
 *   mx1.example.org:25                   a host and port, whatever the address
 *   example.org@ns1.example.net[192.0.2.53]   a zone as that server tells it ('@' with a '[' behind it)
 *
 * Host names are lower-case A-labels without a trailing dot; IPv6 addresses stand in the brackets in their RFC 5952 form. */
#ifndef MAILWHY_ABOUT_H
#define MAILWHY_ABOUT_H

#include <mailwhy/arena.h>

#include <stdbool.h>

struct mw_about {
    const char *zone;    /* of zone@server, else NULL */
    const char *mailbox; /* of user@domain (whole), else NULL */
    const char *host;    /* never NULL; "" where only an address is known */
    const char *address; /* NULL: any */
    int port;            /* 0: any */
};

struct mw_about mw_about_read(struct mw_arena *arena, const char *text);
/* host[address]:port, leaving out what is NULL or 0. */
char *mw_about_endpoint(struct mw_arena *arena, const char *host, const char *address, int port);
char *mw_about_zone_at(struct mw_arena *arena, const char *zone, const char *server, const char *address);
/* Is one about the same thing as the other, or a part of it? Equal host, and neither names another address or port. */
bool mw_about_touches(const char *a, const char *b);
/* The same for two that were read already. */
bool mw_about_meets(const struct mw_about *a, const struct mw_about *b);

#endif
