/* What was said, kept line by line for talk.dialogue: bounded, safe to show, without secrets. */
#ifndef MAILWHY_NET_DIALOGUE_H
#define MAILWHY_NET_DIALOGUE_H

#include <mailwhy/fact.h>

#define MW_DIALOGUE_LINES 200u
#define MW_DIALOGUE_BYTES 300u

struct mw_dialogue {
    struct mw_arena *arena;
    struct mw_facts *facts; /* that know the secrets */
    bool behind_secret;     /* what is heard answers a secret of ours, and may repeat it */
    struct mw_list lines;
    const char *heard; /* the last line of the server; NULL */
};

void mw_dialogue_said(struct mw_dialogue *dialogue, const char *lines, const char *shown_instead);
/* One line of the server, its line end not counted. */
void mw_dialogue_heard(struct mw_dialogue *dialogue, const char *bytes, size_t count);
void mw_dialogue_note(struct mw_dialogue *dialogue, const char *what);
/* How a line with a secret is shown: its first `words` words and stars. */
const char *mw_dialogue_blot(struct mw_arena *arena, const char *line, unsigned words);

#endif
