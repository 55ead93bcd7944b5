/* What breaks a chain of trust, found from the answers alone. For lib/probe. */
#ifndef MAILWHY_PROBE_CHAIN_H
#define MAILWHY_PROBE_CHAIN_H

#include <mailwhy/dns.h>

#include <stdint.h>

struct mw_chain {
    const char *zone, *name;                        /* name: in the zone, that data was asked for */
    const struct mw_dns_answer *ds, *dnskey, *data; /* asked with CD and DO; data: any question inside the zone */
    int64_t now;
};

struct mw_chain_flaw {
    const char *what;  /* signature expired, signature not yet valid, ds mismatch, unsigned child, bogus signature; NULL: none found */
    const char *quote; /* which record, with its dates */
};

/* The first link that does not hold: DS to DNSKEY, the signature of the DNSKEY set, the signatures of the data (RFC 4035 section 5). A zone without DS is not
 * part of a chain: no flaw. */
struct mw_chain_flaw mw_chain_examine(struct mw_arena *arena, const struct mw_chain *chain);

struct mw_chain_link {
    const char *state; /* holds; unsigned, signed without DS, unsupported algorithm: insecure from here on; a flaw as above; unknown */
    const char *shows; /* DS, keys and the dates of their signatures */
};

/* One link as it is told. */
struct mw_chain_link mw_chain_look(struct mw_arena *arena, const struct mw_chain *chain);

#endif
