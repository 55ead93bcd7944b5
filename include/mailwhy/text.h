/* Text: comparing, cutting and making hostile bytes safe to show. */
#ifndef MAILWHY_TEXT_H
#define MAILWHY_TEXT_H

#include <mailwhy/arena.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of texts; items[count] is NULL. */
struct mw_list {
    const char **items;
    size_t count, room;
};

/* Appends `text` itself (not a copy). The items live in `arena`. */
void mw_list_add(struct mw_arena *arena, struct mw_list *list, const char *text);
bool mw_list_has(const struct mw_list *list, const char *text);
/* The items with `between` between them; "" for none. */
char *mw_list_join(struct mw_arena *arena, const struct mw_list *list, const char *between);
/* Cuts `text` at any of the characters in `at`; empty pieces are left out. */
struct mw_list mw_text_split(struct mw_arena *arena, const char *text, const char *at);

/* ASCII only, as protocols compare; both forms are independent of the locale. NULL equals NULL alone. */
bool mw_text_same(const char *a, const char *b);
bool mw_text_starts(const char *text, const char *prefix);
bool mw_text_ends(const char *text, const char *suffix);
/* What stands between a heading and its text: a full-width colon has room of its own. */
const char *mw_text_gap(const char *heading);
/* First place of `part` in `text` without regard to case, or NULL. */
const char *mw_text_find(const char *text, const char *part);
char *mw_text_lower(struct mw_arena *arena, const char *text);
/* A copy without blanks, tabs and line ends at both sides. */
char *mw_text_trim(struct mw_arena *arena, const char *text);

/* A whole decimal number without sign or blanks in [low, high]; false leaves *number untouched. */
bool mw_text_number(const char *text, long low, long high, long *number);

/* What a server said, as it may be stored and shown: UTF-8 as it is, else read as GB18030, else Latin-1; control bytes (ESC and NUL too),
 * bidirectional marks and undecodable bytes as \xNN; at most `ceiling` bytes, cut at a character with "…" behind. Never NULL. */
char *mw_text_safe(struct mw_arena *arena, const void *bytes, size_t count, size_t ceiling);
bool mw_text_is_utf8(const void *bytes, size_t count);
/* Columns that the UTF-8 text takes on a terminal (a Chinese character takes two). */
size_t mw_text_columns(const char *text);
/* The text as lines of at most `columns` columns (0: one line), cut at blanks and between Chinese characters; a word that is longer stays whole. */
struct mw_list mw_text_fold(struct mw_arena *arena, const char *text, size_t columns);

/* The word of `words` (count of them) nearest to `word` by edit distance, or NULL where none is near enough to suggest. */
const char *mw_text_nearest(const char *word, const char *const *words, size_t count);

/* RFC 3339 UTC time with seconds ("2026-11-22T13:00:00Z"), and back (-1: not such a time). */
char *mw_time_text(struct mw_arena *arena, int64_t seconds);
int64_t mw_time_read(const char *text);

/* RFC 4648; `decoded` gets the bytes (NUL behind, not counted); -1 when `text` is not base64. Blanks in `text` are passed over. */
long mw_base64_read(struct mw_arena *arena, const char *text, unsigned char **decoded);
char *mw_base64_text(struct mw_arena *arena, const void *bytes, size_t count);

#endif
