/* What the name in a server's reply to EHLO lets fear for the mail that it sends (RFC 5321 sections 4.1.1.1 and 4.1.4): most servers have one name for both.
 * Only exchanges below the domain that SPF lets send are looked at. A name whose lookup failed has no fault. */
#include "helo.h"

#include "ports.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

/* clang-format off */
static const struct { const char *title, *says; } words[] = {
    [MW_HELO_INVALID] = {
        N_("A server of the domain calls itself by a name that is no full host name"),
        N_("{about} may send mail for {domain}, and calls itself “{name}”. If it introduces itself so when it sends, many receivers refuse it.")},
    [MW_HELO_UNRESOLVABLE] = {
        N_("A server of the domain calls itself by a name without an address"),
        N_("{about} may send mail for {domain}, and calls itself {name}, a name that has no address in the DNS. If it introduces itself so when it sends, some "
           "receivers refuse it.")},
    [MW_HELO_MISMATCH] = {
        N_("A server of the domain calls itself by a name that leads elsewhere"),
        N_("{about} ({address}) may send mail for {domain}, and calls itself {name}, a name that leads to {other}. If it introduces itself so when it sends, "
           "its name, its reverse name and its address tell different stories, and filters count that against it.")},
};
/* clang-format on */

static bool is_own_sender(struct mw_judge *judge, const struct mw_about *at)
{
    const char *domain = mw_seen_target(judge);
    return domain && at->port == 25 && at->address && mw_seen_serves(judge, at->host, domain) && mw_domain_is_under(at->host, domain) &&
           mw_seen_may_send(judge, at->address);
}

static bool has(struct mw_judge *judge, enum mw_fact_id id, const char *about, const char *value)
{
    MW_EACH_ABOUT (fact, judge, id, about)
        if (mw_text_same(fact->text, value))
            return true;
    return false;
}

/* What devices on the path have overwritten, and address literals, are no names. */
static bool is_name(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")] == '\0';
}

static enum mw_helo_fault fault_of(struct mw_judge *judge, const struct mw_fact *name, const struct mw_about *at)
{
    const struct mw_fact *end = mw_know(judge, MW_F_SMTP_NAME_END, name->about);
    const char *lower = mw_text_lower(mw_judge_arena(judge), name->text);
    if (!is_name(lower) || mw_know(judge, MW_F_SMTP_MASKED, name->about) || mw_text_same(lower, at->host) || has(judge, MW_F_PTR_NAME, at->address, lower))
        return MW_HELO_FINE;
    if (!strchr(lower, '.') || mw_text_ends(lower, ".localdomain") || mw_address_read(mw_judge_arena(judge), lower))
        return MW_HELO_INVALID;
    if (mw_seen_gone(end))
        return MW_HELO_UNRESOLVABLE;
    return mw_seen_value(end, MW_OK) && !has(judge, MW_F_DNS_ADDRESS, lower, at->address) ? MW_HELO_MISMATCH : MW_HELO_FINE;
}

void mw_helo_found(struct mw_judge *judge, enum mw_helo_fault fault)
{
    MW_EACH (name, judge, MW_F_SMTP_NAME) {
        struct mw_about at = mw_about_read(mw_judge_arena(judge), name->about);
        if (!is_own_sender(judge, &at) || fault_of(judge, name, &at) != fault)
            continue;
        struct mw_instance *instance = mw_found(judge, at.host, name);
        const struct mw_fact *other = mw_fact_find(mw_judge_facts(judge), MW_F_DNS_ADDRESS, mw_text_lower(mw_judge_arena(judge), name->text));
        mw_proof(instance, mw_know(judge, MW_F_PTR_NAME, at.address));
        mw_proof(instance, other);
        mw_proof(instance, mw_know(judge, MW_F_SMTP_NAME_END, name->about));
        mw_words(instance, words[fault].title, words[fault].says);
        mw_place(instance, "name", name->text);
        mw_place(instance, "address", at.address);
        mw_place(instance, "other", other ? other->text : "");
        mw_confidence(instance, 0.6);
        mw_weight(instance, MW_ADVICE, MW_SEND);
    }
}
