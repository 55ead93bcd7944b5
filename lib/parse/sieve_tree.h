/* Inside lib/parse: a Sieve script as a tree. Commands and tests have the same shape (RFC 5228 section 8.2): a name, arguments, tests, and for commands a
 * block. */
#ifndef MAILWHY_PARSE_SIEVE_TREE_H
#define MAILWHY_PARSE_SIEVE_TREE_H

#include <mailwhy/sieve.h>

enum sieve_arg_kind { SIEVE_TAG, SIEVE_NUMBER, SIEVE_STRINGS };

struct sieve_arg {
    enum sieve_arg_kind kind;
    const char *tag; /* without colon, in lower case */
    int64_t number;
    struct mw_list strings; /* backslashes and dots undone */
    struct sieve_arg *next;
};

struct sieve_node {
    const char *name; /* in lower case */
    int line;
    size_t from, to; /* its own text in the script, without the block */
    struct sieve_arg *args;
    struct sieve_node *tests, *block, *next;
    bool has_block;
};

struct mw_sieve {
    const char *bytes;
    struct sieve_node *commands;
    struct mw_list extensions; /* that `require` names */
};

/* The positional argument number `at` (tags and their values are passed over), or NULL. */
const struct sieve_arg *mw_sieve_positional(const struct sieve_node *node, unsigned at);
/* The value behind the tag; the tag itself where it takes none; NULL: it is not there. */
const struct sieve_arg *mw_sieve_tag(const struct sieve_node *node, const char *tag);
/* First string of the argument, or "". */
const char *mw_sieve_string(const struct sieve_arg *arg);
bool mw_sieve_requires(const struct mw_sieve *sieve, const char *extension);

/* Is the tree Sieve (RFC 5228 sections 2.10.5 and 3: known commands with their arguments, extensions required, elsif behind if)? What is not known is passed
 * over: it may be of an extension. */
bool mw_sieve_check(struct mw_arena *arena, struct mw_sieve *sieve, struct mw_flaw *flaw);

#endif
