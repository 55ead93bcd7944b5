/* Verifies DKIM signatures by libopendkim, loaded at first use as libgsasl is. Never asks the DNS itself. RFC 6376. */
#include <mailwhy/signature.h>

#include <dlfcn.h>
#include <opendkim/dkim.h>
#include <stdio.h>
#include <string.h>

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

/* --- one message --------------------------------------------------------------------------------------------------------------------------------- */

static size_t line_bytes(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return end ? (size_t)(end - bytes) + 1 : count;
}

static size_t without_line_end(const char *bytes, size_t count)
{
    while (count && (bytes[count - 1] == '\n' || bytes[count - 1] == '\r'))
        count--;
    return count;
}

/* Fields with the lines that continue them; returns where the body begins. */
static size_t feed_header(DKIM *dkim, const char *bytes, size_t count)
{
    size_t at = 0;
    while (at < count && bytes[at] != '\r' && bytes[at] != '\n') {
        size_t length = line_bytes(bytes + at, count - at);
        while (at + length < count && (bytes[at + length] == ' ' || bytes[at + length] == '\t'))
            length += line_bytes(bytes + at + length, count - at - length);
        lib.header(dkim, (unsigned char *)bytes + at, without_line_end(bytes + at, length));
        at += length;
    }
    return at + line_bytes(bytes + at, count - at);
}

static const char *verdict_of(DKIM_SIGINFO *signature)
{
    /* clang-format off */
    static const struct { int error; const char *verdict; } verdicts[] = {
        {DKIM_SIGERROR_EXPIRED, MW_SIGNATURE_EXPIRED}, {DKIM_SIGERROR_FUTURE, MW_SIGNATURE_FUTURE}, {DKIM_SIGERROR_NOKEY, MW_SIGNATURE_NO_KEY},
        {DKIM_SIGERROR_KEYFAIL, MW_SIGNATURE_UNTESTED}, {DKIM_SIGERROR_DNSSYNTAX, MW_SIGNATURE_BAD_KEY}, {DKIM_SIGERROR_MULTIREPLY, MW_SIGNATURE_BAD_KEY},
        {DKIM_SIGERROR_KEYVERSION, MW_SIGNATURE_BAD_KEY}, {DKIM_SIGERROR_KEYUNKNOWNHASH, MW_SIGNATURE_BAD_KEY},
        {DKIM_SIGERROR_KEYHASHMISMATCH, MW_SIGNATURE_BAD_KEY}, {DKIM_SIGERROR_NOTEMAILKEY, MW_SIGNATURE_BAD_KEY},
        {DKIM_SIGERROR_KEYTYPEMISSING, MW_SIGNATURE_BAD_KEY},
        {DKIM_SIGERROR_KEYTYPEUNKNOWN, MW_SIGNATURE_BAD_KEY}, {DKIM_SIGERROR_KEYREVOKED, MW_SIGNATURE_BAD_KEY}, {DKIM_SIGERROR_KEYDECODE, MW_SIGNATURE_BAD_KEY},
        {DKIM_SIGERROR_KEYTOOSMALL, MW_SIGNATURE_BAD_KEY}, {DKIM_SIGERROR_BADSIG, MW_SIGNATURE_HEADER},
    };
    /* clang-format on */
    int error = lib.sig_geterror(signature), body = lib.sig_getbh(signature);
    if (body == DKIM_SIGBH_MISMATCH && (error == DKIM_SIGERROR_OK || error == DKIM_SIGERROR_BADSIG || error == DKIM_SIGERROR_UNKNOWN))
        return MW_SIGNATURE_BODY;
    for (size_t i = 0; i < MW_COUNT(verdicts); i++)
        if (verdicts[i].error == error)
            return verdicts[i].verdict;
    bool passed = lib.sig_getflags(signature) & DKIM_SIGFLAG_PASSED && body == DKIM_SIGBH_MATCH;
    return passed ? MW_SIGNATURE_PASS : error == DKIM_SIGERROR_UNKNOWN ? MW_SIGNATURE_UNTESTED : MW_SIGNATURE_FLAWED;
}

static size_t collect(DKIM *dkim, struct mw_arena *arena, struct mw_signature signatures[MW_SIGNATURES])
{
    DKIM_SIGINFO **found = NULL;
    int number = 0;
    size_t count = 0;
    if (lib.getsiglist(dkim, &found, &number) != DKIM_STAT_OK)
        return 0;
    for (int i = 0; i < number && count < MW_SIGNATURES; i++) {
        const unsigned char *domain = lib.sig_getdomain(found[i]);
        const char *name = domain ? mw_text_safe(arena, domain, strlen((const char *)domain), 300) : "";
        lib.sig_process(dkim, found[i]); /* those behind one that passed too */
        signatures[count++] = (struct mw_signature){name_of(arena, found[i]), mw_text_lower(arena, name), verdict_of(found[i])};
    }
    return count;
}

static size_t untested(struct mw_arena *arena, const struct mw_signature_key *keys, size_t count, struct mw_signature signatures[MW_SIGNATURES])
{
    for (size_t i = 0; i < count && i < MW_SIGNATURES; i++) {
        const char *at = strstr(keys[i].name, "._domainkey.");
        signatures[i] = (struct mw_signature){keys[i].name, mw_strdup(arena, at ? at + strlen("._domainkey.") : ""), MW_SIGNATURE_UNTESTED};
    }
    return count < MW_SIGNATURES ? count : MW_SIGNATURES;
}

size_t mw_signatures_verify(struct mw_arena *arena, const char *bytes, size_t count, const struct mw_signature_key *keys, size_t key_count,
                            struct mw_signature signatures[MW_SIGNATURES])
{
    DKIM_STAT status;
    struct keys known = {arena, keys, key_count};
    DKIM *dkim = load_library() ? lib.verify(lib.handle, (const unsigned char *)"mailwhy", NULL, &status) : NULL;
    if (!dkim)
        return untested(arena, keys, key_count, signatures);
    lib.set_user_context(dkim, &known);
    size_t body = feed_header(dkim, bytes, count);
    lib.eoh(dkim);
    if (body < count)
        lib.body(dkim, (unsigned char *)bytes + body, count - body);
    lib.eom(dkim, NULL);
    size_t found = collect(dkim, arena, signatures);
    lib.free(dkim);
    return found;
}
