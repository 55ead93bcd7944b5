/* What servers stamp on a message on its way: Received (RFC 5321 section 4.4), dates (RFC 5322 sections 3.3 and 4.3), Authentication-Results (RFC 8601).
 *
 * Never believes a stamp; it tells what is written. */
#include <mailwhy/mail.h>

#include <string.h>
#include <time.h>

#define WORDS_CEILING 400u

/* The text without its comments (RFC 5322 section 3.2.2), each one blank; what stands in quotes stays. */
static char *without_comments(struct mw_arena *arena, const char *text)
{
    char *result = mw_alloc(arena, strlen(text) + 1);
    size_t used = 0, depth = 0;
    bool quoted = false;
    for (; *text; text++) {
        bool escapes = *text == '\\' && text[1];
        if (!depth && *text == '"')
            quoted = !quoted;
        if (!quoted && *text == '(')
            depth++;
        if (!depth)
            result[used++] = *text;
        if (depth && *text == ')' && --depth == 0)
            result[used++] = ' ';
        if (escapes && text++ && !depth)
            result[used++] = *text;
    }
    return result;
}

/* --- dates -------------------------------------------------------------------------------------------------------------------------------------- */

/* Seconds east of Greenwich; false: no zone. RFC 5322 section 4.3: unknown letters mean that nothing is known, as -0000 does. */
static bool read_zone(const char *text, long *offset)
{
    static const struct { const char *name; long hours; } zones[] = {{"GMT", 0}, {"UT", 0}, {"UTC", 0}, {"Z", 0}, {"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
                                                                     {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
    long number;
    for (size_t i = 0; i < MW_COUNT(zones); i++)
        if (mw_text_same(text, zones[i].name)) {
            *offset = zones[i].hours * 3600;
            return true;
        }
    if ((*text != '+' && *text != '-') || strlen(text) != 5 || !mw_text_number(text + 1, 0, 1459, &number))
        return false;
    *offset = (number / 100 * 3600 + number % 100 * 60) * (*text == '-' ? -1 : 1);
    return true;
}

static bool read_clock(struct mw_arena *arena, const char *text, struct tm *parts)
{
    struct mw_list words = mw_text_split(arena, text, ":");
    long hour, minute, second = 0;
    if (words.count < 2 || words.count > 3 || !mw_text_number(words.items[0], 0, 23, &hour) || !mw_text_number(words.items[1], 0, 59, &minute))
        return false;
    if (words.count == 3 && !mw_text_number(words.items[2], 0, 60, &second))
        return false;
    parts->tm_hour = (int)hour;
    parts->tm_min = (int)minute;
    parts->tm_sec = (int)second;
    return true;
}

static bool read_day(const char *const *words, struct tm *parts)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    long day, year;
    if (!mw_text_number(words[0], 1, 31, &day) || !mw_text_number(words[2], 0, 9999, &year))
        return false;
    for (int i = 0; i < 12; i++)
        if (mw_text_same(words[1], months[i])) {
            parts->tm_mday = (int)day;
            parts->tm_mon = i;
            parts->tm_year = (int)(year < 50 ? year + 100 : year < 1000 ? year : year - 1900); /* section 4.3 */
            return true;
        }
    return false;
}

int64_t mw_mail_date(struct mw_arena *arena, const char *text)
{
    struct mw_list words = mw_text_split(arena, without_comments(arena, text), " \t,");
    struct tm parts = {0};
    long offset = 0, day;
    size_t first = words.count && !mw_text_number(words.items[0], 1, 31, &day); /* the day of the week */
    if (words.count < first + 5 || !read_day(words.items + first, &parts))
        return -1;
    if (!read_clock(arena, words.items[first + 3], &parts) || !read_zone(words.items[first + 4], &offset))
        return -1;
    return (int64_t)timegm(&parts) - offset;
}

/* --- Received ----------------------------------------------------------------------------------------------------------------------------------- */

static void take_clause(struct mw_hop *hop, const char *name, const char *value)
{
    const char **const places[] = {&hop->from, &hop->by, &hop->with, &hop->id};
    static const char *const names[] = {"from", "by", "with", "id"};
    for (size_t i = 0; i < MW_COUNT(names); i++)
        if (mw_text_same(name, names[i]) && !**places[i])
            *places[i] = value;
}

void mw_received_read(struct mw_arena *arena, const char *value, struct mw_hop *hop)
{
    *hop = (struct mw_hop){"", "", "", "", -1};
    char *text = without_comments(arena, value), *date = strrchr(text, ';');
    if (date) {
        hop->at = mw_mail_date(arena, date + 1);
        *date = '\0';
    }
    struct mw_list words = mw_text_split(arena, text, " \t");
    for (size_t i = 0; i + 1 < words.count && i < WORDS_CEILING; i++)
        take_clause(hop, words.items[i], words.items[i + 1]);
}

/* --- Authentication-Results --------------------------------------------------------------------------------------------------------------------- */

/* "dkim=pass header.d=example.org", blanks and reasons at their shortest; NULL: it says nothing. */
static const char *result_of(struct mw_arena *arena, const char *text)
{
    struct mw_list words = mw_text_split(arena, text, " \t\r\n");
    struct mw_list kept = {0};
    for (size_t i = 0; i < words.count && i < WORDS_CEILING; i++)
        if (strchr(words.items[i], '=') && !mw_text_starts(words.items[i], "reason="))
            mw_list_add(arena, &kept, words.items[i]);
    return kept.count ? mw_list_join(arena, &kept, " ") : NULL;
}

bool mw_authres_read(struct mw_arena *arena, const char *value, struct mw_authres *authres)
{
    *authres = (struct mw_authres){.server = ""};
    struct mw_list clauses = mw_text_split(arena, without_comments(arena, value), ";");
    struct mw_list head = mw_text_split(arena, clauses.count ? clauses.items[0] : "", " \t");
    if (!head.count || strchr(head.items[0], '='))
        return false;
    authres->server = mw_text_lower(arena, head.items[0]);
    for (size_t i = 1; i < clauses.count && authres->results.count < 50; i++) {
        const char *result = result_of(arena, clauses.items[i]);
        if (result)
            mw_list_add(arena, &authres->results, result);
    }
    return true;
}
