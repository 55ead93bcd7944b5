/* Trust anchors in zone-file form and in BIND's. */
#include "fuzz.h"

#include <mailwhy/anchor.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_list records;
    struct mw_flaw flaw = {0};
    const char *text = mw_strndup(arena, (const char *)bytes, count);
    bool good = mw_anchor_read(arena, text, &records, &flaw);
    FUZZ_FLAW(good, flaw);
    fuzz_safe(flaw.where);
    fuzz_must(records.count <= MW_ANCHOR_RECORDS && (!good || records.count));
    mw_arena_free(arena);
    return 0;
}
