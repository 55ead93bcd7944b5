/* Causes in DKIM keys, in the signatures of a given message and in its chain. That no key is found under usual names is no fault: selectors cannot be listed. A
 * key or a chain that could not be looked up is neither. RFC 6376, RFC 8301, RFC 8617. */
#include "message.h"
#include "ports.h"

#include <mailwhy/lang.h>

#include <string.h>

#define STRING_SHOWN 200 /* bytes of one string of a record to paste */

/* --- signatures that hold ---------------------------------------------------------------------------------------------------------------------- */

/* One that the author's domain made, or that DMARC counts as such. */
static bool own_holds(struct mw_judge *judge)
{
    static const char key[] = "._domainkey.";
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM) {
        const char *at = mw_text_find(signature->about, key);
        if (at && mw_text_same(signature->text, "pass") && mw_message_is_aligned(judge, at + strlen(key)))
            return true;
    }
    return false;
}

/* Does the author's domain ask receivers to turn away what passes for another domain alone? */
static bool is_strict(struct mw_judge *judge)
{
    const struct mw_fact *from = mw_each(judge, MW_F_MESSAGE_FROM, NULL), *policy = from ? mw_know(judge, MW_F_DMARC_POLICY, from->text) : NULL;
    return policy && !mw_seen_value(policy, "none");
}

/* Any signature that still holds speaks for the message: it was altered before that one was made, as lists do. With a strict policy only the author's do. */
bool mw_message_any_holds(struct mw_judge *judge)
{
    if (is_strict(judge))
        return own_holds(judge);
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM)
        if (mw_text_same(signature->text, "pass"))
            return true;
    return false;
}

/* A key that fails for a message harms little where another signature of the author's domain holds. */
static void weigh(struct mw_judge *judge, struct mw_instance *instance, const char *about)
{
    if (mw_know(judge, MW_F_MESSAGE_DKIM, about) && own_holds(judge))
        mw_weight(instance, MW_ADVICE, MW_SEND);
}

/* --- keys ------------------------------------------------------------------------------------------------------------------------------------ */

/* Found under a name of the list alone: nobody knows that mail is signed with it. */
static bool is_guessed(struct mw_judge *judge, const char *about)
{
    return mw_know(judge, MW_F_DKIM_FOUND, about) != NULL;
}

static void dkim_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_DKIM_END) {
        if (!mw_seen_gone(end))
            continue;
        const struct mw_fact *alias = mw_know(judge, MW_F_DKIM_CNAME, end->about);
        struct mw_instance *instance = mw_found(judge, end->about, end);
        weigh(judge, instance, end->about);
        if (!alias)
            continue;
        mw_proof(instance, alias);
        mw_place(instance, "target", alias->text);
        mw_words(instance, N_("The DKIM key is an alias of a name that has none"),
                 N_("{about} is an alias (CNAME) of {target}, and there is no key: the service has removed it, or the alias has a slip. Mail that is signed with "
                    "this selector cannot be verified."));
    }
}

/* The record as it stands in a zone file, in strings of at most 255 bytes. */
static const char *zone_line(struct mw_judge *judge, const char *name, const char *text)
{
    const char *line = mw_printf(mw_judge_arena(judge), "%s. IN TXT (", name);
    for (size_t at = 0, count = strlen(text); at < count; at += STRING_SHOWN)
        line = mw_printf(mw_judge_arena(judge), "%s \"%.*s\"", line, STRING_SHOWN, text + at);
    return mw_printf(mw_judge_arena(judge), "%s )", line);
}

static const char *record_to_paste(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *mended = mw_know(judge, MW_F_DKIM_MENDED, about);
    return zone_line(judge, about, mended ? mended->text : "v=DKIM1; k=rsa; p=(public key)");
}

static void dkim_flawed(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_DKIM_FLAW) {
        if (is_guessed(judge, flaw->about) || mw_text_same(flaw->text, "unknown key type") || mw_text_same(flaw->text, "no hash that verifiers accept"))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_DKIM_RECORD, flaw->about));
        mw_proof(instance, mw_know(judge, MW_F_DKIM_MENDED, flaw->about));
        bool are_several = mw_text_same(flaw->text, "more than one record");
        mw_place(instance, are_several ? "several" : "record", record_to_paste(judge, flaw->about));
        weigh(judge, instance, flaw->about);
        if (are_several)
            mw_words(instance, N_("There is more than one DKIM record at one name"),
                     N_("At {about} stands more than one TXT record. Which one a receiver takes is left to chance, so signatures fail now and then. Only the record "
                        "of the key that signs may stay; a new key takes a new selector."));
    }
}

/* The digest that was signed cannot be read back with the key that is published: another key, or a damaged signature. */
static void dkim_other_key(struct mw_judge *judge)
{
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM) {
        if (!mw_text_same(signature->text, "other key"))
            continue;
        struct mw_instance *instance = mw_found(judge, signature->about, signature);
        mw_proof(instance, mw_know(judge, MW_F_DKIM_RECORD, signature->about));
        mw_place(instance, "other", record_to_paste(judge, signature->about));
        weigh(judge, instance, signature->about);
        mw_words(instance, N_("The DKIM key in the DNS is not the one that signs"),
                 N_("The signature of the message was not made with the private key that belongs to {about}: the record was not renewed when the key was, or the "
                    "signature itself was damaged."));
    }
}

static void dkim_invalid(struct mw_judge *judge)
{
    dkim_flawed(judge);
    dkim_other_key(judge);
}

static void dkim_unsupported(struct mw_judge *judge)
{
    MW_EACH (flaw, judge, MW_F_DKIM_FLAW) {
        if (is_guessed(judge, flaw->about) || !(mw_text_same(flaw->text, "unknown key type") || mw_text_same(flaw->text, "no hash that verifiers accept")))
            continue;
        struct mw_instance *instance = mw_found(judge, flaw->about, flaw);
        mw_proof(instance, mw_know(judge, MW_F_DKIM_RECORD, flaw->about));
        weigh(judge, instance, flaw->about);
    }
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM)
        if (mw_text_same(signature->text, "algorithm not accepted") && !mw_message_any_holds(judge))
            mw_found(judge, signature->about, signature);
}

#define DKIM_LEAST 1024 /* RFC 8301 section 3.2: verifiers take no shorter one; signers should have 2048 */
#define DKIM_GOOD 2048

static void dkim_short(struct mw_judge *judge)
{
    MW_EACH (bits, judge, MW_F_DKIM_KEY_BITS) {
        if (!mw_is(judge, MW_F_DKIM_KEY_TYPE, bits->about, "rsa") || bits->number >= DKIM_GOOD)
            continue;
        struct mw_instance *instance = mw_found(judge, bits->about, bits);
        if (bits->number >= DKIM_LEAST || is_guessed(judge, bits->about))
            mw_weight(instance, MW_ADVICE, MW_SEND);
    }
}

static void dkim_testing(struct mw_judge *judge)
{
    MW_EACH (testing, judge, MW_F_DKIM_TESTING) {
        const struct mw_fact *revoked = mw_know(judge, MW_F_DKIM_REVOKED, testing->about);
        if (testing->yes && !(revoked && revoked->yes))
            mw_proof(mw_found(judge, testing->about, testing), mw_know(judge, MW_F_DKIM_RECORD, testing->about));
    }
}

/* Another of the selectors that were asked for has a key that works. */
static bool another_key_works(struct mw_judge *judge, const char *about)
{
    MW_EACH (type, judge, MW_F_DKIM_KEY_TYPE)
        if (!mw_text_same(type->about, about) && !is_guessed(judge, type->about) && !mw_know(judge, MW_F_DKIM_FLAW, type->about))
            return true;
    return false;
}

/* An old key is revoked when a new one has taken its place: that is as it should be, unless a message is still signed with it. */
static void dkim_revoked(struct mw_judge *judge)
{
    MW_EACH (revoked, judge, MW_F_DKIM_REVOKED) {
        if (!revoked->yes || is_guessed(judge, revoked->about))
            continue;
        struct mw_instance *instance = mw_found(judge, revoked->about, revoked);
        mw_proof(instance, mw_know(judge, MW_F_DKIM_RECORD, revoked->about));
        weigh(judge, instance, revoked->about);
        if (!mw_know(judge, MW_F_MESSAGE_DKIM, revoked->about) && another_key_works(judge, revoked->about))
            mw_weight(instance, MW_ADVICE, MW_SEND);
    }
}

/* --- a given message ---------------------------------------------------------------------------------------------------------------------------- */


static bool is_altered(const struct mw_fact *signature)
{
    return mw_text_same(signature->text, "body altered") || mw_text_same(signature->text, "header altered");
}

/* All of them are shown; the first one is told. */
static const struct mw_fact *prove_changes(struct mw_judge *judge, const char *about, struct mw_instance *instance)
{
    const struct mw_fact *first = NULL;
    MW_EACH_ABOUT (change, judge, MW_F_MESSAGE_CHANGE, about) {
        mw_proof(instance, change);
        first = first ? first : change;
    }
    return first;
}

static void tell_altered(struct mw_instance *instance, const struct mw_fact *change)
{
    const char *says = N_("The DKIM signature ({about}) does not fit the message any more, as something behind the signer changed it. Proved by undoing it: {change}.");
    if (change && change->quote && *change->quote)
        says = N_("The DKIM signature ({about}) does not fit the message any more, as something behind the signer changed it. Proved by undoing it: {change} "
                  "(“{part}”).");
    if (!change)
        says = N_("The DKIM signature ({about}) does not fit the message any more ({value}); what was changed could not be proved.");
    mw_words(instance, N_("The message was changed after it was signed"), says);
}

/* The list says what it did where a change is proved that lists make; a change that is not proved may be anybody's. */
static void each_altered(struct mw_judge *judge, bool by_list)
{
    const struct mw_fact *list = mw_each(judge, MW_F_MESSAGE_LIST, NULL);
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM) {
        bool proved = mw_know(judge, MW_F_MESSAGE_CHANGE, signature->about) != NULL;
        if (!is_altered(signature) || mw_message_any_holds(judge) || (list && proved) != by_list)
            continue;
        struct mw_instance *instance = mw_found(judge, signature->about, signature);
        const struct mw_fact *change = prove_changes(judge, signature->about, instance);
        mw_proof(instance, by_list ? list : mw_know(judge, MW_F_MESSAGE_ABSENT, signature->about));
        mw_confidence(instance, change ? 0.98 : 0.85);
        mw_place(instance, "change", change ? change->text : "");
        mw_place(instance, "part", change && change->quote ? change->quote : "");
        mw_place(instance, "list", list ? list->text : "");
        if (!by_list)
            tell_altered(instance, change);
    }
}

void mw_message_altered(struct mw_judge *judge)
{
    each_altered(judge, false);
}

static void list_modified(struct mw_judge *judge)
{
    each_altered(judge, true);
}

void mw_message_expired(struct mw_judge *judge)
{
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM)
        if (!mw_message_any_holds(judge) && (mw_text_same(signature->text, "expired") || mw_text_same(signature->text, "in the future")))
            mw_proof(mw_found(judge, signature->about, signature), mw_each(judge, MW_F_MESSAGE_RECEIVED, NULL));
}

/* What the key is at fault for is told with the key. */
static bool breaks_rules(const struct mw_fact *signature)
{
    return mw_seen_value(signature, "cannot be read") ||
           (mw_seen_value(signature, "key unusable") && signature->quote &&
            (mw_text_find(signature->quote, "of another type") || mw_text_find(signature->quote, "not for subdomains")));
}

static void message_signed_wrongly(struct mw_judge *judge)
{
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM) {
        if (!breaks_rules(signature) || mw_message_any_holds(judge))
            continue;
        const char *behind = signature->quote ? strstr(signature->quote, "; ") : NULL;
        struct mw_instance *instance = mw_found(judge, signature->about, signature);
        mw_proof(instance, mw_know(judge, MW_F_DKIM_RECORD, signature->about));
        mw_place(instance, "wrong", behind ? behind + 2 : signature->text);
        mw_words(instance, N_("The DKIM signature of the message breaks the rules"),
                 N_("Receivers cannot use the signature of the message ({about}: {wrong}). They take the message as if it were not signed."));
    }
}

void mw_message_unsigned(struct mw_judge *judge)
{
    message_signed_wrongly(judge);
    MW_EACH (is_signed, judge, MW_F_MESSAGE_SIGNED) {
        if (is_signed->yes)
            continue;
        const struct mw_fact *from = mw_each(judge, MW_F_MESSAGE_FROM, NULL);
        struct mw_instance *instance = mw_found(judge, from ? from->text : mw_seen_target(judge), is_signed);
        mw_proof(instance, from);
        mw_place(instance, "unsigned", "");
        if (!mw_each(judge, MW_F_MESSAGE_RECEIVED, NULL)) /* it never left: servers sign what they send out */
            mw_weight(instance, MW_ADVICE, MW_SEND);
        mw_words(instance, N_("The message carries no DKIM signature"),
                 N_("The message given is not signed: nothing proves that it is from {about}, and nothing was to be checked. If it was taken from the sender's own "
                    "mailbox, take a copy that arrived at another server: many servers sign only what they send out."));
    }
}

/* More than one field that is wrong is one fault of the program that wrote them. */
static void header_wrong(struct mw_judge *judge)
{
    const struct mw_fact *first = mw_each(judge, MW_F_MESSAGE_HEADER, NULL), *from = mw_each(judge, MW_F_MESSAGE_FROM, NULL);
    struct mw_instance *instance = first ? mw_found(judge, "message", first) : NULL;
    struct mw_list fields = {0};
    MW_EACH (wrong, judge, MW_F_MESSAGE_HEADER) {
        mw_proof(instance, wrong);
        mw_list_add(mw_judge_arena(judge), &fields, wrong->quote ? wrong->quote : "-");
    }
    if (!instance)
        return;
    mw_proof(instance, from);
    mw_place(instance, "fields", mw_list_join(mw_judge_arena(judge), &fields, ", "));
}

/* What was put into the text behind the forwarder broke his seal and the author's signature alike. */
static void prove_common_change(struct mw_judge *judge, struct mw_instance *instance, const struct mw_fact *flaw)
{
    if (!flaw || !mw_text_starts(flaw->text, "the body was changed"))
        return;
    MW_EACH (signature, judge, MW_F_MESSAGE_DKIM)
        if (mw_text_same(signature->text, "body altered"))
            mw_proof(instance, signature);
}

static void arc_broken(struct mw_judge *judge)
{
    MW_EACH (result, judge, MW_F_ARC_RESULT) {
        const struct mw_fact *flaw = mw_each(judge, MW_F_ARC_FLAW, NULL);
        if (!mw_text_same(result->text, "fail"))
            continue;
        struct mw_instance *instance = mw_found(judge, "message", result);
        mw_proof(instance, flaw);
        mw_place(instance, "why", flaw ? flaw->text : "");
        prove_common_change(judge, instance, flaw);
        if (mw_message_any_holds(judge)) /* then the chain is not needed */
            mw_weight(instance, MW_ADVICE, MW_RECEIVE);
    }
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
            {MW_AT_DNS, N_("No other record may stand beside a CNAME: correct the alias as the service says, or put the TXT record in its place."), NULL, "target"},
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
             "{record}", "record"},
            {MW_AT_DNS, N_("Remove all TXT records at {about} but that of the key that signs."), NULL, "several"},
            {MW_AT_DNS, N_("Publish the public key that belongs to the private key of the signer, or let the signer use the key that is published."), "{other}", "other"},
        },
        .reference = "RFC 6376 sections 3.6.1 and 6.1.2",
        .any = {MW_F_DKIM_END, MW_F_MESSAGE_DKIM},
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
        .any = {MW_F_DKIM_END, MW_F_DKIM_FOUND},
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
    {
        .id = "dkim.key.testing", .legs = MW_SEND, .severity = MW_ADVICE, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM key is marked as a test"),
        .says = N_("The record at {about} carries t=y: the domain only tries signing out, and receivers may treat its mail as if it were not signed."),
        .fix = {
            {MW_AT_DNS, N_("Take t=y out of the record as soon as signing works."), NULL},
        },
        .reference = "RFC 6376 section 3.6.1",
        .any = {MW_F_DKIM_END, MW_F_DKIM_FOUND},
        .holds = dkim_testing,
    },
    {
        .id = "dkim.algo.unsupported", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The DKIM signature uses an algorithm that receivers do not take"),
        .says = N_("Receivers take rsa-sha256, and some ed25519-sha256, but not what {about} is used with ({value}). They pass over the signature as if there were "
                   "none."),
        .fix = {
            {MW_AT_SERVER, N_("Let the signing server sign with rsa-sha256; an Ed25519 signature may stand beside it, not in its place."), "SignatureAlgorithm rsa-sha256"},
        },
        .reference = "RFC 8301 section 3.1; RFC 8463",
        .any = {MW_F_DKIM_END, MW_F_MESSAGE_DKIM},
        .holds = dkim_unsupported,
        .alike = {
            {"dkim.key.invalid", N_("k= of the record is not the kind of key that the signature names.")},
        },
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
    {
        .id = "msg.list.modified", .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_OTHER_SIDE,
        .title = N_("A mailing list changed the message, so its signature fails"),
        .says = N_("The message came by the mailing list {list}, which changed it: {change}. The author's signature ({about}) does not hold any more, and where the "
                   "author's domain asks for it by DMARC, members never see the message."),
        .fix = {
            {MW_AT_SERVER, N_("At the list: put the list's own address into From, or leave subject and text as they are; and seal the message with ARC."),
             "from_is_list = Munge From # Mailman 2; Mailman 3: dmarc_mitigate_action: munge_from"},
        },
        .reference = "RFC 6377; RFC 7960",
        .needs = {MW_F_MESSAGE_DKIM},
        .holds = list_modified,
        .alike = {
            {"dkim.signature.body_altered", N_("There is no mailing list in its header.")},
        },
        .explains = {"arc.chain.broken", "dmarc.fail.reject", "sym:outbound.partial"},
    },
    {
        .id = "msg.header.noncompliant", .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The header of the message breaks the rules"),
        .says = N_("In the header of the message {value} ({fields}). Google, Microsoft and others refuse such mail, and what DMARC says of it is open."),
        .fix = {
            {MW_AT_SERVER, N_("Let the program that writes the messages put in From, Subject, Date, To and Message-ID once each, and look for a filter, script or gateway "
                              "on the way that adds a second one instead of replacing the first."), NULL},
        },
        .reference = "RFC 5322 section 3.6",
        .needs = {MW_F_MESSAGE_HEADER},
        .holds = header_wrong,
        .alike = {
            {"dkim.signature.body_altered", N_("Each field stands once.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.spam"},
    },
    {
        .id = "arc.chain.broken", .legs = MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_POLICY, .owner = MW_OTHER_SIDE,
        .title = N_("The chain of forwarders (ARC) is broken"),
        .says = N_("Servers on the way sealed what they had found (ARC), but the chain does not hold: {why}. Receivers then go by the signatures and by SPF alone, which "
                   "forwarding breaks."),
        .fix = {
            {MW_AT_SERVER, N_("Let the forwarder seal as the last step, behind everything that changes the message. A receiver passes over a broken chain; it does "
                              "not refuse mail for it."), NULL},
        },
        .reference = "RFC 8617 section 5.2",
        .needs = {MW_F_ARC_RESULT},
        .holds = arc_broken,
        .alike = {
            {"dkim.signature.body_altered", N_("There is no chain in its header.")},
        },
        .explains = {"dmarc.fail.reject", "sym:outbound.spam"},
    },
};

const struct mw_area mw_area_dkim = {"dkim", causes, MW_COUNT(causes)};
