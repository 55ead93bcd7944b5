/* SPF: the first line is a record and those behind it are the DNS: a question gets the line that its name and type hash to, as TXT record, MX exchange or
 * address. Some answers come a pass later. Whatever the DNS says, questions stay few. */
#include "fuzz.h"

#include <mailwhy/spf.h>

#define QUESTIONS_CEILING 1100u /* of the audit: 50 lookups, each with 10 exchanges that have addresses of two families */

struct dns {
    struct mw_arena *arena;
    struct mw_list lines, asked;
    size_t answered; /* of those asked, how many have come */
};

static struct mw_record record_of(struct mw_arena *arena, const char *name, int type, const char *line)
{
    struct mw_record record = {.owner = name, .type = type, .section = MW_ANSWER, .text = line};
    const char *flaw;
    if (type == MW_TXT)
        record.joined = line;
    if (type == MW_A || type == MW_AAAA)
        record.address = mw_address_read(arena, line) ? mw_address_read(arena, line) : "192.0.2.1";
    if (type == MW_MX || type == MW_PTR)
        record.name = mw_domain_read(arena, line, &flaw) ? mw_domain_read(arena, line, &flaw) : "mx.example";
    return record;
}

static const struct mw_dns_answer *answer_to(struct dns *dns, const char *name, int type)
{
    struct mw_dns_answer *answer = MW_NEW(dns->arena, struct mw_dns_answer);
    unsigned hash = (unsigned)type;
    for (const char *c = name; *c; c++)
        hash = hash * 31 + (unsigned char)*c;
    const char *line = dns->lines.items[hash % dns->lines.count];
    if (*line == '!') {
        answer->status = (enum mw_dns_status)((unsigned char)line[1] % (MW_DNS_OTHER + 1));
        return answer;
    }
    size_t count = type == MW_MX || type == MW_PTR ? hash % 13 : 1;
    answer->status = count ? MW_DNS_OK : MW_DNS_NODATA;
    answer->records = MW_NEW_ARRAY(dns->arena, struct mw_record, count + 1);
    for (; answer->count < count; answer->count++)
        answer->records[answer->count] = record_of(dns->arena, name, type, dns->lines.items[(hash + answer->count) % dns->lines.count]);
    return answer;
}

static const struct mw_dns_answer *ask(void *context, const char *name, int type)
{
    struct dns *dns = context;
    const char *question = mw_printf(dns->arena, "%d %s", type, name);
    uint8_t query[512];
    fuzz_must(mw_dns_query(query, sizeof query, 1, name, type, true, false, false) > 0);
    for (size_t i = 0; i < dns->asked.count; i++)
        if (strcmp(dns->asked.items[i], question) == 0)
            return i < dns->answered ? answer_to(dns, name, type) : NULL;
    mw_list_add(dns->arena, &dns->asked, question);
    fuzz_must(dns->asked.count <= QUESTIONS_CEILING);
    return NULL;
}

static void judge(struct mw_arena *arena, const struct mw_list *lines, const char *address)
{
    struct dns dns = {.arena = arena, .lines = *lines};
    struct mw_spf_subject subject = {.address = address, .sender = "alice-b@mail.example.org", .helo = "h.example", .at = 1};
    struct mw_spf_verdict verdict = {.result = MW_SPF_WAITING};
    for (unsigned passes = 0; verdict.result == MW_SPF_WAITING; passes++) {
        fuzz_must(passes <= QUESTIONS_CEILING);
        verdict = mw_spf_check(arena, "example.org", &subject, ask, &dns);
        fuzz_must(verdict.result != MW_SPF_WAITING || dns.answered < dns.asked.count);
        dns.answered = dns.asked.count;
    }
    fuzz_must(verdict.term && verdict.domain && verdict.why);
}

static void audit(struct mw_arena *arena, const struct mw_list *lines, const struct mw_spf *record)
{
    struct dns dns = {.arena = arena, .lines = *lines};
    const struct mw_spf_audit *found = mw_spf_audit(arena, "example.org", record, ask, &dns);
    for (unsigned passes = 0; found->waiting; passes++) {
        fuzz_must(passes <= QUESTIONS_CEILING && dns.answered < dns.asked.count);
        dns.answered = dns.asked.count;
        found = mw_spf_audit(arena, "example.org", record, ask, &dns);
    }
    fuzz_must(found->lookups <= 50 && found->node_count >= 1 && found->node_count <= MW_SPF_NODES && found->covers.count <= MW_SPF_COVERS);
    for (size_t i = 0; i < found->node_count; i++)
        fuzz_must(found->nodes[i].parent <= i && found->nodes[i].lookups >= 0);
}

/* Whatever is given to be published is a record. */
static void must_be_valid(struct mw_arena *arena, const char *text)
{
    struct mw_flaw flaw = {0};
    fuzz_must(!text || mw_spf_read(arena, text, &flaw));
}

static void edit(struct mw_arena *arena, const struct mw_list *lines)
{
    const char *first = lines->items[0];
    struct mw_list terms = mw_text_split(arena, lines->items[lines->count - 1], " ");
    struct mw_spf_subject subject = {.address = "192.0.2.1", .sender = "alice-b@mail.example.org", .helo = "h.example", .validated = "p.example"};
    must_be_valid(arena, mw_spf_mended(arena, first));
    must_be_valid(arena, mw_spf_with(arena, first, "ip4:192.0.2.1"));
    must_be_valid(arena, mw_spf_without(arena, first, &terms));
    must_be_valid(arena, mw_spf_ending(arena, first, "-all"));
    must_be_valid(arena, mw_spf_merged(arena, lines));
    fuzz_must(mw_spf_quoted(arena, first));
    mw_spf_explain(arena, first, &subject, "mail.example.org");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw = {0};
    const char *text = mw_strndup(arena, (const char *)bytes, count < 4096 ? count : 4096);
    struct mw_list lines = mw_text_split(arena, text, "\n");
    const char *first = lines.count ? lines.items[0] : "";
    const struct mw_spf *record = mw_spf_read(arena, first, &flaw);
    FUZZ_FLAW(record, flaw);
    fuzz_must(!(mw_spf_is_record(first) && mw_spf_is_near(first)) && (!record || mw_spf_is_record(first)));
    if (record)
        audit(arena, &lines, record);
    if (lines.count) {
        edit(arena, &lines);
        judge(arena, &lines, "192.0.2.1");
        judge(arena, &lines, "2001:db8::1");
    }
    mw_arena_free(arena);
    return 0;
}
