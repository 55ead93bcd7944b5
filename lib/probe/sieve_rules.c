/* What the active script of an account does: each action as a fact, and those that befall the message that was asked for. Never judges: that a rule is there is
 * no fault. RFC 5228. */
#include "sieve.h"

#include <string.h>

#define RULES_MOST 100u
#define CATCHES_MOST 20u

/* "redirect :copy bob@example.net" */
static const char *words_of(struct mw_look *look, const struct mw_sieve_action *action)
{
    return mw_printf(look->arena, "%s%s%s%s", action->name, action->copy ? " :copy" : "", *action->what ? " " : "", action->what);
}

/* As webmail calls it, and where it stands. */
static const char *line_of(struct mw_look *look, const struct mw_sieve_action *action)
{
    const char *line = mw_printf(look->arena, "line %d", action->line);
    if (*action->script)
        line = mw_printf(look->arena, "%s of script “%s”", line, action->script);
    return *action->rule ? mw_printf(look->arena, "“%s”, %s", action->rule, line) : line;
}

static const char *place_of(struct mw_look *look, const struct mw_sieve_action *action)
{
    return mw_printf(look->arena, "%s%s%s", line_of(look, action), *action->condition ? ": " : "", action->condition);
}

static const char *doubt_of(struct mw_look *look, const struct mw_sieve_action *action)
{
    return mw_printf(look->arena, "%s depends on: %s", line_of(look, action), *action->depends ? action->depends : "what an earlier rule does");
}

/* Keep and stop catch nothing. */
static bool takes(const struct mw_sieve_action *action)
{
    return strcmp(action->name, "keep") != 0 && strcmp(action->name, "stop") != 0 && strcmp(action->name, "return") != 0;
}

static void tell_rules(struct mw_look *look, const char *about, const struct mw_sieve_result *result)
{
    mw_tell_number(look, MW_F_SIEVE_RULES, about, (int64_t)result->all, NULL);
    for (size_t i = 0; i < result->count && i < RULES_MOST; i++)
        mw_tell_text(look, MW_F_SIEVE_RULE, about, words_of(look, &result->actions[i]), place_of(look, &result->actions[i]));
}

static void tell_reached(struct mw_look *look, const char *about, const struct mw_sieve_result *result, enum mw_sieve_tell reach)
{
    bool surely = reach == MW_SURELY;
    unsigned told = 0;
    for (size_t i = 0; i < result->count && told < CATCHES_MOST; i++) {
        const struct mw_sieve_action *action = &result->actions[i];
        if (!takes(action) || action->reach != reach)
            continue;
        mw_tell_text(look, surely ? MW_F_SIEVE_CATCHES : MW_F_SIEVE_MAY_CATCH, about, words_of(look, action),
                     surely ? place_of(look, action) : doubt_of(look, action));
        told++;
    }
}

static void tell_fate(struct mw_look *look, const char *about, const struct mw_sieve_result *result)
{
    const struct mw_sieve_action *action = result->decides;
    const char *quote = action ? mw_printf(look->arena, "%s, %s", words_of(look, action), place_of(look, action)) : NULL;
    if (action && action->sender)
        mw_tell_text(look, MW_F_SIEVE_CATCHES_SENDER, about, action->sender, place_of(look, action));
    if (action && action->by_envelope)
        mw_tell_text(look, MW_F_SIEVE_CATCHES_ENVELOPE, about, look->asked->from ? look->asked->from : "", place_of(look, action));
    mw_tell_text(look, MW_F_SIEVE_FATE, about, mw_sieve_fate_name(result->fate), quote);
}

static void add_known(struct mw_look *look, struct mw_list *known, const char *what, const char *value)
{
    if (value)
        mw_list_add(look->arena, known, mw_printf(look->arena, "%s %s", what, value));
}

/* Without the angle brackets, which stand around it or not. */
static const char *bare_id(struct mw_look *look, const char *id)
{
    const char *bare = id ? mw_text_trim(look->arena, id) : NULL;
    size_t length = bare ? strlen(bare) : 0;
    return length > 2 && bare[0] == '<' && bare[length - 1] == '>' ? mw_strndup(look->arena, bare + 1, length - 2) : bare;
}

void mw_sieve_tell(struct mw_look *look, const char *about, const struct mw_sieve_scripts *scripts)
{
    const struct mw_asked *asked = look->asked;
    struct mw_sieve_message message = {asked->from, asked->mailbox, asked->subject, bare_id(look, asked->message_id)};
    bool is_known = message.from || message.subject || message.message_id;
    struct mw_sieve_result result;
    struct mw_list known = {0};
    add_known(look, &known, "from", message.from);
    add_known(look, &known, "to", is_known ? message.to : NULL);
    add_known(look, &known, "subject", message.subject);
    add_known(look, &known, "message-id", message.message_id);
    mw_tell_list(look, MW_F_SIEVE_MESSAGE, about, &known, NULL);
    mw_sieve_run(look->arena, scripts->active, &scripts->others, &message, &result);
    tell_rules(look, about, &result);
    tell_reached(look, about, &result, MW_SURELY);
    if (is_known)
        tell_reached(look, about, &result, MW_PERHAPS);
    tell_fate(look, about, &result);
}

bool mw_sieve_take(struct mw_look *look, const char *about, struct mw_sieve_scripts *scripts, const char *script, size_t bytes)
{
    struct mw_flaw flaw;
    bool beyond;
    mw_tell_number(look, MW_F_SIEVE_SCRIPT_BYTES, about, (int64_t)bytes, NULL);
    scripts->active = mw_sieve_read(look->arena, script, bytes, &flaw, &beyond);
    if (!scripts->active && !beyond)
        mw_tell_text(look, MW_F_SIEVE_FLAW, about, flaw.why, mw_printf(look->arena, "line %d: %s", flaw.line, flaw.where));
    mw_tell_text(look, MW_F_SIEVE_READ_END, about, scripts->active ? MW_OK : beyond ? MW_TOO_LONG : "not sieve", NULL);
    if (scripts->active)
        mw_sieve_includes(scripts->active, &scripts->others);
    return scripts->active;
}

void mw_sieve_take_other(struct mw_look *look, struct mw_sieve_scripts *scripts, const char *script, size_t bytes)
{
    struct mw_flaw flaw;
    bool beyond;
    const struct mw_sieve *sieve = mw_sieve_read(look->arena, script, bytes, &flaw, &beyond);
    scripts->others.scripts[scripts->asked - 1] = sieve;
    if (sieve)
        mw_sieve_includes(sieve, &scripts->others);
}

void mw_sieve_tell_none(struct mw_look *look, const char *about)
{
    mw_tell_number(look, MW_F_SIEVE_RULES, about, 0, NULL);
    mw_tell_text(look, MW_F_SIEVE_FATE, about, mw_sieve_fate_name(MW_SIEVE_INBOX), "no script is active");
}
