/* The conversations with an IMAP service on 143 (STARTTLS) and 993 (implicit TLS): what it offers before and after TLS, whether it takes the login, and what
 * is to be seen behind it (imap_mailbox.h).
 *
 * Folders are opened with EXAMINE, so nothing in the mailbox changes, and it logs in once a run at most (login.h). RFC 9051, RFC 3501. */
#include "imap_mailbox.h"

#include <mailwhy/lang.h>

static void done(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    mw_mailbox_close(talk);
    mw_search_close(talk);
    mw_login_forget(&mailbox->hello.login);
}

/* clang-format off */
static const struct mw_step steps[] = {
    MW_IMAP_HELLO_STEPS,
    MW_MAILBOX_STEPS,
};

static const struct mw_talk_plan starttls = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_IMAP_END, MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS},
    .first = MW_IMAP_GREETING,
    .state_bytes = sizeof(struct mw_imap_mailbox),
    .reply_ceiling = MW_STORE_CEILING,
    .long_from = MW_IMAP_STEPS,
    .steps_ceiling = 1000,
    .done = done,
};

static const struct mw_talk_plan implicit = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_IMAP_END, MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS},
    .first = MW_IMAP_TLS_FIRST,
    .state_bytes = sizeof(struct mw_imap_mailbox),
    .reply_ceiling = MW_STORE_CEILING,
    .long_from = MW_IMAP_STEPS,
    .steps_ceiling = 1000,
    .done = done,
};

#define TELLS \
    { \
        MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS, MW_F_IMAP_BYE, MW_F_IMAP_CAPABILITY_CLEAR, MW_F_IMAP_CAPABILITY, \
        MW_F_IMAP_CAPABILITY_AFTER, MW_F_IMAP_STARTTLS, MW_F_IMAP_STARTTLS_REPLY, MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_SKIPPED, \
        MW_F_IMAP_LOGIN_CANCELLED, MW_F_IMAP_LOGIN_OAUTH, \
        MW_F_IMAP_INJECTED, MW_F_IMAP_USER, MW_MAILBOX_TELLS, MW_TALK_TELLS \
    }
/* clang-format on */

const struct mw_probe mw_probe_imap = {
    .name = "imap",
    .says = N_("Talks to each IMAP service on port 143: STARTTLS, capabilities, one login, INBOX opened for reading only."),
    .legs = MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_IMAP,
    .tells = TELLS,
    .ends = MW_F_IMAP_END,
    .plan = &starttls,
};

const struct mw_probe mw_probe_imaps = {
    .name = "imaps",
    .says = N_("Talks to each IMAP service on port 993 inside TLS: capabilities, one login, INBOX opened for reading only."),
    .legs = MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_ENDPOINT_IMAPS,
    .tells = TELLS,
    .ends = MW_F_IMAP_END,
    .plan = &implicit,
};
