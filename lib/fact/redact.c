/* Secrets never reach a fact: each is blotted out as it is, in base64, and as a part of what SASL PLAIN says; one that is so short that any text may hold it by
 * chance is blotted as a whole word of an answer to a login alone. */
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
    if (strlen(secret) < SHORTEST) {
        if (*secret)
            mw_list_add(facts->arena, &facts->short_secrets, mw_strdup(facts->arena, secret));
        return;
    }
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

/* --- short ones ---------------------------------------------------------------------------------------------------------------------------------- */

static bool is_of_word(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (unsigned char)byte >= 0x80;
}

static bool is_status(const char *word)
{
    static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    bool is_digit = *word >= '0' && *word <= '9';
    for (size_t i = 0; i < MW_COUNT(words); i++)
        if (mw_text_starts(word, words[i]) && !is_of_word(word[strlen(words[i])]))
            return true;
    return *word == '[' || *word == '(' || (is_digit && word[1] == '.');
}

/* Behind the reply's code or tag, and what else stands for its meaning. */
static const char *behind_status(const char *answer)
{
    const char *at = answer;
    do {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    } while (is_status(at));
    return at;
}

/* How long the short secret is that stands there as a whole word; 0: none does. */
static size_t secret_word(const struct mw_facts *facts, const char *at, char before)
{
    for (size_t i = 0; i < facts->short_secrets.count; i++) {
        size_t length = strlen(facts->short_secrets.items[i]);
        if (!is_of_word(before) && strncmp(at, facts->short_secrets.items[i], length) == 0 && !is_of_word(at[length]))
            return length;
    }
    return 0;
}

const char *mw_facts_hidden(struct mw_facts *facts, const char *answer)
{
    const char *at = behind_status(answer);
    struct mw_list pieces = {0};
    mw_list_add(facts->arena, &pieces, mw_strndup(facts->arena, answer, (size_t)(at - answer)));
    for (const char *from = at; *from; from = at) {
        size_t length = 0;
        while (*at && !(length = secret_word(facts, at, at > answer ? at[-1] : ' ')))
            at++;
        mw_list_add(facts->arena, &pieces, mw_strndup(facts->arena, from, (size_t)(at - from)));
        if (length)
            mw_list_add(facts->arena, &pieces, blot);
        at += length;
    }
    return mw_list_join(facts->arena, &pieces, "");
}
