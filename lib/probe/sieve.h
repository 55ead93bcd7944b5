/* Inside lib/probe: what becomes of a script that the ManageSieve conversation brought. */
#ifndef MAILWHY_PROBE_SIEVE_H
#define MAILWHY_PROBE_SIEVE_H

#include <mailwhy/probe.h>
#include <mailwhy/sieve.h>

/* Parses the active script and tries it with the message that was asked for; tells sieve.read.end and all that follows from it, about the endpoint. */
void mw_sieve_tell(struct mw_look *look, const char *about, const char *script, size_t bytes);
/* No script is active: nothing moves the mail. */
void mw_sieve_tell_none(struct mw_look *look, const char *about);

#endif
