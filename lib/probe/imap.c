/* The conversations with an IMAP service on 143 (STARTTLS) and 993 (implicit TLS): what it offers before and after TLS, whether it takes the login, and whether
 * INBOX opens.
 *
 * It opens INBOX with EXAMINE, so nothing in the mailbox changes, reads no message, and logs in once a run at most (login.h). RFC 9051, RFC 3501, RFC 4959,
 * RFC 2971 (ID), RFC 9208 (QUOTA), RFC 5530 (response codes). */
#include "imap_hello.h"

#include <mailwhy/lang.h>

#include <string.h>

enum { EXAMINE = MW_IMAP_STEPS, ID, EXAMINE_AGAIN, QUOTA };

/* --- the mailbox ----------------------------------------------------------------------------------------------------------------------------- */

static const char *say_examine(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "EXAMINE INBOX");
}

static void tell_exists(struct mw_talk *talk, const struct mw_reply *reply)
{
    for (size_t i = 0; i < reply->lines.count; i++) {
        struct mw_list words = mw_text_split(mw_talk_look(talk)->arena, reply->lines.items[i], " ");
        long count = 0;
        if (words.count == 2 && mw_text_same(words.items[1], "EXISTS") && mw_text_number(words.items[0], 0, UINT32_MAX, &count)) {
            mw_tell_number(mw_talk_look(talk), MW_F_IMAP_EXISTS, mw_talk_about(talk), count, reply->lines.items[i]);
            return;
        }
    }
}

/* INBOX is open, or is not. */
static int after_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct mw_imap_hello *hello = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (reply->code != 'O') {
        return MW_QUIT;
    }
    tell_exists(talk, reply);
    return mw_imap_has(hello, "QUOTA") ? QUOTA : MW_QUIT;
}

/* NetEase (163.com, 126.com, yeah.net) takes the login, and opens no folder until the client has said who it is by ID. */
static bool wants_id(const struct mw_imap_hello *hello, const struct mw_reply *reply)
{
    return reply->code == 'N' && mw_imap_has(hello, "ID") && mw_text_find(reply->whole, "unsafe login");
}

static int got_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct mw_imap_hello *hello = mw_talk_state(talk);
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_SELECT, mw_talk_about(talk), reply->whole, NULL);
    return wants_id(hello, reply) ? ID : after_examine(talk, reply);
}

static const char *say_id(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "ID (\"name\" \"mailwhy\" \"version\" \"" MW_VERSION "\")");
}

static int got_id(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'Y' ? mw_imap_got_bye(talk, reply) : EXAMINE_AGAIN;
}

static int got_examine_again(struct mw_talk *talk, const struct mw_reply *reply)
{
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_SELECT_AFTER_ID, mw_talk_about(talk), reply->whole, NULL);
    return after_examine(talk, reply);
}

static const char *say_quota(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "GETQUOTAROOT INBOX");
}

struct quota {
    long used, limit;
    const char *line;
};

/* QUOTA "root" (STORAGE 10 512 MESSAGE 3 100): RFC 9208 section 4.2.1. */
static bool read_quota(struct mw_arena *arena, const char *line, struct quota *quota)
{
    const char *resources = mw_text_starts(line, "QUOTA ") ? strrchr(line, '(') : NULL;
    if (!resources) {
        return false;
    }
    struct mw_list words = mw_text_split(arena, resources, "() ");
    for (size_t i = 0; i + 2 < words.count; i += 3) {
        if (mw_text_same(words.items[i], "STORAGE")) {
            quota->line = line;
            return mw_text_number(words.items[i + 1], 0, INT32_MAX, &quota->used) && mw_text_number(words.items[i + 2], 0, INT32_MAX, &quota->limit);
        }
    }
    return false;
}

static bool is_fuller(const struct quota *one, const struct quota *other)
{
    return !other->line || one->used * other->limit > other->used * one->limit;
}

/* INBOX may stand under several roots: the fullest counts. */
static int got_quota(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    struct quota fullest = {0}, one = {0};
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    for (size_t i = 0; i < reply->lines.count; i++) {
        if (read_quota(look->arena, reply->lines.items[i], &one) && is_fuller(&one, &fullest)) {
            fullest = one;
        }
    }
    if (fullest.line) {
        mw_tell_number(look, MW_F_IMAP_QUOTA_USED, mw_talk_about(talk), fullest.used, fullest.line);
        mw_tell_number(look, MW_F_IMAP_QUOTA_LIMIT, mw_talk_about(talk), fullest.limit, fullest.line);
    }
    return MW_QUIT;
}

static void done(struct mw_talk *talk)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    mw_login_forget(&hello->login);
}

/* clang-format off */
static const struct mw_step steps[] = {
    MW_IMAP_HELLO_STEPS,
    [EXAMINE]          = { "SELECT",               say_examine,     got_examine,             60,  0 },
    [ID]               = { "ID",                   say_id,          got_id,                  60,  0 },
    [EXAMINE_AGAIN]    = { "SELECT",               say_examine,     got_examine_again,       60,  0 },
    [QUOTA]            = { "GETQUOTAROOT",         say_quota,       got_quota,               60,  0 },
};

static const struct mw_talk_plan starttls = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_IMAP_END, MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS},
    .first = MW_IMAP_GREETING,
    .state_bytes = sizeof(struct mw_imap_hello),
    .done = done,
};

static const struct mw_talk_plan implicit = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_IMAP_END, MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS},
    .first = MW_IMAP_TLS_FIRST,
    .state_bytes = sizeof(struct mw_imap_hello),
    .done = done,
};

#define TELLS \
    { \
        MW_F_IMAP_STAGE, MW_F_IMAP_GREETING, MW_F_IMAP_GREETING_MS, MW_F_IMAP_BYE, MW_F_IMAP_CAPABILITY_CLEAR, MW_F_IMAP_CAPABILITY, \
        MW_F_IMAP_CAPABILITY_AFTER, MW_F_IMAP_STARTTLS, MW_F_IMAP_STARTTLS_REPLY, MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_SKIPPED, \
        MW_F_IMAP_LOGIN_CANCELLED, MW_F_IMAP_LOGIN_OAUTH, \
        MW_F_IMAP_SELECT, MW_F_IMAP_SELECT_AFTER_ID, MW_F_IMAP_EXISTS, MW_F_IMAP_QUOTA_USED, MW_F_IMAP_QUOTA_LIMIT, MW_TALK_TELLS \
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
