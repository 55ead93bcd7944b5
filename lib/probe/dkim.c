/* DKIM key records of the selectors that the user or a message named (RFC 6376 section 3.6.2). Never guesses one: see selectors.c. */
#include "dkim_key.h"

#include <mailwhy/dkim.h>

#include <string.h>

static void tell_flaw(struct mw_look *look, const char *name, const char *text, const struct mw_flaw *flaw)
{
    const char *damage = flaw->why, *mended = mw_dkim_mend(look->arena, text, &damage);
    mw_tell_text(look, MW_F_DKIM_FLAW, name, damage, *flaw->where ? flaw->where : NULL);
    if (mended)
        mw_tell_text(look, MW_F_DKIM_MENDED, name, mended, NULL);
}

void mw_dkim_key_tell(struct mw_look *look, const char *name, const char *text)
{
    struct mw_flaw flaw = {.where = ""};
    const struct mw_dkim_key *key = mw_dkim_read(look->arena, text, &flaw);
    if (!key) {
        tell_flaw(look, name, text, &flaw);
        return;
    }
    mw_tell_yes(look, MW_F_DKIM_REVOKED, name, key->revoked, NULL);
    mw_tell_yes(look, MW_F_DKIM_TESTING, name, key->testing, NULL);
    if (key->revoked)
        return;
    mw_tell_text(look, MW_F_DKIM_KEY_TYPE, name, key->type, NULL);
    mw_tell_number(look, MW_F_DKIM_KEY_BITS, name, key->bits, NULL);
    if (!key->for_mail)
        mw_tell_text(look, MW_F_DKIM_FLAW, name, N_("the key is not for mail"), text);
}

/* A wildcard gives every name what was meant for others: a record that says that it is SPF, DMARC or another policy is no damaged key. */
static bool is_of_another_kind(const struct mw_record *record)
{
    static const char *const begins[] = {"v=spf1", "v=DMARC1", "v=STSv1", "v=TLSRPTv1", "v=BIMI1"};
    for (size_t i = 0; record->joined && i < MW_COUNT(begins); i++)
        if (mw_text_starts(record->joined, begins[i]))
            return true;
    return false;
}

static const struct mw_dns_answer *without_others(struct mw_look *look, const struct mw_dns_answer *answer)
{
    struct mw_dns_answer *rest = mw_memdup(look->arena, answer, sizeof *answer);
    size_t at = 0;
    rest->records = MW_NEW_ARRAY(look->arena, struct mw_record, answer->count + 1);
    for (size_t i = 0; i < answer->count; i++)
        if (!is_of_another_kind(&answer->records[i]))
            rest->records[at++] = answer->records[i];
    rest->count = at;
    at = 0;
    if (rest->status == MW_DNS_OK && !mw_dns_next(rest, MW_TXT, &at))
        rest->status = MW_DNS_NODATA;
    return rest;
}

static void got_txt(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const char *name = tag;
    answer = without_others(look, answer);
    const struct mw_record *record, *first = NULL;
    unsigned count = 0;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_TXT, &i)); count++) {
        first = first ? first : record;
        mw_tell_text(look, MW_F_DKIM_RECORD, name, record->joined, mw_lookup_quote(look, record));
    }
    mw_lookup_end(look, MW_F_DKIM_END, name, answer);
    if (answer->cname)
        mw_tell_text(look, MW_F_DKIM_CNAME, name, answer->cname, NULL);
    if (count == 1)
        mw_dkim_key_tell(look, name, first->joined);
    if (count > 1)
        mw_tell_text(look, MW_F_DKIM_FLAW, name, N_("more than one record"), NULL); /* undefined by section 3.6.2.2 */
}

static bool has_selectors(const struct mw_look *look)
{
    return look->asked->dkim_selectors.count + look->asked->dkim_keys.count;
}

static void start(struct mw_look *look)
{
    struct mw_list names = {0};
    look->told_end = true; /* each key has an end of its own */
    for (size_t i = 0; i < look->asked->dkim_selectors.count; i++)
        mw_list_add(look->arena, &names, mw_printf(look->arena, "%s._domainkey.%s", look->asked->dkim_selectors.items[i], look->why->about));
    for (size_t i = 0; i < look->asked->dkim_keys.count; i++)
        if (!mw_list_has(&names, look->asked->dkim_keys.items[i]))
            mw_list_add(look->arena, &names, look->asked->dkim_keys.items[i]);
    for (size_t i = 0; i < names.count; i++)
        mw_look_ask(look, names.items[i], MW_TXT, got_txt, (void *)(uintptr_t)names.items[i]);
}

const struct mw_probe mw_probe_dkim = {
    .name = "dkim",
    .says = N_("Looks up the DKIM keys of the selectors given with --dkim-selector, and those that a --message is signed with."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DKIM_RECORD, MW_F_DKIM_FLAW, MW_F_DKIM_KEY_BITS, MW_F_DKIM_KEY_TYPE, MW_F_DKIM_REVOKED, MW_F_DKIM_TESTING, MW_F_DKIM_MENDED,
              MW_F_DKIM_CNAME},
    .ends = MW_F_DKIM_END,
    .when = has_selectors,
    .start = start,
};
