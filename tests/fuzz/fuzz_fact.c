/* Streams of facts (JSON Lines) as somebody else may have written them: what is read can be written, and reads the same again. Names of things are cut and joined as well. */
#include "fuzz.h"

#include <mailwhy/about.h>
#include <mailwhy/fact.h>

#include <stdio.h>

static struct mw_facts *read_stream(struct mw_arena *arena, const void *bytes, size_t count)
{
    const char *flaw = NULL;
    struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){.question = NULL});
    FILE *in = fmemopen((void *)(uintptr_t)bytes, count, "r");
    if (!in)
        return NULL;
    bool good = mw_facts_read(facts, in, "fuzz", &flaw);
    fclose(in);
    fuzz_must(good || (flaw && *flaw));
    return good ? facts : NULL;
}

static char *write_stream(const struct mw_facts *facts, size_t *count)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, count);
    fuzz_must(out && mw_facts_write(facts, out));
    fclose(out);
    return bytes;
}

static void check_abouts(struct mw_arena *arena, const struct mw_facts *facts)
{
    for (unsigned n = 1; n <= mw_facts_count(facts); n++) {
        const struct mw_fact *fact = mw_fact_at(facts, n);
        fuzz_must(fact && fact->about && fact->because < n && mw_fact_value(arena, fact));
        struct mw_about about = mw_about_read(arena, fact->about);
        fuzz_must(about.host && about.port >= 0 && about.port <= 65535);
        mw_about_touches(fact->about, mw_about_endpoint(arena, about.host, about.address, about.port));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_facts *facts = count ? read_stream(arena, bytes, count) : NULL;
    if (facts) {
        size_t written, again;
        check_abouts(arena, facts);
        char *first = write_stream(facts, &written);
        struct mw_facts *copy = read_stream(arena, first, written);
        fuzz_must(copy != NULL);
        char *second = write_stream(copy, &again);
        fuzz_must(written == again && memcmp(first, second, written) == 0);
        free(first);
        free(second);
    }
    mw_arena_free(arena);
    return 0;
}
