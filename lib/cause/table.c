/* The areas in the order of the layers, and finding a cause by its id. */
#include <mailwhy/cause.h>

#include <string.h>

extern const struct mw_area mw_area_registration, mw_area_dns, mw_area_network, mw_area_smtp, mw_area_envelope, mw_area_auth, mw_area_tls, mw_area_policy,
    mw_area_mailbox, mw_area_account, mw_area_delivery, mw_area_samples, mw_area_client;

const struct mw_area *const mw_areas[] = {&mw_area_registration, &mw_area_dns, &mw_area_network, &mw_area_smtp, &mw_area_envelope, &mw_area_auth,
                                          &mw_area_tls, &mw_area_policy, &mw_area_mailbox, &mw_area_account, &mw_area_delivery,
                                          &mw_area_samples, &mw_area_client};
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
