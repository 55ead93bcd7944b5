/* What several areas ask of the facts about an endpoint. Never judges by itself: rows do. RFC 5321 section 4.2 (reply codes), RFC 8461, RFC 7672. */
#include "ports.h"

/* clang-format off */
static const struct mw_port_kind kinds[] = {
    /* endpoint                   end                   stage                   service                implicit TLS */
    {MW_F_ENDPOINT_SMTP,          MW_F_SMTP_END,        MW_F_SMTP_STAGE,        MW_EXCHANGE,           false},
    {MW_F_ENDPOINT_LMTP,          MW_F_LMTP_END,        MW_F_LMTP_STAGE,        MW_LMTP_SERVICE,       false},
    {MW_F_ENDPOINT_SUBMISSIONS,   MW_F_SUBMISSION_END,  MW_F_SUBMISSION_STAGE,  MW_SUBMISSION_SERVICE, true},
    {MW_F_ENDPOINT_SUBMISSION,    MW_F_SUBMISSION_END,  MW_F_SUBMISSION_STAGE,  MW_SUBMISSION_SERVICE, false},
    {MW_F_ENDPOINT_IMAPS,         MW_F_IMAP_END,        MW_F_IMAP_STAGE,        MW_IMAP_SERVICE,       true},
    {MW_F_ENDPOINT_IMAP,          MW_F_IMAP_END,        MW_F_IMAP_STAGE,        MW_IMAP_SERVICE,       false},
    {MW_F_ENDPOINT_INBOX_TLS,     MW_F_ARRIVAL_END,     MW_F_ARRIVAL_STAGE,     MW_IMAP_SERVICE,       true}, /* of a round trip's recipient */
    {MW_F_ENDPOINT_INBOX,         MW_F_ARRIVAL_END,     MW_F_ARRIVAL_STAGE,     MW_IMAP_SERVICE,       false},
    {MW_F_ENDPOINT_POP3S,         MW_F_POP3_END,        MW_F_POP3_STAGE,        MW_POP3_SERVICE,       true},
    {MW_F_ENDPOINT_POP3,          MW_F_POP3_END,        MW_F_POP3_STAGE,        MW_POP3_SERVICE,       false},
    {MW_F_ENDPOINT_SIEVE,         MW_F_SIEVE_END,       MW_F_SIEVE_STAGE,       MW_SIEVE_SERVICE,      false},
};
/* clang-format on */

static bool has_value(struct mw_judge *judge, enum mw_fact_id id, const char *about, const char *value)
{
    MW_EACH_ABOUT(fact, judge, id, about) {
        if (mw_text_same(fact->text, value)) {
            return true;
        }
    }
    return false;
}

static bool counts(struct mw_judge *judge, const struct mw_port_kind *kind, const char *about)
{
    return mw_know(judge, kind->endpoint, about) && (kind->service != MW_SIEVE_SERVICE || has_value(judge, kind->endpoint, about, "target"));
}

const struct mw_port_kind *mw_port_kind(struct mw_judge *judge, const char *about)
{
    for (size_t i = 0; i < MW_COUNT(kinds); i++) {
        if (counts(judge, &kinds[i], about)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static size_t kind_of(enum mw_fact_id endpoint)
{
    size_t at = 0;
    while (kinds[at].endpoint != endpoint) {
        at++;
    }
    return at;
}

/* Said of that endpoint before, by a fact of this kind or of an earlier one, or none that counts? */
static bool was_met(struct mw_judge *judge, const struct mw_fact *fact)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, fact->about);
    return !kind || kind->endpoint != fact->id || mw_fact_find(mw_judge_facts(judge), fact->id, fact->about) != fact;
}

const struct mw_fact *mw_port_next(struct mw_judge *judge, const struct mw_fact *before)
{
    size_t at = before ? kind_of(before->id) : 0;
    const struct mw_fact *fact = mw_each(judge, kinds[at].endpoint, before);
    while (at < MW_COUNT(kinds)) {
        if (fact && !was_met(judge, fact)) {
            return fact;
        }
        if (fact) {
            fact = mw_each(judge, fact->id, fact);
        }
        while (!fact && ++at < MW_COUNT(kinds)) {
            fact = mw_each(judge, kinds[at].endpoint, NULL);
        }
    }
    return NULL;
}

bool mw_port_role(struct mw_judge *judge, const char *about, const char *role)
{
    for (size_t i = 0; i < MW_COUNT(kinds); i++) {
        if (has_value(judge, kinds[i].endpoint, about, role)) {
            return true;
        }
    }
    return false;
}

bool mw_port_is_wanted(struct mw_judge *judge, const char *about)
{
    static const char *const roles[] = {"mx", "recipient", "published", "configured", "target"};
    for (size_t i = 0; i < MW_COUNT(roles); i++) {
        if (mw_port_role(judge, about, roles[i])) {
            return true;
        }
    }
    return false;
}

bool mw_port_matters(struct mw_judge *judge, const char *about)
{
    return mw_port_is_wanted(judge, about) || (mw_port_role(judge, about, "tried") && !mw_port_other_works(judge, about));
}

unsigned mw_port_legs(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    if (!kind) {
        return 0;
    }
    if (kind->service == MW_EXCHANGE) {
        bool ours = mw_port_role(judge, about, "mx") || mw_port_role(judge, about, "target");
        return (ours ? MW_RECEIVE : 0u) | (mw_port_role(judge, about, "recipient") ? MW_SEND : 0u);
    }
    if (kind->service == MW_LMTP_SERVICE) {
        return MW_RECEIVE;
    }
    if (kind->service == MW_SIEVE_SERVICE) {
        return MW_ACCOUNT;
    }
    return kind->service == MW_SUBMISSION_SERVICE ? MW_SUBMIT : MW_RETRIEVE;
}

const char *mw_port_host(struct mw_judge *judge, const char *about)
{
    return mw_about_read(mw_judge_arena(judge), about).host;
}

int mw_port_number(struct mw_judge *judge, const char *about)
{
    return mw_about_read(mw_judge_arena(judge), about).port;
}

bool mw_port_is_here(struct mw_judge *judge, const char *about)
{
    const char *address = mw_about_read(mw_judge_arena(judge), about).address;
    return address && (mw_text_starts(address, "127.") || mw_text_same(address, "::1"));
}

const char *mw_port_place(struct mw_judge *judge, const char *about)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    struct mw_about parts = mw_about_read(arena, about);
    return mw_about_endpoint(arena, parts.host, NULL, parts.port);
}

const struct mw_fact *mw_port_next_at(struct mw_judge *judge, const char *host, int port, const struct mw_fact *before)
{
    for (const struct mw_fact *at = mw_port_next(judge, before); at; at = mw_port_next(judge, at)) {
        struct mw_about parts = mw_about_read(mw_judge_arena(judge), at->about);
        const char *name = *parts.host ? parts.host : parts.address;
        if (mw_text_same(name, host) && (!port || parts.port == port)) {
            return at;
        }
    }
    return NULL;
}

void mw_port_prove(struct mw_judge *judge, struct mw_instance *instance, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    mw_proof(instance, mw_know(judge, MW_F_TCP_END, about));
    mw_proof(instance, mw_know(judge, MW_F_TLS_END, about));
    if (kind) {
        mw_proof(instance, mw_know(judge, kind->end, about));
    }
}

const struct mw_fact *mw_port_certificate_flaw(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *verify = mw_know(judge, MW_F_TLS_VERIFY, about);
    if (verify && verify->list.count > 0) {
        return verify;
    }
    const struct mw_fact *name = mw_know(judge, MW_F_TLS_NAME_OK, about);
    return name && !name->yes ? name : NULL;
}

/* Exchanges take mail whatever their certificate says; clients do not. */
static bool works(struct mw_judge *judge, const struct mw_port_kind *kind, const char *about)
{
    if (!mw_is(judge, kind->end, about, MW_OK)) {
        return false;
    }
    if (kind->service == MW_EXCHANGE || kind->service == MW_LMTP_SERVICE) {
        const struct mw_fact *reply = mw_know(judge, MW_F_SMTP_RCPT, about);
        return !reply || mw_reply_class(reply) == 2;
    }
    return mw_is(judge, MW_F_TLS_END, about, MW_OK) && !mw_port_certificate_flaw(judge, about);
}

bool mw_port_works(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    return kind && works(judge, kind, about);
}

/* Exchanges of the domain asked about do not stand in for those of the outside recipient. */
static bool same_side(struct mw_judge *judge, const struct mw_port_kind *kind, const char *a, const char *b)
{
    return kind->service != MW_EXCHANGE || mw_port_role(judge, a, "recipient") == mw_port_role(judge, b, "recipient");
}

const char *mw_port_other_works(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    for (const struct mw_fact *port = NULL; kind && (port = mw_port_next(judge, port));) {
        const struct mw_port_kind *other = &kinds[kind_of(port->id)];
        bool is_other = other->service == kind->service && !mw_text_same(port->about, about) && same_side(judge, kind, port->about, about);
        if (is_other && works(judge, other, port->about)) {
            return port->about;
        }
    }
    return NULL;
}

const struct mw_fact *mw_port_enforced(struct mw_judge *judge, const char *about)
{
    MW_EACH_ABOUT(of, judge, MW_F_MX_HOST_OF, mw_port_host(judge, about)) {
        const struct mw_fact *mode = mw_know(judge, MW_F_MTASTS_MODE, of->text);
        if (mode && mw_text_same(mode->text, "enforce")) {
            return mode;
        }
    }
    return NULL;
}

const struct mw_fact *mw_port_dane(struct mw_judge *judge, const char *about)
{
    const char *place = mw_port_place(judge, about);
    const struct mw_fact *secure = mw_know(judge, MW_F_TLSA_SECURE, place);
    return secure && secure->yes && mw_know(judge, MW_F_TLSA_RECORD, place) ? secure : NULL;
}

/* A port of any service for the same leg works. */
static bool leg_works(struct mw_judge *judge, const char *about)
{
    for (const struct mw_fact *port = NULL; (port = mw_port_next(judge, port));) {
        if (!mw_text_same(port->about, about) && mw_port_legs(judge, port->about) == mw_port_legs(judge, about) && mw_port_works(judge, port->about)) {
            return true;
        }
    }
    return false;
}

static bool is_replaced(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    if (kind && kind->service == MW_EXCHANGE) {
        return mw_port_other_works(judge, about);
    }
    return kind && !mw_port_is_wanted(judge, about) && leg_works(judge, about);
}

void mw_port_weigh(struct mw_judge *judge, struct mw_instance *instance, const char *about, enum mw_severity worst)
{
    mw_weight(instance, worst < MW_DEGRADES && is_replaced(judge, about) ? MW_DEGRADES : worst, mw_port_legs(judge, about));
}

#define PATIENCE_MS 8000

bool mw_port_cut_short(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    const struct mw_fact *end = kind ? mw_know(judge, kind->end, about) : NULL, *partial = mw_each(judge, MW_F_RUN_PARTIAL, NULL);
    return end && partial && mw_text_same(partial->text, "out of time") && end->ms > 0 && end->ms < PATIENCE_MS;
}

int mw_reply_code(const struct mw_fact *reply)
{
    const char *text = reply && reply->text ? reply->text : "";
    for (int i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return 0;
        }
    }
    return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

int mw_reply_class(const struct mw_fact *reply)
{
    return mw_reply_code(reply) / 100;
}
