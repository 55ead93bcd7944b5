/* What evaluating and auditing SPF share. For lib/parse alone. */
#ifndef MAILWHY_PARSE_SPF_INSIDE_H
#define MAILWHY_PARSE_SPF_INSIDE_H

#include <mailwhy/spf.h>

#define NAMES_ALLOWED 10u /* exchanges behind mx, names behind ptr (RFC 7208 section 4.6.4) */

/* NODATA or NXDOMAIN: a void lookup. */
bool mw_spf_is_void(const struct mw_dns_answer *answer);
/* No answer that says anything. */
bool mw_spf_has_failed(const struct mw_dns_answer *answer);
/* How many SPF records the answer has, and the first. */
size_t mw_spf_records_in(const struct mw_dns_answer *answer, const struct mw_record **first);
/* The strings of a TXT record joined; NULL where a byte is not printable ASCII. */
char *mw_spf_ascii(struct mw_arena *arena, const struct mw_record *txt);

#endif
