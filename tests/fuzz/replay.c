/* Runs a fuzz target over files, without a fuzzer: the corpora are part of the normal tests. Arguments are files or directories. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>

static size_t replayed;

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    uint8_t *bytes = malloc(1u << 20);
    size_t count = fread(bytes, 1, 1u << 20, file);
    fclose(file);
    uint8_t *exact = malloc(count + !count);
    memcpy(exact, bytes, count);
    free(bytes);
    LLVMFuzzerTestOneInput(exact, count);
    free(exact);
    replayed++;
    return 0;
}

static int replay(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory)
        return replay_file(path);
    int failed = 0;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        char name[4096];
        if (entry->d_name[0] != '.' && snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name)
            failed |= replay_file(name);
    }
    closedir(directory);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i]);
    printf("%zu inputs\n", replayed);
    return failed || !replayed;
}
