/* Causes in the chain of trust: DS, keys and signatures.
 *
 * Never concludes from a resolver's SERVFAIL alone: the chain was examined here, or the same question is answered once nobody checks.
 * RFC 4035 section 5, RFC 8914. */
#include "seen.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

/* --- DNSSEC ------------------------------------------------------------------------------------------------------------------------------- */

/* Extended errors of RFC 8914 section 4. */
enum ede { EDE_BOGUS = 6, EDE_EXPIRED = 7, EDE_NOT_YET_VALID = 8, EDE_NO_DNSKEY = 9, EDE_NO_RRSIG = 10, EDE_NO_NSEC = 12 };

static void weigh_zone(struct mw_judge *judge, struct mw_instance *instance, const char *zone)
{
    const char *target = mw_seen_target(judge);
    if (!target || mw_domain_is_under(target, zone))
        return;
    MW_EACH (host, judge, MW_F_MX_HOST) {
        if (!mw_domain_is_under(host->about, zone))
            continue;
        mw_weight(instance, mw_seen_exchange_weight(judge, host->about), mw_seen_exchange_leg(judge, host->about));
        return;
    }
    const struct mw_fact *recipient = mw_each(judge, MW_F_RECIPIENT_DOMAIN, NULL);
    if (recipient && mw_domain_is_under(recipient->about, zone))
        mw_weight(instance, MW_BLOCKS, MW_SEND);
}

/* What is to be signed again, and the question that shows it. */
static void place_question(struct mw_instance *instance, const char *name, const char *type)
{
    mw_place(instance, "name", name);
    mw_place(instance, "type", type);
}

/* Of the TLSA records of an exchange (about: host:port): that matters to those alone who send by DANE. */
static void found_in_tlsa(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *flaw)
{
    const char *host = mw_seen_host(judge, flaw);
    place_question(instance, mw_printf(mw_judge_arena(judge), "_25._tcp.%s", host), "TLSA");
    mw_weight(instance, MW_DEGRADES, mw_seen_exchange_leg(judge, host));
    if (flaw->number == EDE_BOGUS)
        mw_words(instance, NULL,
                 N_("The TLSA records of {about} were changed after they were signed, or were signed wrongly. Servers that send by DANE, among them large providers, keep "
                    "the mail back and try again for days; all others deliver."));
}

static void found_flaw(struct mw_judge *judge, const struct mw_fact *flaw, double confidence)
{
    struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
    mw_confidence(instance, confidence);
    mw_proof(instance, mw_know(judge, MW_F_DNSSEC_CD_END, flaw->about));
    if (mw_know(judge, MW_F_TLSA_END, flaw->about)) {
        found_in_tlsa(judge, instance, flaw);
        return;
    }
    place_question(instance, flaw->about, "MX");
    mw_seen_prove_below(judge, instance, flaw->about);
    weigh_zone(judge, instance, flaw->about);
}

static bool answers_unchecked(struct mw_judge *judge, const char *name)
{
    const struct mw_fact *end = mw_know(judge, MW_F_DNSSEC_CD_END, name);
    return end && mw_seen_answered(end) && !mw_seen_failed(end);
}

/* A resolver that finds even the root bogus has a wrong key or clock of its own: its word on a domain proves nothing. */
static bool distrusts_the_root(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_RESOLVER_END)
        if (mw_seen_value(end, "servfail"))
            return true;
    return false;
}

/* The chain was looked at here and nothing was found: then the resolver's clock or root key may be what fails. */
static bool was_examined(struct mw_judge *judge, const char *name)
{
    return mw_is(judge, MW_F_DNSSEC_END, name, MW_OK);
}

/* Only one of the zone's servers gives it: resolvers that ask another one get through. */
static void at_one_server(struct mw_judge *judge, const char *flaw)
{
    MW_EACH (found, judge, MW_F_DNSSEC_SERVER_FLAW) {
        const char *zone = mw_seen_zone(judge, found);
        if (!mw_seen_value(found, flaw) || mw_know(judge, MW_F_DNSSEC_FLAW, zone))
            continue;
        struct mw_instance *instance = mw_found(judge, found->about, found);
        mw_proof(instance, mw_know(judge, MW_F_DNSSEC_LINK, zone));
        mw_weight(instance, MW_DEGRADES, MW_RECEIVE | MW_SEND);
        mw_place(instance, "zone", zone);
        place_question(instance, zone, "MX");
        mw_words(instance, N_("One name server gives data that do not validate"),
                 N_("The server {host} [{address}] answers for {zone} with records whose signatures do not hold ({value}). Whoever checks DNSSEC and asks this server gets "
                    "no answer, or has to ask another one: mail is late, or fails now and then."));
    }
}

/* The dates of every zone up to the root look wrong: that is the clock of this machine. */
static bool is_matter_of_the_clock(struct mw_judge *judge, const char *flaw)
{
    bool of_dates = mw_text_same(flaw, "signature expired") || mw_text_same(flaw, "signature not yet valid");
    return of_dates && mw_each(judge, MW_F_DNSSEC_CLOCK, NULL);
}

/* What was found here goes first; without it the resolver's own word (RFC 8914) counts, where the answer comes once nobody checks. */
static void flawed(struct mw_judge *judge, const char *flaw, int ede)
{
    if (is_matter_of_the_clock(judge, flaw))
        return;
    MW_EACH (found, judge, MW_F_DNSSEC_FLAW)
        if (mw_seen_value(found, flaw))
            found_flaw(judge, found, 0.95);
    at_one_server(judge, flaw);
    if (mw_each(judge, MW_F_DNSSEC_FLAW, NULL) || distrusts_the_root(judge))
        return;
    MW_EACH (error, judge, MW_F_DNSSEC_EDE)
        if (error->number == ede && answers_unchecked(judge, error->about) && !was_examined(judge, error->about))
            found_flaw(judge, error, 0.7);
}

static void ds_mismatch(struct mw_judge *judge)
{
    flawed(judge, "ds mismatch", EDE_NO_DNSKEY);
}

static void sig_expired(struct mw_judge *judge)
{
    flawed(judge, "signature expired", EDE_EXPIRED);
}

static void sig_not_yet_valid(struct mw_judge *judge)
{
    flawed(judge, "signature not yet valid", EDE_NOT_YET_VALID);
}

static void bogus(struct mw_judge *judge)
{
    flawed(judge, "bogus signature", EDE_BOGUS);
}

static void unsigned_child(struct mw_judge *judge)
{
    flawed(judge, "unsigned child", EDE_NO_RRSIG);
}

/* The resolver's own word (RFC 8914 section 4.13) counts where the question for TLSA alone fails, and the answer that nobody checks is that there is none. */
static void denial_broken(struct mw_judge *judge)
{
    MW_EACH (found, judge, MW_F_DNSSEC_FLAW) {
        if (!mw_seen_value(found, "denial broken"))
            continue;
        struct mw_instance *instance = mw_found(judge, found->about, found);
        mw_proof(instance, mw_know(judge, MW_F_DNSSEC_LINK, found->about));
        mw_seen_prove_below(judge, instance, found->about);
    }
    if (mw_each(judge, MW_F_DNSSEC_FLAW, NULL) || distrusts_the_root(judge))
        return;
    MW_EACH (end, judge, MW_F_TLSA_END) {
        const struct mw_fact *error = mw_know(judge, MW_F_DNSSEC_EDE, end->about);
        const struct mw_fact *unchecked = mw_know(judge, MW_F_DNSSEC_CD_END, end->about);
        if (!mw_seen_value(end, "servfail") || !mw_seen_gone(unchecked) || !error || error->number != EDE_NO_NSEC)
            continue;
        struct mw_instance *instance = mw_found(judge, mw_seen_host(judge, end), error);
        mw_confidence(instance, 0.7);
        mw_proof(instance, end);
        mw_proof(instance, unchecked);
    }
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dns.dnssec.denial_broken", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The proof that a record does not exist is broken"),
        .says = N_("The zone {about} is signed, but its proof that there is no TLSA record for an exchange does not hold. Servers that send by DANE, among them large "
                   "providers, then keep the mail back and try again for days."),
        .fix = {
            {MW_AT_DNS, N_("Sign the zone {about} again with complete NSEC or NSEC3 records (names without records between others, opt-out and wildcards are where they fail), "
                           "or update the software of the name server."), "delv _25._tcp.(exchange) TLSA"},
        },
        .reference = "RFC 7672 section 2.1; RFC 4035 section 5.4; RFC 5155",
        .needs = {MW_F_TLSA_END},
        .holds = denial_broken,
        .alike = {
            {"dns.server.qtype_broken", N_("The question fails with checking disabled (CD) too.")},
        },
        .explains = {"dane.tlsa.lookup_fail", "sym:inbound.delay", "sym:inbound.partial"},
    },
    {
        .id = "dns.dnssec.ds_mismatch", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The DS record at the registrar fits no key of the zone"),
        .says = N_("{about} is signed with a key that the zone above does not know. Everybody who checks DNSSEC, among them the large providers, gets no "
                   "answer at all for the domain. This is typical after a move to another DNS host."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, remove the DS record of {about}, or replace it by the one of the key in use. Once the old one has run "
                                 "out of all caches, mail flows."), "dig {about} DNSKEY +cd"},
        },
        .reference = "RFC 4035 section 5; RFC 6781; RFC 8914",
        .needs = {MW_F_DNS_MX_END},
        .holds = ds_mismatch,
        .alike = {
            {"dns.delegation.lame", N_("The question fails with checking disabled (CD) too.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "sym:inbound.partial", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.sig_expired", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The signatures of the zone have expired"),
        .says = N_("The DNSSEC signatures of {about} are out of date. Everybody who checks DNSSEC, among them the large providers, gets no answer at all "
                   "for the domain."),
        .fix = {
            {MW_AT_DNS, N_("Sign the zone {about} again: restart the signer, correct its schedule or its clock, and raise the serial number. As a "
                           "stopgap, remove the DS record at the registrar."), "dig {about} SOA +dnssec +cd"},
        },
        .reference = "RFC 4035 section 5.3.1; RFC 6781",
        .needs = {MW_F_DNS_MX_END},
        .holds = sig_expired,
        .alike = {
            {"tls.clock.skew", N_("Only this machine finds the signatures expired, because its clock is ahead.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "sym:inbound.partial", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.sig_not_yet_valid", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The signatures of the zone begin in the future"),
        .says = N_("The DNSSEC signatures of {about} are not valid yet. Everybody who checks DNSSEC gets no answer for the domain until they are. The "
                   "clock of the machine that signs is wrong."),
        .fix = {
            {MW_AT_DNS, N_("Set the clock of the machine that signs {about} (NTP) and sign the zone again."), "dig {about} SOA +dnssec +cd"},
        },
        .reference = "RFC 4035 section 5.3.1",
        .needs = {MW_F_DNS_MX_END},
        .holds = sig_not_yet_valid,
        .alike = {
            {"tls.clock.skew", N_("Only this machine finds them invalid, because its clock is behind.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "sym:inbound.bounce.expired", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.bogus", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("A record does not match its DNSSEC signature"),
        .says = N_("Records of {about} were changed after they were signed, or were signed wrongly. Everybody who checks DNSSEC gets no answer for them; "
                   "with checking disabled the answer comes."),
        .fix = {
            {MW_AT_DNS, N_("Sign the zone again. Look for an edit of the signed file, and for a secondary server that mixes two versions."),
             "dig {name} {type} +dnssec +cd"},
        },
        .reference = "RFC 4035 section 5.3.3",
        .needs = {MW_F_DNS_MX_END},
        .holds = bogus,
        .alike = {
            {"dns.dnssec.ds_mismatch", N_("No key of the zone fits the DS record at the registrar.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "sym:inbound.bounce.expired", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
    {
        .id = "dns.dnssec.unsigned_child", .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_DNSSEC, .owner = MW_ADMIN,
        .title = N_("The registrar has a DS record, but the zone is not signed"),
        .says = N_("The zone above says that {about} is signed, and it is not. Everybody who checks DNSSEC gets no answer at all for the domain. This is "
                   "typical after a move to a DNS host that does not sign."),
        .fix = {
            {MW_AT_REGISTRAR, N_("At the registrar, remove the DS record of {about}; or switch signing on at the DNS host and enter its DS record."),
             "dig {about} DS"},
        },
        .reference = "RFC 4035 section 5.2",
        .needs = {MW_F_DNS_MX_END},
        .holds = unsigned_child,
        .alike = {
            {"dns.dnssec.ds_mismatch", N_("The zone is signed, with a key that the DS record does not name.")},
        },
        .explains = {MW_SEEN_NAME_FAULTS, "sym:inbound.bounce.expired", "sym:outbound.defer", "sym:dns.lookup_fail"},
    },
};

const struct mw_area mw_area_dnssec = {"dnssec", causes, MW_COUNT(causes)};
