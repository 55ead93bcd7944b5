/* Causes in block lists (RFC 5782). A list that does not pass its own test points says nothing, and one that refuses us says nothing either. An address that
 * the domain's own SPF does not let send is not blocked by a listing: that is advice. */
#include "replies.h"

#include <mailwhy/lang.h>

#include <string.h>

/* --- a listing ----------------------------------------------------------------------------------------------------------------------------- */

/* What the word of a code says to people. */
/* clang-format off */
static const struct reason {
    const char *word, *says;
} reasons[] = {
    {"spam",       N_("spam was seen coming from there")},
    {"exploit",    N_("a hacked machine, malware or an open proxy was seen there")},
    {"policy",     N_("its owner says that it is not to deliver mail itself")},
    {"bounce",     N_("bounces to forged senders were seen coming from there")},
    {"phish",      N_("it was used for phishing")},
    {"malware",    N_("it was used by malware")},
    {"abused",     N_("somebody else abuses it, by a hacked site for instance")},
    {"bulk",       N_("mass mail that not everybody has asked for mentions it")},
    {"reputation", N_("what was seen of it or of its neighbours gave it a poor reputation")},
};
/* clang-format on */
static const char no_reason[] = N_("the list does not say why in its code");

/* A listing as dnsbl.listed tells it: "list code words". */
struct listing {
    const char *zone, *code, *words;
};

static struct listing read_listing(struct mw_judge *judge, const struct mw_fact *listed)
{
    struct mw_list parts = mw_text_split(mw_judge_arena(judge), listed->text, " ");
    const char *behind = strchr(listed->text, ' '), *words = behind ? strchr(behind + 1, ' ') : NULL;
    return (struct listing){parts.count ? parts.items[0] : "", parts.count > 1 ? parts.items[1] : "", words ? words + 1 : ""};
}

/* Lists of addresses that should not deliver themselves; where the meaning is not known the codes of Spamhaus are taken, which others follow. */
static bool is_policy(const struct listing *listing)
{
    if (*listing->words)
        return mw_text_same(listing->words, "policy");
    return mw_text_same(listing->code, "127.0.0.10") || mw_text_same(listing->code, "127.0.0.11");
}

static const char *reason_of(const struct listing *listing)
{
    for (size_t i = 0; i < MW_COUNT(reasons); i++)
        if (mw_text_starts(listing->words, reasons[i].word))
            return reasons[i].says;
    return is_policy(listing) ? reasons[2].says : no_reason;
}

static void add_once(struct mw_judge *judge, struct mw_list *list, const char *text)
{
    if (!mw_list_has(list, text))
        mw_list_add(mw_judge_arena(judge), list, text);
}

/* The lists that name `about`, as one finding. `kind`: NULL where every listing counts. */
static struct mw_instance *found_on(struct mw_judge *judge, enum mw_fact_id id, const char *about, const bool *kind)
{
    struct mw_instance *instance = NULL;
    struct mw_list zones = {0}, pages = {0};
    MW_EACH_ABOUT (listed, judge, id, about) {
        struct listing listing = read_listing(judge, listed);
        const struct mw_fact *page = mw_know(judge, MW_F_DNSBL_REMOVAL, listing.zone);
        if (kind && is_policy(&listing) != *kind)
            continue;
        if (!instance) {
            instance = mw_found(judge, about, listed);
            mw_place(instance, "reason", reason_of(&listing));
        }
        mw_proof(instance, listed);
        add_once(judge, &zones, mw_printf(mw_judge_arena(judge), "%s %s", listing.zone, listing.code));
        if (page)
            add_once(judge, &pages, page->text);
    }
    if (instance) {
        mw_place(instance, "lists", mw_list_join(mw_judge_arena(judge), &zones, ", "));
        mw_place(instance, "removal", pages.count ? mw_list_join(mw_judge_arena(judge), &pages, ", ") : N_("by the list's own form"));
    }
    return instance;
}

/* Was SPF evaluated for the address, and does it not let it send? */
static bool does_not_send(struct mw_judge *judge, const char *address)
{
    static const char *const refusals[] = {"fail", "softfail", "neutral"};
    for (size_t i = 0; i < MW_COUNT(refusals); i++)
        if (mw_is(judge, MW_F_SPF_RESULT, address, refusals[i]))
            return true;
    return false;
}

static void found_listed(struct mw_judge *judge, bool policy)
{
    MW_EACH (listed, judge, MW_F_DNSBL_LISTED) {
        const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, listed->about);
        if (listed != mw_fact_find(mw_judge_facts(judge), MW_F_DNSBL_LISTED, listed->about)) /* once an address */
            continue;
        struct mw_instance *instance = found_on(judge, MW_F_DNSBL_LISTED, listed->about, &policy);
        if (!instance)
            continue;
        mw_proof(instance, of);
        mw_place(instance, "server", of ? of->text : listed->about);
        /* Only receivers that use this list refuse. */
        mw_weight(instance, does_not_send(judge, listed->about) ? MW_ADVICE : MW_DEGRADES, MW_SEND);
    }
}

static void dnsbl_listed(struct mw_judge *judge)
{
    found_listed(judge, false);
}

static void dnsbl_policy(struct mw_judge *judge)
{
    found_listed(judge, true);
}

/* --- a domain that is listed, or refused for its name --------------------------------------------------------------------------------------- */

static void domain_bad(struct mw_judge *judge)
{
    mw_reply_found(judge, "rep.domain.bad");
    MW_EACH (listed, judge, MW_F_DNSBL_DOMAIN) {
        if (listed != mw_fact_find(mw_judge_facts(judge), MW_F_DNSBL_DOMAIN, listed->about))
            continue;
        struct mw_instance *instance = found_on(judge, MW_F_DNSBL_DOMAIN, listed->about, NULL);
        mw_words(instance, N_("The sender domain is on a block list"),
                 N_("The domain {about} is on a block list of domains ({lists}): {reason}. Servers that use it refuse mail that comes from the domain or "
                    "mentions it. The way to have the entry removed: {removal}."));
    }
}

/* --- a list that is dead -------------------------------------------------------------------------------------------------------------------- */

/* A refusal of the domain's own exchange that names the list. */
static const struct mw_fact *used_by_exchange(struct mw_judge *judge, const char *zone)
{
    static const enum mw_fact_id replies[] = {MW_F_SMTP_GREETING, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT};
    for (size_t i = 0; i < MW_COUNT(replies); i++)
        MW_EACH (reply, judge, replies[i])
            if (mw_reply_class(reply) >= 4 && mw_text_find(reply->text, zone) && !mw_port_role(judge, reply->about, "recipient"))
                return reply;
    return NULL;
}

static void dnsbl_dead(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DNSBL_END) {
        if (!mw_seen_value(end, "lists everything"))
            continue;
        const struct mw_fact *reply = used_by_exchange(judge, end->about);
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_proof(instance, reply);
        mw_place(instance, "server", reply ? mw_port_host(judge, reply->about) : N_("a server"));
        if (!reply) {
            mw_words(instance, N_("A block list lists everything"),
                     N_("The block list {about} lists even what no list may have (its test point that must be clean is listed): it is dead or broken. Servers "
                        "that use it refuse everybody; what it says of this domain means nothing."));
            mw_weight(instance, MW_ADVICE, MW_RECEIVE);
        }
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "rep.dnsbl.listed", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The sending address is on a block list"),
        .says = N_("A block list ({lists}) has {about}, from where mail of the domain may leave: {reason}. Servers that use the list refuse such mail."),
        .fix = {
            {MW_AT_SERVER, N_("Find and stop what put it there: an open relay, a hacked account, a web form, malware. Only then have the entry removed: "
                              "{removal}."), NULL},
            {MW_AT_SERVER, N_("Meanwhile send through another relay that is not listed."), NULL},
        },
        .reference = "RFC 5782; RFC 6471",
        .needs = {MW_F_DNSBL_END, MW_F_ADDRESS_OF},
        .holds = dnsbl_listed,
        .explains = {"smtp.banner.refused", "sym:outbound.reject", "sym:outbound.spam"},
    },
    {
        .id = "rep.dnsbl.policy_list", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The sending address belongs to a range that should not send mail itself"),
        .says = N_("A list of home and dynamic addresses ({lists}), which are not to deliver mail themselves, has {about}, from where mail of the domain "
                   "may leave. This does not say that spam was seen. Servers that use the list refuse such mail, whatever it says."),
        .fix = {
            {MW_AT_SERVER, N_("Do not deliver directly: send through the provider's outgoing server with login, on port 587 or 465."),
             "relayhost = [smtp.example.net]:587"},
            {MW_AT_PROVIDER, N_("If the address is fixed and a mail server may stand there, have the provider take it out, or do it yourself: {removal}."), NULL},
        },
        .reference = "RFC 5782",
        .needs = {MW_F_DNSBL_END, MW_F_ADDRESS_OF},
        .holds = dnsbl_policy,
        .explains = {"smtp.banner.refused", "sym:outbound.reject"},
    },
    {
        .id = "rep.dnsbl.dead_list", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The server uses a block list that lists everything"),
        .says = N_("{server} refuses mail because of the block list {about}, which is dead or broken: it lists even what no list may have. All mail is refused "
                   "so."),
        .fix = {
            {MW_AT_SERVER, N_("Take the list {about} out of the server's configuration (reject_rbl_client and postscreen_dnsbl_sites of Postfix, dnslists of "
                              "Exim, the spam filter)."),
             "postconf -n | grep -F {about}"},
        },
        .reference = "RFC 6471 section 3.4; RFC 5782 section 5",
        .needs = {MW_F_DNSBL_END},
        .holds = dnsbl_dead,
        .alike = {
            {"rep.dnsbl.query_refused", N_("The list answers 127.255.255.x: it does not answer the server that asks.")},
        },
        .explains = {"rep.dnsbl.listed", "rep.ip.low", "smtp.banner.refused", "sym:inbound.bounce.hard", "sym:inbound.partial"},
    },
    {
        .id = "rep.domain.bad",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The receiver has a poor opinion of the sender domain"),
        .says = N_("At {about} the refusal names the reputation of the sender domain: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Publish SPF, DKIM and DMARC, send little at first, and ask the lists that name the domain to remove it."), NULL},
        },
        .reference = "M3AAWG Sender Best Common Practices",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_DNSBL_END},
        .holds = domain_bad,
        .alike = {
            {"rep.ip.low", N_("Other domains from the same address are refused as well.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.spam", NULL},
    },
};

const struct mw_area mw_area_blocklist = {"blocklist", causes, MW_COUNT(causes)};
