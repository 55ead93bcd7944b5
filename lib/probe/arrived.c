/* What the marked message shows when it arrived: the stamps of the servers on its way, what the recipient's server found, what a filter wrote, whether the
 * signatures hold and the body is the one that was sent. RFC 5321 section 4.4, RFC 8601, RFC 6376. */
#include "arrival.h"
#include "marked.h"

#include <mailwhy/message.h>
#include <mailwhy/signature.h>

#include <string.h>

#define HOPS_MOST 30u

struct arrived {
    const char *mailbox;    /* that it arrived in */
    const char *bytes, *id; /* of the message */
    size_t count;
    const char *domain;     /* of its sender */
    struct mw_signature_key keys[MW_SIGNATURES];
    size_t key_count, waiting;
};

/* --- the way ------------------------------------------------------------------------------------------------------------------------------------- */

static void tell_hop(struct mw_look *look, const struct mw_hop *hop, int64_t before, bool first, const char *stamp)
{
    if (hop->at >= 0 && before >= 0 && *hop->by)
        mw_tell_number(look, first ? MW_F_DELIVER_HOP_FIRST : MW_F_DELIVER_HOP, mw_text_lower(look->arena, hop->by), hop->at - before, stamp);
}

/* The topmost stamp is the last one (RFC 5321 section 4.4): they are read from below. */
static void tell_hops(struct mw_look *look, const struct mw_mail *mail)
{
    const char *stamps[HOPS_MOST], *stamp, *date = mw_mail_value(mail, "Date");
    size_t count = 0, from = 0;
    while (count < HOPS_MOST && (stamp = mw_mail_next(mail, "Received", &from)))
        stamps[count++] = stamp;
    int64_t before = date ? mw_mail_date(look->arena, date) : -1;
    for (size_t i = count; i-- > 0;) {
        struct mw_hop hop;
        mw_received_read(look->arena, stamps[i], &hop);
        tell_hop(look, &hop, before, i == count - 1, stamps[i]);
        before = hop.at;
    }
}

/* --- what others found --------------------------------------------------------------------------------------------------------------------------- */

/* The topmost field is that of the recipient's own server; those below may be anybody's (RFC 8601 section 5). */
static void tell_authres(struct mw_look *look, const struct arrived *arrived, const struct mw_mail *mail)
{
    const char *value = mw_mail_value(mail, "Authentication-Results");
    struct mw_authres authres;
    if (value && mw_authres_read(look->arena, value, &authres))
        mw_tell_list(look, MW_F_DELIVER_AUTHRES, arrived->mailbox, &authres.results, value);
}

static void tell_spam(struct mw_look *look, const struct arrived *arrived, const struct mw_mail *mail)
{
    static const char *const names[] = {"X-Spam-Status", "X-Spam-Flag", "X-Spam", "X-Spamd-Result", "X-Forefront-Antispam-Report", "X-MS-Exchange-Organization-SCL",
                                        "X-Rspamd-Action", "X-Spam-Level"};
    for (size_t i = 0; i < MW_COUNT(names); i++) {
        const char *value = mw_mail_value(mail, names[i]);
        if (value)
            mw_tell_text(look, MW_F_DELIVER_SPAM, arrived->mailbox, value, mw_printf(look->arena, "%s: %s", names[i], value));
    }
}

/* --- what was changed ---------------------------------------------------------------------------------------------------------------------------- */

/* The first line of `one` that `other` has not at the same place. */
static const char *first_difference(struct mw_arena *arena, const char *one, const char *other)
{
    const char *line = one;
    for (; *one && *one == *other; one++, other++)
        line = *one == '\n' ? one + 1 : line;
    return mw_text_safe(arena, line, strcspn(line, "\n"), 200);
}

static void tell_changes(struct mw_look *look, const struct arrived *arrived, const struct mw_mail *mail)
{
    const char *sent = mw_marked_plain(look->arena, arrived->id), *came = mw_mail_plain(look->arena, mail);
    const char *subject = mw_mail_value(mail, "Subject");
    bool same = strcmp(sent, came) == 0;
    mw_tell_yes(look, MW_F_DELIVER_BODY, arrived->mailbox, same, same ? NULL : first_difference(look->arena, came, sent));
    if (subject && strcmp(subject, mw_marked_subject(look->arena, arrived->id)) != 0)
        mw_tell_text(look, MW_F_DELIVER_SUBJECT, arrived->mailbox, subject, NULL);
}

/* --- signatures ---------------------------------------------------------------------------------------------------------------------------------- */

/* Does a signature of that domain speak for the sender? Relaxed, as DMARC's alignment is for most (RFC 9989): one is below the other. */
static bool speaks_for(const char *signer, const char *sender)
{
    return mw_domain_is_under(sender, signer) || mw_domain_is_under(signer, sender);
}

static void verify(struct mw_look *look, const struct arrived *arrived)
{
    struct mw_signature *signatures = MW_NEW_ARRAY(look->arena, struct mw_signature, MW_SIGNATURES);
    struct mw_raw raw;
    mw_raw_read(look->arena, arrived->bytes, arrived->count, &raw);
    size_t count = mw_signatures_verify(look->arena, &raw, arrived->keys, arrived->key_count, 0, signatures);
    bool own = false;
    for (size_t i = 0; i < count; i++) {
        mw_tell_text(look, MW_F_DELIVER_SIGNATURE, signatures[i].key, signatures[i].verdict, mw_printf(look->arena, "DKIM-Signature of %s", signatures[i].domain));
        own = own || speaks_for(signatures[i].domain, arrived->domain);
    }
    mw_tell_yes(look, MW_F_DELIVER_SIGNED, arrived->mailbox, own, NULL);
}

static void got_key(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct arrived *arrived = look->mine;
    struct mw_signature_key *key = tag;
    size_t i = 0;
    const struct mw_record *record = mw_dns_next(answer, MW_TXT, &i);
    key->record = record ? record->joined : NULL;
    key->unknown = answer->status != MW_DNS_OK && answer->status != MW_DNS_NODATA && answer->status != MW_DNS_NXDOMAIN;
    if (--arrived->waiting == 0)
        verify(look, arrived);
}

static void check_signatures(struct mw_look *look, struct arrived *arrived)
{
    struct mw_list names = {0};
    struct mw_flaw flaw;
    mw_message_read(look->arena, arrived->bytes, arrived->count, &names, &flaw);
    look->mine = arrived;
    arrived->key_count = arrived->waiting = names.count < MW_SIGNATURES ? names.count : MW_SIGNATURES;
    for (size_t i = 0; i < arrived->key_count; i++) {
        arrived->keys[i].name = names.items[i];
        mw_look_ask(look, names.items[i], MW_TXT, got_key, &arrived->keys[i]);
    }
    if (!arrived->key_count)
        verify(look, arrived);
}

void mw_arrived_tell(struct mw_look *look, const char *mailbox, const char *bytes, size_t count, const char *id)
{
    struct arrived *arrived = MW_NEW(look->arena, struct arrived);
    struct mw_mail mail;
    const char *at = strrchr(id, '@');
    *arrived = (struct arrived){.mailbox = mailbox, .bytes = bytes, .count = count, .id = id};
    arrived->domain = mw_strndup(look->arena, at + 1, strcspn(at + 1, ">"));
    mw_mail_read(look->arena, bytes, count, &mail);
    tell_hops(look, &mail);
    tell_authres(look, arrived, &mail);
    tell_spam(look, arrived, &mail);
    tell_changes(look, arrived, &mail);
    check_signatures(look, arrived);
}
