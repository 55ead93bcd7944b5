/* A host that a tool was pointed at: its addresses become endpoints of the service that the tool speaks. */
#include "lookup.h"

/* clang-format off */
static const struct service { const char *name; enum mw_fact_id endpoint; int port; } services[] = {
    {"smtp",        MW_F_ENDPOINT_SMTP,        25},
    {"lmtp",        MW_F_ENDPOINT_LMTP,        24},
    {"submission",  MW_F_ENDPOINT_SUBMISSION,  587},
    {"submissions", MW_F_ENDPOINT_SUBMISSIONS, 465},
    {"imap",        MW_F_ENDPOINT_IMAP,        143},
    {"imaps",       MW_F_ENDPOINT_IMAPS,       993},
    {"pop3",        MW_F_ENDPOINT_POP3,        110},
    {"pop3s",       MW_F_ENDPOINT_POP3S,       995},
    {"sieve",       MW_F_ENDPOINT_SIEVE,       4190},
};
/* clang-format on */

static void tell(struct mw_look *look, const char *name, const char *host, const char *address, int port, const struct mw_fact *because)
{
    for (size_t i = 0; i < MW_COUNT(services); i++)
        if (mw_text_same(services[i].name, name))
            mw_endpoint_tell(look, services[i].endpoint, host, address, port ? port : services[i].port, "target", because);
}

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    const struct mw_about *about = tag;
    for (const struct mw_fact *target = mw_fact_find(look->facts, MW_F_TARGET_HOST, look->why->about); target;
         target = mw_fact_find_next(look->facts, target)) {
        struct mw_list names = mw_text_split(look->arena, target->text, " ,");
        for (size_t i = 0; i < names.count; i++)
            tell(look, names.items[i], host, address, about->port, told);
    }
}

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    (void)host, (void)tag;
    look->outcome = outcome;
}

static void start(struct mw_look *look)
{
    struct mw_about *about = MW_NEW(look->arena, struct mw_about);
    const char *literal = mw_address_read(look->arena, look->why->about);
    *about = literal ? (struct mw_about){.host = literal} : mw_about_read(look->arena, look->why->about);
    mw_lookup_host(look, *about->host ? about->host : about->address, got_address, looked_up, about);
}

const struct mw_probe mw_probe_target = {
    .name = "target",
    .says = N_("Looks up the addresses of the host that a tool was pointed at."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_HOST,
    .tells = {MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_DNS_CNAME, MW_F_ENDPOINT_SMTP, MW_F_ENDPOINT_LMTP,
              MW_F_ENDPOINT_SUBMISSION, MW_F_ENDPOINT_SUBMISSIONS,
              MW_F_ENDPOINT_IMAP, MW_F_ENDPOINT_IMAPS, MW_F_ENDPOINT_POP3, MW_F_ENDPOINT_POP3S, MW_F_ENDPOINT_SIEVE},
    .ends = MW_F_TARGET_END,
    .start = start,
};
