/* Fetching over HTTPS and HTTP by libcurl, in the loop. Names are resolved by our resolver alone, so that curl starts no thread and no redirect leads to an
 * address that we refuse; the body ends at 64 KiB. Never judges what came. RFC 9110, RFC 8461 section 3.3. */
#include <mailwhy/fetch.h>

#include <stdbool.h>

#include "curl.h"
#include "inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BODY_CEILING 65536u
#define HOST_CEILING 253u
#define ADDRESSES_CEILING 8u

struct fetch {
    struct fetch *next, **back; /* while libcurl is at it */
    struct mw_net *net;
    struct mw_fetching *fetching;
    struct mw_fetched *fetched;
    const char *url, *host;
    int port, redirects;
    double wait_s;
    uint64_t start_ns;
    mw_got_fetched *got;
    void *context;
    unsigned awaited; /* lookups */
    bool has_answer;
    struct mw_list addresses, inner; /* of the Internet, and others */
    CURL *easy;
    struct curl_slist *resolve;
    char reason[CURL_ERROR_SIZE];
    bool too_long;
    size_t room;
    char *body;
};

struct mw_fetching {
    struct mw_net *net;
    struct mw_curl curl;
    const char *flaw; /* libcurl cannot be used; NULL */
    CURLM *multi;
    struct mw_timer *timer;
    struct fetch *active;
};

static void begin(struct fetch *fetch);

/* --- the end ------------------------------------------------------------------------------------------------------------------------------------ */
static void drop_easy(struct fetch *fetch)
{
    const struct mw_curl *curl = &fetch->fetching->curl;
    *fetch->back = fetch->next;
    if (fetch->next)
        fetch->next->back = fetch->back;
    curl->multi_remove_handle(fetch->fetching->multi, fetch->easy);
    curl->easy_cleanup(fetch->easy);
    curl->slist_free_all(fetch->resolve);
    fetch->resolve = NULL;
}

static void finish(struct fetch *fetch, const char *outcome, const char *why)
{
    struct mw_fetched *fetched = fetch->fetched;
    fetched->outcome = outcome;
    fetched->why = mw_text_safe(fetch->net->arena, why, strlen(why), CURL_ERROR_SIZE);
    fetched->ms = mw_ms_since(fetch->start_ns);
    fetch->got(fetch->context, fetched);
}

static const char *connect_outcome(const struct fetch *fetch)
{
    long error = 0;
    fetch->fetching->curl.easy_getinfo(fetch->easy, CURLINFO_OS_ERRNO, &error);
    if (error == ECONNREFUSED)
        return MW_REFUSED;
    return error == ETIMEDOUT ? MW_TIMED_OUT : error == ECONNRESET ? MW_RESET : MW_UNREACHABLE;
}

static const struct {
    CURLcode code;
    const char *outcome;
} outcomes[] = {
    /* clang-format off */
    {CURLE_OK,                    MW_OK},
    {CURLE_OPERATION_TIMEDOUT,    MW_TIMED_OUT},
    {CURLE_SSL_CONNECT_ERROR,     MW_TLS_FAILED},
    {CURLE_PEER_FAILED_VERIFICATION, MW_TLS_FAILED},
    {CURLE_SSL_CIPHER,            MW_TLS_FAILED},
    {CURLE_SSL_ISSUER_ERROR,      MW_TLS_FAILED},
    {CURLE_SEND_ERROR,            MW_RESET},
    {CURLE_RECV_ERROR,            MW_RESET},
    {CURLE_GOT_NOTHING,           MW_HUNG_UP},
    {CURLE_PARTIAL_FILE,          MW_HUNG_UP},
    /* clang-format on */
};

static const char *outcome_of(const struct fetch *fetch, CURLcode code)
{
    if (fetch->too_long)
        return MW_TOO_LONG;
    if (code == CURLE_COULDNT_CONNECT)
        return connect_outcome(fetch);
    for (size_t i = 0; i < MW_COUNT(outcomes); i++)
        if (outcomes[i].code == code)
            return outcomes[i].outcome;
    return MW_GARBLED;
}

static void read_response(struct fetch *fetch)
{
    const struct mw_curl *curl = &fetch->fetching->curl;
    struct mw_fetched *fetched = fetch->fetched;
    struct mw_arena *arena = fetch->net->arena;
    const char *media_type = NULL, *address = NULL, *location = NULL;
    long status = 0;
    curl->easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &media_type);
    curl->easy_getinfo(fetch->easy, CURLINFO_PRIMARY_IP, &address);
    curl->easy_getinfo(fetch->easy, CURLINFO_REDIRECT_URL, &location);
    fetched->status = (int)status;
    fetched->media_type = media_type ? mw_text_safe(arena, media_type, strlen(media_type), 200) : "";
    fetched->address = address ? mw_strdup(arena, address) : "";
    fetched->location = location ? mw_text_safe(arena, location, strlen(location), 1000) : NULL;
    fetched->body = fetch->body ? fetch->body : "";
}

/* The next URL of a chain of redirects is fetched like a new one: its name is resolved and its address looked at as well. */
static void follow(struct fetch *fetch)
{
    struct mw_arena *arena = fetch->net->arena;
    fetch->url = fetch->fetched->location;
    fetch->redirects--;
    fetch->fetched = MW_NEW(arena, struct mw_fetched);
    fetch->addresses = (struct mw_list){0};
    fetch->has_answer = false;
    fetch->inner = (struct mw_list){0};
    fetch->body = NULL;
    fetch->room = 0;
    begin(fetch);
}

static void ended(struct fetch *fetch, CURLcode code)
{
    const char *outcome = outcome_of(fetch, code);
    read_response(fetch);
    drop_easy(fetch);
    int class = fetch->fetched->status / 100;
    if (class == 3 && fetch->fetched->location && fetch->redirects > 0 && strcmp(outcome, MW_OK) == 0) {
        follow(fetch);
        return;
    }
    const char *words = *fetch->reason ? fetch->reason : fetch->fetching->curl.easy_strerror(code);
    finish(fetch, outcome, fetch->too_long ? "the body is longer than 64 KiB" : code == CURLE_OK ? "" : words);
}

/* --- libcurl in the loop ------------------------------------------------------------------------------------------------------------------------ */
static void collect(struct mw_fetching *fetching)
{
    CURLMsg *message;
    int left;
    while ((message = fetching->curl.multi_info_read(fetching->multi, &left))) {
        struct fetch *fetch = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        fetching->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&fetch);
        ended(fetch, code);
    }
}

static void act(struct mw_fetching *fetching, curl_socket_t socket, int events)
{
    int running;
    fetching->curl.multi_socket_action(fetching->multi, socket, events, &running);
    collect(fetching);
}

struct sock {
    struct mw_fetching *fetching;
    struct mw_poll *poll;
    curl_socket_t socket;
};

static void ready(void *context, int events)
{
    struct sock *sock = context;
    act(sock->fetching, sock->socket, (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0));
}

static int sock_changed(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    struct mw_fetching *fetching = context;
    struct sock *sock = known;
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (sock)
            mw_poll_stop(sock->poll);
        fetching->curl.multi_assign(fetching->multi, socket, NULL);
        return 0;
    }
    if (sock) {
        mw_poll_want(sock->poll, events);
        return 0;
    }
    sock = MW_NEW(fetching->net->arena, struct sock);
    *sock = (struct sock){.fetching = fetching, .socket = socket};
    sock->poll = mw_poll_start(fetching->net, socket, events, ready, sock);
    fetching->curl.multi_assign(fetching->multi, socket, sock);
    return 0;
}

static void rang(void *context)
{
    struct mw_fetching *fetching = context;
    fetching->timer = NULL;
    act(fetching, CURL_SOCKET_TIMEOUT, 0);
}

static int clock_changed(CURLM *multi, long wait_ms, void *context)
{
    struct mw_fetching *fetching = context;
    (void)multi;
    mw_timer_stop(fetching->timer);
    fetching->timer = wait_ms < 0 ? NULL : mw_timer_start(fetching->net, (double)wait_ms / 1000, rang, fetching);
    return 0;
}

static void start_library(struct mw_fetching *fetching)
{
    const struct mw_curl *curl = &fetching->curl;
    if (!mw_curl_load(&fetching->curl, &fetching->flaw))
        return;
    fetching->flaw = NULL;
    fetching->multi = curl->multi_init();
    curl->multi_setopt(fetching->multi, CURLMOPT_SOCKETFUNCTION, sock_changed);
    curl->multi_setopt(fetching->multi, CURLMOPT_SOCKETDATA, fetching);
    curl->multi_setopt(fetching->multi, CURLMOPT_TIMERFUNCTION, clock_changed);
    curl->multi_setopt(fetching->multi, CURLMOPT_TIMERDATA, fetching);
}

static struct mw_fetching *fetching_of(struct mw_net *net)
{
    if (net->fetching)
        return net->fetching;
    net->fetching = MW_NEW(net->arena, struct mw_fetching);
    net->fetching->net = net;
    start_library(net->fetching);
    return net->fetching;
}

/* --- one transfer ------------------------------------------------------------------------------------------------------------------------------- */
static size_t got_body(char *bytes, size_t size, size_t count, void *context)
{
    struct fetch *fetch = context;
    struct mw_fetched *fetched = fetch->fetched;
    size_t more = size * count, all = fetched->body_bytes + more;
    if (all > BODY_CEILING) {
        fetch->too_long = true;
        return 0;
    }
    if (all + 1 > fetch->room) {
        size_t room = all + 1 > 2048 ? 2 * (all + 1) : 2048;
        fetch->body = mw_grow(fetch->net->arena, fetch->body, fetch->room, room);
        fetch->room = room;
    }
    memcpy(fetch->body + fetched->body_bytes, bytes, more);
    fetched->body_bytes = all;
    return more;
}

static size_t got_header(char *bytes, size_t size, size_t count, void *context)
{
    struct fetch *fetch = context;
    const char *line = mw_strndup(fetch->net->arena, bytes, size * count < 200 ? size * count : 200);
    if (mw_text_starts(line, "Date:"))
        fetch->fetched->date = (int64_t)fetch->fetching->curl.getdate(line + 5, NULL);
    return size * count;
}

/* curl's own loading of the CA bundle costs 18 ms: it gets our store, which reads on demand. */
static CURLcode share_trust(CURL *easy, void *context, void *net)
{
    (void)easy;
    SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(mw_tls_context(net)));
    return CURLE_OK;
}

static void set_options(struct fetch *fetch)
{
    const struct mw_curl *curl = &fetch->fetching->curl;
    CURL *easy = fetch->easy;
    curl->easy_setopt(easy, CURLOPT_URL, fetch->url);
    curl->easy_setopt(easy, CURLOPT_PRIVATE, fetch);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* we ask the server itself */
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl->easy_setopt(easy, CURLOPT_USERAGENT, "mailwhy/" MW_VERSION);
    curl->easy_setopt(easy, CURLOPT_RESOLVE, fetch->resolve);
    curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(fetch->wait_s * 1000));
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(fetch->net->options.connect_wait_s * 1000));
    curl->easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl->easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, share_trust);
    curl->easy_setopt(easy, CURLOPT_SSL_CTX_DATA, fetch->net);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, got_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, got_header);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->reason);
}

static void transfer(struct fetch *fetch)
{
    struct mw_fetching *fetching = fetching_of(fetch->net);
    const struct mw_curl *curl = &fetching->curl;
    struct mw_arena *arena = fetch->net->arena;
    if (fetching->flaw) {
        finish(fetch, MW_SKIPPED, fetching->flaw);
        return;
    }
    fetch->fetching = fetching;
    fetch->next = fetching->active;
    fetch->back = &fetching->active;
    if (fetch->next)
        fetch->next->back = &fetch->next;
    fetching->active = fetch;
    fetch->easy = curl->easy_init();
    const char *addresses = mw_list_join(arena, &fetch->addresses, ",");
    if (fetch->addresses.count)
        fetch->resolve = curl->slist_append(NULL, mw_printf(arena, "%s:%d:%s", fetch->host, fetch->port, addresses));
    *fetch->reason = '\0';
    set_options(fetch);
    curl->multi_add_handle(fetching->multi, fetch->easy);
}

/* --- addresses ---------------------------------------------------------------------------------------------------------------------------------- */
static void take_address(struct fetch *fetch, const char *address)
{
    const struct mw_net_options *options = &fetch->net->options;
    bool six = mw_address_is_ipv6(address);
    if ((six && options->only_ipv4) || (!six && options->only_ipv6) || fetch->addresses.count + fetch->inner.count >= ADDRESSES_CEILING)
        return;
    struct mw_list *list = mw_address_is_inner(address) ? &fetch->inner : &fetch->addresses;
    mw_list_add(fetch->net->arena, list, six ? mw_printf(fetch->net->arena, "[%s]", address) : address);
}

static void got_inner(void *context, bool is_inner)
{
    struct fetch *fetch = context;
    if (is_inner) {
        fetch->addresses = fetch->inner;
        transfer(fetch);
        return;
    }
    const char *address = fetch->inner.items[0];
    finish(fetch, MW_UNREACHABLE, mw_printf(fetch->net->arena, "%s is not an address on the Internet", address));
}

static void addresses_known(struct fetch *fetch)
{
    if (fetch->addresses.count) {
        transfer(fetch);
        return;
    }
    if (fetch->inner.count && mw_address_read(fetch->net->arena, fetch->host)) {
        got_inner(fetch, false);
        return;
    }
    if (fetch->inner.count) {
        mw_ask_inner(fetch->net, fetch->host, got_inner, fetch);
        return;
    }
    finish(fetch, "dns", mw_dns_status_name(fetch->fetched->dns));
}

static void got_addresses(void *context, const struct mw_dns_answer *answer)
{
    struct fetch *fetch = context;
    size_t index = 0;
    const struct mw_record *record;
    if (answer->status == MW_DNS_OK || !fetch->has_answer)
        fetch->fetched->dns = answer->status;
    fetch->has_answer = true;
    for (index = 0; (record = mw_dns_next(answer, MW_A, &index));)
        take_address(fetch, record->address);
    for (index = 0; (record = mw_dns_next(answer, MW_AAAA, &index));)
        take_address(fetch, record->address);
    if (--fetch->awaited == 0)
        addresses_known(fetch);
}

/* Names that curl reads as we do: it would decode %61 and pass a name that it does not find among ours to its own resolver. */
static bool is_plain_host(const char *host)
{
    size_t bytes = strlen(host);
    return bytes && host[bytes - 1] != '.' && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") == bytes;
}

/* Host and port of an http or https URL; false: another kind of URL. */
static bool read_url(struct fetch *fetch)
{
    bool secure = mw_text_starts(fetch->url, "https://");
    if (!secure && !mw_text_starts(fetch->url, "http://"))
        return false;
    const char *host = fetch->url + (secure ? 8 : 7);
    size_t authority = strcspn(host, "/?#"), bytes = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    long port = secure ? 443 : 80;
    if (memchr(host, '@', authority) || bytes == 0 || bytes > HOST_CEILING || bytes > authority)
        return false;
    if (host[bytes] == ':' && !mw_text_number(mw_strndup(fetch->net->arena, host + bytes + 1, authority - bytes - 1), 1, 65535, &port))
        return false;
    bool bracket = *host == '[';
    fetch->host = mw_strndup(fetch->net->arena, host + bracket, bytes - 2 * (size_t)bracket);
    fetch->port = (int)port;
    return is_plain_host(fetch->host);
}

static void look_up(struct fetch *fetch)
{
    const char *literal = mw_address_read(fetch->net->arena, fetch->host);
    if (literal) {
        take_address(fetch, literal);
        addresses_known(fetch);
        return;
    }
    fetch->awaited = 2;
    mw_dns_ask(fetch->net, &(struct mw_question){.name = fetch->host, .type = MW_A}, got_addresses, fetch);
    mw_dns_ask(fetch->net, &(struct mw_question){.name = fetch->host, .type = MW_AAAA}, got_addresses, fetch);
}

static void begin(struct fetch *fetch)
{
    struct mw_fetched *fetched = fetch->fetched;
    fetched->media_type = fetched->body = fetched->address = "";
    fetched->date = -1;
    if (!read_url(fetch)) {
        finish(fetch, MW_GARBLED, "this is not the URL of a web page");
        return;
    }
    look_up(fetch);
}

static void begin_soon(void *context)
{
    begin(context);
}

void mw_fetch(struct mw_net *net, const char *url, int redirects, double wait_s, mw_got_fetched *got, void *context)
{
    struct fetch *fetch = MW_NEW(net->arena, struct fetch);
    fetch->net = net;
    fetch->url = mw_strdup(net->arena, url);
    fetch->redirects = redirects;
    fetch->wait_s = wait_s;
    fetch->got = got;
    fetch->context = context;
    fetch->start_ns = uv_hrtime();
    fetch->fetched = MW_NEW(net->arena, struct mw_fetched);
    mw_timer_start(net, 0, begin_soon, fetch);
}

void mw_fetching_end(struct mw_net *net)
{
    struct mw_fetching *fetching = net->fetching;
    while (fetching && fetching->active)
        drop_easy(fetching->active);
    if (fetching && fetching->multi)
        fetching->curl.multi_cleanup(fetching->multi);
    net->fetching = NULL;
}
