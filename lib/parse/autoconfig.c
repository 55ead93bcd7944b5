/* Autoconfig documents (config-v1.1.xml): what a client reads from <incomingServer> and <outgoingServer>. libxml2 is loaded when the first document comes, as
 * it would be a good part of the memory of every run. No network, no entities: a document with a DOCTYPE is refused. */
#include "tags.h"

#include <mailwhy/autoconfig.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <dlfcn.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <string.h>

/* --- the library -------------------------------------------------------------------------------------------------------------------------- */

static struct library {
    xmlDocPtr (*read_memory)(const char *buffer, int size, const char *url, const char *encoding, int options);
    void (*free_doc)(xmlDocPtr doc);
    xmlNodePtr (*root_of)(const xmlDoc *doc);
    xmlChar *(*get_prop)(const xmlNode *node, const xmlChar *name);
    xmlChar *(*get_content)(const xmlNode *node);
    xmlFreeFunc *free_text; /* a variable of the library's */
} library;

static bool load_library(void)
{
    static const char *const names[] = {"xmlReadMemory", "xmlFreeDoc", "xmlDocGetRootElement", "xmlGetProp", "xmlNodeGetContent", "xmlFree"};
    void *const places[] = {&library.read_memory, &library.free_doc, &library.root_of, &library.get_prop, &library.get_content, &library.free_text};
    static bool tried, loaded;
    if (tried)
        return loaded;
    tried = true;
    void *handle = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL);
    loaded = handle != NULL;
    for (size_t i = 0; loaded && i < MW_COUNT(names); i++) {
        void *symbol = dlsym(handle, names[i]);
        memcpy(places[i], &symbol, sizeof symbol); /* C has no cast from object to function pointers */
        loaded = symbol != NULL;
    }
    return loaded;
}

/* --- the document ------------------------------------------------------------------------------------------------------------------------- */

struct autoconfig_reader {
    struct mw_arena *arena;
    const char *domain;
    struct mw_autoconfig *document;
    struct mw_autoconfig_server *servers;
    struct mw_flaw *flaw; /* the first one */
};

static const char *keep(struct mw_arena *arena, xmlChar *text)
{
    const char *bytes = (const char *)text;
    if (!bytes)
        return "";
    size_t length = strlen(bytes);
    const char *kept = mw_text_trim(arena, mw_text_safe(arena, bytes, length, length * 4 < 500 ? length * 4 : 500));
    (*library.free_text)(text);
    return kept;
}

static bool is_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static const char *child_text(struct mw_arena *arena, const xmlNode *parent, const char *name)
{
    for (const xmlNode *node = parent->children; node; node = node->next)
        if (is_element(node, name))
            return keep(arena, library.get_content(node));
    return "";
}

static bool flawed(struct autoconfig_reader *reader, const char *why, const char *where)
{
    if (!reader->flaw->why)
        mw_flaw_is(reader->flaw, why, where);
    return false;
}

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

static bool read_host(struct autoconfig_reader *reader, const xmlNode *node, struct mw_autoconfig_server *server)
{
    const char *text = child_text(reader->arena, node, "hostname"), *why;
    server->host = mw_domain_read(reader->arena, with_domain(reader->arena, text, reader->domain), &why);
    return server->host || flawed(reader, N_("hostname is not a host"), text);
}

static bool read_port(struct autoconfig_reader *reader, const xmlNode *node, struct mw_autoconfig_server *server)
{
    long port;
    const char *text = child_text(reader->arena, node, "port");
    if (!mw_text_number(text, 1, 65535, &port))
        return flawed(reader, N_("port is not one"), text);
    server->port = (int)port;
    return true;
}

static bool read_security(struct autoconfig_reader *reader, const xmlNode *node, struct mw_autoconfig_server *server)
{
    static const struct { const char *text, *security; } kinds[] = {{"plain", "plain"}, {"STARTTLS", "starttls"}, {"SSL", "tls"}};
    const char *text = child_text(reader->arena, node, "socketType");
    for (size_t i = 0; i < MW_COUNT(kinds); i++)
        if (strcmp(text, kinds[i].text) == 0)
            server->security = kinds[i].security;
    return server->security || flawed(reader, N_("socketType is not plain, STARTTLS or SSL"), text);
}

static void read_server(struct autoconfig_reader *reader, const xmlNode *node, const char *service)
{
    struct mw_autoconfig_server server = {.service = service};
    if (reader->document->count == MW_AUTOCONFIG_SERVERS)
        return;
    if (!read_host(reader, node, &server) || !read_port(reader, node, &server) || !read_security(reader, node, &server))
        return;
    server.username = username_form(child_text(reader->arena, node, "username"));
    for (const xmlNode *child = node->children; child; child = child->next)
        if (is_element(child, "authentication"))
            mw_list_add(reader->arena, &server.auth, keep(reader->arena, library.get_content(child)));
    reader->servers[reader->document->count++] = server;
}

static void read_provider(struct autoconfig_reader *reader, const xmlNode *provider)
{
    static const struct { const char *element, *type; } services[] = {{"incomingServer", "imap"}, {"incomingServer", "pop3"}, {"outgoingServer", "smtp"}};
    reader->document->provider = keep(reader->arena, library.get_prop(provider, (const xmlChar *)"id"));
    for (const xmlNode *node = provider->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        const char *type = keep(reader->arena, library.get_prop(node, (const xmlChar *)"type"));
        for (size_t i = 0; i < MW_COUNT(services); i++)
            if (is_element(node, services[i].element) && strcmp(type, services[i].type) == 0)
                read_server(reader, node, services[i].type);
    }
}

static bool read_root(struct autoconfig_reader *reader, const xmlNode *root)
{
    if (!root || !is_element(root, "clientConfig"))
        return flawed(reader, N_("not a clientConfig document"), root ? mw_text_safe(reader->arena, root->name, strlen((const char *)root->name), 100) : "");
    for (const xmlNode *node = root->children; node; node = node->next)
        if (is_element(node, "emailProvider")) {
            read_provider(reader, node);
            return reader->document->count || flawed(reader, N_("no server in it"), "");
        }
    return flawed(reader, N_("no emailProvider in it"), "");
}

const struct mw_autoconfig *mw_autoconfig_read(struct mw_arena *arena, const char *bytes, size_t count, const char *domain, struct mw_flaw *flaw)
{
    struct mw_autoconfig *document = MW_NEW(arena, struct mw_autoconfig);
    struct autoconfig_reader reader = {arena, domain, document, MW_NEW_ARRAY(arena, struct mw_autoconfig_server, MW_AUTOCONFIG_SERVERS), flaw};
    *flaw = (struct mw_flaw){.where = ""};
    document->servers = reader.servers;
    document->provider = "";
    if (count > MW_AUTOCONFIG_BYTES || !load_library()) {
        flawed(&reader, count > MW_AUTOCONFIG_BYTES ? N_("longer than 64 KiB") : N_("libxml2 cannot be loaded"), "");
        return NULL;
    }
    xmlDocPtr doc = library.read_memory(bytes, (int)count, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc) {
        flawed(&reader, N_("not well-formed XML"), "");
        return NULL;
    }
    bool good = doc->intSubset ? flawed(&reader, N_("a DOCTYPE is refused"), "") : read_root(&reader, library.root_of(doc));
    library.free_doc(doc);
    return good ? document : NULL;
}
