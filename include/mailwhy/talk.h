/* Conversations: one engine for SMTP, IMAP and POP3. A dialect says where a reply ends; a table of steps says what we say and who reads the answer.
 *
 * The engine connects, does TLS, cuts the stream into replies, keeps deadlines, notes the dialogue, says goodbye, cleans up, and tells how it ended: tcp.end,
 * the dialect's stage and end facts, the tls.* facts of a handshake, talk.dialogue. Handlers (`got_x`) tell what the reply means and return the next step; they
 * never block, free or fail. A reviewer compares the table with the RFC. */
#ifndef MAILWHY_TALK_H
#define MAILWHY_TALK_H

#include <mailwhy/look.h>
#include <mailwhy/reply.h>
#include <mailwhy/tls.h>

struct mw_talk;

struct mw_dialect {
    const char *name; /* smtp, imap, pop3, sieve */
    const char *(*goodbye)(struct mw_talk *talk);
    /* The first whole reply in `bytes`; see reply.h. `awaited` is for IMAP the tag ("" for the greeting), with those of commands said behind it; else NULL. */
    long (*frame)(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);
    bool tagged; /* IMAP: commands bear tags, and the goodbye is LOGOUT */
};
extern const struct mw_dialect mw_smtp_dialect, mw_imap_dialect, mw_pop3_dialect, mw_sieve_dialect;

enum {
    MW_QUIT = -1,  /* say goodbye, then end */
    MW_END = -2    /* end without a word: the server hung up, or must not be spoken to */
};

enum mw_step_flag {
    MW_HANDSHAKE = 1, /* the step is a TLS handshake; its handler gets NULL as reply and reads mw_talk_tls */
    MW_SECRET = 2,    /* the line holds a secret: the dialogue shows its first word alone */
    MW_SECRET_WHOLE = 4, /* all of the line is a secret, as an answer to a SASL challenge is: the dialogue shows nothing of it */
    MW_MANY_LINES = 8, /* POP3: the answer has many lines where it is +OK (CAPA): the dialect's frame gets "." as awaited. ManageSieve: it is a listing */
    MW_RAW = 16,       /* what is said is written as it is, without CRLF behind it */
    MW_MESSAGE = 32,   /* what is said is a message: the dialogue shows its length alone */
    MW_MAY_BE_SILENT = 64, /* when no reply came in the step's time, the handler gets NULL as reply and the conversation goes on */
    MW_PAUSE = 128,    /* nothing is said (`say` may start things, and returns NULL) and no reply is taken, until mw_talk_resume, or the step's time is up, or
                        * the server hung up: then the handler gets NULL as reply */
    MW_ASIDE = 256     /* a question beside the conversation's own: where it stays without a reply, or the run is cut off, the conversation ended as it stood
                        * before */
};

struct mw_step {
    const char *name; /* the stage as a reader may see it: "EHLO after TLS" */
    /* The line without line end (the engine adds CRLF; several lines may be joined by CRLF to be said at once). NULL, or returning NULL: we
     * wait for the server. IMAP: mw_talk_tag() must begin the line. Allocate in mw_talk_look(talk)->arena. */
    const char *(*say)(struct mw_talk *talk);
    int (*got)(struct mw_talk *talk, const struct mw_reply *reply);
    double wait_s; /* for the whole reply; 0: 30 s. Never beyond the run's deadline */
    unsigned flags;
    double (*wait)(struct mw_talk *talk); /* seconds, instead of wait_s, where they are not known before; NULL */
};

/* Which facts the conversation tells of itself; MW_NO_FACT: not told. */
struct mw_talk_facts {
    enum mw_fact_id end, stage, greeting, greeting_ms;
};

struct mw_talk_plan {
    const struct mw_dialect *dialect;
    const struct mw_step *steps;
    struct mw_talk_facts facts;
    int first;           /* index of the step after the connection: the greeting, or the handshake with implicit TLS */
    size_t state_bytes;  /* of the handlers' own state, zeroed: mw_talk_state */
    void (*begin)(struct mw_talk *talk); /* NULL, or called once before the connection: fills the state */
    void (*done)(struct mw_talk *talk); /* NULL, or called once however the conversation ends, before its state goes: frees what a library gave */
    size_t reply_ceiling; /* bytes of the longest reply; 0: MW_REPLY_CEILING */
    int long_from;        /* the first step whose reply may be so long; before it the ceiling is MW_REPLY_CEILING */
    unsigned steps_ceiling; /* 0: 200 */
    bool again;           /* the endpoint was talked to before: tcp.end, tls.* and talk.slow* are not told a second time */
};

/* Holds the look until the conversation ended. look->why->about is the endpoint (host[address]:port). */
void mw_talk_start(struct mw_look *look, const struct mw_talk_plan *plan);
/* The run is cut off: tells the dialogue and the stage so far (not the end, which is the run's to tell unless the step was MW_ASIDE) and closes the connection.
 * Calls plan->done; the look is not released, and the talk must not be used any more. */
void mw_talk_cut(struct mw_talk *talk);

struct mw_look *mw_talk_look(struct mw_talk *talk);
const char *mw_talk_about(struct mw_talk *talk); /* the endpoint */
const char *mw_talk_host(struct mw_talk *talk);  /* its host name */
int mw_talk_port(struct mw_talk *talk);
void *mw_talk_state(struct mw_talk *talk);
/* The handshake's result; NULL before one. */
const struct mw_tls_seen *mw_talk_tls(struct mw_talk *talk);
/* Does the connection still stand, as far as was heard? */
bool mw_talk_is_open(struct mw_talk *talk);
/* Is the connection encrypted, and the certificate verified for the host name? */
bool mw_talk_is_encrypted(struct mw_talk *talk);
bool mw_talk_is_verified(struct mw_talk *talk);
/* Bytes that came in clear behind the reply to STARTTLS, made safe; NULL: none. They are thrown away. */
const char *mw_talk_injected(struct mw_talk *talk);
/* The tag that the next IMAP command must begin with ("a1"). A line said without asking for a tag (an answer to a "+" continuation) leaves the awaited tag as
 * it is. */
const char *mw_talk_tag(struct mw_talk *talk);
/* Ends the pause that the conversation is in; from `say` of the pausing step too. Nothing where it is in none. */
void mw_talk_resume(struct mw_talk *talk);
/* Binds a login to the TLS connection (RFC 9266 tls-exporter with TLS 1.3, else RFC 5929 tls-unique), base64; NULL: not encrypted. *type is "tls-exporter" or
 * "tls-unique". In the look's arena. */
const char *mw_talk_channel_binding(struct mw_talk *talk, const char **type);
/* Words of the server as a fact may show them: behind a secret that we said last, without one that is short (mw_facts_hidden). */
const char *mw_talk_hidden(struct mw_talk *talk, const char *words);
/* Another end than MW_OK when a handler ends the conversation: MW_THROTTLED on 421, MW_GARBLED where the server speaks something else. */
void mw_talk_set_outcome(struct mw_talk *talk, const char *outcome);

/* Tells the tls.* facts of a handshake with that endpoint. */
void mw_tls_tell(struct mw_look *look, const char *about, const struct mw_tls_seen *seen);

/* What the engine tells of any conversation, for the table of a probe. */
#define MW_TALK_TELLS \
    MW_F_TCP_END, MW_F_TALK_DIALOGUE, MW_F_TALK_SLOWEST, MW_F_TALK_SLOW_REPLIES, MW_F_TLS_END, MW_F_TLS_ALERT, MW_F_TLS_PLAIN, MW_F_TLS_VERSION, \
        MW_F_TLS_CIPHER, MW_F_TLS_VERIFY, MW_F_TLS_NAME_OK, MW_F_TLS_NAMES, MW_F_TLS_SUBJECT, MW_F_TLS_ISSUER, MW_F_TLS_STARTS, MW_F_TLS_EXPIRES, \
        MW_F_TLS_KEY, MW_F_TLS_WEAK, MW_F_TLS_CHAIN, MW_F_TLS_FINGERPRINT

#endif
