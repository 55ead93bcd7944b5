/* The helpers that every hostile byte passes: what is made safe is safe, within its ceiling, and is left as it is the second time. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const size_t ceilings[] = {0, 1, 7, 100, 100000};
    struct mw_arena *arena = mw_arena_new();
    for (size_t i = 0; i < MW_COUNT(ceilings); i++) {
        const char *safe = mw_text_safe(arena, bytes, count, ceilings[i]);
        fuzz_safe(safe);
        fuzz_must(strlen(safe) <= ceilings[i] + strlen("…"));
        fuzz_must(strcmp(mw_text_safe(arena, safe, strlen(safe), strlen(safe)), safe) == 0);
        mw_text_columns(safe);
    }
    const char *text = mw_strndup(arena, (const char *)bytes, count);
    unsigned char *decoded = NULL;
    long length = mw_base64_read(arena, text, &decoded);
    if (length >= 0)
        fuzz_must(mw_base64_read(arena, mw_base64_text(arena, decoded, (size_t)length), &decoded) == length);
    const int64_t time = mw_time_read(text);
    if (time >= 0)
        fuzz_must(mw_time_read(mw_time_text(arena, time)) == time);
    const char *words[] = {"reject", "quarantine", "none"};
    mw_text_nearest(text, words, MW_COUNT(words));
    struct mw_list pieces = mw_text_split(arena, text, ",;");
    fuzz_must(strlen(mw_list_join(arena, &pieces, "")) <= strlen(text));
    mw_arena_free(arena);
    return 0;
}
