/* mailwhy-pop3: talks POP3 to a host, or to the servers that a domain names. Never RETR, never DELE. */
#include "common/common.h"

#include <mailwhy/lang.h>

static const char *const probes[] = {
    "target", "route", "resolver", "control", "srv", "autoconfig", "guess", "service", "zonehost", "dnssec", "pop3",
    "pop3s", "other", "small-segments", "samples", NULL,
};

static const struct cmd_tool tool = {
    .name = "mailwhy-pop3",
    .synopsis = N_("HOST[:PORT]|USER@DOMAIN"),
    .says = N_("Talks POP3 to a host, or to the servers of an address."),
    .describes = N_("Reads the greeting and the capabilities before and inside TLS; with a user and a password it logs in once, counts the messages and reads their "
                    "unique ids. No message is fetched or deleted.\n\n"
                    "Without a port both 995 (TLS at once) and 110 (STLS) are tried. For an address, the servers are looked for as mail programs do."),
    .takes = CMD_HOST_OR_MAILBOX,
    .question = "pop3",
    .service = "pop3",
    .services = "pop3s pop3",
    .probes = probes,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
