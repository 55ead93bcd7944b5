/* mailwhy-dns: what the DNS says of a domain's mail, at the resolver and at the domain's own servers. */
#include "common/common.h"

#include <mailwhy/lang.h>

/* clang-format off */
static const char *const probes[] = {
    "route",
    "resolver",
    "control",
    "rdap",
    "parent",
    "nameserver",
    "mx",
    "recipient",
    "exchange",
    "wildcard",
    "zonehost",
    "dnssec",
    "ptr",
    "spf",
    "spf_address",
    "dkim",
    "selectors",
    "message",
    "dmarc",
    "mtasts",
    "tlsrpt",
    "tlsa",
    "caa",
    "dnsbl",
    "srv",
    NULL,
};
/* clang-format on */

static const struct cmd_tool tool = {
    .name = "mailwhy-dns",
    .synopsis = N_("DOMAIN|USER@DOMAIN"),
    .says = N_("Looks at the DNS records of a domain's mail, at the resolver and at the domain's own servers."),
    .describes = N_("Asks for the MX records and their addresses, reverse names, SPF, DKIM (of the selectors given), DMARC, MTA-STS, TLS reporting, TLSA and SRV records, and "
                    "compares what the resolver says with what the parent zone and each of the domain's own servers say.\n\n"
                    "In a pipe it writes facts as JSON Lines, which the other tools take on:\n\n"
                    "  mailwhy dns example.org | mailwhy smtp | mailwhy explain\n"),
    .takes = CMD_DOMAIN,
    .question = "dns",
    .probes = probes,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
