/* Replies of SMTP (RFC 5321 section 4.2), IMAP (RFC 9051) and POP3 (RFC 1939): bytes in, struct out. No sockets, no clock. */
#ifndef MAILWHY_REPLY_H
#define MAILWHY_REPLY_H

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

/* Ceilings of one reply: a longer line or reply is MW_FRAME_TOO_LONG. */
#define MW_LINE_CEILING 8192u
#define MW_REPLY_CEILING 65536u
#define MW_REPLY_LINES 1000u
/* Lists of folders, of matches and of unique ids are longer. */
#define MW_STORE_CEILING (1u << 20)
#define MW_STORE_LINES 20000u

enum {
    MW_FRAME_MORE = 0,      /* not whole yet */
    MW_FRAME_GARBLED = -1,  /* this is not the protocol */
    MW_FRAME_TOO_LONG = -2
};

struct mw_bytes {
    const char *bytes; /* may hold NUL; none stands behind */
    size_t count;
};

struct mw_reply {
    /* SMTP: 100..599. IMAP: 'O' OK, 'N' NO, 'B' BAD, 'P' PREAUTH, 'Y' BYE, '+' continuation. POP3: '+' +OK, '-' -ERR, '>' continuation ("+ ", RFC 5034). */
    int code;
    /* SMTP: "5.1.1" or NULL; POP3 and IMAP: the response code in brackets ("AUTHENTICATIONFAILED"), or NULL. */
    const char *enhanced;
    /* Words of the last line behind code and enhanced code, safe to show. */
    const char *text;
    /* All lines joined with blanks, safe to show, at most 1,000 bytes: what facts carry ("550 5.1.1 no such user"). IMAP: the tagged line without its tag first
     * ("NO [ALERT] web login required"), then untagged NO, BAD and [ALERT] lines. */
    const char *whole;
    /* Each line without its line end, safe to show. SMTP: without code and separator. IMAP: untagged lines without "* ", then not the tagged line. POP3: the
     * lines of a multi-line answer, dots undone, then not the status line. */
    struct mw_list lines;
    /* ManageSieve: the lines before the status line as they came, for mw_managesieve_line. */
    const char *bytes;
    size_t count;
    /* IMAP: the same lines as they came, with literals and unsafe bytes; raw[i] is lines.items[i]. They lie in the bytes that were framed: a handler copies
     * what it keeps. NULL else. */
    const struct mw_bytes *raw;
};

/* Bytes that the first whole reply in `bytes` takes (and *reply filled, in `arena`), or MW_FRAME_…. `bytes` may hold NUL and more than one reply. */
long mw_smtp_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);
/* `awaited`: the tag whose answer ends the reply, then, with blanks between, those of commands that were said behind it; "" for the greeting. A "+"
 * continuation and an untagged BYE ('Y') end it too. Literals are skipped by their length, up to the ceiling. The answer to a command behind it that comes
 * before its time is a line of the reply, tag and all. */
long mw_imap_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);
/* `awaited`: "." where the answer to the command has many lines when it is +OK (CAPA, UIDL, LIST), else NULL. */
long mw_pop3_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);

/* IMAP: the capabilities of a CAPABILITY line or response code in the reply ("IMAP4rev1", "STARTTLS", "AUTH=PLAIN"); false: the reply has none. */
bool mw_imap_capabilities(struct mw_arena *arena, const struct mw_reply *reply, struct mw_list *capabilities);
/* SMTP: the keyword's parameters in the lines of an EHLO reply, "" without any, NULL where it is not listed. */
const char *mw_smtp_extension(const struct mw_reply *reply, const char *keyword);

#endif
