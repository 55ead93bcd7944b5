/* One login a service: the claim to it, who may make it, and what came of it (sasl.c has the exchange).
 *
 * It never tries twice, never tells a secret, and never sends one where it was not asked to. */
#include "sasl.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>
#include <mailwhy/net.h>

/* clang-format off */
const struct mw_login_service mw_login_submission = {
    MW_F_ENDPOINT_SUBMISSIONS, MW_F_ENDPOINT_SUBMISSION, MW_F_SUBMISSION_END,
    MW_F_SMTP_LOGIN, MW_F_SMTP_LOGIN_MECHANISM, MW_F_SMTP_LOGIN_SKIPPED, MW_F_SMTP_LOGIN_CANCELLED, MW_F_SMTP_LOGIN_OAUTH,
};
const struct mw_login_service mw_login_imap = {
    MW_F_ENDPOINT_IMAPS, MW_F_ENDPOINT_IMAP, MW_F_IMAP_END,
    MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_SKIPPED, MW_F_IMAP_LOGIN_CANCELLED, MW_F_IMAP_LOGIN_OAUTH,
};
const struct mw_login_service mw_login_pop3 = {
    MW_F_ENDPOINT_POP3S, MW_F_ENDPOINT_POP3, MW_F_POP3_END,
    MW_F_POP3_LOGIN, MW_F_POP3_LOGIN_MECHANISM, MW_F_POP3_LOGIN_SKIPPED, MW_F_POP3_LOGIN_CANCELLED, MW_F_POP3_LOGIN_OAUTH,
};
const struct mw_login_service mw_login_sieve = { /* never with TLS from the start */
    MW_F_ENDPOINT_SIEVE, MW_F_ENDPOINT_SIEVE, MW_F_SIEVE_END,
    MW_F_SIEVE_LOGIN, MW_F_SIEVE_LOGIN_MECHANISM, MW_F_SIEVE_LOGIN_SKIPPED, MW_F_SIEVE_LOGIN_CANCELLED, MW_F_SIEVE_LOGIN_OAUTH,
};
/* clang-format on */

/* --- who may try ----------------------------------------------------------------------------------------------------------------------------- */

const char *mw_login_user(const struct mw_asked *asked)
{
    return asked->user ? asked->user : asked->mailbox;
}

static void skip(struct mw_talk *talk, const struct mw_login_service *service, const char *why, const char *quote)
{
    mw_tell_text(mw_talk_look(talk), service->skipped, mw_talk_about(talk), why, quote);
}

/* How much the endpoint's place is trusted: the more, the sooner it gets the login. */
static int rank_of_value(const char *value)
{
    static const char *const ranks[] = {"guessed", "tried", "published", "target", "configured"};
    for (size_t i = 0; i < MW_COUNT(ranks); i++) {
        if (mw_text_same(value, ranks[i])) {
            return (int)i;
        }
    }
    return -1;
}

static int rank_of(const struct mw_facts *facts, enum mw_fact_id id, const char *about)
{
    int rank = -1;
    for (const struct mw_fact *fact = mw_fact_find(facts, id, about); fact; fact = mw_fact_find_next(facts, fact)) {
        int one = rank_of_value(fact->text);
        rank = one > rank ? one : rank;
    }
    return rank;
}

static int rank_at(const struct mw_facts *facts, const struct mw_login_service *service, const char *about)
{
    int tls = rank_of(facts, service->endpoint_tls, about), starttls = rank_of(facts, service->endpoint_starttls, about);
    return tls > starttls ? tls : starttls;
}

/* Connected, still talking, and nothing against its certificate so far: it will get to its login. */
static bool is_on_its_way(const struct mw_facts *facts, const struct mw_login_service *service, const char *about)
{
    const struct mw_fact *tcp = mw_fact_find(facts, MW_F_TCP_END, about), *tls = mw_fact_find(facts, MW_F_TLS_END, about);
    const struct mw_fact *verify = mw_fact_find(facts, MW_F_TLS_VERIFY, about), *name = mw_fact_find(facts, MW_F_TLS_NAME_OK, about);
    if (!tcp || !mw_text_same(tcp->text, MW_OK) || mw_fact_find(facts, service->end, about) || mw_fact_find(facts, service->skipped, about)) {
        return false;
    }
    return !(tls && !mw_text_same(tls->text, MW_OK)) && !(verify && verify->list.count) && !(name && !name->yes);
}

static const char *better_of(const struct mw_facts *facts, const struct mw_login_service *service, enum mw_fact_id endpoints, int rank)
{
    for (const struct mw_fact *fact = mw_fact_first(facts, endpoints); fact; fact = mw_fact_next(facts, fact)) {
        if (rank_of_value(fact->text) > rank && is_on_its_way(facts, service, fact->about)) {
            return fact->about;
        }
    }
    return NULL;
}

static const char *better_endpoint(const struct mw_facts *facts, const struct mw_login_service *service, const char *about)
{
    int rank = rank_at(facts, service, about);
    const char *better = better_of(facts, service, service->endpoint_tls, rank);
    return better ? better : better_of(facts, service, service->endpoint_starttls, rank);
}

/* An autoconfig document that came over HTTPS is the domain's own word; an unsigned SRV record may be anybody's (RFC 6186 section 6). */
static bool is_named_over_https(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    const struct mw_fact *source = mw_fact_find(look->facts, MW_F_SERVICE_SOURCE, mw_talk_host(talk));
    for (; source; source = mw_fact_find_next(look->facts, source)) {
        if (mw_text_same(source->text, "autoconfig") && source->quote && mw_text_starts(source->quote, "https://")) {
            return true;
        }
    }
    return false;
}

/* The IMAP service of the same host took the same login: its filters stand beside it. */
static bool has_logged_in_beside(struct mw_talk *talk, const struct mw_login_service *service)
{
    const struct mw_look *look = mw_talk_look(talk);
    if (service != &mw_login_sieve) {
        return false;
    }
    for (const struct mw_fact *fact = mw_fact_first(look->facts, MW_F_IMAP_LOGIN); fact; fact = mw_fact_next(look->facts, fact)) {
        if (mw_text_starts(fact->text, "OK") && mw_text_same(mw_about_read(look->arena, fact->about).host, mw_talk_host(talk))) {
            return true;
        }
    }
    return false;
}

static bool was_asked_for(struct mw_talk *talk, const struct mw_login_service *service)
{
    const struct mw_look *look = mw_talk_look(talk);
    const char *host = mw_talk_host(talk), *domain = look->asked->domain;
    if (rank_at(look->facts, service, mw_talk_about(talk)) > rank_of_value("published")) {
        return true;
    }
    if ((domain && mw_domain_is_under(host, domain)) || (look->asked->host && mw_text_same(host, look->asked->host))) {
        return true;
    }
    return is_named_over_https(talk) || has_logged_in_beside(talk, service);
}

/* Does the answer judge the credentials? 4yz does not, nor do the response codes of RFC 5530, RFC 2449 and RFC 3206 that speak of the server's state. */
static bool is_refusal(const char *answer)
{
    static const char *const others[] = {"[UNAVAILABLE]", "[LIMIT]", "[SERVERBUG]", "[INUSE]", "[IN-USE]", "[LOGIN-DELAY]", "[SYS/", "(TRYLATER", "(REFERRAL"};
    if (mw_text_starts(answer, "235") || mw_text_starts(answer, "OK") || mw_text_starts(answer, "+OK") || mw_text_starts(answer, "BYE") || *answer == '4') {
        return false;
    }
    for (size_t i = 0; i < MW_COUNT(others); i++) {
        if (mw_text_find(answer, others[i])) {
            return false;
        }
    }
    return true;
}

static const char *refused_elsewhere(const struct mw_facts *facts)
{
    static const enum mw_fact_id logins[] = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN};
    for (size_t i = 0; i < MW_COUNT(logins); i++) {
        for (const struct mw_fact *fact = mw_fact_first(facts, logins[i]); fact; fact = mw_fact_next(facts, fact)) {
            if (is_refusal(fact->text)) {
                return fact->text;
            }
        }
    }
    return NULL;
}

/* NULL: it may. */
static const char *why_not_here(struct mw_talk *talk, const struct mw_login_service *service)
{
    if (mw_talk_look(talk)->asked->insecure_login) {
        return NULL;
    }
    if (!mw_talk_is_encrypted(talk)) {
        return MW_LOGIN_NOT_ENCRYPTED;
    }
    if (!mw_talk_is_verified(talk)) {
        return MW_LOGIN_NOT_VERIFIED;
    }
    return was_asked_for(talk, service) ? NULL : MW_LOGIN_OTHER_DOMAIN;
}

/* A round trip to one's own mailbox logs in there itself: once is enough. */
static bool is_left_to_round_trip(struct mw_talk *talk, const struct mw_login_service *service)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    return service == &mw_login_imap && asked->deliver && asked->to && asked->mailbox && mw_text_same(asked->to, asked->mailbox);
}

static bool may_try(struct mw_talk *talk, const struct mw_login_service *service)
{
    const struct mw_facts *facts = mw_talk_look(talk)->facts;
    if (is_left_to_round_trip(talk, service)) {
        skip(talk, service, MW_LOGIN_TRIED, "the round trip");
        return false;
    }
    const struct mw_fact *claim = mw_fact_first(facts, service->mechanism);
    if (claim) {
        skip(talk, service, MW_LOGIN_TRIED, claim->about);
        return false;
    }
    const char *flaw = mw_sasl_flaw(mw_talk_look(talk)->asked);
    if (flaw) {
        skip(talk, service, flaw, NULL);
        return false;
    }
    const char *refusal = refused_elsewhere(facts);
    if (refusal) {
        skip(talk, service, MW_LOGIN_REFUSED, refusal);
        return false;
    }
    const char *why = why_not_here(talk, service);
    if (why) {
        skip(talk, service, why, NULL);
        return false;
    }
    const char *better = better_endpoint(facts, service, mw_talk_about(talk));
    if (better) {
        skip(talk, service, MW_LOGIN_BETTER, better);
    }
    return !better;
}

/* --- the login ------------------------------------------------------------------------------------------------------------------------------ */

bool mw_login_has_credentials(struct mw_talk *talk)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    return (asked->password || asked->token) && mw_login_user(asked);
}

static void turn_came(void *context)
{
    mw_talk_resume(context);
}

static void get_in_line(void *context)
{
    struct mw_login *login = context;
    login->turn = mw_turn_take(mw_talk_look(login->talk)->net, turn_came, login->talk);
}

static void note(void *context)
{
    *(bool *)context = true;
}

static bool has_rung(struct mw_net *net, const char *name)
{
    bool rung = false;
    mw_bell_leave(mw_bell_wait(net, name, note, &rung));
    return rung;
}

/* Is it still open whether the domain names this host by a document over HTTPS? */
static bool may_be_named_yet(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    const char *domain = look->asked->domain;
    return domain && !mw_domain_is_under(mw_talk_host(talk), domain) && !is_named_over_https(talk) && has_rung(look->net, MW_BELL_SETTINGS_SOUGHT);
}

void mw_login_wait_turn(struct mw_talk *talk, struct mw_login *login)
{
    login->talk = talk;
    if (may_be_named_yet(talk)) {
        login->bell = mw_bell_wait(mw_talk_look(talk)->net, MW_BELL_SETTINGS, get_in_line, login);
    } else {
        get_in_line(login);
    }
}

void mw_login_answered(struct mw_login *login)
{
    mw_bell_leave(login->bell);
    mw_turn_give(login->turn);
    login->bell = NULL;
    login->turn = NULL;
}

/* A command of the protocol takes a password alone. */
static bool prepare(struct mw_talk *talk, const struct mw_list *offered, const char *command, struct mw_login *login)
{
    if (mw_sasl_start(talk, offered, login)) {
        return true;
    }
    login->mechanism = command;
    login->is_command = true;
    login->why = offered->count ? mw_printf(mw_talk_look(talk)->arena, "none usable of %s", mw_list_join(mw_talk_look(talk)->arena, offered, " ")) : NULL;
    return command && !mw_talk_look(talk)->asked->token;
}

bool mw_login_claim(struct mw_talk *talk, const struct mw_login_service *service, const struct mw_list *offered, const char *command, struct mw_login *login)
{
    struct mw_look *look = mw_talk_look(talk);
    if (!mw_login_has_credentials(talk) || !may_try(talk, service)) {
        return false;
    }
    login->service = service;
    if (!prepare(talk, offered, command, login)) {
        skip(talk, service, MW_LOGIN_NO_MECHANISM, mw_list_join(look->arena, offered, " "));
        return false;
    }
    mw_tell_text(look, service->mechanism, mw_talk_about(talk), login->mechanism, login->why);
    return true;
}

void mw_login_tell(struct mw_talk *talk, struct mw_login *login, const char *answer)
{
    struct mw_look *look = mw_talk_look(talk);
    const char *about = mw_talk_about(talk), *shown = mw_talk_hidden(talk, answer);
    if (login->cancelled) {
        mw_tell_text(look, login->service->cancelled, about, shown, login->cancelled);
    }
    if (login->oauth_status) {
        mw_tell_text(look, login->service->oauth, about, login->oauth_status, login->oauth_words);
    }
    if (!login->cancelled) {
        mw_tell_text(look, login->service->login, about, shown, login->scram_error);
    }
    mw_login_answered(login);
}

void mw_login_forget(struct mw_login *login)
{
    mw_login_answered(login);
    mw_sasl_end(login);
}
