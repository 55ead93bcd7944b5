/* Causes that show only in many connections to the same place (--samples): what goes well at one time and not at another. Reads facts only, and never takes an
 * answer that means "not now" (RFC 5321 section 4.2.1) for a failure. */
#include "sampled.h"

#include <mailwhy/lang.h>

#include <string.h>

struct tally {
    long good, bad, other;
    const struct mw_fact *proof; /* the first connection that shows it */
    bool good_behind;            /* one went well behind a bad one: no limit that we ran into ourselves */
};

static void add(struct tally *tally, const struct mw_fact *fact, enum mw_shown shown)
{
    tally->good += shown == MW_WENT_WELL;
    tally->bad += shown == MW_SHOWS_IT;
    tally->other += shown == MW_ANOTHER_FAULT;
    tally->proof = tally->proof || shown != MW_SHOWS_IT ? tally->proof : fact;
    tally->good_behind = tally->good_behind || (tally->bad && shown == MW_WENT_WELL);
}

/* The endpoint's own conversation goes further than a sample: where nothing of it is the like, it counts if it went well alone. */
static void add_own(struct mw_judge *judge, const struct mw_sampled *sampled, const char *about, struct tally *tally)
{
    bool is_alike = sampled->own != MW_NO_FACT;
    const struct mw_fact *own = mw_know(judge, is_alike ? sampled->own : mw_port_kind(judge, about)->end, about);
    if (own) {
        add(tally, own, is_alike ? sampled->shown(judge, own) : mw_seen_value(own, MW_OK) ? MW_WENT_WELL : MW_UNTESTED);
    }
}

static struct tally tally_at(struct mw_judge *judge, const struct mw_sampled *sampled, const char *about)
{
    struct tally tally = {0};
    add_own(judge, sampled, about, &tally);
    MW_EACH_ABOUT (one, judge, sampled->each, about) {
        add(&tally, one, sampled->shown(judge, one));
    }
    return tally;
}

static void found_at(struct mw_judge *judge, const struct mw_sampled *sampled, const char *about)
{
    struct tally tally = tally_at(judge, sampled, about);
    if (!tally.good || !tally.bad) {
        return;
    }
    const struct mw_fact *proof = tally.proof;
    struct mw_instance *instance = mw_found(judge, about, proof);
    const char *words = sampled->quotes && proof->quote ? proof->quote : mw_fact_value(mw_judge_arena(judge), proof);
    mw_proof(instance, mw_know(judge, MW_F_SAMPLE_FAILED, mw_port_place(judge, about)));
    mw_place(instance, "value", words);
    mw_words(instance, sampled->title, sampled->says);
    mw_count(instance, tally.bad, tally.good + tally.bad + tally.other, sampled->why ? sampled->why : words);
    bool limited = sampled->may_be_limit && !tally.good_behind;
    mw_confidence(instance, limited ? 0.45 : tally.bad > 1 ? 0.7 : 0.55);
    bool optional = sampled->optional_at_exchange && mw_port_kind(judge, about)->service == MW_EXCHANGE;
    bool needed = !optional || mw_port_enforced(judge, about) || mw_port_dane(judge, about);
    mw_port_weigh(judge, instance, about, limited ? MW_ADVICE : needed ? MW_DEGRADES : MW_RISK);
}

static bool is_concerned(struct mw_judge *judge, const struct mw_sampled *sampled, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    return kind && mw_port_matters(judge, about) && (!sampled->one_service || kind->service == sampled->service);
}

void mw_sampled_find(struct mw_judge *judge, const struct mw_sampled *sampled)
{
    MW_EACH (one, judge, sampled->each) {
        bool is_first = mw_fact_find(mw_judge_facts(judge), one->id, one->about) == one;
        if (is_first && is_concerned(judge, sampled, one->about)) {
            found_at(judge, sampled, one->about);
        }
    }
}

static const char *stage_of(struct mw_judge *judge, const struct mw_fact *end)
{
    const char *stage = "";
    MW_EACH_ABOUT (one, judge, MW_F_SAMPLE_STAGE, end->about) {
        stage = one->n < end->n ? one->text : stage;
    }
    return stage;
}

bool mw_sampled_ended(struct mw_judge *judge, const struct mw_fact *end, const char *outcome, const char *stage)
{
    return mw_seen_value(end, outcome) && mw_text_same(stage_of(judge, end), stage);
}

bool mw_sampled_untested(const struct mw_fact *end)
{
    return mw_seen_value(end, MW_THROTTLED) || mw_seen_value(end, MW_SKIPPED);
}

/* --- STARTTLS ------------------------------------------------------------------------------------------------------------------------------------ */

static enum mw_shown shown_starttls(struct mw_judge *judge, const struct mw_fact *listed)
{
    (void)judge;
    return listed->yes ? MW_WENT_WELL : MW_SHOWS_IT;
}

void mw_sampled_starttls(struct mw_judge *judge, enum mw_service service, enum mw_fact_id own)
{
    mw_sampled_find(judge, &(struct mw_sampled){
                               .each = MW_F_SAMPLE_STARTTLS,
                               .own = own,
                               .optional_at_exchange = true,
                               .one_service = true,
                               .service = service,
                               .shown = shown_starttls,
                               .title = N_("The server offers encryption (STARTTLS) at one time and not at another"),
                               .says = N_("At {about} the whole list of what is offered has STARTTLS at one time and not at another: one of several machines "
                                          "behind the address has no certificate, or another configuration."),
                               .why = N_("no STARTTLS"),
                           });
}

/* --- connections that break ---------------------------------------------------------------------------------------------------------------------- */

/* Packets that do not arrive, and connections that end for no reason. A server that has no time, or refuses, has decided so. */
static enum mw_shown shown_broken(struct mw_judge *judge, const struct mw_fact *end)
{
    static const char *const broken[] = {MW_TIMED_OUT, MW_RESET, MW_UNREACHABLE, MW_HUNG_UP};
    (void)judge;
    for (size_t i = 0; i < MW_COUNT(broken); i++) {
        if (mw_seen_value(end, broken[i])) {
            return MW_SHOWS_IT;
        }
    }
    return mw_sampled_untested(end) ? MW_UNTESTED : mw_seen_value(end, MW_OK) ? MW_WENT_WELL : MW_ANOTHER_FAULT;
}

static void lossy(struct mw_judge *judge)
{
    mw_sampled_find(judge, &(struct mw_sampled){.each = MW_F_SAMPLE_END, .own = MW_NO_FACT, .shown = shown_broken, .may_be_limit = true});
}

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "net.path.lossy",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_ROUTE, .owner = MW_NETWORK,
        .title = N_("Connections break now and then"),
        .says = N_("Some connections to {about} break off ({value}), and others to the same address go well: packets are lost on the way, or one of several "
                   "machines behind the address is in trouble."),
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
