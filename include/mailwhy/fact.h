/* Facts: everything that mailwhy knows. Probes and readers tell facts; causes read them; nobody changes or takes back one.
 *
 * The table of what can be known is fact.def. A fact says what it is about (about.h), its value, the words that prove it, how long it took to learn,
 * and which fact made us look (`because`). Absence of a fact proves nothing: every probe ends with an `….end` fact that says how it went. */
#ifndef MAILWHY_FACT_H
#define MAILWHY_FACT_H

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum mw_fact_type { MW_BOOL, MW_INT, MW_TEXT, MW_LIST, MW_TIME };

enum mw_fact_id {
    MW_NO_FACT,
#define FACT(id, name, type, meaning) MW_F_##id,
#include <mailwhy/fact.def>
#undef FACT
    MW_FACT_COUNT
};

/* How a probe ended: the value of every `….end` fact. "skipped" says in its quote why. */
/* clang-format off */
#define MW_OK          "ok"
#define MW_TIMED_OUT   "timed out"
#define MW_REFUSED     "refused"
#define MW_RESET       "reset"
#define MW_UNREACHABLE "unreachable"
#define MW_HUNG_UP     "hung up"
#define MW_GARBLED     "garbled"
#define MW_TLS_FAILED  "tls failed"
#define MW_TOO_LONG    "too long"
#define MW_THROTTLED   "throttled"
#define MW_SKIPPED     "skipped"
/* clang-format on */

struct mw_fact_kind {
    const char *name; /* in JSON: "smtp.starttls" */
    enum mw_fact_type type;
    const char *meaning;
};

struct mw_fact {
    enum mw_fact_id id; /* MW_NO_FACT: one of a later version, kept to be passed on */
    unsigned n;         /* 1, 2, … in the order told */
    unsigned because;   /* n of the fact that made us look; 0: the question itself */
    const char *about;
    union {
        bool yes;         /* MW_BOOL */
        int64_t number;   /* MW_INT; MW_TIME in seconds since 1970 UTC */
        const char *text; /* MW_TEXT */
    };
    struct mw_list list;    /* MW_LIST */
    const char *quote;      /* the words that prove it, already safe to show; NULL: none */
    double ms;              /* time it took to learn; 0: not measured */
    const char *from;       /* vantage that told it */
    int64_t at;             /* when it was told, seconds since 1970 UTC */
    const char *unknown;    /* MW_NO_FACT: the whole JSON object as it was read */
};

/* Everything that was asked, as far as judging and reporting need it; the first line of a stream of facts. */
struct mw_header {
    const char *question; /* "check", "send", "receive", or the tool's word ("smtp") */
    const char *target;   /* as the user wrote it */
    const char *vantage;  /* name of the place that looked */
    const char *version;  /* of mailwhy */
    struct mw_list options; /* "name=value" of the options that shape the run; never a secret */
};

struct mw_facts;

const struct mw_fact_kind *mw_fact_kind(enum mw_fact_id id);
/* MW_NO_FACT where no fact has that name. */
enum mw_fact_id mw_fact_by_name(const char *name);

/* The store, all of it in `arena`. The clock is read once a fact, unless `at` of the draft is set. */
struct mw_facts *mw_facts_new(struct mw_arena *arena, const struct mw_header *header);
const struct mw_header *mw_facts_header(const struct mw_facts *facts);
void mw_facts_set_header(struct mw_facts *facts, const struct mw_header *header);

/* Adds a copy of `draft` (n, from and at are filled in) and tells it to the listener. Secrets are blotted out of text, list and quote first. At the
 * ceiling of MW_FACTS_CEILING facts the draft is dropped and NULL returned. */
const struct mw_fact *mw_fact_tell(struct mw_facts *facts, const struct mw_fact *draft);
#define MW_FACTS_CEILING 200000u

/* From now on no fact shows `secret`, nor its base64 (alone and as SASL PLAIN says it). One of under 4 bytes may stand in any text by chance: mw_facts_hidden
 * blots it where a server may repeat it. */
void mw_facts_secret(struct mw_facts *facts, const char *secret);
/* What a server answered to a login, without the words that are a short secret. Its status ("535 5.7.8", "a1 NO [AUTHENTICATIONFAILED]") is kept. In the store's
 * arena. */
const char *mw_facts_hidden(struct mw_facts *facts, const char *answer);

size_t mw_facts_count(const struct mw_facts *facts);
const struct mw_fact *mw_fact_at(const struct mw_facts *facts, unsigned n);
/* The facts of one id in the order told: for (f = mw_fact_first(s, id); f; f = mw_fact_next(s, f)). */
const struct mw_fact *mw_fact_first(const struct mw_facts *facts, enum mw_fact_id id);
const struct mw_fact *mw_fact_next(const struct mw_facts *facts, const struct mw_fact *fact);
/* The first fact of that id about exactly that, in constant time; NULL: none. */
const struct mw_fact *mw_fact_find(const struct mw_facts *facts, enum mw_fact_id id, const char *about);
/* The next with the same id and about. */
const struct mw_fact *mw_fact_find_next(const struct mw_facts *facts, const struct mw_fact *fact);
/* Is `old` on the because chain of `fact` (or itself)? */
bool mw_fact_led_to(const struct mw_facts *facts, const struct mw_fact *old, const struct mw_fact *fact);

/* One listener hears every fact after it is stored; it may tell further facts. */
void mw_facts_listen(struct mw_facts *facts, void (*heard)(void *context, const struct mw_fact *fact), void *context);

/* JSON Lines. Writing: header line, then the facts from `first` on; false when the stream failed (errno). */
bool mw_facts_write(const struct mw_facts *facts, FILE *out);
bool mw_fact_write(const struct mw_facts *facts, const struct mw_fact *fact, FILE *out);
bool mw_header_write(const struct mw_header *header, FILE *out);
/* Reads a stream to its end into the store; n and because are renumbered, so several streams can be read one after the other. The header becomes the
 * store's where it has none yet (question NULL). False: *flaw says file, line and reason ("run.jsonl:3: not a JSON object: …"), allocated in
 * the store's arena. Unknown facts and later minor versions are kept; another schema or a torn line is refused. */
bool mw_facts_read(struct mw_facts *facts, FILE *in, const char *file, const char **flaw);

/* The value as text, for evidence: true, 42, "words", "a, b", a time. In `arena` or static. */
const char *mw_fact_value(struct mw_arena *arena, const struct mw_fact *fact);

#endif
