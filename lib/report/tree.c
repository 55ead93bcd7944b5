/* The tree of --tree: the SPF record with every term that costs a lookup and all that it leads to, from facts alone, so that a saved run shows it too. Numbers
 * and references in the facts may come from anywhere: what does not fit is left out. */
#include "format.h"

#include <mailwhy/dns.h>

#include <jansson.h>

#include <string.h>

#define NODES_CEILING 64u
#define DEPTH_CEILING 20u
#define NETWORKS_SHOWN 20u
#define BYTES_ADVISED 450
#define SPF_ALLOWED 10 /* lookups, RFC 7208 section 4.6.4 */

struct node {
    long parent, lookups; /* parent: place of a node before it, counted from 1; 0: the root */
    const char *term, *domain, *state, *record;
    size_t depth;
};

struct tree {
    struct mw_arena *arena;
    const struct mw_facts *facts;
    const char *domain;
    struct node nodes[NODES_CEILING];
    size_t count;
};

/* --- from facts --- */

static bool read_node(struct tree *tree, const struct mw_fact *fact)
{
    const char **items = fact->list.items;
    struct node *node = &tree->nodes[tree->count];
    long number;
    if (fact->list.count != 7 || !mw_text_number(items[0], 1, NODES_CEILING, &number) || number != (long)tree->count + 1)
        return false;
    if (!mw_text_number(items[1], 0, number - 1, &node->parent) || !mw_text_number(items[4], 0, 1000, &node->lookups))
        return false;
    if ((node->parent == 0) != (tree->count == 0))
        return false;
    node->term = items[2];
    node->domain = items[3];
    node->state = items[5];
    node->record = items[6];
    node->depth = node->parent ? tree->nodes[node->parent - 1].depth + 1 : 0;
    return node->depth <= DEPTH_CEILING;
}

static void read_tree(struct tree *tree, const char *domain)
{
    tree->domain = domain;
    tree->count = 0;
    const struct mw_fact *fact = mw_fact_find(tree->facts, MW_F_SPF_NODE, domain);
    while (fact && tree->count < NODES_CEILING && read_node(tree, fact)) {
        tree->count++;
        fact = mw_fact_find_next(tree->facts, fact);
    }
}

/* --- as lines --- */

static const char *safe(const struct tree *tree, const char *text)
{
    return mw_text_safe(tree->arena, text, strlen(text), 1000);
}

static const char *state_words(const char *state)
{
    static const struct { const char *state, *words; } states[] = {
        {"again", N_("included a second time: it only costs")},
        {"void", N_("finds nothing")},
        {"none", N_("no SPF record there: permanent error")},
        {"bad", N_("permanent error")},
        {"failed", N_("could not be looked up")},
        {"circle", N_("leads back to itself: permanent error")},
        {"macro", N_("depends on who sends")},
        {"unfollowed", N_("not followed any deeper")},
    };
    for (size_t i = 0; i < MW_COUNT(states); i++)
        if (mw_text_same(states[i].state, state))
            return _(states[i].words);
    return NULL;
}

static const char *lookups_words(const struct tree *tree, const struct node *node)
{
    if (!node->parent)
        return mw_printf(tree->arena, _("%ld of %d lookups"), node->lookups, SPF_ALLOWED);
    return mw_printf(tree->arena, mw_lang_plural("%ld lookup", "%ld lookups", (size_t)node->lookups), node->lookups);
}

static void add_node(struct tree *tree, const struct node *node, struct mw_list *lines)
{
    const char *words = state_words(node->state), *indent = mw_printf(tree->arena, "%*s", (int)node->depth * 2, "");
    const char *line = mw_printf(tree->arena, "%s%s  (%s)", indent, safe(tree, node->parent ? node->term : node->domain), lookups_words(tree, node));
    mw_list_add(tree->arena, lines, words ? mw_printf(tree->arena, "%s  %s", line, words) : line);
    if (*node->record)
        mw_list_add(tree->arena, lines, mw_printf(tree->arena, "%s  %s", indent, safe(tree, node->record)));
}

static void add_unreached(struct tree *tree, struct mw_list *lines)
{
    for (const struct mw_fact *fact = mw_fact_first(tree->facts, MW_F_SPF_UNREACHED); fact; fact = mw_fact_next(tree->facts, fact))
        if (mw_domain_is_under(fact->about, tree->domain))
            mw_list_add(tree->arena, lines, mw_printf(tree->arena, _("never reached in %s: %s (%s)"), safe(tree, fact->about), safe(tree, fact->text),
                                                      fact->quote ? _(fact->quote) : ""));
}

static const char *text_of(const struct tree *tree, enum mw_fact_id id)
{
    const struct mw_fact *fact = mw_fact_find(tree->facts, id, tree->domain);
    return fact ? safe(tree, fact->text) : NULL;
}

static void add_covers(struct tree *tree, struct mw_list *lines)
{
    const struct mw_fact *covers = mw_fact_find(tree->facts, MW_F_SPF_COVERS, tree->domain);
    const char *ipv4 = text_of(tree, MW_F_SPF_COVERS_IPV4), *ipv6 = text_of(tree, MW_F_SPF_COVERS_IPV6);
    if (!covers || !ipv4 || !ipv6)
        return;
    mw_list_add(tree->arena, lines, mw_printf(tree->arena, _("addresses that pass: %s of IPv4, %s of IPv6"), ipv4, ipv6));
    for (size_t i = 0; i < covers->list.count && i < NETWORKS_SHOWN; i++)
        mw_list_add(tree->arena, lines, mw_printf(tree->arena, "  %s", safe(tree, covers->list.items[i])));
    if (covers->list.count > NETWORKS_SHOWN)
        mw_list_add(tree->arena, lines, mw_printf(tree->arena, _("  and more networks")));
    if (covers->quote)
        mw_list_add(tree->arena, lines, mw_printf(tree->arena, _("  and whoever a macro, exists, ptr or a name that could not be looked up lets pass")));
}

static void add_length(struct tree *tree, struct mw_list *lines)
{
    const struct mw_fact *bytes = mw_fact_find(tree->facts, MW_F_SPF_BYTES, tree->domain);
    if (bytes && bytes->number > BYTES_ADVISED)
        mw_list_add(tree->arena, lines, mw_printf(tree->arena, _("the record has %ld bytes; answers with more than 450 may not fit into a DNS packet of old (RFC 7208 section 3.4)"),
                                                  (long)bytes->number));
}

/* The domains that have a tree, each once. */
static struct mw_list domains_of(struct mw_arena *arena, const struct mw_facts *facts)
{
    struct mw_list domains = {0};
    for (const struct mw_fact *fact = mw_fact_first(facts, MW_F_SPF_NODE); fact; fact = mw_fact_next(facts, fact))
        if (!mw_list_has(&domains, fact->about))
            mw_list_add(arena, &domains, fact->about);
    return domains;
}

struct mw_list mw_tree_lines(struct mw_arena *arena, const struct mw_facts *facts)
{
    struct mw_list lines = {0}, domains = domains_of(arena, facts);
    struct tree *tree = MW_NEW(arena, struct tree);
    mw_tree_delegation(arena, facts, &lines);
    if (lines.count && domains.count)
        mw_list_add(arena, &lines, "");
    tree->arena = arena;
    tree->facts = facts;
    for (size_t i = 0; i < domains.count; i++) {
        read_tree(tree, domains.items[i]);
        for (size_t node = 0; node < tree->count; node++)
            add_node(tree, &tree->nodes[node], &lines);
        add_unreached(tree, &lines);
        add_covers(tree, &lines);
        add_length(tree, &lines);
    }
    return lines;
}

/* --- as JSON --- */

static json_t *node_json(const struct node *node)
{
    json_t *object = json_object();
    json_object_set_new(object, "term", json_string(node->term));
    json_object_set_new(object, "domain", json_string(node->domain));
    json_object_set_new(object, "lookups", json_integer(node->lookups));
    json_object_set_new(object, "state", json_string(node->state));
    json_object_set_new(object, "record", json_string(node->record));
    json_object_set_new(object, "below", json_array());
    return object;
}

/* Children hang in the arrays of their parents, which come first. */
static json_t *tree_json(const struct tree *tree)
{
    json_t *objects[NODES_CEILING] = {0};
    for (size_t i = 0; i < tree->count; i++) {
        objects[i] = node_json(&tree->nodes[i]);
        if (tree->nodes[i].parent)
            json_array_append_new(json_object_get(objects[tree->nodes[i].parent - 1], "below"), objects[i]);
    }
    return tree->count ? objects[0] : json_null();
}

struct json_t *mw_tree_json(struct mw_arena *arena, const struct mw_facts *facts)
{
    json_t *array = json_array(), *object = json_object();
    struct mw_list domains = domains_of(arena, facts);
    struct tree *tree = MW_NEW(arena, struct tree);
    tree->arena = arena;
    tree->facts = facts;
    for (size_t i = 0; i < domains.count; i++) {
        read_tree(tree, domains.items[i]);
        json_array_append_new(array, tree_json(tree));
    }
    json_object_set_new(object, "delegation", mw_tree_delegation_json(arena, facts));
    json_object_set_new(object, "spf", array);
    return object;
}

/* --- the result for one address --- */

static const char *value_of(const struct mw_facts *facts, enum mw_fact_id id, const char *about)
{
    const struct mw_fact *fact = mw_fact_find(facts, id, about);
    return fact ? fact->text : NULL;
}

static void put_spent(struct tree *tree, const char *about, FILE *out)
{
    const struct mw_fact *spent = mw_fact_find(tree->facts, MW_F_SPF_SPENT, about);
    if (!spent || spent->list.count != 2)
        return;
    fprintf(out, _("DNS lookups: %s of 10; found nothing: %s of 2"), spent->list.items[0], spent->list.items[1]);
    fputc('\n', out);
}

static void put_result(struct tree *tree, const struct mw_fact *asked, FILE *out)
{
    const struct mw_fact *result = mw_fact_find(tree->facts, MW_F_SPF_RESULT, asked->about);
    const struct mw_fact *mechanism = mw_fact_find(tree->facts, MW_F_SPF_MECHANISM, asked->about);
    const char *explanation = value_of(tree->facts, MW_F_SPF_EXPLANATION, asked->about);
    if (!result) { /* out of time: what a receiver would say then (section 4.6.4) */
        fprintf(out, "temperror (%s): %s\n", safe(tree, asked->text), _("the evaluation did not come to its end"));
        return;
    }
    const char *term = mechanism ? mechanism->text : "default", *domain = mechanism && mechanism->quote ? mechanism->quote : asked->text;
    fprintf(out, "%s %s (%s)", safe(tree, result->text), safe(tree, term), safe(tree, domain));
    fprintf(out, result->quote ? ": %s\n" : "\n", result->quote ? _(result->quote) : "");
    if (explanation) {
        fprintf(out, _("Explanation: %s"), safe(tree, explanation));
        fputc('\n', out);
    }
    put_spent(tree, asked->about, out);
    for (const struct mw_fact *helo = mw_fact_first(tree->facts, MW_F_SPF_HELO); helo; helo = mw_fact_next(tree->facts, helo)) {
        fprintf(out, _("The HELO name %s by itself: %s"), safe(tree, helo->about), safe(tree, helo->text));
        fputc('\n', out);
    }
}

bool mw_report_spf(const struct mw_facts *facts, const struct mw_format_options *options, FILE *out)
{
    struct mw_arena *arena = mw_arena_new();
    struct tree tree = {.arena = arena, .facts = facts};
    const struct mw_fact *asked = mw_fact_first(facts, MW_F_SPF_ASKED);
    if (asked)
        put_result(&tree, asked, out);
    struct mw_list lines = options->tree ? mw_tree_lines(arena, facts) : (struct mw_list){0};
    if (lines.count)
        fputc('\n', out);
    for (size_t i = 0; i < lines.count; i++)
        fprintf(out, "%s\n", lines.items[i]);
    mw_arena_free(arena);
    return fflush(out) == 0 && !ferror(out);
}
