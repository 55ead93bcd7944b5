/* A mail client's own settings: the bytes of Thunderbird's prefs.js, of an msmtprc or an mbsyncrc in, accounts out. Passwords are skipped and never kept;
 * nothing else is opened or run: whether a file of trusted certificates can be read is for the caller to find out. */
#ifndef MAILWHY_CLIENT_H
#define MAILWHY_CLIENT_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stddef.h>

#define MW_CLIENT_BYTES (4u << 20)
#define MW_CLIENT_ACCOUNTS 100u

struct mw_client_account {
    const char *label;    /* that names it in the file: "account default", "server2", "smtp1", "IMAPAccount work" */
    const char *protocol; /* imap, pop3, smtp */
    const char *host;     /* as written, lower case; "" where none is set */
    int port;             /* in the settings, or the one that the program takes */
    const char *security; /* none, starttls, starttls-if-offered, tls */
    const char *auth;     /* none, password, encrypted, kerberos, ntlm, oauth2, any, or SASL mechanisms in capitals with blanks between */
    const char *user;     /* "" */
    const char *from;     /* sender address that goes with it; "" */
    const char *trust;    /* system, off (certificates are not checked), nothing, or the file or fingerprint that is trusted ("file PATH", "fingerprint HEX") */
    const char *prefix;   /* of folder names (IMAP), where the user has set one; "" */
    const char *sends_by; /* incoming accounts: label of the SMTP account of its identity; "" */
    int line;             /* where it begins */
};

struct mw_client {
    const char *kind; /* thunderbird, msmtp, mbsync */
    const struct mw_client_account *accounts;
    size_t count;
};

/* thunderbird, msmtp, mbsync, told by content and by `file` (its name); NULL: none of them. */
const char *mw_client_kind(const char *file, const char *bytes, size_t count);
/* NULL: *flaw says line and why. `file` is only looked at to tell its kind. */
const struct mw_client *mw_client_read(struct mw_arena *arena, const char *file, const char *bytes, size_t count, struct mw_flaw *flaw);

#endif
