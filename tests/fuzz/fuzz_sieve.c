/* Sieve scripts: read, then tried with a message. What surely happens with little known surely happens with more known too. */
#include "fuzz.h"

#include <mailwhy/sieve.h>

static void check(const struct mw_sieve_result *result)
{
    fuzz_must(result->count <= MW_SIEVE_ACTIONS + MW_SIEVE_SURE && result->count <= result->all && mw_sieve_fate_name(result->fate));
    for (size_t i = 0; i < result->count; i++) {
        fuzz_safe(result->actions[i].what);
        fuzz_safe(result->actions[i].rule);
        fuzz_safe(result->actions[i].condition);
        fuzz_safe(result->actions[i].depends);
        fuzz_safe(result->actions[i].sender);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    char *script = malloc(count + !count); /* of the exact size: ASan sees an over-read */
    memcpy(script, bytes, count);
    struct mw_flaw flaw;
    struct mw_sieve_result little, more;
    bool beyond;
    const struct mw_sieve *sieve = mw_sieve_read(arena, script, count, &flaw, &beyond);
    fuzz_must(sieve ? !flaw.why : flaw.why || beyond);
    if (!sieve && flaw.where)
        fuzz_safe(flaw.where);
    struct mw_sieve_others others = {.count = 0};
    if (sieve) {
        mw_sieve_includes(sieve, &others);
        for (size_t i = 0; i < others.count; i++) /* in a circle, but for the last */
            others.scripts[i] = i + 1 < MW_SIEVE_INCLUDES ? sieve : NULL;
        mw_sieve_run(arena, sieve, &others, &(struct mw_sieve_message){0}, &little);
        mw_sieve_run(arena, sieve, &others, &(struct mw_sieve_message){"bob@example.net", "alice@example.org", "the offer", "1@example.net"}, &more);
        check(&little);
        check(&more);
        fuzz_must(little.fate == MW_SIEVE_UNKNOWN || little.fate == MW_SIEVE_AWAY || little.fate == more.fate);
        for (size_t i = 0; i < little.count && i < MW_SIEVE_ACTIONS; i++)
            fuzz_must(little.actions[i].reach == MW_PERHAPS || little.actions[i].reach == more.actions[i].reach);
    }
    free(script);
    mw_arena_free(arena);
    return 0;
}
