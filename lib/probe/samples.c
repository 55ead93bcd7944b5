/* --samples: the same host and port many times, one connection after the other over all its addresses, the name asked anew each time. What fails now and then,
 * or at one address of several, shows here: a name server's rotation, one bad machine behind a balancer.
 *
 * It begins when every address known so far has had its own conversation, connects to one address at a time, says what a conversation says up to the list
 * of what is offered inside TLS, and goodbye. It never logs in and names no sender. An address that comes up anew is told as endpoint, so that it gets a
 * conversation of its own. */
#include "hello.h"
#include "lookup.h"

#include <string.h>

#define PAUSE_S 0.1
#define ADDRESSES_MOST 32u

struct one { /* connection */
    size_t address;
    const char *outcome;
    bool starttls_told, starttls, certificate_told;
    const char *certificate; /* what is wrong with it; "" nothing */
};

struct service;

struct sampling {
    const struct service *service;
    const struct mw_fact *why; /* the look's own */
    const char *host, *place, *role;
    int port;
    struct mw_list addresses;
    unsigned tries[ADDRESSES_MOST];
    struct one *all, *now;
    long count;
    unsigned waiting; /* for answers */
};

struct service {
    enum mw_fact_id end, endpoint;
    bool tls_first;
    const struct mw_talk_plan *plan;
};

/* --- one connection ----------------------------------------------------------------------------------------------------------------------------- */

static struct one *now(struct mw_talk *talk)
{
    const struct sampling *sampling = mw_talk_look(talk)->mine;
    return sampling->now;
}

static void learn_starttls(struct mw_talk *talk, bool offered)
{
    struct one *one = now(talk);
    one->starttls_told = true;
    one->starttls = offered;
    mw_tell_yes(mw_talk_look(talk), MW_F_SAMPLE_STARTTLS, mw_talk_about(talk), offered, NULL);
}

static bool learn_certificate(struct mw_talk *talk)
{
    struct mw_look *look = mw_talk_look(talk);
    const struct mw_tls_seen *seen = mw_talk_tls(talk);
    if (!seen || !mw_text_same(seen->outcome, MW_OK)) {
        return false;
    }
    struct one *one = now(talk);
    one->certificate_told = true;
    one->certificate = seen->verify.count ? mw_strdup(look->arena, seen->verify.items[0]) : seen->name_ok ? "" : "another name";
    const char *fingerprint = seen->fingerprint ? seen->fingerprint : "none", *flaw = *one->certificate ? one->certificate : NULL;
    mw_tell_text(look, MW_F_SAMPLE_FINGERPRINT, mw_talk_about(talk), fingerprint, flaw);
    return true;
}

/* The steps of each protocol stand in this order: handshake first, greeting, what is offered, STARTTLS, handshake. */
enum { TLS_FIRST, GREETING, OFFER, STARTTLS, HANDSHAKE };

static int got_handshake_first(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return learn_certificate(talk) ? GREETING : MW_END;
}

/* On to the list inside TLS: a goodbye before the server's session tickets were read would end in a reset. */
static int got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return learn_certificate(talk) ? OFFER : MW_END;
}


static int refused(struct mw_talk *talk, bool for_now)
{
    mw_talk_set_outcome(talk, for_now ? MW_THROTTLED : MW_REFUSED);
    return MW_QUIT;
}

/* What is listed: inside TLS it is the end, and before it STARTTLS is wanted. */
static int after_offer(struct mw_talk *talk, bool offered)
{
    if (mw_talk_is_encrypted(talk)) {
        return MW_QUIT;
    }
    learn_starttls(talk, offered);
    return offered ? STARTTLS : MW_QUIT;
}

/* --- SMTP */

static int got_greeting_smtp(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 220 ? OFFER : refused(talk, reply->code / 100 == 4);
}

static int got_ehlo(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code != 250) {
        return reply->code / 100 == 4 ? refused(talk, true) : MW_QUIT;
    }
    return after_offer(talk, mw_smtp_extension(reply, "STARTTLS"));
}

static int got_starttls_smtp(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 220 ? HANDSHAKE : refused(talk, reply->code / 100 == 4);
}

/* --- IMAP */

static const char *say_capability(struct mw_talk *talk)
{
    return mw_printf(mw_talk_look(talk)->arena, "%s CAPABILITY", mw_talk_tag(talk));
}

static const char *say_starttls_imap(struct mw_talk *talk)
{
    return mw_printf(mw_talk_look(talk)->arena, "%s STARTTLS", mw_talk_tag(talk));
}

static bool has(const struct mw_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (mw_text_same(list->items[i], word)) {
            return true;
        }
    }
    return false;
}

static int got_greeting_imap(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'Y' ? refused(talk, false) : OFFER;
}

static int got_capability(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_list capabilities = {0};
    if (reply->code != 'O' || !mw_imap_capabilities(mw_talk_look(talk)->arena, reply, &capabilities)) {
        return MW_QUIT;
    }
    return after_offer(talk, has(&capabilities, "STARTTLS"));
}

static int got_starttls_imap(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'O' ? HANDSHAKE : refused(talk, false);
}

/* --- POP3 */

static const char *say_capa(struct mw_talk *talk)
{
    (void)talk;
    return "CAPA";
}

static const char *say_stls(struct mw_talk *talk)
{
    (void)talk;
    return "STLS";
}

static int got_greeting_pop3(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == '+' ? OFFER : refused(talk, reply->enhanced != NULL);
}

static int got_capa(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code != '+') {
        return MW_QUIT;
    }
    return after_offer(talk, has(&reply->lines, "STLS"));
}

static int got_stls(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == '+' ? HANDSHAKE : refused(talk, false);
}

static void done(struct mw_talk *talk);

/* clang-format off */
static const struct mw_step smtp_steps[] = {
    /*              name            what we say         who reads the answer    wait  flags */
    [TLS_FIRST] = { "handshake",    NULL,               got_handshake_first,      15, MW_HANDSHAKE },
    [GREETING]  = { "greeting",     NULL,               got_greeting_smtp,        60, 0 },
    [OFFER]     = { "EHLO",         mw_hello_ehlo,      got_ehlo,                 30, 0 },
    [STARTTLS]  = { "STARTTLS",     mw_hello_starttls,  got_starttls_smtp,        30, 0 },
    [HANDSHAKE] = { "handshake",    NULL,               got_handshake,            15, MW_HANDSHAKE },
};
static const struct mw_step imap_steps[] = {
    [TLS_FIRST] = { "handshake",    NULL,               got_handshake_first,      15, MW_HANDSHAKE },
    [GREETING]  = { "greeting",     NULL,               got_greeting_imap,        60, 0 },
    [OFFER]     = { "CAPABILITY",   say_capability,     got_capability,           30, 0 },
    [STARTTLS]  = { "STARTTLS",     say_starttls_imap,  got_starttls_imap,        30, 0 },
    [HANDSHAKE] = { "handshake",    NULL,               got_handshake,            15, MW_HANDSHAKE },
};
static const struct mw_step pop3_steps[] = {
    [TLS_FIRST] = { "handshake",    NULL,               got_handshake_first,      15, MW_HANDSHAKE },
    [GREETING]  = { "greeting",     NULL,               got_greeting_pop3,        60, 0 },
    [OFFER]     = { "CAPA",         say_capa,           got_capa,                 30, MW_MANY_LINES },
    [STARTTLS]  = { "STLS",         say_stls,           got_stls,                 30, 0 },
    [HANDSHAKE] = { "handshake",    NULL,               got_handshake,            15, MW_HANDSHAKE },
};

#define PLAN(protocol, at) \
    { .dialect = &mw_##protocol##_dialect, .steps = protocol##_steps, .facts = {MW_F_SAMPLE_END, MW_F_SAMPLE_STAGE, MW_NO_FACT, MW_NO_FACT}, .first = at, \
      .state_bytes = sizeof(struct mw_hello), .done = done, .again = true }
static const struct mw_talk_plan smtp_plan = PLAN(smtp, GREETING), smtps_plan = PLAN(smtp, TLS_FIRST), imap_plan = PLAN(imap, GREETING),
    imaps_plan = PLAN(imap, TLS_FIRST), pop3_plan = PLAN(pop3, GREETING), pop3s_plan = PLAN(pop3, TLS_FIRST);

static const struct service services[] = {
    {MW_F_SMTP_END,       MW_F_ENDPOINT_SMTP,        false, &smtp_plan},
    {MW_F_SUBMISSION_END, MW_F_ENDPOINT_SUBMISSION,  false, &smtp_plan},
    {MW_F_SUBMISSION_END, MW_F_ENDPOINT_SUBMISSIONS, true,  &smtps_plan},
    {MW_F_IMAP_END,       MW_F_ENDPOINT_IMAP,        false, &imap_plan},
    {MW_F_IMAP_END,       MW_F_ENDPOINT_IMAPS,       true,  &imaps_plan},
    {MW_F_POP3_END,       MW_F_ENDPOINT_POP3,        false, &pop3_plan},
    {MW_F_POP3_END,       MW_F_ENDPOINT_POP3S,       true,  &pop3s_plan},
};
/* clang-format on */

/* --- what came of all of them ------------------------------------------------------------------------------------------------------------------- */

static bool any_starttls(const struct sampling *sampling)
{
    bool any = false;
    for (long i = 0; i < sampling->count; i++) {
        any = any || sampling->all[i].starttls;
    }
    return any;
}

static bool any_good_certificate(const struct sampling *sampling)
{
    bool any = false;
    for (long i = 0; i < sampling->count; i++) {
        any = any || (sampling->all[i].certificate_told && !*sampling->all[i].certificate);
    }
    return any;
}

/* What is worse there than elsewhere; NULL: nothing. A server that has no time for us now has not failed. */
static const char *failure(const struct sampling *sampling, const struct one *one)
{
    if (!mw_text_same(one->outcome, MW_OK)) {
        return mw_text_same(one->outcome, MW_THROTTLED) ? NULL : one->outcome;
    }
    if (one->starttls_told && !one->starttls && any_starttls(sampling)) {
        return "no STARTTLS";
    }
    return one->certificate_told && *one->certificate && any_good_certificate(sampling) ? one->certificate : NULL;
}

static void tell_all(struct mw_look *look, const struct sampling *sampling)
{
    struct mw_list failed = {0};
    for (size_t i = 0; i < sampling->addresses.count; i++) {
        long bad = 0, all = 0;
        const char *why = NULL;
        for (long j = 0; j < sampling->count; j++) {
            const char *words = sampling->all[j].address == i ? failure(sampling, &sampling->all[j]) : NULL;
            all += sampling->all[j].address == i;
            bad += words != NULL;
            why = words ? words : why;
        }
        if (bad) {
            mw_list_add(look->arena, &failed, mw_printf(look->arena, "%s: %ld of %ld, %s", sampling->addresses.items[i], bad, all, why));
        }
    }
    mw_tell_number(look, MW_F_SAMPLE_COUNT, sampling->place, sampling->count, NULL);
    mw_tell_list(look, MW_F_SAMPLE_ADDRESSES, sampling->place, &sampling->addresses, NULL);
    mw_tell_list(look, MW_F_SAMPLE_FAILED, sampling->place, &failed, NULL);
}

/* --- one after the other ------------------------------------------------------------------------------------------------------------------------ */

static void next(void *context);

static const char *about_of(struct mw_look *look, const struct sampling *sampling, size_t address)
{
    return mw_about_endpoint(look->arena, sampling->host, sampling->addresses.items[address], sampling->port);
}

/* Its own conversation is over, so that no two connections lead to it. */
static bool is_free(struct mw_look *look, const struct sampling *sampling, size_t address)
{
    return mw_fact_find(look->facts, sampling->service->end, about_of(look, sampling, address));
}

static bool choose(struct mw_look *look, const struct sampling *sampling, size_t *chosen)
{
    bool any = false;
    for (size_t i = 0; i < sampling->addresses.count; i++) {
        if (is_free(look, sampling, i) && (!any || sampling->tries[i] < sampling->tries[*chosen])) {
            *chosen = i;
            any = true;
        }
    }
    return any;
}

static void finish(struct mw_look *look)
{
    const struct sampling *sampling = look->mine;
    look->why = sampling->why;
    look->outcome = sampling->count ? MW_OK : MW_SKIPPED;
    tell_all(look, sampling);
    mw_look_release(look);
}

static void connect_next(struct mw_look *look)
{
    struct sampling *sampling = look->mine;
    size_t chosen = 0;
    if (!choose(look, sampling, &chosen)) {
        finish(look);
        return;
    }
    sampling->tries[chosen]++;
    sampling->now = &sampling->all[sampling->count];
    *sampling->now = (struct one){.address = chosen, .outcome = MW_SKIPPED, .certificate = ""};
    struct mw_fact *why = mw_memdup(look->arena, sampling->why, sizeof(*why));
    why->about = about_of(look, sampling, chosen);
    look->why = why;
    mw_talk_start(look, sampling->service->plan);
}

static const char *last_outcome(struct mw_look *look, const char *about)
{
    const char *outcome = MW_SKIPPED;
    for (const struct mw_fact *end = mw_fact_find(look->facts, MW_F_SAMPLE_END, about); end; end = mw_fact_find_next(look->facts, end)) {
        outcome = end->text;
    }
    return outcome;
}

static void done(struct mw_talk *talk)
{
    struct mw_look *look = mw_talk_look(talk);
    struct sampling *sampling = look->mine;
    sampling->now->outcome = last_outcome(look, mw_talk_about(talk));
    sampling->count++;
    look->why = sampling->why;
    mw_timer_start(look->net, PAUSE_S, next, look);
}

static void add_address(struct mw_look *look, struct sampling *sampling, const char *address)
{
    if (mw_list_has(&sampling->addresses, address) || sampling->addresses.count == ADDRESSES_MOST || !mw_lookup_can_reach(look, address)) {
        return;
    }
    mw_list_add(look->arena, &sampling->addresses, mw_strdup(look->arena, address));
    mw_endpoint_tell(look, sampling->service->endpoint, sampling->host, address, sampling->port, sampling->role, sampling->why);
}

static void got_addresses(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct sampling *sampling = look->mine;
    (void)tag;
    for (size_t i = 0; i < answer->count; i++) {
        if (answer->records[i].address && answer->records[i].section == MW_ANSWER) {
            add_address(look, sampling, answer->records[i].address);
        }
    }
    if (--sampling->waiting == 0) {
        connect_next(look);
    }
}

static void next(void *context)
{
    struct mw_look *look = context;
    struct sampling *sampling = look->mine;
    if (sampling->count == look->asked->samples) {
        finish(look);
        return;
    }
    if (!*sampling->host || mw_address_read(look->arena, sampling->host)) {
        connect_next(look);
        return;
    }
    static const int types[] = {MW_A, MW_AAAA};
    sampling->waiting = MW_COUNT(types);
    for (size_t i = 0; i < MW_COUNT(types); i++) {
        struct mw_question question = {.name = sampling->host, .type = types[i], .anew = (unsigned)sampling->count + 1};
        mw_look_ask_as(look, &question, got_addresses, NULL);
    }
}

/* --- when, and what ----------------------------------------------------------------------------------------------------------------------------- */

static const struct service *service_of(const struct mw_look *look)
{
    for (size_t i = 0; i < MW_COUNT(services); i++) {
        if (services[i].end == look->why->id && mw_fact_find(look->facts, services[i].endpoint, look->why->about)) {
            return &services[i];
        }
    }
    return NULL;
}

static const char *place_of(const struct mw_look *look, const char *about)
{
    struct mw_about parsed = mw_about_read(look->arena, about);
    return mw_about_endpoint(look->arena, *parsed.host ? parsed.host : parsed.address, NULL, parsed.port);
}

/* The conversations with all addresses of that host and port are over, and one of them was reached, or the port is one that somebody is told to use. */
static bool is_due(const struct mw_look *look)
{
    const struct service *service = look->asked->samples ? service_of(look) : NULL;
    const char *place = service ? place_of(look, look->why->about) : NULL;
    if (!place || mw_fact_find(look->facts, MW_F_SAMPLE_ASKED, place)) {
        return false;
    }
    bool reached = false;
    for (const struct mw_fact *endpoint = mw_fact_first(look->facts, service->endpoint); endpoint; endpoint = mw_fact_next(look->facts, endpoint)) {
        if (!mw_text_same(place_of(look, endpoint->about), place)) {
            continue;
        }
        if (!mw_fact_find(look->facts, service->end, endpoint->about)) {
            return false;
        }
        const struct mw_fact *tcp = mw_fact_find(look->facts, MW_F_TCP_END, endpoint->about);
        bool is_wanted = !mw_text_same(endpoint->text, "tried") && !mw_text_same(endpoint->text, "guessed");
        reached = reached || is_wanted || (tcp && mw_text_same(tcp->text, MW_OK));
    }
    return reached;
}

static void start(struct mw_look *look)
{
    struct sampling *sampling = MW_NEW(look->arena, struct sampling);
    struct mw_about about = mw_about_read(look->arena, look->why->about);
    const struct service *service = service_of(look);
    *sampling = (struct sampling){.service = service, .why = look->why, .host = about.host, .place = place_of(look, look->why->about), .port = about.port};
    sampling->role = mw_fact_find(look->facts, service->endpoint, look->why->about)->text;
    sampling->all = MW_NEW_ARRAY(look->arena, struct one, look->asked->samples + 1);
    look->mine = sampling;
    mw_tell_number(look, MW_F_SAMPLE_ASKED, sampling->place, look->asked->samples, NULL);
    for (const struct mw_fact *endpoint = mw_fact_first(look->facts, service->endpoint); endpoint; endpoint = mw_fact_next(look->facts, endpoint)) {
        if (mw_text_same(place_of(look, endpoint->about), sampling->place)) {
            add_address(look, sampling, mw_about_read(look->arena, endpoint->about).address);
        }
    }
    mw_look_hold(look);
    next(look);
}

#define SAMPLES(name_, wanted, words)                                                                                                                \
    const struct mw_probe mw_probe_samples_##name_ = {                                                                                               \
        .name = "samples",                                                                                                                           \
        .says = words,                                                                                                                               \
        .legs = MW_ALL_LEGS,                                                                                                                         \
        .wants = wanted,                                                                                                                             \
        .tells = {MW_F_SAMPLE_ASKED, MW_F_SAMPLE_END, MW_F_SAMPLE_STAGE, MW_F_SAMPLE_STARTTLS, MW_F_SAMPLE_FINGERPRINT, MW_F_SAMPLE_COUNT,           \
                  MW_F_SAMPLE_ADDRESSES, MW_F_SAMPLE_FAILED, MW_F_TALK_DIALOGUE, MW_F_ENDPOINT_SMTP, MW_F_ENDPOINT_SUBMISSION,                       \
                  MW_F_ENDPOINT_SUBMISSIONS, MW_F_ENDPOINT_IMAP, MW_F_ENDPOINT_IMAPS, MW_F_ENDPOINT_POP3, MW_F_ENDPOINT_POP3S},                      \
        .ends = MW_F_SAMPLES_END,                                                                                                                    \
        .when = is_due,                                                                                                                              \
        .start = start,                                                                                                                              \
    };

SAMPLES(smtp, MW_F_SMTP_END, N_("With --samples: connects to each exchange many times, over all its addresses, and counts which fail."))
SAMPLES(submission, MW_F_SUBMISSION_END, N_("With --samples: does the same with submission services."))
SAMPLES(imap, MW_F_IMAP_END, N_("With --samples: does the same with IMAP services."))
SAMPLES(pop3, MW_F_POP3_END, N_("With --samples: does the same with POP3 services."))
