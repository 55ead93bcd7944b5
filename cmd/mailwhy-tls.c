/* mailwhy-tls: the certificates of a domain's mail servers or of one host, and what MTA-STS and DANE demand of them. */
#include "common/common.h"

#include <mailwhy/lang.h>

static const char *const probes[] = {
    "target", "route", "resolver", "control", "known", "mx", "exchange", "mtasts", "tlsa", "caa", "smtp", "submission",
    "submissions", "imap", "imaps", "pop3", "pop3s", "dane", "other", "small-segments", NULL,
};

static const struct cmd_tool tool = {
    .name = "mailwhy-tls",
    .synopsis = N_("DOMAIN|HOST:PORT"),
    .says = N_("Looks at TLS and the certificates of a domain's exchanges, or of one host."),
    .describes = N_("Makes a TLS handshake with each server, in the way that its protocol asks for, and notes every verification error, the names and the dates of the certificate; "
                    "then compares what the servers present with the domain's MTA-STS policy and TLSA records.\n\n"
                    "  mailwhy tls mail.example.org:993\n"),
    .takes = CMD_DOMAIN_OR_HOST,
    .question = "tls",
    .probes = probes,
    .only_handshake = true,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
