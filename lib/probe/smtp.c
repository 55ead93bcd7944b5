/* The conversation on port 25 with a mail exchange: what it offers, and what it says to a sender and to the recipient that was asked about. Then a few
 * transactions more, each answering one question: the null sender, the postmaster, a name that nobody has, the size of a message, a foreign domain.
 *
 * One connection an address. It never says DATA, so no mail is ever sent; it never logs in. A name that nobody has is asked once a domain; a foreign domain
 * once a host, and neither of a server on this machine's own network nor of somebody else's exchange. RFC 5321, RFC 3207, RFC 2920 (pipelining), RFC 6531,
 * RFC 1870 (SIZE). */
#include "hello.h"
#include "relay.h"

#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

#include <string.h>
#include <sys/random.h>
#include <uv.h>

#define RANDOM_LETTERS 20u
#define PATIENCE_NS 4000000000u /* who needed longer for the first transaction is not asked more */

enum { MAIL = MW_HELLO_STEPS, RCPT, RESET, TRIAL_MAIL, TRIAL_RCPT, OTHER };

/* The transactions in their order. The first is the one that was asked for. */
enum trial { FIRST, NULL_SENDER, POSTMASTER, RANDOM, SIZED, FOREIGN, TRIALS };

struct envelope {
    const char *sender;    /* "" is the null sender */
    const char *recipient; /* NULL: it ends behind MAIL */
    bool sized;            /* MAIL names the size of the message asked about */
};

struct talk_state {
    struct mw_hello hello; /* first */
    const char *recipient; /* asked about; NULL: none that can be said here */
    const char *postmaster;
    const char *domain;    /* of both */
    struct envelope envelopes[TRIALS];
    bool made[TRIALS];
    enum trial trial;      /* under way */
    bool together;         /* all transactions were said at once */
    bool mail_refused;     /* in this transaction */
    int first_code;        /* what became of the first transaction */
    uint64_t since_ns;     /* it began */
    const char *skipped;   /* why no further ones are made */
    bool finished, throttled;
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

/* --- which transactions ------------------------------------------------------------------------------------------------------------------------ */

/* The mailbox's own mail does not leave by this machine, so its name as a sender would only prove SPF. */
static bool first(struct mw_talk *talk, struct envelope *envelope)
{
    struct talk_state *state = mw_talk_state(talk);
    const struct mw_look *look = mw_talk_look(talk);
    const char *wanted = wanted_recipient(talk), *from = is_value(talk, "recipient") ? NULL : look->asked->from;
    state->domain = wanted ? domain_of(wanted) : look->asked->domain;
    state->recipient = wanted && mw_hello_can_say(&state->hello, wanted) ? wanted : NULL;
    state->postmaster = state->domain ? mw_printf(look->arena, "postmaster@%s", state->domain) : NULL;
    envelope->sender = from && mw_hello_can_say(&state->hello, from) ? from : "";
    envelope->recipient = state->recipient ? state->recipient : state->postmaster;
    return envelope->recipient;
}

/* Another sender decides whether the first one is what was refused. */
static bool null_sender(struct mw_talk *talk, struct envelope *envelope)
{
    const struct talk_state *state = mw_talk_state(talk);
    envelope->recipient = state->recipient;
    return *state->envelopes[FIRST].sender;
}

static bool postmaster(struct mw_talk *talk, struct envelope *envelope)
{
    const struct talk_state *state = mw_talk_state(talk);
    envelope->recipient = state->postmaster;
    return state->recipient && !mw_text_same(state->recipient, state->postmaster);
}

static void choose_letters(char *letters)
{
    unsigned char bytes[RANDOM_LETTERS] = {0};
    (void)!getrandom(bytes, sizeof bytes, 0);
    for (size_t i = 0; i < RANDOM_LETTERS; i++) {
        letters[i] = (char)('a' + bytes[i] % 26);
    }
}

static bool was_asked(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const struct mw_facts *facts = mw_talk_look(talk)->facts;
    for (const struct mw_fact *fact = mw_fact_first(facts, MW_F_SMTP_RANDOM_TO); fact; fact = mw_fact_next(facts, fact)) {
        if (mw_text_same(domain_of(fact->text), state->domain)) {
            return true;
        }
    }
    return false;
}

static bool is_refused_for_now(const struct talk_state *state)
{
    return !state->together && state->first_code / 100 == 4;
}

/* A server that refuses the recipient for good does not take everybody. */
static bool random_name(struct mw_talk *talk, struct envelope *envelope)
{
    const struct talk_state *state = mw_talk_state(talk);
    char letters[RANDOM_LETTERS + 1] = {0};
    if (!state->recipient || is_refused_for_now(state) || (!state->together && state->first_code / 100 == 5) || was_asked(talk)) {
        return false;
    }
    choose_letters(letters);
    envelope->recipient = mw_printf(mw_talk_look(talk)->arena, "%s@%s", letters, state->domain);
    mw_tell_text(mw_talk_look(talk), MW_F_SMTP_RANDOM_TO, mw_talk_about(talk), envelope->recipient, NULL);
    return true;
}

static bool sized(struct mw_talk *talk, struct envelope *envelope)
{
    const struct talk_state *state = mw_talk_state(talk);
    envelope->sized = state->hello.size && mw_talk_look(talk)->asked->size > 0;
    return envelope->sized && !is_refused_for_now(state);
}

/* With the sender of the first transaction; somebody else's exchange is not asked. */
static bool foreign(struct mw_talk *talk, struct envelope *envelope)
{
    const struct talk_state *state = mw_talk_state(talk);
    envelope->sender = state->envelopes[FIRST].sender;
    envelope->recipient = is_value(talk, "recipient") || is_refused_for_now(state) ? NULL : mw_relay_claim(talk, state->domain);
    return envelope->recipient;
}

/* clang-format off */
static const struct {
    bool (*choose)(struct mw_talk *talk, struct envelope *envelope); /* the null sender, unless it names another; false: not here and now */
    enum mw_fact_id mail, rcpt; /* told of the replies */
} trials[] = {
    /*                which                 reply to MAIL            to RCPT */
    [FIRST]       = { first,                MW_F_SMTP_MAIL,          MW_F_SMTP_RCPT },
    [NULL_SENDER] = { null_sender,          MW_F_SMTP_MAIL_NULL,     MW_F_SMTP_RCPT_NULL },
    [POSTMASTER]  = { postmaster,           MW_NO_FACT,              MW_F_SMTP_POSTMASTER },
    [RANDOM]      = { random_name,          MW_NO_FACT,              MW_F_SMTP_RANDOM },
    [SIZED]       = { sized,                MW_F_SMTP_SIZE_REPLY,    MW_NO_FACT },
    [FOREIGN]     = { foreign,              MW_NO_FACT,              MW_F_SMTP_RELAY },
};
/* clang-format on */

static bool begin(struct mw_talk *talk, enum trial trial)
{
    struct talk_state *state = mw_talk_state(talk);
    struct envelope *envelope = &state->envelopes[trial];
    envelope->sender = "";
    state->made[trial] = trials[trial].choose(talk, envelope);
    return state->made[trial];
}

/* --- saying them ------------------------------------------------------------------------------------------------------------------------------- */

static const char *mail_line(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const struct envelope *envelope = &state->envelopes[state->trial];
    bool utf8 = !mw_hello_is_ascii(envelope->sender) || (envelope->recipient && !mw_hello_is_ascii(envelope->recipient));
    const char *mail = mw_hello_mail(talk, envelope->sender, utf8);
    return envelope->sized ? mw_printf(mw_talk_look(talk)->arena, "%s SIZE=%ld", mail, mw_talk_look(talk)->asked->size) : mail;
}

static const char *rcpt_line(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_hello_rcpt(talk, state->envelopes[state->trial].recipient);
}

/* RFC 2920 section 3.1: RSET, MAIL and RCPT may stand anywhere in a group. */
static const char *all_lines(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_list lines = {0};
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    for (state->trial = FIRST; state->trial < TRIALS; state->trial++) {
        if (state->trial != FIRST && !begin(talk, state->trial)) {
            continue;
        }
        if (state->trial != FIRST) {
            mw_list_add(arena, &lines, "RSET");
        }
        mw_list_add(arena, &lines, mail_line(talk));
        if (state->envelopes[state->trial].recipient) {
            mw_list_add(arena, &lines, rcpt_line(talk));
        }
    }
    state->trial = FIRST;
    return mw_list_join(arena, &lines, "\r\n");
}

static const char *say_first_mail(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->together = state->hello.pipelining;
    state->since_ns = uv_hrtime();
    return state->together ? all_lines(talk) : mail_line(talk);
}

static const char *say_mail(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->together ? NULL : mail_line(talk);
}

static const char *say_rcpt(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->together ? NULL : rcpt_line(talk);
}

static const char *say_reset(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->together ? NULL : "RSET";
}

/* --- reading the replies ----------------------------------------------------------------------------------------------------------------------- */

/* One at a time, some transactions are not worth their time, or would only be refused like the one before. */
static bool is_enough(struct talk_state *state)
{
    if (state->together) {
        return false;
    }
    if (uv_hrtime() - state->since_ns > PATIENCE_NS) {
        state->skipped = "the server answers slowly";
    }
    const char *sender = state->envelopes[state->trial].sender;
    if (state->mail_refused && !*sender && state->trial != SIZED) {
        state->skipped = "the null sender is refused";
    }
    return state->skipped;
}

static int next_trial(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    bool enough = is_enough(state);
    for (unsigned next = state->trial + 1; next < TRIALS && !enough; next++) {
        if (state->together ? state->made[next] : begin(talk, next)) {
            state->trial = next;
            return RESET;
        }
    }
    state->finished = true;
    return MW_QUIT;
}

static int trial_unless_421(struct mw_talk *talk, const struct mw_reply *reply, int next)
{
    struct talk_state *state = mw_talk_state(talk);
    state->throttled = reply->code == 421;
    return state->throttled ? MW_END : next;
}

static int got_first_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const char *sender = state->envelopes[FIRST].sender;
    mw_tell_text(look, MW_F_SMTP_MAIL_FROM, mw_talk_about(talk), *sender ? sender : "<>", NULL);
    mw_tell_text(look, MW_F_SMTP_MAIL, mw_talk_about(talk), reply->whole, NULL);
    state->mail_refused = reply->code / 100 != 2;
    state->first_code = reply->code;
    if (reply->code == 421) {
        return mw_hello_unless_421(talk, reply, MW_END);
    }
    return state->mail_refused && !state->together ? next_trial(talk) : RCPT;
}

static int got_first_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    if (!state->mail_refused) { /* "503 need MAIL first" to our pipelined RCPT says nothing of the recipient */
        state->first_code = reply->code;
        if (state->recipient) {
            mw_tell_text(look, MW_F_SMTP_RCPT_TO, mw_talk_about(talk), state->recipient, NULL);
        }
        mw_tell_text(look, state->recipient ? MW_F_SMTP_RCPT : MW_F_SMTP_POSTMASTER, mw_talk_about(talk), reply->whole, NULL);
    }
    return reply->code == 421 ? mw_hello_unless_421(talk, reply, MW_END) : next_trial(talk);
}

static int got_reset(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply->code / 100 != 2 && !state->together) {
        state->skipped = "RSET is refused";
        return trial_unless_421(talk, reply, MW_QUIT);
    }
    return trial_unless_421(talk, reply, TRIAL_MAIL);
}

static void tell_reply(struct mw_talk *talk, enum mw_fact_id id, const struct mw_reply *reply)
{
    if (id != MW_NO_FACT && reply->code != 421) {
        mw_tell_text(mw_talk_look(talk), id, mw_talk_about(talk), reply->whole, NULL);
    }
}

static int got_mail(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    tell_reply(talk, trials[state->trial].mail, reply);
    state->mail_refused = reply->code / 100 != 2;
    if (reply->code == 421) {
        return trial_unless_421(talk, reply, MW_END);
    }
    bool goes_on = state->envelopes[state->trial].recipient && (state->together || !state->mail_refused);
    return goes_on ? TRIAL_RCPT : next_trial(talk);
}

static int got_rcpt(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (!state->mail_refused) {
        tell_reply(talk, trials[state->trial].rcpt, reply);
    }
    return reply->code == 421 ? trial_unless_421(talk, reply, MW_END) : next_trial(talk);
}

/* --- the hello before them --------------------------------------------------------------------------------------------------------------------- */

static int over(struct mw_talk *talk)
{
    return begin(talk, FIRST) ? MAIL : MW_QUIT;
}

static void begin_hello(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->hello.over = over;
    state->hello.other = OTHER;
}

static void done(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (state->trial == FIRST && !state->skipped) {
        return;
    }
    const char *end = state->skipped ? MW_SKIPPED : state->finished ? MW_OK : state->throttled ? MW_THROTTLED : "cut short";
    mw_tell_text(mw_talk_look(talk), MW_F_SMTP_TRIALS_END, mw_talk_about(talk), end, state->skipped);
}

/* clang-format off */
static const struct mw_step steps[] = {
    /*                        name               what we say          who reads the answer     wait  flags */
    MW_HELLO_ROWS,
    [MAIL]                = { "MAIL",            say_first_mail,      got_first_mail,           60,  0 },
    [RCPT]                = { "RCPT",            say_rcpt,            got_first_rcpt,           60,  0 },
    [RESET]               = { "RSET of a trial", say_reset,           got_reset,                 8,  MW_ASIDE },
    [TRIAL_MAIL]          = { "MAIL of a trial", say_mail,            got_mail,                  8,  MW_ASIDE },
    [TRIAL_RCPT]          = { "RCPT of a trial", say_rcpt,            got_rcpt,                  8,  MW_ASIDE },
    [OTHER]               = { "LHLO",            mw_hello_other,      mw_hello_got_other,        8,  MW_ASIDE },
};
/* clang-format on */

static const struct mw_talk_plan plan = {
    .dialect = &mw_smtp_dialect,
    .steps = steps,
    .facts = {MW_F_SMTP_END, MW_F_SMTP_STAGE, MW_F_SMTP_GREETING, MW_F_SMTP_GREETING_MS},
    .first = MW_HELLO_GREETING,
    .state_bytes = sizeof(struct talk_state),
    .begin = begin_hello,
    .done = done,
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
    .tells = {MW_HELLO_TELLS, MW_F_SMTP_STAGE, MW_F_SMTP_MAIL, MW_F_SMTP_MAIL_FROM, MW_F_SMTP_RCPT, MW_F_SMTP_RCPT_TO, MW_F_SMTP_POSTMASTER,
              MW_F_SMTP_MAIL_NULL, MW_F_SMTP_RCPT_NULL, MW_F_SMTP_RANDOM, MW_F_SMTP_RANDOM_TO, MW_F_SMTP_RELAY, MW_F_SMTP_RELAY_TO, MW_F_SMTP_SIZE_REPLY,
              MW_F_SMTP_TRIALS_END, MW_F_SMTP_SPEAKS, MW_TALK_TELLS},
    .ends = MW_F_SMTP_END,
    .when = has_leg,
    .plan = &plan,
};
