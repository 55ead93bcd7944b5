/* Causes in SPF, the record that says who may send for the domain. A record that could not be looked up is neither missing nor wrong. RFC 7208. */
#include "ports.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

/* --- SPF ------------------------------------------------------------------------------------------------------------------------------------ */

#define SPF_LIMIT 10 /* RFC 7208 section 4.6.4 */
#define VOID_LIMIT 2u

/* Does a server of the zone itself have the record that the resolver does not show? */
static bool zone_has_spf(struct mw_judge *judge, const char *domain)
{
    MW_EACH (texts, judge, MW_F_ZONE_TXT)
        if (mw_text_same(mw_seen_zone(judge, texts), domain))
            for (size_t i = 0; i < texts->list.count; i++)
                if (mw_text_starts(texts->list.items[i], "v=spf1"))
                    return true;
    return false;
}

static void spf_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_SPF_END) {
        bool meant = mw_know(judge, MW_F_SPF_RECORD, end->about) || mw_know(judge, MW_F_SPF_FLAW, end->about);
        if (mw_seen_gone(end) && !meant && !zone_has_spf(judge, end->about))
            mw_found(judge, end->about, end);
    }
}

static void spf_multiple(struct mw_judge *judge)
{
    MW_EACH (record, judge, MW_F_SPF_RECORD)
        if (mw_seen_count(judge, MW_F_SPF_RECORD, record->about) > 1)
            mw_found(judge, record->about, record);
}

/* Flaws that have a cause of their own. */
static bool is_other_flaw(const struct mw_fact *flaw)
{
    return mw_text_find(flaw->text, "more than one SPF record") || mw_text_find(flaw->text, "exchanges") || mw_text_find(flaw->text, "lookups");
}

static void spf_syntax(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_SPF_FLAW) {
        if (is_other_flaw(flaw))
            continue;
        /* A second TXT that only looks like SPF harms nothing where a true one stands. */
        if (mw_text_find(flaw->text, "meant as SPF") && mw_know(judge, MW_F_SPF_RECORD, flaw->about))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, flaw->about));
        mw_place(instance, "part", flaw->quote ? flaw->quote : "");
    }
}

static void spf_limit(struct mw_judge *judge)
{
    MW_EACH (lookups, judge, MW_F_SPF_LOOKUPS)
        if (lookups->number > SPF_LIMIT)
            mw_proof(mw_found(judge, lookups->about, lookups), mw_know(judge, MW_F_SPF_RECORD, lookups->about));
    MW_EACH (flaw, judge, MW_F_SPF_FLAW)
        if (mw_text_find(flaw->text, "exchanges"))
            mw_place(mw_found(judge, flaw->about, flaw), "value", "> 10 MX");
}

static void spf_void(struct mw_judge *judge)
{
    MW_EACH (missing, judge, MW_F_SPF_INCLUDE_MISSING)
        mw_place(mw_found(judge, missing->about, missing), "part", missing->text);
    MW_EACH (nothing, judge, MW_F_SPF_VOID)
        if (mw_seen_count(judge, MW_F_SPF_VOID, nothing->about) > VOID_LIMIT)
            mw_place(mw_found(judge, nothing->about, nothing), "part", nothing->text);
}

static void spf_permissive(struct mw_judge *judge)
{
    MW_EACH (all, judge, MW_F_SPF_ALL)
        if (!mw_text_same(all->text, "-all") && !mw_text_same(all->text, "~all"))
            mw_proof(mw_found(judge, all->about, all), mw_know(judge, MW_F_SPF_RECORD, all->about));
    MW_EACH (wide, judge, MW_F_SPF_WIDE)
        mw_proof(mw_found(judge, wide->about, wide), mw_know(judge, MW_F_SPF_RECORD, wide->about));
}

/* Terms that may pass addresses that we do not know of: then an address of ours that fails proves nothing. */
static bool leaves_room(const char *record)
{
    static const char *const terms[] = {"include:", "redirect=", "exists:", "ptr", "%{", NULL};
    for (const char *const *term = terms; *term; term++)
        if (mw_text_find(record, *term))
            return true;
    return false;
}

static bool has_exchange(struct mw_judge *judge, const char *domain)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (!mw_text_same(host->quote, "implicit") && mw_seen_serves(judge, host->about, domain) && mw_seen_has_address(judge, host->about))
            return true;
    return false;
}

/* The record allows the domain's exchanges, and which those will be is open while the MX records lead nowhere. */
static bool waits_for_mx(struct mw_judge *judge, const char *domain, const char *record)
{
    static const char *const terms[] = {"mx", "+mx", NULL};
    struct mw_list words = mw_text_split(mw_judge_arena(judge), record, " ");
    for (const char *const *term = terms; *term; term++)
        if (mw_list_has(&words, *term))
            return !has_exchange(judge, domain);
    return false;
}

static bool any_passes(struct mw_judge *judge)
{
    MW_EACH (result, judge, MW_F_SPF_RESULT)
        if (!mw_seen_value(result, "fail"))
            return true;
    return false;
}

/* The domain's own outgoing server, that takes mail from its users. */
static bool is_own_submission(struct mw_judge *judge, const char *host, const char *domain)
{
    if (!mw_domain_is_under(host, domain))
        return false;
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));)
        if (mw_port_kind(judge, port->about)->service == MW_SUBMISSION_SERVICE && mw_text_same(mw_port_host(judge, port->about), host) &&
            mw_is(judge, MW_F_SUBMISSION_END, port->about, MW_OK))
            return true;
    return false;
}

/* Where mail leaves is not seen from outside. That no server of the domain may send while its own submission server works is as near as it gets. */
static void spf_not_listed(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *record = domain ? mw_know(judge, MW_F_SPF_RECORD, domain) : NULL;
    if (!record || leaves_room(record->text) || any_passes(judge) || waits_for_mx(judge, domain, record->text))
        return;
    MW_EACH (result, judge, MW_F_SPF_RESULT) {
        const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, result->about);
        if (!of || !is_own_submission(judge, of->text, domain))
            continue;
        struct mw_instance *instance = mw_found(judge, result->about, result);
        mw_proof(instance, record);
        mw_place(instance, "server", of->text);
        mw_confidence(instance, 0.6);
        mw_weight(instance, MW_DEGRADES, MW_SEND);
    }
}

/* Only SPF fails, while the rest of the domain is answered: else it is no matter of SPF. */
static void spf_temperror(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_SPF_END) {
        const struct mw_fact *mx = mw_know(judge, MW_F_DNS_MX_END, end->about);
        bool ours = mw_seen_at_zone(judge, MW_F_ZONE_TXT_END, end->about, MW_OK); /* the zone answers, only the resolver does not */
        if (mw_seen_failed(end) && mx && !mw_seen_failed(mx) && !ours)
            mw_found(judge, end->about, end);
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "spf.record.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain has no SPF record"),
        .says = N_("{about} does not say by SPF which servers may send its mail. Large providers trust such mail less: it goes to junk or is refused."),
        .fix = {
            {MW_AT_DNS, N_("Publish one TXT record that names the servers that send for the domain; your provider gives the part to include."),
             "{about}. IN TXT \"v=spf1 mx include:(your provider) -all\""},
        },
        .reference = "RFC 7208 section 3",
        .needs = {MW_F_SPF_END},
        .holds = spf_missing,
        .explains = {"sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "spf.record.multiple", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The domain has more than one SPF record"),
        .says = N_("{about} has several TXT records that begin with v=spf1. Only one is allowed; with two, every check ends in a permanent error, as if "
                   "there were none."),
        .fix = {
            {MW_AT_DNS, N_("Merge the terms of all of them into one record and remove the others."), "{about}. IN TXT \"v=spf1 (terms of both) -all\""},
        },
        .reference = "RFC 7208 sections 3.2 and 4.5",
        .needs = {MW_F_SPF_END},
        .holds = spf_multiple,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "spf.record.syntax", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record cannot be read"),
        .says = N_("The SPF record of {about} is not valid ({value}). Every check ends in a permanent error, as if there were no SPF."),
        .fix = {
            {MW_AT_DNS, N_("Correct this part of the record: {part}"), "{about}. IN TXT \"v=spf1 mx ip4:(address) -all\""},
        },
        .reference = "RFC 7208 sections 4.6 and 12",
        .needs = {MW_F_SPF_END},
        .holds = spf_syntax,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "spf.lookup.limit", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record needs too many DNS lookups"),
        .says = N_("To evaluate SPF of {about} takes {value} DNS lookups; ten are allowed. Beyond that receivers give up with a permanent error, so part "
                   "of the mail is treated as if there were no SPF."),
        .fix = {
            {MW_AT_DNS, N_("Remove includes of services that no longer send, write fixed servers as ip4 and ip6, and let bulk mail use a subdomain with a "
                           "record of its own."), NULL},
        },
        .reference = "RFC 7208 section 4.6.4",
        .needs = {MW_F_SPF_END},
        .holds = spf_limit,
        .alike = {
            {"spf.lookup.void", N_("The number of lookups is small, but more than two find nothing.")},
        },
        .explains = {"dmarc.fail.reject", "sym:outbound.spam", "sym:outbound.partial"},
    },
    {
        .id = "spf.lookup.void", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record refers to names that do not exist"),
        .says = N_("The SPF record of {about} refers to names that have no record (for example {part}). An include without SPF behind it, or more than "
                   "two lookups that find nothing, ends the check with a permanent error."),
        .fix = {
            {MW_AT_DNS, N_("Take the terms that lead nowhere out of the record: services that you left, and names that are mistyped."), NULL},
        },
        .reference = "RFC 7208 sections 4.6.4 and 5.2",
        .needs = {MW_F_SPF_END},
        .holds = spf_void,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "spf.all.permissive", .legs = MW_SEND, .severity = MW_RISK, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record lets strangers send for the domain"),
        .says = N_("The SPF record of {about} does not keep strangers out ({value}): it ends in +all or ?all, has no all at all, or passes a very wide "
                   "range of addresses. Anybody can send in the name of the domain."),
        .fix = {
            {MW_AT_DNS, N_("End the record with ~all while you test, and then with -all; narrow wide address ranges to the servers that send."),
             "{about}. IN TXT \"v=spf1 (your terms) -all\""},
        },
        .reference = "RFC 7208 section 8",
        .needs = {MW_F_SPF_END},
        .holds = spf_permissive,
        .explains = {"sym:bounce.backscatter", "rep.domain.bad", "smtp.sender.rejected"},
    },
    {
        .id = "spf.sender.not_listed", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("SPF does not allow the domain's own server to send"),
        .says = N_("SPF of {domain} refuses {about} ({server}), the server that takes its users' outgoing mail, and every other server of the domain that "
                   "is known. If mail leaves from there, receivers refuse it or put it into junk."),
        .fix = {
            {MW_AT_DNS, N_("Add the address from which mail leaves to the SPF record."), "ip4:{about}"},
            {MW_NOWHERE, N_("If mail leaves by another server that the record names, nothing is wrong here."), NULL},
        },
        .reference = "RFC 7208; RFC 7372",
        .needs = {MW_F_SPF_RESULT},
        .holds = spf_not_listed,
        .explains = {"dmarc.fail.reject", "sym:outbound.reject", "sym:outbound.spam"},
    },
    {
        .id = "spf.dns.temperror", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record cannot be looked up"),
        .says = N_("The question for the SPF record of {about} fails ({value}), while other questions about the domain are answered. Receivers put its "
                   "mail off, or take it as if there were no SPF."),
        .fix = {
            {MW_AT_DNS, N_("Ask each name server of the domain for the TXT records of {about}, over UDP and over TCP, and mend the one that fails."),
             "dig {about} TXT +norecurse"},
        },
        .reference = "RFC 7208 section 2.6.6",
        .needs = {MW_F_SPF_END, MW_F_DNS_MX_END},
        .holds = spf_temperror,
        .explains = {"sym:outbound.defer", "sym:outbound.spam"},
    },
};

const struct mw_area mw_area_spf = {"spf", causes, MW_COUNT(causes)};
