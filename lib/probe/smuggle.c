/* How the recipient's exchange finds the end of a message (--intrusive, to one's own mailbox alone): sequences that are no end are said within one message, and
 * an answer that comes before the true end proves that one was taken for it. RFC 5321 sections 2.3.8 and 4.1.1.4, CVE-2023-51764.
 *
 * One connection, one message, marked like that of the round trip, and removed with it (arrival.c). Nothing is ever smuggled: behind a sequence that was taken
 * we say QUIT. */
#include "hello.h"
#include "marked.h"

#include <mailwhy/about.h>
#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

#include <string.h>
#include <time.h>

enum { MAIL = MW_HELLO_STEPS, RCPT, DATA, TRY, END };

/* A server that takes the one before as the end and is slow to say so is found out at the next: it is the name alone that is not sure then. */
#define WAIT_S 2

static const struct {
    const char *name, *bytes;
} variants[] = {
    {"LF.LF", "\n.\n"}, {"LF.CRLF", "\n.\r\n"}, {"CRLF.LF", "\r\n.\n"}, {"CR.CR", "\r.\r"}, {"CR.CRLF", "\r.\r\n"}, {"CRLF.CR", "\r\n.\r"},
};

struct talk_state {
    struct mw_hello hello; /* first */
    const char *id;
    size_t at; /* variant */
    struct mw_list passed;
};

static const struct mw_asked *asked_of(struct mw_talk *talk)
{
    return mw_talk_look(talk)->asked;
}

static int over(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const struct mw_asked *asked = asked_of(talk);
    return mw_hello_can_say(&state->hello, asked->to) && mw_hello_can_say(&state->hello, asked->mailbox) ? MAIL : MW_QUIT;
}

static void begin(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->hello.over = over;
    state->hello.quiet = true;
}

static const char *say_mail(struct mw_talk *talk)
{
    const struct mw_asked *asked = asked_of(talk);
    return mw_hello_mail(talk, asked->mailbox, !mw_hello_is_ascii(asked->mailbox) || !mw_hello_is_ascii(asked->to));
}

static int got_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    return mw_hello_unless_421(talk, reply, reply->code / 100 == 2 ? RCPT : MW_QUIT);
}

static const char *say_rcpt(struct mw_talk *talk)
{
    return mw_hello_rcpt(talk, asked_of(talk)->to);
}

static int got_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    return mw_hello_unless_421(talk, reply, reply->code / 100 == 2 ? DATA : MW_QUIT);
}

static const char *say_data(struct mw_talk *talk)
{
    (void)talk;
    return "DATA";
}

static int got_data(struct mw_talk *talk, const struct mw_reply *reply)
{
    return mw_hello_unless_421(talk, reply, reply->code == 354 ? TRY : MW_QUIT);
}

/* The message first; then a line that a variant ends, so that each has the same before it. */
static const char *say_try(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const char *message = "";
    if (!state->id) {
        state->id = mw_marked_id(look->arena, look->asked->mailbox);
        mw_tell_text(look, MW_F_SMUGGLE_MESSAGE, look->asked->to, state->id, NULL);
        message = mw_marked_message(look->arena, state->id, look->asked->mailbox, look->asked->to, time(NULL));
    }
    return mw_printf(look->arena, "%s%s%s", message, variants[state->at].name, variants[state->at].bytes);
}

static int got_answer(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    bool taken = reply->code / 100 == 2;
    if (taken || reply->code / 100 == 5) {
        mw_tell_text(look, taken ? MW_F_END_OF_DATA : MW_F_END_OF_DATA_REFUSED, mw_talk_about(talk), variants[state->at].name, reply->whole);
    }
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

static int got_try(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply) {
        return got_answer(talk, reply);
    }
    mw_list_add(mw_talk_look(talk)->arena, &state->passed, variants[state->at].name);
    return ++state->at < MW_COUNT(variants) ? TRY : END;
}

static const char *say_end(struct mw_talk *talk)
{
    (void)talk;
    return "\r\n.\r\n";
}

static int got_end(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (reply->code / 100 == 2) {
        mw_tell_list(mw_talk_look(talk), MW_F_END_OF_DATA_PASSED, mw_talk_about(talk), &state->passed, reply->whole);
    }
    if (reply->code / 100 == 5) {
        mw_tell_text(mw_talk_look(talk), MW_F_END_OF_DATA_REFUSED, mw_talk_about(talk), mw_list_join(mw_talk_look(talk)->arena, &state->passed, ", "),
                     reply->whole);
    }
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                        name               what we say          who reads the answer     wait  flags */
    MW_HELLO_ROWS,
    [MAIL]                = { "MAIL",            say_mail,            got_mail,                 60,  0 },
    [RCPT]                = { "RCPT",            say_rcpt,            got_rcpt,                 60,  0 },
    [DATA]                = { "DATA",            say_data,            got_data,                120,  0 },
    [TRY]                 = { "within DATA",     say_try,             got_try,              WAIT_S,  MW_RAW | MW_MESSAGE | MW_MAY_BE_SILENT },
    [END]                 = { "end of DATA",     say_end,             got_end,                 600,  MW_RAW | MW_MESSAGE },
};
/* clang-format on */

static const struct mw_talk_plan plan = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_SMUGGLE_END, MW_F_SMUGGLE_STAGE, MW_NO_FACT, MW_NO_FACT},
    .first = MW_HELLO_GREETING,
    .state_bytes = sizeof(struct talk_state),
    .begin = begin,
    .again = true,
};

const struct mw_probe mw_probe_smuggle = {
    .name = "smuggle",
    .says = N_("With --intrusive: tries at the recipient's exchange which wrong ends of a message are taken for its end, in one marked message."),
    .legs = MW_SEND,
    .wants = MW_F_ENDPOINT_SMUGGLE,
    .tells = {MW_F_SMUGGLE_STAGE, MW_F_SMUGGLE_MESSAGE, MW_F_END_OF_DATA, MW_F_END_OF_DATA_REFUSED, MW_F_END_OF_DATA_PASSED, MW_TALK_TELLS},
    .ends = MW_F_SMUGGLE_END,
    .plan = &plan,
};

/* --- where ---------------------------------------------------------------------------------------------------------------------------------------- */

static bool serves_recipient(const struct mw_look *look, const struct mw_fact *endpoint)
{
    const struct mw_fact *rcpt = mw_fact_find(look->facts, MW_F_SMTP_RCPT, endpoint->about);
    const struct mw_fact *to = mw_fact_find(look->facts, MW_F_SMTP_RCPT_TO, endpoint->about);
    return rcpt && *rcpt->text == '2' && to && mw_text_same(to->text, look->asked->to);
}

/* One exchange that took the recipient in this run, as long as somebody watches his mailbox. */
static bool try_at(struct mw_look *look, const struct mw_fact *endpoint)
{
    const struct mw_facts *facts = look->facts;
    bool watched = mw_fact_first(facts, MW_F_DELIVER_READY) && !mw_fact_first(facts, MW_F_DELIVER_FOLDERS) && !mw_fact_first(facts, MW_F_ARRIVAL_END);
    if (!watched || mw_fact_first(facts, MW_F_ENDPOINT_SMUGGLE) || !serves_recipient(look, endpoint))
        return false;
    mw_tell(look, &(struct mw_fact){.id = MW_F_ENDPOINT_SMUGGLE, .about = endpoint->about, .text = endpoint->text, .because = endpoint->n});
    return true;
}

static void choose(struct mw_look *look)
{
    for (const struct mw_fact *fact = mw_fact_first(look->facts, MW_F_ENDPOINT_SMTP); fact; fact = mw_fact_next(look->facts, fact))
        if (try_at(look, fact))
            return;
    look->outcome = MW_SKIPPED;
    look->remark = "no exchange had taken the recipient by then";
}

/* The exchange was asked later than the mailbox was opened. */
static void choose_this(struct mw_look *look)
{
    const struct mw_fact *endpoint = mw_fact_find(look->facts, MW_F_ENDPOINT_SMTP, look->why->about);
    if (!endpoint || !try_at(look, endpoint))
        look->outcome = MW_SKIPPED;
}

static bool is_asked_for(const struct mw_look *look)
{
    return look->asked->intrusive;
}

const struct mw_probe mw_probe_smuggle_begin = {
    .name = "smuggle",
    .says = N_("With --intrusive: tries at the recipient's exchange which wrong ends of a message are taken for its end, in one marked message."),
    .legs = MW_SEND,
    .wants = MW_F_DELIVER_READY,
    .tells = {MW_F_ENDPOINT_SMUGGLE},
    .ends = MW_F_SMUGGLE_BEGIN_END,
    .when = is_asked_for,
    .start = choose,
};

const struct mw_probe mw_probe_smuggle_later = {
    .name = "smuggle",
    .says = N_("With --intrusive: tries at the recipient's exchange which wrong ends of a message are taken for its end, in one marked message."),
    .legs = MW_SEND,
    .wants = MW_F_SMTP_RCPT,
    .tells = {MW_F_ENDPOINT_SMUGGLE},
    .ends = MW_F_SMUGGLE_BEGIN_END,
    .when = is_asked_for,
    .start = choose_this,
};
