/* Signatures of a message, its chain, canonical forms, the search for what was altered, and damaged key records. */
#include "fuzz.h"

#include <mailwhy/altered.h>
#include <mailwhy/arc.h>

#include <string.h>

#define SEARCHED_BYTES 1500u /* a search tries thousands of changes */

static const char record[] = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDcpOR5TY6DBwe0P924hA4zsVM0V2herzwIHfv0xWHLdM7m90kOs/cN9sxGrSSVJ1nFhPaj"
                             "dpTu5wIxHenq+4rLF6ojTDbRQJnwUrGbWj21Q5QmkwdQQHHBG14h4uD8UYgNamVl4oKz+cWw56JFMKxDRbs7zFkJEkYgvUQoLZQdAwIDAQAB";

static void search(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing)
{
    struct mw_flaw flaw;
    struct mw_alteration found[MW_ALTERATIONS];
    const struct mw_dkim_key *key = mw_dkim_read(arena, record, &flaw);
    fuzz_must(key != NULL);
    struct mw_opened *opened = mw_signing_open(arena, signing, key);
    fuzz_must(opened != NULL);
    fuzz_must(mw_altered_header(arena, raw, signing, opened, found) <= MW_ALTERATIONS);
    if (signing->kind != MW_ARC_SEAL)
        mw_altered_body(arena, raw, signing, found);
    mw_signing_close(opened);
}

static void read_each(struct mw_arena *arena, const struct mw_raw *raw, bool searched)
{
    for (size_t i = 0; i < raw->count; i++)
        for (enum mw_signing_kind kind = MW_DKIM_SIGNATURE; kind <= MW_ARC_SEAL; kind++) {
            struct mw_signing signing;
            struct mw_flaw flaw = {0};
            struct mw_pieces pieces;
            bool good = raw->fields[i].name && mw_signing_read(arena, raw, i, kind, &signing, &flaw);
            if (!good)
                continue;
            mw_signing_pieces(arena, raw, &signing, &pieces);
            fuzz_must(pieces.count == signing.names.count + 1);
            if (searched)
                search(arena, raw, &signing);
        }
}

static void check_chain(struct mw_arena *arena, const struct mw_raw *raw)
{
    struct mw_arc arc;
    mw_arc_read(arena, raw, &arc);
    struct mw_list names = mw_arc_keys(arena, &arc);
    struct mw_signature_key *keys = MW_NEW_ARRAY(arena, struct mw_signature_key, names.count + 1);
    for (size_t i = 0; i < names.count; i++)
        keys[i] = (struct mw_signature_key){names.items[i], record, false};
    mw_arc_verify(arena, raw, keys, names.count, &arc);
    fuzz_must(arc.result && strcmp(arc.result, "pass") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_raw raw;
    struct mw_octets simple = {0}, relaxed = {0};
    const char *damage = "";
    mw_raw_read(arena, (const char *)bytes, count, &raw);
    fuzz_must(raw.count <= MW_RAW_FIELDS);
    mw_canonical_body(arena, raw.body, raw.body_bytes, MW_SIMPLE, &simple);
    mw_canonical_body(arena, raw.body, raw.body_bytes, MW_RELAXED, &relaxed);
    fuzz_must(relaxed.count <= simple.count);
    read_each(arena, &raw, count <= SEARCHED_BYTES);
    check_chain(arena, &raw);
    mw_dkim_mend(arena, mw_strndup(arena, (const char *)bytes, count), &damage);
    mw_arena_free(arena);
    return 0;
}
