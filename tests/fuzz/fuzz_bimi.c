/* BIMI records and logos: the first byte chooses. */
#include "fuzz.h"

#include <mailwhy/bimi.h>

static void check_record(struct mw_arena *arena, const char *text)
{
    struct mw_flaw flaw = {0};
    const struct mw_bimi *record = mw_bimi_read(arena, text, &flaw);
    FUZZ_FLAW(record, flaw);
    fuzz_must(!record || (mw_bimi_is_record(text) && record->logo && record->evidence && record->declined == (!*record->logo && !*record->evidence)));
    struct mw_flaw none = {0};
    fuzz_must(mw_bimi_read(arena, mw_bimi_mend(arena, text, "example.org"), &none) != NULL); /* it is to be pasted */
}

static void check_logo(struct mw_arena *arena, const char *bytes, size_t count)
{
    struct mw_flaw flaw = {0};
    bool good = mw_bimi_is_logo(arena, bytes, count, &flaw);
    FUZZ_FLAW(good, flaw);
    fuzz_must(good == !flaw.why);
    fuzz_safe(flaw.where);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!count)
        return 0;
    struct mw_arena *arena = mw_arena_new();
    char *exact = malloc(count);
    memcpy(exact, bytes + 1, count - 1);
    exact = realloc(exact, count - 1 + (count == 1));
    if (bytes[0] % 2)
        check_logo(arena, exact, count - 1);
    else
        check_record(arena, mw_strndup(arena, exact, count - 1));
    free(exact);
    mw_arena_free(arena);
    return 0;
}
