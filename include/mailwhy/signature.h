/* DKIM signatures on a whole message (RFC 6376). Whether one of RSA holds is libopendkim's word too, which is loaded at first use; for Ed25519 (RFC 8463), that
 * it knows only where it was built with it, our own alone. Why one does not hold is found here. Keys are fetched by whoever asks. */
#ifndef MAILWHY_SIGNATURE_H
#define MAILWHY_SIGNATURE_H

#include <mailwhy/altered.h>
#include <mailwhy/arc.h>

/* What a signature is worth. */
/* clang-format off */
#define MW_SIGNATURE_PASS      "pass"
#define MW_SIGNATURE_BODY      "body altered"
#define MW_SIGNATURE_HEADER    "header altered"         /* the body is as it was signed; of Ed25519: or the key is not the one that signed */
#define MW_SIGNATURE_OTHER_KEY "other key"              /* the key is not the one that signed, or the signature itself is damaged */
#define MW_SIGNATURE_ALGORITHM "algorithm not accepted" /* rsa-sha1, or one that is not known */
#define MW_SIGNATURE_EXPIRED   "expired"
#define MW_SIGNATURE_FUTURE    "in the future"
#define MW_SIGNATURE_NO_KEY    "key missing"
#define MW_SIGNATURE_BAD_KEY   "key unusable"           /* revoked, too short, damaged, … */
#define MW_SIGNATURE_FLAWED    "cannot be read"
#define MW_SIGNATURE_UNTESTED  "not tested"             /* the key could not be fetched */
/* clang-format on */

struct mw_signature {
    const char *key;               /* name of its key; "" where its tags do not say */
    const char *domain, *verdict;
    const char *algorithm;         /* "" where its tags do not say */
    const char *why, *where;       /* clause for translation, and the part at fault; "" */
    bool holds_but_for_time;       /* expired or in the future, and nothing else */
    int64_t uncovered;             /* bytes of the body behind what l= covers: anybody may have put them there */
    struct mw_alteration changes[MW_ALTERATIONS]; /* that were proved */
    size_t change_count;
    struct mw_list absent;         /* names in h= that no field has: taken away, or signed as absent */
};
#define MW_SIGNATURES 20u

/* Fills the signatures of the message in their order, at most MW_SIGNATURES, and returns how many. `received`: when it arrived, seconds since 1970, for x= and
 * t=; 0: now. */
size_t mw_signatures_verify(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signature_key *keys, size_t key_count, int64_t received,
                            struct mw_signature signatures[MW_SIGNATURES]);

#endif
