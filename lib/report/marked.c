/* The records among a finding's evidence with the part at fault: the term of an SPF record that is none, the name in an MX record that has no address. A part
 * is marked only where the record has it, word for word; nothing is guessed. */
#include "make.h"

#include <mailwhy/zoneline.h>

#include <string.h>

/* Facts that quote the part at fault, as "PART" or "DOMAIN: PART", and those that quote the record. */
/* clang-format off */
static const struct { enum mw_fact_id flaw, record; } pairs[] = {
    {MW_F_SPF_FLAW,            MW_F_SPF_RECORD},
    {MW_F_SPF_VOID,            MW_F_SPF_RECORD},
    {MW_F_SPF_INCLUDE_MISSING, MW_F_SPF_RECORD},
    {MW_F_SPF_WIDE,            MW_F_SPF_RECORD},
    {MW_F_DKIM_FLAW,           MW_F_DKIM_RECORD},
    {MW_F_DMARC_FLAW,          MW_F_DMARC_RECORD},
    {MW_F_MTASTS_RECORD_FLAW,  MW_F_MTASTS_RECORD},
    {MW_F_TLSRPT_FLAW,         MW_F_TLSRPT_RECORD},
};
/* clang-format on */

static bool is_edge(char character)
{
    return character == '\0' || strchr(" \t\";.,", character);
}

/* Where `part` stands in the data as a word of its own; NULL: it does not. */
static const char *find(const char *data, const char *part)
{
    size_t length = strlen(part);
    for (const char *at = data; length && (at = mw_text_find(at, part)); at++)
        if ((at == data || is_edge(at[-1])) && is_edge(at[length]))
            return at;
    return NULL;
}

static struct mw_marked *marked_of(struct mw_finding *finding, const char *line)
{
    for (size_t i = 0; i < finding->marked_count; i++)
        if (strcmp(finding->marked[i].line, line) == 0)
            return &finding->marked[i];
    if (finding->marked_count == MW_MARKED)
        return NULL;
    finding->marked[finding->marked_count].line = line;
    return &finding->marked[finding->marked_count];
}

/* In their order in the line; one that overlaps another is left out. */
static void add_part(struct mw_marked *marked, size_t at, size_t bytes)
{
    size_t i = 0;
    while (i < marked->count && marked->parts[i].at + marked->parts[i].bytes <= at)
        i++;
    if (marked->count == MW_MARKED_PARTS || (i < marked->count && marked->parts[i].at < at + bytes))
        return;
    memmove(&marked->parts[i + 1], &marked->parts[i], (marked->count - i) * sizeof marked->parts[0]);
    marked->parts[i].at = at;
    marked->parts[i].bytes = bytes;
    marked->count++;
}

static bool mark(struct mw_making *making, struct mw_finding *finding, const struct mw_fact *record, const char *part)
{
    struct mw_zoneline line;
    if (!record->quote || !mw_zoneline_read(making->arena, record->quote, &line))
        return false;
    const char *at = find(line.data, part);
    struct mw_marked *marked = at ? marked_of(finding, record->quote) : NULL;
    if (!marked)
        return false;
    finding->marked_count += marked->count == 0;
    add_part(marked, (size_t)(at - record->quote), strlen(part));
    return true;
}

/* The part alone of "DOMAIN: PART". */
static const char *part_of(const struct mw_fact *flaw)
{
    size_t domain = strlen(flaw->about);
    bool is_named = strncmp(flaw->quote, flaw->about, domain) == 0 && strncmp(flaw->quote + domain, ": ", 2) == 0;
    return is_named ? flaw->quote + domain + 2 : flaw->quote;
}

/* A part of a record that the domain's SPF record includes: "OTHER: PART", and the node of the tree quotes the record. */
static void mark_included(struct mw_making *making, struct mw_finding *finding, const struct mw_fact *flaw)
{
    struct mw_zoneline line;
    const char *colon = strstr(flaw->quote, ": ");
    for (const struct mw_fact *node = mw_fact_first(making->facts, MW_F_SPF_NODE); node && colon; node = mw_fact_next(making->facts, node)) {
        bool is_its = node->quote && mw_zoneline_read(making->arena, node->quote, &line) &&
                      mw_text_same(line.owner, mw_strndup(making->arena, flaw->quote, (size_t)(colon - flaw->quote)));
        if (is_its && mark(making, finding, node, colon + 2))
            return;
    }
}

static void mark_flaw(struct mw_making *making, struct mw_finding *finding, const struct mw_fact *flaw)
{
    for (size_t i = 0; i < MW_COUNT(pairs) && flaw->quote; i++) {
        if (pairs[i].flaw != flaw->id)
            continue;
        const struct mw_fact *record = mw_fact_find(making->facts, pairs[i].record, flaw->about);
        for (; record; record = mw_fact_find_next(making->facts, record))
            if (mark(making, finding, record, part_of(flaw)))
                return;
        if (pairs[i].record == MW_F_SPF_RECORD)
            mark_included(making, finding, flaw);
    }
}

/* A record whose data names the host that the finding is about: an MX record, a name server. */
static void mark_host(struct mw_making *making, struct mw_finding *finding, const struct mw_fact *record, struct mw_instance **of, size_t count)
{
    struct mw_zoneline line;
    if (!record->quote || !mw_zoneline_read(making->arena, record->quote, &line) || mw_text_same(line.type, "TXT"))
        return;
    for (size_t i = 0; i < count; i++)
        if (of[i]->parsed.host && !of[i]->parsed.zone && !mw_text_same(of[i]->parsed.host, line.owner))
            mark(making, finding, record, of[i]->parsed.host);
}

void mw_make_marked(struct mw_making *making, struct mw_finding *finding, struct mw_instance **of, size_t count)
{
    for (size_t i = 0; i < finding->evidence_count; i++) {
        mark_flaw(making, finding, finding->evidence[i]);
        mark_host(making, finding, finding->evidence[i], of, count);
    }
}
