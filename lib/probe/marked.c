/* Makes the marked message (RFC 5322, RFC 2045 section 6.7, RFC 3834 for Auto-Submitted). */
#include "marked.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define QP_COLUMNS 72u
#define MARK "X-Mailwhy-Test"

/* In both languages, whoever asked: a stranger may have to read it. */
static const char words[] = "This is a test message of mailwhy, a program that finds out why mail does not arrive.\n"
                            "It was sent by the owner of this mailbox, or somebody whom he asked for help, and is\n"
                            "removed again by itself. If you find it, you may delete it.\n"
                            "\n"
                            "这是 mailwhy 的测试邮件。mailwhy 用于查明邮件为何无法送达。\n"
                            "本邮件由此邮箱的所有者或其委托的人发送，通常会自动删除。\n"
                            "如果您看到它，可以直接删除。\n";

const char *mw_marked_id(struct mw_arena *arena, const char *sender)
{
    uint64_t random[2] = {0};
    (void)!getrandom(random, sizeof random, 0);
    return mw_printf(arena, "<%016llx%016llx.mailwhy@%s>", (unsigned long long)random[0], (unsigned long long)random[1], strrchr(sender, '@') + 1);
}

static const char *token_of(struct mw_arena *arena, const char *id)
{
    return mw_strndup(arena, id + 1, strcspn(id + 1, "."));
}

/* Names in English whatever the locale: RFC 5322 section 3.3. */
static const char *date_of(struct mw_arena *arena, int64_t at)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t moment = (time_t)at;
    struct tm parts = {0};
    gmtime_r(&moment, &parts);
    return mw_printf(arena, "%.3s, %d %.3s %d %02d:%02d:%02d +0000", days + 3 * parts.tm_wday, parts.tm_mday, months + 3 * parts.tm_mon, parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

const char *mw_marked_subject(struct mw_arena *arena, const char *id)
{
    return mw_printf(arena, "mailwhy test message %.*s (may be deleted)", MW_MARKED_SHORT, id + 1);
}

static const char *text_of(struct mw_arena *arena, const char *id)
{
    return mw_printf(arena, "%s\n%s\n", words, token_of(arena, id));
}

static const char *quoted_printable(struct mw_arena *arena, const char *text)
{
    char *out = mw_alloc(arena, strlen(text) * 6 + 1), *at = out;
    for (size_t column = 0; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\n' || column > QP_COLUMNS) {
            at += snprintf(at, 4, c == '\n' ? "\r\n" : "=\r\n");
            column = 0;
        }
        bool plain = c >= ' ' && c < 0x7f && c != '=';
        if (c == '\n')
            continue;
        int wrote = plain ? snprintf(at, 4, "%c", c) : snprintf(at, 4, "=%02X", c);
        at += wrote;
        column += (size_t)wrote;
    }
    return out;
}

const char *mw_marked_message(struct mw_arena *arena, const char *id, const char *sender, const char *recipient, int64_t at)
{
    return mw_printf(arena,
                     "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: %s\r\nAuto-Submitted: auto-generated\r\n" MARK ": %s\r\n"
                     "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%s",
                     sender, recipient, mw_marked_subject(arena, id), date_of(arena, at), id, token_of(arena, id),
                     quoted_printable(arena, text_of(arena, id)));
}

const char *mw_marked_plain(struct mw_arena *arena, const char *id)
{
    const char *message = mw_marked_message(arena, id, "a", "b", 0);
    struct mw_mail mail;
    mw_mail_read(arena, message, strlen(message), &mail);
    return mw_mail_plain(arena, &mail);
}

bool mw_marked_is(struct mw_arena *arena, const struct mw_mail *mail, const char *id)
{
    const char *found = mw_mail_value(mail, "Message-ID"), *mark = mw_mail_value(mail, MARK);
    return (found && strcmp(found, id) == 0) || (mark && strcmp(mark, token_of(arena, id)) == 0);
}
