/* Audits an SPF record (RFC 7208) for whoever may send: what it and all that it includes cost, where they break, what is never reached, as a tree. Like the
 * evaluation it runs from the start again whenever answers have come. Terms with macros are counted and not followed. Never judges. */
#include "spf_inside.h"
#include "spf_ranges.h"

#include <mailwhy/lang.h>

#include <string.h>

#define LOOKUPS_COUNTED 50
#define DEPTH_CEILING 20

/* What a record covers: what its terms have decided so far, and what of that they pass; IPv4 and IPv6. */
struct reach {
    struct mw_ranges decided[2], passes[2];
};

struct audit {
    struct mw_arena *arena;
    mw_spf_ask *ask;
    void *context;
    const char *domain; /* that is audited */
    struct mw_spf_audit *found;
    const char *path[DEPTH_CEILING]; /* the domains whose records led here */
    size_t depth;
    struct reach *reach; /* of the record that is gone through */
    size_t node; /* whose record is gone through, counted from 1 */
};

static void note(struct mw_spf_note *notes, size_t *count, const char *domain, const char *term, const char *why)
{
    for (size_t i = 0; i < *count; i++)
        if (mw_text_same(notes[i].domain, domain) && mw_text_same(notes[i].term, term) && mw_text_same(notes[i].why, why))
            return;
    if (*count < MW_SPF_NOTES)
        notes[(*count)++] = (struct mw_spf_note){domain, term, why};
}

/* A list of the audit and its count, as `note` takes them. */
#define FLAWS(audit) (audit)->found->flaws, &(audit)->found->flaw_count
#define VOIDS(audit) (audit)->found->voids, &(audit)->found->void_count
#define MISSING(audit) (audit)->found->missing, &(audit)->found->missing_count
#define FAILED(audit) (audit)->found->failed, &(audit)->found->failed_count
#define WIDE(audit) (audit)->found->wide, &(audit)->found->wide_count
#define UNREACHED(audit) (audit)->found->unreached, &(audit)->found->unreached_count

/* --- the tree --- */

const char *mw_spf_state_name(enum mw_spf_state state)
{
    static const char *const names[] = {"ok", "again", "void", "none", "bad", "failed", "circle", "macro", "unfollowed"};
    return (size_t)state < MW_COUNT(names) ? names[state] : "unfollowed";
}

/* Its place counted from 1; 0: the tree is full. */
static size_t add_node(struct audit *audit, const char *term, const char *domain)
{
    struct mw_spf_audit *found = audit->found;
    if (found->node_count == MW_SPF_NODES)
        return 0;
    found->nodes[found->node_count] = (struct mw_spf_node){.parent = audit->node, .term = term, .domain = domain, .record = ""};
    return ++found->node_count;
}

static void set_state(struct audit *audit, enum mw_spf_state state)
{
    if (audit->node)
        audit->found->nodes[audit->node - 1].state = state;
}

/* An include of the same record further up the tree, not on the way here. */
static bool was_included(const struct audit *audit, const char *domain)
{
    for (size_t i = 0; i + 1 < audit->node; i++)
        if (*audit->found->nodes[i].record && mw_text_same(audit->found->nodes[i].domain, domain))
            return true;
    return false;
}

static void set_record(struct audit *audit, const char *domain, const char *text)
{
    if (!audit->node)
        return;
    set_state(audit, was_included(audit, domain) ? MW_SPF_AGAIN : MW_SPF_OK);
    audit->found->nodes[audit->node - 1].record = text;
}

/* --- what is covered --- */

/* First match decides: what earlier terms decided is taken out. */
static void decide(struct audit *audit, const struct mw_ranges matched[2], char qualifier)
{
    for (size_t six = 0; six < 2; six++) {
        struct mw_ranges fresh = mw_ranges_less(audit->arena, &matched[six], &audit->reach->decided[six]);
        if (qualifier == '+')
            mw_ranges_add_all(audit->arena, &audit->reach->passes[six], &fresh);
        mw_ranges_add_all(audit->arena, &audit->reach->decided[six], &matched[six]);
        audit->found->open |= audit->reach->decided[six].cut;
    }
}

static void add_network(struct audit *audit, struct mw_ranges matched[2], const char *address, const struct mw_spf_term *term)
{
    struct mw_range range;
    bool six = mw_address_is_ipv6(address);
    if (mw_range_read(address, six ? term->prefix6 : term->prefix4, six, &range))
        mw_ranges_add(audit->arena, &matched[six], range);
}

static void add_addresses(struct audit *audit, struct mw_ranges matched[2], const struct mw_dns_answer *answer, int type, const struct mw_spf_term *term)
{
    const struct mw_record *record;
    for (size_t i = 0; answer && (record = mw_dns_next(answer, type, &i));)
        add_network(audit, matched, record->address, term);
    audit->found->open |= answer && mw_spf_has_failed(answer);
}

static void decide_all(struct audit *audit, char qualifier)
{
    struct mw_ranges matched[2] = {0};
    static const struct mw_spf_term whole = {.prefix4 = 0, .prefix6 = 0};
    add_network(audit, matched, "0.0.0.0", &whole);
    add_network(audit, matched, "::", &whole);
    decide(audit, matched, qualifier);
}

static void tell_covers(struct audit *audit)
{
    struct mw_spf_audit *found = audit->found;
    for (size_t six = 0; six < 2; six++)
        mw_ranges_networks(audit->arena, &audit->reach->passes[six], six, MW_SPF_COVERS, &found->covers);
    found->ipv4_count = mw_ranges_count(audit->arena, &audit->reach->passes[0], false);
    found->ipv6_count = mw_ranges_count(audit->arena, &audit->reach->passes[1], true);
}

/* --- a term at a time --- */

static const struct mw_spf *audit_record(struct audit *audit, const char *domain, const struct mw_spf *record);

static const struct mw_dns_answer *audit_ask(struct audit *audit, const char *name, int type)
{
    const struct mw_dns_answer *answer = audit->ask(audit->context, name, type);
    audit->found->waiting |= !answer;
    return answer;
}

static void note_failed(struct audit *audit, const char *domain, const char *term, const char *name, const struct mw_dns_answer *answer)
{
    set_state(audit, MW_SPF_FAILED);
    note(FAILED(audit), domain, term, mw_printf(audit->arena, "%s: %s", name, mw_dns_status_name(answer->status)));
}

static bool is_on_path(const struct audit *audit, const char *name)
{
    for (size_t i = 0; i < audit->depth; i++)
        if (mw_text_same(audit->path[i], name))
            return true;
    return false;
}

static const struct mw_spf *flawed(struct audit *audit, const char *name, const char *where, const char *why)
{
    set_state(audit, MW_SPF_BAD);
    note(FLAWS(audit), name, where, why);
    return NULL;
}

/* The record at an include's or redirect's target; NULL: noted, or on its way. */
static const struct mw_spf *target_record(struct audit *audit, const char *name, const char *domain, const char *term)
{
    const struct mw_record *txt = NULL;
    struct mw_flaw flaw = {0};
    const struct mw_dns_answer *answer = audit_ask(audit, name, MW_TXT);
    if (!answer)
        return NULL;
    if (mw_spf_has_failed(answer)) {
        note_failed(audit, domain, term, name, answer);
        return NULL;
    }
    size_t count = mw_spf_records_in(answer, &txt);
    if (count == 0) {
        set_state(audit, MW_SPF_NO_RECORD);
        note(MISSING(audit), domain, term, name);
        return NULL;
    }
    set_record(audit, name, txt->joined);
    if (count > 1)
        return flawed(audit, name, "", N_("several SPF records"));
    const struct mw_spf *record = mw_spf_read_txt(audit->arena, txt, &flaw);
    return record ? record : flawed(audit, name, flaw.where, flaw.why);
}

/* The record that decides in the end for the target; NULL: there is none, or it is not known. */
static const struct mw_spf *follow(struct audit *audit, const char *name, const char *domain, const char *term)
{
    if (is_on_path(audit, name)) {
        set_state(audit, MW_SPF_CIRCLE);
        note(FLAWS(audit), domain, term, N_("a circle of includes"));
        return NULL;
    }
    const struct mw_spf *record = target_record(audit, name, domain, term);
    return record ? audit_record(audit, name, record) : NULL;
}

static void audit_include(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    struct reach *outer = audit->reach, inner = {0};
    audit->reach = &inner;
    follow(audit, name, domain, term->text);
    audit->reach = outer;
    decide(audit, inner.passes, term->qualifier);
}

static void note_void(struct audit *audit, const char *domain, const char *term, const char *name)
{
    set_state(audit, MW_SPF_VOID);
    note(VOIDS(audit), domain, term, name);
}

/* A name with addresses of either family is no void: which one is asked depends on the client. */
static void audit_a(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *four = audit_ask(audit, name, MW_A), *six = audit_ask(audit, name, MW_AAAA);
    struct mw_ranges matched[2] = {0};
    add_addresses(audit, matched, four, MW_A, term);
    add_addresses(audit, matched, six, MW_AAAA, term);
    decide(audit, matched, term->qualifier);
    if (!four || !six)
        return;
    if (mw_spf_has_failed(four))
        note_failed(audit, domain, term->text, name, four);
    if (mw_spf_is_void(four) && mw_spf_is_void(six))
        note_void(audit, domain, term->text, name);
}

static void audit_mx(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *answer = audit_ask(audit, name, MW_MX);
    const struct mw_record *mx;
    struct mw_ranges matched[2] = {0};
    size_t names = 0;
    for (size_t i = 0; answer && (mx = mw_dns_next(answer, MW_MX, &i));)
        if (names++ < NAMES_ALLOWED && strcmp(mx->name, ".") != 0) {
            add_addresses(audit, matched, audit_ask(audit, mx->name, MW_A), MW_A, term);
            add_addresses(audit, matched, audit_ask(audit, mx->name, MW_AAAA), MW_AAAA, term);
        }
    decide(audit, matched, term->qualifier);
    if (names > NAMES_ALLOWED)
        flawed(audit, domain, term->text, N_("more than 10 exchanges behind mx"));
    if (answer && mw_spf_has_failed(answer))
        note_failed(audit, domain, term->text, name, answer);
    if (answer && mw_spf_is_void(answer))
        note_void(audit, domain, term->text, name);
}

static void by_sender(struct audit *audit)
{
    set_state(audit, MW_SPF_BY_SENDER);
    audit->found->open = true;
}

/* "exists" is made to find nothing for most senders, and "ptr" depends on the client: they only count. */
static void audit_nothing(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    (void)term, (void)name, (void)domain;
    by_sender(audit);
}

/* The name that a domain-spec gives whoever sends; NULL: that depends on the sender. */
static const char *fixed_name(struct audit *audit, const char *spec, const char *domain)
{
    static const struct mw_spf_subject nobody = {.address = "0.0.0.0"};
    return mw_spf_has_macro(spec) ? NULL : mw_spf_expand(audit->arena, spec, &nobody, domain);
}

/* Enters a term or redirect that costs a lookup, until leave() with what enter() gave. */
static size_t enter(struct audit *audit, const char *term, const char *name)
{
    size_t above = audit->node;
    audit->node = add_node(audit, term, name);
    if (audit->node)
        audit->found->nodes[audit->node - 1].lookups = -audit->found->lookups;
    audit->found->lookups++;
    return above;
}

static void leave(struct audit *audit, size_t above)
{
    if (audit->node)
        audit->found->nodes[audit->node - 1].lookups += audit->found->lookups;
    audit->node = above;
}

static void audit_term(struct audit *audit, const struct mw_spf_term *term, const char *domain)
{
    static void (*const auditors[])(struct audit *, const struct mw_spf_term *, const char *, const char *) = {
        [MW_SPF_INCLUDE] = audit_include, [MW_SPF_A] = audit_a, [MW_SPF_MX] = audit_mx, [MW_SPF_PTR] = audit_nothing, [MW_SPF_EXISTS] = audit_nothing};
    if (mw_spf_is_wide(term) && mw_domain_is_under(domain, audit->domain))
        note(WIDE(audit), domain, term->text, "");
    if (term->mechanism == MW_SPF_ALL)
        decide_all(audit, term->qualifier);
    if (term->address) {
        struct mw_ranges matched[2] = {0};
        add_network(audit, matched, term->address, term);
        decide(audit, matched, term->qualifier);
    }
    if (term->mechanism == MW_SPF_ALL || term->address || audit->found->lookups == LOOKUPS_COUNTED)
        return;
    const char *name = term->domain ? fixed_name(audit, term->domain, domain) : domain;
    size_t above = enter(audit, term->text, name ? name : term->domain);
    if (name)
        auditors[term->mechanism](audit, term, name, domain);
    else
        by_sender(audit);
    leave(audit, above);
}

/* In force where the record has no `all` (section 6.1). */
static const struct mw_spf *audit_redirect(struct audit *audit, const char *domain, const struct mw_spf *record)
{
    if (audit->found->lookups == LOOKUPS_COUNTED)
        return NULL;
    const char *name = fixed_name(audit, record->redirect, domain), *term = mw_printf(audit->arena, "redirect=%s", record->redirect);
    size_t above = enter(audit, term, name ? name : record->redirect);
    const struct mw_spf *last = name ? follow(audit, name, domain, term) : NULL;
    if (!name)
        by_sender(audit);
    leave(audit, above);
    return last;
}

/* May a term of the record fail an address? */
static bool can_fail(const struct mw_spf *record)
{
    for (size_t i = 0; i + record->behind_all < record->count; i++)
        if (record->terms[i].qualifier == '-')
            return true;
    return false;
}

static void note_unreached(struct audit *audit, const char *domain, const struct mw_spf *record)
{
    if (!mw_domain_is_under(domain, audit->domain))
        return;
    for (size_t i = record->count - record->behind_all; i < record->count; i++)
        note(UNREACHED(audit), domain, record->terms[i].text, N_("it stands behind all"));
    struct mw_list words = mw_text_split(audit->arena, record->text, " ");
    for (size_t i = 0; i < words.count; i++)
        if (mw_spf_is_passed_over(words.items[i]))
            note(UNREACHED(audit), domain, words.items[i], N_("a mechanism takes a colon: with = it is passed over"));
    if (record->all && record->redirect)
        note(UNREACHED(audit), domain, mw_printf(audit->arena, "redirect=%s", record->redirect), N_("redirect= does not count beside all"));
    if (record->explanation && !can_fail(record))
        note(UNREACHED(audit), domain, mw_printf(audit->arena, "exp=%s", record->explanation), N_("no term of the record fails, and only for a fail is there an explanation"));
}

/* The record that decides in the end: this one, or the one that it redirects to. */
static const struct mw_spf *audit_record(struct audit *audit, const char *domain, const struct mw_spf *record)
{
    if (audit->depth == DEPTH_CEILING) {
        set_state(audit, MW_SPF_UNFOLLOWED);
        return NULL;
    }
    audit->path[audit->depth++] = domain;
    note_unreached(audit, domain, record);
    for (size_t i = 0; i + record->behind_all < record->count; i++)
        audit_term(audit, &record->terms[i], domain);
    bool redirects = !record->all && record->redirect;
    const struct mw_spf *last = redirects ? audit_redirect(audit, domain, record) : record;
    audit->depth--;
    return last;
}

const struct mw_spf_audit *mw_spf_audit(struct mw_arena *arena, const char *domain, const struct mw_spf *record, mw_spf_ask *ask, void *context)
{
    struct reach reach = {0};
    struct audit audit = {.arena = arena, .ask = ask, .context = context, .domain = domain, .reach = &reach, .found = MW_NEW(arena, struct mw_spf_audit)};
    audit.node = add_node(&audit, "", domain);
    set_record(&audit, domain, record->text);
    const struct mw_spf *last = audit_record(&audit, domain, record);
    audit.found->nodes[0].lookups = audit.found->lookups;
    tell_covers(&audit);
    if (last)
        audit.found->all = last->all ? mw_printf(arena, "%call", last->all->qualifier) : "none";
    return audit.found;
}
