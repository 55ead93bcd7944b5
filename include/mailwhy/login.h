/* The one login of a service (submission, imap, pop3, sieve) in a run: which conversation makes it, with which mechanism, and the SASL dialogue (RFC 4422).
 * With an access token (asked->token) it is OAUTHBEARER or XOAUTH2, with a password the strongest of the rest by libgsasl.
 *
 * One login is under way at a time: a conversation with credentials pauses for its turn (a step with MW_PAUSE), then claims, and gives the turn back when the
 * answer came. So a refusal by one service keeps the others from trying.
 *
 * The fact ….login.mechanism is the claim: it is told before the try, and no other conversation of the service tries once it is there. Credentials go over
 * verified TLS alone unless asked->insecure_login, and only to a host that was asked for: one below the domain, or one that a client's own settings, the
 * command line or an autoconfig document fetched over HTTPS names. A conversation that does not try although credentials were given tells
 * ….login.skipped, with one of the words below. */
#ifndef MAILWHY_LOGIN_H
#define MAILWHY_LOGIN_H

#include <mailwhy/talk.h>

/* clang-format off */
#define MW_LOGIN_NOT_ENCRYPTED "not encrypted"
#define MW_LOGIN_NOT_VERIFIED  "certificate not verified"
#define MW_LOGIN_OTHER_DOMAIN  "host of another domain"      /* found by an unsigned SRV record or by guessing: name the host to try it */
#define MW_LOGIN_TRIED         "tried elsewhere"             /* quote: the endpoint */
#define MW_LOGIN_REFUSED       "refused elsewhere"           /* another service refused the same credentials; quote: its answer */
#define MW_LOGIN_BETTER        "left to another endpoint"    /* one that is published or configured; quote: the endpoint */
#define MW_LOGIN_NO_MECHANISM  "no usable mechanism"         /* none that takes the password or token is offered; quote: those that are */
#define MW_LOGIN_EMPTY         "empty name or password"
#define MW_LOGIN_CONTROL_BYTES "control bytes in name or password"
#define MW_LOGIN_NOT_UTF8      "name or password not UTF-8"
#define MW_LOGIN_NO_TOKEN      "not an access token"         /* it has signs that none has (RFC 6750 section 2.1) */
/* clang-format on */

struct mw_login_service {
    enum mw_fact_id endpoint_tls, endpoint_starttls, end; /* of its endpoints and conversations */
    enum mw_fact_id login, mechanism, skipped, cancelled, oauth;
};
extern const struct mw_login_service mw_login_submission, mw_login_imap, mw_login_pop3, mw_login_sieve;

struct mw_login {
    const struct mw_login_service *service;
    const char *mechanism; /* as told: SASL's name, or the protocol's own command */
    bool is_command;       /* the protocol's own command: no SASL */
    void *session;
    bool speaks_first;     /* the mechanism has an initial response */
    bool has_spoken;
    bool takes_token;
    const char *why;          /* this mechanism */
    const char *cancelled;    /* what the server said that made us cancel the exchange */
    const char *oauth_status, *oauth_words; /* why the token is refused */
    const char *scram_error;  /* "e=…" (RFC 5802 section 7) */
    struct mw_turn *turn;
    struct mw_bell *bell; /* that it waits for before it gets in line */
    struct mw_talk *talk;
};

/* Rung by who looks for the domain's published settings: when it begins, and when it knows. A host of another domain may only then be known to be meant. */
#define MW_BELL_SETTINGS_SOUGHT "settings are looked for"
#define MW_BELL_SETTINGS "settings were looked for"

/* Are there credentials, so that the conversation has to wait for its turn? Without them mw_login_claim is asked at once, and says no. */
bool mw_login_has_credentials(struct mw_talk *talk);
/* For `say` of the pausing step. `login` stays where it is until mw_login_forget. */
void mw_login_wait_turn(struct mw_talk *talk, struct mw_login *login);
/* Tells the server's answer, and gives the turn back: the next may log in. The answer to an exchange that we cancelled says nothing of the credentials, and is
 * told as ….login.cancelled. */
void mw_login_tell(struct mw_talk *talk, struct mw_login *login, const char *answer);
/* Gives the turn back alone. */
void mw_login_answered(struct mw_login *login);
#define MW_LOGIN_TURN_S 120

/* Shall this conversation make the service's login? True: the claim is told and `login` filled. `offered`: SASL mechanisms; `command`: the protocol's own
 * login command where it may be used when none of them fits, else NULL. False without a word where there are no credentials. */
bool mw_login_claim(struct mw_talk *talk, const struct mw_login_service *service, const struct mw_list *offered, const char *command, struct mw_login *login);
/* The user name to log in with; NULL where neither --user nor a mailbox was given. */
const char *mw_login_user(const struct mw_asked *asked);
/* The initial response in base64 ("=" where it is empty); only where speaks_first. Where the protocol's line is too short for it, mw_login_answer gives it to
 * an empty challenge. */
const char *mw_login_first(struct mw_talk *talk, struct mw_login *login);
/* The answer to a challenge (base64) in base64; "*", which cancels the exchange, where the challenge is wrong or the server's proof is. */
const char *mw_login_answer(struct mw_talk *talk, struct mw_login *login, const char *challenge);
/* Gives back what libgsasl holds. Call it from the plan's `done`; any number of times. */
void mw_login_forget(struct mw_login *login);

#endif
