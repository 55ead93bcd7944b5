/* BIMI (draft-brand-indicators-for-message-identification): the record that names a logo, and the logo, which must be SVG Tiny Portable/Secure
 * (draft-svg-tiny-ps-abrotman). Text in, struct out. */
#ifndef MAILWHY_BIMI_H
#define MAILWHY_BIMI_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

struct mw_bimi {
    const char *logo;     /* l=: an https URI; "" where there is none */
    const char *evidence; /* a=: an https URI of a certificate; "" where there is none */
    bool declined;        /* both are empty: the domain wants no logo shown */
};

/* Does a TXT record claim to be BIMI: v=BIMI1 as its first tag? */
bool mw_bimi_is_record(const char *text);
/* NULL: *flaw says why. */
const struct mw_bimi *mw_bimi_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw);

/* What a record that is none seems to be meant as: the first logo that it names, else one at `domain`, and its evidence. */
const char *mw_bimi_mend(struct mw_arena *arena, const char *text, const char *domain);

#define MW_BIMI_LOGO_BYTES 32768u
/* Is it a logo that receivers show? False: *flaw says why not. What is not looked at: drawing, colours, whether it is square. */
bool mw_bimi_is_logo(struct mw_arena *arena, const char *bytes, size_t count, struct mw_flaw *flaw);

#endif
