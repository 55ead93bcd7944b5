/* Autoconfig documents (config-v1.1.xml, as Thunderbird reads them): bytes in, list of servers out. A document with a DOCTYPE is refused, and
 * nothing is fetched. */
#ifndef MAILWHY_AUTOCONFIG_H
#define MAILWHY_AUTOCONFIG_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stddef.h>

#define MW_AUTOCONFIG_BYTES 65536u
#define MW_AUTOCONFIG_SERVERS 50u

struct mw_autoconfig_server {
    const char *service;  /* imap, pop3, smtp */
    const char *host;     /* A-labels; %EMAILDOMAIN% is filled in */
    int port;
    const char *security; /* plain, starttls, tls */
    const char *username; /* address (%EMAILADDRESS%), localpart (%EMAILLOCALPART%), or as written; "" where none is given */
    struct mw_list auth;  /* as written: password-cleartext, OAuth2, … */
};

struct mw_autoconfig {
    const struct mw_autoconfig_server *servers; /* in the document's order: clients take the first that they can use */
    size_t count;
    const char *provider; /* id of the emailProvider; "" */
};

/* `domain` fills %EMAILDOMAIN%. NULL: *flaw says why. Servers of a type that we do not know are passed over; a document without one that we know is flawed.
 * As clients do, a server that is not complete is passed over where another is; then flaw->why tells of it too, else it is NULL. */
const struct mw_autoconfig *mw_autoconfig_read(struct mw_arena *arena, const char *bytes, size_t count, const char *domain, struct mw_flaw *flaw);

#endif
