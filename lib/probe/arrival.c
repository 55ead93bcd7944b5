/* The conversations that wait for the marked message: with the recipient's mailbox (probe `arrival`), and with the sender's where the message is late, for a
 * bounce (probe `returns`). RFC 9051, RFC 3501, RFC 4315 (UIDPLUS), RFC 3464 (bounces).
 *
 * It begins before the message is sent and looks at what is new from then on alone. It reads no other message but bounces that came meanwhile, and removes
 * nothing but what bears our Message-ID and mark: by UID EXPUNGE, never by EXPUNGE or CLOSE. */
#include "arrival.h"
#include "imap_hello.h"
#include "marked.h"

#include <mailwhy/imap.h>
#include <mailwhy/lang.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LIST = MW_IMAP_STEPS, LISTED, STATUS, STATUS_MORE, WAIT, PAUSE, LEAVE, EXAMINE, HEADS, WHOLE, SELECT, STORE, EXPUNGE };

#define FOLDERS_MOST 100u
#define AT_ONCE 10u       /* STATUS commands in one write */
#define HITS_MOST 8u
#define BOUNCE_BYTES 65536u
#define ALL_EVERY 5u      /* rounds; INBOX and junk are looked at in every one */
#define LATE_S 6
#define OTHER_S 30
#define BACKWARD 20u      /* messages that the sender's mailbox is looked through for, as it is opened when the message is late */
#define RESERVE_S 5       /* of the run, to end in order */
#define STEPS_MOST 3000u

struct folder {
    const char *name, *quoted;
    bool junk, sent;
    long first; /* UIDNEXT when the watch began; 0: not known */
    long next;  /* up to which was looked */
    long newer; /* UIDNEXT as told last */
};

struct hit {
    long uid;
    bool bounce;
};

struct talk_state {
    struct mw_imap_hello hello; /* first */
    const struct mw_asked *asked; /* the run's: the look's own has the login of this mailbox */
    bool sender;                /* it is the sender's mailbox */
    bool said_id;               /* its answer is awaited before that to LIST */
    struct mw_bell *bell;
    struct folder folders[FOLDERS_MOST];
    size_t count, at, batch_end; /* `at`: the folder whose status is awaited */
    unsigned round;
    bool watching;               /* the first round is over */
    const char *id;              /* of our message */
    struct timespec sent_at;
    struct folder *open;
    bool selected; /* a folder is open at the server: it need not see what is new in it by STATUS */
    struct hit hits[HITS_MOST];
    size_t hit_count, hit_at;
    bool found, bounced, over;   /* over: one more round, then it is left */
    bool found_other;            /* the message of smuggle.c */
};

static struct folder *first_with_news(struct talk_state *state);

static const char *mailbox_of(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->sender ? state->asked->mailbox : state->asked->to;
}

static int64_t seconds_since_sent(const struct talk_state *state)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - state->sent_at.tv_sec;
}

static int64_t ms_since_sent(const struct talk_state *state)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - state->sent_at.tv_sec) * 1000 + (now.tv_nsec - state->sent_at.tv_nsec) / 1000000;
}

/* --- the folders --------------------------------------------------------------------------------------------------------------------------------- */

/* NetEase opens no folder before ID. */
static const char *say_list(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
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
    struct talk_state *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    bool inbox = mw_text_same(folder->name, "INBOX"), junk = is_junk(folder), sent = is_sent(folder);
    if (!can_be_opened(folder) || state->count == FOLDERS_MOST || (state->sender && !inbox && !junk && !sent)) {
        return;
    }
    size_t at = inbox ? 0 : junk && state->count > 1 ? 1 : state->count; /* those that are looked at most stand first */
    if (at < state->count) {
        state->folders[state->count] = state->folders[at];
    }
    const char *quoted = mw_imap_quoted(arena, mw_strndup(arena, folder->raw.bytes, folder->raw.count));
    state->folders[at] = (struct folder){.name = folder->name, .quoted = quoted, .junk = junk, .sent = sent};
    state->count++;
}

static int got_list(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (state->said_id) {
        state->said_id = false;
        return LISTED;
    }
    for (size_t i = 0; reply->code == 'O' && i < reply->lines.count; i++) {
        struct mw_imap_folder folder;
        if (mw_imap_folder_read(mw_talk_look(talk)->arena, &reply->raw[i], "LIST", &folder)) {
            add_folder(talk, &folder);
        }
    }
    if (!state->count) {
        state->folders[state->count++] = (struct folder){.name = "INBOX", .quoted = "INBOX"};
    }
    return STATUS;
}

/* --- what is new in them ------------------------------------------------------------------------------------------------------------------------- */

static bool is_due(const struct talk_state *state, size_t folder)
{
    return folder < 2 || state->over || state->round % ALL_EVERY == 0;
}

/* The first folder at or behind `from` that is looked at in this round. */
static size_t due_from(const struct talk_state *state, size_t from)
{
    while (from < state->count && !is_due(state, from)) {
        from++;
    }
    return from;
}

static const char *say_status(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
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

static void learn_status(struct talk_state *state, struct folder *folder, const struct mw_reply *reply)
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

static int round_over(struct mw_talk *talk);

static int got_status(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    state->at = due_from(state, state->at);
    learn_status(state, &state->folders[state->at], reply);
    state->at = due_from(state, state->at + 1);
    if (state->at < state->batch_end) {
        return STATUS_MORE;
    }
    return state->at < state->count ? STATUS : round_over(talk);
}

/* --- waiting ------------------------------------------------------------------------------------------------------------------------------------- */

static void tell_ready(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_number(look, MW_F_DELIVER_READY, state->asked->to, (int64_t)state->count, NULL);
    mw_bell_ring(look->net, MW_BELL_WATCHED);
}

static void sent(void *context)
{
    mw_talk_resume(context);
}

static const char *wait_for_message(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->bell = mw_bell_wait(mw_talk_look(talk)->net, MW_BELL_SENT, sent, talk);
    return NULL;
}

/* Was it taken, or may it have been? */
static bool may_be_under_way(const struct mw_facts *facts)
{
    const struct mw_fact *reply = mw_fact_first(facts, MW_F_DELIVER_SENT);
    return mw_fact_first(facts, MW_F_DELIVER_MESSAGE) && (mw_fact_first(facts, MW_F_DELIVER_UNSURE) || (reply && *reply->text == '2'));
}

static int got_wait(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    const struct mw_facts *facts = mw_talk_look(talk)->facts;
    (void)reply;
    mw_bell_leave(state->bell);
    if (!may_be_under_way(facts)) {
        return MW_QUIT;
    }
    state->id = mw_fact_first(facts, MW_F_DELIVER_MESSAGE)->text;
    clock_gettime(CLOCK_MONOTONIC, &state->sent_at);
    return PAUSE;
}

/* Soon at first: most messages take no second. */
static double pause_s(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->over ? 2 : state->round > 3 ? 3 : state->round > 1 ? 1 : 0.3;
}

/* Now and then all that came since the watch began is looked at once more: what a server shows first need not be whole. */
static void look_again(struct talk_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        state->folders[i].next = state->folders[i].first;
    }
}

static int got_pause(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    (void)reply;
    state->round++;
    state->at = 0;
    if (state->round % ALL_EVERY == 0 && !state->found && !state->bounced) {
        look_again(state);
    }
    return state->selected ? LEAVE : STATUS;
}

/* RFC 3691; without it NOOP has the server look for what is new. */
static const char *say_leave(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    bool can_leave = mw_imap_has(&state->hello, "UNSELECT") || mw_imap_has(&state->hello, "IMAP4rev2");
    state->selected = !can_leave;
    return mw_imap_tagged(talk, can_leave ? "UNSELECT" : "NOOP");
}

static int got_leave(struct mw_talk *talk, const struct mw_reply *reply)
{
    return reply->code == 'Y' ? mw_imap_got_bye(talk, reply) : STATUS;
}

static bool time_is_short(const struct mw_look *look)
{
    const struct mw_fact *first = mw_fact_at(look->facts, 1);
    return first && (double)(time(NULL) - first->at) > look->asked->timeout_s - RESERVE_S;
}

static void tell_late(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    bool own = mw_text_same(state->asked->mailbox, state->asked->to); /* then bounces come here too */
    if (!state->sender && !own && seconds_since_sent(state) >= LATE_S && !mw_fact_first(look->facts, MW_F_DELIVER_LATE)) {
        mw_tell_number(look, MW_F_DELIVER_LATE, state->asked->mailbox, seconds_since_sent(state), NULL);
    }
}

static void tell_missing(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list names = {0};
    if (state->sender) {
        return;
    }
    for (size_t i = 0; i < state->count; i++) {
        mw_list_add(look->arena, &names, state->folders[i].name);
    }
    mw_tell_list(look, MW_F_DELIVER_FOLDERS, state->asked->to, &names, NULL);
    if (!state->found) {
        mw_tell_number(look, MW_F_DELIVER_MISSING, state->asked->to, seconds_since_sent(state), NULL);
    }
}

/* Is there nothing more to wait for? For the recipient's mailbox: it came, or a bounce said that it will not; for the sender's: the other one is done. */
static bool is_settled(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const struct mw_facts *facts = mw_talk_look(talk)->facts;
    if (time_is_short(mw_talk_look(talk))) {
        return true;
    }
    if (state->sender) {
        return state->bounced || mw_fact_first(facts, MW_F_DELIVER_ARRIVED) || mw_fact_first(facts, MW_F_DELIVER_MISSING);
    }
    bool other = !mw_fact_first(facts, MW_F_ENDPOINT_SMUGGLE) || state->found_other ||
                 (mw_fact_first(facts, MW_F_SMUGGLE_END) && seconds_since_sent(state) > OTHER_S);
    return other && (state->found || mw_fact_first(facts, MW_F_DELIVER_BOUNCE));
}

/* Nothing new is left to be looked at. */
static int go_on_waiting(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    if (state->over) {
        tell_missing(talk);
        return MW_QUIT;
    }
    tell_late(talk);
    state->over = is_settled(talk);
    return state->over && time_is_short(mw_talk_look(talk)) ? go_on_waiting(talk) : PAUSE;
}

static int round_over(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    if (!state->watching) {
        state->watching = true;
        if (!state->sender) {
            tell_ready(talk);
            return WAIT;
        }
    }
    state->open = first_with_news(state);
    return state->open ? EXAMINE : go_on_waiting(talk);
}

/* --- what came ----------------------------------------------------------------------------------------------------------------------------------- */

static struct folder *first_with_news(struct talk_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        if (state->folders[i].next && state->folders[i].newer > state->folders[i].next) {
            return &state->folders[i];
        }
    }
    return NULL;
}

static int folder_over(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->open->next = state->open->newer;
    return round_over(talk);
}

static const char *say_examine(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    state->selected = true;
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "EXAMINE %s", state->open->quoted));
}

static int got_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return reply->code == 'O' ? HEADS : folder_over(talk);
}

static const char *say_heads(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID FETCH %ld:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID CONTENT-TYPE)])", state->open->next));
}

static long uid_of(const char *line)
{
    const char *word = mw_text_find(line, "UID ");
    return word ? strtol(word + strlen("UID "), NULL, 10) : 0;
}

/* The Message-ID of the message of smuggle.c; NULL: there is none. */
static const char *other_id(struct mw_talk *talk)
{
    const struct mw_fact *message = mw_fact_first(mw_talk_look(talk)->facts, MW_F_SMUGGLE_MESSAGE);
    return message ? message->text : NULL;
}

/* A message that is ours by its Message-ID, or a bounce of whatever: it is looked into. */
static void note_hit(struct mw_talk *talk, const char *line)
{
    struct talk_state *state = mw_talk_state(talk);
    long uid = uid_of(line);
    const char *other = other_id(talk);
    bool ours = mw_text_find(line, state->id) || (other && mw_text_find(line, other)), bounce = mw_text_find(line, "multipart/report");
    if (!mw_text_find(line, "FETCH") || uid < state->open->next || (!ours && !bounce) || state->hit_count == HITS_MOST) {
        return;
    }
    state->hits[state->hit_count++] = (struct hit){uid, !ours};
}

static int next_hit(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return state->hit_at < state->hit_count ? WHOLE : folder_over(talk);
}

static int got_heads(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    state->hit_count = state->hit_at = 0;
    for (size_t i = 0; i < reply->lines.count; i++) {
        note_hit(talk, reply->lines.items[i]);
    }
    return next_hit(talk);
}

static const char *say_whole(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    const struct hit *hit = &state->hits[state->hit_at];
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
    struct talk_state *state = mw_talk_state(talk);
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
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_dsn dsn;
    if (mw_dsn_read(mw_talk_look(talk)->arena, mail, &dsn) && mw_text_same(dsn.original_id, state->id)) {
        tell_bounce(talk, &dsn);
    }
}

static void tell_found(struct mw_talk *talk, const struct mw_bytes *message)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    const struct folder *folder = state->open;
    if (folder->sent || state->sender) {
        mw_tell_text(look, MW_F_DELIVER_COPY, state->asked->mailbox, folder->name, state->id);
        return;
    }
    mw_tell_text(look, MW_F_DELIVER_ARRIVED, state->asked->to, folder->name, folder->junk ? "\\Junk" : NULL);
    if (!state->found) {
        mw_tell_number(look, MW_F_DELIVER_ARRIVED_MS, state->asked->to, ms_since_sent(state), NULL);
        mw_arrived_tell(look, state->asked->to, mw_memdup(look->arena, message->bytes, message->count), message->count, state->id);
    }
    state->found = true;
}

static int got_message(struct mw_talk *talk, const struct mw_bytes *message)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    struct mw_mail mail;
    mw_mail_read(arena, message->bytes, message->count, &mail);
    if (mw_marked_is(arena, &mail, state->id)) {
        tell_found(talk, message);
        return SELECT;
    }
    if (other_id(talk) && mw_marked_is(arena, &mail, other_id(talk))) {
        state->found_other = true;
        return SELECT;
    }
    read_bounce(talk, &mail);
    state->hit_at++;
    return next_hit(talk);
}

static int got_whole(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct talk_state *state = mw_talk_state(talk);
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
static bool can_remove(const struct talk_state *state)
{
    return mw_imap_has(&state->hello, "UIDPLUS") || mw_imap_has(&state->hello, "IMAP4rev2");
}

static const char *say_select(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "SELECT %s", state->open->quoted));
}

static const char *say_store(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID STORE %ld +FLAGS.SILENT (\\Deleted)", state->hits[state->hit_at].uid));
}

static const char *say_expunge(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    return mw_imap_tagged(talk, mw_printf(mw_talk_look(talk)->arena, "UID EXPUNGE %ld", state->hits[state->hit_at].uid));
}

static int removal_over(struct mw_talk *talk, const char *left_because)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_tell_text(look, left_because ? MW_F_DELIVER_LEFT : MW_F_DELIVER_REMOVED, mailbox_of(talk), state->open->name, left_because);
    state->hit_at++;
    return next_hit(talk);
}

static int got_select(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return reply->code == 'O' ? STORE : removal_over(talk, reply->whole);
}

static int got_store(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (reply->code != 'O') {
        return removal_over(talk, reply->whole);
    }
    return can_remove(state) ? EXPUNGE : removal_over(talk, "marked as deleted; the server cannot remove one message alone (UIDPLUS)");
}

static int got_expunge(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return removal_over(talk, reply->code == 'O' ? NULL : reply->whole);
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------------------- */

/* The conversation broke off before the mailbox was seen to the end. */
static void tell_left(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    bool removed = mw_fact_find(look->facts, MW_F_DELIVER_REMOVED, mailbox_of(talk)) || mw_fact_find(look->facts, MW_F_DELIVER_LEFT, mailbox_of(talk));
    if (state->sender || removed || !may_be_under_way(look->facts) || mw_fact_find(look->facts, MW_F_DELIVER_BOUNCE, state->asked->to)) {
        return;
    }
    const char *folder = state->found ? state->open->name : "INBOX";
    mw_tell_text(look, MW_F_DELIVER_LEFT, state->asked->to, folder, state->found ? "the conversation broke off" : "not found as long as it was looked for");
}

static void tell_other_left(struct mw_talk *talk)
{
    const struct talk_state *state = mw_talk_state(talk);
    if (!state->sender && other_id(talk) && !state->found_other) {
        mw_tell_text(mw_talk_look(talk), MW_F_DELIVER_LEFT, state->asked->to, "INBOX", "the message of --intrusive was not found as long as it was looked for");
    }
}

static void done(struct mw_talk *talk)
{
    struct talk_state *state = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    mw_login_forget(&state->hello.login);
    mw_bell_leave(state->bell);
    tell_left(talk);
    tell_other_left(talk);
    bool tried = mw_fact_first(look->facts, state->sender ? MW_F_IMAP_LOGIN : MW_F_ARRIVAL_LOGIN);
    if (!state->watching && (tried || !mw_inbox_try_next(look, state->sender)) && !state->sender) {
        mw_bell_ring(look->net, MW_BELL_WATCHED);
    }
}

/* clang-format off */
static const struct mw_step steps[] = {
    MW_IMAP_HELLO_STEPS,
    /*               name               what we say       who reads the answer   wait  flags */
    [LIST]        = { "LIST",           say_list,         got_list,                60,  0 },
    [LISTED]      = { "LIST",           NULL,             got_list,                60,  0 },
    [STATUS]      = { "STATUS",         say_status,       got_status,              60,  0 },
    [STATUS_MORE] = { "STATUS",         NULL,             got_status,              60,  0 },
    [WAIT]        = { "waiting",        wait_for_message, got_wait,               900,  MW_PAUSE },
    [PAUSE]       = { "waiting",        NULL,             got_pause,                0,  MW_PAUSE, pause_s },
    [LEAVE]       = { "UNSELECT",       say_leave,        got_leave,               60,  0 },
    [EXAMINE]     = { "EXAMINE",        say_examine,      got_examine,             60,  0 },
    [HEADS]       = { "FETCH",          say_heads,        got_heads,               60,  0 },
    [WHOLE]       = { "FETCH",          say_whole,        got_whole,               60,  0 },
    [SELECT]      = { "SELECT",         say_select,       got_select,              60,  0 },
    [STORE]       = { "STORE",          say_store,        got_store,               60,  0 },
    [EXPUNGE]     = { "EXPUNGE",        say_expunge,      got_expunge,             60,  0 },
};
/* clang-format on */

static const struct mw_talk_plan plan_of_recipient = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_ARRIVAL_END, MW_F_ARRIVAL_STAGE, MW_NO_FACT, MW_NO_FACT},
    .state_bytes = sizeof(struct talk_state),
    .steps_ceiling = STEPS_MOST,
    .done = done,
};

static const struct mw_talk_plan plan_of_sender = {
    .dialect = &mw_imap_dialect,
    .steps = steps,
    .facts = {MW_F_RETURNS_END, MW_F_RETURNS_STAGE, MW_NO_FACT, MW_NO_FACT},
    .state_bytes = sizeof(struct talk_state),
    .steps_ceiling = STEPS_MOST,
    .done = done,
};

static const struct mw_login_service arrival_login = {
    MW_F_ENDPOINT_ARRIVAL, MW_F_ENDPOINT_ARRIVAL, MW_F_ARRIVAL_END, MW_F_ARRIVAL_LOGIN, MW_F_ARRIVAL_LOGIN_MECHANISM, MW_F_ARRIVAL_LOGIN_SKIPPED,
    MW_F_ARRIVAL_LOGIN_CANCELLED, MW_F_ARRIVAL_LOGIN_OAUTH,
};

/* The look asks with the login of the mailbox that is read. */
static const struct mw_asked *as_recipient(struct mw_look *look)
{
    struct mw_asked *asked = mw_memdup(look->arena, look->asked, sizeof *asked);
    bool own = mw_text_same(asked->mailbox, asked->to);
    asked->mailbox = asked->to;
    asked->domain = strrchr(asked->to, '@') + 1;
    asked->user = asked->to_user;
    asked->password = asked->to_password;
    asked->token = own ? asked->token : NULL;
    return asked;
}

static void begin(struct mw_look *look, const struct mw_talk_plan *base, bool sender)
{
    struct mw_talk_plan *plan = mw_memdup(look->arena, base, sizeof *plan);
    const struct mw_asked *asked = look->asked;
    plan->first = mw_text_same(look->why->quote, "tls") ? MW_IMAP_TLS_FIRST : MW_IMAP_GREETING;
    plan->again = mw_fact_find(look->facts, MW_F_TCP_END, look->why->about) != NULL;
    look->asked = sender ? asked : as_recipient(look);
    mw_talk_start(look, plan);
    struct talk_state *state = mw_talk_state(look->talk);
    const struct mw_fact *message = mw_fact_first(look->facts, MW_F_DELIVER_MESSAGE);
    state->hello.service = sender ? &mw_login_imap : &arrival_login;
    state->hello.quiet = plan->again;
    state->asked = asked;
    state->sender = sender;
    state->id = message ? message->text : NULL;
    clock_gettime(CLOCK_MONOTONIC, &state->sent_at);
}

static void start_arrival(struct mw_look *look)
{
    begin(look, &plan_of_recipient, false);
}

static void start_returns(struct mw_look *look)
{
    begin(look, &plan_of_sender, true);
}

const struct mw_probe mw_probe_arrival = {
    .name = "arrival",
    .says = N_("Waits in the recipient's mailbox for the message of --deliver, looks at what became of it on its way, and removes it."),
    .legs = MW_SUBMIT,
    .wants = MW_F_ENDPOINT_ARRIVAL,
    .tells = {MW_IMAP_HELLO_TELLS, MW_F_ARRIVAL_STAGE, MW_F_ARRIVAL_LOGIN, MW_F_ARRIVAL_LOGIN_MECHANISM, MW_F_ARRIVAL_LOGIN_SKIPPED,
              MW_F_ARRIVAL_LOGIN_CANCELLED, MW_F_ARRIVAL_LOGIN_OAUTH, MW_F_ENDPOINT_ARRIVAL, MW_F_DELIVER_READY, MW_F_DELIVER_FOLDERS,
              MW_F_DELIVER_LATE, MW_F_DELIVER_ARRIVED, MW_F_DELIVER_ARRIVED_MS, MW_F_DELIVER_MISSING, MW_F_DELIVER_HOP, MW_F_DELIVER_HOP_FIRST, MW_F_DELIVER_AUTHRES,
              MW_F_DELIVER_SPAM, MW_F_DELIVER_SIGNED, MW_F_DELIVER_SIGNATURE, MW_F_DELIVER_BODY, MW_F_DELIVER_SUBJECT, MW_F_DELIVER_REMOVED,
              MW_F_DELIVER_LEFT, MW_F_DELIVER_BOUNCE, MW_F_DELIVER_BOUNCE_BY, MW_F_DELIVER_DELAYED, MW_F_DELIVER_COPY, MW_TALK_TELLS},
    .ends = MW_F_ARRIVAL_END,
    .start = start_arrival,
};

const struct mw_probe mw_probe_returns = {
    .name = "returns",
    .says = N_("Looks in the sender's mailbox for a bounce, where the message of --deliver is late."),
    .legs = MW_SUBMIT,
    .wants = MW_F_ENDPOINT_RETURNS,
    .tells = {MW_IMAP_HELLO_TELLS, MW_F_RETURNS_STAGE, MW_F_IMAP_LOGIN, MW_F_IMAP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_SKIPPED, MW_F_IMAP_LOGIN_CANCELLED,
              MW_F_IMAP_LOGIN_OAUTH, MW_F_ENDPOINT_RETURNS, MW_F_DELIVER_REMOVED, MW_F_DELIVER_LEFT, MW_F_DELIVER_BOUNCE, MW_F_DELIVER_BOUNCE_BY,
              MW_F_DELIVER_DELAYED, MW_F_DELIVER_COPY, MW_TALK_TELLS},
    .ends = MW_F_RETURNS_END,
    .start = start_returns,
};
