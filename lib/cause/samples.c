/* Causes that show only in many connections to the same place (--samples): what goes well at one time and not at another. Reads facts only. */
#include "ports.h"

#include <mailwhy/lang.h>

#include <string.h>

struct tally {
    long good, broken;
    const struct mw_fact *proof; /* a connection that broke */
    const char *why;
};

/* Packets that do not arrive, and connections that end for no reason. A server that has no time, or refuses, has decided so. */
static bool is_broken(const struct mw_fact *end)
{
    return mw_seen_value(end, MW_TIMED_OUT) || mw_seen_value(end, MW_RESET) || mw_seen_value(end, MW_UNREACHABLE) || mw_seen_value(end, MW_HUNG_UP);
}

static struct tally tally_at(struct mw_judge *judge, const char *about)
{
    struct tally tally = {0};
    MW_EACH_ABOUT (end, judge, MW_F_SAMPLE_END, about) {
        tally.good += mw_seen_value(end, MW_OK);
        tally.broken += is_broken(end);
        if (is_broken(end)) {
            tally.proof = end;
            tally.why = end->text;
        }
    }
    return tally;
}

static void lossy(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_SAMPLE_END) {
        if (mw_fact_find(mw_judge_facts(judge), MW_F_SAMPLE_END, end->about) != end) {
            continue; /* the place was met before */
        }
        struct tally tally = tally_at(judge, end->about);
        if (!tally.good || !tally.broken) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, end->about, tally.proof);
        mw_proof(instance, mw_know(judge, MW_F_SAMPLE_FAILED, mw_port_place(judge, end->about)));
        mw_place(instance, "broken", mw_printf(mw_judge_arena(judge), "%ld", tally.broken));
        mw_place(instance, "all", mw_printf(mw_judge_arena(judge), "%ld", tally.good + tally.broken));
        mw_confidence(instance, tally.broken > 1 ? 0.7 : 0.5);
        mw_port_weigh(judge, instance, end->about, MW_DEGRADES);
    }
}

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "net.path.lossy",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("Connections break now and then"),
        .says = N_("{broken} of {all} connections to {about} broke off ({value}), and the others went well: packets are lost on the way, or one of several machines "
                   "behind the address is in trouble."),
        .fix = {
            {MW_AT_NETWORK, N_("Compare with a run from another network. If only this one is affected, ask its operator about packet loss; long ways abroad have a "
                               "nearer server at some providers."), NULL},
            {MW_AT_SERVER, N_("Where every network sees it: look at the balancer of {host} and at each machine behind it, at their logs and limits."), NULL},
        },
        .reference = "RFC 5321 section 4.5.3.2",
        .needs = {MW_F_SAMPLE_END},
        .holds = lossy,
        .alike = {
            {"net.mtu.blackhole", N_("It breaks at the same step always, as soon as a large packet is sent.")},
        },
        .explains = {"smtp.session.dropped", "sym:retrieve.sync_fail", "sym:inbound.delay", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_samples = {"samples", causes, MW_COUNT(causes)};
