/* What a POP3 conversation looks at behind the login: how many messages there are, what the server promises this user, and the unique ids. For lib/probe
 * alone. */
#ifndef MAILWHY_POP3_MAILBOX_H
#define MAILWHY_POP3_MAILBOX_H

#include <mailwhy/login.h>
#include <mailwhy/probe.h>

enum mw_pop3_step {
    MW_POP3_TLS_FIRST,
    MW_POP3_GREETING,
    MW_POP3_CAPA,
    MW_POP3_STLS,
    MW_POP3_HANDSHAKE,
    MW_POP3_CAPA_AGAIN,
    MW_POP3_TURN,
    MW_POP3_USER,
    MW_POP3_PASS,
    MW_POP3_APOP,
    MW_POP3_AUTH,
    MW_POP3_ANSWER,
    MW_POP3_STAT,
    MW_POP3_CAPA_AFTER,
    MW_POP3_LIST,
    MW_POP3_UIDL
};

struct mw_pop3 {
    struct mw_login login;
    struct mw_list capabilities; /* the newest; empty where CAPA is unknown to the server */
    const char *challenge;
    const char *timestamp; /* of the greeting (RFC 1939 section 7); NULL */
    bool has_capa, pipelines;
    long messages;
    struct mw_list sizes; /* of the first messages, by LIST */
};

/* The capability's arguments, "" without any, NULL where it is not listed. */
const char *mw_pop3_capability(const struct mw_pop3 *pop3, const char *capability);
/* Keeps and tells the capabilities of the reply. */
void mw_pop3_learn(struct mw_talk *talk, const struct mw_reply *reply, enum mw_fact_id id);

const char *mw_pop3_say_stat(struct mw_talk *talk);
const char *mw_pop3_say_capa_after(struct mw_talk *talk);
const char *mw_pop3_say_list(struct mw_talk *talk);
const char *mw_pop3_say_uidl(struct mw_talk *talk);
int mw_pop3_got_stat(struct mw_talk *talk, const struct mw_reply *reply);
int mw_pop3_got_capa_after(struct mw_talk *talk, const struct mw_reply *reply);
int mw_pop3_got_list(struct mw_talk *talk, const struct mw_reply *reply);
int mw_pop3_got_uidl(struct mw_talk *talk, const struct mw_reply *reply);

#define MW_POP3_MAILBOX_TELLS \
    MW_F_POP3_USER, MW_F_POP3_STAT, MW_F_POP3_MESSAGES, MW_F_POP3_CAPA_AFTER, MW_F_POP3_EXPIRE, MW_F_POP3_DELAY, MW_F_POP3_UIDL, MW_F_POP3_UIDL_DOUBLE, \
        MW_F_POP3_UIDL_OLDEST

#endif
