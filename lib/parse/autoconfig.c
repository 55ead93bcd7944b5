/* Autoconfig documents (config-v1.1.xml): what a client reads from <incomingServer> and <outgoingServer> of the first <emailProvider>. Expat hands over the
 * elements one by one: no network, no external entities, no tree; a document with a DOCTYPE is refused. */
#include "tags.h"

#include <mailwhy/autoconfig.h>
#include <mailwhy/dns.h>
#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <expat.h>
#include <string.h>

#define FIELD_CEILING 500u

/* Depths of the document: clientConfig, emailProvider, a server, a field of it. */
enum { ROOT = 1, PROVIDER, SERVER, FIELD };

struct fields {
    const char *hostname, *port, *socket_type, *username; /* "" until met; the first of each counts */
    struct mw_list auth;
};

struct autoconfig_reader {
    struct mw_arena *arena;
    XML_Parser parser;
    const char *domain;
    struct mw_autoconfig *document;
    struct mw_autoconfig_server *servers;
    struct mw_flaw *flaw; /* the first one */
    int depth;
    bool in_provider, had_provider;
    const char *service; /* of the server that we are in; NULL: in none */
    struct fields fields;
    char text[FIELD_CEILING];
    size_t text_bytes;
};

static bool flawed(struct autoconfig_reader *reader, const char *why, const char *where)
{
    if (!reader->flaw->why)
        mw_flaw_is(reader->flaw, why, where);
    return false;
}

static const char *keep(struct mw_arena *arena, const char *text, size_t bytes)
{
    return mw_text_trim(arena, mw_text_safe(arena, text, bytes, FIELD_CEILING));
}

/* --- one server ------------------------------------------------------------------------------------------------------------------------------- */

static const char *with_domain(struct mw_arena *arena, const char *text, const char *domain)
{
    static const char place[] = "%EMAILDOMAIN%";
    const char *at = strstr(text, place);
    return at ? mw_printf(arena, "%.*s%s%s", (int)(at - text), text, domain, at + strlen(place)) : text;
}

static const char *username_form(const char *text)
{
    static const struct { const char *text, *form; } forms[] = {
        {"%EMAILADDRESS%", "address"}, {"%EMAILLOCALPART%@%EMAILDOMAIN%", "address"}, {"%EMAILLOCALPART%", "localpart"}};
    for (size_t i = 0; i < MW_COUNT(forms); i++)
        if (strcmp(text, forms[i].text) == 0)
            return forms[i].form;
    return text;
}

static bool read_host(struct autoconfig_reader *reader, struct mw_autoconfig_server *server)
{
    const char *text = reader->fields.hostname, *why;
    server->host = mw_domain_read(reader->arena, with_domain(reader->arena, text, reader->domain), &why);
    return server->host || flawed(reader, N_("hostname is not a host"), text);
}

static bool read_port(struct autoconfig_reader *reader, struct mw_autoconfig_server *server)
{
    long port;
    if (!mw_text_number(reader->fields.port, 1, 65535, &port))
        return flawed(reader, N_("port is not one"), reader->fields.port);
    server->port = (int)port;
    return true;
}

static bool read_security(struct autoconfig_reader *reader, struct mw_autoconfig_server *server)
{
    static const struct { const char *text, *security; } kinds[] = {{"plain", "plain"}, {"STARTTLS", "starttls"}, {"SSL", "tls"}};
    const char *text = reader->fields.socket_type;
    for (size_t i = 0; i < MW_COUNT(kinds); i++)
        if (strcmp(text, kinds[i].text) == 0)
            server->security = kinds[i].security;
    return server->security || flawed(reader, N_("socketType is not plain, STARTTLS or SSL"), text);
}

static void end_server(struct autoconfig_reader *reader)
{
    struct mw_autoconfig_server server = {.service = reader->service, .username = username_form(reader->fields.username), .auth = reader->fields.auth};
    if (reader->document->count < MW_AUTOCONFIG_SERVERS && read_host(reader, &server) && read_port(reader, &server) && read_security(reader, &server))
        reader->servers[reader->document->count++] = server;
}

static void end_field(struct autoconfig_reader *reader, const char *name)
{
    struct fields *fields = &reader->fields;
    const struct { const char *name, **place; } places[] = {
        {"hostname", &fields->hostname}, {"port", &fields->port}, {"socketType", &fields->socket_type}, {"username", &fields->username}};
    const char *text = keep(reader->arena, reader->text, reader->text_bytes);
    for (size_t i = 0; i < MW_COUNT(places); i++)
        if (strcmp(name, places[i].name) == 0 && !**places[i].place)
            *places[i].place = text;
    if (strcmp(name, "authentication") == 0)
        mw_list_add(reader->arena, &fields->auth, text);
}

/* --- elements as they come -------------------------------------------------------------------------------------------------------------------- */

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

static void begin_server(struct autoconfig_reader *reader, const char *name, const char **attributes)
{
    static const struct { const char *element, *type; } services[] = {{"incomingServer", "imap"}, {"incomingServer", "pop3"}, {"outgoingServer", "smtp"}};
    reader->fields = (struct fields){.hostname = "", .port = "", .socket_type = "", .username = ""};
    for (size_t i = 0; i < MW_COUNT(services); i++)
        if (strcmp(name, services[i].element) == 0 && strcmp(attribute(attributes, "type"), services[i].type) == 0)
            reader->service = services[i].type;
}

static void begin(void *context, const char *name, const char **attributes)
{
    struct autoconfig_reader *reader = context;
    reader->depth++;
    if (reader->depth == ROOT && strcmp(name, "clientConfig") != 0) {
        flawed(reader, N_("not a clientConfig document"), keep(reader->arena, name, strlen(name)));
        XML_StopParser(reader->parser, XML_FALSE);
    }
    if (reader->depth == PROVIDER && strcmp(name, "emailProvider") == 0 && !reader->had_provider) {
        const char *id = attribute(attributes, "id");
        reader->document->provider = keep(reader->arena, id, strlen(id));
        reader->in_provider = reader->had_provider = true;
    }
    if (reader->depth == SERVER && reader->in_provider)
        begin_server(reader, name, attributes);
    if (reader->depth == FIELD)
        reader->text_bytes = 0;
}

static void end(void *context, const char *name)
{
    struct autoconfig_reader *reader = context;
    if (reader->depth == FIELD && reader->service)
        end_field(reader, name);
    if (reader->depth == SERVER && reader->service) {
        end_server(reader);
        reader->service = NULL;
    }
    if (reader->depth == PROVIDER)
        reader->in_provider = false;
    reader->depth--;
}

static void got_text(void *context, const char *text, int bytes)
{
    struct autoconfig_reader *reader = context;
    size_t room = FIELD_CEILING - reader->text_bytes, taken = (size_t)bytes < room ? (size_t)bytes : room;
    if (reader->depth < FIELD || !reader->service)
        return;
    memcpy(reader->text + reader->text_bytes, text, taken);
    reader->text_bytes += taken;
}

static void got_doctype(void *context, const char *name, const char *system, const char *public, int has_subset)
{
    struct autoconfig_reader *reader = context;
    (void)name, (void)system, (void)public, (void)has_subset;
    flawed(reader, N_("a DOCTYPE is refused"), "");
    XML_StopParser(reader->parser, XML_FALSE);
}

static bool read_document(struct autoconfig_reader *reader, const char *bytes, size_t count)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, begin, end);
    XML_SetCharacterDataHandler(reader->parser, got_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, got_doctype);
    if (XML_Parse(reader->parser, bytes, (int)count, XML_TRUE) != XML_STATUS_OK)
        return reader->flaw->why ? false : flawed(reader, N_("not well-formed XML"), "");
    if (!reader->had_provider)
        return flawed(reader, N_("no emailProvider in it"), "");
    return reader->document->count || flawed(reader, N_("no server in it"), "");
}

const struct mw_autoconfig *mw_autoconfig_read(struct mw_arena *arena, const char *bytes, size_t count, const char *domain, struct mw_flaw *flaw)
{
    struct autoconfig_reader *reader = MW_NEW(arena, struct autoconfig_reader);
    reader->arena = arena;
    reader->domain = domain;
    reader->document = MW_NEW(arena, struct mw_autoconfig);
    reader->document->servers = reader->servers = MW_NEW_ARRAY(arena, struct mw_autoconfig_server, MW_AUTOCONFIG_SERVERS);
    reader->document->provider = "";
    reader->flaw = flaw;
    *flaw = (struct mw_flaw){.where = ""};
    if (count > MW_AUTOCONFIG_BYTES) {
        flawed(reader, N_("longer than 64 KiB"), "");
        return NULL;
    }
    reader->parser = XML_ParserCreate(NULL);
    if (!reader->parser)
        mw_fail(MW_EXIT_OS, "out of memory");
    bool good = read_document(reader, bytes, count);
    XML_ParserFree(reader->parser);
    return good ? reader->document : NULL;
}
