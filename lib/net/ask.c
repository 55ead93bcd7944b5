/* Questions to resolvers and name servers: each is sent once a run, however many ask it; lost packets are repeated, the next resolver takes over from one that
 * fails, an answer that was cut is fetched again over TCP. It never judges an answer. RFC 1035, RFC 5452 (random ids), RFC 7766 (TCP). */
#include "inside.h"

#include <string.h>
#include <sys/random.h>

#define UNDER_WAY_CEILING 100u /* more at once overflow the socket's receive buffer */
#define SERVERS_CEILING 3u
#define TRIES 3u
#define BUCKETS 256u
#define QUERY_ROOM 320u

/* When a try is repeated, in parts of the wait for one try; they sum up to TRIES. The first comes early: a lost packet must not cost seconds. */
static const double gaps[TRIES] = {0.4, 1.1, 1.5};

struct asker {
    mw_got_answer *got;
    void *context;
    struct question *question;
    struct asker *next;
};

struct question {
    struct mw_asking *asking;
    const char *key, *name;
    int type;
    const char *server; /* as asked for; NULL: the resolvers */
    bool tcp, checking_disabled, dnssec, plain, recursion, done;
    const char *servers[SERVERS_CEILING];
    bool failed[SERVERS_CEILING];
    size_t count, at; /* servers; the one that is asked */
    unsigned tries;
    uint64_t start_ns;
    struct mw_timer *timer;
    struct mw_dns_answer *answer; /* the best so far */
    struct asker *askers, **last;
    struct question *next_in_bucket, *next_waiting;
};

struct try {
    struct question *question;
    size_t at;
};

struct mw_asking {
    struct mw_net *net;
    struct mw_channels *channels;
    struct question *buckets[BUCKETS];
    unsigned under_way;
    struct question *waiting, **last_waiting;
};

static void send_try(struct question *question);
static void start_waiting(struct mw_asking *asking);

static struct mw_asking *asking_of(struct mw_net *net)
{
    if (net->asking)
        return net->asking;
    struct mw_asking *asking = MW_NEW(net->arena, struct mw_asking);
    asking->net = net;
    asking->channels = mw_channels_new(net, net->options.dns_wait_s * TRIES);
    asking->last_waiting = &asking->waiting;
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

static void hand_over(void *context)
{
    struct asker *asker = context;
    asker->got(asker->context, asker->question->answer);
}

static void finish(struct question *question)
{
    struct mw_asking *asking = question->asking;
    question->done = true;
    mw_timer_stop(question->timer);
    question->timer = NULL;
    question->answer->ms = mw_ms_since(question->start_ns);
    for (struct asker *asker = question->askers; asker; asker = asker->next)
        mw_timer_start(asking->net, 0, hand_over, asker);
    asking->under_way--;
    start_waiting(asking);
}

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

static void ask_uncut(struct question *question)
{
    mw_timer_stop(question->timer);
    question->timer = NULL;
    question->tries = TRIES; /* late answers by UDP count no more */
    struct mw_question again = {.name = question->name, .type = question->type, .server = question->server, .recursive = question->recursion};
    again.checking_disabled = question->checking_disabled;
    again.dnssec = question->dnssec;
    again.plain = question->plain;
    again.tcp = true;
    mw_dns_ask(question->asking->net, &again, got_uncut, question);
}

static size_t next_server(const struct question *question)
{
    for (size_t step = 1; step <= question->count; step++) {
        size_t at = (question->at + step) % question->count;
        if (!question->failed[at])
            return at;
    }
    return question->count;
}

static void got_failure(struct question *question, size_t at, struct mw_dns_answer *answer)
{
    if (weight(answer->status) > weight(question->answer->status))
        question->answer = answer;
    if (answer->status == MW_DNS_TIMED_OUT)
        return; /* our own deadline says when */
    question->failed[at] = true;
    size_t next = next_server(question);
    if (next == question->count) {
        finish(question);
        return;
    }
    if (question->at != at)
        return; /* another is being asked already */
    question->at = next;
    send_try(question);
}

static struct mw_dns_answer *read_answer(struct question *question, const uint8_t *wire, size_t bytes)
{
    struct mw_arena *arena = question->asking->net->arena;
    struct mw_dns_answer *answer = mw_dns_read(arena, mw_memdup(arena, wire, bytes), bytes, question->name, question->type);
    answer->over_tcp = question->tcp;
    return answer;
}

static void got_wire(void *context, enum mw_dns_status failed, const uint8_t *wire, size_t bytes)
{
    struct try *try = context;
    struct question *question = try->question;
    if (question->done || (!question->timer && !question->tcp))
        return; /* answered, or being asked again over TCP */
    struct mw_arena *arena = question->asking->net->arena;
    struct mw_dns_answer *answer = wire ? read_answer(question, wire, bytes) : blank(arena, failed);
    answer->server = mw_server_address(arena, question->servers[try->at]);
    if (answer->truncated && !question->tcp) {
        ask_uncut(question);
        return;
    }
    if (!is_answer(answer->status)) {
        got_failure(question, try->at, answer);
        return;
    }
    question->answer = answer;
    finish(question);
}

static void rang(void *context)
{
    struct question *question = context;
    question->timer = NULL;
    if (question->tries >= TRIES) {
        finish(question);
        return;
    }
    question->at = next_server(question);
    send_try(question);
}

static size_t write_query(const struct question *question, uint8_t *wire)
{
    uint16_t id;
    if (getrandom(&id, sizeof id, 0) != sizeof id)
        id = (uint16_t)uv_hrtime();
    if (question->plain)
        return mw_dns_query_plain(wire, QUERY_ROOM, id, question->name, question->type, question->recursion, question->checking_disabled);
    return mw_dns_query(wire, QUERY_ROOM, id, question->name, question->type, question->recursion, question->checking_disabled, question->dnssec);
}

static void send_try(struct question *question)
{
    uint8_t wire[QUERY_ROOM];
    struct mw_asking *asking = question->asking;
    size_t bytes = write_query(question, wire);
    if (bytes == 0) { /* not a name that DNS can carry */
        question->answer = blank(asking->net->arena, MW_DNS_OTHER);
        finish(question);
        return;
    }
    mw_timer_stop(question->timer);
    unsigned gap = question->tries < TRIES ? question->tries : TRIES - 1;
    question->tries++;
    question->timer = mw_timer_start(asking->net, gaps[gap] * asking->net->options.dns_wait_s, rang, question);
    struct try *try = MW_NEW(asking->net->arena, struct try);
    *try = (struct try){.question = question, .at = question->at};
    mw_channel_send(asking->channels, question->servers[question->at], question->tcp, wire, bytes, got_wire, try);
}

static void begin(void *context)
{
    struct question *question = context;
    question->start_ns = uv_hrtime();
    question->timer = NULL;
    if (question->count == 0) {
        finish(question);
        return;
    }
    send_try(question);
}

static void start_waiting(struct mw_asking *asking)
{
    while (asking->waiting && asking->under_way < UNDER_WAY_CEILING) {
        struct question *question = asking->waiting;
        asking->waiting = question->next_waiting;
        if (!asking->waiting)
            asking->last_waiting = &asking->waiting;
        asking->under_way++;
        question->timer = mw_timer_start(asking->net, 0, begin, question);
    }
}

static unsigned bucket_of(const char *key)
{
    unsigned hash = 5381;
    while (*key)
        hash = hash * 33 + (unsigned char)*key++;
    return hash % BUCKETS;
}

static struct question *find(struct mw_asking *asking, const char *key)
{
    struct question *question = asking->buckets[bucket_of(key)];
    while (question && strcmp(question->key, key) != 0)
        question = question->next_in_bucket;
    return question;
}

static void choose_servers(struct mw_net *net, struct question *question, const char *server)
{
    const struct mw_list *resolvers = &net->resolvers;
    if (!server) {
        question->count = resolvers->count < SERVERS_CEILING ? resolvers->count : SERVERS_CEILING;
        for (size_t i = 0; i < question->count; i++)
            question->servers[i] = resolvers->items[i];
        return;
    }
    question->server = mw_strdup(net->arena, server);
    question->servers[0] = mw_server_read(net->arena, server, 53);
    question->count = question->servers[0] ? 1 : 0;
}

static struct question *add(struct mw_asking *asking, const struct mw_question *asked, const char *name, const char *key)
{
    struct mw_net *net = asking->net;
    struct question *question = MW_NEW(net->arena, struct question);
    question->asking = asking;
    question->key = key;
    question->name = name;
    question->type = asked->type;
    question->tcp = asked->tcp;
    question->checking_disabled = asked->checking_disabled;
    question->dnssec = asked->dnssec;
    question->plain = asked->plain;
    question->recursion = asked->recursive || !asked->server;
    question->last = &question->askers;
    choose_servers(net, question, asked->server);
    question->answer = blank(net->arena, question->count ? MW_DNS_TIMED_OUT : MW_DNS_UNREACHABLE);
    question->next_in_bucket = asking->buckets[bucket_of(key)];
    asking->buckets[bucket_of(key)] = question;
    *asking->last_waiting = question;
    asking->last_waiting = &question->next_waiting;
    start_waiting(asking);
    return question;
}

void mw_dns_ask(struct mw_net *net, const struct mw_question *asked, mw_got_answer *got, void *context)
{
    struct mw_asking *asking = asking_of(net);
    const char *name = mw_text_lower(net->arena, asked->name), *server = asked->server ? asked->server : "";
    const char *key = mw_printf(net->arena, "%d %d%d%d%d%d %u %s %s", asked->type, asked->recursive, asked->checking_disabled, asked->dnssec, asked->tcp, asked->plain,
                                asked->anew, server, name);
    struct question *question = find(asking, key);
    if (!question)
        question = add(asking, asked, name, key);
    struct asker *asker = MW_NEW(net->arena, struct asker);
    *asker = (struct asker){.got = got, .context = context, .question = question};
    *question->last = asker;
    question->last = &asker->next;
    if (question->done)
        mw_timer_start(net, 0, hand_over, asker);
}

void mw_asking_end(struct mw_net *net)
{
    if (net->asking)
        mw_channels_end(net->asking->channels);
    net->asking = NULL;
}
