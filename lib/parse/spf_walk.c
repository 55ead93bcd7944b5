/* Evaluates SPF (RFC 7208 sections 4 to 6) over answers that somebody else fetches: it runs from the start again each time an answer has come, and goes on
 * past what is on its way, so that independent questions are asked at once. Limits are those of section 4.6.4. Never waits, never asks more than the limits
 * let it. */
#include "tags.h"

#include <mailwhy/lang.h>
#include <mailwhy/spf.h>

#include <stdlib.h>
#include <string.h>

#define LOOKUPS_ALLOWED 10
#define VOIDS_ALLOWED 2
#define NAMES_ALLOWED 10u
#define LOOKUPS_COUNTED 50
#define DEPTH_CEILING 20

const char *mw_spf_result_name(enum mw_spf_result result)
{
    static const char *const names[] = {"waiting", "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};
    return (size_t)result < MW_COUNT(names) ? names[result] : "permerror";
}

static bool is_void(const struct mw_dns_answer *answer)
{
    return answer->status == MW_DNS_NODATA || answer->status == MW_DNS_NXDOMAIN;
}

static bool has_failed(const struct mw_dns_answer *answer)
{
    return answer->status != MW_DNS_OK && !is_void(answer);
}

/* How many SPF records the answer has, and the first. */
static size_t records_in(const struct mw_dns_answer *answer, const char **first)
{
    const struct mw_record *txt;
    size_t count = 0;
    for (size_t i = 0; (txt = mw_dns_next(answer, MW_TXT, &i));)
        if (mw_spf_is_record(txt->joined) && count++ == 0)
            *first = txt->joined;
    return count;
}

/* --- check_host() -------------------------------------------------------------------------------------------------------------------------- */

struct check {
    struct mw_arena *arena;
    const struct mw_spf_subject *subject;
    mw_spf_ask *ask;
    void *context;
    int lookups, voids;
    struct mw_spf_verdict verdict; /* why and where of an error */
};

enum match { NO, YES, WAITS, TEMPORARY, PERMANENT };

static enum match error(struct check *check, enum match which, const char *domain, const char *term, const char *why)
{
    check->verdict = (struct mw_spf_verdict){.term = term, .domain = domain, .why = why};
    return which;
}

static enum mw_spf_result check_host(struct check *check, const char *domain);

/* Asks for a term's own lookup and keeps count of those that find nothing. WAITS and errors, else YES with the answer. */
static enum match look_up(struct check *check, const char *name, int type, const char *domain, const char *term, const struct mw_dns_answer **answer)
{
    *answer = check->ask(check->context, name, type);
    if (!*answer)
        return WAITS;
    if (has_failed(*answer))
        return error(check, TEMPORARY, domain, term, N_("a lookup failed"));
    if (is_void(*answer) && ++check->voids > VOIDS_ALLOWED)
        return error(check, PERMANENT, domain, term, N_("more than 2 lookups find nothing"));
    return YES;
}

static bool has_address(const struct check *check, const struct mw_dns_answer *answer, int type, const struct mw_spf_term *term)
{
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, type, &i));)
        if (mw_address_in(check->subject->address, record->address, type == MW_AAAA ? term->prefix6 : term->prefix4))
            return true;
    return false;
}

static int address_type(const struct check *check)
{
    return mw_address_is_ipv6(check->subject->address) ? MW_AAAA : MW_A;
}

static enum match match_a(struct check *check, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *answer;
    enum match asked = look_up(check, name, address_type(check), domain, term->text, &answer);
    return asked != YES ? asked : has_address(check, answer, address_type(check), term) ? YES : NO;
}

static enum match match_mx(struct check *check, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *answer;
    const struct mw_record *mx;
    enum match result = look_up(check, name, MW_MX, domain, term->text, &answer);
    if (result != YES)
        return result;
    result = NO;
    size_t names = 0;
    for (size_t i = 0; (mx = mw_dns_next(answer, MW_MX, &i));) {
        if (++names > NAMES_ALLOWED)
            return error(check, PERMANENT, domain, term->text, N_("more than 10 exchanges behind mx"));
        const struct mw_dns_answer *addresses = check->ask(check->context, mx->name, address_type(check));
        if (!addresses)
            result = WAITS;
        else if (has_failed(addresses))
            return error(check, TEMPORARY, domain, term->text, N_("a lookup failed"));
        else if (result == NO && has_address(check, addresses, address_type(check), term))
            result = YES;
    }
    return result;
}

static enum match match_exists(struct check *check, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *answer;
    enum match asked = look_up(check, name, MW_A, domain, term->text, &answer); /* always A (section 5.7) */
    return asked != YES ? asked : answer->status == MW_DNS_OK ? YES : NO;
}

/* Names beyond the tenth and failing lookups are passed over (section 5.5). */
static enum match match_ptr(struct check *check, const struct mw_spf_term *term, const char *name, const char *domain)
{
    static const struct mw_spf_term exact = {.prefix4 = 32, .prefix6 = 128};
    (void)domain, (void)term;
    const char *reverse = mw_dns_reverse(check->arena, check->subject->address, NULL);
    const struct mw_dns_answer *answer = reverse ? check->ask(check->context, reverse, MW_PTR) : NULL;
    if (!answer)
        return reverse ? WAITS : NO;
    const struct mw_record *ptr;
    enum match result = NO;
    size_t names = 0;
    for (size_t i = 0; result != YES && names < NAMES_ALLOWED && (ptr = mw_dns_next(answer, MW_PTR, &i)); names++) {
        if (!mw_domain_is_under(ptr->name, name))
            continue;
        const struct mw_dns_answer *addresses = check->ask(check->context, ptr->name, address_type(check));
        if (!addresses)
            result = WAITS;
        else if (has_address(check, addresses, address_type(check), &exact))
            result = YES;
    }
    return result;
}

/* Section 5.2's table. */
static enum match match_include(struct check *check, const struct mw_spf_term *term, const char *name, const char *domain)
{
    switch (check_host(check, name)) {
    case MW_SPF_PASS: return YES;
    case MW_SPF_WAITING: return WAITS;
    case MW_SPF_TEMPERROR: return TEMPORARY;
    case MW_SPF_PERMERROR: return PERMANENT;
    case MW_SPF_NONE: return error(check, PERMANENT, domain, term->text, N_("the included domain has no SPF record"));
    case MW_SPF_NEUTRAL:
    case MW_SPF_FAIL:
    case MW_SPF_SOFTFAIL: break;
    }
    return NO;
}

static bool count_lookup(struct check *check)
{
    return ++check->lookups <= LOOKUPS_ALLOWED;
}

static enum match match_term(struct check *check, const struct mw_spf_term *term, const char *domain)
{
    static enum match (*const matchers[])(struct check *, const struct mw_spf_term *, const char *, const char *) = {
        [MW_SPF_INCLUDE] = match_include, [MW_SPF_A] = match_a, [MW_SPF_MX] = match_mx, [MW_SPF_PTR] = match_ptr, [MW_SPF_EXISTS] = match_exists};
    if (term->mechanism == MW_SPF_ALL)
        return YES;
    if (term->address)
        return mw_spf_covers(term, check->subject->address) ? YES : NO;
    if (!count_lookup(check))
        return error(check, PERMANENT, domain, term->text, N_("more than 10 DNS lookups"));
    const char *name = term->domain ? mw_spf_expand(check->arena, term->domain, check->subject, domain) : domain;
    if (!name && term->mechanism == MW_SPF_INCLUDE)
        return error(check, PERMANENT, domain, term->text, N_("the included domain has no SPF record"));
    return name ? matchers[term->mechanism](check, term, name, domain) : NO;
}

static enum mw_spf_result of_qualifier(char qualifier)
{
    return qualifier == '+' ? MW_SPF_PASS : qualifier == '-' ? MW_SPF_FAIL : qualifier == '~' ? MW_SPF_SOFTFAIL : MW_SPF_NEUTRAL;
}

static enum mw_spf_result redirect(struct check *check, const struct mw_spf *record, const char *domain)
{
    if (!count_lookup(check)) {
        error(check, PERMANENT, domain, "", N_("more than 10 DNS lookups"));
        return MW_SPF_PERMERROR;
    }
    const char *name = mw_spf_expand(check->arena, record->redirect, check->subject, domain);
    enum mw_spf_result result = name ? check_host(check, name) : MW_SPF_NONE;
    if (result != MW_SPF_NONE)
        return result;
    error(check, PERMANENT, domain, "", N_("the domain of redirect= has no SPF record")); /* section 6.1 */
    return MW_SPF_PERMERROR;
}

/* Where no term matched. */
static enum mw_spf_result run_out(struct check *check, const struct mw_spf *record, const char *domain)
{
    if (record->redirect)
        return redirect(check, record, domain);
    check->verdict = (struct mw_spf_verdict){.term = "", .domain = domain, .why = ""};
    return MW_SPF_NEUTRAL;
}

static enum mw_spf_result of_match(struct check *check, enum match match, const struct mw_spf_term *term, const char *domain)
{
    if (match == TEMPORARY || match == PERMANENT)
        return match == TEMPORARY ? MW_SPF_TEMPERROR : MW_SPF_PERMERROR;
    check->verdict = (struct mw_spf_verdict){.term = term->text, .domain = domain, .why = ""};
    return of_qualifier(term->qualifier);
}

/* Behind a term that waits the others are gone through for their questions alone. */
static enum mw_spf_result run_terms(struct check *check, const struct mw_spf *record, const char *domain)
{
    bool waits = false;
    for (size_t i = 0; i < record->count; i++) {
        enum match match = match_term(check, &record->terms[i], domain);
        waits |= match == WAITS;
        if (match != NO && match != WAITS)
            return waits ? MW_SPF_WAITING : of_match(check, match, &record->terms[i], domain);
    }
    enum mw_spf_result result = run_out(check, record, domain);
    return waits ? MW_SPF_WAITING : result;
}

static enum mw_spf_result permerror(struct check *check, const char *domain, const char *term, const char *why)
{
    error(check, PERMANENT, domain, term, why);
    return MW_SPF_PERMERROR;
}

static enum mw_spf_result check_host(struct check *check, const char *domain)
{
    const char *text = NULL;
    struct mw_flaw flaw = {0};
    const struct mw_dns_answer *answer = check->ask(check->context, domain, MW_TXT);
    if (!answer)
        return MW_SPF_WAITING;
    if (has_failed(answer)) {
        error(check, TEMPORARY, domain, "", N_("the SPF record could not be looked up"));
        return MW_SPF_TEMPERROR;
    }
    size_t count = records_in(answer, &text);
    check->verdict = (struct mw_spf_verdict){.term = "", .domain = domain, .why = ""};
    if (!count)
        return MW_SPF_NONE;
    if (count > 1)
        return permerror(check, domain, "", N_("several SPF records"));
    const struct mw_spf *record = mw_spf_read(check->arena, text, &flaw);
    return record ? run_terms(check, record, domain) : permerror(check, domain, flaw.where, flaw.why);
}

struct mw_spf_verdict mw_spf_check(struct mw_arena *arena, const char *domain, const struct mw_spf_subject *subject, mw_spf_ask *ask, void *context)
{
    struct check check = {.arena = arena, .subject = subject, .ask = ask, .context = context, .verdict = {.term = "", .domain = domain, .why = ""}};
    enum mw_spf_result result = check_host(&check, domain);
    check.verdict.result = result;
    return check.verdict;
}

/* --- audit ----------------------------------------------------------------------------------------------------------------------------------- */

struct audit {
    struct mw_arena *arena;
    mw_spf_ask *ask;
    void *context;
    const char *domain; /* that is audited */
    struct mw_spf_audit *found;
    const char *path[DEPTH_CEILING]; /* the domains whose records led here */
    size_t depth;
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

static const struct mw_spf *audit_record(struct audit *audit, const char *domain, const struct mw_spf *record);

static const struct mw_dns_answer *audit_ask(struct audit *audit, const char *name, int type)
{
    const struct mw_dns_answer *answer = audit->ask(audit->context, name, type);
    audit->found->waiting |= !answer;
    return answer;
}

static void note_failed(struct audit *audit, const char *domain, const char *term, const char *name, const struct mw_dns_answer *answer)
{
    note(FAILED(audit), domain, term, mw_printf(audit->arena, "%s: %s", name, mw_dns_status_name(answer->status)));
}

static bool is_on_path(const struct audit *audit, const char *name)
{
    for (size_t i = 0; i < audit->depth; i++)
        if (mw_text_same(audit->path[i], name))
            return true;
    return false;
}

/* The record at an include's or redirect's target; NULL: noted, or on its way. */
static const struct mw_spf *target_record(struct audit *audit, const char *name, const char *domain, const char *term)
{
    const char *text = NULL;
    struct mw_flaw flaw = {0};
    const struct mw_dns_answer *answer = audit_ask(audit, name, MW_TXT);
    if (!answer)
        return NULL;
    if (has_failed(answer)) {
        note_failed(audit, domain, term, name, answer);
        return NULL;
    }
    size_t count = records_in(answer, &text);
    if (count == 0)
        note(MISSING(audit), domain, term, name);
    if (count > 1)
        note(FLAWS(audit), name, "", N_("several SPF records"));
    if (count != 1)
        return NULL;
    const struct mw_spf *record = mw_spf_read(audit->arena, text, &flaw);
    if (!record)
        note(FLAWS(audit), name, flaw.where, flaw.why);
    return record;
}

/* The record that decides in the end for the target; NULL: there is none, or it is not known. */
static const struct mw_spf *follow(struct audit *audit, const char *name, const char *domain, const char *term)
{
    if (is_on_path(audit, name)) {
        note(FLAWS(audit), domain, term, N_("a circle of includes"));
        return NULL;
    }
    const struct mw_spf *record = target_record(audit, name, domain, term);
    return record ? audit_record(audit, name, record) : NULL;
}

static void audit_include(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    follow(audit, name, domain, term->text);
}

/* A name with addresses of either family is no void: which one is asked depends on the client. */
static void audit_a(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *four = audit_ask(audit, name, MW_A), *six = audit_ask(audit, name, MW_AAAA);
    if (!four || !six)
        return;
    if (has_failed(four))
        note_failed(audit, domain, term->text, name, four);
    if (is_void(four) && is_void(six))
        note(VOIDS(audit), domain, term->text, name);
}

static void audit_mx(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    const struct mw_dns_answer *answer = audit_ask(audit, name, MW_MX);
    size_t names = 0;
    for (size_t i = 0; answer && mw_dns_next(answer, MW_MX, &i);)
        names++;
    if (names > NAMES_ALLOWED)
        note(FLAWS(audit), domain, term->text, N_("more than 10 exchanges behind mx"));
    if (answer && has_failed(answer))
        note_failed(audit, domain, term->text, name, answer);
    if (answer && is_void(answer))
        note(VOIDS(audit), domain, term->text, name);
}

/* "exists" is made to find nothing for most senders, and "ptr" depends on the client: they only count. */
static void audit_nothing(struct audit *audit, const struct mw_spf_term *term, const char *name, const char *domain)
{
    (void)audit, (void)term, (void)name, (void)domain;
}

static void audit_term(struct audit *audit, const struct mw_spf_term *term, const char *domain)
{
    static void (*const auditors[])(struct audit *, const struct mw_spf_term *, const char *, const char *) = {
        [MW_SPF_INCLUDE] = audit_include, [MW_SPF_A] = audit_a, [MW_SPF_MX] = audit_mx, [MW_SPF_PTR] = audit_nothing, [MW_SPF_EXISTS] = audit_nothing};
    static const struct mw_spf_subject nobody = {.address = "0.0.0.0"};
    if (mw_spf_is_wide(term) && mw_domain_is_under(domain, audit->domain))
        note(WIDE(audit), domain, term->text, "");
    if (term->mechanism == MW_SPF_ALL || term->address || audit->found->lookups == LOOKUPS_COUNTED)
        return;
    audit->found->lookups++;
    if (term->domain && mw_spf_has_macro(term->domain))
        return;
    const char *name = term->domain ? mw_spf_expand(audit->arena, term->domain, &nobody, domain) : domain;
    if (name)
        auditors[term->mechanism](audit, term, name, domain);
}

/* In force where the record has no `all` (section 6.1). */
static const struct mw_spf *audit_redirect(struct audit *audit, const char *domain, const struct mw_spf *record)
{
    static const struct mw_spf_subject nobody = {.address = "0.0.0.0"};
    if (audit->found->lookups == LOOKUPS_COUNTED)
        return NULL;
    audit->found->lookups++;
    const char *name = mw_spf_has_macro(record->redirect) ? NULL : mw_spf_expand(audit->arena, record->redirect, &nobody, domain);
    return name ? follow(audit, name, domain, mw_printf(audit->arena, "redirect=%s", record->redirect)) : NULL;
}

/* The record that decides in the end: this one, or the one that it redirects to. */
static const struct mw_spf *audit_record(struct audit *audit, const char *domain, const struct mw_spf *record)
{
    if (audit->depth == DEPTH_CEILING)
        return NULL;
    audit->path[audit->depth++] = domain;
    for (size_t i = 0; i + record->behind_all < record->count; i++)
        audit_term(audit, &record->terms[i], domain);
    bool redirects = !record->all && record->redirect;
    const struct mw_spf *last = redirects ? audit_redirect(audit, domain, record) : record;
    audit->depth--;
    return last;
}

const struct mw_spf_audit *mw_spf_audit(struct mw_arena *arena, const char *domain, const struct mw_spf *record, mw_spf_ask *ask, void *context)
{
    struct audit audit = {.arena = arena, .ask = ask, .context = context, .domain = domain, .found = MW_NEW(arena, struct mw_spf_audit)};
    const struct mw_spf *last = audit_record(&audit, domain, record);
    if (last)
        audit.found->all = last->all ? mw_printf(arena, "%call", last->all->qualifier) : "none";
    return audit.found;
}
