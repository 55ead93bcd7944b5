/* Who may be asked whether he relays for strangers, and with which address: one under a domain that nobody serves (RFC 2606), as the recipient that the user
 * names may be at home on the same server as the domain asked about. Once a host and port, and never a neighbour (RFC 2505 section 2.1). */
#include "relay.h"

#include "near.h"

#include <mailwhy/about.h>

static bool was_asked(struct mw_talk *talk)
{
    const struct mw_look *look = mw_talk_look(talk);
    for (const struct mw_fact *fact = mw_fact_first(look->facts, MW_F_SMTP_RELAY_TO); fact; fact = mw_fact_next(look->facts, fact)) {
        struct mw_about about = mw_about_read(look->arena, fact->about);
        if (about.port == mw_talk_port(talk) && mw_text_same(about.host, mw_talk_host(talk)))
            return true;
    }
    return false;
}

const char *mw_relay_claim(struct mw_talk *talk, const char *domain)
{
    const char *address = mw_about_read(mw_talk_look(talk)->arena, mw_talk_about(talk)).address;
    if (!address || mw_is_near(address) || was_asked(talk))
        return NULL;
    const char *foreign = domain && mw_text_ends(domain, "example.com") ? "relay-test@example.net" : "relay-test@example.com";
    mw_tell_text(mw_talk_look(talk), MW_F_SMTP_RELAY_TO, mw_talk_about(talk), foreign, NULL);
    return foreign;
}
