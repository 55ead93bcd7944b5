/* Option tables: the one place that says which options exist. Parsing, --help, manuals and shell completion are made from them. */
#ifndef MAILWHY_OPTIONS_H
#define MAILWHY_OPTIONS_H

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stdio.h>

enum mw_option_kind { MW_FLAG, MW_STRING, MW_STRINGS, MW_NUMBER, MW_WHOLE, MW_CHOICE, MW_CHOICES, MW_FILE, MW_FILES };

struct mw_option {
    const char *name;     /* long name without dashes */
    char letter;          /* 0: none */
    enum mw_option_kind kind;
    const char *argument; /* "FILE"; NULL for a flag */
    const char *says;     /* N_() */
    size_t offset;        /* of the bool, const char *, struct mw_list or double in the struct that mw_options_read fills */
    double low, high;     /* MW_NUMBER, MW_WHOLE (a whole number) */
    const char *const *choices; /* MW_CHOICE(S): NULL-terminated */
};

/* A program, as --help, manual and completion show it. */
struct mw_program {
    const char *name;     /* "mailwhy-smtp" */
    const char *synopsis; /* N_(): operands: "HOST[:PORT]|DOMAIN" */
    const char *says;     /* N_(): one sentence */
    const char *describes; /* N_(): paragraphs for the manual, parted by empty lines; NULL */
    const struct mw_option *options;
    size_t count;
    const char *const *words; /* subcommands for completion, NULL-terminated; NULL */
    const char *const *const *after; /* what may follow each of the words, NULL-terminated; NULL: no set of words. NULL: of none */
};

/* Reads argv; operands go to *operands. False: *flaw is one whole line (what, and what would be right, with the nearest option suggested). */
bool mw_options_read(struct mw_arena *arena, const struct mw_program *program, int argc, char *const *argv, void *into, struct mw_list *operands,
                     const char **flaw);

void mw_options_help(const struct mw_program *program, FILE *out);
void mw_options_manual(const struct mw_program *program, const char *version, FILE *out); /* man(7) roff */
/* shell: bash, zsh or fish; false: another. */
bool mw_options_completion(const struct mw_program *const *programs, size_t count, const char *shell, FILE *out);

#endif
