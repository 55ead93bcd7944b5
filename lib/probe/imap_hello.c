/* The first half of an IMAP conversation, up to a login that was taken (imap_hello.h). RFC 9051, RFC 3501, RFC 4959, RFC 5530.
 *
 * It logs in once a run at most (login.h). */
#include "imap_hello.h"

#include <mailwhy/imap.h>

#include <string.h>

#define CAPABILITIES_MOST 200u

bool mw_imap_has(const struct mw_imap_hello *hello, const char *capability)
{
    for (size_t i = 0; i < hello->capabilities.count; i++) {
        if (mw_text_same(hello->capabilities.items[i], capability)) {
            return true;
        }
    }
    return false;
}

/* RFC 9051 section 7.1.5: BYE may come at any time. RFC 5530: UNAVAILABLE and LIMIT pass by themselves. */
int mw_imap_got_bye(struct mw_talk *talk, const struct mw_reply *reply)
{
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_BYE, mw_talk_about(talk), mw_talk_hidden(talk, reply->whole), NULL);
    bool passes = reply->enhanced && (mw_text_starts(reply->enhanced, "UNAVAILABLE") || mw_text_starts(reply->enhanced, "LIMIT"));
    mw_talk_set_outcome(talk, passes ? MW_THROTTLED : MW_HUNG_UP);
    return MW_END;
}

const char *mw_imap_tagged(struct mw_talk *talk, const char *command)
{
    return mw_printf(mw_talk_look(talk)->arena, "%s %s", mw_talk_tag(talk), command);
}

/* --- capabilities ---------------------------------------------------------------------------------------------------------------------------- */

const char *mw_imap_say_capability(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "CAPABILITY");
}

static struct mw_list mechanisms_of(struct mw_arena *arena, const struct mw_list *capabilities)
{
    struct mw_list mechanisms = {0};
    for (size_t i = 0; i < capabilities->count; i++) {
        if (mw_text_starts(capabilities->items[i], "AUTH=")) {
            mw_list_add(arena, &mechanisms, capabilities->items[i] + strlen("AUTH="));
        }
    }
    return mechanisms;
}

static int before_login(struct mw_talk *talk)
{
    const struct mw_imap_hello *hello = mw_talk_state(talk);
    return mw_login_has_credentials(talk) && !hello->preauth ? MW_IMAP_TURN : MW_QUIT;
}

const char *mw_imap_wait_turn(struct mw_talk *talk)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    mw_login_wait_turn(talk, &hello->login);
    return NULL;
}

int mw_imap_got_turn(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    struct mw_list offered = mechanisms_of(mw_talk_look(talk)->arena, &hello->capabilities);
    (void)reply;
    const char *command = mw_imap_has(hello, "LOGINDISABLED") ? NULL : "LOGIN"; /* RFC 9051 section 6.2.3 */
    return mw_login_claim(talk, hello->service ? hello->service : &mw_login_imap, &offered, command, &hello->login) ? MW_IMAP_LOGIN : MW_QUIT;
}

/* Does the reply list the capabilities? Kept, and told as `id`. */
static bool learn(struct mw_talk *talk, const struct mw_reply *reply, enum mw_fact_id id)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    struct mw_list capabilities = {0};
    if (!mw_imap_capabilities(look->arena, reply, &capabilities) || capabilities.count > CAPABILITIES_MOST) {
        return false;
    }
    hello->capabilities = capabilities;
    if (!hello->quiet) {
        mw_tell_list(look, id, mw_talk_about(talk), &capabilities, NULL);
    }
    return true;
}

static int learn_in_clear(struct mw_talk *talk)
{
    const struct mw_imap_hello *hello = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    bool starttls = mw_imap_has(hello, "STARTTLS");
    if (hello->preauth) { /* RFC 9051 section 6.2.1: valid before the login alone, so its absence says nothing */
        look->remark = "PREAUTH: neither STARTTLS nor a login can be tried";
        mw_talk_set_outcome(talk, MW_SKIPPED);
        return MW_QUIT;
    }
    if (!hello->quiet) {
        const char *words = mw_printf(look->arena, "CAPABILITY %s", mw_list_join(look->arena, &hello->capabilities, " "));
        mw_tell_yes(look, MW_F_IMAP_STARTTLS, mw_talk_about(talk), starttls, words);
    }
    return starttls ? MW_IMAP_STARTTLS : before_login(talk);
}

/* A greeting may list fewer capabilities than CAPABILITY does: it saves the question only where it has what we look for. */
static bool is_enough(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_arena *arena = mw_talk_look(talk)->arena;
    struct mw_list capabilities = {0};
    if (!mw_imap_capabilities(arena, reply, &capabilities)) {
        return false;
    }
    return mw_talk_is_encrypted(talk) ? mechanisms_of(arena, &capabilities).count > 0 : mw_list_has(&capabilities, "STARTTLS");
}

int mw_imap_got_capability(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    bool encrypted = mw_talk_is_encrypted(talk);
    if (reply->code == 'N' || reply->code == 'B' || !learn(talk, reply, encrypted ? MW_F_IMAP_CAPABILITY : MW_F_IMAP_CAPABILITY_CLEAR)) {
        mw_talk_set_outcome(talk, MW_GARBLED); /* RFC 9051 section 6.1.1: every server has it */
        return MW_QUIT;
    }
    return encrypted ? before_login(talk) : learn_in_clear(talk);
}

int mw_imap_got_greeting(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    hello->preauth = reply->code == 'P';
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (reply->code != 'O' && reply->code != 'P') {
        mw_talk_set_outcome(talk, MW_GARBLED);
        return MW_END;
    }
    return is_enough(talk, reply) ? mw_imap_got_capability(talk, reply) : MW_IMAP_CAPABILITY;
}

/* --- TLS ------------------------------------------------------------------------------------------------------------------------------------- */

int mw_imap_got_tls_first(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? MW_IMAP_GREETING : MW_END;
}

const char *mw_imap_say_starttls(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "STARTTLS");
}

int mw_imap_got_starttls(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'O') {
        return MW_IMAP_HANDSHAKE;
    }
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_STARTTLS_REPLY, mw_talk_about(talk), reply->whole, NULL);
    return before_login(talk);
}

/* RFC 9051 section 6.2.1: what was listed before TLS is void. */
int mw_imap_got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    const struct mw_imap_hello *hello = mw_talk_state(talk);
    (void)reply;
    if (mw_talk_injected(talk) && !hello->quiet) {
        mw_tell_text(mw_talk_look(talk), MW_F_IMAP_INJECTED, mw_talk_about(talk), mw_talk_injected(talk), NULL);
    }
    return mw_talk_is_encrypted(talk) ? MW_IMAP_CAPABILITY_AGAIN : MW_END;
}

/* --- login ----------------------------------------------------------------------------------------------------------------------------------- */

const char *mw_imap_quoted(struct mw_arena *arena, const char *text)
{
    char *result = mw_alloc(arena, 2 * strlen(text) + 3), *at = result;
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            *at++ = '\\';
        }
        *at++ = *text;
    }
    *at = '"';
    return result;
}

/* Quoted strings are of 7 bits (RFC 9051 section 4.3): other letters go as literals. */
static const char *say_command(struct mw_talk *talk)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    const struct mw_look *look = mw_talk_look(talk);
    struct mw_imap_command command = {.asks_nothing = mw_imap_has(hello, "LITERAL+") || mw_imap_has(hello, "LITERAL-")};
    mw_imap_say(look->arena, &command, mw_printf(look->arena, "%s LOGIN ", mw_talk_tag(talk)));
    mw_imap_say_string(look->arena, &command, mw_login_user(look->asked));
    mw_imap_say(look->arena, &command, " ");
    mw_imap_say_string(look->arena, &command, look->asked->password);
    hello->login_parts = command.parts;
    return command.parts.items[0];
}

const char *mw_imap_say_login(struct mw_talk *talk)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    const struct mw_look *look = mw_talk_look(talk);
    if (hello->login.is_command) {
        return say_command(talk);
    }
    if (hello->login.speaks_first && mw_imap_has(hello, "SASL-IR")) { /* RFC 4959 */
        return mw_printf(look->arena, "%s AUTHENTICATE %s %s", mw_talk_tag(talk), hello->login.mechanism, mw_login_first(talk, &hello->login));
    }
    return mw_printf(look->arena, "%s AUTHENTICATE %s", mw_talk_tag(talk), hello->login.mechanism);
}

/* No tag: it goes on with the command that was begun. */
const char *mw_imap_say_answer(struct mw_talk *talk)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    return hello->login.is_command ? hello->login_parts.items[hello->login_part] : mw_login_answer(talk, &hello->login, hello->challenge);
}

/* The list of capabilities has a fact of its own: here it would hide the answer. */
static const char *answer_of(struct mw_arena *arena, const struct mw_reply *reply)
{
    bool lists = reply->code == 'O' && reply->enhanced && mw_text_starts(reply->enhanced, "CAPABILITY");
    return lists ? mw_text_trim(arena, mw_printf(arena, "OK %s", reply->text)) : reply->whole;
}

int mw_imap_got_login(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_imap_hello *hello = mw_talk_state(talk);
    struct mw_look *look = mw_talk_look(talk);
    if (reply->code == '+' && hello->login.is_command && ++hello->login_part >= hello->login_parts.count) {
        mw_talk_set_outcome(talk, MW_GARBLED); /* nothing was left to be asked for */
        return MW_QUIT;
    }
    if (reply->code == '+') {
        hello->challenge = mw_strdup(look->arena, reply->text);
        return MW_IMAP_ANSWER;
    }
    mw_login_tell(talk, &hello->login, answer_of(look->arena, reply));
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    if (reply->code != 'O') {
        return MW_QUIT;
    }
    return learn(talk, reply, MW_F_IMAP_CAPABILITY_AFTER) ? MW_IMAP_STEPS : MW_IMAP_CAPABILITY_AFTER;
}

int mw_imap_got_capability_after(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    learn(talk, reply, MW_F_IMAP_CAPABILITY_AFTER);
    return MW_IMAP_STEPS;
}
