/* The tables, listed for people and for scripts; and one cause explained. */
#ifndef MAILWHY_LIST_H
#define MAILWHY_LIST_H

#include "common.h"

#include <mailwhy/cause.h>

extern const char *const cmd_lists[]; /* probes, facts, causes, formats: NULL-terminated */
/* Writes the list of that name to cmd->out (JSON where asked). False: there is no such list. */
bool cmd_list(struct cmd *cmd, const char *name);
void cmd_cause(struct cmd *cmd, const struct mw_cause *cause);

#endif
