/* Public keys of DKIM records as OpenSSL takes them; for lib/parse alone. */
#ifndef MAILWHY_PARSE_PKEY_H
#define MAILWHY_PARSE_PKEY_H

#include <mailwhy/dkim.h>

#include <openssl/evp.h>

/* RSA as SubjectPublicKeyInfo or RSAPublicKey; NULL: neither. To be freed. */
EVP_PKEY *mw_pkey_rsa(const unsigned char *key, size_t bytes);

#endif
