/* The dialects: where a reply ends (lib/parse) and how one says goodbye. RFC 5321 section 4.1.1.10, RFC 9051 section 6.1.3, RFC 1939 section 6,
 * RFC 5804 section 2.3. */
#include <mailwhy/sieve.h>
#include <mailwhy/talk.h>

static const char *quit(struct mw_talk *talk)
{
    (void)talk;
    return "QUIT";
}

static const char *logout(struct mw_talk *talk)
{
    return mw_printf(mw_talk_look(talk)->arena, "%s LOGOUT", mw_talk_tag(talk));
}

static const char *logout_untagged(struct mw_talk *talk)
{
    (void)talk;
    return "LOGOUT";
}

const struct mw_dialect mw_smtp_dialect = {.name = "smtp", .goodbye = quit, .frame = mw_smtp_frame};
const struct mw_dialect mw_imap_dialect = {.name = "imap", .goodbye = logout, .frame = mw_imap_frame, .tagged = true};
const struct mw_dialect mw_pop3_dialect = {.name = "pop3", .goodbye = quit, .frame = mw_pop3_frame};
const struct mw_dialect mw_sieve_dialect = {.name = "sieve", .goodbye = logout_untagged, .frame = mw_managesieve_frame};
