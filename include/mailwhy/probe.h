/* A probe looks at one thing and writes down facts. It never judges.
 *
 * Adding one: write lib/probe/NAME.c with one `const struct mw_probe mw_probe_NAME`, add its row to lib/probe/table.c, and a test. A probe names the fact that
 * it `wants`: the run starts it once for each thing that such a fact is about. Domain → MX → address → endpoint → conversation follows from `wants` alone. */
#ifndef MAILWHY_PROBE_H
#define MAILWHY_PROBE_H

#include <mailwhy/dns.h>
#include <mailwhy/fetch.h>
#include <mailwhy/look.h>
#include <mailwhy/net.h>
#include <mailwhy/talk.h>

#define MW_PROBE_TELLS 96

struct mw_probe {
    const char *name;      /* "mx", "smtp", …: --only and --skip name it */
    const char *says;      /* one sentence for people, marked for translation with N_() */
    unsigned legs;         /* it runs when the question is about one of them */
    enum mw_fact_id wants; /* it looks once for each about */
    enum mw_fact_id tells[MW_PROBE_TELLS]; /* beside its end; ends with MW_NO_FACT */
    enum mw_fact_id ends;  /* the fact that says how it ended, about: the same as the wanted fact */
    bool (*when)(const struct mw_look *look); /* NULL: always. Only whether there is anything to look at; no verdict. Told as "skipped" nowhere */
    void (*start)(struct mw_look *look);      /* NULL: it is the conversation of `plan` */
    const struct mw_talk_plan *plan;
};

extern const struct mw_probe *const mw_probes[];
extern const size_t mw_probe_count;
const struct mw_probe *mw_probe_by_name(const char *name);

/* Ask and hold the look until the answer came. `tag` is handed back. `got` may ask further and tell facts. */
typedef void mw_look_got_answer(struct mw_look *look, const struct mw_dns_answer *answer, void *tag);
void mw_look_ask(struct mw_look *look, const char *name, int type, mw_look_got_answer *got, void *tag);
/* The same with all of mw_dns_ask's choices. */
void mw_look_ask_as(struct mw_look *look, const struct mw_question *question, mw_look_got_answer *got, void *tag);
typedef void mw_look_got_fetched(struct mw_look *look, const struct mw_fetched *fetched, void *tag);
void mw_look_fetch(struct mw_look *look, const char *url, int redirects, mw_look_got_fetched *got, void *tag);
/* The same with all of mw_fetch_as's choices. */
void mw_look_fetch_as(struct mw_look *look, const struct mw_fetch_wish *wish, mw_look_got_fetched *got, void *tag);
typedef void mw_look_got_connected(struct mw_look *look, const char *outcome, const char *first_line, double ms, void *tag);
/* Connects, and with `listen_s` > 0 waits that long for a first line (NULL where none came), then closes. */
void mw_look_connect(struct mw_look *look, const char *address, int port, double listen_s, mw_look_got_connected *got, void *tag);

#endif
