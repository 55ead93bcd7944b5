/* Where a name server does not answer over TCP: does one of the zone above, of the same family? Else it may be this network that lets no DNS over TCP through.
 * Never judges which of them it is. */
#include "lookup.h"

#define WAIT_S 4.0

struct control {
    const char *zone, *about;
};

static bool is_other_family(const char *a, const char *b)
{
    return mw_address_is_ipv6(a) != mw_address_is_ipv6(b);
}

static bool works_already(const struct mw_look *look, const char *address)
{
    for (const struct mw_fact *end = mw_fact_first(look->facts, MW_F_ZONE_TCP_END); end; end = mw_fact_next(look->facts, end)) {
        const char *other = mw_about_read(look->arena, end->about).address;
        if (mw_text_same(end->text, MW_OK) && other && !is_other_family(other, address))
            return true;
    }
    return false;
}

static void got_tcp(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct control *control = tag;
    mw_lookup_tell_once(look, MW_F_ZONE_TCP_END, control->about, mw_dns_status_name(answer->status), mw_dns_type_name(MW_SOA));
}

static void ask(struct mw_look *look, const char *above, const struct mw_about *server)
{
    struct control *control = MW_NEW(look->arena, struct control);
    control->about = mw_about_zone_at(look->arena, above, server->host, server->address);
    struct mw_question question = {.name = above, .type = MW_SOA, .server = server->address, .tcp = true};
    mw_lookup_ask_briefly(look, &question, WAIT_S, got_tcp, control);
}

static void start(struct mw_look *look)
{
    struct mw_about failed = mw_about_read(look->arena, look->why->about);
    const struct mw_fact *above = mw_fact_find(look->facts, MW_F_PARENT_ZONE, failed.zone);
    const struct mw_fact *end = above ? mw_fact_first(look->facts, MW_F_PARENT_END) : NULL;
    for (; end; end = mw_fact_next(look->facts, end)) {
        struct mw_about server = mw_about_read(look->arena, end->about);
        if (!server.zone || !server.address || is_other_family(server.address, failed.address) || !mw_text_same(end->text, MW_OK))
            continue;
        ask(look, above->text, &server);
        return;
    }
    look->outcome = MW_SKIPPED;
    look->remark = "no server of the zone above has answered";
}

/* Only for a server of the domain itself: those of the zone above are the measure. */
static bool is_worth_it(const struct mw_look *look)
{
    struct mw_about failed = mw_about_read(look->arena, look->why->about);
    return !mw_text_same(look->why->text, MW_OK) && failed.zone && failed.address && mw_fact_find(look->facts, MW_F_PARENT_ZONE, failed.zone) &&
           !works_already(look, failed.address);
}

const struct mw_probe mw_probe_tcp_control = {
    .name = "nameserver",
    .says = N_("Asks a server of the zone above over TCP where one of the domain does not answer over it."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_ZONE_TCP_END,
    .tells = {MW_F_ZONE_TCP_END},
    .ends = MW_F_ZONE_TCP_CONTROL_END,
    .when = is_worth_it,
    .start = start,
};
