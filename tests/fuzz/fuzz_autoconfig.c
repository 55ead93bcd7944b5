/* Autoconfig documents. */
#include "fuzz.h"

#include <mailwhy/autoconfig.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw = {0};
    const struct mw_autoconfig *document = mw_autoconfig_read(arena, (const char *)bytes, count, "example.org", &flaw);
    FUZZ_FLAW(document, flaw);
    fuzz_safe(flaw.where);
    fuzz_must(!document || (document->count > 0 && document->count <= MW_AUTOCONFIG_SERVERS));
    for (size_t i = 0; document && i < document->count; i++) {
        const struct mw_autoconfig_server *server = &document->servers[i];
        fuzz_must(server->port > 0 && server->service && server->security);
        fuzz_name(server->host);
        fuzz_safe(server->username);
        fuzz_safe_list(&server->auth);
    }
    mw_arena_free(arena);
    return 0;
}
