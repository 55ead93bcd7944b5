/* Registration data: the answer of an RDAP server about a domain, and IANA's list of the servers. Both come from strangers: size and depth are bounded before
 * the JSON is read, and no array is followed beyond a named number. Takes what registries really send (dates with fractions and offsets, names in capital
 * letters, words in the charset of the country), and never guesses what is not there. RFC 9083, RFC 9224, RFC 8056. */
#include <mailwhy/rdap.h>

#include <mailwhy/lang.h>

#include <iconv.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 120u

/* --- JSON ---------------------------------------------------------------------------------------------------------------------------------------- */

/* How deep objects and arrays lie in one another, strings passed over. */
static int depth_of(const char *bytes, size_t count)
{
    int depth = 0, deepest = 0;
    bool quoted = false;
    for (size_t i = 0; i < count; i++) {
        if (quoted && bytes[i] == '\\')
            i++;
        else if (bytes[i] == '"')
            quoted = !quoted;
        else if (!quoted && (bytes[i] == '{' || bytes[i] == '['))
            deepest = ++depth > deepest ? depth : deepest;
        else if (!quoted && (bytes[i] == '}' || bytes[i] == ']'))
            depth--;
    }
    return deepest;
}

/* NULL: not of that charset. */
static const char *converted(struct mw_arena *arena, const char *charset, const char *bytes, size_t *count)
{
    iconv_t handle = iconv_open("UTF-8", charset);
    if (handle == (iconv_t)-1)
        return NULL;
    size_t room = *count * 4 + 4, left = room, in_left = *count;
    char *text = mw_alloc(arena, room), *out = text, *in = (char *)(uintptr_t)bytes;
    size_t result = iconv(handle, &in, &in_left, &out, &left);
    iconv_close(handle);
    if (result == (size_t)-1)
        return NULL;
    *count = room - left;
    return text;
}

static const char *as_utf8(struct mw_arena *arena, const char *bytes, size_t *count)
{
    static const char *const charsets[] = {"GB18030", "ISO-8859-1"};
    if (mw_text_is_utf8(bytes, *count))
        return bytes;
    for (size_t i = 0; i < MW_COUNT(charsets); i++) {
        const char *text = converted(arena, charsets[i], bytes, count);
        if (text)
            return text;
    }
    return bytes;
}

static bool flawed(struct mw_flaw *flaw, const char *why, const char *where)
{
    *flaw = (struct mw_flaw){.why = why, .where = where};
    return false;
}

/* An object, to be given back with json_decref. */
static json_t *object_of(struct mw_arena *arena, const char *bytes, size_t count, size_t ceiling, struct mw_flaw *flaw)
{
    json_error_t error;
    if (count > ceiling) {
        flawed(flaw, N_("too long"), "");
        return NULL;
    }
    if (count >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        count -= 3;
    }
    bytes = as_utf8(arena, bytes, &count);
    if (depth_of(bytes, count) > MW_RDAP_DEPTH) {
        flawed(flaw, N_("objects lie too deep in one another"), "");
        return NULL;
    }
    json_t *root = json_loadb(bytes, count, JSON_ALLOW_NUL, &error);
    if (json_is_object(root))
        return root;
    flawed(flaw, N_("not a JSON object"), root ? "" : mw_text_safe(arena, error.text, strlen(error.text), SHOWN));
    json_decref(root);
    return NULL;
}

static const char *text_at(struct mw_arena *arena, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? mw_text_safe(arena, json_string_value(value), json_string_length(value), SHOWN) : "";
}

/* --- dates --------------------------------------------------------------------------------------------------------------------------------------- */

/* Seconds that "+08:00" lies before UTC; false: no offset. */
static bool offset_of(const char *text, int64_t *seconds)
{
    long hours, minutes;
    if (strlen(text) != 6 || text[3] != ':' || !strchr("+-", text[0]))
        return false;
    char hour[3] = {text[1], text[2], '\0'};
    if (!mw_text_number(hour, 0, 23, &hours) || !mw_text_number(text + 4, 0, 59, &minutes))
        return false;
    *seconds = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* RFC 3339, with or without fraction, and a day alone; -1: none of these. */
static int64_t date_of(struct mw_arena *arena, const char *text)
{
    size_t length = strlen(text);
    if (length == 10)
        return mw_time_read(mw_printf(arena, "%sT00:00:00Z", text));
    if (length < 19)
        return -1;
    const char *stem = mw_strndup(arena, text, 19), *rest = text + 19;
    int64_t at = mw_time_read(mw_printf(arena, "%.10sT%sZ", stem, stem + 11)), offset = 0;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    bool is_utc = !*rest || mw_text_same(rest, "Z");
    return at < 0 || (!is_utc && !offset_of(rest, &offset)) ? -1 : at - offset;
}

static void take_events(struct mw_arena *arena, const json_t *events, struct mw_rdap *rdap)
{
    size_t index;
    const json_t *event;
    json_array_foreach(events, index, event)
    {
        const char *action = text_at(arena, event, "eventAction");
        if (index >= MW_RDAP_ITEMS)
            return;
        if (mw_text_same(action, "expiration"))
            rdap->expires = date_of(arena, text_at(arena, event, "eventDate"));
        if (mw_text_same(action, "registration"))
            rdap->registered = date_of(arena, text_at(arena, event, "eventDate"));
    }
}

/* --- the answer ---------------------------------------------------------------------------------------------------------------------------------- */

/* "clientHold" of EPP, which some servers send as it is, is "client hold" in RDAP (RFC 8056 section 2). */
static const char *status_of(struct mw_arena *arena, const char *text)
{
    char *spaced = mw_alloc(arena, strlen(text) * 2 + 1), *out = spaced;
    for (const char *at = text; *at; at++) {
        if (at > text && *at >= 'A' && *at <= 'Z' && at[-1] >= 'a' && at[-1] <= 'z')
            *out++ = ' ';
        *out++ = *at;
    }
    *out = '\0';
    return mw_text_lower(arena, spaced);
}

static void take_status(struct mw_arena *arena, const json_t *list, struct mw_rdap *rdap)
{
    size_t index;
    const json_t *item;
    json_array_foreach(list, index, item) if (index < MW_RDAP_ITEMS && json_is_string(item))
        mw_list_add(arena, &rdap->status, status_of(arena, mw_text_safe(arena, json_string_value(item), json_string_length(item), SHOWN)));
}

static const char *host_of(struct mw_arena *arena, const char *name)
{
    char *lower = mw_text_lower(arena, name);
    size_t length = strlen(lower);
    if (length && lower[length - 1] == '.')
        lower[length - 1] = '\0';
    return lower;
}

static void take_nameservers(struct mw_arena *arena, const json_t *list, struct mw_rdap *rdap)
{
    size_t index;
    const json_t *item;
    json_array_foreach(list, index, item)
    {
        const char *name = host_of(arena, text_at(arena, item, "ldhName"));
        if (index < MW_RDAP_ITEMS && *name)
            mw_list_add(arena, &rdap->nameservers, name);
    }
}

static bool has_role(const json_t *entity, const char *role)
{
    size_t index;
    const json_t *item;
    json_array_foreach(json_object_get(entity, "roles"), index,
                       item) if (index < MW_RDAP_ITEMS && json_is_string(item) && mw_text_same(json_string_value(item), role)) return true;
    return false;
}

/* The formatted name of a jCard: ["vcard", [["fn", {}, "text", "Example Registrar"], …]] (RFC 7095). */
static const char *card_name(struct mw_arena *arena, const json_t *entity)
{
    size_t index;
    const json_t *item;
    json_array_foreach(json_array_get(json_object_get(entity, "vcardArray"), 1), index, item)
    {
        const char *kind = json_string_value(json_array_get(item, 0));
        const json_t *value = json_array_get(item, 3);
        if (index < MW_RDAP_ITEMS && kind && mw_text_same(kind, "fn") && json_is_string(value))
            return mw_text_safe(arena, json_string_value(value), json_string_length(value), SHOWN);
    }
    return "";
}

static void take_registrar(struct mw_arena *arena, const json_t *entities, struct mw_rdap *rdap)
{
    size_t index;
    const json_t *entity;
    json_array_foreach(entities, index, entity) if (index < MW_RDAP_ITEMS && !*rdap->registrar && has_role(entity, "registrar")) rdap->registrar =
        card_name(arena, entity);
}

bool mw_rdap_read(struct mw_arena *arena, const char *bytes, size_t count, struct mw_rdap *rdap, struct mw_flaw *flaw)
{
    json_t *root = object_of(arena, bytes, count, MW_RDAP_ANSWER_CEILING, flaw);
    if (!root)
        return false;
    const char *kind = text_at(arena, root, "objectClassName");
    bool is_domain = mw_text_same(kind, "domain");
    if (!is_domain)
        flawed(flaw, N_("not the answer about a domain"), kind);
    *rdap = (struct mw_rdap){.name = host_of(arena, text_at(arena, root, "ldhName")), .expires = -1, .registered = -1, .registrar = ""};
    take_status(arena, json_object_get(root, "status"), rdap);
    take_events(arena, json_object_get(root, "events"), rdap);
    take_nameservers(arena, json_object_get(root, "nameservers"), rdap);
    take_registrar(arena, json_object_get(root, "entities"), rdap);
    json_decref(root);
    return is_domain;
}

bool mw_rdap_is_missing(struct mw_arena *arena, const char *bytes, size_t count)
{
    struct mw_flaw flaw;
    json_t *root = object_of(arena, bytes, count, MW_RDAP_ANSWER_CEILING, &flaw);
    const json_t *code = json_object_get(root, "errorCode");
    bool missing = code ? json_integer_value(code) == 404 : json_is_array(json_object_get(root, "rdapConformance"));
    json_decref(root);
    return missing;
}

/* --- the list of servers ------------------------------------------------------------------------------------------------------------------------- */

static bool is_under(const char *domain, const char *entry)
{
    size_t length = strlen(domain), part = strlen(entry);
    return part && part <= length && mw_text_same(domain + length - part, entry) && (part == length || domain[length - part - 1] == '.');
}

/* Length of the longest entry that the domain lies under; 0: none. */
static size_t best_entry(const json_t *entries, const char *domain)
{
    size_t index, best = 0;
    const json_t *entry;
    json_array_foreach(entries, index, entry)
    {
        const char *name = json_string_value(entry);
        if (name && strlen(name) > best && is_under(domain, name))
            best = strlen(name);
    }
    return best;
}

static const char *secure_url(struct mw_arena *arena, const json_t *urls)
{
    size_t index;
    const json_t *url;
    json_array_foreach(urls, index,
                       url) if (json_is_string(url) && mw_text_starts(json_string_value(url), "https://")) return mw_strdup(arena, json_string_value(url));
    return NULL;
}

const char *mw_rdap_server(struct mw_arena *arena, const char *bytes, size_t count, const char *domain, struct mw_flaw *flaw)
{
    json_t *root = object_of(arena, bytes, count, MW_RDAP_LIST_CEILING, flaw);
    const json_t *services = json_object_get(root, "services"), *service;
    const char *found = NULL;
    size_t index, best = 0;
    if (root && !json_is_array(services))
        flawed(flaw, N_("not the list of RDAP servers"), "");
    else if (root)
        *flaw = (struct mw_flaw){0};
    json_array_foreach(services, index, service)
    {
        size_t length = best_entry(json_array_get(service, 0), domain);
        const char *url = length > best ? secure_url(arena, json_array_get(service, 1)) : NULL;
        best = url ? length : best;
        found = url ? url : found;
    }
    json_decref(root);
    return found;
}

char *mw_rdap_url(struct mw_arena *arena, const char *base, const char *domain)
{
    return mw_printf(arena, "%s%sdomain/%s", base, mw_text_ends(base, "/") ? "" : "/", domain);
}

/* --- parking ------------------------------------------------------------------------------------------------------------------------------------- */

bool mw_rdap_is_parking(const char *host)
{
    /* Words in the names of such servers (expirens3.hichina.com, ns1.sedoparking.com, ns1.pendingrenewaldeletion.com), and operators whose names have none. As
     * of 2026; it alone decides nothing. */
    static const char *const words[] = {"parking", "parked", "expire", "pendingrenewal", "renewyourname", "failed-whois-verification"};
    static const char *const operators[] = {"above.com",       "afternic.com",           "bodis.com",     "dan.com",
                                            "hugedomains.com", "parkingcrew.net",        "parklogic.com", "smartname.com",
                                            "undeveloped.com", "uniregistrymarket.link", "voodoo.com"};
    for (size_t i = 0; i < MW_COUNT(words); i++)
        if (mw_text_find(host, words[i]))
            return true;
    for (size_t i = 0; i < MW_COUNT(operators); i++)
        if (is_under(host, operators[i]))
            return true;
    return false;
}
