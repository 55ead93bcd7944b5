/* Runs a command behind a link with a chosen round-trip time, for machines without netem, and says what it cost.
 *
 *     link RTT_MS RESULT.json COMMAND…
 *
 * COMMAND gets a network namespace of its own, joined to ours by a pair of TUN devices; every packet waits half the round-trip time in a queue of ours. Towards the outside
 * its packets carry our address (nft masquerade). RESULT.json gets wall clock, CPU, peak memory, packets, and the TCP connections opened by destination. Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUEUE 16384u /* packets under way in one direction; a full queue drops, as a router does */
#define PACKET 2048u
#define PLACES 64u

struct packet {
    uint64_t due_ns;
    size_t bytes;
    unsigned char data[PACKET];
};

struct direction {
    int from, to;
    struct packet *queue;
    size_t head, tail;
    unsigned long packets, dropped;
};

struct place { /* a destination of TCP connections */
    char name[80];
    unsigned long connections;
};

static struct place places[PLACES];
static unsigned long udp_packets;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int open_tun(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0)
        die("/dev/net/tun");
    return tun;
}

static void shell(const char *script)
{
    if (system(script) != 0)
        die("setting up the link");
}

static void send_descriptor(int channel, int descriptor)
{
    char byte = 0, room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    if (sendmsg(channel, &message, 0) < 0)
        die("sendmsg");
}

static int receive_descriptor(int channel)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int descriptor;
    if (recvmsg(channel, &message, 0) <= 0 || !CMSG_FIRSTHDR(&message))
        die("recvmsg");
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
    return descriptor;
}

static void note_connection(int family, const unsigned char *address, unsigned port)
{
    char text[INET6_ADDRSTRLEN], name[80];
    inet_ntop(family, address, text, sizeof text);
    snprintf(name, sizeof name, "[%s]:%u", text, port);
    for (size_t i = 0; i < PLACES; i++) {
        if (*places[i].name && strcmp(places[i].name, name) != 0)
            continue;
        memcpy(places[i].name, name, sizeof name);
        places[i].connections++;
        return;
    }
}

/* Counts what the command sends. A repeated SYN is a connection more: on this link nothing is lost. */
static void count(const unsigned char *packet, size_t bytes)
{
    bool six = bytes >= 40 && packet[0] >> 4 == 6;
    if (!six && (bytes < 20 || packet[0] >> 4 != 4))
        return;
    size_t header = six ? 40 : (packet[0] & 15u) * 4;
    unsigned protocol = six ? packet[6] : packet[9];
    udp_packets += protocol == 17;
    if (protocol != 6 || bytes < header + 14 || (packet[header + 13] & 0x12) != 2)
        return;
    note_connection(six ? AF_INET6 : AF_INET, packet + (six ? 24 : 16), packet[header + 2] * 256u + packet[header + 3]);
}

static void take_in(struct direction *direction, uint64_t delay_ns, bool counted)
{
    struct packet *last = &direction->queue[direction->tail % QUEUE], spare;
    for (;;) {
        bool full = direction->tail - direction->head >= QUEUE;
        last = full ? &spare : &direction->queue[direction->tail % QUEUE];
        ssize_t bytes = read(direction->from, last->data, PACKET);
        if (bytes <= 0)
            return;
        direction->packets++;
        if (counted)
            count(last->data, (size_t)bytes);
        last->bytes = (size_t)bytes;
        last->due_ns = now_ns() + delay_ns;
        direction->dropped += full;
        direction->tail += !full;
    }
}

/* Sends what is due; returns when the next one is, or 0. */
static uint64_t let_out(struct direction *direction)
{
    for (; direction->head != direction->tail; direction->head++) {
        struct packet *first = &direction->queue[direction->head % QUEUE];
        if (first->due_ns > now_ns())
            return first->due_ns;
        if (write(direction->to, first->data, first->bytes) < 0)
            direction->dropped++;
    }
    return 0;
}

/* `ended` is the command's pidfd, or -1. */
static void wait_for_packets(const struct direction *way, int ended, uint64_t due_a, uint64_t due_b)
{
    uint64_t due = due_a && (!due_b || due_a < due_b) ? due_a : due_b, now = now_ns(), left = 20000000u;
    if (due)
        left = due > now ? due - now : 0;
    struct timespec patience = {0, (long)(left < 20000000u ? left : 20000000u)};
    struct pollfd ready[3] = {{way[0].from, POLLIN, 0}, {way[1].from, POLLIN, 0}, {ended, POLLIN, 0}};
    ppoll(ready, 3, &patience, NULL);
}

#define LINGER_NS 200000000u /* what the command said last still travels: QUIT, FIN */

/* Returns the exit status; *ended_ns is when the command ended. */
static int forward_until_end(pid_t command, struct direction *way, uint64_t delay_ns, struct rusage *used, uint64_t *ended_ns)
{
    int status = 0, ended = (int)syscall(SYS_pidfd_open, command, 0);
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
    for (*ended_ns = 0; !*ended_ns || now_ns() < *ended_ns + LINGER_NS;) {
        uint64_t due_a = let_out(&way[0]), due_b = let_out(&way[1]);
        wait_for_packets(way, *ended_ns ? -1 : ended, due_a, due_b);
        take_in(&way[0], delay_ns, true);
        take_in(&way[1], delay_ns, false);
        if (!*ended_ns && wait4(command, &status, WNOHANG, used) == command)
            *ended_ns = now_ns();
    }
    close(ended);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double cpu_ms(const struct rusage *used)
{
    return (seconds(used->ru_utime) + seconds(used->ru_stime)) * 1e3;
}

static void run_command(int channel, char **command)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWNET) < 0)
        die("unshare");
    send_descriptor(channel, open_tun("tun0"));
    shell("ip link set lo up && ip addr add 198.19.255.2/30 dev tun0 && ip -6 addr add 2001:db8:ffff::2/64 dev tun0 nodad && ip link set tun0 txqueuelen 10000 up && "
          "ip route add default dev tun0 && ip -6 route add default dev tun0");
    /* What setting up has cost is not the command's. */
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    double spent_ms = cpu_ms(&self) + cpu_ms(&children);
    char byte;
    if (write(channel, &spent_ms, sizeof spent_ms) != sizeof spent_ms || read(channel, &byte, 1) != 1)
        exit(1);
    execvp(command[0], command);
    die(command[0]);
}

static void write_result(const char *path, int status, double wall_s, double used_ms, long rss_kb, const struct direction *way)
{
    FILE *out = fopen(path, "w");
    if (!out)
        die(path);
    fprintf(out, "{\"status\": %d, \"wall_s\": %.4f, \"cpu_ms\": %.1f, \"rss_mb\": %.1f, \"udp\": %lu, \"packets\": %lu, \"dropped\": %lu, \"connections\": {", status, wall_s,
            used_ms, (double)rss_kb / 1024, udp_packets, way[0].packets + way[1].packets,
            way[0].dropped + way[1].dropped);
    for (size_t i = 0; i < PLACES && *places[i].name; i++)
        fprintf(out, "%s\"%s\": %lu", i ? ", " : "", places[i].name, places[i].connections);
    fprintf(out, "}}\n");
    if (fclose(out) != 0)
        die(path);
}

int main(int argc, char **argv)
{
    int channel[2];
    if (argc < 4) {
        fprintf(stderr, "usage: link RTT_MS RESULT.json COMMAND…\n");
        return 64;
    }
    uint64_t delay_ns = (uint64_t)(strtod(argv[1], NULL) * 1e6 / 2);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
        die("socketpair");
    pid_t command = fork();
    if (command == 0)
        run_command(channel[1], argv + 3);
    int inner = receive_descriptor(channel[0]), outer = open_tun("bench0");
    shell("ip addr add 198.19.255.1/30 dev bench0 && ip -6 addr add 2001:db8:ffff::1/64 dev bench0 nodad && ip link set bench0 txqueuelen 10000 up && "
          "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 && "
          "nft 'add table inet bench; add chain inet bench out { type nat hook postrouting priority 100; }; add rule inet bench out iifname bench0 masquerade'");
    struct direction way[2] = {{inner, outer, calloc(QUEUE, sizeof(struct packet)), 0, 0, 0, 0}, {outer, inner, calloc(QUEUE, sizeof(struct packet)), 0, 0, 0, 0}};
    struct rusage used;
    double spent_ms;
    if (!way[0].queue || !way[1].queue || read(channel[0], &spent_ms, sizeof spent_ms) != sizeof spent_ms)
        die("starting");
    uint64_t began = now_ns(), ended;
    if (write(channel[0], "g", 1) != 1)
        die("starting");
    int status = forward_until_end(command, way, delay_ns, &used, &ended);
    write_result(argv[2], status, (double)(ended - began) / 1e9, cpu_ms(&used) - spent_ms, used.ru_maxrss, way);
    shell("nft delete table inet bench");
    return status;
}
