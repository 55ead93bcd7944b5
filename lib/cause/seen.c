/* What several causes ask of the facts. It reads facts and finds nothing itself; it knows no cause. */
#include "seen.h"

#include <mailwhy/about.h>
#include <mailwhy/dns.h>

#include <stdlib.h>
#include <string.h>

bool mw_seen_value(const struct mw_fact *fact, const char *value)
{
    return fact && mw_text_same(fact->text, value);
}

static bool is_one_of(const struct mw_fact *fact, const char *const *values)
{
    for (; fact && *values; values++)
        if (mw_text_same(fact->text, *values))
            return true;
    return false;
}

bool mw_seen_gone(const struct mw_fact *end)
{
    return is_one_of(end, (const char *const[]){"nodata", "nxdomain", NULL});
}

bool mw_seen_failed(const struct mw_fact *end)
{
    return is_one_of(end, (const char *const[]){"servfail", "refused", "timed out", "unreachable", "garbled", "other", NULL});
}

bool mw_seen_answered(const struct mw_fact *end)
{
    return end && !is_one_of(end, (const char *const[]){"timed out", "unreachable", "garbled", "skipped", NULL});
}

bool mw_seen_resolved(struct mw_judge *judge)
{
    static const enum mw_fact_id ends[] = {MW_F_DNS_MX_END, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_EXCHANGE_END, MW_F_SERVICE_END, MW_F_NS_ADDRESS_END,
                                           MW_F_SPF_END};
    for (size_t i = 0; i < MW_COUNT(ends); i++)
        MW_EACH (end, judge, ends[i])
            if (mw_seen_value(end, MW_OK))
                return true;
    const struct mw_fact *zone = mw_each(judge, MW_F_PARENT_ZONE, NULL);
    return zone && !zone->quote; /* a quote: only without validation */
}

bool mw_seen_denies_all(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_RESOLVER_END)
        if (!mw_seen_value(end, "nxdomain"))
            return false;
    return mw_each(judge, MW_F_RESOLVER_END, NULL) && !mw_seen_resolved(judge);
}

const char *mw_seen_target(struct mw_judge *judge)
{
    const struct mw_fact *target = mw_each(judge, MW_F_TARGET_DOMAIN, NULL);
    return target ? target->about : NULL;
}

void mw_seen_domains(struct mw_judge *judge, void (*look)(struct mw_judge *judge, const char *domain, unsigned leg))
{
    const char *target = mw_seen_target(judge);
    if (target)
        look(judge, target, MW_RECEIVE);
    const struct mw_fact *recipient = mw_each(judge, MW_F_RECIPIENT_DOMAIN, NULL);
    if (recipient && !mw_text_same(recipient->about, target))
        look(judge, recipient->about, MW_SEND);
}

bool mw_seen_has_address(struct mw_judge *judge, const char *host)
{
    return mw_know(judge, MW_F_DNS_ADDRESS, host) || mw_seen_at_zone(judge, MW_F_ZONE_ADDRESS, host, NULL);
}

bool mw_seen_no_address(struct mw_judge *judge, const char *host)
{
    return mw_seen_gone(mw_know(judge, MW_F_DNS_A_END, host)) && mw_seen_gone(mw_know(judge, MW_F_DNS_AAAA_END, host)) && !mw_seen_has_address(judge, host);
}

bool mw_seen_takes_no_mail(struct mw_judge *judge, const char *domain)
{
    bool is_null = false;
    MW_EACH_ABOUT (mx, judge, MW_F_DNS_MX, domain) {
        if (!mw_text_ends(mx->text, " ."))
            return false;
        is_null = true;
    }
    return is_null;
}

bool mw_seen_serves(struct mw_judge *judge, const char *host, const char *domain)
{
    MW_EACH_ABOUT (of, judge, MW_F_MX_HOST_OF, host)
        if (mw_text_same(of->text, domain))
            return true;
    return false;
}

const char *mw_seen_served(struct mw_judge *judge, const char *host)
{
    const struct mw_fact *of = mw_fact_find(mw_judge_facts(judge), MW_F_MX_HOST_OF, host);
    return of ? of->text : "";
}

unsigned mw_seen_exchange_leg(struct mw_judge *judge, const char *host)
{
    const struct mw_fact *recipient = mw_each(judge, MW_F_RECIPIENT_DOMAIN, NULL);
    const char *target = mw_seen_target(judge);
    bool for_target = target && mw_seen_serves(judge, host, target);
    return !for_target && recipient && mw_seen_serves(judge, host, recipient->about) ? MW_SEND : MW_RECEIVE;
}

static bool shares_domain(struct mw_judge *judge, const char *host, const char *other)
{
    MW_EACH_ABOUT (of, judge, MW_F_MX_HOST_OF, host)
        if (mw_seen_serves(judge, other, of->text))
            return true;
    return false;
}

enum mw_severity mw_seen_exchange_weight(struct mw_judge *judge, const char *host)
{
    MW_EACH (other, judge, MW_F_MX_HOST)
        if (!mw_text_same(other->about, host) && mw_seen_has_address(judge, other->about) && shares_domain(judge, host, other->about))
            return MW_DEGRADES;
    return MW_BLOCKS;
}

static bool is_at_zone(const struct mw_fact *fact, const char *zone)
{
    return mw_text_starts(fact->about, zone) && fact->about[strlen(zone)] == '@';
}

const struct mw_fact *mw_seen_at_zone(struct mw_judge *judge, enum mw_fact_id id, const char *zone, const char *value)
{
    MW_EACH (fact, judge, id)
        if (is_at_zone(fact, zone) && (!value || mw_seen_value(fact, value)))
            return fact;
    return NULL;
}

const char *mw_seen_zone(struct mw_judge *judge, const struct mw_fact *fact)
{
    const char *zone = mw_about_read(mw_judge_arena(judge), fact->about).zone;
    return zone ? zone : fact->about;
}

const char *mw_seen_host(struct mw_judge *judge, const struct mw_fact *fact)
{
    return mw_about_read(mw_judge_arena(judge), fact->about).host;
}

const char *mw_seen_zone_mx(struct mw_judge *judge, const char *zone)
{
    const char *agreed = NULL;
    MW_EACH (end, judge, MW_F_ZONE_MX_END) {
        if (!is_at_zone(end, zone) || !mw_is(judge, MW_F_ZONE_END, end->about, MW_OK) || mw_seen_failed(end))
            continue;
        const struct mw_fact *records = mw_know(judge, MW_F_ZONE_MX, end->about);
        const char *here = records ? mw_list_join(mw_judge_arena(judge), &records->list, ", ") : "";
        if (agreed && !mw_text_same(agreed, here))
            return NULL;
        agreed = here;
    }
    return agreed;
}

void mw_seen_prove_below(struct mw_judge *judge, struct mw_instance *instance, const char *domain)
{
    static const enum mw_fact_id questions[] = {MW_F_DKIM_END, MW_F_DMARC_END, MW_F_DNS_MX_END, MW_F_SPF_END, MW_F_DNS_A_END, MW_F_DNS_AAAA_END, MW_F_TLSA_END};
    for (size_t i = 0; i < MW_COUNT(questions); i++)
        MW_EACH (end, judge, questions[i])
            if (!mw_seen_value(end, MW_OK) && mw_domain_is_under(mw_seen_host(judge, end), domain))
                mw_proof(instance, end);
}

bool mw_seen_all_serve(struct mw_judge *judge, const char *zone)
{
    bool any = false;
    MW_EACH (end, judge, MW_F_ZONE_END) {
        if (!mw_text_same(mw_seen_zone(judge, end), zone))
            continue;
        if (!mw_seen_value(end, MW_OK))
            return false;
        any = true;
    }
    return any;
}

static bool has_ipv6(struct mw_judge *judge, const struct mw_fact *fact)
{
    const char *address = mw_about_read(mw_judge_arena(judge), fact->about).address;
    return address && mw_address_is_ipv6(address);
}

bool mw_seen_ipv6_works(struct mw_judge *judge)
{
    static const enum mw_fact_id ends[] = {MW_F_TCP_END, MW_F_ZONE_END, MW_F_PARENT_END, MW_F_CONTROL_END};
    for (size_t i = 0; i < MW_COUNT(ends); i++)
        MW_EACH (end, judge, ends[i])
            if (has_ipv6(judge, end) && mw_seen_answered(end))
                return true;
    return false;
}

bool mw_seen_relay_denied(const char *reply)
{
    static const char *const words[] = {
        "relay access denied", "relaying denied", "relay denied", "relay not permitted", "not permitted to relay", "unable to relay", "relaying not allowed",
        "does not relay", "we do not relay", "domain not found in tenant", "no mail-enabled subscriptions", "domain is not hosted", "does not host this domain",
        "not a local domain", "incorrect hostname used for inbounds", "account inbounds disabled", "domain isn't in my list of allowed rcpthosts", NULL,
    };
    if (!reply || (reply[0] != '5' && !mw_text_find(reply, "4.4.4")))
        return false;
    for (const char *const *word = words; *word; word++)
        if (mw_text_find(reply, *word))
            return true;
    return false;
}

/* Registries that sell names one level down under a country's domain; an approximation of the public suffix list that is good enough to compare providers. */
static bool is_registry(const char *label, size_t length)
{
    static const char *const labels[] = {"com", "net", "org", "edu", "gov", "co", "ac", "or", "ne", "go", NULL};
    for (const char *const *known = labels; *known; known++)
        if (strlen(*known) == length && strncmp(*known, label, length) == 0)
            return true;
    return false;
}

static const char *label_before(const char *host, const char *at)
{
    while (at > host && at[-1] != '.')
        at--;
    return at;
}

const char *mw_seen_provider(const char *host)
{
    const char *last = label_before(host, host + strlen(host));
    if (last == host)
        return host;
    const char *second = label_before(host, last - 1);
    bool country = strlen(last) == 2 && is_registry(second, (size_t)(last - 1 - second));
    return country && second > host ? label_before(host, second - 1) : second;
}

/* Test networks stand for public ones where somebody tests, so they are left out. */
bool mw_seen_closed_off(const char *address)
{
    const char *kind = mw_address_kind(address);
    return kind && !mw_text_same(kind, "benchmark") && !mw_text_same(kind, "documentation");
}

bool mw_seen_has_public_address(struct mw_judge *judge, const char *host)
{
    MW_EACH_ABOUT (address, judge, MW_F_DNS_ADDRESS, host)
        if (!mw_seen_closed_off(address->text))
            return true;
    return false;
}

static bool took_recipient(struct mw_judge *judge, const char *host)
{
    MW_EACH (reply, judge, MW_F_SMTP_RCPT)
        if (reply->text[0] == '2' && mw_text_same(mw_seen_host(judge, reply), host))
            return true;
    return false;
}

bool mw_seen_is_spare(struct mw_judge *judge, const char *host)
{
    const struct mw_fact *own = mw_know(judge, MW_F_MX_HOST, host);
    MW_EACH (other, judge, MW_F_MX_HOST)
        if (own && other->number < own->number && shares_domain(judge, host, other->about) && took_recipient(judge, other->about))
            return true;
    return false;
}

bool mw_seen_may_send(struct mw_judge *judge, const char *address)
{
    return mw_is(judge, MW_F_SPF_RESULT, address, "pass") && !mw_seen_closed_off(address);
}

size_t mw_seen_count(struct mw_judge *judge, enum mw_fact_id id, const char *about)
{
    size_t count = 0;
    MW_EACH_ABOUT (fact, judge, id, about)
        count += fact != NULL;
    return count;
}
