/* What was changed in a message after it was signed (RFC 6376): tries changes that mail systems are known to make, undone. Only what makes the signature hold
 * again is told, so that every claim is proved; where nothing does, nothing is. */
#ifndef MAILWHY_ALTERED_H
#define MAILWHY_ALTERED_H

#include <mailwhy/signing.h>

#define MW_ALTERATIONS 8u

struct mw_alteration {
    const char *what;  /* clause for translation as a whole: "text was put into a header field" */
    const char *field; /* its name, safe to show; "": the body */
    const char *part;  /* what was put in, or what stood there before; safe to show, "" */
    bool relaxed_holds; /* the relaxed canonicalisation would have borne it */
};

/* For a body that is not the one that was signed. */
bool mw_altered_body(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, struct mw_alteration *found);
/* For a header that is not; returns how many changes together were made, 0 where that cannot be told. */
size_t mw_altered_header(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signing *signing, const struct mw_opened *opened,
                         struct mw_alteration found[MW_ALTERATIONS]);

#endif
