/* mailwhy list: each table as aligned columns, or as a JSON array of objects with the same columns. */
#include "list.h"

#include <mailwhy/lang.h>
#include <mailwhy/probe.h>

#include <jansson.h>
#include <string.h>

#define LIST_COLUMNS 4

struct row {
    const char *cell[LIST_COLUMNS];
};

static const char *const type_names[] = {"bool", "int", "text", "list", "time"};

static bool probe_row(struct mw_arena *arena, size_t i, struct row *row)
{
    (void)arena;
    if (i >= mw_probe_count)
        return false;
    const struct mw_fact_kind *wants = mw_fact_kind(mw_probes[i]->wants);
    *row = (struct row){{mw_probes[i]->name, wants ? wants->name : "", _(mw_probes[i]->says)}};
    return true;
}

static bool fact_row(struct mw_arena *arena, size_t i, struct row *row)
{
    (void)arena;
    if (i + 1 >= MW_FACT_COUNT)
        return false;
    const struct mw_fact_kind *kind = mw_fact_kind((enum mw_fact_id)(i + 1));
    *row = (struct row){{kind->name, type_names[kind->type], kind->meaning}};
    return true;
}

static bool cause_row(struct mw_arena *arena, size_t i, struct row *row)
{
    (void)arena;
    for (size_t area = 0; area < mw_area_count; i -= mw_areas[area]->count, area++) {
        if (i >= mw_areas[area]->count)
            continue;
        const struct mw_cause *cause = &mw_areas[area]->causes[i];
        *row = (struct row){{cause->id, mw_severity_name(cause->severity), mw_areas[area]->name, _(cause->title)}};
        return true;
    }
    return false;
}

static bool format_row(struct mw_arena *arena, size_t i, struct row *row)
{
    (void)arena;
    if (i >= mw_format_count)
        return false;
    *row = (struct row){{mw_formats[i].name, _(mw_formats[i].says)}};
    return true;
}

/* clang-format off */
static const struct list {
    const char *name;
    bool (*row)(struct mw_arena *arena, size_t i, struct row *row);
    const char *column[LIST_COLUMNS];
} lists[] = {
    {"probes",  probe_row,  {"name", "wants", "says"}},
    {"facts",   fact_row,   {"name", "type", "meaning"}},
    {"causes",  cause_row,  {"id", "severity", "area", "title"}},
    {"formats", format_row, {"name", "says"}},
};
/* clang-format on */
const char *const cmd_lists[] = {"probes", "facts", "causes", "formats", NULL};

static void widths_of(struct cmd *cmd, const struct list *list, size_t *widths)
{
    struct row row;
    for (size_t i = 0; list->row(cmd->arena, i, &row); i++)
        for (size_t k = 0; k < LIST_COLUMNS && row.cell[k]; k++) {
            size_t wide = mw_text_columns(row.cell[k]);
            widths[k] = wide > widths[k] ? wide : widths[k];
        }
}

static void put_text(struct cmd *cmd, const struct list *list)
{
    size_t widths[LIST_COLUMNS] = {0};
    struct row row;
    widths_of(cmd, list, widths);
    for (size_t i = 0; list->row(cmd->arena, i, &row); i++) {
        for (size_t k = 0; k < LIST_COLUMNS && row.cell[k]; k++) {
            bool last = k + 1 == LIST_COLUMNS || !row.cell[k + 1];
            fprintf(cmd->out, "%s%*s", row.cell[k], last ? 0 : (int)(widths[k] - mw_text_columns(row.cell[k]) + 2), "");
        }
        fputc('\n', cmd->out);
    }
}

static void put_json(struct cmd *cmd, const struct list *list)
{
    struct row row;
    json_t *array = json_array();
    for (size_t i = 0; list->row(cmd->arena, i, &row); i++) {
        json_t *object = json_object();
        for (size_t k = 0; k < LIST_COLUMNS && row.cell[k]; k++)
            json_object_set_new(object, list->column[k], json_string(row.cell[k]));
        json_array_append_new(array, object);
    }
    json_dumpf(array, cmd->out, JSON_INDENT(1));
    fputc('\n', cmd->out);
    json_decref(array);
}

bool cmd_list(struct cmd *cmd, const char *name)
{
    for (size_t i = 0; i < MW_COUNT(lists); i++) {
        if (!mw_text_same(lists[i].name, name))
            continue;
        if (cmd->choices.json)
            put_json(cmd, &lists[i]);
        else
            put_text(cmd, &lists[i]);
        return true;
    }
    return false;
}
