/* How long after a repair in the DNS resolvers may go on with what they know: the time to live of the records among the evidence, or, of a name that was
 * missing, the time for which that is remembered (RFC 2308 section 5). Nothing is said where the facts do not tell. */
#include "make.h"

#include <mailwhy/dns.h>
#include <mailwhy/zoneline.h>

#include <string.h>

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* A resolver gives what is left of the time; the zone's own servers give all of it. The longest is told. */
static long longest(struct mw_making *making, const struct mw_zoneline *wanted)
{
    struct mw_zoneline line;
    long ttl_s = wanted->ttl_s;
    size_t length = strlen(wanted->owner);
    for (unsigned n = 1; n <= mw_facts_count(making->facts); n++) {
        const struct mw_fact *fact = mw_fact_at(making->facts, n);
        bool is_near = fact->quote && strncmp(fact->quote, wanted->owner, length) == 0;
        if (is_near && mw_zoneline_read(making->arena, fact->quote, &line) && mw_text_same(line.owner, wanted->owner) &&
            mw_text_same(line.type, wanted->type) && line.ttl_s > ttl_s)
            ttl_s = line.ttl_s;
    }
    return ttl_s;
}

static bool is_of_the_parent(const struct mw_fact *fact)
{
    return fact->id == MW_F_PARENT_NS || fact->id == MW_F_PARENT_DS;
}

static void lengthen(struct mw_making *making, const char *text, long *ttl_s)
{
    struct mw_zoneline line;
    if (!text || !mw_zoneline_read(making->arena, text, &line) || mw_text_same(line.type, "SOA"))
        return;
    long here_s = longest(making, &line);
    *ttl_s = here_s > *ttl_s ? here_s : *ttl_s;
}

/* -1: no record is among the evidence. */
static long of_records(struct mw_making *making, const struct mw_finding *finding, bool at_parent)
{
    long ttl_s = -1;
    for (size_t i = 0; i < finding->evidence_count; i++)
        if (is_of_the_parent(finding->evidence[i]) == at_parent)
            lengthen(making, finding->evidence[i]->quote, &ttl_s);
    for (size_t i = 0; !at_parent && i < finding->marked_count; i++)
        lengthen(making, finding->marked[i].line, &ttl_s);
    return ttl_s;
}

static bool is_missing(const struct mw_fact *fact)
{
    return mw_fact_kind(fact->id)->type == MW_TEXT && (mw_text_same(fact->text, "nodata") || mw_text_same(fact->text, "nxdomain"));
}

/* Of the zone that the name is in, where its own servers told it; -1: they did not. */
static long remembered(struct mw_making *making, const char *name)
{
    long seconds = -1;
    for (const struct mw_fact *minimum = mw_fact_first(making->facts, MW_F_ZONE_MINIMUM); minimum; minimum = mw_fact_next(making->facts, minimum)) {
        struct mw_about about = mw_about_read(making->arena, minimum->about);
        if (about.zone && mw_domain_is_under(name, about.zone) && minimum->number > seconds)
            seconds = (long)minimum->number;
    }
    return seconds;
}

static long of_missing(struct mw_making *making, const struct mw_finding *finding)
{
    long seconds = -1;
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct mw_fact *fact = finding->evidence[i];
        long here_s = is_missing(fact) ? remembered(making, mw_about_read(making->arena, fact->about).host) : -1;
        seconds = here_s > seconds ? here_s : seconds;
    }
    return seconds;
}

/* Rounded up: too early a look finds the old answer once more. */
static unsigned long units(long seconds, long unit)
{
    return (unsigned long)((seconds + unit - 1) / unit);
}

static const char *old_sentence(struct mw_arena *arena, long s)
{
    if (s < 2 * MINUTE)
        return mw_printf(arena,
                         mw_lang_plural("Resolvers that asked before may go on with the old answer for %lu second.",
                                        "Resolvers that asked before may go on with the old answer for %lu seconds.", (unsigned long)s),
                         (unsigned long)s);
    if (s < 2 * HOUR)
        return mw_printf(arena,
                         mw_lang_plural("Resolvers that asked before may go on with the old answer for %lu minute.",
                                        "Resolvers that asked before may go on with the old answer for %lu minutes.", units(s, MINUTE)),
                         units(s, MINUTE));
    if (s < 2 * DAY)
        return mw_printf(arena,
                         mw_lang_plural("Resolvers that asked before may go on with the old answer for %lu hour.",
                                        "Resolvers that asked before may go on with the old answer for %lu hours.", units(s, HOUR)),
                         units(s, HOUR));
    return mw_printf(arena,
                     mw_lang_plural("Resolvers that asked before may go on with the old answer for %lu day.",
                                    "Resolvers that asked before may go on with the old answer for %lu days.", units(s, DAY)),
                     units(s, DAY));
}

static const char *missing_sentence(struct mw_arena *arena, long s)
{
    if (s < 2 * MINUTE)
        return mw_printf(arena,
                         mw_lang_plural("Resolvers that asked before may remember for %lu second that it is missing.",
                                        "Resolvers that asked before may remember for %lu seconds that it is missing.", (unsigned long)s),
                         (unsigned long)s);
    if (s < 2 * HOUR)
        return mw_printf(arena,
                         mw_lang_plural("Resolvers that asked before may remember for %lu minute that it is missing.",
                                        "Resolvers that asked before may remember for %lu minutes that it is missing.", units(s, MINUTE)),
                         units(s, MINUTE));
    return mw_printf(arena,
                     mw_lang_plural("Resolvers that asked before may remember for %lu hour that it is missing.",
                                    "Resolvers that asked before may remember for %lu hours that it is missing.", units(s, HOUR)),
                     units(s, HOUR));
}

/* One sentence is enough for several repairs. */
static void say_once(struct mw_finding *finding, size_t last)
{
    for (size_t i = 0; i < last && finding->fix[last].seen_after; i++)
        if (mw_text_same(finding->fix[i].seen_after, finding->fix[last].seen_after))
            finding->fix[i].seen_after = NULL;
}

void mw_make_lifetimes(struct mw_making *making, struct mw_finding *finding)
{
    for (size_t i = 0; i < finding->fixes; i++) {
        finding->fix[i].seen_after_s = -1;
        if (finding->fix[i].where != MW_AT_DNS && finding->fix[i].where != MW_AT_REGISTRAR)
            continue;
        long old_s = of_records(making, finding, finding->fix[i].where == MW_AT_REGISTRAR);
        long missing_s = old_s < 0 && finding->fix[i].where == MW_AT_DNS ? of_missing(making, finding) : -1;
        finding->fix[i].seen_after_s = old_s >= 0 ? old_s : missing_s;
        if (old_s >= 0)
            finding->fix[i].seen_after = old_sentence(making->arena, old_s);
        if (missing_s >= 0)
            finding->fix[i].seen_after = missing_sentence(making->arena, missing_s);
        say_once(finding, i);
    }
}
