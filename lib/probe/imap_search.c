/* Looking for a missing message in all folders: by Message-ID, else by sender and subject. Each folder is opened with EXAMINE and asked once, several at once
 * where nothing needs asking for; then the newest matches' headers are fetched with PEEK. RFC 9051 sections 6.4.4 and 6.4.5, RFC 4731, RFC 7888.
 *
 * Nothing is marked as read. At most FOLDERS_MOST folders are opened, and MATCHED_MOST of those with matches are shown. */
#include "imap_mailbox.h"

#include <mailwhy/header.h>
#include <mailwhy/mail.h>

#include <string.h>

#define FOLDERS_MOST 200u
#define MATCHED_MOST 10u
#define AT_ONCE 5u              /* folders that are asked in one go: a server need not queue more */
#define MEMORY_MOST (64u << 20) /* of a server that answers without end */

struct looked {
    const struct mw_imap_folder *folder;
    const char *said;
    struct mw_imap_hits hits;
    bool opened;
    struct mw_list shown; /* one text a match */
};

struct mw_imap_search {
    struct looked *looked;
    size_t count, left_out; /* folders that are looked through; those that are not */
    size_t said, heard;     /* folders asked, and answered */
    struct looked *matched[MATCHED_MOST];
    size_t matches, told;
    struct mw_list parts; /* of the SEARCH command, without its tag */
    size_t part;
    struct mw_list searched;
    const char *refusal;
    bool bad_charset, without_charset; /* UTF-8 was refused by name (RFC 9051 section 6.4.4); it is said without its name */
    bool ended;
};

static struct mw_imap_search *search_of(struct mw_talk *talk)
{
    return ((struct mw_imap_mailbox *)mw_talk_state(talk))->search;
}

static struct mw_arena *arena_of(struct mw_talk *talk)
{
    return mw_talk_look(talk)->arena;
}

/* --- what is looked for ---------------------------------------------------------------------------------------------------------------------------- */

static bool is_asked(const struct mw_asked *asked)
{
    return asked->legs & MW_ACCOUNT && !asked->deliver && (asked->message_id || asked->subject || asked->from);
}

static bool is_ascii(const char *text)
{
    for (; text && *text; text++) {
        if ((unsigned char)*text >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Servers look for a part of the field; some know the id without its brackets alone, some with them: without fits both. */
static const char *bare_id(struct mw_arena *arena, const char *id)
{
    const char *text = mw_text_trim(arena, id);
    text += *text == '<';
    return mw_strndup(arena, text, strcspn(text, ">"));
}

static void say_field(struct mw_talk *talk, struct mw_imap_command *command, const char *key, const char *text)
{
    if (text) {
        mw_imap_say(arena_of(talk), command, key);
        mw_imap_say_string(arena_of(talk), command, text);
    }
}

static struct mw_list command_of(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    struct mw_imap_command command = {.asks_nothing = mw_imap_offers(&mailbox->hello, "LITERAL-") || mw_imap_offers(&mailbox->hello, "LITERAL+")};
    mw_imap_say(arena_of(talk), &command, mw_imap_offers(&mailbox->hello, "ESEARCH") ? "UID SEARCH RETURN (COUNT ALL)" : "UID SEARCH");
    if (asked->message_id) {
        say_field(talk, &command, " HEADER Message-ID ", bare_id(arena_of(talk), asked->message_id));
        return command.parts;
    }
    bool names_charset = !(is_ascii(asked->from) && is_ascii(asked->subject)) && !mailbox->search->without_charset;
    mw_imap_say(arena_of(talk), &command, names_charset ? " CHARSET UTF-8" : "");
    say_field(talk, &command, " FROM ", asked->from);
    say_field(talk, &command, " SUBJECT ", asked->subject);
    return command.parts;
}

static void tell_what(struct mw_talk *talk)
{
    const struct mw_asked *asked = mw_talk_look(talk)->asked;
    struct mw_list words = {0};
    if (asked->message_id) {
        mw_list_add(arena_of(talk), &words, mw_printf(arena_of(talk), "Message-ID <%s>", bare_id(arena_of(talk), asked->message_id)));
    }
    if (!asked->message_id && asked->from) {
        mw_list_add(arena_of(talk), &words, mw_printf(arena_of(talk), "From %s", asked->from));
    }
    if (!asked->message_id && asked->subject) {
        mw_list_add(arena_of(talk), &words, mw_printf(arena_of(talk), "Subject %s", asked->subject));
    }
    mw_tell_text(mw_talk_look(talk), MW_F_ACCOUNT_SEARCH_FOR, mw_talk_about(talk), mw_list_join(arena_of(talk), &words, ", "), NULL);
}

/* --- where it is looked for ------------------------------------------------------------------------------------------------------------------------ */

/* The likeliest places first: the lower the sooner. */
static int rank_of(const struct mw_imap_mailbox *mailbox, const struct mw_imap_place *place)
{
    if (mw_text_same(place->folder.name, "INBOX")) {
        return 0;
    }
    if (place == mailbox->folders.junk || place == mailbox->folders.trash) {
        return 1;
    }
    return mw_list_has(&place->folder.attributes, "\\Archive") || mw_list_has(&place->folder.attributes, "\\All") ? 2 : 3;
}

static void add_folder(struct mw_talk *talk, const struct mw_imap_folder *folder)
{
    struct mw_imap_search *search = search_of(talk);
    const char *said = mw_folder_said(arena_of(talk), folder);
    if (!said || search->count == FOLDERS_MOST) {
        search->left_out++;
        return;
    }
    search->looked[search->count++] = (struct looked){.folder = folder, .said = said};
}

static void choose_folders(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    static const struct mw_imap_folder inbox = {.raw = {"INBOX", 5}, .name = "INBOX"};
    const struct mw_imap_folders *folders = &mailbox->folders;
    for (int rank = 0; rank <= 3; rank++) {
        for (size_t i = 0; i < folders->count; i++) {
            if (mw_folder_can_open(&folders->place[i].folder) && rank_of(mailbox, &folders->place[i]) == rank) {
                add_folder(talk, &folders->place[i].folder);
            }
        }
    }
    if (!folders->count) { /* LIST told nothing */
        add_folder(talk, &inbox);
    }
    mailbox->search->left_out += folders->seen > folders->count ? folders->seen - folders->count : 0;
}

static int end(struct mw_talk *talk, const char *outcome, const char *quote)
{
    struct mw_imap_search *search = search_of(talk);
    const char *missed = search->without_charset && !search->matches ? "the server does not know CHARSET UTF-8: what has other letters may be missed" : NULL;
    const char *left = search->left_out ? mw_printf(arena_of(talk), "%zu more folders were not looked through", search->left_out) : NULL;
    search->ended = true;
    mw_tell_list(mw_talk_look(talk), MW_F_ACCOUNT_SEARCHED, mw_talk_about(talk), &search->searched, NULL);
    mw_tell_text(mw_talk_look(talk), MW_F_ACCOUNT_SEARCH_END, mw_talk_about(talk), outcome, quote ? quote : missed ? missed : left);
    return mw_idle_begin(talk);
}

int mw_search_begin(struct mw_talk *talk)
{
    struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (!is_asked(mw_talk_look(talk)->asked)) {
        return mw_idle_begin(talk);
    }
    mailbox->search = MW_NEW(arena_of(talk), struct mw_imap_search);
    mailbox->search->looked = MW_NEW_ARRAY(arena_of(talk), struct looked, FOLDERS_MOST);
    mailbox->search->parts = command_of(talk);
    tell_what(talk);
    choose_folders(talk);
    return mailbox->search->count ? MW_SEARCH_FOLDER : end(talk, MW_SKIPPED, "no folder can be opened");
}

/* --- asking each folder ---------------------------------------------------------------------------------------------------------------------------- */

/* Literals that the server must be asked for cannot be said ahead. */
static bool asks(const struct mw_imap_search *search)
{
    return search->parts.count > 1;
}

static const char *say_pair(struct mw_talk *talk, const char *folder, const char *second)
{
    const char *first = mw_imap_tagged(talk, mw_printf(arena_of(talk), "EXAMINE %s", folder));
    return second ? mw_printf(arena_of(talk), "%s\r\n%s", first, mw_imap_tagged(talk, second)) : first;
}

const char *mw_search_say_folder(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    struct mw_list lines = {0};
    if (search->said > search->heard) {
        return NULL;
    }
    do {
        mw_list_add(arena_of(talk), &lines, say_pair(talk, search->looked[search->said++].said, asks(search) ? NULL : search->parts.items[0]));
    } while (!asks(search) && search->said < search->count && search->said - search->heard < AT_ONCE);
    return mw_list_join(arena_of(talk), &lines, "\r\n");
}

static const char *tagged_part(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    search->part = 0;
    return mw_imap_tagged(talk, search->parts.items[0]);
}

const char *mw_search_say_matches(struct mw_talk *talk)
{
    return asks(search_of(talk)) ? tagged_part(talk) : NULL;
}

/* No tag: it goes on with the command that was begun. */
const char *mw_search_say_more(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    return search->parts.items[search->part];
}

int mw_search_got_folder(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_search *search = search_of(talk);
    struct looked *looked = &search->looked[search->heard];
    if (reply->code == 'Y' || reply->code == '+') {
        return mw_imap_stop(talk, reply);
    }
    looked->opened = reply->code == 'O';
    search->refusal = looked->opened || search->refusal ? search->refusal : reply->whole;
    return MW_SEARCH_MATCHES;
}

/* Where EXAMINE was refused another folder may still be open: what the search says is not of this one. */
static void heed_matches(struct mw_talk *talk, struct looked *looked, const struct mw_reply *reply)
{
    struct mw_imap_search *search = search_of(talk);
    if (!looked->opened || reply->code != 'O') {
        search->refusal = search->refusal ? search->refusal : reply->whole;
        search->bad_charset = search->bad_charset || (reply->enhanced && mw_text_starts(reply->enhanced, "BADCHARSET"));
        return;
    }
    mw_list_add(arena_of(talk), &search->searched, looked->folder->name);
    for (size_t i = 0; i < reply->lines.count; i++) {
        struct mw_imap_hits hits;
        if (mw_imap_hits_read(arena_of(talk), &reply->raw[i], &hits) && hits.count > looked->hits.count) {
            looked->hits = hits;
        }
    }
    if (looked->hits.count && search->matches < MATCHED_MOST) {
        search->matched[search->matches++] = looked;
    }
}

/* Some servers take UTF-8 all the same. */
static int ask_without_charset(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    search->without_charset = true;
    search->refusal = NULL;
    search->said = search->heard = 0;
    search->parts = command_of(talk);
    return MW_SEARCH_FOLDER;
}

static int after_asking(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    search->said = search->heard = 0;
    if (search->matches) {
        return MW_SEARCH_FOLDER_AGAIN;
    }
    return search->searched.count ? end(talk, MW_OK, NULL) : end(talk, MW_REFUSED, search->refusal);
}

int mw_search_got_matches(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_search *search = search_of(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (reply->code == '+') {
        return ++search->part < search->parts.count ? MW_SEARCH_MORE : mw_imap_stop(talk, reply);
    }
    heed_matches(talk, &search->looked[search->heard++], reply);
    if (mw_arena_bytes(arena_of(talk)) > MEMORY_MOST) {
        mw_search_close(talk);
        return MW_QUIT;
    }
    if (search->bad_charset && !search->without_charset && search->heard == search->said) {
        return ask_without_charset(talk);
    }
    return search->heard < search->count ? MW_SEARCH_FOLDER : after_asking(talk);
}

/* --- showing the newest ---------------------------------------------------------------------------------------------------------------------------- */

static const char *say_fetch(struct mw_talk *talk, const struct mw_imap_hits *hits)
{
    struct mw_list uids = {0};
    for (size_t i = 0; i < MW_IMAP_NEWEST && hits->newest[i]; i++) {
        mw_list_add(arena_of(talk), &uids, mw_printf(arena_of(talk), "%u", hits->newest[i]));
    }
    return mw_printf(arena_of(talk), "UID FETCH %s (UID INTERNALDATE FLAGS BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT MESSAGE-ID)])",
                     uids.count ? mw_list_join(arena_of(talk), &uids, ",") : "*");
}

const char *mw_search_say_again(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    struct mw_list lines = {0};
    if (search->said > search->heard) {
        return NULL;
    }
    do {
        const struct looked *looked = search->matched[search->said++];
        mw_list_add(arena_of(talk), &lines, say_pair(talk, looked->said, say_fetch(talk, &looked->hits)));
    } while (search->said < search->matches && search->said - search->heard < AT_ONCE);
    return mw_list_join(arena_of(talk), &lines, "\r\n");
}

int mw_search_got_again(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_search *search = search_of(talk);
    search->matched[search->heard]->opened = reply->code == 'O';
    return reply->code == 'Y' || reply->code == '+' ? mw_imap_stop(talk, reply) : MW_SEARCH_HEADERS;
}

static bool is_match(const struct looked *looked, uint32_t uid)
{
    for (size_t i = 0; i < MW_IMAP_NEWEST; i++) {
        if (uid && looked->hits.newest[i] == uid) {
            return true;
        }
    }
    return false;
}

static const char *field(struct mw_talk *talk, const struct mw_mail *mail, const char *name)
{
    const char *text = mw_mail_value(mail, name);
    return text ? mw_header_decode(arena_of(talk), text, strlen(text)) : "";
}

static void show(struct mw_talk *talk, struct looked *looked, const struct mw_imap_message *message)
{
    struct mw_arena *arena = arena_of(talk);
    struct mw_mail mail = {0};
    if (!is_match(looked, message->uid) || looked->shown.count == MW_IMAP_NEWEST) {
        return;
    }
    mw_mail_read(arena, message->header.bytes ? message->header.bytes : "", message->header.count, &mail);
    const char *date = message->received >= 0 ? mw_time_text(arena, message->received) : field(talk, &mail, "Date");
    mw_list_add(
        arena, &looked->shown,
        mw_printf(arena, "%s | %s | %s | %s", date, field(talk, &mail, "From"), field(talk, &mail, "Subject"), mw_list_join(arena, &message->flags, " ")));
}

static void tell_found(struct mw_talk *talk)
{
    struct mw_imap_search *search = search_of(talk);
    struct mw_arena *arena = arena_of(talk);
    const struct looked *looked = search->matched[search->told++];
    const char *shown = mw_list_join(arena, &looked->shown, "; ");
    mw_tell_text(mw_talk_look(talk), MW_F_ACCOUNT_FOUND, mw_talk_about(talk), looked->folder->name, mw_printf(arena, "%zu: %s", looked->hits.count, shown));
}

int mw_search_got_headers(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_search *search = search_of(talk);
    struct looked *looked = search->matched[search->heard];
    for (size_t i = 0; looked->opened && i < reply->lines.count; i++) {
        struct mw_imap_message message;
        if (mw_imap_message_read(arena_of(talk), &reply->raw[i], &message)) {
            show(talk, looked, &message);
        }
    }
    tell_found(talk);
    search->heard++;
    if (reply->code == 'Y' || reply->code == '+') {
        return mw_imap_stop(talk, reply);
    }
    return search->heard < search->matches ? MW_SEARCH_FOLDER_AGAIN : end(talk, MW_OK, NULL);
}

void mw_search_close(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    struct mw_imap_search *search = mailbox->search;
    if (mailbox->said && !search && is_asked(mw_talk_look(talk)->asked)) { /* it did not come to it */
        mw_tell_text(mw_talk_look(talk), MW_F_ACCOUNT_SEARCH_END, mw_talk_about(talk), "cut off", "no folder was looked through");
    }
    if (!search || search->ended) {
        return;
    }
    while (search->told < search->matches) { /* without its headers, then */
        tell_found(talk);
    }
    search->ended = true;
    mw_tell_list(mw_talk_look(talk), MW_F_ACCOUNT_SEARCHED, mw_talk_about(talk), &search->searched, NULL);
    const char *far = mw_printf(arena_of(talk), "%zu of %zu folders", search->searched.count, search->count);
    mw_tell_text(mw_talk_look(talk), MW_F_ACCOUNT_SEARCH_END, mw_talk_about(talk), "cut off", far);
}
