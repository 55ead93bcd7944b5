/* The header and body of a message (RFC 5322 section 2, RFC 2045 section 6). Never follows a part, never changes a byte of what it was given. */
#include <mailwhy/mail.h>

#include <string.h>

#define VALUE_CEILING 4000u
#define FIELD_CEILING 16000u

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Bytes of the line at the start with its line end. */
static size_t line_bytes(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return end ? (size_t)(end - bytes) + 1 : count;
}

/* Bytes of the field with the lines that continue it. */
static size_t field_bytes(const char *bytes, size_t count)
{
    size_t length = line_bytes(bytes, count);
    while (length < count && is_blank(bytes[length]))
        length += line_bytes(bytes + length, count - length);
    return length;
}

/* Characters of a field's name (RFC 5322 section 2.2: printable ASCII but the colon); 0: it is no field. */
static size_t name_bytes(const char *field, size_t length)
{
    size_t at = 0;
    while (at < length && field[at] > ' ' && field[at] < 0x7f && field[at] != ':')
        at++;
    size_t colon = at;
    while (colon < length && is_blank(field[colon]))
        colon++;
    return colon < length && field[colon] == ':' ? at : 0;
}

/* Line ends within the field are part of its folding alone (RFC 5322 section 2.2.3). */
static const char *unfolded(struct mw_arena *arena, const char *value, size_t count)
{
    char *text = mw_alloc(arena, count + 1);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (value[i] != '\r' && value[i] != '\n')
            text[used++] = value[i];
    return mw_text_trim(arena, mw_text_safe(arena, text, used, VALUE_CEILING));
}

static void take_field(struct mw_arena *arena, const char *field, size_t length, struct mw_mail *mail)
{
    size_t name = name_bytes(field, length);
    if (!name || mail->count == MW_MAIL_FIELDS)
        return;
    if (length > FIELD_CEILING)
        length = FIELD_CEILING;
    const char *colon = memchr(field, ':', length);
    if (!colon)
        return;
    size_t head = (size_t)(colon - field) + 1;
    mail->fields[mail->count++] = (struct mw_field){mw_strndup(arena, field, name), unfolded(arena, field + head, length - head)};
}

static bool is_empty_line(const char *bytes, size_t count)
{
    return count && (*bytes == '\n' || (*bytes == '\r' && (count == 1 || bytes[1] == '\n')));
}

void mw_mail_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_mail *mail)
{
    *mail = (struct mw_mail){.fields = MW_NEW_ARRAY(arena, struct mw_field, MW_MAIL_FIELDS)};
    size_t length;
    for (; count && !is_empty_line(bytes, count); bytes += length, count -= length) {
        length = field_bytes(bytes, count);
        take_field(arena, bytes, length, mail);
    }
    size_t gap = count ? line_bytes(bytes, count) : 0;
    mail->body = bytes + gap;
    mail->body_bytes = count - gap;
}

const char *mw_mail_next(const struct mw_mail *mail, const char *name, size_t *from)
{
    while (*from < mail->count) {
        const struct mw_field *field = &mail->fields[(*from)++];
        if (mw_text_same(field->name, name))
            return field->value;
    }
    return NULL;
}

const char *mw_mail_value(const struct mw_mail *mail, const char *name)
{
    size_t from = 0;
    return mw_mail_next(mail, name, &from);
}

/* The value behind the "=", quotes undone. */
static const char *parameter_value(struct mw_arena *arena, const char *text)
{
    bool quoted = *text == '"';
    text += quoted;
    char *value = mw_alloc(arena, strlen(text) + 1);
    for (size_t used = 0; *text && (quoted ? *text != '"' : !strchr("; \t", *text)); text++) {
        text += quoted && *text == '\\' && text[1];
        value[used++] = *text;
    }
    return value;
}

const char *mw_mail_parameter(struct mw_arena *arena, const char *value, const char *name)
{
    size_t length = strlen(name);
    bool quoted = false;
    for (; *value; value++) {
        quoted ^= *value == '"';
        if (quoted || *value != ';')
            continue;
        const char *at = value + 1 + strspn(value + 1, " \t");
        if (mw_text_starts(at, name) && at[length + strspn(at + length, " \t")] == '=')
            return parameter_value(arena, strchr(at, '=') + 1 + strspn(strchr(at, '=') + 1, " \t"));
    }
    return NULL;
}

/* --- transfer encodings ------------------------------------------------------------------------------------------------------------------------- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of a soft line break at the start of `text` ("=" and blanks before a line end); 0: none. */
static size_t soft_break(const char *text, const char *end)
{
    const char *at = text + 1;
    while (at < end && is_blank(*at))
        at++;
    at += at < end && *at == '\r';
    return at < end && *at == '\n' ? (size_t)(at - text) + 1 : 0;
}

size_t mw_quoted_printable_read(const char *in, size_t count, char *out)
{
    size_t used = 0;
    for (const char *end = in + count; in < end;) {
        size_t gone = *in == '=' ? soft_break(in, end) : 0;
        bool coded = *in == '=' && end - in > 2 && hex(in[1]) >= 0 && hex(in[2]) >= 0;
        if (!gone)
            out[used++] = coded ? (char)(hex(in[1]) * 16 + hex(in[2])) : *in;
        in += gone ? gone : coded ? 3 : 1;
    }
    return used;
}

static size_t undo(struct mw_arena *arena, const struct mw_mail *mail, char *out)
{
    const char *encoding = mw_mail_value(mail, "Content-Transfer-Encoding");
    if (mw_text_same(encoding, "quoted-printable"))
        return mw_quoted_printable_read(mail->body, mail->body_bytes, out);
    unsigned char *bytes = NULL;
    long count = mw_text_same(encoding, "base64") ? mw_base64_read(arena, mw_strndup(arena, mail->body, mail->body_bytes), &bytes) : -1;
    const void *from = count >= 0 ? (const void *)bytes : mail->body;
    size_t used = count >= 0 ? (size_t)count : mail->body_bytes;
    if (used)
        memcpy(out, from, used);
    return used;
}

char *mw_mail_plain(struct mw_arena *arena, const struct mw_mail *mail)
{
    char *text = mw_alloc(arena, mail->body_bytes + 1);
    size_t count = undo(arena, mail, text), used = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] == '\n')
            while (used && (is_blank(text[used - 1]) || text[used - 1] == '\r'))
                used--;
        if (text[i])
            text[used++] = text[i];
    }
    while (used && strchr(" \t\r\n", text[used - 1]))
        used--;
    text[used] = '\0';
    return text;
}
