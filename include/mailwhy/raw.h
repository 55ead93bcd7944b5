/* A message byte by byte, as its signatures see it (RFC 5322, RFC 6376 section 3.4): header fields as they stand, the body, and their canonical forms. What is
 * here may be hostile and is not safe to show; mail.h has what is. */
#ifndef MAILWHY_RAW_H
#define MAILWHY_RAW_H

#include <mailwhy/text.h>

#define MW_RAW_FIELDS 1000u          /* fields beyond are not seen */
#define MW_MESSAGE_BYTES 52428800u   /* of a message that is read; the largest that providers take is smaller */

struct mw_raw_field {
    const char *bytes; /* name, colon and value with their folding, without the last line end */
    size_t count;
    size_t name; /* bytes of the name; 0: this line is no field */
};

struct mw_raw {
    struct mw_raw_field *fields; /* from the top */
    size_t count;
    const char *body;
    size_t body_bytes;
    bool had_bare_lf; /* lines ended with LF alone; here they end with CRLF */
};

enum mw_canonical { MW_SIMPLE, MW_RELAXED };

/* Bytes that grow in an arena. */
struct mw_octets {
    char *bytes;
    size_t count, room;
};
void mw_octets_add(struct mw_arena *arena, struct mw_octets *to, const void *bytes, size_t count);

/* Cuts header and body. Lines that end with LF alone are given a CR, as a server would when it takes them. `bytes` must live as long as *raw. */
void mw_raw_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_raw *raw);
bool mw_raw_is(const struct mw_raw_field *field, const char *name);
/* The first index at or behind `from` of a field of that name; raw->count: none. */
size_t mw_raw_next(const struct mw_raw *raw, const char *name, size_t from);
/* The value on one line, without blanks at both sides; NULL where it holds a NUL. Not safe to show. */
char *mw_raw_value(struct mw_arena *arena, const struct mw_raw_field *field);

/* Canonical forms (RFC 6376 sections 3.4.1 to 3.4.4); a field has no line end behind it. */
void mw_canonical_field(struct mw_arena *arena, const struct mw_raw_field *field, enum mw_canonical form, struct mw_octets *to);
void mw_canonical_body(struct mw_arena *arena, const char *body, size_t count, enum mw_canonical form, struct mw_octets *to);

#endif
