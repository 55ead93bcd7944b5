/* Causes in the names of what sends: reverse names, the name that a server gives itself, the sender's domain.
 *
 * That an exchange does not send is as likely as that it does, so a reverse name is asked for only of an address that SPF lets send.
 * RFC 8601 section 3, RFC 1912 section 2.1, RFC 5321 sections 4.1.1.2 and 4.1.4. */
#include "replies.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/reverse.h>

#include <string.h>

/* --- reverse names ------------------------------------------------------------------------------------------------------------------------ */

static struct mw_instance *found_sender(struct mw_judge *judge, const struct mw_fact *proof)
{
    struct mw_instance *instance = mw_found(judge, proof->about, proof);
    const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, proof->about);
    mw_proof(instance, mw_know(judge, MW_F_SPF_RESULT, proof->about));
    mw_place(instance, "server", of ? of->text : proof->about);
    /* Some receivers refuse, most only distrust; and SPF does not prove that this very address sends. */
    mw_weight(instance, MW_DEGRADES, MW_SEND);
    mw_place(instance, "reverse", mw_dns_reverse(mw_judge_arena(judge), proof->about, NULL));
    mw_place(instance, "type", mw_address_is_ipv6(proof->about) ? "AAAA" : "A");
    return instance;
}

static void ptr_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_PTR_END)
        if (mw_seen_gone(end) && mw_seen_may_send(judge, end->about))
            found_sender(judge, end);
}

static void ptr_mismatch(struct mw_judge *judge)
{
    MW_EACH (confirmed, judge, MW_F_PTR_CONFIRMED) {
        const struct mw_fact *name = mw_know(judge, MW_F_PTR_NAME, confirmed->about);
        const char *target = mw_seen_target(judge);
        if (confirmed->yes || !name || !mw_seen_may_send(judge, confirmed->about))
            continue;
        struct mw_instance *instance = found_sender(judge, name);
        if (target && mw_domain_is_under(name->text, target)) /* elsewhere the domain has no say */
            mw_place(instance, "own", name->text);
    }
}

/* A reverse name that does not lead back is another cause. One of several that is a name of its own is enough. */
static void ptr_generic(struct mw_judge *judge)
{
    MW_EACH (confirmed, judge, MW_F_PTR_CONFIRMED) {
        const struct mw_fact *generic = NULL;
        const char *part = NULL;
        bool has_word = false, all = true;
        MW_EACH_ABOUT (name, judge, MW_F_PTR_NAME, confirmed->about) {
            part = mw_reverse_generic(mw_judge_arena(judge), name->text, confirmed->about, &has_word);
            all = all && part;
            generic = part ? name : generic;
        }
        if (!confirmed->yes || !generic || !all || !mw_seen_may_send(judge, confirmed->about))
            continue;
        struct mw_instance *instance = found_sender(judge, generic);
        mw_place(instance, "part", part);
        mw_confidence(instance, 0.8);
        if (!has_word)
            mw_weight(instance, MW_RISK, MW_SEND);
    }
}

/* --- the sender's domain -------------------------------------------------------------------------------------------------------------------- */

/* A server that refuses our sender for its domain, and the domain's own records, are the same fault seen from two sides. */
static void refused_senders(struct mw_judge *judge, const char *domain, enum mw_fact_id id)
{
    MW_EACH (reply, judge, id) {
        const struct mw_fact *from = mw_know(judge, MW_F_SMTP_MAIL_FROM, reply->about);
        if (from && reply->text[0] == '5' && mw_text_find(reply->text, "Sender address rejected: Domain not found") && mw_text_ends(from->text, domain))
            mw_found(judge, domain, reply);
    }
}

static void sender_domain_unresolvable(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    if (!domain)
        return;
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain);
    if (mw_seen_gone(end) && mw_seen_no_address(judge, domain))
        mw_proof(mw_found(judge, domain, end), mw_know(judge, MW_F_DNS_A_END, domain));
    refused_senders(judge, domain, MW_F_SMTP_MAIL);
    refused_senders(judge, domain, MW_F_SMTP_RCPT);
}

/* Yahoo asks for SOA at the sender's domain; where the domain resolves, that is what it did not get. */
static void no_soa(struct mw_judge *judge)
{
    static const char id[] = "dns.sender_domain.no_soa";
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *end = domain ? mw_know(judge, MW_F_DNS_MX_END, domain) : NULL;
    if (!domain || (mw_seen_gone(end) && mw_seen_no_address(judge, domain)))
        return;
    for (const struct mw_said *said = mw_reply_saying(mw_replies(judge), id); said; said = mw_reply_saying(said->next, id)) {
        struct mw_instance *instance = mw_said_found(judge, said);
        mw_proof(instance, end);
        mw_proof(instance, mw_know(judge, MW_F_PARENT_ZONE, domain));
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dns.ptr.missing", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_PROVIDER,
        .title = N_("The sending address has no reverse name"),
        .says = N_("Mail for {domain} may leave from {about}, and there is no reverse name (PTR record) for that. Google, Microsoft and many others "
                   "refuse mail from such addresses or put it into junk."),
        .fix = {
            {MW_AT_PROVIDER, N_("Ask the owner of the address, the hosting or Internet provider and not the DNS host, to set its reverse name to the name "
                                "that the server says in HELO."), "{reverse}. IN PTR {server}.\n{server}. IN {type} {about}"},
        },
        .reference = "RFC 1912 section 2.1; RFC 8601 section 3",
        .needs = {MW_F_PTR_END, MW_F_SPF_RESULT},
        .holds = ptr_missing,
        .explains = {"rep.ip.low", "sym:outbound.reject", "sym:outbound.defer", "sym:outbound.spam"},
    },
    {
        .id = "dns.ptr.mismatch", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The reverse name does not lead back to the sending address"),
        .says = N_("Mail for {domain} may leave from {about}. The reverse name there is {value}, but that name does not lead back to the address, so "
                   "receivers take the reverse name for forged."),
        .fix = {
            {MW_AT_PROVIDER, N_("Have the owner of the address set its reverse name to the name of the server."), "{reverse}. IN PTR {server}."},
            {MW_AT_DNS, N_("Or give the reverse name an address record with this address."), "{own}. IN {type} {about}", "own"},
        },
        .reference = "RFC 8601 section 3",
        .needs = {MW_F_PTR_END, MW_F_SPF_RESULT},
        .holds = ptr_mismatch,
        .explains = {"sym:outbound.reject", "sym:outbound.defer", "sym:outbound.spam"},
    },
    {
        .id = "dns.ptr.generic", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_PROVIDER,
        .title = N_("The reverse name looks like that of a line, not of a mail server"),
        .says = N_("Mail for {domain} may leave from {about}. The reverse name there, {value}, is one that a provider gives to all its addresses "
                   "(“{part}”); many receivers take such senders for infected home computers and put their mail into junk or refuse it."),
        .fix = {
            {MW_AT_PROVIDER, N_("Have the owner of the address, the hosting or Internet provider, set its reverse name to the name of the server."),
             "{reverse}. IN PTR {server}."},
            {MW_AT_SERVER, N_("Where the provider does not do that, send through its mail relay or another one."), "relayhost = [(relay of the provider)]:587"},
        },
        .reference = "RFC 8601 section 3",
        .needs = {MW_F_PTR_CONFIRMED, MW_F_SPF_RESULT},
        .holds = ptr_generic,
        .alike = {
            {"dns.ptr.mismatch", N_("The reverse name does not lead back to the address at all.")},
        },
        .explains = {"rep.ip.low", "sym:outbound.spam", "sym:outbound.reject"},
    },
    {
        .id = "dns.sender_domain.unresolvable", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The sender's domain cannot be resolved"),
        .says = N_("{about} has neither an MX nor an address record. Receivers check that they could answer a sender, and refuse mail from such a domain."),
        .fix = {
            {MW_AT_DNS, N_("Publish an MX record for {about}, or send with a domain that has one."), "{about}. IN MX 10 mail.{about}."},
        },
        .reference = "RFC 5321 section 4.1.1.2",
        .needs = {MW_F_DNS_MX_END},
        .holds = sender_domain_unresolvable,
        .alike = {
            {"smtp.sender.rejected", N_("The domain resolves, and the receiver refuses it for another reason.")},
        },
        .explains = {"smtp.sender.rejected", "dns.sender_domain.no_soa", "sym:outbound.reject", "sym:outbound.defer"},
    },
    {
        .id = "dns.sender_domain.no_soa", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The receiver finds no zone for the sender's domain"),
        .says = N_("{about} does not take {domain} as a sender: “{value}”. Such receivers ask for the SOA record of the sender's domain, and are not content with "
                   "an MX or address record; a name inside another zone has no SOA record of its own."),
        .fix = {
            {MW_AT_DNS, N_("Send with the organisation's own domain in the envelope and in From, or make {domain} a zone of its own that the zone above delegates; check "
                           "that every server of both zones answers for SOA."), "{domain}. IN NS (name server of the new zone)."},
        },
        .reference = "RFC 1035 section 3.3.13",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_DELIVER_SENT, MW_F_DELIVER_BOUNCE},
        .holds = no_soa,
        .alike = {
            {"dns.sender_domain.unresolvable", N_("The domain has neither an MX nor an address record.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.partial"},
    },
};

const struct mw_area mw_area_reverse = {"reverse", causes, MW_COUNT(causes)};
