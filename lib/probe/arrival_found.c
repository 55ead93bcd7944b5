/* What is new in a folder: is it the marked message, or a bounce of it? Tells what it shows, and removes it. RFC 9051, RFC 3501, RFC 4315 (UIDPLUS), RFC 3464.
 *
 * It reads no other message but bounces, and removes nothing but what bears our Message-ID or mark: by UID EXPUNGE, never by EXPUNGE or CLOSE. */
#include "arrival_talk.h"
#include "marked.h"

#include <mailwhy/imap.h>
#include <mailwhy/lang.h>

#include <stdlib.h>
#include <string.h>

#define BOUNCE_BYTES 65536u

static int folder_over(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    state->open->next = state->open->newer;
    return mw_arrival_round_over(talk);
}

const char *mw_arrival_say_examine(struct mw_talk *talk)
{
    struct mw_arrival *state = mw_talk_state(talk);
    state->selected = true;
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "EXAMINE %s", state->open->quoted));
}

int mw_arrival_got_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return reply->code == 'O' ? MW_ARRIVAL_HEADS : folder_over(talk);
}

const char *mw_arrival_say_heads(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID FETCH %ld:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID SUBJECT CONTENT-TYPE)])",
                                         state->open->next));
}

static long uid_of(const char *line)
{
    const char *word = mw_text_find(line, "UID ");
    return word ? strtol(word + strlen("UID "), NULL, 10) : 0;
}

/* The Message-ID of the message of smuggle.c; NULL: there is none. */
const char *mw_arrival_other_id(struct mw_talk *talk)
{
    const struct mw_fact *message = mw_fact_first(mw_talk_look(talk)->facts, MW_F_SMUGGLE_MESSAGE);
    return message ? message->text : NULL;
}

/* Its subject and its Message-ID have the same beginning. */
static bool may_be(struct mw_talk *talk, const char *line, const char *id)
{
    return id && mw_text_find(line, mw_strndup(mw_talk_look(talk)->arena, id + 1, MW_MARKED_SHORT));
}

/* A message that may be ours, or a bounce of whatever: it is looked into. */
static void note_hit(struct mw_talk *talk, const char *line)
{
    struct mw_arrival *state = mw_talk_state(talk);
    long uid = uid_of(line);
    bool ours = may_be(talk, line, state->id) || may_be(talk, line, mw_arrival_other_id(talk)), bounce = mw_text_find(line, "multipart/report");
    if (!mw_text_find(line, "FETCH") || uid < state->open->next || (!ours && !bounce) || state->hit_count == MW_ARRIVAL_HITS) {
        return;
    }
    state->hits[state->hit_count++] = (struct mw_arrival_hit){uid, bounce};
}

static int next_hit(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return state->hit_at < state->hit_count ? MW_ARRIVAL_WHOLE : folder_over(talk);
}

int mw_arrival_got_heads(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arrival *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    state->hit_count = state->hit_at = 0;
    for (size_t i = 0; i < reply->lines.count; i++) {
        note_hit(talk, reply->lines.items[i]);
    }
    return next_hit(talk);
}

const char *mw_arrival_say_whole(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    const struct mw_arrival_hit *hit = &state->hits[state->hit_at];
    const char *part = hit->bounce ? mw_printf(mw_talk_look(talk)->arena, "<0.%u>", BOUNCE_BYTES) : "";
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID FETCH %ld (UID BODY.PEEK[]%s)", hit->uid, part));
}

/* The message in a line of FETCH: its first literal. */
static bool literal_of(const struct mw_bytes *line, struct mw_bytes *literal)
{
    const char *end = line->bytes + line->count, *open = memchr(line->bytes, '{', line->count);
    char *behind = NULL;
    long octets = open ? strtol(open + 1, &behind, 10) : -1;
    const char *body = open ? memchr(open, '\n', (size_t)(end - open)) : NULL;
    if (!body || octets < 0 || *behind != '}' || octets > end - body - 1) {
        return false;
    }
    *literal = (struct mw_bytes){body + 1, (size_t)octets};
    return true;
}

static void tell_bounce(struct mw_talk *talk, const struct mw_dsn *dsn)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    for (size_t i = 0; i < dsn->count; i++) {
        const struct mw_dsn_recipient *recipient = &dsn->recipients[i];
        bool failed = mw_text_same(recipient->action, "failed"), delayed = mw_text_same(recipient->action, "delayed");
        const char *words = *recipient->diagnostic ? recipient->diagnostic : recipient->status;
        const char *quote = mw_printf(look->arena, "%s: %s %s %s", dsn->reporter, recipient->action, recipient->status, recipient->remote);
        if (failed && *dsn->reporter) {
            mw_tell_text(look, MW_F_DELIVER_BOUNCE_BY, state->asked->to, mw_text_lower(look->arena, dsn->reporter), quote);
        }
        if (failed || (delayed && !mw_fact_find(look->facts, MW_F_DELIVER_DELAYED, state->asked->to))) {
            mw_tell_text(look, failed ? MW_F_DELIVER_BOUNCE : MW_F_DELIVER_DELAYED, state->asked->to, words, quote);
        }
        state->bounced = state->bounced || failed;
    }
}

static void read_bounce(struct mw_talk *talk, const struct mw_mail *mail)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    struct mw_dsn dsn;
    if (mw_dsn_read(mw_talk_look(talk)->arena, mail, &dsn) && mw_text_same(dsn.original_id, state->id)) {
        tell_bounce(talk, &dsn);
    }
}

static void tell_found(struct mw_talk *talk, const struct mw_bytes *message)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const struct mw_arrival_folder *folder = state->open;
    if (folder->sent || state->sender) {
        mw_tell_text(look, MW_F_DELIVER_COPY, state->asked->mailbox, folder->name, state->id);
        return;
    }
    mw_tell_text(look, MW_F_DELIVER_ARRIVED, state->asked->to, folder->name, folder->junk ? "\\Junk" : NULL);
    if (!state->found) {
        mw_tell_number(look, MW_F_DELIVER_ARRIVED_MS, state->asked->to, mw_arrival_ms_since_sent(state), NULL);
        mw_arrived_tell(look, state->asked->to, mw_memdup(look->arena, message->bytes, message->count), message->count, state->id);
    }
    state->found = true;
}

static int got_message(struct mw_talk *talk, const struct mw_bytes *message)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    struct mw_mail mail;
    mw_mail_read(arena, message->bytes, message->count, &mail);
    if (mw_marked_is(arena, &mail, state->id)) {
        tell_found(talk, message);
        return MW_ARRIVAL_SELECT;
    }
    if (mw_arrival_other_id(talk) && mw_marked_is(arena, &mail, mw_arrival_other_id(talk))) {
        state->found_other = true;
        return MW_ARRIVAL_SELECT;
    }
    read_bounce(talk, &mail);
    state->hit_at++;
    return next_hit(talk);
}

int mw_arrival_got_whole(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_bytes literal;
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    for (size_t i = 0; i < reply->lines.count; i++) {
        if (mw_text_find(reply->lines.items[i], " FETCH ") && literal_of(&reply->raw[i], &literal)) {
            return got_message(talk, &literal);
        }
    }
    state->hit_at++;
    return next_hit(talk);
}

/* --- removing it --------------------------------------------------------------------------------------------------------------------------------- */

/* RFC 4315; IMAP4rev2 has it built in. */
static bool can_remove(const struct mw_arrival *state)
{
    return mw_imap_has(&state->hello, "UIDPLUS") || mw_imap_has(&state->hello, "IMAP4rev2");
}

const char *mw_arrival_say_select(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "SELECT %s", state->open->quoted));
}

const char *mw_arrival_say_store(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID STORE %ld +FLAGS.SILENT (\\Deleted)", state->hits[state->hit_at].uid));
}

const char *mw_arrival_say_expunge(struct mw_talk *talk)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID EXPUNGE %ld", state->hits[state->hit_at].uid));
}

static int removal_over(struct mw_talk *talk, const char *left_because)
{
    struct mw_arrival *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, left_because ? MW_F_DELIVER_LEFT : MW_F_DELIVER_REMOVED, mw_arrival_mailbox_of(talk), state->open->name, left_because);
    state->hit_at++;
    return next_hit(talk);
}

int mw_arrival_got_select(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return reply->code == 'O' ? MW_ARRIVAL_STORE : removal_over(talk, reply->whole);
}

int mw_arrival_got_store(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct mw_arrival *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (reply->code != 'O') {
        return removal_over(talk, reply->whole);
    }
    return can_remove(state) ? MW_ARRIVAL_EXPUNGE : removal_over(talk, N_("marked as deleted; the server cannot remove one message alone (UIDPLUS)"));
}

int mw_arrival_got_expunge(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return removal_over(talk, reply->code == 'O' ? NULL : reply->whole);
}
