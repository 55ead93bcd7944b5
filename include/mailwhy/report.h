/* The report: findings in order, what was ruled out, what was not tested, and the verdict a leg at a time; and the table of formats that print it. */
#ifndef MAILWHY_REPORT_H
#define MAILWHY_REPORT_H

#include <mailwhy/cause.h>

#include <stdio.h>

struct mw_alike {
    const struct mw_cause *other;
    const char *decides; /* translated */
};

#define MW_MARKED 6       /* records of a finding */
#define MW_MARKED_PARTS 8 /* of a record */

/* A record as it was found, as a line of a zone file, and the parts of it that are at fault, in their order in the line; at least one. */
struct mw_marked {
    const char *line;
    struct { size_t at, bytes; } parts[MW_MARKED_PARTS];
    size_t count;
};

/* All instances of one cause that nothing else explains. Texts are translated and filled in. */
struct mw_finding {
    const struct mw_cause *cause;
    enum mw_severity severity;
    unsigned legs;
    unsigned reach;         /* legs, and those of what follows from it */
    unsigned reach_at[4];   /* the same of the places of each severity: what blocks one leg may be but advice on another */
    const char *about;      /* the narrowest thing that all places share */
    struct mw_list places;  /* each about */
    double confidence;
    const char *title, *says;
    struct {
        enum mw_where where;
        const char *text, *snippet;
        long seen_after_s;      /* resolvers may go on with what they know for so long; -1: not known, or no matter of the DNS */
        const char *seen_after; /* the same as a sentence, translated; NULL: not known, or told with a later fix */
    } fix[MW_FIXES];
    size_t fixes;
    const char *verify;     /* command that shows whether it is mended */
    const struct mw_fact **evidence;
    size_t evidence_count;
    struct mw_marked marked[MW_MARKED];
    size_t marked_count;
    struct mw_list explains; /* ids that follow from it and were seen or may be, those seen first */
    size_t explains_seen;
    struct mw_alike alike[2 * MW_ALIKE]; /* look-alikes that nothing ruled out, and other meanings of the same words */
    size_t alikes;
};

struct mw_not_tested {
    const char *what; /* id of the cause */
    const char *why;  /* one sentence, translated */
    bool on_request;  /* it would be tested if the user gave more; `why` says what */
};

enum mw_state { MW_S_OK, MW_S_DEGRADED, MW_S_BROKEN, MW_S_UNKNOWN };
const char *mw_state_name(enum mw_state state); /* ok degraded broken unknown */

struct mw_report {
    const struct mw_facts *facts;
    const struct mw_header *header;
    unsigned legs;                 /* that the question is about */
    enum mw_state leg[5];          /* submit send receive retrieve account, in the order of the bits; those not asked: MW_S_UNKNOWN */
    enum mw_state send, receive;
    const struct mw_finding *findings;
    size_t count;
    struct mw_list ruled_out;
    const struct mw_not_tested *not_tested;
    size_t not_tested_count;
    const char *partial; /* why the run is not whole; NULL */
    long elapsed_ms;
    int exit_status;     /* 0 1 2 3 as in the contract */
};

/* Legs that a question is about; a tool's word that is none: all. */
unsigned mw_question_legs(const char *question);

/* Judges the facts. Everything lives in `arena`. Deterministic: the same facts, the same report. */
const struct mw_report *mw_report_make(struct mw_arena *arena, const struct mw_facts *facts);

const char *mw_severity_name(enum mw_severity severity); /* blocks degrades risk advice */
const char *mw_owner_name(enum mw_owner owner);          /* user admin provider network other side */
/* The same for people, in their language. */
const char *mw_words_severity(enum mw_severity severity);
const char *mw_words_owner(enum mw_owner owner);
const char *mw_words_where(enum mw_where where); /* "To do in the DNS:" */
const char *mw_where_name(enum mw_where where);          /* dns server client network registrar provider */
const char *mw_leg_name(unsigned leg);                   /* submit send receive retrieve account */

struct mw_format_options {
    bool verbose, color, tree; /* tree: the records with all that they lead to (tree.c), where the format has room for it */
    size_t columns; /* of the terminal; 0: do not fold */
};

struct mw_format {
    const char *name;
    const char *says; /* N_() */
    bool (*write)(const struct mw_report *report, const struct mw_format_options *options, FILE *out); /* false: errno says why */
};
extern const struct mw_format mw_formats[];
extern const size_t mw_format_count;
const struct mw_format *mw_format_by_name(const char *name);

/* What SPF says of the address that was given: the result is the first word, the term that decided and its record stand behind it. False: errno says why. */
bool mw_report_spf(const struct mw_facts *facts, const struct mw_format_options *options, FILE *out);

#endif
