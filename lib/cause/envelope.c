/* Causes that questions to SMTP servers prove beside the mail that was asked about: whom a server relays for, which names it takes, how large a message may be,
 * how slowly it answers, and which extensions it lacks.
 *
 * What a server answers to them with 4yz, 421 or not at all proves nothing. RFC 5321, RFC 1870 (SIZE), RFC 2505 (relaying), RFC 6152 (8BITMIME). */
#include "helo.h"
#include "replies.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* --- whom it takes mail for ---------------------------------------------------------------------------------------------------------------- */

/* On a network of inner addresses a server may relay for all of it. */
static bool is_inner(struct mw_judge *judge, const char *about)
{
    static const char *const inner[] = {"private", "shared", "loopback", "link-local", "unique local"};
    const char *address = mw_about_read(mw_judge_arena(judge), about).address, *kind = address ? mw_address_kind(address) : NULL;
    for (size_t i = 0; kind && i < MW_COUNT(inner); i++)
        if (strcmp(kind, inner[i]) == 0)
            return true;
    return false;
}

static void relay_open(struct mw_judge *judge)
{
    MW_EACH (reply, judge, MW_F_SMTP_RELAY) {
        if (mw_reply_class(reply) != 2 || is_inner(judge, reply->about))
            continue;
        const struct mw_fact *to = mw_know(judge, MW_F_SMTP_RELAY_TO, reply->about);
        struct mw_instance *instance = mw_found(judge, reply->about, reply);
        mw_proof(instance, to);
        mw_place(instance, "recipient", to ? to->text : "");
        bool takes_all = mw_reply_class(mw_know(judge, MW_F_SMTP_RANDOM, reply->about)) == 2; /* and may refuse behind DATA what it takes here */
        mw_confidence(instance, takes_all ? 0.6 : 0.85);
        mw_weight(instance, MW_RISK, mw_port_legs(judge, reply->about));
    }
}

static void catch_all(struct mw_judge *judge)
{
    MW_EACH (reply, judge, MW_F_SMTP_RANDOM) {
        if (mw_reply_class(reply) != 2)
            continue;
        const struct mw_fact *to = mw_know(judge, MW_F_SMTP_RANDOM_TO, reply->about);
        struct mw_instance *instance = mw_found(judge, reply->about, reply);
        mw_proof(instance, to);
        mw_place(instance, "recipient", to ? to->text : "");
        mw_weight(instance, MW_ADVICE, mw_port_legs(judge, reply->about));
    }
}

/* --- size ---------------------------------------------------------------------------------------------------------------------------------- */

static const char *megabytes(struct mw_judge *judge, int64_t bytes)
{
    return mw_printf(mw_judge_arena(judge), "%.1f MB", (double)bytes / 1e6);
}

static bool is_too_small(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *limit = mw_know(judge, MW_F_SMTP_SIZE, about), *size = mw_each(judge, MW_F_MESSAGE_SIZE, NULL);
    return limit && limit->number > 0 && size->number > limit->number;
}

/* Another server for the same mail that announces room enough. */
static bool has_larger(struct mw_judge *judge, const char *about)
{
    for (const struct mw_fact *at = NULL; (at = mw_port_next(judge, at));) {
        bool same = mw_port_legs(judge, at->about) == mw_port_legs(judge, about) && mw_port_is_wanted(judge, at->about);
        if (same && mw_know(judge, MW_F_SMTP_EXTENSIONS, at->about) && !is_too_small(judge, at->about))
            return true;
    }
    return false;
}

/* 552 or X.3.4 to the size: RFC 1870 section 6.1. 452 speaks of room at the moment. */
static const struct mw_fact *refused_size(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *reply = mw_know(judge, MW_F_SMTP_SIZE_REPLY, about);
    bool is_size = mw_reply_code(reply) == 552 || (mw_reply_class(reply) == 5 && mw_text_find(reply->text, " 5.3.4 "));
    return is_size ? reply : NULL;
}

static void size_exceeded(struct mw_judge *judge)
{
    const struct mw_fact *size = mw_each(judge, MW_F_MESSAGE_SIZE, NULL);
    for (const struct mw_fact *at = NULL; size && (at = mw_port_next(judge, at));) {
        const struct mw_fact *limit = is_too_small(judge, at->about) ? mw_know(judge, MW_F_SMTP_SIZE, at->about) : NULL;
        const struct mw_fact *refused = refused_size(judge, at->about);
        if ((!limit && !refused) || !mw_port_matters(judge, at->about))
            continue;
        struct mw_instance *instance = mw_found(judge, at->about, limit ? limit : refused);
        mw_proof(instance, size);
        mw_proof(instance, refused);
        mw_place(instance, "size", megabytes(judge, size->number));
        mw_place(instance, "limit", limit ? megabytes(judge, limit->number) : refused->text);
        mw_confidence(instance, limit ? 0.97 : 0.9);
        mw_weight(instance, has_larger(judge, at->about) ? MW_DEGRADES : MW_BLOCKS, mw_port_legs(judge, at->about));
    }
    mw_reply_found(judge, "smtp.size.exceeded");
}

/* --- extensions ---------------------------------------------------------------------------------------------------------------------------- */

static bool has_keyword(const struct mw_fact *extensions, const char *keyword)
{
    for (size_t i = 0; i < extensions->list.count; i++) {
        const char *item = extensions->list.items[i];
        if (mw_text_starts(item, keyword) && (item[strlen(keyword)] == '\0' || item[strlen(keyword)] == ' '))
            return true;
    }
    return false;
}

/* Whoever points a tool at one host asks how that host speaks, not how the domain's mail fares there. */
static bool is_exchange(struct mw_judge *judge, const char *about)
{
    return mw_port_role(judge, about, "mx") || mw_port_role(judge, about, "recipient");
}

static void extension_missing(struct mw_judge *judge, const char *keyword)
{
    MW_EACH (extensions, judge, MW_F_SMTP_EXTENSIONS) {
        bool is_last = mw_know(judge, MW_F_SMTP_EXTENSIONS, extensions->about) == extensions;
        bool masked = mw_know(judge, MW_F_SMTP_MASKED, extensions->about);
        if (!is_last || masked || has_keyword(extensions, keyword) || !is_exchange(judge, extensions->about))
            continue;
        struct mw_instance *instance = mw_found(judge, extensions->about, extensions);
        mw_weight(instance, MW_ADVICE, mw_port_legs(judge, extensions->about));
    }
}

static void size_missing(struct mw_judge *judge)
{
    extension_missing(judge, "SIZE");
}

static void eight_bit_missing(struct mw_judge *judge)
{
    extension_missing(judge, "8BITMIME");
}

/* --- slowness ------------------------------------------------------------------------------------------------------------------------------ */

#define SLOW_REPLIES 3   /* one may be a lookup, two may be chance */
#define SLOWEST_MS 2000
#define NETWORK_SHARE 10 /* so many times the time of connecting, which is one round trip */

/* The conversation was still waiting for a reply when the time for it was up. */
static bool waits_still(struct mw_judge *judge, const struct mw_port_kind *kind, const char *about)
{
    static const char *const before[] = {"connect", "handshake", "greeting"};
    const struct mw_fact *stage = mw_know(judge, kind->stage, about);
    for (size_t i = 0; stage && i < MW_COUNT(before); i++)
        if (mw_text_same(stage->text, before[i]))
            return false;
    return stage && mw_is(judge, kind->end, about, MW_TIMED_OUT) && !mw_port_cut_short(judge, about);
}

static void tarpit(struct mw_judge *judge)
{
    MW_EACH (slowest, judge, MW_F_TALK_SLOWEST) {
        const struct mw_port_kind *kind = mw_port_kind(judge, slowest->about);
        const struct mw_fact *count = mw_know(judge, MW_F_TALK_SLOW_REPLIES, slowest->about), *tcp = mw_know(judge, MW_F_TCP_END, slowest->about);
        bool is_smtp = kind && (kind->service == MW_EXCHANGE || kind->service == MW_SUBMISSION_SERVICE);
        if (!is_smtp || !count || !tcp || slowest->number < SLOWEST_MS || (double)slowest->number < tcp->ms * NETWORK_SHARE)
            continue;
        if (count->number + waits_still(judge, kind, slowest->about) < SLOW_REPLIES || !mw_port_matters(judge, slowest->about))
            continue;
        struct mw_instance *instance = mw_found(judge, slowest->about, slowest);
        mw_proof(instance, count);
        mw_proof(instance, tcp);
        mw_place(instance, "seconds", mw_printf(mw_judge_arena(judge), "%d", (int)(slowest->number / 1000)));
        mw_place(instance, "connect", mw_printf(mw_judge_arena(judge), "%d", (int)tcp->ms));
        mw_confidence(instance, 0.8);
        mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, slowest->about));
    }
}

/* --- what a server's words alone prove ------------------------------------------------------------------------------------------------------- */

#define BY_WORDS(name, id)                                                                                                                                 \
    static void name(struct mw_judge *judge)                                                                                                               \
    {                                                                                                                                                      \
        mw_reply_found(judge, id);                                                                                                                         \
    }

BY_WORDS(too_many_errors, "smtp.session.too_many_errors")
BY_WORDS(pregreet, "smtp.pregreet.rejected")
BY_WORDS(helo_impersonates, "smtp.helo.impersonates")
BY_WORDS(too_many_recipients, "smtp.rcpt.too_many")
BY_WORDS(verify_failed, "smtp.sender.verify_failed")
BY_WORDS(local_loop, "smtp.loop.local")
BY_WORDS(query_refused, "rep.dnsbl.query_refused")

static void helo_mismatch(struct mw_judge *judge)
{
    mw_reply_found(judge, "smtp.helo.mismatch");
    mw_helo_found(judge, MW_HELO_MISMATCH);
}

/* --- the rows -------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "smtp.relay.open",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_RISK, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server passes on mail of strangers to strangers"),
        .says = N_("{about} takes a recipient of a foreign domain ({recipient}) from us, who neither logged in nor belong to its network: “{value}”. "
                   "Spammers find such a server within days, and then block lists do."),
        .fix = {
            {MW_AT_SERVER, N_("Let {host} relay only for its own networks and for users who have logged in, then empty its queue and see whether block "
                              "lists have it."),
             "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"},
        },
        .reference = "RFC 5321 section 7.1; RFC 2505 section 2.1",
        .needs = {MW_F_SMTP_RELAY},
        .holds = relay_open,
        .alike = {
            {"smtp.rcpt.catch_all", N_("Only names of its own domains are all taken.")},
        },
        .explains = {"rep.dnsbl.listed", "rep.ip.low", "sym:bounce.backscatter", NULL},
    },
    {
        .id = "smtp.rcpt.catch_all",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_ADVICE, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server takes mail for every name of the domain"),
        .says = N_("{about} takes a name that nobody has ({recipient}): “{value}”. So that an address is taken there does not prove that it exists; a "
                   "mistyped one is lost without a bounce, or bounces later."),
        .fix = {
            {MW_AT_SERVER, N_("If nobody reads what arrives for unknown names, refuse them at RCPT: give {host} the list of its recipients (Postfix: "
                              "local_recipient_maps, relay_recipient_maps), and switch the catch-all address off."),
             NULL},
        },
        .reference = "RFC 5321 section 3.3",
        .needs = {MW_F_SMTP_RANDOM},
        .holds = catch_all,
        .alike = {
            {"smtp.backscatter", N_("A bounce comes back later for the name that nobody has.")},
        },
        .explains = {"sym:inbound.silent", NULL},
    },
    {
        .id = "smtp.size.exceeded",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The message is larger than the server allows"),
        .says = N_("The message has {size}, and {about} takes less ({limit}). What counts is the size as it travels: an attached file grows by more than a "
                   "third on its way."),
        .fix = {
            {MW_AT_CLIENT, N_("Send a link to the file instead, or split it."), NULL},
            {MW_AT_SERVER, N_("Or raise the limit at {host}, and with it those of filters and mailboxes behind it (Postfix: message_size_limit, "
                              "mailbox_size_limit)."), "message_size_limit = 52428800"},
        },
        .reference = "RFC 1870 sections 5 and 6",
        .any = {MW_F_MESSAGE_SIZE},
        .holds = size_exceeded,
        .alike = {
            {"smtp.rcpt.mailbox_full", N_("A small message is refused as well.")},
        },
        .explains = {"sym:submit.reject", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.ext.size_missing",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_ADVICE, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server does not say how large a message may be"),
        .says = N_("The extensions of {about} are all there, and SIZE is not among them. A message that is too large is refused only when all of it has "
                   "been sent."),
        .fix = {
            {MW_AT_SERVER, N_("Let {host} announce its limit (Postfix does by itself: message_size_limit; a filter in front may take it away)."), NULL},
        },
        .reference = "RFC 1870 section 3",
        .needs = {MW_F_SMTP_EXTENSIONS},
        .holds = size_missing,
        .alike = {
            {"smtp.size.exceeded", N_("A limit is announced, and the message passes it.")},
        },
        .explains = {NULL},
    },
    {
        .id = "smtp.ext.8bitmime_missing",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server does not take letters beyond ASCII as they are"),
        .says = N_("The extensions of {about} are all there, and 8BITMIME is not among them. Senders have to encode such messages anew, which breaks their "
                   "DKIM "
                   "signatures, or refuse them."),
        .fix = {
            {MW_AT_SERVER, N_("Update {host}, or the old relay or filter in front of it: every mail server of today has 8BITMIME."), NULL},
            {MW_AT_CLIENT, N_("On the sending side let messages be encoded (quoted-printable or base64) before they are signed."), NULL},
        },
        .reference = "RFC 6152 section 3",
        .needs = {MW_F_SMTP_EXTENSIONS},
        .holds = eight_bit_missing,
        .explains = {"dkim.signature.body_altered", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.tarpit",
        .legs = MW_RECEIVE | MW_SEND | MW_SUBMIT, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server answers each command slowly"),
        .says = N_("{about} takes up to {seconds} seconds for a reply, again and again, while connecting to it took {connect} ms: it holds us up on "
                   "purpose, or it has "
                   "too much to do. Mail is late, and senders in a hurry hang up."),
        .fix = {
            {MW_AT_SERVER, N_("If {host} is yours, slow down only clients that make mistakes (Postfix: smtpd_error_sleep_time, smtpd_soft_error_limit), and "
                              "look at its "
                              "load and at lookups that hang."), NULL},
            {MW_AT_SERVER, N_("If it is the other side, remove dead recipients from your lists, and let your server wait the five minutes of the "
                              "standard."), NULL},
        },
        .reference = "RFC 5321 section 4.5.3.2",
        .needs = {MW_F_TALK_SLOWEST},
        .holds = tarpit,
        .alike = {
            {"smtp.banner.delay", N_("Only the greeting is late.")},
        },
        .explains = {"smtp.session.dropped", "smtp.banner.delay", "sym:inbound.delay", NULL},
    },
    {
        .id = "smtp.session.too_many_errors",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The server ended the session after too many mistakes"),
        .says = N_("At {about} the answer is “{value}”: too many commands or recipients were refused on the connection, or from the address."),
        .fix = {
            {MW_AT_SERVER, N_("Take dead recipients off your lists, and mend the program that says wrong commands; its log shows them."), NULL},
        },
        .reference = "RFC 5321 section 4.2.4",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT, MW_F_SMTP_EHLO},
        .holds = too_many_errors,
        .alike = {
            {"smtp.pregreet.rejected", N_("A single command too early is enough.")},
        },
        .explains = {"smtp.banner.busy", "sym:outbound.defer", NULL},
    },
    {
        .id = "smtp.pregreet.rejected",
        .legs = MW_SEND | MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("Somebody speaks before it is his turn, and the server refuses"),
        .says = N_("At {about} the answer is “{value}”: a command arrived there before the server had answered the one before. We speak only in our turn, so "
                   "a device or an antivirus program on the way may be what hurries."),
        .fix = {
            {MW_AT_SERVER, N_("Let the sending program, proxy or antivirus program wait for the greeting and for each reply, or update it."), NULL},
        },
        .reference = "RFC 5321 section 4.3.1; RFC 2920 section 3.1",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_EHLO, MW_F_SMTP_HELO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = pregreet,
        .alike = {
            {"smtp.session.too_many_errors", N_("The refusal comes after many wrong commands.")},
        },
        .explains = {"smtp.banner.refused", "sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.helo.impersonates",
        .legs = MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The sender introduces itself with the receiver's own name"),
        .says = N_("At {about} the name given with HELO or EHLO is taken for a forgery of the server's own: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Give the sending server its own full host name; look for copied machines, and for mail that NAT leads back to the same server."),
             "myhostname = mail.example.org"},
        },
        .reference = "RFC 5321 section 4.1.4",
        .any = {MW_F_SMTP_EHLO, MW_F_SMTP_HELO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = helo_impersonates,
        .alike = {
            {"smtp.helo.invalid", N_("The name is not a full host name at all.")},
        },
        .explains = {"sym:outbound.reject", NULL},
    },
    {
        .id = "smtp.helo.mismatch",
        .legs = MW_SEND, .severity = MW_DEGRADES, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The name with which the sender introduces itself belongs to another address"),
        .says = N_("At {about} the name given with HELO or EHLO does not fit the address that it comes from: “{value}”."),
        .fix = {
            {MW_AT_DNS, N_("Use one name for all three: the one that the server gives with HELO, its A or AAAA record, and the PTR record of its address."),
             "mail.example.org. IN A 192.0.2.10\n10.2.0.192.in-addr.arpa. IN PTR mail.example.org."},
        },
        .reference = "RFC 5321 section 4.1.4",
        .any = {MW_F_SMTP_EHLO, MW_F_SMTP_HELO, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = helo_mismatch,
        .alike = {
            {"smtp.helo.unresolvable", N_("The name has no address in the DNS at all.")},
        },
        .explains = {"sym:outbound.spam", NULL},
    },
    {
        .id = "smtp.rcpt.too_many",
        .legs = MW_SUBMIT | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The message has more recipients than the server takes at once"),
        .says = N_("At {about} the answer is “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Send to fewer at a time, or use a mailing list."), NULL},
            {MW_AT_SERVER, N_("If {host} is yours, raise its limit (Postfix: smtpd_recipient_limit); a hundred must be taken."), "smtpd_recipient_limit = "
                              "1000"},
        },
        .reference = "RFC 5321 section 4.5.3.1.8",
        .any = {MW_F_SMTP_RCPT, MW_F_SMTP_MAIL},
        .holds = too_many_recipients,
        .alike = {
            {"smtp.rate.sender_limit", N_("A total for a day or an hour is used up.")},
        },
        .explains = {"sym:submit.reject", NULL},
    },
    {
        .id = "smtp.sender.verify_failed",
        .legs = MW_SEND | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The receiver asked the sender's own server for the sender, and was told no"),
        .says = N_("At {about} the answer is “{value}”: before it takes mail, it tries whether an answer to the sender could be delivered."),
        .fix = {
            {MW_AT_SERVER, N_("Let the sender be a mailbox that exists, at an exchange that can be reached and takes mail with an empty sender (MAIL "
                              "FROM:<>)."), NULL},
        },
        .reference = "RFC 5321 sections 4.5.5 and 7.9",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = verify_failed,
        .alike = {
            {"dns.sender_domain.unresolvable", N_("The sender's domain has no record at all.")},
        },
        .explains = {"sym:outbound.reject", "sym:outbound.defer", NULL},
    },
    {
        .id = "smtp.loop.local",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_ADMIN,
        .title = N_("The MX record leads to this very server, which does not know the domain"),
        .says = N_("At {about} the answer is “{value}”: it looks up where mail for the domain goes, and finds itself."),
        .fix = {
            {MW_AT_SERVER, N_("Tell {host} that the domain is its own (Postfix: mydestination, virtual_mailbox_domains or relay_domains; behind NAT, "
                              "proxy_interfaces)."),
             "virtual_mailbox_domains = {domain}"},
            {MW_AT_DNS, N_("If another server takes the mail now, correct the MX record."), NULL},
        },
        .reference = "RFC 5321 section 5.1",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = local_loop,
        .alike = {
            {"smtp.loop.routing", N_("Two servers hand the mail to each other.")},
        },
        .explains = {"smtp.rcpt.relay_denied", "sym:inbound.bounce.hard", "sym:outbound.reject", NULL},
    },
    {
        .id = "rep.dnsbl.query_refused",
        .legs = MW_RECEIVE | MW_SEND, .severity = MW_BLOCKS, .layer = MW_L_POLICY, .owner = MW_ADMIN,
        .title = N_("The receiver takes a block list's error message for a listing"),
        .says = N_("At {about} the refusal quotes a block list, but the words are those with which the list turns the server itself away: “{value}”. It "
                   "refuses everybody."),
        .fix = {
            {MW_AT_SERVER, N_("Let {host} ask block lists by a resolver of its own instead of a public one, or with a key of the list, and count only "
                              "answers in "
                              "127.0.0.0/24 as listings."),
             "reject_rbl_client zen.spamhaus.org=127.0.0.[2..11]"},
        },
        .reference = "RFC 5782 sections 2.1 and 5",
        .any = {MW_F_SMTP_GREETING, MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = query_refused,
        .alike = {
            {"rep.dnsbl.listed", N_("The list really has the address, and mail from other addresses is taken.")},
        },
        .explains = {"smtp.banner.refused", "sym:inbound.partial", "sym:inbound.bounce.hard", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_envelope = {"envelope", causes, MW_COUNT(causes)};
