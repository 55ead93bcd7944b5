/* Turns: a line in which the first one acts and the others wait. */
#include "inside.h"

struct mw_turn {
    struct mw_net *net;
    void (*got)(void *context);
    void *context;
    struct mw_turn *next;
};

struct mw_turn *mw_turn_take(struct mw_net *net, void (*got)(void *context), void *context)
{
    struct mw_turn *turn = MW_NEW(net->arena, struct mw_turn), **end = &net->turns;
    *turn = (struct mw_turn){.net = net, .got = got, .context = context};
    while (*end)
        end = &(*end)->next;
    *end = turn;
    if (net->turns == turn)
        got(context);
    return turn;
}

void mw_turn_give(struct mw_turn *turn)
{
    if (!turn)
        return;
    struct mw_net *net = turn->net;
    bool was_first = net->turns == turn;
    struct mw_turn **at = &net->turns;
    while (*at && *at != turn)
        at = &(*at)->next;
    if (!*at) /* given back already */
        return;
    *at = turn->next;
    if (was_first && net->turns)
        net->turns->got(net->turns->context);
}
