/* Lists of "name=value;" (RFC 6376 section 3.2 and its relatives), shared by DKIM, DMARC, MTA-STS and TLSRPT. */
#ifndef MAILWHY_PARSE_TAGS_H
#define MAILWHY_PARSE_TAGS_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#define TAGS_CEILING 100u

struct tag {
    const char *text;  /* the whole of it, without blanks at both sides */
    const char *name;  /* before the first =; NULL: there is none */
    const char *value; /* behind it, without blanks at both sides; NULL: there is none */
};

struct tags {
    struct tag tag[TAGS_CEILING]; /* in order; an empty one between two semicolons counts, the one behind the last semicolon does not */
    size_t count;
    size_t left_out; /* beyond the ceiling */
};

struct tags *mw_tags_cut(struct mw_arena *arena, const char *text);
/* Is v=VERSION the first tag? The version is compared as it is written. */
bool mw_tags_are_of(const char *text, const char *version);
/* The value of the first tag of that name, without regard to case; NULL: none. */
const char *mw_tags_get(const struct tags *tags, const char *name);
/* How many have that name. */
size_t mw_tags_times(const struct tags *tags, const char *name);
/* Sets the flaw; false, to return it. */
bool mw_flaw_is(struct mw_flaw *flaw, const char *why, const char *where);
/* A mailto: URI with an address, or one that begins with `also` ("https://"; NULL: none). */
bool mw_tags_is_report_uri(const char *uri, const char *also);

#endif
