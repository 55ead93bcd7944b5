/* A mail message as it lies in a mailbox (RFC 5322, RFC 2045): bytes in, struct out. Everything in it may be hostile, so all of it is bounded and what is
 * told of it is safe to show. Nothing here verifies a signature. */
#ifndef MAILWHY_MAIL_H
#define MAILWHY_MAIL_H

#include <mailwhy/text.h>

#define MW_MAIL_FIELDS 500u
#define MW_MAIL_PARTS 20u
#define MW_MAIL_DEPTH 5u
#define MW_DSN_RECIPIENTS 20u

struct mw_field {
    const char *name, *value; /* the value unfolded, without blanks at both sides, safe to show, at most 4,000 bytes */
};

struct mw_mail {
    struct mw_field *fields; /* the first MW_MAIL_FIELDS, in order */
    size_t count;
    const char *body; /* in the bytes that were read */
    size_t body_bytes;
};

/* Cuts header and body. What is not a header field is passed over; line ends may be CRLF or LF. */
void mw_mail_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_mail *mail);
/* The first value of that field at or behind *from, which moves on; NULL: none. */
const char *mw_mail_next(const struct mw_mail *mail, const char *name, size_t *from);
/* The same from the start. */
const char *mw_mail_value(const struct mw_mail *mail, const char *name);
/* A parameter of a structured value: boundary of 'multipart/report; boundary="x"'. NULL: none. */
const char *mw_mail_parameter(struct mw_arena *arena, const char *value, const char *name);
/* The body as its reader sees it: transfer encoding undone, lines ended by LF, without blanks at the ends of lines and empty lines at the end: for
 * comparing. */
char *mw_mail_plain(struct mw_arena *arena, const struct mw_mail *mail);

/* Undoes quoted-printable (RFC 2045 section 6.7); `out` has room for `count`. Returns the bytes written. */
size_t mw_quoted_printable_read(const char *in, size_t count, char *out);

/* Seconds since 1970 of a date (RFC 5322 section 3.3, with section 4.3's zones); -1: it is none. */
int64_t mw_mail_date(struct mw_arena *arena, const char *text);

/* One server's stamp (RFC 5321 section 4.4). */
struct mw_hop {
    const char *from, *by, *with, *id; /* "" where the stamp does not say */
    int64_t at;                        /* -1: no date that can be read */
};
void mw_received_read(struct mw_arena *arena, const char *value, struct mw_hop *hop);

/* What a server says of the message's authenticity (RFC 8601). */
struct mw_authres {
    const char *server;     /* authserv-id, lower case */
    struct mw_list results; /* "dkim=fail header.d=example.org"; empty: none */
};
/* False: it is no such field. */
bool mw_authres_read(struct mw_arena *arena, const char *value, struct mw_authres *authres);

/* A delivery status notification (RFC 3464). */
struct mw_dsn_recipient {
    const char *recipient, *action, *status, *diagnostic, *remote; /* addresses and replies without their type ("rfc822;", "smtp;"); "" where not said */
};
struct mw_dsn {
    const char *reporter;    /* Reporting-MTA; "" */
    const char *original_id; /* Message-ID of the message that it is about; "" where it was not returned */
    struct mw_dsn_recipient recipients[MW_DSN_RECIPIENTS];
    size_t count;
};
/* False: the message is none. */
bool mw_dsn_read(struct mw_arena *arena, const struct mw_mail *mail, struct mw_dsn *dsn);

#endif
