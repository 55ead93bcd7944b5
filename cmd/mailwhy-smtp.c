/* mailwhy-smtp: talks to a domain's exchanges and submission servers, or to one host. Never sends DATA. */
#include "common/common.h"

#include <mailwhy/lang.h>

static const char *const probes[] = {
    "target", "route", "resolver", "control", "known", "mx", "recipient", "exchange", "zonehost", "dnssec", "ptr",
    "spf_address", "dnsbl", "service", "smtp", "smtp_name", "retry", "lmtp", "submission", "submissions", "other", "small-segments", "samples", NULL,
};

static const struct cmd_tool tool = {
    .name = "mailwhy-smtp",
    .synopsis = N_("DOMAIN|USER@DOMAIN|HOST:PORT"),
    .says = N_("Talks SMTP to every exchange of a domain, or to one host."),
    .describes = N_("Waits for the greeting, says EHLO, STARTTLS and EHLO again, MAIL FROM and RCPT TO the address asked about, and QUIT: one connection to each address, and never "
                    "any mail. Then it asks, up to RCPT, for postmaster, for one name that nobody has (once a domain), for an address under example.com (once a "
                    "host, and not on our own network: does it pass on mail of strangers?), with --size for room for the message, and with --from for the empty "
                    "sender. With --retry a refusal for now is tried once more. Submission servers (587, 465) show what logins they offer; with a user and "
                    "a password one login is tried.\n\n"
                    "A name alone is a domain, whose MX records are followed; with a port it is one host. Ports that do not tell what they speak need --service."),
    .takes = CMD_DOMAIN_OR_HOST,
    .question = "smtp",
    .service = "smtp",
    .services = "smtp",
    .probes = probes,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
