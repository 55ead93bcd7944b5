/* SRV records that lead mail programs astray: a target without an address, an alias, "." for a service that runs, a port where nothing answers.
 *
 * What a wildcard gives is no record of the service, and was not told as one. RFC 2782, RFC 6186 section 3, RFC 8314 section 5.1. */
#include "ports.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* A record as srv.record says it: "imaps 0 1 993 mail.example.org". */
struct record {
    const struct mw_fact *fact;
    const char *label, *priority, *weight, *port, *target;
    const char *service, *security;
    enum mw_fact_id endpoint;
};

/* clang-format off */
static const struct { const char *label, *service, *security; enum mw_fact_id endpoint; } services[] = {
    {"imaps",       "imap",       "tls",      MW_F_ENDPOINT_IMAPS},
    {"imap",        "imap",       "starttls", MW_F_ENDPOINT_IMAP},
    {"pop3s",       "pop3",       "tls",      MW_F_ENDPOINT_POP3S},
    {"pop3",        "pop3",       "starttls", MW_F_ENDPOINT_POP3},
    {"submissions", "submission", "tls",      MW_F_ENDPOINT_SUBMISSIONS},
    {"submission",  "submission", "starttls", MW_F_ENDPOINT_SUBMISSION},
};
/* clang-format on */

static bool read_record(struct mw_judge *judge, const struct mw_fact *fact, struct record *record)
{
    struct mw_list parts = mw_text_split(mw_judge_arena(judge), fact->text, " ");
    for (size_t i = 0; parts.count == 5 && i < MW_COUNT(services); i++)
        if (strcmp(services[i].label, parts.items[0]) == 0) {
            *record = (struct record){fact, parts.items[0], parts.items[1], parts.items[2], parts.items[3], parts.items[4],
                                      services[i].service, services[i].security, services[i].endpoint};
            return true;
        }
    return false;
}

static bool is_dot(const struct record *record)
{
    return strcmp(record->target, ".") == 0;
}

/* Where the same service is reached with the same security, by another word of the domain's or by trying: an endpoint that works. */
static const struct mw_fact *working(struct mw_judge *judge, const struct record *record, const char *host)
{
    MW_EACH (endpoint, judge, record->endpoint) {
        struct mw_about at = mw_about_read(mw_judge_arena(judge), endpoint->about);
        if ((!host || mw_text_same(at.host, host)) && mw_port_works(judge, endpoint->about))
            return endpoint;
    }
    return NULL;
}

/* Another record of the same service that names a host. */
static const struct mw_fact *beside(struct mw_judge *judge, const struct record *record)
{
    MW_EACH_ABOUT (fact, judge, MW_F_SRV_RECORD, record->fact->about) {
        struct record other;
        if (fact != record->fact && read_record(judge, fact, &other) && strcmp(other.label, record->label) == 0 && !is_dot(&other))
            return fact;
    }
    return NULL;
}

/* Published by autoconfig, not by SRV alone: a place for the same service and security. */
static const struct mw_fact *by_autoconfig(struct mw_judge *judge, const struct record *record)
{
    const char *words = mw_printf(mw_judge_arena(judge), "%s %s", record->service, record->security);
    MW_EACH (published, judge, MW_F_SERVICE_PUBLISHED)
        if (mw_text_same(published->text, words) && published->quote && mw_text_starts(published->quote, "http"))
            return published;
    return NULL;
}

static struct mw_instance *found(struct mw_judge *judge, const struct record *record, const char *about, const struct mw_fact *why)
{
    struct mw_instance *instance = mw_found(judge, about, record->fact);
    const struct mw_fact *works = working(judge, record, NULL);
    mw_proof(instance, why);
    mw_place(instance, "label", record->label);
    mw_place(instance, "priority", record->priority);
    mw_place(instance, "weight", record->weight);
    mw_place(instance, "record_port", record->port);
    mw_place(instance, "target", record->target);
    mw_place(instance, "right", works ? mw_port_host(judge, works->about) : "(name of the server)");
    mw_place(instance, "right_port", works ? mw_printf(mw_judge_arena(judge), "%d", mw_port_number(judge, works->about)) : record->port);
    mw_weight(instance, MW_DEGRADES, strcmp(record->service, "submission") == 0 ? MW_SUBMIT : MW_RETRIEVE);
    return instance;
}

static void dot(struct mw_judge *judge, const struct record *record)
{
    const struct mw_fact *other = beside(judge, record), *published = by_autoconfig(judge, record);
    if (other)
        mw_words(found(judge, record, record->fact->about, other), N_("An SRV record says that a service is not offered, and another one names its server"),
                 N_("The records of _{label}._tcp.{about} contradict each other: one has “.” as its target, which says that the service is not offered, and another "
                    "one names a server."));
    else if (published && working(judge, record, mw_port_host(judge, published->about)))
        mw_words(found(judge, record, record->fact->about, published), N_("An SRV record says that a service is not offered, and it is"),
                 N_("The record of _{label}._tcp.{about} has “.” as its target, which says that the service is not offered. The settings that the domain publishes "
                    "by autoconfig name it, and it works: mail programs that go by SRV do not find it."));
}

/* The port is closed at every address of the host; the last of its ends. */
static const struct mw_fact *closed(struct mw_judge *judge, const struct record *record)
{
    long port = 0;
    const struct mw_fact *end = NULL;
    if (!mw_text_number(record->port, 1, 65535, &port))
        return NULL;
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, record->target, (int)port, at));) {
        const struct mw_fact *tcp = mw_know(judge, MW_F_TCP_END, at->about);
        if (!tcp || mw_seen_value(tcp, MW_OK) || mw_port_cut_short(judge, at->about))
            return NULL;
        end = tcp;
    }
    return end;
}

static void target(struct mw_judge *judge, const struct record *record)
{
    const struct mw_fact *alias = mw_know(judge, MW_F_DNS_CNAME, record->target), *shut = closed(judge, record);
    if (mw_address_read(mw_judge_arena(judge), record->target)) {
        mw_words(found(judge, record, record->target, NULL), N_("An SRV record names an address instead of a host"),
                 N_("The SRV record of _{label}._tcp.{domain} has the address {about} where a name must stand. There is no host of that name, so mail programs that go "
                    "by it find no server."));
        return;
    }
    if (mw_seen_no_address(judge, record->target)) {
        struct mw_instance *instance = found(judge, record, record->target, mw_know(judge, MW_F_DNS_A_END, record->target));
        mw_proof(instance, mw_know(judge, MW_F_DNS_AAAA_END, record->target));
        return;
    }
    if (shut && working(judge, record, record->target)) {
        mw_words(found(judge, record, record->target, shut), N_("An SRV record names a port where the service is not"),
                 N_("The SRV record of _{label}._tcp.{domain} names port {record_port} of {about}, where nothing answers. The service is at port {right_port} of the "
                    "same host."));
        return;
    }
    if (!alias || !mw_seen_has_address(judge, record->target))
        return;
    struct mw_instance *instance = found(judge, record, record->target, alias);
    mw_words(instance, N_("An SRV record names an alias"),
             N_("The SRV record of _{label}._tcp.{domain} names {about}, which is an alias (CNAME) of {right}. The standard forbids that, and some mail programs do "
                "not follow it."));
    mw_place(instance, "right", alias->text);
    mw_place(instance, "right_port", record->port);
    mw_weight(instance, MW_RISK, MW_SUBMIT | MW_RETRIEVE);
}

static void target_bad(struct mw_judge *judge)
{
    struct record record;
    MW_EACH (fact, judge, MW_F_SRV_RECORD) {
        if (!read_record(judge, fact, &record))
            continue;
        if (is_dot(&record))
            dot(judge, &record);
        else
            target(judge, &record);
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "config.srv.target_bad", .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_CLIENT, .owner = MW_ADMIN,
        .title = N_("An SRV record names a server that does not exist"),
        .says = N_("The SRV record of _{label}._tcp.{domain} names {about}, which has no address. Mail programs that go by it find no server."),
        .fix = {
            {MW_AT_DNS, N_("Let the record name the real host and port; the host must have A or AAAA records itself. “.” is for services that are not offered."),
             "_{label}._tcp.{domain}. IN SRV {priority} {weight} {right_port} {right}."},
        },
        .reference = "RFC 2782; RFC 6186 section 3",
        .needs = {MW_F_SRV_RECORD},
        .holds = target_bad,
        .alike = {
            {"config.autoconfig.missing", N_("There are no SRV records.")},
        },
        .explains = {"net.tcp.refused", "net.tcp.timeout", "smtp.listener.missing", "config.autoconfig.inconsistent", "sym:client.autosetup_fail"},
    },
};

const struct mw_area mw_area_srv = {"srv", causes, MW_COUNT(causes)};
