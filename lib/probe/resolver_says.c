/* What each resolver says of the domain: MX and TXT, and where there are several resolvers the addresses of its exchanges too, each with the time for which it
 * keeps that answer (RFC 1034 section 4.3.5, RFC 2308 section 5). The answers that all other probes work with are those of the first resolver, which is not
 * asked again. Never compares. */
#include "lookup.h"

#define HOSTS 4u /* exchanges whose addresses are asked of each resolver */

static const struct kind {
    int type;
    enum mw_fact_id end, records, left;
} kinds[] = {
    /* clang-format off */
    /* type   outcome                 what it has          seconds left */
    {MW_MX,  MW_F_RESOLVER_MX_END,   MW_F_RESOLVER_MX,    MW_F_RESOLVER_MX_LEFT},
    {MW_TXT, MW_F_RESOLVER_TXT_END,  MW_F_RESOLVER_TXT,   MW_F_RESOLVER_TXT_LEFT},
    /* clang-format on */
};

struct question {
    const char *resolver; /* as it is configured */
    bool first;
    const struct kind *kind;
    const struct mw_dns_answer *a, *aaaa;
};

/* name@resolver[address]: whoever answered, where the first resolver failed and the next one was asked by itself. */
static const char *about_of(struct mw_look *look, const struct question *question, const struct mw_dns_answer *answer)
{
    struct mw_about configured = mw_about_read(look->arena, question->resolver);
    const char *address = configured.address ? configured.address : configured.host;
    return mw_about_zone_at(look->arena, look->why->about, "resolver", question->first && *answer->server ? answer->server : address);
}

/* A cache hands on what is left of the time to live; that of a missing record is its SOA's. */
static const struct mw_record *kept_by(const struct mw_dns_answer *answer, int type)
{
    size_t at = 0;
    const struct mw_record *record = mw_dns_next(answer, type, &at);
    for (size_t i = 0; !record && i < answer->count; i++)
        if (answer->records[i].section == MW_AUTHORITY && answer->records[i].type == MW_SOA)
            record = &answer->records[i];
    return record;
}

static void tell_left(struct mw_look *look, const struct kind *kind, const char *about, const struct mw_dns_answer *answer)
{
    const struct mw_record *record = kept_by(answer, kind->type);
    if (!record)
        return;
    bool negative = record->type == MW_SOA && record->minimum < record->ttl;
    mw_tell_number(look, kind->left, about, negative ? record->minimum : record->ttl, mw_lookup_quote(look, record));
}

static void got_unchecked(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    mw_tell_text(look, MW_F_RESOLVER_CD_END, about_of(look, tag, answer), mw_dns_status_name(answer->status), NULL);
}

static void ask(struct mw_look *look, struct question *question, int type, bool checking_disabled, mw_look_got_answer *got)
{
    const char *server = question->first ? NULL : question->resolver;
    struct mw_question asked = {.name = look->why->about, .type = type, .server = server, .recursive = server, .checking_disabled = checking_disabled};
    mw_look_ask_as(look, &asked, got, question);
}

static void got_records(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    const struct kind *kind = question->kind;
    const char *about = about_of(look, question, answer);
    if (mw_fact_find(look->facts, kind->end, about))
        return;
    struct mw_list records = mw_lookup_sorted(look, answer, kind->type);
    const char *quote = *answer->ede_text ? answer->ede_text : NULL;
    mw_tell(look, &(struct mw_fact){.id = kind->end, .about = about, .text = mw_dns_status_name(answer->status), .quote = quote, .ms = answer->ms});
    if (answer->status == MW_DNS_SERVFAIL && kind->type == MW_MX)
        ask(look, question, MW_MX, true, got_unchecked);
    if (!mw_lookup_is_settled(answer->status))
        return;
    mw_tell_list(look, kind->records, about, &records, NULL);
    tell_left(look, kind, about, answer);
    if (answer->authoritative && !mw_fact_find(look->facts, MW_F_RESOLVER_OWN_ZONE, about))
        mw_tell_yes(look, MW_F_RESOLVER_OWN_ZONE, about, true, NULL);
}

static struct question *question_to(struct mw_look *look, size_t resolver, const struct kind *kind)
{
    struct question *question = MW_NEW(look->arena, struct question);
    *question = (struct question){mw_net_resolvers(look->net)->items[resolver], resolver == 0, kind, NULL, NULL};
    return question;
}

static void start_domain(struct mw_look *look)
{
    for (size_t r = 0; r < mw_net_resolvers(look->net)->count; r++)
        for (size_t k = 0; k < MW_COUNT(kinds); k++)
            ask(look, question_to(look, r, &kinds[k]), kinds[k].type, false, got_records);
}

/* --- addresses of an exchange --- */

static void tell_addresses(struct mw_look *look, const char *about, const struct mw_dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].section == MW_ANSWER && answer->records[i].address)
            mw_lookup_tell_once(look, MW_F_RESOLVER_HOST, about, answer->records[i].address, mw_lookup_quote(look, &answer->records[i]));
}

static void got_both(struct mw_look *look, const struct question *question)
{
    const char *about = about_of(look, question, question->a);
    if (mw_fact_find(look->facts, MW_F_RESOLVER_HOST_END, about))
        return;
    tell_addresses(look, about, question->a);
    tell_addresses(look, about, question->aaaa);
    mw_tell_text(look, MW_F_RESOLVER_HOST_END, about, mw_lookup_both(question->a, question->aaaa), NULL);
}

static void got_a(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    question->a = answer;
    if (question->aaaa)
        got_both(look, question);
}

static void got_aaaa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    question->aaaa = answer;
    if (question->a)
        got_both(look, question);
}

static void start_host(struct mw_look *look)
{
    for (size_t r = 0; r < mw_net_resolvers(look->net)->count; r++) {
        struct question *question = question_to(look, r, NULL);
        ask(look, question, MW_A, false, got_a);
        ask(look, question, MW_AAAA, false, got_aaaa);
    }
}

static bool are_several(const struct mw_look *look)
{
    size_t before = 0;
    for (const struct mw_fact *host = mw_fact_first(look->facts, MW_F_MX_HOST); host && host != look->why; host = mw_fact_next(look->facts, host))
        before++;
    return mw_net_resolvers(look->net)->count > 1 && before < HOSTS;
}

const struct mw_probe mw_probe_resolver_domain = {
    .name = "resolver",
    .says = N_("Tells what each resolver says of the domain, and for how long it keeps that."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_RESOLVER_MX_END, MW_F_RESOLVER_MX, MW_F_RESOLVER_MX_LEFT, MW_F_RESOLVER_TXT_END, MW_F_RESOLVER_TXT, MW_F_RESOLVER_TXT_LEFT,
              MW_F_RESOLVER_CD_END, MW_F_RESOLVER_OWN_ZONE},
    .ends = MW_F_RESOLVER_DOMAIN_END,
    .start = start_domain,
};

const struct mw_probe mw_probe_resolver_host = {
    .name = "resolver",
    .says = N_("Asks each of several resolvers for the addresses of the exchanges."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_MX_HOST,
    .tells = {MW_F_RESOLVER_HOST, MW_F_RESOLVER_HOST_END},
    .ends = MW_F_RESOLVER_EXCHANGE_END,
    .when = are_several,
    .start = start_host,
};
