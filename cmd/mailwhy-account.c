/* mailwhy-account: looks inside a mailbox for what hides, moves or deletes its mail. Changes nothing there. */
#include "common/common.h"

#include <mailwhy/lang.h>

static const char *const probes[] = {
    "target", "route", "resolver", "control", "srv", "autoconfig", "guess", "service", "zonehost", "dnssec", "imap",
    "imaps", "sieve-place", "sieve", "password", "other", "small-segments", NULL,
};

static const struct cmd_tool tool = {
    .name = "mailwhy-account",
    .synopsis = N_("USER@DOMAIN|HOST[:PORT]"),
    .says = N_("Tells what happens inside a mailbox: where a message went, which rule took it, and what is full or forwarded."),
    .describes = N_("Logs in once to IMAP and once to ManageSieve, reads the folders, the quota and the rules, and looks for a message by its sender (--from), subject (--subject) or "
                    "Message-ID (--message-id) in all folders. Nothing is marked as read, moved or deleted.\n"),
    .takes = CMD_HOST_OR_MAILBOX,
    .question = "account",
    .service = "imap",
    .services = "imaps imap",
    .probes = probes,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
