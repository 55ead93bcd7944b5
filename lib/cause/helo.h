/* The names that the domain's own servers give themselves: for lib/cause alone. */
#ifndef MAILWHY_CAUSE_HELO_H
#define MAILWHY_CAUSE_HELO_H

#include <mailwhy/cause.h>

enum mw_helo_fault { MW_HELO_FINE, MW_HELO_INVALID, MW_HELO_UNRESOLVABLE, MW_HELO_MISMATCH };

/* Finds the cause at work for each exchange of the domain's own that may send and whose name has that fault: as advice, for that it introduces itself so when
 * it sends is likely and not known. */
void mw_helo_found(struct mw_judge *judge, enum mw_helo_fault fault);

#endif
