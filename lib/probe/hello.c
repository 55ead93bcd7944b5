/* Greeting, EHLO, STARTTLS and EHLO again, as every SMTP conversation begins. It tells what the server offers in clear and inside TLS.
 *
 * It never says a word before the whole greeting, and never tells that STARTTLS is missing except from a whole 250 reply to EHLO. RFC 5321 (sections 3.1,
 * 3.2, 4.1.1.1, 4.2), RFC 3207, RFC 4954 (section 3), RFC 1870, RFC 6531. */
#include "hello.h"

#include <string.h>

#define MASK_LEAST 4u      /* characters that a device overwrites before we call it so */
#define MECHANISMS_MOST 40u

static struct mw_hello *hello_of(struct mw_talk *talk)
{
    return mw_talk_state(talk);
}

static void tell_text(struct mw_talk *talk, enum mw_fact_id id, const char *text, const char *quote)
{
    if (!hello_of(talk)->quiet)
        mw_tell_text(mw_talk_look(talk), id, mw_talk_about(talk), text, quote);
}

int mw_hello_unless_421(struct mw_talk *talk, const struct mw_reply *reply, int next)
{
    if (reply->code != 421) {
        return next;
    }
    mw_talk_set_outcome(talk, MW_THROTTLED);
    return MW_END;
}

/* --- what we say ---------------------------------------------------------------------------------------------------------------------------- */

static const char *introduce(struct mw_talk *talk, const char *verb)
{
    const struct mw_look *look = mw_talk_look(talk);
    return mw_printf(look->arena, "%s %s", verb, look->asked->ehlo_name);
}

const char *mw_hello_ehlo(struct mw_talk *talk)
{
    return introduce(talk, hello_of(talk)->lmtp ? "LHLO" : "EHLO");
}

const char *mw_hello_other(struct mw_talk *talk)
{
    return introduce(talk, hello_of(talk)->lmtp ? "EHLO" : "LHLO");
}

const char *mw_hello_helo(struct mw_talk *talk)
{
    return introduce(talk, "HELO");
}

const char *mw_hello_starttls(struct mw_talk *talk)
{
    (void)talk;
    return "STARTTLS";
}

const char *mw_hello_mail(struct mw_talk *talk, const char *sender, bool utf8)
{
    return mw_printf(mw_talk_look(talk)->arena, "MAIL FROM:<%s>%s", sender, utf8 ? " SMTPUTF8" : "");
}

const char *mw_hello_rcpt(struct mw_talk *talk, const char *recipient)
{
    return mw_printf(mw_talk_look(talk)->arena, "RCPT TO:<%s>", recipient);
}

bool mw_hello_is_ascii(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text > 0x7e) {
            return false;
        }
    }
    return true;
}

bool mw_hello_can_say(const struct mw_hello *hello, const char *address)
{
    for (const char *at = address; *at; at++) {
        if ((unsigned char)*at < 0x20) {
            return false;
        }
    }
    return hello->utf8 || mw_hello_is_ascii(address);
}

/* --- devices on the path that overwrite ------------------------------------------------------------------------------------------------------ */

/* A Cisco PIX leaves blanks and the digits 0 and 2 of a greeting and makes stars of the rest. */
static bool is_starred(const char *text)
{
    size_t stars = 0, others = 0;
    for (; *text; text++) {
        stars += *text == '*';
        others += !strchr("* \t02", *text);
    }
    return stars >= MASK_LEAST && others * 4 <= stars;
}

/* A Cisco ASA puts XXXXXXXA, XXXX and the like where a keyword stood. */
static bool is_crossed_out(const char *line)
{
    size_t crosses = strspn(line, "X");
    const char *rest = line + crosses;
    rest += *rest >= 'A' && *rest <= 'Z';
    return crosses >= MASK_LEAST && (*rest == '\0' || *rest == ' ');
}

static const char *masked_keyword(const struct mw_reply *reply)
{
    for (size_t i = 1; i < reply->lines.count; i++) {
        if (is_crossed_out(reply->lines.items[i])) {
            return reply->lines.items[i];
        }
    }
    return NULL;
}

static void tell_masked(struct mw_talk *talk, const char *what, const char *quote)
{
    const struct mw_look *look = mw_talk_look(talk);
    if (what && !mw_fact_find(look->facts, MW_F_SMTP_MASKED, mw_talk_about(talk))) {
        tell_text(talk, MW_F_SMTP_MASKED, what, quote);
    }
}

/* --- EHLO ------------------------------------------------------------------------------------------------------------------------------------ */

/* "AUTH PLAIN LOGIN", and "AUTH=PLAIN LOGIN" as before RFC 2554. */
static void add_mechanisms(struct mw_arena *arena, const char *line, struct mw_list *into)
{
    struct mw_list words = mw_text_split(arena, line + strlen("AUTH="), " \t");
    for (size_t i = 0; i < words.count && into->count < MECHANISMS_MOST; i++) {
        if (!mw_list_has(into, words.items[i])) {
            mw_list_add(arena, into, words.items[i]);
        }
    }
}

static struct mw_list auth_of(struct mw_arena *arena, const struct mw_reply *reply)
{
    struct mw_list mechanisms = {0};
    for (size_t i = 1; i < reply->lines.count; i++) {
        const char *line = reply->lines.items[i];
        if (mw_text_starts(line, "AUTH ") || mw_text_starts(line, "AUTH=")) {
            add_mechanisms(arena, line, &mechanisms);
        }
    }
    return mechanisms;
}

static void tell_size(struct mw_talk *talk, const char *size)
{
    const struct mw_look *look = mw_talk_look(talk);
    long number = 0;
    if (!size || (*size && !mw_text_number(size, 0, INT64_MAX, &number))) {
        return;
    }
    const struct mw_fact *told = mw_fact_find(look->facts, MW_F_SMTP_SIZE, mw_talk_about(talk));
    if (!told || told->number != number) {
        mw_tell_number(mw_talk_look(talk), MW_F_SMTP_SIZE, mw_talk_about(talk), number, mw_printf(look->arena, "250 SIZE %s", size));
    }
}

static struct mw_list keywords_of(struct mw_arena *arena, const struct mw_reply *reply)
{
    struct mw_list keywords = {0};
    for (size_t i = 1; i < reply->lines.count; i++) { /* the first line is the server's name and greeting */
        if (*reply->lines.items[i]) {
            mw_list_add(arena, &keywords, reply->lines.items[i]);
        }
    }
    return keywords;
}

/* RFC 5321 section 4.1.1.1: the reply to EHLO begins with the server's own name. */
static void tell_name(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    const char *line = reply->lines.count ? reply->lines.items[0] : "";
    const char *name = mw_strndup(look->arena, line, strcspn(line, " "));
    const struct mw_fact *told = mw_fact_find(look->facts, MW_F_SMTP_NAME, mw_talk_about(talk));
    if (*name && !(told && mw_text_same(told->text, name)))
        mw_tell_text(look, MW_F_SMTP_NAME, mw_talk_about(talk), name, NULL);
}

static void tell_offer(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_look *look = mw_talk_look(talk);
    const char *about = mw_talk_about(talk);
    bool encrypted = mw_talk_is_encrypted(talk);
    struct mw_list keywords = keywords_of(look->arena, reply);
    tell_name(talk, reply);
    mw_tell_list(look, MW_F_SMTP_EXTENSIONS, about, &keywords, reply->whole);
    if (!encrypted)
        mw_tell_list(look, MW_F_SMTP_EXTENSIONS_CLEAR, about, &keywords, reply->whole);
    mw_tell_list(look, encrypted ? MW_F_SMTP_AUTH : MW_F_SMTP_AUTH_CLEAR, about, &hello_of(talk)->auth, NULL);
    tell_size(talk, mw_smtp_extension(reply, "SIZE"));
    tell_masked(talk, masked_keyword(reply), reply->whole);
}

/* RFC 3207 section 4.2: what was offered before TLS is forgotten. */
static void learn(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_hello *hello = hello_of(talk);
    hello->auth = auth_of(mw_talk_look(talk)->arena, reply);
    hello->pipelining = mw_smtp_extension(reply, "PIPELINING") != NULL;
    hello->utf8 = mw_smtp_extension(reply, "SMTPUTF8") != NULL;
    hello->size = mw_smtp_extension(reply, "SIZE") != NULL;
    if (!hello->quiet)
        tell_offer(talk, reply);
}

/* RFC 5321 section 4.2.1: 4yz is no answer to the question whether EHLO is understood. */
static int refused_ehlo(struct mw_talk *talk, const struct mw_reply *reply, int fallback)
{
    tell_text(talk, MW_F_SMTP_EHLO, reply->whole, NULL);
    if (reply->code / 100 == 4) {
        mw_talk_set_outcome(talk, MW_THROTTLED);
        return reply->code == 421 ? MW_END : MW_QUIT;
    }
    return reply->code / 100 == 5 && !hello_of(talk)->lmtp ? fallback : MW_QUIT;
}

/* Whoever knows no hello of ours may speak the other dialect (RFC 2033 section 4.1). */
static int unless_unknown(struct mw_talk *talk, const struct mw_reply *reply, int next)
{
    bool unknown = reply->code == 500 || reply->code == 502;
    return unknown && hello_of(talk)->other ? hello_of(talk)->other : next;
}

int mw_hello_got_ehlo(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code != 250) {
        int next = refused_ehlo(talk, reply, MW_HELLO_HELO);
        return hello_of(talk)->lmtp ? unless_unknown(talk, reply, next) : next;
    }
    learn(talk, reply);
    if (mw_talk_is_encrypted(talk)) {
        return hello_of(talk)->over(talk);
    }
    bool starttls = mw_smtp_extension(reply, "STARTTLS") != NULL;
    if (!hello_of(talk)->quiet)
        mw_tell_yes(mw_talk_look(talk), MW_F_SMTP_STARTTLS, mw_talk_about(talk), starttls, starttls ? "250 STARTTLS" : reply->whole);
    return starttls ? MW_HELLO_STARTTLS : hello_of(talk)->over(talk);
}

int mw_hello_got_ehlo_again(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code != 250) {
        return refused_ehlo(talk, reply, MW_QUIT);
    }
    learn(talk, reply);
    return hello_of(talk)->over(talk);
}

int mw_hello_got_helo(struct mw_talk *talk, const struct mw_reply *reply)
{
    tell_text(talk, MW_F_SMTP_HELO, reply->whole, NULL);
    return reply->code == 250 ? hello_of(talk)->over(talk) : unless_unknown(talk, reply, mw_hello_unless_421(talk, reply, MW_QUIT));
}

int mw_hello_got_other(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 250)
        tell_text(talk, MW_F_SMTP_SPEAKS, hello_of(talk)->lmtp ? "smtp" : "lmtp", reply->whole);
    return mw_hello_unless_421(talk, reply, MW_QUIT);
}

/* --- greeting and TLS ------------------------------------------------------------------------------------------------------------------------ */

int mw_hello_got_tls_first(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    return mw_talk_is_encrypted(talk) ? MW_HELLO_GREETING : MW_END;
}

int mw_hello_got_greeting(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (is_starred(reply->text)) {
        tell_masked(talk, reply->text, reply->whole);
    }
    if (reply->code == 220) {
        return MW_HELLO_EHLO;
    }
    if (reply->code / 100 == 4) {
        mw_talk_set_outcome(talk, MW_THROTTLED);
        return reply->code == 421 ? MW_END : MW_QUIT;
    }
    if (reply->code / 100 == 5) { /* RFC 5321 section 3.1: after 554 the client says QUIT and nothing else */
        return MW_QUIT;
    }
    mw_talk_set_outcome(talk, MW_GARBLED);
    return MW_END;
}

int mw_hello_got_starttls(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 220) {
        return MW_HELLO_HANDSHAKE;
    }
    tell_text(talk, MW_F_SMTP_STARTTLS_REPLY, reply->whole, NULL);
    return reply->code == 421 ? mw_hello_unless_421(talk, reply, MW_END) : hello_of(talk)->over(talk);
}

int mw_hello_got_handshake(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)reply;
    const char *injected = mw_talk_injected(talk);
    if (injected) { /* RFC 3207 section 4.2: whatever was said before TLS is void */
        tell_text(talk, MW_F_SMTP_INJECTED, injected, injected);
    }
    int next = mw_talk_look(talk)->asked->only_handshake ? MW_QUIT : MW_HELLO_EHLO_AGAIN;
    return mw_talk_is_encrypted(talk) ? next : MW_END;
}
