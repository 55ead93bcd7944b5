/* The conversations with a POP3 service on 110 (STLS) and 995 (implicit TLS): what it offers before and after TLS, whether it takes the login, and how many
 * messages wait.
 *
 * It never says RETR or DELE, so nothing in the mailbox changes, and logs in once a run at most (login.h). RFC 1939, RFC 2449 (CAPA), RFC 2595 (STLS),
 * RFC 5034 (AUTH), RFC 3206 (response codes). */
#include "pop3_mailbox.h"

#include <mailwhy/lang.h>

#include <openssl/evp.h>

#include <string.h>

#define TIMESTAMP_MOST 200u

static const char *say_capa(struct mw_talk *talk)
{
    (void)talk;
    return "CAPA";
}

static int before_login(struct mw_talk *talk)
{
    return mw_login_has_credentials(talk) ? MW_POP3_TURN : MW_QUIT;
}

/* Where CAPA is unknown STLS is tried: a client that is set to it does so too. */
static int got_capa(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    bool encrypted = mw_talk_is_encrypted(talk);
    mw_pop3_learn(talk, reply, encrypted ? MW_F_POP3_CAPA : MW_F_POP3_CAPA_CLEAR);
    if (encrypted) {
        return before_login(talk);
    }
    if (!pop3->has_capa) {
        return MW_POP3_STLS;
    }
    bool stls = mw_pop3_capability(pop3, "STLS") != NULL;
    mw_tell_yes(look, MW_F_POP3_STLS, mw_talk_about(talk), stls, mw_list_join(look->arena, &pop3->capabilities, ", "));
    return stls ? MW_POP3_STLS : before_login(talk);
}

/* RFC 1939 section 7: "<1896.697170952@dbc.mtview.ca.us>" somewhere in the greeting. */
static const char *timestamp_of(struct mw_arena *arena, const char *greeting)
{
    const char *start = strchr(greeting, '<'), *end = start ? strchr(start, '>') : NULL;
    bool is_one = end && memchr(start, '@', (size_t)(end - start)) && !memchr(start, ' ', (size_t)(end - start)) && (size_t)(end - start) < TIMESTAMP_MOST;
    return is_one ? mw_strndup(arena, start, (size_t)(end - start) + 1) : NULL;
}

/* RFC 2449 section 8.1: LOGIN-DELAY, IN-USE; RFC 3206: SYS/TEMP pass by themselves. */
static int got_greeting(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    static const char *const passing[] = {"SYS/TEMP", "IN-USE", "LOGIN-DELAY"};
    if (reply->code == '+') {
        pop3->timestamp = timestamp_of(mw_talk_look(talk)->arena, reply->text);
        if (pop3->timestamp) {
            mw_tell_text(mw_talk_look(talk), MW_F_POP3_APOP, mw_talk_about(talk), pop3->timestamp, NULL);
        }
        return MW_POP3_CAPA;
    }
    mw_talk_set_outcome(talk, reply->code == '-' ? MW_OK : MW_GARBLED);
    for (size_t i = 0; reply->enhanced && i < MW_COUNT(passing); i++) {
        if (mw_text_same(reply->enhanced, passing[i])) {
            mw_talk_set_outcome(talk, MW_THROTTLED);
        }
    }
    return MW_END;
}

static int got_tls_first(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? MW_POP3_GREETING : MW_END;
}

static const char *say_stls(struct mw_talk *talk)
{
    (void)talk;
    return "STLS";
}

static bool is_unknown_command(const char *answer)
{
    static const char *const words[] = {"unknown", "unrecogni", "invalid command", "bad command", "not implemented", "unimplemented", "what?"};
    for (size_t i = 0; i < MW_COUNT(words); i++) {
        if (mw_text_find(answer, words[i])) {
            return true;
        }
    }
    return false;
}

/* A server that knows neither CAPA nor STLS offers none. */
static int got_stls(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    if (reply->code == '+') {
        return MW_POP3_HANDSHAKE;
    }
    if (!pop3->has_capa && is_unknown_command(reply->whole)) {
        mw_tell_yes(mw_talk_look(talk), MW_F_POP3_STLS, mw_talk_about(talk), false, reply->whole);
    } else {
        mw_tell_text(mw_talk_look(talk), MW_F_POP3_STLS_REPLY, mw_talk_about(talk), reply->whole, NULL);
    }
    return before_login(talk);
}

static int got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    if (mw_talk_injected(talk)) {
        mw_tell_text(mw_talk_look(talk), MW_F_POP3_INJECTED, mw_talk_about(talk), mw_talk_injected(talk), NULL);
    }
    return mw_talk_is_encrypted(talk) ? MW_POP3_CAPA_AGAIN : MW_END;
}

/* --- login ----------------------------------------------------------------------------------------------------------------------------------- */

static const char *wait_turn(struct mw_talk *talk)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    mw_login_wait_turn(talk, &pop3->login);
    return NULL;
}

/* RFC 1939 section 7. NULL: this machine does not do MD5. */
static const char *digest(struct mw_arena *arena, const char *timestamp, const char *password)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    char *text = mw_printf(arena, "%s%s", timestamp, password), *hex = mw_alloc(arena, 2 * sizeof bytes + 1);
    bool done = EVP_Digest(text, strlen(text), bytes, &count, EVP_md5(), NULL) == 1;
    explicit_bzero(text, strlen(text));
    for (unsigned i = 0; done && i < count; i++) {
        static const char digits[] = "0123456789abcdef";
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    return done ? hex : NULL;
}

static bool can_apop(struct mw_talk *talk)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    const struct mw_look *look = mw_talk_look(talk);
    return pop3->timestamp && look->asked->password && digest(look->arena, pop3->timestamp, look->asked->password);
}

/* In clear APOP is better than what shows the password; inside TLS it protects nothing, and wants the password stored in clear. */
static struct mw_list offered_mechanisms(struct mw_talk *talk)
{
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *sasl = mw_pop3_capability(mw_talk_state(talk), "SASL");
    struct mw_list listed = mw_text_split(arena, sasl ? sasl : "", " "), hiding = {0};
    if (mw_talk_is_encrypted(talk) || !can_apop(talk)) {
        return listed;
    }
    for (size_t i = 0; i < listed.count; i++) {
        if (mw_text_starts(listed.items[i], "SCRAM-") || mw_text_same(listed.items[i], "CRAM-MD5")) {
            mw_list_add(arena, &hiding, listed.items[i]);
        }
    }
    return hiding;
}

/* USER and PASS need no capability where the server knows no CAPA (RFC 2449 section 6.3). */
static const char *command_of(struct mw_talk *talk)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    bool has_user = !pop3->has_capa || mw_pop3_capability(pop3, "USER");
    if (can_apop(talk) && (!has_user || !mw_talk_is_encrypted(talk))) {
        return "APOP";
    }
    return has_user ? "USER" : NULL;
}

static int got_turn(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    struct mw_list offered = offered_mechanisms(talk);
    (void)reply;
    if (!mw_login_claim(talk, &mw_login_pop3, &offered, command_of(talk), &pop3->login)) {
        return MW_QUIT;
    }
    return !pop3->login.is_command ? MW_POP3_AUTH : mw_text_same(pop3->login.mechanism, "APOP") ? MW_POP3_APOP : MW_POP3_USER;
}

static const char *say_user(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    return mw_printf(look->arena, "USER %s", mw_login_user(look->asked));
}

static const char *say_pass(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    return mw_printf(look->arena, "PASS %s", look->asked->password);
}

static const char *say_apop(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    return mw_printf(look->arena, "APOP %s %s", mw_login_user(look->asked), digest(look->arena, pop3->timestamp, look->asked->password));
}

/* No initial response: servers of RFC 1734 do not know it, and there is one try alone. */
static const char *say_auth(struct mw_talk *talk)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    return mw_printf(mw_talk_look(talk)->arena, "AUTH %s", pop3->login.mechanism);
}

static const char *say_answer(struct mw_talk *talk)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    return mw_login_answer(talk, &pop3->login, pop3->challenge);
}

static int got_login(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    if (reply->code == '>' && !pop3->login.is_command) {
        pop3->challenge = mw_strdup(mw_talk_look(talk)->arena, reply->text);
        return MW_POP3_ANSWER;
    }
    mw_login_tell(talk, &pop3->login, reply->whole);
    return reply->code == '+' ? MW_POP3_STAT : MW_QUIT;
}

static int got_user(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == '+' ? MW_POP3_PASS : got_login(talk, reply);
}

static void done(struct mw_talk *talk)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    mw_login_forget(&pop3->login);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                       name              what we say             who reads the answer     wait  flags */
    [MW_POP3_TLS_FIRST]  = { "handshake",        NULL,                   got_tls_first,             15,  MW_HANDSHAKE },
    [MW_POP3_GREETING]   = { "greeting",         NULL,                   got_greeting,             300,  0 },
    [MW_POP3_CAPA]       = { "CAPA",             say_capa,               got_capa,                  60,  MW_MANY_LINES },
    [MW_POP3_STLS]       = { "STLS",             say_stls,               got_stls,                  60,  0 },
    [MW_POP3_HANDSHAKE]  = { "handshake",        NULL,                   got_handshake,             15,  MW_HANDSHAKE },
    [MW_POP3_CAPA_AGAIN] = { "CAPA after TLS",   say_capa,               got_capa,                  60,  MW_MANY_LINES },
    [MW_POP3_TURN]       = { "turn to log in",   wait_turn,              got_turn,     MW_LOGIN_TURN_S,  MW_PAUSE },
    [MW_POP3_USER]       = { "USER",             say_user,               got_user,                  60,  0 },
    [MW_POP3_PASS]       = { "PASS",             say_pass,               got_login,                 60,  MW_SECRET },
    [MW_POP3_APOP]       = { "APOP",             say_apop,               got_login,                 60,  MW_SECRET },
    [MW_POP3_AUTH]       = { "AUTH",             say_auth,               got_login,                 60,  0 },
    [MW_POP3_ANSWER]     = { "AUTH",             say_answer,             got_login,                 60,  MW_SECRET_WHOLE },
    [MW_POP3_STAT]       = { "STAT",             mw_pop3_say_stat,       mw_pop3_got_stat,          60,  0 },
    [MW_POP3_CAPA_AFTER] = { "CAPA after login", mw_pop3_say_capa_after, mw_pop3_got_capa_after,    30,  MW_MANY_LINES | MW_ASIDE },
    [MW_POP3_LIST]       = { "LIST",             mw_pop3_say_list,       mw_pop3_got_list,          30,  MW_MANY_LINES | MW_ASIDE },
    [MW_POP3_UIDL]       = { "UIDL",             mw_pop3_say_uidl,       mw_pop3_got_uidl,          30,  MW_MANY_LINES | MW_ASIDE },
};
/* clang-format on */

static const struct mw_talk_plan stls = {
    .dialect = &mw_pop3_dialect,
    .steps = steps,
    .facts = {MW_F_POP3_END, MW_F_POP3_STAGE, MW_F_POP3_GREETING, MW_F_POP3_GREETING_MS},
    .first = MW_POP3_GREETING,
    .state_bytes = sizeof(struct mw_pop3),
    .reply_ceiling = MW_STORE_CEILING,
    .long_from = MW_POP3_STAT,
    .done = done,
};

static const struct mw_talk_plan implicit = {
    .dialect = &mw_pop3_dialect,
    .steps = steps,
    .facts = {MW_F_POP3_END, MW_F_POP3_STAGE, MW_F_POP3_GREETING, MW_F_POP3_GREETING_MS},
    .first = MW_POP3_TLS_FIRST,
    .state_bytes = sizeof(struct mw_pop3),
    .reply_ceiling = MW_STORE_CEILING,
    .long_from = MW_POP3_STAT,
    .done = done,
};

/* clang-format off */
#define TELLS \
    { \
        MW_F_POP3_STAGE, MW_F_POP3_GREETING, MW_F_POP3_GREETING_MS, MW_F_POP3_CAPA_CLEAR, MW_F_POP3_CAPA, MW_F_POP3_STLS, MW_F_POP3_STLS_REPLY, \
        MW_F_POP3_LOGIN, MW_F_POP3_LOGIN_MECHANISM, MW_F_POP3_LOGIN_SKIPPED, MW_F_POP3_LOGIN_CANCELLED, MW_F_POP3_LOGIN_OAUTH, \
        MW_F_POP3_INJECTED, MW_F_POP3_APOP, MW_POP3_MAILBOX_TELLS, MW_TALK_TELLS \
    }
/* clang-format on */

const struct mw_probe mw_probe_pop3 = {
    .name = "pop3",
    .says = N_("Talks to each POP3 service on port 110: STLS, capabilities, one login, number of messages; it fetches and deletes none."),
    .legs = MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_POP3,
    .tells = TELLS,
    .ends = MW_F_POP3_END,
    .plan = &stls,
};

const struct mw_probe mw_probe_pop3s = {
    .name = "pop3s",
    .says = N_("Talks to each POP3 service on port 995 inside TLS: capabilities, one login, number of messages; it fetches and deletes none."),
    .legs = MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_POP3S,
    .tells = TELLS,
    .ends = MW_F_POP3_END,
    .plan = &implicit,
};
