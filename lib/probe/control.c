/* Controls: connections that should work, to tell a fault here or on the path from one at the host in question. Either hosts that the user names (--control),
 * or another port of a host whose port failed. Connects, at most listens, says nothing. */
#include "lookup.h"

#include <string.h>

#define ADDRESSES 2u /* of one control: the first of each family, mostly */
#define LISTEN_S 3.0

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
