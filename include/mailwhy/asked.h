/* What the user asked for: the question, the target and every option, read once by cmd and never changed while a run lasts. */
#ifndef MAILWHY_ASKED_H
#define MAILWHY_ASKED_H

#include <mailwhy/text.h>

#include <stdbool.h>

struct mw_data;

/* The legs of a mail's way, as bits. */
enum mw_leg {
    MW_SUBMIT = 1,   /* client to its own server */
    MW_SEND = 2,     /* own server to others */
    MW_RECEIVE = 4,  /* others to own server */
    MW_RETRIEVE = 8, /* server to client by IMAP or POP3 */
    MW_ACCOUNT = 16, /* what happens inside the mailbox */
    MW_ALL_LEGS = 31
};

struct mw_asked {
    const char *question; /* check, send, receive, or a tool's word */
    unsigned legs;        /* those that the question is about */
    const char *target;   /* as written */
    const char *mailbox;  /* user@domain with an A-label domain (the local part as written), or NULL */
    const char *domain;   /* A-labels; NULL where the target is a host */
    const char *host;     /* target of a tool that takes HOST[:PORT]; NULL else */
    const char *address;  /* target host that is an address literal; NULL else */
    int port;             /* 0: not given */

    struct mw_list resolvers;    /* ADDR[:PORT]; empty: the system's */
    const char *trust_anchor;    /* DNSSEC; NULL: the system's */
    const char *ca_file;         /* NULL: the system's */
    const char *rdap;            /* base URL of the server of registration data; NULL: the one that IANA lists, where something is wrong */
    bool only_ipv4, only_ipv6;
    double timeout_s;            /* whole run */
    const char *user;            /* login name; NULL: the mailbox */
    const char *password;        /* NULL: no login. Never printed, never told */
    bool insecure_login;
    bool only_handshake;         /* conversations end behind the TLS handshake: nothing else was asked */
    struct mw_list configs;      /* files of --config */
    const char *from;            /* outside sender */
    const char *to;              /* outside recipient */
    struct mw_list dkim_selectors, dnsbls, controls;
    const struct mw_data *blocklists, *selectors; /* data.h; NULL: the program has none */
    struct mw_list dkim_keys;    /* whole names of DKIM keys, from the signatures of --message */
    const char *message;         /* the bytes of --message, at most MW_MESSAGE_BYTES (raw.h); NULL: none */
    size_t message_bytes;
    bool message_cut;            /* its file is longer */
    const char *sending_address; /* where mail leaves from (canonical), to be judged by SPF; NULL */
    const char *helo;            /* name that is said there; NULL: not known */
    const char *mail_from;       /* envelope sender of that mail; NULL: the mailbox, or postmaster of the domain */
    const char *ehlo_name;       /* a real name of this host, or an address literal; never NULL */

    long size;                   /* bytes of the message that is to be sent or received; 0: not asked */
    double retry_s;              /* a refusal for now is tried once more after so many seconds; 0: never */
    long samples;                /* so many connections to each name, over all its addresses; 0: not asked */
    double idle_s;               /* seconds to wait in IMAP IDLE for; 0: not asked */
    const char *subject, *message_id; /* of a message that is missing (its sender is `from`); NULL */
    const char *token;           /* OAuth access token to log in with instead of a password; NULL. Never printed, never told */
    bool deliver;                /* one marked message is sent to `to`, looked for there, and removed */
    bool intrusive;              /* end-of-data variants are tried at one's own address; with deliver alone */
    const char *to_user, *to_password; /* the login that reads the mailbox `to`; NULL: none. The password is never printed, never told */
};

#endif
