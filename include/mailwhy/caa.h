/* CAA records (RFC 8659): rdata in, struct out; which issuers a set allows, and the names that issuers go by in it. */
#ifndef MAILWHY_CAA_H
#define MAILWHY_CAA_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_caa_kind {
    MW_CAA_ISSUE,
    MW_CAA_ISSUEWILD,
    MW_CAA_OTHER,  /* known, and nothing to certificates of hosts: iodef, issuemail, … */
    MW_CAA_UNKNOWN
};

struct mw_caa {
    bool critical;
    enum mw_caa_kind kind;
    const char *tag;    /* lower case */
    const char *value;  /* safe to show */
    const char *issuer; /* of issue and issuewild: a domain name, lower case; "" where nobody is named or the value is malformed (section 4.2) */
};

/* NULL: *flaw says why. So it does for a record that is read all the same, and makes issuers refuse; flaw->why is NULL where there is no flaw. */
const struct mw_caa *mw_caa_read(struct mw_arena *arena, const uint8_t *rdata, size_t bytes, struct mw_flaw *flaw);

/* Whom the set lets issue for a host, or by a wildcard (sections 4.2, 4.3). False: anybody. *allowed is empty where nobody may. */
bool mw_caa_restricts(struct mw_arena *arena, const struct mw_caa *const *set, size_t count, bool wildcard, struct mw_list *allowed);

/* The names by which CAA knows the authority with that subject ("CN=R11,O=Let's Encrypt,C=US"), from a dated table; empty: not in it. *who is the organisation's
 * name. */
struct mw_list mw_caa_names_of(struct mw_arena *arena, const char *issuer, const char **who);

#endif
