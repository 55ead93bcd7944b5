/* The Authenticated Received Chain of a message (RFC 8617): sets of header fields read and validated with keys that somebody fetched. */
#ifndef MAILWHY_ARC_H
#define MAILWHY_ARC_H

#include <mailwhy/signing.h>

#define MW_ARC_SETS 50u /* RFC 8617 section 4.2.1 */

/* A key as the DNS gave it: "s1._domainkey.example.org" and its record. */
struct mw_signature_key {
    const char *name, *record; /* record NULL: there is none */
    bool unknown;              /* the question failed */
};
/* The key of that name; NULL: nobody asked for it. */
const struct mw_signature_key *mw_signature_key_of(const struct mw_signature_key *keys, size_t count, const char *name);

/* What one server added. */
struct mw_arc_set {
    size_t results, message, seal; /* index of each field in the raw message */
    struct mw_signing message_signing, seal_signing;
};

struct mw_arc {
    struct mw_arc_set *sets; /* sets[0] is instance 1; NULL where the header is no chain */
    size_t count;
    const char *result; /* none, pass, fail, or temperror where a key could not be fetched; NULL: its signatures are to be checked yet */
    const char *why;    /* clause for translation; "" for none and pass */
    const char *where;  /* the part at fault, safe to show; "" */
    long instance;      /* that fails; 0: the whole */
};

/* Sets *arc to what the header tells without a key: none, or fail where the sets are no chain. Else the result is NULL, and every set is read. */
void mw_arc_read(struct mw_arena *arena, const struct mw_raw *raw, struct mw_arc *arc);
/* Names of the keys that are needed, each once. */
struct mw_list mw_arc_keys(struct mw_arena *arena, const struct mw_arc *arc);
/* Checks the newest message signature and every seal (section 5.2). */
void mw_arc_verify(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signature_key *keys, size_t count, struct mw_arc *arc);

#endif
