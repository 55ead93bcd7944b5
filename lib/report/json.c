/* The report as one JSON object (schema mailwhy-report/1). The order of the keys is that of the contract; readers may rely on names, not on order. */
#include "format.h"

#include <jansson.h>

#include <stdlib.h>

#define PLACES_OF_CONFIDENCE 4u /* significant digits */

static void put(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_string(text));
}

static json_t *list_json(const struct mw_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_string(list->items[i]));
    return array;
}

static json_t *verdict_json(const struct mw_report *report)
{
    json_t *verdict = json_object(), *legs = json_object();
    put(verdict, "send", mw_state_name(report->send));
    put(verdict, "receive", mw_state_name(report->receive));
    for (size_t i = 0; i < MW_COUNT(report->leg); i++)
        put(legs, mw_leg_name(1u << i), mw_state_name(report->leg[i]));
    json_object_set_new(verdict, "legs", legs);
    return verdict;
}

static json_t *legs_json(unsigned legs)
{
    json_t *array = json_array();
    for (unsigned leg = 1; leg < MW_ALL_LEGS; leg <<= 1)
        if (legs & leg)
            json_array_append_new(array, json_string(mw_leg_name(leg)));
    return array;
}

static json_t *evidence_json(struct mw_arena *arena, const struct mw_finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct mw_fact *fact = finding->evidence[i];
        json_t *evidence = json_object();
        put(evidence, "fact", mw_fact_kind(fact->id)->name);
        put(evidence, "about", fact->about);
        put(evidence, "value", mw_fact_value(arena, fact));
        put(evidence, "quote", fact->quote ? fact->quote : "");
        put(evidence, "from", fact->from);
        json_array_append_new(array, evidence);
    }
    return array;
}

static json_t *records_json(struct mw_arena *arena, const struct mw_finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->marked_count; i++) {
        const struct mw_marked *marked = &finding->marked[i];
        json_t *record = json_object();
        put(record, "record", marked->line);
        struct mw_list parts = {0};
        for (size_t k = 0; k < marked->count; k++)
            mw_list_add(arena, &parts, mw_strndup(arena, marked->line + marked->parts[k].at, marked->parts[k].bytes));
        json_object_set_new(record, "at_fault", list_json(&parts));
        json_array_append_new(array, record);
    }
    return array;
}

static json_t *fix_json(const struct mw_finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->fixes; i++) {
        json_t *fix = json_object();
        put(fix, "where", mw_where_name(finding->fix[i].where));
        put(fix, "text", finding->fix[i].text);
        if (finding->fix[i].snippet)
            put(fix, "snippet", finding->fix[i].snippet);
        if (finding->fix[i].seen_after_s >= 0)
            json_object_set_new(fix, "seen_after_s", json_integer(finding->fix[i].seen_after_s));
        json_array_append_new(array, fix);
    }
    return array;
}

static json_t *alike_json(const struct mw_finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->alikes; i++) {
        json_t *alike = json_object();
        put(alike, "id", finding->alike[i].other->id);
        put(alike, "decides", finding->alike[i].decides);
        json_array_append_new(array, alike);
    }
    return array;
}

static json_t *cause_json(struct mw_arena *arena, const struct mw_finding *finding)
{
    json_t *cause = json_object();
    put(cause, "id", finding->cause->id);
    json_object_set_new(cause, "root", json_true());
    put(cause, "severity", mw_severity_name(finding->severity));
    json_object_set_new(cause, "legs", legs_json(finding->legs));
    put(cause, "about", finding->about);
    json_object_set_new(cause, "places", list_json(&finding->places));
    put(cause, "owner", mw_owner_name(finding->cause->owner));
    json_object_set_new(cause, "confidence", json_real(finding->confidence));
    put(cause, "title", finding->title);
    put(cause, "says", finding->says);
    json_object_set_new(cause, "evidence", evidence_json(arena, finding));
    if (finding->marked_count)
        json_object_set_new(cause, "records", records_json(arena, finding));
    json_object_set_new(cause, "explains", list_json(&finding->explains));
    json_object_set_new(cause, "alike", alike_json(finding));
    json_object_set_new(cause, "fix", fix_json(finding));
    put(cause, "verify", finding->verify);
    put(cause, "reference", finding->cause->reference ? finding->cause->reference : "");
    return cause;
}

static json_t *causes_json(struct mw_arena *arena, const struct mw_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->count; i++)
        json_array_append_new(array, cause_json(arena, &report->findings[i]));
    return array;
}

static json_t *not_tested_json(const struct mw_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->not_tested_count; i++) {
        json_t *untested = json_object();
        put(untested, "what", report->not_tested[i].what);
        put(untested, "why", report->not_tested[i].why);
        json_array_append_new(array, untested);
    }
    return array;
}

/* DEL, C1 controls (U+0080 to U+009F), and marks that turn the direction of writing: valid in JSON, not fit for a terminal. 0: none of them. */
static unsigned unfit(const unsigned char *at, size_t *bytes)
{
    unsigned point = 0;
    *bytes = at[0] >= 0xE0 ? 3 : at[0] >= 0xC0 ? 2 : 1;
    if (*bytes == 1)
        return at[0] == 0x7F ? 0x7F : 0;
    if (*bytes == 2)
        point = (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    else if (at[0] < 0xF0)
        point = (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    bool turns = point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    return (point >= 0x80 && point < 0xA0) || turns ? point : 0;
}

static void put_text(const char *text, FILE *out)
{
    size_t bytes;
    while (*text) {
        unsigned point = unfit((const unsigned char *)text, &bytes);
        if (point)
            fprintf(out, "\\u%04x", point);
        else
            fputc(*text, out);
        text += point ? bytes : 1;
    }
    fputc('\n', out);
}

bool mw_format_json(const struct mw_report *report, const struct mw_format_options *options, FILE *out)
{
    struct mw_arena *arena = mw_arena_new();
    json_t *object = json_object();
    put(object, "schema", "mailwhy-report/1");
    put(object, "target", report->header->target);
    put(object, "question", report->header->question);
    json_object_set_new(object, "verdict", verdict_json(report));
    json_object_set_new(object, "causes", causes_json(arena, report));
    json_object_set_new(object, "ruled_out", list_json(&report->ruled_out));
    json_object_set_new(object, "not_tested", not_tested_json(report));
    json_object_set_new(object, "elapsed_ms", json_integer(report->elapsed_ms));
    if (report->partial)
        put(object, "partial", report->partial);
    struct mw_list way = mw_words_way(arena, report);
    if (way.count)
        json_object_set_new(object, "message", list_json(&way));
    if (options->tree)
        json_object_set_new(object, "tree", mw_tree_json(arena, report->facts));
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(PLACES_OF_CONFIDENCE));
    put_text(text, out);
    free(text);
    json_decref(object);
    mw_arena_free(arena);
    return fflush(out) == 0 && !ferror(out);
}
