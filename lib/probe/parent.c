/* The delegation as the parent zone's own servers tell it (RFC 1034 section 4.3.2): asked without recursion, beside the resolver, so that a name that does not
 * exist, one that leads to the wrong servers and a resolver that fails are told apart. Also names the servers of the zone for the probe `nameserver`.
 *
 * The servers above are asked for the domain as soon as they are known, before the resolver has found the domain's own servers: where those are silent that
 * takes long. Should the domain turn out to lie in the zone above, the answers are dropped, and the delegation of that zone is asked for. */
#include "lookup.h"

#include <string.h>

#define DS_SERVERS 4u /* that are asked for DS */

struct parent {
    const char *zone; /* whose delegation it is: the domain, or the zone that it lies in */
    const char *above;
    const char *how;  /* the zone above was found; NULL: as usual */
    unsigned told;    /* name servers */
    const char *best; /* outcome of the server that said most */
    bool sure;        /* the zone is delegated, or the resolver says that it is the right one */
    bool dropped;
    struct parent_question *unsure; /* answers that wait for that */
};

struct parent_question {
    struct parent *parent;
    const struct mw_server *server;
    const struct mw_dns_answer *answer;
    struct parent_question *next;
};

static void tell_name_server(struct mw_look *look, struct parent *parent, const char *host)
{
    if (mw_fact_find(look->facts, MW_F_NS_HOST, host) || parent->told++ >= MW_ZONE_HOSTS)
        return;
    mw_tell_text(look, MW_F_NS_HOST, host, parent->zone, NULL);
}

/* Only a name server below the domain needs an address here (RFC 9471 section 2); an answer instead of a referral carries none that counts. */
static void tell_glue(struct mw_look *look, const struct parent *parent, const struct mw_dns_answer *answer, const struct mw_record *ns,
                      const struct mw_server *server)
{
    struct mw_list addresses = {0};
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        if (record->section != MW_ADDITIONAL || !record->address || !mw_text_same(record->owner, ns->name))
            continue;
        mw_list_add(look->arena, &addresses, record->address);
        if (mw_domain_is_under(ns->name, parent->above)) /* of other zones its servers know nothing (RFC 2181 section 5.4.1) */
            mw_lookup_tell_once(look, MW_F_NS_ADDRESS, ns->name, record->address, mw_printf(look->arena, "glue at %s", server->host));
    }
    if (ns->section != MW_AUTHORITY || !mw_domain_is_under(ns->name, parent->zone))
        return;
    mw_lookup_sort(&addresses);
    mw_lookup_tell_unless_known(look, MW_F_PARENT_GLUE, ns->name, mw_about_zone_at(look->arena, ns->name, server->host, server->address), &addresses, NULL);
}

static void tell_set(struct mw_look *look, const struct parent *parent, struct mw_list *names, const struct mw_server *server)
{
    mw_lookup_sort(names);
    const char *about = mw_about_zone_at(look->arena, parent->zone, server->host, server->address);
    mw_lookup_tell_unless_known(look, MW_F_PARENT_NS_SET, parent->zone, about, names, NULL);
}

/* A referral, or the answer of a server that serves the child too. */
static bool tell_delegation(struct mw_look *look, struct parent *parent, const struct mw_dns_answer *answer, const struct mw_server *server)
{
    struct mw_list names = {0};
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        if (record->section == MW_ADDITIONAL || record->type != MW_NS || !mw_text_same(record->owner, parent->zone) || names.count == MW_ZONE_HOSTS)
            continue;
        mw_list_add(look->arena, &names, record->name);
        mw_lookup_tell_once(look, MW_F_PARENT_NS, parent->zone, record->name, mw_lookup_quote(look, record));
        tell_glue(look, parent, answer, record, server);
        tell_name_server(look, parent, record->name);
    }
    if (names.count)
        tell_set(look, parent, &names, server);
    return names.count;
}

static void tell_outcome(struct mw_look *look, const struct parent_question *question, bool delegated)
{
    struct parent *parent = question->parent;
    const char *outcome = delegated ? MW_OK : mw_dns_status_name(question->answer->status);
    if (!parent->best || delegated || (mw_lookup_is_settled(question->answer->status) && !mw_text_same(parent->best, MW_OK)))
        parent->best = outcome;
    const char *about = mw_about_zone_at(look->arena, parent->zone, question->server->host, question->server->address);
    mw_tell(look, &(struct mw_fact){.id = MW_F_PARENT_END, .about = about, .text = outcome, .ms = question->answer->ms});
    look->outcome = parent->best;
}

static void make_sure(struct mw_look *look, struct parent *parent)
{
    parent->sure = true;
    for (struct parent_question *question = parent->unsure; question; question = question->next)
        tell_outcome(look, question, false);
    parent->unsure = NULL;
}

static void got_delegation(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    struct parent_question *question = tag;
    struct parent *parent = question->parent;
    question->answer = answer;
    if (parent->dropped)
        return;
    bool delegated = tell_delegation(look, parent, answer, question->server);
    if (delegated && !parent->sure)
        make_sure(look, parent);
    if (parent->sure) {
        tell_outcome(look, question, delegated);
        return;
    }
    question->next = parent->unsure;
    parent->unsure = question;
}

static void got_ds(struct mw_look *look, const struct mw_dns_answer *answer, void *tag)
{
    const struct parent_question *question = tag;
    const struct mw_record *record;
    for (size_t i = 0; !question->parent->dropped && (record = mw_dns_next(answer, MW_DS, &i));)
        mw_lookup_tell_once(look, MW_F_PARENT_DS, question->parent->zone, record->text, mw_lookup_quote(look, record));
}

static void got_servers(struct mw_look *look, const struct mw_servers *servers, void *tag)
{
    struct parent *parent = tag;
    for (size_t i = 0; i < servers->count; i++) {
        struct parent_question *question = MW_NEW(look->arena, struct parent_question);
        *question = (struct parent_question){.parent = parent, .server = &servers->items[i]};
        mw_look_ask_as(look, &(struct mw_question){.name = parent->zone, .type = MW_NS, .server = servers->items[i].address}, got_delegation, question);
        if (i < DS_SERVERS)
            mw_look_ask_as(look, &(struct mw_question){.name = parent->zone, .type = MW_DS, .server = servers->items[i].address}, got_ds, question);
    }
    if (!servers->count && !parent->dropped) {
        look->outcome = MW_SKIPPED;
        look->remark = "no server of the zone above has an address that can be reached";
    }
}

/* "Nothing" from a resolver's own few records of the name, with authority and without a zone's SOA, says nothing of the zone. */
static bool is_made_up(const struct mw_dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].section == MW_AUTHORITY && answer->records[i].type == MW_SOA)
            return false;
    return answer->authoritative;
}

/* Does the name, or anything below it, certainly not exist? Then it is the zone above that has to say so. Else a failure at the name itself is about its own
 * zone. */
static int own_zone(const struct mw_cut *cut)
{
    const struct mw_dns_answer *ns = cut->ns[0];
    bool nothing = ns->status == MW_DNS_NODATA && !is_made_up(ns);
    bool lies_in_another = nothing || (ns->status == MW_DNS_OK && ns->cname);
    return lies_in_another ? mw_cut_zone(cut, 0) : 0;
}

static struct parent *ask_above(struct mw_look *look, const struct mw_cut *cut, size_t own, size_t above)
{
    struct parent *parent = MW_NEW(look->arena, struct parent);
    parent->zone = cut->names[own];
    parent->above = cut->names[above];
    parent->how = cut->checking_disabled ? "found with checking disabled" : NULL;
    mw_cut_servers(look, cut, above, got_servers, parent);
    return parent;
}

static void got_above(struct mw_look *look, const struct mw_cut *cut)
{
    int above = mw_cut_zone(cut, 1);
    if (above > 0)
        look->mine = ask_above(look, cut, 0, (size_t)above);
}

static void tell_zone(struct mw_look *look, struct parent *parent, const struct mw_dns_answer *ns)
{
    const struct mw_record *record;
    mw_lookup_tell_once(look, MW_F_PARENT_ZONE, parent->zone, parent->above, parent->how);
    for (size_t i = 0; (record = mw_dns_next(ns, MW_NS, &i));)
        tell_name_server(look, parent, record->name);
    make_sure(look, parent);
}

static void got_cut(struct mw_look *look, const struct mw_cut *cut)
{
    struct parent *parent = look->mine;
    int own = own_zone(cut);
    int above = own < 0 ? -1 : mw_cut_zone(cut, own + 1);
    if (parent && own != 0 && !parent->sure) {
        parent->dropped = true;
        parent = NULL;
    }
    if (!parent && above < 0 && mw_cut_find_unchecked(look, cut))
        return;
    if (!parent && above < 0) {
        look->outcome = MW_SKIPPED;
        look->remark = "the resolver names no zone above";
        return;
    }
    parent = parent ? parent : ask_above(look, cut, (size_t)own, (size_t)above);
    tell_zone(look, parent, cut->ns[parent->zone == cut->names[0] ? 0 : own]);
}

static void start(struct mw_look *look)
{
    mw_cut_find(look, look->why->about, false, got_cut)->early = got_above;
}

const struct mw_probe mw_probe_parent = {
    .name = "parent",
    .says = N_("Asks the servers of the zone above how the domain is delegated."),
    .legs = MW_ALL_LEGS,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_PARENT_ZONE, MW_F_PARENT_NS, MW_F_PARENT_NS_SET, MW_F_PARENT_GLUE, MW_F_PARENT_DS, MW_F_NS_HOST, MW_F_NS_ADDRESS},
    .ends = MW_F_PARENT_END,
    .start = start,
};
