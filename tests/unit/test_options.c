/* Option tables: what is read, what is refused and with which words, and that help, manual and completion name every option. */
#include <mailwhy/options.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct into {
    bool loud, quiet;
    const char *name, *kind;
    struct mw_list hosts, parts;
    double seconds;
};

static const char *const kinds[] = {"text", "json", NULL};
static const char *const parts[] = {"mx", "smtp", "imap", NULL};
static const struct mw_option table[] = {
    {"loud", 'l', MW_FLAG, NULL, "makes noise", offsetof(struct into, loud), 0, 0, NULL},
    {"quiet", 'q', MW_FLAG, NULL, "makes none", offsetof(struct into, quiet), 0, 0, NULL},
    {"name", 'n', MW_STRING, "NAME", "a name", offsetof(struct into, name), 0, 0, NULL},
    {"kind", 0, MW_CHOICE, "KIND", "form [of] it: 'so'", offsetof(struct into, kind), 0, 0, kinds},
    {"host", 0, MW_STRINGS, "HOST", "repeatable", offsetof(struct into, hosts), 0, 0, NULL},
    {"only", 0, MW_CHOICES, "PART,...", "these alone", offsetof(struct into, parts), 0, 0, parts},
    {"timeout", 't', MW_NUMBER, "SECONDS", "how long", offsetof(struct into, seconds), 0.1, 3600, NULL},
};
static const char *const words[] = {"check", "send", NULL};
static const struct mw_program program = {"tool", "TARGET", "Does it.", "One.\n\n  shown as it is\n\n.two", table, sizeof table / sizeof table[0], words};

static struct mw_arena *arena;

static bool read_line(const char *line, struct into *into, struct mw_list *operands, const char **flaw)
{
    struct mw_list argv = {0};
    mw_list_add(arena, &argv, "tool");
    struct mw_list rest = mw_text_split(arena, line, " ");
    for (size_t i = 0; i < rest.count; i++)
        mw_list_add(arena, &argv, strcmp(rest.items[i], "EMPTY") == 0 ? "" : rest.items[i]);
    char **copy = MW_NEW_ARRAY(arena, char *, argv.count + 1);
    for (size_t i = 0; i < argv.count; i++)
        copy[i] = mw_strdup(arena, argv.items[i]);
    return mw_options_read(arena, &program, (int)argv.count, copy, into, operands, flaw);
}

static void reads_every_form(void **state)
{
    (void)state;
    struct into into = {0};
    struct mw_list operands = {0};
    const char *flaw = NULL;
    assert_true(read_line("one -lq --name=a --kind JSON --host x --host=y --only mx,imap --only smtp -t5.5 two -- --loud", &into, &operands, &flaw));
    assert_null(flaw);
    assert_true(into.loud && into.quiet);
    assert_string_equal(into.name, "a");
    assert_string_equal(into.kind, "json");
    assert_string_equal(mw_list_join(arena, &into.hosts, " "), "x y");
    assert_string_equal(mw_list_join(arena, &into.parts, " "), "mx imap smtp");
    assert_true(into.seconds > 5.4 && into.seconds < 5.6);
    assert_string_equal(mw_list_join(arena, &operands, " "), "one two --loud");
}

static void joined_letters_end_with_a_value(void **state)
{
    (void)state;
    struct into into = {0};
    struct mw_list operands = {0};
    const char *flaw = NULL;
    assert_true(read_line("-lnname -", &into, &operands, &flaw));
    assert_true(into.loud);
    assert_string_equal(into.name, "name");
    assert_string_equal(operands.items[0], "-");
}

static void refuses_with_what_would_be_right(void **state)
{
    (void)state;
    static const struct {
        const char *line, *flaw;
    } cases[] = {
        {"--lout", "there is no option --lout; did you mean --loud?"},
        {"--zzzzzzzzzz", "there is no option --zzzzzzzzzz; tool --help lists them"},
        {"-x", "there is no option -x; tool --help lists them"},
        {"--loud=yes", "--loud takes no value"},
        {"--name", "--name needs a value: --name NAME"},
        {"--name=", "--name needs a value that is not empty"},
        {"--name EMPTY", "--name needs a value that is not empty"},
        {"--kind jsn", "--kind does not know 'jsn'; did you mean 'json'?"},
        {"--kind qqqqqqqq", "--kind does not know 'qqqqqqqq'; it takes one of: text, json"},
        {"--only mx,smpt", "--only does not know 'smpt'; did you mean 'smtp'?"},
        {"--only ,", "--only needs at least one name"},
        {"--timeout 0", "--timeout takes a number from 0.1 to 3600, not '0'"},
        {"--timeout 9999", "--timeout takes a number from 0.1 to 3600, not '9999'"},
        {"--timeout nan", "--timeout takes a number from 0.1 to 3600, not 'nan'"},
        {"--timeout 5x", "--timeout takes a number from 0.1 to 3600, not '5x'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct into into = {0};
        struct mw_list operands = {0};
        const char *flaw = NULL;
        assert_false(read_line(cases[i].line, &into, &operands, &flaw));
        assert_string_equal(flaw, cases[i].flaw);
    }
}

/* What a printing function wrote. */
static char *printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    print(out);
    fclose(out);
    char *copy = mw_strdup(arena, text);
    free(text);
    return copy;
}

static void help(FILE *out)
{
    mw_options_help(&program, out);
}

static void manual(FILE *out)
{
    mw_options_manual(&program, "1.2", out);
}

static const char *shell;
static void completion(FILE *out)
{
    const struct mw_program *const all[] = {&program};
    assert_true(mw_options_completion(all, 1, shell, out));
}

static void every_option_is_printed_everywhere(void **state)
{
    (void)state;
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_non_null(strstr(printed(help), mw_printf(arena, "--%s", table[i].name)));
        assert_non_null(strstr(printed(manual), mw_printf(arena, "\\-\\-%s", table[i].name)));
        for (size_t k = 0; k < sizeof shells / sizeof shells[0]; k++) {
            shell = shells[k];
            assert_non_null(strstr(printed(completion), table[i].name));
        }
    }
    assert_false(mw_options_completion(NULL, 0, "tcsh", NULL));
}

static void help_folds_and_names_choices(void **state)
{
    (void)state;
    const char *text = printed(help);
    assert_non_null(strstr(text, "Usage: tool [options] TARGET\n"));
    assert_non_null(strstr(text, "  -l, --loud                    makes noise\n"));
    assert_non_null(strstr(text, "form [of] it: 'so' (text, json)\n"));
}

static void the_manual_escapes_what_roff_would_eat(void **state)
{
    (void)state;
    const char *text = printed(manual);
    assert_non_null(strstr(text, ".SH DESCRIPTION\nOne.\n.PP\n.nf\n.RS 4\nshown as it is\n.RE\n.fi\n.PP\n\\&.two\n"));
    assert_non_null(strstr(text, ".TH \"TOOL\" \"1\" \"\" \"mailwhy 1.2\""));
}

static int begin(void **state)
{
    (void)state;
    arena = mw_arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    mw_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(joined_letters_end_with_a_value),
        cmocka_unit_test(refuses_with_what_would_be_right),
        cmocka_unit_test(every_option_is_printed_everywhere),
        cmocka_unit_test(help_folds_and_names_choices),
        cmocka_unit_test(the_manual_escapes_what_roff_would_eat),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
