/* The header of a message, field by field, unfolded (RFC 5322 section 2.2). Never reads the body, never verifies a signature. */
#include "tags.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/message.h>

#include <string.h>

static size_t line_length(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return end ? (size_t)(end - bytes) + 1 : count;
}

static bool is_folded(const char *bytes, size_t count)
{
    return count && (*bytes == ' ' || *bytes == '\t');
}

/* Length of the field at the start with the lines that continue it. */
static size_t field_length(const char *bytes, size_t count)
{
    size_t length = line_length(bytes, count);
    while (is_folded(bytes + length, count - length))
        length += line_length(bytes + length, count - length);
    return length;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* Bytes of the field's name, 0: it is no field. RFC 5322 section 3.6.8 allows more, but no field in use is called {"schema". */
static size_t name_length(const char *field, size_t length)
{
    size_t at = 0;
    while (at < length && is_name(field[at]))
        at++;
    size_t colon = at;
    while (colon < length && (field[colon] == ' ' || field[colon] == '\t'))
        colon++;
    return colon < length && field[colon] == ':' ? at : 0;
}

static bool is_signature(const char *field, size_t name)
{
    static const char wanted[] = "DKIM-Signature";
    return name == sizeof wanted - 1 && mw_text_starts(field, wanted);
}

static void take_key(struct mw_arena *arena, const char *field, size_t length, struct mw_list *keys)
{
    const char *text = mw_strndup(arena, field, length), *value = strchr(text, ':'), *flaw;
    const struct tags *tags = mw_tags_cut(arena, value ? value + 1 : "");
    const char *selector = mw_tags_get(tags, "s"), *domain = mw_tags_get(tags, "d");
    if (!selector || !domain || keys->count == MW_MESSAGE_SIGNATURES)
        return;
    const char *key = mw_domain_read(arena, mw_printf(arena, "%s._domainkey.%s", selector, domain), &flaw);
    if (key && !mw_list_has(keys, key))
        mw_list_add(arena, keys, key);
}

bool mw_message_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_list *keys, struct mw_flaw *flaw)
{
    size_t left = count < MW_MESSAGE_HEADER_BYTES ? count : MW_MESSAGE_HEADER_BYTES;
    *flaw = (struct mw_flaw){.where = ""};
    if (!name_length(bytes, line_length(bytes, left)))
        return mw_flaw_is(flaw, N_("does not begin with a header field"), mw_text_safe(arena, bytes, line_length(bytes, left), 100));
    for (size_t length; left && *bytes != '\r' && *bytes != '\n'; bytes += length, left -= length) {
        length = field_length(bytes, left);
        if (is_signature(bytes, name_length(bytes, length)))
            take_key(arena, bytes, length, keys);
    }
    return true;
}
