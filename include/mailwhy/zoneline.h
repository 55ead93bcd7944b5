/* A record as it stands in a zone file, on one line: "example.org. 300 IN MX 10 mx1.example.org." (RFC 1035 section 5.1). Facts about records carry it as
 * quote. */
#ifndef MAILWHY_ZONELINE_H
#define MAILWHY_ZONELINE_H

#include <mailwhy/arena.h>

#include <stdbool.h>

struct mw_zoneline {
    const char *owner; /* lower case, without trailing dot; "." is the root */
    long ttl_s;
    const char *type; /* "MX" */
    const char *data; /* of the text that was read: where the data begins */
};

/* False where the text is no such line; *line is untouched then. */
bool mw_zoneline_read(struct mw_arena *arena, const char *text, struct mw_zoneline *line);

#endif
