/* SPF: the domain's record and what a full evaluation of it costs, and its result for each address that may send (RFC 7208). The evaluator of spf.h wants
 * answers; they are asked for here, all that can be at once, and it runs again whenever the last of them came. */
#include "lookup.h"

#include <mailwhy/spf.h>

#include <string.h>

#define ANSWERS 300u /* more than any evaluation within the limits needs */
#define FLAWS_TOLD 10u
#define MISSING_BLANK N_("a blank is missing where two strings of the record meet")

struct known {
    const char *name;
    int type;
    const struct mw_dns_answer *answer; /* NULL: on its way */
    struct spf *of;
};

struct spf {
    const char *domain;
    struct known known[ANSWERS];
    size_t count, waiting;
    void (*again)(struct mw_look *look, struct spf *spf);
    bool eager; /* again at each answer, not only when all have come */
    bool done;
    const struct mw_spf *record;
    const char *spaced; /* the record with a blank where its strings meet, where that is valid; NULL */
    struct mw_spf_subject subject;
    struct mw_look *look;
};

/* --- answers for the evaluator --- */

static void got_answer(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct known *known = tag;
    known->answer = answer;
    struct spf *spf = known->of;
    if ((--spf->waiting == 0 || spf->eager) && !spf->done)
        spf->again(look, spf);
}

static const struct mw_dns_answer *ask(void *context, const char *name, int type)
{
    static const struct mw_dns_answer too_many = {.status = MW_DNS_OTHER, .ede_text = "", .server = "", .ede = -1};
    struct spf *spf = context;
    for (size_t i = 0; i < spf->count; i++)
        if (spf->known[i].type == type && mw_text_same(spf->known[i].name, name))
            return spf->known[i].answer;
    if (spf->count == ANSWERS)
        return &too_many;
    struct known *known = &spf->known[spf->count++];
    *known = (struct known){mw_strdup(spf->look->arena, name), type, NULL, spf};
    spf->waiting++;
    mw_look_ask(spf->look, known->name, type, got_answer, known);
    return NULL;
}

static struct spf *new_spf(struct mw_look *look, const char *domain, void (*again)(struct mw_look *look, struct spf *spf))
{
    struct spf *spf = MW_NEW(look->arena, struct spf);
    spf->look = look;
    spf->domain = domain;
    spf->again = again;
    return spf;
}

/* --- the record --- */

static const char *note_text(struct mw_look *look, const struct mw_spf_note *note)
{
    return *note->term ? mw_printf(look->arena, "%s: %s", note->domain, note->term) : note->domain;
}

static void tell_breaks(struct mw_look *look, const struct mw_spf_audit *audit, const char *domain)
{
    for (size_t i = 0; i < audit->flaw_count; i++)
        mw_lookup_tell_once(look, MW_F_SPF_FLAW, audit->flaws[i].domain, audit->flaws[i].why, note_text(look, &audit->flaws[i]));
    for (size_t i = 0; i < audit->void_count; i++)
        mw_tell_text(look, MW_F_SPF_VOID, domain, mw_printf(look->arena, "%s %s", audit->voids[i].term, audit->voids[i].why),
                     note_text(look, &audit->voids[i]));
    for (size_t i = 0; i < audit->missing_count; i++)
        mw_tell_text(look, MW_F_SPF_INCLUDE_MISSING, domain, audit->missing[i].why, note_text(look, &audit->missing[i]));
    for (size_t i = 0; i < audit->failed_count; i++)
        mw_tell_text(look, MW_F_SPF_FAILED, domain, audit->failed[i].why, note_text(look, &audit->failed[i]));
    for (size_t i = 0; i < audit->wide_count; i++)
        mw_tell_text(look, MW_F_SPF_WIDE, domain, audit->wide[i].term, note_text(look, &audit->wide[i]));
}

static const char *number_text(struct mw_look *look, size_t number)
{
    return mw_printf(look->arena, "%zu", number);
}

/* An included record as it stands in its zone; the domain's own is told by itself. NULL: there is none. */
static const char *included_quote(struct mw_look *look, const struct spf *spf, const struct mw_spf_node *node)
{
    const struct mw_record *record;
    for (size_t i = 0; node->parent && *node->record && i < spf->count; i++) {
        const struct known *known = &spf->known[i];
        if (!known->answer || known->type != MW_TXT || !mw_text_same(known->name, node->domain))
            continue;
        for (size_t k = 0; (record = mw_dns_next(known->answer, MW_TXT, &k));)
            if (mw_text_same(record->joined, node->record))
                return mw_lookup_quote(look, record);
    }
    return NULL;
}

static void tell_tree(struct mw_look *look, const struct spf *spf, const struct mw_spf_audit *audit)
{
    const char *domain = spf->domain;
    for (size_t i = 0; i < audit->node_count; i++) {
        const struct mw_spf_node *node = &audit->nodes[i];
        const char *const pieces[] = {number_text(look, i + 1),
                                      number_text(look, node->parent),
                                      node->term,
                                      node->domain,
                                      number_text(look, (size_t)node->lookups),
                                      mw_spf_state_name(node->state),
                                      node->record};
        struct mw_list list = {0};
        for (size_t piece = 0; piece < MW_COUNT(pieces); piece++)
            mw_list_add(look->arena, &list, pieces[piece]);
        mw_tell_list(look, MW_F_SPF_NODE, domain, &list, included_quote(look, spf, node));
    }
    for (size_t i = 0; i < audit->unreached_count; i++)
        mw_lookup_tell_once(look, MW_F_SPF_UNREACHED, audit->unreached[i].domain, audit->unreached[i].term, audit->unreached[i].why);
}

static void tell_covers(struct mw_look *look, const struct mw_spf_audit *audit, const char *domain)
{
    mw_tell_list(look, MW_F_SPF_COVERS, domain, &audit->covers, audit->open ? "others too" : NULL);
    mw_tell_text(look, MW_F_SPF_COVERS_IPV4, domain, audit->ipv4_count, NULL);
    mw_tell_text(look, MW_F_SPF_COVERS_IPV6, domain, audit->ipv6_count, NULL);
}

static bool has_word(struct mw_look *look, const char *text, const char *word)
{
    struct mw_list words = mw_text_split(look->arena, text, " ");
    return mw_list_has(&words, word);
}

/* A term that leads nowhere and that the strings alone do not have: it came of joining them. */
static void tell_joint(struct mw_look *look, const struct spf *spf, const struct mw_spf_note *notes, size_t count)
{
    for (size_t i = 0; spf->spaced && i < count; i++)
        if (mw_text_same(notes[i].domain, spf->domain) && !has_word(look, spf->spaced, notes[i].term)) {
            mw_lookup_tell_once(look, MW_F_SPF_FLAW, spf->domain, MISSING_BLANK, notes[i].term);
            mw_lookup_tell_once(look, MW_F_SPF_SPACED, spf->domain, spf->spaced, NULL);
        }
}

static void audit_again(struct mw_look *look, struct spf *spf)
{
    const struct mw_spf_audit *audit = mw_spf_audit(look->arena, spf->domain, spf->record, ask, spf);
    if (audit->waiting)
        return;
    mw_tell_number(look, MW_F_SPF_LOOKUPS, spf->domain, audit->lookups, NULL);
    if (audit->all)
        mw_tell_text(look, MW_F_SPF_ALL, spf->domain, audit->all, NULL);
    tell_breaks(look, audit, spf->domain);
    tell_tree(look, spf, audit);
    tell_covers(look, audit, spf->domain);
    tell_joint(look, spf, audit->missing, audit->missing_count);
    tell_joint(look, spf, audit->voids, audit->void_count);
}

/* TXT of the domain: the records that say they are SPF, and those that were meant to be. Returns the one, NULL where there is none or more than one. */
static const struct mw_record *tell_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    const struct mw_record *found = NULL;
    unsigned count = 0;
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));) {
        if (mw_spf_is_record(record->joined)) {
            mw_tell_text(look, MW_F_SPF_RECORD, look->why->about, record->joined, mw_lookup_quote(look, record));
            found = record;
            count++;
        } else if (mw_spf_is_near(record->joined)) {
            mw_tell_text(look, MW_F_SPF_FLAW, look->why->about, N_("meant as SPF, but does not begin with v=spf1"), record->joined);
        }
    }
    if (count > 1)
        mw_tell_text(look, MW_F_SPF_FLAW, look->why->about, "more than one SPF record", NULL);
    return count == 1 ? found : NULL;
}

/* Every term that is wrong, not the first alone: who mends one wants to know of the others. A flaw of the record as a whole is told as it is. */
static void tell_flaws(struct mw_look *look, const struct spf *spf, const char *record, const struct mw_flaw *first)
{
    struct mw_list words = mw_text_split(look->arena, record, " ");
    bool told = false;
    for (size_t i = 1, count = 0; i < words.count && count < FLAWS_TOLD; i++) {
        struct mw_flaw flaw = {0};
        if (mw_spf_read(look->arena, mw_printf(look->arena, "v=spf1 %s", words.items[i]), &flaw))
            continue;
        mw_tell_text(look, MW_F_SPF_FLAW, spf->domain, flaw.why, flaw.where);
        count++;
        told = true;
    }
    if (!told)
        mw_lookup_tell_once(look, MW_F_SPF_FLAW, spf->domain, first->why, first->where);
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct spf *spf = tag;
    struct mw_flaw flaw;
    const struct mw_record *record = tell_records(look, answer);
    /* Other TXT records beside none for SPF are "nodata" of SPF. */
    struct mw_dns_answer said = *answer;
    if (answer->status == MW_DNS_OK && !mw_fact_find(look->facts, MW_F_SPF_RECORD, spf->domain))
        said.status = MW_DNS_NODATA;
    mw_lookup_end(look, MW_F_SPF_END, spf->domain, &said);
    if (!record)
        return;
    mw_tell_number(look, MW_F_SPF_BYTES, spf->domain, (int64_t)(record->rdata_bytes - record->strings), number_text(look, record->strings));
    spf->spaced = mw_spf_spaced(look->arena, record);
    spf->record = mw_spf_read_txt(look->arena, record, &flaw);
    if (spf->record) {
        audit_again(look, spf);
        return;
    }
    if (!spf->spaced) {
        tell_flaws(look, spf, record->joined, &flaw);
        return;
    }
    mw_lookup_tell_once(look, MW_F_SPF_FLAW, spf->domain, MISSING_BLANK, flaw.where);
    mw_lookup_tell_once(look, MW_F_SPF_SPACED, spf->domain, spf->spaced, NULL);
}

static void start(struct mw_look *look)
{
    mw_look_ask(look, look->why->about, MW_TXT, got_txt, new_spf(look, look->why->about, audit_again));
}

const struct mw_probe mw_probe_spf = {
    .name = "spf",
    .says = N_("Looks up the domain's SPF record and follows all that it includes."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_SPF_RECORD, MW_F_SPF_FLAW, MW_F_SPF_LOOKUPS, MW_F_SPF_VOID, MW_F_SPF_INCLUDE_MISSING, MW_F_SPF_ALL, MW_F_SPF_WIDE, MW_F_SPF_NODE,
              MW_F_SPF_UNREACHED, MW_F_SPF_COVERS, MW_F_SPF_COVERS_IPV4, MW_F_SPF_COVERS_IPV6, MW_F_SPF_BYTES, MW_F_SPF_FAILED, MW_F_SPF_SPACED},
    .ends = MW_F_SPF_END,
    .start = start,
};

/* --- its result for an address --- */

static void check_again(struct mw_look *look, struct spf *spf)
{
    struct mw_spf_verdict verdict = mw_spf_check(look->arena, spf->domain, &spf->subject, ask, spf);
    if (verdict.result == MW_SPF_WAITING)
        return;
    const char *quote = *verdict.why ? verdict.why : *verdict.term ? mw_printf(look->arena, "%s: %s", verdict.domain, verdict.term) : NULL;
    mw_tell_text(look, MW_F_SPF_RESULT, look->why->about, mw_spf_result_name(verdict.result), quote);
}

static bool is_about_a_domain(const struct mw_look *look)
{
    return mw_lookup_target(look);
}

static void start_address(struct mw_look *look)
{
    const char *domain = mw_lookup_target(look);
    struct spf *spf = new_spf(look, domain, check_again);
    const char *mailbox = look->asked->mailbox;
    bool own = mailbox && mw_text_ends(mailbox, mw_printf(look->arena, "@%s", domain));
    spf->subject = (struct mw_spf_subject){
        .address = look->why->about, .sender = own ? mailbox : mw_printf(look->arena, "postmaster@%s", domain), .helo = look->why->text};
    check_again(look, spf);
}

const struct mw_probe mw_probe_spf_address = {
    .name = "spf_address",
    .says = N_("Evaluates the domain's SPF record for each address."),
    .legs = MW_SEND,
    .wants = MW_F_ADDRESS_OF,
    .tells = {MW_F_SPF_RESULT},
    .ends = MW_F_SPF_RESULT_END,
    .when = is_about_a_domain,
    .start = start_address,
};

/* --- its result for the address that was given --- */

static void tell_spent(struct mw_look *look, const struct mw_spf_verdict *verdict)
{
    struct mw_list spent = {0};
    mw_list_add(look->arena, &spent, number_text(look, (size_t)verdict->lookups));
    mw_list_add(look->arena, &spent, number_text(look, (size_t)verdict->voids));
    mw_tell_list(look, MW_F_SPF_SPENT, look->why->about, &spent, NULL);
}

static void given_again(struct mw_look *look, struct spf *spf)
{
    const char *about = look->why->about;
    struct mw_spf_verdict verdict = mw_spf_check(look->arena, spf->domain, &spf->subject, ask, spf);
    if (verdict.result == MW_SPF_WAITING)
        return;
    spf->done = true;
    mw_tell_text(look, MW_F_SPF_RESULT, about, mw_spf_result_name(verdict.result), *verdict.why ? verdict.why : NULL);
    mw_tell_text(look, MW_F_SPF_MECHANISM, about, *verdict.term ? verdict.term : "default", verdict.domain);
    if (*verdict.explanation)
        mw_tell_text(look, MW_F_SPF_EXPLANATION, about, verdict.explanation, NULL);
    tell_spent(look, &verdict);
}

static void helo_again(struct mw_look *look, struct spf *spf)
{
    struct mw_spf_verdict verdict = mw_spf_check(look->arena, spf->domain, &spf->subject, ask, spf);
    if (verdict.result == MW_SPF_WAITING)
        return;
    spf->done = true;
    mw_tell_text(look, MW_F_SPF_HELO, spf->domain, mw_spf_result_name(verdict.result), *verdict.why ? verdict.why : NULL);
}

/* The HELO name as a sender of its own (section 2.3): what bounces are judged by. */
static void start_helo(struct mw_look *look, const struct mw_spf_subject *subject)
{
    if (!subject->helo || !strchr(subject->helo, '.') || !mw_domain_read(look->arena, subject->helo, NULL) || mw_text_same(subject->helo, look->why->text))
        return;
    struct spf *spf = new_spf(look, subject->helo, helo_again);
    spf->eager = true;
    spf->subject = *subject;
    spf->subject.sender = mw_printf(look->arena, "postmaster@%s", subject->helo);
    helo_again(look, spf);
}

static void start_given(struct mw_look *look)
{
    const struct mw_asked *asked = look->asked;
    const char *domain = look->why->text, *sender = asked->mail_from ? asked->mail_from : asked->mailbox;
    struct spf *spf = new_spf(look, domain, given_again);
    spf->eager = true; /* what a term needs that is never reached may stay silent */
    spf->subject = (struct mw_spf_subject){.address = look->why->about,
                                           .sender = sender ? sender : mw_printf(look->arena, "postmaster@%s", domain),
                                           .helo = asked->helo ? asked->helo : domain,
                                           .receiver = asked->ehlo_name,
                                           .at = look->why->at};
    given_again(look, spf);
    if (asked->helo)
        start_helo(look, &spf->subject);
}

const struct mw_probe mw_probe_spf_check = {
    .name = "spf_check",
    .says = N_("Evaluates SPF for the address that mail is sent from."),
    .legs = MW_SEND,
    .wants = MW_F_SPF_ASKED,
    .tells = {MW_F_SPF_RESULT, MW_F_SPF_MECHANISM, MW_F_SPF_EXPLANATION, MW_F_SPF_SPENT, MW_F_SPF_HELO},
    .ends = MW_F_SPF_CHECK_END,
    .start = start_given,
};
