/* The first half of an SMTP conversation, the same on ports 25, 465 and 587: greeting, EHLO, HELO where EHLO is refused, STARTTLS, handshake, EHLO inside TLS.
 *
 * A conversation puts these steps at the head of its table (MW_HELLO_ROWS), struct mw_hello at the head of its state, and says in `over` how it goes on when
 * the last EHLO or HELO was answered with 250. */
#ifndef MAILWHY_HELLO_H
#define MAILWHY_HELLO_H

#include <mailwhy/talk.h>

enum mw_hello_step {
    MW_HELLO_TLS_FIRST, /* implicit TLS begins here */
    MW_HELLO_GREETING,
    MW_HELLO_EHLO,
    MW_HELLO_HELO,
    MW_HELLO_STARTTLS,
    MW_HELLO_HANDSHAKE,
    MW_HELLO_EHLO_AGAIN,
    MW_HELLO_STEPS
};
struct mw_hello {
    int (*over)(struct mw_talk *talk); /* the next step; set by the conversation in its plan's `begin` */
    int other;                         /* step that asks for LMTP in place of SMTP, or the reverse, where the hello is unknown; 0: none. Set there too */
    struct mw_list auth; /* mechanisms of the last EHLO reply */
    bool pipelining, utf8, size;
    bool lmtp;  /* LHLO instead of EHLO, and no HELO behind it (RFC 2033 section 4.1); set there too */
    bool quiet; /* the endpoint was talked to before: nothing is told; set there too */
};

const char *mw_hello_ehlo(struct mw_talk *talk);
/* LHLO where the conversation says EHLO, and EHLO where it says LHLO: it is what the server knows where it refused the one as unknown. */
const char *mw_hello_other(struct mw_talk *talk);
const char *mw_hello_helo(struct mw_talk *talk);
const char *mw_hello_starttls(struct mw_talk *talk);

int mw_hello_got_tls_first(struct mw_talk *talk, const struct mw_reply *reply);
int mw_hello_got_greeting(struct mw_talk *talk, const struct mw_reply *reply);
int mw_hello_got_ehlo(struct mw_talk *talk, const struct mw_reply *reply);
int mw_hello_got_helo(struct mw_talk *talk, const struct mw_reply *reply);
int mw_hello_got_starttls(struct mw_talk *talk, const struct mw_reply *reply);
int mw_hello_got_handshake(struct mw_talk *talk, const struct mw_reply *reply);
int mw_hello_got_ehlo_again(struct mw_talk *talk, const struct mw_reply *reply);
/* Tells smtp.speaks where that was taken. */
int mw_hello_got_other(struct mw_talk *talk, const struct mw_reply *reply);

/* 421 may answer any command and ends the conversation (RFC 5321 section 3.8): `next` unless it did. */
int mw_hello_unless_421(struct mw_talk *talk, const struct mw_reply *reply, int next);
/* "MAIL FROM:<…>" and "RCPT TO:<…>"; the address "" is the null sender. */
const char *mw_hello_mail(struct mw_talk *talk, const char *sender, bool utf8);
const char *mw_hello_rcpt(struct mw_talk *talk, const char *recipient);
/* May the address be said here: no control bytes, and ASCII alone unless SMTPUTF8 is offered (RFC 6531 section 3.1)? */
bool mw_hello_can_say(const struct mw_hello *hello, const char *address);
bool mw_hello_is_ascii(const char *text);

/* Deadlines: RFC 5321 section 4.5.3.2 allows five minutes for a greeting; the run's deadline cuts it. */
/* clang-format off */
#define MW_HELLO_ROWS \
    /*                        name               what we say          who reads the answer     wait  flags */ \
    [MW_HELLO_TLS_FIRST]  = { "handshake",       NULL,                mw_hello_got_tls_first,   15,  MW_HANDSHAKE }, \
    [MW_HELLO_GREETING]   = { "greeting",        NULL,                mw_hello_got_greeting,   300,  0 }, \
    [MW_HELLO_EHLO]       = { "EHLO",            mw_hello_ehlo,       mw_hello_got_ehlo,        60,  0 }, \
    [MW_HELLO_HELO]       = { "HELO",            mw_hello_helo,       mw_hello_got_helo,        60,  0 }, \
    [MW_HELLO_STARTTLS]   = { "STARTTLS",        mw_hello_starttls,   mw_hello_got_starttls,    60,  0 }, \
    [MW_HELLO_HANDSHAKE]  = { "handshake",       NULL,                mw_hello_got_handshake,   15,  MW_HANDSHAKE }, \
    [MW_HELLO_EHLO_AGAIN] = { "EHLO after TLS",  mw_hello_ehlo,       mw_hello_got_ehlo_again,  60,  0 }
/* clang-format on */

/* The facts that these steps tell beside end, stage and greeting; for the table of a probe. */
#define MW_HELLO_TELLS \
    MW_F_SMTP_GREETING, MW_F_SMTP_GREETING_MS, MW_F_SMTP_EHLO, MW_F_SMTP_HELO, MW_F_SMTP_EXTENSIONS, MW_F_SMTP_EXTENSIONS_CLEAR, MW_F_SMTP_STARTTLS, \
        MW_F_SMTP_STARTTLS_REPLY, MW_F_SMTP_INJECTED, MW_F_SMTP_MASKED, MW_F_SMTP_SIZE, MW_F_SMTP_AUTH_CLEAR, MW_F_SMTP_AUTH
#endif
