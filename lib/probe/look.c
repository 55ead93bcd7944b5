/* What probes start, each holding its look until the answer came. */
#include <mailwhy/probe.h>

struct asking {
    struct mw_look *look;
    union {
        mw_look_got_answer *answer;
        mw_look_got_fetched *fetched;
    } got;
    void *tag;
};

static struct asking *asking(struct mw_look *look, void *tag)
{
    struct asking *asking = MW_NEW(look->arena, struct asking);
    asking->look = look;
    asking->tag = tag;
    mw_look_hold(look);
    return asking;
}

static void got_answer(void *context, const struct mw_dns_answer *answer)
{
    struct asking *asking = context;
    asking->got.answer(asking->look, answer, asking->tag);
    mw_look_release(asking->look);
}

void mw_look_ask_as(struct mw_look *look, const struct mw_question *question, mw_look_got_answer *got, void *tag)
{
    struct asking *asked = asking(look, tag);
    asked->got.answer = got;
    mw_dns_ask(look->net, question, got_answer, asked);
}

void mw_look_ask(struct mw_look *look, const char *name, int type, mw_look_got_answer *got, void *tag)
{
    mw_look_ask_as(look, &(struct mw_question){.name = name, .type = type}, got, tag);
}

static void got_fetched(void *context, const struct mw_fetched *fetched)
{
    struct asking *asking = context;
    asking->got.fetched(asking->look, fetched, asking->tag);
    mw_look_release(asking->look);
}

void mw_look_fetch_as(struct mw_look *look, const struct mw_fetch_wish *wish, mw_look_got_fetched *got, void *tag)
{
    struct asking *asked = asking(look, tag);
    asked->got.fetched = got;
    mw_fetch_as(look->net, wish, got_fetched, asked);
}

#define FETCH_WAIT_S 20.0

void mw_look_fetch(struct mw_look *look, const char *url, int redirects, mw_look_got_fetched *got, void *tag)
{
    struct asking *asked = asking(look, tag);
    asked->got.fetched = got;
    mw_fetch(look->net, url, redirects, FETCH_WAIT_S, got_fetched, asked);
}
