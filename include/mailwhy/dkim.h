/* DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463): text in, struct out. */
#ifndef MAILWHY_DKIM_H
#define MAILWHY_DKIM_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>

struct mw_dkim_key {
    const char *type;        /* rsa, ed25519 */
    int bits;                /* of the RSA modulus; 256 for Ed25519; 0 where revoked */
    bool revoked;            /* p= is empty */
    bool testing;            /* t=y */
    bool no_subdomains;      /* t=s */
    bool for_mail;           /* s= is absent, *, or lists email */
    struct mw_list hashes;   /* h=; empty: all */
    const char *note;        /* n=; "" */
    const unsigned char *key; /* p= decoded */
    size_t key_bytes;
};

/* NULL: verifiers cannot use it, and *flaw says why: "not a list of tags", "v= is not DKIM1", "v= is not the first tag", "no p= tag", "p= is not base64",
 * "key is not an RSA public key", "unknown key type", "Ed25519 key is not 32 bytes", "no hash that verifiers accept", "tag twice". */
const struct mw_dkim_key *mw_dkim_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);

/* The record as it would be right, where `text` is one that was damaged on its way into the zone in a way that is known: backslashes, quotation marks, a whole
 * zone line, PEM armour, lost semicolons. NULL: that is not known. Sets *damage to the clause that says what happened, also where it is known and cannot be
 * undone (the record was cut); leaves it else. */
const char *mw_dkim_mend(struct mw_arena *arena, const char *text, const char **damage);

#endif
