/* Where the mailboxes of a round trip can be read: the IMAP services that the domain publishes, else the usual names. Services of the domain in question are
 * known by then; those of another recipient's domain are looked for here. They are told as endpoints of the round trip alone, never as the domain's.
 * RFC 6186. */
#include "arrival.h"
#include "lookup.h"
#include "marked.h"

#include <mailwhy/autoconfig.h>

#include <string.h>

#define REDIRECTS 3
#define PLACES 8u   /* that a domain may name */
#define TRIES_MOST 6u

struct search {
    const char *domain;
    unsigned waiting;
    bool named; /* the domain says where */
    bool guessed;
};

struct place {
    struct search *search;
    const char *trust, *security;
    int port;
};

/* --- choosing ------------------------------------------------------------------------------------------------------------------------------------ */

/* How much a place is worth: who names it, and the stronger security. */
static int worth(const char *trust, const char *security)
{
    static const char *const ranks[] = {"guessed", "tried", "published", "target", "configured"};
    for (size_t i = 0; i < MW_COUNT(ranks); i++)
        if (mw_text_same(trust, ranks[i]))
            return (int)i * 2 + (strcmp(security, "tls") == 0);
    return -1;
}

struct choice {
    enum mw_fact_id chosen; /* endpoint.arrival or endpoint.returns */
    const struct mw_fact *best;
    const char *security;
    int worth;
    unsigned tried;
};

/* What could not be reached before is not tried again. */
static bool is_dead(const struct mw_facts *facts, const char *about)
{
    const struct mw_fact *tcp = mw_fact_find(facts, MW_F_TCP_END, about);
    return tcp && !mw_text_same(tcp->text, MW_OK);
}

static void choose_of(const struct mw_facts *facts, enum mw_fact_id id, const char *security, struct choice *choice)
{
    for (const struct mw_fact *fact = mw_fact_first(facts, id); fact; fact = mw_fact_next(facts, fact)) {
        if (mw_fact_find(facts, choice->chosen, fact->about)) {
            choice->tried++;
            continue;
        }
        int value = is_dead(facts, fact->about) ? -1 : worth(fact->text, security);
        if (value > choice->worth) {
            choice->worth = value;
            choice->best = fact;
            choice->security = security;
        }
    }
}

static bool is_same_domain(const struct mw_facts *facts)
{
    const struct mw_fact *own = mw_fact_first(facts, MW_F_TARGET_DOMAIN), *other = mw_fact_first(facts, MW_F_RECIPIENT_DOMAIN);
    return !other || (own && mw_text_same(own->text, other->text));
}

bool mw_inbox_try_next(struct mw_look *look, bool sender)
{
    struct choice choice = {.chosen = sender ? MW_F_ENDPOINT_RETURNS : MW_F_ENDPOINT_ARRIVAL, .worth = -1};
    if (sender || is_same_domain(look->facts)) {
        choose_of(look->facts, MW_F_ENDPOINT_IMAPS, "tls", &choice);
        choose_of(look->facts, MW_F_ENDPOINT_IMAP, "starttls", &choice);
    } else {
        choose_of(look->facts, MW_F_ENDPOINT_INBOX_TLS, "tls", &choice);
        choose_of(look->facts, MW_F_ENDPOINT_INBOX, "starttls", &choice);
    }
    if (!choice.best || choice.tried >= TRIES_MOST)
        return false;
    const struct mw_fact *best = choice.best;
    mw_tell(look, &(struct mw_fact){.id = choice.chosen, .about = best->about, .text = best->text, .quote = choice.security, .because = best->n});
    return true;
}

static void choose(struct mw_look *look, bool sender)
{
    look->outcome = mw_inbox_try_next(look, sender) ? MW_OK : "not found";
    if (!sender && !mw_text_same(look->outcome, MW_OK))
        mw_bell_ring(look->net, MW_BELL_WATCHED);
}

/* --- another domain ------------------------------------------------------------------------------------------------------------------------------ */

static void got_address(struct mw_look *look, const char *host, const char *address, const struct mw_fact *told, void *tag)
{
    const struct place *place = tag;
    const char *about = mw_about_endpoint(look->arena, host, address, place->port);
    bool excluded = mw_address_is_ipv6(address) ? look->asked->only_ipv4 : look->asked->only_ipv6;
    enum mw_fact_id id = mw_text_same(place->security, "tls") ? MW_F_ENDPOINT_INBOX_TLS : MW_F_ENDPOINT_INBOX;
    const struct mw_fact *known = mw_fact_find(look->facts, id, about);
    if (!excluded && !(known && mw_text_same(known->text, place->trust)))
        mw_tell(look, &(struct mw_fact){.id = id, .about = about, .text = place->trust, .because = told ? told->n : 0});
}

static void settle(struct mw_look *look, struct search *search);

static void looked_up(struct mw_look *look, const char *host, const char *outcome, void *tag)
{
    const struct place *place = tag;
    (void)host, (void)outcome;
    settle(look, place->search);
}

static void look_up(struct mw_look *look, struct search *search, const char *host, int port, const char *security, const char *trust)
{
    struct place *place = MW_NEW(look->arena, struct place);
    *place = (struct place){search, trust, security, port};
    search->waiting++;
    mw_lookup_host(look, host, got_address, looked_up, place);
}

/* The names that mail programs try where nothing is published. */
static void guess(struct mw_look *look, struct search *search)
{
    static const char *const names[] = {"imap", "mail"};
    search->guessed = true;
    search->waiting++;
    for (size_t i = 0; i < MW_COUNT(names); i++) {
        const char *host = mw_printf(look->arena, "%s.%s", names[i], search->domain);
        look_up(look, search, host, 993, "tls", "guessed");
        look_up(look, search, host, 143, "starttls", "guessed");
    }
    settle(look, search);
}

static void settle(struct mw_look *look, struct search *search)
{
    if (--search->waiting)
        return;
    if (!search->named && !search->guessed)
        guess(look, search);
    else
        choose(look, false);
}

static void got_srv(struct mw_look *look, struct search *search, const struct mw_dns_answer *answer, const char *security)
{
    const struct mw_record *record;
    unsigned count = 0;
    for (size_t i = 0; count < PLACES && (record = mw_dns_next(answer, MW_SRV, &i)); count++)
        if (strcmp(record->name, ".") != 0 && record->port) {
            search->named = true;
            look_up(look, search, record->name, (int)record->port, security, "published");
        }
    settle(look, search);
}

static void got_imaps(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    got_srv(look, tag, answer, "tls");
}

static void got_imap(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    got_srv(look, tag, answer, "starttls");
}

/* Fetched over HTTPS alone: it is the domain's own word then, so that the login may go to a host of another name (login.h). */
static void got_document(struct mw_look *look, const struct mw_fetched *fetched, void *tag)
{
    struct search *search = tag;
    struct mw_flaw flaw = {0};
    bool good = mw_text_same(mw_fetch_outcome(fetched), MW_OK);
    const struct mw_autoconfig *document = good ? mw_autoconfig_read(look->arena, fetched->body, fetched->body_bytes, search->domain, &flaw) : NULL;
    for (size_t i = 0; document && i < document->count && i < PLACES; i++) {
        const struct mw_autoconfig_server *server = &document->servers[i];
        if (mw_text_same(server->service, "imap") && !mw_text_same(server->security, "plain")) {
            search->named = true;
            look_up(look, search, server->host, server->port, server->security, "configured");
        }
    }
    settle(look, search);
}

static void search_domain(struct mw_look *look, const char *domain)
{
    struct search *search = MW_NEW(look->arena, struct search);
    *search = (struct search){.domain = domain, .waiting = 4};
    mw_look_ask(look, mw_printf(look->arena, "_imaps._tcp.%s", domain), MW_SRV, got_imaps, search);
    mw_look_ask(look, mw_printf(look->arena, "_imap._tcp.%s", domain), MW_SRV, got_imap, search);
    mw_look_fetch(look, mw_printf(look->arena, "https://autoconfig.%s/mail/config-v1.1.xml", domain), REDIRECTS, got_document, search);
    mw_look_fetch(look, mw_printf(look->arena, "https://%s/.well-known/autoconfig/mail/config-v1.1.xml", domain), REDIRECTS, got_document, search);
}

static void start(struct mw_look *look)
{
    bool sender = look->why->id == MW_F_DELIVER_LATE;
    if (sender || is_same_domain(look->facts))
        choose(look, sender);
    else
        search_domain(look, strrchr(look->why->about, '@') + 1);
}

#define TELLS \
    { \
        MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_DNS_CNAME, MW_F_ENDPOINT_INBOX_TLS, MW_F_ENDPOINT_INBOX, MW_F_ENDPOINT_ARRIVAL, \
            MW_F_ENDPOINT_RETURNS \
    }

const struct mw_probe mw_probe_inbox = {
    .name = "inbox",
    .says = N_("Looks for the IMAP service of a mailbox of the round trip (--deliver)."),
    .legs = MW_SUBMIT,
    .wants = MW_F_DELIVER_BEGUN,
    .tells = TELLS,
    .ends = MW_F_INBOX_END,
    .start = start,
};

const struct mw_probe mw_probe_inbox_sender = {
    .name = "inbox",
    .says = N_("Looks for the IMAP service of a mailbox of the round trip (--deliver)."),
    .legs = MW_SUBMIT,
    .wants = MW_F_DELIVER_LATE,
    .tells = TELLS,
    .ends = MW_F_INBOX_END,
    .start = start,
};
