/* All probes, in the order of the way of a mail: this machine, the domain's records, its servers. A new probe is a row here and a file of its own. */
#include <mailwhy/probe.h>

/* clang-format off */
#define PROBES(ROW) \
    ROW(route) ROW(route_host) ROW(resolver) ROW(resolver_domain) ROW(resolver_host) ROW(control) ROW(control_host) ROW(target) \
    ROW(parent) ROW(nameserver) ROW(tcp_control) \
    ROW(rdap) ROW(rdap_recipient) ROW(rdap_unanswered) ROW(rdap_denied) ROW(rdap_parked) ROW(rdap_parked_mail) \
    ROW(mx) ROW(recipient) ROW(exchange) ROW(wildcard) ROW(zonehost) ROW(zonehost_service) \
    ROW(dnssec) ROW(dnssec_host) ROW(dnssec_unchecked) ROW(dnssec_unchecked_late) \
    ROW(dnssec_chain) ROW(dnssec_chain_host) ROW(dnssec_denial) ROW(dnssec_server) \
    ROW(ptr) ROW(smtp_name) \
    ROW(spf) ROW(spf_address) ROW(spf_check) \
    ROW(dkim) ROW(selectors) ROW(message) \
    ROW(dmarc) ROW(bimi) \
    ROW(mtasts) ROW(tlsrpt) ROW(tlsa) ROW(caa) ROW(caa_policy) ROW(caa_issuer) \
    ROW(dnsbl) ROW(dnsbl_address) \
    ROW(srv) ROW(autoconfig) ROW(config) ROW(guess) ROW(service) \
    ROW(smtp) ROW(retry) ROW(lmtp) ROW(submission) ROW(submissions) ROW(inbox) ROW(inbox_sender) ROW(arrival) ROW(returns) \
    ROW(smuggle_begin) ROW(smuggle_later) ROW(smuggle) ROW(imap) ROW(imaps) ROW(pop3) ROW(pop3s) ROW(sieve_place) ROW(sieve) \
    ROW(password) ROW(password_host) ROW(samples_smtp) ROW(samples_submission) ROW(samples_imap) ROW(samples_pop3) \
    ROW(dane) ROW(known) ROW(other_port) ROW(segments)
/* clang-format on */

#define DECLARE(probe) extern const struct mw_probe mw_probe_##probe;
PROBES(DECLARE)
#undef DECLARE

#define ADDRESS(probe) &mw_probe_##probe,
const struct mw_probe *const mw_probes[] = {PROBES(ADDRESS)};
#undef ADDRESS

const size_t mw_probe_count = MW_COUNT(mw_probes);

const struct mw_probe *mw_probe_by_name(const char *name)
{
    for (size_t i = 0; i < mw_probe_count; i++)
        if (mw_text_same(mw_probes[i]->name, name))
            return mw_probes[i];
    return NULL;
}
