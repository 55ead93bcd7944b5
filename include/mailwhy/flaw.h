/* Why a record or file is not what it claims to be. A parser stops at the first flaw. */
#ifndef MAILWHY_FLAW_H
#define MAILWHY_FLAW_H

struct mw_flaw {
    const char *why;   /* static clause, for translation as a whole: "unknown mechanism" */
    const char *where; /* the part at fault, safe to show; "" where it is the whole */
    int line;          /* of a file; 0: not a file */
};

#endif
