/* TLSA records against a chain, offline, by the rules for SMTP: RFC 6698, RFC 7671, RFC 7672 section 3.1. Never looks anything up. */
#include <mailwhy/tls.h>
#include <mailwhy/tlsa.h>

#include <openssl/err.h>
#include <openssl/ssl.h>


static STACK_OF(X509) *read_chain(struct mw_arena *arena, const struct mw_list *chain)
{
    STACK_OF(X509) *stack = sk_X509_new_null();
    for (size_t i = 0; i < chain->count; i++) {
        unsigned char *der = NULL;
        long bytes = mw_base64_read(arena, chain->items[i], &der);
        const unsigned char *at = der;
        X509 *certificate = bytes > 0 ? d2i_X509(NULL, &at, bytes) : NULL;
        if (certificate && !sk_X509_push(stack, certificate))
            X509_free(certificate);
    }
    return stack;
}

static const char *words_for(struct mw_arena *arena, int error, const struct mw_tlsa *tlsa)
{
    if (error == X509_V_ERR_DANE_NO_MATCH)
        return tlsa->usage == 3 ? "the server's certificate is another one" : "no certificate of the chain is the one that is named";
    return mw_strdup(arena, X509_verify_cert_error_string(error));
}

static int verify(struct mw_arena *arena, SSL *ssl, STACK_OF(X509) *chain, const struct mw_tlsa *tlsa, const char **why)
{
    X509_STORE *nothing = X509_STORE_new();
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    int matched = -1;
    if (nothing && store && X509_STORE_CTX_init(store, nothing, sk_X509_value(chain, 0), chain) == 1) {
        X509_STORE_CTX_set_default(store, "ssl_server");
        X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(store), SSL_get0_param(ssl));
        X509_STORE_CTX_set0_dane(store, SSL_get0_dane(ssl));
        matched = X509_verify_cert(store) == 1;
        *why = matched ? "it matches" : words_for(arena, X509_STORE_CTX_get_error(store), tlsa);
    }
    X509_STORE_CTX_free(store);
    X509_STORE_free(nothing);
    return matched;
}

static SSL *dane_client(SSL_CTX *context, const struct mw_tlsa *tlsa, const char *host)
{
    SSL *ssl = context && SSL_CTX_dane_enable(context) > 0 ? SSL_new(context) : NULL;
    if (!ssl)
        return NULL;
    SSL_set_security_level(ssl, 0);
    bool added = SSL_dane_enable(ssl, host) > 0 &&
                 SSL_dane_tlsa_add(ssl, (uint8_t)tlsa->usage, (uint8_t)tlsa->selector, (uint8_t)tlsa->matching, tlsa->data, tlsa->bytes) > 0;
    SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS); /* RFC 7672 section 3.1.1 */
    if (added)
        return ssl;
    SSL_free(ssl);
    return NULL;
}

int mw_tlsa_match(struct mw_arena *arena, const char *record, const struct mw_list *chain, const char *host, const char **why)
{
    struct mw_flaw flaw = {0};
    const struct mw_tlsa *tlsa = mw_tlsa_read(arena, record, &flaw);
    *why = tlsa ? tlsa->unusable : flaw.why;
    if (*why)
        return -1;
    STACK_OF(X509) *stack = read_chain(arena, chain);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = sk_X509_num(stack) > 0 ? dane_client(context, tlsa, host) : NULL;
    *why = sk_X509_num(stack) > 0 ? "its data is neither a certificate nor a key" : "the server showed no certificate";
    int matched = ssl ? verify(arena, ssl, stack, tlsa, why) : sk_X509_num(stack) > 0 ? -1 : 0;
    SSL_free(ssl);
    SSL_CTX_free(context);
    sk_X509_pop_free(stack, X509_free);
    ERR_clear_error();
    return matched;
}

const char *mw_tlsa_presented(struct mw_arena *arena, const struct mw_list *chain)
{
    STACK_OF(X509) *stack = read_chain(arena, chain);
    unsigned char *key = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned digest_bytes = 0;
    int bytes = sk_X509_num(stack) > 0 ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(sk_X509_value(stack, 0)), &key) : 0;
    bool made = bytes > 0 && EVP_Digest(key, (size_t)bytes, digest, &digest_bytes, EVP_sha256(), NULL) == 1;
    char *hex = mw_alloc(arena, 2 * sizeof digest + 1);
    for (unsigned i = 0; made && i < digest_bytes; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
    OPENSSL_free(key);
    sk_X509_pop_free(stack, X509_free);
    ERR_clear_error();
    return made ? mw_printf(arena, "3 1 1 %s", hex) : NULL;
}
