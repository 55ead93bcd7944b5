/* Dated data files (data.h): a table between tabs with its name and date in the first line. Checks every cell by the column's own rule, since what is read here
 * is asked of servers and shown to people. Never opens a file, never knows today's date. */
#include <mailwhy/data.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

#define LINE_CEILING 2000u
#define WHERE_CEILING 100u

struct reading {
    struct mw_arena *arena;
    const struct mw_data_form *form;
    const char *bytes;
    size_t count, at;
    int line;
    struct mw_flaw *flaw;
};

static bool is_wrong(struct reading *reading, const char *why, const char *where)
{
    *reading->flaw = (struct mw_flaw){why, mw_text_safe(reading->arena, where, strlen(where), WHERE_CEILING), reading->line};
    return false;
}

/* --- lines --------------------------------------------------------------------------------------------------------------------------------- */

/* The next line without its end; NULL behind the last, or where it is none (then *flaw says so). */
static const char *next_line(struct reading *reading)
{
    if (reading->at >= reading->count)
        return NULL;
    const char *begin = reading->bytes + reading->at, *feed = memchr(begin, '\n', reading->count - reading->at);
    size_t length = feed ? (size_t)(feed - begin) : reading->count - reading->at;
    reading->at += length + 1;
    reading->line++;
    if (length && begin[length - 1] == '\r')
        length--;
    if (length > LINE_CEILING)
        return is_wrong(reading, N_("a line longer than 2000 bytes"), ""), NULL;
    if (!mw_text_is_utf8(begin, length))
        return is_wrong(reading, N_("text that is not UTF-8"), ""), NULL;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)begin[i] < ' ' && begin[i] != '\t')
            return is_wrong(reading, N_("a control character"), ""), NULL;
    return mw_strndup(reading->arena, begin, length);
}

/* Its cells: empty ones count, too. NULL: there are not as many as columns. */
static const char *const *cells_of(struct reading *reading, const char *line)
{
    const char **cells = MW_NEW_ARRAY(reading->arena, const char *, reading->form->count);
    size_t count = 0;
    for (const char *at = line; at; count++) {
        const char *tab = strchr(at, '\t');
        if (count < reading->form->count)
            cells[count] = mw_text_trim(reading->arena, mw_strndup(reading->arena, at, tab ? (size_t)(tab - at) : strlen(at)));
        at = tab ? tab + 1 : NULL;
    }
    return count == reading->form->count ? cells : NULL;
}

/* --- the first line and the heading -------------------------------------------------------------------------------------------------------- */

static bool read_date(struct reading *reading, const char *date, struct mw_data *data)
{
    data->date = date;
    data->begins = strlen(date) == strlen("2026-11-29") ? mw_time_read(mw_printf(reading->arena, "%sT00:00:00Z", date)) : -1;
    /* timegm() makes the 2nd of March of the 30th of February. */
    bool is_real = data->begins >= 0 && mw_text_starts(mw_time_text(reading->arena, data->begins), date);
    return is_real || is_wrong(reading, N_("not a date as YYYY-MM-DD"), date);
}

static bool read_first(struct reading *reading, struct mw_data *data)
{
    const char *line = next_line(reading);
    struct mw_list words = mw_text_split(reading->arena, line ? line : "", " ");
    if (reading->flaw->why)
        return false;
    if (words.count != 4 || strcmp(words.items[0], "#") != 0 || strcmp(words.items[1], "mailwhy") != 0)
        return is_wrong(reading, N_("the first line is not \"# mailwhy NAME YYYY-MM-DD\""), line ? line : "");
    if (strcmp(words.items[2], reading->form->name) != 0)
        return is_wrong(reading, N_("a data file of another name"), words.items[2]);
    data->name = reading->form->name;
    return read_date(reading, words.items[3], data);
}

static bool is_passed_over(const char *line)
{
    return *line == '#' || !line[strspn(line, " \t")];
}

static bool check_heading(struct reading *reading, const char *line)
{
    const char *const *cells = cells_of(reading, line);
    if (!cells)
        return is_wrong(reading, N_("wrong number of columns in the heading"), line);
    for (size_t i = 0; i < reading->form->count; i++)
        if (strcmp(cells[i], reading->form->columns[i].name) != 0)
            return is_wrong(reading, N_("an unknown column, or one at the wrong place"), cells[i]);
    return true;
}

/* --- rows ---------------------------------------------------------------------------------------------------------------------------------- */

static const char *const *read_row(struct reading *reading, const char *line)
{
    const char *const *cells = cells_of(reading, line);
    if (!cells)
        return is_wrong(reading, N_("wrong number of columns"), line), NULL;
    const char **row = MW_NEW_ARRAY(reading->arena, const char *, reading->form->count);
    for (size_t i = 0; i < reading->form->count; i++) {
        const struct mw_data_column *column = &reading->form->columns[i];
        row[i] = strcmp(cells[i], "-") == 0 ? "" : mw_text_safe(reading->arena, cells[i], strlen(cells[i]), LINE_CEILING);
        if (column->is_good && !column->is_good(reading->arena, row[i]))
            return is_wrong(reading, column->why, *cells[i] ? cells[i] : column->name), NULL;
    }
    return row;
}

static bool read_rows(struct reading *reading, struct mw_data *data)
{
    const char *const **rows = MW_NEW_ARRAY(reading->arena, const char *const *, MW_DATA_ROWS);
    int *lines = MW_NEW_ARRAY(reading->arena, int, MW_DATA_ROWS);
    bool has_heading = false;
    for (const char *line; (line = next_line(reading));) {
        if (is_passed_over(line))
            continue;
        if (!has_heading) {
            if (!check_heading(reading, line))
                return false;
            has_heading = true;
            continue;
        }
        if (data->count == MW_DATA_ROWS)
            return is_wrong(reading, N_("more than 1000 rows"), "");
        if (!(rows[data->count] = read_row(reading, line)))
            return false;
        lines[data->count++] = reading->line;
    }
    data->rows = rows;
    data->lines = lines;
    return !reading->flaw->why && (has_heading || is_wrong(reading, N_("no heading row"), ""));
}

const struct mw_data *mw_data_read(struct mw_arena *arena, const struct mw_data_form *form, const char *bytes, size_t count, struct mw_flaw *flaw)
{
    struct reading reading = {arena, form, bytes, count, 0, 0, flaw};
    struct mw_data *data = MW_NEW(arena, struct mw_data);
    *flaw = (struct mw_flaw){0};
    if (count > MW_DATA_BYTES)
        return is_wrong(&reading, N_("longer than 256 KiB"), ""), NULL;
    return read_first(&reading, data) && read_rows(&reading, data) ? data : NULL;
}

/* --- the forms ----------------------------------------------------------------------------------------------------------------------------- */

static bool is_one_of(const char *cell, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(cell, *words) == 0)
            return true;
    return false;
}

static bool is_domain(struct mw_arena *arena, const char *cell)
{
    const char *flaw;
    return mw_domain_read(arena, cell, &flaw) != NULL;
}

static bool is_text(struct mw_arena *arena, const char *cell)
{
    (void)arena;
    return *cell;
}

static bool is_kind(struct mw_arena *arena, const char *cell)
{
    static const char *const kinds[] = {"ip4", "ip6", "domain", NULL};
    (void)arena;
    return is_one_of(cell, kinds);
}

static bool is_use(struct mw_arena *arena, const char *cell)
{
    static const char *const uses[] = {"always", "given", "dead", NULL};
    (void)arena;
    return is_one_of(cell, uses);
}

/* An address, a name, or nothing. */
static bool is_test_point(struct mw_arena *arena, const char *cell)
{
    return !*cell || mw_address_read(arena, cell) || is_domain(arena, cell);
}

static bool is_page(struct mw_arena *arena, const char *cell)
{
    (void)arena;
    return !*cell || ((mw_text_starts(cell, "https://") || mw_text_starts(cell, "http://")) && !strpbrk(cell, " \"<>"));
}

/* clang-format off */
static const struct mw_data_column selector_columns[] = {
    [MW_SELECTOR_NAME]    = {"selector", is_domain, N_("no DKIM selector")},
    [MW_SELECTOR_SERVICE] = {"service",  NULL,      NULL},
    [MW_SELECTOR_SOURCE]  = {"source",   NULL,      NULL},
};
const struct mw_data_form mw_data_selectors = {"selectors", selector_columns, MW_COUNT(selector_columns)};

static const struct mw_data_column blocklist_columns[] = {
    [MW_BLOCKLIST_ZONE]     = {"zone",     is_domain,                  N_("no domain name")},
    [MW_BLOCKLIST_KIND]     = {"kind",     is_kind,                    N_("none of ip4, ip6 and domain")},
    [MW_BLOCKLIST_USE]      = {"use",      is_use,                     N_("none of always, given and dead")},
    [MW_BLOCKLIST_OPERATOR] = {"operator", is_text,                    N_("a value is missing")},
    [MW_BLOCKLIST_CODES]    = {"codes",    mw_blocklist_codes_are_good, N_("no code of a block list")},
    [MW_BLOCKLIST_LISTED]   = {"listed",   is_test_point,              N_("neither an address nor a name")},
    [MW_BLOCKLIST_UNLISTED] = {"unlisted", is_test_point,              N_("neither an address nor a name")},
    [MW_BLOCKLIST_REMOVAL]  = {"removal",  is_page,                    N_("no address of a web page")},
    [MW_BLOCKLIST_SOURCE]   = {"source",   NULL,                       NULL},
    [MW_BLOCKLIST_NOTE]     = {"note",     NULL,                       NULL},
};
const struct mw_data_form mw_data_blocklists = {"blocklists", blocklist_columns, MW_COUNT(blocklist_columns)};
/* clang-format on */
