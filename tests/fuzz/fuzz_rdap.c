/* RDAP answers, IANA's list of servers, and the names that are cut by the list of public suffixes. */
#include "fuzz.h"

#include <mailwhy/rdap.h>

static void check_answer(struct mw_arena *arena, const char *bytes, size_t count)
{
    struct mw_rdap rdap;
    struct mw_flaw flaw = {0};
    bool good = mw_rdap_read(arena, bytes, count, &rdap, &flaw);
    FUZZ_FLAW(good, flaw);
    fuzz_safe(flaw.where);
    if (!good)
        return;
    fuzz_must(rdap.name && rdap.registrar && rdap.status.count <= MW_RDAP_ITEMS && rdap.nameservers.count <= MW_RDAP_ITEMS);
    fuzz_safe(rdap.name);
    fuzz_safe(rdap.registrar);
    fuzz_safe_list(&rdap.status);
    fuzz_safe_list(&rdap.nameservers);
}

static void check_list(struct mw_arena *arena, const char *bytes, size_t count)
{
    struct mw_flaw flaw = {0};
    const char *base = mw_rdap_server(arena, bytes, count, "example.co.uk", &flaw);
    fuzz_must(!base || mw_text_starts(mw_rdap_url(arena, base, "example.co.uk"), "https://"));
}

static void check_name(const char *name)
{
    const char *registered = mw_domain_registered(name);
    fuzz_must(!registered || mw_text_ends(name, registered));
    mw_rdap_is_parking(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    char *exact = malloc(count + !count);
    memcpy(exact, bytes, count);
    check_answer(arena, exact, count);
    mw_rdap_is_missing(arena, exact, count);
    check_list(arena, exact, count);
    check_name(mw_strndup(arena, exact, count < 300 ? count : 300));
    free(exact);
    mw_arena_free(arena);
    return 0;
}
