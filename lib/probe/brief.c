/* Questions that a look does not wait for to the end: after a few seconds they count as silence. What comes later is dropped. */
#include "lookup.h"

struct brief {
    struct mw_look *look; /* NULL: told already */
    mw_look_got_answer *got;
    void *tag;
    struct mw_timer *timer;
};

static void tell(struct brief *brief, const struct mw_dns_answer *answer)
{
    struct mw_look *look = brief->look;
    brief->look = NULL;
    brief->got(look, answer, brief->tag);
    mw_look_release(look);
}

static void got_answer(void *context, const struct mw_dns_answer *answer)
{
    struct brief *brief = context;
    if (!brief->look)
        return;
    mw_timer_stop(brief->timer);
    tell(brief, answer);
}

static void rang(void *context)
{
    struct brief *brief = context;
    struct mw_dns_answer *silence = MW_NEW(mw_net_arena(brief->look->net), struct mw_dns_answer);
    *silence = (struct mw_dns_answer){.status = MW_DNS_TIMED_OUT, .rcode = -1, .ede = -1, .ede_text = "", .server = ""};
    tell(brief, silence);
}

/* The answer may come when the look is over: what it finds lives as long as the net. */
void mw_lookup_ask_briefly(struct mw_look *look, const struct mw_question *question, double wait_s, mw_look_got_answer *got, void *tag)
{
    struct brief *brief = MW_NEW(mw_net_arena(look->net), struct brief);
    *brief = (struct brief){.look = look, .got = got, .tag = tag};
    mw_look_hold(look);
    brief->timer = mw_timer_start(look->net, wait_s, rang, brief);
    mw_dns_ask(look->net, question, got_answer, brief);
}
