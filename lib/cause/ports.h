/* What several areas ask of the facts about an endpoint: what it is for, who named it, and what a fault there means. Reads facts only. */
#ifndef MAILWHY_CAUSE_PORTS_H
#define MAILWHY_CAUSE_PORTS_H

#include "seen.h"

#include <mailwhy/about.h>

enum mw_service { MW_EXCHANGE, MW_SUBMISSION_SERVICE, MW_LMTP_SERVICE, MW_IMAP_SERVICE, MW_POP3_SERVICE, MW_SIEVE_SERVICE };

struct mw_port_kind {
    enum mw_fact_id endpoint; /* that names such an endpoint */
    enum mw_fact_id end;      /* how its conversation ended */
    enum mw_fact_id stage;
    enum mw_service service;
    bool implicit_tls;
};

/* What the endpoint is; NULL: none of mail's (a web server, a host). ManageSieve counts where it is the target alone: mail comes and goes without it. */
const struct mw_port_kind *mw_port_kind(struct mw_judge *judge, const char *about);
/* Every endpoint once: start with NULL; the fact's about is the endpoint. */
const struct mw_fact *mw_port_next(struct mw_judge *judge, const struct mw_fact *before);
/* An endpoint fact about it has that value (mx, recipient, target, published, configured, tried, guessed). */
bool mw_port_role(struct mw_judge *judge, const char *about, const char *role);
/* Somebody is told to use it: an exchange, or a port that is published, configured or the target. */
bool mw_port_is_wanted(struct mw_judge *judge, const char *about);
/* A fault there is one: the port is wanted, or it was tried on a known host and no port of the service works anywhere. A guessed host proves nothing. */
bool mw_port_matters(struct mw_judge *judge, const char *about);
/* The legs that stop where it fails. */
unsigned mw_port_legs(struct mw_judge *judge, const char *about);
const char *mw_port_host(struct mw_judge *judge, const char *about);
int mw_port_number(struct mw_judge *judge, const char *about);
/* On this very machine: nobody can listen in between. */
bool mw_port_is_here(struct mw_judge *judge, const char *about);
/* "host:port" of an endpoint. */
const char *mw_port_place(struct mw_judge *judge, const char *about);

/* The next endpoint of that host (any port: 0) behind `before`. */
const struct mw_fact *mw_port_next_at(struct mw_judge *judge, const char *host, int port, const struct mw_fact *before);
/* Adds what is known of a connection there: how it, the handshake and the conversation ended. */
void mw_port_prove(struct mw_judge *judge, struct mw_instance *instance, const char *about);

/* The run was out of time before the port had long enough to answer: that it was silent says nothing of it. */
bool mw_port_cut_short(struct mw_judge *judge, const char *about);

/* The conversation there came to its end, over TLS with a good certificate where the service is for clients. */
bool mw_port_works(struct mw_judge *judge, const char *about);
/* Another endpoint of the same service that works, or NULL. */
const char *mw_port_other_works(struct mw_judge *judge, const char *about);
/* Why the certificate there is not good for the host name, or NULL where it is (or none was seen). */
const struct mw_fact *mw_port_certificate_flaw(struct mw_judge *judge, const char *about);

/* What makes senders insist on TLS to that exchange: an enforced MTA-STS policy, or TLSA records that were validated; NULL: none. */
const struct mw_fact *mw_port_enforced(struct mw_judge *judge, const char *about);
const struct mw_fact *mw_port_dane(struct mw_judge *judge, const char *about);

/* Weighs a fault that breaks the endpoint: `worst` where nothing else of the service works, else MW_DEGRADES at most; on the endpoint's own legs. A port that
 * is published, configured or the target is not replaced by another, for its users do not know of that one; IMAP and POP3 replace each other. */
void mw_port_weigh(struct mw_judge *judge, struct mw_instance *instance, const char *about, enum mw_severity worst);

/* Whole SMTP code ("550 …"), or 0; and its first digit. */
int mw_reply_code(const struct mw_fact *reply);
int mw_reply_class(const struct mw_fact *reply);

#endif
