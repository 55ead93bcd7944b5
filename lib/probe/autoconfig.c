/* The document with which a domain configures mail programs (autoconfig, as Thunderbird looks for it): two places, asked at once over HTTPS, and over HTTP only
 * where HTTPS did not connect, as those programs do. The first place that has a document counts. */
#include "lookup.h"

#include <mailwhy/autoconfig.h>
#include <mailwhy/login.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define REDIRECTS 3
#define HOSTS 8u
#define SERVERS 12u

#define PLACES 2u
static const struct {
    const char *prefix, *path; /* before the domain, behind it */
} where[PLACES] = {
    {"autoconfig.", "/mail/config-v1.1.xml"},
    {"", "/.well-known/autoconfig/mail/config-v1.1.xml"},
};

struct place {
    struct search *of;
    const char *host, *path, *url;
    const char *outcome; /* NULL: under way */
    bool plain;          /* the try over HTTP */
    const struct mw_autoconfig *document;
};

struct search {
    struct place places[PLACES];
    bool told;
};

/* user@domain as a query may carry it (RFC 3986 section 2.1). */
static const char *escaped(struct mw_arena *arena, const char *text)
{
    char *out = mw_alloc(arena, strlen(text) * 3 + 1), *at = out;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c))
            *at++ = (char)c;
        else
            at += snprintf(at, 4, "%%%02X", c);
    }
    return out;
}

static void tell_server(struct mw_look *look, const struct mw_autoconfig_server *server, const char *url)
{
    const char *service = mw_text_same(server->service, "smtp") ? "submission" : server->service;
    mw_endpoint_named(look, service, server->security, server->host, server->port, "published", url);
    if (*server->username)
        mw_lookup_tell_once(look, MW_F_SERVICE_USERNAME, mw_about_endpoint(look->arena, server->host, NULL, server->port), server->username, url);
}

static void tell_document(struct mw_look *look, const struct place *place)
{
    for (size_t i = 0; i < place->document->count && i < SERVERS; i++)
        tell_server(look, &place->document->servers[i], place->url);
    for (size_t i = 0; i < place->document->count && i < HOSTS; i++)
        mw_service_host_tell(look, place->document->servers[i].host, "autoconfig", place->url);
}

/* Does the outcome show that somebody meant to publish settings there? The domain's own web server is there for other reasons. */
static bool is_meant(const struct place *place, size_t rank)
{
    if (mw_text_same(place->outcome, MW_GARBLED))
        return true;
    static const char *const absent[] = {"dns", "html", "http status", "redirect"};
    for (size_t i = 0; i < MW_COUNT(absent); i++)
        if (mw_text_same(place->outcome, absent[i]))
            return false;
    return rank == 0;
}

/* False: places are waited for that would go before the others. */
static bool is_settled(struct mw_look *look, struct search *search)
{
    for (size_t i = 0; i < PLACES && !search->told; i++) {
        struct place *place = &search->places[i];
        if (!place->outcome)
            return false;
        if (place->document) {
            search->told = true;
            tell_document(look, place);
            look->outcome = MW_OK;
            look->remark = place->url;
        }
    }
    for (size_t i = 0; i < PLACES && !search->told; i++)
        if (is_meant(&search->places[i], i)) {
            search->told = true;
            look->outcome = search->places[i].outcome;
            look->remark = search->places[i].url;
        }
    return true;
}

static const char *read_document(struct mw_look *look, struct place *place, const struct mw_fetched *fetched)
{
    struct mw_flaw flaw;
    const char *outcome = mw_fetch_outcome(fetched);
    if (!mw_text_same(outcome, MW_OK))
        return outcome;
    place->document = mw_autoconfig_read(look->arena, fetched->body, fetched->body_bytes, look->why->about, &flaw);
    if (place->document)
        return MW_OK;
    if (mw_text_find(fetched->media_type, "html"))
        return "html"; /* a page for people, shown for any path */
    mw_tell_text(look, MW_F_AUTOCONFIG_FLAW, place->url, flaw.why, flaw.where);
    return MW_GARBLED;
}

static void ask(struct mw_look *look, struct place *place);

static void got_wildcard(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    size_t i = 0;
    (void)tag;
    mw_lookup_wildcard_tell(look, answer, mw_dns_next(answer, MW_A, &i));
}

/* A host that gives no document may be there by a wildcard alone. */
static void ask_wildcard(struct mw_look *look, const struct place *place)
{
    bool is_own = place == place->of->places;
    if (is_own && !mw_text_same(place->outcome, MW_OK) && !mw_text_same(place->outcome, "dns"))
        mw_look_ask(look, mw_lookup_wildcard_name(look), MW_A, got_wildcard, NULL);
}

static bool did_not_connect(const char *outcome)
{
    return mw_text_same(outcome, MW_REFUSED) || mw_text_same(outcome, MW_TIMED_OUT) || mw_text_same(outcome, MW_UNREACHABLE) || mw_text_same(outcome, MW_RESET);
}

static void got_place(struct mw_look *look, const struct mw_fetched *fetched, void *tag)
{
    struct place *place = tag;
    mw_clock_tell(look, place->host, fetched);
    const char *outcome = read_document(look, place, fetched);
    const char *quote = fetched->status ? mw_printf(look->arena, "HTTP status %d", fetched->status) : *fetched->why ? fetched->why : NULL;
    mw_tell(look, &(struct mw_fact){.id = MW_F_AUTOCONFIG_PLACE, .about = place->url, .text = outcome, .quote = quote, .ms = fetched->ms});
    if (!place->plain && did_not_connect(outcome)) {
        place->plain = true;
        ask(look, place);
        return;
    }
    place->outcome = outcome;
    ask_wildcard(look, place);
    if (is_settled(look, place->of))
        mw_bell_ring(look->net, MW_BELL_SETTINGS);
}

static void ask(struct mw_look *look, struct place *place)
{
    const char *mailbox = look->asked->mailbox;
    const char *query = mailbox ? mw_printf(look->arena, "?emailaddress=%s", escaped(look->arena, mailbox)) : "";
    place->url = mw_printf(look->arena, "%s://%s%s", place->plain ? "http" : "https", place->host, place->path);
    mw_look_fetch(look, mw_printf(look->arena, "%s%s", place->url, query), REDIRECTS, got_place, place);
}

static void start(struct mw_look *look)
{
    struct search *search = MW_NEW(look->arena, struct search);
    look->outcome = "not found";
    mw_bell_ring(look->net, MW_BELL_SETTINGS_SOUGHT);
    for (size_t i = 0; i < PLACES; i++) {
        const char *host = mw_printf(look->arena, "%s%s", where[i].prefix, look->why->about);
        search->places[i] = (struct place){.of = search, .host = host, .path = where[i].path};
        ask(look, &search->places[i]);
    }
}

const struct mw_probe mw_probe_autoconfig = {
    .name = "autoconfig",
    .says = N_("Looks for the settings that the domain publishes for mail programs (autoconfig)."),
    .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_AUTOCONFIG_PLACE, MW_F_AUTOCONFIG_FLAW, MW_F_SERVICE_PUBLISHED, MW_F_SERVICE_USERNAME, MW_F_SERVICE_HOST, MW_F_SERVICE_SOURCE,
              MW_F_CLOCK_SERVER_DATE, MW_F_DNS_WILDCARD, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_DNS_ADDRESS, MW_F_ENDPOINT_SUBMISSION,
              MW_F_ENDPOINT_SUBMISSIONS, MW_F_ENDPOINT_IMAP, MW_F_ENDPOINT_IMAPS, MW_F_ENDPOINT_POP3, MW_F_ENDPOINT_POP3S},
    .ends = MW_F_AUTOCONFIG_END,
    .start = start,
};
