/* Questions to resolvers and name servers: each is sent once a run, however many ask it; lost packets are repeated, the next resolver takes over from one that
 * fails, an answer that was cut is fetched again over TCP. It never judges an answer. RFC 1035, RFC 5452 (random ids), RFC 7766 (TCP). */
#include "inside.h"

#include <string.h>
#include <sys/random.h>

#define UNDER_WAY_CEILING 100u
#define SERVERS_CEILING 3u
#define TRIES 3u
#define FIRST_BUCKETS 64u
#define QUERY_ROOM 320u
#define IDS 128u

/* When a try is repeated, in parts of the wait for one try; they sum up to TRIES. The first comes early: a lost packet must not cost seconds. */
static const double gaps[TRIES] = {0.4, 1.1, 1.5};

struct asker {
    mw_got_answer *got;
    void *context;
    struct question *question;
    struct asker *next;
};

struct place {                    /* a server */
    const char *server, *address; /* with and without port */
};

struct
try {
    struct question *question;
    struct mw_sending *sending; /* NULL: not asked, or it failed */
    bool failed;
};

struct attempts { /* used again from a free list */
    struct try tries[SERVERS_CEILING];
    struct attempts *next;
};

struct question {
    struct mw_asking *asking;
    struct mw_question asked; /* name in lower case; server as "address:port", NULL: the resolvers */
    uint32_t hash;
    bool done, has_slot; /* one of the UNDER_WAY_CEILING */
    unsigned tries;
    const struct place *places;
    size_t count, at;          /* places; the one that is asked */
    struct attempts *attempts; /* one try for each place, while under way */
    uint64_t start_ns;
    struct mw_timer *timer;
    struct mw_dns_answer *answer; /* the best so far; NULL: none, so it timed out */
    struct asker *askers, **last;
    struct question *next_in_bucket, *next_waiting;
};

struct mw_asking {
    struct mw_net *net;
    struct mw_channels *channels;
    struct place resolvers[SERVERS_CEILING];
    size_t resolver_count;
    struct question **buckets;
    size_t bucket_count, question_count; /* buckets: a power of two */
    unsigned under_way;
    bool is_starting;
    struct question *waiting, **last_waiting;
    struct attempts *spare_attempts;
    uint16_t ids[IDS];
    size_t ids_left;
};

static void start_waiting(struct mw_asking *asking);

static struct mw_asking *asking_of(struct mw_net *net)
{
    if (net->asking)
        return net->asking;
    struct mw_asking *asking = MW_NEW(net->arena, struct mw_asking);
    asking->net = net;
    asking->channels = mw_channels_new(net);
    asking->last_waiting = &asking->waiting;
    asking->bucket_count = FIRST_BUCKETS;
    asking->buckets = MW_NEW_ARRAY(net->arena, struct question *, FIRST_BUCKETS);
    for (size_t i = 0; i < net->resolvers.count && i < SERVERS_CEILING; i++) {
        const char *server = net->resolvers.items[i];
        asking->resolvers[asking->resolver_count++] = (struct place){.server = server, .address = mw_server_address(net->arena, server)};
    }
    net->asking = asking;
    return asking;
}

static struct mw_dns_answer *blank(struct mw_arena *arena, enum mw_dns_status status)
{
    struct mw_dns_answer *answer = MW_NEW(arena, struct mw_dns_answer);
    answer->status = status;
    answer->rcode = -1;
    answer->ede = -1;
    answer->ede_text = "";
    answer->server = "";
    return answer;
}

/* How much a failure says; the one that says most is told when all failed. */
static int weight(enum mw_dns_status status)
{
    static const enum mw_dns_status order[] = {MW_DNS_TIMED_OUT, MW_DNS_UNREACHABLE, MW_DNS_GARBLED, MW_DNS_OTHER, MW_DNS_REFUSED, MW_DNS_SERVFAIL};
    for (size_t i = 0; i < MW_COUNT(order); i++)
        if (order[i] == status)
            return (int)i;
    return (int)MW_COUNT(order);
}

static bool is_answer(enum mw_dns_status status)
{
    return status == MW_DNS_OK || status == MW_DNS_NODATA || status == MW_DNS_NXDOMAIN;
}

/* --- the end of a question ------------------------------------------------------------------------------------------------------------------ */

static void hand_over(void *context)
{
    struct asker *asker = context;
    asker->got(asker->context, asker->question->answer);
}

static void drop_attempts(struct question *question)
{
    struct attempts *attempts = question->attempts;
    if (!attempts)
        return;
    for (size_t i = 0; i < question->count; i++)
        mw_sending_drop(attempts->tries[i].sending);
    *attempts = (struct attempts){.next = question->asking->spare_attempts};
    question->asking->spare_attempts = attempts;
    question->attempts = NULL;
}

static void give_slot(struct question *question)
{
    question->asking->under_way -= question->has_slot;
    question->has_slot = false;
    start_waiting(question->asking);
}

/* From the loop alone: whoever asked is called. One that asks again from there gets its answer later, from mw_dns_ask. */
static void finish(struct question *question)
{
    question->done = true;
    mw_timer_stop(question->timer);
    question->timer = NULL;
    drop_attempts(question);
    if (!question->answer)
        question->answer = blank(question->asking->net->arena, MW_DNS_TIMED_OUT);
    question->answer->ms = mw_ms_since(question->start_ns);
    struct asker *askers = question->askers;
    question->askers = NULL;
    question->last = &question->askers;
    give_slot(question);
    for (struct asker *asker = askers; asker; asker = asker->next)
        hand_over(asker);
}

static void finish_soon(void *context)
{
    struct question *question = context;
    question->timer = NULL;
    finish(question);
}

/* --- answers ------------------------------------------------------------------------------------------------------------------------------ */

/* The answer to a question that was asked again over TCP, since the one by UDP was cut. */
static void got_uncut(void *context, const struct mw_dns_answer *answer)
{
    struct question *question = context;
    struct mw_dns_answer *whole = mw_memdup(question->asking->net->arena, answer, sizeof *answer);
    whole->truncated = true;
    whole->over_tcp = true;
    question->answer = whole;
    finish(question);
}

/* It gives its slot to the question over TCP: a hundred cut answers that wait for one another would never end. */
static void ask_uncut(struct question *question)
{
    mw_timer_stop(question->timer);
    question->timer = NULL;
    drop_attempts(question);
    struct mw_question again = question->asked;
    again.tcp = true;
    mw_dns_ask(question->asking->net, &again, got_uncut, question);
    give_slot(question);
}

static size_t next_place(const struct question *question)
{
    for (size_t step = 1; step <= question->count; step++) {
        size_t at = (question->at + step) % question->count;
        if (!question->attempts->tries[at].failed)
            return at;
    }
    return question->count;
}

static void send_try(struct question *question);

static void got_failure(struct question *question, size_t at, struct mw_dns_answer *answer)
{
    if (!question->answer || weight(answer->status) > weight(question->answer->status))
        question->answer = answer;
    question->attempts->tries[at].failed = true;
    size_t next = next_place(question);
    if (next == question->count) {
        finish(question);
        return;
    }
    if (question->at != at)
        return; /* another is being asked already */
    question->at = next;
    send_try(question);
}

static struct mw_dns_answer *read_answer(const struct question *question, const uint8_t *wire, size_t bytes)
{
    struct mw_dns_answer *answer = mw_dns_read(question->asking->net->arena, wire, bytes, question->asked.name, question->asked.type);
    answer->over_tcp = question->asked.tcp;
    if (question->asked.recursive && mw_dns_is_referral(answer))
        answer->status = MW_DNS_REFUSED; /* recursion was, whatever the rcode says */
    return answer;
}

static void got_wire(void *context, enum mw_dns_status failed, const uint8_t *wire, size_t bytes)
{
    struct try *try = context;
    struct question *question = try->question;
    size_t at = (size_t)(try - question->attempts->tries);
    try->sending = NULL;
    struct mw_dns_answer *answer = wire ? read_answer(question, wire, bytes) : blank(question->asking->net->arena, failed);
    answer->server = question->places[at].address;
    if (answer->truncated && !question->asked.tcp) {
        ask_uncut(question);
        return;
    }
    if (!is_answer(answer->status)) {
        got_failure(question, at, answer);
        return;
    }
    question->answer = answer;
    finish(question);
}

/* --- sending ------------------------------------------------------------------------------------------------------------------------------ */

/* A server that sent something else all the time was not silent. */
static void give_up(struct question *question)
{
    for (size_t i = 0; i < question->count; i++) {
        const struct try *try = &question->attempts->tries[i];
        if (question->answer || !try->sending || !mw_sending_heard_others(try->sending))
            continue;
        question->answer = blank(question->asking->net->arena, MW_DNS_GARBLED);
        question->answer->server = question->places[i].address;
    }
    finish(question);
}

static void rang(void *context)
{
    struct question *question = context;
    question->timer = NULL;
    if (question->tries >= TRIES) {
        give_up(question);
        return;
    }
    question->at = next_place(question);
    send_try(question);
}

static uint16_t new_id(struct mw_asking *asking)
{
    if (!asking->ids_left) {
        if (getrandom(asking->ids, sizeof asking->ids, 0) != sizeof asking->ids)
            return (uint16_t)uv_hrtime();
        asking->ids_left = IDS;
    }
    return asking->ids[--asking->ids_left];
}

static size_t write_query(const struct question *question, uint8_t *wire)
{
    const struct mw_question *asked = &question->asked;
    uint16_t id = new_id(question->asking);
    if (asked->plain)
        return mw_dns_query_plain(wire, QUERY_ROOM, id, asked->name, asked->type, asked->recursive, asked->checking_disabled);
    return mw_dns_query(wire, QUERY_ROOM, id, asked->name, asked->type, asked->recursive, asked->checking_disabled, asked->dnssec);
}

/* Begins at the place whose turn it is, or goes on there. */
static void send_try(struct question *question)
{
    struct mw_asking *asking = question->asking;
    struct try *try = &question->attempts->tries[question->at];
    mw_timer_stop(question->timer);
    unsigned gap = question->tries < TRIES ? question->tries : TRIES - 1;
    question->tries++;
    question->timer = mw_timer_start(asking->net, gaps[gap] * asking->net->options.dns_wait_s, rang, question);
    if (try->sending) {
        mw_sending_repeat(try->sending);
        return;
    }
    uint8_t wire[QUERY_ROOM];
    size_t bytes = write_query(question, wire);
    try->question = question;
    try->sending = mw_channel_send(asking->channels, question->places[question->at].server, question->asked.tcp, wire, bytes, got_wire, try);
}

static struct attempts *take_attempts(struct mw_asking *asking)
{
    struct attempts *attempts = asking->spare_attempts;
    if (!attempts)
        return MW_NEW(asking->net->arena, struct attempts);
    asking->spare_attempts = attempts->next;
    attempts->next = NULL;
    return attempts;
}

static void begin(struct question *question)
{
    struct mw_asking *asking = question->asking;
    uint8_t wire[QUERY_ROOM];
    question->start_ns = uv_hrtime();
    bool is_name = write_query(question, wire) > 0;
    if (is_name && question->count) {
        question->attempts = take_attempts(asking);
        send_try(question);
        return;
    }
    question->answer = blank(asking->net->arena, is_name ? MW_DNS_UNREACHABLE : MW_DNS_OTHER);
    question->timer = mw_timer_start(asking->net, 0, finish_soon, question);
}

static void start_waiting(struct mw_asking *asking)
{
    while (asking->waiting && asking->under_way < UNDER_WAY_CEILING) {
        struct question *question = asking->waiting;
        asking->waiting = question->next_waiting;
        if (!asking->waiting)
            asking->last_waiting = &asking->waiting;
        asking->under_way++;
        question->has_slot = true;
        begin(question);
    }
}

/* --- one question a run --------------------------------------------------------------------------------------------------------------------- */

static uint32_t hash_of(const struct mw_question *asked)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = asked->name; *c; c++)
        hash = (hash ^ (uint32_t)(unsigned char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c)) * 16777619u;
    for (const char *c = asked->server; c && *c; c++)
        hash = (hash ^ (uint32_t)(unsigned char)*c) * 16777619u;
    return (hash ^ (uint32_t)asked->type ^ asked->anew << 16) * 16777619u;
}

static bool is_same(const struct mw_question *a, const struct mw_question *b)
{
    return a->type == b->type && a->recursive == b->recursive && a->checking_disabled == b->checking_disabled && a->dnssec == b->dnssec && a->tcp == b->tcp &&
           a->plain == b->plain && a->anew == b->anew && (a->server == b->server || (a->server && b->server && strcmp(a->server, b->server) == 0)) &&
           mw_text_same(a->name, b->name);
}

static struct question *find(const struct mw_asking *asking, const struct mw_question *asked, uint32_t hash)
{
    struct question *question = asking->buckets[hash & (asking->bucket_count - 1)];
    while (question && (question->hash != hash || !is_same(&question->asked, asked)))
        question = question->next_in_bucket;
    return question;
}

static void keep(struct mw_asking *asking, struct question *question)
{
    struct question **bucket = &asking->buckets[question->hash & (asking->bucket_count - 1)];
    question->next_in_bucket = *bucket;
    *bucket = question;
}

static void grow(struct mw_asking *asking)
{
    struct question **old = asking->buckets;
    size_t old_count = asking->bucket_count;
    asking->bucket_count *= 2;
    asking->buckets = MW_NEW_ARRAY(asking->net->arena, struct question *, asking->bucket_count);
    for (size_t i = 0; i < old_count; i++)
        for (struct question *question = old[i], *next; question; question = next) {
            next = question->next_in_bucket;
            keep(asking, question);
        }
}

static void choose_places(struct question *question)
{
    struct mw_asking *asking = question->asking;
    const char *server = question->asked.server;
    if (!server) {
        question->places = asking->resolvers;
        question->count = asking->resolver_count;
        return;
    }
    struct place *place = MW_NEW(asking->net->arena, struct place);
    place->server = question->asked.server = mw_strdup(asking->net->arena, server);
    bool is_place = strrchr(server, ':') != NULL;
    place->address = is_place ? mw_server_address(asking->net->arena, server) : server;
    question->places = place;
    question->count = is_place ? 1 : 0;
}

static struct question *add(struct mw_asking *asking, const struct mw_question *asked, uint32_t hash)
{
    struct mw_net *net = asking->net;
    struct question *question = MW_NEW(net->arena, struct question);
    question->asking = asking;
    question->asked = *asked;
    question->asked.name = mw_text_lower(net->arena, asked->name);
    question->hash = hash;
    question->last = &question->askers;
    choose_places(question);
    if (asking->question_count++ == asking->bucket_count)
        grow(asking);
    keep(asking, question);
    *asking->last_waiting = question;
    asking->last_waiting = &question->next_waiting;
    start_waiting(asking);
    return question;
}

/* The question as it is compared: the only resolver is a server like another, and a server has its port. */
static struct mw_question as_compared(const struct mw_asking *asking, const struct mw_question *asked)
{
    struct mw_question question = *asked;
    question.recursive = asked->recursive || !asked->server;
    question.dnssec = asked->dnssec && !asked->plain;
    if (asked->server)
        question.server = mw_server_read(asking->net->arena, asked->server, 53);
    else if (asking->resolver_count == 1)
        question.server = asking->resolvers[0].server;
    if (asked->server && !question.server)
        question.server = ""; /* no address: nobody can be asked */
    return question;
}

void mw_dns_ask(struct mw_net *net, const struct mw_question *asked, mw_got_answer *got, void *context)
{
    struct mw_asking *asking = asking_of(net);
    const struct mw_question compared = as_compared(asking, asked);
    uint32_t hash = hash_of(&compared);
    struct question *question = find(asking, &compared, hash);
    if (!question)
        question = add(asking, &compared, hash);
    struct asker *asker = MW_NEW(net->arena, struct asker);
    *asker = (struct asker){.got = got, .context = context, .question = question};
    if (question->done) {
        mw_timer_start(net, 0, hand_over, asker);
        return;
    }
    *question->last = asker;
    question->last = &asker->next;
}

void mw_asking_end(struct mw_net *net)
{
    if (net->asking)
        mw_channels_end(net->asking->channels);
    net->asking = NULL;
}
