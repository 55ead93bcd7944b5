/* The conversation on port 25 with a mail exchange: what it offers, and what it says to a sender and to the recipient that was asked about.
 *
 * One connection an address. It never says DATA, so no mail is ever sent; it never logs in. RFC 5321, RFC 3207, RFC 2920 (pipelining), RFC 6531. */
#include "hello.h"

#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

#include <string.h>

enum { MAIL = MW_HELLO_STEPS, RCPT, POSTMASTER };

struct talk_state {
    struct mw_hello hello; /* first */
    const char *sender;    /* "" is the null sender */
    const char *recipient; /* first to ask; NULL: none that can be said here */
    const char *postmaster;
    bool together;         /* MAIL and RCPT were said at once */
    bool mail_refused;
};

static bool is_value(struct mw_talk *talk, const char *value)
{
    return mw_text_same(mw_talk_look(talk)->why->text, value);
}

static const char *domain_of(const char *mailbox)
{
    const char *at = mailbox ? strrchr(mailbox, '@') : NULL;
    return at ? at + 1 : NULL;
}

/* An exchange of the outside recipient is asked for that recipient, ours for the mailbox that the question is about, a host that was named for either. */
static const char *wanted_recipient(struct mw_talk *talk)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    if (is_value(talk, "recipient") || (is_value(talk, "target") && !asked->mailbox)) {
        return asked->to;
    }
    return asked->mailbox;
}

/* The mailbox's own mail does not leave by this machine, so its name as a sender would only prove SPF. */
static void choose_envelope(struct mw_talk *talk, struct talk_state *state)
{
    const struct mw_look *look = mw_talk_look(talk);
    const char *wanted = wanted_recipient(talk), *domain = wanted ? domain_of(wanted) : look->asked->domain;
    const char *from = is_value(talk, "recipient") ? NULL : look->asked->from;
    state->recipient = wanted && mw_hello_can_say(&state->hello, wanted) ? wanted : NULL;
    state->postmaster = domain ? mw_printf(look->arena, "postmaster@%s", domain) : NULL;
    state->sender = from && mw_hello_can_say(&state->hello, from) ? from : "";
}

static int after_hello(struct mw_talk *talk, int next)
{
    struct talk_state *state = mw_talk_state(talk);
    if (next != MW_HELLO_OVER) {
        return next;
    }
    choose_envelope(talk, state);
    return state->recipient || state->postmaster ? MAIL : MW_QUIT;
}

static int got_ehlo(struct mw_talk *talk, const struct mw_reply *reply)
{
    return after_hello(talk, mw_hello_got_ehlo(talk, reply));
}

static int got_helo(struct mw_talk *talk, const struct mw_reply *reply)
{
    return after_hello(talk, mw_hello_got_helo(talk, reply));
}

static int got_starttls(struct mw_talk *talk, const struct mw_reply *reply)
{
    return after_hello(talk, mw_hello_got_starttls(talk, reply));
}

static int got_ehlo_again(struct mw_talk *talk, const struct mw_reply *reply)
{
    return after_hello(talk, mw_hello_got_ehlo_again(talk, reply));
}

static const char *say_mail(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    const char *first = state->recipient ? state->recipient : state->postmaster;
    bool utf8 = !mw_hello_is_ascii(state->sender) || !mw_hello_is_ascii(first);
    const char *mail = mw_hello_mail(talk, state->sender, utf8);
    state->together = state->hello.pipelining;
    return state->together ? mw_printf(mw_talk_look(talk)->arena, "%s\r\n%s", mail, mw_hello_rcpt(talk, first)) : mail;
}

static int got_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, MW_F_SMTP_MAIL_FROM, mw_talk_about(talk), *state->sender ? state->sender : "<>", NULL);
    mw_tell_text(look, MW_F_SMTP_MAIL, mw_talk_about(talk), reply->whole, NULL);
    state->mail_refused = reply->code / 100 != 2;
    int next = state->recipient ? RCPT : POSTMASTER;
    return mw_hello_unless_421(talk, reply, state->mail_refused && !state->together ? MW_QUIT : next);
}

static const char *say_rcpt(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->together ? NULL : mw_hello_rcpt(talk, state->recipient);
}

static int got_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    if (state->mail_refused) { /* "503 need MAIL first" to our pipelined RCPT says nothing of the recipient */
        return mw_hello_unless_421(talk, reply, MW_QUIT);
    }
    mw_tell_text(look, MW_F_SMTP_RCPT_TO, mw_talk_about(talk), state->recipient, NULL);
    mw_tell_text(look, MW_F_SMTP_RCPT, mw_talk_about(talk), reply->whole, NULL);
    bool is_refused = reply->code / 100 != 2;
    state->together = false; /* RCPT of the postmaster was not said yet */
    return mw_hello_unless_421(talk, reply, is_refused && state->postmaster && !mw_text_same(state->recipient, state->postmaster) ? POSTMASTER : MW_QUIT);
}

static const char *say_postmaster(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->together ? NULL : mw_hello_rcpt(talk, state->postmaster);
}

static int got_postmaster(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (!state->mail_refused) {
        mw_tell_text(mw_talk_look(talk), MW_F_SMTP_POSTMASTER, mw_talk_about(talk), reply->whole, NULL);
    }
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* Deadlines: RFC 5321 section 4.5.3.2 allows five minutes; the run's deadline cuts them. */
/* clang-format off */
static const struct mw_step steps[] = {
    /*                        name               what we say          who reads the answer     wait  flags */
    [MW_HELLO_TLS_FIRST]  = { "handshake",       NULL,                mw_hello_got_tls_first,   15,  MW_HANDSHAKE },
    [MW_HELLO_GREETING]   = { "greeting",        NULL,                mw_hello_got_greeting,   300,  0 },
    [MW_HELLO_EHLO]       = { "EHLO",            mw_hello_ehlo,       got_ehlo,                 60,  0 },
    [MW_HELLO_HELO]       = { "HELO",            mw_hello_helo,       got_helo,                 60,  0 },
    [MW_HELLO_STARTTLS]   = { "STARTTLS",        mw_hello_starttls,   got_starttls,             60,  0 },
    [MW_HELLO_HANDSHAKE]  = { "handshake",       NULL,                mw_hello_got_handshake,   15,  MW_HANDSHAKE },
    [MW_HELLO_EHLO_AGAIN] = { "EHLO after TLS",  mw_hello_ehlo,       got_ehlo_again,           60,  0 },
    [MAIL]                = { "MAIL",            say_mail,            got_mail,                 60,  0 },
    [RCPT]                = { "RCPT",            say_rcpt,            got_rcpt,                 60,  0 },
    [POSTMASTER]          = { "RCPT postmaster", say_postmaster,      got_postmaster,           60,  0 },
};
/* clang-format on */

static const struct mw_talk_plan plan = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_SMTP_END, MW_F_SMTP_STAGE, MW_F_SMTP_GREETING, MW_F_SMTP_GREETING_MS},
    .first = MW_HELLO_GREETING,
    .state_bytes = sizeof(struct talk_state),
};

/* Our own exchanges matter to receiving, the outside recipient's to sending. */
static bool has_leg(const struct mw_look *look)
{
    if (mw_text_same(look->why->text, "target")) {
        return true;
    }
    return (look->asked->legs & (mw_text_same(look->why->text, "recipient") ? (unsigned)MW_SEND : (unsigned)MW_RECEIVE)) != 0;
}

const struct mw_probe mw_probe_smtp = {
    .name = "smtp",
    .says = N_("Talks to each mail exchange on port 25: greeting, EHLO, STARTTLS, MAIL and RCPT, never DATA."),
    .legs = MW_RECEIVE | MW_SEND,
    .wants = MW_F_ENDPOINT_SMTP,
    .tells = {MW_HELLO_TELLS, MW_F_SMTP_STAGE, MW_F_SMTP_MAIL, MW_F_SMTP_MAIL_FROM, MW_F_SMTP_RCPT, MW_F_SMTP_RCPT_TO, MW_F_SMTP_POSTMASTER, MW_TALK_TELLS},
    .ends = MW_F_SMTP_END,
    .when = has_leg,
    .plan = &plan,
};
