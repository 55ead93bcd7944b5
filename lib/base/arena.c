/* Arenas: blocks in a chain, handed out from the front, freed all at once. Never returns NULL. */
#include <mailwhy/arena.h>

#include <mailwhy/fail.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 8192u
#define BLOCK_CEILING (1024u * 1024u)
#define ALIGNMENT 16u

struct block {
    struct block *next;
    size_t used, room;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct mw_arena {
    struct block *first;
    size_t bytes;
};

static void *take(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (!memory)
        mw_fail(MW_EXIT_OS, "out of memory (%zu bytes)", bytes);
    return memory;
}

struct mw_arena *mw_arena_new(void)
{
    return take(sizeof(struct mw_arena));
}

void mw_arena_free(struct mw_arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

size_t mw_arena_bytes(const struct mw_arena *arena)
{
    return arena->bytes;
}

/* Blocks grow with the arena, so that a run of many thousand domains does not ask the heap for many thousand blocks: large ones come zeroed from the kernel. */
static size_t block_bytes(const struct mw_arena *arena)
{
    size_t part = arena->bytes / 8;
    return part < BLOCK_BYTES ? BLOCK_BYTES : part < BLOCK_CEILING ? part : BLOCK_CEILING;
}

/* A block for at least `bytes`; a large one goes behind the first, so that the first's room is not lost. */
static struct block *add_block(struct mw_arena *arena, size_t bytes)
{
    size_t room = bytes > BLOCK_BYTES / 4 ? bytes : block_bytes(arena);
    struct block *block = take(sizeof *block + room);
    block->room = room;
    if (room == bytes && arena->first) {
        block->next = arena->first->next;
        arena->first->next = block;
        return block;
    }
    block->next = arena->first;
    arena->first = block;
    return block;
}

void *mw_alloc(struct mw_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        mw_fail(MW_EXIT_BUG, "an allocation of %zu bytes was asked for", bytes);
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *block = arena->first;
    if (!block || block->room - block->used < rounded)
        block = add_block(arena, rounded);
    void *memory = block->bytes + block->used;
    block->used += rounded;
    arena->bytes += rounded;
    return memory;
}

void *mw_memdup(struct mw_arena *arena, const void *bytes, size_t count)
{
    void *copy = mw_alloc(arena, count + 1);
    if (count)
        memcpy(copy, bytes, count);
    return copy;
}

void *mw_grow(struct mw_arena *arena, const void *old, size_t old_bytes, size_t new_bytes)
{
    void *grown = mw_alloc(arena, new_bytes);
    if (old_bytes)
        memcpy(grown, old, old_bytes);
    return grown;
}

char *mw_strndup(struct mw_arena *arena, const char *text, size_t bytes)
{
    return mw_memdup(arena, text, strnlen(text, bytes));
}

char *mw_strdup(struct mw_arena *arena, const char *text)
{
    return mw_memdup(arena, text, strlen(text));
}

char *mw_vprintf(struct mw_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        mw_fail(MW_EXIT_BUG, "a text could not be made from \"%s\"", format);
    char *text = mw_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *mw_printf(struct mw_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mw_vprintf(arena, format, args);
    va_end(args);
    return text;
}
