/* Option tables: reads argv by them. help.c, manual.c and completion.c print the same tables.
 *
 * Takes --name=value, --name value, -x value, -xvalue and joined letters of flags; "--" ends options; options and operands may be mixed. A list option
 * (MW_STRINGS, MW_FILES, MW_CHOICES) may be given more than once. Never prints and never exits: what is wrong is one line for the caller. */
#include <mailwhy/lang.h>
#include <mailwhy/options.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct mw_arena *arena;
    const struct mw_program *program;
    char *const *argv;
    int argc, at;
    char *into;
    const char *flaw;
};

static bool flawed(struct reading *reading, char *line)
{
    reading->flaw = line;
    return false;
}

static const struct mw_option *by_name(const struct mw_program *program, const char *name, size_t length)
{
    for (size_t i = 0; i < program->count; i++)
        if (strlen(program->options[i].name) == length && memcmp(program->options[i].name, name, length) == 0)
            return &program->options[i];
    return NULL;
}

static const struct mw_option *by_letter(const struct mw_program *program, char letter)
{
    for (size_t i = 0; i < program->count; i++)
        if (program->options[i].letter == letter)
            return &program->options[i];
    return NULL;
}

static bool unknown_option(struct reading *reading, const char *name)
{
    const char **names = MW_NEW_ARRAY(reading->arena, const char *, reading->program->count + 1);
    for (size_t i = 0; i < reading->program->count; i++)
        names[i] = reading->program->options[i].name;
    const char *nearest = mw_text_nearest(name, names, reading->program->count);
    if (nearest)
        return flawed(reading, mw_printf(reading->arena, _("there is no option --%s; did you mean --%s?"), name, nearest));
    return flawed(reading, mw_printf(reading->arena, _("there is no option --%s; %s --help lists them"), name, reading->program->name));
}

static size_t choice_count(const struct mw_option *option)
{
    size_t count = 0;
    while (option->choices[count])
        count++;
    return count;
}

/* The choice itself, so that what is stored outlives argv. */
static const char *choice_of(struct reading *reading, const struct mw_option *option, const char *value)
{
    size_t count = choice_count(option);
    for (size_t i = 0; i < count; i++)
        if (mw_text_same(option->choices[i], value))
            return option->choices[i];
    const char *nearest = mw_text_nearest(value, option->choices, count);
    struct mw_list all = {(const char **)(uintptr_t)option->choices, count, count}; /* only read */
    if (nearest)
        flawed(reading, mw_printf(reading->arena, _("--%s does not know '%s'; did you mean '%s'?"), option->name, value, nearest));
    else
        flawed(reading, mw_printf(reading->arena, _("--%s does not know '%s'; it takes one of: %s"), option->name, value, mw_list_join(reading->arena, &all, ", ")));
    return NULL;
}

static bool take_choice(struct reading *reading, const struct mw_option *option, const char *value)
{
    const char *choice = choice_of(reading, option, value);
    if (choice)
        *(const char **)(void *)(reading->into + option->offset) = choice;
    return choice != NULL;
}

static bool take_choices(struct reading *reading, const struct mw_option *option, const char *value)
{
    struct mw_list pieces = mw_text_split(reading->arena, value, ",");
    if (!pieces.count)
        return flawed(reading, mw_printf(reading->arena, _("--%s needs at least one name"), option->name));
    for (size_t i = 0; i < pieces.count; i++) {
        const char *choice = choice_of(reading, option, pieces.items[i]);
        if (!choice)
            return false;
        mw_list_add(reading->arena, (struct mw_list *)(void *)(reading->into + option->offset), choice);
    }
    return true;
}

static bool take_number(struct reading *reading, const struct mw_option *option, const char *value)
{
    char *end = NULL;
    errno = 0;
    double number = strtod(value, &end);
    if (!*value || *end || errno || !isfinite(number) || number < option->low || number > option->high)
        return flawed(reading, mw_printf(reading->arena, _("--%s takes a number from %.10g to %.10g, not '%s'"), option->name, option->low, option->high, value));
    if (option->kind == MW_WHOLE && number != floor(number))
        return flawed(reading, mw_printf(reading->arena, _("--%s takes a whole number, not '%s'"), option->name, value));
    *(double *)(void *)(reading->into + option->offset) = number;
    return true;
}

static bool take(struct reading *reading, const struct mw_option *option, const char *value)
{
    void *place = reading->into + option->offset;
    switch (option->kind) {
    case MW_FLAG:
        *(bool *)place = true;
        return true;
    case MW_NUMBER:
    case MW_WHOLE:
        return take_number(reading, option, value);
    case MW_CHOICE:
        return take_choice(reading, option, value);
    case MW_CHOICES:
        return take_choices(reading, option, value);
    case MW_STRINGS:
    case MW_FILES:
        mw_list_add(reading->arena, place, value);
        return true;
    case MW_STRING:
    case MW_FILE:
        break;
    }
    *(const char **)place = value;
    return true;
}

/* `value`: what stands in the same argument; NULL: nothing, so the next argument is it. */
static bool take_with(struct reading *reading, const struct mw_option *option, const char *value)
{
    if (option->kind == MW_FLAG && value)
        return flawed(reading, mw_printf(reading->arena, _("--%s takes no value"), option->name));
    if (option->kind != MW_FLAG && !value && reading->at + 1 < reading->argc)
        value = reading->argv[++reading->at];
    if (option->kind != MW_FLAG && !value)
        return flawed(reading, mw_printf(reading->arena, _("--%s needs a value: --%s %s"), option->name, option->name, option->argument));
    if (option->kind != MW_FLAG && !*value)
        return flawed(reading, mw_printf(reading->arena, _("--%s needs a value that is not empty"), option->name));
    bool is_text = option->kind == MW_STRING || option->kind == MW_STRINGS; /* a file's name may be any bytes */
    if (is_text && !mw_text_is_utf8(value, strlen(value)))
        return flawed(reading, mw_printf(reading->arena, _("the value of --%s is not UTF-8"), option->name));
    return take(reading, option, value);
}

static bool read_long(struct reading *reading, const char *argument)
{
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) : strlen(argument);
    const struct mw_option *option = by_name(reading->program, argument, length);
    if (!option)
        return unknown_option(reading, mw_strndup(reading->arena, argument, length));
    return take_with(reading, option, equals ? equals + 1 : NULL);
}

static bool read_letters(struct reading *reading, const char *letters)
{
    for (; *letters; letters++) {
        const struct mw_option *option = by_letter(reading->program, *letters);
        if (!option)
            return flawed(reading, mw_printf(reading->arena, _("there is no option -%c; %s --help lists them"), *letters, reading->program->name));
        if (option->kind != MW_FLAG)
            return take_with(reading, option, letters[1] ? letters + 1 : NULL);
        take(reading, option, NULL);
    }
    return true;
}

bool mw_options_read(struct mw_arena *arena, const struct mw_program *program, int argc, char *const *argv, void *into, struct mw_list *operands,
                     const char **flaw)
{
    struct reading reading = {.arena = arena, .program = program, .argv = argv, .argc = argc, .into = into};
    bool only_operands = false;
    for (reading.at = 1; reading.at < argc; reading.at++) {
        const char *argument = argv[reading.at];
        bool well = true;
        if (only_operands || argument[0] != '-' || !argument[1])
            mw_list_add(arena, operands, argument);
        else if (strcmp(argument, "--") == 0)
            only_operands = true;
        else
            well = argument[1] == '-' ? read_long(&reading, argument + 2) : read_letters(&reading, argument + 1);
        if (!well) {
            *flaw = reading.flaw;
            return false;
        }
    }
    return true;
}
