/* What an IMAP conversation looks at behind the login: INBOX, the folders, quota, the junk folder; the search for a missing message; a while of IDLE. For
 * lib/probe alone.
 *
 * Nothing is changed: folders are opened with EXAMINE, headers fetched with PEEK. Commands that do not need one another's answers are said at once. All steps
 * behind the first EXAMINE are asides (talk.h): a server that is slow with them has opened the mailbox all the same. */
#ifndef MAILWHY_IMAP_MAILBOX_H
#define MAILWHY_IMAP_MAILBOX_H

#include "imap_hello.h"

#include <mailwhy/imap.h>

enum mw_mailbox_step {
    MW_MAILBOX_EXAMINE = MW_IMAP_STEPS,
    MW_MAILBOX_ID,
    MW_MAILBOX_NAMESPACE,
    MW_MAILBOX_LIST,
    MW_MAILBOX_LSUB,
    MW_MAILBOX_QUOTA,
    MW_MAILBOX_EXAMINE_AGAIN,
    MW_MAILBOX_LIST_AGAIN,
    MW_MAILBOX_LSUB_AGAIN,
    MW_MAILBOX_STATUS,
    MW_MAILBOX_NEWEST,
    MW_MAILBOX_DELETED,
    MW_SEARCH_FOLDER,
    MW_SEARCH_MATCHES,
    MW_SEARCH_MORE,
    MW_SEARCH_FOLDER_AGAIN,
    MW_SEARCH_HEADERS,
    MW_IDLE_EXAMINE,
    MW_IDLE_BEGIN,
    MW_IDLE_WAIT,
    MW_IDLE_DONE
};

#define MW_FOLDERS_MOST 500u  /* that are kept and told */

struct mw_imap_place { /* one folder */
    struct mw_imap_folder folder;
    bool subscribed;
};

struct mw_imap_folders {
    struct mw_imap_place *place;
    size_t count, room;
    size_t seen;                          /* those beyond the ceiling too */
    bool knows_subscribed;                /* the server said which are */
    const struct mw_imap_place *junk, *trash;
};

struct mw_imap_search;

struct mw_imap_mailbox {
    struct mw_imap_hello hello; /* first */
    struct mw_imap_folders folders;
    unsigned at, said;   /* row of imap_mailbox.c whose answer is awaited; those that were said, as bits */
    bool is_open;        /* INBOX */
    bool wants_id;       /* it was refused because of ID */
    bool list_refused;   /* in its extended form */
    bool told_id, told_folders, told_status, told_newest, told_deleted;
    long exists;
    unsigned quotas;     /* told */
    long used, limit;    /* of the fullest quota root; limit 0: none */
    const char *quota_line;
    struct mw_imap_search *search; /* NULL: nothing is looked for */
    bool ended;          /* all was looked at */
};

/* IMAP4rev2 has it without a word (RFC 9051 appendix E). */
bool mw_imap_offers(const struct mw_imap_hello *hello, const char *capability);

/* For a reply that nothing can follow: BYE, or a "+" that nobody asked for, behind which no answer could be told from another. */
int mw_imap_stop(struct mw_talk *talk, const struct mw_reply *reply);

const char *mw_mailbox_say(struct mw_talk *talk);
int mw_mailbox_got_examine(struct mw_talk *talk, const struct mw_reply *reply);
int mw_mailbox_got(struct mw_talk *talk, const struct mw_reply *reply);

/* A line of LIST, LSUB or XLIST; false: another one. */
bool mw_folders_heed(struct mw_arena *arena, struct mw_imap_folders *folders, const struct mw_bytes *line);
/* Junk and trash by attribute or name. */
void mw_folders_settle(struct mw_imap_folders *folders);
void mw_folders_tell(struct mw_talk *talk, const struct mw_imap_folders *folders);
/* The name as it is said to the server; NULL: it cannot be (a line end in it). */
const char *mw_folder_said(struct mw_arena *arena, const struct mw_imap_folder *folder);
bool mw_folder_can_open(const struct mw_imap_folder *folder);

/* The first step of the search, or of what comes behind it. */
int mw_search_begin(struct mw_talk *talk);
const char *mw_search_say_folder(struct mw_talk *talk);
const char *mw_search_say_matches(struct mw_talk *talk);
const char *mw_search_say_more(struct mw_talk *talk);
const char *mw_search_say_again(struct mw_talk *talk);
int mw_search_got_folder(struct mw_talk *talk, const struct mw_reply *reply);
int mw_search_got_matches(struct mw_talk *talk, const struct mw_reply *reply);
int mw_search_got_again(struct mw_talk *talk, const struct mw_reply *reply);
int mw_search_got_headers(struct mw_talk *talk, const struct mw_reply *reply);
/* For the plan's `done`: what did not come to its end says so. */
void mw_search_close(struct mw_talk *talk);
void mw_mailbox_close(struct mw_talk *talk);

int mw_idle_begin(struct mw_talk *talk);
const char *mw_idle_say_examine(struct mw_talk *talk);
const char *mw_idle_say(struct mw_talk *talk);
double mw_idle_wait(struct mw_talk *talk);
const char *mw_idle_say_done(struct mw_talk *talk);
int mw_idle_got_examine(struct mw_talk *talk, const struct mw_reply *reply);
int mw_idle_got(struct mw_talk *talk, const struct mw_reply *reply);
int mw_idle_got_pause(struct mw_talk *talk, const struct mw_reply *reply);
int mw_idle_got_done(struct mw_talk *talk, const struct mw_reply *reply);

/* clang-format off */
#define MW_MAILBOX_STEPS \
    /*                           name            what we say             who reads the answer      wait  flags */ \
    [MW_MAILBOX_EXAMINE]       = { "SELECT",       mw_mailbox_say,         mw_mailbox_got_examine,  60,  0, NULL }, \
    [MW_MAILBOX_ID]            = { "ID",           mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_NAMESPACE]     = { "NAMESPACE",    mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_LIST]          = { "LIST",         mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_LSUB]          = { "LSUB",         mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_QUOTA]         = { "GETQUOTAROOT", mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_EXAMINE_AGAIN] = { "SELECT",       mw_mailbox_say,         mw_mailbox_got_examine,  60,  0, NULL }, \
    [MW_MAILBOX_LIST_AGAIN]    = { "LIST",         mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_LSUB_AGAIN]    = { "LSUB",         mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_STATUS]        = { "STATUS",       mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_NEWEST]        = { "FETCH",        mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_MAILBOX_DELETED]       = { "SEARCH",       mw_mailbox_say,         mw_mailbox_got,          30,  MW_ASIDE, NULL }, \
    [MW_SEARCH_FOLDER]         = { "SELECT",       mw_search_say_folder,   mw_search_got_folder,    30,  MW_ASIDE, NULL }, \
    [MW_SEARCH_MATCHES]        = { "SEARCH",       mw_search_say_matches,  mw_search_got_matches,   60,  MW_ASIDE, NULL }, \
    [MW_SEARCH_MORE]           = { "SEARCH",       mw_search_say_more,     mw_search_got_matches,   60,  MW_ASIDE, NULL }, \
    [MW_SEARCH_FOLDER_AGAIN]   = { "SELECT",       mw_search_say_again,    mw_search_got_again,     30,  MW_ASIDE, NULL }, \
    [MW_SEARCH_HEADERS]        = { "FETCH",        NULL,                   mw_search_got_headers,   30,  MW_ASIDE, NULL }, \
    [MW_IDLE_EXAMINE]          = { "SELECT",       mw_idle_say_examine,    mw_idle_got_examine,     30,  MW_ASIDE, NULL }, \
    [MW_IDLE_BEGIN]            = { "IDLE",         mw_idle_say,            mw_idle_got,             30,  MW_ASIDE, NULL }, \
    [MW_IDLE_WAIT]             = { "IDLE",         NULL,                   mw_idle_got_pause,        0,  MW_ASIDE | MW_PAUSE, mw_idle_wait }, \
    [MW_IDLE_DONE]             = { "DONE",         mw_idle_say_done,       mw_idle_got_done,        10,  MW_ASIDE | MW_MAY_BE_SILENT, NULL }
/* clang-format on */

#define MW_MAILBOX_TELLS \
    MW_F_IMAP_SELECT, MW_F_IMAP_SELECT_AFTER_ID, MW_F_IMAP_EXISTS, MW_F_IMAP_UIDVALIDITY, MW_F_IMAP_ID, MW_F_IMAP_NAMESPACE, MW_F_IMAP_FOLDER, \
        MW_F_IMAP_FOLDERS, MW_F_IMAP_UNSUBSCRIBED, MW_F_IMAP_JUNK, MW_F_IMAP_JUNK_MESSAGES, MW_F_IMAP_JUNK_UNSEEN, MW_F_IMAP_TRASH, MW_F_IMAP_NEWEST, \
        MW_F_IMAP_DELETED, MW_F_IMAP_QUOTA_USED, MW_F_IMAP_QUOTA_LIMIT, MW_F_IMAP_QUOTA_ROOT, MW_F_IMAP_MAILBOX_END, MW_F_IMAP_IDLE_END, MW_F_IMAP_IDLE_NEWS, \
        MW_F_ACCOUNT_FOUND, MW_F_ACCOUNT_SEARCHED, MW_F_ACCOUNT_SEARCH_FOR, MW_F_ACCOUNT_SEARCH_END

#endif
