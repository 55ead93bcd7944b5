/* The folders of a mailbox: LIST and LSUB put together, and which of them is for junk and which for what was deleted (RFC 9051 section 6.3.9, RFC 5258, RFC
 * 6154). */
#include "imap_mailbox.h"

#include <string.h>

#define UNSUBSCRIBED_MOST 100u

static struct mw_imap_place *place_of(struct mw_imap_folders *folders, const struct mw_imap_folder *folder)
{
    for (size_t i = 0; i < folders->count; i++) {
        const struct mw_bytes *raw = &folders->place[i].folder.raw;
        if (raw->count == folder->raw.count && memcmp(raw->bytes, folder->raw.bytes, raw->count) == 0) {
            return &folders->place[i];
        }
    }
    return NULL;
}

static void add(struct mw_arena *arena, struct mw_imap_folders *folders, const struct mw_imap_folder *folder)
{
    if (folders->count == folders->room) {
        size_t room = folders->room ? folders->room * 2 : 16;
        folders->place = mw_grow(arena, folders->place, folders->room * sizeof *folders->place, room * sizeof *folders->place);
        folders->room = room;
    }
    folders->place[folders->count++] = (struct mw_imap_place){*folder, mw_list_has(&folder->attributes, "\\Subscribed")};
}

bool mw_folders_heed(struct mw_arena *arena, struct mw_imap_folders *folders, const struct mw_bytes *line)
{
    struct mw_imap_folder folder;
    bool subscribed = mw_imap_folder_read(arena, line, "LSUB", &folder);
    if (!subscribed && !mw_imap_folder_read(arena, line, "LIST", &folder)) {
        return false;
    }
    struct mw_imap_place *place = folders->count <= MW_FOLDERS_MOST ? place_of(folders, &folder) : NULL;
    if (place && subscribed) {
        place->subscribed = true;
    }
    if (place || subscribed) {
        return true;
    }
    folders->seen++;
    if (folders->count < MW_FOLDERS_MOST) {
        add(arena, folders, &folder);
    }
    return true;
}

bool mw_folder_can_open(const struct mw_imap_folder *folder)
{
    return !mw_list_has(&folder->attributes, "\\Noselect") && !mw_list_has(&folder->attributes, "\\NonExistent");
}

/* --- junk and trash ------------------------------------------------------------------------------------------------------------------------------ */

struct use {
    const char *attribute, *old_attribute; /* RFC 6154; XLIST */
    const char *const *names;              /* usual ones, without the levels above */
};

static const char *const junk_names[] = {"Junk", "Spam",     "Junk E-mail", "Junk Email", "Junk Mail", "Bulk Mail",
                                         "Bulk", "垃圾邮件", "垃圾邮件夹",  "垃圾郵件",   "垃圾信箱",  NULL};
static const char *const trash_names[] = {"Trash",      "Deleted Items", "Deleted Messages", "Deleted", "Bin", "已删除",
                                          "已删除邮件", "已刪除的郵件",  "回收站",           "垃圾桶",  NULL};
static const struct use junk = {"\\Junk", "\\Spam", junk_names}, trash = {"\\Trash", "\\Trash", trash_names};

static const char *last_level(const struct mw_imap_folder *folder)
{
    const char *last = folder->separator ? strrchr(folder->name, folder->separator) : NULL;
    return last ? last + 1 : folder->name;
}

static bool has_usual_name(const struct mw_imap_folder *folder, const struct use *use)
{
    const char *level = last_level(folder);
    for (size_t i = 0; use->names[i]; i++) {
        if (mw_text_same(level, use->names[i])) {
            return true;
        }
    }
    return false;
}

static bool has_attribute(const struct mw_imap_folder *folder, const struct use *use)
{
    return mw_list_has(&folder->attributes, use->attribute) || mw_list_has(&folder->attributes, use->old_attribute);
}

static const struct mw_imap_place *find(const struct mw_imap_folders *folders, const struct use *use)
{
    const struct mw_imap_place *named = NULL;
    for (size_t i = 0; i < folders->count; i++) {
        const struct mw_imap_place *place = &folders->place[i];
        if (!mw_folder_can_open(&place->folder)) {
            continue;
        }
        if (has_attribute(&place->folder, use)) {
            return place;
        }
        named = !named && has_usual_name(&place->folder, use) ? place : named;
    }
    return named;
}

void mw_folders_settle(struct mw_imap_folders *folders)
{
    folders->junk = find(folders, &junk);
    folders->trash = find(folders, &trash);
}

/* --- telling ------------------------------------------------------------------------------------------------------------------------------------ */

static const char *attributes_of(struct mw_arena *arena, const struct mw_imap_place *place)
{
    const char *words = mw_list_join(arena, &place->folder.attributes, " ");
    bool adds = place->subscribed && !mw_list_has(&place->folder.attributes, "\\Subscribed");
    return adds ? mw_text_trim(arena, mw_printf(arena, "%s \\Subscribed", words)) : words;
}

static void tell_use(struct mw_talk *talk, enum mw_fact_id id, const struct mw_imap_place *place, const struct use *use)
{
    if (place) {
        mw_tell_text(mw_talk_look(talk), id, mw_talk_about(talk), place->folder.name, has_attribute(&place->folder, use) ? use->attribute : "by its name");
    }
}

/* INBOX is there for every client. */
static bool is_missed(const struct mw_imap_place *place)
{
    return !place->subscribed && mw_folder_can_open(&place->folder) && !mw_text_same(place->folder.name, "INBOX");
}

static void tell_unsubscribed(struct mw_talk *talk, const struct mw_imap_folders *folders)
{
    struct mw_list missed = {0};
    size_t subscribed = 0;
    for (size_t i = 0; i < folders->count; i++) {
        subscribed += folders->place[i].subscribed && !mw_text_same(folders->place[i].folder.name, "INBOX");
        if (is_missed(&folders->place[i]) && missed.count < UNSUBSCRIBED_MOST) {
            mw_list_add(mw_talk_look(talk)->arena, &missed, folders->place[i].folder.name);
        }
    }
    if (subscribed && folders->knows_subscribed) {
        mw_tell_list(mw_talk_look(talk), MW_F_IMAP_UNSUBSCRIBED, mw_talk_about(talk), &missed, NULL);
    }
}

void mw_folders_tell(struct mw_talk *talk, const struct mw_imap_folders *folders)
{
    struct mw_look *look = mw_talk_look(talk);
    for (size_t i = 0; i < folders->count; i++) {
        mw_tell_text(look, MW_F_IMAP_FOLDER, mw_talk_about(talk), folders->place[i].folder.name, attributes_of(look->arena, &folders->place[i]));
    }
    mw_tell_number(look, MW_F_IMAP_FOLDERS, mw_talk_about(talk), (int64_t)folders->seen, NULL);
    tell_unsubscribed(talk, folders);
    tell_use(talk, MW_F_IMAP_JUNK, folders->junk, &junk);
    tell_use(talk, MW_F_IMAP_TRASH, folders->trash, &trash);
}

/* Quoted as it came: servers that send 8-bit names take them back so. */
const char *mw_folder_said(struct mw_arena *arena, const struct mw_imap_folder *folder)
{
    for (size_t i = 0; i < folder->raw.count; i++) {
        if (strchr("\r\n", folder->raw.bytes[i])) { /* NUL too */
            return NULL;
        }
    }
    return mw_imap_quoted(arena, mw_strndup(arena, folder->raw.bytes, folder->raw.count));
}
