/* What every fuzz target includes: an arena an input, and what must hold of any text that leaves a parser. */
#ifndef MAILWHY_FUZZ_H
#define MAILWHY_FUZZ_H

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static inline void fuzz_must(bool holds)
{
    if (!holds)
        abort();
}

/* UTF-8 without a byte that moves a cursor or ends a line. NULL is fine. */
static inline void fuzz_safe(const char *text)
{
    if (!text)
        return;
    fuzz_must(mw_text_is_utf8(text, strlen(text)));
    for (; *text; text++)
        fuzz_must((unsigned char)*text >= 0x20 || *text == '\t');
}

static inline void fuzz_safe_list(const struct mw_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        fuzz_safe(list->items[i]);
}

/* A name as the house writes it: what a query can carry. */
static inline void fuzz_name(const char *name)
{
    fuzz_safe(name);
    fuzz_must(*name && strlen(name) <= 1024);
}

/* A flaw has a clause and a place. */
#define FUZZ_FLAW(good, flaw) fuzz_must((good) || ((flaw).why && *(flaw).why && (flaw).where))

#endif
