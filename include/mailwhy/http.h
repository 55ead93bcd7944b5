/* URLs (RFC 3986) and HTTP responses (RFC 9110, RFC 9112), as far as fetching one small file needs them: bytes in, struct out. No sockets, no clock. */
#ifndef MAILWHY_HTTP_H
#define MAILWHY_HTTP_H

#include <mailwhy/arena.h>
#include <mailwhy/reply.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_url {
    bool secure;        /* https */
    const char *host;   /* lower case; an IPv6 address without brackets */
    int port;
    const char *target; /* path and query as a request names them, never empty; what may not stand there is percent-encoded */
};

/* False: not an http or https URL, or one with user information, an escaped host, port 0, … */
bool mw_url_read(struct mw_arena *arena, const char *text, struct mw_url *url);
/* The absolute URL that `location` of a redirect from `base` means (RFC 3986 section 5.2; dot segments stay as they are). May be no URL that mw_url_read takes.
 * */
char *mw_url_join(struct mw_arena *arena, const struct mw_url *base, const char *location);
/* The header section of a GET for it, ending with the empty line. `accept` is a media type; NULL: any. */
char *mw_http_request(struct mw_arena *arena, const struct mw_url *url, const char *agent, const char *accept);

#define MW_HTTP_HEAD_CEILING 16384u
#define MW_HTTP_BODY_CEILING 65536u
/* Of all bytes of a response whose body may have so many: the frames of chunks count too. */
#define MW_HTTP_CEILING(body_ceiling) (2 * (body_ceiling) + MW_HTTP_HEAD_CEILING)

struct mw_http {
    int status;
    const char *media_type; /* of Content-Type, safe to show; "" */
    const char *location;   /* safe to show; NULL */
    int64_t date;           /* -1: none, or not an IMF-fixdate */
    const char *body;       /* NUL behind; it may hold others */
    size_t body_bytes;
};

/* 1 when the response in `bytes` is whole (and *response filled), else MW_FRAME_MORE, _GARBLED or _TOO_LONG (reply.h). `ended`: the server closed the
 * connection, which ends a body of unknown length; MW_FRAME_MORE then means that it was cut short. Interim responses (1xx) are passed over. */
int mw_http_read(struct mw_arena *arena, const char *bytes, size_t count, bool ended, struct mw_http *response);
/* The same with another ceiling for the body than MW_HTTP_BODY_CEILING. */
int mw_http_read_up_to(struct mw_arena *arena, const char *bytes, size_t count, bool ended, size_t body_ceiling, struct mw_http *response);

#endif
