/* What a name that cannot exist below the domain is answered: a wildcard (RFC 4592) gives it an exchange, addresses or TXT, and all made-up names with it. A
 * resolver that puts answers of its own in the place of NXDOMAIN looks the same for addresses, never for MX. */
#include "lookup.h"

#define RECORDS 10u /* of each type that are told */

/* clang-format off */
static const struct { int type; enum mw_fact_id told; } questions[] = {
    {MW_MX,   MW_F_WILDCARD_MX},
    {MW_A,    MW_F_WILDCARD_ADDRESS},
    {MW_AAAA, MW_F_WILDCARD_ADDRESS},
    {MW_TXT,  MW_F_WILDCARD_TXT},
};
/* clang-format on */

struct wildcard {
    struct question {
        struct wildcard *of;
        int type;
        enum mw_fact_id told;
        enum mw_dns_status status;
    } questions[MW_COUNT(questions)];
    size_t waiting;
};

static void tell_records(struct mw_look *look, const struct mw_dns_answer *answer, const struct question *question)
{
    const struct mw_record *record;
    unsigned count = 0;
    for (size_t i = 0; count < RECORDS && (record = mw_dns_next(answer, question->type, &i)); count++) {
        const char *value = record->address ? record->address : record->joined ? record->joined : record->text;
        mw_lookup_tell_once(look, question->told, look->why->about, value, mw_lookup_quote(look, record));
    }
    if (question->type == MW_A)
        mw_lookup_wildcard_tell(look, answer, count);
}

/* One record makes a wildcard; else a question that failed leaves it open. */
static const char *outcome(const struct wildcard *wildcard)
{
    enum mw_dns_status status = wildcard->questions[0].status;
    for (size_t i = 0; i < MW_COUNT(questions); i++) {
        enum mw_dns_status next = wildcard->questions[i].status;
        if (next == MW_DNS_OK)
            return MW_OK;
        status = mw_lookup_is_settled(status) ? next : status;
    }
    return mw_dns_status_name(status);
}

static void got_answer(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    question->status = answer->status;
    tell_records(look, answer, question);
    if (--question->of->waiting == 0)
        look->outcome = outcome(question->of);
}

static void start(struct mw_look *look)
{
    struct wildcard *wildcard = MW_NEW(look->arena, struct wildcard);
    wildcard->waiting = MW_COUNT(questions);
    for (size_t i = 0; i < MW_COUNT(questions); i++) {
        struct question *question = &wildcard->questions[i];
        *question = (struct question){.of = wildcard, .type = questions[i].type, .told = questions[i].told};
        mw_look_ask(look, mw_lookup_wildcard_name(look), question->type, got_answer, question);
    }
}

const struct mw_probe mw_probe_wildcard = {
    .name = "wildcard",
    .says = N_("Looks whether a wildcard answers for names that do not exist below the domain."),
    .legs = MW_SEND | MW_RECEIVE,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_WILDCARD_MX, MW_F_WILDCARD_ADDRESS, MW_F_WILDCARD_TXT, MW_F_DNS_WILDCARD},
    .ends = MW_F_WILDCARD_END,
    .start = start,
};
