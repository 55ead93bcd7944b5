/* What a Sieve script does with a message of which little is known (RFC 5228, 3894 :copy, 5229 variables, 5233 subaddress, 5230 vacation, 5429 reject, 6609
 * include).
 *
 * Tests and reach are told in three values (Kleene's): a test of something that is not known is MW_PERHAPS, and so is all that depends on it. It never guesses:
 * MW_SURELY and MW_NEVER hold for every message that fits what is known. */
#include "sieve_tree.h"

#include <string.h>

#define SHOWN 160u /* bytes of a test */
#define DEPENDS_MOST 3u
#define NAME_SHOWN 80u
#define INCLUDES_CEILING 50u

struct outcome {
    enum mw_sieve_tell stopped, cancelled, kept, filed, sent, rejected, discarded; /* cancelled: the implicit keep */
};

struct run {
    struct mw_arena *arena;
    const struct mw_sieve *sieve;
    const struct mw_sieve_message *message;
    struct mw_sieve_result *result;
    struct outcome outcome;
    const struct mw_sieve_others *others;
    const char *script;          /* at work, where it was included; "" */
    enum mw_sieve_tell returned; /* from it */
    unsigned depth, includes;
    bool expands;           /* strings may hold ${…} */
    bool edits;             /* headers may be others than those that came */
    struct mw_list unknown; /* tests that could not be told, since it was last emptied */
    const char *sender;
    bool by_envelope;
};

/* What led to a command. */
struct path {
    enum mw_sieve_tell reach;
    const char *rule, *condition, *depends, *sender;
    bool by_envelope;
};

static enum mw_sieve_tell either(enum mw_sieve_tell a, enum mw_sieve_tell b)
{
    return a > b ? a : b;
}

static enum mw_sieve_tell both(enum mw_sieve_tell a, enum mw_sieve_tell b)
{
    return a < b ? a : b;
}

static enum mw_sieve_tell opposite(enum mw_sieve_tell a)
{
    return MW_SURELY - a;
}

static bool has(const char *text, const char *part)
{
    return mw_text_find(text, part) != NULL;
}

/* The script's own words in one line. */
static const char *shown(struct run *run, const struct sieve_node *node)
{
    const char *from = run->sieve->bytes + node->from, *end = run->sieve->bytes + node->to;
    char *text = mw_alloc(run->arena, (size_t)(end - from) + 1), *at = text;
    for (; from < end && at - text <= (long)SHOWN; from++) {
        bool blank = *from == ' ' || *from == '\t' || *from == '\r' || *from == '\n';
        if (!blank)
            *at++ = *from;
        else if (at > text && at[-1] != ' ')
            *at++ = ' ';
    }
    return mw_text_safe(run->arena, text, (size_t)(at - text), SHOWN);
}

/* The comment line right above the command, where it begins its line; without its end. False: there is none. */
static bool line_above(const char *bytes, size_t at, const char **line, size_t *length)
{
    while (at && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t'))
        at--;
    if (!at || bytes[at - 1] != '\n')
        return false;
    size_t end = at - 1, from = end - (end && bytes[end - 1] == '\r');
    for (end = from; from && bytes[from - 1] != '\n'; from--)
        ;
    while (from < end && (bytes[from] == ' ' || bytes[from] == '\t'))
        from++;
    *line = bytes + from;
    *length = end - from;
    return *length && **line == '#';
}

/* Roundcube writes "# rule:[Name]" above a rule, Open-Xchange "## Flag: |UniqueId:1|Rulename: Name". */
static const char *name_of(struct run *run, const struct sieve_node *node)
{
    static const char *const marks[] = {"# rule:[", "|Rulename: "};
    const char *line;
    size_t length;
    if (!line_above(run->sieve->bytes, node->from, &line, &length))
        return "";
    for (size_t i = 0; i < MW_COUNT(marks); i++) {
        const char *found = memmem(line, length, marks[i], strlen(marks[i]));
        size_t begin = found ? (size_t)(found - line) + strlen(marks[i]) : length, end = length;
        while (end > begin && (line[end - 1] == ' ' || line[end - 1] == '\t'))
            end--;
        end -= end > begin && i == 0 && line[end - 1] == ']';
        if (end > begin)
            return mw_text_safe(run->arena, line + begin, end - begin, NAME_SHOWN);
    }
    return "";
}

/* --- strings --------------------------------------------------------------------------------------------------------------------------------- */

enum match { IS, CONTAINS, MATCHES, OTHER };

static enum match match_of(const struct sieve_node *test)
{
    static const char *const others[] = {"regex", "count", "value", "list"};
    for (size_t i = 0; i < MW_COUNT(others); i++)
        if (mw_sieve_tag(test, others[i]))
            return OTHER;
    return mw_sieve_tag(test, "contains") ? CONTAINS : mw_sieve_tag(test, "matches") ? MATCHES : IS;
}

static bool same_letter(char a, char b)
{
    const char one[] = {a, '\0'}, other[] = {b, '\0'};
    return a == b || (a && b && mw_text_same(one, other));
}

/* Does the pattern with * and ? and backslashes fit the whole text (RFC 5228 section 2.7.1)? Goes back to the last star alone, so it takes no longer than the
 * product of both lengths. */
static bool fits(const char *pattern, const char *text)
{
    const char *star = NULL, *again = NULL;
    while (*text) {
        bool quoted = *pattern == '\\' && pattern[1];
        if (*pattern == '*') {
            star = ++pattern;
            again = text;
        } else if (*pattern == '?' || same_letter(quoted ? pattern[1] : *pattern, *text)) {
            pattern += quoted ? 2 : 1;
            text++;
        } else if (star) {
            pattern = star;
            text = ++again;
        } else
            return false;
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool is_open_at_both_ends(const char *pattern)
{
    size_t length = strlen(pattern);
    return length >= 2 && pattern[0] == '*' && pattern[length - 1] == '*' && pattern[length - 2] != '\\';
}

/* The value is known whole. */
static enum mw_sieve_tell match_whole(enum match match, const char *key, const char *value)
{
    bool holds = match == IS ? mw_text_same(key, value) : match == CONTAINS ? has(value, key) : fits(key, value);
    return match == OTHER ? MW_PERHAPS : holds ? MW_SURELY : MW_NEVER;
}

/* More may stand around what is known. */
static enum mw_sieve_tell match_part(enum match match, const char *key, const char *part)
{
    if (match == IS)
        return has(key, part) ? MW_PERHAPS : MW_NEVER;
    if (match == CONTAINS)
        return has(part, key) ? MW_SURELY : MW_PERHAPS;
    return match == MATCHES && is_open_at_both_ends(key) && fits(key, part) ? MW_SURELY : MW_PERHAPS;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* The comparator tells letters of both cases apart, or reads numbers: what the user wrote may differ so from what came. */
static enum mw_sieve_tell as_compared(const struct sieve_node *test, const char *key, const char *value, enum mw_sieve_tell tell)
{
    const struct sieve_arg *comparator = mw_sieve_tag(test, "comparator");
    const char *name = comparator ? mw_sieve_string(comparator) : "i;ascii-casemap";
    if (strcmp(name, "i;octet") == 0)
        return tell == MW_SURELY ? MW_PERHAPS : tell;
    bool plain = is_ascii(key) && is_ascii(value);
    bool known = strcmp(name, "i;ascii-casemap") == 0 || strcmp(name, "i;unicode-casemap") == 0;
    return !known || (!plain && tell == MW_NEVER) || (!plain && strchr(key, '?')) ? MW_PERHAPS : tell;
}

/* --- tests ----------------------------------------------------------------------------------------------------------------------------------- */

struct value {
    const char *text; /* NULL: not known */
    bool whole, is_sender;
};

static bool is_expanded(const struct run *run, const char *text)
{
    return run->expands && strstr(text, "${");
}

/* A key that is a domain or an address names the sender; one that fits any sender does not. */
static void note_sender(struct run *run, const struct value *value, const char *key)
{
    if (value->is_sender && !run->sender && strpbrk(key, "@.") && strlen(key) > 3)
        run->sender = mw_text_safe(run->arena, key, strlen(key), SHOWN);
}

static enum mw_sieve_tell match_key(struct run *run, const struct sieve_node *test, const struct value *value, const char *key)
{
    if (!value->text || is_expanded(run, key) || has(value->text, "xn--"))
        return MW_PERHAPS;
    enum match match = match_of(test);
    enum mw_sieve_tell tell = value->whole ? match_whole(match, key, value->text) : match_part(match, key, value->text);
    tell = as_compared(test, key, value->text, tell);
    if (tell == MW_SURELY)
        note_sender(run, value, key);
    return tell;
}

static struct value header_value(struct run *run, const char *name)
{
    const struct mw_sieve_message *message = run->message;
    if (run->edits || is_expanded(run, name))
        return (struct value){0};
    if (mw_text_same(name, "from"))
        return (struct value){message->from, false, true};
    if (mw_text_same(name, "subject"))
        return (struct value){message->subject, false, false};
    return (struct value){mw_text_same(name, "message-id") ? message->message_id : NULL, false, false};
}

/* The part of the address that :localpart, :domain or none of them names. */
static struct value address_value(struct run *run, const struct sieve_node *test, const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    struct value value = {address, true, true};
    if (!at || mw_sieve_tag(test, "user") || mw_sieve_tag(test, "detail"))
        value.text = NULL;
    else if (mw_sieve_tag(test, "domain"))
        value.text = at + 1;
    else if (mw_sieve_tag(test, "localpart"))
        value.text = mw_strndup(run->arena, address, (size_t)(at - address));
    return value;
}

static struct value from_value(struct run *run, const struct sieve_node *test, const char *name)
{
    bool is_from = mw_text_same(name, "from") && !run->edits;
    return address_value(run, test, is_from ? run->message->from : NULL);
}

static struct value envelope_value(struct run *run, const struct sieve_node *test, const char *name)
{
    struct value value = {0};
    if (mw_text_same(name, "from"))
        value = address_value(run, test, run->message->from);
    else if (mw_text_same(name, "to")) {
        value = address_value(run, test, run->message->to);
        value.is_sender = false;
    }
    return value;
}

static struct value plain_value(struct run *run, const struct sieve_node *test, const char *name)
{
    (void)test;
    return header_value(run, name);
}

/* Any of the keys in any of the places. */
static enum mw_sieve_tell match_any(struct run *run, const struct sieve_node *test,
                                    struct value (*look)(struct run *run, const struct sieve_node *test, const char *name))
{
    const struct sieve_arg *names = mw_sieve_positional(test, 0), *keys = mw_sieve_positional(test, 1);
    enum mw_sieve_tell tell = MW_NEVER;
    if (!names || !keys || mw_sieve_tag(test, "mime") || mw_sieve_tag(test, "index"))
        return MW_PERHAPS;
    for (size_t i = 0; i < names->strings.count && tell != MW_SURELY; i++) {
        struct value value = look(run, test, names->strings.items[i]);
        for (size_t k = 0; k < keys->strings.count && tell != MW_SURELY; k++)
            tell = either(tell, match_key(run, test, &value, keys->strings.items[k]));
    }
    return tell;
}

static enum mw_sieve_tell test_header(struct run *run, const struct sieve_node *test)
{
    return match_any(run, test, plain_value);
}

static enum mw_sieve_tell test_address(struct run *run, const struct sieve_node *test)
{
    return match_any(run, test, from_value);
}

static enum mw_sieve_tell test_envelope(struct run *run, const struct sieve_node *test)
{
    run->by_envelope = true;
    return match_any(run, test, envelope_value);
}

static enum mw_sieve_tell test_exists(struct run *run, const struct sieve_node *test)
{
    const struct sieve_arg *names = mw_sieve_positional(test, 0);
    for (size_t i = 0; names && i < names->strings.count; i++)
        if (!header_value(run, names->strings.items[i]).text)
            return MW_PERHAPS;
    return MW_SURELY;
}

static enum mw_sieve_tell try_test(struct run *run, const struct sieve_node *test);

static enum mw_sieve_tell test_not(struct run *run, const struct sieve_node *test)
{
    const char *sender = run->sender;
    enum mw_sieve_tell tell = opposite(try_test(run, test->tests));
    run->sender = sender;
    return tell;
}

static enum mw_sieve_tell test_allof(struct run *run, const struct sieve_node *test)
{
    enum mw_sieve_tell tell = MW_SURELY;
    for (const struct sieve_node *one = test->tests; one && tell != MW_NEVER; one = one->next)
        tell = both(tell, try_test(run, one));
    return tell;
}

static enum mw_sieve_tell test_anyof(struct run *run, const struct sieve_node *test)
{
    enum mw_sieve_tell tell = MW_NEVER;
    for (const struct sieve_node *one = test->tests; one && tell != MW_SURELY; one = one->next)
        tell = either(tell, try_test(run, one));
    return tell;
}

static enum mw_sieve_tell test_true(struct run *run, const struct sieve_node *test)
{
    (void)run, (void)test;
    return MW_SURELY;
}

static enum mw_sieve_tell test_false(struct run *run, const struct sieve_node *test)
{
    (void)run, (void)test;
    return MW_NEVER;
}

static const struct {
    const char *name;
    enum mw_sieve_tell (*try)(struct run *run, const struct sieve_node *test);
    bool is_leaf;
} tries[] = {
    {"header", test_header, true}, {"address", test_address, true}, {"envelope", test_envelope, true}, {"exists", test_exists, true}, {"not", test_not, false},
    {"allof", test_allof, false},  {"anyof", test_anyof, false},    {"true", test_true, true},         {"false", test_false, true},
};

static void note_unknown(struct run *run, const struct sieve_node *test)
{
    if (run->unknown.count < DEPENDS_MOST)
        mw_list_add(run->arena, &run->unknown, shown(run, test));
}

static enum mw_sieve_tell try_test(struct run *run, const struct sieve_node *test)
{
    for (size_t i = 0; test && i < MW_COUNT(tries); i++) {
        if (strcmp(tries[i].name, test->name) != 0)
            continue;
        enum mw_sieve_tell tell = tries[i].try(run, test);
        if (tell == MW_PERHAPS && tries[i].is_leaf)
            note_unknown(run, test);
        return tell;
    }
    if (test)
        note_unknown(run, test);
    return MW_PERHAPS;
}

/* --- actions --------------------------------------------------------------------------------------------------------------------------------- */

static enum mw_sieve_tell reached(const struct run *run, const struct path *path)
{
    return both(path->reach, opposite(either(run->outcome.stopped, run->returned)));
}

static void record(struct run *run, const struct sieve_node *node, const struct path *path, const char *what)
{
    struct mw_sieve_result *result = run->result;
    enum mw_sieve_tell reach = reached(run, path);
    if (result->all++ >= MW_SIEVE_ACTIONS && (reach != MW_SURELY || result->count >= MW_SIEVE_ACTIONS + MW_SIEVE_SURE))
        return;
    struct mw_sieve_action *action = &result->actions[result->count++];
    *action = (struct mw_sieve_action){.name = node->name,
                                       .script = run->script,
                                       .what = mw_text_safe(run->arena, what, strlen(what), 300),
                                       .copy = mw_sieve_tag(node, "copy"),
                                       .line = node->line,
                                       .rule = *path->rule ? path->rule : name_of(run, node),
                                       .condition = path->condition,
                                       .reach = is_expanded(run, what) ? both(reach, MW_PERHAPS) : reach,
                                       .depends = is_expanded(run, what) ? "variables" : path->depends,
                                       .sender = path->sender,
                                       .by_envelope = path->by_envelope};
}

/* The implicit keep does not come (RFC 5228 section 2.10.2), unless :copy says otherwise. */
static void cancel(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    if (!mw_sieve_tag(node, "copy"))
        run->outcome.cancelled = either(run->outcome.cancelled, reach);
}

static void do_keep(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    (void)node;
    run->outcome.kept = either(run->outcome.kept, reach);
}

static void do_discard(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    cancel(run, node, reach);
    run->outcome.discarded = either(run->outcome.discarded, reach);
}

static void do_reject(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    cancel(run, node, reach);
    run->outcome.rejected = either(run->outcome.rejected, reach);
}

static void do_redirect(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    cancel(run, node, reach);
    run->outcome.sent = either(run->outcome.sent, reach);
}

static void do_fileinto(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    const char *folder = mw_sieve_string(mw_sieve_positional(node, 0));
    enum mw_sieve_tell *where = mw_text_same(folder, "INBOX") ? &run->outcome.kept : &run->outcome.filed;
    cancel(run, node, reach);
    *where = either(*where, is_expanded(run, folder) ? both(reach, MW_PERHAPS) : reach);
    if (is_expanded(run, folder))
        run->outcome.kept = either(run->outcome.kept, both(reach, MW_PERHAPS));
}

static void do_stop(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    (void)node;
    run->outcome.stopped = either(run->outcome.stopped, reach);
}

/* RFC 6609 section 3.3: ends the script that it stands in. */
static void do_return(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    (void)node;
    run->returned = either(run->returned, reach);
}

static void do_edit(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    (void)node;
    run->edits |= reach != MW_NEVER;
}

static void do_nothing(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    (void)run, (void)node, (void)reach;
}

/* A script that is not here, or a command that is not known: anything may happen. */
static void do_anything(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach)
{
    struct outcome *outcome = &run->outcome;
    enum mw_sieve_tell perhaps = both(reach, MW_PERHAPS);
    (void)node;
    enum mw_sieve_tell *all[] = {&outcome->stopped, &outcome->cancelled, &outcome->kept,     &outcome->filed,
                                 &outcome->sent,    &outcome->rejected,  &outcome->discarded};
    for (size_t i = 0; i < MW_COUNT(all); i++)
        *all[i] = either(*all[i], perhaps);
    run->edits |= reach != MW_NEVER;
}

static const struct {
    const char *name;
    void (*act)(struct run *run, const struct sieve_node *node, enum mw_sieve_tell reach);
    bool is_told;
} acts[] = {
    {"keep", do_keep, true},          {"discard", do_discard, true},   {"reject", do_reject, true},      {"ereject", do_reject, true},
    {"redirect", do_redirect, true},  {"fileinto", do_fileinto, true}, {"stop", do_stop, true},          {"return", do_return, true},
    {"vacation", do_nothing, true},   {"notify", do_nothing, true},    {"setflag", do_nothing, true},    {"addflag", do_nothing, true},
    {"removeflag", do_nothing, true}, {"addheader", do_edit, false},   {"deleteheader", do_edit, false}, {"require", do_nothing, false},
    {"set", do_nothing, false},       {"global", do_nothing, false},   {"mark", do_nothing, false},      {"unmark", do_nothing, false},
    {"denotify", do_nothing, false},  {"include", do_anything, true},
};

static const char *what_of(struct run *run, const struct sieve_node *node)
{
    const struct sieve_arg *arg = mw_sieve_positional(node, 0);
    bool is_text = strcmp(node->name, "vacation") == 0 || strcmp(node->name, "reject") == 0 || strcmp(node->name, "ereject") == 0;
    return !arg || arg->kind != SIEVE_STRINGS || is_text ? "" : mw_list_join(run->arena, &arg->strings, " ");
}

static void act(struct run *run, const struct sieve_node *node, const struct path *path)
{
    enum mw_sieve_tell reach = reached(run, path);
    for (size_t i = 0; i < MW_COUNT(acts); i++) {
        if (strcmp(acts[i].name, node->name) != 0)
            continue;
        if (acts[i].is_told)
            record(run, node, path, what_of(run, node));
        acts[i].act(run, node, reach);
        return;
    }
    record(run, node, path, what_of(run, node));
    do_anything(run, node, reach);
}

/* --- commands -------------------------------------------------------------------------------------------------------------------------------- */

static void run_commands(struct run *run, const struct sieve_node *node, const struct path *path);

static const char *joined(struct run *run, const char *before)
{
    const char *now = mw_list_join(run->arena, &run->unknown, "; ");
    run->unknown = (struct mw_list){0};
    return *before && *now ? mw_printf(run->arena, "%s; %s", before, now) : *now ? now : before;
}

static bool is_named(const struct sieve_node *node, const char *name)
{
    return node && strcmp(node->name, name) == 0;
}

/* An if with all its elsif and else (RFC 5228 section 3.1); gives back the last of them. */
static const struct sieve_node *run_if(struct run *run, const struct sieve_node *node, const struct path *path)
{
    struct path branch = *path;
    enum mw_sieve_tell left = path->reach; /* no branch before was taken */
    branch.rule = *path->rule ? path->rule : name_of(run, node);
    for (;; node = node->next) {
        run->sender = NULL;
        run->by_envelope = false;
        enum mw_sieve_tell tell = node->tests ? try_test(run, node->tests) : MW_SURELY;
        branch.depends = joined(run, branch.depends);
        branch.condition = node->tests ? shown(run, node) : mw_printf(run->arena, "else of line %d", node->line);
        branch.sender = run->sender ? run->sender : path->sender;
        branch.by_envelope = run->by_envelope || path->by_envelope;
        branch.reach = both(left, tell);
        run_commands(run, node->block, &branch);
        left = both(left, opposite(tell));
        if (!is_named(node->next, "elsif") && !is_named(node->next, "else"))
            return node;
    }
}

/* A block of a command that is not known (foreverypart) may be run or not. */
static void run_block(struct run *run, const struct sieve_node *node, const struct path *path)
{
    struct path block = *path;
    block.reach = both(block.reach, MW_PERHAPS);
    block.condition = shown(run, node);
    run_commands(run, node->block, &block);
}

static const struct mw_sieve *other_script(const struct run *run, const char *name)
{
    for (size_t i = 0; run->others && i < run->others->count; i++)
        if (strcmp(run->others->names[i], name) == 0)
            return run->others->scripts[i];
    return NULL;
}

/* A script in place of the command that names it (RFC 6609 section 3.2); false: it is not here, or there is no end. */
static bool run_include(struct run *run, const struct sieve_node *node, const struct path *path)
{
    const char *name = mw_sieve_string(mw_sieve_positional(node, 0));
    const struct mw_sieve *other = mw_sieve_tag(node, "global") || mw_sieve_tag(node, "once") ? NULL : other_script(run, name);
    if (!other || run->depth >= MW_SIEVE_INCLUDES || ++run->includes > INCLUDES_CEILING)
        return false;
    struct path inner = *path;
    struct run outer = *run;
    inner.reach = reached(run, path);
    run->sieve = other;
    run->script = mw_text_safe(run->arena, name, strlen(name), NAME_SHOWN);
    run->returned = MW_NEVER;
    run->expands |= mw_sieve_requires(other, "variables") || mw_sieve_requires(other, "encoded-character");
    run->depth++;
    run_commands(run, other->commands, &inner);
    run->sieve = outer.sieve;
    run->script = outer.script;
    run->returned = outer.returned;
    run->expands = outer.expands;
    run->depth--;
    return true;
}

static void run_commands(struct run *run, const struct sieve_node *node, const struct path *path)
{
    for (; node; node = node->next) {
        if (is_named(node, "if"))
            node = run_if(run, node, path);
        else if (node->has_block)
            run_block(run, node, path);
        else if (!is_named(node, "include") || !run_include(run, node, path))
            act(run, node, path);
    }
}

/* --- the fate -------------------------------------------------------------------------------------------------------------------------------- */

static enum mw_sieve_fate fate_of(const struct outcome *outcome)
{
    enum mw_sieve_tell inbox = either(outcome->kept, opposite(outcome->cancelled));
    if (inbox != MW_NEVER)
        return inbox == MW_SURELY ? MW_SIEVE_INBOX : MW_SIEVE_UNKNOWN;
    if (outcome->filed != MW_NEVER)
        return outcome->filed == MW_SURELY ? MW_SIEVE_FILED : MW_SIEVE_AWAY;
    if (outcome->rejected == MW_SURELY)
        return MW_SIEVE_REJECTED;
    if (outcome->sent != MW_NEVER || outcome->rejected != MW_NEVER)
        return outcome->sent == MW_SURELY && outcome->rejected == MW_NEVER ? MW_SIEVE_REDIRECTED : MW_SIEVE_AWAY;
    return MW_SIEVE_DISCARDED;
}

static const struct mw_sieve_action *deciding(const struct mw_sieve_result *result)
{
    static const char *const names[][2] = {
        [MW_SIEVE_INBOX] = {"keep", "keep"},
        [MW_SIEVE_FILED] = {"fileinto", "fileinto"},
        [MW_SIEVE_REDIRECTED] = {"redirect", "redirect"},
        [MW_SIEVE_REJECTED] = {"reject", "ereject"},
        [MW_SIEVE_DISCARDED] = {"discard", "discard"},
        [MW_SIEVE_AWAY] = {"", ""},
        [MW_SIEVE_UNKNOWN] = {"", ""},
    };
    for (size_t i = 0; i < result->count; i++) {
        const struct mw_sieve_action *action = &result->actions[i];
        bool named = strcmp(action->name, names[result->fate][0]) == 0 || strcmp(action->name, names[result->fate][1]) == 0;
        if (named && action->reach == MW_SURELY)
            return action;
    }
    return NULL;
}

static void add_include(const struct sieve_node *node, struct mw_sieve_others *others)
{
    const char *name = mw_sieve_string(mw_sieve_positional(node, 0));
    if (!*name || mw_sieve_tag(node, "global") || others->count == MW_SIEVE_INCLUDES)
        return;
    for (size_t i = 0; i < others->count; i++)
        if (strcmp(others->names[i], name) == 0)
            return;
    others->names[others->count++] = name;
}

static void find_includes(const struct sieve_node *node, struct mw_sieve_others *others)
{
    for (; node; node = node->next) {
        if (is_named(node, "include"))
            add_include(node, others);
        find_includes(node->block, others);
    }
}

void mw_sieve_includes(const struct mw_sieve *sieve, struct mw_sieve_others *others)
{
    find_includes(sieve->commands, others);
}

void mw_sieve_run(struct mw_arena *arena, const struct mw_sieve *sieve, const struct mw_sieve_others *others, const struct mw_sieve_message *message,
                  struct mw_sieve_result *result)
{
    struct run run = {.arena = arena, .sieve = sieve, .others = others, .script = "", .message = message, .result = result};
    run.expands = mw_sieve_requires(sieve, "variables") || mw_sieve_requires(sieve, "encoded-character");
    *result = (struct mw_sieve_result){.actions = MW_NEW_ARRAY(arena, struct mw_sieve_action, MW_SIEVE_ACTIONS + MW_SIEVE_SURE)};
    run_commands(&run, sieve->commands, &(struct path){.reach = MW_SURELY, .rule = "", .condition = "", .depends = ""});
    result->fate = fate_of(&run.outcome);
    result->decides = deciding(result);
}

const char *mw_sieve_fate_name(enum mw_sieve_fate fate)
{
    static const char *const names[] = {"inbox", "filed", "redirected", "rejected", "discarded", "away", "unknown"};
    return names[fate];
}
