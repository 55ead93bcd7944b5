/* The first half of an IMAP conversation: greeting, CAPABILITY, STARTTLS, handshake, CAPABILITY inside TLS, one login, CAPABILITY behind it.
 *
 * A conversation puts MW_IMAP_HELLO_STEPS at the head of its table, and struct mw_imap_hello at the head of its state. Its own steps begin at MW_IMAP_STEPS:
 * there it goes on once the login was taken. Without credentials, or where the login is refused, the conversation ends. */
#ifndef MAILWHY_IMAP_HELLO_H
#define MAILWHY_IMAP_HELLO_H

#include <mailwhy/login.h>
#include <mailwhy/probe.h>

enum mw_imap_step {
    MW_IMAP_TLS_FIRST, /* implicit TLS begins here */
    MW_IMAP_GREETING,
    MW_IMAP_CAPABILITY,
    MW_IMAP_STARTTLS,
    MW_IMAP_HANDSHAKE,
    MW_IMAP_CAPABILITY_AGAIN,
    MW_IMAP_TURN,
    MW_IMAP_LOGIN,
    MW_IMAP_ANSWER,
    MW_IMAP_CAPABILITY_AFTER,
    MW_IMAP_STEPS
};

struct mw_imap_hello {
    const struct mw_login_service *service; /* whose login it is; NULL: mw_login_imap. Set by the conversation */
    bool quiet;                             /* the endpoint was talked to before: nothing but the login is told; set by the conversation */
    struct mw_login login;
    struct mw_list capabilities; /* the newest */
    const char *challenge;
    struct mw_list login_parts;  /* of the LOGIN command, where the server must be asked to go on (imap.h) */
    size_t login_part;
    bool preauth; /* the greeting was PREAUTH: nobody may log in */
};

bool mw_imap_has(const struct mw_imap_hello *hello, const char *capability);
/* The command with its tag before it. */
const char *mw_imap_tagged(struct mw_talk *talk, const char *command);
/* A quoted string (RFC 9051 section 4.3); there must be no line end in it. */
const char *mw_imap_quoted(struct mw_arena *arena, const char *text);
/* For a reply of code 'Y', which may answer any command. */
int mw_imap_got_bye(struct mw_talk *talk, const struct mw_reply *reply);

const char *mw_imap_say_capability(struct mw_talk *talk);
const char *mw_imap_say_starttls(struct mw_talk *talk);
const char *mw_imap_wait_turn(struct mw_talk *talk);
const char *mw_imap_say_login(struct mw_talk *talk);
const char *mw_imap_say_answer(struct mw_talk *talk);
int mw_imap_got_tls_first(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_greeting(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_capability(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_starttls(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_handshake(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_turn(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_login(struct mw_talk *talk, const struct mw_reply *reply);
int mw_imap_got_capability_after(struct mw_talk *talk, const struct mw_reply *reply);

/* clang-format off */
#define MW_IMAP_HELLO_STEPS \
    /*                             name                      what we say             who reads the answer          wait  flags */ \
    [MW_IMAP_TLS_FIRST]        = { "handshake",              NULL,                   mw_imap_got_tls_first,          15,  MW_HANDSHAKE }, \
    [MW_IMAP_GREETING]         = { "greeting",               NULL,                   mw_imap_got_greeting,          300,  0 }, \
    [MW_IMAP_CAPABILITY]       = { "CAPABILITY",             mw_imap_say_capability, mw_imap_got_capability,         60,  0 }, \
    [MW_IMAP_STARTTLS]         = { "STARTTLS",               mw_imap_say_starttls,   mw_imap_got_starttls,           60,  0 }, \
    [MW_IMAP_HANDSHAKE]        = { "handshake",              NULL,                   mw_imap_got_handshake,          15,  MW_HANDSHAKE }, \
    [MW_IMAP_CAPABILITY_AGAIN] = { "CAPABILITY after TLS",   mw_imap_say_capability, mw_imap_got_capability,         60,  0 }, \
    [MW_IMAP_TURN]             = { "turn to log in",         mw_imap_wait_turn,      mw_imap_got_turn, MW_LOGIN_TURN_S,   MW_PAUSE }, \
    [MW_IMAP_LOGIN]            = { "LOGIN",                  mw_imap_say_login,      mw_imap_got_login,              60,  MW_SECRET }, \
    [MW_IMAP_ANSWER]           = { "LOGIN",                  mw_imap_say_answer,     mw_imap_got_login,              60,  MW_SECRET_WHOLE }, \
    [MW_IMAP_CAPABILITY_AFTER] = { "CAPABILITY after LOGIN", mw_imap_say_capability, mw_imap_got_capability_after,   60,  0 }
/* clang-format on */

/* The facts that these steps tell beside end, stage, greeting and the login's; for the table of a probe. */
#define MW_IMAP_HELLO_TELLS \
    MW_F_IMAP_BYE, MW_F_IMAP_CAPABILITY_CLEAR, MW_F_IMAP_CAPABILITY, MW_F_IMAP_CAPABILITY_AFTER, MW_F_IMAP_STARTTLS, MW_F_IMAP_STARTTLS_REPLY

#endif
