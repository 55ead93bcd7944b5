/* DNSSEC validation here: libunbound with the trust anchor, asking through the engine (relay.c). Loaded at first use. It answers secure, insecure, bogus or
 * unknown and never guesses: a question that takes too long is unknown. RFC 4035. */
#include "inside.h"

#include <dlfcn.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#define WAIT_S 8.0
#define REASON_CEILING 500u

/* clang-format off */
#define FUNCTIONS(F) \
    F(ctx_create) F(ctx_delete) F(ctx_set_option) F(ctx_set_fwd) F(ctx_add_ta) F(ctx_async) F(ctx_debugout) F(ctx_zone_remove) F(fd) F(process) \
    F(resolve_async) F(cancel) \
    F(resolve_free) F(strerror)
/* clang-format on */

struct validation {
    struct mw_validating *validating;
    mw_got_validation *got;
    void *context;
    int id;
    struct mw_timer *timer;
    const char *verdict, *why;
};

struct mw_validating {
    struct mw_net *net;
    void *library;
    const char *flaw; /* it cannot be used; NULL */
    struct ub_ctx *unbound;
    struct mw_poll *poll;
    struct mw_relay *relay;
#define F(name) __typeof__(&ub_##name) name;
    FUNCTIONS(F)
#undef F
};

static const char *const anchors[] = {"/usr/share/dns/root.key", "/var/lib/unbound/root.key", "/etc/unbound/root.key"};

static const char *anchor_of(const struct mw_net *net)
{
    if (net->options.trust_anchor)
        return net->options.trust_anchor;
    for (size_t i = 0; i < MW_COUNT(anchors); i++)
        if (access(anchors[i], R_OK) == 0)
            return anchors[i];
    return NULL;
}

bool mw_dns_can_validate(struct mw_net *net)
{
    return net->resolvers.count && anchor_of(net);
}

static const char *load(struct mw_validating *validating)
{
    validating->library = dlopen("libunbound.so.8", RTLD_NOW | RTLD_LOCAL);
    if (!validating->library)
        return dlerror();
    bool found = true;
    void *symbol;
#define F(name)                                                                                                                                                \
    symbol = dlsym(validating->library, "ub_" #name);                                                                                                          \
    memcpy(&validating->name, &symbol, sizeof symbol);                                                                                                         \
    found = found && symbol;
    FUNCTIONS(F)
#undef F
    return found ? NULL : "libunbound.so.8 lacks a function";
}

static const char *set_up(struct mw_validating *validating)
{
    struct mw_net *net = validating->net;
    validating->unbound = validating->ctx_create();
    if (!validating->unbound)
        return "libunbound cannot make a context";
    validating->relay = mw_relay_start(net);
    if (!validating->relay)
        return "this machine has no loopback address";
    validating->ctx_debugout(validating->unbound, NULL); /* it would write to standard error */
    validating->ctx_set_option(validating->unbound, "do-not-query-localhost:", "no");
    validating->ctx_set_option(validating->unbound, "trust-anchor-signaling:", "no"); /* RFC 8145 is for resolvers of many */
    validating->ctx_set_fwd(validating->unbound, mw_printf(net->arena, "127.0.0.1@%d", mw_relay_port(validating->relay)));
    int error = 0;
    const char *flaw = net->anchors.count ? NULL : mw_net_read_anchor(net, anchor_of(net));
    for (size_t i = 0; !error && i < net->anchors.count; i++)
        error = validating->ctx_add_ta(validating->unbound, net->anchors.items[i]);
    if (flaw)
        return flaw;
    if (!error)
        error = validating->ctx_async(validating->unbound, 1);
    validating->ctx_zone_remove(validating->unbound, "test."); /* libunbound answers it itself (RFC 6761); last, since it freezes the context */
    return error ? validating->strerror(error) : NULL;
}

static void ready(void *context, int events)
{
    struct mw_validating *validating = context;
    (void)events;
    validating->process(validating->unbound);
}

static struct mw_validating *validating_of(struct mw_net *net)
{
    if (net->validating)
        return net->validating;
    struct mw_validating *validating = MW_NEW(net->arena, struct mw_validating);
    net->validating = validating;
    validating->net = net;
    validating->flaw = !net->resolvers.count ? "there is no resolver" : !anchor_of(net) ? "there is no trust anchor" : load(validating);
    if (!validating->flaw)
        validating->flaw = set_up(validating);
    if (validating->flaw)
        return validating;
    validating->poll = mw_poll_start(net, validating->fd(validating->unbound), UV_READABLE, ready, validating);
    mw_poll_background(validating->poll); /* the deadline of each question keeps the run alive */
    return validating;
}

static void hand_over(void *context)
{
    struct validation *validation = context;
    validation->got(validation->context, validation->verdict, validation->why);
}

/* Told from the loop, never from inside the call that asked. */
static void conclude(struct validation *validation, const char *verdict, const char *why)
{
    struct mw_net *net = validation->validating->net;
    mw_timer_stop(validation->timer);
    validation->verdict = verdict;
    validation->why = why ? mw_text_safe(net->arena, why, strlen(why), REASON_CEILING) : "";
    validation->timer = mw_timer_start(net, 0, hand_over, validation);
}

static void got_result(void *context, int error, struct ub_result *result)
{
    struct validation *validation = context;
    struct mw_validating *validating = validation->validating;
    if (error)
        conclude(validation, "unknown", validating->strerror(error));
    else if (result->bogus)
        conclude(validation, "bogus", result->why_bogus);
    else if (result->rcode == 2)
        conclude(validation, "unknown", "the resolvers gave no answer that can be validated");
    else
        conclude(validation, result->secure ? "secure" : "insecure", NULL);
    validating->resolve_free(result);
}

static void rang(void *context)
{
    struct validation *validation = context;
    validation->timer = NULL;
    validation->validating->cancel(validation->validating->unbound, validation->id);
    validation->got(validation->context, "unknown", MW_TIMED_OUT);
}

void mw_dns_validate(struct mw_net *net, const char *name, int type, mw_got_validation *got, void *context)
{
    struct validation *validation = MW_NEW(net->arena, struct validation);
    struct mw_validating *validating = validating_of(net);
    *validation = (struct validation){.validating = validating, .got = got, .context = context};
    if (validating->flaw) {
        conclude(validation, "unknown", validating->flaw);
        return;
    }
    validation->timer = mw_timer_start(net, WAIT_S, rang, validation);
    int error = validating->resolve_async(validating->unbound, name, type, 1, validation, got_result, &validation->id);
    if (error)
        conclude(validation, "unknown", validating->strerror(error));
}

void mw_validating_end(struct mw_net *net)
{
    struct mw_validating *validating = net->validating;
    if (!validating)
        return;
    mw_poll_stop(validating->poll);
    if (validating->unbound)
        validating->ctx_delete(validating->unbound);
    mw_relay_end(validating->relay);
    net->validating = NULL;
}
