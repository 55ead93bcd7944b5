/* DKIM signatures on a whole message (RFC 6376), verified by libopendkim, which is loaded at first use. Its keys are fetched by whoever asks. */
#ifndef MAILWHY_SIGNATURE_H
#define MAILWHY_SIGNATURE_H

#include <mailwhy/text.h>

/* What a signature is worth. */
/* clang-format off */
#define MW_SIGNATURE_PASS     "pass"
#define MW_SIGNATURE_BODY     "body altered"
#define MW_SIGNATURE_HEADER   "header altered"   /* the body is as it was signed; or the key is not the one that signed */
#define MW_SIGNATURE_EXPIRED  "expired"
#define MW_SIGNATURE_FUTURE   "in the future"
#define MW_SIGNATURE_NO_KEY   "key missing"
#define MW_SIGNATURE_BAD_KEY  "key unusable"     /* revoked, too short, damaged, … */
#define MW_SIGNATURE_FLAWED   "cannot be read"
#define MW_SIGNATURE_UNTESTED "not tested"       /* the key could not be fetched, or the library is not there */
/* clang-format on */

/* A key as the DNS gave it: "s1._domainkey.example.org" and its record. */
struct mw_signature_key {
    const char *name, *record; /* record NULL: there is none */
    bool unknown;              /* the question failed */
};

struct mw_signature {
    const char *key;             /* name of its key */
    const char *domain, *verdict;
};
#define MW_SIGNATURES 20u

/* Fills signatures of the message (lines ended by CRLF), at most MW_SIGNATURES, and returns how many. Where the library cannot be loaded every key stands for a
 * signature that is not tested. */
size_t mw_signatures_verify(struct mw_arena *arena, const char *bytes, size_t count, const struct mw_signature_key *keys, size_t key_count,
                            struct mw_signature signatures[MW_SIGNATURES]);

#endif
