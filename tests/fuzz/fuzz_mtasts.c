/* MTA-STS policy files. */
#include "fuzz.h"

#include <mailwhy/mtasts.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw = {0};
    char *exact = malloc(count + !count);
    memcpy(exact, bytes, count);
    const struct mw_mtasts_policy *policy = mw_mtasts_read_policy(arena, exact, count, &flaw);
    FUZZ_FLAW(policy, flaw);
    fuzz_safe(flaw.where);
    if (policy) {
        fuzz_must(policy->mode && policy->max_age_s >= 0 && (policy->mx.count || mw_text_same(policy->mode, "none")));
        fuzz_safe_list(&policy->mx);
        mw_mtasts_covers(policy, "mx.example.org");
    }
    free(exact);
    mw_arena_free(arena);
    return 0;
}
