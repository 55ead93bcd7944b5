/* BIMI records and logos (bimi.h). Expat hands over the elements of a logo one by one: no network, no external entities, no tree; a document with entities of
 * its own is refused. */
#include "tags.h"

#include <mailwhy/bimi.h>
#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <expat.h>
#include <string.h>

#define WHERE_CEILING 200u

static const char version[] = "BIMI1";

/* --- the record ---------------------------------------------------------------------------------------------------------------------------- */

bool mw_bimi_is_record(const char *text)
{
    return mw_tags_are_of(text, version);
}

static bool is_https(const char *uri)
{
    static const char scheme[] = "https://";
    return mw_text_starts(uri, scheme) && uri[strlen(scheme)] && !strpbrk(uri, " \t\"<>,");
}

const struct mw_bimi *mw_bimi_read(struct mw_arena *arena, const char *text, struct mw_flaw *flaw)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    const char *logo = mw_tags_get(tags, "l"), *evidence = mw_tags_get(tags, "a");
    struct mw_bimi *record = MW_NEW(arena, struct mw_bimi);
    if (!mw_bimi_is_record(text))
        return mw_flaw_is(flaw, N_("v=BIMI1 is not the first tag"), tags->count ? tags->tag[0].text : ""), NULL;
    if (!logo)
        return mw_flaw_is(flaw, N_("no l= tag"), ""), NULL;
    if (*logo && !is_https(logo))
        return mw_flaw_is(flaw, N_("l= is not one https URI"), logo), NULL;
    if (evidence && *evidence && !is_https(evidence))
        return mw_flaw_is(flaw, N_("a= is not one https URI"), evidence), NULL;
    *record = (struct mw_bimi){logo, evidence ? evidence : "", !*logo && !(evidence && *evidence)};
    return record;
}

/* The first web address of a tag, as https; NULL: it names none. */
static const char *address_in(struct mw_arena *arena, const struct tags *tags, const char *name)
{
    const char *value = mw_tags_get(tags, name);
    struct mw_list written = mw_text_split(arena, value ? value : "", ", \t\r\n\v\f\"<>");
    const char *first = written.count ? written.items[0] : "";
    if (mw_text_starts(first, "http://"))
        first = mw_printf(arena, "https%s", first + strlen("http"));
    return is_https(first) ? first : NULL;
}

const char *mw_bimi_mend(struct mw_arena *arena, const char *text, const char *domain)
{
    const struct tags *tags = mw_tags_cut(arena, text);
    const char *logo = address_in(arena, tags, "l"), *evidence = address_in(arena, tags, "a");
    logo = logo ? logo : mw_printf(arena, "https://%s/logo.svg", domain);
    return mw_printf(arena, "v=BIMI1; l=%s; a=%s", logo, evidence ? evidence : "");
}

/* --- the logo ------------------------------------------------------------------------------------------------------------------------------ */

struct logo {
    struct mw_arena *arena;
    XML_Parser parser;
    struct mw_flaw *flaw;
    int depth;
    bool has_title;
};

static void refuse(struct logo *logo, const char *why, const char *where)
{
    if (!logo->flaw->why)
        *logo->flaw = (struct mw_flaw){why, mw_text_safe(logo->arena, where, strlen(where), WHERE_CEILING), (int)XML_GetCurrentLineNumber(logo->parser)};
    XML_StopParser(logo->parser, XML_FALSE);
}

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

static void check_root(struct logo *logo, const char *name, const char **attributes)
{
    const char *svg_version = attribute(attributes, "version"), *profile = attribute(attributes, "baseProfile");
    if (strcmp(local(name), "svg") != 0)
        refuse(logo, N_("not an SVG image"), name);
    else if (strcmp(profile, "tiny-ps") != 0)
        refuse(logo, N_("baseProfile is not tiny-ps"), profile);
    else if (strcmp(svg_version, "1.2") != 0)
        refuse(logo, N_("version is not 1.2"), svg_version);
    else if (*attribute(attributes, "x") || *attribute(attributes, "y"))
        refuse(logo, N_("x= or y= at the root element"), name);
}

/* Programs, pictures in the picture, and what moves. */
static bool is_forbidden(const char *name)
{
    static const char *const forbidden[] = {"script", "image", "foreignObject", "animate", "animateColor", "animateMotion", "animateTransform", "set", "discard",
                                            "handler", "listener", "audio", "video", "animation", "filter"};
    for (size_t i = 0; i < MW_COUNT(forbidden); i++)
        if (strcmp(local(name), forbidden[i]) == 0)
            return true;
    return false;
}

static void XMLCALL begin(void *context, const char *name, const char **attributes)
{
    struct logo *logo = context;
    logo->depth++;
    if (logo->depth == 1) {
        check_root(logo, name, attributes);
        return;
    }
    if (is_forbidden(name)) {
        refuse(logo, N_("an element that SVG Tiny PS does not allow"), name);
        return;
    }
    logo->has_title |= logo->depth == 2 && strcmp(local(name), "title") == 0;
    for (; *attributes; attributes += 2)
        if (strcmp(local(attributes[0]), "href") == 0 && attributes[1][0] != '#')
            refuse(logo, N_("a link to something outside the image"), attributes[1]);
}

static void XMLCALL end(void *context, const char *name)
{
    struct logo *logo = context;
    (void)name;
    logo->depth--;
}

static void XMLCALL got_entity(void *context, const char *name, int is_parameter, const char *value, int length, const char *base, const char *system_id,
                               const char *public_id, const char *notation)
{
    (void)is_parameter, (void)value, (void)length, (void)base, (void)system_id, (void)public_id, (void)notation;
    refuse(context, N_("an entity of the document's own"), name);
}

static bool is_read(struct logo *logo, const char *bytes, size_t count)
{
    XML_SetUserData(logo->parser, logo);
    XML_SetElementHandler(logo->parser, begin, end);
    XML_SetEntityDeclHandler(logo->parser, got_entity);
    if (XML_Parse(logo->parser, bytes, (int)count, XML_TRUE) != XML_STATUS_OK)
        refuse(logo, N_("not well-formed XML"), XML_ErrorString(XML_GetErrorCode(logo->parser)));
    if (!logo->flaw->why && !logo->has_title)
        refuse(logo, N_("no title element"), "");
    return !logo->flaw->why;
}

bool mw_bimi_is_logo(struct mw_arena *arena, const char *bytes, size_t count, struct mw_flaw *flaw)
{
    struct logo logo = {.arena = arena, .flaw = flaw};
    *flaw = (struct mw_flaw){0};
    if (count > MW_BIMI_LOGO_BYTES)
        return mw_flaw_is(flaw, N_("longer than 32 KiB"), "");
    if (count >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0)
        return mw_flaw_is(flaw, N_("a compressed file"), "");
    logo.parser = XML_ParserCreate(NULL);
    if (!logo.parser)
        mw_fail(MW_EXIT_OS, "out of memory");
    bool good = is_read(&logo, bytes, count);
    XML_ParserFree(logo.parser);
    return good;
}
