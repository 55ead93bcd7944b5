/* Trust anchors for DNSSEC, as files hold them: DS and DNSKEY records in zone-file form (IANA's root-anchors, unbound's root.key with its comments), and BIND's
 * trust-anchors, managed-keys and trusted-keys. Text in, records out. */
#ifndef MAILWHY_ANCHOR_H
#define MAILWHY_ANCHOR_H

#include <mailwhy/arena.h>
#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#include <stdbool.h>

#define MW_ANCHOR_BYTES (256u * 1024) /* of a file; more is no trust anchor */
#define MW_ANCHOR_RECORDS 100u

/* The records in zone-file form, a line each. False: *flaw says the line at fault and why. */
bool mw_anchor_read(struct mw_arena *arena, const char *text, struct mw_list *records, struct mw_flaw *flaw);

#endif
