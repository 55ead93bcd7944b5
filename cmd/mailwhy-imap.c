/* mailwhy-imap: talks IMAP to a host, or to the servers that a domain names. */
#include "common/common.h"

#include <mailwhy/lang.h>

static const char *const probes[] = {
    "target", "route", "resolver", "control", "srv", "autoconfig", "guess", "service", "zonehost", "dnssec", "imap",
    "imaps", "other", "small-segments", "samples", NULL,
};

static const struct cmd_tool tool = {
    .name = "mailwhy-imap",
    .synopsis = N_("HOST[:PORT]|USER@DOMAIN"),
    .says = N_("Talks IMAP to a host, or to the servers of an address."),
    .describes = N_("Reads the greeting and the capabilities before and inside TLS; with a user and a password it logs in once, and looks at INBOX, the folders, the quota and the "
                    "junk folder. Nothing is marked as read, moved or deleted.\n\n"
                    "Without a port both 993 (TLS at once) and 143 (STARTTLS) are tried. For an address, the servers are looked for as mail programs do."),
    .takes = CMD_HOST_OR_MAILBOX,
    .question = "imap",
    .service = "imap",
    .services = "imaps imap",
    .probes = probes,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
