/* How many addresses of a name a finding is about, where it is not about all that were tried: "1 of 4 addresses". A sentence for people; it weighs nothing. */
#include "make.h"

#include <string.h>

#define PLACES_MOST 3u

struct place {
    const char *host;
    int port;
    struct mw_list affected, tried;
};

static bool is_at(const struct mw_about *about, const struct place *place)
{
    return about->address && about->port == place->port && mw_text_same(about->host, place->host);
}

static void add_once(struct mw_arena *arena, struct mw_list *list, const char *address)
{
    if (!mw_list_has(list, address))
        mw_list_add(arena, list, address);
}

static void fill(struct mw_making *making, struct place *place, struct mw_instance **of, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_at(&of[i]->parsed, place))
            add_once(making->arena, &place->affected, of[i]->parsed.address);
    for (const struct mw_fact *tcp = mw_fact_first(making->facts, MW_F_TCP_END); tcp; tcp = mw_fact_next(making->facts, tcp)) {
        struct mw_about about = mw_about_read(making->arena, tcp->about);
        if (is_at(&about, place))
            add_once(making->arena, &place->tried, about.address);
    }
}

static bool is_known(const struct place *places, size_t count, const struct mw_about *about)
{
    bool known = false;
    for (size_t i = 0; i < count; i++)
        known = known || is_at(about, &places[i]);
    return known;
}

const char *mw_make_count(struct mw_making *making, struct mw_instance **of, size_t count)
{
    if (of[0]->cause->layer > MW_L_TLS)
        return NULL; /* what is asked behind TLS is often asked at one address alone */
    struct place places[PLACES_MOST];
    struct mw_list sentences = {0};
    size_t known = 0;
    for (size_t i = 0; i < count && known < PLACES_MOST; i++) {
        const struct mw_about *about = &of[i]->parsed;
        if (about->zone || about->mailbox || !about->address || !about->port || !about->host || !*about->host || is_known(places, known, about))
            continue;
        struct place *place = &places[known++];
        *place = (struct place){.host = about->host, .port = about->port};
        fill(making, place, of, count);
        if (place->affected.count < place->tried.count)
            mw_list_add(making->arena, &sentences, mw_printf(making->arena, mw_lang(N_("This is so at %1$zu of %2$zu addresses of %3$s: %4$s.")), place->affected.count,
                                                             place->tried.count, mw_about_endpoint(making->arena, place->host, NULL, place->port),
                                                             mw_list_join(making->arena, &place->affected, ", ")));
    }
    return sentences.count ? mw_list_join(making->arena, &sentences, " ") : NULL;
}
