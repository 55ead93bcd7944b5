/* The conversations that wait for the marked message: with the recipient's mailbox (probe `arrival`), and with the sender's where the message is late, for a
 * bounce (probe `returns`). RFC 9051, RFC 3501.
 *
 * It begins before the message is sent and looks at what is new from then on alone: arrival_folders.c finds it, arrival_found.c reads and removes it. */
#include "arrival_talk.h"
#include "marked.h"

#include <mailwhy/lang.h>

#include <string.h>

#define LATE_S 6
#define OTHER_S 30    /* the message of smuggle.c is waited for */
#define NOT_BEGUN_S 5 /* it will not be sent any more */
#define RESERVE_S 5 /* of the run, to end in order */
#define STEPS_MOST 3000u

const char *mw_arrival_mailbox_of(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return state->sender ? state->asked->mailbox : state->asked->to;
}

static int64_t seconds_since_sent(const struct mw_arrival *state)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - state->sent_at.tv_sec;
}

int64_t mw_arrival_ms_since_sent(const struct mw_arrival *state)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - state->sent_at.tv_sec) * 1000 + (now.tv_nsec - state->sent_at.tv_nsec) / 1000000;
}

/* --- waiting ------------------------------------------------------------------------------------------------------------------------------------- */

static void tell_ready(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_number(look, MW_F_DELIVER_READY, state->asked->to, (int64_t)state->count, NULL);
    mw_bell_ring(look->net, MW_BELL_WATCHED);
}

static void sent(void *context)
{
    mw_talk_resume(context);
}

static const char *wait_for_message(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    state->bell = mw_bell_wait(mw_talk_look(talk)->net, MW_BELL_SENT, sent, talk);
    return NULL;
}

/* Was it taken, or may it have been? */
static bool may_be_under_way(const struct mw_facts *facts)
{
    const struct mw_fact *reply = mw_fact_first(facts, MW_F_DELIVER_SENT);
    return mw_fact_first(facts, MW_F_DELIVER_MESSAGE) && (!reply || *reply->text == '2');
}

static int got_wait(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arrival *state = mw_talk_state(talk);
    const struct mw_facts *facts = mw_talk_look(talk)->facts;
    (void)reply;
    mw_bell_leave(state->bell);
    if (!may_be_under_way(facts)) {
        return MW_QUIT;
    }
    state->id = mw_fact_first(facts, MW_F_DELIVER_MESSAGE)->text;
    clock_gettime(CLOCK_MONOTONIC, &state->sent_at);
    return MW_ARRIVAL_PAUSE;
}

/* Soon at first: most messages take no second. */
static double pause_s(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return state->over ? 2 : state->round > 3 ? 3 : state->round > 1 ? 1 : 0.3;
}

static int got_pause(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arrival *state = mw_talk_state(talk);
    (void)reply;
    state->round++;
    state->at = 0;
    if (state->round % MW_ARRIVAL_ALL_EVERY == 0 && !state->found && !state->bounced) {
        mw_arrival_look_again(state);
    }
    return state->selected ? MW_ARRIVAL_LEAVE : MW_ARRIVAL_STATUS;
}

static bool time_is_short(const struct mw_look *look)
{
    const struct mw_fact *first = mw_fact_at(look->facts, 1);
    return first && (double)(time(NULL) - first->at) > look->asked->timeout_s - RESERVE_S;
}

static void tell_late(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    bool own = mw_text_same(state->asked->mailbox, state->asked->to); /* then bounces come here too */
    if (!state->sender && !own && seconds_since_sent(state) >= LATE_S && !mw_fact_first(look->facts, MW_F_DELIVER_LATE)) {
        mw_tell_number(look, MW_F_DELIVER_LATE, state->asked->mailbox, seconds_since_sent(state), NULL);
    }
}

static void tell_missing(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list names = {0};
    if (state->sender || !may_be_under_way(look->facts)) {
        return;
    }
    for (size_t i = 0; i < state->count; i++) {
        mw_list_add(look->arena, &names, state->folders[i].name);
    }
    mw_tell_list(look, MW_F_DELIVER_FOLDERS, state->asked->to, &names, NULL);
    if (!state->found) {
        mw_tell_number(look, MW_F_DELIVER_MISSING, state->asked->to, seconds_since_sent(state), NULL);
    }
}

/* Is there nothing more to wait for? For the recipient's mailbox: it came, or a bounce said that it will not; for the sender's: the other one is done. */
static bool is_settled(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    const struct mw_facts *facts = mw_talk_look(talk)->facts;
    if (time_is_short(mw_talk_look(talk)) || !may_be_under_way(facts)) {
        return true;
    }
    if (state->sender) {
        return state->bounced || mw_fact_first(facts, MW_F_DELIVER_ARRIVED) || mw_fact_first(facts, MW_F_DELIVER_MISSING);
    }
    bool begun = mw_fact_first(facts, MW_F_ENDPOINT_SMUGGLE), none = !state->asked->intrusive || (!begun && seconds_since_sent(state) > NOT_BEGUN_S);
    bool other = none || state->found_other ||
                 (mw_fact_first(facts, MW_F_SMUGGLE_END) && seconds_since_sent(state) > OTHER_S);
    return other && (state->found || mw_fact_first(facts, MW_F_DELIVER_BOUNCE));
}

/* Nothing new is left to be looked at. */
static int go_on_waiting(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    if (state->over) {
        tell_missing(talk);
        return MW_QUIT;
    }
    tell_late(talk);
    state->over = is_settled(talk);
    return state->over && time_is_short(mw_talk_look(talk)) ? go_on_waiting(talk) : MW_ARRIVAL_PAUSE;
}

int mw_arrival_round_over(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    if (!state->watching) {
        state->watching = true;
        if (!state->sender) {
            tell_ready(talk);
            return MW_ARRIVAL_WAIT;
        }
    }
    state->open = mw_arrival_first_with_news(state);
    return state->open ? MW_ARRIVAL_EXAMINE : go_on_waiting(talk);
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------------------- */

/* The conversation broke off before the mailbox was seen to the end. */
static void tell_left(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const char *mailbox = mw_arrival_mailbox_of(talk);
    bool removed = mw_fact_find(look->facts, MW_F_DELIVER_REMOVED, mailbox) || mw_fact_find(look->facts, MW_F_DELIVER_LEFT, mailbox);
    if (state->sender || removed || !may_be_under_way(look->facts) || mw_fact_find(look->facts, MW_F_DELIVER_BOUNCE, state->asked->to)) {
        return;
    }
    const char *folder = state->found ? state->open->name : "INBOX";
    const char *why = state->found ? N_("the conversation broke off") : N_("not found as long as it was looked for");
    mw_tell_text(look, MW_F_DELIVER_LEFT, state->asked->to, folder, why);
}

static void tell_other_left(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    if (!state->sender && mw_arrival_other_id(talk) && !state->found_other) {
        const char *why = N_("the message of --intrusive was not found as long as it was looked for");
        mw_tell_text(mw_talk_look(talk), MW_F_DELIVER_LEFT, state->asked->to, "INBOX", why);
    }
}

static void done(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_login_forget(&state->hello.login);
    mw_bell_leave(state->bell);
    tell_left(talk);
    tell_other_left(talk);
    bool tried = mw_fact_first(look->facts, state->sender ? MW_F_IMAP_LOGIN : MW_F_ARRIVAL_LOGIN);
    if (!state->watching && (tried || !mw_inbox_try_next(look, state->sender)) && !state->sender) {
        mw_bell_ring(look->net, MW_BELL_WATCHED);
    }
}

/* clang-format off */
static const struct mw_step steps[] = {
    MW_IMAP_HELLO_STEPS,
    /*                         name         what we say             who reads the answer     wait  flags */
    [MW_ARRIVAL_LIST]        = { "LIST",      mw_arrival_say_list,    mw_arrival_got_list,      60,  0 },
    [MW_ARRIVAL_LISTED]      = { "LIST",      NULL,                   mw_arrival_got_list,      60,  0 },
    [MW_ARRIVAL_STATUS]      = { "STATUS",    mw_arrival_say_status,  mw_arrival_got_status,    60,  0 },
    [MW_ARRIVAL_STATUS_MORE] = { "STATUS",    NULL,                   mw_arrival_got_status,    60,  0 },
    [MW_ARRIVAL_WAIT]        = { "waiting",   wait_for_message,       got_wait,                900,  MW_PAUSE },
    [MW_ARRIVAL_PAUSE]       = { "waiting",   NULL,                   got_pause,                 0,  MW_PAUSE, pause_s },
    [MW_ARRIVAL_LEAVE]       = { "UNSELECT",  mw_arrival_say_leave,   mw_arrival_got_leave,     60,  0 },
    [MW_ARRIVAL_EXAMINE]     = { "EXAMINE",   mw_arrival_say_examine, mw_arrival_got_examine,   60,  0 },
    [MW_ARRIVAL_HEADS]       = { "FETCH",     mw_arrival_say_heads,   mw_arrival_got_heads,     60,  0 },
    [MW_ARRIVAL_WHOLE]       = { "FETCH",     mw_arrival_say_whole,   mw_arrival_got_whole,     60,  0 },
    [MW_ARRIVAL_SELECT]      = { "SELECT",    mw_arrival_say_select,  mw_arrival_got_select,    60,  0 },
    [MW_ARRIVAL_STORE]       = { "STORE",     mw_arrival_say_store,   mw_arrival_got_store,     60,  0 },
    [MW_ARRIVAL_EXPUNGE]     = { "EXPUNGE",   mw_arrival_say_expunge, mw_arrival_got_expunge,   60,  0 },
};
/* clang-format on */

static const struct mw_talk_plan plan_of_recipient = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_ARRIVAL_END, MW_F_ARRIVAL_STAGE, MW_NO_FACT, MW_NO_FACT},
    .state_bytes = sizeof(struct mw_arrival),
    .steps_ceiling = STEPS_MOST,
    .done = done,
};

static const struct mw_talk_plan plan_of_sender = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_RETURNS_END, MW_F_RETURNS_STAGE, MW_NO_FACT, MW_NO_FACT},
    .state_bytes = sizeof(struct mw_arrival),
    .steps_ceiling = STEPS_MOST,
    .done = done,
};

static const struct mw_login_service arrival_login = {
    MW_F_ENDPOINT_ARRIVAL, MW_F_ENDPOINT_ARRIVAL, MW_F_ARRIVAL_END, MW_F_ARRIVAL_LOGIN, MW_F_ARRIVAL_LOGIN_MECHANISM, MW_F_ARRIVAL_LOGIN_SKIPPED,
    MW_F_ARRIVAL_LOGIN_CANCELLED, MW_F_ARRIVAL_LOGIN_OAUTH,
};

/* The look asks with the login of the mailbox that is read. */
static const struct mw_asked *as_recipient(struct mw_look *look)
{
    struct mw_asked *asked = mw_memdup(look->arena, look->asked, sizeof *asked);
    bool own = mw_text_same(asked->mailbox, asked->to);
    asked->mailbox = asked->to;
    asked->domain = strrchr(asked->to, '@') + 1;
    asked->user = asked->to_user;
    asked->password = asked->to_password;
    asked->token = own ? asked->token : NULL;
    return asked;
}

static void begin(struct mw_look *look, const struct mw_talk_plan *base, bool sender)
{
    struct mw_talk_plan *plan = mw_memdup(look->arena, base, sizeof *plan);
    const struct mw_asked *asked = look->asked;
    plan->first = mw_text_same(look->why->quote, "tls") ? MW_IMAP_TLS_FIRST : MW_IMAP_GREETING;
    plan->again = mw_fact_find(look->facts, MW_F_TCP_END, look->why->about) != NULL;
    look->asked = sender ? asked : as_recipient(look);
    mw_talk_start(look, plan);
    struct mw_arrival *state = mw_talk_state(look->talk);
    const struct mw_fact *message = mw_fact_first(look->facts, MW_F_DELIVER_MESSAGE);
    state->hello.service = sender ? &mw_login_imap : &arrival_login;
    state->hello.quiet = plan->again;
    state->asked = asked;
    state->sender = sender;
    state->id = message ? message->text : NULL;
    clock_gettime(CLOCK_MONOTONIC, &state->sent_at);
}

static void start_arrival(struct mw_look *look)
{
    begin(look, &plan_of_recipient, false);
}

static void start_returns(struct mw_look *look)
{
    begin(look, &plan_of_sender, true);
}

const struct mw_probe mw_probe_arrival = {
    .name = "arrival",
    .says = N_("Waits in the recipient's mailbox for the message of --deliver, looks at what became of it on its way, and removes it."),
    .legs = MW_SUBMIT,
    .wants = MW_F_ENDPOINT_ARRIVAL,
    .tells = {MW_IMAP_HELLO_TELLS, MW_F_ARRIVAL_STAGE, MW_F_ARRIVAL_LOGIN, MW_F_ARRIVAL_LOGIN_MECHANISM, MW_F_ARRIVAL_LOGIN_SKIPPED,
              MW_F_ARRIVAL_LOGIN_CANCELLED, MW_F_ARRIVAL_LOGIN_OAUTH, MW_F_ENDPOINT_ARRIVAL, MW_F_DELIVER_READY, MW_F_DELIVER_FOLDERS,
              MW_F_DELIVER_LATE, MW_F_DELIVER_ARRIVED, MW_F_DELIVER_ARRIVED_MS, MW_F_DELIVER_MISSING, MW_F_DELIVER_HOP, MW_F_DELIVER_HOP_FIRST,
              MW_F_DELIVER_AUTHRES, MW_F_DELIVER_SPAM, MW_F_DELIVER_SIGNED, MW_F_DELIVER_SIGNATURE, MW_F_DELIVER_BODY, MW_F_DELIVER_SUBJECT,
              MW_F_DELIVER_REMOVED, MW_F_DELIVER_LEFT, MW_F_DELIVER_BOUNCE, MW_F_DELIVER_BOUNCE_BY, MW_F_DELIVER_DELAYED, MW_F_DELIVER_COPY, MW_TALK_TELLS},
    .ends = MW_F_ARRIVAL_END,
    .start = start_arrival,
};

const struct mw_probe mw_probe_returns = {
    .name = "returns",
    .says = N_("Looks in the sender's mailbox for a bounce, where the message of --deliver is late."),
    .legs = MW_SUBMIT,
    .wants = MW_F_ENDPOINT_RETURNS,
    .tells = {MW_IMAP_HELLO_TELLS, MW_F_RETURNS_STAGE, MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_SKIPPED, MW_F_IMAP_LOGIN_CANCELLED,
              MW_F_IMAP_LOGIN_OAUTH, MW_F_ENDPOINT_RETURNS, MW_F_DELIVER_REMOVED, MW_F_DELIVER_LEFT, MW_F_DELIVER_BOUNCE, MW_F_DELIVER_BOUNCE_BY,
              MW_F_DELIVER_DELAYED, MW_F_DELIVER_COPY, MW_TALK_TELLS},
    .ends = MW_F_RETURNS_END,
    .start = start_returns,
};
