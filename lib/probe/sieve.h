/* Inside lib/probe: what becomes of a script that the ManageSieve conversation brought. */
#ifndef MAILWHY_PROBE_SIEVE_H
#define MAILWHY_PROBE_SIEVE_H

#include <mailwhy/probe.h>
#include <mailwhy/sieve.h>

/* The active script, and those that it includes. */
struct mw_sieve_scripts {
    const struct mw_sieve *active;
    struct mw_sieve_others others;
    size_t asked; /* of the others */
};

/* Parses the active script and tells whether it is one, about the endpoint. False: it is not, and there is nothing more to tell. */
bool mw_sieve_take(struct mw_look *look, const char *about, struct mw_sieve_scripts *scripts, const char *script, size_t bytes);
/* Parses one that was included. */
void mw_sieve_take_other(struct mw_look *look, struct mw_sieve_scripts *scripts, const char *script, size_t bytes);
/* Tries them with the message that was asked for; tells what they do, about the endpoint. */
void mw_sieve_tell(struct mw_look *look, const char *about, const struct mw_sieve_scripts *scripts);
/* No script is active: nothing moves the mail. */
void mw_sieve_tell_none(struct mw_look *look, const char *about);

#endif
