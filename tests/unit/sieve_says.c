/* Prints what mw_sieve_run says: sieve_says SCRIPT FROM TO SUBJECT MESSAGE-ID ("-": not known) [NAME=SCRIPT]… (what it may include). For test_sieve.py, which
 * compares it with another Sieve. */
#include <mailwhy/sieve.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *known(const char *word)
{
    return strcmp(word, "-") == 0 ? NULL : word;
}

static size_t read_script(const char *path, char *bytes, size_t room)
{
    FILE *in = fopen(path, "rb");
    size_t count = in ? fread(bytes, 1, room, in) : 0;
    if (!in)
        exit(66);
    fclose(in);
    return count;
}

static void print(const struct mw_sieve_result *result)
{
    static const char *const tells[] = {"never", "perhaps", "surely"};
    printf("fate\t%s\t%s\t%d\n", mw_sieve_fate_name(result->fate), result->decides && result->decides->sender ? result->decides->sender : "",
           result->decides ? result->decides->line : 0);
    for (size_t i = 0; i < result->count; i++) {
        const struct mw_sieve_action *action = &result->actions[i];
        printf("%s\t%s\t%s\t%d\t%s\n", tells[action->reach], action->name, action->what, action->line,
               action->reach == MW_PERHAPS ? action->depends : action->condition);
    }
}

/* As the probe does: those that are included, then those that they include. */
static void read_others(struct mw_arena *arena, const struct mw_sieve *sieve, char *const *words, struct mw_sieve_others *others)
{
    mw_sieve_includes(sieve, others);
    for (size_t i = 0; i < others->count; i++)
        for (char *const *word = words; *word; word++) {
            size_t length = strlen(others->names[i]);
            if (strncmp(*word, others->names[i], length) != 0 || (*word)[length] != '=')
                continue;
            struct mw_flaw flaw;
            bool beyond;
            char *bytes = mw_alloc(arena, MW_SIEVE_SCRIPT_CEILING);
            others->scripts[i] = mw_sieve_read(arena, bytes, read_script(*word + length + 1, bytes, MW_SIEVE_SCRIPT_CEILING), &flaw, &beyond);
            if (others->scripts[i])
                mw_sieve_includes(others->scripts[i], others);
        }
}

int main(int argc, char **argv)
{
    static char bytes[2 * MW_SIEVE_SCRIPT_CEILING];
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw;
    struct mw_sieve_result result;
    bool beyond;
    struct mw_sieve_others others = {.count = 0};
    if (argc < 6)
        return 64;
    size_t count = read_script(argv[1], bytes, sizeof bytes);
    const struct mw_sieve *sieve = mw_sieve_read(arena, bytes, count, &flaw, &beyond);
    if (!sieve)
        printf("%s\t%d\t%s\t%s\n", beyond ? "beyond" : "flaw", flaw.line, flaw.why ? flaw.why : "", flaw.where ? flaw.where : "");
    if (sieve) {
        read_others(arena, sieve, argv + 6, &others);
        mw_sieve_run(arena, sieve, &others, &(struct mw_sieve_message){known(argv[2]), known(argv[3]), known(argv[4]), known(argv[5])}, &result);
        print(&result);
    }
    mw_arena_free(arena);
    return 0;
}
