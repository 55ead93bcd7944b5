/* Causes in DMARC, the record that says what becomes of mail that proves nothing. A record that could not be looked up is neither missing nor wrong.
 * RFC 9989. */
#include "ports.h"

#include <mailwhy/dmarc.h>
#include <mailwhy/lang.h>

/* --- DMARC ---------------------------------------------------------------------------------------------------------------------------------- */

static void dmarc_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DMARC_END)
        if (mw_seen_gone(end) && !mw_each(judge, MW_F_DMARC_RECORD, NULL) && !mw_each(judge, MW_F_DMARC_FLAW, NULL))
            mw_found(judge, end->about, end);
}

/* A copy that stands at the wrong place, or a damaged one beside a good one at the name itself, harms nothing. */
static bool own_record_applies(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *policy = mw_know(judge, MW_F_DMARC_POLICY, domain);
    return policy && mw_text_same(policy->quote, mw_printf(mw_judge_arena(judge), "_dmarc.%s", domain));
}

static void found_dmarc(struct mw_judge *judge, const char *about, const struct mw_fact *proof, const char *part)
{
    struct mw_instance *instance = mw_found(judge, about, proof);
    mw_place(instance, "part", part);
    mw_proof(instance, mw_each(judge, MW_F_DMARC_END, NULL));
}

static void dmarc_syntax(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    MW_EACH (flaw, judge, MW_F_DMARC_FLAW)
        if (!mw_text_find(flaw->text, "more than one") && !(domain && own_record_applies(judge, domain)))
            found_dmarc(judge, flaw->about, flaw, flaw->text);
    MW_EACH (record, judge, MW_F_DMARC_RECORD) {
        struct mw_flaw why;
        const struct mw_dmarc *read = mw_dmarc_read(mw_judge_arena(judge), record->text, &why);
        if (read && read->forced) /* section 4.10.1: taken as p=none, so that nothing is stopped */
            found_dmarc(judge, record->about, record, record->text);
    }
}

static void dmarc_multiple(struct mw_judge *judge)
{
    MW_EACH (record, judge, MW_F_DMARC_RECORD)
        if (mw_seen_count(judge, MW_F_DMARC_RECORD, record->about) > 1)
            mw_proof(mw_found(judge, record->about, record), mw_each(judge, MW_F_DMARC_END, NULL));
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dmarc.record.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain has no DMARC record"),
        .says = N_("There is no DMARC record for {about}. Google, Yahoo and Microsoft ask for one of everybody who sends much mail, and forged mail in "
                   "the domain's name is not stopped."),
        .fix = {
            {MW_AT_DNS, N_("Publish a DMARC record; begin with p=none, read the reports, then go on to quarantine and reject."),
             "_dmarc.{about}. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{about}\""},
        },
        .reference = "RFC 9989",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_missing,
        .explains = {"sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "dmarc.record.syntax", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DMARC record is malformed or stands at the wrong place"),
        .says = N_("What stands at {about} is meant as DMARC and does not work as such: {part}. Receivers pass over it or take it as p=none."),
        .fix = {
            {MW_AT_DNS, N_("Write the record at _dmarc below the domain, beginning with v=DMARC1 and with p=none, p=quarantine or p=reject."),
             "_dmarc.{domain}. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{domain}\""},
        },
        .reference = "RFC 9989 section 4.7",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_syntax,
        .alike = {
            {"dmarc.record.multiple", N_("There is more than one record at the same name.")},
        },
        .explains = {"dmarc.record.missing", "sym:outbound.spam"},
    },
    {
        .id = "dmarc.record.multiple", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("There is more than one DMARC record"),
        .says = N_("Several DMARC records stand at {about}. Receivers then take none of them."),
        .fix = {
            {MW_AT_DNS, N_("Keep one record and remove the others."), NULL},
        },
        .reference = "RFC 9989 section 4.10",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_multiple,
        .explains = {"dmarc.record.missing", "sym:outbound.spam"},
    },
};

const struct mw_area mw_area_dmarc = {"dmarc", causes, MW_COUNT(causes)};
