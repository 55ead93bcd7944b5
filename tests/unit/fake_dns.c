/* Wraps the questions and fetches of the net (linked with --wrap), and runs probes over what a text says. */
#include "fake_dns.h"

#include <mailwhy/fetch.h>
#include <mailwhy/probe.h>
#include <mailwhy/run.h>

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

void __wrap_mw_dns_ask(struct mw_net *net, const struct mw_question *question, mw_got_answer *got, void *context);
void __wrap_mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context);
void __wrap_mw_fetch_as(struct mw_net *net, const struct mw_fetch_wish *wish, mw_got_fetched *got, void *context);
void __wrap_mw_dns_validate(struct mw_net *net, const char *name, int type, mw_got_validation *got, void *context);
bool __wrap_mw_dns_can_validate(struct mw_net *net);
bool __wrap_mw_net_has_route(bool ipv6);

static struct mw_arena *memory;
static struct mw_list world;

struct handing {
    mw_got_answer *got_answer;
    mw_got_fetched *got_fetched;
    void *context;
    const void *answer;
};

/* --- one line of the text --- */

static void split_record(char *text, ldns_pkt *packet)
{
    ldns_pkt_section section = LDNS_SECTION_ANSWER;
    ldns_rr *rr = NULL;
    text = mw_text_trim(memory, text);
    if (mw_text_starts(text, "auth "))
        section = LDNS_SECTION_AUTHORITY;
    if (mw_text_starts(text, "more "))
        section = LDNS_SECTION_ADDITIONAL;
    const char *from = section == LDNS_SECTION_ANSWER ? text : text + 5;
    if (ldns_rr_new_frm_str(&rr, from, 300, NULL, NULL) != LDNS_STATUS_OK)
        fail_msg("not a record: %s", from);
    ldns_pkt_push_rr(packet, section, rr);
}

static ldns_pkt *new_packet(const char *name, int type, const char *outcome)
{
    static const struct {
        const char *name;
        int rcode;
    } codes[] = {{"ok", 0}, {"nodata", 0}, {"nxdomain", 3}, {"servfail", 2}, {"refused", 5}};
    ldns_pkt *packet = ldns_pkt_query_new(ldns_dname_new_frm_str(name), (ldns_rr_type)type, LDNS_RR_CLASS_IN, 0);
    ldns_pkt_set_qr(packet, true);
    ldns_pkt_set_aa(packet, strstr(outcome, "+aa"));
    ldns_pkt_set_ad(packet, strstr(outcome, "+ad"));
    for (size_t i = 0; i < MW_COUNT(codes); i++)
        if (mw_text_starts(outcome, codes[i].name))
            ldns_pkt_set_rcode(packet, (uint8_t)codes[i].rcode);
    return packet;
}

static const struct mw_dns_answer *read_line(const char *name, int type, const char *outcome, const char *records)
{
    ldns_pkt *packet = new_packet(name, type, outcome);
    struct mw_list list = mw_text_split(memory, records, "&");
    for (size_t i = 0; i < list.count; i++)
        split_record(mw_strdup(memory, list.items[i]), packet);
    uint8_t *wire = NULL;
    size_t bytes = 0;
    assert_int_equal(ldns_pkt2wire(&wire, packet, &bytes), LDNS_STATUS_OK);
    struct mw_dns_answer *answer = mw_dns_read(memory, mw_memdup(memory, wire, bytes), bytes, name, type);
    answer->truncated = answer->over_tcp = strstr(outcome, "+tc");
    answer->server = "192.0.2.153";
    free(wire);
    ldns_pkt_free(packet);
    return answer;
}

static const struct mw_dns_answer *plain(enum mw_dns_status status)
{
    struct mw_dns_answer *answer = MW_NEW(memory, struct mw_dns_answer);
    *answer = (struct mw_dns_answer){.status = status, .ede = -1, .ede_text = "", .server = "192.0.2.153"};
    return answer;
}

static const struct mw_dns_answer *answer_of(const struct mw_question *question)
{
    const char *key = mw_printf(memory, "%s %s %s%s%s%s ", question->server ? question->server : "-", question->name, mw_dns_type_name(question->type),
                                question->checking_disabled ? "/cd" : "", question->tcp ? "/tcp" : "", question->plain ? "/plain" : "");
    for (size_t i = 0; i < world.count; i++) {
        if (!mw_text_starts(world.items[i], key))
            continue;
        const char *outcome = world.items[i] + strlen(key), *records = strchr(outcome, ' ');
        outcome = records ? mw_strndup(memory, outcome, (size_t)(records - outcome)) : outcome;
        return mw_text_starts(outcome, "silent") ? plain(MW_DNS_TIMED_OUT) : read_line(question->name, question->type, outcome, records ? records : "");
    }
    return plain(question->server ? MW_DNS_TIMED_OUT : MW_DNS_NXDOMAIN);
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
    *handing = (struct handing){.got_answer = got, .context = context, .answer = answer_of(question)};
    mw_timer_start(net, 0, hand_over, handing);
}

static void fill_page(struct mw_fetched *fetched, const char *line)
{
    char media[64] = "";
    int used = 0;
    sscanf(line, "%d %63s %n", &fetched->status, media, &used);
    fetched->outcome = MW_OK;
    fetched->media_type = mw_strdup(memory, media);
    struct mw_list lines = mw_text_split(memory, line + used, "|");
    fetched->body = mw_list_join(memory, &lines, "\n");
    fetched->body_bytes = strlen(fetched->body);
}

void __wrap_mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context)
{
    struct mw_fetched *fetched = MW_NEW(memory, struct mw_fetched);
    struct handing *handing = MW_NEW(memory, struct handing);
    (void)redirects, (void)wait_s;
    *fetched = (struct mw_fetched){.outcome = "dns", .why = "", .dns = MW_DNS_NXDOMAIN, .media_type = "", .body = "", .date = -1, .address = ""};
    const char *key = mw_printf(memory, "get %s ", url);
    for (size_t i = 0; i < world.count; i++)
        if (mw_text_starts(world.items[i], key))
            fill_page(fetched, world.items[i] + strlen(key));
    *handing = (struct handing){.got_fetched = got, .context = context, .answer = fetched};
    mw_timer_start(net, 0, hand_over, handing);
}

void __wrap_mw_fetch_as(struct mw_net *net, const struct mw_fetch_wish *wish, mw_got_fetched *got, void *context)
{
    __wrap_mw_fetch(net, wish->url, wish->redirects, wish->wait_s, got, context);
}

/* Validation here is off: what the resolver says counts. */
bool __wrap_mw_dns_can_validate(struct mw_net *net)
{
    (void)net;
    return false;
}

void __wrap_mw_dns_validate(struct mw_net *net, const char *name, int type, mw_got_validation *got, void *context)
{
    (void)net, (void)name, (void)type;
    got(context, "unknown", "");
}

bool __wrap_mw_net_has_route(bool ipv6)
{
    (void)ipv6;
    return true;
}

/* --- a run --- */

static void tell_first(struct mw_facts *facts, const char *first)
{
    struct mw_list lines = mw_text_split(memory, first, "\n");
    for (size_t i = 0; i < lines.count; i++) {
        char id[64], about[256];
        int used = 0;
        assert_int_equal(sscanf(lines.items[i], "%63s %255s %n", id, about, &used), 2);
        struct mw_fact fact = {.id = mw_fact_by_name(id), .about = about, .text = lines.items[i] + used};
        assert_true(fact.id != MW_NO_FACT);
        if (mw_fact_kind(fact.id)->type == MW_INT)
            fact.number = atol(lines.items[i] + used);
        if (mw_fact_kind(fact.id)->type == MW_LIST)
            fact.list = mw_text_split(memory, fact.text, ", ");
        if (mw_fact_kind(fact.id)->type == MW_BOOL)
            fact.yes = strcmp(lines.items[i] + used, "true") == 0;
        mw_fact_tell(facts, &fact);
    }
}

static const struct mw_probe *const *choose(const char *names)
{
    struct mw_list wanted = mw_text_split(memory, names, " ");
    const struct mw_probe **probes = MW_NEW_ARRAY(memory, const struct mw_probe *, mw_probe_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < mw_probe_count; i++)
        if (mw_list_has(&wanted, mw_probes[i]->name))
            probes[count++] = mw_probes[i];
    assert_true(count >= wanted.count);
    return probes;
}

struct mw_list fake_dns_run(struct mw_arena *arena, const char *probes, const char *first, const char *text, const struct mw_asked *asked)
{
    const char *flaw = NULL;
    struct mw_list lines = {0};
    memory = arena;
    world = mw_text_split(arena, text, "\n");
    struct mw_net_options options = {0};
    mw_list_add(arena, &options.resolvers, "192.0.2.153");
    struct mw_net *net = mw_net_new(arena, &options, &flaw);
    struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){.question = "check", .target = "example.org", .vantage = "test", .version = "0"});
    tell_first(facts, first);
    mw_run_go(mw_run_new(facts, net, asked, choose(probes)));
    mw_net_free(net);
    for (unsigned n = 1; n <= mw_facts_count(facts); n++) {
        const struct mw_fact *fact = mw_fact_at(facts, n);
        mw_list_add(arena, &lines, mw_printf(arena, "%s %s %s", mw_fact_kind(fact->id)->name, fact->about, mw_fact_value(arena, fact)));
    }
    return lines;
}

static bool has(const struct mw_list *facts, const char *line)
{
    size_t length = strlen(line);
    bool open = length && line[length - 1] == '*';
    for (size_t i = 0; i < facts->count; i++)
        if (open ? strncmp(facts->items[i], line, length - 1) == 0 : strcmp(facts->items[i], line) == 0)
            return true;
    return false;
}

void fake_dns_expect(struct mw_arena *arena, const char *scene, const struct mw_list *facts, const char *wanted)
{
    struct mw_list lines = mw_text_split(arena, wanted, "\n");
    assert_true(lines.count);
    for (size_t i = 0; i < lines.count; i++) {
        bool unwanted = mw_text_starts(lines.items[i], "not ");
        if (has(facts, lines.items[i] + (unwanted ? 4 : 0)) != unwanted)
            continue;
        print_error("%s: %s: %s\nall facts:\n%s\n", scene, unwanted ? "told" : "not told", lines.items[i], mw_list_join(arena, facts, "\n"));
        fail();
    }
}
