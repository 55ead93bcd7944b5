/* Controls: connections that should work, to tell a fault here or on the path from one at the host in question. Hosts that the user names (--control),
 * exchanges that everybody knows, or another port of a host whose port failed. Connects, at most listens, says nothing but goodbye. */
#include "lookup.h"

#include <string.h>

#define ADDRESSES 2u /* of one control: the first of each family, mostly */
#define LISTEN_S 5.0

/* --- named by the user --- */

struct control {
    int port;
    unsigned count;
};

/* A web server or a port with implicit TLS waits for us to speak. */
static bool speaks_first(int port)
{
    return port == 25 || port == 587 || port == 143 || port == 110 || port == 22;
}

static void got_control(struct mw_look *look, const char *outcome, const char *first_line, double ms, void *tag)
{
    const char *endpoint = tag;
    mw_tell(look, &(struct mw_fact){.id = MW_F_CONTROL_END, .about = endpoint, .text = outcome, .ms = ms});
    if (first_line)
        mw_tell_text(look, MW_F_CONTROL_GREETING, endpoint, first_line, NULL);
}

static void dial_control(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    (void)told;
    struct control *control = tag;
    if (control->count++ >= ADDRESSES || (mw_address_is_ipv6(address) ? look->asked->only_ipv4 : look->asked->only_ipv6))
        return;
    char *endpoint = mw_about_endpoint(look->arena, host, address, control->port);
    mw_look_connect(look, address, control->port, speaks_first(control->port) ? LISTEN_S : 0, got_control, endpoint);
}

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    const struct control *control = tag;
    if (!mw_text_same(outcome, MW_OK))
        mw_tell_text(look, MW_F_CONTROL_END, mw_about_endpoint(look->arena, host, NULL, control->port), "dns", outcome);
}

static bool has_controls(const struct mw_look *look)
{
    return look->asked->controls.count;
}

static void start(struct mw_look *look)
{
    look->told_end = true; /* each control has an end of its own */
    for (size_t i = 0; i < look->asked->controls.count; i++) {
        struct mw_about about = mw_about_read(look->arena, look->asked->controls.items[i]);
        struct control *control = MW_NEW(look->arena, struct control);
        control->port = about.port ? about.port : 443;
        mw_lookup_host(look, *about.host ? about.host : about.address, dial_control, looked_up, control);
    }
}

const struct mw_probe mw_probe_control = {
    .name = "control",
    .says = N_("Connects to the hosts given with --control, that are known to work."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_CONTROL_GREETING, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS},
    .ends = MW_F_CONTROL_END,
    .when = has_controls,
    .start = start,
};

const struct mw_probe mw_probe_control_host = {
    .name = "control",
    .says = N_("Does the same where a tool is pointed at a host."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_HOST,
    .tells = {MW_F_CONTROL_GREETING, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS},
    .ends = MW_F_CONTROL_END,
    .when = has_controls,
    .start = start,
};

/* --- exchanges that everybody knows --- */

/* Asked only where no exchange of the domain opens port 25, one address of each: does this network let anything out to port 25? Some networks reach but a part
 * of them, so there are three. (2026-11) */
static const char *const known[] = {"gmail-smtp-in.l.google.com", "mx3.qq.com", "163mx01.mxmail.netease.com"};

static bool is_port_25(const struct mw_look *look, const struct mw_fact *fact)
{
    return mw_about_read(look->arena, fact->about).port == 25;
}

static bool has_control_25(const struct mw_look *look)
{
    for (const struct mw_fact *end = mw_fact_first(look->facts, MW_F_CONTROL_END); end; end = mw_fact_next(look->facts, end))
        if (is_port_25(look, end))
            return true;
    for (size_t i = 0; i < look->asked->controls.count; i++)
        if (mw_about_read(look->arena, look->asked->controls.items[i]).port == 25)
            return true;
    return false;
}

/* Every exchange was tried, and none was reached: true when the last one ends. */
static bool none_was_reached(const struct mw_look *look)
{
    for (const struct mw_fact *endpoint = mw_fact_first(look->facts, MW_F_ENDPOINT_SMTP); endpoint; endpoint = mw_fact_next(look->facts, endpoint)) {
        const struct mw_fact *tcp = mw_fact_find(look->facts, MW_F_TCP_END, endpoint->about);
        if (!tcp || mw_text_same(tcp->text, MW_OK) || !mw_fact_find(look->facts, MW_F_SMTP_END, endpoint->about))
            return false;
    }
    return true;
}

static bool is_silent_on_25(const struct mw_look *look)
{
    return mw_text_same(look->why->text, MW_TIMED_OUT) && none_was_reached(look) && !has_control_25(look);
}

static int address_type(const struct mw_look *look)
{
    return mw_net_has_route(false) && !look->asked->only_ipv6 ? MW_A : MW_AAAA;
}

static void got_known(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    size_t at = 0;
    const struct mw_record *record = mw_dns_next(answer, address_type(look), &at);
    if (record)
        mw_look_connect(look, record->address, 25, LISTEN_S, got_control, mw_about_endpoint(look->arena, tag, record->address, 25));
}

static void start_known(struct mw_look *look)
{
    look->told_end = true; /* each control has an end of its own; a name that is not found here says nothing */
    for (size_t i = 0; i < MW_COUNT(known); i++)
        mw_look_ask(look, known[i], address_type(look), got_known, (void *)(uintptr_t)known[i]);
}

const struct mw_probe mw_probe_known = {
    .name = "known",
    .says = N_("Connects to port 25 of three large providers where no exchange of the domain can be reached, to tell a blocked port from a silent server."),
    .legs = MW_RECEIVE | MW_SEND,
    .wants = MW_F_SMTP_END,
    .tells = {MW_F_CONTROL_GREETING},
    .ends = MW_F_CONTROL_END,
    .when = is_silent_on_25,
    .start = start_known,
};

/* --- another port of a host that fails --- */

static const int other_ports[] = {443, 587};
static const int mail_ports[] = {25, 465, 587, 143, 993, 110, 995};
static const enum mw_fact_id endpoints[] = {MW_F_ENDPOINT_SMTP,  MW_F_ENDPOINT_SUBMISSION, MW_F_ENDPOINT_SUBMISSIONS, MW_F_ENDPOINT_IMAP,
                                            MW_F_ENDPOINT_IMAPS, MW_F_ENDPOINT_POP3,       MW_F_ENDPOINT_POP3S};

static bool is_endpoint(const struct mw_look *look, const char *about)
{
    for (size_t i = 0; i < MW_COUNT(endpoints); i++)
        if (mw_fact_find(look->facts, endpoints[i], about))
            return true;
    return false;
}

/* Is the address tried on another port anyway? Then that is the control. */
static bool is_tried_elsewhere(const struct mw_look *look, const struct mw_about *about)
{
    for (size_t i = 0; i < MW_COUNT(mail_ports); i++)
        if (mail_ports[i] != about->port && is_endpoint(look, mw_about_endpoint(look->arena, about->host, about->address, mail_ports[i])))
            return true;
    return false;
}

static bool is_failure(const struct mw_look *look)
{
    struct mw_about about = mw_about_read(look->arena, look->why->about);
    if (mw_text_same(look->why->text, MW_OK) || !about.address || !is_endpoint(look, look->why->about))
        return false;
    return mw_lookup_can_reach(look, about.address) && !is_tried_elsewhere(look, &about);
}

static void got_other(struct mw_look *look, const char *outcome, const char *first_line, double ms, void *tag)
{
    (void)first_line;
    mw_tell(look, &(struct mw_fact){.id = MW_F_CONTROL_OTHER_PORT, .about = tag, .text = outcome, .ms = ms});
}

static void start_other(struct mw_look *look)
{
    struct mw_about about = mw_about_read(look->arena, look->why->about);
    for (size_t i = 0; i < MW_COUNT(other_ports); i++)
        mw_look_connect(look, about.address, other_ports[i], 0, got_other, mw_about_endpoint(look->arena, about.host, about.address, other_ports[i]));
}

const struct mw_probe mw_probe_other_port = {
    .name = "other",
    .says = N_("Tries two other ports of a host whose mail port failed."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TCP_END,
    .tells = {MW_F_CONTROL_OTHER_PORT},
    .ends = MW_F_CONTROL_OTHER_END,
    .when = is_failure,
    .start = start_other,
};
