/* DNS messages from a hostile server. The first byte chooses the question, the rest is the message behind id, flags and counts of an answer to it, so that
 * inputs get past the check of the question; with the highest bit set the message is taken as it is. */
#include "fuzz.h"

#include <mailwhy/dns.h>

static void check(const struct mw_dns_answer *answer)
{
    fuzz_must(answer->count <= 1000);
    fuzz_must(answer->status <= MW_DNS_OTHER);
    fuzz_safe(answer->ede_text);
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        fuzz_name(record->owner);
        fuzz_safe(record->text);
        fuzz_safe(record->joined);
        if (record->name)
            fuzz_name(record->name);
        fuzz_must((record->type != MW_A && record->type != MW_AAAA) || record->address);
        fuzz_must((record->type != MW_MX && record->type != MW_CNAME) || record->name);
        uint8_t query[512];
        fuzz_must(mw_dns_query(query, sizeof query, 1, record->owner, MW_A, true, false, true) > 0);
    }
}

static void check_query(struct mw_arena *arena, const uint8_t *wire, size_t bytes)
{
    struct mw_dns_asked asked;
    if (!mw_dns_read_query(arena, wire, bytes, &asked))
        return;
    fuzz_name(asked.name);
    fuzz_must(asked.bytes > 12 && asked.bytes <= bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct { const char *name; int type; } questions[] = {{"a", MW_A}, {"a", MW_MX}, {"a", MW_TXT}, {"a", MW_TLSA}, {"a", MW_SOA}, {"a", MW_SRV}, {"a", MW_CNAME}, {".", MW_NS}};
    if (!count)
        return 0;
    unsigned which = bytes[0] % MW_COUNT(questions);
    struct mw_arena *arena = mw_arena_new();
    uint8_t *message = malloc(count + 7 + 1), *end = message; /* of the exact size: ASan sees an over-read */
    size_t head = count - 1 < 12 ? count - 1 : 12;
    memcpy(end, bytes + 1, head);
    end += head;
    if (!(bytes[0] & 0x80) && head == 12) {
        message[2] |= 0x80;
        message[4] = 0;
        message[5] = 1;
        end += mw_text_same(questions[which].name, ".") ? 0 : 2;
        memcpy(message + 12, "\1a", (size_t)(end - message) - 12);
        *end++ = 0;
        *end++ = 0;
        *end++ = (uint8_t)questions[which].type;
        *end++ = 0;
        *end++ = 1;
    }
    memcpy(end, bytes + 1 + head, count - 1 - head);
    end += count - 1 - head;
    size_t length = (size_t)(end - message);
    message = realloc(message, length + !length);
    check(mw_dns_read(arena, message, length, questions[which].name, questions[which].type));
    check_query(arena, message, length);
    free(message);
    mw_arena_free(arena);
    return 0;
}
