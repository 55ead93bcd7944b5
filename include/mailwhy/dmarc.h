/* DMARC policy records (RFC 9989 section 4): text in, struct out. */
#ifndef MAILWHY_DMARC_H
#define MAILWHY_DMARC_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>

struct mw_dmarc {
    /* p=: none, quarantine, reject; "none" where p= is missing, or p=, sp= or np= is bad and rua= is good (section 4.10.1); then `forced`. */
    const char *policy;
    bool forced;
    const char *subdomains;  /* sp=; NULL: as policy */
    const char *nonexistent; /* np=; NULL: as subdomains */
    bool strict_dkim, strict_spf; /* adkim=s, aspf=s */
    bool testing;            /* t=y */
    char psd;                /* y n u */
    const char *fo;          /* "0" unless given */
    struct mw_list rua, ruf; /* URIs that are good */
    struct mw_list removed;  /* tags that RFC 9989 removed and that stand in the record: pct, rf, ri */
    struct mw_list passed_over; /* tags that receivers pass over: unknown, or with a bad value ("sp=rejct") */
};

/* Does a TXT record claim to be DMARC: v=DMARC1 as first tag, in capitals (section 4.7)? */
bool mw_dmarc_is_record(const char *text);
/* TXT that is meant as DMARC and is none: v=DMARC1 not first, lower case, "v=DMARC 1", quotes. False for true records. */
bool mw_dmarc_is_near(const char *text);
/* NULL: receivers pass over the record, and *flaw says why; it does so too where the policy is `forced`. */
const struct mw_dmarc *mw_dmarc_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);
/* The record as it was meant, to paste: its good tags, in the usual order, and the nearest good policy where p= is misspelt. Never fails. */
const char *mw_dmarc_mend(struct mw_arena *arena, const char *text);
/* The domain of a mailto: URI as A-labels; NULL: another scheme, or no domain. */
const char *mw_dmarc_report_domain(struct mw_arena *arena, const char *uri);
/* The policy that applies to the domain itself, to an existing name below, or to one that does not exist; as published: t=y is not applied. */
const char *mw_dmarc_policy_for(const struct mw_dmarc *record, bool below, bool exists);

#endif
