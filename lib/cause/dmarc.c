/* Causes in DMARC, the record that says what becomes of mail that proves nothing. A record that could not be looked up is neither missing nor wrong.
 * RFC 9989. */
#include "message.h"
#include "ports.h"

#include <mailwhy/bimi.h>
#include <mailwhy/dmarc.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- DMARC ---------------------------------------------------------------------------------------------------------------------------------- */

static void dmarc_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DMARC_END)
        if (mw_seen_gone(end) && !mw_each(judge, MW_F_DMARC_RECORD, NULL) && !mw_each(judge, MW_F_DMARC_FLAW, NULL) &&
            !mw_know(judge, MW_F_TARGET_SUFFIX, end->about))
            mw_found(judge, end->about, end);
}

/* A copy that stands at the wrong place, or a damaged one beside a good one at the name itself, harms nothing. */
static bool own_record_applies(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *policy = mw_know(judge, MW_F_DMARC_POLICY, domain);
    return policy && mw_text_same(policy->quote, mw_printf(mw_judge_arena(judge), "_dmarc.%s", domain));
}

/* The record that applies to the domain asked about; *name: where it stands. NULL: none, or none that was found. */
static const struct mw_dmarc *applying(struct mw_judge *judge, const struct mw_fact **record)
{
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *policy = domain ? mw_know(judge, MW_F_DMARC_POLICY, domain) : NULL;
    struct mw_flaw why;
    *record = policy && policy->quote ? mw_know(judge, MW_F_DMARC_RECORD, policy->quote) : NULL;
    return *record ? mw_dmarc_read(mw_judge_arena(judge), (*record)->text, &why) : NULL;
}

/* Where the record belongs: the name itself where it is _dmarc, else that below it. */
static const char *right_place(struct mw_judge *judge, const char *about)
{
    return mw_text_starts(about, "_dmarc.") ? about : mw_printf(mw_judge_arena(judge), "_dmarc.%s", about);
}

static struct mw_instance *found_dmarc(struct mw_judge *judge, const char *about, const struct mw_fact *proof, const char *part, const char *written)
{
    struct mw_instance *instance = mw_found(judge, about, proof);
    mw_place(instance, "part", part);
    mw_place(instance, "name", right_place(judge, about));
    mw_place(instance, "mended", mw_dmarc_mend(mw_judge_arena(judge), written));
    mw_proof(instance, mw_each(judge, MW_F_DMARC_END, NULL));
    return instance;
}

/* Tags that RFC 9989 removed, misspelt ones and those with a bad value do no harm but what their owner hoped for: advice. */
static void found_passed_over(struct mw_judge *judge, const struct mw_fact *record, const struct mw_dmarc *read)
{
    struct mw_list parts = {0};
    for (size_t i = 0; i < read->passed_over.count; i++)
        mw_list_add(mw_judge_arena(judge), &parts, read->passed_over.items[i]);
    for (size_t i = 0; i < read->removed.count; i++)
        mw_list_add(mw_judge_arena(judge), &parts, mw_printf(mw_judge_arena(judge), "%s=", read->removed.items[i]));
    if (!parts.count)
        return;
    struct mw_instance *instance = found_dmarc(judge, record->about, record, mw_list_join(mw_judge_arena(judge), &parts, ", "), record->text);
    mw_words(instance, N_("The DMARC record has tags that receivers pass over"),
             N_("In the record at {about} this has no effect: {part}. The tag is unknown, its value is not allowed, or RFC 9989 removed it (pct, rf and ri; t=y "
                "is for tests now)."));
    mw_weight(instance, MW_ADVICE, MW_SEND);
}

static void dmarc_syntax(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    MW_EACH (flaw, judge, MW_F_DMARC_FLAW) {
        const struct mw_fact *record = mw_know(judge, MW_F_DMARC_RECORD, flaw->about);
        if (!mw_text_find(flaw->text, "more than one") && !(domain && own_record_applies(judge, domain)))
            found_dmarc(judge, flaw->about, flaw, flaw->text, record ? record->text : flaw->quote ? flaw->quote : "");
    }
    MW_EACH (record, judge, MW_F_DMARC_RECORD) {
        struct mw_flaw why;
        const struct mw_dmarc *read = mw_dmarc_read(mw_judge_arena(judge), record->text, &why);
        if (read && read->forced) /* section 4.10.1: taken as p=none, so that nothing is stopped */
            found_dmarc(judge, record->about, record, why.why, record->text);
        else if (read)
            found_passed_over(judge, record, read);
    }
}

/* --- what the policy leaves open ----------------------------------------------------------------------------------------------------------- */

static void dmarc_none(struct mw_judge *judge)
{
    const struct mw_fact *record, *policy;
    const struct mw_dmarc *read = applying(judge, &record);
    if (!read || read->forced)
        return;
    policy = mw_know(judge, MW_F_DMARC_POLICY, mw_seen_target(judge));
    bool is_strict = !mw_text_same(read->policy, "none"), is_own = mw_text_same(policy->text, read->policy);
    if (is_strict && !(read->testing && is_own))
        return;
    struct mw_instance *instance = mw_found(judge, mw_seen_target(judge), policy);
    mw_proof(instance, record);
    if (is_strict)
        mw_words(instance, N_("The DMARC policy is only being tested, spoofing is not stopped"),
                 N_("The DMARC record for {about} says t=y: receivers are asked not to apply its policy ({value})."));
}

/* sp=none or np=none beside a policy that is strict. Without np= the policy for names that exist counts, and without sp= that of the domain. */
static void dmarc_unprotected(struct mw_judge *judge)
{
    const struct mw_fact *record, *below = NULL;
    const struct mw_dmarc *read = applying(judge, &record);
    const char *domain = mw_seen_target(judge);
    static const enum mw_fact_id policies[] = {MW_F_DMARC_SUBDOMAINS, MW_F_DMARC_NONEXISTENT};
    if (!read || read->forced || mw_text_same(read->policy, "none"))
        return;
    for (size_t i = 0; i < MW_COUNT(policies) && !below; i++)
        if (mw_is(judge, policies[i], domain, "none"))
            below = mw_know(judge, policies[i], domain);
    if (!below)
        return;
    struct mw_instance *instance = mw_found(judge, domain, record);
    mw_proof(instance, below);
    mw_place(instance, "policy", read->policy);
    mw_place(instance, "name", record->about);
    if (below->id == MW_F_DMARC_NONEXISTENT)
        mw_words(instance, N_("Names that do not exist below the domain can be forged"),
                 N_("The DMARC policy of {about} is {policy}, but np=none lets mail pass that is forged in the name of subdomains that do not exist."));
}

/* Whether a report address elsewhere takes reports; a failed lookup says nothing. */
static void dmarc_report(struct mw_judge *judge)
{
    const struct mw_fact *record;
    applying(judge, &record);
    MW_EACH (report, judge, MW_F_DMARC_REPORT) {
        if (!mw_seen_value(report, "not authorised"))
            continue;
        struct mw_instance *instance = mw_found(judge, report->about, report);
        mw_proof(instance, record);
        mw_place(instance, "name", report->quote ? report->quote : report->about);
    }
}

/* --- alignment (RFC 9989 section 4.4) ------------------------------------------------------------------------------------------------------------ */

/* What passed for the message or the sender that was given. */
struct passes {
    const struct mw_fact *first; /* that passed */
    const char *domain;          /* for which it did */
    bool aligned;
};

/* Of one organisation, or the same name where the record says so. A domain below that keeps an organisation of its own (psd=n) is not looked for. */
static bool is_aligned(const char *domain, const char *from, const char *organisation, bool strict)
{
    return strict ? mw_text_same(domain, from) : mw_domain_is_under(domain, organisation);
}

bool mw_message_is_aligned(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *record, *from = mw_each(judge, MW_F_MESSAGE_FROM, NULL);
    const struct mw_fact *organisation = from ? mw_know(judge, MW_F_DMARC_ORGANISATION, from->text) : NULL;
    const struct mw_dmarc *read = applying(judge, &record);
    return !from || is_aligned(domain, from->text, organisation ? organisation->text : from->text, read && organisation && read->strict_dkim);
}

static void count_pass(struct passes *passes, const struct mw_fact *fact, const char *domain, bool aligned)
{
    passes->aligned |= aligned;
    if (!passes->first) {
        passes->first = fact;
        passes->domain = domain;
    }
}

static void count_passes(struct mw_judge *judge, const struct mw_dmarc *read, const char *organisation, struct passes *passes)
{
    static const char key[] = "._domainkey.";
    const char *from = mw_seen_target(judge);
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM) {
        const char *at = mw_text_find(signature->about, key);
        bool aligned = at && is_aligned(at + strlen(key), from, organisation, read->strict_dkim);
        passes->aligned |= aligned; /* one of the right domain that does not hold is a matter of that signature */
        if (at && mw_seen_value(signature, "pass"))
            count_pass(passes, signature, at + strlen(key), aligned);
    }
    MW_EACH (asked, judge, MW_F_SPF_ASKED)
        if (mw_is(judge, MW_F_SPF_RESULT, asked->about, "pass"))
            count_pass(passes, mw_know(judge, MW_F_SPF_RESULT, asked->about), asked->text, is_aligned(asked->text, from, organisation, read->strict_spf));
}

/* An envelope sender of the domain's own may pass by SPF, which a message alone does not show. */
static bool may_pass_by_spf(struct mw_judge *judge, const struct mw_dmarc *read, const char *organisation)
{
    const struct mw_fact *envelope = mw_each(judge, MW_F_MESSAGE_ENVELOPE, NULL);
    bool is_checked = mw_each(judge, MW_F_SPF_ASKED, NULL);
    return !is_checked && envelope && is_aligned(envelope->text, mw_seen_target(judge), organisation, read->strict_spf);
}

/* Mailing lists sign for themselves what they have altered: that is not the sender's doing. */
static void dmarc_alignment(struct mw_judge *judge)
{
    const struct mw_fact *record, *from = mw_each(judge, MW_F_MESSAGE_FROM, NULL);
    const struct mw_dmarc *read = applying(judge, &record);
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *organisation = domain ? mw_know(judge, MW_F_DMARC_ORGANISATION, domain) : NULL;
    struct passes passes = {0};
    if (!read || !organisation || mw_each(judge, MW_F_MESSAGE_LIST, NULL) || (from && !mw_text_same(from->text, domain)))
        return;
    count_passes(judge, read, organisation->text, &passes);
    if (!passes.first || passes.aligned || may_pass_by_spf(judge, read, organisation->text))
        return;
    struct mw_instance *instance = mw_found(judge, domain, passes.first);
    bool is_strict = !mw_is(judge, MW_F_DMARC_POLICY, domain, "none");
    mw_proof(instance, from);
    mw_proof(instance, record);
    mw_proof(instance, mw_each(judge, MW_F_MESSAGE_ENVELOPE, NULL));
    mw_place(instance, "other", passes.domain);
    mw_weight(instance, is_strict ? MW_DEGRADES : MW_RISK, MW_SEND);
    if (!mw_each(judge, MW_F_MESSAGE_ENVELOPE, NULL) && !mw_each(judge, MW_F_SPF_ASKED, NULL)) /* SPF may pass for the domain itself */
        mw_confidence(instance, 0.7);
    if (from)
        return;
    mw_words(instance, N_("SPF passes for another domain than the sender"),
             N_("SPF lets mail from {about} pass for {other} alone, which DMARC does not count. A DKIM signature of {about} must pass then; none was given to be "
                "checked (--message)."));
    mw_weight(instance, MW_ADVICE, MW_SEND);
}

static void dmarc_multiple(struct mw_judge *judge)
{
    MW_EACH (record, judge, MW_F_DMARC_RECORD)
        if (mw_seen_count(judge, MW_F_DMARC_RECORD, record->about) > 1)
            mw_proof(mw_found(judge, record->about, record), mw_each(judge, MW_F_DMARC_END, NULL));
}

/* --- BIMI ---------------------------------------------------------------------------------------------------------------------------------- */

static struct mw_instance *found_bimi(struct mw_judge *judge, const struct mw_fact *proof, const char *part, const char *where)
{
    struct mw_instance *instance = mw_found(judge, proof->about, proof);
    mw_place(instance, "part", part);
    mw_place(instance, "where", where && *where ? where : mw_printf(mw_judge_arena(judge), "default._bimi.%s", proof->about));
    mw_proof(instance, mw_know(judge, MW_F_BIMI_RECORD, proof->about));
    return instance;
}

static void bimi_unread(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_BIMI_FLAW) {
        const struct mw_fact *record = mw_know(judge, MW_F_BIMI_RECORD, flaw->about);
        struct mw_instance *instance = found_bimi(judge, flaw, flaw->text, flaw->quote);
        if (record)
            mw_place(instance, "record", mw_bimi_mend(mw_judge_arena(judge), record->text, flaw->about));
    }
}

/* Only answers count: a server that was silent today may show the logo tomorrow. */
static void bimi_invalid(struct mw_judge *judge)
{
    bimi_unread(judge);
    MW_EACH (flaw, judge, MW_F_BIMI_LOGO_FLAW)
        found_bimi(judge, flaw, flaw->text, flaw->quote);
    MW_EACH (logo, judge, MW_F_BIMI_LOGO)
        if (mw_text_starts(logo->text, "http status"))
            found_bimi(judge, logo, N_("the web server does not give the logo"), mw_printf(mw_judge_arena(judge), "%s, %s", logo->quote ? logo->quote : "", logo->text));
    MW_EACH (record, judge, MW_F_BIMI_RECORD) {
        const struct mw_fact *policy = mw_know(judge, MW_F_DMARC_POLICY, record->about);
        if (!mw_seen_value(policy, "none") || mw_is(judge, MW_F_BIMI_LOGO, record->about, "declined"))
            continue;
        found_bimi(judge, policy, N_("the DMARC policy is none"), policy->quote);
    }
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
            {MW_AT_DNS, N_("Write the record at {name}, beginning with v=DMARC1, with p=none, p=quarantine or p=reject and without what has no effect. This is "
                           "how it seems to be meant:"),
             "{name}. IN TXT \"{mended}\""},
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
    {
        .id = "dmarc.policy.none", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DMARC policy is none, spoofing is not stopped"),
        .says = N_("The DMARC record for {about} has p=none: receivers report what is forged in the domain's name, and let it pass. That is the right beginning, and no "
                   "place to stay."),
        .fix = {
            {MW_AT_DNS, N_("When the reports show that all mail of your own passes, raise the policy to quarantine and then to reject, and remove t=y."), NULL},
        },
        .reference = "RFC 9989 section 4.7",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_none,
        .alike = {
            {"dmarc.subdomain.unprotected", N_("The domain's own policy is strict, that of its subdomains is none.")},
        },
        .explains = {"bimi.record.invalid", "sym:bounce.backscatter"},
    },
    {
        .id = "dmarc.subdomain.unprotected", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("Subdomains can be forged"),
        .says = N_("The DMARC policy of {about} is {policy}, but sp=none lets mail pass that is forged in the name of its subdomains."),
        .fix = {
            {MW_AT_DNS, N_("Set sp= and np= of the record at {name} to {policy}, or leave them out: then p= counts for subdomains too."), NULL},
        },
        .reference = "RFC 9989 section 4.7",
        .needs = {MW_F_DMARC_END},
        .holds = dmarc_unprotected,
        .alike = {
            {"dmarc.policy.none", N_("The domain's own policy is none.")},
        },
        .explains = {"sym:bounce.backscatter"},
    },
    {
        .id = "dmarc.report.unauthorised", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_OTHER_SIDE,
        .title = N_("DMARC reports go to a domain that does not take them"),
        .says = N_("Reports are to go to an address in {about}, which is of another organisation and does not say that it takes them: there is no DMARC record at "
                   "{name}. Receivers then send no reports there."),
        .fix = {
            {MW_AT_DNS, N_("Have the operator of {about} publish this, or let the reports go to an address in your own domain."),
             "{name}. IN TXT \"v=DMARC1\""},
        },
        .reference = "RFC 9990 section 4",
        .needs = {MW_F_DMARC_END, MW_F_DMARC_REPORT},
        .holds = dmarc_report,
        .alike = {
            {"dmarc.record.syntax", N_("The address in rua= or ruf= is no mailto: URI.")},
        },
    },
    {
        .id = "dmarc.alignment.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("What passes is of another domain than the sender"),
        .says = N_("Mail from {about} is signed or allowed (DKIM, SPF) for {other} alone. DMARC counts only what passes for the domain in From or its organisation, so "
                   "this mail fails DMARC."),
        .fix = {
            {MW_AT_PROVIDER, N_("Have the sending service sign with a key of {about} (d={about}), and use a bounce address below {about}."), NULL},
            {MW_AT_DNS, N_("Where the signature is of a subdomain and the record demands the same name, remove adkim=s and aspf=s."), NULL},
        },
        .reference = "RFC 9989 section 4.4",
        .needs = {MW_F_DMARC_END},
        .any = {MW_F_MESSAGE_DKIM, MW_F_SPF_ASKED},
        .holds = dmarc_alignment,
        .alike = {
            {"dkim.signature.absent", N_("Nothing passes at all.")},
        },
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "bimi.record.invalid", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The logo of the domain is not shown (BIMI)"),
        .says = N_("The domain {about} publishes a logo for its mail (BIMI) that receivers do not show: {part} ({where})."),
        .fix = {
            {MW_AT_DNS, N_("This is in the way: {part} ({where}). The record must name an https address of an SVG Tiny PS image of at most 32 KiB, and the DMARC "
                           "policy be quarantine or reject, for subdomains too."), NULL},
            {MW_AT_DNS, N_("This is how the record seems to be meant:"), "default._bimi.{domain}. IN TXT \"{record}\"", "record"},
        },
        .reference = "draft-brand-indicators-for-message-identification",
        .needs = {MW_F_BIMI_END},
        .holds = bimi_invalid,
        .alike = {
            {"dmarc.policy.none", N_("Record and logo are good, the policy alone is in the way.")},
        },
    },
};

const struct mw_area mw_area_dmarc = {"dmarc", causes, MW_COUNT(causes)};
