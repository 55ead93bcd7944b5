/* Probes over a hostile DNS and web: the input says what comes back to each question in turn: how it ends, whose records of which types, with names that lead around in
 * circles or with raw data. Whatever comes, the run ends, facts stay within bounds and are safe to show. */
#include "fuzz.h"

#include <mailwhy/fetch.h>
#include <mailwhy/probe.h>
#include <mailwhy/run.h>

#define FACTS_CEILING 50000u
#define WIRE_ROOM 4096u
#define RECORDS 6u

void __wrap_mw_dns_ask(struct mw_net *net, const struct mw_question *question, mw_got_answer *got, void *context);
void __wrap_mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context);
void __wrap_mw_fetch_as(struct mw_net *net, const struct mw_fetch_wish *wish, mw_got_fetched *got, void *context);
void __wrap_mw_dns_validate(struct mw_net *net, const char *name, int type, mw_got_validation *got, void *context);
bool __wrap_mw_dns_can_validate(struct mw_net *net);
bool __wrap_mw_net_has_route(bool ipv6);

struct input {
    const uint8_t *at, *end;
};

struct wire {
    uint8_t bytes[WIRE_ROOM];
    size_t count;
};

struct handing {
    mw_got_answer *got_answer;
    mw_got_fetched *got_fetched;
    void *context;
    const void *answer;
};

static struct input input;
static struct mw_arena *memory;

static uint8_t next_byte(void)
{
    return input.at < input.end ? *input.at++ : 0;
}

/* --- a message --- */

static void put(struct wire *wire, const void *bytes, size_t count)
{
    if (wire->count + count > WIRE_ROOM)
        return;
    memcpy(wire->bytes + wire->count, bytes, count);
    wire->count += count;
}

static void put_number(struct wire *wire, unsigned number)
{
    put(wire, (const uint8_t[]){(uint8_t)(number >> 8), (uint8_t)number}, 2);
}

static void put_name(struct wire *wire, const char *name)
{
    struct mw_list labels = mw_text_split(memory, name, ".");
    for (size_t i = 0; i < labels.count; i++) {
        uint8_t length = (uint8_t)strlen(labels.items[i]);
        put(wire, &length, 1);
        put(wire, labels.items[i], length);
    }
    put(wire, "", 1);
}

/* Names that a hostile zone would give: the one asked, those around it, and its own. */
static const char *choose_name(const char *asked)
{
    static const char *const names[] = {"example.org", "org", ".", "mx1.example.org", "a.example.org", "b.example.net", "localhost", "1.2.3.4"};
    uint8_t which = next_byte();
    return which & 8 ? asked : names[which % MW_COUNT(names)];
}

static void put_raw(struct wire *wire, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(wire, (const uint8_t[]){next_byte()}, 1);
}

static void put_text(struct wire *wire)
{
    static const char *const starts[] = {"v=spf1 ", "v=DMARC1; ", "v=STSv1; id=", "v=TLSRPTv1; rua=", "v=DKIM1; p=", "v=spf1 include:a.example.org ", ""};
    const char *start = starts[next_byte() % MW_COUNT(starts)];
    uint8_t more = next_byte() % 64, length = (uint8_t)(strlen(start) + more);
    put(wire, &length, 1);
    put(wire, start, strlen(start));
    put_raw(wire, more);
}

static void put_data(struct wire *wire, int type, const char *asked)
{
    if (type == MW_MX || type == MW_SRV)
        put_number(wire, next_byte());
    if (type == MW_SRV)
        put_raw(wire, 4);
    if (type == MW_MX || type == MW_SRV || type == MW_NS || type == MW_CNAME || type == MW_PTR || type == MW_SOA)
        put_name(wire, choose_name(asked));
    if (type == MW_SOA) {
        put_name(wire, "h");
        put_raw(wire, 20);
    }
    if (type == MW_A || type == MW_AAAA)
        put_raw(wire, type == MW_A ? 4 : 16);
    if (type == MW_TXT)
        put_text(wire);
    if (type == MW_TLSA || type == MW_DS || type == MW_DNSKEY || type == MW_RRSIG)
        put_raw(wire, next_byte() % 80);
}

static void put_record(struct wire *wire, const struct mw_question *question)
{
    static const int types[] = {MW_A, MW_NS, MW_CNAME, MW_SOA, MW_PTR, MW_MX, MW_TXT, MW_AAAA, MW_SRV, MW_DS, MW_RRSIG, MW_DNSKEY, MW_TLSA};
    uint8_t which = next_byte();
    int type = which & 16 ? question->type : types[which % MW_COUNT(types)];
    put_name(wire, which & 32 ? question->name : choose_name(question->name));
    put_number(wire, (unsigned)type);
    put_number(wire, 1);
    put_raw(wire, 4); /* TTL */
    size_t length_at = wire->count;
    put_number(wire, 0);
    put_data(wire, type, question->name);
    if (wire->count < length_at + 2)
        return;
    wire->bytes[length_at] = (uint8_t)((wire->count - length_at - 2) >> 8);
    wire->bytes[length_at + 1] = (uint8_t)(wire->count - length_at - 2);
}

static const struct mw_dns_answer *read_answer(const struct mw_question *question)
{
    struct wire *wire = MW_NEW(memory, struct wire);
    uint8_t flags = next_byte(), counts = next_byte();
    unsigned answers = counts % RECORDS, authorities = (counts / RECORDS) % RECORDS, additional = (counts >> 6) % RECORDS;
    put_number(wire, 0);
    put_number(wire, 0x8000u | (flags & 0x80 ? 0x400u : 0) | (flags & 0x40 ? 0x20u : 0) | (flags & 7u));
    put_number(wire, 1);
    put_number(wire, answers);
    put_number(wire, authorities);
    put_number(wire, additional);
    put_name(wire, question->name);
    put_number(wire, (unsigned)question->type);
    put_number(wire, 1);
    for (unsigned i = 0; i < answers + authorities + additional; i++)
        put_record(wire, question);
    struct mw_dns_answer *answer = mw_dns_read(memory, mw_memdup(memory, wire->bytes, wire->count), wire->count, question->name, question->type);
    answer->server = flags & 0x20 ? "127.0.0.1" : "192.0.2.153";
    answer->truncated = answer->over_tcp = flags & 0x10;
    return answer;
}

/* --- in place of the net --- */

static void hand_over(void *context)
{
    const struct handing *handing = context;
    if (handing->got_answer)
        handing->got_answer(handing->context, handing->answer);
    else
        handing->got_fetched(handing->context, handing->answer);
}

void __wrap_mw_dns_ask(struct mw_net *net, const struct mw_question *question, mw_got_answer *got, void *context)
{
    struct handing *handing = MW_NEW(memory, struct handing);
    *handing = (struct handing){.got_answer = got, .context = context, .answer = read_answer(question)};
    mw_timer_start(net, 0, hand_over, handing);
}

void __wrap_mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context)
{
    static const char *const outcomes[] = {MW_OK, MW_OK, MW_OK, "dns", MW_REFUSED, MW_TLS_FAILED, MW_TOO_LONG, MW_TIMED_OUT};
    struct mw_fetched *fetched = MW_NEW(memory, struct mw_fetched);
    struct handing *handing = MW_NEW(memory, struct handing);
    (void)url, (void)redirects, (void)wait_s;
    uint8_t flags = next_byte();
    size_t count = next_byte(), left = (size_t)(input.end - input.at);
    count = count < left ? count : left;
    *fetched = (struct mw_fetched){.outcome = outcomes[flags & 7], .why = "", .dns = MW_DNS_OK, .media_type = flags & 8 ? "text/html" : "text/xml", .date = -1, .address = ""};
    fetched->status = flags & 16 ? 404 : 200;
    fetched->body = mw_strndup(memory, (const char *)input.at, count);
    fetched->body_bytes = strlen(fetched->body);
    input.at += count;
    *handing = (struct handing){.got_fetched = got, .context = context, .answer = fetched};
    mw_timer_start(net, 0, hand_over, handing);
}

void __wrap_mw_fetch_as(struct mw_net *net, const struct mw_fetch_wish *wish, mw_got_fetched *got, void *context)
{
    __wrap_mw_fetch(net, wish->url, wish->redirects, wish->wait_s, got, context);
}

bool __wrap_mw_dns_can_validate(struct mw_net *net)
{
    (void)net;
    return false;
}

void __wrap_mw_dns_validate(struct mw_net *net, const char *name, int type, mw_got_validation *got, void *context)
{
    (void)net, (void)name, (void)type, (void)got, (void)context;
    fuzz_must(false);
}

bool __wrap_mw_net_has_route(bool ipv6)
{
    (void)ipv6;
    return true;
}

/* --- a run --- */

static void check(struct mw_facts *facts)
{
    fuzz_must(mw_facts_count(facts) < FACTS_CEILING);
    for (unsigned n = 1; n <= mw_facts_count(facts); n++) {
        const struct mw_fact *fact = mw_fact_at(facts, n);
        fuzz_safe(fact->about);
        fuzz_safe(fact->quote);
        fuzz_safe(mw_fact_value(memory, fact));
        fuzz_must(fact->id != MW_F_RUN_PARTIAL && fact->because < n);
    }
}

/* Conversations connect, and are fuzzed by themselves. */
static const struct mw_probe *const *choose(void)
{
    const struct mw_probe **probes = MW_NEW_ARRAY(memory, const struct mw_probe *, mw_probe_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < mw_probe_count; i++)
        if (!mw_probes[i]->plan && mw_probes[i]->wants != MW_F_TCP_END)
            probes[count++] = mw_probes[i];
    return probes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const char *flaw;
    struct mw_asked asked = {.legs = MW_ALL_LEGS, .timeout_s = 60, .ehlo_name = "[192.0.2.200]", .mailbox = "alice@example.org", .domain = "example.org"};
    struct mw_net_options options = {0};
    memory = mw_arena_new();
    input = (struct input){bytes, bytes + count};
    mw_list_add(memory, &options.resolvers, "192.0.2.153");
    mw_list_add(memory, &asked.dkim_selectors, "s1");
    mw_list_add(memory, &asked.dnsbls, "bl.example");
    struct mw_net *net = mw_net_new(memory, &options, &flaw);
    struct mw_facts *facts = mw_facts_new(memory, &(struct mw_header){.question = "check", .target = "example.org", .vantage = "fuzz", .version = "0"});
    mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_TARGET_DOMAIN, .about = "example.org", .text = "example.org"});
    mw_run_go(mw_run_new(facts, net, &asked, choose()));
    check(facts);
    mw_net_free(net);
    mw_arena_free(memory);
    return 0;
}
