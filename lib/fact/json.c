/* Facts to JSON Lines and back (jansson). A stream is a header line and then facts; what is torn, of another schema or of a later major version is refused with
 * file, line and reason. Facts that this version does not know are kept whole and passed on. */
#include "store.h"

#include <jansson.h>

#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "mailwhy-facts/"
#define SCHEMA_MAJOR 1
#define LINE_CEILING (4u << 20)

static json_t *list_json(const struct mw_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_string(list->items[i]));
    return array;
}

static json_t *value_json(struct mw_arena *arena, const struct mw_fact *fact)
{
    switch (mw_fact_kind(fact->id)->type) {
    case MW_BOOL:
        return json_boolean(fact->yes);
    case MW_INT:
        return json_integer((json_int_t)fact->number);
    case MW_TIME:
        return json_string(mw_time_text(arena, fact->number));
    case MW_LIST:
        return list_json(&fact->list);
    case MW_TEXT:
    default:
        return json_string(fact->text);
    }
}

static bool write_json(json_t *object, FILE *out)
{
    bool written = json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(DBL_DIG)) == 0 && fputc('\n', out) != EOF;
    json_decref(object);
    return written;
}

/* An unknown fact keeps its words, but its numbers are of this stream. */
static json_t *unknown_json(const struct mw_fact *fact)
{
    json_t *object = json_loads(fact->unknown, 0, NULL);
    json_object_set_new(object, "n", json_integer(fact->n));
    if (fact->because)
        json_object_set_new(object, "because", json_integer(fact->because));
    return object;
}

bool mw_fact_write(const struct mw_facts *facts, const struct mw_fact *fact, FILE *out)
{
    (void)facts;
    if (fact->id == MW_NO_FACT)
        return write_json(unknown_json(fact), out);
    struct mw_arena *arena = mw_arena_new();
    json_t *object = json_object();
    json_object_set_new(object, "fact", json_string(mw_fact_kind(fact->id)->name));
    json_object_set_new(object, "about", json_string(fact->about));
    json_object_set_new(object, "value", value_json(arena, fact));
    if (fact->quote)
        json_object_set_new(object, "quote", json_string(fact->quote));
    if (fact->ms > 0)
        json_object_set_new(object, "ms", json_real((double)(long)(fact->ms * 10 + 0.5) / 10));
    if (fact->because)
        json_object_set_new(object, "because", json_integer(fact->because));
    json_object_set_new(object, "n", json_integer(fact->n));
    json_object_set_new(object, "from", json_string(fact->from));
    json_object_set_new(object, "at", json_string(mw_time_text(arena, fact->at)));
    mw_arena_free(arena);
    return write_json(object, out);
}

bool mw_header_write(const struct mw_header *header, FILE *out)
{
    json_t *object = json_object();
    json_object_set_new(object, "schema", json_sprintf(SCHEMA "%d", SCHEMA_MAJOR));
    json_object_set_new(object, "version", json_string(header->version));
    json_object_set_new(object, "vantage", json_string(header->vantage));
    json_object_set_new(object, "question", json_string(header->question));
    json_object_set_new(object, "target", json_string(header->target));
    json_object_set_new(object, "options", list_json(&header->options));
    return write_json(object, out);
}

bool mw_facts_write(const struct mw_facts *facts, FILE *out)
{
    if (!mw_header_write(&facts->header, out))
        return false;
    for (size_t i = 0; i < facts->count; i++)
        if (!mw_fact_write(facts, facts->fact[i], out))
            return false;
    return fflush(out) == 0;
}

/* --- reading ----------------------------------------------------------------------------------------------------------------------------------- */
struct reading {
    struct mw_facts *facts;
    const char *file;
    unsigned line;
    const char **flaw;
    unsigned *renumbered; /* n in the stream - 1 → n in the store; 0: not seen */
    size_t room;
};

static bool refuse(struct reading *reading, const char *reason)
{
    *reading->flaw = mw_printf(reading->facts->arena, "%s:%u: %s", reading->file, reading->line, reason);
    return false;
}

static const char *text_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool read_list(struct mw_arena *arena, json_t *array, struct mw_list *list)
{
    size_t i;
    json_t *item;
    if (!json_is_array(array))
        return false;
    json_array_foreach(array, i, item) {
        if (!json_is_string(item))
            return false;
        mw_list_add(arena, list, json_string_value(item));
    }
    return true;
}

static bool read_value(struct mw_arena *arena, json_t *value, struct mw_fact *draft)
{
    switch (mw_fact_kind(draft->id)->type) {
    case MW_BOOL:
        draft->yes = json_is_true(value);
        return json_is_boolean(value);
    case MW_INT:
        draft->number = (int64_t)json_integer_value(value);
        return json_is_integer(value);
    case MW_TIME:
        draft->number = json_is_string(value) ? mw_time_read(json_string_value(value)) : -1;
        return draft->number >= 0;
    case MW_LIST:
        return read_list(arena, value, &draft->list);
    case MW_TEXT:
    default:
        draft->text = json_string_value(value);
        return draft->text != NULL;
    }
}

static bool read_header(struct reading *reading, json_t *object)
{
    const char *schema = text_of(object, "schema");
    if (!schema || strncmp(schema, SCHEMA, strlen(SCHEMA)) != 0)
        return refuse(reading, "not a stream of mailwhy facts (its first line must be a header with \"schema\": \"" SCHEMA "1\")");
    if (strtol(schema + strlen(SCHEMA), NULL, 10) != SCHEMA_MAJOR)
        return refuse(reading, mw_printf(reading->facts->arena, "schema %s is of another version, this program reads " SCHEMA "1", schema));
    struct mw_header header = {text_of(object, "question"), text_of(object, "target"), text_of(object, "vantage"), text_of(object, "version"), {0}};
    json_t *options = json_object_get(object, "options");
    if (!header.question || !header.target || !header.vantage || !header.version || (options && !read_list(reading->facts->arena, options, &header.options)))
        return refuse(reading, "the header lacks question, target, vantage or version");
    if (!reading->facts->header.question)
        mw_facts_set_header(reading->facts, &header);
    return true;
}

static unsigned *renumber(struct reading *reading, size_t n)
{
    if (n > reading->room) {
        size_t room = n * 2 + 64;
        reading->renumbered = mw_grow(reading->facts->arena, reading->renumbered, reading->room * sizeof(unsigned), room * sizeof(unsigned));
        reading->room = room;
    }
    return &reading->renumbered[n - 1];
}

static bool read_numbers(struct reading *reading, json_t *object, struct mw_fact *draft, size_t *n)
{
    json_int_t number = json_integer_value(json_object_get(object, "n")), because = json_integer_value(json_object_get(object, "because"));
    if (number < 1 || number > MW_FACTS_CEILING)
        return refuse(reading, "\"n\" must be a whole number from 1 on");
    if (*renumber(reading, (size_t)number))
        return refuse(reading, "this \"n\" stands in the stream twice");
    if (because < 0 || because >= number || (because && !*renumber(reading, (size_t)because)))
        return refuse(reading, "\"because\" names no earlier fact");
    draft->because = because ? *renumber(reading, (size_t)because) : 0;
    *n = (size_t)number;
    return true;
}

static bool read_fact(struct reading *reading, json_t *object, const char *line)
{
    const char *name = text_of(object, "fact"), *at = text_of(object, "at");
    struct mw_fact draft = {.about = text_of(object, "about"), .quote = text_of(object, "quote"), .from = text_of(object, "from")};
    size_t n = 0;
    if (!name || !draft.about || !json_object_get(object, "value"))
        return refuse(reading, "a fact needs \"fact\", \"about\" and \"value\"");
    if (!read_numbers(reading, object, &draft, &n))
        return false;
    draft.at = at ? mw_time_read(at) : 0;
    if (draft.at < 0)
        return refuse(reading, "\"at\" is not a time like 2026-11-22T13:00:00Z");
    draft.ms = json_number_value(json_object_get(object, "ms"));
    draft.id = mw_fact_by_name(name);
    if (draft.id == MW_NO_FACT)
        draft.unknown = line;
    else if (!read_value(reading->facts->arena, json_object_get(object, "value"), &draft))
        return refuse(reading, mw_printf(reading->facts->arena, "the value of %s is of the wrong type", name));
    const struct mw_fact *fact = mw_fact_tell(reading->facts, &draft);
    if (!fact)
        return refuse(reading, "more facts than one stream may hold");
    *renumber(reading, n) = fact->n;
    return true;
}

static bool read_line(struct reading *reading, const char *line, size_t length)
{
    json_error_t error;
    if (memchr(line, '\0', length)) /* jansson takes one behind a number */
        return refuse(reading, "not a JSON object: it has a NUL byte");
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return refuse(reading, mw_printf(reading->facts->arena, "not a JSON object: %s", *error.text ? error.text : "another kind of value"));
    }
    bool fine = reading->line == 1 ? read_header(reading, object) : read_fact(reading, object, line);
    json_decref(object);
    return fine;
}

bool mw_facts_read(struct mw_facts *facts, FILE *in, const char *file, const char **flaw)
{
    struct reading reading = {.facts = facts, .file = file, .flaw = flaw};
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool fine = true;
    while (fine && (length = getline(&line, &room, in)) >= 0) {
        reading.line++;
        if ((size_t)length > LINE_CEILING)
            fine = refuse(&reading, "longer than a line may be");
        else if (line[length - 1] != '\n')
            fine = refuse(&reading, "the last line is torn (no line end): the file is not whole");
        else
            fine = read_line(&reading, line, (size_t)length - 1);
    }
    free(line);
    if (fine && ferror(in)) {
        reading.line++;
        fine = refuse(&reading, strerror(errno));
    }
    if (fine && !reading.line) {
        reading.line = 1;
        fine = refuse(&reading, "empty: there is no header");
    }
    return fine;
}
