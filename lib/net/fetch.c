/* Fetching a small file over HTTPS or HTTP: resolves the name with our resolver, connects to its addresses one after the other, each with a head start of a
 * quarter second (RFC 8305), verifies the certificate as a browser would, asks once, and keeps at most 64 KiB unless more is asked for. Never goes to an
 * address on an inner network on a stranger's word, and never judges what came. A GET needs no more of HTTP than lib/parse/http.c; libcurl would take half of
 * the memory of a run. RFC 9110, RFC 9112, RFC 8461 section 3.3. */
#include <mailwhy/fetch.h>
#include <mailwhy/http.h>

#include "inside.h"

#include <string.h>

#define ADDRESSES_CEILING 6u
#define HEAD_START_S 0.25
#define AGENT "mailwhy/" MW_VERSION

struct fetch {
    struct mw_net *net;
    struct mw_fetched *fetched;
    struct mw_fetch_wish wish; /* its URL is that of the redirect that was followed last */
    struct mw_url url;
    uint64_t start_ns;
    mw_got_fetched *got;
    void *context;
    unsigned awaited; /* lookups */
    bool has_answer;
    struct mw_list addresses, inner; /* of the Internet, and others */
    struct attempt *attempts;
    size_t started, failed;
    const char *failure;
    struct mw_timer *head_start, *deadline;
    struct mw_wire *wire;
    struct mw_tls_seen *tls; /* while the handshake lasts */
    char *heard;
    size_t heard_bytes, heard_room;
};

struct attempt {
    struct fetch *fetch;
    struct mw_dial *dial;
    const char *address;
};

static void begin(struct fetch *fetch);
static void start_attempt(struct fetch *fetch);

/* --- the end ------------------------------------------------------------------------------------------------------------------------------------ */
static void stop_attempts(struct fetch *fetch)
{
    mw_timer_stop(fetch->head_start);
    fetch->head_start = NULL;
    for (size_t i = 0; i < fetch->started; i++) {
        if (fetch->attempts[i].dial)
            mw_dial_cancel(fetch->attempts[i].dial);
        fetch->attempts[i].dial = NULL;
    }
}

static void finish(struct fetch *fetch, const char *outcome, const char *why)
{
    struct mw_fetched *fetched = fetch->fetched;
    stop_attempts(fetch);
    mw_timer_stop(fetch->deadline);
    if (fetch->wire)
        mw_wire_close(fetch->wire);
    fetch->wire = NULL;
    fetched->outcome = outcome;
    fetched->why = why;
    fetched->ms = mw_ms_since(fetch->start_ns);
    fetch->got(fetch->context, fetched);
}

static void rang(void *context)
{
    struct fetch *fetch = context;
    fetch->deadline = NULL;
    if (fetch->tls)
        fetch->tls->outcome = MW_TIMED_OUT;
    finish(fetch, MW_TIMED_OUT, fetch->wire ? "the web server did not answer in time" : "no connection in time");
}

/* --- the response -------------------------------------------------------------------------------------------------------------------------------- */
/* The next URL of a chain of redirects is fetched like a new one: its name is resolved and its address looked at as well. */
static void follow(struct fetch *fetch, const char *location)
{
    mw_wire_close(fetch->wire);
    mw_timer_stop(fetch->deadline);
    struct fetch next = {.net = fetch->net, .wish = fetch->wish, .got = fetch->got, .context = fetch->context};
    next.wish.url = location;
    next.wish.redirects--;
    next.wish.public_only = fetch->wish.public_only || fetch->wish.by_user;
    next.wish.by_user = false;
    next.start_ns = fetch->start_ns;
    next.fetched = MW_NEW(fetch->net->arena, struct mw_fetched);
    *fetch = next;
    begin(fetch);
}

static bool may_follow(const struct fetch *fetch)
{
    const char *location = fetch->fetched->location;
    return location && fetch->wish.redirects > 0 && (!fetch->wish.secure_only || mw_text_starts(location, "https://"));
}

static void got_response(struct fetch *fetch, const struct mw_http *response)
{
    struct mw_fetched *fetched = fetch->fetched;
    fetched->status = response->status;
    fetched->media_type = response->media_type;
    fetched->date = response->date;
    fetched->body = response->body;
    fetched->body_bytes = response->body_bytes;
    if (response->status / 100 == 3 && response->location)
        fetched->location = mw_url_join(fetch->net->arena, &fetch->url, response->location);
    if (may_follow(fetch)) {
        follow(fetch, fetched->location);
        return;
    }
    finish(fetch, MW_OK, "");
}

static void too_long(struct fetch *fetch)
{
    finish(fetch, MW_TOO_LONG, mw_printf(fetch->net->arena, "the answer is longer than %zu KiB", fetch->wish.body_ceiling / 1024));
}

/* What is there is read anew with each piece, in an arena of its own until it is whole. */
static void read_response(struct fetch *fetch, const char *broken)
{
    struct mw_http response = {0};
    struct mw_arena *scratch = mw_arena_new();
    size_t ceiling = fetch->wish.body_ceiling;
    int read = fetch->heard_bytes ? mw_http_read_up_to(scratch, fetch->heard, fetch->heard_bytes, broken, ceiling, &response) : MW_FRAME_MORE;
    mw_arena_free(scratch);
    if (read == 1) {
        mw_http_read_up_to(fetch->net->arena, fetch->heard, fetch->heard_bytes, broken, ceiling, &response);
        got_response(fetch, &response);
        return;
    }
    if (read == MW_FRAME_TOO_LONG)
        too_long(fetch);
    if (read == MW_FRAME_GARBLED)
        finish(fetch, MW_GARBLED, "the answer is not HTTP");
    if (read == MW_FRAME_MORE && broken)
        finish(fetch, broken, fetch->heard_bytes ? "the answer ended in the middle" : "the web server gave no answer");
}

static void make_room(struct fetch *fetch)
{
    if (fetch->heard_bytes < fetch->heard_room)
        return;
    size_t room = fetch->heard_room ? fetch->heard_room * 2 : 4096;
    fetch->heard = mw_grow(fetch->net->arena, fetch->heard, fetch->heard_room, room);
    fetch->heard_room = room;
}

static void hear(struct fetch *fetch)
{
    const char *broken = NULL;
    size_t ceiling = MW_HTTP_CEILING(fetch->wish.body_ceiling);
    while (!broken && fetch->heard_bytes < ceiling) {
        make_room(fetch);
        long got = mw_wire_read(fetch->wire, fetch->heard + fetch->heard_bytes, fetch->heard_room - fetch->heard_bytes, &broken);
        if (got == 0)
            break;
        if (got > 0)
            fetch->heard_bytes += (size_t)got;
    }
    if (fetch->heard_bytes >= ceiling) {
        too_long(fetch);
        return;
    }
    read_response(fetch, broken);
}

/* --- the connection ------------------------------------------------------------------------------------------------------------------------------ */
static void ask(struct fetch *fetch)
{
    const char *request = mw_http_request(fetch->net->arena, &fetch->url, AGENT, fetch->wish.accept);
    mw_wire_write(fetch->wire, request, strlen(request));
}

/* Why the certificate must not be trusted for the host; NULL: it may. */
static const char *distrust(struct fetch *fetch, const struct mw_tls_seen *seen)
{
    struct mw_arena *arena = fetch->net->arena;
    if (seen->chain.count == 0)
        return "the web server showed no certificate";
    if (seen->verify.count)
        return mw_list_join(arena, &seen->verify, "; ");
    if (!seen->name_ok)
        return mw_printf(arena, "the certificate is not for %s but for %s", fetch->url.host, mw_list_join(arena, &seen->names, ", "));
    return NULL;
}

/* False: not done, or the fetch has ended. */
static bool shake(struct fetch *fetch)
{
    const char *outcome = mw_wire_shake(fetch->wire);
    if (!outcome)
        return false;
    const struct mw_tls_seen *seen = fetch->tls;
    fetch->tls = NULL;
    if (strcmp(outcome, MW_OK) != 0) {
        finish(fetch, outcome, seen->alert ? seen->alert : seen->plain ? seen->plain : outcome);
        return false;
    }
    const char *why = distrust(fetch, seen);
    if (why)
        finish(fetch, MW_TLS_FAILED, why);
    if (!why)
        ask(fetch);
    return !why;
}

static void ready(void *context)
{
    struct fetch *fetch = context;
    if (!fetch->tls || shake(fetch))
        hear(fetch);
}

static void connected(struct fetch *fetch, const struct attempt *attempt, int socket)
{
    fetch->fetched->address = attempt->address;
    stop_attempts(fetch);
    fetch->wire = mw_wire_new(fetch->net, socket, ready, fetch);
    if (!fetch->url.secure) {
        ask(fetch);
        return;
    }
    fetch->tls = MW_NEW(fetch->net->arena, struct mw_tls_seen);
    fetch->fetched->tls = fetch->tls;
    mw_wire_start_tls(fetch->wire, fetch->net->arena, fetch->url.host, fetch->tls);
    shake(fetch);
}

/* How much a failure to connect says: what a server or a router said, more than silence. */
static int weight(const char *outcome)
{
    static const char *const order[] = {MW_TIMED_OUT, MW_UNREACHABLE, MW_RESET, MW_REFUSED};
    for (size_t i = 0; i < MW_COUNT(order); i++)
        if (outcome && strcmp(order[i], outcome) == 0)
            return (int)i;
    return -1;
}

static void got_socket(void *context, int socket, const char *outcome, double ms)
{
    struct attempt *attempt = context;
    struct fetch *fetch = attempt->fetch;
    (void)ms;
    attempt->dial = NULL;
    if (strcmp(outcome, MW_OK) == 0) {
        connected(fetch, attempt, socket);
        return;
    }
    fetch->failed++;
    fetch->failure = weight(outcome) > weight(fetch->failure) ? outcome : fetch->failure;
    if (fetch->failed == fetch->addresses.count)
        finish(fetch, fetch->failure, mw_printf(fetch->net->arena, "%s: %s", attempt->address, outcome));
    else if (fetch->started < fetch->addresses.count)
        start_attempt(fetch);
}

static void head_start_over(void *context)
{
    struct fetch *fetch = context;
    fetch->head_start = NULL;
    start_attempt(fetch);
}

static void start_attempt(struct fetch *fetch)
{
    struct attempt *attempt = &fetch->attempts[fetch->started];
    attempt->fetch = fetch;
    attempt->address = fetch->addresses.items[fetch->started++];
    mw_timer_stop(fetch->head_start);
    fetch->head_start = fetch->started < fetch->addresses.count ? mw_timer_start(fetch->net, HEAD_START_S, head_start_over, fetch) : NULL;
    attempt->dial = mw_dial(fetch->net, attempt->address, fetch->url.port, 0, got_socket, attempt);
}

/* The families take turns, as one of them may be broken. */
static void take_turns(struct fetch *fetch)
{
    struct mw_list sorted = {0};
    const struct mw_list *all = &fetch->addresses;
    size_t next[2] = {0, 0};
    for (bool six = true; sorted.count < all->count; six = !six) {
        while (next[six] < all->count && mw_address_is_ipv6(all->items[next[six]]) != six)
            next[six]++;
        if (next[six] < all->count)
            mw_list_add(fetch->net->arena, &sorted, all->items[next[six]++]);
    }
    fetch->addresses = sorted;
}

static void connect_to_any(struct fetch *fetch)
{
    take_turns(fetch);
    fetch->attempts = MW_NEW_ARRAY(fetch->net->arena, struct attempt, fetch->addresses.count);
    fetch->deadline = mw_timer_start(fetch->net, fetch->wish.wait_s, rang, fetch);
    start_attempt(fetch);
}

/* --- addresses ---------------------------------------------------------------------------------------------------------------------------------- */
static void take_address(struct fetch *fetch, const char *address)
{
    const struct mw_net_options *options = &fetch->net->options;
    bool six = mw_address_is_ipv6(address);
    if ((six && options->only_ipv4) || (!six && options->only_ipv6) || fetch->addresses.count + fetch->inner.count >= ADDRESSES_CEILING)
        return;
    mw_list_add(fetch->net->arena, mw_address_is_inner(address) ? &fetch->inner : &fetch->addresses, address);
}

static void got_inner(void *context, bool is_inner)
{
    struct fetch *fetch = context;
    if (is_inner) {
        fetch->addresses = fetch->inner;
        connect_to_any(fetch);
        return;
    }
    finish(fetch, MW_UNREACHABLE, mw_printf(fetch->net->arena, "%s is not an address on the Internet", fetch->inner.items[0]));
}

static void addresses_known(struct fetch *fetch)
{
    if (fetch->addresses.count) {
        connect_to_any(fetch);
        return;
    }
    if (fetch->inner.count && fetch->wish.by_user) {
        got_inner(fetch, true);
        return;
    }
    if (fetch->inner.count && (fetch->wish.public_only || mw_address_read(fetch->net->arena, fetch->url.host))) {
        got_inner(fetch, false);
        return;
    }
    if (fetch->inner.count) {
        mw_ask_inner(fetch->net, fetch->url.host, got_inner, fetch);
        return;
    }
    finish(fetch, "dns", mw_dns_status_name(fetch->fetched->dns));
}

static void got_addresses(void *context, const struct mw_dns_answer *answer)
{
    struct fetch *fetch = context;
    const struct mw_record *record;
    if (answer->status == MW_DNS_OK || !fetch->has_answer)
        fetch->fetched->dns = answer->status;
    fetch->has_answer = true;
    for (size_t index = 0; (record = mw_dns_next(answer, MW_A, &index));)
        take_address(fetch, record->address);
    for (size_t index = 0; (record = mw_dns_next(answer, MW_AAAA, &index));)
        take_address(fetch, record->address);
    if (--fetch->awaited == 0)
        addresses_known(fetch);
}

static void look_up(struct fetch *fetch)
{
    const char *literal = mw_address_read(fetch->net->arena, fetch->url.host);
    if (literal) {
        take_address(fetch, literal);
        addresses_known(fetch);
        return;
    }
    fetch->awaited = 2;
    mw_dns_ask(fetch->net, &(struct mw_question){.name = fetch->url.host, .type = MW_A}, got_addresses, fetch);
    mw_dns_ask(fetch->net, &(struct mw_question){.name = fetch->url.host, .type = MW_AAAA}, got_addresses, fetch);
}

static void begin(struct fetch *fetch)
{
    struct mw_fetched *fetched = fetch->fetched;
    fetched->media_type = fetched->body = fetched->address = "";
    fetched->date = -1;
    if (!mw_url_read(fetch->net->arena, fetch->wish.url, &fetch->url)) {
        finish(fetch, MW_GARBLED, "this is not the URL of a web page");
        return;
    }
    look_up(fetch);
}

static void begin_soon(void *context)
{
    begin(context);
}

void mw_fetch_as(struct mw_net *net, const struct mw_fetch_wish *wish, mw_got_fetched *got, void *context)
{
    struct fetch *fetch = MW_NEW(net->arena, struct fetch);
    fetch->net = net;
    fetch->wish = *wish;
    fetch->wish.url = mw_strdup(net->arena, wish->url);
    fetch->wish.body_ceiling = wish->body_ceiling ? wish->body_ceiling : MW_HTTP_BODY_CEILING;
    fetch->got = got;
    fetch->context = context;
    fetch->start_ns = uv_hrtime();
    fetch->fetched = MW_NEW(net->arena, struct mw_fetched);
    mw_timer_start(net, 0, begin_soon, fetch);
}

void mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context)
{
    mw_fetch_as(net, &(struct mw_fetch_wish){.url = url, .redirects = redirects, .wait_s = wait_s}, got, context);
}
