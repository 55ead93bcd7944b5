/* Reads the password of the one login: from a file, from a command, or typed on the terminal with echo off. It is never printed, never told as a fact, and
 * never in argv or the environment; buffers that held it are cleared. */
#include "common.h"

#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PASSWORD_CEILING 8192u /* bytes; access tokens are long */

/* The first line of what was read. `source` names where it came from. */
static const char *take_line(struct cmd *cmd, char *bytes, size_t count, const char *source)
{
    size_t length = 0;
    while (length < count && bytes[length] != '\n')
        length++;
    if (length && bytes[length - 1] == '\r')
        length--;
    bool torn = memchr(bytes, '\0', length) != NULL;
    const char *password = length && !torn ? mw_strndup(cmd->arena, bytes, length) : NULL;
    explicit_bzero(bytes, count);
    if (torn)
        mw_fail(MW_EXIT_DATA, _("the password from %s holds a NUL byte"), source);
    if (!length)
        mw_fail(MW_EXIT_DATA, _("the password from %s is empty"), source);
    if (length >= PASSWORD_CEILING)
        mw_fail(MW_EXIT_DATA, _("the password from %s is longer than 8,191 bytes"), source);
    return password;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads to the end, the ceiling or the deadline; -1: errno says why (ETIMEDOUT too). */
static ssize_t read_all(int fd, char *bytes, int64_t deadline_ms)
{
    size_t count = 0;
    while (count < PASSWORD_CEILING) {
        int64_t left = deadline_ms - now_ms();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&ready, 1, (int)left) == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        ssize_t got = read(fd, bytes + count, PASSWORD_CEILING - count);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got == 0)
            break;
        count += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)count;
}

static int64_t deadline_of(const struct cmd *cmd)
{
    return now_ms() + (int64_t)(cmd->asked.timeout_s * 1000);
}

static const char *from_file(struct cmd *cmd, const char *path)
{
    char bytes[PASSWORD_CEILING];
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status))
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read the password file %s: %s"), path, strerror(errno));
    if (S_ISREG(status.st_mode) && (status.st_mode & S_IROTH))
        mw_fail(MW_EXIT_DATA, _("everybody on this machine can read the password file %s; change that first: chmod 600 %s"), path, path);
    ssize_t count = read_all(fd, bytes, deadline_of(cmd));
    if (count < 0)
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read the password file %s: %s"), path, strerror(errno));
    close(fd);
    return take_line(cmd, bytes, (size_t)count, path);
}

/* In our process group, so that the command may ask on the terminal (as pass and gpg do). */
static pid_t start(const char *command, int *out)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        dup2(ends[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return child;
}

static const char *from_command(struct cmd *cmd, const char *command)
{
    char bytes[PASSWORD_CEILING];
    int out = -1, status = 0;
    pid_t child = start(command, &out);
    if (child < 0)
        mw_fail(MW_EXIT_OS, _("cannot start the password command: %s"), strerror(errno));
    ssize_t count = read_all(out, bytes, deadline_of(cmd));
    if (count < 0) {
        kill(child, SIGTERM);
        mw_fail(MW_EXIT_NO_INPUT, _("the password command gave no password in time (--timeout)"));
    }
    close(out);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        explicit_bzero(bytes, sizeof bytes);
        mw_fail(MW_EXIT_NO_INPUT, _("the password command failed (status %d)"), WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    return take_line(cmd, bytes, (size_t)count, _("the password command"));
}

enum { CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, DELETE = 127 };

/* One line, without echo. The terminal sends no signals meanwhile, so it is always set back. -1: Ctrl-C. */
static ssize_t type_line(int terminal, char *bytes)
{
    size_t count = 0;
    char key;
    while (read(terminal, &key, 1) == 1 && key != '\n' && key != '\r' && key != CTRL_D) {
        if (key == CTRL_C)
            return -1;
        if (key == BACKSPACE || key == DELETE)
            count -= count > 0;
        else if (count < PASSWORD_CEILING)
            bytes[count++] = key;
    }
    return (ssize_t)count;
}

static const char *from_terminal(struct cmd *cmd)
{
    char bytes[PASSWORD_CEILING];
    struct termios before, silent;
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0 || tcgetattr(terminal, &before))
        mw_fail(MW_EXIT_NO_INPUT, "%s", _("there is no terminal to ask for the password on; use --password-file"));
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    dprintf(terminal, _("Password for %s: "), cmd->asked.user ? cmd->asked.user : cmd->asked.mailbox);
    ssize_t count = type_line(terminal, bytes);
    tcsetattr(terminal, TCSAFLUSH, &before);
    dprintf(terminal, "\n");
    close(terminal);
    if (count < 0)
        exit(128 + SIGINT);
    return take_line(cmd, bytes, (size_t)count, _("the terminal"));
}

const char *cmd_password(struct cmd *cmd)
{
    const struct cmd_choices *choices = &cmd->choices;
    if (!choices->password_file && !choices->password_command && !choices->ask_password)
        return NULL;
    if (!cmd->asked.user && !cmd->asked.mailbox)
        mw_fail(MW_EXIT_USAGE, "%s", _("a password needs a user: give user@domain as target, or --user NAME"));
    if (choices->password_file)
        return from_file(cmd, choices->password_file);
    return choices->password_command ? from_command(cmd, choices->password_command) : from_terminal(cmd);
}

/* An access token is as long as its issuer likes, and as secret as a password. */
const char *cmd_token(struct cmd *cmd)
{
    const struct cmd_choices *choices = &cmd->choices;
    if (!choices->token_file && !choices->token_command)
        return NULL;
    if (!cmd->asked.user && !cmd->asked.mailbox)
        mw_fail(MW_EXIT_USAGE, "%s", _("a token needs a user: give user@domain as target, or --user NAME"));
    return choices->token_file ? from_file(cmd, choices->token_file) : from_command(cmd, choices->token_command);
}

const char *cmd_to_password(struct cmd *cmd)
{
    const struct cmd_choices *choices = &cmd->choices;
    if (!choices->to_password_file && !choices->to_password_command)
        return NULL;
    if (!cmd->asked.to)
        mw_fail(MW_EXIT_USAGE, "%s", _("--to-password-file and --to-password-command are for the mailbox of --to; give that too"));
    return choices->to_password_file ? from_file(cmd, choices->to_password_file) : from_command(cmd, choices->to_password_command);
}
