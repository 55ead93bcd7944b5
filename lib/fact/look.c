/* How a look tells facts and how it ends. */
#include <mailwhy/look.h>

#include <mailwhy/text.h>

#include <assert.h>
#include <string.h>

#define QUOTE_CEILING 1000u

void mw_look_hold(struct mw_look *look)
{
    look->held++;
}

void mw_look_release(struct mw_look *look)
{
    assert(look->held);
    if (--look->held)
        return;
    if (!look->told_end && look->ends != MW_NO_FACT)
        mw_tell_text(look, look->ends, look->why->about, look->outcome, look->remark);
    look->told_end = true;
    look->ended(look);
}

const struct mw_fact *mw_tell(struct mw_look *look, struct mw_fact *draft)
{
    if (!draft->because)
        draft->because = look->why->n;
    if (draft->quote && strlen(draft->quote) > QUOTE_CEILING)
        draft->quote = mw_text_safe(look->arena, draft->quote, strlen(draft->quote), QUOTE_CEILING);
    return mw_fact_tell(look->facts, draft);
}

const struct mw_fact *mw_tell_yes(struct mw_look *look, enum mw_fact_id id, const char *about, bool yes, const char *quote)
{
    return mw_tell(look, &(struct mw_fact){.id = id, .about = about, .yes = yes, .quote = quote});
}

const struct mw_fact *mw_tell_number(struct mw_look *look, enum mw_fact_id id, const char *about, int64_t number, const char *quote)
{
    return mw_tell(look, &(struct mw_fact){.id = id, .about = about, .number = number, .quote = quote});
}

const struct mw_fact *mw_tell_time(struct mw_look *look, enum mw_fact_id id, const char *about, int64_t seconds, const char *quote)
{
    return mw_tell_number(look, id, about, seconds, quote);
}

const struct mw_fact *mw_tell_text(struct mw_look *look, enum mw_fact_id id, const char *about, const char *text, const char *quote)
{
    return mw_tell(look, &(struct mw_fact){.id = id, .about = about, .text = text, .quote = quote});
}

const struct mw_fact *mw_tell_list(struct mw_look *look, enum mw_fact_id id, const char *about, const struct mw_list *list, const char *quote)
{
    return mw_tell(look, &(struct mw_fact){.id = id, .about = about, .list = *list, .quote = quote});
}
