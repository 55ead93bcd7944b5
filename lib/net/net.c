/* The net: options, resolvers, the loop and its handles. It never blocks after mw_net_new, which reads /etc/resolv.conf. */
#include "inside.h"

#include <mailwhy/anchor.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESOLVERS_CEILING 3u /* of a file, as in resolv.conf(5) */
#define LINE_ROOM 512

double mw_ms_since(uint64_t start_ns)
{
    return (double)(uv_hrtime() - start_ns) / 1e6;
}

char *mw_server_read(struct mw_arena *arena, const char *text, int port)
{
    const char *host = text, *end = strchr(text, ']'), *behind = end ? end + 1 : strrchr(text, ':');
    long number = port;
    if (end && *text != '[')
        return NULL;
    if (!end && behind && strchr(text, ':') != behind)
        behind = NULL; /* an IPv6 address without brackets has no port */
    if (end) {
        host = text + 1;
        behind = *behind ? behind : NULL;
    }
    if (behind && (*behind != ':' || !mw_text_number(behind + 1, 1, 65535, &number)))
        return NULL;
    size_t bytes = end ? (size_t)(end - host) : behind ? (size_t)(behind - host) : strlen(host);
    const char *address = mw_address_read(arena, mw_strndup(arena, host, bytes));
    if (!address || (end && !mw_address_is_ipv6(address)))
        return NULL;
    return mw_printf(arena, mw_address_is_ipv6(address) ? "[%s]:%ld" : "%s:%ld", address, number);
}

char *mw_server_address(struct mw_arena *arena, const char *server)
{
    const char *colon = strrchr(server, ':');
    bool bracket = *server == '[';
    return mw_strndup(arena, server + bracket, (size_t)(colon - server) - 2 * (size_t)bracket);
}

/* A "nameserver" line; an address with a scope is passed over. */
static void take_line(struct mw_net *net, const char *line, size_t most)
{
    struct mw_list words = mw_text_split(net->arena, line, " \t\r\n");
    if (words.count < 2 || !mw_text_same(words.items[0], "nameserver") || net->resolvers.count >= most)
        return;
    const char *server = mw_server_read(net->arena, words.items[1], 53);
    if (server)
        mw_list_add(net->arena, &net->resolvers, server);
}

static void read_system(struct mw_net *net)
{
    char line[LINE_ROOM];
    size_t most = net->resolvers.count + RESOLVERS_CEILING;
    FILE *file = fopen("/etc/resolv.conf", "re");
    while (file && fgets(line, sizeof line, file))
        take_line(net, line, most);
    if (file)
        fclose(file);
}

static const char *take_resolvers(struct mw_net *net, const struct mw_list *asked)
{
    for (size_t i = 0; i < asked->count; i++) {
        if (mw_text_same(asked->items[i], "system")) {
            read_system(net);
            continue;
        }
        const char *server = mw_server_read(net->arena, asked->items[i], 53);
        if (!server)
            return mw_printf(net->arena, "resolver \"%s\" is not ADDRESS, ADDRESS:PORT or system", asked->items[i]);
        mw_list_add(net->arena, &net->resolvers, server);
    }
    if (asked->count == 0)
        read_system(net);
    return NULL;
}

/* Libunbound reads the file when it is asked first, and then says of a flaw only that there is one. */
const char *mw_net_read_anchor(struct mw_net *net, const char *path)
{
    struct mw_flaw flaw;
    FILE *file = fopen(path, "re");
    if (!file)
        return mw_printf(net->arena, "trust anchor %s: %s", path, strerror(errno));
    char *text = mw_alloc(net->arena, MW_ANCHOR_BYTES + 1);
    size_t count = fread(text, 1, MW_ANCHOR_BYTES, file);
    text[count] = '\0';
    fclose(file);
    if (mw_anchor_read(net->arena, text, &net->anchors, &flaw))
        return NULL;
    return mw_printf(net->arena, "trust anchor %s:%d: %s%s%s", path, flaw.line, flaw.why, *flaw.where ? ": " : "", flaw.where);
}

static const char *check_files(struct mw_net *net)
{
    const char *ca_file = net->options.ca_file, *anchor = net->options.trust_anchor;
    const char *flaw = anchor ? mw_net_read_anchor(net, anchor) : NULL;
    if (flaw)
        return flaw;
    if (ca_file && access(ca_file, R_OK) != 0)
        return mw_printf(net->arena, "CA file %s: %s", ca_file, strerror(errno));
    if (ca_file && !mw_tls_load_file(NULL, ca_file))
        return mw_printf(net->arena, "CA file %s: no certificate in it", ca_file);
    return NULL;
}

static void copy_options(struct mw_net *net, const struct mw_net_options *options)
{
    net->options = *options;
    net->options.resolvers = (struct mw_list){0};
    for (size_t i = 0; i < options->resolvers.count; i++)
        mw_list_add(net->arena, &net->options.resolvers, mw_strdup(net->arena, options->resolvers.items[i]));
    if (options->ca_file)
        net->options.ca_file = mw_strdup(net->arena, options->ca_file);
    if (options->trust_anchor)
        net->options.trust_anchor = mw_strdup(net->arena, options->trust_anchor);
    if (net->options.dns_wait_s <= 0)
        net->options.dns_wait_s = 2.5;
    if (net->options.connect_wait_s <= 0)
        net->options.connect_wait_s = 10;
}

struct mw_net *mw_net_new(struct mw_arena *arena, const struct mw_net_options *options, const char **flaw)
{
    struct mw_net *net = MW_NEW(arena, struct mw_net);
    net->arena = arena;
    copy_options(net, options);
    const char *why = take_resolvers(net, &options->resolvers);
    if (!why)
        why = check_files(net);
    if (why) {
        *flaw = why;
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN); /* a peer that closed is an outcome, not our end */
    if (uv_loop_init(&net->loop) != 0) {
        *flaw = "the event loop cannot be made";
        return NULL;
    }
    return net;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void mw_net_free(struct mw_net *net)
{
    if (!net)
        return;
    while (net->wires)
        mw_wire_close(net->wires);
    mw_validating_end(net);
    mw_asking_end(net);
    SSL_CTX_free(net->tls);
    uv_walk(&net->loop, close_handle, NULL);
    uv_run(&net->loop, UV_RUN_DEFAULT);
    uv_loop_close(&net->loop);
}

struct uv_loop_s *mw_net_loop(struct mw_net *net)
{
    return &net->loop;
}

struct mw_arena *mw_net_arena(struct mw_net *net)
{
    return net->arena;
}

const struct mw_net_options *mw_net_options(const struct mw_net *net)
{
    return &net->options;
}

const struct mw_list *mw_net_resolvers(const struct mw_net *net)
{
    return &net->resolvers;
}
