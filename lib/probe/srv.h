/* The SRV services of mail programs, for the probes that ask for them. */
#ifndef MAILWHY_PROBE_SRV_H
#define MAILWHY_PROBE_SRV_H

#include <mailwhy/arena.h>

#define MW_SRV_SERVICES 6u

struct mw_srv_service {
    const char *label;    /* of _imaps._tcp: imaps */
    const char *service;  /* imap, pop3, submission */
    const char *security; /* tls, starttls */
};
extern const struct mw_srv_service mw_srv_services[MW_SRV_SERVICES];
/* _imaps._tcp.example.org */
const char *mw_srv_name(struct mw_arena *arena, const struct mw_srv_service *service, const char *domain);
/* A service that nobody has. */
const char *mw_srv_wildcard_name(struct mw_arena *arena, const char *domain);

#endif
