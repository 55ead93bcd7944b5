/* The run: every new fact starts the probes that want it, once for each thing that it is about. Ends when nothing is under way, when time is up, or when asked
 * to; a look that was cut off still gets its end fact. Never judges. */
#include <mailwhy/run.h>

#include <mailwhy/fail.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define PROGRESS_MS 200u

struct active {
    struct mw_look look; /* first: an ended look is its active */
    struct mw_run *run;
    uint64_t started_ns;
    struct active *next, **here;
};

struct seen {
    const struct mw_probe *probe;
    const char *about;
};

struct mw_run {
    struct mw_facts *facts;
    struct mw_net *net;
    struct mw_arena *arena;
    const struct mw_asked *asked;
    const struct mw_probe *const *probes;
    struct active *active;
    unsigned under_way, ended;
    struct seen *seen; /* open addressing */
    size_t seen_count, seen_room;
    const char *newest; /* about of the look started last */
    const char *cut_off; /* why; NULL: it ran to its end */
    uv_async_t *stop;
    volatile sig_atomic_t stopped;
    void (*heard)(void *context, const struct mw_fact *fact);
    void *heard_context;
    void (*progress)(void *context, unsigned under_way, unsigned ended, const char *newest);
    void *progress_context;
};

static size_t hash(const struct mw_probe *probe, const char *about)
{
    size_t value = (size_t)(uintptr_t)probe >> 4;
    for (; *about; about++)
        value = (value ^ (unsigned char)*about) * 1099511628211u;
    return value;
}

/* The place of (probe, about) in the table: taken by it, or free. */
static struct seen *place_of(struct seen *table, size_t room, const struct mw_probe *probe, const char *about)
{
    size_t at = hash(probe, about) % room;
    while (table[at].probe && (table[at].probe != probe || strcmp(table[at].about, about) != 0))
        at = (at + 1) % room;
    return &table[at];
}

static void grow_seen(struct mw_run *run)
{
    size_t room = run->seen_room ? run->seen_room * 2 : 256;
    struct seen *table = MW_NEW_ARRAY(run->arena, struct seen, room);
    for (size_t i = 0; i < run->seen_room; i++)
        if (run->seen[i].probe)
            *place_of(table, room, run->seen[i].probe, run->seen[i].about) = run->seen[i];
    run->seen = table;
    run->seen_room = room;
}

/* True the first time alone. */
static bool is_new(struct mw_run *run, const struct mw_probe *probe, const char *about)
{
    if (run->seen_count * 2 >= run->seen_room)
        grow_seen(run);
    struct seen *place = place_of(run->seen, run->seen_room, probe, about);
    if (place->probe)
        return false;
    *place = (struct seen){probe, about};
    run->seen_count++;
    return true;
}

/* Ends the loop, where it runs. A callback of a timer that was due is called before the loop waits for sockets: without uv_stop it would wait on. */
static void be_done(struct mw_run *run)
{
    if (run->stop)
        uv_stop(mw_net_loop(run->net));
}

static void look_ended(struct mw_look *look)
{
    struct active *active = (struct active *)look;
    struct mw_run *run = active->run;
    *active->here = active->next;
    if (active->next)
        active->next->here = active->here;
    run->under_way--;
    run->ended++;
    if (run->under_way == 0)
        be_done(run);
    mw_arena_free(look->arena);
    free(active);
}

static struct mw_look *new_look(struct mw_run *run, const struct mw_probe *probe, const struct mw_fact *why)
{
    struct active *active = calloc(1, sizeof *active);
    if (!active)
        mw_fail(MW_EXIT_OS, "out of memory");
    active->run = run;
    active->started_ns = uv_hrtime();
    active->look = (struct mw_look){.facts = run->facts, .net = run->net, .asked = run->asked, .probe = probe, .why = why, .arena = mw_arena_new(),
                                    .ends = probe->ends, .outcome = MW_OK, .ended = look_ended, .owner = run};
    active->next = run->active;
    active->here = &run->active;
    if (run->active)
        run->active->here = &active->next;
    run->active = active;
    run->under_way++;
    return &active->look;
}

static void drop(struct mw_look *look)
{
    look->told_end = true;
    look_ended(look);
}

static void start(struct mw_run *run, const struct mw_probe *probe, const struct mw_fact *why)
{
    if ((probe->ends && mw_fact_find(run->facts, probe->ends, why->about)) || !(probe->legs & run->asked->legs))
        return;
    struct mw_look *look = new_look(run, probe, why);
    if (probe->when && !probe->when(look)) {
        drop(look);
        return;
    }
    if (!is_new(run, probe, why->about)) {
        drop(look);
        return;
    }
    run->newest = why->about;
    mw_look_hold(look);
    if (probe->start)
        probe->start(look);
    else
        mw_talk_start(look, probe->plan);
    mw_look_release(look);
}

static void start_all(struct mw_run *run, const struct mw_fact *fact)
{
    if (fact->id == MW_NO_FACT)
        return;
    for (size_t i = 0; run->probes[i] && !run->cut_off; i++)
        if (run->probes[i]->wants == fact->id)
            start(run, run->probes[i], fact);
}

static void heard(void *context, const struct mw_fact *fact)
{
    struct mw_run *run = context;
    if (run->heard)
        run->heard(run->heard_context, fact);
    start_all(run, fact);
}

struct mw_run *mw_run_new(struct mw_facts *facts, struct mw_net *net, const struct mw_asked *asked, const struct mw_probe *const *probes)
{
    struct mw_run *run = MW_NEW(mw_net_arena(net), struct mw_run);
    run->facts = facts;
    run->net = net;
    run->arena = mw_net_arena(net);
    run->asked = asked;
    run->probes = probes;
    return run;
}

void mw_run_listen(struct mw_run *run, void (*listener)(void *context, const struct mw_fact *fact), void *context)
{
    run->heard = listener;
    run->heard_context = context;
}

void mw_run_progress(struct mw_run *run, void (*progress)(void *context, unsigned under_way, unsigned ended, const char *newest), void *context)
{
    run->progress = progress;
    run->progress_context = context;
}

static void cut_off(struct mw_run *run, const char *why)
{
    run->cut_off = run->cut_off ? run->cut_off : why;
}

static void time_is_up(void *context)
{
    cut_off(context, "out of time");
    be_done(context);
}

static void stop_asked(uv_async_t *stop)
{
    cut_off(stop->data, "interrupted");
    be_done(stop->data);
}

void mw_run_stop(struct mw_run *run)
{
    run->stopped = 1;
    if (run->stop)
        uv_async_send(run->stop);
}

static void show_progress(uv_timer_t *timer)
{
    struct mw_run *run = timer->data;
    run->progress(run->progress_context, run->under_way, run->ended, run->newest ? run->newest : "");
}

/* What was under way when the run was cut off ends here: its fact says so. The network never calls back any more. */
static void end_one(struct active *active, bool late)
{
    struct mw_look *look = &active->look;
    double ms = (double)(uv_hrtime() - active->started_ns) / 1e6;
    const char *quote = late ? "the time for the whole run was up" : "the run was interrupted";
    if (look->talk)
        mw_talk_cut(look->talk);
    if (!look->told_end && look->ends)
        mw_tell(look, &(struct mw_fact){.id = look->ends, .about = look->why->about, .text = late ? MW_TIMED_OUT : MW_SKIPPED, .quote = quote, .ms = ms});
    drop(look);
}

static void end_the_rest(struct mw_run *run)
{
    bool late = run->cut_off && strcmp(run->cut_off, "out of time") == 0;
    while (run->active)
        end_one(run->active, late);
}

static void wait_for_all(struct mw_run *run)
{
    uv_loop_t *loop = mw_net_loop(run->net);
    uv_timer_t *ticker = MW_NEW(run->arena, uv_timer_t);
    run->stop = MW_NEW(run->arena, uv_async_t);
    uv_async_init(loop, run->stop, stop_asked);
    run->stop->data = run;
    uv_timer_init(loop, ticker);
    ticker->data = run;
    if (run->progress)
        uv_timer_start(ticker, show_progress, PROGRESS_MS, PROGRESS_MS);
    struct mw_timer *deadline = mw_timer_start(run->net, run->asked->timeout_s, time_is_up, run);
    while (run->under_way && !run->cut_off && !run->stopped)
        uv_run(loop, UV_RUN_ONCE);
    if (run->stopped)
        cut_off(run, "interrupted");
    if (!run->cut_off)
        mw_timer_stop(deadline);
    uv_async_t *stop = run->stop;
    run->stop = NULL;
    uv_close((uv_handle_t *)stop, NULL);
    uv_close((uv_handle_t *)ticker, NULL);
}

void mw_run_go(struct mw_run *run)
{
    uint64_t started = uv_hrtime();
    size_t told = mw_facts_count(run->facts);
    mw_facts_listen(run->facts, heard, run);
    for (unsigned n = 1; n <= told; n++)
        start_all(run, mw_fact_at(run->facts, n));
    if (run->under_way)
        wait_for_all(run);
    end_the_rest(run);
    const char *target = mw_facts_header(run->facts)->target;
    if (run->cut_off)
        mw_fact_tell(run->facts, &(struct mw_fact){.id = MW_F_RUN_PARTIAL, .about = target, .text = run->cut_off});
    mw_fact_tell(run->facts, &(struct mw_fact){.id = MW_F_RUN_ELAPSED, .about = target, .number = (int64_t)((uv_hrtime() - started) / 1000000)});
    mw_facts_listen(run->facts, NULL, NULL);
}
