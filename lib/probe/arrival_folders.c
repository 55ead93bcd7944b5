/* The folders of a mailbox that waits for the marked message, and which of them have something new: by LIST and STATUS, so that no folder is opened before
 * there is. Reads no message. RFC 9051, RFC 3501, RFC 6154 (special use), RFC 3691 (UNSELECT). */
#include "arrival_talk.h"

#include <mailwhy/imap.h>

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 10u  /* STATUS commands in one write */
#define BACKWARD 20u /* messages that the sender's mailbox is looked through for, as it is opened when the message is late */

/* NetEase opens no folder before ID. */
const char *mw_arrival_say_list(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    const char *id = "", *list;
    if (mw_imap_has(&state->hello, "ID")) {
        state->said_id = true;
        id = mw_printf(mw_talk_look(talk)->arena, "%s\r\n", mw_imap_tagged(talk, "ID (\"name\" \"mailwhy\" \"version\" \"" MW_VERSION "\")"));
    }
    list = mw_imap_tagged(talk, "LIST \"\" \"*\"");
    return mw_printf(mw_talk_look(talk)->arena, "%s%s", id, list);
}

/* The last level of a folder's name. */
static const char *leaf_of(const struct mw_imap_folder *folder)
{
    const char *cut = folder->separator ? strrchr(folder->name, folder->separator) : NULL;
    return cut ? cut + 1 : folder->name;
}

static bool has_attribute(const struct mw_imap_folder *folder, const char *const *attributes)
{
    for (; *attributes; attributes++) {
        for (size_t i = 0; i < folder->attributes.count; i++) {
            if (mw_text_same(folder->attributes.items[i], *attributes)) {
                return true;
            }
        }
    }
    return false;
}

/* RFC 6154, and the names that servers without it use. */
static bool is_for(const struct mw_imap_folder *folder, const char *const *attributes, const char *const *names)
{
    if (has_attribute(folder, attributes)) {
        return true;
    }
    for (; *names; names++) {
        if (mw_text_same(leaf_of(folder), *names)) {
            return true;
        }
    }
    return false;
}

static bool is_junk(const struct mw_imap_folder *folder)
{
    static const char *const attributes[] = {"\\Junk", "\\Spam", NULL};
    static const char *const names[] = {"Junk", "Spam", "Junk E-mail", "Junk Email", "Bulk Mail", "Bulk", "垃圾邮件", "垃圾箱", NULL};
    return is_for(folder, attributes, names);
}

static bool is_sent(const struct mw_imap_folder *folder)
{
    static const char *const attributes[] = {"\\Sent", NULL};
    static const char *const names[] = {"Sent", "Sent Messages", "Sent Items", "Sent Mail", "已发送", "已发送邮件", NULL};
    return is_for(folder, attributes, names);
}

/* Those that only show what lies elsewhere would show the message twice. */
static bool can_be_opened(const struct mw_imap_folder *folder)
{
    static const char *const others[] = {"\\Noselect", "\\NonExistent", "\\All", "\\Flagged", "\\Important", NULL};
    for (size_t i = 0; i < folder->raw.count; i++) {
        if (strchr("\r\n", folder->raw.bytes[i])) { /* NUL too */
            return false;
        }
    }
    return folder->raw.count && !has_attribute(folder, others);
}

static void add_folder(struct mw_talk *talk, const struct mw_imap_folder *folder)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    bool inbox = mw_text_same(folder->name, "INBOX"), junk = is_junk(folder), sent = is_sent(folder);
    if (!can_be_opened(folder) || state->count == MW_ARRIVAL_FOLDERS || (state->sender && !inbox && !junk && !sent)) {
        return;
    }
    size_t at = inbox ? 0 : junk && state->count > 1 ? 1 : state->count; /* those that are looked at most stand first */
    if (at < state->count) {
        state->folders[state->count] = state->folders[at];
    }
    const char *quoted = mw_imap_quoted(arena, mw_strndup(arena, folder->raw.bytes, folder->raw.count));
    state->folders[at] = (struct mw_arrival_folder){.name = folder->name, .quoted = quoted, .junk = junk, .sent = sent};
    state->count++;
}

int mw_arrival_got_list(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arrival *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (state->said_id) {
        state->said_id = false;
        return MW_ARRIVAL_LISTED;
    }
    for (size_t i = 0; reply->code == 'O' && i < reply->lines.count; i++) {
        struct mw_imap_folder folder;
        if (mw_imap_folder_read(mw_talk_look(talk)->arena, &reply->raw[i], "LIST", &folder)) {
            add_folder(talk, &folder);
        }
    }
    if (!state->count) {
        state->folders[state->count++] = (struct mw_arrival_folder){.name = "INBOX", .quoted = "INBOX"};
    }
    return MW_ARRIVAL_STATUS;
}

/* --- what is new in them ------------------------------------------------------------------------------------------------------------------------- */

static bool is_due(const struct mw_arrival *state, size_t folder)
{
    return folder < 2 || state->over || state->round % MW_ARRIVAL_ALL_EVERY == 0;
}

/* The first folder at or behind `from` that is looked at in this round. */
static size_t due_from(const struct mw_arrival *state, size_t from)
{
    while (from < state->count && !is_due(state, from)) {
        from++;
    }
    return from;
}

const char *mw_arrival_say_status(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_list commands = {0};
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    state->batch_end = state->at;
    for (size_t i = due_from(state, state->at); i < state->count && commands.count < AT_ONCE; i = due_from(state, i + 1)) {
        mw_list_add(arena, &commands, mw_imap_tagged(talk, mw_printf(arena, "STATUS %s (UIDNEXT)", state->folders[i].quoted)));
        state->batch_end = i + 1;
    }
    return mw_list_join(arena, &commands, "\r\n");
}

/* STATUS name (UIDNEXT 17); 0: not told. */
static long uid_next(const struct mw_reply *reply)
{
    for (size_t i = 0; i < reply->lines.count; i++) {
        const char *line = reply->lines.items[i], *list = mw_text_starts(line, "STATUS ") ? strrchr(line, '(') : NULL;
        const char *word = list ? mw_text_find(list, "UIDNEXT ") : NULL;
        long number = word ? strtol(word + strlen("UIDNEXT "), NULL, 10) : 0;
        if (number > 0 && number <= UINT32_MAX) {
            return number;
        }
    }
    return 0;
}

static void learn_status(struct mw_arrival *state, struct mw_arrival_folder *folder, const struct mw_reply *reply)
{
    long next = reply->code == 'O' ? uid_next(reply) : 0;
    if (!next) {
        return;
    }
    folder->newer = next;
    if (!folder->first) {
        folder->first = folder->next = !state->sender ? next : next > (long)BACKWARD ? next - (long)BACKWARD : 1;
    }
}

int mw_arrival_got_status(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arrival *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    state->at = due_from(state, state->at);
    learn_status(state, &state->folders[state->at], reply);
    state->at = due_from(state, state->at + 1);
    if (state->at < state->batch_end) {
        return MW_ARRIVAL_STATUS_MORE;
    }
    return state->at < state->count ? MW_ARRIVAL_STATUS : mw_arrival_round_over(talk);
}
struct mw_arrival_folder *mw_arrival_first_with_news(struct mw_arrival *state)
{
    for (size_t i = 0; i < state->count; i++) {
        if (state->folders[i].next && state->folders[i].newer > state->folders[i].next) {
            return &state->folders[i];
        }
    }
    return NULL;
}

/* Now and then all that came since the watch began is looked at once more: what a server shows first need not be whole. */
void mw_arrival_look_again(struct mw_arrival *state)
{
    for (size_t i = 0; i < state->count; i++) {
        state->folders[i].next = state->folders[i].first;
    }
}
/* RFC 3691; without it NOOP has the server look for what is new. */
const char *mw_arrival_say_leave(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    bool can_leave = mw_imap_has(&state->hello, "UNSELECT") || mw_imap_has(&state->hello, "IMAP4rev2");
    state->selected = !can_leave;
    return mw_imap_tagged(talk, can_leave ? "UNSELECT" : "NOOP");
}

int mw_arrival_got_leave(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'Y' ? mw_imap_got_bye(talk, reply) : MW_ARRIVAL_STATUS;
}
