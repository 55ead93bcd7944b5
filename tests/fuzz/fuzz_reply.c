/* Framing of SMTP, IMAP and POP3. The first byte chooses the dialect; a reply that is whole stays the same when it arrives alone, and is not there a byte
 * earlier. */
#include "fuzz.h"

#include <mailwhy/reply.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct {
        long (*frame)(struct mw_arena *arena, const char *bytes, size_t count, const char *awaited, struct mw_reply *reply);
        const char *awaited;
    } dialects[] = {{mw_smtp_frame, NULL}, {mw_imap_frame, ""}, {mw_imap_frame, "a1"}, {mw_pop3_frame, NULL}, {mw_pop3_frame, "."}};
    if (!count)
        return 0;
    size_t which = bytes[0] % MW_COUNT(dialects);
    struct mw_arena *arena = mw_arena_new();
    char *heard = malloc(count); /* one byte too many for the reply, none for what follows: ASan sees an over-read */
    memcpy(heard, bytes + 1, count - 1);
    heard = realloc(heard, count - 1 + (count == 1));
    struct mw_reply reply = {0}, again = {0};
    long taken = dialects[which].frame(arena, heard, count - 1, dialects[which].awaited, &reply);
    fuzz_must(taken >= MW_FRAME_TOO_LONG && taken <= (long)count - 1);
    if (taken > 0) {
        fuzz_must(reply.code && strlen(reply.whole) <= 1000 && reply.lines.count <= MW_STORE_LINES);
        fuzz_safe(reply.whole);
        fuzz_safe(reply.text);
        fuzz_safe(reply.enhanced);
        fuzz_safe_list(&reply.lines);
        fuzz_must(dialects[which].frame(arena, heard, (size_t)taken, dialects[which].awaited, &again) == taken && strcmp(again.whole, reply.whole) == 0);
        fuzz_must(dialects[which].frame(arena, heard, (size_t)taken - 1, dialects[which].awaited, &again) <= 0);
        struct mw_list capabilities = {0};
        mw_imap_capabilities(arena, &reply, &capabilities);
        mw_smtp_extension(&reply, "AUTH");
    }
    free(heard);
    mw_arena_free(arena);
    return 0;
}
