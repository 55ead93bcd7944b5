/* Bells: what one look of a run waits for, and another brings about. A bell that was rung stays rung. */
#include "inside.h"

#include <string.h>

struct mw_bell {
    struct mw_net *net;
    const char *name;
    void (*rang)(void *context); /* NULL: it has rung, or nobody waits any more */
    void *context;
    struct mw_bell *next;
};

struct mw_bell *mw_bell_wait(struct mw_net *net, const char *name, void (*rang)(void *context), void *context)
{
    struct mw_bell *bell = MW_NEW(net->arena, struct mw_bell);
    bool rung = mw_list_has(&net->rung, name);
    *bell = (struct mw_bell){.net = net, .name = name, .rang = rung ? NULL : rang, .context = context, .next = net->bells};
    net->bells = bell;
    if (rung)
        rang(context);
    return bell;
}

void mw_bell_leave(struct mw_bell *bell)
{
    if (bell)
        bell->rang = NULL;
}

void mw_bell_ring(struct mw_net *net, const char *name)
{
    if (!mw_list_has(&net->rung, name))
        mw_list_add(net->arena, &net->rung, name);
    for (struct mw_bell *bell = net->bells; bell; bell = bell->next) {
        void (*rang)(void *context) = strcmp(bell->name, name) == 0 ? bell->rang : NULL;
        if (!rang)
            continue;
        bell->rang = NULL;
        rang(bell->context);
    }
}
