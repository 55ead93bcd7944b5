/* DNS answers: bytes in, records out. NXDOMAIN, NODATA, SERVFAIL, REFUSED and silence are five different things. */
#ifndef MAILWHY_DNS_H
#define MAILWHY_DNS_H

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_dns_status {
    MW_DNS_OK,          /* NOERROR with a record of the type asked, reached through CNAMEs or not */
    MW_DNS_NODATA,      /* NOERROR without one (RFC 2308) */
    MW_DNS_NXDOMAIN,
    MW_DNS_SERVFAIL,
    MW_DNS_REFUSED,
    MW_DNS_TIMED_OUT,
    MW_DNS_UNREACHABLE, /* ICMP said so, or no route */
    MW_DNS_GARBLED,     /* not a DNS message, or not an answer to our question */
    MW_DNS_OTHER        /* another rcode: FORMERR, NOTIMP, … */
};

/* ok, nodata, nxdomain, servfail, refused, timed out, unreachable, garbled, other: the value of `….end` facts of questions. */
const char *mw_dns_status_name(enum mw_dns_status status);

enum mw_dns_type {
    MW_A = 1, MW_NS = 2, MW_CNAME = 5, MW_SOA = 6, MW_PTR = 12, MW_MX = 15, MW_TXT = 16, MW_AAAA = 28, MW_SRV = 33, MW_DS = 43, MW_RRSIG = 46,
    MW_DNSKEY = 48, MW_TLSA = 52, MW_CAA = 257
};
const char *mw_dns_type_name(int type);

enum mw_dns_section { MW_ANSWER, MW_AUTHORITY, MW_ADDITIONAL };

struct mw_record {
    const char *owner; /* lower case, no trailing dot; "." is the root */
    int type;
    uint32_t ttl;
    enum mw_dns_section section;
    const char *text;    /* rdata in presentation form, names without trailing dot except "." */
    const char *name;    /* MX exchange, CNAME, NS, PTR, SRV target, SOA mname: as owner; else NULL */
    const char *address; /* A, AAAA in canonical form; else NULL */
    const char *joined;  /* TXT: its strings joined, made safe to show; else NULL */
    size_t strings;      /* TXT: how many */
    unsigned preference; /* MX preference, SRV priority */
    unsigned weight, port; /* SRV */
    uint32_t serial, minimum; /* SOA */
    const uint8_t *rdata;
    size_t rdata_bytes;
};

struct mw_dns_answer {
    enum mw_dns_status status;
    int rcode;
    bool authoritative, authentic, truncated, recursion_available; /* AA, AD, TC, RA */
    bool over_tcp;
    bool edns;             /* an OPT record is in it (RFC 6891); without one the next two are 0 */
    unsigned edns_version; /* BADVERS is rcode 16 */
    unsigned udp_bytes;    /* the largest packet that the server says it takes */
    int ede;              /* extended error (RFC 8914), -1: none */
    const char *ede_text; /* "" where none */
    struct mw_record *records;
    size_t count;
    const char *cname; /* last target of the CNAME chain from the question's name; NULL: no alias */
    const uint8_t *wire;
    size_t wire_bytes;
    double ms;
    const char *server; /* address that answered; "" where unknown */
};

/* The message as an answer to (name, type). Never fails: what is not an answer has status MW_DNS_GARBLED. At most 1,000 records and 16 CNAMEs. Records of the
 * answer section that the question does not lead to are left out, and so is an answer beside an error. Nothing is denied (NODATA, NXDOMAIN) on the word of a
 * message that is cut or whose aliases lead nowhere (MW_DNS_OTHER), or of one that contradicts itself, answers something else or has bytes left
 * (MW_DNS_GARBLED). A referral is MW_DNS_NODATA with NS records in the authority section. */
struct mw_dns_answer *mw_dns_read(struct mw_arena *arena, const uint8_t *wire, size_t bytes, const char *name, int type);

/* Names servers to ask instead: NS without SOA beside no answer (RFC 2308 section 2.2). Who was asked for recursion has refused it then. */
bool mw_dns_is_referral(const struct mw_dns_answer *answer);

/* First record of `type` of the answer section at or behind `from`, or NULL: for (i = 0; (r = mw_dns_next(a, MW_MX, &i));) */
const struct mw_record *mw_dns_next(const struct mw_dns_answer *answer, int type, size_t *index);

/* A query with an OPT record (DO as wished, 1232 bytes). Returns its length, 0 where the name cannot be one. */
size_t mw_dns_query(uint8_t *wire, size_t room, uint16_t id, const char *name, int type, bool recursion, bool checking_disabled, bool dnssec);

/* The same without OPT, as before EDNS (RFC 6891): with no room for DO. */
size_t mw_dns_query_plain(uint8_t *wire, size_t room, uint16_t id, const char *name, int type, bool recursion, bool checking_disabled);

/* The one question of a query (RFC 1035 section 4.1.2), of class IN; false: that is not what it is. */
struct mw_dns_asked {
    const char *name; /* as mw_record.owner */
    int type;
    size_t bytes; /* of the header and the question */
};
bool mw_dns_read_query(struct mw_arena *arena, const uint8_t *wire, size_t bytes, struct mw_dns_asked *asked);

/* The reverse name of an IPv4 or IPv6 address under `suffix` (NULL: in-addr.arpa or ip6.arpa); NULL where it is no address. */
char *mw_dns_reverse(struct mw_arena *arena, const char *address, const char *suffix);

/* Domain names as users write them (RFC 5890, RFC 1035): lower-case A-labels without trailing dot. NULL: *flaw is one clear clause
 * ("label of 70 characters", "empty label", "longer than 253 characters", "…"), for translation as a whole. */
char *mw_domain_read(struct mw_arena *arena, const char *text, const char **flaw);
/* The U-label form for people; the name itself where it has none. */
const char *mw_domain_show(struct mw_arena *arena, const char *domain);
bool mw_domain_is_under(const char *name, const char *parent); /* equal counts */

/* Addresses. The canonical form (RFC 5952 for IPv6) or NULL. */
char *mw_address_read(struct mw_arena *arena, const char *text);
bool mw_address_is_ipv6(const char *address);
/* Is it in the network ("192.0.2.0", 24)? False for another family and for what is no address. */
bool mw_address_in(const char *address, const char *network, int prefix);
/* NULL for an address that the whole Internet may use; else what it is: "private", "loopback", "link-local", "shared" (100.64/10), "documentation",
 * "benchmark", "unspecified", "multicast", "unique local", "reserved". */
const char *mw_address_kind(const char *address);

#endif
