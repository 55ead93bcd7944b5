/* See fake_talk.h. A step that may be silent is answered like any other while there are bytes. It keeps the rules of talk.h that handlers rely on: tags, the awaited tag of continuations, secrets, `done` at every end. */
#include "fake_talk.h"

#include <mailwhy/about.h>
#include <mailwhy/sieve.h>

#include <assert.h>
#include <string.h>

#define STEPS_MOST 1000u
#define TAGS_MOST 32u

struct mw_talk {
    struct mw_look *look;
    const struct fake_server *server;
    struct mw_about about;
    void *state;
    struct mw_list said;
    size_t at;
    bool encrypted;
    unsigned tags, tag_count;
    const char *awaited[TAGS_MOST], *outcome;
};

const struct mw_dialect mw_smtp_dialect = {.name = "smtp", .frame = mw_smtp_frame};
const struct mw_dialect mw_imap_dialect = {.name = "imap", .frame = mw_imap_frame};
const struct mw_dialect mw_pop3_dialect = {.name = "pop3", .frame = mw_pop3_frame};
const struct mw_dialect mw_sieve_dialect = {.name = "sieve", .frame = mw_managesieve_frame};

bool mw_is_near(const char *address); /* lib/probe/near.h */

/* Which networks the machine is on that runs the test makes no difference to it. */
bool mw_is_near(const char *address)
{
    return mw_text_starts(address, "127.");
}

struct mw_look *mw_talk_look(struct mw_talk *talk)
{
    return talk->look;
}

const char *mw_talk_about(struct mw_talk *talk)
{
    return talk->look->why->about;
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
    (void)talk;
    return NULL;
}

bool mw_talk_is_encrypted(struct mw_talk *talk)
{
    return talk->encrypted;
}

bool mw_talk_is_open(struct mw_talk *talk)
{
    return talk->at < talk->server->count;
}

bool mw_talk_is_verified(struct mw_talk *talk)
{
    return talk->encrypted && !talk->server->unverified;
}

const char *mw_talk_injected(struct mw_talk *talk)
{
    return talk->server->injected;
}

const char *mw_talk_tag(struct mw_talk *talk)
{
    const char *tag = mw_printf(talk->look->arena, "a%u", ++talk->tags);
    assert(talk->tag_count < TAGS_MOST);
    return talk->awaited[talk->tag_count++] = tag;
}

const char *mw_talk_hidden(struct mw_talk *talk, const char *words)
{
    (void)talk;
    return words;
}

void mw_talk_set_outcome(struct mw_talk *talk, const char *outcome)
{
    talk->outcome = outcome;
}

const char *mw_talk_channel_binding(struct mw_talk *talk, const char **type)
{
    *type = talk->server->binding_type;
    return talk->encrypted ? talk->server->binding : NULL;
}

/* Pauses end at once. */
void mw_talk_resume(struct mw_talk *talk)
{
    (void)talk;
}

struct mw_turn *mw_turn_take(struct mw_net *net, void (*got)(void *context), void *context)
{
    (void)net;
    got(context);
    return NULL;
}

void mw_turn_give(struct mw_turn *turn)
{
    (void)turn;
}

/* Nobody looks for anything beside the conversation. */
struct mw_bell *mw_bell_wait(struct mw_net *net, const char *name, void (*rang)(void *context), void *context)
{
    (void)net, (void)name, (void)rang, (void)context;
    return NULL;
}

void mw_bell_leave(struct mw_bell *bell)
{
    (void)bell;
}

void mw_bell_ring(struct mw_net *net, const char *name)
{
    (void)net, (void)name;
}

static const char *awaited(const struct mw_talk *talk, const struct mw_step *step)
{
    if (talk->look->probe->plan->dialect == &mw_imap_dialect)
        return talk->tag_count ? talk->awaited[0] : "";
    return step->flags & MW_MANY_LINES ? "." : NULL;
}

static void say(struct mw_talk *talk, const struct mw_step *step)
{
    const char *line = step->say ? step->say(talk) : NULL;
    if (line)
        mw_list_add(talk->look->arena, &talk->said, line);
}

static int shake_hands(struct mw_talk *talk, const struct mw_step *step)
{
    if (talk->server->no_handshake) {
        talk->outcome = MW_TLS_FAILED;
        return MW_END;
    }
    talk->encrypted = true;
    return step->got(talk, NULL);
}

static int hear(struct mw_talk *talk, const struct mw_step *step)
{
    struct mw_reply reply;
    const char *left = talk->server->bytes + talk->at;
    if (talk->at == talk->server->count && step->flags & MW_MAY_BE_SILENT)
        return step->got(talk, NULL);
    long taken = talk->look->probe->plan->dialect->frame(talk->look->arena, left, talk->server->count - talk->at, awaited(talk, step), &reply);
    if (taken <= 0) {
        if (step->flags & MW_ASIDE)
            return MW_END;
        talk->outcome = taken == MW_FRAME_MORE ? MW_HUNG_UP : taken == MW_FRAME_GARBLED ? MW_GARBLED : MW_TOO_LONG;
        return MW_END;
    }
    talk->at += (size_t)taken;
    if (talk->tag_count && reply.code != '+')
        memmove(talk->awaited, talk->awaited + 1, --talk->tag_count * sizeof talk->awaited[0]);
    return step->got(talk, &reply);
}

void fake_talk(struct mw_look *look, const struct fake_server *server, struct fake_seen *seen)
{
    const struct mw_talk_plan *plan = look->probe->plan;
    struct mw_talk talk = {.look = look, .server = server, .outcome = MW_OK, .about = mw_about_read(look->arena, look->why->about)};
    talk.state = mw_alloc(look->arena, plan->state_bytes);
    if (plan->begin)
        plan->begin(&talk);
    int next = plan->first;
    for (unsigned i = 0; next >= 0 && i < STEPS_MOST; i++) {
        const struct mw_step *step = &plan->steps[next];
        say(&talk, step);
        seen->stage = step->name;
        next = step->flags & MW_PAUSE ? step->got(&talk, NULL) : step->flags & MW_HANDSHAKE ? shake_hands(&talk, step) : hear(&talk, step);
    }
    if (plan->done)
        plan->done(&talk);
    seen->outcome = talk.outcome;
    seen->encrypted = talk.encrypted;
    seen->said = mw_list_join(look->arena, &talk.said, "|");
    seen->lines = talk.said;
}
