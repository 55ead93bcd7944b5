/* DNS packets to one server and back, over UDP and TCP. While a question waits it has a socket of its own that is connected to its server, so that its port is
 * as hard to guess as its id (RFC 5452 section 9.2), and only a packet of that server with that id and that question is its answer; whatever else comes is
 * passed over, up to a ceiling. A socket that brought an answer serves later questions to the same server, by TCP too (RFC 7766 section 6.2.1).
 * It never reads what an answer says, never tries again and has no deadline; ask.c does. */
#include "inside.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_CEILING 64u
#define USES_CEILING 64u      /* questions on one socket, then the next has another port */
#define STRANGERS_CEILING 64u /* packets that are not the answer; who sends more is not listened to */
#define QUERY_CEILING 320u
#define MESSAGE_CEILING 65535u
#define HEADER 12u

struct line { /* a socket to one server */
    struct mw_channels *all;
    struct mw_sending *sending; /* NULL: idle */
    const char *server;
    bool tcp, has_sent;
    int fd;
    struct mw_poll *poll;
    unsigned uses, strangers;
    uint8_t last_id[2]; /* of the answer before: it may come twice */
    struct room *in;    /* TCP: what came of a message, its length first */
    size_t came;
    struct line *next, **at;
};

struct mw_sending {
    struct mw_channels *all;
    struct line *line;
    mw_got_wire *got;
    void *context;
    bool tcp, heard_others;
    enum mw_dns_status failed;
    struct mw_timer *timer;
    const char *server;
    size_t bytes;
    uint8_t wire[2 + QUERY_CEILING]; /* its length first, as TCP has it */
    struct mw_sending *next;
};

struct room {
    struct room *next;
    uint8_t bytes[2 + MESSAGE_CEILING];
};

struct mw_channels {
    struct mw_net *net;
    struct line *lines, *spare_lines;
    struct line *idle[IDLE_CEILING]; /* the longest idle first */
    size_t idle_count;
    struct mw_sending *spare_sendings;
    struct room *spare_rooms, *datagram;
};

/* --- lines -------------------------------------------------------------------------------------------------------------------------------- */

static struct room *take_room(struct mw_channels *all)
{
    struct room *room = all->spare_rooms;
    if (!room)
        return MW_NEW(all->net->arena, struct room);
    all->spare_rooms = room->next;
    return room;
}

static void give_room(struct line *line)
{
    if (!line->in)
        return;
    line->in->next = line->all->spare_rooms;
    line->all->spare_rooms = line->in;
    line->in = NULL;
    line->came = 0;
}

static void close_line(struct line *line)
{
    mw_poll_stop(line->poll);
    close(line->fd);
    give_room(line);
    *line->at = line->next;
    if (line->next)
        line->next->at = line->at;
    line->next = line->all->spare_lines;
    line->all->spare_lines = line;
}

static void forget_idle(struct mw_channels *all, size_t at)
{
    all->idle_count--;
    memmove(all->idle + at, all->idle + at + 1, (all->idle_count - at) * sizeof *all->idle);
}

static void close_idle(struct line *line)
{
    for (size_t i = 0; i < line->all->idle_count; i++)
        if (line->all->idle[i] == line) {
            forget_idle(line->all, i);
            break;
        }
    close_line(line);
}

/* The line has brought its answer. */
static void rest(struct line *line)
{
    struct mw_channels *all = line->all;
    line->sending = NULL;
    line->strangers = 0;
    give_room(line);
    if (line->uses >= USES_CEILING) {
        close_line(line);
        return;
    }
    if (all->idle_count == IDLE_CEILING)
        close_idle(all->idle[0]);
    all->idle[all->idle_count++] = line;
}

static struct line *take_idle(struct mw_channels *all, const char *server, bool tcp)
{
    for (size_t i = all->idle_count; i--;) {
        struct line *line = all->idle[i];
        if (line->tcp == tcp && strcmp(line->server, server) == 0) {
            forget_idle(all, i);
            return line;
        }
    }
    return NULL;
}

/* Of "address:port" or "[address]:port". */
static socklen_t read_place(const char *server, struct sockaddr_storage *place)
{
    char address[INET6_ADDRSTRLEN + 1] = "";
    const char *colon = strrchr(server, ':');
    bool six = *server == '[';
    long port = 0;
    size_t length = (size_t)(colon - server) - 2 * (size_t)six;
    if (length >= sizeof address || !mw_text_number(colon + 1, 1, 65535, &port))
        return 0;
    memcpy(address, server + six, length);
    if (six)
        return uv_ip6_addr(address, (int)port, (struct sockaddr_in6 *)place) == 0 ? sizeof(struct sockaddr_in6) : 0;
    return uv_ip4_addr(address, (int)port, (struct sockaddr_in *)place) == 0 ? sizeof(struct sockaddr_in) : 0;
}

static int open_socket(const char *server, bool tcp)
{
    struct sockaddr_storage place = {0};
    socklen_t bytes = read_place(server, &place);
    int fd = bytes ? socket(place.ss_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&place, bytes) != 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static void ready(void *context, int events);

static struct line *open_line(struct mw_channels *all, const char *server, bool tcp)
{
    int fd = open_socket(server, tcp);
    if (fd < 0)
        return NULL;
    struct line *line = all->spare_lines;
    if (line)
        all->spare_lines = line->next;
    if (!line)
        line = MW_NEW(all->net->arena, struct line);
    *line = (struct line){.all = all, .server = server, .tcp = tcp, .fd = fd, .next = all->lines, .at = &all->lines};
    if (all->lines)
        all->lines->at = &line->next;
    all->lines = line;
    line->poll = mw_poll_start(all->net, fd, tcp ? UV_WRITABLE : UV_READABLE, ready, line);
    mw_poll_background(line->poll); /* the question's own deadline keeps the run alive */
    return line;
}

/* --- answers ------------------------------------------------------------------------------------------------------------------------------ */

static void give_sending(struct mw_sending *sending)
{
    mw_timer_stop(sending->timer);
    sending->next = sending->all->spare_sendings;
    sending->all->spare_sendings = sending;
}

static void fail(struct mw_sending *sending, enum mw_dns_status failed)
{
    mw_got_wire *got = sending->got;
    void *context = sending->context;
    if (sending->line)
        close_line(sending->line);
    give_sending(sending);
    got(context, failed, NULL, 0);
}

static void failed_at_once(void *context)
{
    struct mw_sending *sending = context;
    sending->timer = NULL;
    fail(sending, sending->failed);
}

static void fail_soon(struct mw_sending *sending, enum mw_dns_status failed)
{
    if (sending->timer)
        return;
    sending->failed = failed;
    sending->timer = mw_timer_start(sending->all->net, 0, failed_at_once, sending);
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Has it our id and our question? Servers that refuse may leave the question out; whether the rest is sound is for others to see. */
static bool is_answer(const struct mw_sending *sending, const uint8_t *wire, size_t bytes)
{
    const uint8_t *query = sending->wire + 2;
    size_t end = HEADER;
    if (bytes < HEADER || memcmp(wire, query, 2) != 0 || !(wire[2] & 0x80))
        return false;
    if (wire[4] == 0 && wire[5] == 0)
        return wire[3] & 15;
    while (query[end])
        end += query[end] + 1u;
    end += 1 + 4;
    if (bytes < end)
        return false;
    for (size_t i = HEADER; i < end; i++) /* lengths of labels are below 'A' */
        if (lower(wire[i]) != lower(query[i]))
            return false;
    return true;
}

static void put_on_line(struct mw_sending *sending, struct line *line);

/* The question of a line that fails goes over a new one, where the fault may lie in what the line was used for before. */
static bool move_on(struct line *line)
{
    struct mw_sending *sending = line->sending;
    struct line *other = line->uses > 1 ? open_line(line->all, line->server, line->tcp) : NULL;
    if (!other)
        return false;
    close_line(line);
    put_on_line(sending, other);
    return true;
}

/* Returns whether the line still listens. */
static bool got_stranger(struct line *line, const uint8_t *wire, size_t bytes)
{
    bool is_twice = line->uses > 1 && bytes >= HEADER && memcmp(wire, line->last_id, sizeof line->last_id) == 0;
    if (line->sending && !is_twice)
        line->sending->heard_others = true;
    if (++line->strangers <= STRANGERS_CEILING)
        return true;
    if (!line->sending)
        close_idle(line);
    else if (!move_on(line))
        fail(line->sending, MW_DNS_GARBLED);
    return false;
}

/* `wire` may be in the line's own room, which goes back to the spare ones only when the answer was read. */
static void got_message(struct line *line, const uint8_t *wire, size_t bytes)
{
    struct mw_sending *sending = line->sending;
    sending->line = NULL;
    memcpy(line->last_id, wire, sizeof line->last_id);
    sending->got(sending->context, MW_DNS_OK, wire, bytes);
    give_sending(sending);
    rest(line);
}

static void read_datagram(struct line *line)
{
    struct room *room = line->all->datagram;
    ssize_t bytes = recv(line->fd, room->bytes, MESSAGE_CEILING, 0);
    if (bytes >= 0) {
        if (line->sending && is_answer(line->sending, room->bytes, (size_t)bytes))
            got_message(line, room->bytes, (size_t)bytes);
        else
            got_stranger(line, room->bytes, (size_t)bytes);
        return;
    }
    if (errno == EAGAIN || errno == EINTR)
        return;
    if (line->sending)
        fail(line->sending, MW_DNS_UNREACHABLE);
    else
        close_idle(line);
}

/* --- TCP ---------------------------------------------------------------------------------------------------------------------------------- */

/* The server may have closed an idle connection just when it was taken (RFC 7766 section 6.2.4). */
static void hung_up(struct line *line)
{
    bool is_inside = line->came > 0;
    if (is_inside || !move_on(line))
        fail(line->sending, is_inside ? MW_DNS_GARBLED : MW_DNS_UNREACHABLE);
}

static void write_question(struct line *line)
{
    const struct mw_sending *sending = line->sending;
    size_t whole = 2 + sending->bytes;
    if (send(line->fd, sending->wire, whole, MSG_NOSIGNAL) != (ssize_t)whole) { /* so little fits, or the connection failed */
        hung_up(line);
        return;
    }
    line->has_sent = true;
    mw_poll_want(line->poll, UV_READABLE);
}

static size_t message_bytes(const struct line *line)
{
    return (size_t)line->in->bytes[0] << 8 | line->in->bytes[1];
}

static void read_stream(struct line *line)
{
    if (!line->in)
        line->in = take_room(line->all);
    size_t wanted = line->came < 2 ? 2 : 2 + message_bytes(line);
    ssize_t bytes = recv(line->fd, line->in->bytes + line->came, wanted - line->came, 0);
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (bytes <= 0) {
        hung_up(line);
        return;
    }
    line->came += (size_t)bytes;
    if (line->came < 2 || line->came < 2 + message_bytes(line))
        return;
    if (is_answer(line->sending, line->in->bytes + 2, message_bytes(line)))
        got_message(line, line->in->bytes + 2, message_bytes(line));
    else if (got_stranger(line, line->in->bytes + 2, message_bytes(line)))
        line->came = 0;
}

static void ready(void *context, int events)
{
    struct line *line = context;
    (void)events;
    if (!line->tcp)
        read_datagram(line);
    else if (!line->sending)
        close_idle(line); /* the server closed it, or says what nobody asked */
    else if (line->has_sent)
        read_stream(line);
    else
        write_question(line);
}

/* --- sending ------------------------------------------------------------------------------------------------------------------------------ */

static void send_datagram(struct mw_sending *sending)
{
    int fd = sending->line->fd;
    ssize_t sent = send(fd, sending->wire + 2, sending->bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno == ECONNREFUSED) /* told of an earlier packet */
        sent = send(fd, sending->wire + 2, sending->bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != ENOBUFS)
        fail_soon(sending, MW_DNS_UNREACHABLE);
}

static void put_on_line(struct mw_sending *sending, struct line *line)
{
    sending->line = line;
    line->sending = sending;
    line->has_sent = false;
    line->strangers = 0;
    line->uses++;
    if (line->tcp)
        mw_poll_want(line->poll, UV_WRITABLE);
    else
        send_datagram(sending);
}

static struct mw_sending *take_sending(struct mw_channels *all)
{
    struct mw_sending *sending = all->spare_sendings;
    if (!sending)
        return MW_NEW(all->net->arena, struct mw_sending);
    all->spare_sendings = sending->next;
    return sending;
}

struct mw_sending *mw_channel_send(struct mw_channels *all, const char *server, bool tcp, const uint8_t *wire, size_t bytes, mw_got_wire *got, void *context)
{
    struct mw_sending *sending = take_sending(all);
    *sending = (struct mw_sending){.all = all, .tcp = tcp, .got = got, .context = context, .server = server, .bytes = bytes};
    sending->wire[0] = (uint8_t)(bytes >> 8);
    sending->wire[1] = (uint8_t)bytes;
    memcpy(sending->wire + 2, wire, bytes < QUERY_CEILING ? bytes : QUERY_CEILING);
    struct line *line = take_idle(all, server, tcp);
    if (!line)
        line = open_line(all, server, tcp);
    if (line)
        put_on_line(sending, line);
    else
        fail_soon(sending, MW_DNS_UNREACHABLE);
    return sending;
}

void mw_sending_repeat(struct mw_sending *sending)
{
    if (sending->line && !sending->tcp)
        send_datagram(sending);
}

bool mw_sending_heard_others(const struct mw_sending *sending)
{
    return sending->heard_others;
}

void mw_sending_drop(struct mw_sending *sending)
{
    if (!sending)
        return;
    if (sending->line)
        close_line(sending->line);
    give_sending(sending);
}

struct mw_channels *mw_channels_new(struct mw_net *net)
{
    struct mw_channels *all = MW_NEW(net->arena, struct mw_channels);
    all->net = net;
    all->datagram = take_room(all);
    return all;
}

void mw_channels_end(struct mw_channels *all)
{
    while (all->lines)
        close_line(all->lines);
}
