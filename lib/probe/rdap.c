/* Registration data (RDAP): what the registry says of a domain, which the DNS cannot tell. The registry's server is that of --rdap, else the one that IANA's
 * list names (RFC 9224). Politeness: it is asked where something is wrong that a registration may explain (the zone above denies the domain, the MX question
 * has no good answer, name servers or exchanges are those of a parking service), or where --rdap asks for it; never for a public suffix, and for the registered
 * domain instead of names below it. What it says is told, never judged. RFC 7480, RFC 9082, RFC 9083. */
#include "lookup.h"

#include <mailwhy/http.h>
#include <mailwhy/rdap.h>

#include <string.h>
#include <time.h>

#define LIST_URL "https://data.iana.org/rdap/dns.json"
#define REDIRECTS 3
#define WAIT_S 8.0

struct rdap {
    const char *asked;      /* the domain as the run knows it */
    const char *registered; /* the part of it that a registry knows */
    const char *host;       /* of the server */
};

static void end(struct mw_look *look, const char *outcome, const char *remark)
{
    const struct rdap *rdap = look->mine;
    look->told_end = true;
    mw_tell_text(look, MW_F_RDAP_END, rdap->asked, outcome, remark);
}

/* --- the answer ---------------------------------------------------------------------------------------------------------------------------------- */

static void tell_date(struct mw_look *look, const struct mw_fetched *fetched)
{
    const struct rdap *rdap = look->mine;
    bool told = fetched->date >= 0;
    mw_tell_time(look, MW_F_RDAP_DATE, rdap->registered, told ? fetched->date : time(NULL), told ? "Date" : "this machine's clock");
}

static void tell_registration(struct mw_look *look, const struct mw_rdap *found)
{
    const char *domain = ((const struct rdap *)look->mine)->registered;
    mw_tell_list(look, MW_F_RDAP_STATUS, domain, &found->status, NULL);
    if (found->expires >= 0)
        mw_tell_time(look, MW_F_RDAP_EXPIRES, domain, found->expires, NULL);
    if (found->registered >= 0)
        mw_tell_time(look, MW_F_RDAP_REGISTERED, domain, found->registered, NULL);
    mw_tell_list(look, MW_F_RDAP_NAMESERVERS, domain, &found->nameservers, NULL);
    if (*found->registrar)
        mw_tell_text(look, MW_F_RDAP_REGISTRAR, domain, found->registrar, NULL);
}

static void read_answer(struct mw_look *look, const struct mw_fetched *fetched)
{
    const struct rdap *rdap = look->mine;
    struct mw_rdap found;
    struct mw_flaw flaw;
    if (!mw_rdap_read(look->arena, fetched->body, fetched->body_bytes, &found, &flaw)) {
        end(look, MW_GARBLED, mw_printf(look->arena, "%s%s%s", flaw.why, *flaw.where ? ": " : "", flaw.where));
        return;
    }
    if (*found.name && !mw_text_same(found.name, rdap->registered)) {
        end(look, MW_GARBLED, mw_printf(look->arena, "the answer is about %s", found.name));
        return;
    }
    tell_date(look, fetched);
    tell_registration(look, &found);
    end(look, MW_OK, NULL);
}

/* Why a fetch gave nothing to read; NULL where its outcome says all. */
static const char *remark_of(struct mw_look *look, const char *host, const struct mw_fetched *fetched)
{
    if (mw_text_same(fetched->outcome, "dns"))
        return mw_printf(look->arena, "%s: %s", host, mw_dns_status_name(fetched->dns));
    if (fetched->status)
        return mw_printf(look->arena, "%s: HTTP status %d", host, fetched->status);
    return mw_printf(look->arena, "%s: %s", host, *fetched->why ? fetched->why : fetched->outcome);
}

static void got_answer(struct mw_look *look, const struct mw_fetched *fetched, void *tag)
{
    const struct rdap *rdap = look->mine;
    (void)tag;
    mw_clock_tell(look, rdap->host, fetched);
    if (fetched->status)
        mw_tell_number(look, MW_F_RDAP_HTTP, rdap->registered, fetched->status, fetched->location);
    if (mw_text_same(mw_fetch_outcome(fetched), MW_OK)) {
        read_answer(look, fetched);
        return;
    }
    if (fetched->status == 404 && mw_rdap_is_missing(look->arena, fetched->body, fetched->body_bytes)) {
        tell_date(look, fetched);
        end(look, "missing", NULL);
        return;
    }
    end(look, mw_fetch_outcome(fetched), remark_of(look, rdap->host, fetched));
}

static void ask_server(struct mw_look *look, const char *base, const char *named_by)
{
    struct rdap *rdap = look->mine;
    struct mw_url url;
    const char *text = mw_rdap_url(look->arena, base, rdap->registered);
    if (!mw_url_read(look->arena, text, &url)) {
        end(look, "no server", "the list names no URL that can be asked");
        return;
    }
    rdap->host = url.host;
    mw_tell_text(look, MW_F_RDAP_SERVER, rdap->registered, mw_text_safe(look->arena, text, strlen(text), 500), named_by);
    struct mw_fetch_wish wish = {.url = text,
                                 .redirects = REDIRECTS,
                                 .secure_only = true,
                                 .public_only = !look->asked->rdap,
                                 .by_user = look->asked->rdap,
                                 .accept = MW_RDAP_MEDIA,
                                 .body_ceiling = MW_RDAP_ANSWER_CEILING,
                                 .wait_s = WAIT_S};
    mw_look_fetch_as(look, &wish, got_answer, NULL);
}

/* --- which server -------------------------------------------------------------------------------------------------------------------------------- */

static void got_list(struct mw_look *look, const struct mw_fetched *fetched, void *tag)
{
    const struct rdap *rdap = look->mine;
    struct mw_flaw flaw;
    (void)tag;
    mw_clock_tell(look, "data.iana.org", fetched);
    if (!mw_text_same(mw_fetch_outcome(fetched), MW_OK)) {
        end(look, mw_fetch_outcome(fetched), remark_of(look, "data.iana.org", fetched));
        return;
    }
    const char *base = mw_rdap_server(look->arena, fetched->body, fetched->body_bytes, rdap->registered, &flaw);
    if (base)
        ask_server(look, base, LIST_URL);
    else
        end(look, flaw.why ? MW_GARBLED : "no server",
            flaw.why ? mw_printf(look->arena, "data.iana.org: %s", flaw.why) : "IANA lists none for this top-level domain");
}

static void ask_registry(struct mw_look *look)
{
    if (look->asked->rdap) {
        ask_server(look, look->asked->rdap, "--rdap");
        return;
    }
    struct mw_fetch_wish wish = {
        .url = LIST_URL, .redirects = REDIRECTS, .secure_only = true, .public_only = true, .body_ceiling = MW_RDAP_LIST_CEILING, .wait_s = WAIT_S};
    mw_look_fetch_as(look, &wish, got_list, NULL);
}

/* A name below a registered domain that is delegated is that domain's own matter. */
static void got_ns(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct rdap *rdap = look->mine;
    const struct mw_record *record;
    size_t index = 0;
    (void)tag;
    record = mw_dns_next(answer, MW_NS, &index);
    if (record && !mw_rdap_is_parking(record->name))
        end(look, MW_SKIPPED, mw_printf(look->arena, "%s is delegated", rdap->registered));
    else
        ask_registry(look);
}

static void begin(struct mw_look *look, const char *domain)
{
    struct rdap *rdap = MW_NEW(look->arena, struct rdap);
    look->mine = rdap;
    rdap->asked = mw_strdup(look->arena, domain);
    rdap->registered = mw_domain_registered(rdap->asked);
    mw_tell_text(look, MW_F_RDAP_DOMAIN, domain, rdap->registered ? rdap->registered : domain, NULL);
    if (!rdap->registered)
        end(look, MW_SKIPPED, mw_domain_is_suffix(domain) ? "a public suffix, which nobody registers" : "the list of public suffixes is not there");
    else if (look->asked->rdap || mw_text_same(rdap->registered, domain))
        ask_registry(look);
    else
        mw_look_ask(look, rdap->registered, MW_NS, got_ns, NULL);
}

/* --- when -------------------------------------------------------------------------------------------------------------------------------------------- */

static const char *domain_of(const struct mw_look *look)
{
    const char *zone = mw_about_read(look->arena, look->why->about).zone;
    return zone ? zone : look->why->about;
}

static void start(struct mw_look *look)
{
    begin(look, domain_of(look));
}

static bool is_wanted(const struct mw_look *look)
{
    return look->asked->rdap;
}

/* One of the domains that the run is about, not asked for yet. */
static bool is_open(const struct mw_look *look)
{
    const char *domain = domain_of(look);
    bool is_asked_about = mw_fact_find(look->facts, MW_F_TARGET_DOMAIN, domain) || mw_fact_find(look->facts, MW_F_RECIPIENT_DOMAIN, domain);
    return is_asked_about && !look->asked->rdap && !mw_fact_find(look->facts, MW_F_RDAP_DOMAIN, domain);
}

/* Where no resolver works here, nothing that fails says anything of the domain. */
static bool has_resolver(const struct mw_look *look)
{
    const struct mw_fact *end = mw_fact_first(look->facts, MW_F_RESOLVER_END);
    bool unknown = !end, works = false;
    for (; end; end = mw_fact_next(look->facts, end))
        works = works || mw_text_same(end->text, MW_OK);
    return unknown || works;
}

static bool is_unanswered(const struct mw_look *look)
{
    return !mw_text_same(look->why->text, MW_OK) && !mw_text_same(look->why->text, "nodata") && is_open(look) && has_resolver(look);
}

static bool is_denied(const struct mw_look *look)
{
    return mw_text_same(look->why->text, "nxdomain") && is_open(look);
}

static bool is_parked(const struct mw_look *look)
{
    return mw_rdap_is_parking(look->why->text) && is_open(look);
}

#define TELLS                                                                                                                                                  \
    {                                                                                                                                                          \
        MW_F_RDAP_DOMAIN, MW_F_RDAP_SERVER, MW_F_RDAP_HTTP, MW_F_RDAP_DATE, MW_F_RDAP_STATUS, MW_F_RDAP_EXPIRES, MW_F_RDAP_REGISTERED, MW_F_RDAP_NAMESERVERS,  \
            MW_F_RDAP_REGISTRAR, MW_F_CLOCK_SERVER_DATE                                                                                                        \
    }

const struct mw_probe mw_probe_rdap = {
    .name = "rdap",
    .says = N_("Asks the registry of the domain for the registration data, with --rdap."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = TELLS,
    .ends = MW_F_RDAP_END,
    .when = is_wanted,
    .start = start,
};

const struct mw_probe mw_probe_rdap_recipient = {
    .name = "rdap",
    .says = N_("Asks the registry of the recipient's domain for the registration data, with --rdap."),
    .legs = MW_SEND,
    .wants = MW_F_RECIPIENT_DOMAIN,
    .tells = TELLS,
    .ends = MW_F_RDAP_END,
    .when = is_wanted,
    .start = start,
};

const struct mw_probe mw_probe_rdap_unanswered = {
    .name = "rdap",
    .says = N_("Asks the registry for the registration data where the MX question has no good answer."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_DNS_MX_END,
    .tells = TELLS,
    .ends = MW_F_RDAP_END,
    .when = is_unanswered,
    .start = start,
};

const struct mw_probe mw_probe_rdap_denied = {
    .name = "rdap",
    .says = N_("Asks the registry for the registration data where the zone above denies the domain."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_PARENT_END,
    .tells = TELLS,
    .ends = MW_F_RDAP_END,
    .when = is_denied,
    .start = start,
};

const struct mw_probe mw_probe_rdap_parked = {
    .name = "rdap",
    .says = N_("Asks the registry for the registration data where the name servers are those of a parking service."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_PARENT_NS,
    .tells = TELLS,
    .ends = MW_F_RDAP_END,
    .when = is_parked,
    .start = start,
};

const struct mw_probe mw_probe_rdap_parked_mail = {
    .name = "rdap",
    .says = N_("Asks the registry for the registration data where an exchange is that of a parking service."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_DNS_MX,
    .tells = TELLS,
    .ends = MW_F_RDAP_END,
    .when = is_parked,
    .start = start,
};
