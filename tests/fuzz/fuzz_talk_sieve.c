/* ManageSieve heard from a hostile server: see fuzz_talk.h. */
#include "fuzz_talk.h"

extern const struct mw_probe mw_probe_sieve;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct mw_probe *const probes[] = {&mw_probe_sieve};
    return fuzz_talk(bytes, count, probes, MW_COUNT(probes));
}
