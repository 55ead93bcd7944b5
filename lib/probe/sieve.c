/* The conversation with a ManageSieve service on 4190 (RFC 5804): what it offers before and after TLS, whether it takes the login, which script is active, and
 * that script.
 *
 * It reads alone: PUTSCRIPT, SETACTIVE, DELETESCRIPT, RENAMESCRIPT and HAVESPACE are never said. It logs in once a run at most (login.h). What the script does
 * is for sieve_rules.c. */
#include "sieve.h"

#include <mailwhy/about.h>
#include <mailwhy/lang.h>
#include <mailwhy/login.h>

#include <string.h>

#define PORT 4190
#define LINES_MOST 200u

enum { GREETING, STARTTLS, HANDSHAKE, AGAIN, TURN, LOGIN, ANSWER, LISTSCRIPTS, GETSCRIPT };

struct talk_state {
    struct mw_login login;
    struct mw_list mechanisms;
    bool has_starttls;
    const char *challenge;
    const char *active; /* name of the active script, as the server has it */
    struct mw_sieve_scripts scripts;
};

/* RFC 5804 section 1.2: BYE may come at any time; TRYLATER (section 1.3) passes by itself. */
static int got_bye(struct mw_talk *talk, const struct mw_reply *reply)
{
    mw_tell_text(mw_talk_look(talk), MW_F_SIEVE_BYE, mw_talk_about(talk), reply->whole, NULL);
    mw_talk_set_outcome(talk, reply->enhanced && mw_text_starts(reply->enhanced, "TRYLATER") ? MW_THROTTLED : MW_HUNG_UP);
    return MW_END;
}

/* --- capabilities ---------------------------------------------------------------------------------------------------------------------------- */

static int before_login(struct mw_talk *talk)
{
    return mw_login_has_credentials(talk) ? TURN : MW_QUIT;
}

static void learn_one(struct mw_talk *talk, const struct mw_managesieve_line *line)
{
    struct talk_state *state = mw_talk_state(talk);
    if (mw_text_same(line->first, "STARTTLS"))
        state->has_starttls = true;
    if (mw_text_same(line->first, "SASL"))
        state->mechanisms = mw_text_split(mw_talk_look(talk)->arena, line->second ? line->second : "", " ");
}

static void learn(struct mw_talk *talk, const struct mw_reply *reply, enum mw_fact_id id)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list shown = reply->lines;
    struct mw_managesieve_line line;
    state->mechanisms = (struct mw_list){0};
    state->has_starttls = false;
    for (size_t at = 0; mw_managesieve_line(look->arena, reply, &at, &line);)
        learn_one(talk, &line);
    shown.count = shown.count < LINES_MOST ? shown.count : LINES_MOST;
    mw_tell_list(look, id, mw_talk_about(talk), &shown, NULL);
}

static int got_greeting(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    if (reply->code == 'Y')
        return got_bye(talk, reply);
    if (reply->code != 'O')
        return MW_QUIT;
    learn(talk, reply, MW_F_SIEVE_CAPABILITY_CLEAR);
    mw_tell_yes(look, MW_F_SIEVE_STARTTLS, mw_talk_about(talk), state->has_starttls, mw_list_join(look->arena, &reply->lines, ", "));
    return state->has_starttls ? STARTTLS : before_login(talk);
}

/* --- TLS ------------------------------------------------------------------------------------------------------------------------------------- */

static const char *say_starttls(struct mw_talk *talk)
{
    (void)talk;
    return "STARTTLS";
}

static int got_starttls(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'O')
        return HANDSHAKE;
    mw_tell_text(mw_talk_look(talk), MW_F_SIEVE_STARTTLS_REPLY, mw_talk_about(talk), reply->whole, NULL);
    return reply->code == 'Y' ? got_bye(talk, reply) : before_login(talk);
}

static int got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    const char *injected = mw_talk_injected(talk);
    if (injected)
        mw_tell_text(mw_talk_look(talk), MW_F_SIEVE_INJECTED, mw_talk_about(talk), injected, NULL);
    return mw_talk_is_encrypted(talk) ? AGAIN : MW_END;
}

/* RFC 5804 section 2.2: the server lists its capabilities anew by itself. */
static int got_again(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y')
        return got_bye(talk, reply);
    if (reply->code != 'O')
        return MW_QUIT;
    learn(talk, reply, MW_F_SIEVE_CAPABILITY);
    return before_login(talk);
}

/* --- login ----------------------------------------------------------------------------------------------------------------------------------- */

static const char *wait_turn(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    mw_login_wait_turn(talk, &state->login);
    return NULL;
}

static int got_turn(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    (void)reply;
    return mw_login_claim(talk, &mw_login_sieve, &state->mechanisms, NULL, &state->login) ? LOGIN : MW_QUIT;
}

static const char *say_login(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *first = state->login.speaks_first ? mw_login_first(talk, &state->login) : NULL;
    if (!first)
        return mw_printf(arena, "AUTHENTICATE \"%s\"", state->login.mechanism);
    return mw_printf(arena, "AUTHENTICATE \"%s\" %s", state->login.mechanism, mw_managesieve_string(arena, first));
}

static const char *say_answer(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    return mw_managesieve_string(mw_talk_look(talk)->arena, mw_login_answer(talk, &state->login, state->challenge));
}

/* What comes with the OK may be the server's own proof (RFC 5804 section 1.3, SASL): one that is wrong cancels the login here. */
static bool is_proven(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    static const char word[] = "SASL ";
    if (!reply->enhanced || !mw_text_starts(reply->enhanced, word) || !reply->enhanced[strlen(word)])
        return true;
    return strcmp(mw_login_answer(talk, &state->login, reply->enhanced + strlen(word)), "*") != 0;
}

static int got_login(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply->code == '+') {
        state->challenge = mw_strdup(mw_talk_look(talk)->arena, reply->text);
        return ANSWER;
    }
    bool is_in = reply->code == 'O' && is_proven(talk, reply);
    mw_login_tell(talk, &state->login, reply->whole);
    if (reply->code == 'Y')
        return got_bye(talk, reply);
    return is_in ? LISTSCRIPTS : MW_QUIT;
}

/* --- scripts --------------------------------------------------------------------------------------------------------------------------------- */

static const char *say_listscripts(struct mw_talk *talk)
{
    (void)talk;
    return "LISTSCRIPTS";
}

static const char *shown_name(struct mw_arena *arena, const struct mw_managesieve_line *line)
{
    return mw_text_safe(arena, line->first, line->first_bytes, 512);
}

static int got_listscripts(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_managesieve_line line;
    struct mw_list names = {0};
    const char *active = "";
    if (reply->code == 'Y')
        return got_bye(talk, reply);
    if (reply->code != 'O')
        return MW_QUIT;
    for (size_t at = 0; mw_managesieve_line(look->arena, reply, &at, &line);) {
        if (names.count < LINES_MOST)
            mw_list_add(look->arena, &names, shown_name(look->arena, &line));
        if (!mw_text_same(line.second, "ACTIVE") || state->active)
            continue;
        state->active = line.first;
        active = shown_name(look->arena, &line);
    }
    mw_tell_list(look, MW_F_SIEVE_SCRIPTS, mw_talk_about(talk), &names, NULL);
    mw_tell_text(look, MW_F_SIEVE_ACTIVE, mw_talk_about(talk), active, NULL);
    if (!state->active)
        mw_sieve_tell_none(look, mw_talk_about(talk));
    return state->active ? GETSCRIPT : MW_QUIT;
}

static const char *say_getscript(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *name = state->scripts.active ? state->scripts.others.names[state->scripts.asked++] : state->active;
    return mw_printf(arena, "GETSCRIPT %s", mw_managesieve_string(arena, name));
}

/* The next script that is included, or what they all do. */
static int after_script(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    if (state->scripts.asked < state->scripts.others.count)
        return GETSCRIPT;
    mw_sieve_tell(mw_talk_look(talk), mw_talk_about(talk), &state->scripts);
    return MW_QUIT;
}

static int got_getscript(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_managesieve_line line;
    size_t at = 0;
    if (reply->code == 'Y')
        return got_bye(talk, reply);
    bool has_script = reply->code == 'O' && mw_managesieve_line(look->arena, reply, &at, &line);
    if (has_script && state->scripts.active)
        mw_sieve_take_other(look, &state->scripts, line.first, line.first_bytes);
    if (state->scripts.active)
        return after_script(talk);
    if (!has_script)
        mw_tell_text(look, MW_F_SIEVE_READ_END, mw_talk_about(talk), reply->whole, NULL);
    return has_script && mw_sieve_take(look, mw_talk_about(talk), &state->scripts, line.first, line.first_bytes) ? after_script(talk) : MW_QUIT;
}

static void done(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    mw_login_forget(&state->login);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                name                       what we say      who reads the answer   wait  flags */
    [GREETING]    = { "greeting",                NULL,            got_greeting,            30,  MW_MANY_LINES },
    [STARTTLS]    = { "STARTTLS",                say_starttls,    got_starttls,            60,  0 },
    [HANDSHAKE]   = { "handshake",               NULL,            got_handshake,           15,  MW_HANDSHAKE },
    [AGAIN]       = { "capabilities after TLS",  NULL,            got_again,               30,  MW_MANY_LINES },
    [TURN]        = { "turn to log in",          wait_turn,       got_turn,   MW_LOGIN_TURN_S,  MW_PAUSE },
    [LOGIN]       = { "AUTHENTICATE",            say_login,       got_login,               60,  MW_SECRET },
    [ANSWER]      = { "AUTHENTICATE",            say_answer,      got_login,               60,  MW_SECRET_WHOLE },
    [LISTSCRIPTS] = { "LISTSCRIPTS",             say_listscripts, got_listscripts,         60,  MW_MANY_LINES },
    [GETSCRIPT]   = { "GETSCRIPT",               say_getscript,   got_getscript,           60,  MW_MANY_LINES },
};

#define TELLS \
    { \
        MW_F_SIEVE_STAGE, MW_F_SIEVE_GREETING, MW_F_SIEVE_GREETING_MS, MW_F_SIEVE_BYE, MW_F_SIEVE_CAPABILITY_CLEAR, MW_F_SIEVE_CAPABILITY, \
        MW_F_SIEVE_STARTTLS, MW_F_SIEVE_STARTTLS_REPLY, MW_F_SIEVE_INJECTED, MW_F_SIEVE_LOGIN, MW_F_SIEVE_LOGIN_MECHANISM, MW_F_SIEVE_LOGIN_SKIPPED, \
        MW_F_SIEVE_LOGIN_CANCELLED, MW_F_SIEVE_LOGIN_OAUTH, MW_F_SIEVE_SCRIPTS, MW_F_SIEVE_ACTIVE, MW_F_SIEVE_SCRIPT_BYTES, MW_F_SIEVE_READ_END, \
        MW_F_SIEVE_FLAW, MW_F_SIEVE_RULES, MW_F_SIEVE_RULE, MW_F_SIEVE_MESSAGE, MW_F_SIEVE_CATCHES, MW_F_SIEVE_MAY_CATCH, MW_F_SIEVE_CATCHES_SENDER, \
        MW_F_SIEVE_CATCHES_ENVELOPE, MW_F_SIEVE_FATE, MW_TALK_TELLS \
    }
/* clang-format on */

static const struct mw_talk_plan plan = {
    .dialect = &mw_sieve_dialect,
    .steps = steps,
    .facts = {MW_F_SIEVE_END, MW_F_SIEVE_STAGE, MW_F_SIEVE_GREETING, MW_F_SIEVE_GREETING_MS},
    .first = GREETING,
    .state_bytes = sizeof(struct talk_state),
    .done = done,
    .reply_ceiling = MW_MANAGESIEVE_CEILING,
    .long_from = GETSCRIPT,
};

const struct mw_probe mw_probe_sieve = {
    .name = "sieve",
    .says = N_("Talks to the ManageSieve service on port 4190: one login, the active filter script is read and tried with the message asked for; changes "
               "none."),
    .legs = MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_SIEVE,
    .tells = TELLS,
    .ends = MW_F_SIEVE_END,
    .plan = &plan,
};

/* --- where it is: beside an IMAP service that took the login, so nobody knocks at 4190 who could not go in ------------------------------------- */

static bool is_in(const struct mw_look *look)
{
    return mw_text_starts(look->why->text, "OK");
}

static void start(struct mw_look *look)
{
    struct mw_about about = mw_about_read(look->arena, look->why->about);
    const char *endpoint = mw_about_endpoint(look->arena, about.host, about.address, PORT);
    if (!mw_fact_find(look->facts, MW_F_ENDPOINT_SIEVE, endpoint))
        mw_tell_text(look, MW_F_ENDPOINT_SIEVE, endpoint, "tried", NULL);
}

const struct mw_probe mw_probe_sieve_place = {
    .name = "sieve-place",
    .says = N_("Looks for ManageSieve beside the IMAP service that took the login."),
    .legs = MW_ACCOUNT,
    .wants = MW_F_IMAP_LOGIN,
    .tells = {MW_F_ENDPOINT_SIEVE},
    .ends = MW_F_SIEVE_PLACE_END,
    .when = is_in,
    .start = start,
};
