/* DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463). Reads the key itself with OpenSSL, as a verifier would. Never asks the DNS, never verifies a
 * message. */
#include "pkey.h"
#include "tags.h"

#include <mailwhy/dkim.h>
#include <mailwhy/lang.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <string.h>

#define ED25519_BYTES 32

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name && strchr(letters, *name) && strspn(name + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name + 1);
}

static bool check_list(const struct tags *tags, struct mw_flaw *flaw)
{
    if (tags->count == 0 || tags->left_out)
        return mw_flaw_is(flaw, N_("not a list of tags"), "");
    for (size_t i = 0; i < tags->count; i++) {
        const struct tag *tag = &tags->tag[i];
        if (!tag->name || !is_name(tag->name))
            return mw_flaw_is(flaw, N_("not a list of tags"), tag->text);
        if (mw_tags_times(tags, tag->name) > 1)
            return mw_flaw_is(flaw, N_("tag twice"), tag->name);
        if (strcmp(tag->name, "v") == 0 && strcmp(tag->value, "DKIM1") != 0)
            return mw_flaw_is(flaw, N_("v= is not DKIM1"), tag->value);
        if (strcmp(tag->name, "v") == 0 && i > 0)
            return mw_flaw_is(flaw, N_("v= is not the first tag"), tag->text);
    }
    return true;
}

/* Lists are parted by colons, with blanks around them (section 3.6.1). */
static struct mw_list list_of(struct mw_arena *arena, const struct tags *tags, const char *name)
{
    const char *value = mw_tags_get(tags, name);
    return value ? mw_text_split(arena, value, ": \t\r\n") : (struct mw_list){0};
}

/* SubjectPublicKeyInfo, as everybody publishes it, or RSAPublicKey, as the RFC says (its erratum 3017 tells of both). */
EVP_PKEY *mw_pkey_rsa(const unsigned char *key, size_t bytes)
{
    const unsigned char *at = key;
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)bytes);
    if (!pkey) {
        at = key;
        pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)bytes);
    }
    ERR_clear_error();
    if (pkey && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA)
        return pkey;
    EVP_PKEY_free(pkey);
    return NULL;
}

static int rsa_bits(const unsigned char *key, size_t bytes)
{
    EVP_PKEY *pkey = mw_pkey_rsa(key, bytes);
    int bits = pkey ? EVP_PKEY_get_bits(pkey) : 0;
    EVP_PKEY_free(pkey);
    return bits;
}

static bool read_key(struct mw_arena *arena, const char *value, struct mw_dkim_key *key, struct mw_flaw *flaw)
{
    unsigned char *bytes = NULL;
    long count = mw_base64_read(arena, value, &bytes);
    if (count < 0)
        return mw_flaw_is(flaw, N_("p= is not base64"), value);
    key->revoked = count == 0;
    key->key = bytes;
    key->key_bytes = (size_t)count;
    if (key->revoked)
        return true;
    if (strcmp(key->type, "ed25519") == 0) {
        key->bits = 256;
        return count == ED25519_BYTES || mw_flaw_is(flaw, N_("Ed25519 key is not 32 bytes"), value);
    }
    key->bits = rsa_bits(bytes, (size_t)count);
    return key->bits || mw_flaw_is(flaw, N_("key is not an RSA public key"), value);
}

static bool read_type(const struct tags *tags, struct mw_dkim_key *key, struct mw_flaw *flaw)
{
    static const char *const types[] = {"rsa", "ed25519"};
    const char *type = mw_tags_get(tags, "k");
    for (size_t i = 0; i < MW_COUNT(types); i++)
        if (mw_text_same(type ? type : "rsa", types[i]))
            key->type = types[i];
    return key->type || mw_flaw_is(flaw, N_("unknown key type"), type);
}

const struct mw_dkim_key *mw_dkim_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    struct mw_dkim_key *key = MW_NEW(arena, struct mw_dkim_key);
    if (!check_list(tags, flaw) || !read_type(tags, key, flaw))
        return NULL;
    const char *data = mw_tags_get(tags, "p"), *note = mw_tags_get(tags, "n");
    if (!data) {
        mw_flaw_is(flaw, N_("no p= tag"), "");
        return NULL;
    }
    if (!read_key(arena, data, key, flaw))
        return NULL;
    key->note = note ? note : "";
    key->hashes = list_of(arena, tags, "h");
    if (key->hashes.count && !mw_list_has(&key->hashes, "sha256")) { /* RFC 8301 section 3.1: SHA-1 is no longer accepted */
        mw_flaw_is(flaw, N_("no hash that verifiers accept"), mw_tags_get(tags, "h"));
        return NULL;
    }
    struct mw_list flags = list_of(arena, tags, "t"), services = list_of(arena, tags, "s");
    key->testing = mw_list_has(&flags, "y");
    key->no_subdomains = mw_list_has(&flags, "s");
    key->for_mail = !services.count || mw_list_has(&services, "*") || mw_list_has(&services, "email");
    return key;
}
