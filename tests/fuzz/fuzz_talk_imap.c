/* IMAP heard from a hostile server: see fuzz_talk.h. */
#include "fuzz_talk.h"

extern const struct mw_probe mw_probe_imap, mw_probe_imaps;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct mw_probe *const probes[] = {&mw_probe_imap, &mw_probe_imaps};
    return fuzz_talk(bytes, count, probes, MW_COUNT(probes));
}
