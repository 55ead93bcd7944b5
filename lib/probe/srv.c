/* The SRV records that tell mail programs where the domain's services are (RFC 6186, RFC 8314 section 5.1), all asked at once, and along with them a service
 * that nobody has: what a wildcard gives to any name (RFC 4592) was never meant for mail, and is passed over. */
#include "lookup.h"

#include <string.h>

#include "srv.h"

#define TARGETS 16u

/* clang-format off */
const struct mw_srv_service mw_srv_services[MW_SRV_SERVICES] = {
    {"imaps",       "imap",       "tls"},
    {"imap",        "imap",       "starttls"},
    {"pop3s",       "pop3",       "tls"},
    {"pop3",        "pop3",       "starttls"},
    {"submissions", "submission", "tls"},
    {"submission",  "submission", "starttls"},
};
/* clang-format on */

const char *mw_srv_name(struct mw_arena *arena, const struct mw_srv_service *service, const char *domain)
{
    return mw_printf(arena, "_%s._tcp.%s", service->label, domain);
}

const char *mw_srv_wildcard_name(struct mw_arena *arena, const char *domain)
{
    return mw_printf(arena, "_no-such-service-mailwhy._tcp.%s", domain);
}

struct question {
    struct srv *srv;
    const struct mw_srv_service *service;
    const struct mw_dns_answer *answer; /* NULL: on its way */
};

struct srv {
    struct question questions[MW_SRV_SERVICES];
    const struct mw_dns_answer *wildcard; /* of the service that nobody has; NULL: on its way. What the others say waits for it */
    unsigned waiting, targets;
    enum mw_dns_status failure; /* MW_DNS_OK: none */
    double ms;
};

static bool is_wild(const struct srv *srv, const struct mw_record *record)
{
    const struct mw_record *wild;
    for (size_t i = 0; (wild = mw_dns_next(srv->wildcard, MW_SRV, &i));)
        if (mw_text_same(wild->text, record->text))
            return true;
    return false;
}

static void tell_record(struct mw_look *look, const struct question *question, const struct mw_record *record)
{
    const struct mw_srv_service *service = question->service;
    const char *quote = mw_lookup_quote(look, record);
    mw_tell_text(look, MW_F_SRV_RECORD, look->why->about, mw_printf(look->arena, "%s %s", service->label, record->text), quote);
    if (strcmp(record->name, ".") == 0 || !record->port || question->srv->targets++ >= TARGETS)
        return;
    mw_endpoint_named(look, service->service, service->security, record->name, (int)record->port, "published", quote);
    mw_service_host_tell(look, record->name, "srv", quote);
}

static void tell_end(struct mw_look *look, const struct srv *srv)
{
    bool any = mw_fact_find(look->facts, MW_F_SRV_RECORD, look->why->about);
    enum mw_dns_status status = any ? MW_DNS_OK : srv->failure ? srv->failure : MW_DNS_NODATA;
    mw_tell(look, &(struct mw_fact){.id = MW_F_SRV_END, .about = look->why->about, .text = mw_dns_status_name(status), .ms = srv->ms});
    look->told_end = true;
}

static void tell_answer(struct mw_look *look, const struct question *question)
{
    struct srv *srv = question->srv;
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(question->answer, MW_SRV, &i));) {
        if (is_wild(srv, record))
            mw_lookup_tell_once(look, MW_F_SRV_WILDCARD, look->why->about, record->text, mw_lookup_quote(look, record));
        else
            tell_record(look, question, record);
    }
    if (!mw_lookup_is_settled(question->answer->status))
        srv->failure = question->answer->status;
    srv->ms = question->answer->ms > srv->ms ? question->answer->ms : srv->ms;
    if (--srv->waiting == 0)
        tell_end(look, srv);
}

static void got_srv(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct question *question = tag;
    question->answer = answer;
    if (question->srv->wildcard)
        tell_answer(look, question);
}

static void got_wildcard(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct srv *srv = tag;
    srv->wildcard = answer;
    for (size_t i = 0; i < MW_SRV_SERVICES; i++)
        if (srv->questions[i].answer)
            tell_answer(look, &srv->questions[i]);
}

static void start(struct mw_look *look)
{
    struct srv *srv = MW_NEW(look->arena, struct srv);
    srv->waiting = MW_SRV_SERVICES;
    mw_look_ask(look, mw_srv_wildcard_name(look->arena, look->why->about), MW_SRV, got_wildcard, srv);
    for (size_t i = 0; i < MW_SRV_SERVICES; i++) {
        struct question *question = &srv->questions[i];
        *question = (struct question){srv, &mw_srv_services[i], NULL};
        mw_look_ask(look, mw_srv_name(look->arena, question->service, look->why->about), MW_SRV, got_srv, question);
    }
}

const struct mw_probe mw_probe_srv = {
    .name = "srv",
    .says = N_("Looks up the SRV records that mail programs use to find their servers."),
    .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_SRV_RECORD, MW_F_SRV_WILDCARD, MW_F_SERVICE_PUBLISHED, MW_F_SERVICE_HOST, MW_F_SERVICE_SOURCE, MW_F_DNS_A_END, MW_F_DNS_AAAA_END,
              MW_F_DNS_ADDRESS, MW_F_DNS_CNAME, MW_F_ENDPOINT_SUBMISSION, MW_F_ENDPOINT_SUBMISSIONS, MW_F_ENDPOINT_IMAP, MW_F_ENDPOINT_IMAPS,
              MW_F_ENDPOINT_POP3, MW_F_ENDPOINT_POP3S},
    .ends = MW_F_SRV_END,
    .start = start,
};
