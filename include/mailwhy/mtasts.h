/* MTA-STS (RFC 8461): the _mta-sts record and the policy file; text in, struct out. */
#ifndef MAILWHY_MTASTS_H
#define MAILWHY_MTASTS_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>
#include <stddef.h>

/* Does a TXT record begin with "v=STSv1;" (section 3.1)? Others at the name do not count; two that do are as none. */
bool mw_mtasts_is_record(const char *text);
/* One that was meant to be such a record and is none: another version, other blanks or case. */
bool mw_mtasts_is_near(const char *text);
/* The id of a record; NULL: *flaw says why. */
const char *mw_mtasts_read_record(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);

struct mw_mtasts_policy {
    const char *mode;  /* enforce, testing, none */
    long max_age_s;
    struct mw_list mx; /* patterns, lower case: mail.example.org, *.example.org */
};

/* The policy file (section 3.2). NULL: *flaw says why and at which line. */
const struct mw_mtasts_policy *mw_mtasts_read_policy(struct mw_arena *arena, const char *bytes, size_t count, struct mw_flaw *flaw);
/* May a policy come with this Content-Type? Text/plain alone, whatever its parameters (section 3.2). */
bool mw_mtasts_is_media_type(const char *text);
/* Does a pattern of the policy match the host (section 4.1)? "*" stands for exactly one label. */
bool mw_mtasts_covers(const struct mw_mtasts_policy *policy, const char *host);
bool mw_mtasts_pattern_matches(const char *pattern, const char *host);

#endif
