/* MTA-STS (RFC 8461): the _mta-sts record (section 3.1), the policy file (section 3.2) and its patterns (section 4.1). Never fetches. */
#include "tags.h"

#include <mailwhy/dns.h>
#include <mailwhy/lang.h>
#include <mailwhy/mtasts.h>

#include <string.h>

#define ID_CHARACTERS 32u
#define MAX_AGE_S 31557600L
#define POLICY_BYTES 65536u
#define MX_CEILING 500u
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

bool mw_mtasts_is_record(const char *text)
{
    static const char version[] = "v=STSv1";
    if (strncmp(text, version, strlen(version)) != 0)
        return false;
    text += strlen(version);
    return text[strspn(text, " \t")] == ';';
}

static bool is_alphanumeric(const char *text)
{
    return *text && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(text);
}

/* Tag names are written in lower case (section 3.1: %s"id="); the first counts. */
static const char *id_of(const struct tags *tags)
{
    for (size_t i = 0; i < tags->count; i++)
        if (tags->tag[i].name && strcmp(tags->tag[i].name, "id") == 0)
            return tags->tag[i].value;
    return NULL;
}

const char *mw_mtasts_read_record(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    if (!mw_mtasts_is_record(text)) {
        mw_flaw_is(flaw, N_("does not begin with v=STSv1;"), tags->count ? tags->tag[0].text : "");
        return NULL;
    }
    for (size_t i = 0; i < tags->count; i++)
        if (!tags->tag[i].name || !*tags->tag[i].name) {
            mw_flaw_is(flaw, N_("not a list of tags"), tags->tag[i].text);
            return NULL;
        }
    const char *id = id_of(tags);
    if (!id && mw_tags_times(tags, "id"))
        mw_flaw_is(flaw, N_("id= is not in lower case"), "");
    else if (!id)
        mw_flaw_is(flaw, N_("no id= tag"), "");
    else if (!is_alphanumeric(id) || strlen(id) > ID_CHARACTERS)
        mw_flaw_is(flaw, N_("id= is not 1 to 32 letters and digits"), id);
    else
        return id;
    return NULL;
}

bool mw_mtasts_is_near(const char *text)
{
    return mw_text_starts(text, "v=sts") || mw_text_starts(text, "v = sts") || mw_text_starts(text, "stsv1");
}

/* --- the policy file ------------------------------------------------------------------------------------------------------------------------ */

struct policy_reader {
    struct mw_arena *arena;
    struct mw_mtasts_policy *policy;
    struct mw_flaw *flaw;
    bool has_version, has_age;
};

static bool read_version(struct policy_reader *reader, const char *value)
{
    if (reader->has_version)
        return true; /* the first counts (section 3.2) */
    reader->has_version = true;
    return strcmp(value, "STSv1") == 0 || mw_flaw_is(reader->flaw, N_("version is not STSv1"), value);
}

static bool read_mode(struct policy_reader *reader, const char *value)
{
    static const char *const modes[] = {"enforce", "testing", "none"};
    if (reader->policy->mode)
        return true;
    for (size_t i = 0; i < MW_COUNT(modes); i++)
        if (strcmp(value, modes[i]) == 0)
            reader->policy->mode = modes[i];
    return reader->policy->mode || mw_flaw_is(reader->flaw, N_("mode is not enforce, testing or none"), value);
}

static bool read_age(struct policy_reader *reader, const char *value)
{
    if (reader->has_age)
        return true;
    reader->has_age = true;
    if (strlen(value) > 10 || !mw_text_number(value, 0, 9999999999L, &reader->policy->max_age_s))
        return mw_flaw_is(reader->flaw, N_("max_age is not a number of up to 10 digits"), value);
    return reader->policy->max_age_s <= MAX_AGE_S || mw_flaw_is(reader->flaw, N_("max_age is beyond 31557600"), value);
}

static bool read_mx(struct policy_reader *reader, const char *value)
{
    const char *host = value + (strncmp(value, "*.", 2) == 0 ? 2 : 0), *why;
    const char *name = mw_domain_read(reader->arena, host, &why);
    if (!name || mw_text_ends(host, ".") || mw_address_read(reader->arena, host))
        return mw_flaw_is(reader->flaw, N_("mx is not a host or *.domain"), value);
    if (reader->policy->mx.count < MX_CEILING)
        mw_list_add(reader->arena, &reader->policy->mx, host == value ? name : mw_printf(reader->arena, "*.%s", name));
    return true;
}

static bool read_field(struct policy_reader *reader, const char *line)
{
    static const struct { const char *name; bool (*read)(struct policy_reader *reader, const char *value); } fields[] = {
        {"version", read_version}, {"mode", read_mode}, {"max_age", read_age}, {"mx", read_mx}};
    const char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return mw_flaw_is(reader->flaw, N_("a line without a name and a colon"), line);
    const char *name = mw_strndup(reader->arena, line, (size_t)(colon - line)), *value = mw_text_trim(reader->arena, colon + 1);
    for (size_t i = 0; i < MW_COUNT(fields); i++)
        if (strcmp(name, fields[i].name) == 0)
            return fields[i].read(reader, value);
    return true; /* an extension */
}

static bool read_lines(struct policy_reader *reader, const char *bytes, size_t count)
{
    const char *end = bytes + count;
    for (int number = 1; bytes < end; number++) {
        const char *feed = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)((feed ? feed : end) - bytes);
        const char *line = mw_text_safe(reader->arena, bytes, length && bytes[length - 1] == '\r' ? length - 1 : length, 500);
        if (line[strspn(line, " \t")] && !read_field(reader, line)) {
            reader->flaw->line = number;
            return false;
        }
        bytes += length + 1;
    }
    return true;
}

static bool is_whole(const struct policy_reader *reader)
{
    if (!reader->has_version)
        return mw_flaw_is(reader->flaw, N_("no version"), "");
    if (!reader->policy->mode)
        return mw_flaw_is(reader->flaw, N_("no mode"), "");
    if (!reader->has_age)
        return mw_flaw_is(reader->flaw, N_("no max_age"), "");
    if (!reader->policy->mx.count && strcmp(reader->policy->mode, "none") != 0)
        return mw_flaw_is(reader->flaw, N_("no mx"), "");
    return true;
}

const struct mw_mtasts_policy *mw_mtasts_read_policy(struct mw_arena *arena, const char *bytes, size_t count, struct mw_flaw *flaw)
{
    struct policy_reader reader = {.arena = arena, .policy = MW_NEW(arena, struct mw_mtasts_policy), .flaw = flaw};
    if (count >= strlen(BYTE_ORDER_MARK) && memcmp(bytes, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) {
        mw_flaw_is(flaw, N_("begins with a byte order mark"), "");
        flaw->line = 1;
        return NULL;
    }
    if (count > POLICY_BYTES) {
        mw_flaw_is(flaw, N_("longer than 64 KiB"), "");
        return NULL;
    }
    return read_lines(&reader, bytes, count) && is_whole(&reader) ? reader.policy : NULL;
}

bool mw_mtasts_is_media_type(const char *text)
{
    static const char wanted[] = "text/plain";
    const char *behind = text + (mw_text_starts(text, wanted) ? strlen(wanted) : 0);
    return behind > text && (!*behind || strchr("; \t", *behind));
}

bool mw_mtasts_pattern_matches(const char *pattern, const char *host)
{
    if (strncmp(pattern, "*.", 2) != 0)
        return mw_text_same(pattern, host);
    const char *dot = strchr(host, '.');
    return dot && dot > host && mw_text_same(pattern + 1, dot);
}

bool mw_mtasts_covers(const struct mw_mtasts_policy *policy, const char *host)
{
    for (size_t i = 0; i < policy->mx.count; i++)
        if (mw_mtasts_pattern_matches(policy->mx.items[i], host))
            return true;
    return false;
}
