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
    "spf_check",
    "dkim",
    "selectors",
    "message",
    "dmarc", "bimi",
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
    .describes = N_("Asks for the MX records and their addresses, reverse names, SPF, DKIM (of the selectors given, or of usual ones), DMARC, MTA-STS, TLS reporting, TLSA and SRV records, and "
                    "compares what the resolver says with what the parent zone and each of the domain's own servers say.\n\n"
                    "In a pipe it writes facts as JSON Lines, which the other tools take on:\n\n"
                    "  mailwhy dns example.org | mailwhy smtp | mailwhy explain\n\n"
                    "With --spf it evaluates SPF alone (RFC 7208). The first word that it prints is the result for the address of --ip: none, neutral, pass, fail, softfail, "
                    "temperror or permerror; behind it stand the term that decided and the domain of its record. Without --ip it shows the record with all that it includes.\n\n"
                    "  mailwhy dns --spf --ip 192.0.2.1 --helo mail.example.org --from user@example.org\n"
                    "  mailwhy dns --spf example.org\n\n"
                    "Exit status with --spf and --ip: 0 none, neutral, pass; 1 softfail, permerror; 2 fail; 3 temperror.\n"),
    .takes = CMD_DOMAIN,
    .question = "dns",
    .probes = probes,
};

int main(int argc, char **argv)
{
    struct cmd cmd = {0};
    cmd_begin(&cmd, &tool, argc, argv);
    cmd_answer(&cmd);
    return cmd.choices.spf ? cmd_spf_run(&cmd) : cmd_tool_run(&cmd);
}
