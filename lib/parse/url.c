/* URLs of web pages, as strictly as an address that is given away to a stranger's server must be read: nothing in it may mean one thing to us and another to
 * them. RFC 3986, RFC 9110 section 4.2. */
#include <mailwhy/http.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define HOST_CEILING 253u
#define URL_CEILING 4000u

/* Lower-case copy of a name, or of an address without its brackets; NULL: it is neither. */
static char *read_host(struct mw_arena *arena, const char *text, size_t bytes)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    bool bracket = *text == '[';
    if (bytes == 0 || bytes > HOST_CEILING || (bracket && (bytes < 4 || text[bytes - 1] != ']')))
        return NULL;
    char *host = mw_text_lower(arena, mw_strndup(arena, text + bracket, bytes - 2 * (size_t)bracket));
    size_t length = strlen(host);
    if (strspn(host, bracket ? "0123456789abcdef:." : letters) != length || host[0] == '.' || host[length - 1] == '.' || strstr(host, ".."))
        return NULL;
    return host;
}

/* Path and query; the fragment is not sent. Bytes that may not stand in a request are percent-encoded, so that none can end its line. */
static char *read_target(struct mw_arena *arena, const char *text)
{
    size_t bytes = strcspn(text, "#"), used = 0;
    char *target = mw_alloc(arena, 3 * bytes + 2);
    if (*text != '/')
        target[used++] = '/';
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}", c)) {
            target[used++] = text[i];
            continue;
        }
        snprintf(target + used, 4, "%%%02X", c);
        used += 3;
    }
    return target;
}

bool mw_url_read(struct mw_arena *arena, const char *text, struct mw_url *url)
{
    bool secure = mw_text_starts(text, "https://");
    if ((!secure && !mw_text_starts(text, "http://")) || strlen(text) > URL_CEILING)
        return false;
    const char *start = text + (secure ? 8 : 7);
    size_t authority = strcspn(start, "/?#"), host_bytes = *start == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":/?#");
    long port = secure ? 443 : 80;
    if (host_bytes > authority)
        return false;
    const char *host = read_host(arena, start, host_bytes);
    const char *behind = mw_strndup(arena, start + host_bytes, authority - host_bytes);
    if (!host || (*behind && (*behind != ':' || !mw_text_number(behind + 1, 1, 65535, &port))))
        return false;
    *url = (struct mw_url){.secure = secure, .host = host, .port = (int)port, .target = read_target(arena, start + authority)};
    return true;
}

/* host, or host:port where the port is not the scheme's own. */
static char *authority_of(struct mw_arena *arena, const struct mw_url *url)
{
    const char *host = strchr(url->host, ':') ? mw_printf(arena, "[%s]", url->host) : url->host;
    return url->port == (url->secure ? 443 : 80) ? mw_strdup(arena, host) : mw_printf(arena, "%s:%d", host, url->port);
}

static bool has_scheme(const char *text)
{
    size_t letters = 0;
    while (isalnum((unsigned char)text[letters]) || (letters && strchr("+-.", text[letters]) && text[letters]))
        letters++;
    return letters && text[letters] == ':';
}

char *mw_url_join(struct mw_arena *arena, const struct mw_url *base, const char *location)
{
    const char *scheme = base->secure ? "https" : "http";
    if (has_scheme(location))
        return mw_strdup(arena, location);
    if (strncmp(location, "//", 2) == 0)
        return mw_printf(arena, "%s:%s", scheme, location);
    const char *site = mw_printf(arena, "%s://%s", scheme, authority_of(arena, base));
    if (*location == '/')
        return mw_printf(arena, "%s%s", site, location);
    const char *path = mw_strndup(arena, base->target, strcspn(base->target, "?"));
    const char *slash = strrchr(path, '/');
    bool same_path = *location == '?' || *location == '\0';
    return mw_printf(arena, "%s%.*s%s", site, same_path ? (int)strlen(path) : (int)(slash - path) + 1, path, location);
}

char *mw_http_request(struct mw_arena *arena, const struct mw_url *url, const char *agent, const char *accept)
{
    return mw_printf(arena, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: %s\r\nConnection: close\r\n\r\n", url->target,
                     authority_of(arena, url), agent, accept ? accept : "*/*");
}
