/* Verifies DKIM signatures by libopendkim, loaded at first use as libgsasl is, and says why one does not hold. Never asks the DNS itself. RFC 6376, RFC 8301,
 * RFC 8463. */
#include <mailwhy/signature.h>

#include <mailwhy/lang.h>

#include <dlfcn.h>
#include <opendkim/dkim.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef DKIM_CBSTAT key_lookup(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *buffer, size_t room);

static struct {
    DKIM_LIB *handle;
    DKIM_LIB *(*init)(void *(*take)(void *, size_t), void (*give)(void *, void *));
    DKIM_STAT (*set_key_lookup)(DKIM_LIB *library, key_lookup *lookup);
    DKIM *(*verify)(DKIM_LIB *library, const unsigned char *id, void *closure, DKIM_STAT *status);
    DKIM_STAT (*set_user_context)(DKIM *dkim, void *context);
    void *(*get_user_context)(DKIM *dkim);
    DKIM_STAT (*header)(DKIM *dkim, unsigned char *field, size_t count);
    DKIM_STAT (*eoh)(DKIM *dkim);
    DKIM_STAT (*body)(DKIM *dkim, unsigned char *bytes, size_t count);
    DKIM_STAT (*eom)(DKIM *dkim, bool *testing);
    DKIM_STAT (*getsiglist)(DKIM *dkim, DKIM_SIGINFO ***signatures, int *count);
    DKIM_STAT (*sig_process)(DKIM *dkim, DKIM_SIGINFO *signature);
    int (*sig_geterror)(DKIM_SIGINFO *signature);
    int (*sig_getbh)(DKIM_SIGINFO *signature);
    unsigned int (*sig_getflags)(DKIM_SIGINFO *signature);
    unsigned char *(*sig_getdomain)(DKIM_SIGINFO *signature);
    unsigned char *(*sig_getselector)(DKIM_SIGINFO *signature);
    DKIM_STAT (*free)(DKIM *dkim);
} lib;

static bool find_symbols(void *library)
{
    /* clang-format off */
    const struct { const char *name; void *into; } symbols[] = {
        {"dkim_init", &lib.init}, {"dkim_set_key_lookup", &lib.set_key_lookup}, {"dkim_verify", &lib.verify}, {"dkim_set_user_context", &lib.set_user_context},
        {"dkim_get_user_context", &lib.get_user_context}, {"dkim_header", &lib.header}, {"dkim_eoh", &lib.eoh}, {"dkim_body", &lib.body}, {"dkim_eom", &lib.eom},
        {"dkim_getsiglist", &lib.getsiglist}, {"dkim_sig_process", &lib.sig_process}, {"dkim_sig_geterror", &lib.sig_geterror}, {"dkim_sig_getbh", &lib.sig_getbh},
        {"dkim_sig_getflags", &lib.sig_getflags}, {"dkim_sig_getdomain", &lib.sig_getdomain}, {"dkim_sig_getselector", &lib.sig_getselector},
        {"dkim_free", &lib.free},
    };
    /* clang-format on */
    for (size_t i = 0; i < MW_COUNT(symbols); i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol)
            return false;
        memcpy(symbols[i].into, &symbol, sizeof symbol); /* POSIX: a function's address through a void pointer */
    }
    return true;
}

struct keys {
    struct mw_arena *arena;
    const struct mw_signature_key *items;
    size_t count;
};

static const char *name_of(struct mw_arena *arena, DKIM_SIGINFO *signature)
{
    const unsigned char *selector = lib.sig_getselector(signature), *domain = lib.sig_getdomain(signature);
    const char *name = mw_printf(arena, "%s._domainkey.%s", selector ? (const char *)selector : "", domain ? (const char *)domain : "");
    return mw_text_lower(arena, mw_text_safe(arena, name, strlen(name), 500));
}

static DKIM_CBSTAT look_up_key(DKIM *dkim, DKIM_SIGINFO *signature, unsigned char *buffer, size_t room)
{
    const struct keys *keys = lib.get_user_context(dkim);
    const char *name = name_of(keys->arena, signature);
    for (size_t i = 0; i < keys->count; i++) {
        const struct mw_signature_key *key = &keys->items[i];
        if (!mw_text_same(key->name, name))
            continue;
        if (!key->record)
            return key->unknown ? DKIM_CBSTAT_ERROR : DKIM_CBSTAT_NOTFOUND;
        snprintf((char *)buffer, room, "%s", key->record);
        return DKIM_CBSTAT_CONTINUE;
    }
    return DKIM_CBSTAT_ERROR;
}

static bool load_library(void)
{
    if (lib.handle)
        return true;
    void *library = dlopen("libopendkim.so.11", RTLD_NOW | RTLD_LOCAL);
    if (!library || !find_symbols(library))
        return false;
    lib.handle = lib.init(NULL, NULL);
    return lib.handle && lib.set_key_lookup(lib.handle, look_up_key) == DKIM_STAT_OK;
}

/* --- the library's word --------------------------------------------------------------------------------------------------------------------------- */

struct word {
    const char *key;
    bool holds, was_timely;
    bool used;
};

/* Is what the library has against the signature its time alone? */
static bool is_of_time(int error)
{
    return error == DKIM_SIGERROR_EXPIRED || error == DKIM_SIGERROR_FUTURE || error == DKIM_SIGERROR_TIMESTAMPS;
}

static size_t collect(DKIM *dkim, struct mw_arena *arena, struct word words[MW_SIGNATURES])
{
    DKIM_SIGINFO **found = NULL;
    int number = 0;
    size_t count = 0;
    if (lib.getsiglist(dkim, &found, &number) != DKIM_STAT_OK)
        return 0;
    for (int i = 0; i < number && count < MW_SIGNATURES; i++) {
        lib.sig_process(dkim, found[i]); /* those behind one that passed too */
        int error = lib.sig_geterror(found[i]);
        bool holds = error == DKIM_SIGERROR_OK && lib.sig_getflags(found[i]) & DKIM_SIGFLAG_PASSED && lib.sig_getbh(found[i]) == DKIM_SIGBH_MATCH;
        words[count++] = (struct word){name_of(arena, found[i]), holds, !is_of_time(error), false};
    }
    return count;
}

static size_t ask_library(struct mw_arena *arena, const struct mw_raw *raw, struct keys *keys, struct word words[MW_SIGNATURES])
{
    DKIM_STAT status;
    DKIM *dkim = load_library() ? lib.verify(lib.handle, (const unsigned char *)"mailwhy", NULL, &status) : NULL;
    if (!dkim)
        return 0;
    lib.set_user_context(dkim, keys);
    for (size_t i = 0; i < raw->count; i++)
        lib.header(dkim, (unsigned char *)(uintptr_t)raw->fields[i].bytes, raw->fields[i].count);
    lib.eoh(dkim);
    if (raw->body_bytes)
        lib.body(dkim, (unsigned char *)(uintptr_t)raw->body, raw->body_bytes);
    if (raw->body_bytes && raw->body[raw->body_bytes - 1] != '\n') /* its relaxed form does not end the last line by itself (RFC 6376 section 3.4.4) */
        lib.body(dkim, (unsigned char *)(uintptr_t)"\r\n", 2);
    lib.eom(dkim, NULL);
    size_t count = collect(dkim, arena, words);
    lib.free(dkim);
    return count;
}

/* --- one signature -------------------------------------------------------------------------------------------------------------------------------- */

#define CLOCKS_APART_S 300 /* a signer's clock may be ahead by so much */

struct message {
    struct mw_arena *arena;
    const struct mw_raw *raw;
    const struct mw_signature_key *keys;
    size_t key_count;
    int64_t received;
    struct mw_octets body[2]; /* canonical, by form; made when first wanted */
    struct word words[MW_SIGNATURES];
    size_t word_count;
};

static const struct mw_octets *body_of(struct message *message, enum mw_canonical form)
{
    if (!message->body[form].bytes)
        mw_canonical_body(message->arena, message->raw->body, message->raw->body_bytes, form, &message->body[form]);
    return &message->body[form];
}

/* Signatures of one key are told apart by their order. */
static const struct word *word_on(struct message *message, const char *key)
{
    for (size_t i = 0; i < message->word_count; i++)
        if (!message->words[i].used && mw_text_same(message->words[i].key, key)) {
            message->words[i].used = true;
            return &message->words[i];
        }
    return NULL;
}

static const char *verdict_is(struct mw_signature *signature, const char *verdict, const char *why, const char *where)
{
    signature->verdict = verdict;
    signature->why = why;
    signature->where = where ? where : "";
    return verdict;
}

/* NULL: the key is not one to check with, and the verdict says why. */
static const struct mw_dkim_key *usable_key(const struct message *message, const struct mw_signing *signing, struct mw_signature *signature)
{
    struct mw_flaw flaw = {.where = ""};
    const struct mw_signature_key *found = mw_signature_key_of(message->keys, message->key_count, signing->key);
    if (!found || found->unknown)
        verdict_is(signature, MW_SIGNATURE_UNTESTED, N_("the key could not be looked up"), "");
    if (found && !found->unknown && !found->record)
        verdict_is(signature, MW_SIGNATURE_NO_KEY, N_("the key is not published"), "");
    if (!found || found->unknown || !found->record)
        return NULL;
    const struct mw_dkim_key *key = mw_dkim_read(message->arena, found->record, &flaw);
    const char *why = key ? mw_signing_key_flaw(signing, key) : flaw.why;
    if (why)
        verdict_is(signature, MW_SIGNATURE_BAD_KEY, why, flaw.where);
    return why ? NULL : key;
}

static void find_absent(const struct message *message, const struct mw_signing *signing, struct mw_signature *signature)
{
    for (size_t i = 0; i < signing->names.count; i++) {
        const char *name = mw_text_safe(message->arena, signing->names.items[i], strlen(signing->names.items[i]), 100);
        if (*name && mw_raw_next(message->raw, name, 0) == message->raw->count && !mw_list_has(&signature->absent, name))
            mw_list_add(message->arena, &signature->absent, name);
    }
}

/* Body and header fail for themselves, so what was changed in each is looked for. */
static void weigh(struct message *message, const struct mw_signing *signing, const struct mw_dkim_key *key, struct mw_signature *signature)
{
    unsigned char digest[MW_DIGEST_BYTES];
    struct mw_pieces pieces;
    struct mw_opened *opened = mw_signing_open(message->arena, signing, key);
    const struct mw_octets *body = body_of(message, signing->body);
    if (!opened) {
        verdict_is(signature, MW_SIGNATURE_BAD_KEY, N_("the key cannot be used"), "");
        return;
    }
    mw_signing_pieces(message->arena, message->raw, signing, &pieces);
    mw_pieces_digest(&pieces, digest);
    bool header = mw_signing_signs(opened, digest), same_body = mw_signing_has_body(signing, body), of_key = mw_signing_is_of_key(opened);
    verdict_is(signature, header && same_body ? MW_SIGNATURE_PASS : !of_key ? MW_SIGNATURE_OTHER_KEY : same_body ? MW_SIGNATURE_HEADER : MW_SIGNATURE_BODY, "", "");
    if (!header && of_key)
        signature->change_count = mw_altered_header(message->arena, message->raw, signing, opened, signature->changes);
    if (!same_body && of_key && signature->change_count < MW_ALTERATIONS)
        signature->change_count += mw_altered_body(message->arena, message->raw, signing, &signature->changes[signature->change_count]);
    if (signing->length >= 0 && (uint64_t)signing->length < body->count)
        signature->uncovered = (int64_t)body->count - signing->length;
    mw_signing_close(opened);
}

/* By the time of arrival: a signature that ran out since was good. */
static void look_at_times(const struct message *message, const struct mw_signing *signing, struct mw_signature *signature)
{
    bool over = signing->until >= 0 && signing->until < message->received;
    bool early = signing->at >= 0 && signing->at > message->received + CLOCKS_APART_S;
    if (!over && !early)
        return;
    signature->holds_but_for_time = mw_text_same(signature->verdict, MW_SIGNATURE_PASS);
    if (signature->holds_but_for_time)
        verdict_is(signature, over ? MW_SIGNATURE_EXPIRED : MW_SIGNATURE_FUTURE, "", mw_time_text(message->arena, over ? signing->until : signing->at));
}

/* What the library refuses though it fits is refused elsewhere too. It knows Ed25519 only where it was built so, and takes today for the day of arrival. */
static void hear_library(struct message *message, const struct mw_signing *signing, struct mw_signature *signature)
{
    const struct word *word = word_on(message, signing->key);
    bool passes = mw_text_same(signature->verdict, MW_SIGNATURE_PASS);
    if (!word || strcmp(signing->algorithm, "rsa-sha256") != 0 || !passes)
        return;
    if (!word->holds && word->was_timely)
        verdict_is(signature, MW_SIGNATURE_FLAWED, N_("libopendkim refuses it"), "");
}

static void verify_one(struct message *message, size_t field, struct mw_signature *signature)
{
    struct mw_signing signing;
    struct mw_flaw flaw;
    bool good = mw_signing_read(message->arena, message->raw, field, MW_DKIM_SIGNATURE, &signing, &flaw);
    const char *domain = signing.domain ? mw_text_lower(message->arena, mw_text_safe(message->arena, signing.domain, strlen(signing.domain), 300)) : "";
    const char *algorithm = signing.algorithm ? mw_text_safe(message->arena, signing.algorithm, strlen(signing.algorithm), 100) : "";
    *signature = (struct mw_signature){.key = signing.key ? signing.key : "", .domain = domain, .algorithm = algorithm};
    if (!good) {
        verdict_is(signature, MW_SIGNATURE_FLAWED, flaw.why, flaw.where);
        return;
    }
    find_absent(message, &signing, signature);
    if (!mw_signing_is_accepted(&signing)) {
        verdict_is(signature, MW_SIGNATURE_ALGORITHM, N_("an algorithm that verifiers do not take"), algorithm);
        return;
    }
    const struct mw_dkim_key *key = usable_key(message, &signing, signature);
    if (key)
        weigh(message, &signing, key, signature);
    hear_library(message, &signing, signature);
    look_at_times(message, &signing, signature);
}

size_t mw_signatures_verify(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signature_key *keys, size_t key_count, int64_t received,
                            struct mw_signature signatures[MW_SIGNATURES])
{
    struct keys known = {arena, keys, key_count};
    struct message *message = MW_NEW(arena, struct message);
    *message = (struct message){.arena = arena, .raw = raw, .keys = keys, .key_count = key_count, .received = received ? received : (int64_t)time(NULL)};
    message->word_count = ask_library(arena, raw, &known, message->words);
    size_t count = 0;
    for (size_t i = 0; (i = mw_raw_next(raw, "DKIM-Signature", i)) < raw->count && count < MW_SIGNATURES; i++)
        verify_one(message, i, &signatures[count++]);
    return count;
}
