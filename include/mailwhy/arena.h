/* Memory with a lifetime: an arena owns all that is allocated from it and gives it back at once.
 *
 * There are two lifetimes: the run (facts, findings, options) and the conversation (one dialogue with one server).
 * Every allocation is zeroed; when memory runs out the program ends with one line and EX_OSERR (71), so no caller checks for NULL. */
#ifndef MAILWHY_ARENA_H
#define MAILWHY_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct mw_arena;

struct mw_arena *mw_arena_new(void);
/* Frees the arena and all that was allocated from it. NULL is allowed. */
void mw_arena_free(struct mw_arena *arena);
/* Bytes handed out so far, for ceilings and for the tests. */
size_t mw_arena_bytes(const struct mw_arena *arena);

void *mw_alloc(struct mw_arena *arena, size_t bytes);
/* The array `old` of `old_bytes`, copied into a larger zeroed one; the old one stays until the arena ends, so grow by doubling. */
void *mw_grow(struct mw_arena *arena, const void *old, size_t old_bytes, size_t new_bytes);
char *mw_strdup(struct mw_arena *arena, const char *text);
/* The first `bytes` bytes of `text` (fewer where a NUL comes first), with a NUL behind. */
char *mw_strndup(struct mw_arena *arena, const char *text, size_t bytes);
void *mw_memdup(struct mw_arena *arena, const void *bytes, size_t count);
char *mw_printf(struct mw_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *mw_vprintf(struct mw_arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#define MW_NEW(arena, type) ((type *)mw_alloc((arena), sizeof(type)))
#define MW_NEW_ARRAY(arena, type, count) ((type *)mw_alloc((arena), sizeof(type) * (size_t)(count)))
#define MW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
