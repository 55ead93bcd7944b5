/* Causes in the records that lead mail to its servers: MX and addresses, the apex, reverse names, the sender's domain.
 *
 * A question that failed (SERVFAIL, silence, a refusal) proves nothing here. That an exchange does not send is as likely as that it does, so a reverse name is
 * asked for only of an address that SPF lets send.
 * RFC 5321 section 5.1, RFC 7505, RFC 1034 section 3.6.2, RFC 2181 section 10, RFC 1918, RFC 6890, RFC 8601 section 3. */
#include "replies.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- MX records --------------------------------------------------------------------------------------------------------------------------- */

static const struct mw_fact *null_mx(struct mw_judge *judge, const char *domain, size_t *others)
{
    const struct mw_fact *null = NULL;
    *others = 0;
    MW_EACH_ABOUT (mx, judge, MW_F_DNS_MX, domain) {
        if (mw_text_ends(mx->text, " ."))
            null = mx;
        else
            ++*others;
    }
    return null;
}

/* Connections to port 25 of the host: any that opened? The last one that did not in *closed. */
static bool opens(struct mw_judge *judge, const char *host, const struct mw_fact **closed)
{
    bool open = false;
    MW_EACH (endpoint, judge, MW_F_ENDPOINT_SMTP) {
        const struct mw_fact *end = mw_know(judge, MW_F_TCP_END, endpoint->about);
        if (!end || !mw_text_same(mw_seen_host(judge, endpoint), host))
            continue;
        open = open || mw_seen_value(end, MW_OK);
        *closed = mw_seen_value(end, MW_OK) ? *closed : end;
    }
    return open;
}

static void domain_mx_missing(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain), *closed = NULL;
    const char *authoritative = mw_seen_zone_mx(judge, domain);
    if (!mw_seen_gone(end) || (authoritative && *authoritative))
        return;
    bool implicit_fails = mw_know(judge, MW_F_MX_HOST, domain) && !opens(judge, domain, &closed) && closed;
    if (!mw_seen_no_address(judge, domain) && !implicit_fails)
        return;
    struct mw_instance *instance = mw_found(judge, domain, end);
    mw_proof(instance, closed);
    mw_proof(instance, mw_know(judge, MW_F_DNS_A_END, domain));
    mw_weight(instance, MW_BLOCKS, leg);
}

static void mx_missing(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_mx_missing);
}

/* RFC 5321 section 5.1 allows it. Where the host takes the asked recipient nothing is broken, but the next move of the web site breaks it. */
static void domain_mx_implicit(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain), *closed = NULL;
    if (!mw_seen_gone(end) || !mw_know(judge, MW_F_MX_HOST, domain) || !opens(judge, domain, &closed))
        return;
    struct mw_instance *instance = mw_found(judge, domain, end);
    bool accepted = false;
    MW_EACH (reply, judge, MW_F_SMTP_RCPT) {
        if (!mw_text_same(mw_seen_host(judge, reply), domain))
            continue;
        mw_proof(instance, reply);
        accepted = accepted || reply->text[0] == '2';
    }
    mw_weight(instance, accepted ? MW_RISK : MW_DEGRADES, leg);
}

static void mx_implicit(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_mx_implicit);
}

static void domain_mx_null(struct mw_judge *judge, const char *domain, unsigned leg)
{
    size_t others;
    const struct mw_fact *null = null_mx(judge, domain, &others);
    if (null && !others)
        mw_weight(mw_found(judge, domain, null), MW_BLOCKS, leg);
}

static void mx_null(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_mx_null);
}

static void domain_mx_null_mixed(struct mw_judge *judge, const char *domain, unsigned leg)
{
    size_t others;
    const struct mw_fact *null = null_mx(judge, domain, &others);
    if (null && others)
        mw_weight(mw_found(judge, domain, null), MW_DEGRADES, leg);
}

static void mx_null_mixed(struct mw_judge *judge)
{
    mw_seen_domains(judge, domain_mx_null_mixed);
}

/* The alias must lead to addresses: where it leads nowhere the exchange does not resolve, which is another cause. */
static void mx_cname(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const struct mw_fact *alias = mw_know(judge, MW_F_DNS_CNAME, host->about);
        if (!alias || mw_text_same(host->quote, "implicit") || !mw_seen_has_address(judge, host->about))
            continue;
        struct mw_instance *instance = mw_found(judge, host->about, alias);
        mw_proof(instance, host);
        mw_place(instance, "of", mw_seen_served(judge, host->about));
        mw_weight(instance, MW_DEGRADES, mw_seen_exchange_leg(judge, host->about));
    }
}

static void found_exchange(struct mw_judge *judge, const struct mw_fact *host)
{
    struct mw_instance *instance = mw_found(judge, host->about, host);
    mw_place(instance, "of", mw_seen_served(judge, host->about));
    mw_proof(instance, mw_know(judge, MW_F_DNS_A_END, host->about));
    mw_proof(instance, mw_know(judge, MW_F_DNS_AAAA_END, host->about));
    mw_weight(instance, mw_seen_exchange_weight(judge, host->about), mw_seen_exchange_leg(judge, host->about));
}

/* An IPv4 address where a name should stand, alone or with the domain behind it. */
static bool is_literal(const char *host, const char *domain)
{
    size_t digits = strspn(host, "0123456789.");
    unsigned dots = 0;
    for (size_t i = 0; i < digits && i < 16; i++)
        dots += host[i] == '.';
    return dots >= 3 && (host[digits] == '\0' || mw_text_same(host + digits, domain));
}

static void mx_ip_literal(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (is_literal(host->about, mw_seen_served(judge, host->about)) && !mw_seen_has_address(judge, host->about))
            found_exchange(judge, host);
}

/* mail.example.org.example.org, or example.org.example.org. */
static bool is_doubled(struct mw_judge *judge, const char *host, const char *domain)
{
    const char *twice = mw_printf(mw_judge_arena(judge), "%s.%s", domain, domain);
    return mw_domain_is_under(host, twice);
}

static void mx_relative_name(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_no_address(judge, host->about) && is_doubled(judge, host->about, mw_seen_served(judge, host->about)))
            found_exchange(judge, host);
}

static void mx_unresolvable(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_no_address(judge, host->about))
            found_exchange(judge, host);
}

static bool another_is_public(struct mw_judge *judge, const char *domain)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_serves(judge, host->about, domain) && mw_seen_has_public_address(judge, host->about))
            return true;
    return false;
}

/* Where the address takes our connection we may stand inside that network, and outsiders may be told another one. The loopback address is never right. */
static void mx_private_address(struct mw_judge *judge)
{
    MW_EACH (address, judge, MW_F_DNS_ADDRESS) {
        const char *host = address->about, *kind = mw_address_kind(address->text);
        const char *endpoint = mw_about_endpoint(mw_judge_arena(judge), host, address->text, 25);
        bool inside = mw_is(judge, MW_F_TCP_END, endpoint, MW_OK) && !mw_text_same(kind, "loopback");
        if (!mw_seen_closed_off(address->text) || !mw_know(judge, MW_F_MX_HOST, host) || inside)
            continue;
        struct mw_instance *instance = mw_found(judge, mw_about_endpoint(mw_judge_arena(judge), host, address->text, 0), address);
        mw_proof(instance, mw_know(judge, MW_F_MX_HOST, host));
        mw_proof(instance, mw_know(judge, MW_F_TCP_END, endpoint));
        bool others = another_is_public(judge, mw_seen_served(judge, host));
        mw_weight(instance, others ? MW_DEGRADES : MW_BLOCKS, mw_seen_exchange_leg(judge, host));
    }
}

/* --- exchanges that do not agree about the domain ------------------------------------------------------------------------------------------ */

/* What the exchange's servers say to the recipient: the refusal of the whole domain, or the reply that accepts him; NULL: neither. */
static const struct mw_fact *word_of(struct mw_judge *judge, const char *host)
{
    MW_EACH (reply, judge, MW_F_SMTP_RCPT)
        if (mw_text_same(mw_seen_host(judge, reply), host) && (reply->text[0] == '2' || mw_seen_relay_denied(reply->text)))
            return reply;
    return NULL;
}

static bool accepts(const struct mw_fact *word)
{
    return word && word->text[0] == '2';
}

/* The exchange of the same domain that accepts, and that senders try first of those. */
static const struct mw_fact *best_accepting(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *best = NULL;
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_serves(judge, host->about, domain) && accepts(word_of(judge, host->about)) && (!best || host->number < best->number))
            best = host;
    return best;
}

static void denying(struct mw_judge *judge, bool wanted_behind)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const char *domain = mw_seen_served(judge, host->about);
        const struct mw_fact *word = word_of(judge, host->about), *best = best_accepting(judge, domain);
        if (!word || accepts(word) || !best)
            continue;
        bool behind = host->number > best->number;
        bool other_operator = !mw_text_same(mw_seen_provider(host->about), mw_seen_provider(best->about));
        if (behind != wanted_behind || (!behind && !other_operator))
            continue;
        struct mw_instance *instance = mw_found(judge, host->about, word);
        mw_proof(instance, host);
        mw_proof(instance, word_of(judge, best->about));
        mw_place(instance, "of", domain);
        mw_place(instance, "best", best->about);
        mw_place(instance, "other", word_of(judge, best->about)->text);
    }
}

static void mixed_providers(struct mw_judge *judge)
{
    denying(judge, false);
}

/* The exchange of that domain that senders try first and that knows no such mailbox: its reply; NULL: it says something else. */
static const struct mw_fact *unknown_at_first(struct mw_judge *judge, const char *domain, const struct mw_fact **first)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_serves(judge, host->about, domain) && (!*first || host->number < (*first)->number))
            *first = host;
    MW_EACH (reply, judge, MW_F_SMTP_RCPT) {
        const char *host = mw_seen_host(judge, reply), *cause = mw_reply_cause(mw_judge_arena(judge), MW_F_SMTP_RCPT, host, reply->text);
        if (*first && mw_text_same(host, (*first)->about) && cause && strcmp(cause, "smtp.rcpt.user_unknown") == 0)
            return reply;
    }
    return NULL;
}

/* A backup that takes a recipient whom the main server does not know has no list of recipients. */
static void taking_unknown(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const struct mw_fact *first = NULL, *word = word_of(judge, host->about);
        const struct mw_fact *unknown = accepts(word) ? unknown_at_first(judge, mw_seen_served(judge, host->about), &first) : NULL;
        if (!unknown || host->number <= first->number)
            continue;
        struct mw_instance *instance = mw_found(judge, host->about, word);
        mw_proof(instance, host);
        mw_proof(instance, unknown);
        mw_place(instance, "of", mw_seen_served(judge, host->about));
        mw_place(instance, "best", first->about);
        mw_place(instance, "other", unknown->text);
    }
}

static void backup_unsynced(struct mw_judge *judge)
{
    denying(judge, true);
    taking_unknown(judge);
}

/* --- the apex ----------------------------------------------------------------------------------------------------------------------------- */

/* Below the apex an alias is allowed and MX follows it; at the apex it hides every other record. */
static void apex_cname(struct mw_judge *judge)
{
    MW_EACH (alias, judge, MW_F_ZONE_APEX_CNAME) {
        const char *zone = mw_seen_zone(judge, alias);
        struct mw_instance *instance = mw_found(judge, zone, alias);
        const struct mw_fact *mx = mw_know(judge, MW_F_DNS_MX_END, zone);
        mw_proof(instance, mw_know(judge, MW_F_DNS_MX_CNAME, zone));
        mw_proof(instance, mx);
        mw_place(instance, "target", alias->text);
        mw_seen_prove_below(judge, instance, zone);
        mw_weight(instance, mw_seen_value(mx, MW_OK) ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE | MW_SEND);
    }
    const char *target = mw_seen_target(judge);
    const struct mw_fact *alias = target ? mw_know(judge, MW_F_DNS_MX_CNAME, target) : NULL;
    if (!alias || !mw_seen_at_zone(judge, MW_F_PARENT_END, target, MW_OK) || mw_each(judge, MW_F_ZONE_APEX_CNAME, NULL))
        return;
    struct mw_instance *instance = mw_found(judge, target, alias);
    mw_place(instance, "target", alias->text);
    mw_seen_prove_below(judge, instance, target);
    mw_weight(instance, mw_is(judge, MW_F_DNS_MX_END, target, MW_OK) ? MW_DEGRADES : MW_BLOCKS, MW_RECEIVE | MW_SEND);
}

/* --- reverse names ------------------------------------------------------------------------------------------------------------------------ */

/* Is it an address that the domain's mail may come from? */
static bool may_send(struct mw_judge *judge, const char *address)
{
    return mw_is(judge, MW_F_SPF_RESULT, address, "pass") && !mw_seen_closed_off(address);
}

static void found_sender(struct mw_judge *judge, const struct mw_fact *proof)
{
    struct mw_instance *instance = mw_found(judge, proof->about, proof);
    const struct mw_fact *of = mw_know(judge, MW_F_ADDRESS_OF, proof->about);
    mw_proof(instance, mw_know(judge, MW_F_SPF_RESULT, proof->about));
    mw_place(instance, "server", of ? of->text : proof->about);
    /* Some receivers refuse, most only distrust; and SPF does not prove that this very address sends. */
    mw_weight(instance, MW_DEGRADES, MW_SEND);
}

static void ptr_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_PTR_END)
        if (mw_seen_gone(end) && may_send(judge, end->about))
            found_sender(judge, end);
}

static void ptr_mismatch(struct mw_judge *judge)
{
    MW_EACH (confirmed, judge, MW_F_PTR_CONFIRMED) {
        const struct mw_fact *name = mw_know(judge, MW_F_PTR_NAME, confirmed->about);
        if (!confirmed->yes && name && may_send(judge, confirmed->about))
            found_sender(judge, name);
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

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dns.mx.missing", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The domain has no MX record, and nothing else takes its mail"),
        .says = N_("The DNS names no mail server for {about}: there is no MX record, and the domain's own address takes no mail either. Everything sent "
                   "to it comes back at once."),
        .fix = {
            {MW_AT_DNS, N_("Publish the MX record that your mail provider gives, and check that the zone you edit is the one that the registrar delegates "
                           "to."), "{about}. IN MX 10 mail.{about}."},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_DNS_MX_END},
        .holds = mx_missing,
        .alike = {
            {"dns.delegation.lame", N_("The question for MX fails altogether instead of finding nothing.")},
        },
        .explains = {"net.tcp.refused", "net.tcp.timeout", "net.host.unreachable", "smtp.listener.missing", "net.ipv6.broken", "net.ipv6.listener_missing",
                     "dns.sender_domain.unresolvable", "mtasts.mx_mismatch", "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.mx.implicit", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("There is no MX record, so mail goes to the domain's own address"),
        .says = N_("No MX record names a mail server for {about}, so senders try the domain's own address, usually the web server. A server answers "
                   "there, by luck or by plan; moving the web site will break the mail."),
        .fix = {
            {MW_AT_DNS, N_("Publish an MX record that names the mail server."), "{about}. IN MX 10 mail.{about}."},
            {MW_AT_DNS, N_("If the domain takes no mail at all, say so with a null MX."), "{about}. IN MX 0 ."},
        },
        .reference = "RFC 5321 section 5.1; RFC 7505",
        .needs = {MW_F_DNS_MX_END, MW_F_TCP_END},
        .holds = mx_implicit,
        .explains = {"smtp.rcpt.relay_denied", "smtp.rcpt.user_unknown", "mtasts.mx_mismatch", "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.mx.null", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The domain says that it takes no mail (null MX)"),
        .says = N_("The only MX record of {about} is a single dot, which tells every sender that the domain takes no mail. Mail to it is refused before "
                   "it leaves."),
        .fix = {
            {MW_AT_DNS, N_("If the domain shall take mail, replace the null MX by the MX records of your mail provider."), "{about}. IN MX 10 mail.{about}."},
        },
        .reference = "RFC 7505",
        .needs = {MW_F_DNS_MX_END},
        .holds = mx_null,
        .explains = {"smtp.sender.verify_failed", "sym:inbound.bounce.hard", "sym:outbound.reject"},
    },
    {
        .id = "dns.mx.null_mixed", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("A null MX stands beside real MX records"),
        .says = N_("{about} has real MX records and also the one that says that it takes no mail. Senders read that in different ways, and some return "
                   "the mail."),
        .fix = {
            {MW_AT_DNS, N_("Remove the record with the single dot and keep the others."), "{about}. IN MX 0 .    ; remove this one"},
        },
        .reference = "RFC 7505 section 3",
        .needs = {MW_F_DNS_MX_END},
        .holds = mx_null_mixed,
        .explains = {"sym:inbound.partial", "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.mx.cname", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The MX record names an alias"),
        .says = N_("The mail server {about} of {of} is an alias (CNAME) of {value}. The standard forbids that for MX; most senders put up with it, some "
                   "do not, and DANE checks may look under the wrong name."),
        .fix = {
            {MW_AT_DNS, N_("Put the real name into the MX record of {of}, or give {about} its own address records instead of the CNAME."),
             "{of}. IN MX 10 {value}."},
        },
        .reference = "RFC 2181 section 10.3; RFC 5321 section 5.1",
        .needs = {MW_F_EXCHANGE_END},
        .holds = mx_cname,
        .explains = {"dane.tlsa.mismatch", "dane.tlsa.lookup_fail", "sym:inbound.partial"},
    },
    {
        .id = "dns.mx.ip_literal", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The MX record holds an address instead of a name"),
        .says = N_("The MX record of {of} says {about}. An MX record must name a host; an address there is read as a name that does not exist, so mail "
                   "cannot be delivered."),
        .fix = {
            {MW_AT_DNS, N_("Give the mail server a name with an address record, and put that name into the MX record."),
             "mail.{of}. IN A (the address)\n{of}. IN MX 10 mail.{of}."},
        },
        .reference = "RFC 1035 section 3.3.9; RFC 5321 section 5.1",
        .needs = {MW_F_DNS_MX_END},
        .holds = mx_ip_literal,
        .explains = {"dns.mx.unresolvable", "mtasts.mx_mismatch", "net.tcp.refused", "net.tcp.timeout", "net.host.unreachable", "tls.cert.name_mismatch",
                     "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.mx.relative_name", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("A missing dot doubled the domain in the MX record"),
        .says = N_("The MX record of {of} names {about}: the domain stands there twice, and that name does not exist. The dot at the end of the name is "
                   "missing in the zone file."),
        .fix = {
            {MW_AT_DNS, N_("Write the name of the mail server with a dot at its end; in a provider's web form, enter only the part before the domain."),
             "{of}. IN MX 10 mail.{of}."},
        },
        .reference = "RFC 1035 section 5.1; RFC 1912 section 2.1",
        .needs = {MW_F_EXCHANGE_END},
        .holds = mx_relative_name,
        .explains = {"dns.mx.unresolvable", "mtasts.mx_mismatch", "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.mx.unresolvable", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The mail server named by the MX record has no address"),
        .says = N_("The MX record of {of} names {about}, and that name has neither an IPv4 nor an IPv6 address. Senders cannot reach it; where no other "
                   "MX is left, mail comes back."),
        .fix = {
            {MW_AT_DNS, N_("Add an address record for {about}, or change the MX record to a host that exists."),
             "{about}. IN A (address of the mail server)"},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_EXCHANGE_END},
        .holds = mx_unresolvable,
        .alike = {
            {"dns.resolver.broken", N_("Other resolvers find an address.")},
        },
        .explains = {"sym:inbound.bounce.hard", "sym:inbound.delay"},
    },
    {
        .id = "dns.mx.private_address", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The mail server's public name leads to a private address"),
        .says = N_("{host} has the address {address} in the DNS, which can only be reached inside its own network. Mail from outside cannot get there."),
        .fix = {
            {MW_AT_DNS, N_("Publish the public address of the mail server (the one outside the firewall or NAT) for {host}, and keep the inside one for "
                           "an inside DNS view."), "{host}. IN A (public address)"},
        },
        .reference = "RFC 1918; RFC 6890",
        .needs = {MW_F_EXCHANGE_END},
        .holds = mx_private_address,
        .alike = {
            {"dns.split_horizon", N_("Only the resolver of the inside network gives this address, and a public one gives another.")},
        },
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.tcp.reset", "net.host.unreachable", "smtp.listener.missing", "smtp.loop.local",
                     "sym:inbound.bounce.expired"},
    },
    {
        .id = "dns.mx.mixed_providers", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("MX records of two providers stand together, and one of them does not serve the domain"),
        .says = N_("{about} and {best} are both MX of {of} and belong to different operators. {about} refuses mail for the domain, so what senders bring "
                   "there first is lost or late."),
        .fix = {
            {MW_AT_DNS, N_("Keep only the MX records of the provider in use: remove the one that names {about}."),
             "{of}. IN MX (number) {about}.    ; remove this one"},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_SMTP_RCPT},
        .holds = mixed_providers,
        .explains = {"smtp.rcpt.relay_denied", "sym:inbound.partial", "sym:mail.missing"},
    },
    {
        .id = "dns.mx.backup_unsynced", .legs = MW_RECEIVE, .severity = MW_RISK, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The backup mail server does not know the domain or its recipients"),
        .says = N_("{about} is a backup MX of {of} and does not agree with {best}: the one says “{value}”, the other “{other}”. Whenever the main server is "
                   "away, mail is returned instead of kept, or taken for names that nobody has."),
        .fix = {
            {MW_AT_SERVER, N_("On {about}, add the domain to the ones that it relays for, with the list of its recipients (Postfix: relay_domains and "
                              "relay_recipient_maps)."), "relay_domains = {of}"},
            {MW_AT_DNS, N_("Or remove the backup MX: senders keep mail for days by themselves."), "{of}. IN MX (number) {about}.    ; remove this one"},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_SMTP_RCPT},
        .holds = backup_unsynced,
        .alike = {
            {"dns.mx.mixed_providers", N_("The record is a leftover of another provider, and was never meant as a backup.")},
        },
        .explains = {"smtp.rcpt.relay_denied", "smtp.backscatter", "sym:inbound.partial", "sym:inbound.delay"},
    },
    {
        .id = "dns.apex.cname", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("An alias at the top of the domain hides its mail records"),
        .says = N_("{about} itself is an alias (CNAME) of {target}. Beside a CNAME no other record counts, so the MX and TXT records of the domain are "
                   "not seen."),
        .fix = {
            {MW_AT_DNS, N_("Replace the CNAME at {about} by address records, or by the ALIAS or flattening feature of the DNS host, and keep the MX and "
                           "TXT records."), "{about}. IN A (address of the web server)"},
        },
        .reference = "RFC 1034 section 3.6.2; RFC 2181 section 10.1",
        .needs = {MW_F_DNS_MX_END},
        .holds = apex_cname,
        .explains = {"dns.mx.missing", "dns.mx.implicit", "dns.mx.null", "dns.zone.inconsistent", "spf.record.missing", "dns.sender_domain.unresolvable",
                     "smtp.rcpt.relay_denied", "smtp.rcpt.user_unknown", "mtasts.mx_mismatch", "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.ptr.missing", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_PROVIDER,
        .title = N_("The sending address has no reverse name"),
        .says = N_("{about} ({server}) may send mail for {domain} and has no reverse name (PTR record). Google, Microsoft and many others refuse mail "
                   "from such addresses or put it into junk."),
        .fix = {
            {MW_AT_PROVIDER, N_("Ask the owner of the address, the hosting or Internet provider and not the DNS host, to set its reverse name to the name "
                                "that the server says in HELO."), "{about} PTR {server}."},
        },
        .reference = "RFC 1912 section 2.1; RFC 8601 section 3",
        .needs = {MW_F_PTR_END, MW_F_SPF_RESULT},
        .holds = ptr_missing,
        .explains = {"rep.ip.low", "sym:outbound.reject", "sym:outbound.defer", "sym:outbound.spam"},
    },
    {
        .id = "dns.ptr.mismatch", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The reverse name does not lead back to the sending address"),
        .says = N_("{about} ({server}) may send mail for {domain}. Its reverse name is {value}, but that name does not have this address, so receivers "
                   "take the reverse name for forged."),
        .fix = {
            {MW_AT_PROVIDER, N_("Have the owner of the address set its reverse name to the name of the server."), "{about} PTR {server}."},
            {MW_AT_DNS, N_("Or give the reverse name an address record with this address."), "{value}. IN A {about}"},
        },
        .reference = "RFC 8601 section 3",
        .needs = {MW_F_PTR_END, MW_F_SPF_RESULT},
        .holds = ptr_mismatch,
        .explains = {"sym:outbound.reject", "sym:outbound.defer", "sym:outbound.spam"},
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
        .explains = {"smtp.sender.rejected", "sym:outbound.reject", "sym:outbound.defer"},
    },
};

const struct mw_area mw_area_dns = {"dns", causes, MW_COUNT(causes)};
