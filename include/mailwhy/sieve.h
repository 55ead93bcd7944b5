/* Filters of a mailbox: the protocol that brings them (ManageSieve, RFC 5804) and their language (Sieve, RFC 5228). Bytes in, struct out. No sockets, no clock.
 *
 * mw_sieve_read parses a script; mw_sieve_run says what it does with one message of which little is known. It judges in three values: what cannot be told from
 * what is known is MW_PERHAPS, never a guess. */
#ifndef MAILWHY_SIEVE_H
#define MAILWHY_SIEVE_H

#include <mailwhy/arena.h>
#include <mailwhy/flaw.h>
#include <mailwhy/reply.h>

#include <stdint.h>

#define MW_SIEVE_SCRIPT_CEILING 1048576u /* bytes; a longer script is not read */

/* --- ManageSieve ------------------------------------------------------------------------------------------------------------------------------- */
#define MW_MANAGESIEVE_CEILING (MW_SIEVE_SCRIPT_CEILING + MW_REPLY_CEILING)

/* `awaited`: "." where lines of strings come before the status (greeting, CAPABILITY, LISTSCRIPTS, GETSCRIPT), else NULL: then a lone string is a challenge
 * ('+', its text undone). Codes of the status: 'O' OK, 'N' NO, 'Y' BYE; reply->enhanced is the response code without its parentheses. */
long mw_managesieve_frame(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);

/* One line before the status: a string, and what stands behind it. Both as the server has them (they may hold NUL), NUL behind. */
struct mw_managesieve_line {
    char *first, *second; /* second: a string or a word; NULL: none */
    size_t first_bytes, second_bytes;
};
/* Begin with *at = 0; false: no more. */
bool mw_managesieve_line(struct mw_arena *arena, const struct mw_reply *reply, size_t *at, struct mw_managesieve_line *line);
/* `bytes` as a string to say: quoted, or a literal that does not wait ({n+}). */
const char *mw_managesieve_string(struct mw_arena *arena, const char *text);

/* --- the language -------------------------------------------------------------------------------------------------------------------------------- */
struct mw_sieve;
/* `bytes` is kept. NULL: *flaw says why (with its line); *beyond: it may be Sieve, but it is longer or deeper than is read here. */
const struct mw_sieve *mw_sieve_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_flaw *flaw, bool *beyond);

/* What is known of a message; NULL: not known. The sender is the address in From and the envelope's; subject and Message-ID are known in part: more may stand
 * around them. */
struct mw_sieve_message {
    const char *from, *to, *subject, *message_id;
};

enum mw_sieve_tell { MW_NEVER, MW_PERHAPS, MW_SURELY };

struct mw_sieve_action {
    const char *name; /* in lower case */
    const char *script; /* that was included; "": the active one */
    const char *what; /* folder, address, flags; "" */
    bool copy;        /* the implicit keep stays (RFC 3894) */
    int line;
    const char *rule;      /* name that webmail gave the rule, in a comment above it; "" without one */
    const char *condition; /* the innermost test in the script's own words, short; "" without one */
    enum mw_sieve_tell reach;
    const char *depends; /* MW_PERHAPS: tests that cannot be told, short; "" */
    const char *sender;  /* the condition holds because it names the sender by these words; NULL */
    bool by_envelope;    /* the condition looks at the envelope sender, which may be another than that in From */
};

/* Away: surely not in INBOX; which of the others cannot be told. */
enum mw_sieve_fate { MW_SIEVE_INBOX, MW_SIEVE_FILED, MW_SIEVE_REDIRECTED, MW_SIEVE_REJECTED, MW_SIEVE_DISCARDED, MW_SIEVE_AWAY, MW_SIEVE_UNKNOWN };

#define MW_SIEVE_ACTIONS 1000u /* are kept, and behind them */
#define MW_SIEVE_SURE 200u     /* such as surely befall the message */
struct mw_sieve_result {
    struct mw_sieve_action *actions; /* in the order of the script */
    size_t count, all;               /* all: those that were not kept too */
    enum mw_sieve_fate fate;
    const struct mw_sieve_action *decides; /* the fate; NULL: none */
};
/* Scripts of the account that the active one includes (RFC 6609). */
#define MW_SIEVE_INCLUDES 8u
struct mw_sieve_others {
    const char *names[MW_SIEVE_INCLUDES];
    const struct mw_sieve *scripts[MW_SIEVE_INCLUDES]; /* NULL: not read, so nobody knows what it does */
    size_t count;
};
/* Adds the names of the personal scripts that `sieve` includes and that are not there yet. */
void mw_sieve_includes(const struct mw_sieve *sieve, struct mw_sieve_others *others);

/* `others` may be NULL. */
void mw_sieve_run(struct mw_arena *arena, const struct mw_sieve *sieve, const struct mw_sieve_others *others, const struct mw_sieve_message *message,
                  struct mw_sieve_result *result);
const char *mw_sieve_fate_name(enum mw_sieve_fate fate);

#endif
