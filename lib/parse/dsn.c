/* Delivery status notifications (RFC 3464 in RFC 6522): which message, which recipient, and the words of whoever refused it. Never guesses from a bounce's
 * prose. */
#include <mailwhy/mail.h>

#include <string.h>

struct part {
    const char *bytes;
    size_t count;
};

static size_t line_bytes(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return end ? (size_t)(end - bytes) + 1 : count;
}

/* 1: a line that parts, 2: the last one, 0: another line. */
static int parts_at(const char *line, size_t length, const char *boundary)
{
    size_t bytes = strlen(boundary);
    if (length < bytes + 2 || line[0] != '-' || line[1] != '-' || memcmp(line + 2, boundary, bytes) != 0)
        return 0;
    return length >= bytes + 4 && line[bytes + 2] == '-' && line[bytes + 3] == '-' ? 2 : 1;
}

/* RFC 2046 section 5.1.1. */
static size_t cut_parts(const struct mw_mail *mail, const char *boundary, struct part parts[MW_MAIL_PARTS])
{
    const char *at = mail->body, *end = at + mail->body_bytes, *begin = NULL;
    size_t count = 0;
    for (size_t length; at < end && count < MW_MAIL_PARTS; at += length) {
        length = line_bytes(at, (size_t)(end - at));
        int kind = parts_at(at, length, boundary);
        if (kind && begin)
            parts[count++] = (struct part){begin, (size_t)(at - begin)};
        begin = kind == 1 ? at + length : kind == 2 ? NULL : begin;
        if (kind == 2)
            return count;
    }
    if (begin && count < MW_MAIL_PARTS) /* cut off: what is there counts */
        parts[count++] = (struct part){begin, (size_t)(end - begin)};
    return count;
}

/* "rfc822; alice@example.org" without its type; blanks that folding left are one. */
static const char *untyped(struct mw_arena *arena, const char *value)
{
    const char *semicolon = value ? strchr(value, ';') : NULL;
    struct mw_list words = mw_text_split(arena, semicolon ? semicolon + 1 : value ? value : "", " \t");
    return mw_list_join(arena, &words, " ");
}

static void take_recipient(struct mw_arena *arena, const struct mw_mail *block, struct mw_dsn *dsn)
{
    const char *action = mw_mail_value(block, "Action"), *status = mw_mail_value(block, "Status");
    if ((!action && !status) || dsn->count == MW_DSN_RECIPIENTS)
        return;
    const char *original = mw_mail_value(block, "Original-Recipient"), *final = mw_mail_value(block, "Final-Recipient");
    dsn->recipients[dsn->count++] = (struct mw_dsn_recipient){
        .recipient = untyped(arena, original ? original : final), .action = action ? action : "", .status = status ? status : "",
        .diagnostic = untyped(arena, mw_mail_value(block, "Diagnostic-Code")), .remote = untyped(arena, mw_mail_value(block, "Remote-MTA"))};
}

/* Blocks of fields parted by empty lines, the first of them about the message (RFC 3464 section 2.1). */
static void read_status(struct mw_arena *arena, const struct mw_mail *part, struct mw_dsn *dsn)
{
    struct mw_mail block = {.body = part->body, .body_bytes = part->body_bytes};
    for (size_t blocks = 0; block.body_bytes && blocks < MW_DSN_RECIPIENTS + 10; blocks++) {
        struct mw_mail next;
        mw_mail_read(arena, block.body, block.body_bytes, &next);
        block = next;
        const char *reporter = mw_mail_value(&block, "Reporting-MTA");
        if (reporter)
            dsn->reporter = untyped(arena, reporter);
        take_recipient(arena, &block, dsn);
    }
}

static void read_original(struct mw_arena *arena, const struct mw_mail *part, struct mw_dsn *dsn)
{
    struct mw_mail original;
    mw_mail_read(arena, part->body, part->body_bytes, &original);
    const char *id = mw_mail_value(&original, "Message-ID");
    dsn->original_id = id ? id : dsn->original_id;
}

static void read_part(struct mw_arena *arena, const struct part *part, struct mw_dsn *dsn)
{
    struct mw_mail mail;
    mw_mail_read(arena, part->bytes, part->count, &mail);
    const char *type = mw_mail_value(&mail, "Content-Type");
    if (!type)
        return;
    if (mw_text_starts(type, "message/delivery-status") || mw_text_starts(type, "message/global-delivery-status"))
        read_status(arena, &mail, dsn);
    if (mw_text_starts(type, "message/rfc822") || mw_text_starts(type, "text/rfc822-headers") || mw_text_starts(type, "message/global"))
        read_original(arena, &mail, dsn);
}

bool mw_dsn_read(struct mw_arena *arena, const struct mw_mail *mail, struct mw_dsn *dsn)
{
    struct part parts[MW_MAIL_PARTS];
    *dsn = (struct mw_dsn){.reporter = "", .original_id = ""};
    const char *type = mw_mail_value(mail, "Content-Type");
    const char *boundary = type && mw_text_starts(type, "multipart/report") ? mw_mail_parameter(arena, type, "boundary") : NULL;
    if (!boundary || !*boundary)
        return false;
    size_t count = cut_parts(mail, boundary, parts);
    for (size_t i = 0; i < count; i++)
        read_part(arena, &parts[i], dsn);
    return dsn->count > 0;
}
