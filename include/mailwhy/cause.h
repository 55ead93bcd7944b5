/* Causes: rows that read facts and say what they prove. A cause never opens a socket, never prints, never reads the clock: the same facts give the same
 * findings.
 *
 * Adding one: a row in lib/cause/AREA.c, its Chinese sentences in lib/lang/zh_CN.po, a case that finds it and a near miss in tests/judge/. */
#ifndef MAILWHY_CAUSE_H
#define MAILWHY_CAUSE_H

#include <mailwhy/asked.h>
#include <mailwhy/fact.h>

enum mw_severity { MW_BLOCKS, MW_DEGRADES, MW_RISK, MW_ADVICE };
enum mw_owner { MW_USER, MW_ADMIN, MW_PROVIDER, MW_NETWORK, MW_OTHER_SIDE };
enum mw_where { MW_NOWHERE, MW_AT_DNS, MW_AT_SERVER, MW_AT_CLIENT, MW_AT_NETWORK, MW_AT_REGISTRAR, MW_AT_PROVIDER };

/* A lower layer beats a higher one. */
enum mw_layer {
    MW_L_REGISTRATION, MW_L_DELEGATION, MW_L_DNSSEC, MW_L_RECORDS, MW_L_ROUTE, MW_L_TCP, MW_L_GREETING, MW_L_TLS, MW_L_LOGIN, MW_L_ENVELOPE, MW_L_POLICY,
    MW_L_MAILBOX, MW_L_CLIENT
};

#define MW_FIXES 5
#define MW_NEEDS 6
#define MW_ALIKE 3
#define MW_EXPLAINS 40

struct mw_fix {
    enum mw_where where;
    const char *text;    /* whole sentence, N_(); {places} are filled from the finding */
    const char *snippet; /* to paste, not translated; NULL: none */
    const char *when;    /* only where the finding fills this place; NULL: always */
};

struct mw_judge; /* the facts, and where findings go */

struct mw_cause {
    const char *id; /* of the catalogue; never changes */
    unsigned legs;
    enum mw_severity severity;
    enum mw_layer layer;
    enum mw_owner owner;
    bool blinds;           /* of this machine alone, and where it blocks nothing can be said of the mail: the verdict is "unknown", not "broken" */
    const char *title;     /* N_() */
    const char *says;      /* N_(): what is wrong, in one or two plain sentences, with {about} and other {places} */
    struct mw_fix fix[MW_FIXES];
    const char *reference; /* RFC and section */
    /* Each must have been told at least once, and an `….end` must not all be silence, else: not tested. Ends with MW_NO_FACT. */
    enum mw_fact_id needs[MW_NEEDS];
    enum mw_fact_id any[MW_NEEDS]; /* of these one is enough; all absent: not tested */
    void (*holds)(struct mw_judge *judge); /* calls mw_found for each thing that it holds of */
    struct { const char *other, *decides; } alike[MW_ALIKE]; /* a cause that looks the same and the observation that would decide, N_() */
    const char *explains[MW_EXPLAINS]; /* ids of causes, and sym: symptoms, that then only follow; NULL at the end */
};

/* One area's table. */
struct mw_area {
    const char *name;
    const struct mw_cause *causes;
    size_t count;
};
extern const struct mw_area *const mw_areas[];
extern const size_t mw_area_count;
const struct mw_cause *mw_cause_by_id(const char *id);
/* The id nearest to a mistyped one, or NULL. */
const char *mw_cause_nearest(const char *id);

/* --- for `holds` -------------------------------------------------------------------------------------------------------------------------- */
const struct mw_facts *mw_judge_facts(struct mw_judge *judge);
struct mw_arena *mw_judge_arena(struct mw_judge *judge);
/* for (f = mw_each(judge, ID, f = NULL)…): the facts of one id in order; start with NULL. */
const struct mw_fact *mw_each(struct mw_judge *judge, enum mw_fact_id id, const struct mw_fact *before);
/* The fact of that id about exactly that (the last one told), or NULL. */
const struct mw_fact *mw_know(struct mw_judge *judge, enum mw_fact_id id, const char *about);
/* Is the text or list value of the fact of that id about that equal to (or has it) `value`? False where there is no such fact. */
bool mw_is(struct mw_judge *judge, enum mw_fact_id id, const char *about, const char *value);
/* Work that several rows share: what `make` gives the first time that it is asked for in this judging, and the same pointer from then on. */
const void *mw_judge_keep(struct mw_judge *judge, const void *(*make)(struct mw_judge *judge));

struct mw_instance; /* one finding of the cause at work */
/* The cause holds of `about`; `proof` is the fact that shows it best (more with mw_proof). Confidence 0.9, severity and legs of the row unless set. */
struct mw_instance *mw_found(struct mw_judge *judge, const char *about, const struct mw_fact *proof);
void mw_proof(struct mw_instance *instance, const struct mw_fact *proof); /* NULL is passed over */
/* Fills {name} in says, fix and snippet. {about}, {host}, {port}, {address}, {domain} (asked), {mailbox} (asked), {value} (of the first proof) are there
 * already. */
void mw_place(struct mw_instance *instance, const char *name, const char *value);
void mw_confidence(struct mw_instance *instance, double confidence);
/* The fact's words have several meanings, and this is one: only the likeliest becomes a root, the others stand beside it as what it could be too. */
void mw_one_of(struct mw_instance *instance, const struct mw_fact *words);
void mw_weight(struct mw_instance *instance, enum mw_severity severity, unsigned legs);
/* Another title and sentence than the row's, N_(): the cause holds there in a way that the row's would not be true of. */
void mw_words(struct mw_instance *instance, const char *title, const char *says);
/* Of `all` connections to the place `bad` show it, `why` (N_() or a server's words): a sentence of the report says so. */
void mw_count(struct mw_instance *instance, long bad, long all, const char *why);

#endif
