/* A dialect's framing together with its handlers: the first byte of the input chooses probe and circumstances, the rest is what a server says.
 *
 * Fuzzing the framing alone cannot reach a handler's over-read; and whatever a server says, some words are never said to it. */
#ifndef MAILWHY_FUZZ_TALK_H
#define MAILWHY_FUZZ_TALK_H

#include "fake_talk.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define FUZZ_ABOUT "mail.example.org[192.0.2.1]:1"
enum { FUZZ_PROBE = 3, FUZZ_LOGIN = 4, FUZZ_UNVERIFIED = 8, FUZZ_NO_HANDSHAKE = 16, FUZZ_INSECURE = 32, FUZZ_OUTSIDE = 64, FUZZ_DEEP = 128 };

static inline void fuzz_never(bool said)
{
    if (said)
        abort();
}

static inline bool fuzz_begins(const char *line, const char *word)
{
    return strncasecmp(line, word, strlen(word)) == 0;
}

/* One line as the server would see it, without its tag. */
static inline void fuzz_check_command(const char *command, bool delivers)
{
    /* clang-format off */
    static const char *const forbidden[] = {
        "DATA", "BDAT", "RETR", "DELE", "SELECT", "STORE", "EXPUNGE", "CLOSE", "COPY", "MOVE", "APPEND", "CREATE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "SETQUOTA",
        "DELETE", "PUTSCRIPT", "SETACTIVE", "DELETESCRIPT", "RENAMESCRIPT", "HAVESPACE",
    };
    /* clang-format on */
    const char *verb = fuzz_begins(command, "UID ") ? command + 4 : command;
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        fuzz_never(fuzz_begins(verb, forbidden[i]) && !(delivers && strcmp(verb, "DATA") == 0));
    size_t length = strcspn(verb, "\n");
    fuzz_never(fuzz_begins(verb, "FETCH ") && (memmem(verb, length, "BODY[", 5) || memmem(verb, length, "RFC822", 6))); /* BODY.PEEK[ leaves \Seen alone */
}

/* The next command; what is in literals is none. NULL: there is no more. */
static inline const char *fuzz_next_command(const char *line)
{
    for (;;) {
        const char *end = strchr(line, '\n');
        const char *brace = end ? memrchr(line, '{', (size_t)(end - line)) : NULL;
        if (!brace || end - brace < 4 || end[-2] != '}')
            return end ? end + 1 : NULL;
        size_t announced = strtoul(brace + 1, NULL, 10), left = strlen(end + 1);
        line = end + 1 + (announced < left ? announced : left);
    }
}

static inline bool fuzz_is_message(const char *item)
{
    size_t length = strlen(item);
    return length > 5 && strcmp(item + length - 5, "\r\n.\r\n") == 0;
}

static inline void fuzz_check_lines(const struct mw_list *said, bool delivers)
{
    for (size_t i = 0; i < said->count; i++)
        for (const char *line = delivers && fuzz_is_message(said->items[i]) ? NULL : said->items[i]; line; line = fuzz_next_command(line)) {
            bool tagged = line[0] == 'a' && line[1] >= '0' && line[1] <= '9' && strchr(line, ' ');
            fuzz_check_command(tagged ? strchr(line, ' ') + 1 : line, delivers);
        }
}

/* A login only over verified TLS, unless the user said otherwise, and once. */
static inline void fuzz_check_login(const struct mw_facts *facts, const struct mw_asked *asked, bool safe)
{
    static const enum mw_fact_id mechanisms[] = {MW_F_SMTP_LOGIN_MECHANISM, MW_F_IMAP_LOGIN_MECHANISM, MW_F_POP3_LOGIN_MECHANISM, MW_F_SIEVE_LOGIN_MECHANISM};
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
        const struct mw_fact *claim = mw_fact_first(facts, mechanisms[i]);
        fuzz_never(claim && !(asked->password && (safe || asked->insecure_login)));
        fuzz_never(claim && mw_fact_next(facts, claim));
    }
}

static inline int fuzz_talk(const uint8_t *bytes, size_t count, const struct mw_probe *const *probes, size_t probe_count)
{
    if (!count)
        return 0;
    unsigned how = bytes[0];
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){.vantage = "fuzz"});
    const struct mw_probe *probe = probes[(how & FUZZ_PROBE) % probe_count];
    struct mw_asked asked = {.legs = MW_ALL_LEGS,
                             .mailbox = "alice@example.org",
                             .domain = "example.org",
                             .ehlo_name = "probe.example.net",
                             .to = "carol@example.com",
                             .password = how & FUZZ_LOGIN ? "secret" : NULL,
                             .insecure_login = how & FUZZ_INSECURE};
    if (how & FUZZ_DEEP) {
        asked.from = "bob@example.net";
        asked.subject = "Rechnung \u00fcber 42";
        asked.message_id = how & FUZZ_OUTSIDE ? "1@example.net" : NULL;
        asked.size = 123456;
        asked.idle_s = 1;
        asked.deliver = how & FUZZ_OUTSIDE;
    }
    const struct mw_fact *why =
        mw_fact_tell(facts, &(struct mw_fact){.id = probe->wants, .about = FUZZ_ABOUT, .text = how & FUZZ_OUTSIDE ? "recipient" : "published", .at = 1});
    if (asked.deliver)
        mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_DELIVER_READY, .about = asked.to, .number = 3, .at = 1});
    struct mw_look look = {.facts = facts, .asked = &asked, .probe = probe, .why = why, .arena = arena};
    char *heard = malloc(count); /* of the exact size: ASan sees an over-read */
    memcpy(heard, bytes + 1, count - 1);
    struct fake_server server = {.bytes = heard, .count = count - 1, .unverified = how & FUZZ_UNVERIFIED, .no_handshake = how & FUZZ_NO_HANDSHAKE};
    struct fake_seen seen = {0};
    fake_talk(&look, &server, &seen);
    const struct mw_fact *rcpt = mw_fact_first(facts, MW_F_SMTP_RCPT);
    fuzz_check_lines(&seen.lines, asked.deliver && rcpt && *rcpt->text == '2');
    fuzz_check_login(facts, &asked, seen.encrypted && !server.unverified);
    free(heard);
    mw_arena_free(arena);
    return 0;
}

#endif
