/* DKIM keys under the selectors that many services use, from a dated list, where neither the user nor a message names one (RFC 6376 section 3.1). What is found
 * is told; that nothing is found proves nothing, as a domain may use any name. */
#include "dkim_key.h"

#include <mailwhy/data.h>
#include <mailwhy/dkim.h>

#include <string.h>

#define NO_SELECTOR "no-such-selector-mailwhy" /* answered all the same: a wildcard */

struct selector {
    const char *name;
    const struct mw_dns_answer *answer;
    const char *const *row; /* of the list; NULL for the name that cannot be there */
};

struct trying {
    struct selector *selectors; /* the one that cannot be there first */
    size_t count, waiting;
};

static void tell_found(struct mw_look *look, const struct selector *selector)
{
    size_t i = 0;
    struct mw_flaw flaw;
    const char *name = selector->name, *service = selector->row[MW_SELECTOR_SERVICE];
    const struct mw_record *record = mw_dns_next(selector->answer, MW_TXT, &i);
    if (!record || !mw_dkim_read(look->arena, record->joined, &flaw))
        return;
    mw_tell_text(look, MW_F_DKIM_FOUND, name, selector->row[MW_SELECTOR_NAME], *service ? service : NULL);
    mw_tell_text(look, MW_F_DKIM_RECORD, name, record->joined, mw_lookup_quote(look, record));
    mw_dkim_key_tell(look, name, record->joined);
}

static bool has_txt(const struct selector *selector)
{
    return selector->answer->status == MW_DNS_OK;
}

static bool is_settled(const struct selector *selector)
{
    return mw_lookup_is_settled(selector->answer->status);
}

/* The outcome that all have in common where none could be asked. */
static const char *outcome_of(const struct trying *trying)
{
    for (size_t i = 0; i < trying->count; i++)
        if (is_settled(&trying->selectors[i]))
            return MW_OK;
    return mw_dns_status_name(trying->selectors[0].answer->status);
}

static void finish(struct mw_look *look)
{
    struct trying *trying = look->mine;
    struct mw_list tried = {0};
    for (size_t i = 1; i < trying->count; i++)
        if (is_settled(&trying->selectors[i]))
            mw_list_add(look->arena, &tried, trying->selectors[i].row[MW_SELECTOR_NAME]);
    bool wildcard = has_txt(&trying->selectors[0]);
    look->outcome = wildcard ? "wildcard" : outcome_of(trying);
    look->remark = mw_printf(look->arena, "%s of %s", look->asked->selectors->name, look->asked->selectors->date);
    if (wildcard || !tried.count)
        return;
    mw_tell_list(look, MW_F_DKIM_TRIED, look->why->about, &tried, look->remark);
    for (size_t i = 1; i < trying->count; i++)
        if (has_txt(&trying->selectors[i]))
            tell_found(look, &trying->selectors[i]);
}

static void got_answer(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct trying *trying = look->mine;
    *(const struct mw_dns_answer **)tag = answer;
    if (--trying->waiting == 0)
        finish(look);
}

static void add(struct mw_look *look, struct trying *trying, const char *selector, const char *const *row)
{
    const char *flaw, *name = mw_domain_read(look->arena, mw_printf(look->arena, "%s._domainkey.%s", selector, look->why->about), &flaw);
    if (name)
        trying->selectors[trying->count++] = (struct selector){.name = name, .row = row};
}

static bool knows_none(const struct mw_look *look)
{
    const struct mw_asked *asked = look->asked;
    return asked->selectors && !asked->dkim_selectors.count && !asked->message;
}

/* All at once: none waits for another. */
static void start(struct mw_look *look)
{
    struct trying *trying = look->mine = MW_NEW(look->arena, struct trying);
    const struct mw_data *list = look->asked->selectors;
    trying->selectors = MW_NEW_ARRAY(look->arena, struct selector, list->count + 1);
    add(look, trying, NO_SELECTOR, NULL);
    for (size_t i = 0; i < list->count; i++)
        add(look, trying, list->rows[i][MW_SELECTOR_NAME], list->rows[i]);
    trying->waiting = trying->count;
    for (size_t i = 0, count = trying->count; i < count; i++)
        mw_look_ask(look, trying->selectors[i].name, MW_TXT, got_answer, &trying->selectors[i].answer);
}

const struct mw_probe mw_probe_selectors = {
    .name = "selectors",
    .says = N_("Tries the DKIM selectors that many services use, from a dated list, where none is known."),
    .legs = MW_SEND,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_DKIM_TRIED, MW_F_DKIM_FOUND, MW_F_DKIM_RECORD, MW_F_DKIM_FLAW, MW_F_DKIM_KEY_BITS, MW_F_DKIM_KEY_TYPE, MW_F_DKIM_REVOKED, MW_F_DKIM_TESTING,
              MW_F_DKIM_MENDED},
    .ends = MW_F_DKIM_TRIED_END,
    .when = knows_none,
    .start = start,
};
