/* Dated data files; the first byte chooses the form. What a good file holds is safe to show, and codes that were taken give words. */
#include "fuzz.h"

#include <mailwhy/data.h>

static void check(struct mw_arena *arena, const struct mw_data_form *form, const struct mw_data *data)
{
    fuzz_must(strlen(data->date) == 10 && data->begins >= 0);
    for (size_t i = 0; i < data->count; i++)
        for (size_t column = 0; column < form->count; column++) {
            fuzz_must(data->rows[i][column] != NULL);
            fuzz_safe(data->rows[i][column]);
        }
    if (form == &mw_data_blocklists)
        for (size_t i = 0; i < data->count; i++)
            fuzz_safe(mw_blocklist_meaning(arena, data->rows[i][MW_BLOCKLIST_CODES], "127.0.0.10"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct mw_data_form *const forms[] = {&mw_data_blocklists, &mw_data_selectors};
    if (!count)
        return 0;
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw = {0};
    const struct mw_data_form *form = forms[bytes[0] % MW_COUNT(forms)];
    char *exact = malloc(count);
    memcpy(exact, bytes + 1, count - 1);
    exact = realloc(exact, count - 1 + (count == 1));
    const struct mw_data *data = mw_data_read(arena, form, exact, count - 1, &flaw);
    FUZZ_FLAW(data, flaw);
    fuzz_safe(flaw.where);
    if (data)
        check(arena, form, data);
    const char *codes = mw_strndup(arena, exact, count - 1);
    fuzz_must(mw_blocklist_codes_are_good(arena, codes) || !*mw_blocklist_meaning(arena, codes, "127.0.0.2") || strchr(codes, '='));
    free(exact);
    mw_arena_free(arena);
    return 0;
}
