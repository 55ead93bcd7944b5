/* The one login of a service (submission, imap, pop3) in a run: which conversation makes it, with which mechanism, and the SASL dialogue (RFC 4422) by
 * libgsasl, which is loaded at first use.
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
#define MW_LOGIN_NO_MECHANISM  "no usable mechanism"         /* none that takes a password is offered; quote: those that are */
/* clang-format on */

struct mw_login_service {
    enum mw_fact_id endpoint_tls, endpoint_starttls, end; /* of its endpoints and conversations */
    enum mw_fact_id login, mechanism, skipped;
};
extern const struct mw_login_service mw_login_submission, mw_login_imap, mw_login_pop3;

struct mw_login {
    const struct mw_login_service *service;
    const char *mechanism; /* as told: SASL's name, or the protocol's own command */
    bool is_command;       /* the protocol's own command: no SASL */
    void *session;
    bool speaks_first;     /* the mechanism has an initial response */
    struct mw_turn *turn;
};

/* Are there credentials, so that the conversation has to wait for its turn? Without them mw_login_claim is asked at once, and says no. */
bool mw_login_has_credentials(struct mw_talk *talk);
/* For `say` of the pausing step. */
void mw_login_wait_turn(struct mw_talk *talk, struct mw_login *login);
/* The answer came: the next may log in. */
void mw_login_answered(struct mw_login *login);
#define MW_LOGIN_TURN_S 120

/* Shall this conversation make the service's login? True: the claim is told and `login` filled. `offered`: SASL mechanisms; `command`: the protocol's own
 * login command where it may be used when none of them fits, else NULL. False without a word where there are no credentials. */
bool mw_login_claim(struct mw_talk *talk, const struct mw_login_service *service, const struct mw_list *offered, const char *command, struct mw_login *login);
/* The user name to log in with; NULL where neither --user nor a mailbox was given. */
const char *mw_login_user(const struct mw_asked *asked);
/* The initial response in base64 ("=" where it is empty); only where speaks_first. */
const char *mw_login_first(struct mw_talk *talk, struct mw_login *login);
/* The answer to a challenge (base64) in base64; "*", which cancels the exchange, where the challenge is wrong or the server's proof is. */
const char *mw_login_answer(struct mw_talk *talk, struct mw_login *login, const char *challenge);
/* Gives back what libgsasl holds. Call it from the plan's `done`; any number of times. */
void mw_login_forget(struct mw_login *login);

#endif
