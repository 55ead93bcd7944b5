/* The dialogue of a conversation as a reader may see it. Never holds a secret or an unsafe byte. */
#include "dialogue.h"

#include <string.h>

static void add(struct mw_dialogue *dialogue, const char *who, const char *bytes, size_t count)
{
    if (dialogue->lines.count >= MW_DIALOGUE_LINES)
        return;
    const char *text = mw_text_safe(dialogue->arena, bytes, count, MW_DIALOGUE_BYTES);
    if (dialogue->lines.count == MW_DIALOGUE_LINES - 1)
        text = "…";
    mw_list_add(dialogue->arena, &dialogue->lines, mw_printf(dialogue->arena, "%s %s", who, text));
}

void mw_dialogue_said(struct mw_dialogue *dialogue, const char *lines, const char *shown_instead)
{
    for (const char *line = shown_instead ? shown_instead : lines; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        add(dialogue, "C:", line, strcspn(line, "\r\n"));
    }
}

void mw_dialogue_heard(struct mw_dialogue *dialogue, const char *bytes, size_t count)
{
    while (count && (bytes[count - 1] == '\r' || bytes[count - 1] == '\n'))
        count--;
    if (dialogue->behind_secret) {
        bytes = mw_facts_hidden(dialogue->facts, mw_text_safe(dialogue->arena, bytes, count, MW_DIALOGUE_BYTES));
        count = strlen(bytes);
    }
    add(dialogue, "S:", bytes, count);
    dialogue->heard = mw_text_safe(dialogue->arena, bytes, count, MW_DIALOGUE_BYTES);
}

void mw_dialogue_note(struct mw_dialogue *dialogue, const char *what)
{
    add(dialogue, "*:", what, strlen(what));
}

const char *mw_dialogue_blot(struct mw_arena *arena, const char *line, unsigned words)
{
    const char *at = line;
    while (words--) {
        at += strcspn(at, " \r\n");
        at += *at == ' ' && words;
    }
    return mw_printf(arena, "%.*s%s***", (int)(at - line), line, at > line ? " " : "");
}
