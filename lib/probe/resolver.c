/* Does each resolver of this machine answer at all? The root's SOA is the one question that needs no other zone to work. */
#include "lookup.h"

static void got_root(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    (void)tag;
    mw_lookup_end(look, MW_F_RESOLVER_END, look->why->about, answer);
}

static void start(struct mw_look *look)
{
    mw_look_ask_as(look, &(struct mw_question){.name = ".", .type = MW_SOA, .server = look->why->text, .recursive = true}, got_root, NULL);
}

const struct mw_probe mw_probe_resolver = {
    .name = "resolver",
    .says = N_("Asks each resolver of this machine for the root's SOA record."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_RESOLVER_ADDRESS,
    .ends = MW_F_RESOLVER_END,
    .start = start,
};
