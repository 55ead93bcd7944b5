/* TLS: one context for a run, a handshake that stops at nothing, and what it showed. The handshake runs at security level 0 from TLS 1.0 up and takes every
 * certificate; trust and strength are judged afterwards, once for each chain, and the host name for itself. RFC 5280, RFC 8446, RFC 9525. */
#include "inside.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CHAIN_CEILING 12
#define ERRORS_CEILING 32u
#define JUDGED_CEILING 256u
#define NAMES_CEILING 200
#define NAME_CEILING 300u
#define STRONG_LEVEL 2
#define STRONG_DH_BITS 2048

/* A chain that was judged: many endpoints of a domain show the same one. */
struct mw_judged {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct mw_list verify, weak;
    struct mw_judged *next;
};

/* Where a verify callback puts what it finds. */
struct finding {
    struct mw_arena *arena;
    struct mw_judged *judged;
};

bool mw_tls_load_file(SSL_CTX *context, const char *ca_file)
{
    X509_STORE *store = context ? SSL_CTX_get_cert_store(context) : X509_STORE_new();
    bool loaded = X509_STORE_load_file(store, ca_file) == 1;
    if (!context)
        X509_STORE_free(store);
    ERR_clear_error();
    return loaded;
}

/* The hashed directory is read on demand; the bundle file would cost 18 ms. */
static void trust(SSL_CTX *context, const char *ca_file)
{
    if (ca_file) {
        mw_tls_load_file(context, ca_file);
        return;
    }
    X509_LOOKUP *lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), X509_LOOKUP_hash_dir());
    if (lookup)
        X509_LOOKUP_add_dir(lookup, NULL, X509_FILETYPE_DEFAULT);
}

static int take_any(X509_STORE_CTX *store, void *unused)
{
    (void)store, (void)unused;
    return 1;
}

SSL_CTX *mw_tls_context(struct mw_net *net)
{
    if (net->tls)
        return net->tls;
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); /* the system's openssl.cnf must not change what we see */
    net->tls = SSL_CTX_new(TLS_client_method());
    if (!net->tls)
        mw_fail(MW_EXIT_OS, "OpenSSL cannot make a context");
    SSL_CTX_set_security_level(net->tls, 0);
    SSL_CTX_set_min_proto_version(net->tls, TLS1_VERSION);
    SSL_CTX_set_cipher_list(net->tls, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_options(net->tls, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_mode(net->tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(net->tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(net->tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(net->tls, take_any, NULL);
    trust(net->tls, net->options.ca_file);
    return net->tls;
}

static bool is_address(struct mw_arena *arena, const char *host)
{
    return !*host || mw_address_read(arena, host);
}

SSL *mw_tls_new(struct mw_net *net, struct mw_arena *arena, int socket, const char *host)
{
    SSL *ssl = SSL_new(mw_tls_context(net));
    if (!ssl)
        mw_fail(MW_EXIT_OS, "OpenSSL cannot make a connection");
    SSL_set_fd(ssl, socket);
    if (!is_address(arena, host))
        SSL_set_tlsext_host_name(ssl, host);
    return ssl;
}

static const char *reason_of(struct mw_arena *arena, unsigned long error)
{
    int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET)
        return mw_printf(arena, "alert %s", SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
    const char *words = ERR_reason_error_string(error);
    return mw_strdup(arena, words ? words : "unknown");
}

const char *mw_tls_failure(struct mw_arena *arena, SSL *ssl, int result, int saved, const char **reason)
{
    int kind = SSL_get_error(ssl, result);
    unsigned long error = ERR_peek_error();
    if (kind == SSL_ERROR_SYSCALL)
        return saved == ECONNRESET || saved == EPIPE ? MW_RESET : saved == ETIMEDOUT ? MW_TIMED_OUT : MW_HUNG_UP;
    if (kind == SSL_ERROR_ZERO_RETURN || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return MW_HUNG_UP;
    if (error)
        *reason = reason_of(arena, error);
    ERR_clear_error();
    return MW_TLS_FAILED;
}

/* --- the certificate --------------------------------------------------------------------------------------------------------------------------- */
static const char *name_text(struct mw_arena *arena, const X509_NAME *name)
{
    char *bytes = NULL;
    BIO *memory = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    long count = BIO_get_mem_data(memory, &bytes);
    const char *text = mw_text_safe(arena, bytes, count > 0 ? (size_t)count : 0, NAME_CEILING);
    BIO_free(memory);
    return text;
}

static const char *address_text(struct mw_arena *arena, const ASN1_OCTET_STRING *address)
{
    char text[64] = "";
    int bytes = ASN1_STRING_length(address);
    if (bytes != 4 && bytes != 16)
        return NULL;
    uv_inet_ntop(bytes == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
    return mw_strdup(arena, text);
}

static void take_names(struct mw_arena *arena, X509 *leaf, struct mw_list *names)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(all) && i < NAMES_CEILING; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);
        const char *text = NULL;
        if (name->type == GEN_DNS)
            text = mw_text_safe(arena, ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName), NAME_CEILING);
        if (name->type == GEN_IPADD)
            text = address_text(arena, name->d.iPAddress);
        if (text)
            mw_list_add(arena, names, text);
    }
    GENERAL_NAMES_free(all);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : -1;
}

static const char *key_text(struct mw_arena *arena, const X509 *leaf)
{
    const EVP_PKEY *key = X509_get0_pubkey(leaf);
    const char *kind = key ? EVP_PKEY_get0_type_name(key) : NULL;
    return kind ? mw_printf(arena, "%s %d", kind, EVP_PKEY_get_bits(key)) : "unknown";
}

static const char *fingerprint(struct mw_arena *arena, const X509 *leaf)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    X509_digest(leaf, EVP_sha256(), digest, &bytes);
    char *text = mw_alloc(arena, 2 * bytes + 1);
    for (unsigned i = 0; i < bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

/* RFC 9525 section 6.3: the subject's common name does not count. */
static bool covers(X509 *leaf, const char *name, bool is_literal)
{
    if (is_literal)
        return X509_check_ip_asc(leaf, name, 0) == 1;
    return X509_check_host(leaf, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

static void take_leaf(struct mw_arena *arena, X509 *leaf, const char *name, struct mw_tls_seen *seen)
{
    take_names(arena, leaf, &seen->names);
    seen->name_ok = covers(leaf, name, is_address(arena, name));
    seen->subject = name_text(arena, X509_get_subject_name(leaf));
    seen->issuer = name_text(arena, X509_get_issuer_name(leaf));
    seen->starts = seconds_of(X509_get0_notBefore(leaf));
    seen->expires = seconds_of(X509_get0_notAfter(leaf));
    seen->key = key_text(arena, leaf);
    seen->fingerprint = fingerprint(arena, leaf);
}

static void take_chain(struct mw_arena *arena, STACK_OF(X509) *chain, struct mw_list *into)
{
    for (int i = 0; i < sk_X509_num(chain) && i < CHAIN_CEILING; i++) {
        unsigned char *der = NULL;
        int bytes = i2d_X509(sk_X509_value(chain, i), &der);
        if (bytes > 0)
            mw_list_add(arena, into, mw_base64_text(arena, der, (size_t)bytes));
        OPENSSL_free(der);
    }
}

/* --- trust and strength ---------------------------------------------------------------------------------------------------------------------------- */
static bool is_strength(int error)
{
    return error == X509_V_ERR_EE_KEY_TOO_SMALL || error == X509_V_ERR_CA_KEY_TOO_SMALL || error == X509_V_ERR_CA_MD_TOO_WEAK;
}

/* OpenSSL keeps only the last error, so the lists are ours. Going on past one shows the others. */
static int got_verdict(int ok, X509_STORE_CTX *store)
{
    struct finding *finding = X509_STORE_CTX_get_app_data(store);
    int error = X509_STORE_CTX_get_error(store);
    if (ok)
        return 1;
    struct mw_list *list = is_strength(error) ? &finding->judged->weak : &finding->judged->verify;
    const char *text = mw_printf(finding->arena, "%d@%d %s", error, X509_STORE_CTX_get_error_depth(store), X509_verify_cert_error_string(error));
    if (list->count < ERRORS_CEILING && !mw_list_has(list, text))
        mw_list_add(finding->arena, list, text);
    return 1;
}

static void verify(struct mw_net *net, struct mw_judged *judged, X509 *leaf, STACK_OF(X509) *chain)
{
    struct finding finding = {.arena = net->arena, .judged = judged};
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    if (!store || X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(net->tls), leaf, chain) != 1)
        mw_fail(MW_EXIT_OS, "OpenSSL cannot verify a certificate");
    X509_STORE_CTX_set_default(store, "ssl_server");
    X509_VERIFY_PARAM_set_depth(X509_STORE_CTX_get0_param(store), CHAIN_CEILING);
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store), STRONG_LEVEL);
    X509_STORE_CTX_set_app_data(store, &finding);
    X509_STORE_CTX_set_verify_cb(store, got_verdict);
    X509_verify_cert(store);
    X509_STORE_CTX_free(store);
    ERR_clear_error();
}

static void digest_chain(STACK_OF(X509) *chain, unsigned char *digest)
{
    unsigned char one[SHA256_DIGEST_LENGTH];
    EVP_MD_CTX *all = EVP_MD_CTX_new();
    EVP_DigestInit_ex(all, EVP_sha256(), NULL);
    for (int i = 0; i < sk_X509_num(chain); i++) {
        X509_digest(sk_X509_value(chain, i), EVP_sha256(), one, NULL);
        EVP_DigestUpdate(all, one, sizeof one);
    }
    EVP_DigestFinal_ex(all, digest, NULL);
    EVP_MD_CTX_free(all);
}

static const struct mw_judged *judge(struct mw_net *net, X509 *leaf, STACK_OF(X509) *chain)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    unsigned count = 0;
    digest_chain(chain, digest);
    for (struct mw_judged *judged = net->judged; judged; judged = judged->next, count++)
        if (memcmp(judged->digest, digest, sizeof digest) == 0)
            return judged;
    struct mw_judged *judged = MW_NEW(net->arena, struct mw_judged);
    memcpy(judged->digest, digest, sizeof digest);
    verify(net, judged, leaf, chain);
    if (count < JUDGED_CEILING) {
        judged->next = net->judged;
        net->judged = judged;
    }
    return judged;
}

static void copy_list(struct mw_arena *arena, const struct mw_list *from, struct mw_list *into)
{
    for (size_t i = 0; i < from->count; i++)
        mw_list_add(arena, into, from->items[i]);
}

static void judge_exchange(struct mw_arena *arena, SSL *ssl, struct mw_tls_seen *seen)
{
    EVP_PKEY *key = NULL;
    if (SSL_version(ssl) < TLS1_2_VERSION)
        mw_list_add(arena, &seen->weak, mw_printf(arena, "protocol %s", SSL_get_version(ssl)));
    if (SSL_get_peer_tmp_key(ssl, &key) == 1 && EVP_PKEY_get_base_id(key) == EVP_PKEY_DH && EVP_PKEY_get_bits(key) < STRONG_DH_BITS)
        mw_list_add(arena, &seen->weak, mw_printf(arena, "DH key of %d bits", EVP_PKEY_get_bits(key)));
    EVP_PKEY_free(key);
}

void mw_tls_look(struct mw_net *net, struct mw_arena *arena, SSL *ssl, const char *name, struct mw_tls_seen *seen)
{
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    X509 *leaf = SSL_get0_peer_certificate(ssl);
    seen->version = mw_strdup(arena, SSL_get_version(ssl));
    seen->cipher = mw_strdup(arena, SSL_get_cipher_name(ssl));
    judge_exchange(arena, ssl, seen);
    if (!leaf)
        return;
    take_leaf(arena, leaf, name, seen);
    take_chain(arena, chain, &seen->chain);
    const struct mw_judged *judged = judge(net, leaf, chain);
    copy_list(arena, &judged->verify, &seen->verify);
    copy_list(arena, &judged->weak, &seen->weak);
}

/* --- certificates from facts -------------------------------------------------------------------------------------------------------------------- */
bool mw_certificate_covers(const char *certificate, const char *host)
{
    struct mw_arena *arena = mw_arena_new();
    unsigned char *der = NULL;
    long bytes = mw_base64_read(arena, certificate, &der);
    const unsigned char *at = der;
    X509 *leaf = bytes > 0 ? d2i_X509(NULL, &at, bytes) : NULL;
    bool covered = leaf && covers(leaf, host, is_address(arena, host));
    X509_free(leaf);
    mw_arena_free(arena);
    return covered;
}
