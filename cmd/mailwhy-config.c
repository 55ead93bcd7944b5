/* mailwhy-config: the settings that a domain publishes for mail programs, and those of a program on this machine, proved by connecting. */
#include "common/common.h"

#include <mailwhy/lang.h>

static const char *const probes[] = {
    "route", "resolver", "control", "srv", "autoconfig", "config", "guess", "service", "zonehost", "dnssec", "ptr",
    "spf_address", "dnsbl", "submission", "submissions", "imap", "imaps", "pop3", "pop3s", "other", "small-segments",
    NULL,
};

static const struct cmd_tool tool = {
    .name = "mailwhy-config",
    .synopsis = N_("DOMAIN|USER@DOMAIN"),
    .says = N_("Finds the settings that a domain publishes for mail programs, judges those of --config, and proves both by connecting."),
    .describes = N_("Looks for SRV records (RFC 6186, RFC 8314) and an autoconfig document, else guesses names as mail programs do, and connects to every server found. With --config "
                    "the settings of Thunderbird (prefs.js), msmtp or mbsync are read and compared with what really answers. Passwords in them are passed over.\n\n"
                    "  mailwhy config alice@example.org --config ~/.thunderbird/abc.default/prefs.js\n"),
    .takes = CMD_DOMAIN,
    .question = "config",
    .probes = probes,
};

int main(int argc, char **argv)
{
    return cmd_tool_main(&tool, argc, argv);
}
