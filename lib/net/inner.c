/* Is a domain itself on an inner network? Then its web servers may be there too; else a fetch that its DNS leads to a private address would be made on
 * a stranger's word. Asks what the run asks anyway (addresses and exchanges), so it costs nothing. */
#include "inside.h"

#include <string.h>

#define EXCHANGES_CEILING 4u

struct inner {
    struct mw_net *net;
    unsigned awaited;
    bool found;
    void (*got)(void *context, bool is_inner);
    void *context;
};

/* Documentation and benchmark addresses are on nobody's inner network. */
bool mw_address_is_inner(const char *address)
{
    const char *kind = mw_address_kind(address);
    return kind && strcmp(kind, "documentation") != 0 && strcmp(kind, "benchmark") != 0;
}

static void got_one(struct inner *inner)
{
    if (--inner->awaited == 0)
        inner->got(inner->context, inner->found);
}

static void got_addresses(void *context, const struct mw_dns_answer *answer)
{
    struct inner *inner = context;
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].address && answer->records[i].section == MW_ANSWER)
            inner->found = inner->found || mw_address_is_inner(answer->records[i].address);
    got_one(inner);
}

static void ask_addresses(struct inner *inner, const char *name)
{
    static const int types[] = {MW_A, MW_AAAA};
    for (size_t i = 0; i < MW_COUNT(types); i++) {
        inner->awaited++;
        mw_dns_ask(inner->net, &(struct mw_question){.name = name, .type = types[i]}, got_addresses, inner);
    }
}

static void got_exchanges(void *context, const struct mw_dns_answer *answer)
{
    struct inner *inner = context;
    const struct mw_record *record;
    size_t index = 0;
    for (unsigned taken = 0; taken < EXCHANGES_CEILING && (record = mw_dns_next(answer, MW_MX, &index)); taken++)
        ask_addresses(inner, record->name);
    got_one(inner);
}

void mw_ask_inner(struct mw_net *net, const char *host, void (*got)(void *context, bool is_inner), void *context)
{
    struct inner *inner = MW_NEW(net->arena, struct inner);
    *inner = (struct inner){.net = net, .got = got, .context = context, .awaited = 1};
    const char *dot = strchr(host, '.'); /* mta-sts.example.org belongs to example.org */
    const char *domain = dot && strchr(dot + 1, '.') ? dot + 1 : host;
    mw_dns_ask(net, &(struct mw_question){.name = domain, .type = MW_MX}, got_exchanges, inner);
    ask_addresses(inner, domain);
}
