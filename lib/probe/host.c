/* A host's addresses: A and AAAA at once, told once a host in a run, whoever needs them (RFC 5321 section 5.1). Never waits for one family before it hands on
 * the other. */
#include "lookup.h"

struct host_lookup {
    const char *host;
    mw_lookup_address *each;
    mw_lookup_done *done;
    void *tag;
    const struct mw_dns_answer *a, *aaaa;
};

static enum mw_dns_status worse(enum mw_dns_status a, enum mw_dns_status b)
{
    return mw_lookup_is_settled(a) ? b : a;
}

const char *mw_lookup_both(const struct mw_dns_answer *a, const struct mw_dns_answer *aaaa)
{
    if (a->status == MW_DNS_OK || aaaa->status == MW_DNS_OK)
        return MW_OK;
    enum mw_dns_status status = worse(a->status, aaaa->status);
    /* One server may say NXDOMAIN for one type and NODATA for the other: then the name exists. */
    if (status == MW_DNS_NXDOMAIN && a->status == MW_DNS_NODATA)
        status = MW_DNS_NODATA;
    return mw_dns_status_name(status);
}

/* The CNAME record at the name itself, as it stands in a zone file. */
static const char *alias_quote(struct mw_look *look, const struct mw_dns_answer *answer, const char *host)
{
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, MW_CNAME, &i));)
        if (mw_text_same(record->owner, host))
            return mw_lookup_quote(look, record);
    return NULL;
}

static void hand_on(struct mw_look *look, const struct host_lookup *lookup, const struct mw_dns_answer *answer, int type)
{
    if (answer->cname)
        mw_lookup_tell_once(look, MW_F_DNS_CNAME, lookup->host, answer->cname, alias_quote(look, answer, lookup->host));
    const struct mw_record *record;
    unsigned count = 0;
    for (size_t i = 0; count < MW_HOST_ADDRESSES && (record = mw_dns_next(answer, type, &i)); count++) {
        const struct mw_fact *told = mw_lookup_tell_once(look, MW_F_DNS_ADDRESS, lookup->host, record->address, mw_lookup_quote(look, record));
        if (lookup->each)
            lookup->each(look, lookup->host, record->address, told, lookup->tag);
    }
}

static void finish(struct mw_look *look, const struct host_lookup *lookup)
{
    if (lookup->a && lookup->aaaa && lookup->done)
        lookup->done(look, lookup->host, mw_lookup_both(lookup->a, lookup->aaaa), lookup->tag);
}

static void got_a(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct host_lookup *lookup = tag;
    lookup->a = answer;
    mw_lookup_end(look, MW_F_DNS_A_END, lookup->host, answer);
    hand_on(look, lookup, answer, MW_A);
    finish(look, lookup);
}

static void got_aaaa(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct host_lookup *lookup = tag;
    lookup->aaaa = answer;
    mw_lookup_end(look, MW_F_DNS_AAAA_END, lookup->host, answer);
    hand_on(look, lookup, answer, MW_AAAA);
    finish(look, lookup);
}

void mw_lookup_host(struct mw_look *look, const char *host, mw_lookup_address *each, mw_lookup_done *done, void *tag)
{
    const char *literal = mw_address_read(look->arena, host);
    if (literal) {
        if (each)
            each(look, "", literal, look->why, tag);
        if (done)
            done(look, host, MW_OK, tag);
        return;
    }
    struct host_lookup *lookup = MW_NEW(look->arena, struct host_lookup);
    *lookup = (struct host_lookup){.host = mw_strdup(look->arena, host), .each = each, .done = done, .tag = tag};
    mw_look_ask(look, host, MW_A, got_a, lookup);
    mw_look_ask(look, host, MW_AAAA, got_aaaa, lookup);
}
