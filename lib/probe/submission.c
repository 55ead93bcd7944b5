/* The conversations with a submission service on 587 (STARTTLS) and 465 (implicit TLS): which logins it offers before and after TLS, whether it takes ours,
 * and whether it takes the user as sender. With --deliver, and then alone, it sends one marked message, once the recipient's mailbox is watched (arrival.c).
 * Without credentials it asks whether strangers may send by it (relay.h), up to RCPT.
 *
 * It logs in once a run at most (login.h). RFC 6409, RFC 8314, RFC 4954. */
#include "hello.h"
#include "marked.h"
#include "relay.h"

#include <mailwhy/lang.h>
#include <mailwhy/login.h>
#include <mailwhy/probe.h>

#include <string.h>
#include <time.h>

enum { TURN = MW_HELLO_STEPS, AUTH, ANSWER, MAIL, RCPT, WATCH, DATA, MESSAGE, RSET, OPEN_MAIL, OPEN_RCPT };

#define FIRST_CEILING 450u /* RFC 4954 section 4: the whole line has 512 bytes at most */

struct talk_state {
    struct mw_hello hello; /* first */
    struct mw_login login;
    const char *challenge;
    const char *held; /* an initial response that is too long for the command's line */
    struct mw_bell *bell;
    const char *foreign; /* asked for without a login: is mail of strangers passed on? */
    bool mail_refused;
    bool begun, sending; /* a round trip; sending: the message is on its way, and nobody knows whether it is taken */
    struct timespec sent_since;
};

static const char *sender_of(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    const char *sender = asked->mailbox ? asked->mailbox : asked->user;
    return sender && strchr(sender, '@') && mw_hello_can_say(&state->hello, sender) ? sender : NULL;
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
    (void)reply;
    return mw_login_claim(talk, &mw_login_submission, &state->hello.auth, NULL, &state->login) ? AUTH : MW_QUIT;
}

static int over(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    if (mw_login_has_credentials(talk)) {
        return TURN;
    }
    state->foreign = mw_relay_claim(talk, mw_talk_look(talk)->asked->domain);
    return state->foreign ? OPEN_MAIL : MW_QUIT;
}

static void begin(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->hello.over = over;
}

static const char *say_auth(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    if (!state->login.speaks_first) {
        return mw_printf(arena, "AUTH %s", state->login.mechanism);
    }
    const char *first = mw_login_first(talk, &state->login);
    if (strlen(first) > FIRST_CEILING) {
        state->held = first;
        return mw_printf(arena, "AUTH %s", state->login.mechanism);
    }
    return mw_printf(arena, "AUTH %s %s", state->login.mechanism, first);
}

static const char *say_answer(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    const char *held = state->held;
    state->held = NULL;
    return held ? held : mw_login_answer(talk, &state->login, state->challenge);
}

static int got_auth(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    if (reply->code == 334) {
        state->challenge = mw_strdup(look->arena, reply->text);
        return ANSWER;
    }
    mw_login_tell(talk, &state->login, reply->whole);
    return mw_hello_unless_421(talk, reply, reply->code == 235 && sender_of(talk) ? MAIL : MW_QUIT);
}

static const char *say_mail(struct mw_talk *talk)
{
    const char *sender = sender_of(talk), *to = mw_talk_look(talk)->asked->to;
    return mw_hello_mail(talk, sender, !mw_hello_is_ascii(sender) || (to && !mw_hello_is_ascii(to)));
}

static int got_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, MW_F_SMTP_MAIL_FROM, mw_talk_about(talk), sender_of(talk), NULL);
    mw_tell_text(look, MW_F_SMTP_MAIL, mw_talk_about(talk), reply->whole, NULL);
    if (reply->code / 100 != 2) {
        return mw_hello_unless_421(talk, reply, MW_QUIT);
    }
    return look->asked->to && mw_hello_can_say(&state->hello, look->asked->to) ? RCPT : RSET;
}

static const char *say_rcpt(struct mw_talk *talk)
{
    return mw_hello_rcpt(talk, mw_talk_look(talk)->asked->to);
}

static int got_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, MW_F_SMTP_RCPT_TO, mw_talk_about(talk), look->asked->to, NULL);
    mw_tell_text(look, MW_F_SMTP_RCPT, mw_talk_about(talk), reply->whole, NULL);
    return mw_hello_unless_421(talk, reply, look->asked->deliver && reply->code / 100 == 2 ? WATCH : RSET);
}

/* --- the message of a round trip --------------------------------------------------------------------------------------------------------------- */

static void watched(void *context)
{
    mw_talk_resume(context);
}

/* Nothing is sent that nobody would look for and remove. */
static const char *wait_for_watch(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    state->begun = true;
    mw_tell_text(look, MW_F_DELIVER_BEGUN, look->asked->to, mw_talk_about(talk), NULL);
    state->bell = mw_bell_wait(look->net, MW_BELL_WATCHED, watched, talk);
    return NULL;
}

static int got_watch(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    const struct mw_look *look = mw_talk_look(talk);
    (void)reply;
    mw_bell_leave(state->bell);
    return mw_fact_find(look->facts, MW_F_DELIVER_READY, look->asked->to) ? DATA : RSET;
}

static const char *say_data(struct mw_talk *talk)
{
    (void)talk;
    return "DATA";
}

static int got_data(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 354) {
        return MESSAGE;
    }
    mw_tell_text(mw_talk_look(talk), MW_F_DELIVER_DATA, mw_talk_about(talk), reply->whole, NULL);
    return mw_hello_unless_421(talk, reply, RSET);
}

static const char *say_message(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const char *id = mw_marked_id(look->arena, sender_of(talk));
    mw_tell_text(look, MW_F_DELIVER_MESSAGE, look->asked->to, id, NULL);
    state->sending = true;
    clock_gettime(CLOCK_MONOTONIC, &state->sent_since);
    mw_bell_ring(look->net, MW_BELL_SENT); /* a server that never answers may have taken it all the same */
    return mw_printf(look->arena, "%s.\r\n", mw_marked_message(look->arena, id, sender_of(talk), look->asked->to, time(NULL)));
}

static int64_t ms_since(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* "250 2.0.0 Ok: queued as 4Xyz": the word behind "queued as", "id=" or the like. */
static const char *queue_id(struct mw_arena *arena, const char *reply)
{
    static const char *const signs[] = {"queued as ", " id=", "queued mail for delivery ", "message id "};
    for (size_t i = 0; i < MW_COUNT(signs); i++) {
        const char *found = mw_text_find(reply, signs[i]);
        if (found) {
            const char *id = found + strlen(signs[i]);
            return mw_strndup(arena, id, strcspn(id, " ,;)"));
        }
    }
    return NULL;
}

static int got_message(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const char *id = reply->code / 100 == 2 ? queue_id(look->arena, reply->whole) : NULL;
    state->sending = false;
    mw_tell_number(look, MW_F_DELIVER_SENT_MS, mw_talk_about(talk), ms_since(&state->sent_since), NULL);
    mw_tell_text(look, MW_F_DELIVER_SENT, mw_talk_about(talk), reply->whole, NULL);
    if (id && *id) {
        mw_tell_text(look, MW_F_DELIVER_QUEUE_ID, mw_talk_about(talk), id, reply->whole);
    }
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* However the conversation ends, whoever waits for the message is told. */
static void end_delivery(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_bell_leave(state->bell);
    if (state->sending) {
        const struct mw_fact *end = mw_fact_find(look->facts, MW_F_SUBMISSION_END, mw_talk_about(talk));
        mw_tell_text(look, MW_F_DELIVER_UNSURE, mw_talk_about(talk), end ? end->text : "cut off", NULL);
    }
    if (state->begun) {
        mw_bell_ring(look->net, MW_BELL_SENT);
    }
}

static const char *say_rset(struct mw_talk *talk)
{
    (void)talk;
    return "RSET";
}

static int got_rset(struct mw_talk *talk, const struct mw_reply *reply)
{
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* --- without a login ---------------------------------------------------------------------------------------------------------------------------- */

static const char *say_open_mail(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const char *sender = sender_of(talk), *mail = mw_hello_mail(talk, sender ? sender : "", sender && !mw_hello_is_ascii(sender));
    return state->hello.pipelining ? mw_printf(mw_talk_look(talk)->arena, "%s\r\n%s", mail, mw_hello_rcpt(talk, state->foreign)) : mail;
}

static int got_open_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    state->mail_refused = reply->code / 100 != 2;
    if (reply->code == 421) {
        return MW_END;
    }
    return state->mail_refused && !state->hello.pipelining ? MW_QUIT : OPEN_RCPT;
}

static const char *say_open_rcpt(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->hello.pipelining ? NULL : mw_hello_rcpt(talk, state->foreign);
}

static int got_open_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (!state->mail_refused && reply->code != 421) {
        mw_tell_text(mw_talk_look(talk), MW_F_SMTP_RELAY, mw_talk_about(talk), reply->whole, NULL);
    }
    return reply->code == 421 ? MW_END : MW_QUIT;
}

static void done(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    mw_login_forget(&state->login);
    end_delivery(talk);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                        name               what we say          who reads the answer     wait  flags */
    MW_HELLO_ROWS,
    [TURN]                = { "turn to log in",  wait_turn,           got_turn,   MW_LOGIN_TURN_S,  MW_PAUSE },
    [AUTH]                = { "AUTH",            say_auth,            got_auth,                 60,  MW_SECRET },
    [ANSWER]              = { "AUTH",            say_answer,          got_auth,                 60,  MW_SECRET_WHOLE },
    [MAIL]                = { "MAIL",            say_mail,            got_mail,                 60,  0 },
    [RCPT]                = { "RCPT",            say_rcpt,            got_rcpt,                 60,  0 },
    [WATCH]               = { "RCPT",            wait_for_watch,      got_watch,               120,  MW_PAUSE },
    [DATA]                = { "DATA",            say_data,            got_data,                120,  0 },
    [MESSAGE]             = { "end of DATA",     say_message,         got_message,             600,  MW_RAW | MW_MESSAGE },
    [RSET]                = { "RSET",            say_rset,            got_rset,                 60,  0 },
    [OPEN_MAIL]           = { "MAIL of a trial", say_open_mail,       got_open_mail,             8,  MW_ASIDE },
    [OPEN_RCPT]           = { "RCPT of a trial", say_open_rcpt,       got_open_rcpt,             8,  MW_ASIDE },
};

static const struct mw_talk_plan starttls = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_SUBMISSION_END, MW_F_SUBMISSION_STAGE, MW_F_SMTP_GREETING, MW_F_SMTP_GREETING_MS},
    .first = MW_HELLO_GREETING,
    .state_bytes = sizeof(struct talk_state),
    .begin = begin,
    .done = done,
};

static const struct mw_talk_plan implicit = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_SUBMISSION_END, MW_F_SUBMISSION_STAGE, MW_F_SMTP_GREETING, MW_F_SMTP_GREETING_MS},
    .first = MW_HELLO_TLS_FIRST,
    .state_bytes = sizeof(struct talk_state),
    .begin = begin,
    .done = done,
};

#define TELLS \
    { \
        MW_HELLO_TELLS, MW_F_SUBMISSION_STAGE, MW_F_SMTP_LOGIN, MW_F_SMTP_LOGIN_MECHANISM, MW_F_SMTP_LOGIN_SKIPPED, MW_F_SMTP_LOGIN_CANCELLED, \
        MW_F_SMTP_LOGIN_OAUTH, MW_F_SMTP_MAIL, MW_F_SMTP_MAIL_FROM, MW_F_SMTP_RCPT, MW_F_SMTP_RCPT_TO, MW_F_SMTP_RELAY, MW_F_SMTP_RELAY_TO, \
        MW_F_DELIVER_BEGUN, MW_F_DELIVER_MESSAGE, MW_F_DELIVER_DATA, \
        MW_F_DELIVER_SENT, MW_F_DELIVER_SENT_MS, MW_F_DELIVER_QUEUE_ID, MW_F_DELIVER_UNSURE, MW_TALK_TELLS \
    }
/* clang-format on */

const struct mw_probe mw_probe_submission = {
    .name = "submission",
    .says = N_("Talks to each submission service on port 587: STARTTLS, login methods, one login, MAIL FROM the user; a message only with --deliver."),
    .legs = MW_SUBMIT,
    .wants = MW_F_ENDPOINT_SUBMISSION,
    .tells = TELLS,
    .ends = MW_F_SUBMISSION_END,
    .plan = &starttls,
};

const struct mw_probe mw_probe_submissions = {
    .name = "submissions",
    .says = N_("Talks to each submission service on port 465 inside TLS: login methods, one login, MAIL FROM the user; a message only with --deliver."),
    .legs = MW_SUBMIT,
    .wants = MW_F_ENDPOINT_SUBMISSIONS,
    .tells = TELLS,
    .ends = MW_F_SUBMISSION_END,
    .plan = &implicit,
};
