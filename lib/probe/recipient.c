/* Where mail to an outside recipient (--to) would go: the best two exchanges of his domain, or its own addresses (RFC 5321 section 5.1). They are told as
 * endpoints alone, never as exchanges of the domain in question. */
#include "lookup.h"

#include <string.h>

#define EXCHANGES 2u

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    (void)tag;
    mw_endpoint_tell(look, MW_F_ENDPOINT_SMTP, host, address, 25, "recipient", told);
}

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    (void)host, (void)tag;
    look->outcome = outcome;
}

/* The exchange that comes next behind `before` (NULL: the first) by preference, then by place in the answer. */
static const struct mw_record *best(const struct mw_dns_answer *answer, const struct mw_record *before)
{
    const struct mw_record *record, *best = NULL;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_MX, &i));) {
        bool later = !before || record->preference > before->preference || (record->preference == before->preference && record > before);
        if (later && strcmp(record->name, ".") != 0 && (!best || record->preference < best->preference))
            best = record;
    }
    return best;
}

static void got_mx(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    mw_lookup_end(look, MW_F_DNS_MX_END, look->why->about, answer);
    look->outcome = mw_dns_status_name(answer->status);
    if (answer->status == MW_DNS_NODATA)
        mw_lookup_host(look, look->why->about, got_address, looked_up, NULL);
    const struct mw_record *record = NULL;
    for (unsigned count = 0; count < EXCHANGES && (record = best(answer, record)); count++)
        mw_lookup_host(look, record->name, got_address, looked_up, NULL);
}

static bool is_other_domain(const struct mw_look *look)
{
    const char *target = mw_lookup_target(look);
    return !target || !mw_text_same(target, look->why->about);
}

static void start(struct mw_look *look)
{
    mw_look_ask(look, look->why->about, MW_MX, got_mx, NULL);
}

const struct mw_probe mw_probe_recipient = {
    .name = "recipient",
    .says = N_("Looks up the exchanges of the recipient that is to be sent to."),
    .legs = MW_SEND,
    .wants = MW_F_RECIPIENT_DOMAIN,
    .tells = {MW_F_DNS_MX_END, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_ENDPOINT_SMTP},
    .ends = MW_F_RECIPIENT_END,
    .when = is_other_domain,
    .start = start,
};
