/* Asks MX of COUNT names through mailwhy's own engine and says what one lookup costs.
 *
 *     bulk ADDRESS:PORT COUNT ZONE
 *
 * The names are n0.ZONE, n1.ZONE, …; all are asked at once, as a run of many domains would, and the engine keeps to its own ceiling. Prints one JSON object. */
#include <mailwhy/net.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <uv.h>

static unsigned long answers, found;

static void got_answer(void *context, const struct mw_dns_answer *answer)
{
    (void)context;
    answers++;
    found += answer->status == MW_DNS_OK;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bulk ADDRESS:PORT COUNT ZONE\n");
        return 64;
    }
    unsigned long count = strtoul(argv[2], NULL, 10);
    struct mw_arena *arena = mw_arena_new();
    struct mw_net_options options = {0};
    const char *flaw = NULL;
    mw_list_add(arena, &options.resolvers, argv[1]);
    struct mw_net *net = mw_net_new(arena, &options, &flaw);
    if (!net) {
        fprintf(stderr, "bulk: %s\n", flaw);
        return 64;
    }
    double began_s = now_s();
    for (unsigned long i = 0; i < count; i++) {
        char name[256];
        snprintf(name, sizeof name, "n%lu.%s", i, argv[3]);
        mw_dns_ask(net, &(struct mw_question){.name = name, .type = MW_MX}, got_answer, NULL);
    }
    uv_run(mw_net_loop(net), UV_RUN_DEFAULT);
    double wall_s = now_s() - began_s;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
    printf("{\"lookups\": %lu, \"found\": %lu, \"wall_s\": %.3f, \"cpu_us\": %.2f, \"arena_bytes\": %.0f, \"rss_mb\": %.1f}\n", answers, found, wall_s,
           cpu_s * 1e6 / (double)count, (double)mw_arena_bytes(arena) / (double)count, (double)used.ru_maxrss / 1024);
    mw_net_free(net);
    mw_arena_free(arena);
    return answers == count ? 0 : 1;
}
