/* A while of IDLE (RFC 2177), when it was asked for: did the connection last, and did anything come? */
#include "imap_mailbox.h"

#define NEWS_MOST 20u

static int tell(struct mw_talk *talk, const char *end, const char *quote, int next)
{
    mw_tell_text(mw_talk_look(talk), MW_F_IMAP_IDLE_END, mw_talk_about(talk), end, quote);
    return next;
}

int mw_idle_begin(struct mw_talk *talk)
{
    const struct mw_imap_mailbox *mailbox = mw_talk_state(talk);
    if (mw_talk_look(talk)->asked->idle_s <= 0) {
        return MW_QUIT;
    }
    if (!mw_imap_offers(&mailbox->hello, "IDLE")) {
        return tell(talk, MW_SKIPPED, "IDLE is not offered", MW_QUIT);
    }
    return MW_IDLE_EXAMINE;
}

/* The search may have opened another folder. */
const char *mw_idle_say_examine(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "EXAMINE INBOX");
}

int mw_idle_got_examine(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y' || reply->code == '+') {
        return mw_imap_stop(talk, reply);
    }
    return reply->code == 'O' ? MW_IDLE_BEGIN : tell(talk, MW_SKIPPED, reply->whole, MW_QUIT);
}

const char *mw_idle_say(struct mw_talk *talk)
{
    return mw_imap_tagged(talk, "IDLE");
}

int mw_idle_got(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (reply->code == 'Y') {
        return mw_imap_got_bye(talk, reply);
    }
    return reply->code == '+' ? MW_IDLE_WAIT : tell(talk, MW_REFUSED, reply->whole, MW_QUIT);
}

double mw_idle_wait(struct mw_talk *talk)
{
    return mw_talk_look(talk)->asked->idle_s;
}

int mw_idle_got_pause(struct mw_talk *talk, const struct mw_reply *reply)
{
    (void)talk;
    (void)reply;
    return MW_IDLE_DONE;
}

/* No tag: it ends the command that was begun. */
const char *mw_idle_say_done(struct mw_talk *talk)
{
    if (mw_talk_is_open(talk)) {
        return "DONE";
    }
    tell(talk, MW_HUNG_UP, NULL, 0);
    return NULL;
}

static void tell_news(struct mw_talk *talk, const struct mw_reply *reply)
{
    struct mw_list news = {0};
    for (size_t i = 0; i < reply->lines.count && i < NEWS_MOST; i++) {
        mw_list_add(mw_talk_look(talk)->arena, &news, reply->lines.items[i]);
    }
    mw_tell_list(mw_talk_look(talk), MW_F_IMAP_IDLE_NEWS, mw_talk_about(talk), &news, NULL);
}

/* NULL: it died silently, as behind a NAT that forgot it. */
int mw_idle_got_done(struct mw_talk *talk, const struct mw_reply *reply)
{
    if (!reply) {
        return mw_talk_is_open(talk) ? tell(talk, MW_TIMED_OUT, NULL, MW_END) : MW_END;
    }
    tell_news(talk, reply);
    if (reply->code == 'Y') {
        mw_imap_got_bye(talk, reply);
        return mw_talk_is_open(talk) ? tell(talk, MW_HUNG_UP, reply->whole, MW_END) : MW_END;
    }
    return tell(talk, reply->code == 'O' ? MW_OK : MW_REFUSED, reply->whole, MW_QUIT);
}
