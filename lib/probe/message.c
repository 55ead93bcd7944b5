/* The message of --message: what each of its DKIM signatures is worth and what was changed since it was made (RFC 6376), its chain (RFC 8617), and whom it says
 * that it is from. Never believes what its Authentication-Results say. */
#include "lookup.h"

#include <mailwhy/mail.h>
#include <mailwhy/message.h>
#include <mailwhy/signature.h>

#include <string.h>

#define ABOUT "message"
#define KEYS_CEILING (MW_SIGNATURES + 2u * MW_ARC_SETS)

struct checking {
    struct mw_raw raw;
    struct mw_mail mail;
    struct mw_arc arc;
    int64_t received; /* 0: not known */
    struct mw_signature_key keys[KEYS_CEILING];
    size_t key_count, waiting;
};

/* --- whom it is from ------------------------------------------------------------------------------------------------------------------------------ */

/* The domain of the one address; NULL where there is none, or more. */
static const char *domain_of(struct mw_arena *arena, const char *value)
{
    const char *flaw, *angle = strrchr(value, '<'), *text = angle ? angle + 1 : value, *at = strrchr(text, '@');
    bool many = angle && (strchr(value, '<') != angle || strchr(angle, ','));
    return at && !many ? mw_domain_read(arena, mw_strndup(arena, at + 1, strcspn(at + 1, "> \t()")), &flaw) : NULL;
}

static void tell_domain(struct mw_look *look, const struct checking *checking, const char *field, enum mw_fact_id id, bool only_one)
{
    size_t from = 0;
    const char *value = mw_mail_next(&checking->mail, field, &from);
    const char *domain = value ? domain_of(look->arena, value) : NULL;
    if (domain && (!only_one || !mw_mail_next(&checking->mail, field, &from)))
        mw_tell_text(look, id, ABOUT, domain, value);
}

static void tell_origin(struct mw_look *look, struct checking *checking)
{
    const char *list = mw_mail_value(&checking->mail, "List-Id"), *stamp = mw_mail_value(&checking->mail, "Received");
    struct mw_hop hop = {.at = -1};
    tell_domain(look, checking, "From", MW_F_MESSAGE_FROM, true);
    tell_domain(look, checking, "Return-Path", MW_F_MESSAGE_ENVELOPE, false);
    if (list)
        mw_tell_text(look, MW_F_MESSAGE_LIST, ABOUT, list, NULL);
    if (stamp)
        mw_received_read(look->arena, stamp, &hop);
    if (hop.at <= 0)
        return;
    checking->received = hop.at;
    mw_tell_time(look, MW_F_MESSAGE_RECEIVED, ABOUT, hop.at, stamp);
}

/* RFC 5322 section 3.6: these stand once, and From must. A draft may lack Date and Message-ID. */
static void tell_header(struct mw_look *look, const struct checking *checking)
{
    static const char *const once[] = {"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID"};
    if (checking->mail.count && !mw_mail_value(&checking->mail, "From"))
        mw_tell_text(look, MW_F_MESSAGE_HEADER, ABOUT, N_("a header field is missing"), "From");
    for (size_t i = 0; i < MW_COUNT(once); i++) {
        size_t from = 0;
        if (mw_mail_next(&checking->mail, once[i], &from) && mw_mail_next(&checking->mail, once[i], &from))
            mw_tell_text(look, MW_F_MESSAGE_HEADER, ABOUT, N_("a header field stands twice"), once[i]);
    }
}

/* --- signatures ----------------------------------------------------------------------------------------------------------------------------------- */

static const char *quote_of(struct mw_look *look, const struct mw_signature *signature)
{
    const char *tags = mw_printf(look->arena, "d=%s a=%s", signature->domain, signature->algorithm);
    const char *why = mw_printf(look->arena, "%s%s%s", signature->why, *signature->why && *signature->where ? ": " : "", signature->where);
    return *why ? mw_printf(look->arena, "%s; %s", tags, why) : tags;
}

static void tell_changes(struct mw_look *look, const char *about, const struct mw_signature *signature)
{
    bool relaxed = signature->change_count > 0;
    for (size_t i = 0; i < signature->change_count; i++) {
        const struct mw_alteration *change = &signature->changes[i];
        const char *between = *change->field && *change->part ? ": " : "";
        const char *quote = mw_printf(look->arena, "%s%s%s", change->field, between, change->part);
        mw_tell_text(look, MW_F_MESSAGE_CHANGE, about, change->what, *quote ? quote : NULL);
        relaxed = relaxed && change->relaxed_holds;
    }
    if (signature->change_count)
        mw_tell_yes(look, MW_F_MESSAGE_CHANGE_RELAXED, about, relaxed, NULL);
    if (!signature->change_count && signature->absent.count && mw_text_same(signature->verdict, MW_SIGNATURE_HEADER))
        mw_tell_list(look, MW_F_MESSAGE_ABSENT, about, &signature->absent, NULL);
}

static void tell_signatures(struct mw_look *look, const struct checking *checking)
{
    struct mw_signature *signatures = MW_NEW_ARRAY(look->arena, struct mw_signature, MW_SIGNATURES);
    size_t count = mw_signatures_verify(look->arena, &checking->raw, checking->keys, checking->key_count, checking->received, signatures);
    for (size_t i = 0; i < count; i++) {
        const char *about = *signatures[i].key ? signatures[i].key : ABOUT;
        mw_tell_text(look, MW_F_MESSAGE_DKIM, about, signatures[i].verdict, quote_of(look, &signatures[i]));
        if (signatures[i].uncovered)
            mw_tell_number(look, MW_F_MESSAGE_UNCOVERED, about, signatures[i].uncovered, NULL);
        tell_changes(look, about, &signatures[i]);
    }
    mw_tell_yes(look, MW_F_MESSAGE_SIGNED, ABOUT, count > 0, NULL);
}

/* --- the chain ------------------------------------------------------------------------------------------------------------------------------------ */

static void tell_chain(struct mw_look *look, struct checking *checking)
{
    struct mw_arc *arc = &checking->arc;
    mw_arc_verify(look->arena, &checking->raw, checking->keys, checking->key_count, arc);
    for (size_t i = 0; i < arc->count && arc->sets && arc->sets[i].seal_signing.chain; i++) {
        const struct mw_signing *seal = &arc->sets[i].seal_signing;
        const char *domain = mw_text_safe(look->arena, seal->domain, strlen(seal->domain), 300);
        mw_tell_text(look, MW_F_ARC_SET, ABOUT, domain, mw_printf(look->arena, "i=%zu cv=%s", i + 1, seal->chain));
    }
    const char *where = arc->instance ? mw_printf(look->arena, "i=%ld %s", arc->instance, arc->where) : arc->where;
    mw_tell_text(look, MW_F_ARC_RESULT, ABOUT, arc->result, *where ? mw_text_trim(look->arena, where) : NULL);
    if (*arc->why)
        mw_tell_text(look, MW_F_ARC_FLAW, ABOUT, arc->why, *where ? where : NULL);
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------------------ */

static void check(struct mw_look *look)
{
    struct checking *checking = look->mine;
    tell_signatures(look, checking);
    tell_chain(look, checking);
}

static void got_key(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct checking *checking = look->mine;
    struct mw_signature_key *key = tag;
    size_t i = 0;
    const struct mw_record *record = mw_dns_next(answer, MW_TXT, &i);
    key->record = record ? record->joined : NULL;
    key->unknown = !mw_lookup_is_settled(answer->status);
    if (--checking->waiting == 0)
        check(look);
}

static void ask_keys(struct mw_look *look, struct checking *checking)
{
    const struct mw_list sealed = mw_arc_keys(look->arena, &checking->arc), *both[] = {&look->asked->dkim_keys, &sealed};
    struct mw_list names = {0};
    for (size_t i = 0; i < MW_COUNT(both); i++)
        for (size_t k = 0; k < both[i]->count; k++)
            if (!mw_list_has(&names, both[i]->items[k]))
                mw_list_add(look->arena, &names, both[i]->items[k]);
    checking->key_count = checking->waiting = names.count < KEYS_CEILING ? names.count : KEYS_CEILING;
    for (size_t i = 0; i < checking->key_count; i++)
        checking->keys[i].name = names.items[i];
    for (size_t i = 0, count = checking->key_count; i < count; i++)
        mw_look_ask(look, checking->keys[i].name, MW_TXT, got_key, &checking->keys[i]);
    if (!checking->key_count)
        check(look);
}

static bool has_message(const struct mw_look *look)
{
    return look->asked->message != NULL;
}

static void start(struct mw_look *look)
{
    struct checking *checking = look->mine = MW_NEW(look->arena, struct checking);
    mw_raw_read(look->arena, look->asked->message, look->asked->message_bytes, &checking->raw);
    mw_mail_read(look->arena, look->asked->message, look->asked->message_bytes, &checking->mail);
    tell_origin(look, checking);
    tell_header(look, checking);
    if (look->asked->message_cut) {
        look->outcome = MW_TOO_LONG;
        look->remark = mw_printf(look->arena, "longer than %u bytes: its signatures were not checked", MW_MESSAGE_BYTES);
        return;
    }
    mw_arc_read(look->arena, &checking->raw, &checking->arc);
    ask_keys(look, checking);
}

const struct mw_probe mw_probe_message = {
    .name = "message",
    .says = N_("Checks the DKIM signatures and the ARC chain of the message of --message, and looks for what was changed in it."),
    .legs = MW_SEND | MW_RECEIVE,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_MESSAGE_FROM, MW_F_MESSAGE_ENVELOPE, MW_F_MESSAGE_RECEIVED, MW_F_MESSAGE_LIST, MW_F_MESSAGE_HEADER, MW_F_MESSAGE_SIGNED, MW_F_MESSAGE_DKIM,
              MW_F_MESSAGE_CHANGE, MW_F_MESSAGE_CHANGE_RELAXED, MW_F_MESSAGE_ABSENT, MW_F_MESSAGE_UNCOVERED, MW_F_ARC_RESULT, MW_F_ARC_FLAW, MW_F_ARC_SET},
    .ends = MW_F_MESSAGE_END,
    .when = has_message,
    .start = start,
};
