/* Evaluates SPF (RFC 7208 sections 4 to 6) over answers that somebody else fetches: it runs from the start again each time an answer has come, and goes on
 * past what is on its way, so that independent questions are asked at once. Limits are those of section 4.6.4. Never waits, never asks more than the limits
 * let it. */
#include "spf_inside.h"

#include <mailwhy/lang.h>

#include <string.h>

#define LOOKUPS_ALLOWED 10
#define VOIDS_ALLOWED 2
#define NAME_CEILING 253u

const char *mw_spf_result_name(enum mw_spf_result result)
{
    static const char *const names[] = {"waiting", "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};
    return (size_t)result < MW_COUNT(names) ? names[result] : "permerror";
}

bool mw_spf_is_void(const struct mw_dns_answer *answer)
{
    return answer->status == MW_DNS_NODATA || answer->status == MW_DNS_NXDOMAIN;
}

bool mw_spf_has_failed(const struct mw_dns_answer *answer)
{
    return answer->status != MW_DNS_OK && !mw_spf_is_void(answer);
}

size_t mw_spf_records_in(const struct mw_dns_answer *answer, const struct mw_record **first)
{
    const struct mw_record *txt;
    size_t count = 0;
    for (size_t i = 0; (txt = mw_dns_next(answer, MW_TXT, &i));)
        if (mw_spf_is_record(txt->joined) && count++ == 0)
            *first = txt;
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
    const char *explanation;       /* exp= of the record that decided; NULL */
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
    if (mw_spf_has_failed(*answer))
        return error(check, TEMPORARY, domain, term, N_("a lookup failed"));
    if (mw_spf_is_void(*answer) && ++check->voids > VOIDS_ALLOWED)
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
        else if (mw_spf_has_failed(addresses))
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

/* A name that is the domain's own is better than one below it, and that better than a stranger (section 7.2). */
static int fitness(const char *name, const char *domain)
{
    return mw_text_same(name, domain) ? 3 : mw_domain_is_under(name, domain) ? 2 : 1;
}

/* The name of the client for %{p}: WAITS, or YES with it; NULL: none that its addresses confirm, or it cannot be known (section 5.5). */
static enum match validate(struct check *check, const char *domain, const char **validated)
{
    static const struct mw_spf_term exact = {.prefix4 = 32, .prefix6 = 128};
    const char *reverse = mw_dns_reverse(check->arena, check->subject->address, NULL);
    const struct mw_dns_answer *answer = reverse ? check->ask(check->context, reverse, MW_PTR) : NULL;
    if (!answer)
        return reverse ? WAITS : YES;
    const struct mw_record *ptr;
    enum match result = YES;
    size_t names = 0;
    for (size_t i = 0; names < NAMES_ALLOWED && (ptr = mw_dns_next(answer, MW_PTR, &i)); names++) {
        const struct mw_dns_answer *addresses = check->ask(check->context, ptr->name, address_type(check));
        if (!addresses)
            result = WAITS;
        else if (has_address(check, addresses, address_type(check), &exact) && (!*validated || fitness(ptr->name, domain) > fitness(*validated, domain)))
            *validated = ptr->name;
    }
    return result;
}

/* The subject with its name validated where the text wants it: WAITS or YES. */
static enum match know_subject(struct check *check, const char *text, const char *domain, struct mw_spf_subject *subject)
{
    *subject = *check->subject;
    return mw_spf_uses_macro(text, 'p') ? validate(check, domain, &subject->validated) : YES;
}

/* The name that a domain-spec gives: WAITS, or YES with it; NULL: it gives none. */
static enum match expand(struct check *check, const char *spec, const char *domain, const char **name)
{
    struct mw_spf_subject subject;
    enum match known = know_subject(check, spec, domain, &subject);
    *name = known == YES ? mw_spf_expand(check->arena, spec, &subject, domain) : NULL;
    return known;
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

/* A local part that is not ASCII is no DNS label: a term with it matches nothing (RFC 8616 section 4). */
static bool needs_ascii(const struct check *check, const char *spec)
{
    bool uses_local = mw_spf_uses_macro(spec, 's') || mw_spf_uses_macro(spec, 'l');
    for (const char *c = check->subject->sender; uses_local && c && *c && *c != '@'; c++)
        if ((unsigned char)*c > 127)
            return true;
    return false;
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
    const char *name = domain;
    if (term->domain && expand(check, term->domain, domain, &name) == WAITS)
        return WAITS;
    if (!name && term->mechanism == MW_SPF_INCLUDE && !needs_ascii(check, term->domain))
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
    const char *name;
    if (expand(check, record->redirect, domain, &name) == WAITS)
        return MW_SPF_WAITING;
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
        if (match == NO || match == WAITS)
            continue;
        check->explanation = record->explanation; /* that of an include is overwritten by the record that includes (section 6.2) */
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
    const struct mw_record *txt = NULL;
    struct mw_flaw flaw = {0};
    const struct mw_dns_answer *answer = check->ask(check->context, domain, MW_TXT);
    if (!answer)
        return MW_SPF_WAITING;
    if (mw_spf_has_failed(answer)) {
        error(check, TEMPORARY, domain, "", N_("the SPF record could not be looked up"));
        return MW_SPF_TEMPERROR;
    }
    size_t count = mw_spf_records_in(answer, &txt);
    check->verdict = (struct mw_spf_verdict){.term = "", .domain = domain, .why = ""};
    if (!count)
        return MW_SPF_NONE;
    if (count > 1)
        return permerror(check, domain, "", N_("several SPF records"));
    const struct mw_spf *record = mw_spf_read_txt(check->arena, txt, &flaw);
    return record ? run_terms(check, record, domain) : permerror(check, domain, flaw.where, flaw.why);
}

/* The only TXT record of an answer; NULL: none, several, or a failure. */
static const struct mw_record *only_txt(const struct mw_dns_answer *answer)
{
    size_t i = 0;
    const struct mw_record *txt = mw_dns_next(answer, MW_TXT, &i);
    return txt && !mw_dns_next(answer, MW_TXT, &i) ? txt : NULL;
}

/* Any flaw on the way is as if there were no explanation (section 6.2). False: it waits for an answer. */
static bool explain(struct check *check)
{
    struct mw_spf_verdict *verdict = &check->verdict;
    struct mw_spf_subject subject;
    const char *name;
    if (expand(check, check->explanation, verdict->domain, &name) == WAITS)
        return false;
    if (!name)
        return true;
    const struct mw_dns_answer *answer = check->ask(check->context, name, MW_TXT);
    if (!answer)
        return false;
    const struct mw_record *txt = only_txt(answer);
    const char *text = txt ? mw_spf_ascii(check->arena, txt) : NULL;
    if (text && know_subject(check, text, verdict->domain, &subject) == WAITS)
        return false;
    const char *explanation = text ? mw_spf_explain(check->arena, text, &subject, verdict->domain) : NULL;
    verdict->explanation = explanation ? explanation : "";
    return true;
}

/* A domain of one label, or what is none, has no policy (section 4.3). */
static bool is_policy_domain(struct mw_arena *arena, const char *domain)
{
    const char *dot = strchr(domain, '.');
    return dot && dot[1] && mw_spf_expand(arena, "%{d}", &(struct mw_spf_subject){0}, domain) && strlen(domain) <= NAME_CEILING;
}

struct mw_spf_verdict mw_spf_check(struct mw_arena *arena, const char *domain, const struct mw_spf_subject *subject, mw_spf_ask *ask, void *context)
{
    struct check check = {.arena = arena, .subject = subject, .ask = ask, .context = context};
    if (!is_policy_domain(arena, domain))
        return (struct mw_spf_verdict){MW_SPF_NONE, "", domain, N_("not a domain name of several labels"), "", 0, 0};
    enum mw_spf_result result = check_host(&check, domain);
    check.verdict.explanation = "";
    if (result == MW_SPF_FAIL && check.explanation && !explain(&check))
        result = MW_SPF_WAITING;
    check.verdict.result = result;
    check.verdict.lookups = check.lookups;
    check.verdict.voids = check.voids;
    return check.verdict;
}
