/* What the DNS probes share: telling how a question ended, looking up a host, telling endpoints. For lib/probe alone. */
#ifndef MAILWHY_PROBE_LOOKUP_H
#define MAILWHY_PROBE_LOOKUP_H

#include <mailwhy/about.h>
#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

/* Tells the `….end` fact of a question, once a name in a run, with EDE and validation where the resolver gave them. Returns it, or the one told before. */
const struct mw_fact *mw_lookup_end(struct mw_look *look, enum mw_fact_id id, const char *about, const struct mw_dns_answer *answer);
/* Tells a text fact unless the same one was told; returns it or the one told before. */
const struct mw_fact *mw_lookup_tell_once(struct mw_look *look, enum mw_fact_id id, const char *about, const char *text, const char *quote);
/* The record as it stands in a zone file. */
const char *mw_lookup_quote(struct mw_look *look, const struct mw_record *record);
/* Did the server say something about the name: a record, or that there is none? */
bool mw_lookup_is_settled(enum mw_dns_status status);
/* The domain that was asked about; NULL where a tool was pointed at a host. */
const char *mw_lookup_target(const struct mw_look *look);
/* example.org, org: the name without its first label; NULL for the root. */
const char *mw_lookup_above(const char *name);

/* --- a host's addresses ------------------------------------------------------------------------------------------------------------------------ */
#define MW_HOST_ADDRESSES 8u /* of each family; more are passed over */

/* For each address as it comes; `told` is its dns.address fact. */
typedef void mw_lookup_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag);
/* When both answers are there: "ok" where there is an address, else why there is none. */
typedef void mw_lookup_done(struct mw_look *look, const char *host, const char *outcome, void *tag);
/* A and AAAA at once; tells dns.a.end, dns.aaaa.end, dns.address and dns.cname. `done` may be NULL. An address literal is its own only address, and is not
 * told. */
void mw_lookup_host(struct mw_look *look, const char *host, mw_lookup_address *each, mw_lookup_done *done, void *tag);
/* The outcome of A and AAAA together. */
const char *mw_lookup_both(const struct mw_dns_answer *a, const struct mw_dns_answer *aaaa);

/* --- zones ------------------------------------------------------------------------------------------------------------------------------------- */
#define MW_CUT_NAMES 12u

struct mw_cut;
typedef void mw_cut_got(struct mw_look *look, const struct mw_cut *cut);

/* NS of a name and of every name above it, at the resolver. */
struct mw_cut {
    const char *names[MW_CUT_NAMES]; /* the name itself first; the root last */
    const struct mw_dns_answer *ns[MW_CUT_NAMES];
    size_t count, waiting;
    bool checking_disabled; /* asked so, and the servers' addresses too */
    mw_cut_got *got;
    mw_cut_got *early; /* to be set by the caller: called where the answer for the name itself is the last one to come, before it has; NULL */
};
struct mw_cut *mw_cut_find(struct mw_look *look, const char *name, bool checking_disabled, mw_cut_got *got);
/* The same again without validation, where no zone was found as the resolver fails; false: that was done, or would not help. */
bool mw_cut_find_unchecked(struct mw_look *look, const struct mw_cut *cut);
/* The first at or behind `from` that is a zone; -1: none. */
int mw_cut_zone(const struct mw_cut *cut, int from);

/* A name below the domain that cannot exist, and what its answer tells (once a domain). */
const char *mw_lookup_wildcard_name(struct mw_look *look);
void mw_lookup_wildcard_tell(struct mw_look *look, const struct mw_dns_answer *answer, bool has_address);

void mw_lookup_sort(struct mw_list *list);
/* Records of a type in the answer as they are compared between servers: sorted, TXT joined. */
struct mw_list mw_lookup_sorted(struct mw_look *look, const struct mw_dns_answer *answer, int type);
/* Tells a list fact about what one server says, unless another server (about `of`) has told the same list: the first is told, and each that says otherwise. */
void mw_lookup_tell_unless_known(struct mw_look *look, enum mw_fact_id id, const char *of, const char *about, const struct mw_list *list, const char *quote);

/* Asks, and waits no longer than `wait_s`: what comes later is silence. */
void mw_lookup_ask_briefly(struct mw_look *look, const struct mw_question *question, double wait_s, mw_look_got_answer *got, void *tag);

/* A server of a zone that can be asked from here. */
struct mw_server {
    const char *host, *address;
};
#define MW_ZONE_HOSTS 13u /* as many as fit into one packet of the old size (RFC 1034 section 3.6, the root's); more are passed over */
#define MW_SERVERS (2u * MW_ZONE_HOSTS)
struct mw_servers {
    struct mw_server items[MW_SERVERS];
    size_t count;
    const char *outcome; /* of looking up their names, where there is none */
};
/* Addresses of the servers of the zone with that index, at most MW_SERVERS of MW_ZONE_HOSTS hosts, the first of each host before the others; no family without
 * a route. */
typedef void mw_cut_got_servers(struct mw_look *look, const struct mw_servers *servers, void *tag);
void mw_cut_servers(struct mw_look *look, const struct mw_cut *cut, size_t zone, mw_cut_got_servers *got, void *tag);
/* Can an address of that family be asked at all: route, and not excluded by an option? */
bool mw_lookup_can_reach(const struct mw_look *look, const char *address);
/* Is it an address that the Internet cannot reach? Test networks (documentation, benchmark) stand for public ones where somebody tests. */
bool mw_lookup_is_private(const char *address);

/* --- endpoints --------------------------------------------------------------------------------------------------------------------------------- */
/* Tells an endpoint.* fact (value: mx, published, …) because of the address, unless it was told. */
void mw_endpoint_tell(struct mw_look *look, enum mw_fact_id id, const char *host, const char *address, int port, const char *value,
                      const struct mw_fact *because);
/* endpoint.imaps for ("imap", true); MW_NO_FACT for no such service. */
enum mw_fact_id mw_endpoint_of(const char *service, bool tls);
/* The domain or a client's settings name this host, port and security ("tls", "starttls", "plain") for a service: tells service.published (published alone),
 * and the endpoints as soon as the host's addresses are known. */
void mw_endpoint_named(struct mw_look *look, const char *service, const char *security, const char *host, int port, const char *value, const char *quote);
/* Tells that a host is to be probed for client services, and how it was found. */
void mw_service_host_tell(struct mw_look *look, const char *host, const char *source, const char *quote);

/* The Date header of a web server's answer, where it gave one. */
void mw_clock_tell(struct mw_look *look, const char *host, const struct mw_fetched *fetched);
/* How a fetch ended, as ….fetch.end and autoconfig.place say it: MW_OK for status 200 alone, "redirect", "http status", or the outcome. */
const char *mw_fetch_outcome(const struct mw_fetched *fetched);

#endif
