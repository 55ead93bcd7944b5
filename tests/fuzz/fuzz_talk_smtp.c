/* SMTP heard from a hostile server: see fuzz_talk.h. */
#include "fuzz_talk.h"

extern const struct mw_probe mw_probe_smtp, mw_probe_submission, mw_probe_submissions, mw_probe_lmtp;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct mw_probe *const probes[] = {&mw_probe_smtp, &mw_probe_submission, &mw_probe_submissions, &mw_probe_lmtp};
    return fuzz_talk(bytes, count, probes, MW_COUNT(probes));
}
