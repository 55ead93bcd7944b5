/* Dated data files: tables of what changes in the world outside (block lists, common DKIM selectors), kept apart from the program. A first line
 * "# mailwhy NAME YYYY-MM-DD", a heading row, then rows; the cells of a row stand between tabs, lines that begin with # and empty lines are passed over. */
#ifndef MAILWHY_DATA_H
#define MAILWHY_DATA_H

#include <mailwhy/flaw.h>
#include <mailwhy/text.h>

#define MW_DATA_BYTES 262144u
#define MW_DATA_ROWS 1000u

struct mw_data_column {
    const char *name;
    bool (*is_good)(struct mw_arena *arena, const char *cell); /* NULL: any text */
    const char *why;                                           /* N_(): what a cell is that is not good */
};

/* Which columns a file has. Its file is NAME.tsv. */
struct mw_data_form {
    const char *name;
    const struct mw_data_column *columns;
    size_t count;
};

struct mw_data {
    const char *name, *date;         /* "2026-11-29" */
    int64_t begins;                  /* seconds since 1970 of that day */
    const char *const *const *rows;  /* rows[i][column]: never NULL, safe to show; a cell without a value is "-" in the file and "" here */
    const int *lines;                /* of each row */
    size_t count;
};

/* NULL: *flaw says why, with the line. */
const struct mw_data *mw_data_read(struct mw_arena *arena, const struct mw_data_form *form, const char *bytes, size_t count, struct mw_flaw *flaw);

/* selectors.tsv: DKIM selectors that are worth a try where none is known. */
enum { MW_SELECTOR_NAME, MW_SELECTOR_SERVICE, MW_SELECTOR_SOURCE, MW_SELECTOR_COLUMNS };
extern const struct mw_data_form mw_data_selectors;

/* blocklists.tsv; lib/parse/blocklist.c reads its codes. */
enum {
    MW_BLOCKLIST_ZONE,
    MW_BLOCKLIST_KIND,     /* ip4, ip6, domain */
    MW_BLOCKLIST_USE,      /* always: asked by default; given: only with --dnsbl; dead: shut down, never asked by default */
    MW_BLOCKLIST_OPERATOR,
    MW_BLOCKLIST_CODES,
    MW_BLOCKLIST_LISTED,   /* test points: an entry that every working list has, and one that none has */
    MW_BLOCKLIST_UNLISTED,
    MW_BLOCKLIST_REMOVAL,  /* page where an entry is looked up and taken out */
    MW_BLOCKLIST_SOURCE,
    MW_BLOCKLIST_NOTE,
    MW_BLOCKLIST_COLUMNS
};
extern const struct mw_data_form mw_data_blocklists;

/* What an answer of a list means by the codes column ("127.0.0.2-3=spam 127.0.0.10=policy", "127.0.0.&8=phish"): the words of all codes that fit, parted by
 * blanks; "" where none fits. The first that fits counts, of bits ("&") all. */
const char *mw_blocklist_meaning(struct mw_arena *arena, const char *codes, const char *address);
/* Are these codes of that form, with words that mw_blocklist_meaning gives? */
bool mw_blocklist_codes_are_good(struct mw_arena *arena, const char *codes);

#endif
