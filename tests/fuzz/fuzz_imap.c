/* Untagged IMAP lines, folder names and encoded words: the first byte chooses the reader. Whatever comes is bounded and safe to show. */
#include "fuzz.h"

#include <mailwhy/header.h>
#include <mailwhy/imap.h>

static void folder(struct mw_arena *arena, const struct mw_bytes *line)
{
    static const char *const words[] = {"LIST", "LSUB"};
    struct mw_imap_folder read;
    for (size_t i = 0; i < MW_COUNT(words); i++)
        if (mw_imap_folder_read(arena, line, words[i], &read)) {
            fuzz_must(read.raw.count <= MW_IMAP_NAME && read.attributes.count <= MW_IMAP_WORDS);
            fuzz_safe(read.name);
            fuzz_safe_list(&read.attributes);
        }
}

static void state(struct mw_arena *arena, const struct mw_bytes *line)
{
    struct mw_imap_status status;
    struct mw_imap_quota quotas[MW_IMAP_QUOTAS];
    if (mw_imap_status_read(arena, line, &status))
        fuzz_must(status.messages >= -1 && status.unseen >= -1);
    size_t count = mw_imap_quota_read(arena, line, quotas);
    fuzz_must(count <= MW_IMAP_QUOTAS);
    for (size_t i = 0; i < count; i++) {
        fuzz_safe(quotas[i].root);
        fuzz_safe(quotas[i].resource);
        fuzz_must(quotas[i].used >= 0 && quotas[i].limit >= 0);
    }
}

static void lists(struct mw_arena *arena, const struct mw_bytes *line)
{
    struct mw_list namespaces = {0}, pairs = {0};
    mw_imap_namespaces_read(arena, line, &namespaces);
    mw_imap_id_read(arena, line, &pairs);
    fuzz_must(namespaces.count <= MW_IMAP_WORDS && pairs.count <= MW_IMAP_WORDS);
    fuzz_safe_list(&namespaces);
    fuzz_safe_list(&pairs);
}

static void hits(struct mw_arena *arena, const struct mw_bytes *line)
{
    struct mw_imap_hits read;
    if (!mw_imap_hits_read(arena, line, &read))
        return;
    for (size_t i = 1; i < MW_IMAP_NEWEST; i++)
        fuzz_must(!read.newest[i] || read.newest[i] < read.newest[i - 1]);
}

static void message(struct mw_arena *arena, const struct mw_bytes *line)
{
    struct mw_imap_message read;
    if (!mw_imap_message_read(arena, line, &read))
        return;
    fuzz_must(read.flags.count <= MW_IMAP_WORDS && read.header.count <= line->count);
    fuzz_safe_list(&read.flags);
    if (read.header.bytes)
        fuzz_safe(mw_header_decode(arena, read.header.bytes, read.header.count));
}

static void name(struct mw_arena *arena, const struct mw_bytes *line)
{
    fuzz_safe(mw_imap_name_decode(arena, line->bytes, line->count));
}

static void words(struct mw_arena *arena, const struct mw_bytes *line)
{
    char *text = mw_header_decode(arena, line->bytes, line->count);
    fuzz_safe(text);
    fuzz_must(strlen(text) <= MW_HEADER_TEXT + strlen("…"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static void (*const readers[])(struct mw_arena * arena, const struct mw_bytes *line) = {folder, state, lists, hits, message, name, words};
    if (count < 2)
        return 0;
    struct mw_arena *arena = mw_arena_new();
    char *line = malloc(count - 1); /* of the exact size: ASan sees an over-read */
    memcpy(line, bytes + 1, count - 1);
    readers[bytes[0] % MW_COUNT(readers)](arena, &(struct mw_bytes){line, count - 1});
    free(line);
    mw_arena_free(arena);
    return 0;
}
