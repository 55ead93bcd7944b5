/* Behind the login: INBOX opened for reading only, who the server is, namespaces, folders, quota; then the junk folder's state, the newest message's age and
 * the messages that are marked as deleted. RFC 9051, RFC 3501, RFC 2342, RFC 2971, RFC 5258, RFC 6154, RFC 9208.
 *
 * Each row below is one command; those of a round are said at once. What comes untagged is heeded wherever it comes. */
#include "imap_mailbox.h"

#include <string.h>

#define NAMESPACES_MOST 20u
#define QUOTAS_MOST 20u
#define LAST_ROUND 3

bool mw_imap_offers(const struct mw_imap_hello *hello, const char *capability)
{
    static const char *const within_rev2[] = {"NAMESPACE", "ESEARCH", "IDLE", "LIST-EXTENDED", "SPECIAL-USE", "LITERAL-", "SASL-IR", NULL};
    bool within = false;
    for (size_t i = 0; within_rev2[i]; i++) {
        within = within || mw_text_same(within_rev2[i], capability);
    }
    return mw_imap_has(hello, capability) || (within && mw_imap_has(hello, "IMAP4rev2"));
}

int mw_imap_stop(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'Y' ? mw_imap_got_bye(talk, reply) : MW_QUIT;
}

/* --- the commands ------------------------------------------------------------------------------------------------------------------------------- */

static bool always(const struct mw_imap_mailbox *mailbox)
{
    (void)mailbox;
    return true;
}

static bool has_id(const struct mw_imap_mailbox *mailbox)
{
    return mw_imap_offers(&mailbox->hello, "ID");
}

static bool has_namespaces(const struct mw_imap_mailbox *mailbox)
{
    return mw_imap_offers(&mailbox->hello, "NAMESPACE");
}

static bool lists_plainly(const struct mw_imap_mailbox *mailbox)
{
    return !mw_imap_offers(&mailbox->hello, "LIST-EXTENDED");
}

static bool has_quota(const struct mw_imap_mailbox *mailbox)
{
    return mw_imap_offers(&mailbox->hello, "QUOTA");
}

/* NetEase (163.com, 126.com, yeah.net) takes the login, and opens no folder until the client has said who it is by ID. */
static bool wants_id(const struct mw_imap_mailbox *mailbox)
{
    return mailbox->wants_id;
}

static bool list_refused(const struct mw_imap_mailbox *mailbox)
{
    return mailbox->list_refused;
}

static bool has_junk(const struct mw_imap_mailbox *mailbox)
{
    return mailbox->folders.junk != NULL;
}

static bool has_messages(const struct mw_imap_mailbox *mailbox)
{
    return mailbox->is_open && mailbox->exists > 0;
}

static const char *say_id(struct mw_talk *talk)
{
    (void)talk;
    return "ID (\"name\" \"mailwhy\" \"version\" \"" MW_VERSION "\")";
}

static const char *say_list(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (lists_plainly(mailbox) || mailbox->list_refused) {
        return "LIST \"\" \"*\"";
    }
    return mw_imap_offers(&mailbox->hello, "SPECIAL-USE") ? "LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE)" : "LIST \"\" \"*\" RETURN (SUBSCRIBED)";
}

static const char *say_status(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    const char *name = mw_folder_said(arena, &mailbox->folders.junk->folder);
    return name ? mw_printf(arena, "STATUS %s (MESSAGES UNSEEN)", name) : "NOOP";
}

static const char *say_deleted(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    return mw_imap_offers(&mailbox->hello, "ESEARCH") ? "UID SEARCH RETURN (COUNT) DELETED" : "UID SEARCH DELETED";
}

/* clang-format off */
static const struct row {
    int step;
    const char *name;
    int round;
    bool (*applies)(const struct mw_imap_mailbox *mailbox);
    const char *command;
    const char *(*say)(struct mw_talk *talk); /* instead of `command` */
} rows[] = {
    { MW_MAILBOX_EXAMINE,       "EXAMINE",      1, always,         "EXAMINE INBOX",                 NULL },
    { MW_MAILBOX_ID,            "ID",           1, has_id,         NULL,                            say_id },
    { MW_MAILBOX_NAMESPACE,     "NAMESPACE",    1, has_namespaces, "NAMESPACE",                     NULL },
    { MW_MAILBOX_LIST,          "LIST",         1, always,         NULL,                            say_list },
    { MW_MAILBOX_LSUB,          "LSUB",         1, lists_plainly,  "LSUB \"\" \"*\"",               NULL },
    { MW_MAILBOX_QUOTA,         "GETQUOTAROOT", 1, has_quota,      "GETQUOTAROOT INBOX",            NULL },
    { MW_MAILBOX_EXAMINE_AGAIN, "EXAMINE",      2, wants_id,       "EXAMINE INBOX",                 NULL },
    { MW_MAILBOX_LIST_AGAIN,    "LIST",         2, list_refused,   NULL,                            say_list },
    { MW_MAILBOX_LSUB_AGAIN,    "LSUB",         2, list_refused,   "LSUB \"\" \"*\"",               NULL },
    { MW_MAILBOX_STATUS,        "STATUS",       3, has_junk,       NULL,                            say_status },
    { MW_MAILBOX_NEWEST,        "FETCH",        3, has_messages,   "UID FETCH * (UID INTERNALDATE)", NULL },
    { MW_MAILBOX_DELETED,       "SEARCH",       3, has_messages,   NULL,                            say_deleted },
};
/* clang-format on */

/* The first of a round says all of it. */
const char *mw_mailbox_say(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    struct mw_list lines = {0};
    if (mailbox->said & 1u << mailbox->at) {
        return NULL;
    }
    for (unsigned i = mailbox->at; i < MW_COUNT(rows) && rows[i].round == rows[mailbox->at].round; i++) {
        if (rows[i].applies(mailbox)) {
            mailbox->said |= 1u << i;
            mw_list_add(arena, &lines, mw_imap_tagged(talk, rows[i].say ? rows[i].say(talk) : rows[i].command));
        }
    }
    return mw_list_join(arena, &lines, "\r\n");
}

/* --- what comes ---------------------------------------------------------------------------------------------------------------------------------- */

static void heed_id(struct mw_talk *talk, const struct mw_bytes *line)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_list pairs = {0};
    if (!mailbox->told_id && mw_imap_id_read(mw_talk_look(talk)->arena, line, &pairs)) {
        mw_tell_list(mw_talk_look(talk), MW_F_IMAP_ID, mw_talk_about(talk), &pairs, NULL);
        mailbox->told_id = true;
    }
}

static void heed_namespaces(struct mw_talk *talk, const struct mw_bytes *line)
{
    struct mw_list namespaces = {0};
    if (mw_imap_namespaces_read(mw_talk_look(talk)->arena, line, &namespaces)) {
        for (size_t i = 0; i < namespaces.count && i < NAMESPACES_MOST; i++) {
            mw_tell_text(mw_talk_look(talk), MW_F_IMAP_NAMESPACE, mw_talk_about(talk), namespaces.items[i], NULL);
        }
    }
}

/* used / limit of one against that of the other, without overflow. */
static bool is_fuller(const struct mw_imap_quota *one, const struct mw_imap_mailbox *mailbox)
{
    return !mailbox->quota_line || (double)one->used * (double)mailbox->limit > (double)mailbox->used * (double)one->limit;
}

/* INBOX may stand under several roots: all are told, and of their storage the fullest once more. */
static void heed_quota(struct mw_talk *talk, const struct mw_bytes *line, const char *shown)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_imap_quota quotas[MW_IMAP_QUOTAS];
    size_t count = mw_imap_quota_read(look->arena, line, quotas);
    for (size_t i = 0; i < count && mailbox->quotas < QUOTAS_MOST; i++, mailbox->quotas++) {
        const struct mw_imap_quota *quota = &quotas[i];
        const char *words = mw_printf(look->arena, "%s %ld %ld %s", quota->resource, quota->used, quota->limit, quota->root);
        mw_tell_text(look, MW_F_IMAP_QUOTA_ROOT, mw_talk_about(talk), mw_text_trim(look->arena, words), shown);
        if (mw_text_same(quota->resource, "STORAGE") && is_fuller(quota, mailbox)) {
            mailbox->used = quota->used;
            mailbox->limit = quota->limit;
            mailbox->quota_line = shown;
        }
    }
}

static void heed_status(struct mw_talk *talk, const struct mw_bytes *line, const char *shown)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_imap_status status;
    if (mailbox->told_status || !mw_imap_status_read(mw_talk_look(talk)->arena, line, &status)) {
        return;
    }
    mailbox->told_status = true;
    if (status.messages >= 0) {
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_JUNK_MESSAGES, mw_talk_about(talk), status.messages, shown);
    }
    if (status.unseen >= 0) {
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_JUNK_UNSEEN, mw_talk_about(talk), status.unseen, shown);
    }
}

static void heed_newest(struct mw_talk *talk, const struct mw_bytes *line, const char *shown)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_imap_message message;
    if (!mailbox->told_newest && mw_imap_message_read(mw_talk_look(talk)->arena, line, &message) && message.received >= 0) {
        mw_tell_time(mw_talk_look(talk), MW_F_IMAP_NEWEST, mw_talk_about(talk), message.received, shown);
        mailbox->told_newest = true;
    }
}

static void heed_deleted(struct mw_talk *talk, const struct mw_bytes *line)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_imap_hits hits;
    if (!mailbox->told_deleted && mw_imap_hits_read(mw_talk_look(talk)->arena, line, &hits)) {
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_DELETED, mw_talk_about(talk), (int64_t)hits.count, NULL);
        mailbox->told_deleted = true;
    }
}

static void heed_line(struct mw_talk *talk, const struct mw_bytes *line, const char *shown)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (mw_folders_heed(mw_talk_look(talk)->arena, &mailbox->folders, line)) {
        return;
    }
    if (rows[mailbox->at].round == LAST_ROUND) { /* Dovecot begins to search before it has ended to fetch */
        heed_status(talk, line, shown);
        heed_newest(talk, line, shown);
        heed_deleted(talk, line);
        return;
    }
    heed_id(talk, line);
    heed_namespaces(talk, line);
    heed_quota(talk, line, shown);
}

static void heed(struct mw_talk *talk, const struct mw_reply *reply)
{
    for (size_t i = 0; i < reply->lines.count; i++) {
        heed_line(talk, &reply->raw[i], reply->lines.items[i]);
    }
}

/* --- where it goes on ---------------------------------------------------------------------------------------------------------------------------- */

static void tell_folders(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (!mailbox->told_folders && mailbox->folders.seen) {
        mw_folders_settle(&mailbox->folders);
        mw_folders_tell(talk, &mailbox->folders);
        mailbox->told_folders = true;
    }
}

static void tell_quota(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (mailbox->quota_line) {
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_QUOTA_USED, mw_talk_about(talk), mailbox->used, mailbox->quota_line);
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_QUOTA_LIMIT, mw_talk_about(talk), mailbox->limit, mailbox->quota_line);
    }
    mailbox->quota_line = NULL;
}

/* The rest of the round that was said, then the first of the next one that has any. */
static int next(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    int round = rows[mailbox->at].round;
    while (++mailbox->at < MW_COUNT(rows)) {
        const struct row *row = &rows[mailbox->at];
        bool more = mailbox->said & 1u << mailbox->at;
        if (row->round > round && row->round == LAST_ROUND) {
            tell_folders(talk);
        }
        if (more || (row->round > round && row->applies(mailbox))) {
            return row->step;
        }
    }
    mailbox->ended = true;
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_MAILBOX_END, mw_talk_about(talk), MW_OK, NULL);
    return mw_search_begin(talk);
}

void mw_mailbox_close(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (mailbox->said && !mailbox->ended) {
        mw_tell_text(mw_talk_look(talk), MW_F_IMAP_MAILBOX_END, mw_talk_about(talk), "cut off", rows[mailbox->at].name);
    }
}

static void note_answer(struct mw_imap_mailbox *mailbox, int step, const struct mw_reply *reply)
{
    bool plain = lists_plainly(mailbox) || mailbox->list_refused;
    if (step == MW_MAILBOX_LIST && !plain && reply->code != 'O') {
        mailbox->list_refused = true;
        return;
    }
    bool tells_subscribed = (step == MW_MAILBOX_LIST && !plain) || step == MW_MAILBOX_LSUB || step == MW_MAILBOX_LSUB_AGAIN;
    mailbox->folders.knows_subscribed = mailbox->folders.knows_subscribed || (tells_subscribed && reply->code == 'O');
}

int mw_mailbox_got(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    int step = rows[mailbox->at].step;
    heed(talk, reply);
    if (reply->code == 'Y' || reply->code == '+') {
        return mw_imap_stop(talk, reply);
    }
    note_answer(mailbox, step, reply);
    if (step == MW_MAILBOX_QUOTA) {
        tell_quota(talk);
    }
    return next(talk);
}

static void tell_exists(struct mw_talk *talk, const char *line)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_list words = mw_text_split(mw_talk_look(talk)->arena, line, " ");
    long count = 0;
    if (words.count == 2 && mw_text_same(words.items[1], "EXISTS") && mw_text_number(words.items[0], 0, UINT32_MAX, &count)) {
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_EXISTS, mw_talk_about(talk), count, line);
        mailbox->exists = count;
    }
}

/* OK [UIDVALIDITY 3857529045] */
static void tell_uidvalidity(struct mw_talk *talk, const char *line)
{
    struct mw_list words = mw_text_split(mw_talk_look(talk)->arena, line, " []");
    long number = 0;
    if (words.count > 2 && mw_text_same(words.items[1], "UIDVALIDITY") && mw_text_number(words.items[2], 1, UINT32_MAX, &number)) {
        mw_tell_number(mw_talk_look(talk), MW_F_IMAP_UIDVALIDITY, mw_talk_about(talk), number, line);
    }
}

int mw_mailbox_got_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    bool again = rows[mailbox->at].step == MW_MAILBOX_EXAMINE_AGAIN;
    heed(talk, reply);
    struct mw_look *look = mw_talk_look(talk);
    if (!again) {
        mw_tell_text(look, MW_F_IMAP_USER, mw_talk_about(talk), mw_login_user(look->asked), NULL);
    }
    mw_tell_text(look, again ? MW_F_IMAP_SELECT_AFTER_ID : MW_F_IMAP_SELECT, mw_talk_about(talk), reply->whole, NULL);
    if (reply->code == 'Y' || reply->code == '+') {
        return mw_imap_stop(talk, reply);
    }
    mailbox->is_open = reply->code == 'O';
    mailbox->wants_id = mailbox->wants_id || (reply->code == 'N' && has_id(mailbox) && mw_text_find(reply->whole, "unsafe login"));
    for (size_t i = 0; mailbox->is_open && i < reply->lines.count; i++) {
        tell_exists(talk, reply->lines.items[i]);
        tell_uidvalidity(talk, reply->lines.items[i]);
    }
    return next(talk);
}
