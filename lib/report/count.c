/* How many addresses of a name a finding is about, where it is not about all that were tried: "1 of 4 addresses"; and how many of the connections to one place,
 * where some went well. Sentences for people; they weigh nothing. */
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

static void add_connections(struct mw_making *making, struct mw_list *sentences, const struct mw_instance *at)
{
    const char *sentence = mw_lang(N_("%1$ld of %2$ld connections to %3$s fail (%4$s)."));
    mw_list_add(making->arena, sentences, mw_printf(making->arena, sentence, at->bad, at->all, at->about, mw_lang(at->why_bad)));
}

static void add_addresses(struct mw_making *making, struct mw_list *sentences, struct mw_instance **of, size_t count)
{
    struct place places[PLACES_MOST];
    size_t known = 0;
    for (size_t i = 0; i < count && known < PLACES_MOST; i++) {
        const struct mw_about *about = &of[i]->parsed;
        if (about->zone || about->mailbox || !about->address || !about->port || !about->host || !*about->host || is_known(places, known, about))
            continue;
        struct place *place = &places[known++];
        *place = (struct place){.host = about->host, .port = about->port};
        fill(making, place, of, count);
        if (place->affected.count < place->tried.count)
            mw_list_add(making->arena, sentences, mw_printf(making->arena, mw_lang(N_("This is so at %1$zu of %2$zu addresses of %3$s: %4$s.")), place->affected.count,
                                                            place->tried.count, mw_about_endpoint(making->arena, place->host, NULL, place->port),
                                                             mw_list_join(making->arena, &place->affected, ", ")));
    }
}

const char *mw_make_count(struct mw_making *making, struct mw_instance **of, size_t count)
{
    struct mw_list sentences = {0};
    for (size_t i = 0; i < count && sentences.count < PLACES_MOST; i++)
        if (of[i]->all)
            add_connections(making, &sentences, of[i]);
    if (of[0]->cause->layer <= MW_L_TLS) /* what is asked behind TLS is often asked at one address alone */
        add_addresses(making, &sentences, of, count);
    return sentences.count ? mw_list_join(making->arena, &sentences, " ") : NULL;
}
