/* MTA-STS (RFC 8461): the _mta-sts record, the policy file that it announces, and which exchanges the policy covers. The file is fetched without following a
 * redirect (section 3.3), and only where a record announces it. */
#include "lookup.h"

#include <mailwhy/mtasts.h>

#include <string.h>

#define POLICY_SHOWN 4000u

static void got_mx(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct mw_mtasts_policy *policy = tag;
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_MX, &i));)
        if (strcmp(record->name, ".") != 0 && !mw_fact_find(look->facts, MW_F_MTASTS_COVERS, record->name))
            mw_tell_yes(look, MW_F_MTASTS_COVERS, record->name, mw_mtasts_covers(policy, record->name), mw_list_join(look->arena, &policy->mx, ", "));
    if (answer->status == MW_DNS_NODATA) /* the domain itself is its exchange */
        mw_tell_yes(look, MW_F_MTASTS_COVERS, look->why->about, mw_mtasts_covers(policy, look->why->about), mw_list_join(look->arena, &policy->mx, ", "));
}

static void tell_policy(struct mw_look *look, const struct mw_fetched *fetched)
{
    const char *domain = look->why->about;
    struct mw_flaw flaw;
    mw_tell_text(look, MW_F_MTASTS_MEDIA, domain, fetched->media_type, NULL);
    struct mw_list lines = mw_text_split(look->arena, fetched->body, "\r\n");
    const char *joined = mw_list_join(look->arena, &lines, ", ");
    mw_tell_text(look, MW_F_MTASTS_POLICY, domain, mw_text_safe(look->arena, joined, strlen(joined), POLICY_SHOWN), NULL);
    const struct mw_mtasts_policy *policy = mw_mtasts_read_policy(look->arena, fetched->body, fetched->body_bytes, &flaw);
    if (!mw_mtasts_is_media_type(fetched->media_type)) /* senders then have no policy (section 3.2) */
        return;
    if (!policy) {
        mw_tell_text(look, MW_F_MTASTS_FLAW, domain, flaw.why, mw_printf(look->arena, "line %d: %s", flaw.line, flaw.where));
        return;
    }
    mw_tell_text(look, MW_F_MTASTS_MODE, domain, policy->mode, NULL);
    mw_tell_number(look, MW_F_MTASTS_AGE, domain, policy->max_age_s, NULL);
    mw_tell_list(look, MW_F_MTASTS_MX, domain, &policy->mx, NULL);
    mw_look_ask(look, domain, MW_MX, got_mx, mw_memdup(look->arena, policy, sizeof *policy));
}

/* Whose certificate the policy's host has, for those who look at issuers. */
static void tell_issuer(struct mw_look *look, const char *host, const struct mw_fetched *fetched)
{
    const char *about = mw_about_endpoint(look->arena, host, *fetched->address ? fetched->address : NULL, 443);
    if (!fetched->tls || !fetched->tls->issuer)
        return;
    mw_tell_list(look, MW_F_TLS_NAMES, about, &fetched->tls->names, NULL);
    mw_tell_text(look, MW_F_TLS_ISSUER, about, fetched->tls->issuer, NULL);
}

static void got_policy(struct mw_look *look, const struct mw_fetched *fetched, void *tag)
{
    const char *domain = look->why->about, *host = tag;
    mw_clock_tell(look, host, fetched);
    tell_issuer(look, host, fetched);
    if (fetched->status)
        mw_tell_number(look, MW_F_MTASTS_HTTP, domain, fetched->status, fetched->location);
    const char *quote = *fetched->why ? fetched->why : NULL;
    if (mw_text_same(fetched->outcome, "dns"))
        quote = mw_printf(look->arena, "%s: %s", host, mw_dns_status_name(fetched->dns));
    const char *outcome = mw_fetch_outcome(fetched);
    mw_tell(look, &(struct mw_fact){.id = MW_F_MTASTS_FETCH_END, .about = domain, .text = outcome, .quote = quote, .ms = fetched->ms});
    if (mw_text_same(outcome, MW_OK))
        tell_policy(look, fetched);
}

static unsigned tell_records(struct mw_look *look, const struct mw_dns_answer *answer)
{
    const char *domain = look->why->about;
    const struct mw_record *record;
    struct mw_flaw flaw;
    unsigned count = 0;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i));) {
        bool claims = mw_mtasts_is_record(record->joined);
        if (!claims && !mw_mtasts_is_near(record->joined))
            continue;
        if (claims)
            mw_tell_text(look, MW_F_MTASTS_RECORD, domain, record->joined, mw_lookup_quote(look, record));
        bool good = mw_mtasts_read_record(look->arena, record->joined, &flaw);
        if (!good)
            mw_tell_text(look, MW_F_MTASTS_RECORD_FLAW, domain, flaw.why, record->joined);
        count += claims && good;
    }
    return count;
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    unsigned count = tell_records(look, answer);
    struct mw_dns_answer said = *answer;
    if (answer->status == MW_DNS_OK && !mw_fact_find(look->facts, MW_F_MTASTS_RECORD, look->why->about))
        said.status = MW_DNS_NODATA;
    mw_lookup_end(look, MW_F_MTASTS_END, look->why->about, &said);
    if (count > 1)
        mw_tell_text(look, MW_F_MTASTS_RECORD_FLAW, look->why->about, N_("more than one MTA-STS record"), NULL);
    if (count != 1)
        return;
    char *host = mw_printf(look->arena, "mta-sts.%s", look->why->about);
    mw_look_fetch(look, mw_printf(look->arena, "https://%s/.well-known/mta-sts.txt", host), 0, got_policy, host);
}

static void start(struct mw_look *look)
{
    mw_look_ask(look, mw_printf(look->arena, "_mta-sts.%s", look->why->about), MW_TXT, got_txt, NULL);
}

const struct mw_probe mw_probe_mtasts = {
    .name = "mtasts",
    .says = N_("Looks up the domain's MTA-STS record and fetches its policy."),
    .legs = MW_RECEIVE,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_MTASTS_RECORD, MW_F_MTASTS_RECORD_FLAW, MW_F_MTASTS_FETCH_END, MW_F_MTASTS_HTTP, MW_F_MTASTS_MEDIA, MW_F_MTASTS_POLICY, MW_F_MTASTS_FLAW,
              MW_F_MTASTS_MODE, MW_F_MTASTS_AGE, MW_F_MTASTS_MX, MW_F_MTASTS_COVERS, MW_F_CLOCK_SERVER_DATE,
              MW_F_TLS_NAMES, MW_F_TLS_ISSUER},
    .ends = MW_F_MTASTS_END,
    .start = start,
};
