/* Prints an option table for people: --help, and the manual in man(7) roff. Knows nothing of what the options do.
 *
 * Columns are counted as a terminal shows them (a Chinese character takes two); lines are folded at 100 columns. */
#include <mailwhy/lang.h>
#include <mailwhy/options.h>

#include <ctype.h>
#include <string.h>

enum { HELP_COLUMNS = 100, HELP_INDENT = 32 };

static void pad(FILE *out, size_t columns)
{
    fprintf(out, "%*s", (int)columns, "");
}

static void folded(struct mw_arena *arena, FILE *out, const char *text, size_t indent)
{
    struct mw_list lines = mw_text_fold(arena, text, HELP_COLUMNS - indent);
    for (size_t i = 0; i < lines.count; i++) {
        pad(out, i ? indent : 0);
        fprintf(out, "%s\n", lines.items[i]);
    }
}

static char *heading(struct mw_arena *arena, const struct mw_option *option)
{
    char *letter = option->letter ? mw_printf(arena, "-%c, ", option->letter) : mw_strdup(arena, "    ");
    if (option->kind == MW_FLAG)
        return mw_printf(arena, "  %s--%s", letter, option->name);
    return mw_printf(arena, "  %s--%s %s", letter, option->name, option->argument);
}

static char *choices_of(struct mw_arena *arena, const struct mw_option *option)
{
    struct mw_list all = {0};
    for (size_t i = 0; option->choices && option->choices[i]; i++)
        mw_list_add(arena, &all, option->choices[i]);
    return mw_list_join(arena, &all, ", ");
}

static bool names_choices(const struct mw_option *option)
{
    return option->choices && (option->kind == MW_CHOICE || option->kind == MW_CHOICES);
}

static void help_line(struct mw_arena *arena, const struct mw_option *option, FILE *out)
{
    char *head = heading(arena, option);
    size_t column = mw_text_columns(head);
    fputs(head, out);
    if (column + 2 > HELP_INDENT) {
        fputc('\n', out);
        column = 0;
    }
    pad(out, HELP_INDENT - column);
    const char *says = _(option->says);
    if (names_choices(option))
        says = mw_printf(arena, "%s (%s)", says, choices_of(arena, option));
    folded(arena, out, says, HELP_INDENT);
}

void mw_options_help(const struct mw_program *program, FILE *out)
{
    struct mw_arena *arena = mw_arena_new();
    fprintf(out, _("Usage: %s [options] %s"), program->name, _(program->synopsis));
    fputs("\n\n", out);
    folded(arena, out, _(program->says), 0);
    fprintf(out, "\n%s\n", _("Options:"));
    for (size_t i = 0; i < program->count; i++)
        help_line(arena, &program->options[i], out);
    mw_arena_free(arena);
}

/* roff: a backslash, a leading dot or quote, and a hyphen are not themselves. */
static void roff(FILE *out, const char *text)
{
    bool begins = true;
    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        begins = *text == '\n';
    }
}

/* What stands before a line: `show` is whether it is shown as it is, `shown` whether the line before was, `gap` whether an empty line parts them. */
static const char *roff_between(bool show, bool shown, bool gap)
{
    if (show != shown)
        return show ? ".PP\n.nf\n.RS 4\n" : ".RE\n.fi\n.PP\n";
    return !gap ? "" : show ? "\n" : ".PP\n";
}

/* Paragraphs are parted by empty lines; lines that begin with two blanks are shown as they are. */
static void roff_paragraphs(struct mw_arena *arena, FILE *out, const char *text)
{
    bool shown = false, gap = false;
    while (*text) {
        const char *end = strchrnul(text, '\n');
        if (end > text) {
            bool show = mw_text_starts(text, "  ");
            fputs(roff_between(show, shown, gap), out);
            roff(out, mw_strndup(arena, show ? text + 2 : text, (size_t)(end - text) - (show ? 2 : 0)));
            fputc('\n', out);
            shown = show;
        }
        gap = end == text;
        text = *end ? end + 1 : end;
    }
    if (shown)
        fputs(".RE\n.fi\n", out);
}

static void manual_option(struct mw_arena *arena, const struct mw_option *option, FILE *out)
{
    fputs(".TP\n", out);
    if (option->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", out);
    roff(out, option->name);
    fputs("\\fR", out);
    if (option->kind != MW_FLAG) {
        fputs(" \\fI", out);
        roff(out, option->argument);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    roff(out, _(option->says));
    if (names_choices(option)) {
        fputs("\n(", out);
        roff(out, choices_of(arena, option));
        fputc(')', out);
    }
    fputs(".\n", out);
}

static void manual_title(struct mw_arena *arena, const struct mw_program *program, const char *version, FILE *out)
{
    char *upper = mw_strdup(arena, program->name);
    for (char *at = upper; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    fprintf(out, ".\\\" printed by mailwhy manual from the tables of the program itself\n.TH \"%s\" \"1\" \"\" \"mailwhy %s\" \"mailwhy\"\n", upper, version);
}

static void manual_head(const struct mw_program *program, FILE *out)
{
    fputs(".SH NAME\n", out);
    roff(out, program->name);
    fputs(" \\- ", out);
    roff(out, _(program->says));
    fputs("\n.SH SYNOPSIS\n\\fB", out);
    roff(out, program->name);
    fputs("\\fR [\\fIoptions\\fR] ", out);
    roff(out, _(program->synopsis));
    fputc('\n', out);
}

void mw_options_manual(const struct mw_program *program, const char *version, FILE *out)
{
    /* clang-format off */
    static const struct { const char *status, *means; } statuses[] = {
        {"0",  N_("nothing is wrong")},
        {"1",  N_("mail passes, but is degraded or at risk")},
        {"2",  N_("mail is blocked")},
        {"3",  N_("mailwhy could not tell, and says why")},
        {"64", N_("the command line is wrong")},
        {"65", N_("a file does not parse")},
        {"66", N_("a file cannot be read")},
        {"70", N_("a bug in mailwhy")},
        {"71", N_("the system refused something that mailwhy needs")},
        {"74", N_("output cannot be written")},
    };
    /* clang-format on */
    struct mw_arena *arena = mw_arena_new();
    manual_title(arena, program, version, out);
    manual_head(program, out);
    if (program->describes) {
        fputs(".SH DESCRIPTION\n", out);
        roff_paragraphs(arena, out, _(program->describes));
    }
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; i < program->count; i++)
        manual_option(arena, &program->options[i], out);
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < MW_COUNT(statuses); i++)
        fprintf(out, ".TP\n%s\n%s.\n", statuses[i].status, _(statuses[i].means));
    fputs(".SH SEE ALSO\nmailwhy(1)\n", out);
    mw_arena_free(arena);
}
