/* mailwhy explain ID: what one cause is, from its row of the table alone. Its sentences have no case to speak of, so their {places} are shown as <places>. */
#include "list.h"

#include <mailwhy/lang.h>

#include <jansson.h>
#include <string.h>

static const char *shown(struct mw_arena *arena, const char *sentence)
{
    char *text = mw_strdup(arena, sentence);
    for (char *at = text; (at = strpbrk(at, "{}")); at++)
        *at = (char)(*at == '{' ? '<' : '>');
    return text;
}

static struct mw_list legs_of(struct mw_arena *arena, unsigned legs)
{
    struct mw_list names = {0};
    for (unsigned leg = 1; leg < MW_ALL_LEGS; leg <<= 1)
        if (legs & leg)
            mw_list_add(arena, &names, mw_leg_name(leg));
    return names;
}

static struct mw_list explains_of(struct mw_arena *arena, const struct mw_cause *cause)
{
    struct mw_list ids = {0};
    for (size_t i = 0; i < MW_EXPLAINS && cause->explains[i]; i++)
        mw_list_add(arena, &ids, cause->explains[i]);
    return ids;
}

static struct mw_list needs_of(struct mw_arena *arena, const struct mw_cause *cause)
{
    struct mw_list names = {0};
    for (size_t i = 0; i < MW_NEEDS && cause->needs[i] != MW_NO_FACT; i++)
        mw_list_add(arena, &names, mw_fact_kind(cause->needs[i])->name);
    return names;
}

static json_t *json_list(const struct mw_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_string(list->items[i]));
    return array;
}

static json_t *json_fixes(struct mw_arena *arena, const struct mw_cause *cause)
{
    json_t *array = json_array();
    for (size_t i = 0; i < MW_FIXES && cause->fix[i].text; i++) {
        json_t *fix = json_object();
        json_object_set_new(fix, "where", json_string(mw_where_name(cause->fix[i].where)));
        json_object_set_new(fix, "text", json_string(shown(arena, _(cause->fix[i].text))));
        if (cause->fix[i].snippet)
            json_object_set_new(fix, "snippet", json_string(shown(arena, cause->fix[i].snippet)));
        json_array_append_new(array, fix);
    }
    return array;
}

static json_t *json_alikes(const struct mw_cause *cause)
{
    json_t *array = json_array();
    for (size_t i = 0; i < MW_ALIKE && cause->alike[i].other; i++) {
        json_t *alike = json_object();
        json_object_set_new(alike, "id", json_string(cause->alike[i].other));
        json_object_set_new(alike, "decides", json_string(_(cause->alike[i].decides)));
        json_array_append_new(array, alike);
    }
    return array;
}

static void put_json(struct cmd *cmd, const struct mw_cause *cause)
{
    struct mw_list legs = legs_of(cmd->arena, cause->legs), needs = needs_of(cmd->arena, cause), explains = explains_of(cmd->arena, cause);
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(cause->id));
    json_object_set_new(object, "title", json_string(_(cause->title)));
    json_object_set_new(object, "says", json_string(shown(cmd->arena, _(cause->says))));
    json_object_set_new(object, "severity", json_string(mw_severity_name(cause->severity)));
    json_object_set_new(object, "legs", json_list(&legs));
    json_object_set_new(object, "owner", json_string(mw_owner_name(cause->owner)));
    json_object_set_new(object, "fix", json_fixes(cmd->arena, cause));
    json_object_set_new(object, "needs", json_list(&needs));
    json_object_set_new(object, "alike", json_alikes(cause));
    json_object_set_new(object, "explains", json_list(&explains));
    json_object_set_new(object, "reference", json_string(cause->reference ? cause->reference : ""));
    json_dumpf(object, cmd->out, JSON_INDENT(1));
    fputc('\n', cmd->out);
    json_decref(object);
}

static void put_line(struct cmd *cmd, const char *heading, const char *text)
{
    fprintf(cmd->out, "%s%s%s\n", heading, mw_text_gap(heading), text);
}

static void put_list(struct cmd *cmd, const char *heading, const struct mw_list *list)
{
    if (list->count)
        put_line(cmd, heading, mw_list_join(cmd->arena, list, ", "));
}

static void put_text(struct cmd *cmd, const struct mw_cause *cause)
{
    struct mw_list legs = legs_of(cmd->arena, cause->legs), needs = needs_of(cmd->arena, cause), explains = explains_of(cmd->arena, cause);
    fprintf(cmd->out, "%s (%s)\n\n%s\n\n", _(cause->title), cause->id, shown(cmd->arena, _(cause->says)));
    for (size_t i = 0; i < MW_FIXES && cause->fix[i].text; i++) {
        put_line(cmd, mw_words_where(cause->fix[i].where), shown(cmd->arena, _(cause->fix[i].text)));
        if (cause->fix[i].snippet)
            fprintf(cmd->out, "    %s\n", shown(cmd->arena, cause->fix[i].snippet));
    }
    for (size_t i = 0; i < MW_ALIKE && cause->alike[i].other; i++)
        fprintf(cmd->out, _("Looks like %s: %s\n"), cause->alike[i].other, _(cause->alike[i].decides));
    fputc('\n', cmd->out);
    put_line(cmd, _("Severity:"), mw_words_severity(cause->severity));
    put_list(cmd, _("Touches:"), &legs);
    fprintf(cmd->out, _("Who must act: %s"), mw_words_owner(cause->owner));
    fputc('\n', cmd->out);
    put_list(cmd, _("Needs the facts:"), &needs);
    put_list(cmd, _("What follows from it:"), &explains);
    if (cause->reference)
        put_line(cmd, _("Reference:"), cause->reference);
}

void cmd_cause(struct cmd *cmd, const struct mw_cause *cause)
{
    if (cmd->choices.json)
        put_json(cmd, cause);
    else
        put_text(cmd, cause);
}
