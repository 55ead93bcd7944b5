/* Whether a tree is Sieve: which commands and tests there are, what they take, and which extensions have to be required first (RFC 5228 sections 2.10.5, 3, 4
 * and 5, and the RFCs of the extensions). Commands and tests that are not in the tables pass: they may be a server's own. */
#include "sieve_tree.h"

#include <string.h>

enum { ANY = 99 };

struct form {
    const char *name;
    const char *extensions; /* one of them has to be required; "": none */
    unsigned least, most;   /* positional arguments */
    unsigned tests_least, tests_most;
    bool block;
};

/* clang-format off */
static const struct form commands[] = {
    /* name           extension(s)                     arguments  tests    block */
    {"require",       "",                              1, 1,      0, 0,    false},
    {"if",            "",                              0, 0,      1, 1,    true},
    {"elsif",         "",                              0, 0,      1, 1,    true},
    {"else",          "",                              0, 0,      0, 0,    true},
    {"stop",          "",                              0, 0,      0, 0,    false},
    {"keep",          "",                              0, 0,      0, 0,    false},
    {"discard",       "",                              0, 0,      0, 0,    false},
    {"redirect",      "",                              1, 1,      0, 0,    false},
    {"fileinto",      "fileinto",                      1, 1,      0, 0,    false},
    {"reject",        "reject",                        1, 1,      0, 0,    false},
    {"ereject",       "ereject",                       1, 1,      0, 0,    false},
    {"vacation",      "vacation vacation-seconds",     1, 1,      0, 0,    false},
    {"setflag",       "imap4flags imapflags",          1, 2,      0, 0,    false},
    {"addflag",       "imap4flags imapflags",          1, 2,      0, 0,    false},
    {"removeflag",    "imap4flags imapflags",          1, 2,      0, 0,    false},
    {"set",           "variables",                     2, 2,      0, 0,    false},
    {"include",       "include",                       1, 1,      0, 0,    false},
    {"return",        "include",                       0, 0,      0, 0,    false},
    {"global",        "include",                       1, 1,      0, 0,    false},
    {"addheader",     "editheader",                    2, 2,      0, 0,    false},
    {"deleteheader",  "editheader",                    1, 2,      0, 0,    false},
    {"notify",        "enotify notify",                0, 1,      0, 0,    false},
};

static const struct form tests[] = {
    {"true",          "",                              0, 0,      0, 0,    false},
    {"false",         "",                              0, 0,      0, 0,    false},
    {"not",           "",                              0, 0,      1, 1,    false},
    {"allof",         "",                              0, 0,      1, ANY,  false},
    {"anyof",         "",                              0, 0,      1, ANY,  false},
    {"header",        "",                              2, 2,      0, 0,    false},
    {"address",       "",                              2, 2,      0, 0,    false},
    {"envelope",      "envelope",                      2, 2,      0, 0,    false},
    {"exists",        "",                              1, 1,      0, 0,    false},
    {"size",          "",                              1, 1,      0, 0,    false},
    {"body",          "body",                          1, 1,      0, 0,    false},
    {"string",        "variables",                     2, 2,      0, 0,    false},
    {"date",          "date",                          3, 3,      0, 0,    false},
    {"currentdate",   "date",                          2, 2,      0, 0,    false},
    {"hasflag",       "imap4flags imapflags",          1, 2,      0, 0,    false},
    {"environment",   "environment",                   2, 2,      0, 0,    false},
    {"mailboxexists", "mailbox",                       1, 1,      0, 0,    false},
    {"duplicate",     "duplicate",                     0, 0,      0, 0,    false},
};

/* Tags that a value follows, of whatever command (RFC 5228, 5230, 5231, 5260, 5293, 5435, 5490, 7352 and others). */
static const char *const with_string[] = {
    "comparator", "count", "value", "subject", "from", "addresses", "handle", "importance", "message", "options", "content", "zone", "flags", "header",
    "uniqueid", "mailboxid", "specialuse", "fcc", "ret", "notify", "bymode", "bytimeabsolute", "param", "method", "id", "name",
};
static const char *const with_number[] = {"days", "seconds", "index", "bytimerelative", "first"};
/* clang-format on */

static bool is_among(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool takes(const struct sieve_arg *tag)
{
    if (tag->kind != SIEVE_TAG || !tag->next)
        return false;
    if (tag->next->kind == SIEVE_STRINGS)
        return is_among(with_string, MW_COUNT(with_string), tag->tag);
    return tag->next->kind == SIEVE_NUMBER && is_among(with_number, MW_COUNT(with_number), tag->tag);
}

const struct sieve_arg *mw_sieve_positional(const struct sieve_node *node, unsigned at)
{
    for (const struct sieve_arg *arg = node->args; arg; arg = arg->next) {
        if (takes(arg))
            arg = arg->next;
        else if (arg->kind != SIEVE_TAG && !at--)
            return arg;
    }
    return NULL;
}

const struct sieve_arg *mw_sieve_tag(const struct sieve_node *node, const char *tag)
{
    for (const struct sieve_arg *arg = node->args; arg; arg = arg->next)
        if (arg->kind == SIEVE_TAG && strcmp(arg->tag, tag) == 0)
            return takes(arg) ? arg->next : arg;
    return NULL;
}

const char *mw_sieve_string(const struct sieve_arg *arg)
{
    return arg && arg->strings.count ? arg->strings.items[0] : "";
}

bool mw_sieve_requires(const struct mw_sieve *sieve, const char *extension)
{
    return mw_list_has(&sieve->extensions, extension);
}

struct checking {
    struct mw_arena *arena;
    struct mw_sieve *sieve;
    struct mw_flaw *flaw;
    bool begun; /* a command other than require was met */
};

static bool fail(struct checking *checking, const char *why, const struct sieve_node *node)
{
    *checking->flaw = (struct mw_flaw){why, node->name, node->line};
    return false;
}

static const struct form *form_of(const struct form *forms, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

static bool is_required(struct checking *checking, const char *extensions)
{
    struct mw_list any = mw_text_split(checking->arena, extensions, " ");
    for (size_t i = 0; i < any.count; i++)
        if (mw_sieve_requires(checking->sieve, any.items[i]))
            return true;
    return !any.count;
}

static unsigned positionals(const struct sieve_node *node)
{
    unsigned count = 0;
    while (count < ANY && mw_sieve_positional(node, count))
        count++;
    return count;
}

static unsigned tests_of(const struct sieve_node *node)
{
    unsigned count = 0;
    for (const struct sieve_node *test = node->tests; test && count < ANY; test = test->next)
        count++;
    return count;
}

static bool fits(struct checking *checking, const struct form *form, const struct sieve_node *node)
{
    if (!form)
        return true;
    unsigned given = positionals(node), under = tests_of(node);
    if (!is_required(checking, form->extensions))
        return fail(checking, "the extension of this command is not required at the begin", node);
    if (given < form->least)
        return fail(checking, "an argument is missing", node);
    if (given > form->most)
        return fail(checking, "there are more arguments than it takes", node);
    if (under < form->tests_least || under > form->tests_most)
        return fail(checking, "it takes another number of tests", node);
    if (node->has_block != form->block)
        return fail(checking, form->block ? "a block is missing" : "it takes no block", node);
    return true;
}

static bool check_tests(struct checking *checking, const struct sieve_node *test)
{
    for (; test; test = test->next)
        if (!fits(checking, form_of(tests, MW_COUNT(tests), test->name), test) || !check_tests(checking, test->tests))
            return false;
    return true;
}

static void learn_extensions(struct checking *checking, const struct sieve_node *node)
{
    const struct sieve_arg *names = mw_sieve_positional(node, 0);
    for (size_t i = 0; names && i < names->strings.count; i++)
        mw_list_add(checking->arena, &checking->sieve->extensions, names->strings.items[i]);
}

static bool check_order(struct checking *checking, const struct sieve_node *node, const struct sieve_node *before)
{
    bool is_require = strcmp(node->name, "require") == 0, follows = strcmp(node->name, "elsif") == 0 || strcmp(node->name, "else") == 0;
    if (is_require && checking->begun)
        return fail(checking, "require has to stand before all other commands", node);
    if (is_require)
        learn_extensions(checking, node);
    checking->begun |= !is_require;
    if (follows && !(before && (strcmp(before->name, "if") == 0 || strcmp(before->name, "elsif") == 0)))
        return fail(checking, "elsif and else have to follow an if", node);
    return true;
}

static bool check_commands(struct checking *checking, const struct sieve_node *node)
{
    for (const struct sieve_node *before = NULL; node; before = node, node = node->next)
        if (!check_order(checking, node, before) || !fits(checking, form_of(commands, MW_COUNT(commands), node->name), node) ||
            !check_tests(checking, node->tests) || !check_commands(checking, node->block))
            return false;
    return true;
}

bool mw_sieve_check(struct mw_arena *arena, struct mw_sieve *sieve, struct mw_flaw *flaw)
{
    struct checking checking = {arena, sieve, flaw, false};
    return check_commands(&checking, sieve->commands);
}
