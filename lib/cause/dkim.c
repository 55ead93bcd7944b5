/* Causes in DKIM keys and signatures. A domain without a selector given has no fault here: selectors cannot be listed. RFC 6376, RFC 8301. */
#include "ports.h"

#include <mailwhy/lang.h>

/* --- DKIM ----------------------------------------------------------------------------------------------------------------------------------- */

static void dkim_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DKIM_END)
        if (mw_seen_gone(end))
            mw_found(judge, end->about, end);
}

static void dkim_invalid(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_DKIM_FLAW)
        mw_proof(mw_found(judge, flaw->about, flaw), mw_know(judge, MW_F_DKIM_RECORD, flaw->about));
}

#define DKIM_LEAST 1024 /* RFC 8301 section 3.2: verifiers take no shorter one; signers should have 2048 */
#define DKIM_GOOD 2048

static void dkim_short(struct mw_judge *judge)
{
    MW_EACH (bits, judge, MW_F_DKIM_KEY_BITS) {
        if (!mw_is(judge, MW_F_DKIM_KEY_TYPE, bits->about, "rsa") || bits->number >= DKIM_GOOD)
            continue;
        struct mw_instance *instance = mw_found(judge, bits->about, bits);
        if (bits->number >= DKIM_LEAST)
            mw_weight(instance, MW_ADVICE, MW_SEND);
    }
}

static void dkim_revoked(struct mw_judge *judge)
{
    MW_EACH (revoked, judge, MW_F_DKIM_REVOKED)
        if (revoked->yes)
            mw_proof(mw_found(judge, revoked->about, revoked), mw_know(judge, MW_F_DKIM_RECORD, revoked->about));
}

/* --- the table ------------------------------------------------------------------------------------------------------------------------------ */

static const struct mw_cause causes[] = {
    {
        .id = "dkim.selector.missing", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key is not published"),
        .says = N_("There is no key at {about}. Mail that is signed with this selector cannot be verified, so the signature counts for nothing."),
        .fix = {
            {MW_AT_DNS, N_("Publish the TXT or CNAME record that the signing server or service gives, under exactly this name. A common slip is the "
                           "domain entered twice."), "{about}. IN TXT \"v=DKIM1; k=rsa; p=(public key)\""},
        },
        .reference = "RFC 6376 section 3.6.2",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_missing,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "dkim.key.invalid", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key record is damaged"),
        .says = N_("The DKIM record at {about} cannot be used ({value}). Signatures made with its private key fail."),
        .fix = {
            {MW_AT_DNS, N_("Publish the record again, whole: cut into strings of at most 255 characters, without added quotes, blanks or backslashes."),
             "{about}. IN TXT \"v=DKIM1; k=rsa; p=(public key)\""},
        },
        .reference = "RFC 6376 sections 3.6.1 and 6.1.2",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_invalid,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "dkim.key.short", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key is too short"),
        .says = N_("The RSA key at {about} has {value} bits. Receivers pass over keys of under 1024 bits as if the mail were unsigned; 2048 is the length "
                   "to use today."),
        .fix = {
            {MW_AT_SERVER, N_("Make a new key of 2048 bits under a new selector, publish it, switch signing over, and remove the old one some days later."),
             "opendkim-genkey -b 2048 -d {domain} -s (new selector)"},
        },
        .reference = "RFC 8301 section 3.2",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_short,
        .explains = {"dmarc.fail.reject"},
    },
    {
        .id = "dkim.key.revoked", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key has been revoked"),
        .says = N_("The record at {about} has an empty key, which means that it was revoked on purpose. Mail that is still signed with this selector "
                   "fails the check."),
        .fix = {
            {MW_AT_SERVER, N_("Let the signing server use the selector whose key is published; or, if the key was emptied by mistake, publish it again."),
             NULL},
        },
        .reference = "RFC 6376 section 3.6.1",
        .needs = {MW_F_DKIM_END},
        .holds = dkim_revoked,
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
};

const struct mw_area mw_area_dkim = {"dkim", causes, MW_COUNT(causes)};
