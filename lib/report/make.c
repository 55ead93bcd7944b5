/* From facts to a report: instances are gathered into findings, ordered, put into words, and the legs get their state. Prints nothing. */
#include "make.h"

#include <mailwhy/fail.h>

#include <stdlib.h>
#include <string.h>

#define SNIPPETS_MOST 5u /* lines to paste for one repair */

const char *mw_severity_name(enum mw_severity severity)
{
    static const char *const names[] = {"blocks", "degrades", "risk", "advice"};
    return names[severity];
}

const char *mw_owner_name(enum mw_owner owner)
{
    static const char *const names[] = {"user", "admin", "provider", "network", "other side"};
    return names[owner];
}

const char *mw_where_name(enum mw_where where)
{
    static const char *const names[] = {"", "dns", "server", "client", "network", "registrar", "provider"};
    return names[where];
}

const char *mw_state_name(enum mw_state state)
{
    static const char *const names[] = {"ok", "degraded", "broken", "unknown"};
    return names[state];
}

const char *mw_leg_name(unsigned leg)
{
    static const char *const names[] = {"submit", "send", "receive", "retrieve", "account"};
    for (size_t i = 0; i < MW_COUNT(names); i++)
        if (leg & 1u << i)
            return names[i];
    return "";
}

/* --- gathering ------------------------------------------------------------------------------------------------------------------------------------- */
/* What follows from the instance, directly or through others; each once. */
static void gather(struct mw_making *making, struct mw_instance *instance, struct mw_gathered *gathered)
{
    for (size_t i = 0; i < instance->follow_count; i++) {
        struct mw_instance *follower = instance->follows[i];
        if (follower->visited || follower->rival) /* another meaning of the words does not follow from them */
            continue;
        follower->visited = true;
        gathered->legs[follower->severity > gathered->severity ? follower->severity : gathered->severity] |= follower->legs;
        if (!mw_list_has(&gathered->ids, follower->cause->id))
            mw_list_add(making->arena, &gathered->ids, follower->cause->id);
        gather(making, follower, gathered);
    }
}

static void forget_visits(struct mw_making *making)
{
    for (size_t i = 0; i < making->judged->count; i++)
        making->judged->instances[i]->visited = false;
}

static void add_symptoms(struct mw_making *making, const struct mw_cause *cause, struct mw_list *ids)
{
    for (size_t i = 0; i < MW_EXPLAINS && cause->explains[i]; i++)
        if (mw_text_starts(cause->explains[i], "sym:") && !mw_list_has(ids, cause->explains[i]))
            mw_list_add(making->arena, ids, cause->explains[i]);
}

/* --- evidence and place ------------------------------------------------------------------------------------------------------------------------------ */
static void add_evidence(struct mw_making *making, struct mw_finding *finding, const struct mw_instance *instance)
{
    for (size_t i = 0; i < instance->proof_count; i++) {
        bool there = false;
        for (size_t j = 0; j < finding->evidence_count; j++)
            there |= finding->evidence[j] == instance->proofs[i];
        if (there || finding->evidence_count == EVIDENCE_CEILING)
            continue;
        if (!finding->evidence)
            finding->evidence = MW_NEW_ARRAY(making->arena, const struct mw_fact *, EVIDENCE_CEILING);
        finding->evidence[finding->evidence_count++] = instance->proofs[i];
    }
}

static bool is_among(struct mw_instance **of, size_t count, const char *host, const char *address, int port)
{
    for (size_t i = 0; i < count; i++)
        if (of[i]->parsed.port == port && mw_text_same(of[i]->parsed.host, host) && mw_text_same(of[i]->parsed.address, address))
            return true;
    return false;
}

/* An endpoint is named with its address only where the host has others that are not among the instances. */
static const char *shown_about(struct mw_making *making, struct mw_instance **of, size_t count, const struct mw_instance *instance)
{
    const struct mw_about *about = &instance->parsed;
    if (about->zone || about->mailbox || !about->address || !*about->host)
        return instance->about;
    for (const struct mw_fact *fact = mw_fact_find(making->facts, MW_F_DNS_ADDRESS, about->host); fact; fact = mw_fact_find_next(making->facts, fact))
        if (!is_among(of, count, about->host, fact->text, about->port))
            return instance->about;
    return mw_about_endpoint(making->arena, about->host, NULL, about->port);
}

/* The narrowest thing that all instances share: host and port, else host, else the domain asked about. */
static const char *common_about(struct mw_making *making, struct mw_instance **of, size_t count)
{
    const struct mw_about *first = &of[0]->parsed;
    bool host = true, port = true, whole = true;
    for (size_t i = 1; i < count; i++) {
        whole = whole && strcmp(of[i]->about, of[0]->about) == 0;
        host = host && mw_text_same(of[i]->parsed.host, first->host);
        port = port && of[i]->parsed.port == first->port;
    }
    if (whole)
        return shown_about(making, of, count, of[0]);
    if (host && *first->host)
        return mw_about_endpoint(making->arena, first->host, NULL, port ? first->port : 0);
    const struct mw_fact *domain = mw_fact_first(making->facts, MW_F_TARGET_DOMAIN);
    return domain ? domain->about : making->report->header->target;
}

static const char *all_abouts(struct mw_making *making, struct mw_finding *finding, struct mw_instance **of, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *about = shown_about(making, of, count, of[i]);
        if (!mw_list_has(&finding->places, about))
            mw_list_add(making->arena, &finding->places, about);
    }
    return mw_list_join(making->arena, &finding->places, ", ");
}

static struct mw_instance *strongest(struct mw_instance **of, size_t count)
{
    struct mw_instance *best = of[0];
    for (size_t i = 1; i < count; i++)
        if (of[i]->severity < best->severity || (of[i]->severity == best->severity && of[i]->confidence > best->confidence))
            best = of[i];
    return best;
}

/* --- words --------------------------------------------------------------------------------------------------------------------------------------------- */
static const char *place_value(const struct mw_instance *instance, const char *name, size_t length)
{
    for (size_t i = 0; i < instance->place_count; i++)
        if (strlen(instance->places[i].name) == length && strncmp(instance->places[i].name, name, length) == 0)
            return instance->places[i].value;
    return NULL;
}

static const char *untranslated(const char *value)
{
    return value;
}

/* In a command that is pasted into a shell. Who names a server so that the shell would act on it is hostile; what stands there then is no valid command. */
static const char *in_command(const char *value)
{
    return strpbrk(value, "`$|&;<>()\\'\"\n") ? "(…)" : value;
}

/* No record and no text of several lines. */
static bool is_command(const char *snippet)
{
    return !strstr(snippet, " IN ") && *snippet != '{';
}

/* The sentence with its {places} filled, each value in the words that `in_words` has for it: a parser's clause is a sentence of ours, in a sentence for people
 * it is said in their language. A place that has no value stays as it is written. */
static const char *fill(struct mw_making *making, const struct mw_instance *instance, const char *sentence, const char *about,
                        const char *(*in_words)(const char *value))
{
    struct mw_list pieces = {0};
    while (*sentence) {
        const char *open = strchr(sentence, '{'), *close = open ? strchr(open, '}') : NULL;
        if (!close) {
            mw_list_add(making->arena, &pieces, sentence);
            break;
        }
        size_t length = (size_t)(close - open - 1);
        bool is_about = length == 5 && strncmp(open + 1, "about", 5) == 0;
        const char *value = is_about ? about : place_value(instance, open + 1, length);
        mw_list_add(making->arena, &pieces, mw_strndup(making->arena, sentence, (size_t)(open - sentence)));
        mw_list_add(making->arena, &pieces, value ? in_words(value) : mw_strndup(making->arena, open, length + 2));
        sentence = close + 1;
    }
    return mw_list_join(making->arena, &pieces, "");
}

static bool fits(const struct mw_fix *fix, const struct mw_instance *instance)
{
    return !fix->when || place_value(instance, fix->when, strlen(fix->when));
}

/* What is to be pasted, once for each place: each has a line of its own. */
static const char *fill_snippets(struct mw_making *making, struct mw_instance **of, size_t count, const struct mw_fix *fix)
{
    struct mw_list filled = {0};
    for (size_t i = 0; i < count && filled.count < SNIPPETS_MOST; i++) {
        if (!fits(fix, of[i]))
            continue;
        const char *(*as_is)(const char *value) = is_command(fix->snippet) ? in_command : untranslated;
        const char *one = fill(making, of[i], fix->snippet, as_is(shown_about(making, of, count, of[i])), as_is);
        if (!mw_list_has(&filled, one))
            mw_list_add(making->arena, &filled, one);
    }
    return mw_list_join(making->arena, &filled, "\n");
}

static void put_into_words(struct mw_making *making, struct mw_finding *finding, struct mw_instance **of, size_t count)
{
    const struct mw_instance *instance = strongest(of, count);
    const char *about = all_abouts(making, finding, of, count);
    const struct mw_cause *cause = finding->cause;
    finding->title = mw_lang(instance->title ? instance->title : cause->title);
    finding->says = fill(making, instance, mw_lang(instance->says ? instance->says : cause->says), about, mw_lang);
    for (const struct mw_fix *fix = cause->fix; fix < cause->fix + MW_FIXES && fix->text; fix++) {
        if (!fits(fix, instance))
            continue;
        finding->fix[finding->fixes].where = fix->where;
        finding->fix[finding->fixes].text = fill(making, instance, mw_lang(fix->text), about, mw_lang);
        finding->fix[finding->fixes].snippet = fix->snippet ? fill_snippets(making, of, count, fix) : NULL;
        finding->fixes++;
    }
    finding->verify = making->verify;
}

static const struct mw_tried *tried_of(const struct mw_making *making, const char *id)
{
    for (size_t i = 0; i < making->judged->tried_count; i++)
        if (strcmp(making->judged->tried[i].cause->id, id) == 0)
            return &making->judged->tried[i];
    return NULL;
}

/* A look-alike is named as long as nothing has ruled it out. */
static void add_alikes(struct mw_making *making, struct mw_finding *finding)
{
    for (size_t i = 0; i < MW_ALIKE && finding->cause->alike[i].other; i++) {
        const struct mw_tried *other = tried_of(making, finding->cause->alike[i].other);
        if (other && (other->tested == MW_NOT_TOLD || other->tested == MW_NO_ANSWER))
            finding->alike[finding->alikes++] = (struct mw_alike){other->cause, mw_lang(finding->cause->alike[i].decides)};
    }
}

/* Words with several meanings: the likelier one is the finding, each other is named once. */
static void add_rivals(struct mw_making *making, struct mw_finding *finding)
{
    for (size_t i = 0; i < making->judged->count && finding->alikes < MW_COUNT(finding->alike); i++) {
        const struct mw_instance *other = making->judged->instances[i];
        bool named = !other->rival || other->rival->cause != finding->cause;
        for (size_t j = 0; j < finding->alikes; j++)
            named = named || finding->alike[j].other == other->cause;
        if (!named)
            finding->alike[finding->alikes++] = (struct mw_alike){other->cause, mw_lang(N_("The server's words fit this as well."))};
    }
}

/* --- findings -------------------------------------------------------------------------------------------------------------------------------------------- */
/* The gravest first: what follows from several belongs to that one. */
static void gather_all(struct mw_making *making, struct mw_instance **of, size_t count, struct mw_gathered *gathered)
{
    forget_visits(making);
    for (gathered->severity = MW_BLOCKS; gathered->severity <= MW_ADVICE; gathered->severity++)
        for (size_t i = 0; i < count; i++)
            if (of[i]->severity == gathered->severity)
                gather(making, of[i], gathered);
}

/* A leg that a place merely advises on is not one that the finding blocks. */
static void add_legs(struct mw_finding *finding, struct mw_instance **of, size_t count, const struct mw_gathered *gathered)
{
    for (size_t i = 0; i < count; i++) {
        finding->reach_at[of[i]->severity] |= of[i]->legs;
        if (of[i]->severity < MW_ADVICE || finding->severity == MW_ADVICE)
            finding->legs |= of[i]->legs;
    }
    for (size_t i = 0; i < MW_COUNT(finding->reach_at); i++) {
        finding->reach_at[i] |= gathered->legs[i];
        finding->reach |= finding->reach_at[i];
    }
}

static struct mw_finding make_finding(struct mw_making *making, struct mw_instance **of, size_t count)
{
    struct mw_instance *best = strongest(of, count);
    struct mw_finding finding = {.cause = best->cause, .severity = best->severity, .confidence = best->confidence};
    struct mw_gathered gathered = {0};
    for (size_t i = 0; i < count; i++) {
        finding.confidence = of[i]->confidence > finding.confidence ? of[i]->confidence : finding.confidence;
        add_evidence(making, &finding, of[i]);
    }
    gather_all(making, of, count, &gathered);
    add_legs(&finding, of, count, &gathered);
    finding.about = common_about(making, of, count);
    finding.explains = gathered.ids;
    finding.explains_seen = gathered.ids.count;
    add_symptoms(making, finding.cause, &finding.explains);
    put_into_words(making, &finding, of, count);
    const char *part = mw_make_count(making, of, count);
    if (part)
        finding.says = mw_printf(making->arena, "%s %s", finding.says, part);
    mw_make_marked(making, &finding, of, count);
    mw_make_lifetimes(making, &finding);
    add_alikes(making, &finding);
    add_rivals(making, &finding);
    return finding;
}

/* All unexplained instances of one cause, from `at` on (instances stand in the order of the causes). */
static size_t roots_of(struct mw_making *making, size_t at, struct mw_instance **of, size_t *count)
{
    const struct mw_cause *cause = making->judged->instances[at]->cause;
    *count = 0;
    for (; at < making->judged->count && making->judged->instances[at]->cause == cause; at++)
        if (!making->judged->instances[at]->explained)
            of[(*count)++] = making->judged->instances[at];
    return at;
}

static int compare(const void *left, const void *right)
{
    const struct mw_finding *a = left, *b = right;
    int by[] = {(int)a->severity - (int)b->severity, (int)a->cause->layer - (int)b->cause->layer, (int)b->explains_seen - (int)a->explains_seen,
                (b->confidence > a->confidence) - (b->confidence < a->confidence)};
    for (size_t i = 0; i < MW_COUNT(by); i++)
        if (by[i])
            return by[i];
    return strcmp(a->cause->id, b->cause->id);
}

static void make_findings(struct mw_making *making)
{
    struct mw_finding *findings = MW_NEW_ARRAY(making->arena, struct mw_finding, making->judged->count + 1);
    struct mw_instance **of = MW_NEW_ARRAY(making->arena, struct mw_instance *, making->judged->count + 1);
    for (size_t at = 0, count; at < making->judged->count;) {
        at = roots_of(making, at, of, &count);
        if (!count)
            continue;
        struct mw_finding finding = make_finding(making, of, count);
        if (finding.reach & making->report->legs)
            findings[making->report->count++] = finding;
    }
    qsort(findings, making->report->count, sizeof *findings, compare);
    making->report->findings = findings;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------------------------- */
static const struct {
    const char *question;
    unsigned legs;
} questions[] = {
    {"check", MW_ALL_LEGS}, {"send", MW_SUBMIT | MW_SEND},    {"receive", MW_RECEIVE | MW_RETRIEVE}, {"imap", MW_RETRIEVE},
    {"pop3", MW_RETRIEVE},  {"deliver", MW_SUBMIT | MW_SEND}, {"account", MW_RETRIEVE | MW_ACCOUNT},
};

unsigned mw_question_legs(const char *question)
{
    for (size_t i = 0; i < MW_COUNT(questions); i++)
        if (mw_text_same(questions[i].question, question))
            return questions[i].legs;
    return MW_ALL_LEGS;
}

/* As a shell takes it for one word: the command is there to be pasted, and a saved run may come from anywhere. */
static const char *shell_word(struct mw_arena *arena, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-";
    const char *safe = mw_text_safe(arena, word, strlen(word), 300);
    if (*safe && safe[strspn(safe, plain)] == '\0')
        return safe;
    struct mw_list pieces = {0};
    for (const char *quote; (quote = strchr(safe, '\'')); safe = quote + 1)
        mw_list_add(arena, &pieces, mw_strndup(arena, safe, (size_t)(quote - safe)));
    mw_list_add(arena, &pieces, safe);
    return mw_printf(arena, "'%s'", mw_list_join(arena, &pieces, "'\\''"));
}

/* Where a secret stood is not told. */
static const char *option_of(const char *shape)
{
    static const struct {
        const char *shape, *option;
    } secrets[] = {{"to-password", "to-password-file=FILE"}, {"token", "token-file=FILE"}};
    for (size_t i = 0; i < MW_COUNT(secrets); i++)
        if (strcmp(secrets[i].shape, shape) == 0)
            return secrets[i].option;
    return shape;
}

static const char *verify_command(struct mw_making *making)
{
    const struct mw_header *header = making->report->header;
    struct mw_list words = {0};
    mw_list_add(making->arena, &words, "mailwhy");
    mw_list_add(making->arena, &words, shell_word(making->arena, header->question));
    mw_list_add(making->arena, &words, shell_word(making->arena, header->target));
    for (size_t i = 0; i < header->options.count; i++)
        mw_list_add(making->arena, &words, shell_word(making->arena, mw_printf(making->arena, "--%s", option_of(header->options.items[i]))));
    return mw_list_join(making->arena, &words, " ");
}

bool mw_make_is_spf(const struct mw_facts *facts)
{
    return mw_list_has(&mw_facts_header(facts)->options, "spf");
}

const struct mw_report *mw_report_make(struct mw_arena *arena, const struct mw_facts *facts)
{
    struct mw_making *making = MW_NEW(arena, struct mw_making);
    making->arena = arena;
    making->facts = facts;
    making->report = MW_NEW(arena, struct mw_report);
    making->report->facts = facts;
    making->report->header = mw_facts_header(facts);
    making->report->legs = mw_make_is_spf(facts) ? MW_SEND : mw_question_legs(making->report->header->question);
    making->verify = verify_command(making);
    making->judged = mw_judge_facts_all(arena, facts);
    const struct mw_fact *partial = mw_fact_first(facts, MW_F_RUN_PARTIAL);
    making->report->partial = partial ? partial->text : NULL;
    for (const struct mw_fact *elapsed = mw_fact_first(facts, MW_F_RUN_ELAPSED); elapsed; elapsed = mw_fact_next(facts, elapsed))
        making->report->elapsed_ms += (long)elapsed->number;
    make_findings(making);
    mw_make_untested(making);
    mw_make_verdict(making);
    return making->report;
}
