/* The run: starts every probe that waits for a new fact, until nothing is under way or time is up. */
#ifndef MAILWHY_RUN_H
#define MAILWHY_RUN_H

#include <mailwhy/asked.h>
#include <mailwhy/fact.h>
#include <mailwhy/net.h>
#include <mailwhy/probe.h>

struct mw_run;

/* `probes`: those that may run, NULL-terminated. The listener of `facts` becomes the run's. Facts already in the store count: a probe whose end fact is there
 * does not look again. Everything lives in the arena of `net`. */
struct mw_run *mw_run_new(struct mw_facts *facts, struct mw_net *net, const struct mw_asked *asked, const struct mw_probe *const *probes);
/* Called for every fact told, before probes start for it: a pipe passes facts on, a terminal shows progress. */
void mw_run_listen(struct mw_run *run, void (*heard)(void *context, const struct mw_fact *fact), void *context);
/* Called about five times a second while the run lasts: how many looks are under way and ended. */
void mw_run_progress(struct mw_run *run, void (*progress)(void *context, unsigned under_way, unsigned ended, const char *newest), void *context);
/* Starts what the facts in the store call for, and the loop. Returns when all is done, at asked->timeout_s, or after mw_run_stop; then run.partial says why,
 * every look that was cut off has its end fact ("timed out" or "skipped", with the reason), and run.elapsed is told. */
void mw_run_go(struct mw_run *run);
/* From a signal handler: end at once with what is known. */
void mw_run_stop(struct mw_run *run);

#endif
