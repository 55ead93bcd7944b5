/* HTTP responses: status line, the few header fields that matter to us, and a body by length, in chunks, or up to the end. Never keeps state between calls and
 * never trusts a length. RFC 9112, RFC 9110. */
#include <mailwhy/http.h>

#include <ctype.h>
#include <string.h>

#define FIELD_CEILING 1000u
#define INTERIM_CEILING 8
#define CHUNK_LINE_CEILING 200u

struct head {
    size_t bytes; /* up to and with the empty line */
    bool chunked;
    long length; /* of the body; -1: not said */
    size_t body_ceiling;
};

/* Length of the line at `bytes` with its line end (RFC 9112 section 2.2: a bare LF may end one); 0: no whole line. */
static size_t line_at(const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    return end ? (size_t)(end - bytes) + 1 : 0;
}

static size_t without_end(const char *line, size_t bytes)
{
    while (bytes && (line[bytes - 1] == '\n' || line[bytes - 1] == '\r'))
        bytes--;
    return bytes;
}

/* The status of "HTTP/1.1 200 OK"; 0: not such a line. */
static int status_of(const char *line, size_t bytes)
{
    if (bytes < 12 || strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) || line[8] != ' ')
        return 0;
    int status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (!isdigit((unsigned char)line[i]))
            return 0;
        status = status * 10 + line[i] - '0';
    }
    return status >= 100 && status <= 599 && (bytes == 12 || line[12] == ' ') ? status : 0;
}

/* "Sun, 22 Nov 2026 13:00:00 GMT" (RFC 9110 section 5.6.7); -1: not such a date. */
static int64_t date_of(struct mw_arena *arena, const char *text)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct mw_list words = mw_text_split(arena, text, " ,");
    if (words.count != 6 || strlen(words.items[1]) != 2 || strlen(words.items[3]) != 4 || strcmp(words.items[5], "GMT") != 0)
        return -1;
    for (size_t i = 0; i < MW_COUNT(months); i++)
        if (strcmp(words.items[2], months[i]) == 0)
            return mw_time_read(mw_printf(arena, "%s-%02zu-%sT%sZ", words.items[3], i + 1, words.items[1], words.items[4]));
    return -1;
}

static bool take_field(struct mw_arena *arena, const char *name, const char *value, struct head *head, struct mw_http *response)
{
    if (mw_text_same(name, "Content-Type"))
        response->media_type = value;
    if (mw_text_same(name, "Location"))
        response->location = value;
    if (mw_text_same(name, "Date"))
        response->date = date_of(arena, value);
    if (mw_text_same(name, "Transfer-Encoding"))
        head->chunked = mw_text_ends(value, "chunked");
    if (mw_text_same(name, "Content-Length") && !mw_text_number(value, 0, INT32_MAX, &head->length))
        return false;
    return !mw_text_same(name, "Transfer-Encoding") || head->chunked;
}

/* False: this is no header line. */
static bool read_field(struct mw_arena *arena, const char *line, size_t bytes, struct head *head, struct mw_http *response)
{
    const char *colon = memchr(line, ':', bytes);
    if (!colon || colon == line || isspace((unsigned char)line[0]))
        return false;
    size_t name = (size_t)(colon - line), value = bytes - name - 1;
    const char *words = mw_text_trim(arena, mw_text_safe(arena, colon + 1, value, FIELD_CEILING));
    return take_field(arena, mw_strndup(arena, line, name), words, head, response);
}

/* One header section: 1, or MW_FRAME_…. */
static int read_head(struct mw_arena *arena, const char *bytes, size_t count, struct head *head, struct mw_http *response)
{
    size_t at = line_at(bytes, count), line;
    if (at == 0)
        return count > MW_HTTP_HEAD_CEILING ? MW_FRAME_TOO_LONG : memcmp(bytes, "HTTP/1.", count < 7 ? count : 7) == 0 ? MW_FRAME_MORE : MW_FRAME_GARBLED;
    *response = (struct mw_http){.status = status_of(bytes, without_end(bytes, at)), .media_type = "", .date = -1, .body = ""};
    *head = (struct head){.length = -1};
    if (response->status == 0)
        return MW_FRAME_GARBLED;
    while ((line = line_at(bytes + at, count - at))) {
        size_t text = without_end(bytes + at, line);
        if (text && !read_field(arena, bytes + at, text, head, response))
            return MW_FRAME_GARBLED;
        at += line;
        if (at > MW_HTTP_HEAD_CEILING)
            return MW_FRAME_TOO_LONG;
        if (text == 0) {
            head->bytes = at;
            return 1;
        }
    }
    return count > MW_HTTP_HEAD_CEILING ? MW_FRAME_TOO_LONG : MW_FRAME_MORE;
}

/* --- bodies -------------------------------------------------------------------------------------------------------------------------------------- */
/* Size of the chunk whose line begins at `line` (RFC 9112 section 7.1: extensions are passed over); -1: not a size. */
static long chunk_size(const char *line, size_t bytes, size_t ceiling)
{
    long size = 0;
    size_t at = 0;
    for (; at < bytes && isxdigit((unsigned char)line[at]); at++) {
        int digit = isdigit((unsigned char)line[at]) ? line[at] - '0' : tolower((unsigned char)line[at]) - 'a' + 10;
        size = size * 16 + digit;
        if (size > (long)ceiling)
            return (long)ceiling + 1;
    }
    return at ? size : -1;
}

static int read_chunks(struct mw_arena *arena, const char *bytes, size_t count, size_t ceiling, struct mw_http *response)
{
    char *body = mw_alloc(arena, count + 1);
    size_t at = 0, used = 0, line;
    while ((line = line_at(bytes + at, count - at))) {
        long size = chunk_size(bytes + at, without_end(bytes + at, line), ceiling);
        if (size < 0)
            return MW_FRAME_GARBLED;
        at += line;
        response->body = body;
        response->body_bytes = used;
        if (size == 0)
            return 1; /* trailers do not matter */
        if (used + (size_t)size > ceiling)
            return MW_FRAME_TOO_LONG;
        if (count - at < (size_t)size)
            return MW_FRAME_MORE;
        memcpy(body + used, bytes + at, (size_t)size);
        used += (size_t)size;
        at += (size_t)size;
        line = line_at(bytes + at, count - at);
        if (line && without_end(bytes + at, line))
            return MW_FRAME_GARBLED;
        at += line;
    }
    return count - at > CHUNK_LINE_CEILING ? MW_FRAME_GARBLED : MW_FRAME_MORE;
}

static int read_body(struct mw_arena *arena, const char *bytes, size_t count, bool ended, const struct head *head, struct mw_http *response)
{
    if (response->status == 204 || response->status == 304)
        return 1;
    if (head->chunked)
        return read_chunks(arena, bytes, count, head->body_ceiling, response);
    if (head->length > (long)head->body_ceiling || (head->length < 0 && count > head->body_ceiling))
        return MW_FRAME_TOO_LONG;
    if (head->length < 0 ? !ended : count < (size_t)head->length)
        return MW_FRAME_MORE;
    response->body_bytes = head->length < 0 ? count : (size_t)head->length;
    char *body = mw_alloc(arena, response->body_bytes + 1);
    memcpy(body, bytes, response->body_bytes);
    response->body = body;
    return 1;
}

int mw_http_read_up_to(struct mw_arena *arena, const char *bytes, size_t count, bool ended, size_t body_ceiling, struct mw_http *response)
{
    struct head head = {0};
    for (int interim = 0; interim < INTERIM_CEILING && count; interim++) {
        int read = read_head(arena, bytes, count, &head, response);
        if (read != 1)
            return read;
        head.body_ceiling = body_ceiling;
        bytes += head.bytes;
        count -= head.bytes;
        if (response->status >= 200)
            return read_body(arena, bytes, count, ended, &head, response);
    }
    return count ? MW_FRAME_GARBLED : MW_FRAME_MORE;
}

int mw_http_read(struct mw_arena *arena, const char *bytes, size_t count, bool ended, struct mw_http *response)
{
    return mw_http_read_up_to(arena, bytes, count, ended, MW_HTTP_BODY_CEILING, response);
}
