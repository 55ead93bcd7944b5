/* A handshake that timed out, once more over small segments, on ports with TLS from the start: where that one gets through, large packets are lost on the
 * way and the news of it too (RFC 2923). One more connection for each such port; says nothing inside. */
#include "lookup.h"

#define SEGMENT 1000 /* small enough for any tunnel, IPv6's least of 1280 bytes included */
#define WAIT_S 8.0

static bool has_stalled(const struct mw_look *look)
{
    const char *about = look->why->about;
    bool tls_first = mw_fact_find(look->facts, MW_F_ENDPOINT_SUBMISSIONS, about) || mw_fact_find(look->facts, MW_F_ENDPOINT_IMAPS, about) ||
                     mw_fact_find(look->facts, MW_F_ENDPOINT_POP3S, about);
    return tls_first && mw_text_same(look->why->text, MW_TIMED_OUT);
}

static void got_shaken(void *context, const char *outcome)
{
    struct mw_look *look = context;
    look->outcome = outcome;
    mw_look_release(look);
}

static void start(struct mw_look *look)
{
    struct mw_about about = mw_about_read(look->arena, look->why->about);
    mw_look_hold(look);
    mw_shake_small(look->net, about.address, about.port, *about.host ? about.host : about.address, SEGMENT, WAIT_S, got_shaken, look);
}

const struct mw_probe mw_probe_segments = {
    .name = "small-segments",
    .says = N_("Repeats a handshake that timed out, with small packets."),
    .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_TLS_END,
    .ends = MW_F_TLS_SMALL,
    .when = has_stalled,
    .start = start,
};
