/* Signatures in the header of a message: DKIM-Signature (RFC 6376 section 3.5), ARC-Message-Signature and ARC-Seal (RFC 8617 section 4.1). Read, and checked
 * with a key that somebody fetched: bytes in, verdict out. */
#ifndef MAILWHY_SIGNING_H
#define MAILWHY_SIGNING_H

#include <mailwhy/dkim.h>
#include <mailwhy/flaw.h>
#include <mailwhy/raw.h>

enum mw_signing_kind { MW_DKIM_SIGNATURE, MW_ARC_MESSAGE_SIGNATURE, MW_ARC_SEAL };

#define MW_SIGNING_FIELDS 200u /* names in h= */
#define MW_DIGEST_BYTES 32

struct mw_signing {
    enum mw_signing_kind kind;
    size_t field;              /* index in the raw message */
    const char *algorithm;     /* a= */
    const char *domain, *selector;
    const char *key;           /* name of the key: "s1._domainkey.example.org", lower case; NULL where it can be no name */
    enum mw_canonical header, body;
    struct mw_list names;      /* h=, lower case; an empty item where nothing stands between two colons */
    const unsigned char *value, *body_hash; /* b=, bh= decoded */
    size_t value_bytes, body_hash_bytes;
    int64_t length;            /* l=, bytes of the canonical body that are signed; -1: all */
    int64_t at, until;         /* t=, x=, seconds since 1970; -1: not said */
    bool is_below;             /* i= of DKIM is of a domain below d= */
    long instance;             /* i= of ARC */
    const char *chain;         /* cv= of a seal: none, pass or fail; NULL */
};

/* False: verifiers cannot use it, and *flaw says why. */
bool mw_signing_read(struct mw_arena *arena, const struct mw_raw *raw, size_t field, enum mw_signing_kind kind, struct mw_signing *signing,
                     struct mw_flaw *flaw);

/* Is it an algorithm that verifiers still take (RFC 8301, RFC 8463): rsa-sha256 or ed25519-sha256? */
bool mw_signing_is_accepted(const struct mw_signing *signing);
/* NULL where this key can have made this signature; else why not: "the key has no hash…". */
const char *mw_signing_key_flaw(const struct mw_signing *signing, const struct mw_dkim_key *key);

/* What the signature covers, piece by piece: each signed field's canonical form with its line end, last the signature itself without b= and line end. */
struct mw_piece {
    const char *bytes;
    size_t count;
    size_t field; /* index in the raw message; of a name that has no field (any more): the number of fields */
};
struct mw_pieces {
    struct mw_piece *items;
    size_t count;
};
void mw_signing_pieces(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, struct mw_pieces *pieces);
/* The same for one field alone, as the signature's canonicalisation has it, with its line end. */
struct mw_piece mw_signing_piece(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, size_t field);
void mw_pieces_digest(const struct mw_pieces *pieces, unsigned char digest[MW_DIGEST_BYTES]);

void mw_sha256(const void *bytes, size_t count, unsigned char digest[MW_DIGEST_BYTES]);

/* A key at work. For RSA the digest that was signed is read back from the signature, so that it is known whether this key made it at all. */
struct mw_opened;
/* NULL: the key cannot be used. To be closed. */
struct mw_opened *mw_signing_open(struct mw_arena *arena, const struct mw_signing *signing, const struct mw_dkim_key *key);
void mw_signing_close(struct mw_opened *opened);
/* Is the signature one of this key, whatever it signed? Known for RSA alone; true for other keys. */
bool mw_signing_is_of_key(const struct mw_opened *opened);
bool mw_signing_signs(const struct mw_opened *opened, const unsigned char digest[MW_DIGEST_BYTES]);

/* Does the body have the digest that bh= says? `canonical` is the body in the signature's form. */
bool mw_signing_has_body(const struct mw_signing *signing, const struct mw_octets *canonical);

#endif
