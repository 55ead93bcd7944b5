/* What a TLS handshake showed. The handshake runs at security level 0 and never stops at a certificate; everything is judged afterwards. */
#ifndef MAILWHY_TLS_H
#define MAILWHY_TLS_H

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stdint.h>

struct mw_tls_seen {
    const char *outcome;  /* MW_OK, MW_TLS_FAILED, MW_TIMED_OUT, MW_RESET, MW_HUNG_UP, MW_GARBLED (fact.h) */
    const char *alert;    /* alert received or the library's reason; NULL */
    const char *plain;    /* what came instead of TLS, made safe; NULL */
    const char *version, *cipher;
    struct mw_list verify; /* every error: "10@0 certificate has expired"; the host name is not part of it */
    bool name_ok;
    struct mw_list names; /* DNS names and addresses of the certificate */
    const char *subject, *issuer, *key, *fingerprint;
    int64_t starts, expires;
    struct mw_list weak;  /* what security level 2 refuses */
    struct mw_list chain; /* base64 of DER as presented */
    double ms;
};

/* Does one TLSA record ("3 1 1 hex") match the chain (base64 of DER) for that host, by the rules for SMTP (RFC 7672: usages 0 and 1 unusable)?
 * 1 it matches, 0 it does not, -1 unusable; *why is a clause in `arena`. */
int mw_tlsa_match(struct mw_arena *arena, const char *record, const struct mw_list *chain, const char *host, const char **why);

/* The TLSA record that RFC 7672 section 3.1.1 advises for the server's own key, the first of the chain: "3 1 1 hex"; NULL: there is no certificate. */
const char *mw_tlsa_presented(struct mw_arena *arena, const struct mw_list *chain);

/* Does a certificate (base64 of DER) cover the host name? */
bool mw_certificate_covers(const char *certificate, const char *host);

#endif
