/* Causes on the path: this machine's way out, filters, ports that nobody answers on, and devices that change what is said.
 *
 * A port that was only tried or guessed and is closed is no fault, unless the host serves mail and no port of the service is open anywhere. What one
 * network blocks is said only where a control on the same port fails too, or where a second place got through. An address family that this machine has no
 * route for is not judged.
 * RFC 9293 section 3.5.3, RFC 1122 section 3.2.2.1, RFC 3207 section 6, RFC 3974, RFC 8305, RFC 8314. */
#include "ports.h"
#include "sampled.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- what connections did ------------------------------------------------------------------------------------------------------------------- */

static struct mw_about parts_of(struct mw_judge *judge, const struct mw_fact *fact)
{
    return mw_about_read(mw_judge_arena(judge), fact->about);
}

static bool is_ipv6(struct mw_judge *judge, const struct mw_fact *end)
{
    const char *address = parts_of(judge, end).address;
    return address && mw_address_is_ipv6(address);
}

static bool is_open(const struct mw_fact *end)
{
    return mw_seen_value(end, MW_OK);
}

static bool is_closed(const struct mw_fact *end)
{
    return mw_seen_value(end, MW_REFUSED) || mw_seen_value(end, MW_TIMED_OUT) || mw_seen_value(end, MW_UNREACHABLE);
}

static bool family_answers(struct mw_judge *judge, bool ipv6)
{
    MW_EACH (end, judge, MW_F_TCP_END)
        if (is_ipv6(judge, end) == ipv6 && (is_open(end) || mw_seen_value(end, MW_REFUSED)))
            return true;
    return false;
}

/* A network without a way out still reaches its own: what ended otherwise than unreachable was sent there. */
static bool has_route(struct mw_judge *judge, const struct mw_fact *end)
{
    const struct mw_fact *route = mw_know(judge, MW_F_CONTROL_ROUTE, is_ipv6(judge, end) ? "ipv6" : "ipv4");
    return !route || route->yes || (!mw_seen_value(end, MW_UNREACHABLE) && family_answers(judge, is_ipv6(judge, end)));
}

/* Connections that say whether a port gets out of this network. */
static const enum mw_fact_id ways_out[] = {MW_F_TCP_END, MW_F_CONTROL_END, MW_F_CONTROL_OTHER_PORT};

/* The first connection of that kind to a port that `wanted` takes and that opened. */
static const struct mw_fact *open_port(struct mw_judge *judge, bool (*wanted)(int port, int given), int given)
{
    for (size_t i = 0; i < MW_COUNT(ways_out); i++)
        MW_EACH (end, judge, ways_out[i])
            if (is_open(end) && wanted(parts_of(judge, end).port, given))
                return end;
    return NULL;
}

static bool is_port(int port, int given)
{
    return port == given;
}

static bool is_other_port(int port, int given)
{
    return port != given;
}

/* A control on that port that did not open. */
static const struct mw_fact *closed_control(struct mw_judge *judge, bool (*wanted)(int port, int given), int given)
{
    MW_EACH (end, judge, MW_F_CONTROL_END)
        if (is_closed(end) && has_route(judge, end) && wanted(parts_of(judge, end).port, given))
            return end;
    return NULL;
}

/* The same host and port opened by the other address family. */
static const struct mw_fact *other_family(struct mw_judge *judge, const struct mw_fact *end)
{
    struct mw_about here = parts_of(judge, end);
    MW_EACH (other, judge, MW_F_TCP_END) {
        struct mw_about there = parts_of(judge, other);
        if (is_open(other) && there.port == here.port && mw_text_same(there.host, here.host) && is_ipv6(judge, other) != is_ipv6(judge, end))
            return other;
    }
    return NULL;
}

/* --- which closed ports are faults ---------------------------------------------------------------------------------------------------------- */

/* A port of that service that opened, or that somebody is told to use, wherever; on `host` alone where it is given. */
static bool any_port(struct mw_judge *judge, enum mw_service service, const char *host, bool told)
{
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        if (mw_port_kind(judge, port->about)->service != service || (host && !mw_text_same(mw_port_host(judge, port->about), host)))
            continue;
        if (mw_is(judge, MW_F_TCP_END, port->about, MW_OK) || (told && mw_port_is_wanted(judge, port->about)))
            return true;
    }
    return false;
}

/* A host for clients that serves one half of mail, while no port of the other half is open or published anywhere. An exchange need be none, unless it is the
 * domain's own and serves IMAP. */
static bool is_missed(struct mw_judge *judge, const char *endpoint, enum mw_service service)
{
    const char *host = mw_port_host(judge, endpoint), *domain = mw_seen_target(judge);
    bool is_exchange = mw_know(judge, MW_F_MX_HOST, host), is_own = domain && mw_domain_is_under(host, domain);
    if (service == MW_SUBMISSION_SERVICE)
        return !any_port(judge, MW_SUBMISSION_SERVICE, NULL, true) && any_port(judge, MW_IMAP_SERVICE, host, false) && (is_own || !is_exchange);
    if (is_exchange)
        return false;
    bool retrieval = any_port(judge, MW_IMAP_SERVICE, NULL, true) || any_port(judge, MW_POP3_SERVICE, NULL, true);
    return service == MW_IMAP_SERVICE && !retrieval && any_port(judge, MW_SUBMISSION_SERVICE, host, false);
}

static bool is_fault(struct mw_judge *judge, const struct mw_fact *end)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, end->about);
    if (!kind || !has_route(judge, end) || (is_ipv6(judge, end) && other_family(judge, end)))
        return false;
    return mw_port_is_wanted(judge, end->about) || is_missed(judge, end->about, kind->service);
}

static bool answers(const struct mw_fact *end)
{
    return is_open(end) || mw_seen_value(end, MW_REFUSED) || mw_seen_value(end, MW_RESET);
}

/* Many home, office and cloud networks let nothing out to port 25. Where no port 25 has answered from here, silence of an exchange says nothing of how
 * others reach it. */
static bool may_be_ours(struct mw_judge *judge, const struct mw_fact *end)
{
    static const enum mw_fact_id ends[] = {MW_F_TCP_END, MW_F_CONTROL_END};
    if (parts_of(judge, end).port != 25 || answers(end) || mw_port_role(judge, end->about, "target"))
        return false;
    for (size_t i = 0; i < MW_COUNT(ends); i++)
        MW_EACH (other, judge, ends[i])
            if (answers(other) && parts_of(judge, other).port == 25)
                return false;
    return true;
}

static void closed_as(struct mw_judge *judge, const char *outcome)
{
    MW_EACH (end, judge, MW_F_TCP_END) {
        if (!mw_seen_value(end, outcome) || !is_fault(judge, end))
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_port_weigh(judge, instance, end->about, MW_BLOCKS);
        if (other_family(judge, end))
            mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, end->about));
        if (!mw_port_is_wanted(judge, end->about))
            mw_confidence(instance, 0.6);
        if (!mw_port_is_wanted(judge, end->about) && !mw_port_role(judge, end->about, "tried")) /* the host was guessed: its users may send by another */
            mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, end->about));
        if (!may_be_ours(judge, end))
            continue;
        mw_weight(instance, MW_ADVICE, mw_port_legs(judge, end->about));
        mw_confidence(instance, 0.5);
    }
}

static enum mw_shown shown_refused(struct mw_judge *judge, const struct mw_fact *end)
{
    bool refused = end->id == MW_F_TCP_END ? mw_seen_value(end, MW_REFUSED) : mw_sampled_ended(judge, end, MW_REFUSED, "connect");
    if (refused)
        return MW_SHOWS_IT;
    return mw_sampled_untested(end) ? MW_UNTESTED : mw_seen_value(end, MW_OK) ? MW_WENT_WELL : MW_ANOTHER_FAULT;
}

static void tcp_refused(struct mw_judge *judge)
{
    closed_as(judge, MW_REFUSED);
    mw_sampled_find(judge, &(struct mw_sampled){
                               .each = MW_F_SAMPLE_END,
                               .own = MW_F_TCP_END,
                               .shown = shown_refused,
                               .may_be_limit = true,
                               .title = N_("The server refuses the connection now and then"),
                               .says = N_("Some connections to {about} are refused at once, and others to the same address go well: on one of several machines "
                                          "behind the address no mail service listens, the service restarts again and again, or a firewall limits how often "
                                          "one client may connect."),
                           });
}

static void tcp_timeout(struct mw_judge *judge)
{
    closed_as(judge, MW_TIMED_OUT);
}

static void host_unreachable(struct mw_judge *judge)
{
    closed_as(judge, MW_UNREACHABLE);
}

/* A reset in the middle of a conversation, or as the connection opens. */
static void tcp_reset(struct mw_judge *judge)
{
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        const struct mw_port_kind *kind = mw_port_kind(judge, port->about);
        const struct mw_fact *end = mw_know(judge, kind->end, port->about), *tcp = mw_know(judge, MW_F_TCP_END, port->about);
        const struct mw_fact *reset = mw_seen_value(end, MW_RESET) ? end : mw_seen_value(tcp, MW_RESET) ? tcp : NULL;
        if (!reset || !mw_port_is_wanted(judge, port->about))
            continue;
        struct mw_instance *instance = mw_found(judge, port->about, reset);
        const struct mw_fact *stage = mw_know(judge, kind->stage, port->about);
        mw_proof(instance, stage);
        mw_place(instance, "stage", stage ? stage->text : "connect");
        mw_port_weigh(judge, instance, port->about, MW_BLOCKS);
    }
}

/* --- this network --------------------------------------------------------------------------------------------------------------------------- */

static bool anything_answers(struct mw_judge *judge)
{
    static const enum mw_fact_id ends[] = {MW_F_RESOLVER_END, MW_F_DNS_MX_END, MW_F_PARENT_END, MW_F_ZONE_END};
    for (size_t i = 0; i < MW_COUNT(ends); i++)
        MW_EACH (end, judge, ends[i])
            if (mw_seen_answered(end))
                return true;
    return open_port(judge, is_other_port, 0);
}

/* Every resolver was said to be out of reach at once, and there is one. */
static const struct mw_fact *all_unreachable(struct mw_judge *judge)
{
    const struct mw_fact *last = NULL;
    MW_EACH (end, judge, MW_F_RESOLVER_END) {
        if (!mw_seen_value(end, MW_UNREACHABLE))
            return NULL;
        last = end;
    }
    return last;
}

static void local_offline(struct mw_judge *judge)
{
    const struct mw_fact *four = mw_know(judge, MW_F_CONTROL_ROUTE, "ipv4"), *six = mw_know(judge, MW_F_CONTROL_ROUTE, "ipv6");
    bool no_route = four && six && !four->yes && !six->yes;
    const struct mw_fact *unreachable = all_unreachable(judge);
    if ((!no_route && !unreachable) || anything_answers(judge))
        return;
    struct mw_instance *instance = mw_found(judge, "this machine", no_route ? four : unreachable);
    mw_proof(instance, six);
    mw_proof(instance, unreachable);
    const struct mw_fact *domain = mw_each(judge, MW_F_TARGET_DOMAIN, NULL); /* all that was looked at follows from it */
    mw_proof(instance, domain ? domain : mw_each(judge, MW_F_TARGET_HOST, NULL));
}

/* To a user whose provider takes his mail on 587 a closed port 25 is nothing but a test that cannot be made. */
static void port25_blocked(struct mw_judge *judge)
{
    const struct mw_fact *control = closed_control(judge, is_port, 25), *open = open_port(judge, is_other_port, 25);
    if (open_port(judge, is_port, 25) || !open || !control)
        return;
    bool submits = any_port(judge, MW_SUBMISSION_SERVICE, NULL, false);
    MW_EACH (end, judge, MW_F_TCP_END) {
        if (parts_of(judge, end).port != 25 || !is_closed(end) || !mw_port_kind(judge, end->about))
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_proof(instance, control);
        mw_proof(instance, open);
        mw_weight(instance, submits ? MW_ADVICE : MW_BLOCKS, MW_SEND);
    }
}

static bool submits(int port)
{
    return port == 465 || port == 587;
}

static bool retrieves(int port)
{
    return port == 993 || port == 143 || port == 995 || port == 110;
}

static bool is_same_group(int port, int given)
{
    return submits(given) ? submits(port) : retrieves(given) && retrieves(port);
}

/* The control that shows that this network closes the port: on the port itself, else on one of the same service where none of those opens. */
static const struct mw_fact *blocking_control(struct mw_judge *judge, int port)
{
    if (open_port(judge, is_port, port))
        return NULL;
    const struct mw_fact *same = closed_control(judge, is_port, port);
    return same || open_port(judge, is_same_group, port) ? same : closed_control(judge, is_same_group, port);
}

static void client_ports_blocked(struct mw_judge *judge)
{
    const struct mw_fact *web = open_port(judge, is_other_port, 0);
    MW_EACH (end, judge, MW_F_TCP_END) {
        int port = parts_of(judge, end).port;
        const struct mw_fact *control = is_closed(end) && (submits(port) || retrieves(port)) ? blocking_control(judge, port) : NULL;
        if (!control || !web || !mw_port_kind(judge, end->about) || !has_route(judge, end))
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_proof(instance, control);
        mw_proof(instance, web);
        mw_weight(instance, MW_BLOCKS, mw_port_legs(judge, end->about));
    }
}

/* --- two places ------------------------------------------------------------------------------------------------------------------------------- */

/* What another place saw of the same thing. */
static const struct mw_fact *seen_elsewhere(struct mw_judge *judge, const struct mw_fact *here, bool (*wanted)(const struct mw_fact *there))
{
    MW_EACH_ABOUT (there, judge, here->id, here->about)
        if (!mw_text_same(there->from, here->from) && wanted(there))
            return there;
    return NULL;
}

static bool says_yes(const struct mw_fact *fact)
{
    return fact->yes;
}

static void starttls_stripped(struct mw_judge *judge)
{
    static const enum mw_fact_id offers[] = {MW_F_SMTP_STARTTLS, MW_F_IMAP_STARTTLS, MW_F_POP3_STLS};
    for (size_t i = 0; i < MW_COUNT(offers); i++)
        MW_EACH (missing, judge, offers[i]) {
            const struct mw_fact *offered = missing->yes ? NULL : seen_elsewhere(judge, missing, says_yes);
            if (!offered)
                continue;
            struct mw_instance *instance = mw_found(judge, missing->about, missing);
            mw_proof(instance, offered);
            mw_place(instance, "here", missing->from);
            mw_place(instance, "there", offered->from);
            mw_weight(instance, MW_RISK, mw_port_legs(judge, missing->about));
        }
}

/* From that place, does the same port number open at another host? Then the place does not block the port as such. */
static bool opens_elsewhere(struct mw_judge *judge, const struct mw_fact *here)
{
    struct mw_about about = parts_of(judge, here);
    for (size_t i = 0; i < MW_COUNT(ways_out); i++)
        MW_EACH (end, judge, ways_out[i]) {
            struct mw_about other = parts_of(judge, end);
            if (is_open(end) && mw_text_same(end->from, here->from) && other.port == about.port && !mw_text_same(other.host, about.host))
                return true;
        }
    return false;
}

static void region_blocked(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_TCP_END) {
        const struct mw_fact *there = is_closed(end) ? seen_elsewhere(judge, end, is_open) : NULL;
        if (!there || !mw_port_kind(judge, end->about) || !has_route(judge, end) || !opens_elsewhere(judge, end))
            continue;
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_proof(instance, there);
        mw_place(instance, "here", end->from);
        mw_place(instance, "there", there->from);
        mw_weight(instance, MW_BLOCKS, mw_port_legs(judge, end->about));
        mw_confidence(instance, 0.7);
    }
}

/* --- IPv6 ------------------------------------------------------------------------------------------------------------------------------------- */

static struct mw_instance *found_ipv6(struct mw_judge *judge, const struct mw_fact *end)
{
    const struct mw_fact *four = is_ipv6(judge, end) && has_route(judge, end) && mw_port_is_wanted(judge, end->about) ? other_family(judge, end) : NULL;
    if (!four)
        return NULL;
    struct mw_instance *instance = mw_found(judge, end->about, end);
    mw_proof(instance, four);
    mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, end->about));
    return instance;
}

static void ipv6_broken(struct mw_judge *judge)
{
    bool here = !mw_seen_ipv6_works(judge);
    MW_EACH (end, judge, MW_F_TCP_END) {
        bool lost = mw_seen_value(end, MW_TIMED_OUT) || mw_seen_value(end, MW_UNREACHABLE);
        struct mw_instance *instance = lost ? found_ipv6(judge, end) : NULL;
        if (instance && here)
            mw_weight(instance, MW_DEGRADES, MW_SEND | MW_SUBMIT | MW_RETRIEVE);
    }
}

static void ipv6_listener_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_TCP_END)
        if (mw_seen_value(end, MW_REFUSED))
            found_ipv6(judge, end);
}

/* --- large packets --------------------------------------------------------------------------------------------------------------------------- */

/* A handshake that stalled and then worked over small segments: the path loses what is larger. */
static const struct mw_fact *worked_small(struct mw_judge *judge)
{
    MW_EACH (small, judge, MW_F_TLS_SMALL)
        if (is_open(small) && mw_is(judge, MW_F_TLS_END, small->about, MW_TIMED_OUT))
            return small;
    return NULL;
}

/* Where it is proved on one port, handshakes that stalled on others were not tried again (STARTTLS), unless small segments did not help there. */
static void mtu_blackhole(struct mw_judge *judge)
{
    const struct mw_fact *proof = worked_small(judge);
    MW_EACH (stalled, judge, MW_F_TLS_END) {
        const struct mw_fact *small = mw_know(judge, MW_F_TLS_SMALL, stalled->about);
        if (!proof || !mw_seen_value(stalled, MW_TIMED_OUT) || (small && !is_open(small)) || !mw_port_is_wanted(judge, stalled->about))
            continue;
        struct mw_instance *instance = mw_found(judge, stalled->about, small ? small : proof);
        mw_proof(instance, stalled);
        mw_confidence(instance, small ? 0.95 : 0.7);
        mw_weight(instance, MW_BLOCKS, mw_port_legs(judge, stalled->about));
        MW_EACH (place, judge, MW_F_AUTOCONFIG_PLACE)
            if (mw_seen_value(place, MW_TIMED_OUT))
                mw_proof(instance, place);
    }
}

/* --- what is said on the connection ------------------------------------------------------------------------------------------------------------ */

static void smtp_inspection(struct mw_judge *judge)
{
    MW_EACH (masked, judge, MW_F_SMTP_MASKED) {
        struct mw_instance *instance = mw_found(judge, masked->about, masked);
        mw_proof(instance, mw_know(judge, MW_F_SMTP_GREETING, masked->about));
        mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, masked->about));
    }
}

/* clang-format off */
static const struct { const char *first, *protocol; enum mw_service speaks; bool of_mail; } protocols[] = {
    {"220",       "SMTP", MW_EXCHANGE,     true},
    {"+OK",       "POP3", MW_POP3_SERVICE, true},
    {"* OK",      "IMAP", MW_IMAP_SERVICE, true},
    {"* PREAUTH", "IMAP", MW_IMAP_SERVICE, true},
    {"SSH-",      "SSH",  MW_EXCHANGE,     false},
    {"HTTP/",     "HTTP", MW_EXCHANGE,     false},
    {"<!DOCTYPE", "HTTP", MW_EXCHANGE,     false},
    {"<html",     "HTTP", MW_EXCHANGE,     false},
    {"RFB 0",     "VNC",  MW_EXCHANGE,     false},
};
/* clang-format on */

/* The protocol that these first words belong to, where it is another than the service's; else NULL. */
static const char *foreign(const char *words, enum mw_service service)
{
    enum mw_service family = service == MW_SUBMISSION_SERVICE || service == MW_LMTP_SERVICE ? MW_EXCHANGE : service;
    for (size_t i = 0; i < MW_COUNT(protocols); i++)
        if (mw_text_starts(words, protocols[i].first))
            return protocols[i].of_mail && protocols[i].speaks == family ? NULL : protocols[i].protocol;
    return NULL;
}

/* The first words are no reply of the mail protocol, whatever they are: those words, to be shown; NULL: they may be one. */
static const char *no_reply(struct mw_judge *judge, const struct mw_port_kind *kind, const struct mw_fact *said)
{
    bool garbled = mw_is(judge, kind->end, said->about, MW_GARBLED) && mw_is(judge, kind->stage, said->about, "greeting");
    bool is_number = said->text[0] >= '0' && said->text[0] <= '9'; /* a reply of SMTP that is out of place, or cut */
    return garbled && !is_number && *said->text ? mw_text_safe(mw_judge_arena(judge), said->text, strlen(said->text), 40) : NULL;
}

/* Who refuses EHLO as unknown and takes LHLO speaks LMTP, and the other way round. */
static void other_dialect(struct mw_judge *judge)
{
    MW_EACH (speaks, judge, MW_F_SMTP_SPEAKS) {
        struct mw_instance *instance = mw_found(judge, speaks->about, speaks);
        mw_place(instance, "protocol", mw_text_same(speaks->text, "lmtp") ? "LMTP" : "SMTP");
        mw_port_weigh(judge, instance, speaks->about, MW_BLOCKS);
    }
}

/* clang-format off */
static const enum mw_fact_id first_words[] = {
    MW_F_SMTP_GREETING, MW_F_IMAP_GREETING, MW_F_POP3_GREETING, MW_F_SIEVE_GREETING, MW_F_TLS_PLAIN, MW_F_CONTROL_GREETING,
};
/* clang-format on */

static void wrong_protocol(struct mw_judge *judge)
{
    other_dialect(judge);
    for (size_t i = 0; i < MW_COUNT(first_words); i++)
        MW_EACH (said, judge, first_words[i]) {
            const struct mw_port_kind *kind = mw_port_kind(judge, said->about);
            const char *known = kind ? foreign(said->text, kind->service) : NULL;
            const char *protocol = kind && !known ? no_reply(judge, kind, said) : known;
            if (!protocol || !mw_port_is_wanted(judge, said->about))
                continue;
            struct mw_instance *instance = mw_found(judge, said->about, said);
            mw_confidence(instance, known ? 0.9 : 0.7);
            mw_proof(instance, mw_know(judge, kind->end, said->about));
            mw_place(instance, "protocol", protocol);
            mw_port_weigh(judge, instance, said->about, MW_BLOCKS);
        }
}

/* A web page in place of whatever was asked for; 511 is the network's own word for it (RFC 6585 section 6). */
static bool is_diversion(const char *words)
{
    static const char *const status[] = {" 511", " 30"};
    const char *code = mw_text_starts(words, "HTTP/1.") ? strchr(words, ' ') : NULL;
    for (size_t i = 0; code && i < MW_COUNT(status); i++)
        if (mw_text_starts(code, status[i]))
            return true;
    return false;
}

/* Are hosts that have nothing to do with each other diverted alike, or does the network say so itself? One web server on a mail port is only that. */
static bool is_portal(struct mw_judge *judge)
{
    const char *host = NULL;
    for (size_t i = 0; i < MW_COUNT(first_words); i++)
        MW_EACH (said, judge, first_words[i]) {
            if (!is_diversion(said->text))
                continue;
            const char *own = parts_of(judge, said).host;
            if (mw_text_find(said->text, " 511") || (host && own && !mw_text_same(host, own)))
                return true;
            host = host ? host : own;
        }
    return false;
}

static void captive_portal(struct mw_judge *judge)
{
    for (size_t i = 0; is_portal(judge) && i < MW_COUNT(first_words); i++)
        MW_EACH (said, judge, first_words[i])
            if (is_diversion(said->text))
                mw_found(judge, said->about, said);
}

/* --- the table --------------------------------------------------------------------------------------------------------------------------------- */

#define EVERY_WAY (MW_RECEIVE | MW_SEND | MW_SUBMIT | MW_RETRIEVE)

static const struct mw_cause causes[] = {
    {
        .id = "net.local.offline", .legs = EVERY_WAY, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_USER, .blinds = true,
        .title = N_("This machine is not connected to a network"),
        .says = N_("This machine has no way out: nothing that was tried left it. Nothing can be said of the mail servers before it is connected."),
        .fix = {
            {MW_AT_CLIENT, N_("Connect this machine: look at cable, Wi-Fi and VPN, and at its default route."), "ip route"},
        },
        .reference = "RFC 1122 section 3.3.1",
        .needs = {MW_F_CONTROL_ROUTE},
        .holds = local_offline,
        .alike = {
            {"dns.resolver.broken", N_("Addresses can be reached, and only names cannot be looked up.")},
        },
        .explains = {"dns.resolver.broken", "dns.domain.nonexistent", "net.tcp.timeout", "net.host.unreachable", "net.tcp.refused", "net.ipv6.broken",
                     "smtp.listener.missing", "dns.delegation.server_down", "config.autoconfig.broken", "mtasts.policy_unavailable",
                     "sym:submit.connect_fail", "sym:retrieve.connect_fail", "sym:dns.lookup_fail"},
    },
    {
        .id = "net.port25.blocked_egress", .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("This network lets nothing out to port 25"),
        .says = N_("Connections from here to port 25 fail for every server tried, while other ports open. A mail server in this network cannot deliver by "
                   "itself; and how {about} receives mail could not be tested from here."),
        .fix = {
            {MW_AT_NETWORK, N_("If this machine is to deliver mail itself, ask the Internet or cloud provider to open outgoing port 25 (a form or a "
                               "ticket; some never do)."), NULL},
            {MW_AT_SERVER, N_("Or deliver through a relay with login on port 587 or 465 (Postfix: relayhost)."), "relayhost = [smtp.example.net]:587"},
            {MW_AT_CLIENT, N_("To test the receiving servers, run the same command from a network that lets port 25 out."), NULL},
        },
        .reference = "RFC 5068 section 3.1",
        .needs = {MW_F_TCP_END, MW_F_CONTROL_END},
        .holds = port25_blocked,
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.host.unreachable", "smtp.listener.missing", "smtp.queue.expired", "sym:outbound.defer",
                     "sym:outbound.bounce.expired"},
    },
    {
        .id = "net.port.submission_blocked", .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("This network blocks the ports of mail programs"),
        .says = N_("Connections from here to {about} fail, and so do those to the same ports of a server that is known to work, while other ports open. A "
                   "firewall of this network closes them, not the mail server."),
        .fix = {
            {MW_AT_NETWORK, N_("Ask whoever runs this network's firewall to open 465 and 587 (sending) and 993 and 995 (fetching), or use another network "
                               "or a VPN."), NULL},
            {MW_AT_CLIENT, N_("Try the provider's other port: 465 instead of 587, or the other way round."), NULL},
        },
        .reference = "RFC 8314 section 3; RFC 6409",
        .needs = {MW_F_CONTROL_END, MW_F_TCP_END},
        .holds = client_ports_blocked,
        .alike = {
            {"smtp.listener.missing", N_("The port is closed from every network.")},
        },
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.host.unreachable", "smtp.listener.missing", "config.srv.target_bad", "config.port.wrong",
                     "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "net.region.blocked", .legs = MW_SUBMIT | MW_RETRIEVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("The server cannot be reached from this network or country only"),
        .says = N_("{about} does not answer at {here}, but does at {there}, while other servers answer at {here} on the same port. Something between "
                   "keeps this network or country out."),
        .fix = {
            {MW_AT_PROVIDER, N_("Ask the provider whether it keeps that network or country out, and which host names it has for there."), NULL},
            {MW_AT_NETWORK, N_("Use another network or a relay that both sides reach."), NULL},
        },
        .reference = "RFC 9293 section 3.5.3",
        .needs = {MW_F_TCP_END, MW_F_RUN_VANTAGE},
        .holds = region_blocked,
        .alike = {
            {"net.port.submission_blocked", N_("The same ports of other servers fail from there too.")},
        },
        .explains = {"net.tcp.timeout", "net.tcp.refused", "net.host.unreachable", "smtp.listener.missing", "sym:submit.connect_fail",
                     "sym:retrieve.connect_fail"},
    },
    {
        .id = "net.tcp.refused", .legs = EVERY_WAY, .severity = MW_BLOCKS, .layer = MW_L_TCP, .owner = MW_ADMIN,
        .title = N_("The server refuses the connection"),
        .says = N_("{about} refuses the connection at once: no mail service listens there, or a firewall turns us away."),
        .fix = {
            {MW_AT_SERVER, N_("Start the mail service on {host}, let it listen on the public address (Postfix: inet_interfaces, master.cf; Dovecot: "
                              "listen), and open the port in the firewall."), "ss -ltn | grep -w {port}"},
            {MW_AT_DNS, N_("If that host is not meant to serve this any more, correct the record or setting that names it."), NULL},
        },
        .reference = "RFC 9293 section 3.5.3",
        .needs = {MW_F_TCP_END},
        .holds = tcp_refused,
        .alike = {
            {"net.port.submission_blocked", N_("The port opens from another network.")},
        },
        .explains = {"sym:inbound.delay", "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "net.tcp.timeout", .legs = EVERY_WAY, .severity = MW_BLOCKS, .layer = MW_L_TCP, .owner = MW_ADMIN,
        .title = N_("The server does not answer"),
        .says = N_("Connections to {about} get no answer at all: the host is down, or a firewall on the way swallows them."),
        .fix = {
            {MW_AT_NETWORK, N_("Run the same command from a second network: where it works, the first network is what blocks (many homes, offices and "
                               "clouds let nothing out to port 25)."), NULL},
            {MW_AT_SERVER, N_("See that {host} is up, and that its firewall or security group lets port {port} in from everywhere."), NULL},
        },
        .reference = "RFC 9293 section 3.8.3; RFC 5321 section 4.5.3.2",
        .needs = {MW_F_TCP_END},
        .holds = tcp_timeout,
        .alike = {
            {"net.port25.blocked_egress", N_("Port 25 of every other server is silent from here too (give one that works with --control).")},
            {"net.port.submission_blocked", N_("The same port of a server that works is silent from here too (give one with --control).")},
        },
        .explains = {"sym:inbound.delay", "sym:inbound.bounce.expired", "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "net.host.unreachable", .legs = EVERY_WAY, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("There is no route to the server"),
        .says = N_("A router on the way says that {about} cannot be reached. The network of that host, or a link before it, is down or closed to us."),
        .fix = {
            {MW_AT_NETWORK, N_("Ask the provider of that network (the last router that answers in a traceroute) what happened to the route."),
             "traceroute {host}"},
            {MW_AT_SERVER, N_("If the host moved, correct its address record."), NULL},
        },
        .reference = "RFC 1122 section 3.2.2.1",
        .needs = {MW_F_TCP_END},
        .holds = host_unreachable,
        .alike = {
            {"net.port25.blocked_egress", N_("Port 25 of every other server cannot be reached from here either (give one that works with --control).")},
            {"net.tcp.timeout", N_("Nothing at all comes back, not even word from a router.")},
        },
        .explains = {"sym:inbound.delay", "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "net.tcp.reset", .legs = EVERY_WAY, .severity = MW_BLOCKS, .layer = MW_L_TCP, .owner = MW_ADMIN,
        .title = N_("The connection is cut off by a reset"),
        .says = N_("{about} accepts the connection and then resets it (at the step {stage}). The server or a device before it cuts mail connections off."),
        .fix = {
            {MW_AT_SERVER, N_("On the server, look at TCP wrappers, fail2ban and rate rules, and at its log for a crash."), NULL},
            {MW_AT_NETWORK, N_("Take mail out of the intrusion prevention or deep inspection of firewalls on the way."), NULL},
        },
        .reference = "RFC 3360; RFC 9293 section 3.5.3",
        .needs = {MW_F_TCP_END},
        .holds = tcp_reset,
        .alike = {
            {"net.mtu.blackhole", N_("The connection stalls where large packets begin, instead of being reset.")},
        },
        .explains = {"smtp.session.dropped", "smtp.banner.none", "tls.handshake.timeout", "sym:outbound.defer", "sym:retrieve.sync_fail"},
    },
    {
        .id = "net.ipv6.broken", .legs = MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("IPv6 does not get through, while IPv4 works"),
        .says = N_("By IPv6 {about} does not answer, by IPv4 it does. Programs that try IPv6 first wait for it in vain, and some give up."),
        .fix = {
            {MW_AT_NETWORK, N_("Repair the IPv6 route and let firewalls pass IPv6 and ICMPv6."), "ip -6 route"},
            {MW_AT_SERVER, N_("Until then, use IPv4 only (Postfix: inet_protocols), or remove the AAAA record of a host that has no working IPv6."),
             "inet_protocols = ipv4"},
        },
        .reference = "RFC 8305; RFC 4890",
        .needs = {MW_F_TCP_END, MW_F_CONTROL_ROUTE},
        .holds = ipv6_broken,
        .explains = {"net.tcp.timeout", "net.host.unreachable", "smtp.listener.missing", "sym:outbound.delay", "sym:submit.connect_fail"},
    },
    {
        .id = "net.ipv6.listener_missing", .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_TCP, .owner = MW_ADMIN,
        .title = N_("The host has an IPv6 address, but the service listens on IPv4 only"),
        .says = N_("{about} refuses connections by IPv6 and accepts them by IPv4. Senders and programs that use IPv6 first lose time, and those that have "
                   "only IPv6 cannot connect."),
        .fix = {
            {MW_AT_SERVER, N_("Let the service on {host} listen on IPv6 too (Postfix: inet_protocols; Dovecot: listen)."),
             "inet_protocols = all\nlisten = *, ::"},
            {MW_AT_DNS, N_("Or remove the AAAA record of {host}."), NULL},
        },
        .reference = "RFC 3974",
        .needs = {MW_F_TCP_END, MW_F_CONTROL_ROUTE},
        .holds = ipv6_listener_missing,
        .explains = {"net.tcp.refused", "smtp.listener.missing", "sym:inbound.delay"},
    },
    {
        .id = "net.mtu.blackhole", .legs = MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("Large packets are lost on the way"),
        .says = N_("At {about} the connection opens, but the TLS handshake stalls, and over small packets it works. A link on the way (a tunnel, VPN or "
                   "PPPoE line) drops large packets and the message that would say so; large mails stall in the same way."),
        .fix = {
            {MW_AT_NETWORK, N_("Lower the MTU of the tunnel or line, or clamp the TCP segment size at the router."),
             "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu"},
            {MW_AT_NETWORK, N_("Let firewalls pass ICMP type 3 code 4 and ICMPv6 type 2 (packet too big)."), NULL},
        },
        .reference = "RFC 2923; RFC 4821; RFC 8899",
        .needs = {MW_F_TLS_END},
        .holds = mtu_blackhole,
        .alike = {
            {"tls.handshake.timeout", N_("The handshake stalls over small packets too.")},
        },
        .explains = {"tls.handshake.timeout", "tls.handshake.incompatible", "smtp.session.dropped", "config.autoconfig.broken", "sym:outbound.defer",
                     "sym:submit.tls_fail", "sym:retrieve.tls_fail"},
    },
    {
        .id = "net.firewall.smtp_inspection", .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_NETWORK,
        .title = N_("A firewall rewrites the SMTP conversation"),
        .says = N_("In what {about} says, words are overwritten with * or X. A firewall with SMTP inspection (such as Cisco PIX or ASA) stands on the "
                   "way; it hides STARTTLS, so mail travels in clear, and it can break large messages."),
        .fix = {
            {MW_AT_NETWORK, N_("Switch SMTP inspection off in the firewall before the mail server, or let it allow TLS."),
             "no fixup protocol smtp 25\nno inspect esmtp"},
        },
        .reference = "RFC 5321 section 4.1.1.1; RFC 3207",
        .needs = {MW_F_SMTP_GREETING},
        .holds = smtp_inspection,
        .explains = {"smtp.ext.starttls_missing", "auth.not_offered", "smtp.ehlo.rejected", "smtp.ext.size_missing", "smtp.data.timeout", "msg.duplicate",
                     "tls.policy.required_not_offered", "smtp.session.dropped"},
    },
    {
        .id = "net.starttls.stripped", .legs = MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_RISK, .layer = MW_L_GREETING, .owner = MW_NETWORK,
        .title = N_("On this path something removes STARTTLS"),
        .says = N_("At {here} the server {about} seems to offer no encryption (STARTTLS); at {there} the same server offers it. Something on the way to "
                   "{here} removes the offer, by mistake or to read along."),
        .fix = {
            {MW_AT_CLIENT, N_("Do not log in there. Use the ports with TLS from the start: 465, 993, 995."), NULL},
            {MW_AT_NETWORK, N_("Find the proxy, antivirus program or provider's device that does it, and switch it off."), NULL},
            {MW_AT_DNS, N_("For servers that receive mail, publish MTA-STS or DANE, so that senders notice."), NULL},
        },
        .reference = "RFC 3207 section 6; RFC 8314; RFC 8461",
        .needs = {MW_F_TCP_END, MW_F_RUN_VANTAGE},
        .holds = starttls_stripped,
        .explains = {"smtp.ext.starttls_missing", "imap.ext.starttls_missing", "pop3.ext.stls_missing", "auth.not_offered", "auth.plaintext.exposed",
                     "tls.policy.required_not_offered", "sym:submit.tls_fail"},
    },
    {
        .id = "net.service.wrong_protocol", .legs = MW_RECEIVE | MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("Another kind of server answers on the port"),
        .says = N_("On {about} a server answers that speaks {protocol}, not the mail protocol that belongs there. A port forwarding or a setting leads to "
                   "the wrong service."),
        .fix = {
            {MW_AT_SERVER, N_("Correct the service or the port forwarding at {host}: 25 is SMTP, 465 and 587 are for sending, 993 is IMAP, 995 is POP3."),
             NULL},
        },
        .reference = "RFC 8314; IANA service names registry",
        .needs = {MW_F_TCP_END},
        .holds = wrong_protocol,
        .alike = {
            {"config.port.security_mismatch", N_("The protocol is right, and only TLS begins at another point than expected.")},
        },
        .explains = {"smtp.banner.none", "smtp.banner.refused", "smtp.session.dropped", "tls.port.mode_mismatch", "imap.greeting.bye",
                     "tls.cert.name_mismatch", "tls.cert.self_signed", "tls.cert.untrusted_ca", "tls.cert.expired", "tls.cert.chain_incomplete",
                     "sym:submit.connect_fail", "sym:retrieve.connect_fail"},
    },
    {
        .id = "net.captive_portal", .legs = EVERY_WAY, .severity = MW_BLOCKS, .layer = MW_L_ROUTE, .owner = MW_USER, .blinds = true,
        .title = N_("This network wants a sign-in first"),
        .says = N_("In place of the mail server, {about} answers with a web page: the network that this machine is in (a hotel, a guest Wi-Fi) diverts "
                   "everything until somebody signs in. Nothing can be said of the mail servers before that."),
        .fix = {
            {MW_AT_NETWORK, N_("Open any page in a web browser on this machine, sign in to the network, and try again."), NULL},
        },
        .reference = "RFC 8952; RFC 6585 section 6",
        .needs = {MW_F_TCP_END},
        .holds = captive_portal,
        .alike = {
            {"net.service.wrong_protocol", N_("From another network the web page is there too: then the port leads to a web server.")},
        },
        .explains = {"net.service.wrong_protocol", "net.port.submission_blocked", "net.port25.blocked_egress", "net.tcp.timeout", "smtp.banner.none",
                     "smtp.banner.refused", "imap.greeting.bye", "tls.port.mode_mismatch", "tls.intercepted", "tls.cert.name_mismatch",
                     "tls.cert.self_signed", "tls.cert.untrusted_ca", "tls.cert.expired", "tls.cert.chain_incomplete", "config.autoconfig.broken",
                     "mtasts.policy_unavailable", "sym:submit.connect_fail", "sym:retrieve.connect_fail", "sym:client.cert_warning"},
    },
};

const struct mw_area mw_area_network = {"network", causes, MW_COUNT(causes)};
