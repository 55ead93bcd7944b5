/* What the probes of DKIM keys share; for lib/probe alone. */
#ifndef MAILWHY_PROBE_DKIM_KEY_H
#define MAILWHY_PROBE_DKIM_KEY_H

#include "lookup.h"

/* Tells what the record at that name is worth as a key, and where it is damaged in a way that is known, how it would be right. */
void mw_dkim_key_tell(struct mw_look *look, const char *name, const char *text);

#endif
