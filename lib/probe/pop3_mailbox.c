/* Behind the login of POP3: STAT, CAPA once more (a user may be promised other things than everybody: RFC 2449 section 6), LIST and UIDL. Where PIPELINING is
 * listed those that need not wait for one another are said at once.
 *
 * It never says RETR, TOP or DELE. RFC 1939, RFC 2449. */
#include "pop3_mailbox.h"

#include <stdlib.h>
#include <string.h>

#define LISTED_MOST 10000 /* messages: of more the server is not asked for a list */
#define OLDEST_MOST 10u

/* --- capabilities -------------------------------------------------------------------------------------------------------------------------------- */

const char *mw_pop3_capability(const struct mw_pop3 *pop3, const char *capability)
{
    size_t length = strlen(capability);
    for (size_t i = 0; i < pop3->capabilities.count; i++) {
        const char *line = pop3->capabilities.items[i];
        if (mw_text_starts(line, capability) && (line[length] == '\0' || line[length] == ' ')) {
            return line + length;
        }
    }
    return NULL;
}

/* RFC 2449 sections 6.5 and 6.7: "EXPIRE 30 USER" before the login says that it depends on the user. */
static const char *promise_of(struct mw_talk *talk, const char *capability, bool logged_in)
{
    const char *arguments = mw_pop3_capability(mw_talk_state(talk), capability);
    struct mw_list words = mw_text_split(mw_talk_look(talk)->arena, arguments ? arguments : "", " ");
    bool depends = words.count > 1 && mw_text_same(words.items[1], "USER") && !logged_in;
    return words.count && !depends ? words.items[0] : NULL;
}

static void tell_promises(struct mw_talk *talk, bool logged_in)
{
    const char *expire = promise_of(talk, "EXPIRE", logged_in), *delay = promise_of(talk, "LOGIN-DELAY", logged_in);
    long seconds;
    if (expire) {
        mw_tell_text(mw_talk_look(talk), MW_F_POP3_EXPIRE, mw_talk_about(talk), expire, NULL);
    }
    if (delay && mw_text_number(delay, 0, INT32_MAX, &seconds)) {
        mw_tell_number(mw_talk_look(talk), MW_F_POP3_DELAY, mw_talk_about(talk), seconds, NULL);
    }
}

void mw_pop3_learn(struct mw_talk *talk, const struct mw_reply *reply, enum mw_fact_id id)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    pop3->capabilities = (struct mw_list){0};
    pop3->has_capa = reply->code == '+';
    for (size_t i = 0; pop3->has_capa && i < reply->lines.count && i < MW_REPLY_LINES; i++) {
        mw_list_add(arena, &pop3->capabilities, reply->lines.items[i]);
    }
    if (pop3->has_capa) {
        mw_tell_list(mw_talk_look(talk), id, mw_talk_about(talk), &pop3->capabilities, NULL);
        tell_promises(talk, id == MW_F_POP3_CAPA_AFTER);
    }
}

/* --- STAT and CAPA ------------------------------------------------------------------------------------------------------------------------------- */

const char *mw_pop3_say_stat(struct mw_talk *talk)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    pop3->pipelines = mw_pop3_capability(pop3, "PIPELINING");
    mw_tell_text(mw_talk_look(talk), MW_F_POP3_USER, mw_talk_about(talk), mw_login_user(mw_talk_look(talk)->asked), NULL);
    return pop3->pipelines ? "STAT\r\nCAPA" : "STAT";
}

int mw_pop3_got_stat(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    struct mw_list words = mw_text_split(look->arena, reply->text, " ");
    mw_tell_text(look, MW_F_POP3_STAT, mw_talk_about(talk), reply->whole, NULL);
    if (reply->code == '+' && words.count >= 2 && mw_text_number(words.items[0], 0, UINT32_MAX, &pop3->messages)) {
        mw_tell_number(look, MW_F_POP3_MESSAGES, mw_talk_about(talk), pop3->messages, reply->whole);
    }
    return pop3->pipelines || (reply->code == '+' && pop3->has_capa) ? MW_POP3_CAPA_AFTER : mw_pop3_got_capa_after(talk, NULL);
}

const char *mw_pop3_say_capa_after(struct mw_talk *talk)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    return pop3->pipelines ? NULL : "CAPA";
}

/* RFC 2449 section 6.8: where CAPA does not list UIDL the server has none. `reply` may be NULL: CAPA was not asked. */
int mw_pop3_got_capa_after(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    if (reply && reply->code == '+') {
        mw_pop3_learn(talk, reply, MW_F_POP3_CAPA_AFTER);
    }
    bool has_uidl = !pop3->has_capa || mw_pop3_capability(pop3, "UIDL");
    return has_uidl && pop3->messages > 0 && pop3->messages <= LISTED_MOST ? MW_POP3_LIST : MW_QUIT;
}

/* --- LIST and UIDL ------------------------------------------------------------------------------------------------------------------------------- */

const char *mw_pop3_say_list(struct mw_talk *talk)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    return pop3->pipelines ? "LIST\r\nUIDL" : "LIST";
}

/* "12 words": the words, where the number is a message's. */
static const char *words_of(const char *line)
{
    size_t digits = strspn(line, "0123456789");
    return digits && line[digits] == ' ' ? line + digits + 1 : NULL;
}

int mw_pop3_got_list(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_pop3 *pop3 = mw_talk_state(talk);
    for (size_t i = 0; reply->code == '+' && i < reply->lines.count && pop3->sizes.count < OLDEST_MOST; i++) {
        const char *size = words_of(reply->lines.items[i]);
        mw_list_add(mw_talk_look(talk)->arena, &pop3->sizes, size ? size : "?");
    }
    return MW_POP3_UIDL;
}

const char *mw_pop3_say_uidl(struct mw_talk *talk)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    return pop3->pipelines ? NULL : "UIDL";
}

static int by_bytes(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static long duplicates(struct mw_arena *arena, const struct mw_list *ids)
{
    const char **sorted = mw_memdup(arena, ids->items, ids->count * sizeof *ids->items);
    long found = 0;
    qsort(sorted, ids->count, sizeof *sorted, by_bytes);
    for (size_t i = 1; i < ids->count; i++) {
        found += strcmp(sorted[i - 1], sorted[i]) == 0;
    }
    return found;
}

static void tell_oldest(struct mw_talk *talk, const struct mw_list *ids)
{
    const struct mw_pop3 *pop3 = mw_talk_state(talk);
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    struct mw_list oldest = {0};
    for (size_t i = 0; i < ids->count && i < pop3->sizes.count; i++) {
        mw_list_add(arena, &oldest, mw_printf(arena, "%s %s", pop3->sizes.items[i], ids->items[i]));
    }
    if (oldest.count) {
        mw_tell_list(mw_talk_look(talk), MW_F_POP3_UIDL_OLDEST, mw_talk_about(talk), &oldest, NULL);
    }
}

int mw_pop3_got_uidl(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list ids = {0};
    for (size_t i = 0; i < reply->lines.count; i++) {
        const char *id = words_of(reply->lines.items[i]);
        if (id) {
            mw_list_add(look->arena, &ids, id);
        }
    }
    if (reply->code != '+') {
        return MW_QUIT;
    }
    long twice = ids.count ? duplicates(look->arena, &ids) : 0;
    mw_tell_number(look, MW_F_POP3_UIDL, mw_talk_about(talk), (int64_t)ids.count, NULL);
    if (twice) {
        mw_tell_number(look, MW_F_POP3_UIDL_DOUBLE, mw_talk_about(talk), twice, NULL);
    }
    tell_oldest(talk, &ids);
    return MW_QUIT;
}
