/* The records that were found, as lines of a zone file: each once, whoever gave it, with the longest time to live that was seen. Judges nothing: which part is
 * at fault is taken from the findings. */
#include "format.h"

#include <mailwhy/zoneline.h>

#include <stdlib.h>
#include <string.h>

#define RECORDS_MOST 200u

/* In the order in which they are shown. */
static const char *const types[] = {"NS", "DS", "SOA", "MX", "CNAME", "A", "AAAA", "PTR", "TXT", "TLSA", "CAA", "SRV"};

struct row {
    struct mw_found_record found;
    struct mw_zoneline zone;
    size_t type;
};

static size_t rank(const char *type)
{
    size_t i = 0;
    while (i < MW_COUNT(types) && !mw_text_same(types[i], type))
        i++;
    return i;
}

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int owner = strcmp(a->zone.owner, b->zone.owner);
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return owner ? owner : strverscmp(a->zone.data, b->zone.data); /* as numbers, where they begin with one: MX, SRV */
}

static struct row *known(struct row *rows, size_t count, const struct mw_zoneline *zone)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].zone.owner, zone->owner) == 0 && strcmp(rows[i].zone.type, zone->type) == 0 && strcmp(rows[i].zone.data, zone->data) == 0)
            return &rows[i];
    return NULL;
}

static const struct mw_marked *marked_of(const struct mw_report *report, const char *line)
{
    for (size_t i = 0; i < report->count; i++)
        for (size_t k = 0; k < report->findings[i].marked_count; k++)
            if (strcmp(report->findings[i].marked[k].line, line) == 0)
                return &report->findings[i].marked[k];
    return NULL;
}

/* Marks belong to the line that the finding quotes, so a line that has them stays. */
static void lengthen(struct row *row, const struct mw_zoneline *zone, const char *line, const struct mw_marked *marked)
{
    if (!row->found.marked && (marked || zone->ttl_s > row->found.ttl_s))
        row->found.line = line;
    row->found.marked = row->found.marked ? row->found.marked : marked;
    row->found.ttl_s = zone->ttl_s > row->found.ttl_s ? zone->ttl_s : row->found.ttl_s;
}

const struct mw_found_record *mw_words_records(struct mw_arena *arena, const struct mw_report *report, size_t *count)
{
    struct row *rows = MW_NEW_ARRAY(arena, struct row, RECORDS_MOST);
    *count = 0;
    for (unsigned n = 1; n <= mw_facts_count(report->facts); n++) {
        const struct mw_fact *fact = mw_fact_at(report->facts, n);
        struct mw_zoneline zone;
        if (!fact->quote || !mw_zoneline_read(arena, fact->quote, &zone))
            continue;
        const struct mw_marked *marked = marked_of(report, fact->quote);
        struct row *row = known(rows, *count, &zone);
        if (row)
            lengthen(row, &zone, fact->quote, marked);
        else if (*count < RECORDS_MOST)
            rows[(*count)++] = (struct row){{fact->quote, zone.ttl_s, marked}, zone, rank(zone.type)};
    }
    qsort(rows, *count, sizeof *rows, compare);
    struct mw_found_record *found = MW_NEW_ARRAY(arena, struct mw_found_record, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = rows[i].found;
    return found;
}

bool mw_words_shows_records(const struct mw_report *report, const struct mw_format_options *options)
{
    return options->verbose || mw_text_same(report->header->question, "dns");
}
