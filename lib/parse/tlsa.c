/* TLSA records (RFC 6698 section 2.2) and which of them SMTP can use (RFC 7672 section 3.1). Never compares with a certificate: that is TLS's. */
#include "tags.h"

#include <mailwhy/lang.h>
#include <mailwhy/tlsa.h>

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The pieces of hexadecimal data behind one another; false where they are none. */
static bool read_data(struct mw_arena *arena, const struct mw_list *pieces, struct mw_tlsa *record)
{
    struct mw_list data = {pieces->items + 3, pieces->count - 3, 0};
    const char *hex = mw_list_join(arena, &data, "");
    size_t digits = strlen(hex);
    unsigned char *bytes = mw_alloc(arena, digits / 2 + 1);
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(hex[i]);
        if (digit < 0)
            return false;
        bytes[i / 2] = (unsigned char)(bytes[i / 2] << 4 | digit);
    }
    record->data = bytes;
    record->bytes = digits / 2;
    return digits && digits % 2 == 0;
}

static const char *unusable(const struct mw_tlsa *record)
{
    if (record->usage > 3)
        return N_("unknown certificate usage");
    if (record->usage < 2)
        return N_("usages 0 and 1 cannot be used for SMTP");
    if (record->selector > 1)
        return N_("unknown selector");
    if (record->matching > 2)
        return N_("unknown matching type");
    if (record->matching == 1 && record->bytes != 32)
        return N_("a SHA-256 digest has 32 bytes");
    if (record->matching == 2 && record->bytes != 64)
        return N_("a SHA-512 digest has 64 bytes");
    return NULL;
}

const struct mw_tlsa *mw_tlsa_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    struct mw_list pieces = mw_text_split(arena, text, " \t\r\n()");
    struct mw_tlsa *record = MW_NEW(arena, struct mw_tlsa);
    int *const numbers[] = {&record->usage, &record->selector, &record->matching};
    for (size_t i = 0; i < MW_COUNT(numbers); i++) {
        long number;
        if (i >= pieces.count || !mw_text_number(pieces.items[i], 0, 255, &number)) {
            mw_flaw_is(flaw, N_("usage, selector and matching type are not three numbers up to 255"), i < pieces.count ? pieces.items[i] : "");
            return NULL;
        }
        *numbers[i] = (int)number;
    }
    if (!read_data(arena, &pieces, record)) {
        mw_flaw_is(flaw, N_("the data are not hexadecimal"), pieces.count > 3 ? pieces.items[3] : "");
        return NULL;
    }
    record->unusable = unusable(record);
    return record;
}

bool mw_tlsa_is_outdone(const struct mw_tlsa *record, const struct mw_tlsa *by)
{
    bool comparable = !record->unusable && !by->unusable && record->usage == by->usage && record->selector == by->selector;
    return comparable && record->matching == 1 && by->matching == 2;
}
