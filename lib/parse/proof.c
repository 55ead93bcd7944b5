/* Checks signatures of messages with keys that somebody fetched, by OpenSSL: RFC 6376 sections 3.7 and 6.1.3, RFC 8463. Never asks the DNS, never judges a
 * chain. */
#include "pkey.h"

#include <mailwhy/lang.h>
#include <mailwhy/signing.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#define RSA_LEAST_BITS 1024 /* RFC 8301 section 3.2 */

void mw_sha256(const void *bytes, size_t count, unsigned char digest[MW_DIGEST_BYTES])
{
    EVP_Digest(count ? bytes : "", count, digest, NULL, EVP_sha256(), NULL);
}

/* --- what is signed ------------------------------------------------------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Is the tag that begins here b=? Then where its value begins, else 0. */
static size_t signature_at(const char *bytes, size_t from, size_t end)
{
    while (from < end && is_space(bytes[from]))
        from++;
    if (from == end || bytes[from++] != 'b')
        return 0;
    while (from < end && is_space(bytes[from]))
        from++;
    return from < end && bytes[from] == '=' ? from + 1 : 0;
}

/* The field with the value of b= deleted, and the blanks around it (section 3.7). */
static struct mw_raw_field without_signature(struct mw_arena *arena, const struct mw_raw_field *field)
{
    const char *colon = memchr(field->bytes, ':', field->count);
    size_t begin = colon ? (size_t)(colon - field->bytes) + 1 : field->count;
    while (begin < field->count) {
        const char *semicolon = memchr(field->bytes + begin, ';', field->count - begin);
        size_t end = semicolon ? (size_t)(semicolon - field->bytes) : field->count, value = signature_at(field->bytes, begin, end);
        if (value) {
            char *copy = mw_alloc(arena, field->count + 1);
            memcpy(copy, field->bytes, value);
            memcpy(copy + value, field->bytes + end, field->count - end);
            return (struct mw_raw_field){copy, value + field->count - end, field->name};
        }
        begin = end + 1;
    }
    return *field;
}

struct mw_piece mw_signing_piece(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, size_t field)
{
    struct mw_octets bytes = {0};
    enum mw_canonical form = signing->kind == MW_ARC_SEAL ? MW_RELAXED : signing->header;
    bool own = field == signing->field;
    struct mw_raw_field what = own ? without_signature(arena, &raw->fields[field]) : raw->fields[field];
    mw_canonical_field(arena, &what, form, &bytes);
    if (!own)
        mw_octets_add(arena, &bytes, "\r\n", 2);
    return (struct mw_piece){bytes.bytes, bytes.count, field};
}

/* The lowest field of that name that was not taken yet (section 5.4.2); raw->count: none is left. */
static size_t take_lowest(const struct mw_raw *raw, const char *name, bool *taken)
{
    for (size_t i = raw->count; i-- > 0;)
        if (!taken[i] && mw_raw_is(&raw->fields[i], name)) {
            taken[i] = true;
            return i;
        }
    return raw->count;
}

void mw_signing_pieces(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, struct mw_pieces *pieces)
{
    bool *taken = MW_NEW_ARRAY(arena, bool, raw->count + 1);
    *pieces = (struct mw_pieces){MW_NEW_ARRAY(arena, struct mw_piece, signing->names.count + 1), 0};
    taken[signing->field] = true; /* it stands at the end, whatever h= says */
    for (size_t i = 0; i < signing->names.count; i++) {
        size_t field = take_lowest(raw, signing->names.items[i], taken);
        struct mw_piece nothing = {"", 0, field};
        pieces->items[pieces->count++] = field < raw->count ? mw_signing_piece(arena, raw, signing, field) : nothing;
    }
    pieces->items[pieces->count++] = mw_signing_piece(arena, raw, signing, signing->field);
}

void mw_pieces_digest(const struct mw_pieces *pieces, unsigned char digest[MW_DIGEST_BYTES])
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    for (size_t i = 0; i < pieces->count; i++)
        EVP_DigestUpdate(hash, pieces->items[i].bytes, pieces->items[i].count);
    EVP_DigestFinal_ex(hash, digest, NULL);
    EVP_MD_CTX_free(hash);
}

bool mw_signing_has_body(const struct mw_signing *signing, const struct mw_octets *canonical)
{
    unsigned char digest[MW_DIGEST_BYTES];
    size_t count = canonical->count;
    if (signing->body_hash_bytes != MW_DIGEST_BYTES || (signing->length >= 0 && (uint64_t)signing->length > count))
        return false;
    if (signing->length >= 0)
        count = (size_t)signing->length;
    mw_sha256(canonical->bytes, count, digest);
    return memcmp(digest, signing->body_hash, MW_DIGEST_BYTES) == 0;
}

/* --- keys ----------------------------------------------------------------------------------------------------------------------------------------- */

const char *mw_signing_key_flaw(const struct mw_signing *signing, const struct mw_dkim_key *key)
{
    const char *at = strstr(signing->algorithm, "-sha256");
    if (key->revoked)
        return N_("the key was revoked");
    if (!at || strlen(key->type) != (size_t)(at - signing->algorithm) || strncmp(signing->algorithm, key->type, strlen(key->type)) != 0)
        return N_("the key is of another type than the signature");
    if (strcmp(key->type, "rsa") == 0 && key->bits < RSA_LEAST_BITS)
        return N_("the key is shorter than 1024 bits");
    if (key->no_subdomains && signing->is_below)
        return N_("the key is not for subdomains (t=s), and i= is of one");
    return key->for_mail ? NULL : N_("the key is not for mail");
}

struct mw_opened {
    const struct mw_signing *signing;
    EVP_PKEY *key;
    bool is_rsa, is_of_key;
    unsigned char digest[MW_DIGEST_BYTES]; /* that was signed; for RSA, where is_of_key */
};

/* PKCS #1 version 1.5 gives the digest back, where the key is the right one (RFC 8017 section 8.2.2). */
static bool recover(struct mw_opened *opened)
{
    unsigned char found[1024];
    size_t room = sizeof found;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(opened->key, NULL);
    bool good = context && (size_t)EVP_PKEY_get_size(opened->key) <= sizeof found && EVP_PKEY_verify_recover_init(context) > 0 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) > 0 &&
                EVP_PKEY_verify_recover(context, found, &room, opened->signing->value, opened->signing->value_bytes) > 0 && room == MW_DIGEST_BYTES;
    if (good)
        memcpy(opened->digest, found, MW_DIGEST_BYTES);
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return good;
}

struct mw_opened *mw_signing_open(struct mw_arena *arena, const struct mw_signing *signing, const struct mw_dkim_key *key)
{
    struct mw_opened *opened = MW_NEW(arena, struct mw_opened);
    opened->signing = signing;
    opened->is_rsa = strcmp(key->type, "rsa") == 0;
    opened->key = opened->is_rsa ? mw_pkey_rsa(key->key, key->key_bytes) : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->key, key->key_bytes);
    if (!opened->key)
        return NULL;
    opened->is_of_key = !opened->is_rsa || recover(opened);
    return opened;
}

void mw_signing_close(struct mw_opened *opened)
{
    if (opened)
        EVP_PKEY_free(opened->key);
}

bool mw_signing_is_of_key(const struct mw_opened *opened)
{
    return opened->is_of_key;
}

/* RFC 8463 section 3: Ed25519 signs the digest itself. */
static bool signs_ed25519(const struct mw_opened *opened, const unsigned char digest[MW_DIGEST_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = EVP_DigestVerifyInit(context, NULL, NULL, NULL, opened->key) > 0 &&
                EVP_DigestVerify(context, opened->signing->value, opened->signing->value_bytes, digest, MW_DIGEST_BYTES) > 0;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return good;
}

bool mw_signing_signs(const struct mw_opened *opened, const unsigned char digest[MW_DIGEST_BYTES])
{
    if (!opened->is_rsa)
        return signs_ed25519(opened, digest);
    return opened->is_of_key && memcmp(opened->digest, digest, MW_DIGEST_BYTES) == 0;
}
