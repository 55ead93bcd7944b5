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

/* `awaited`: "." where lines of strings come before the status (greeting, CAPABILITY, LISTSCRIPTS, GETSCRIPT), else NULL: then a lone string is a challenge ('+',
 * its text undone). Codes of the status: 'O' OK, 'N' NO, 'Y' BYE; reply->enhanced is the response code without its parentheses. */
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

#endif
