/* Registration data (RDAP): the answer about a domain (RFC 9083), and the list that tells which server to ask (RFC 9224). Bytes in, struct out. */
#ifndef MAILWHY_RDAP_H
#define MAILWHY_RDAP_H

#include <mailwhy/arena.h>
#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_RDAP_ANSWER_CEILING (256u * 1024) /* bytes of an answer: some registries attach long notices */
#define MW_RDAP_LIST_CEILING (1024u * 1024)  /* bytes of the list of servers */
#define MW_RDAP_DEPTH 32                     /* of objects and arrays inside one another */
#define MW_RDAP_ITEMS 64                     /* of any array in an answer that is looked at */
#define MW_RDAP_MEDIA "application/rdap+json"

struct mw_rdap {
    const char *name;           /* of the object, lower case; "" where the answer names none */
    struct mw_list status;      /* as RFC 8056 writes them: "client hold", "redemption period", …; lower case, safe to show */
    int64_t expires, registered; /* -1: not said */
    struct mw_list nameservers; /* lower case */
    const char *registrar;      /* safe to show; "" */
};

/* An answer about a domain; what is not UTF-8 is read as GB18030, else as Latin-1. False: it is none. */
bool mw_rdap_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_rdap *rdap, struct mw_flaw *flaw);
/* Is it RDAP's own "there is no such thing" (RFC 9083 section 6: errorCode 404, or an empty one that says which extensions it conforms to)? A page that any
 * web server gives for an unknown path is not. */
bool mw_rdap_is_missing(struct mw_arena *arena, const char *bytes, size_t count);
/* The https base URL of the server for the domain: that of the longest entry that it lies under. NULL: the list (read it first: *flaw) names none. */
const char *mw_rdap_server(struct mw_arena *arena, const char *bytes, size_t count, const char *domain, struct mw_flaw *flaw);
/* Base URL and domain as RFC 9082 section 3.1.3 joins them. */
char *mw_rdap_url(struct mw_arena *arena, const char *base, const char *domain);

/* A name server or exchange of those to which registrars point domains that are not paid for, or that nobody uses. */
bool mw_rdap_is_parking(const char *host);

/* example.co.uk of mail.example.co.uk, by the list of public suffixes: the part that is registered at a registry (its ICANN section alone). NULL: the name is
 * itself a public suffix, or the list is not there. */
const char *mw_domain_registered(const char *domain);
/* Is it a name below which others register domains? False where the list is not there. */
bool mw_domain_is_suffix(const char *domain);

#endif
