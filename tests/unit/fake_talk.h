/* The talk engine without a network: it runs a plan's steps against bytes that a server would send, so that handlers can be tested and fuzzed together with
 * the framing. It stands in for lib/net's engine at the linker. */
#ifndef MAILWHY_FAKE_TALK_H
#define MAILWHY_FAKE_TALK_H

#include <mailwhy/probe.h>

struct fake_server {
    const char *bytes;
    size_t count;
    bool unverified, no_handshake; /* the certificate does not verify; TLS does not come about */
    const char *injected;
    const char *binding, *binding_type; /* of the channel; NULL: none */
};

struct fake_seen {
    const char *said; /* all lines joined with | */
    struct mw_list lines;
    const char *outcome;
    const char *stage;
    bool encrypted; /* at the end */
};

/* Runs the conversation of look->probe, about look->why->about. Texts live in look->arena. */
void fake_talk(struct mw_look *look, const struct fake_server *server, struct fake_seen *seen);

#endif
