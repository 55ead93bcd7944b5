/* HTTP responses and URLs. The first byte says whether the connection ended; what is whole stays whole when it arrives alone. */
#include "fuzz.h"

#include <mailwhy/http.h>

static void check_url(struct mw_arena *arena, const char *text)
{
    struct mw_url url;
    if (!mw_url_read(arena, text, &url))
        return;
    fuzz_must(*url.host && *url.target && url.port > 0 && url.port < 65536);
    const char *request = mw_http_request(arena, &url, "mailwhy", NULL);
    const char *end = strstr(request, "\r\n\r\n");
    fuzz_must(end && !end[4]); /* nothing of the URL ends the request early */
    for (const char *c = request; *c; c++)
        fuzz_must((unsigned char)*c < 0x7f && (*c >= ' ' || (c[0] == '\r' && c[1] == '\n') || (c > request && c[-1] == '\r' && *c == '\n')));
    fuzz_must(strchr(request, ' ') && strncmp(request, "GET ", 4) == 0);
    mw_url_join(arena, &url, text);
}

static void check_response(struct mw_arena *arena, const char *bytes, size_t count, bool ended)
{
    struct mw_http response = {0};
    int found = mw_http_read(arena, bytes, count, ended, &response);
    fuzz_must(found == 1 || found == MW_FRAME_MORE || found == MW_FRAME_GARBLED || found == MW_FRAME_TOO_LONG);
    if (found != 1)
        return;
    fuzz_must(response.status >= 100 && response.status <= 999 && response.body && response.body_bytes <= MW_HTTP_BODY_CEILING && !response.body[response.body_bytes]);
    fuzz_safe(response.media_type);
    fuzz_safe(response.location);
    if (!response.location)
        return;
    struct mw_url base;
    fuzz_must(mw_url_read(arena, "https://example.org/a/b?c", &base));
    check_url(arena, mw_url_join(arena, &base, response.location));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!count)
        return 0;
    struct mw_arena *arena = mw_arena_new();
    char *exact = malloc(count);
    memcpy(exact, bytes + 1, count - 1);
    exact = realloc(exact, count - 1 + (count == 1));
    check_response(arena, exact, count - 1, bytes[0] & 1);
    check_url(arena, mw_strndup(arena, (const char *)bytes, count));
    free(exact);
    mw_arena_free(arena);
    return 0;
}
