/* SPF records (RFC 7208): text in, terms out; and their evaluation over answers that somebody else fetches. No sockets, no clock. */
#ifndef MAILWHY_SPF_H
#define MAILWHY_SPF_H

#include <mailwhy/dns.h>
#include <mailwhy/flaw.h>

#include <stdbool.h>
#include <stdint.h>

enum mw_spf_mechanism { MW_SPF_ALL, MW_SPF_INCLUDE, MW_SPF_A, MW_SPF_MX, MW_SPF_PTR, MW_SPF_IP4, MW_SPF_IP6, MW_SPF_EXISTS };

struct mw_spf_term {
    char qualifier; /* + - ~ ? */
    enum mw_spf_mechanism mechanism;
    const char *domain;  /* domain-spec, macros not expanded; NULL: the domain of the record */
    const char *address; /* ip4, ip6: canonical; else NULL */
    int prefix4, prefix6; /* 32 and 128 where none is given; ip4 uses prefix4, ip6 prefix6 */
    const char *text;    /* as written, safe to show */
};

#define MW_SPF_TERMS 200u

struct mw_spf {
    const char *text; /* the whole record, as it was given to mw_spf_read */
    const struct mw_spf_term *terms;
    size_t count;
    const char *redirect;    /* domain-spec; NULL: none. Has no effect where a term is `all` (section 6.1) */
    const char *explanation; /* domain-spec of exp=; NULL: none */
    const struct mw_spf_term *all; /* the first one; NULL: none */
    size_t behind_all;       /* terms behind it, that have no effect */
};

/* Does a TXT record claim to be SPF: "v=spf1" alone or with a blank behind (section 4.5)? */
bool mw_spf_is_record(const char *text);
/* TXT that is meant as SPF and is none: "v=spf2", "spf1 …", "v = spf1", quotes around, typographic quotes. False for true records. */
bool mw_spf_is_near(const char *text);
/* Is the word of a record a mechanism with "=" for its colon ("include=example.net")? By the grammar it is an unknown modifier, which counts for nothing. */
bool mw_spf_is_passed_over(const char *word);
/* NULL: permerror, and *flaw says why. Every term is read before any is judged (section 4.6). */
const struct mw_spf *mw_spf_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);
/* The same of a TXT record as it came: a byte that is not printable ASCII is a flaw, however it is shown (section 3.1). */
const struct mw_spf *mw_spf_read_txt(struct mw_arena *arena, const struct mw_record *txt, struct mw_flaw *flaw);

/* Does an ip4 or ip6 term cover the address? False for other mechanisms, other families and what is no address. */
bool mw_spf_covers(const struct mw_spf_term *term, const char *address);
/* Does the term pass a range that no one sender needs: wider than /16 of IPv4 or /32 of IPv6? */
bool mw_spf_is_wide(const struct mw_spf_term *term);

/* --- records to publish ------------------------------------------------------------------------------------------------------------------
 * Each gives a valid record, or NULL where none can be made. */
/* One record for several: the terms of all, and -all where each of them ends so, else ~all. A redirect becomes an include. */
char *mw_spf_merged(struct mw_arena *arena, const struct mw_list *texts);
/* With a term more, before `all`. */
char *mw_spf_with(struct mw_arena *arena, const char *text, const char *term);
/* Without these terms, each as often as it is listed; of a term that stands twice the last one goes. */
char *mw_spf_without(struct mw_arena *arena, const char *text, const struct mw_list *terms);
/* Ending in that ("~all") instead. */
char *mw_spf_ending(struct mw_arena *arena, const char *text, const char *all);
/* As it was probably meant, where slips of the pen spoil it. The same record where nothing does. */
char *mw_spf_mended(struct mw_arena *arena, const char *text);
/* With a blank where its strings meet; NULL too where it is one string. */
char *mw_spf_spaced(struct mw_arena *arena, const struct mw_record *txt);
/* Any record as the strings of a TXT record in a zone file, none longer than 255 bytes. */
char *mw_spf_quoted(struct mw_arena *arena, const char *text);

struct mw_spf_subject {
    const char *address; /* of the client; canonical */
    const char *sender;  /* MAIL FROM as user@domain; without local part: postmaster (section 4.3) */
    const char *helo;
    const char *validated; /* name of the client that its address and reverse name agree on, for %{p}; NULL: "unknown" */
    const char *receiver;  /* host that evaluates, for %{r}; NULL: "unknown" */
    int64_t at;            /* seconds since 1970 UTC, for %{t} */
};

/* The domain that a domain-spec names (section 7), lower case, cut from the left to 253 characters; NULL: it cannot be one. `domain` is that of the record. */
char *mw_spf_expand(struct mw_arena *arena, const char *spec, const struct mw_spf_subject *subject, const char *domain);
/* An explanation (section 6.2), macros expanded, made safe to show; NULL: its syntax is wrong. `text` is ASCII. */
char *mw_spf_explain(struct mw_arena *arena, const char *text, const struct mw_spf_subject *subject, const char *domain);
/* Does the text use that macro, in whatever case? */
bool mw_spf_uses_macro(const char *text, char letter);
/* Has the domain-spec a macro that depends on the sender or client, so that no audit can follow it? */
bool mw_spf_has_macro(const char *spec);

/* --- evaluation ---------------------------------------------------------------------------------------------------------------------------
 * The evaluator asks for answers and never waits: `ask` gives the answer, or NULL while it is on its way. Run it again from the start when one has
 * come; with the same answers it gives the same result. Questions that do not depend on each other are asked for in the same pass. */
typedef const struct mw_dns_answer *mw_spf_ask(void *context, const char *name, int type);

enum mw_spf_result { MW_SPF_WAITING, MW_SPF_NONE, MW_SPF_NEUTRAL, MW_SPF_PASS, MW_SPF_FAIL, MW_SPF_SOFTFAIL, MW_SPF_TEMPERROR, MW_SPF_PERMERROR };
const char *mw_spf_result_name(enum mw_spf_result result); /* none neutral pass fail softfail temperror permerror */

struct mw_spf_verdict {
    enum mw_spf_result result;
    const char *term;   /* that decided, as written; "" where none did */
    const char *domain; /* whose record that term stands in */
    const char *why;    /* of temperror and permerror, and of none where the domain cannot be one: a clause; else "" */
    const char *explanation; /* of a fail whose record has one, safe to show; else "" */
    int lookups, voids; /* until the result was known */
};

/* check_host() (section 4) for mail of `domain`. */
struct mw_spf_verdict mw_spf_check(struct mw_arena *arena, const char *domain, const struct mw_spf_subject *subject, mw_spf_ask *ask, void *context);

/* What a full evaluation costs and where it breaks, whoever sends. Terms with macros are counted and not followed. */
struct mw_spf_note {
    const char *domain; /* whose record */
    const char *term;   /* as written; "" where it is the whole record */
    const char *why;    /* clause */
};

#define MW_SPF_NOTES 50u
#define MW_SPF_NODES 60u
#define MW_SPF_COVERS 100u

enum mw_spf_state {
    MW_SPF_OK,
    MW_SPF_AGAIN,      /* an include that stands in the tree already: it costs once more and changes nothing */
    MW_SPF_VOID,       /* finds nothing */
    MW_SPF_NO_RECORD,  /* an include or redirect whose target has no SPF */
    MW_SPF_BAD,        /* whose record is permerror */
    MW_SPF_FAILED,     /* the lookup failed */
    MW_SPF_CIRCLE,
    MW_SPF_BY_SENDER,  /* a macro, exists or ptr: what it finds depends on the client or sender */
    MW_SPF_UNFOLLOWED  /* behind the ceiling */
};
const char *mw_spf_state_name(enum mw_spf_state state); /* ok again void none bad failed circle macro unfollowed */

/* The record, or a term that costs a lookup. */
struct mw_spf_node {
    size_t parent;      /* place in the tree of the one whose record it stands in, counted from 1; 0: the root */
    const char *term;   /* as written; "" for the root */
    const char *domain; /* that it leads to */
    int lookups;        /* of it and of all below it */
    enum mw_spf_state state;
    const char *record; /* "" where there is none */
};

struct mw_spf_audit {
    bool waiting;
    int lookups;       /* 10 are allowed (section 4.6.4); counting stops at 50 */
    /* Records that are permerror: does not parse, several records, more than 10 exchanges behind mx, a circle. */
    struct mw_spf_note flaws[MW_SPF_NOTES];
    /* Lookups that find nothing; 2 are allowed; why is the name that was asked. */
    struct mw_spf_note voids[MW_SPF_NOTES];
    /* Includes and redirects without a record; why is the target. */
    struct mw_spf_note missing[MW_SPF_NOTES];
    /* Lookups that failed (temperror); why is name and outcome. */
    struct mw_spf_note failed[MW_SPF_NOTES];
    /* Passing ranges that are too wide, in records of the domain and below it (a provider's are its own); why is "". */
    struct mw_spf_note wide[MW_SPF_NOTES];
    /* Terms of the domain's own records that never count, and why. */
    struct mw_spf_note unreached[MW_SPF_NOTES];
    size_t flaw_count, void_count, missing_count, failed_count, wide_count, unreached_count;
    struct mw_spf_node nodes[MW_SPF_NODES]; /* in the order of evaluation, parents first */
    size_t node_count;
    /* The addresses that pass whoever the sender is, as networks, IPv4 first; their numbers in digits. */
    struct mw_list covers;
    const char *ipv4_count, *ipv6_count;
    bool open; /* a macro, exists or ptr may pass others, or what a term covers is not known */
    const char *all;   /* "-all", "~all", "?all", "+all", "none"; followed through redirect; NULL where it is not known */
};

/* `record`: the one at `domain`, read already. */
const struct mw_spf_audit *mw_spf_audit(struct mw_arena *arena, const char *domain, const struct mw_spf *record, mw_spf_ask *ask, void *context);

#endif
