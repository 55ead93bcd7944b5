/* The conversations with a POP3 service on 110 (STLS) and 995 (implicit TLS): what it offers before and after TLS, whether it takes the login, and how many
 * messages wait.
 *
 * It never says RETR or DELE, so nothing in the mailbox changes, and logs in once a run at most (login.h). RFC 1939, RFC 2449 (CAPA), RFC 2595 (STLS),
 * RFC 5034 (AUTH), RFC 3206 (response codes). */
#include <mailwhy/lang.h>
#include <mailwhy/login.h>
#include <mailwhy/probe.h>

#include <string.h>

enum { TLS_FIRST, GREETING, CAPA, STLS, HANDSHAKE, CAPA_AGAIN, TURN, USER, PASS, AUTH, ANSWER, STAT };

struct talk_state {
    struct mw_login login;
    struct mw_list capabilities; /* the newest; empty where CAPA is unknown to the server */
    const char *challenge;
    bool has_capa;
};

static const char *say_capa(struct mw_talk *talk)
{
    (void)talk;
    return "CAPA";
}

/* The capability's arguments, "" without any, NULL where it is not listed. */
static const char *arguments_of(const struct talk_state *state, const char *capability)
{
    size_t length = strlen(capability);
    for (size_t i = 0; i < state->capabilities.count; i++) {
        const char *line = state->capabilities.items[i];
        if (mw_text_starts(line, capability) && (line[length] == '\0' || line[length] == ' ')) {
            return line + length;
        }
    }
    return NULL;
}

static int before_login(struct mw_talk *talk)
{
    return mw_login_has_credentials(talk) ? TURN : MW_QUIT;
}

static const char *wait_turn(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    mw_login_wait_turn(talk, &state->login);
    return NULL;
}

/* USER and PASS need no capability where the server knows no CAPA (RFC 2449 section 6.3). */
static int got_turn(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    (void)reply;
    const char *sasl = arguments_of(state, "SASL");
    struct mw_list offered = mw_text_split(mw_talk_look(talk)->arena, sasl ? sasl : "", " ");
    const char *command = !state->has_capa || arguments_of(state, "USER") ? "USER" : NULL;
    if (!mw_login_claim(talk, &mw_login_pop3, &offered, command, &state->login)) {
        return MW_QUIT;
    }
    return state->login.is_command ? USER : AUTH;
}

static void learn(struct mw_talk *talk, const struct mw_reply *reply, enum mw_fact_id id)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    state->capabilities = (struct mw_list){0};
    state->has_capa = reply->code == '+';
    for (size_t i = 0; state->has_capa && i < reply->lines.count; i++) {
        mw_list_add(arena, &state->capabilities, mw_strdup(arena, reply->lines.items[i]));
    }
    if (state->has_capa) {
        mw_tell_list(mw_talk_look(talk), id, mw_talk_about(talk), &state->capabilities, NULL);
    }
}

/* Where CAPA is unknown STLS is tried: a client that is set to it does so too. */
static int got_capa(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (mw_talk_is_encrypted(talk)) {
        learn(talk, reply, MW_F_POP3_CAPA);
        return before_login(talk);
    }
    learn(talk, reply, MW_F_POP3_CAPA_CLEAR);
    if (!state->has_capa) {
        return STLS;
    }
    bool stls = arguments_of(state, "STLS") != NULL;
    mw_tell_yes(mw_talk_look(talk), MW_F_POP3_STLS, mw_talk_about(talk), stls, mw_list_join(mw_talk_look(talk)->arena, &state->capabilities, ", "));
    return stls ? STLS : before_login(talk);
}

/* RFC 2449 section 8: LOGIN-DELAY, IN-USE; RFC 3206: SYS/TEMP pass by themselves. */
static int got_greeting(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == '+') {
        return CAPA;
    }
    bool passes = reply->enhanced && (mw_text_same(reply->enhanced, "SYS/TEMP") || mw_text_same(reply->enhanced, "IN-USE"));
    mw_talk_set_outcome(talk, passes ? MW_THROTTLED : reply->code == '-' ? MW_OK : MW_GARBLED);
    return MW_END;
}

static int got_tls_first(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? GREETING : MW_END;
}

static const char *say_stls(struct mw_talk *talk)
{
    (void)talk;
    return "STLS";
}

static int got_stls(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == '+') {
        return HANDSHAKE;
    }
    mw_tell_text(mw_talk_look(talk), MW_F_POP3_STLS_REPLY, mw_talk_about(talk), reply->whole, NULL);
    return before_login(talk);
}

static int got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? CAPA_AGAIN : MW_END;
}

/* --- login ----------------------------------------------------------------------------------------------------------------------------------- */

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

/* No initial response: servers of RFC 1734 do not know it, and there is one try alone. */
static const char *say_auth(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_printf(mw_talk_look(talk)->arena, "AUTH %s", state->login.mechanism);
}

static const char *say_answer(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    return mw_login_answer(talk, &state->login, state->challenge);
}

static int got_login(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply->code == '>') {
        state->challenge = mw_strdup(mw_talk_look(talk)->arena, reply->text);
        return ANSWER;
    }
    mw_login_tell(talk, &state->login, reply->whole);
    return reply->code == '+' ? STAT : MW_QUIT;
}

static int got_user(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == '+' ? PASS : got_login(talk, reply);
}

static int got_pass(struct mw_talk *talk, const struct mw_reply *reply)
{
    return got_login(talk, reply);
}

static const char *say_stat(struct mw_talk *talk)
{
    (void)talk;
    return "STAT";
}

static int got_stat(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list words = mw_text_split(look->arena, reply->text, " ");
    long count = 0;
    mw_tell_text(look, MW_F_POP3_STAT, mw_talk_about(talk), reply->whole, NULL);
    if (reply->code == '+' && words.count >= 2 && mw_text_number(words.items[0], 0, UINT32_MAX, &count)) {
        mw_tell_number(look, MW_F_POP3_MESSAGES, mw_talk_about(talk), count, reply->whole);
    }
    return MW_QUIT;
}

static void done(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    mw_login_forget(&state->login);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*               name              what we say  who reads the answer   wait  flags */
    [TLS_FIRST]  = { "handshake",      NULL,        got_tls_first,           15,  MW_HANDSHAKE },
    [GREETING]   = { "greeting",       NULL,        got_greeting,            30,  0 },
    [CAPA]       = { "CAPA",           say_capa,    got_capa,                60,  MW_MANY_LINES },
    [STLS]       = { "STLS",           say_stls,    got_stls,                60,  0 },
    [HANDSHAKE]  = { "handshake",      NULL,        got_handshake,           15,  MW_HANDSHAKE },
    [CAPA_AGAIN] = { "CAPA after TLS", say_capa,    got_capa,                60,  MW_MANY_LINES },
    [TURN]       = { "turn to log in", wait_turn,   got_turn,   MW_LOGIN_TURN_S,     MW_PAUSE },
    [USER]       = { "USER",           say_user,    got_user,                60,  0 },
    [PASS]       = { "PASS",           say_pass,    got_pass,                60,  MW_SECRET },
    [AUTH]       = { "AUTH",           say_auth,    got_login,               60,  0 },
    [ANSWER]     = { "AUTH",           say_answer,  got_login,               60,  MW_SECRET_WHOLE },
    [STAT]       = { "STAT",           say_stat,    got_stat,                60,  0 },
};

static const struct mw_talk_plan stls = {
    .dialect = &mw_pop3_dialect,
    .steps = steps,
    .facts = {MW_F_POP3_END, MW_F_POP3_STAGE, MW_F_POP3_GREETING, MW_F_POP3_GREETING_MS},
    .first = GREETING,
    .state_bytes = sizeof(struct talk_state),
    .done = done,
};

static const struct mw_talk_plan implicit = {
    .dialect = &mw_pop3_dialect,
    .steps = steps,
    .facts = {MW_F_POP3_END, MW_F_POP3_STAGE, MW_F_POP3_GREETING, MW_F_POP3_GREETING_MS},
    .first = TLS_FIRST,
    .state_bytes = sizeof(struct talk_state),
    .done = done,
};

#define TELLS \
    { \
        MW_F_POP3_STAGE, MW_F_POP3_GREETING, MW_F_POP3_GREETING_MS, MW_F_POP3_CAPA_CLEAR, MW_F_POP3_CAPA, MW_F_POP3_STLS, MW_F_POP3_STLS_REPLY, \
        MW_F_POP3_LOGIN, MW_F_POP3_LOGIN_MECHANISM, MW_F_POP3_LOGIN_SKIPPED, MW_F_POP3_LOGIN_CANCELLED, MW_F_POP3_LOGIN_OAUTH, \
        MW_F_POP3_STAT, MW_F_POP3_MESSAGES, MW_TALK_TELLS \
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
