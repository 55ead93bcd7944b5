/* From a server's words to causes: text before numbers, the provider's own words before those of its software, these before codes.
 *
 * Only refusals are read, and a reply that nothing fits stays unexplained. RFC 5321 section 4.2, RFC 3463, RFC 5248, RFC 5530, RFC 2449, RFC 3206. */
#include "replies.h"

#include <regex.h>
#include <string.h>

enum owner {
    ALL, GMAIL, MICROSOFT, YAHOO, ICLOUD, NETEASE, TENCENT, ALIYUN, SINA, SOHU, CN21, TOM, ZOHO, YANDEX, MAILRU, MIMECAST,
    LOGIN, STORE, WORDS, CODES
};
enum where { HOME, ANY };

static const struct row {
    enum owner owner;
    enum where where;
    const char *pattern, *cause;
} rows[] = {
#define REPLY(owner, where, pattern, cause) {owner, where, pattern, cause},
#include "replies.def"
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Whose server it is, by its host name or greeting. */
/* clang-format off */
static const struct {
    enum owner owner;
    const char *pattern;
} providers[] = {
    {GMAIL,     "(google|googlemail|gmail)\\.com"},
    {MICROSOFT, "(outlook|office365|office|hotmail|live)\\.com|partner\\.outlook\\.cn|Microsoft (ESMTP|Exchange)"},
    {YAHOO,     "yahoo|aol\\.com"},
    {ICLOUD,    "(icloud|me|mac|apple)\\.com"},
    {NETEASE,   "(163|126|188|netease)\\.com|yeah\\.net|Coremail"},
    {TENCENT,   "(qq|tencent)\\.com"},
    {ALIYUN,    "(aliyun|mxhichina|aliyuncs)\\.com"},
    {SINA,      "sina\\.(com|cn|net)"},
    {SOHU,      "sohu\\.com"},
    {CN21,      "21cn\\.com|189\\.cn"},
    {TOM,       "tom\\.com"},
    {ZOHO,      "zoho\\.|zohomail"},
    {YANDEX,    "yandex\\."},
    {MAILRU,    "mail\\.ru"},
    {MIMECAST,  "mimecast"},
};

enum place { AT_GREETING = 1, AT_HELLO = 2, AT_TLS = 4, AT_MAIL = 8, AT_RCPT = 16, AT_LOGIN = 32, AT_STORE = 64, AT_DATA = 128 };

/* Facts that are replies, and where in a conversation they stand. */
static const struct source {
    enum mw_fact_id id;
    unsigned place;
    bool is_smtp;
} sources[] = {
    {MW_F_SMTP_GREETING,        AT_GREETING,          true},
    {MW_F_SMTP_EHLO,            AT_HELLO,             true},
    {MW_F_SMTP_HELO,            AT_HELLO,             true},
    {MW_F_SMTP_STARTTLS_REPLY,  AT_TLS,               true},
    {MW_F_SMTP_MAIL,            AT_MAIL,              true},
    {MW_F_SMTP_RCPT,            AT_RCPT,              true},
    {MW_F_SMTP_RETRY_MAIL,      AT_MAIL,              true},
    {MW_F_SMTP_RETRY_RCPT,      AT_RCPT,              true},
    {MW_F_SMTP_LOGIN,           AT_LOGIN,             true},
    {MW_F_DELIVER_DATA,         AT_RCPT | AT_DATA,    true},
    {MW_F_DELIVER_SENT,         AT_DATA,              true},
    {MW_F_DELIVER_BOUNCE,       AT_RCPT | AT_DATA,    true},
    {MW_F_DELIVER_DELAYED,      AT_RCPT | AT_DATA,    true},
    {MW_F_IMAP_GREETING,        AT_GREETING,          false},
    {MW_F_IMAP_BYE,             AT_GREETING,          false},
    {MW_F_IMAP_LOGIN,           AT_LOGIN | AT_STORE,  false},
    {MW_F_ARRIVAL_LOGIN,        AT_LOGIN | AT_STORE,  false},
    {MW_F_IMAP_SELECT,          AT_STORE,             false},
    {MW_F_POP3_GREETING,        AT_GREETING,          false},
    {MW_F_POP3_LOGIN,           AT_LOGIN | AT_STORE,  false},
    {MW_F_POP3_STAT,            AT_STORE,             false},
    {MW_F_SIEVE_LOGIN,          AT_LOGIN,             false},
};

/* Enhanced status codes (RFC 3463, RFC 5248), where no words decided; the class stands in them, for a 4.1.1 is not a 5.1.1. */
static const struct {
    const char *code;
    unsigned place;
    const char *cause;
    double confidence;
} numbers[] = {
    {"5.1.0",  AT_RCPT,                      "smtp.rcpt.user_unknown",         0.7},
    {"5.1.1",  AT_RCPT,                      "smtp.rcpt.user_unknown",         0.9},
    {"5.1.10", AT_RCPT,                      "smtp.rcpt.user_unknown",         0.7},
    {"4.1.1",  AT_RCPT,                      "smtp.rcpt.verify_unavailable",   0.7},
    {"5.1.3",  AT_RCPT,                      "smtp.rcpt.syntax",               0.8},
    {"5.1.6",  AT_RCPT,                      "smtp.rcpt.moved",                0.8},
    {"5.1.8",  AT_MAIL | AT_RCPT,            "dns.sender_domain.unresolvable", 0.7},
    {"4.1.8",  AT_MAIL | AT_RCPT,            "dns.sender_domain.unresolvable", 0.7},
    {"5.2.0",  AT_RCPT,                      "smtp.rcpt.disabled",             0.6},
    {"5.2.1",  AT_RCPT,                      "smtp.rcpt.disabled",             0.85},
    {"4.2.1",  AT_RCPT,                      "smtp.rate.recipient_throttled",  0.6},
    {"5.2.2",  AT_RCPT,                      "smtp.rcpt.mailbox_full",         0.85},
    {"4.2.2",  AT_RCPT,                      "smtp.rcpt.mailbox_full",         0.85},
    {"4.2.0",  AT_RCPT,                      "smtp.greylist",                  0.6},
    {"4.3.0",  AT_MAIL | AT_RCPT,            "smtp.server.internal_error",     0.8},
    {"4.3.1",  AT_MAIL | AT_RCPT,            "smtp.storage.full",              0.9},
    {"5.3.1",  AT_MAIL | AT_RCPT,            "smtp.storage.full",              0.9},
    {"4.3.2",  AT_HELLO | AT_MAIL | AT_RCPT, "smtp.server.maintenance",        0.7},
    {"4.3.5",  AT_HELLO | AT_MAIL | AT_RCPT, "smtp.server.misconfigured",      0.85},
    {"5.3.5",  AT_HELLO | AT_MAIL | AT_RCPT, "smtp.server.misconfigured",      0.85},
    {"4.4.3",  AT_RCPT,                      "smtp.rcpt.verify_unavailable",   0.7},
    {"5.3.4",  AT_MAIL | AT_RCPT,            "smtp.size.exceeded",             0.85},
    {"5.2.3",  AT_MAIL | AT_RCPT,            "smtp.size.exceeded",             0.8},
    {"4.5.3",  AT_RCPT,                      "smtp.rcpt.too_many",             0.85},
    {"5.5.3",  AT_RCPT,                      "smtp.rcpt.too_many",             0.85},
    {"4.4.5",  AT_HELLO | AT_MAIL | AT_RCPT, "smtp.concurrency.limit",         0.7},
    {"5.4.1",  AT_RCPT,                      "smtp.rcpt.relay_denied",         0.6},
    {"5.4.6",  AT_MAIL | AT_RCPT,            "smtp.loop.routing",              0.7},
    {"5.5.2",  AT_HELLO,                     "smtp.helo.invalid",              0.7},
    {"5.5.4",  AT_HELLO,                     "smtp.helo.invalid",              0.7},
    {"5.6.7",  AT_MAIL | AT_RCPT,            "smtp.ext.smtputf8_missing",      0.8},
    {"4.7.0",  AT_LOGIN,                     "auth.backend.unavailable",       0.8},
    {"4.7.1",  AT_RCPT,                      "smtp.greylist",                  0.5},
    {"5.7.1",  AT_MAIL | AT_RCPT,            "smtp.sender.rejected",           0.45},
    {"5.7.1",  AT_RCPT,                      "smtp.rcpt.restricted",           0.35},
    {"5.7.2",  AT_RCPT,                      "smtp.rcpt.restricted",           0.7},
    {"5.7.4",  AT_LOGIN,                     "auth.mechanism.mismatch",        0.8},
    {"5.7.8",  AT_LOGIN,                     "auth.credentials.wrong",         0.85},
    {"5.7.9",  AT_LOGIN,                     "auth.app_password_required",     0.6},
    {"5.7.11", AT_LOGIN,                     "auth.tls_required",              0.8},
    {"4.7.12", AT_LOGIN,                     "auth.password.expired",          0.8},
    {"5.7.12", AT_LOGIN,                     "auth.password.expired",          0.6},
    {"5.7.13", AT_LOGIN,                     "auth.account.disabled",          0.85},
    {"5.7.13", AT_RCPT,                      "smtp.rcpt.disabled",             0.85},
    {"5.7.14", AT_LOGIN,                     "auth.web_login_required",        0.6},
    {"5.7.23", AT_MAIL | AT_RCPT,            "spf.sender.not_listed",          0.7},
    {"5.7.25", AT_MAIL | AT_RCPT,            "dns.ptr.missing",                0.7},
};

/* What is left: the kind of refusal at a place that has but one usual reason. "5": a 5xx; "N": NO or -ERR. */
static const struct {
    const char *begins;
    unsigned place;
    const char *cause;
    double confidence;
} classes[] = {
    {"535",  AT_LOGIN, "auth.credentials.wrong",   0.7},
    {"534",  AT_LOGIN, "auth.mechanism.mismatch",  0.5},
    {"504",  AT_LOGIN, "auth.mechanism.mismatch",  0.6},
    {"530",  AT_LOGIN, "auth.tls_required",        0.5},
    {"538",  AT_LOGIN, "auth.tls_required",        0.7},
    {"525",  AT_LOGIN, "auth.account.disabled",    0.6},
    {"501",  AT_LOGIN, "auth.encoding.bad",        0.5},
    {"454",  AT_LOGIN, "auth.backend.unavailable", 0.6},
    {"432",  AT_LOGIN, "auth.password.expired",    0.6},
    {"552",  AT_RCPT,  "smtp.rcpt.mailbox_full",   0.6},
    {"551",  AT_RCPT,  "smtp.rcpt.moved",          0.5},
    {"553",  AT_RCPT,  "smtp.rcpt.syntax",         0.4},
    {"550",  AT_RCPT,  "smtp.rcpt.user_unknown",   0.5},
    {"NO",   AT_STORE, "imap.backend.down",        0.5},
    {"-ERR", AT_STORE, "imap.backend.down",        0.5},
};
/* clang-format on */

static bool fits(const char *pattern, const char *text)
{
    regex_t compiled;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0) {
        return false;
    }
    bool found = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

/* Bytes of the piece of a pattern that is not plain: an escape, a bracket, a whole group, or one sign. */
static size_t odd_piece(const char *p)
{
    if (*p == '\\') {
        return p[1] ? 2 : 1;
    }
    if (*p == '[' || *p == '{') {
        return strcspn(p, *p == '[' ? "]" : "}") + 1;
    }
    size_t count = 0, depth = 0;
    do {
        depth += p[count] == '(';
        depth -= p[count] == ')' && depth > 0;
        count++;
    } while (depth > 0 && p[count]);
    return count;
}

/* The longest run of plain characters that every match must hold, so that most patterns need not be compiled; "" where none is certain. */
static const char *certain_part(struct mw_arena *arena, const char *pattern)
{
    const char *best = "";
    size_t longest = 0;
    for (const char *p = pattern; *p;) {
        size_t run = strcspn(p, "\\.[](){}*+?^$|");
        size_t sure = run > 0 && p[run] && strchr("*?{", p[run]) ? run - 1 : run;
        best = sure > longest ? p : best;
        longest = sure > longest ? sure : longest;
        p += run;
        if (*p == '|') {
            return "";
        }
        p += *p ? odd_piece(p) : 0;
    }
    return mw_strndup(arena, best, longest);
}

static bool says(struct mw_arena *arena, const char *pattern, const char *text)
{
    return mw_text_find(text, certain_part(arena, pattern)) && fits(pattern, text);
}

/* One reply on its way to its causes. */
struct reading {
    struct mw_judge *judge;
    struct mw_arena *arena;
    const struct source *source;
    const struct mw_fact *fact;
    const char *text;
    enum owner provider; /* ALL: nobody's that we know */
    struct mw_said **tail;
};

static struct mw_said *note(struct reading *reading, const char *cause, double confidence)
{
    struct mw_said *said = MW_NEW(reading->arena, struct mw_said);
    said->fact = reading->fact;
    said->cause = cause;
    said->confidence = confidence;
    *reading->tail = said;
    reading->tail = (struct mw_said **)&said->next;
    return said;
}

static bool may_say(const struct reading *reading, const struct row *row)
{
    if (row->owner == LOGIN) {
        return reading->source->place & AT_LOGIN;
    }
    return row->owner != STORE || !reading->source->is_smtp;
}

/* The row, and those behind it with the same pattern: several causes for one reply leave less certainty for each. */
static void note_row(struct reading *reading, size_t first, double confidence)
{
    size_t end = first + 1;
    while (end < ROWS && rows[end].owner == rows[first].owner && strcmp(rows[end].pattern, rows[first].pattern) == 0) {
        end++;
    }
    for (size_t i = first; i < end; i++) {
        bool one_of = end > first + 1;
        note(reading, rows[i].cause, !one_of ? confidence : i == first ? 0.6 : 0.35)->one_of = one_of;
    }
}

/* What is said of a recipient, a sender or a message; as an answer to a login the same words mean the account. */
static bool is_of_envelope(const char *cause)
{
    static const char *const begins[] = {"smtp.rcpt.", "smtp.sender.", "smtp.content.", "smtp.size.", "smtp.greylist", "spf.", "dkim.", "dmarc."};
    for (size_t i = 0; i < MW_COUNT(begins); i++) {
        if (mw_text_starts(cause, begins[i])) {
            return true;
        }
    }
    return false;
}

enum pass { PROVIDERS_OWN, ANY_PROVIDER, OTHERS };

static bool in_pass(const struct reading *reading, const struct row *row, enum pass pass)
{
    bool is_provider = row->owner < LOGIN;
    if (reading->source->place & AT_LOGIN && is_of_envelope(row->cause)) {
        return false;
    }
    switch (pass) {
    case PROVIDERS_OWN:
        return is_provider && row->owner == reading->provider;
    case ANY_PROVIDER:
        return is_provider && row->where == ANY;
    case OTHERS:
        break;
    }
    return !is_provider && may_say(reading, row);
}

static bool by_words(struct reading *reading, enum pass pass, double confidence)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (in_pass(reading, &rows[i], pass) && says(reading->arena, rows[i].pattern, reading->text)) {
            note_row(reading, i, confidence);
            return true;
        }
    }
    return false;
}

static bool has_number(const char *text, const char *code)
{
    size_t length = strlen(code);
    return strlen(text) > 4 && strncmp(text + 4, code, length) == 0 && (text[4 + length] < '0' || text[4 + length] > '9');
}

static bool by_number(struct reading *reading)
{
    bool found = false;
    if (reading->source->place & AT_LOGIN && mw_text_starts(reading->text, "421")) {
        return false; /* it ends the connection, whatever was asked (RFC 5321 section 3.8) */
    }
    for (size_t i = 0; reading->source->is_smtp && i < MW_COUNT(numbers); i++) {
        if ((numbers[i].place & reading->source->place) && has_number(reading->text, numbers[i].code)) {
            note(reading, numbers[i].cause, numbers[i].confidence)->one_of = true;
            found = true;
        }
    }
    return found;
}

/* A login that is refused without known words says that it is refused; why, nobody knows. */
static void by_class(struct reading *reading)
{
    unsigned place = reading->source->place & AT_LOGIN ? AT_LOGIN : reading->source->place;
    for (size_t i = 0; i < MW_COUNT(classes); i++) {
        if ((classes[i].place & place) && mw_text_starts(reading->text, classes[i].begins)) {
            note(reading, classes[i].cause, classes[i].confidence);
            return;
        }
    }
}

static void read_reply(struct reading *reading)
{
    if (by_words(reading, PROVIDERS_OWN, 0.93) || by_words(reading, ANY_PROVIDER, 0.9) || by_words(reading, OTHERS, 0.87) || by_number(reading)) {
        return;
    }
    by_class(reading);
}

static bool is_refusal(const struct source *source, const char *text)
{
    if (source->is_smtp) {
        return text[0] == '4' || text[0] == '5';
    }
    static const char *const begins[] = {"NO", "BAD", "BYE", "-ERR"};
    for (size_t i = 0; i < MW_COUNT(begins); i++) {
        if (mw_text_starts(text, begins[i])) {
            return true;
        }
    }
    return source->id == MW_F_IMAP_BYE;
}

static enum owner provider_by(const char *words)
{
    for (size_t i = 0; words && i < MW_COUNT(providers); i++) {
        if (fits(providers[i].pattern, words)) {
            return providers[i].owner;
        }
    }
    return ALL;
}

static enum owner provider_of(struct mw_judge *judge, const char *about)
{
    static const enum mw_fact_id greetings[] = {MW_F_SMTP_GREETING, MW_F_IMAP_GREETING, MW_F_POP3_GREETING};
    enum owner owner = provider_by(mw_port_host(judge, about));
    for (size_t i = 0; owner == ALL && i < MW_COUNT(greetings); i++) {
        const struct mw_fact *greeting = mw_know(judge, greetings[i], about);
        owner = greeting ? provider_by(greeting->text) : ALL;
    }
    return owner;
}

static const void *read_all(struct mw_judge *judge)
{
    struct mw_said *head = NULL;
    struct reading reading = {.judge = judge, .arena = mw_judge_arena(judge), .tail = &head};
    for (size_t i = 0; i < MW_COUNT(sources); i++) {
        reading.source = &sources[i];
        for (const struct mw_fact *fact = mw_each(judge, sources[i].id, NULL); fact; fact = mw_each(judge, sources[i].id, fact)) {
            if (is_refusal(&sources[i], fact->text)) {
                reading.fact = fact;
                reading.text = fact->text;
                reading.provider = provider_of(judge, fact->about);
                read_reply(&reading);
            }
        }
    }
    return head;
}

const struct mw_said *mw_replies(struct mw_judge *judge)
{
    return mw_judge_keep(judge, read_all);
}

const struct mw_said *mw_reply_saying(const struct mw_said *from, const char *cause)
{
    while (from && strcmp(from->cause, cause) != 0) {
        from = from->next;
    }
    return from;
}

const char *mw_reply_cause(struct mw_arena *arena, enum mw_fact_id id, const char *host, const char *reply)
{
    struct mw_said *head = NULL;
    struct reading reading = {.arena = arena, .text = reply, .provider = provider_by(host), .tail = &head};
    for (size_t i = 0; i < MW_COUNT(sources); i++) {
        if (sources[i].id == id && is_refusal(&sources[i], reply)) {
            reading.source = &sources[i];
            read_reply(&reading);
        }
    }
    return head ? head->cause : NULL;
}

/* Said by an exchange, these are about the address, name or rate of the place that speaks to it. */
static bool is_about_the_caller(const char *cause)
{
    static const char *const begins[] = {"rep.", "spf.", "dkim.", "dmarc.", "net.", "dns.", "tls.", "smtp.helo.", "smtp.rate.ip",
                                         "smtp.concurrency", "smtp.session.too_many", "smtp.pregreet"};
    if (strcmp(cause, "rep.dnsbl.query_refused") == 0) { /* a mistake of the server's own, and everybody suffers from it */
        return false;
    }
    for (size_t i = 0; i < MW_COUNT(begins); i++) {
        if (mw_text_starts(cause, begins[i])) {
            return true;
        }
    }
    return false;
}

#define NO_CLEAR_WORDS 0.6 /* confidence of a bare code, or of words that have several meanings */

struct mw_instance *mw_said_found(struct mw_judge *judge, const struct mw_said *said)
{
    const char *about = said->fact->about;
    const struct mw_cause *cause = mw_cause_by_id(said->cause);
    struct mw_instance *instance = mw_found(judge, about, said->fact);
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    bool returned = said->fact->id == MW_F_DELIVER_BOUNCE || said->fact->id == MW_F_DELIVER_DELAYED;
    bool at_exchange = kind && kind->service == MW_EXCHANGE;
    bool caller = at_exchange && is_about_the_caller(said->cause);
    mw_confidence(instance, caller ? said->confidence * 0.7 : said->confidence);
    if (said->one_of)
        mw_one_of(instance, said->fact);
    if (caller && !mw_port_role(judge, about, "recipient")) {
        mw_weight(instance, MW_ADVICE, mw_port_legs(judge, about));
        return instance;
    }
    enum mw_severity worst = cause ? cause->severity : MW_DEGRADES;
    if (returned) { /* whoever said it, the sender's mail does not pass */
        mw_weight(instance, said->fact->id == MW_F_DELIVER_DELAYED && worst == MW_BLOCKS ? MW_DEGRADES : worst, MW_SEND);
        return instance;
    }
    bool unsure = at_exchange && said->confidence <= NO_CLEAR_WORDS; /* it may be us after all whom it refuses */
    mw_port_weigh(judge, instance, about, unsure && worst == MW_BLOCKS ? MW_DEGRADES : worst);
    return instance;
}

void mw_reply_found(struct mw_judge *judge, const char *cause)
{
    for (const struct mw_said *said = mw_reply_saying(mw_replies(judge), cause); said; said = mw_reply_saying(said->next, cause)) {
        mw_said_found(judge, said);
    }
}
