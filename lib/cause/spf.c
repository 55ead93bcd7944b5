/* Causes in SPF, the record that says who may send for the domain. A record that could not be looked up is neither missing nor wrong. RFC 7208. */
#include "ports.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/spf.h>

#include <string.h>
#include <strings.h>

/* --- SPF ------------------------------------------------------------------------------------------------------------------------------------ */

#define SPF_LIMIT 10 /* RFC 7208 section 4.6.4 */
#define VOID_LIMIT 2u
#define SEVERAL "several SPF records"

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

/* A record that is known to be right, to be pasted; NULL: none is known, and the place stays empty. */
static void place_record(struct mw_judge *judge, struct mw_instance *instance, const char *record)
{
    if (record)
        mw_place(instance, "record", mw_spf_quoted(mw_judge_arena(judge), record));
}

static const char included_several_title[] = N_("A domain that the SPF record includes has more than one SPF record");
static const char included_several_says[] = N_("{about}, to which the SPF record of {domain} refers, has several TXT records that begin with v=spf1. Only one is allowed; "
                                               "with two, every check of {domain} ends in a permanent error, as if there were no SPF.");
#define INCLUDED_FIX                                                                                                                                          \
    N_("Where {about} belongs to somebody else, tell its operator, and take the term that refers to it out of the record of {domain} until it is mended.")
static const char included_says[] = N_("The SPF record of {about}, to which that of {domain} refers, is not valid ({value}). Every check of {domain} ends in a permanent "
                                       "error, as if there were no SPF.");

/* The record of a domain that is included, and maybe belongs to somebody else. */
static void tell_included(struct mw_judge *judge, const struct mw_fact *flaw, struct mw_instance *instance, const char *title, const char *says)
{
    const struct mw_fact *end = mw_each(judge, MW_F_SPF_END, NULL);
    if (!end || mw_know(judge, MW_F_SPF_END, flaw->about))
        return;
    mw_place(instance, "domain", end->about);
    mw_words(instance, title, says);
}

static void spf_multiple(struct mw_judge *judge)
{
    MW_EACH (record, judge, MW_F_SPF_RECORD) {
        if (mw_seen_count(judge, MW_F_SPF_RECORD, record->about) < 2)
            continue;
        struct mw_list texts = {0};
        MW_EACH_ABOUT (one, judge, MW_F_SPF_RECORD, record->about)
            mw_list_add(mw_judge_arena(judge), &texts, one->text);
        place_record(judge, mw_found(judge, record->about, record), mw_spf_merged(mw_judge_arena(judge), &texts));
    }
    MW_EACH (flaw, judge, MW_F_SPF_FLAW)
        if (mw_text_find(flaw->text, SEVERAL))
            tell_included(judge, flaw, mw_found(judge, flaw->about, flaw), included_several_title, included_several_says);
}

/* --- the tree: spf.node ------------------------------------------------------------------------------------------------------------------------ */

/* Items of the list. */
enum { NODE, PARENT, TERM, TARGET, COST, STATE, RECORD, NODE_ITEMS };

/* Does the term stand in the domain's own record? */
static bool is_own_term(const struct mw_fact *node)
{
    return node->list.count == NODE_ITEMS && mw_text_same(node->list.items[PARENT], "1");
}

static const char *record_of(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *record = mw_know(judge, MW_F_SPF_RECORD, domain);
    if (record)
        return record->text;
    MW_EACH (node, judge, MW_F_SPF_NODE) /* of a domain that is included */
        if (node->list.count == NODE_ITEMS && mw_text_same(node->list.items[TARGET], domain) && *node->list.items[RECORD])
            return node->list.items[RECORD];
    return NULL;
}

/* "include:_spf.example.net 4, mx 1": what each term of the record costs, the dearest ones of a long list first as they stand. */
static const char *costs_of(struct mw_judge *judge, const char *domain)
{
    struct mw_list costs = {0};
    MW_EACH_ABOUT (node, judge, MW_F_SPF_NODE, domain)
        if (is_own_term(node))
            mw_list_add(mw_judge_arena(judge), &costs, mw_printf(mw_judge_arena(judge), "%s %s", node->list.items[TERM], node->list.items[COST]));
    return mw_list_join(mw_judge_arena(judge), &costs, ", ");
}

/* The record without terms that find nothing and includes that stand there twice, where that is enough. */
static const char *thinned(struct mw_judge *judge, const char *domain, int64_t lookups)
{
    const struct mw_fact *record = mw_know(judge, MW_F_SPF_RECORD, domain);
    struct mw_list useless = {0};
    long cost;
    MW_EACH_ABOUT (node, judge, MW_F_SPF_NODE, domain) {
        bool is_useless = is_own_term(node) && (mw_text_same(node->list.items[STATE], "void") || mw_text_same(node->list.items[STATE], "again"));
        if (!is_useless || !mw_text_number(node->list.items[COST], 0, 1000, &cost))
            continue;
        mw_list_add(mw_judge_arena(judge), &useless, node->list.items[TERM]);
        lookups -= cost;
    }
    return record && useless.count && lookups <= SPF_LIMIT ? mw_spf_without(mw_judge_arena(judge), record->text, &useless) : NULL;
}

/* Flaws that have a cause of their own. */
static bool is_other_flaw(const struct mw_fact *flaw)
{
    return mw_text_find(flaw->text, "more than one SPF record") || mw_text_find(flaw->text, SEVERAL) || mw_text_find(flaw->text, "exchanges") || mw_text_find(flaw->text, "lookups");
}

/* As it was probably meant; NULL: that is not known. */
static const char *corrected(struct mw_judge *judge, const struct mw_fact *flaw)
{
    const struct mw_fact *spaced = mw_know(judge, MW_F_SPF_SPACED, flaw->about);
    if (spaced)
        return spaced->text;
    const char *record = mw_text_find(flaw->text, "meant as SPF") ? flaw->quote : record_of(judge, flaw->about);
    const char *mended = record ? mw_spf_mended(mw_judge_arena(judge), record) : NULL;
    return mended && !mw_text_same(mended, record) ? mended : NULL;
}

/* A mechanism with "=" is no permanent error: the record says less than it seems to. */
static void spf_passed_over(struct mw_judge *judge)
{
    MW_EACH (unreached, judge, MW_F_SPF_UNREACHED) {
        const char *record = mw_spf_is_passed_over(unreached->text) ? record_of(judge, unreached->about) : NULL;
        if (!record)
            continue;
        struct mw_instance *instance = mw_found(judge, unreached->about, unreached);
        mw_place(instance, "part", unreached->text);
        place_record(judge, instance, mw_spf_mended(mw_judge_arena(judge), record));
        mw_words(instance, N_("A term of the SPF record counts for nothing"),
                 N_("The SPF record of {about} has {part}. A mechanism takes a colon; written with = it is passed over, and the servers that it means may not send."));
    }
}

/* A mechanism behind `all`, where nothing is looked at any more; a modifier counts wherever it stands. A second `all` harms nothing. */
static bool is_behind_all(const struct mw_fact *unreached)
{
    const char *bare = unreached->text + strspn(unreached->text, "+-~?");
    return mw_text_same(unreached->quote, "it stands behind all") && !mw_text_same(bare, "all");
}

/* The record with all such terms before `all`. */
static const char *brought_forward(struct mw_judge *judge, const char *domain)
{
    const char *record = record_of(judge, domain);
    MW_EACH_ABOUT (unreached, judge, MW_F_SPF_UNREACHED, domain) {
        struct mw_list term = {0};
        if (!record || !is_behind_all(unreached))
            continue;
        mw_list_add(mw_judge_arena(judge), &term, unreached->text);
        record = mw_spf_without(mw_judge_arena(judge), record, &term);
        record = record ? mw_spf_with(mw_judge_arena(judge), record, unreached->text) : NULL;
    }
    return record;
}

/* That of a domain which is included is no matter of this one. */
static void spf_behind_all(struct mw_judge *judge)
{
    MW_EACH (unreached, judge, MW_F_SPF_UNREACHED) {
        const struct mw_fact *record = mw_know(judge, MW_F_SPF_RECORD, unreached->about);
        if (!record || !is_behind_all(unreached))
            continue;
        struct mw_instance *instance = mw_found(judge, unreached->about, unreached);
        mw_proof(instance, record);
        mw_place(instance, "part", unreached->text);
        place_record(judge, instance, brought_forward(judge, unreached->about));
        mw_words(instance, N_("A term of the SPF record counts for nothing"),
                 N_("In the SPF record of {about}, {part} stands behind the all, which matches everybody: the servers that it means may not send."));
    }
}

/* The term of the domain's own record that a fact with the quote "DOMAIN: TERM" is about; NULL: it stands in another. */
static const char *own_term(struct mw_judge *judge, const struct mw_fact *fact)
{
    const char *own = mw_printf(mw_judge_arena(judge), "%s: ", fact->about);
    return fact->quote && mw_text_starts(fact->quote, own) ? fact->quote + strlen(own) : NULL;
}

static void spf_syntax(struct mw_judge *judge)
{
    spf_passed_over(judge);
    spf_behind_all(judge);
    MW_EACH (flaw, judge, MW_F_SPF_FLAW) {
        if (is_other_flaw(flaw))
            continue;
        /* A second TXT that only looks like SPF harms nothing where a true one stands. */
        if (mw_text_find(flaw->text, "meant as SPF") && mw_know(judge, MW_F_SPF_RECORD, flaw->about))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, flaw->about));
        mw_place(instance, "part", own_term(judge, flaw) ? own_term(judge, flaw) : flaw->quote ? flaw->quote : "");
        place_record(judge, instance, corrected(judge, flaw));
        tell_included(judge, flaw, instance, NULL, included_says);
    }
}

static void spf_limit(struct mw_judge *judge)
{
    MW_EACH (lookups, judge, MW_F_SPF_LOOKUPS) {
        if (lookups->number <= SPF_LIMIT)
            continue;
        struct mw_instance *instance = mw_found(judge, lookups->about, lookups);
        mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, lookups->about));
        const char *costs = costs_of(judge, lookups->about);
        if (*costs)
            mw_place(instance, "costs", costs);
        place_record(judge, instance, thinned(judge, lookups->about, lookups->number));
    }
    MW_EACH (flaw, judge, MW_F_SPF_FLAW) {
        if (!mw_text_find(flaw->text, "exchanges"))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_place(instance, "part", own_term(judge, flaw) ? own_term(judge, flaw) : "mx");
        mw_words(instance, N_("The SPF record stands for too many exchanges"),
                 N_("The term {part} of the SPF record of {about} stands for more than ten exchanges; ten are allowed. Receivers give up with a permanent error, as if there "
                    "were no SPF."));
    }
}

/* The record without the terms that such facts are about. What a redirect was to decide, ~all does. */
static const char *without_own(struct mw_judge *judge, enum mw_fact_id id, const char *domain)
{
    const struct mw_fact *record = mw_know(judge, MW_F_SPF_RECORD, domain);
    struct mw_list terms = {0};
    bool redirects = false;
    MW_EACH_ABOUT (fact, judge, id, domain)
        if (own_term(judge, fact)) {
            mw_list_add(mw_judge_arena(judge), &terms, own_term(judge, fact));
            redirects |= strncasecmp(own_term(judge, fact), "redirect=", 9) == 0;
        }
    const char *rest = record && terms.count ? mw_spf_without(mw_judge_arena(judge), record->text, &terms) : NULL;
    return rest && redirects ? mw_spf_ending(mw_judge_arena(judge), rest, "~all") : rest;
}

/* A blank is missing in the record: a name that leads nowhere, or that there is no `all`, only follows from that. */
static bool lacks_blank(struct mw_judge *judge, const char *domain)
{
    return mw_know(judge, MW_F_SPF_SPACED, domain) != NULL;
}

static void spf_void(struct mw_judge *judge)
{
    MW_EACH (missing, judge, MW_F_SPF_INCLUDE_MISSING) {
        if (lacks_blank(judge, missing->about))
            continue;
        struct mw_instance *instance = mw_found(judge, missing->about, missing);
        mw_place(instance, "part", missing->text);
        place_record(judge, instance, without_own(judge, MW_F_SPF_INCLUDE_MISSING, missing->about));
    }
    MW_EACH (nothing, judge, MW_F_SPF_VOID) {
        if (mw_seen_count(judge, MW_F_SPF_VOID, nothing->about) <= VOID_LIMIT || lacks_blank(judge, nothing->about))
            continue;
        struct mw_instance *instance = mw_found(judge, nothing->about, nothing);
        const char *name = strrchr(nothing->text, ' '); /* term and name */
        mw_place(instance, "part", name ? name + 1 : nothing->text);
        place_record(judge, instance, without_own(judge, MW_F_SPF_VOID, nothing->about));
    }
}

static void spf_permissive(struct mw_judge *judge)
{
    MW_EACH (all, judge, MW_F_SPF_ALL) {
        const struct mw_fact *record = mw_know(judge, MW_F_SPF_RECORD, all->about);
        if (mw_text_same(all->text, "-all") || mw_text_same(all->text, "~all") || lacks_blank(judge, all->about))
            continue;
        struct mw_instance *instance = mw_found(judge, all->about, all);
        mw_proof(instance, record);
        mw_place(instance, "end", all->text);
        if (mw_text_same(all->text, "none"))
            mw_words(instance, NULL,
                     N_("The SPF record of {about} has no all at its end, so it says nothing of servers that it does not name. Anybody can send in the name of the domain."));
        if (record && !mw_text_find(record->text, "redirect="))
            place_record(judge, instance, mw_spf_ending(mw_judge_arena(judge), record->text, "~all"));
    }
    MW_EACH (wide, judge, MW_F_SPF_WIDE) {
        struct mw_instance *instance = mw_found(judge, wide->about, wide);
        mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, wide->about));
        mw_place(instance, "wide", wide->text);
        mw_words(instance, NULL,
                 N_("The SPF record of {about} allows a very wide range of addresses ({value}). Whoever has one of them can send in the name of the domain."));
    }
}

/* ~all is as good as -all once DMARC says what becomes of mail that passes neither (RFC 7208 section 8.5). */
static void spf_softfail(struct mw_judge *judge)
{
    MW_EACH (all, judge, MW_F_SPF_ALL) {
        const struct mw_fact *end = mw_know(judge, MW_F_DMARC_END, all->about), *record = mw_know(judge, MW_F_SPF_RECORD, all->about);
        const struct mw_fact *policy = mw_know(judge, MW_F_DMARC_POLICY, all->about);
        bool enforced = policy && !mw_text_same(policy->text, "none");
        if (!mw_text_same(all->text, "~all") || enforced || !end || !mw_seen_answered(end) || mw_seen_failed(end) || mw_know(judge, MW_F_DMARC_FLAW, all->about))
            continue;
        struct mw_instance *instance = mw_found(judge, all->about, all);
        mw_proof(instance, record);
        mw_proof(instance, policy ? policy : end);
        if (record && record->text && !mw_text_find(record->text, "redirect="))
            place_record(judge, instance, mw_spf_ending(mw_judge_arena(judge), record->text, "-all"));
    }
}

static void spf_helo_missing(struct mw_judge *judge)
{
    MW_EACH (helo, judge, MW_F_SPF_HELO)
        if (mw_seen_value(helo, "none"))
            mw_found(judge, helo->about, helo);
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

static const char *pass_term(struct mw_judge *judge, const char *address)
{
    return mw_printf(mw_judge_arena(judge), mw_address_is_ipv6(address) ? "ip6:%s" : "ip4:%s", address);
}

/* The one record that allows all these addresses: two records beside each other would be worse than none. */
static void place_permit(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *record, const struct mw_list *addresses)
{
    const char *text = record ? record->text : NULL;
    struct mw_list terms = {0};
    for (size_t i = 0; i < addresses->count; i++) {
        const char *term = pass_term(judge, addresses->items[i]);
        mw_list_add(mw_judge_arena(judge), &terms, term);
        text = text ? mw_spf_with(mw_judge_arena(judge), text, term) : NULL;
    }
    mw_place(instance, "term", mw_list_join(mw_judge_arena(judge), &terms, "\n"));
    place_record(judge, instance, text);
}

/* Nothing is to be entered for it: no receiver ever sees it. */
static void tell_inside(struct mw_instance *instance)
{
    mw_place(instance, "inside", "");
    mw_words(instance, N_("The address given is one of an inside network, which SPF does not allow"),
             N_("{about} is an address of an inside network or of the machine itself, for which SPF of {domain} gives {value}. Receivers elsewhere never see it, but the public "
                "address from which mail leaves that network."));
}

/* The address that was given is where mail leaves from: no guess is needed. */
static void spf_given_not_listed(struct mw_judge *judge)
{
    MW_EACH (asked, judge, MW_F_SPF_ASKED) {
        const struct mw_fact *result = mw_know(judge, MW_F_SPF_RESULT, asked->about), *mechanism = mw_know(judge, MW_F_SPF_MECHANISM, asked->about);
        if (!result || !mechanism || (!mw_seen_value(result, "fail") && !mw_seen_value(result, "softfail")))
            continue;
        struct mw_instance *instance = mw_found(judge, asked->about, result);
        mw_proof(instance, mechanism);
        mw_proof(instance, mw_know(judge, MW_F_SPF_RECORD, asked->text));
        mw_place(instance, "domain", asked->text);
        mw_place(instance, "decided", mechanism->text);
        struct mw_list addresses = {0};
        mw_list_add(mw_judge_arena(judge), &addresses, asked->about);
        mw_confidence(instance, 0.95);
        mw_weight(instance, mw_seen_value(result, "fail") ? MW_BLOCKS : MW_DEGRADES, MW_SEND);
        if (mw_seen_closed_off(asked->about)) {
            mw_weight(instance, MW_RISK, MW_SEND);
            tell_inside(instance);
            continue;
        }
        place_permit(judge, instance, mw_know(judge, MW_F_SPF_RECORD, asked->text), &addresses);
        mw_words(instance, N_("SPF does not allow the address that mail is sent from"),
                 N_("Mail of {domain} that leaves from {about} does not pass SPF: the result is {value}, decided by {decided}. Receivers refuse such mail or put it into junk."));
    }
}

/* Left over from a time without mail: no address at all may send, while programs are told a server to send by. Where that sends from is not known. */
static void spf_allows_nobody(struct mw_judge *judge, const struct mw_fact *record)
{
    const struct mw_fact *covers = mw_know(judge, MW_F_SPF_COVERS, record->about);
    bool is_open = !covers || covers->list.count || covers->quote || !mw_is(judge, MW_F_SPF_ALL, record->about, "-all");
    if (is_open || mw_know(judge, MW_F_SPF_FLAW, record->about) || mw_know(judge, MW_F_SPF_FAILED, record->about))
        return;
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        bool is_told = mw_port_role(judge, port->about, "published") || mw_port_role(judge, port->about, "configured");
        if (!is_told || !mw_is(judge, MW_F_SUBMISSION_END, port->about, MW_OK))
            continue;
        struct mw_instance *instance = mw_found(judge, record->about, record);
        mw_proof(instance, port);
        mw_place(instance, "through", mw_port_host(judge, port->about));
        mw_confidence(instance, 0.8);
        mw_weight(instance, MW_DEGRADES, MW_SEND);
        mw_words(instance, N_("SPF allows nobody to send for the domain"),
                 N_("The SPF record of {about} allows no address at all, as for a domain that sends no mail. Programs are told to send by {through}: receivers refuse "
                    "that mail or put it into junk."));
        return;
    }
}

/* What is refused while the domain's own submission server is there. */
static void own_refused(struct mw_judge *judge, const char *domain, struct mw_list *addresses)
{
    MW_EACH (result, judge, MW_F_SPF_RESULT) {
        const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, result->about);
        if (of && !mw_know(judge, MW_F_SPF_ASKED, result->about) && is_own_submission(judge, of->text, domain))
            mw_list_add(mw_judge_arena(judge), addresses, result->about);
    }
}

/* Where mail leaves is not seen from outside. That no server of the domain may send while its own submission server works is as near as it gets. */
static void spf_not_listed(struct mw_judge *judge)
{
    spf_given_not_listed(judge);
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *record = domain ? mw_know(judge, MW_F_SPF_RECORD, domain) : NULL;
    if (!record || leaves_room(record->text) || any_passes(judge) || waits_for_mx(judge, domain, record->text))
        return;
    struct mw_list addresses = {0};
    own_refused(judge, domain, &addresses);
    for (size_t i = 0; i < addresses.count; i++) {
        struct mw_instance *instance = mw_found(judge, addresses.items[i], mw_know(judge, MW_F_SPF_RESULT, addresses.items[i]));
        mw_proof(instance, record);
        mw_place(instance, "server", mw_know(judge, MW_F_ADDRESS_OF, addresses.items[i])->text);
        place_permit(judge, instance, record, &addresses);
        mw_confidence(instance, 0.6);
        mw_weight(instance, MW_DEGRADES, MW_SEND);
    }
    if (!addresses.count && !mw_each(judge, MW_F_SPF_ASKED, NULL))
        spf_allows_nobody(judge, record);
}

/* Only SPF fails, while the rest of the domain is answered: else it is no matter of SPF. */
/* The resolver tried and got nowhere, with a name about which nothing else failed: a refusal or nonsense is no word on the name, and where MX or the address
 * fails too, that is not a matter of SPF. The value: name and outcome. */
static bool is_of_the_term(struct mw_judge *judge, const struct mw_fact *failed)
{
    struct mw_list words = mw_text_split(mw_judge_arena(judge), failed->text, ": ");
    const char *name = words.count ? words.items[0] : "";
    bool in_vain = mw_text_ends(failed->text, " servfail") || mw_text_ends(failed->text, " timed out");
    return in_vain && !mw_seen_failed(mw_know(judge, MW_F_DNS_MX_END, name)) &&
           !mw_seen_failed(mw_know(judge, MW_F_DNS_A_END, name));
}

static void spf_temperror(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_SPF_END) {
        const struct mw_fact *mx = mw_know(judge, MW_F_DNS_MX_END, end->about);
        bool ours = mw_seen_at_zone(judge, MW_F_ZONE_TXT_END, end->about, MW_OK); /* the zone answers, only the resolver does not */
        if (mw_seen_failed(end) && mx && !mw_seen_failed(mx) && !ours)
            mw_place(mw_found(judge, end->about, end), "name", end->about);
    }
    MW_EACH (failed, judge, MW_F_SPF_FAILED) { /* the record itself was answered */
        if (!is_of_the_term(judge, failed))
            continue;
        struct mw_instance *instance = mw_found(judge, failed->about, failed);
        mw_place(instance, "part", failed->quote ? failed->quote : "");
        mw_place(instance, "name", mw_text_split(mw_judge_arena(judge), failed->text, ": ").items[0]);
        mw_confidence(instance, 0.8);
        mw_words(instance, NULL, N_("SPF of {about} leads to a name that cannot be looked up ({value}; the term: {part}). Receivers put its mail off, or take it as if "
                                    "there were no SPF."));
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
            {MW_AT_DNS, N_("Merge the terms of all of them into one record and remove the others."), NULL, NULL},
            {MW_AT_DNS, N_("This is one record with the terms of all:"), "{about}. IN TXT {record}", "record"},
            {MW_AT_DNS, INCLUDED_FIX, NULL, "domain"},
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
            {MW_AT_DNS, N_("Correct this part of the record: {part}"), NULL, NULL},
            {MW_AT_DNS, N_("The record was probably meant so:"), "{about}. IN TXT {record}", "record"},
            {MW_AT_DNS, INCLUDED_FIX, NULL, "domain"},
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
                           "record of its own."), NULL, NULL},
            {MW_AT_DNS, N_("This is what each term costs: {costs}"), NULL, "costs"},
            {MW_AT_DNS, N_("Without the terms that find nothing, and those that stand there twice, it is within the limit:"), "{about}. IN TXT {record}", "record"},
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
            {MW_AT_DNS, N_("Take the terms that lead nowhere out of the record: services that you left, and names that are mistyped."), NULL, NULL},
            {MW_AT_DNS, N_("Without them the record is:"), "{about}. IN TXT {record}", "record"},
        },
        .reference = "RFC 7208 sections 4.6.4 and 5.2",
        .needs = {MW_F_SPF_END},
        .holds = spf_void,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "spf.all.permissive", .legs = MW_SEND, .severity = MW_RISK, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The SPF record lets strangers send for the domain"),
        .says = N_("The SPF record of {about} ends in {value}, which keeps nobody out. Anybody can send in the name of the domain."),
        .fix = {
            {MW_AT_DNS, N_("End the record with ~all while you test, and then with -all."), NULL, "end"},
            {MW_AT_DNS, N_("Narrow the range to the servers that send."), NULL, "wide"},
            {MW_AT_DNS, N_("The record while you test:"), "{about}. IN TXT {record}", "record"},
        },
        .reference = "RFC 7208 section 8",
        .needs = {MW_F_SPF_END},
        .holds = spf_permissive,
        .explains = {"sym:bounce.backscatter", "rep.domain.bad", "smtp.sender.rejected"},
    },
    {
        .id = "spf.all.softfail", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("SPF still ends in ~all"),
        .says = N_("The SPF record of {about} ends in ~all, which asks receivers to take mail of strangers with suspicion, and no DMARC policy says what shall become "
                   "of it. That is meant for the time of testing."),
        .fix = {
            {MW_AT_DNS, N_("Publish a DMARC policy of quarantine or reject; or end SPF with -all once every server that sends is listed."), NULL, NULL},
            {MW_AT_DNS, N_("The record with -all:"), "{about}. IN TXT {record}", "record"},
        },
        .reference = "RFC 7208 section 8.5",
        .needs = {MW_F_SPF_ALL, MW_F_DMARC_END},
        .holds = spf_softfail,
    },
    {
        .id = "spf.helo.missing", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The HELO name has no SPF record"),
        .says = N_("The server says {about} in HELO, and that name has no SPF record. Bounces and other mail without a sender are judged by it, and cannot pass."),
        .fix = {
            {MW_AT_DNS, N_("Publish an SPF record for the name that the server says in HELO."), "{about}. IN TXT \"v=spf1 a -all\"", NULL},
        },
        .reference = "RFC 7208 section 2.3",
        .needs = {MW_F_SPF_HELO},
        .holds = spf_helo_missing,
    },
    {
        .id = "spf.sender.not_listed", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("SPF does not allow the domain's own server to send"),
        .says = N_("SPF of {domain} refuses {about} ({server}), the server that takes its users' outgoing mail, and every other server of the domain that "
                   "is known. If mail leaves from there, receivers refuse it or put it into junk."),
        .fix = {
            {MW_AT_DNS, N_("Add the address from which mail leaves to the SPF record."), "{term}", "term"},
            {MW_AT_DNS, N_("Publish the record that your provider gives in its place; if the domain sends no mail, leave it, and publish no server to send by."),
             "{domain}. IN TXT \"v=spf1 include:(your provider) -all\"", "through"},
            {MW_AT_DNS, N_("The record with it:"), "{domain}. IN TXT {record}", "record"},
            {MW_AT_DNS, N_("If mail leaves by another server that the record names, nothing is wrong here."), NULL, "server"},
            {MW_AT_CLIENT, N_("Ask again with the public address (--ip): it stands in the Received lines of a message that arrived elsewhere."), NULL, "inside"},
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
            {MW_AT_DNS, N_("Ask each name server of its zone for the TXT records of {name}, over UDP and over TCP, and have the one mended that fails."),
             "dig {name} TXT +trace"},
        },
        .reference = "RFC 7208 section 2.6.6",
        .needs = {MW_F_SPF_END, MW_F_DNS_MX_END},
        .holds = spf_temperror,
        .explains = {"sym:outbound.defer", "sym:outbound.spam"},
    },
};

const struct mw_area mw_area_spf = {"spf", causes, MW_COUNT(causes)};
