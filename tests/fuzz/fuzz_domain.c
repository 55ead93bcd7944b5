/* Domain names, addresses and query names as a user or a record may write them. */
#include "fuzz.h"

#include <mailwhy/dns.h>
#include <mailwhy/reverse.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    const char *text = mw_strndup(arena, (const char *)bytes, count), *flaw = NULL;
    uint8_t query[512];
    char *name = mw_domain_read(arena, text, &flaw);
    fuzz_must(name ? !flaw : flaw && *flaw);
    if (name) {
        fuzz_must(strlen(name) <= 253 && !strstr(name, "..") && mw_domain_is_under(name, name));
        fuzz_must(mw_dns_query(query, sizeof query, 1, name, MW_MX, true, false, false) > 0);
        fuzz_safe(mw_domain_show(arena, name));
        const char *again = mw_domain_read(arena, name, &flaw);
        fuzz_must(again && strcmp(again, name) == 0);
    }
    mw_dns_query(query, sizeof query, 1, text, MW_MX, true, false, false);
    char *address = mw_address_read(arena, text);
    if (address) {
        fuzz_must(strcmp(mw_address_read(arena, address), address) == 0);
        fuzz_must(mw_dns_reverse(arena, address, NULL) != NULL);
        fuzz_must(mw_address_in(address, address, mw_address_is_ipv6(address) ? 128 : 32));
        mw_address_kind(address);
    }
    bool has_word;
    fuzz_must(!mw_reverse_generic(arena, text, "no address", &has_word));
    mw_reverse_generic(arena, text, "198.18.20.25", &has_word);
    mw_reverse_generic(arena, text, address ? address : "2001:db8:0:20::25", &has_word);
    mw_arena_free(arena);
    return 0;
}
