/* Messages byte by byte and their canonical forms (RFC 6376 section 3.4). Never judges a field, never shows one. */
#include <mailwhy/raw.h>

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

void mw_octets_add(struct mw_arena *arena, struct mw_octets *to, const void *bytes, size_t count)
{
    if (to->count + count > to->room) {
        size_t room = 2 * (to->count + count) + 64;
        to->bytes = mw_grow(arena, to->bytes, to->count, room);
        to->room = room;
    }
    if (count)
        memcpy(to->bytes + to->count, bytes, count);
    to->count += count;
}

/* --- header and body ------------------------------------------------------------------------------------------------------------------------------ */

static size_t line_bytes(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return end ? (size_t)(end - bytes) + 1 : count;
}

static size_t bare_line_feeds(const char *bytes, size_t count)
{
    size_t found = 0;
    for (const char *at = bytes, *end = bytes + count; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        found += at == bytes || at[-1] != '\r';
    return found;
}

static const char *with_crlf(struct mw_arena *arena, const char *bytes, size_t *count, size_t bare)
{
    char *whole = mw_alloc(arena, *count + bare + 1);
    size_t used = 0;
    for (size_t i = 0; i < *count; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            whole[used++] = '\r';
        whole[used++] = bytes[i];
    }
    *count = used;
    return whole;
}

/* RFC 5322 section 2.2, and blanks before the colon (section 4.5.8). */
static size_t name_bytes(const char *field, size_t count)
{
    size_t name = 0;
    while (name < count && field[name] > ' ' && field[name] < 0x7f && field[name] != ':')
        name++;
    size_t colon = name;
    while (colon < count && is_blank(field[colon]))
        colon++;
    return colon < count && field[colon] == ':' ? name : 0;
}

static size_t field_bytes(const char *bytes, size_t count)
{
    size_t length = line_bytes(bytes, count);
    while (length < count && is_blank(bytes[length]))
        length += line_bytes(bytes + length, count - length);
    return length;
}

static size_t without_line_end(const char *bytes, size_t count)
{
    count -= count && bytes[count - 1] == '\n';
    return count - (count && bytes[count - 1] == '\r');
}

static bool is_empty_line(const char *bytes, size_t count)
{
    return count >= 2 && bytes[0] == '\r' && bytes[1] == '\n';
}

void mw_raw_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_raw *raw)
{
    size_t bare = count ? bare_line_feeds(bytes, count) : 0, room = 0;
    *raw = (struct mw_raw){.had_bare_lf = bare > 0};
    if (bare)
        bytes = with_crlf(arena, bytes, &count, bare);
    while (count && !is_empty_line(bytes, count)) {
        size_t length = field_bytes(bytes, count), whole = without_line_end(bytes, length);
        if (raw->count == room && room < MW_RAW_FIELDS) {
            size_t more = room ? 2 * room : 32;
            more = more < MW_RAW_FIELDS ? more : MW_RAW_FIELDS;
            raw->fields = mw_grow(arena, raw->fields, room * sizeof *raw->fields, more * sizeof *raw->fields);
            room = more;
        }
        if (raw->count < room)
            raw->fields[raw->count++] = (struct mw_raw_field){bytes, whole, name_bytes(bytes, whole)};
        bytes += length;
        count -= length;
    }
    size_t gap = count ? 2 : 0;
    raw->body = bytes + gap;
    raw->body_bytes = count - gap;
}

bool mw_raw_is(const struct mw_raw_field *field, const char *name)
{
    if (!field->name || field->name != strlen(name))
        return false;
    for (size_t i = 0; i < field->name; i++)
        if (lower(field->bytes[i]) != lower(name[i]))
            return false;
    return true;
}

size_t mw_raw_next(const struct mw_raw *raw, const char *name, size_t from)
{
    while (from < raw->count && !mw_raw_is(&raw->fields[from], name))
        from++;
    return from;
}

/* Where the value begins: behind the colon. */
static size_t value_at(const struct mw_raw_field *field)
{
    const char *colon = memchr(field->bytes, ':', field->count);
    return colon ? (size_t)(colon - field->bytes) + 1 : field->count;
}

char *mw_raw_value(struct mw_arena *arena, const struct mw_raw_field *field)
{
    size_t at = value_at(field), used = 0;
    if (field->count == at)
        return mw_strdup(arena, "");
    if (memchr(field->bytes + at, '\0', field->count - at))
        return NULL;
    char *text = mw_alloc(arena, field->count - at + 1);
    for (; at < field->count; at++)
        if (field->bytes[at] != '\r' && field->bytes[at] != '\n')
            text[used++] = field->bytes[at];
    return mw_text_trim(arena, text);
}

/* --- canonical forms ------------------------------------------------------------------------------------------------------------------------------ */

/* Runs of blanks become one; those at the end go. `out` has room for `count`; returns what it takes. */
static size_t collapse(const char *in, size_t count, char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_blank(in[i]))
            out[used++] = in[i];
        else if (i == 0 || !is_blank(in[i - 1]))
            out[used++] = ' ';
    }
    return used - (used && out[used - 1] == ' ');
}

void mw_canonical_field(struct mw_arena *arena, const struct mw_raw_field *field, enum mw_canonical form, struct mw_octets *to)
{
    if (form == MW_SIMPLE) {
        mw_octets_add(arena, to, field->bytes, field->count);
        return;
    }
    size_t at = value_at(field), used = 0;
    char *flat = mw_alloc(arena, field->count + 1), *text = mw_alloc(arena, field->count + 2);
    for (size_t i = at; i < field->count; i++)
        if (field->bytes[i] != '\r' && field->bytes[i] != '\n')
            flat[used++] = field->bytes[i];
    size_t blanks = 0;
    while (blanks < used && is_blank(flat[blanks]))
        blanks++;
    for (size_t i = 0; i < field->name; i++)
        text[i] = lower(field->bytes[i]);
    text[field->name] = ':';
    mw_octets_add(arena, to, text, field->name + 1);
    mw_octets_add(arena, to, text, collapse(flat + blanks, used - blanks, text));
}

void mw_canonical_body(struct mw_arena *arena, const char *body, size_t count, enum mw_canonical form, struct mw_octets *to)
{
    size_t begin = to->count, last = begin;
    char *room = mw_grow(arena, to->bytes, to->count, to->count + count + (count ? bare_line_feeds(body, count) : 0) + 3);
    size_t used = begin;
    while (count) {
        size_t length = line_bytes(body, count), text = without_line_end(body, length);
        if (form == MW_SIMPLE)
            memcpy(room + used, body, text);
        size_t kept = form == MW_SIMPLE ? text : collapse(body, text, room + used);
        used += kept;
        memcpy(room + used, "\r\n", 2);
        used += 2;
        last = kept ? used : last;
        body += length;
        count -= length;
    }
    if (last == begin && form == MW_SIMPLE) { /* an empty body is one empty line (section 3.4.3) */
        memcpy(room + begin, "\r\n", 2);
        last = begin + 2;
    }
    *to = (struct mw_octets){room, last, last};
}
