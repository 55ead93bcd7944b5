/* The engine of conversations: connects, waits, cuts the stream into replies, hands them to the step's handler, says what the next step says, shakes hands, and
 * tells how it ended. It never knows what a reply means; the dialect knows where one ends, and the steps know the protocol. RFC 5321, RFC 9051, RFC 1939,
 * RFC 3207 (nothing said in clear counts after STARTTLS). */
#include <mailwhy/talk.h>

#include "dialogue.h"
#include "inside.h"

#include <mailwhy/about.h>

#include <assert.h>
#include <string.h>

#define STEPS_CEILING 200u
#define TAGS_CEILING 32u
#define STEP_WAIT_S 30.0
#define SHOWN_LINES 60u /* of what is heard in one step: a list of a thousand folders must not push the rest out of the dialogue */
#define AT_ONCE_S 1e-6
#define SLOW_MS 1000.0
#define BINDING_BYTES 64u /* RFC 9266: 32; a Finished message of TLS 1.2: 12 */

struct mw_talk {
    struct mw_look *look;
    const struct mw_talk_plan *plan;
    const char *endpoint;
    struct mw_about about;
    void *state;
    struct mw_dial *dial;
    struct mw_wire *wire;
    struct mw_timer *timer;
    int step;
    unsigned taken; /* steps */
    const char *stage, *outcome;
    const char *broken; /* how the connection ended; NULL while it stands */
    char *heard;
    size_t heard_bytes, heard_room, noted_bytes;
    unsigned shown_lines; /* of the step */
    struct { const char *tag, *early; } tags[TAGS_CEILING]; /* that are awaited, in order; `early`: the answer, where it came before that to one said earlier */
    unsigned tag_count, last_tag;
    bool greeted;
    uint64_t waiting_since_ns; /* for the greeting */
    uint64_t step_since_ns;
    double slowest_ms; /* of the replies behind the greeting */
    const char *slowest;
    unsigned slow_replies;
    struct mw_tls_seen *tls;
    const char *injected;
    struct mw_dialogue dialogue;
};

static bool go_on(struct mw_talk *talk);
static bool enter(struct mw_talk *talk, int index);

static const struct mw_step *step_of(const struct mw_talk *talk)
{
    return &talk->plan->steps[talk->step];
}

static size_t buffer_ceiling(const struct mw_talk *talk)
{
    bool is_long = talk->plan->reply_ceiling && talk->step >= talk->plan->long_from;
    return (is_long ? talk->plan->reply_ceiling : MW_REPLY_CEILING) + MW_LINE_CEILING;
}

static unsigned steps_ceiling(const struct mw_talk *talk)
{
    return talk->plan->steps_ceiling ? talk->plan->steps_ceiling : STEPS_CEILING;
}

static bool is_ok(const char *outcome)
{
    return strcmp(outcome, MW_OK) == 0;
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------------------ */
static void tell_course(struct mw_talk *talk)
{
    if (talk->dialogue.lines.count)
        mw_tell_list(talk->look, MW_F_TALK_DIALOGUE, talk->endpoint, &talk->dialogue.lines, NULL);
    if (talk->plan->facts.stage != MW_NO_FACT)
        mw_tell_text(talk->look, talk->plan->facts.stage, talk->endpoint, talk->stage, NULL);
    if (talk->slow_replies && !talk->plan->again) {
        mw_tell_number(talk->look, MW_F_TALK_SLOWEST, talk->endpoint, (int64_t)talk->slowest_ms, talk->slowest);
        mw_tell_number(talk->look, MW_F_TALK_SLOW_REPLIES, talk->endpoint, talk->slow_replies, NULL);
    }
}

static void tell_end(struct mw_talk *talk, const char *outcome)
{
    struct mw_look *look = talk->look;
    enum mw_fact_id id = talk->plan->facts.end;
    const char *quote = is_ok(outcome) ? NULL : talk->tls && talk->tls->alert ? talk->tls->alert : talk->dialogue.heard;
    if (id != MW_NO_FACT)
        mw_tell_text(look, id, talk->endpoint, outcome, look->remark ? look->remark : quote);
    look->told_end = look->told_end || id == look->ends;
}

/* What came last and was not a whole reply is shown too. */
static void note_rest(struct mw_talk *talk)
{
    if (talk->heard_bytes > talk->noted_bytes)
        mw_dialogue_heard(&talk->dialogue, talk->heard + talk->noted_bytes, talk->heard_bytes - talk->noted_bytes);
    talk->noted_bytes = talk->heard_bytes;
}

static void let_go(struct mw_talk *talk, const char *outcome)
{
    if (talk->wire)
        note_rest(talk);
    if (!is_ok(outcome) && talk->wire)
        mw_dialogue_note(&talk->dialogue, outcome);
    mw_timer_stop(talk->timer);
    if (talk->dial)
        mw_dial_cancel(talk->dial);
    if (talk->wire)
        mw_wire_close(talk->wire);
    tell_course(talk);
    talk->look->talk = NULL;
}

static bool is_aside(const struct mw_talk *talk)
{
    return step_of(talk)->flags & MW_ASIDE;
}

static void give_back(struct mw_talk *talk)
{
    if (talk->plan->done)
        talk->plan->done(talk);
}

/* Frees the talk (with its look): the one place where a conversation ends by itself. Always false, so that callers can say that there is nothing to go on with.
 * */
static bool end(struct mw_talk *talk, const char *outcome)
{
    if (is_ok(outcome))
        outcome = talk->outcome;
    let_go(talk, outcome);
    tell_end(talk, is_aside(talk) ? talk->outcome : outcome);
    give_back(talk);
    mw_look_release(talk->look);
    return false;
}

static void tell_tls(const struct mw_talk *talk)
{
    if (!talk->plan->again)
        mw_tls_tell(talk->look, talk->endpoint, talk->tls);
}

/* Waited for in vain: the handler shall see it. */
static void give_up_handshake(struct mw_talk *talk)
{
    if (!talk->wire || !(step_of(talk)->flags & MW_HANDSHAKE))
        return;
    talk->tls->outcome = MW_TIMED_OUT;
    tell_tls(talk);
    step_of(talk)->got(talk, NULL);
}

void mw_talk_cut(struct mw_talk *talk)
{
    give_up_handshake(talk);
    let_go(talk, "cut off");
    if (is_aside(talk))
        tell_end(talk, talk->outcome);
    give_back(talk);
}

static void write_line(struct mw_talk *talk, const char *line)
{
    const char *bytes = mw_printf(talk->look->arena, "%s\r\n", line);
    mw_wire_write(talk->wire, bytes, strlen(bytes));
}

/* The answer to the goodbye is not waited for: the socket lingers in the background. */
static bool say_goodbye(struct mw_talk *talk)
{
    const char *line = talk->plan->dialect->goodbye(talk), *tag_end = strrchr(line, ' ');
    if (!talk->broken) {
        mw_dialogue_said(&talk->dialogue, line, NULL);
        talk->dialogue.behind_secret = false;
        write_line(talk, line);
        mw_wire_leave(talk->wire);
        talk->wire = NULL;
    }
    if (is_ok(talk->outcome))
        talk->stage = tag_end ? tag_end + 1 : line;
    return end(talk, MW_OK);
}

static bool goes_on_in_silence(const struct mw_talk *talk)
{
    unsigned flags = step_of(talk)->flags;
    return talk->wire && (flags & MW_PAUSE || (flags & MW_MAY_BE_SILENT && !talk->heard_bytes));
}

static void rang(void *context)
{
    struct mw_talk *talk = context;
    talk->timer = NULL;
    if (goes_on_in_silence(talk)) {
        if (enter(talk, step_of(talk)->got(talk, NULL)))
            go_on(talk);
        return;
    }
    give_up_handshake(talk);
    if (is_aside(talk))
        say_goodbye(talk);
    else
        end(talk, MW_TIMED_OUT);
}

/* --- a step ------------------------------------------------------------------------------------------------------------------------------------- */
static void start_clock(struct mw_talk *talk, double wait_s)
{
    mw_timer_stop(talk->timer);
    talk->timer = mw_timer_start(talk->look->net, wait_s > 0 ? wait_s : STEP_WAIT_S, rang, talk);
}

static double wait_of(struct mw_talk *talk, const struct mw_step *step)
{
    return step->wait ? step->wait(talk) : step->wait_s;
}

void mw_talk_resume(struct mw_talk *talk)
{
    if (talk->wire && step_of(talk)->flags & MW_PAUSE)
        start_clock(talk, AT_ONCE_S);
}

static const char *shown_line(struct mw_talk *talk, const char *line, unsigned flags)
{
    if (flags & MW_SECRET_WHOLE)
        return "***";
    if (flags & MW_MESSAGE)
        return mw_printf(talk->look->arena, "(%zu bytes)", strlen(line));
    return flags & MW_SECRET ? mw_dialogue_blot(talk->look->arena, line, talk->plan->dialect->tagged ? 2 : 1) : NULL;
}

static void say(struct mw_talk *talk, const struct mw_step *step)
{
    const char *line = step->say ? step->say(talk) : NULL;
    if (!line)
        return;
    mw_dialogue_said(&talk->dialogue, line, shown_line(talk, line, step->flags));
    talk->dialogue.behind_secret = step->flags & (MW_SECRET | MW_SECRET_WHOLE);
    if (step->flags & MW_RAW)
        mw_wire_write(talk->wire, line, strlen(line));
    else
        write_line(talk, line);
}

/* Whatever came in clear behind the answer to STARTTLS was not said by whom we shake hands with (CVE-2011-0411): kept to be shown, thrown away. */
static void start_handshake(struct mw_talk *talk)
{
    struct mw_arena *arena = talk->look->arena;
    if (talk->heard_bytes) {
        talk->injected = mw_text_safe(arena, talk->heard, talk->heard_bytes, MW_DIALOGUE_BYTES);
        note_rest(talk);
        talk->heard_bytes = talk->noted_bytes = 0;
    }
    talk->tls = MW_NEW(arena, struct mw_tls_seen);
    mw_wire_start_tls(talk->wire, arena, *talk->about.host ? talk->about.host : talk->about.address, talk->tls);
}

/* False: the conversation has ended. */
static bool enter(struct mw_talk *talk, int index)
{
    if (index == MW_QUIT)
        return say_goodbye(talk);
    if (index == MW_END)
        return end(talk, MW_OK);
    if (++talk->taken > steps_ceiling(talk))
        return end(talk, MW_TOO_LONG);
    talk->step = index;
    const struct mw_step *step = step_of(talk);
    talk->stage = step->name;
    talk->shown_lines = 0;
    talk->step_since_ns = uv_hrtime();
    start_clock(talk, wait_of(talk, step));
    if (step->flags & MW_HANDSHAKE)
        start_handshake(talk);
    if (!(step->flags & MW_HANDSHAKE))
        say(talk, step);
    return true;
}

/* --- the handshake ------------------------------------------------------------------------------------------------------------------------------ */
static void note_handshake(struct mw_talk *talk)
{
    const struct mw_tls_seen *tls = talk->tls;
    struct mw_arena *arena = talk->look->arena;
    if (tls->version)
        mw_dialogue_note(&talk->dialogue, mw_printf(arena, "%s %s", tls->version, tls->cipher));
    if (tls->alert)
        mw_dialogue_note(&talk->dialogue, mw_printf(arena, "TLS: %s", tls->alert));
    if (tls->plain)
        mw_dialogue_heard(&talk->dialogue, tls->plain, strlen(tls->plain));
}

/* 1: the step is done; 0: wait; -1: the conversation has ended. */
static int shake(struct mw_talk *talk)
{
    const char *outcome = mw_wire_shake(talk->wire);
    if (!outcome)
        return 0;
    note_handshake(talk);
    tell_tls(talk);
    int next = step_of(talk)->got(talk, NULL);
    talk->waiting_since_ns = uv_hrtime();
    if (!is_ok(outcome)) {
        end(talk, outcome);
        return -1;
    }
    return enter(talk, next) ? 1 : -1;
}

/* --- replies ------------------------------------------------------------------------------------------------------------------------------------ */
/* The awaited one first. */
static const char *tags_of(const struct mw_talk *talk)
{
    struct mw_list tags = {0};
    if (talk->tag_count < 2)
        return talk->tag_count ? talk->tags[0].tag : "";
    for (unsigned i = 0; i < talk->tag_count; i++)
        mw_list_add(talk->look->arena, &tags, talk->tags[i].tag);
    return mw_list_join(talk->look->arena, &tags, " ");
}

static const char *awaited(const struct mw_talk *talk)
{
    if (step_of(talk)->flags & MW_MANY_LINES)
        return ".";
    if (!talk->plan->dialect->tagged)
        return NULL;
    return tags_of(talk);
}

/* A server may answer commands that were said at once in another order (RFC 9051 section 5.5). */
static void keep_early(struct mw_talk *talk, const struct mw_list *lines)
{
    for (unsigned i = 0; i < talk->tag_count; i++)
        for (size_t j = 0; talk->tag_count > 1 && j < lines->count; j++) {
            const char *line = lines->items[j], *tag = talk->tags[i].tag;
            if (mw_text_starts(line, tag) && line[strlen(tag)] == ' ')
                talk->tags[i].early = line;
        }
}

/* A continuation ("+") asks for more and leaves the command unanswered. */
static void answered(struct mw_talk *talk, const struct mw_reply *reply)
{
    keep_early(talk, &reply->lines);
    if (!talk->tag_count || reply->code == '+')
        return;
    talk->tag_count--;
    memmove(talk->tags, talk->tags + 1, talk->tag_count * sizeof talk->tags[0]);
}

static void tell_greeting(struct mw_talk *talk, const char *words)
{
    const struct mw_talk_facts *facts = &talk->plan->facts;
    double ms = mw_ms_since(talk->waiting_since_ns);
    if (talk->greeted)
        return;
    talk->greeted = true;
    if (facts->greeting != MW_NO_FACT)
        mw_tell(talk->look, &(struct mw_fact){.id = facts->greeting, .about = talk->endpoint, .text = words, .quote = words, .ms = ms});
    if (facts->greeting_ms != MW_NO_FACT)
        mw_tell_number(talk->look, facts->greeting_ms, talk->endpoint, (int64_t)ms, NULL);
}

static void time_reply(struct mw_talk *talk)
{
    double ms = mw_ms_since(talk->step_since_ns);
    if (!talk->greeted || ms < SLOW_MS)
        return;
    talk->slow_replies++;
    if (ms > talk->slowest_ms) {
        talk->slowest_ms = ms;
        talk->slowest = step_of(talk)->name;
    }
}

static void consume(struct mw_talk *talk, size_t bytes)
{
    talk->heard_bytes -= bytes;
    memmove(talk->heard, talk->heard + bytes, talk->heard_bytes);
    talk->noted_bytes = talk->noted_bytes > bytes ? talk->noted_bytes - bytes : 0;
}

static int took_reply(struct mw_talk *talk, const struct mw_reply *reply, size_t bytes)
{
    answered(talk, reply);
    time_reply(talk);
    tell_greeting(talk, reply->whole);
    int next = step_of(talk)->got(talk, reply); /* it may look at the bytes themselves */
    consume(talk, bytes);
    return enter(talk, next) ? 1 : -1;
}

static int not_a_reply(struct mw_talk *talk, long framed)
{
    size_t line = 0;
    while (line < talk->heard_bytes && talk->heard[line] != '\n')
        line++;
    tell_greeting(talk, mw_text_trim(talk->look->arena, mw_text_safe(talk->look->arena, talk->heard, line, MW_DIALOGUE_BYTES)));
    end(talk, framed == MW_FRAME_TOO_LONG ? MW_TOO_LONG : MW_GARBLED);
    return -1;
}

/* The connection is gone. IMAP says BYE without a tag before it hangs up: the handler shall see it. */
static int hung_up(struct mw_talk *talk)
{
    struct mw_reply reply = {0};
    if (talk->plan->dialect->tagged && talk->heard_bytes) {
        long framed = talk->plan->dialect->frame(talk->look->arena, talk->heard, talk->heard_bytes, "", &reply);
        if (framed > 0 && reply.code == 'Y')
            return took_reply(talk, &reply, (size_t)framed);
    }
    end(talk, talk->broken);
    return -1;
}

/* The answer that came before its time. */
static int take_early(struct mw_talk *talk)
{
    struct mw_reply reply = {0};
    const char *line = mw_printf(talk->look->arena, "%s\r\n", talk->tags[0].early);
    long framed = talk->plan->dialect->frame(talk->look->arena, line, strlen(line), talk->tags[0].tag, &reply);
    return framed > 0 ? took_reply(talk, &reply, 0) : not_a_reply(talk, MW_FRAME_GARBLED);
}

/* 1: a reply was taken; 0: wait; -1: the conversation has ended. */
static int take_reply(struct mw_talk *talk)
{
    struct mw_reply reply = {0};
    if (talk->tag_count && talk->tags[0].early)
        return take_early(talk);
    long framed = talk->heard_bytes ? talk->plan->dialect->frame(talk->look->arena, talk->heard, talk->heard_bytes, awaited(talk), &reply) : MW_FRAME_MORE;
    if (framed > 0)
        return took_reply(talk, &reply, (size_t)framed);
    if (framed < 0)
        return not_a_reply(talk, framed);
    if (talk->heard_bytes >= buffer_ceiling(talk))
        return not_a_reply(talk, MW_FRAME_TOO_LONG);
    return talk->broken ? hung_up(talk) : 0;
}

/* A pause ends early where the server hung up: the next step then finds out. */
static int wait_out(struct mw_talk *talk)
{
    if (talk->heard_bytes >= buffer_ceiling(talk))
        return not_a_reply(talk, MW_FRAME_TOO_LONG);
    if (!talk->broken)
        return 0;
    return enter(talk, step_of(talk)->got(talk, NULL)) ? 1 : -1;
}

/* 1: the step is done; 0: wait; -1: the conversation has ended. */
static int go_on_once(struct mw_talk *talk)
{
    unsigned flags = step_of(talk)->flags;
    if (flags & MW_PAUSE)
        return wait_out(talk);
    return flags & MW_HANDSHAKE ? shake(talk) : take_reply(talk);
}

/* As far as what was heard carries. False: the conversation has ended. */
static bool go_on(struct mw_talk *talk)
{
    int went;
    do
        went = go_on_once(talk);
    while (went > 0);
    return went == 0;
}

/* --- reading ------------------------------------------------------------------------------------------------------------------------------------ */
static void make_room(struct mw_talk *talk)
{
    if (talk->heard_bytes < talk->heard_room)
        return;
    size_t room = talk->heard_room ? talk->heard_room * 2 : 2048;
    if (room > buffer_ceiling(talk))
        room = buffer_ceiling(talk);
    talk->heard = mw_grow(talk->look->arena, talk->heard, talk->heard_room, room);
    talk->heard_room = room;
}

static void note_lines(struct mw_talk *talk)
{
    char *line = talk->heard + talk->noted_bytes, *stop;
    while ((stop = memchr(line, '\n', (size_t)(talk->heard + talk->heard_bytes - line)))) {
        if (++talk->shown_lines < SHOWN_LINES)
            mw_dialogue_heard(&talk->dialogue, line, (size_t)(stop - line));
        if (talk->shown_lines == SHOWN_LINES)
            mw_dialogue_note(&talk->dialogue, "…");
        line = stop + 1;
    }
    talk->noted_bytes = (size_t)(line - talk->heard);
}

/* Reads what is there, up to the ceiling; true when there may be more. */
static bool fill(struct mw_talk *talk)
{
    long got = 0;
    while (!talk->broken && talk->heard_bytes < buffer_ceiling(talk)) {
        make_room(talk);
        got = mw_wire_read(talk->wire, talk->heard + talk->heard_bytes, talk->heard_room - talk->heard_bytes, &talk->broken);
        if (got <= 0)
            break;
        talk->heard_bytes += (size_t)got;
    }
    if (talk->heard_bytes)
        note_lines(talk);
    return got > 0;
}

static void ready(void *context)
{
    struct mw_talk *talk = context;
    bool more = true;
    while (more) {
        bool shaking = step_of(talk)->flags & MW_HANDSHAKE;
        more = !shaking && fill(talk);
        if (!go_on(talk))
            return;
        more = more || (shaking && !(step_of(talk)->flags & MW_HANDSHAKE));
    }
}

/* --- the start ---------------------------------------------------------------------------------------------------------------------------------- */
static void got_socket(void *context, int socket, const char *outcome, double ms)
{
    struct mw_talk *talk = context;
    talk->dial = NULL;
    if (!talk->plan->again)
        mw_tell(talk->look, &(struct mw_fact){.id = MW_F_TCP_END, .about = talk->endpoint, .text = outcome, .ms = ms});
    if (!is_ok(outcome)) {
        end(talk, outcome);
        return;
    }
    talk->wire = mw_wire_new(talk->look->net, socket, ready, talk);
    talk->waiting_since_ns = uv_hrtime();
    if (enter(talk, talk->plan->first))
        go_on(talk);
}

void mw_talk_start(struct mw_look *look, const struct mw_talk_plan *plan)
{
    struct mw_talk *talk = MW_NEW(look->arena, struct mw_talk);
    talk->look = look;
    talk->plan = plan;
    talk->endpoint = look->why->about;
    talk->about = mw_about_read(look->arena, talk->endpoint);
    talk->state = mw_alloc(look->arena, plan->state_bytes + 1);
    talk->stage = "connect";
    talk->outcome = MW_OK;
    talk->dialogue.arena = look->arena;
    talk->dialogue.facts = look->facts;
    if (plan->begin)
        plan->begin(talk);
    mw_look_hold(look);
    look->talk = talk;
    talk->dial = mw_dial(look->net, talk->about.address ? talk->about.address : talk->about.host, talk->about.port, 0, got_socket, talk);
}

/* --- what handlers ask -------------------------------------------------------------------------------------------------------------------------- */
struct mw_look *mw_talk_look(struct mw_talk *talk)
{
    return talk->look;
}

const char *mw_talk_about(struct mw_talk *talk)
{
    return talk->endpoint;
}

const char *mw_talk_host(struct mw_talk *talk)
{
    return talk->about.host;
}

int mw_talk_port(struct mw_talk *talk)
{
    return talk->about.port;
}

void *mw_talk_state(struct mw_talk *talk)
{
    return talk->state;
}

const struct mw_tls_seen *mw_talk_tls(struct mw_talk *talk)
{
    return talk->tls;
}

bool mw_talk_is_encrypted(struct mw_talk *talk)
{
    return talk->tls && talk->tls->outcome && is_ok(talk->tls->outcome);
}

bool mw_talk_is_verified(struct mw_talk *talk)
{
    return mw_talk_is_encrypted(talk) && talk->tls->chain.count && talk->tls->verify.count == 0 && talk->tls->name_ok;
}

bool mw_talk_is_open(struct mw_talk *talk)
{
    return talk->wire && !talk->broken;
}

const char *mw_talk_injected(struct mw_talk *talk)
{
    return talk->injected;
}

const char *mw_talk_channel_binding(struct mw_talk *talk, const char **type)
{
    static const char label[] = "EXPORTER-Channel-Binding";
    SSL *ssl = mw_talk_is_encrypted(talk) && talk->wire ? mw_wire_ssl(talk->wire) : NULL;
    unsigned char bytes[BINDING_BYTES];
    if (!ssl)
        return NULL;
    bool exports = SSL_version(ssl) >= TLS1_3_VERSION;
    size_t count = exports ? 32 : SSL_get_finished(ssl, bytes, sizeof bytes);
    bool good = exports ? SSL_export_keying_material(ssl, bytes, count, label, sizeof label - 1, NULL, 0, 0) == 1 : count > 0 && count <= sizeof bytes;
    char *text = mw_alloc(talk->look->arena, sizeof bytes * 4 / 3 + 5);
    *type = exports ? "tls-exporter" : "tls-unique";
    return good && EVP_EncodeBlock((unsigned char *)text, bytes, (int)count) > 0 ? text : NULL;
}

const char *mw_talk_tag(struct mw_talk *talk)
{
    const char *tag = mw_printf(talk->look->arena, "a%u", ++talk->last_tag);
    assert(talk->tag_count < TAGS_CEILING);
    talk->tags[talk->tag_count].tag = tag;
    talk->tags[talk->tag_count++].early = NULL;
    return tag;
}

const char *mw_talk_hidden(struct mw_talk *talk, const char *words)
{
    return talk->dialogue.behind_secret ? mw_facts_hidden(talk->look->facts, words) : words;
}

void mw_talk_set_outcome(struct mw_talk *talk, const char *outcome)
{
    talk->outcome = outcome;
}
