/* The DKIM signatures in the header of a message, as far as they name their keys. Never reads the body, never verifies a signature. */
#include "tags.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/mail.h>
#include <mailwhy/message.h>

#include <string.h>

/* RFC 5322 section 3.6.8 allows more in a field's name, but no field in use is called {"schema". */
static bool begins_with_field(const char *line)
{
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    return name && line[name + strspn(line + name, " \t")] == ':';
}

static void take_key(struct mw_arena *arena, const char *signature, struct mw_list *keys)
{
    const struct tags *tags = mw_tags_cut(arena, signature);
    const char *selector = mw_tags_get(tags, "s"), *domain = mw_tags_get(tags, "d"), *flaw;
    if (!selector || !domain || keys->count == MW_MESSAGE_SIGNATURES)
        return;
    const char *key = mw_domain_read(arena, mw_printf(arena, "%s._domainkey.%s", selector, domain), &flaw);
    if (key && !mw_list_has(keys, key))
        mw_list_add(arena, keys, key);
}

bool mw_message_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_list *keys, struct mw_flaw *flaw)
{
    size_t left = count < MW_MESSAGE_HEADER_BYTES ? count : MW_MESSAGE_HEADER_BYTES;
    const char *end = memchr(bytes, '\n', left), *line = mw_strndup(arena, bytes, end ? (size_t)(end - bytes) : left);
    struct mw_mail mail;
    size_t from = 0;
    *flaw = (struct mw_flaw){.where = ""};
    bool is_headless = !*line || strcmp(line, "\r") == 0; /* nothing before the empty line is a header without a field */
    if (!is_headless && !begins_with_field(line))
        return mw_flaw_is(flaw, N_("does not begin with a header field"), mw_text_safe(arena, line, strlen(line), 100));
    mw_mail_read(arena, bytes, left, &mail);
    for (const char *signature; (signature = mw_mail_next(&mail, "DKIM-Signature", &from));)
        take_key(arena, signature, keys);
    return true;
}
