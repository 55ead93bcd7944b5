/* The delegation in the tree of --tree: what each server of the zone above says of the domain, and each of the domain's own servers with every address at which
 * it was asked. From facts alone, so that a saved run shows it too; judges nothing. */
#include "format.h"

#include <mailwhy/about.h>

#include <jansson.h>

#include <string.h>

#define LINE_CEILING 500u

struct tree {
    struct mw_arena *arena;
    const struct mw_facts *facts;
    const char *zone;
    struct mw_list *lines;
};

/* clang-format off */
struct saying {
    const char *outcome, *words;
};
static const struct saying at_parent[] = {
    {"ok",          N_("delegates it")},
    {"nxdomain",    N_("says that there is no such domain")},
    {"nodata",      N_("knows the name and does not delegate it")},
    {"servfail",    N_("fails (SERVFAIL)")},
    {"refused",     N_("refuses to answer")},
    {"timed out",   N_("does not answer")},
    {"unreachable", N_("cannot be reached")},
    {NULL, NULL},
};
static const struct saying at_zone[] = {
    {"ok",                N_("answers with authority")},
    {"not authoritative", N_("answers without authority: it does not serve the zone")},
    {"upward referral",   N_("points to another zone: it does not serve this one")},
    {"cut",               N_("cuts its answers short, over TCP too")},
    {"nxdomain",          N_("says that there is no such zone")},
    {"nodata",            N_("has no SOA record for it")},
    {"servfail",          N_("fails (SERVFAIL)")},
    {"refused",           N_("refuses to answer")},
    {"timed out",         N_("does not answer")},
    {"unreachable",       N_("cannot be reached")},
    {NULL, NULL},
};
/* clang-format on */

static const char *safe(const struct tree *tree, const char *text)
{
    return mw_text_safe(tree->arena, text, strlen(text), LINE_CEILING);
}

static void add(struct tree *tree, size_t depth, const char *text)
{
    mw_list_add(tree->arena, tree->lines, mw_printf(tree->arena, "%*s%s", (int)depth * 2, "", text));
}

/* An outcome that the table does not name is shown as it is. */
static const char *words_of(const struct saying *sayings, const char *outcome)
{
    for (; sayings->outcome; sayings++)
        if (mw_text_same(sayings->outcome, outcome))
            return _(sayings->words);
    return outcome;
}

static void add_texts(struct tree *tree, size_t depth, enum mw_fact_id id, const char *about, const char *type)
{
    for (const struct mw_fact *fact = mw_fact_find(tree->facts, id, about); fact; fact = mw_fact_find_next(tree->facts, fact))
        add(tree, depth, mw_printf(tree->arena, "%s %s", type, safe(tree, fact->text)));
}

static bool is_of_zone(const struct tree *tree, const struct mw_about *about)
{
    return about->zone && mw_text_same(about->zone, tree->zone);
}

static void add_parent(struct tree *tree)
{
    const struct mw_fact *above = mw_fact_find(tree->facts, MW_F_PARENT_ZONE, tree->zone);
    add(tree, 0, mw_printf(tree->arena, _("%s, the zone above %s"), above ? safe(tree, above->text) : "?", safe(tree, tree->zone)));
    for (const struct mw_fact *end = mw_fact_first(tree->facts, MW_F_PARENT_END); end; end = mw_fact_next(tree->facts, end)) {
        struct mw_about about = mw_about_read(tree->arena, end->about);
        if (is_of_zone(tree, &about) && about.address)
            add(tree, 1, mw_printf(tree->arena, _("%s: %s"), safe(tree, mw_about_endpoint(tree->arena, about.host, about.address, 0)),
                                      safe(tree, words_of(at_parent, end->text))));
    }
    add_texts(tree, 2, MW_F_PARENT_NS, tree->zone, "NS");
    add_texts(tree, 2, MW_F_PARENT_DS, tree->zone, "DS");
}

static bool names(const struct tree *tree, enum mw_fact_id id, const char *host)
{
    for (const struct mw_fact *ns = mw_fact_find(tree->facts, id, tree->zone); ns; ns = mw_fact_find_next(tree->facts, ns))
        if (mw_text_same(ns->text, host))
            return true;
    return false;
}

/* NULL: both name it, or one of them is not known. */
static const char *one_sided(const struct tree *tree, const char *host)
{
    bool above = names(tree, MW_F_PARENT_NS, host), below = names(tree, MW_F_CHILD_NS, host);
    if (above == below || !mw_fact_find(tree->facts, MW_F_PARENT_NS, tree->zone) || !mw_fact_find(tree->facts, MW_F_CHILD_NS, tree->zone))
        return NULL;
    return above ? _("only the zone above names it") : _("only the zone itself names it");
}

/* How it answers at one address: over UDP, its serial, and over TCP where that went otherwise. */
static void add_address(struct tree *tree, const struct mw_fact *end, const char *address)
{
    const struct mw_fact *serial = mw_fact_find(tree->facts, MW_F_ZONE_SERIAL, end->about), *tcp = mw_fact_find(tree->facts, MW_F_ZONE_TCP_END, end->about);
    const char *words = safe(tree, words_of(at_zone, end->text));
    const char *line = mw_printf(tree->arena, _("%s: %s"), safe(tree, address), words);
    if (serial)
        line = mw_printf(tree->arena, _("%s: %s, serial %lld, %.0f ms"), safe(tree, address), words, (long long)serial->number, end->ms);
    add(tree, 2, line);
    if (tcp && !mw_text_same(tcp->text, end->text))
        add(tree, 3, mw_printf(tree->arena, _("over TCP: %s"), safe(tree, words_of(at_zone, tcp->text))));
}

static void add_server(struct tree *tree, const struct mw_fact *host)
{
    const struct mw_fact *looked_up = mw_fact_find(tree->facts, MW_F_NS_ADDRESS_END, host->about);
    const char *side = one_sided(tree, host->about);
    size_t asked = 0;
    add(tree, 1, side ? mw_printf(tree->arena, _("%s (%s)"), safe(tree, host->about), side) : safe(tree, host->about));
    for (const struct mw_fact *end = mw_fact_first(tree->facts, MW_F_ZONE_END); end; end = mw_fact_next(tree->facts, end)) {
        struct mw_about about = mw_about_read(tree->arena, end->about);
        if (!is_of_zone(tree, &about) || !mw_text_same(about.host, host->about) || !about.address)
            continue;
        asked++;
        add_address(tree, end, about.address);
    }
    if (asked)
        return;
    bool is_gone = looked_up && (mw_text_same(looked_up->text, "nodata") || mw_text_same(looked_up->text, "nxdomain"));
    add(tree, 2, is_gone ? _("its name has no address") : _("it was not asked"));
}

/* The zones whose servers were asked, each once. */
static struct mw_list zones_of(struct mw_arena *arena, const struct mw_facts *facts)
{
    struct mw_list zones = {0};
    for (const struct mw_fact *above = mw_fact_first(facts, MW_F_PARENT_ZONE); above; above = mw_fact_next(facts, above))
        if (!mw_list_has(&zones, above->about))
            mw_list_add(arena, &zones, above->about);
    return zones;
}

void mw_tree_delegation(struct mw_arena *arena, const struct mw_facts *facts, struct mw_list *lines)
{
    struct mw_list zones = zones_of(arena, facts);
    for (size_t i = 0; i < zones.count; i++) {
        struct tree tree = {arena, facts, zones.items[i], lines};
        add_parent(&tree);
        add(&tree, 0, safe(&tree, tree.zone));
        for (const struct mw_fact *host = mw_fact_first(facts, MW_F_NS_HOST); host; host = mw_fact_next(facts, host))
            if (mw_text_same(host->text, tree.zone))
                add_server(&tree, host);
    }
}

/* --- as JSON --- */

static json_t *texts_json(const struct tree *tree, enum mw_fact_id id, const char *about)
{
    json_t *array = json_array();
    for (const struct mw_fact *fact = mw_fact_find(tree->facts, id, about); fact; fact = mw_fact_find_next(tree->facts, fact))
        json_array_append_new(array, json_string(fact->text));
    return array;
}

/* What was told of the zone at each server: of one host, or (NULL) of all. */
static json_t *answers_json(const struct tree *tree, enum mw_fact_id id, const char *host)
{
    json_t *array = json_array();
    for (const struct mw_fact *end = mw_fact_first(tree->facts, id); end; end = mw_fact_next(tree->facts, end)) {
        struct mw_about about = mw_about_read(tree->arena, end->about);
        const struct mw_fact *serial = mw_fact_find(tree->facts, MW_F_ZONE_SERIAL, end->about), *tcp = mw_fact_find(tree->facts, MW_F_ZONE_TCP_END, end->about);
        if (!is_of_zone(tree, &about) || !about.address || (host && !mw_text_same(about.host, host)))
            continue;
        json_t *answer = json_pack("{s:s, s:s, s:s}", "server", about.host, "address", about.address, "outcome", end->text);
        if (host && serial)
            json_object_set_new(answer, "serial", json_integer(serial->number));
        if (host && tcp)
            json_object_set_new(answer, "tcp", json_string(tcp->text));
        json_array_append_new(array, answer);
    }
    return array;
}

static json_t *servers_json(const struct tree *tree)
{
    json_t *array = json_array();
    for (const struct mw_fact *host = mw_fact_first(tree->facts, MW_F_NS_HOST); host; host = mw_fact_next(tree->facts, host)) {
        if (!mw_text_same(host->text, tree->zone))
            continue;
        json_t *server = json_pack("{s:s, s:b, s:b}", "host", host->about, "above", names(tree, MW_F_PARENT_NS, host->about), "zone",
                                   names(tree, MW_F_CHILD_NS, host->about));
        json_object_set_new(server, "answers", answers_json(tree, MW_F_ZONE_END, host->about));
        json_array_append_new(array, server);
    }
    return array;
}

struct json_t *mw_tree_delegation_json(struct mw_arena *arena, const struct mw_facts *facts)
{
    json_t *array = json_array();
    struct mw_list zones = zones_of(arena, facts);
    for (size_t i = 0; i < zones.count; i++) {
        struct tree tree = {arena, facts, zones.items[i], NULL};
        const struct mw_fact *above = mw_fact_find(facts, MW_F_PARENT_ZONE, tree.zone);
        json_t *zone = json_pack("{s:s, s:s}", "zone", tree.zone, "above", above ? above->text : "");
        json_object_set_new(zone, "parents", answers_json(&tree, MW_F_PARENT_END, NULL));
        json_object_set_new(zone, "ns", texts_json(&tree, MW_F_PARENT_NS, tree.zone));
        json_object_set_new(zone, "ds", texts_json(&tree, MW_F_PARENT_DS, tree.zone));
        json_object_set_new(zone, "servers", servers_json(&tree));
        json_array_append_new(array, zone);
    }
    return array;
}
