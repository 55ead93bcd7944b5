/* A mail message (RFC 5322) as far as it tells where its DKIM keys are: bytes in, names out. Signatures are not verified here. */
#ifndef MAILWHY_MESSAGE_H
#define MAILWHY_MESSAGE_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#define MW_MESSAGE_HEADER_BYTES 262144u
#define MW_MESSAGE_SIGNATURES 20u

/* Fills *keys with the names at which the keys of the message's DKIM signatures stand ("s1._domainkey.example.org", RFC 6376 section 3.6.2.1), each once, at most
 * MW_MESSAGE_SIGNATURES. Only the header is read. False: it begins neither with a header field nor with the empty line behind an empty header. */
bool mw_message_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_list *keys, struct mw_flaw *flaw);

#endif
