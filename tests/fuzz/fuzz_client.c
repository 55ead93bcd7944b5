/* Files of a mail client's settings; the first byte chooses the name, which tells the kind where the content does not. A password never comes out. */
#include "fuzz.h"

#include <mailwhy/client.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const names[] = {"prefs.js", "msmtprc", "mbsyncrc", "letter"};
    if (!count)
        return 0;
    struct mw_arena *arena = mw_arena_new();
    struct mw_flaw flaw = {0};
    char *exact = malloc(count);
    memcpy(exact, bytes + 1, count - 1);
    exact = realloc(exact, count - 1 + (count == 1));
    const struct mw_client *client = mw_client_read(arena, names[bytes[0] % MW_COUNT(names)], exact, count - 1, &flaw);
    FUZZ_FLAW(client, flaw);
    fuzz_safe(flaw.where);
    for (size_t i = 0; client && i < client->count; i++) {
        const struct mw_client_account *account = &client->accounts[i];
        const char *const texts[] = {account->label, account->protocol, account->host, account->security, account->auth, account->user, account->from, account->trust, account->sends_by, account->prefix};
        for (size_t text = 0; text < MW_COUNT(texts); text++) {
            fuzz_must(texts[text] != NULL);
            fuzz_safe(texts[text]);
        }
        fuzz_must(account->port > 0 && account->port < 65536);
    }
    free(exact);
    mw_arena_free(arena);
    return 0;
}
