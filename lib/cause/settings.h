/* One account of a mail program's settings (--config), as its facts tell it. Reads facts only. */
#ifndef MAILWHY_CAUSE_SETTINGS_H
#define MAILWHY_CAUSE_SETTINGS_H

#include "ports.h"

struct mw_settings {
    const char *about; /* "file: account" */
    const char *protocol, *host, *security, *auth, *user, *from, *trust; /* never NULL */
    int port;
    enum mw_service service;
    unsigned leg;
};

/* The account that a config.host fact belongs to. */
struct mw_settings mw_settings_read(struct mw_judge *judge, const struct mw_fact *host);
/* The finding about it: its places {account}, {host}, {port}, {user}; its leg; the proof is the fact of that id. */
struct mw_instance *mw_settings_found(struct mw_judge *judge, const struct mw_settings *settings, enum mw_fact_id proof, enum mw_severity severity);
/* The endpoints that the settings point at: start with NULL. */
const struct mw_fact *mw_settings_port(struct mw_judge *judge, const struct mw_settings *settings, const struct mw_fact *before);
/* The domain publishes that port of that host with that security ("tls", "starttls"; NULL: any). */
bool mw_settings_published(struct mw_judge *judge, const struct mw_settings *settings, const char *security);

/* The form of the user name that the domain publishes for that port, and the account's address in both forms. */
struct mw_user_form {
    const struct mw_fact *published; /* "address" or "localpart" */
    const char *address, *local;
};
/* False where no form is published, or the address or the user name is not known. */
bool mw_settings_form(struct mw_judge *judge, const struct mw_settings *settings, struct mw_user_form *form);
/* The name in the published form. */
const char *mw_user_form_right(const struct mw_user_form *form);

#endif
