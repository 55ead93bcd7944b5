/* What several causes ask of the facts: small questions, each answered from facts alone. Nothing here finds anything. */
#ifndef MAILWHY_CAUSE_SEEN_H
#define MAILWHY_CAUSE_SEEN_H

#include <mailwhy/cause.h>

/* for (f = NULL; (f = mw_each(judge, id, f));) with less to type. */
#define MW_EACH(fact, judge, id) for (const struct mw_fact *fact = mw_each(judge, id, NULL); fact; fact = mw_each(judge, id, fact))
/* The facts of one id about one thing. */
#define MW_EACH_ABOUT(fact, judge, id, what)                                                                                                         \
    for (const struct mw_fact *fact = mw_fact_find(mw_judge_facts(judge), id, what); fact; fact = mw_fact_find_next(mw_judge_facts(judge), fact))

/* What fails where no answer comes. A name that is answered to be missing (no SPF, no MX, …) does not follow from that: it is a fault of its own. */
#define MW_SEEN_NAME_FAULTS "spf.dns.temperror", "dane.tlsa.lookup_fail"

/* Outcomes of DNS questions. Gone: NODATA or NXDOMAIN, an answer. Failed: no answer that says anything. */
bool mw_seen_gone(const struct mw_fact *end);
bool mw_seen_failed(const struct mw_fact *end);
/* Did the other side say anything at all (whatever it was)? */
bool mw_seen_answered(const struct mw_fact *end);
bool mw_seen_value(const struct mw_fact *fact, const char *value);
/* Has a resolver found any record at all? */
bool mw_seen_resolved(struct mw_judge *judge);
/* Does each resolver deny that even the root is there, and found nothing? A filter that answers so says nothing of the names asked for. */
bool mw_seen_denies_all(struct mw_judge *judge);

/* The domain asked about, or NULL where a tool was pointed at a host. */
const char *mw_seen_target(struct mw_judge *judge);
/* Calls `look` for the domain asked about, with MW_RECEIVE, and for that of the recipient to send to, with MW_SEND: the leg that its exchanges serve. */
void mw_seen_domains(struct mw_judge *judge, void (*look)(struct mw_judge *judge, const char *domain, unsigned leg));

/* A and AAAA of the host were both answered, and there is no address (nor one at the servers of its own zone). */
bool mw_seen_no_address(struct mw_judge *judge, const char *host);
bool mw_seen_has_address(struct mw_judge *judge, const char *host);
/* Does it say that it takes no mail, by a null MX alone (RFC 7505)? */
bool mw_seen_takes_no_mail(struct mw_judge *judge, const char *domain);
/* Is the host an exchange of that domain? */
bool mw_seen_serves(struct mw_judge *judge, const char *host, const char *domain);
/* The domain whose exchange the host is; "" where it is none. */
const char *mw_seen_served(struct mw_judge *judge, const char *host);
/* MW_RECEIVE for an exchange of the domain asked about, MW_SEND for one of the recipient's alone. */
unsigned mw_seen_exchange_leg(struct mw_judge *judge, const char *host);
/* MW_DEGRADES where the same domain has another exchange with an address, else MW_BLOCKS. */
enum mw_severity mw_seen_exchange_weight(struct mw_judge *judge, const char *host);

/* An address that the Internet cannot reach; test networks stand for public ones where somebody tests. */
bool mw_seen_closed_off(const char *address);
bool mw_seen_has_public_address(struct mw_judge *judge, const char *host);
/* An exchange of the same domain that senders try before this one took the recipient: what this one does is not met by mail while that lasts. */
bool mw_seen_is_spare(struct mw_judge *judge, const char *host);
/* Is it an address that the domain's mail may come from: one that SPF lets pass? */
bool mw_seen_may_send(struct mw_judge *judge, const char *address);
/* How many facts of that id there are about that. */
size_t mw_seen_count(struct mw_judge *judge, enum mw_fact_id id, const char *about);

/* The first fact of that id about zone@server with that value; NULL: any value. */
const struct mw_fact *mw_seen_at_zone(struct mw_judge *judge, enum mw_fact_id id, const char *zone, const char *value);
/* Every server of the zone that was asked serves it: a resolver that gets nowhere with them does not reach them. */
bool mw_seen_all_serve(struct mw_judge *judge, const char *zone);
/* The zone of a fact about zone@server, else the whole about. */
const char *mw_seen_zone(struct mw_judge *judge, const struct mw_fact *fact);
const char *mw_seen_host(struct mw_judge *judge, const struct mw_fact *fact);

/* MX records that the zone's own servers give, where all that answer agree: joined with ", ", "" for none; NULL: they differ or none answers. */
const char *mw_seen_zone_mx(struct mw_judge *judge, const char *zone);

/* Facts about names below the domain whose questions found nothing or failed: what a cause above them accounts for. */
void mw_seen_prove_below(struct mw_judge *judge, struct mw_instance *instance, const char *domain);
/* Does an IPv6 connection or question from here get through to anything? */
bool mw_seen_ipv6_works(struct mw_judge *judge);

/* Does the reply refuse for good to take mail for the whole domain, whoever the recipient is? */
bool mw_seen_relay_denied(const char *reply);
/* The provider's own domain: example.net of mx1.mail.example.net, example.com.cn of mx.example.com.cn. */
const char *mw_seen_provider(const char *host);

#endif
