/* The header of a message. */
#include "fuzz.h"

#include <mailwhy/dns.h>
#include <mailwhy/message.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw = {0};
    struct mw_list keys = {0};
    bool good = mw_message_read(arena, (const char *)bytes, count, &keys, &flaw);
    FUZZ_FLAW(good, flaw);
    fuzz_must(keys.count <= MW_MESSAGE_SIGNATURES);
    for (size_t i = 0; i < keys.count; i++) {
        const char *why;
        fuzz_must(mw_domain_read(arena, keys.items[i], &why) != NULL);
    }
    mw_arena_free(arena);
    return 0;
}
