/* Where a zone begins, and the servers of a zone: NS of a name and of all names above it, asked at once (RFC 1034 section 4.2). Never guesses a cut that no
 * answer shows. */
#include "lookup.h"

#include <string.h>

struct cut_question {
    struct mw_cut *cut;
    size_t index;
};

static void got_ns(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct cut_question *question = tag;
    struct mw_cut *cut = question->cut;
    cut->ns[question->index] = answer;
    if (--cut->waiting == 0)
        cut->got(look, cut);
    else if (cut->waiting == 1 && !cut->ns[0] && cut->early)
        cut->early(look, cut);
}

static void ask_ns(struct mw_look *look, struct mw_cut *cut)
{
    for (size_t i = 0; i < cut->count; i++) {
        struct cut_question *question = MW_NEW(look->arena, struct cut_question);
        *question = (struct cut_question){cut, i};
        mw_look_ask_as(look, &(struct mw_question){.name = cut->names[i], .type = MW_NS, .checking_disabled = cut->checking_disabled}, got_ns, question);
    }
}

struct mw_cut *mw_cut_find(struct mw_look *look, const char *name, bool checking_disabled, mw_cut_got *got)
{
    struct mw_cut *cut = MW_NEW(look->arena, struct mw_cut);
    cut->got = got;
    cut->checking_disabled = checking_disabled;
    for (const char *at = mw_strdup(look->arena, name); at && cut->count < MW_CUT_NAMES; at = mw_lookup_above(at))
        cut->names[cut->count++] = at;
    cut->names[cut->count - 1] = ".";
    cut->waiting = cut->count;
    ask_ns(look, cut);
    return cut;
}

bool mw_cut_find_unchecked(struct mw_look *look, const struct mw_cut *cut)
{
    bool helps = !cut->checking_disabled && cut->ns[0]->status == MW_DNS_SERVFAIL;
    if (helps)
        mw_cut_find(look, cut->names[0], true, cut->got);
    return helps;
}

/* An NS answer through a CNAME is of another zone; NODATA with the SOA of the name itself is a zone without NS at its apex. */
static bool is_zone(const char *name, const struct mw_dns_answer *ns)
{
    for (size_t i = 0; i < ns->count; i++) {
        const struct mw_record *record = &ns->records[i];
        bool says = (record->section == MW_ANSWER && record->type == MW_NS) || (record->section == MW_AUTHORITY && record->type == MW_SOA);
        if (says && mw_text_same(record->owner, name))
            return true;
    }
    return false;
}

int mw_cut_zone(const struct mw_cut *cut, int from)
{
    for (size_t i = (size_t)from; i < cut->count; i++)
        if (is_zone(cut->names[i], cut->ns[i]))
            return (int)i;
    return -1;
}

/* --- servers --- */

struct servers_lookup {
    struct mw_servers servers, spare; /* spare: further addresses of hosts that are in already */
    size_t waiting;
    mw_cut_got_servers *got;
    void *tag;
};

struct server_question {
    struct servers_lookup *lookup;
    const char *host;
    bool in; /* an address of the host is among the servers */
};

static void add(struct mw_servers *servers, const char *host, const char *address)
{
    if (servers->count < MW_SERVERS)
        servers->items[servers->count++] = (struct mw_server){host, address};
}

static void all_in(struct mw_look *look, struct servers_lookup *lookup)
{
    for (size_t i = 0; i < lookup->spare.count; i++)
        add(&lookup->servers, lookup->spare.items[i].host, lookup->spare.items[i].address);
    lookup->got(look, &lookup->servers, lookup->tag);
}

static void got_address(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct server_question *question = tag;
    struct servers_lookup *lookup = question->lookup;
    for (size_t i = 0; i < answer->count; i++) {
        const char *address = answer->records[i].section == MW_ANSWER ? answer->records[i].address : NULL;
        if (!address || !mw_lookup_can_reach(look, address))
            continue;
        add(question->in ? &lookup->spare : &lookup->servers, question->host, address);
        question->in = true;
    }
    if (!mw_lookup_is_settled(answer->status) || !lookup->servers.outcome)
        lookup->servers.outcome = mw_dns_status_name(answer->status);
    if (--lookup->waiting == 0)
        all_in(look, lookup);
}

void mw_cut_servers(struct mw_look *look, const struct mw_cut *cut, size_t zone, mw_cut_got_servers *got, void *tag)
{
    struct servers_lookup *lookup = MW_NEW(look->arena, struct servers_lookup);
    lookup->got = got;
    lookup->tag = tag;
    const struct mw_record *record;
    size_t hosts = 0;
    for (size_t i = 0; hosts < MW_ZONE_HOSTS && (record = mw_dns_next(cut->ns[zone], MW_NS, &i)); hosts++) {
        struct server_question *question = MW_NEW(look->arena, struct server_question);
        *question = (struct server_question){.lookup = lookup, .host = record->name};
        lookup->waiting += 2;
        struct mw_question asked = {.name = record->name, .type = MW_A, .checking_disabled = cut->checking_disabled};
        mw_look_ask_as(look, &asked, got_address, question);
        asked.type = MW_AAAA;
        mw_look_ask_as(look, &asked, got_address, question);
    }
    if (!hosts)
        got(look, &lookup->servers, tag);
}
