/* --compare: reads a saved run of the same domain and tells what the domain said then, where that can be held against what it says now. The saved facts are not
 * this run's: only what is told here is kept. RFC 8461 section 3.1 (a new id for each policy). */
#include "common.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>
#include <mailwhy/mtasts.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_CEILING (64 << 20)

static FILE *open_run(const char *path)
{
    struct stat status;
    FILE *in = fopen(path, "re");
    if (!in)
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read %s: %s"), path, strerror(errno));
    if (fstat(fileno(in), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > FILE_CEILING)
        mw_fail(MW_EXIT_DATA, _("%s:1: longer than a saved run can be"), path);
    return in;
}

static const struct mw_facts *read_run(struct mw_arena *arena, const char *path, const char *domain)
{
    const char *flaw = NULL;
    struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){0});
    FILE *in = open_run(path);
    if (!mw_facts_read(facts, in, path, &flaw))
        mw_fail(MW_EXIT_DATA, "%s", flaw);
    fclose(in);
    const struct mw_fact *target = mw_fact_first(facts, MW_F_TARGET_DOMAIN);
    if (!target || !mw_text_same(target->about, domain))
        mw_fail(MW_EXIT_DATA, _("%s:1: a saved run of another target (%s), not of %s"), path, mw_facts_header(facts)->target, domain);
    return facts;
}

/* The id of the one record that counted then; NULL: there was none. */
static const char *id_then(struct mw_arena *arena, const struct mw_facts *facts, const char *domain)
{
    struct mw_flaw flaw;
    const struct mw_fact *record = mw_fact_find(facts, MW_F_MTASTS_RECORD, domain);
    bool is_one = record && !mw_fact_find_next(facts, record);
    return is_one ? mw_mtasts_read_record(arena, record->text, &flaw) : NULL;
}

/* The policy then, as "id=1", "mode=enforce", "max_age=604800", "mx=…". */
static void tell_mtasts(struct cmd *cmd, const struct mw_facts *facts, const char *domain)
{
    const char *id = id_then(cmd->arena, facts, domain);
    const struct mw_fact *mode = mw_fact_find(facts, MW_F_MTASTS_MODE, domain), *age = mw_fact_find(facts, MW_F_MTASTS_AGE, domain);
    const struct mw_fact *mx = mw_fact_find(facts, MW_F_MTASTS_MX, domain);
    struct mw_list items = {0};
    if (!id || !mode || !mx)
        return;
    mw_list_add(cmd->arena, &items, mw_printf(cmd->arena, "id=%s", id));
    mw_list_add(cmd->arena, &items, mw_printf(cmd->arena, "mode=%s", mode->text));
    if (age)
        mw_list_add(cmd->arena, &items, mw_printf(cmd->arena, "max_age=%ld", (long)age->number));
    for (size_t i = 0; i < mx->list.count; i++)
        mw_list_add(cmd->arena, &items, mw_printf(cmd->arena, "mx=%s", mx->list.items[i]));
    mw_fact_tell(cmd->facts, &(struct mw_fact){.id = MW_F_MTASTS_EARLIER, .about = domain, .list = items, .at = mode->at});
}

void cmd_compare(struct cmd *cmd)
{
    const struct mw_fact *target = mw_fact_first(cmd->facts, MW_F_TARGET_DOMAIN);
    if (!cmd->choices.compare)
        return;
    if (!target)
        mw_fail(MW_EXIT_USAGE, "%s", _("--compare is for a domain or an address"));
    struct mw_arena *arena = mw_arena_new();
    tell_mtasts(cmd, read_run(arena, cmd->choices.compare, target->about), target->about);
    mw_arena_free(arena);
}
