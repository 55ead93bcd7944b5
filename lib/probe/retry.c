/* A second try at an exchange that refused for now (--retry): one new connection to the same address after a while, with the same sender and recipient. Taken
 * then, it was greylisting or has passed; refused in the same words, it is something else.
 *
 * It begins when the first conversation is over, so that there are two connections to an address at most and never two at once. It says what the first one said
 * up to RCPT, never DATA, and tells nothing of connection, TLS and extensions again. RFC 6647 (greylisting), RFC 5321 section 4.5.4.1. */
#include "hello.h"

#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

#include <string.h>

enum { MAIL = MW_HELLO_STEPS, RCPT };

struct talk_state {
    struct mw_hello hello; /* first */
};

static const char *text_of(const struct mw_look *look, enum mw_fact_id id)
{
    const struct mw_fact *fact = mw_fact_find(look->facts, id, look->why->about);
    return fact ? fact->text : NULL;
}

/* The recipient of the first try; NULL: it did not come so far, or nobody was asked about. */
static const char *recipient(const struct mw_look *look)
{
    const char *told = text_of(look, MW_F_SMTP_RCPT_TO), *role = text_of(look, MW_F_ENDPOINT_SMTP);
    bool is_other = !look->asked->mailbox || (role && mw_text_same(role, "recipient"));
    return told ? told : is_other ? look->asked->to : look->asked->mailbox;
}

static const char *sender(const struct mw_look *look)
{
    const char *told = text_of(look, MW_F_SMTP_MAIL_FROM);
    return told && strcmp(told, "<>") != 0 ? told : "";
}

static bool was_put_off(const struct mw_look *look)
{
    static const enum mw_fact_id replies[] = {MW_F_SMTP_GREETING, MW_F_SMTP_EHLO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT};
    for (size_t i = 0; look->asked->retry_s > 0 && i < MW_COUNT(replies); i++) {
        const char *reply = text_of(look, replies[i]);
        if (reply && *reply == '4') {
            return true;
        }
    }
    return false;
}

static void tell(struct mw_talk *talk, enum mw_fact_id id, const struct mw_reply *reply)
{
    mw_tell_text(mw_talk_look(talk), id, mw_talk_about(talk), reply->whole, NULL);
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
    state->hello.over = over;
    state->hello.quiet = true;
}

static const char *say_mail(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    return mw_hello_mail(talk, sender(look), !mw_hello_is_ascii(sender(look)) || !mw_hello_is_ascii(recipient(look)));
}

static int got_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    tell(talk, MW_F_SMTP_RETRY_MAIL, reply);
    return mw_hello_unless_421(talk, reply, reply->code / 100 == 2 ? RCPT : MW_QUIT);
}

static const char *say_rcpt(struct mw_talk *talk)
{
    return mw_hello_rcpt(talk, recipient(mw_talk_look(talk)));
}

static int got_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    tell(talk, MW_F_SMTP_RETRY_RCPT, reply);
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                        name               what we say          who reads the answer     wait  flags */
    MW_HELLO_ROWS,
    [MAIL]                = { "MAIL",            say_mail,            got_mail,                 60,  0 },
    [RCPT]                = { "RCPT",            say_rcpt,            got_rcpt,                 60,  0 },
};
/* clang-format on */

static const struct mw_talk_plan plan = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_SMTP_RETRY_END, MW_F_SMTP_RETRY_STAGE, MW_F_SMTP_RETRY_GREETING, MW_NO_FACT},
    .first = MW_HELLO_GREETING,
    .state_bytes = sizeof(struct talk_state),
    .begin = begin,
    .again = true,
};

static void rang(void *context)
{
    struct mw_look *look = context;
    mw_tell_number(look, MW_F_SMTP_RETRY_AFTER, look->why->about, (int64_t)look->asked->retry_s, NULL);
    mw_talk_start(look, &plan);
    mw_look_release(look);
}

static void start(struct mw_look *look)
{
    mw_look_hold(look);
    mw_timer_start(look->net, look->asked->retry_s, rang, look);
}

const struct mw_probe mw_probe_retry = {
    .name = "retry",
    .says = N_("Tries an exchange once more that refused for now, where --retry says after how long."),
    .legs = MW_RECEIVE | MW_SEND,
    .wants = MW_F_SMTP_END,
    .tells = {MW_F_SMTP_RETRY_STAGE, MW_F_SMTP_RETRY_AFTER, MW_F_SMTP_RETRY_GREETING, MW_F_SMTP_RETRY_MAIL, MW_F_SMTP_RETRY_RCPT, MW_F_TALK_DIALOGUE},
    .ends = MW_F_SMTP_RETRY_END,
    .when = was_put_off,
    .start = start,
    .plan = &plan,
};
