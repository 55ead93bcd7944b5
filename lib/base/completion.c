/* Prints shell completion for bash, zsh and fish from the option tables. The scripts ask mailwhy for nothing: all that they know stands in them. */
#include <mailwhy/lang.h>
#include <mailwhy/options.h>

#include <string.h>

struct all_programs {
    const struct mw_program *const *items;
    size_t count;
    FILE *out;
};

static bool is_file(const struct mw_option *option)
{
    return option->kind == MW_FILE || option->kind == MW_FILES;
}

static bool has_choices(const struct mw_option *option)
{
    return option->choices && (option->kind == MW_CHOICE || option->kind == MW_CHOICES);
}

static void put_list(FILE *out, const char *const *words)
{
    for (size_t i = 0; words && words[i]; i++)
        fprintf(out, "%s%s", i ? " " : "", words[i]);
}

static void put_options(FILE *out, const struct mw_program *program)
{
    for (size_t i = 0; i < program->count; i++)
        fprintf(out, "%s--%s", i ? " " : "", program->options[i].name);
}

/* In single quotes, for all three shells; `also` are characters that get a backslash as well. */
static void quoted(FILE *out, const char *text, const char *also)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr(also, *text))
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

/* --- bash ---------------------------------------------------------------------------------------------------------------------------------- */

static void bash_values(const struct all_programs *programs)
{
    const struct mw_program *program = programs->items[0];
    for (size_t i = 0; i < program->count; i++) {
        const struct mw_option *option = &program->options[i];
        if (option->kind == MW_FLAG)
            continue;
        fprintf(programs->out, "    --%s) ", option->name);
        if (has_choices(option)) {
            fputs("mapfile -t COMPREPLY < <(compgen -W '", programs->out);
            put_list(programs->out, option->choices);
            fputs("' -- \"$word\"); return ;;\n", programs->out);
        } else {
            fputs(is_file(option) ? "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n" : "COMPREPLY=(); return ;;\n", programs->out);
        }
    }
}

/* A word is completed as the program mailwhy-WORD is. */
static void bash_after(FILE *out, const struct mw_program *program)
{
    for (size_t i = 0; program->after && program->words[i]; i++) {
        if (!program->after[i])
            continue;
        fprintf(out, "    %s-%s) options='", program->name, program->words[i]);
        put_options(out, program);
        fputs("'; words='", out);
        put_list(out, program->after[i]);
        fputs("' ;;\n", out);
    }
}

static void bash_programs(const struct all_programs *programs)
{
    for (size_t i = 0; i < programs->count; i++) {
        fprintf(programs->out, "    %s) options='", programs->items[i]->name);
        put_options(programs->out, programs->items[i]);
        fputs("'; words='", programs->out);
        put_list(programs->out, programs->items[i]->words);
        fputs("' ;;\n", programs->out);
        bash_after(programs->out, programs->items[i]);
    }
}

static void bash(const struct all_programs *programs)
{
    fputs("# bash completion for mailwhy: source this file, or put it into /usr/share/bash-completion/completions/mailwhy\n"
          "_mailwhy() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]##*/} options='' words=''\n"
          "    if [ \"$word\" = = ]; then word=''\n"
          "    elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n"
          "    case $before in\n",
          programs->out);
    bash_values(programs);
    fputs("    esac\n    if [ \"$program\" = mailwhy ] && [ \"$COMP_CWORD\" -gt 1 ]; then program=mailwhy-${COMP_WORDS[1]}; fi\n    case $program in\n", programs->out);
    bash_programs(programs);
    fputs("    *) options='", programs->out);
    put_options(programs->out, programs->items[0]);
    fputs("' ;;\n    esac\n"
          "    case $word in\n"
          "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\") ;;\n"
          "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\") ;;\n"
          "    esac\n"
          "}\n"
          "complete -o default -F _mailwhy",
          programs->out);
    for (size_t i = 0; i < programs->count; i++)
        fprintf(programs->out, " %s", programs->items[i]->name);
    fputc('\n', programs->out);
}

/* --- zsh ----------------------------------------------------------------------------------------------------------------------------------- */

static void zsh_option(FILE *out, const struct mw_option *option)
{
    const char *many = option->kind == MW_STRINGS || option->kind == MW_FILES || option->kind == MW_CHOICES ? "*" : "";
    fprintf(out, " \\\n        '%s--%s%s[", many, option->name, option->kind == MW_FLAG ? "" : "=");
    quoted(out, _(option->says), "[]:\\");
    fputc(']', out);
    if (option->kind != MW_FLAG) {
        fputc(':', out);
        quoted(out, option->argument, ":\\");
        fputc(':', out);
    }
    if (has_choices(option)) {
        fputs(option->kind == MW_CHOICES ? "_values -s , name " : "(", out);
        put_list(out, option->choices);
        fputs(option->kind == MW_CHOICES ? "" : ")", out);
    }
    fputs(is_file(option) ? "_files'" : "'", out);
}

static void zsh_operands(FILE *out, const struct mw_program *program)
{
    if (program->words) {
        fputs(" \\\n        '1:word:(", out);
        put_list(out, program->words);
        fputs(")'", out);
    }
    fputs(" \\\n        '*:operand:{case $words[2] in ", out);
    for (size_t i = 0; program->after && program->words[i]; i++) {
        if (!program->after[i])
            continue;
        fprintf(out, "%s) compadd ", program->words[i]);
        put_list(out, program->after[i]);
        fputs(";; ", out);
    }
    fputs("*) _files;; esac}' ;;\n", out);
}

static void zsh(const struct all_programs *programs)
{
    FILE *out = programs->out;
    fputs("#compdef", out);
    for (size_t i = 0; i < programs->count; i++)
        fprintf(out, " %s", programs->items[i]->name);
    fputs("\n# zsh completion for mailwhy: put this file as _mailwhy into a directory of $fpath\n_mailwhy() {\n    case ${words[1]:t} in\n", out);
    for (size_t i = 0; i < programs->count; i++) {
        const struct mw_program *program = programs->items[i];
        fprintf(out, "    %s) _arguments -s", program->name);
        for (size_t k = 0; k < program->count; k++)
            zsh_option(out, &program->options[k]);
        zsh_operands(out, program);
    }
    fputs("    esac\n}\n_mailwhy \"$@\"\n", out);
}

/* --- fish ---------------------------------------------------------------------------------------------------------------------------------- */

static void fish_option(FILE *out, const char *program, const struct mw_option *option)
{
    fprintf(out, "complete -c %s -l %s", program, option->name);
    if (option->letter)
        fprintf(out, " -s %c", option->letter);
    if (option->kind != MW_FLAG)
        fputs(is_file(option) ? " -r -F" : " -x", out);
    if (has_choices(option)) {
        fputs(" -a '", out);
        put_list(out, option->choices);
        fputc('\'', out);
    }
    fputs(" -d '", out);
    for (const char *at = _(option->says); *at; at++)
        fprintf(out, *at == '\'' || *at == '\\' ? "\\%c" : "%c", *at);
    fputs("'\n", out);
}

static void fish_after(FILE *out, const struct mw_program *program)
{
    for (size_t i = 0; program->after && program->words[i]; i++) {
        if (!program->after[i])
            continue;
        fprintf(out, "complete -c %s -n '__fish_seen_subcommand_from %s' -f -a '", program->name, program->words[i]);
        put_list(out, program->after[i]);
        fputs("'\n", out);
    }
}

static void fish(const struct all_programs *programs)
{
    fputs("# fish completion for mailwhy: put this file as mailwhy.fish into ~/.config/fish/completions\n", programs->out);
    for (size_t i = 0; i < programs->count; i++) {
        const struct mw_program *program = programs->items[i];
        for (size_t k = 0; k < program->count; k++)
            fish_option(programs->out, program->name, &program->options[k]);
        if (!program->words)
            continue;
        fprintf(programs->out, "complete -c %s -n __fish_use_subcommand -f -a '", program->name);
        put_list(programs->out, program->words);
        fputs("'\n", programs->out);
        fish_after(programs->out, program);
    }
}

bool mw_options_completion(const struct mw_program *const *programs, size_t count, const char *shell, FILE *out)
{
    /* clang-format off */
    static const struct { const char *name; void (*print)(const struct all_programs *programs); } shells[] = {
        {"bash", bash},
        {"zsh",  zsh},
        {"fish", fish},
    };
    /* clang-format on */
    const struct all_programs all = {programs, count, out};
    for (size_t i = 0; i < MW_COUNT(shells); i++)
        if (mw_text_same(shells[i].name, shell)) {
            shells[i].print(&all);
            return true;
        }
    return false;
}
