/* Timers and polls of the loop, used again from free lists. */
#include "inside.h"

struct mw_timer {
    uv_timer_t handle;
    struct mw_net *net;
    void (*rang)(void *context);
    void *context;
    struct mw_timer *next;
};

struct mw_poll {
    uv_poll_t handle;
    struct mw_net *net;
    int events;
    void (*ready)(void *context, int events);
    void *context;
    struct mw_poll *next;
};

static void put_timer(struct mw_timer *timer)
{
    uv_timer_stop(&timer->handle);
    timer->next = timer->net->spare_timers;
    timer->net->spare_timers = timer;
}

static void timer_rang(uv_timer_t *handle)
{
    struct mw_timer *timer = handle->data;
    void (*rang)(void *) = timer->rang;
    void *context = timer->context;
    put_timer(timer);
    rang(context);
}

static struct mw_timer *take_timer(struct mw_net *net)
{
    struct mw_timer *timer = net->spare_timers;
    if (timer) {
        net->spare_timers = timer->next;
        return timer;
    }
    timer = MW_NEW(net->arena, struct mw_timer);
    timer->net = net;
    timer->handle.data = timer;
    uv_timer_init(&net->loop, &timer->handle);
    return timer;
}

struct mw_timer *mw_timer_start(struct mw_net *net, double wait_s, void (*rang)(void *context), void *context)
{
    struct mw_timer *timer = take_timer(net);
    timer->rang = rang;
    timer->context = context;
    uv_update_time(&net->loop);
    uv_ref((uv_handle_t *)&timer->handle);
    uv_timer_start(&timer->handle, timer_rang, wait_s > 0 ? (uint64_t)(wait_s * 1000) : 0, 0);
    return timer;
}

void mw_timer_stop(struct mw_timer *timer)
{
    if (timer)
        put_timer(timer);
}

void mw_timer_background(struct mw_timer *timer)
{
    uv_unref((uv_handle_t *)&timer->handle);
}

static void poll_ready(uv_poll_t *handle, int status, int events)
{
    struct mw_poll *poll = handle->data;
    if (status < 0) { /* libuv stopped it; the read or write of the owner finds out why */
        events = UV_READABLE | UV_WRITABLE;
        uv_poll_start(handle, poll->events, poll_ready);
    }
    poll->ready(poll->context, events);
}

struct mw_poll *mw_poll_start(struct mw_net *net, int socket, int events, void (*ready)(void *context, int events), void *context)
{
    struct mw_poll *poll = net->spare_polls;
    if (poll)
        net->spare_polls = poll->next;
    if (!poll)
        poll = MW_NEW(net->arena, struct mw_poll);
    poll->net = net;
    poll->ready = ready;
    poll->context = context;
    uv_poll_init(&net->loop, &poll->handle, socket);
    poll->handle.data = poll;
    mw_poll_want(poll, events);
    return poll;
}

void mw_poll_want(struct mw_poll *poll, int events)
{
    if (poll->events == events)
        return;
    poll->events = events;
    if (events)
        uv_poll_start(&poll->handle, events, poll_ready);
    if (!events)
        uv_poll_stop(&poll->handle);
}

void mw_poll_background(struct mw_poll *poll)
{
    uv_unref((uv_handle_t *)&poll->handle);
}

static void put_poll(uv_handle_t *handle)
{
    struct mw_poll *poll = handle->data;
    poll->next = poll->net->spare_polls;
    poll->net->spare_polls = poll;
}

void mw_poll_stop(struct mw_poll *poll)
{
    if (!poll)
        return;
    poll->events = 0;
    uv_close((uv_handle_t *)&poll->handle, put_poll);
}
