/* The conversation with a server that delivers into local mailboxes by LMTP: what it offers, and what it says to the recipient that was asked about.
 *
 * It never says DATA, so nothing is delivered. Where LHLO is unknown it asks whether SMTP is spoken there. RFC 2033, RFC 5321. */
#include "hello.h"

#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

enum { MAIL = MW_HELLO_STEPS, RCPT, OTHER };

struct talk_state {
    struct mw_hello hello; /* first */
};

static const char *recipient(const struct mw_look *look)
{
    return look->asked->mailbox ? look->asked->mailbox : look->asked->to;
}

static int over(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const char *to = recipient(mw_talk_look(talk));
    return to && mw_hello_can_say(&state->hello, to) ? MAIL : MW_QUIT;
}

static void begin(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->hello = (struct mw_hello){.over = over, .other = OTHER, .lmtp = true};
}

static const char *say_mail(struct mw_talk *talk)
{
    return mw_hello_mail(talk, "", !mw_hello_is_ascii(recipient(mw_talk_look(talk))));
}

static int got_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, MW_F_SMTP_MAIL_FROM, mw_talk_about(talk), "<>", NULL);
    mw_tell_text(look, MW_F_SMTP_MAIL, mw_talk_about(talk), reply->whole, NULL);
    return mw_hello_unless_421(talk, reply, reply->code / 100 == 2 ? RCPT : MW_QUIT);
}

static const char *say_rcpt(struct mw_talk *talk)
{
    return mw_hello_rcpt(talk, recipient(mw_talk_look(talk)));
}

static int got_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, MW_F_SMTP_RCPT_TO, mw_talk_about(talk), recipient(look), NULL);
    mw_tell_text(look, MW_F_SMTP_RCPT, mw_talk_about(talk), reply->whole, NULL);
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                        name               what we say          who reads the answer     wait  flags */
    [MW_HELLO_GREETING]   = { "greeting",        NULL,                mw_hello_got_greeting,   300,  0 },
    [MW_HELLO_EHLO]       = { "LHLO",            mw_hello_ehlo,       mw_hello_got_ehlo,        60,  0 },
    [MW_HELLO_STARTTLS]   = { "STARTTLS",        mw_hello_starttls,   mw_hello_got_starttls,    60,  0 },
    [MW_HELLO_HANDSHAKE]  = { "handshake",       NULL,                mw_hello_got_handshake,   15,  MW_HANDSHAKE },
    [MW_HELLO_EHLO_AGAIN] = { "LHLO after TLS",  mw_hello_ehlo,       mw_hello_got_ehlo_again,  60,  0 },
    [MAIL]                = { "MAIL",            say_mail,            got_mail,                 60,  0 },
    [RCPT]                = { "RCPT",            say_rcpt,            got_rcpt,                 60,  0 },
    [OTHER]               = { "EHLO",            mw_hello_other,      mw_hello_got_other,        8,  MW_ASIDE },
};
/* clang-format on */

static const struct mw_talk_plan plan = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_LMTP_END, MW_F_LMTP_STAGE, MW_F_SMTP_GREETING, MW_F_SMTP_GREETING_MS},
    .first = MW_HELLO_GREETING,
    .state_bytes = sizeof(struct talk_state),
    .begin = begin,
};

const struct mw_probe mw_probe_lmtp = {
    .name = "lmtp",
    .says = N_("Talks LMTP to a server that delivers into local mailboxes: LHLO, MAIL and RCPT, never DATA."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_ENDPOINT_LMTP,
    .tells = {MW_HELLO_TELLS, MW_F_LMTP_STAGE, MW_F_SMTP_MAIL, MW_F_SMTP_MAIL_FROM, MW_F_SMTP_RCPT, MW_F_SMTP_RCPT_TO, MW_F_SMTP_SPEAKS, MW_TALK_TELLS},
    .ends = MW_F_LMTP_END,
    .plan = &plan,
};
