/* The areas in the order of the layers, and finding a cause by its id. */
#include <mailwhy/cause.h>

#include <string.h>

/* clang-format off */
#define AREAS(ROW) \
    ROW(registration) ROW(delegation) ROW(dnssec) ROW(resolver) ROW(exchanges) ROW(backup) ROW(reverse) ROW(network) \
    ROW(smtp) ROW(envelope) ROW(auth) ROW(tls) \
    ROW(spf) ROW(dkim) ROW(dmarc) ROW(transport) ROW(blocklist) \
    ROW(mailbox) ROW(account) ROW(delivery) ROW(samples) ROW(client) ROW(srv)
/* clang-format on */

#define DECLARE(area) extern const struct mw_area mw_area_##area;
AREAS(DECLARE)
#undef DECLARE

#define ADDRESS(area) &mw_area_##area,
const struct mw_area *const mw_areas[] = {AREAS(ADDRESS)};
#undef ADDRESS

const size_t mw_area_count = MW_COUNT(mw_areas);

const struct mw_cause *mw_cause_by_id(const char *id)
{
    for (size_t i = 0; i < mw_area_count; i++)
        for (size_t j = 0; j < mw_areas[i]->count; j++)
            if (strcmp(mw_areas[i]->causes[j].id, id) == 0)
                return &mw_areas[i]->causes[j];
    return NULL;
}

const char *mw_cause_nearest(const char *id)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_list ids = {0};
    for (size_t i = 0; i < mw_area_count; i++)
        for (size_t j = 0; j < mw_areas[i]->count; j++)
            mw_list_add(arena, &ids, mw_areas[i]->causes[j].id);
    const char *nearest = mw_text_nearest(id, ids.items, ids.count);
    mw_arena_free(arena);
    return nearest;
}
