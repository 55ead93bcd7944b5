/* Secrets never reach a fact: each is blotted out as it is, in base64, and as a part of what SASL PLAIN says. */
#include "store.h"

#include <string.h>

#define SHORTEST 4u
static const char blot[] = "***";

/* Base64 of text at an unknown offset: of the three alignments, the digits that depend on the secret alone. */
static void add_inner_base64(struct mw_facts *facts, const char *secret)
{
    size_t length = strlen(secret);
    for (size_t before = 0; before < 3; before++) {
        char *padded = mw_alloc(facts->arena, before + length + 1);
        memcpy(padded + before, secret, length);
        char *coded = mw_base64_text(facts->arena, padded, before + length);
        size_t from = before ? before + 1 : 0, to = (before + length) / 3 * 4;
        if (to > from + SHORTEST)
            mw_list_add(facts->arena, &facts->secrets, mw_strndup(facts->arena, coded + from, to - from));
    }
}

void mw_facts_secret(struct mw_facts *facts, const char *secret)
{
    if (strlen(secret) < SHORTEST)
        return;
    mw_list_add(facts->arena, &facts->secrets, mw_strdup(facts->arena, secret));
    add_inner_base64(facts, secret);
}

static const char *next_secret(const struct mw_facts *facts, const char *text, size_t *length)
{
    const char *first = NULL;
    for (size_t i = 0; i < facts->secrets.count; i++) {
        const char *found = strstr(text, facts->secrets.items[i]);
        if (found && (!first || found < first)) {
            first = found;
            *length = strlen(facts->secrets.items[i]);
        }
    }
    return first;
}

const char *mw_redacted(struct mw_facts *facts, const char *text)
{
    char *clean = mw_strdup(facts->arena, text ? text : "");
    size_t length = 0;
    for (char *found = clean; facts->secrets.count && (found = (char *)(uintptr_t)next_secret(facts, found, &length));) {
        size_t shown = length < sizeof blot - 1 ? length : sizeof blot - 1;
        memcpy(found, blot, shown);
        memmove(found + shown, found + length, strlen(found + length) + 1);
        found += shown;
    }
    return clean;
}
