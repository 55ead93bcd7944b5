/* Causes in the records that lead mail to its servers: MX and addresses, wildcards, the apex.
 *
 * A question that failed (SERVFAIL, silence, a refusal) proves nothing here.
 * RFC 5321 section 5.1, RFC 7505, RFC 4592, RFC 1034 section 3.6.2, RFC 2181 section 10, RFC 1918, RFC 6890. */
#include "replies.h"

#include <mailwhy/dmarc.h>
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

/* RFC 5321 section 5.1 allows it. Whether anything answers there is not known where the DNS alone was asked.
 * Where the host takes the asked recipient nothing is broken, but the next move of the web site breaks it. */
static void domain_mx_implicit(struct mw_judge *judge, const char *domain, unsigned leg)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNS_MX_END, domain), *closed = NULL;
    bool is_untried = !mw_each(judge, MW_F_TCP_END, NULL) && mw_seen_has_address(judge, domain);
    if (!mw_seen_gone(end) || !mw_know(judge, MW_F_MX_HOST, domain) || (!is_untried && !opens(judge, domain, &closed)))
        return;
    struct mw_instance *instance = mw_found(judge, domain, end);
    if (is_untried) {
        mw_words(instance, NULL,
                 N_("No MX record names a mail server for {about}, so senders try the domain's own address, usually the web server. Whether a server takes mail there "
                    "was not tried."));
        mw_weight(instance, mw_is(judge, MW_F_MTASTS_COVERS, domain, "false") ? MW_DEGRADES : MW_RISK, leg);
        return;
    }
    bool accepted = false, refused = false;
    MW_EACH (reply, judge, MW_F_SMTP_RCPT) {
        if (!mw_text_same(mw_seen_host(judge, reply), domain))
            continue;
        mw_proof(instance, reply);
        accepted = accepted || reply->text[0] == '2';
        refused = refused || mw_seen_relay_denied(reply->text);
    }
    if (refused && !accepted)
        mw_words(instance, N_("There is no MX record, and the server at the domain's own address refuses its mail"),
                 N_("No MX record names a mail server for {about}, so senders try the domain's own address, usually the web server. The server there does not "
                    "take mail for the domain, and everything sent to it comes back."));
    mw_weight(instance, accepted ? MW_RISK : refused ? MW_BLOCKS : MW_DEGRADES, leg);
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

static void place_preference(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *host)
{
    mw_place(instance, "preference", mw_printf(mw_judge_arena(judge), "%d", (int)host->number));
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
        place_preference(judge, instance, host);
        mw_weight(instance, MW_DEGRADES, mw_seen_exchange_leg(judge, host->about));
    }
}

static struct mw_instance *found_exchange(struct mw_judge *judge, const struct mw_fact *host)
{
    struct mw_instance *instance = mw_found(judge, host->about, host);
    mw_place(instance, "of", mw_seen_served(judge, host->about));
    place_preference(judge, instance, host);
    mw_proof(instance, mw_know(judge, MW_F_DNS_A_END, host->about));
    mw_proof(instance, mw_know(judge, MW_F_DNS_AAAA_END, host->about));
    mw_weight(instance, mw_seen_exchange_weight(judge, host->about), mw_seen_exchange_leg(judge, host->about));
    return instance;
}

/* The address that stands where a name should, alone or with the domain behind it; NULL: none. */
static const char *literal_in(struct mw_judge *judge, const char *host, const char *domain)
{
    size_t length = strchr(host, ':') ? strcspn(host, ".") : strspn(host, "0123456789.");
    const char *rest = host + length;
    if (length && host[length - 1] == '.') /* the dot before the domain */
        length--;
    bool stands_alone = !*rest || mw_text_same(*rest == '.' ? rest + 1 : rest, domain);
    return stands_alone ? mw_address_read(mw_judge_arena(judge), mw_strndup(mw_judge_arena(judge), host, length)) : NULL;
}

/* Has the name the addresses of the domain's wildcard, and no others? */
static bool is_caught(struct mw_judge *judge, const char *host, const char *domain)
{
    bool any = false;
    MW_EACH_ABOUT (address, judge, MW_F_DNS_ADDRESS, host) {
        bool wild = false;
        MW_EACH_ABOUT (caught, judge, MW_F_WILDCARD_ADDRESS, domain)
            wild = wild || mw_text_same(caught->text, address->text);
        if (!wild)
            return false;
        any = true;
    }
    return any;
}

static bool is_nowhere(struct mw_judge *judge, const char *host)
{
    return !mw_seen_has_address(judge, host) || is_caught(judge, host, mw_seen_served(judge, host));
}

static void mx_ip_literal(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const char *literal = literal_in(judge, host->about, mw_seen_served(judge, host->about));
        if (!literal || !is_nowhere(judge, host->about))
            continue;
        struct mw_instance *instance = found_exchange(judge, host);
        mw_place(instance, "literal", literal);
        mw_place(instance, "type", mw_address_is_ipv6(literal) ? "AAAA" : "A");
    }
}

/* mail.example.org.example.org, or example.org.example.org. */
static bool is_doubled(struct mw_judge *judge, const char *host, const char *domain)
{
    const char *twice = mw_printf(mw_judge_arena(judge), "%s.%s", domain, domain);
    return mw_domain_is_under(host, twice);
}

/* A wildcard of the domain gives the doubled name an address too: that of the web server, mostly. */
static void mx_relative_name(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const char *domain = mw_seen_served(judge, host->about);
        bool caught = is_caught(judge, host->about, domain);
        if (!is_doubled(judge, host->about, domain) || (!mw_seen_no_address(judge, host->about) && !caught))
            continue;
        struct mw_instance *instance = found_exchange(judge, host);
        mw_place(instance, "meant", mw_strndup(mw_judge_arena(judge), host->about, strlen(host->about) - strlen(domain) - 1));
        if (!caught)
            continue;
        mw_words(instance, NULL,
                 N_("The MX record of {of} names {about}: the domain stands there twice. Only the wildcard of {of} gives that name an address, and that is not "
                    "the mail server's. The dot at the end of the name is missing in the zone file."));
        mw_proof(instance, mw_know(judge, MW_F_WILDCARD_ADDRESS, domain));
        mw_proof(instance, mw_know(judge, MW_F_DNS_ADDRESS, host->about));
    }
}

/* The DNS has no IPv4 address for it: neither the resolver nor a server of its zone. */
static bool lacks_ipv4(struct mw_judge *judge, const char *host)
{
    MW_EACH (address, judge, MW_F_ZONE_ADDRESS)
        if (mw_text_same(mw_seen_zone(judge, address), host) && !mw_address_is_ipv6(address->text))
            return false;
    return mw_seen_gone(mw_know(judge, MW_F_DNS_A_END, host));
}

/* Many servers still send by IPv4 alone. */
static void domain_mx_ipv6_only(struct mw_judge *judge, const char *domain, unsigned leg)
{
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_serves(judge, host->about, domain) && !lacks_ipv4(judge, host->about))
            return;
    MW_EACH (host, judge, MW_F_MX_HOST) {
        const struct mw_fact *address = mw_know(judge, MW_F_DNS_ADDRESS, host->about);
        if (!address || !mw_seen_serves(judge, host->about, domain))
            continue;
        struct mw_instance *instance = mw_found(judge, host->about, mw_know(judge, MW_F_DNS_A_END, host->about));
        mw_proof(instance, address);
        mw_place(instance, "of", domain);
        mw_place(instance, "missing", "A");
        mw_weight(instance, MW_DEGRADES, leg);
        mw_words(instance, N_("No mail server of the domain has an IPv4 address"),
                 N_("All mail servers of {of} ({about}) have IPv6 addresses alone. Senders without IPv6, and those are many, cannot reach the domain: their mail comes "
                    "back."));
    }
}

/* The resolver gets nowhere with this one name, with validation or without, while the domain is answered. */
static bool is_out_of_reach(struct mw_judge *judge, const char *host)
{
    const char *domain = mw_seen_served(judge, host);
    bool is_elsewhere = domain && (!mw_domain_is_under(host, domain) || mw_seen_all_serve(judge, domain));
    return is_elsewhere && mw_seen_value(mw_know(judge, MW_F_DNS_MX_END, domain), MW_OK) &&
           mw_seen_value(mw_know(judge, MW_F_DNS_A_END, host), "servfail") && mw_seen_value(mw_know(judge, MW_F_DNSSEC_CD_END, host), "servfail") &&
           !mw_seen_has_address(judge, host);
}

static void mx_zone_fails(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_MX_HOST) {
        if (!is_out_of_reach(judge, host->about))
            continue;
        struct mw_instance *instance = found_exchange(judge, host);
        mw_proof(instance, mw_know(judge, MW_F_DNSSEC_CD_END, host->about));
        mw_place(instance, "zone", "");
        mw_confidence(instance, 0.8);
        mw_words(instance, N_("The mail server's name cannot be looked up"),
                 N_("The MX record of {of} names {about}, and that name cannot be looked up: the name servers of its zone do not answer or do not serve it, or it is an "
                    "alias that leads in a circle. Senders put mail off, and give it back after days where no other MX is left."));
    }
}

static void mx_unresolvable(struct mw_judge *judge)
{
    mx_zone_fails(judge);
    mw_seen_domains(judge, domain_mx_ipv6_only);
    MW_EACH (host, judge, MW_F_MX_HOST)
        if (mw_seen_no_address(judge, host->about))
            mw_place(found_exchange(judge, host), "missing", "A");
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
        mw_place(instance, "type", mw_address_is_ipv6(address->text) ? "AAAA" : "A");
        bool others = another_is_public(judge, mw_seen_served(judge, host));
        mw_weight(instance, others ? MW_DEGRADES : MW_BLOCKS, mw_seen_exchange_leg(judge, host));
    }
}

/* --- wildcards ----------------------------------------------------------------------------------------------------------------------------- */

/* What receivers do with mail that forges a name below the domain: the policy for names that exist, as with a wildcard all do. */
static const char *policy_below(struct mw_judge *judge, const char *domain, const struct mw_fact **record)
{
    struct mw_flaw flaw;
    *record = mw_know(judge, MW_F_DMARC_RECORD, mw_printf(mw_judge_arena(judge), "_dmarc.%s", domain));
    const struct mw_dmarc *dmarc = *record ? mw_dmarc_read(mw_judge_arena(judge), (*record)->text, &flaw) : NULL;
    return dmarc ? mw_dmarc_policy_for(dmarc, true, true) : "none";
}

static bool takes_mail(struct mw_judge *judge, const char *address)
{
    MW_EACH (endpoint, judge, MW_F_ENDPOINT_SMTP)
        if (mw_text_same(mw_about_read(mw_judge_arena(judge), endpoint->about).address, address) && mw_is(judge, MW_F_TCP_END, endpoint->about, MW_OK))
            return true;
    return false;
}

/* The MX record of the wildcard, or an address of it that answers on port 25. A null MX is as good as none. */
static const struct mw_fact *wild_exchange(struct mw_judge *judge, const char *domain)
{
    const struct mw_fact *mx = mw_fact_find(mw_judge_facts(judge), MW_F_WILDCARD_MX, domain);
    if (mx)
        return mw_text_ends(mx->text, " .") ? NULL : mx;
    MW_EACH_ABOUT (address, judge, MW_F_WILDCARD_ADDRESS, domain)
        if (takes_mail(judge, address->text))
            return address;
    return NULL;
}

static void mx_wildcard(struct mw_judge *judge)
{
    const char *domain = mw_seen_target(judge);
    const struct mw_fact *wild = domain ? wild_exchange(judge, domain) : NULL, *dmarc;
    if (!wild)
        return;
    const char *policy = policy_below(judge, domain, &dmarc);
    struct mw_instance *instance = mw_found(judge, domain, wild);
    mw_proof(instance, dmarc);
    MW_EACH_ABOUT (text, judge, MW_F_WILDCARD_TXT, domain)
        if (mw_text_starts(text->text, "v=spf1"))
            mw_proof(instance, text);
    mw_place(instance, "policy", policy);
    bool is_mx = wild->id == MW_F_WILDCARD_MX;
    const char *type = is_mx ? "MX" : mw_address_is_ipv6(wild->text) ? "AAAA" : "A", *blank = strchr(wild->text, ' ');
    mw_place(instance, "old", mw_printf(mw_judge_arena(judge), "%s %s%s", type, wild->text, is_mx ? "." : ""));
    mw_place(instance, "exchange", blank ? blank + 1 : wild->text);
    bool is_guarded = !mw_text_same(policy, "none");
    if (is_guarded)
        mw_words(instance, NULL,
                 N_("A wildcard gives every name below {about} a mail server: {exchange}. Mail for any made-up name goes there. That others send in such names "
                    "is stopped by DMARC, with the policy {policy} for subdomains; np= does not count, as with a wildcard every name exists."));
    mw_weight(instance, is_guarded || !is_mx ? MW_ADVICE : MW_RISK, MW_RECEIVE);
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
        .needs = {MW_F_DNS_MX_END},
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
            {MW_AT_DNS, N_("If it takes no mail on purpose, the record is right and may stay."), NULL},
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
             "{of}. IN MX {preference} {value}."},
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
             "mail.{of}. IN {type} {literal}\n{of}. IN MX {preference} mail.{of}."},
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
             "{of}. IN MX {preference} {meant}."},
        },
        .reference = "RFC 1035 section 5.1; RFC 1912 section 2.1",
        .needs = {MW_F_EXCHANGE_END},
        .holds = mx_relative_name,
        .explains = {"dns.mx.unresolvable", "mtasts.mx_mismatch", "net.tcp.refused", "net.tcp.timeout", "smtp.listener.missing", "smtp.rcpt.relay_denied",
                     "smtp.rcpt.user_unknown", "tls.cert.name_mismatch", "sym:inbound.bounce.hard"},
    },
    {
        .id = "dns.mx.unresolvable", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The mail server named by the MX record has no address"),
        .says = N_("The MX record of {of} names {about}, for which there is neither an IPv4 nor an IPv6 address. Senders cannot get there; where no other "
                   "MX is left, mail comes back."),
        .fix = {
            {MW_AT_DNS, N_("Add an address record for {about}, or change the MX record to a host that exists."),
             "{about}. IN A (address of the mail server)", "missing"},
            {MW_AT_DNS, N_("Have the name servers of that zone or the alias mended, or name another host in the MX record."), "dig {about} A +trace", "zone"},
        },
        .reference = "RFC 5321 section 5.1",
        .needs = {MW_F_EXCHANGE_END},
        .holds = mx_unresolvable,
        .alike = {
            {"dns.resolver.broken", N_("Other resolvers find an address.")},
        },
        .explains = {"mtasts.mx_mismatch", "sym:inbound.bounce.hard", "sym:inbound.delay"},
    },
    {
        .id = "dns.mx.private_address", .legs = MW_RECEIVE, .severity = MW_BLOCKS, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("The mail server's public name leads to a private address"),
        .says = N_("{host} has the address {address} in the DNS, which can only be reached inside its own network. Mail from outside cannot get there."),
        .fix = {
            {MW_AT_DNS, N_("Publish the public address of the mail server (the one outside the firewall or NAT) for {host}, and keep the inside one for "
                           "an inside DNS view."), "{host}. IN {type} (public address)"},
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
        .id = "dns.mx.wildcard", .legs = MW_RECEIVE, .severity = MW_RISK, .layer = MW_L_RECORDS, .owner = MW_ADMIN,
        .title = N_("A wildcard makes every name below the domain take mail"),
        .says = N_("A wildcard gives every name below {about} a mail server: {exchange}. Mail for any made-up name goes there, and others can send in such names: "
                   "the DMARC policy for subdomains is {policy}, and np= does not count, as with a wildcard every name exists."),
        .fix = {
            {MW_AT_DNS, N_("Remove the wildcard, or let it say that such names take and send no mail."),
             "*.{about}. IN {old}    ; remove this one\n*.{about}. IN MX 0 .\n*.{about}. IN TXT \"v=spf1 -all\""},
            {MW_AT_DNS, N_("Publish DMARC at _dmarc.{about} with sp=reject, once no name below the domain sends mail that proves nothing."), NULL},
        },
        .reference = "RFC 4592; RFC 7505",
        .needs = {MW_F_WILDCARD_END},
        .holds = mx_wildcard,
        .alike = {
            {"smtp.rcpt.catch_all", N_("The domain itself takes mail for any local part; names below it do not resolve.")},
        },
        .explains = {"dns.mx.implicit", "smtp.backscatter", "dmarc.subdomain.unprotected"},
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
};

const struct mw_area mw_area_exchanges = {"exchanges", causes, MW_COUNT(causes)};
