/* SASL: the choice of a mechanism, and the exchange, by libgsasl, which is loaded at first use; OAUTHBEARER and XOAUTH2 are two strings of ours. RFC 4422, 4616
 * (PLAIN), 5802 and 7677 (SCRAM), 5929 and 9266 (channel binding), 2195 (CRAM-MD5), 7628 (OAUTHBEARER), 4013 (SASLprep).
 *
 * It never tells a secret, and never sends one that was not understood: credentials that a mechanism cannot carry are not given to it. */
#include "sasl.h"

#include <dlfcn.h>
#include <gsasl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CHALLENGE_CEILING 8192u
#define SHOWN_CEILING 300u

/* --- the library: with Kerberos behind it, it would cost every run a megabyte ----------------------------------------------------------------------- */

static struct {
    Gsasl *context;
    int (*init)(Gsasl **context);
    int (*start)(Gsasl *context, const char *mechanism, Gsasl_session **session);
    int (*set)(Gsasl_session *session, Gsasl_property property, const char *text);
    int (*step)(Gsasl_session *session, const char *input, char **output);
    int (*prepare)(const char *text, Gsasl_saslprep_flags flags, char **prepared, int *why);
    void (*finish)(Gsasl_session *session);
    void (*release)(void *memory);
} sasl;

static bool find_symbol(void *library, const char *name, void *into)
{
    void *symbol = dlsym(library, name);
    memcpy(into, &symbol, sizeof(symbol)); /* POSIX: a function's address through a void pointer */
    return symbol != NULL;
}

static bool load_library(void)
{
    if (sasl.context) {
        return true;
    }
    void *library = dlopen("libgsasl.so.18", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        return false;
    }
    bool whole = find_symbol(library, "gsasl_init", &sasl.init) && find_symbol(library, "gsasl_client_start", &sasl.start) &&
                 find_symbol(library, "gsasl_property_set", &sasl.set) && find_symbol(library, "gsasl_step64", &sasl.step) &&
                 find_symbol(library, "gsasl_saslprep", &sasl.prepare) && find_symbol(library, "gsasl_finish", &sasl.finish) &&
                 find_symbol(library, "gsasl_free", &sasl.release);
    return whole && sasl.init(&sasl.context) == GSASL_OK;
}

/* --- what can be sent ------------------------------------------------------------------------------------------------------------------------- */

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

/* RFC 6750 section 2.1: visible ASCII. */
static bool is_token(const char *text)
{
    const char *at = text;
    while (*at > 0x20 && *at < 0x7F) {
        at++;
    }
    return *text && !*at;
}

const char *mw_sasl_flaw(const struct mw_asked *asked)
{
    const char *user = mw_login_user(asked), *secret = asked->token ? asked->token : asked->password;
    if (!*user || !*secret) {
        return MW_LOGIN_EMPTY;
    }
    if (has_control(user) || has_control(secret)) {
        return MW_LOGIN_CONTROL_BYTES;
    }
    if (!mw_text_is_utf8(user, strlen(user)) || !mw_text_is_utf8(secret, strlen(secret))) {
        return MW_LOGIN_NOT_UTF8;
    }
    return asked->token && !is_token(asked->token) ? MW_LOGIN_NO_TOKEN : NULL;
}

/* SCRAM reckons with the prepared form (RFC 5802 section 2.2), which not every text has: one with a sign that is younger than Unicode 3.2 has none. */
static bool has_prepared_form(const char *text)
{
    char *prepared = NULL;
    bool has = sasl.prepare(text, (Gsasl_saslprep_flags)0, &prepared, NULL) == GSASL_OK;
    if (prepared) {
        explicit_bzero(prepared, strlen(prepared));
        sasl.release(prepared);
    }
    return has;
}

/* --- the mechanism ---------------------------------------------------------------------------------------------------------------------------- */

enum trait {
    FIRST = 1,    /* the client speaks first */
    SHOWS = 2,    /* the secret, to whoever reads along without TLS */
    BINDS = 4,    /* to the TLS connection: nobody in between can pass it on */
    PREPARES = 8, /* needs SASLprep */
    TOKEN = 16    /* takes an access token, not a password */
};

struct mechanism {
    const char *name;
    unsigned traits;
};

/* clang-format off */
/* Strongest first. CRAM-MD5 stands behind PLAIN: inside TLS it protects nothing, and it fails with right passwords wherever they are stored hashed. */
static const struct mechanism mechanisms[] = {
    {"SCRAM-SHA-256-PLUS", FIRST | PREPARES | BINDS},
    {"SCRAM-SHA-1-PLUS",   FIRST | PREPARES | BINDS},
    {"SCRAM-SHA-256",      FIRST | PREPARES},
    {"SCRAM-SHA-1",        FIRST | PREPARES},
    {"PLAIN",              FIRST | SHOWS},
    {"LOGIN",              SHOWS},
    {"CRAM-MD5",           0},
    {"OAUTHBEARER",        FIRST | SHOWS | TOKEN},
    {"XOAUTH2",            FIRST | SHOWS | TOKEN},
};
/* clang-format on */

/* What this login can do with a mechanism. */
struct means {
    bool token, encrypted, prepared;
    const char *binding, *binding_type; /* NULL: none */
};

static struct means means_of(struct mw_talk *talk)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    struct means means = {.token = asked->token, .encrypted = mw_talk_is_encrypted(talk)};
    means.prepared = !means.token && has_prepared_form(mw_login_user(asked)) && has_prepared_form(asked->password);
    means.binding = means.encrypted ? mw_talk_channel_binding(talk, &means.binding_type) : NULL;
    return means;
}

static bool can_use(const struct mechanism *mechanism, const struct means *means)
{
    unsigned traits = mechanism->traits;
    return !(traits & TOKEN) == !means->token && (means->binding || !(traits & BINDS)) && (means->prepared || !(traits & PREPARES));
}

static bool is_offered(const struct mw_list *offered, const char *name)
{
    for (size_t i = 0; i < offered->count; i++) {
        if (mw_text_same(offered->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* Without TLS one that hides the secret goes before one that shows it. */
static const struct mechanism *choose(const struct mw_list *offered, const struct means *means)
{
    for (int may_show = means->encrypted; may_show <= 1; may_show++) {
        for (size_t i = 0; i < MW_COUNT(mechanisms); i++) {
            bool fits = (may_show || !(mechanisms[i].traits & SHOWS)) && can_use(&mechanisms[i], means);
            if (fits && is_offered(offered, mechanisms[i].name)) {
                return &mechanisms[i];
            }
        }
    }
    return NULL;
}

/* The first that is offered and stronger than the chosen one, though it could not be used; NULL: none. */
static const char *passed_over(const struct mw_list *offered, const struct mechanism *chosen, const struct means *means)
{
    for (const struct mechanism *one = mechanisms; one < chosen; one++) {
        bool of_kind = !(one->traits & TOKEN) == !means->token;
        if (of_kind && is_offered(offered, one->name) && !can_use(one, means)) {
            return one->name;
        }
    }
    return NULL;
}

static const char *why_it(struct mw_talk *talk, const struct mw_list *offered, const struct mechanism *chosen, const struct means *means)
{
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *list = mw_list_join(arena, offered, " "), *stronger = passed_over(offered, chosen, means);
    const char *bound = chosen->traits & BINDS ? mw_printf(arena, ", bound to the connection by %s", means->binding_type) : "";
    if (!stronger) {
        return mw_printf(arena, "strongest of %s%s", list, bound);
    }
    const char *lack = means->prepared ? "this connection cannot be bound to" : "the password or the name has no prepared form (SASLprep)";
    return mw_printf(arena, "strongest usable of %s; not %s: %s", list, stronger, lack);
}

static bool begin(struct mw_login *login, const struct mw_asked *asked, const struct means *means, unsigned traits)
{
    Gsasl_session *session = NULL;
    if (sasl.start(sasl.context, login->mechanism, &session) != GSASL_OK) {
        return false;
    }
    login->session = session;
    Gsasl_property property = mw_text_same(means->binding_type, "tls-exporter") ? GSASL_CB_TLS_EXPORTER : GSASL_CB_TLS_UNIQUE;
    bool bound = !(traits & BINDS) || sasl.set(session, property, means->binding) == GSASL_OK;
    return bound && sasl.set(session, GSASL_AUTHID, mw_login_user(asked)) == GSASL_OK && sasl.set(session, GSASL_PASSWORD, asked->password) == GSASL_OK;
}

bool mw_sasl_start(struct mw_talk *talk, const struct mw_list *offered, struct mw_login *login)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    if (!asked->token && !load_library()) {
        return false;
    }
    struct means means = means_of(talk);
    const struct mechanism *mechanism = choose(offered, &means);
    if (!mechanism) {
        return false;
    }
    login->mechanism = mechanism->name;
    login->speaks_first = mechanism->traits & FIRST;
    login->takes_token = mechanism->traits & TOKEN;
    login->why = why_it(talk, offered, mechanism, &means);
    if (login->takes_token || begin(login, asked, &means, mechanism->traits)) {
        return true;
    }
    mw_sasl_end(login);
    return false;
}

void mw_sasl_end(struct mw_login *login)
{
    if (login->session) {
        sasl.finish(login->session);
        login->session = NULL;
    }
}

/* --- the exchange with a password ------------------------------------------------------------------------------------------------------------ */

/* NULL: libgsasl refuses what the server said. */
static const char *step(struct mw_talk *talk, struct mw_login *login, const char *input)
{
    char *output = NULL;
    int end = login->session ? sasl.step(login->session, input, &output) : GSASL_NO_CLIENT_CODE;
    const char *answer = end == GSASL_OK || end == GSASL_NEEDS_MORE ? mw_strdup(mw_talk_look(talk)->arena, output ? output : "") : NULL;
    if (output) {
        explicit_bzero(output, strlen(output));
        sasl.release(output);
    }
    return answer;
}

/* --- the exchange with a token --------------------------------------------------------------------------------------------------------------- */

/* RFC 5801 section 4: a comma and an equals sign in a name. */
static const char *gs2_name(struct mw_arena *arena, const char *user)
{
    char *name = mw_alloc(arena, 3 * strlen(user) + 1), *at = name;
    for (; *user; user++) {
        if (*user == ',' || *user == '=') {
            memcpy(at, *user == ',' ? "=2C" : "=3D", 3);
            at += 3;
            continue;
        }
        *at++ = *user;
    }
    return name;
}

static const char *token_words(struct mw_talk *talk, const struct mw_login *login)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *user = mw_login_user(asked), *host = mw_talk_host(talk);
    const char *words = mw_printf(arena, "user=%s\1auth=Bearer %s\1\1", user, asked->token);
    if (mw_text_same(login->mechanism, "OAUTHBEARER")) { /* RFC 7628 section 3.1 */
        words = mw_printf(arena, "n,a=%s,\1host=%s\1port=%d\1auth=Bearer %s\1\1", gs2_name(arena, user), host, mw_talk_port(talk), asked->token);
    }
    return mw_base64_text(arena, words, strlen(words));
}

/* The reason of a refused token: {"status":"invalid_token", …} (RFC 7628 section 3.2.2). */
static void read_reason(struct mw_talk *talk, struct mw_login *login, const char *challenge)
{
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    unsigned char *bytes = NULL;
    long count = mw_base64_read(arena, challenge, &bytes);
    json_t *reason = count > 0 ? json_loadb((const char *)bytes, (size_t)count, 0, NULL) : NULL;
    const json_t *status = json_object_get(reason, "status");
    const char *words = json_string_value(status);
    login->oauth_words = count > 0 ? mw_text_safe(arena, bytes, (size_t)count, SHOWN_CEILING) : NULL;
    login->oauth_status = words ? mw_text_safe(arena, words, strlen(words), SHOWN_CEILING) : "not said";
    if (json_is_integer(status)) {
        login->oauth_status = mw_printf(arena, "%lld", (long long)json_integer_value(status));
    }
    json_decref(reason);
}

/* The server waits for this before it refuses: nothing (XOAUTH2), or one byte 1 (RFC 7628 section 3.2.3). */
static const char *take_reason(struct mw_talk *talk, struct mw_login *login, const char *challenge)
{
    read_reason(talk, login, challenge);
    return mw_text_same(login->mechanism, "XOAUTH2") ? "" : "AQ==";
}

/* --- both ------------------------------------------------------------------------------------------------------------------------------------ */

static const char *first_words(struct mw_talk *talk, struct mw_login *login)
{
    login->has_spoken = true;
    return login->takes_token ? token_words(talk, login) : step(talk, login, NULL);
}

/* Servers echo what they do not understand. */
static const char *to_be_hidden(struct mw_talk *talk, const char *answer)
{
    mw_facts_secret(mw_talk_look(talk)->facts, answer);
    return answer;
}

const char *mw_login_first(struct mw_talk *talk, struct mw_login *login)
{
    const char *answer = first_words(talk, login);
    return answer && *answer ? to_be_hidden(talk, answer) : "="; /* RFC 4954 section 4 */
}

/* SCRAM's verdict comes as a challenge, and the protocol's own behind an empty answer. */
static bool is_scram_error(struct mw_talk *talk, struct mw_login *login, const char *challenge)
{
    unsigned char *bytes = NULL;
    long count = mw_text_starts(login->mechanism, "SCRAM-") ? mw_base64_read(mw_talk_look(talk)->arena, challenge, &bytes) : -1;
    if (count < 2 || bytes[0] != 'e' || bytes[1] != '=') {
        return false;
    }
    login->scram_error = mw_text_safe(mw_talk_look(talk)->arena, bytes, (size_t)count, SHOWN_CEILING);
    return true;
}

static const char *answer_to(struct mw_talk *talk, struct mw_login *login, const char *challenge)
{
    if (strlen(challenge) > CHALLENGE_CEILING) {
        return NULL;
    }
    if (!login->has_spoken && login->speaks_first && !*challenge) {
        return first_words(talk, login);
    }
    if (login->takes_token) {
        return login->oauth_status ? NULL : take_reason(talk, login, challenge);
    }
    if (is_scram_error(talk, login, challenge)) {
        return "";
    }
    return step(talk, login, *challenge ? challenge : NULL);
}

const char *mw_login_answer(struct mw_talk *talk, struct mw_login *login, const char *challenge)
{
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *words = mw_text_trim(arena, challenge); /* an empty challenge is a blank with some servers */
    const char *answer = answer_to(talk, login, words);
    if (!answer) {
        unsigned char *bytes = NULL;
        long count = mw_base64_read(arena, words, &bytes);
        login->cancelled = count > 0 ? mw_text_safe(arena, bytes, (size_t)count, SHOWN_CEILING) : mw_text_safe(arena, words, strlen(words), SHOWN_CEILING);
    }
    return answer ? to_be_hidden(talk, answer) : "*";
}
