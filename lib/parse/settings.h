/* Shared by the readers of clients' settings: lines, words, and the list of accounts. */
#ifndef MAILWHY_PARSE_SETTINGS_H
#define MAILWHY_PARSE_SETTINGS_H

#include "tags.h"

#include <mailwhy/client.h>

struct settings {
    struct mw_arena *arena;
    const char *bytes;
    size_t count, at; /* at: of the next line or token */
    int line;         /* the one read last, from 1 */
    struct mw_client_account accounts[MW_CLIENT_ACCOUNTS];
    size_t account_count;
    struct mw_flaw *flaw;
};

/* The next line without its end; NULL: there is none. */
char *mw_settings_line(struct settings *settings);
/* A new account whose texts are "" and whose trust is "system"; NULL: the flaw says that there are too many. */
struct mw_client_account *mw_settings_account(struct settings *settings, const char *label, const char *protocol);
/* A flaw at the line read last; false, to return it. */
bool mw_settings_flaw(struct settings *settings, const char *why, const char *where);
/* What the file says, as it may be kept and shown. */
const char *mw_settings_text(struct settings *settings, const char *text);
const char *mw_settings_host(struct settings *settings, const char *text);
bool mw_settings_number(struct settings *settings, const char *text, int *port);
const char *mw_settings_upper(struct mw_arena *arena, const char *text);

bool mw_thunderbird_read(struct settings *settings);
bool mw_msmtp_read(struct settings *settings);
bool mw_mbsync_read(struct settings *settings);

#endif
