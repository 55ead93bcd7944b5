/* Causes in block lists. A list that does not pass its own test points says nothing. RFC 5782. */
#include "ports.h"

#include <mailwhy/lang.h>

/* --- block lists --------------------------------------------------------------------------------------------------------------------------------- */

/* Lists of addresses that should not deliver themselves answer 127.0.0.10 and .11 (Spamhaus PBL); other codes mean that something was seen. */
static bool is_policy(const struct mw_fact *listed)
{
    return mw_text_ends(listed->text, " 127.0.0.10") || mw_text_ends(listed->text, " 127.0.0.11");
}

static void found_listed(struct mw_judge *judge, bool policy)
{
    MW_EACH (listed, judge, MW_F_DNSBL_LISTED) {
        const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, listed->about);
        if (is_policy(listed) != policy)
            continue;
        struct mw_instance *instance = mw_found(judge, listed->about, listed);
        mw_proof(instance, of);
        mw_place(instance, "server", of ? of->text : listed->about);
        /* Only receivers that use this list refuse. */
        mw_weight(instance, MW_DEGRADES, MW_SEND);
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

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "rep.dnsbl.listed", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The sending address is on a block list"),
        .says = N_("{about} ({server}) is on a block list ({value}). Servers that use the list refuse mail from this address."),
        .fix = {
            {MW_AT_SERVER, N_("Find and stop what put it there: an open relay, a hacked account, a web form, malware. Only then ask the list to remove "
                              "the address, by its own form."), NULL},
            {MW_NOWHERE, N_("Meanwhile send through another relay that is not listed."), NULL},
        },
        .reference = "RFC 5782; RFC 6471",
        .needs = {MW_F_DNSBL_END, MW_F_ADDRESS_OF},
        .holds = dnsbl_listed,
        .explains = {"smtp.banner.refused", "sym:outbound.reject", "sym:outbound.spam"},
    },
    {
        .id = "rep.dnsbl.policy_list", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The sending address belongs to a range that should not send mail itself"),
        .says = N_("{about} ({server}) is on a list of home and dynamic addresses ({value}), which are not to deliver mail themselves. Servers that use "
                   "the list refuse it, whatever it says."),
        .fix = {
            {MW_AT_SERVER, N_("Do not deliver directly: send through the provider's outgoing server with login, on port 587 or 465."),
             "relayhost = [smtp.example.net]:587"},
            {MW_AT_PROVIDER, N_("If the address is fixed and a mail server may stand there, have the provider or the list's own form take it out."), NULL},
        },
        .reference = "RFC 5782",
        .needs = {MW_F_DNSBL_END, MW_F_ADDRESS_OF},
        .holds = dnsbl_policy,
        .explains = {"smtp.banner.refused", "sym:outbound.reject"},
    },
};

const struct mw_area mw_area_blocklist = {"blocklist", causes, MW_COUNT(causes)};
