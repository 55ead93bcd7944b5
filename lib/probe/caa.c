/* CAA (RFC 8659): who may issue certificates for the names of the domain's servers, and whether the issuer of a certificate that was seen may do so again. All
 * levels of the tree are asked at once. CAA binds who issues, not who uses: a certificate that is there is not at fault by it. */
#include "lookup.h"

#include <mailwhy/caa.h>

#include <string.h>

#define LEVELS 16u
#define RECORDS 20u

struct climb;
typedef void found(struct mw_look *look, struct climb *climb);

struct climb {
    const char *host;
    const char *names[LEVELS]; /* the name itself first; the root is not asked */
    const struct mw_dns_answer *answers[LEVELS];
    size_t count, waiting;
    bool wildcard;        /* for a certificate that covers the host by a wildcard */
    found *found;
    const struct mw_dns_answer *set; /* the nearest that has CAA records; NULL: none, or a level in between could not be asked */
    const char *at, *outcome;
    const struct mw_caa *records[RECORDS];
    size_t record_count;
    bool restricted;
    struct mw_list allowed;
};

static void read_set(struct mw_look *look, struct climb *climb)
{
    const struct mw_record *record;
    struct mw_flaw flaw;
    for (size_t i = 0; climb->record_count < RECORDS && (record = mw_dns_next(climb->set, MW_CAA, &i));) {
        const struct mw_caa *read = mw_caa_read(look->arena, record->rdata, record->rdata_bytes, &flaw);
        if (read)
            climb->records[climb->record_count++] = read;
        if (flaw.why)
            mw_lookup_tell_once(look, MW_F_CAA_FLAW, climb->host, flaw.why, record->text);
    }
    climb->restricted = mw_caa_restricts(look->arena, climb->records, climb->record_count, climb->wildcard, &climb->allowed);
}

/* An issuer that gets no answer must not issue (section 3), so a level that fails hides those above it. */
static void conclude(struct mw_look *look, struct climb *climb)
{
    climb->outcome = mw_dns_status_name(MW_DNS_NODATA);
    for (size_t i = 0; i < climb->count; i++) {
        const struct mw_dns_answer *answer = climb->answers[i];
        if (answer->status == MW_DNS_NODATA || answer->status == MW_DNS_NXDOMAIN)
            continue;
        climb->outcome = mw_dns_status_name(answer->status);
        climb->at = climb->names[i];
        climb->set = answer->status == MW_DNS_OK ? answer : NULL;
        break;
    }
    if (climb->set)
        read_set(look, climb);
    climb->found(look, climb);
}

struct level {
    struct climb *climb;
    size_t at;
};

static void got_level(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct level *level = tag;
    level->climb->answers[level->at] = answer;
    if (--level->climb->waiting == 0)
        conclude(look, level->climb);
}

/* A wildcard name stands for the level above the host (section 3: the set of "*.example.org" is looked for at example.org). */
static void climb_from(struct mw_look *look, const char *host, bool wildcard, found *done)
{
    struct climb *climb = MW_NEW(look->arena, struct climb);
    *climb = (struct climb){.host = mw_strdup(look->arena, host), .wildcard = wildcard, .found = done};
    const char *name = wildcard ? mw_lookup_above(climb->host) : climb->host;
    for (; name && strcmp(name, ".") != 0 && climb->count < LEVELS; name = mw_lookup_above(name))
        climb->names[climb->count++] = name;
    climb->waiting = climb->count;
    for (size_t i = 0; i < climb->count; i++) {
        struct level *level = MW_NEW(look->arena, struct level);
        *level = (struct level){climb, i};
        mw_look_ask(look, climb->names[i], MW_CAA, got_level, level);
    }
}

/* Told once a host, whichever probe climbed first. */
static void tell_set(struct mw_look *look, const struct climb *climb)
{
    const struct mw_record *record;
    if (mw_fact_find(look->facts, MW_F_CAA_END, climb->host))
        return;
    for (size_t i = 0, told = 0; climb->set && told < RECORDS && (record = mw_dns_next(climb->set, MW_CAA, &i)); told++)
        mw_tell_text(look, MW_F_CAA_RECORD, climb->host, record->text, mw_lookup_quote(look, record));
    if (climb->restricted)
        mw_tell_list(look, MW_F_CAA_ALLOWS, climb->host, &climb->allowed, climb->at);
    mw_tell(look, &(struct mw_fact){.id = MW_F_CAA_END, .about = climb->host, .text = climb->outcome, .quote = climb->at});
    look->told_end = look->told_end || (look->ends == MW_F_CAA_END && mw_text_same(climb->host, look->why->about));
}

static void found_for_host(struct mw_look *look, struct climb *climb)
{
    tell_set(look, climb);
}

static void start_host(struct mw_look *look)
{
    climb_from(look, look->why->about, false, found_for_host);
}

static void start_policy(struct mw_look *look)
{
    climb_from(look, mw_printf(look->arena, "mta-sts.%s", look->why->about), false, found_for_host);
}

/* --- the issuer of a certificate ----------------------------------------------------------------------------------------------------------------- */

static bool is_known_issuer(const struct mw_look *look)
{
    const char *who;
    struct mw_about about = mw_about_read(look->arena, look->why->about);
    return *about.host && !mw_address_read(look->arena, about.host) && mw_caa_names_of(look->arena, look->why->text, &who).count;
}

static bool shares_one(const struct mw_list *names, const struct mw_list *allowed)
{
    for (size_t i = 0; i < names->count; i++)
        if (mw_list_has(allowed, names->items[i]))
            return true;
    return false;
}

static void found_for_issuer(struct mw_look *look, struct climb *climb)
{
    const char *who = "", *about = look->why->about;
    struct mw_list names = mw_caa_names_of(look->arena, look->why->text, &who);
    look->outcome = climb->outcome;
    if (!climb->wildcard)
        tell_set(look, climb);
    if (!climb->set)
        return;
    bool permits = !climb->restricted || shares_one(&names, &climb->allowed);
    const char *allowed = climb->allowed.count ? mw_list_join(look->arena, &climb->allowed, ", ") : climb->restricted ? "nobody" : "anybody";
    mw_tell_yes(look, MW_F_CAA_PERMITS, about, permits,
                mw_printf(look->arena, "%s (%s); the records of %s let issue: %s", who, names.items[0], climb->at, allowed));
    if (!permits)
        mw_tell_list(look, MW_F_CAA_WANTED, about, &names, climb->at);
}

/* Is the host's own name on the certificate, or only a wildcard that covers it? */
static bool is_by_wildcard(struct mw_look *look, const char *host)
{
    const struct mw_fact *names = mw_fact_find(look->facts, MW_F_TLS_NAMES, look->why->about);
    const char *above = mw_lookup_above(host);
    return names && above && !mw_list_has(&names->list, host) && mw_list_has(&names->list, mw_printf(look->arena, "*.%s", above));
}

static void start_issuer(struct mw_look *look)
{
    const char *host = mw_about_read(look->arena, look->why->about).host;
    climb_from(look, host, is_by_wildcard(look, host), found_for_issuer);
}

const struct mw_probe mw_probe_caa = {
    .name = "caa",
    .says = N_("Looks up which authorities may issue certificates for each exchange."),
    .legs = MW_RECEIVE,
    .wants = MW_F_MX_HOST,
    .tells = {MW_F_CAA_RECORD, MW_F_CAA_FLAW, MW_F_CAA_ALLOWS},
    .ends = MW_F_CAA_END,
    .start = start_host,
};

const struct mw_probe mw_probe_caa_policy = {
    .name = "caa",
    .says = N_("Does the same for the host of the MTA-STS policy."),
    .legs = MW_RECEIVE,
    .wants = MW_F_MTASTS_RECORD,
    .tells = {MW_F_CAA_RECORD, MW_F_CAA_FLAW, MW_F_CAA_ALLOWS, MW_F_CAA_END},
    .start = start_policy,
};

const struct mw_probe mw_probe_caa_issuer = {
    .name = "caa",
    .says = N_("Compares that with the issuer of each certificate that was seen."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TLS_ISSUER,
    .tells = {MW_F_CAA_RECORD, MW_F_CAA_FLAW, MW_F_CAA_ALLOWS, MW_F_CAA_END, MW_F_CAA_PERMITS, MW_F_CAA_WANTED},
    .ends = MW_F_CAA_ISSUER_END,
    .when = is_known_issuer,
    .start = start_issuer,
};
