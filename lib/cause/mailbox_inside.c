/* Causes behind the login of IMAP and POP3: IDLE that does not last, folders that are not shown, and what differs between two protocols or two runs.
 *
 * Two logins are of the same mailbox only where the host and the user name are the same. RFC 2177, RFC 2342, RFC 2449, RFC 5258, RFC 9051 section 2.3.1.1. */
#include "mailbox.h"

#include "ports.h"

#include <string.h>

#define AT_ONCE_S 600    /* two logins of one run */
#define DELIVERED_MOST 2 /* messages that may come or go between them */
#define ALIKE_LEAST 3    /* old messages that must be the same by their size */

/* --- IDLE --------------------------------------------------------------------------------------------------------------------------------------- */

static bool has_idle(const struct mw_fact *capabilities)
{
    return mw_list_has(&capabilities->list, "IDLE") || mw_list_has(&capabilities->list, "IMAP4rev2"); /* RFC 9051 appendix E */
}

/* Thunderbird waits in IDLE unless it is told not to. */
static const struct mw_fact *idling_client(struct mw_judge *judge, const char *host)
{
    MW_EACH(set, judge, MW_F_CONFIG_HOST)
    {
        const char *end = strstr(set->text && mw_text_same(set->text, host) ? set->about : "", ": ");
        const char *file = end ? mw_strndup(mw_judge_arena(judge), set->about, (size_t)(end - set->about)) : "";
        if (mw_is(judge, MW_F_CONFIG_KIND, file, "thunderbird") && mw_is(judge, MW_F_CONFIG_PROTOCOL, set->about, "imap")) {
            return set;
        }
    }
    return NULL;
}

/* Mail comes all the same, when the program looks again. */
static void idle_missed_by_client(struct mw_judge *judge)
{
    MW_EACH(capabilities, judge, MW_F_IMAP_CAPABILITY_AFTER)
    {
        const struct mw_fact *client = has_idle(capabilities) ? NULL : idling_client(judge, mw_port_host(judge, capabilities->about));
        if (client && !mw_know(judge, MW_F_IMAP_IDLE_END, capabilities->about)) {
            struct mw_instance *instance = mw_found(judge, capabilities->about, capabilities);
            mw_proof(instance, client);
            mw_weight(instance, MW_ADVICE, MW_RETRIEVE);
        }
    }
}

void mw_mailbox_idle_missing(struct mw_judge *judge)
{
    idle_missed_by_client(judge);
    MW_EACH(end, judge, MW_F_IMAP_IDLE_END)
    {
        if (mw_seen_value(end, MW_SKIPPED) && end->quote && mw_text_find(end->quote, "not offered")) {
            mw_proof(mw_found(judge, end->about, end), mw_know(judge, MW_F_IMAP_CAPABILITY_AFTER, end->about));
        }
    }
}

/* A server that shuts down or is overloaded says so in its BYE. */
static bool says_why(const struct mw_fact *bye)
{
    return bye && (mw_text_find(bye->text, "[UNAVAILABLE]") || mw_text_find(bye->text, "[LIMIT]") || mw_text_find(bye->text, "shut"));
}

void mw_mailbox_idle_cut(struct mw_judge *judge)
{
    MW_EACH(end, judge, MW_F_IMAP_IDLE_END)
    {
        const struct mw_fact *bye = mw_know(judge, MW_F_IMAP_BYE, end->about);
        bool silent = mw_seen_value(end, MW_TIMED_OUT);
        if ((!silent && !mw_seen_value(end, MW_HUNG_UP)) || says_why(bye)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, end->about, end);
        mw_proof(instance, bye);
        mw_confidence(instance, silent ? 0.9 : 0.85);
    }
}

/* --- folders ------------------------------------------------------------------------------------------------------------------------------------ */

/* Junk and trash have causes of their own. */
void mw_mailbox_unsubscribed(struct mw_judge *judge)
{
    MW_EACH(found, judge, MW_F_ACCOUNT_FOUND)
    {
        const struct mw_fact *missed = mw_know(judge, MW_F_IMAP_UNSUBSCRIBED, found->about);
        bool other = mw_is(judge, MW_F_IMAP_JUNK, found->about, found->text) || mw_is(judge, MW_F_IMAP_TRASH, found->about, found->text);
        if (missed && mw_list_has(&missed->list, found->text) && !other) {
            mw_proof(mw_found(judge, found->about, found), missed);
        }
    }
}

/* Of 'personal "INBOX." "."': the prefix without its separator; NULL: another kind. */
static const char *personal_prefix(struct mw_arena *arena, const struct mw_fact *namespace)
{
    struct mw_list pieces = mw_text_split(arena, namespace->text, "\"");
    bool empty = mw_text_find(namespace->text, "\"\"") == namespace->text + strlen("personal ");
    if (!mw_text_starts(namespace->text, "personal ") || pieces.count < 2)
        return NULL;
    char *prefix = mw_strdup(arena, empty ? "" : pieces.items[1]);
    size_t length = strlen(prefix);
    if (length && strchr("./", prefix[length - 1])) {
        prefix[length - 1] = '\0';
    }
    return prefix;
}

static bool is_prefix(const char *set, const char *prefix)
{
    size_t length = strcspn(set, "./");
    return length == strlen(prefix) && mw_text_starts(set, prefix) && (!set[length] || !set[length + 1]);
}

/* Does one of the server's own namespaces begin so? *theirs is the first. */
static bool has_namespace(struct mw_judge *judge, const char *host, const char *set, const struct mw_fact **theirs)
{
    *theirs = NULL;
    MW_EACH(namespace, judge, MW_F_IMAP_NAMESPACE)
    {
        const char *prefix = personal_prefix(mw_judge_arena(judge), namespace);
        if (!prefix || !mw_text_same(mw_port_host(judge, namespace->about), host)) {
            continue;
        }
        *theirs = *theirs ? *theirs : namespace;
        if (is_prefix(set, prefix)) {
            return true;
        }
    }
    return false;
}

void mw_mailbox_prefix(struct mw_judge *judge)
{
    MW_EACH(set, judge, MW_F_CONFIG_PREFIX)
    {
        const struct mw_fact *host = mw_know(judge, MW_F_CONFIG_HOST, set->about), *theirs;
        if (!host || has_namespace(judge, host->text, set->text, &theirs) || !theirs) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, set->about, set);
        mw_proof(instance, theirs);
        mw_place(instance, "prefix", personal_prefix(mw_judge_arena(judge), theirs));
    }
}

/* --- two runs ----------------------------------------------------------------------------------------------------------------------------------- */

/* The user of the login behind which the fact was told: the last one there before it. */
static const char *user_of(struct mw_judge *judge, enum mw_fact_id id, const struct mw_fact *fact)
{
    const char *user = NULL;
    MW_EACH_ABOUT(login, judge, id, fact->about)
    {
        user = login->n < fact->n ? login->text : user;
    }
    return user;
}

static bool is_same_mailbox(struct mw_judge *judge, enum mw_fact_id id, const struct mw_fact *one, const struct mw_fact *other)
{
    const char *user = user_of(judge, id, one);
    return user && mw_text_same(user, user_of(judge, id, other)) && mw_text_same(mw_port_host(judge, one->about), mw_port_host(judge, other->about));
}

/* The latest of the same mailbox that was told before `fact` was. */
static const struct mw_fact *told_before(struct mw_judge *judge, enum mw_fact_id user, const struct mw_fact *fact)
{
    const struct mw_fact *latest = NULL;
    MW_EACH(other, judge, fact->id)
    {
        if (other->at < fact->at && is_same_mailbox(judge, user, other, fact) && (!latest || other->at > latest->at)) {
            latest = other;
        }
    }
    return latest;
}

void mw_mailbox_renumbered(struct mw_judge *judge)
{
    MW_EACH(now, judge, MW_F_IMAP_UIDVALIDITY)
    {
        const struct mw_fact *before = told_before(judge, MW_F_IMAP_USER, now);
        if (!before || before->number == now->number) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, now->about, now);
        mw_proof(instance, before);
        mw_place(instance, "before", mw_fact_value(mw_judge_arena(judge), before));
    }
}

static const char *id_of(const char *size_and_id)
{
    return size_and_id + strcspn(size_and_id, " ");
}

/* The same sizes in the same order, and not one id the same: they are the same messages under other names. */
static bool is_renamed(const struct mw_list *before, const struct mw_list *now)
{
    size_t count = before->count < now->count ? before->count : now->count;
    for (size_t i = 0; i < count; i++) {
        size_t size = strcspn(before->items[i], " ");
        bool alike = size == strcspn(now->items[i], " ") && strncmp(before->items[i], now->items[i], size) == 0;
        if (!alike || strcmp(id_of(before->items[i]), id_of(now->items[i])) == 0) {
            return false;
        }
    }
    return count >= ALIKE_LEAST;
}

void mw_mailbox_renamed(struct mw_judge *judge)
{
    MW_EACH(now, judge, MW_F_POP3_UIDL_OLDEST)
    {
        const struct mw_fact *before = told_before(judge, MW_F_POP3_USER, now);
        if (before && is_renamed(&before->list, &now->list)) {
            mw_proof(mw_found(judge, now->about, now), before);
        }
    }
}

/* --- two protocols ------------------------------------------------------------------------------------------------------------------------------ */

static bool is_one_run(const struct mw_fact *one, const struct mw_fact *other)
{
    int64_t between = one->at > other->at ? one->at - other->at : other->at - one->at;
    return mw_text_same(one->from, other->from) && between <= AT_ONCE_S;
}

/* Of one user, in one run; the names of the hosts may differ (imap. and pop.). */
static const struct mw_fact *same_inbox(struct mw_judge *judge, const struct mw_fact *messages)
{
    const char *user = user_of(judge, MW_F_POP3_USER, messages);
    MW_EACH(exists, judge, MW_F_IMAP_EXISTS)
    {
        if (user && is_one_run(exists, messages) && mw_text_same(user, user_of(judge, MW_F_IMAP_USER, exists))) {
            return exists;
        }
    }
    return NULL;
}

/* Messages that are marked as deleted are hidden by some servers, and some may come or go between the two logins. */
void mw_mailbox_window(struct mw_judge *judge)
{
    MW_EACH(messages, judge, MW_F_POP3_MESSAGES)
    {
        const struct mw_fact *exists = same_inbox(judge, messages);
        const struct mw_fact *deleted = exists ? mw_know(judge, MW_F_IMAP_DELETED, exists->about) : NULL;
        int64_t hidden = exists ? exists->number - messages->number - (deleted ? deleted->number : 0) : 0;
        if (hidden <= DELIVERED_MOST) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, messages->about, messages);
        mw_proof(instance, exists);
        mw_place(instance, "exists", mw_fact_value(mw_judge_arena(judge), exists));
    }
}

void mw_mailbox_expires(struct mw_judge *judge)
{
    MW_EACH(expire, judge, MW_F_POP3_EXPIRE)
    {
        if (mw_know(judge, MW_F_POP3_EXPIRE, expire->about) == expire && mw_text_same(expire->text, "0")) {
            mw_confidence(mw_found(judge, expire->about, expire), 0.95);
        }
    }
}
