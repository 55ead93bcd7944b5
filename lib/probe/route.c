/* This machine's way out: routes of both families, and the resolvers that it uses. Asks the kernel and the configuration alone; no packet leaves. */
#include "lookup.h"

#define MACHINE "this machine"

static bool is_unknown(const struct mw_look *look)
{
    return !mw_fact_find(look->facts, MW_F_CONTROL_ROUTE_END, MACHINE);
}

static void start(struct mw_look *look)
{
    const struct mw_list *resolvers = mw_net_resolvers(look->net);
    mw_tell_yes(look, MW_F_CONTROL_ROUTE, "ipv4", mw_net_has_route(false), NULL);
    mw_tell_yes(look, MW_F_CONTROL_ROUTE, "ipv6", mw_net_has_route(true), NULL);
    mw_tell_text(look, MW_F_CONTROL_ROUTE_END, MACHINE, MW_OK, resolvers->count ? NULL : "no resolver is configured");
    look->told_end = true;
    for (size_t i = 0; i < resolvers->count; i++)
        mw_tell_text(look, MW_F_RESOLVER_ADDRESS, resolvers->items[i], resolvers->items[i], NULL);
}

const struct mw_probe mw_probe_route = {
    .name = "route",
    .says = N_("Looks which address families this machine has a route for, and which resolvers it uses."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_CONTROL_ROUTE, MW_F_RESOLVER_ADDRESS},
    .ends = MW_F_CONTROL_ROUTE_END,
    .when = is_unknown,
    .start = start,
};

const struct mw_probe mw_probe_route_host = {
    .name = "route",
    .says = N_("Does the same where a tool is pointed at a host."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_HOST,
    .tells = {MW_F_CONTROL_ROUTE, MW_F_RESOLVER_ADDRESS},
    .ends = MW_F_CONTROL_ROUTE_END,
    .when = is_unknown,
    .start = start,
};
