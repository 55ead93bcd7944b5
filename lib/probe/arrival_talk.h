/* The parts of the conversation that waits for the marked message: its state, and the steps that stand in files of their own. For arrival*.c alone. */
#ifndef MAILWHY_PROBE_ARRIVAL_TALK_H
#define MAILWHY_PROBE_ARRIVAL_TALK_H

#include "arrival.h"
#include "imap_hello.h"

#include <time.h>

enum mw_arrival_step {
    MW_ARRIVAL_LIST = MW_IMAP_STEPS,
    MW_ARRIVAL_LISTED,
    MW_ARRIVAL_STATUS,
    MW_ARRIVAL_STATUS_MORE,
    MW_ARRIVAL_WAIT,
    MW_ARRIVAL_PAUSE,
    MW_ARRIVAL_LEAVE,
    MW_ARRIVAL_EXAMINE,
    MW_ARRIVAL_HEADS,
    MW_ARRIVAL_WHOLE,
    MW_ARRIVAL_SELECT,
    MW_ARRIVAL_STORE,
    MW_ARRIVAL_EXPUNGE
};

#define MW_ARRIVAL_FOLDERS 100u
#define MW_ARRIVAL_HITS 8u
#define MW_ARRIVAL_ALL_EVERY 5u /* rounds; INBOX and junk are looked at in every one */

struct mw_arrival_folder {
    const char *name, *quoted;
    bool junk, sent;
    long first; /* UIDNEXT when the watch began; 0: not known */
    long next;  /* up to which was looked */
    long newer; /* UIDNEXT as told last */
};

struct mw_arrival_hit {
    long uid;
    bool bounce;
};

struct mw_arrival {
    struct mw_imap_hello hello; /* first */
    const struct mw_asked *asked; /* the run's: the look's own has the login of this mailbox */
    bool sender;                /* it is the sender's mailbox */
    bool said_id;               /* its answer is awaited before that to LIST */
    struct mw_bell *bell;
    struct mw_arrival_folder folders[MW_ARRIVAL_FOLDERS];
    size_t count, at, batch_end; /* `at`: the folder whose status is awaited */
    unsigned round;
    bool watching;               /* the first round is over */
    const char *id;              /* of our message */
    struct timespec sent_at;
    struct mw_arrival_folder *open;
    bool selected; /* a folder is open at the server: it need not see what is new in it by STATUS */
    struct mw_arrival_hit hits[MW_ARRIVAL_HITS];
    size_t hit_count, hit_at;
    bool found, bounced, over;   /* over: one more round, then it is left */
    bool found_other;            /* the message of smuggle.c */
};

/* arrival.c */
const char *mw_arrival_mailbox_of(struct mw_talk *talk);
int64_t mw_arrival_ms_since_sent(const struct mw_arrival *state);
/* All folders of a round were asked for what is new: the next step. */
int mw_arrival_round_over(struct mw_talk *talk);

/* arrival_folders.c: which folders there are, and what is new in them */
const char *mw_arrival_say_list(struct mw_talk *talk);
const char *mw_arrival_say_status(struct mw_talk *talk);
const char *mw_arrival_say_leave(struct mw_talk *talk);
int mw_arrival_got_list(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_status(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_leave(struct mw_talk *talk, const struct mw_reply *reply);
struct mw_arrival_folder *mw_arrival_first_with_news(struct mw_arrival *state);
/* All that came since the watch began is news again. */
void mw_arrival_look_again(struct mw_arrival *state);

/* arrival_found.c: what came, and removing what is ours */
const char *mw_arrival_say_examine(struct mw_talk *talk);
const char *mw_arrival_say_heads(struct mw_talk *talk);
const char *mw_arrival_say_whole(struct mw_talk *talk);
const char *mw_arrival_say_select(struct mw_talk *talk);
const char *mw_arrival_say_store(struct mw_talk *talk);
const char *mw_arrival_say_expunge(struct mw_talk *talk);
int mw_arrival_got_examine(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_heads(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_whole(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_select(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_store(struct mw_talk *talk, const struct mw_reply *reply);
int mw_arrival_got_expunge(struct mw_talk *talk, const struct mw_reply *reply);
/* The Message-ID of the message of smuggle.c; NULL: there is none. */
const char *mw_arrival_other_id(struct mw_talk *talk);

#endif
