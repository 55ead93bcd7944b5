/* The conversations with an IMAP service on 143 (STARTTLS) and 993 (implicit TLS): what it offers before and after TLS, whether it takes the login, and whether
 * INBOX opens.
 *
 * It opens INBOX with EXAMINE, so nothing in the mailbox changes, reads no message, and logs in once a run at most (login.h). RFC 9051, RFC 3501, RFC 4959,
 * RFC 2971 (ID), RFC 9208 (QUOTA), RFC 5530 (response codes). */
#include <mailwhy/lang.h>
#include <mailwhy/login.h>
#include <mailwhy/probe.h>

#include <string.h>

enum { TLS_FIRST, GREETING, CAPABILITY, STARTTLS, HANDSHAKE, CAPABILITY_AGAIN, TURN, LOGIN, ANSWER, CAPABILITY_AFTER, EXAMINE, ID, EXAMINE_AGAIN, QUOTA };

#define CAPABILITIES_MOST 200u

struct talk_state {
    struct mw_login login;
    struct mw_list capabilities; /* the newest */
    const char *challenge;
    bool preauth; /* the greeting was PREAUTH: nobody may log in */
};

static bool has(const struct talk_state *state, const char *capability)
{
    for (size_t i = 0; i < state->capabilities.count; i++) {
        if (mw_text_same(state->capabilities.items[i], capability)) {
            return true;
        }
    }
    return false;
}

/* RFC 9051 section 7.1.5: BYE may come at any time. RFC 5530: UNAVAILABLE and LIMIT pass by themselves. */
static int got_bye(struct mw_talk *talk, const struct mw_reply *reply)
{
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_BYE, mw_talk_about(talk), reply->whole, NULL);
    bool passes = reply->enhanced && (mw_text_starts(reply->enhanced, "UNAVAILABLE") || mw_text_starts(reply->enhanced, "LIMIT"));
    mw_talk_set_outcome(talk, passes ? MW_THROTTLED : MW_HUNG_UP);
    return MW_END;
}

static const char *say(struct mw_talk *talk, const char *command)
{
    return mw_printf(mw_talk_look(talk)->arena, "%s %s", mw_talk_tag(talk), command);
}

/* --- capabilities ---------------------------------------------------------------------------------------------------------------------------- */

static const char *say_capability(struct mw_talk *talk)
{
    return say(talk, "CAPABILITY");
}

static struct mw_list mechanisms_of(struct mw_arena *arena, const struct mw_list *capabilities)
{
    struct mw_list mechanisms = {0};
    for (size_t i = 0; i < capabilities->count; i++) {
        if (mw_text_starts(capabilities->items[i], "AUTH=")) {
            mw_list_add(arena, &mechanisms, capabilities->items[i] + strlen("AUTH="));
        }
    }
    return mechanisms;
}

static int before_login(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_login_has_credentials(talk) && !state->preauth ? TURN : MW_QUIT;
}

static const char *wait_turn(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    mw_login_wait_turn(talk, &state->login);
    return NULL;
}

static int got_turn(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_list offered = mechanisms_of(mw_talk_look(talk)->arena, &state->capabilities);
    (void)reply;
    const char *command = has(state, "LOGINDISABLED") ? NULL : "LOGIN"; /* RFC 9051 section 6.2.3 */
    return mw_login_claim(talk, &mw_login_imap, &offered, command, &state->login) ? LOGIN : MW_QUIT;
}

/* Does the reply list the capabilities? Kept, and told as `id`. */
static bool learn(struct mw_talk *talk, const struct mw_reply *reply, enum mw_fact_id id)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list capabilities = {0};
    if (!mw_imap_capabilities(look->arena, reply, &capabilities) || capabilities.count > CAPABILITIES_MOST) {
        return false;
    }
    state->capabilities = capabilities;
    mw_tell_list(look, id, mw_talk_about(talk), &capabilities, NULL);
    return true;
}

static int learn_in_clear(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    bool starttls = has(state, "STARTTLS");
    mw_tell_yes(mw_talk_look(talk), MW_F_IMAP_STARTTLS, mw_talk_about(talk), starttls,
                mw_printf(mw_talk_look(talk)->arena, "CAPABILITY %s", mw_list_join(mw_talk_look(talk)->arena, &state->capabilities, " ")));
    return starttls && !state->preauth ? STARTTLS : before_login(talk);
}

/* A greeting may list fewer capabilities than CAPABILITY does: it saves the question only where it has what we look for. */
static bool is_enough(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    struct mw_list capabilities = {0};
    if (!mw_imap_capabilities(arena, reply, &capabilities)) {
        return false;
    }
    return mw_talk_is_encrypted(talk) ? mechanisms_of(arena, &capabilities).count > 0 : mw_list_has(&capabilities, "STARTTLS");
}

static int got_capability(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return got_bye(talk, reply);
    }
    bool encrypted = mw_talk_is_encrypted(talk);
    if (reply->code == 'N' || reply->code == 'B' || !learn(talk, reply, encrypted ? MW_F_IMAP_CAPABILITY : MW_F_IMAP_CAPABILITY_CLEAR)) {
        return MW_QUIT;
    }
    return encrypted ? before_login(talk) : learn_in_clear(talk);
}

static int got_greeting(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    state->preauth = reply->code == 'P';
    if (reply->code == 'Y') {
        return got_bye(talk, reply);
    }
    if (reply->code != 'O' && reply->code != 'P') {
        mw_talk_set_outcome(talk, MW_GARBLED);
        return MW_END;
    }
    return is_enough(talk, reply) ? got_capability(talk, reply) : CAPABILITY;
}

/* --- TLS ------------------------------------------------------------------------------------------------------------------------------------- */

static int got_tls_first(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? GREETING : MW_END;
}

static const char *say_starttls(struct mw_talk *talk)
{
    return say(talk, "STARTTLS");
}

static int got_starttls(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'O') {
        return HANDSHAKE;
    }
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_STARTTLS_REPLY, mw_talk_about(talk), reply->whole, NULL);
    return reply->code == 'Y' ? got_bye(talk, reply) : before_login(talk);
}

/* RFC 9051 section 6.2.1: what was listed before TLS is void. */
static int got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? CAPABILITY_AGAIN : MW_END;
}

/* --- login ----------------------------------------------------------------------------------------------------------------------------------- */

/* A quoted string (RFC 9051 section 4.3); login.h let no line end through. */
static const char *quoted(struct mw_arena *arena, const char *text)
{
    char *result = mw_alloc(arena, 2 * strlen(text) + 3), *at = result;
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            *at++ = '\\';
        }
        *at++ = *text;
    }
    *at = '"';
    return result;
}

static const char *say_login(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    const struct mw_look *look = mw_talk_look(talk);
    if (state->login.is_command) {
        const char *user = quoted(look->arena, mw_login_user(look->asked)), *password = quoted(look->arena, look->asked->password);
        return mw_printf(look->arena, "%s LOGIN %s %s", mw_talk_tag(talk), user, password);
    }
    if (state->login.speaks_first && has(state, "SASL-IR")) { /* RFC 4959 */
        return mw_printf(look->arena, "%s AUTHENTICATE %s %s", mw_talk_tag(talk), state->login.mechanism, mw_login_first(talk, &state->login));
    }
    return mw_printf(look->arena, "%s AUTHENTICATE %s", mw_talk_tag(talk), state->login.mechanism);
}

/* No tag: it goes on with the command that was begun. */
static const char *say_answer(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    return mw_login_answer(talk, &state->login, state->challenge);
}

/* The list of capabilities has a fact of its own: here it would hide the answer. */
static const char *answer_of(struct mw_arena *arena, const struct mw_reply *reply)
{
    bool lists = reply->code == 'O' && reply->enhanced && mw_text_starts(reply->enhanced, "CAPABILITY");
    return lists ? mw_text_trim(arena, mw_printf(arena, "OK %s", reply->text)) : reply->whole;
}

static int got_login(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    if (reply->code == '+') {
        state->challenge = mw_strdup(look->arena, reply->text);
        return ANSWER;
    }
    mw_tell_text(look, MW_F_IMAP_LOGIN, mw_talk_about(talk), answer_of(look->arena, reply), NULL);
    mw_login_answered(&state->login);
    if (reply->code == 'Y') {
        return got_bye(talk, reply);
    }
    if (reply->code != 'O') {
        return MW_QUIT;
    }
    return learn(talk, reply, MW_F_IMAP_CAPABILITY_AFTER) ? EXAMINE : CAPABILITY_AFTER;
}

static int got_capability_after(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return got_bye(talk, reply);
    }
    learn(talk, reply, MW_F_IMAP_CAPABILITY_AFTER);
    return EXAMINE;
}

/* --- the mailbox ----------------------------------------------------------------------------------------------------------------------------- */

static const char *say_examine(struct mw_talk *talk)
{
    return say(talk, "EXAMINE INBOX");
}

static void tell_exists(struct mw_talk *talk, const struct mw_reply *reply)
{
    for (size_t i = 0; i < reply->lines.count; i++) {
        struct mw_list words = mw_text_split(mw_talk_look(talk)->arena, reply->lines.items[i], " ");
        long count = 0;
        if (words.count == 2 && mw_text_same(words.items[1], "EXISTS") && mw_text_number(words.items[0], 0, UINT32_MAX, &count)) {
            mw_tell_number(mw_talk_look(talk), MW_F_IMAP_EXISTS, mw_talk_about(talk), count, reply->lines.items[i]);
            return;
        }
    }
}

/* INBOX is open, or is not. */
static int after_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return got_bye(talk, reply);
    }
    if (reply->code != 'O') {
        return MW_QUIT;
    }
    tell_exists(talk, reply);
    return has(state, "QUOTA") ? QUOTA : MW_QUIT;
}

/* NetEase (163.com, 126.com, yeah.net) takes the login, and opens no folder until the client has said who it is by ID. */
static bool wants_id(const struct talk_state *state, const struct mw_reply *reply)
{
    return reply->code == 'N' && has(state, "ID") && mw_text_find(reply->whole, "unsafe login");
}

static int got_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_SELECT, mw_talk_about(talk), reply->whole, NULL);
    return wants_id(state, reply) ? ID : after_examine(talk, reply);
}

static const char *say_id(struct mw_talk *talk)
{
    return say(talk, "ID (\"name\" \"mailwhy\" \"version\" \"" MW_VERSION "\")");
}

static int got_id(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'Y' ? got_bye(talk, reply) : EXAMINE_AGAIN;
}

static int got_examine_again(struct mw_talk *talk, const struct mw_reply *reply)
{
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_SELECT_AFTER_ID, mw_talk_about(talk), reply->whole, NULL);
    return after_examine(talk, reply);
}

static const char *say_quota(struct mw_talk *talk)
{
    return say(talk, "GETQUOTAROOT INBOX");
}

struct quota {
    long used, limit;
    const char *line;
};

/* QUOTA "root" (STORAGE 10 512 MESSAGE 3 100): RFC 9208 section 4.2.1. */
static bool read_quota(struct mw_arena *arena, const char *line, struct quota *quota)
{
    const char *resources = mw_text_starts(line, "QUOTA ") ? strrchr(line, '(') : NULL;
    if (!resources) {
        return false;
    }
    struct mw_list words = mw_text_split(arena, resources, "() ");
    for (size_t i = 0; i + 2 < words.count; i += 3) {
        if (mw_text_same(words.items[i], "STORAGE")) {
            quota->line = line;
            return mw_text_number(words.items[i + 1], 0, INT32_MAX, &quota->used) && mw_text_number(words.items[i + 2], 0, INT32_MAX, &quota->limit);
        }
    }
    return false;
}

static bool is_fuller(const struct quota *one, const struct quota *other)
{
    return !other->line || one->used * other->limit > other->used * one->limit;
}

/* INBOX may stand under several roots: the fullest counts. */
static int got_quota(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    struct quota fullest = {0}, one = {0};
    if (reply->code == 'Y') {
        return got_bye(talk, reply);
    }
    for (size_t i = 0; i < reply->lines.count; i++) {
        if (read_quota(look->arena, reply->lines.items[i], &one) && is_fuller(&one, &fullest)) {
            fullest = one;
        }
    }
    if (fullest.line) {
        mw_tell_number(look, MW_F_IMAP_QUOTA_USED, mw_talk_about(talk), fullest.used, fullest.line);
        mw_tell_number(look, MW_F_IMAP_QUOTA_LIMIT, mw_talk_about(talk), fullest.limit, fullest.line);
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
    /*                     name                    what we say      who reads the answer   wait  flags */
    [TLS_FIRST]        = { "handshake",            NULL,            got_tls_first,           15,  MW_HANDSHAKE },
    [GREETING]         = { "greeting",             NULL,            got_greeting,            30,  0 },
    [CAPABILITY]       = { "CAPABILITY",           say_capability,  got_capability,          60,  0 },
    [STARTTLS]         = { "STARTTLS",             say_starttls,    got_starttls,            60,  0 },
    [HANDSHAKE]        = { "handshake",            NULL,            got_handshake,           15,  MW_HANDSHAKE },
    [CAPABILITY_AGAIN] = { "CAPABILITY after TLS", say_capability,  got_capability,          60,  0 },
    [TURN]             = { "turn to log in",       wait_turn,       got_turn,   MW_LOGIN_TURN_S,   MW_PAUSE },
    [LOGIN]            = { "LOGIN",                say_login,       got_login,               60,  MW_SECRET },
    [ANSWER]           = { "LOGIN",                say_answer,      got_login,               60,  MW_SECRET_WHOLE },
    [CAPABILITY_AFTER] = { "CAPABILITY after LOGIN", say_capability, got_capability_after,   60,  0 },
    [EXAMINE]          = { "SELECT",               say_examine,     got_examine,             60,  0 },
    [ID]               = { "ID",                   say_id,          got_id,                  60,  0 },
    [EXAMINE_AGAIN]    = { "SELECT",               say_examine,     got_examine_again,       60,  0 },
    [QUOTA]            = { "GETQUOTAROOT",         say_quota,       got_quota,               60,  0 },
};

static const struct mw_talk_plan starttls = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_IMAP_END, MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS},
    .first = GREETING,
    .state_bytes = sizeof(struct talk_state),
    .done = done,
};

static const struct mw_talk_plan implicit = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_IMAP_END, MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS},
    .first = TLS_FIRST,
    .state_bytes = sizeof(struct talk_state),
    .done = done,
};

#define TELLS \
    { \
        MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS, MW_F_IMAP_BYE, MW_F_IMAP_CAPABILITY_CLEAR, MW_F_IMAP_CAPABILITY, \
        MW_F_IMAP_CAPABILITY_AFTER, MW_F_IMAP_STARTTLS, MW_F_IMAP_STARTTLS_REPLY, MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_SKIPPED, \
        MW_F_IMAP_SELECT, MW_F_IMAP_SELECT_AFTER_ID, MW_F_IMAP_EXISTS, MW_F_IMAP_QUOTA_USED, MW_F_IMAP_QUOTA_LIMIT, MW_TALK_TELLS \
    }
/* clang-format on */

const struct mw_probe mw_probe_imap = {
    .name = "imap",
    .says = N_("Talks to each IMAP service on port 143: STARTTLS, capabilities, one login, INBOX opened for reading only."),
    .legs = MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_IMAP,
    .tells = TELLS,
    .ends = MW_F_IMAP_END,
    .plan = &starttls,
};

const struct mw_probe mw_probe_imaps = {
    .name = "imaps",
    .says = N_("Talks to each IMAP service on port 993 inside TLS: capabilities, one login, INBOX opened for reading only."),
    .legs = MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_IMAPS,
    .tells = TELLS,
    .ends = MW_F_IMAP_END,
    .plan = &implicit,
};
