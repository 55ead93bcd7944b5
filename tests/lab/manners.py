"""Counts what a client did, in the logs of the real servers: at most two connections to an address and port, nothing said before
the greeting, one login to a service and none after a refusal, and QUIT or LOGOUT at the end; and no message of ours
stays in a mailbox.

Says nothing of servers that are not Postfix or Dovecot, nor of connections that a server or a broken path ended."""

import re
import time
from collections import Counter
from pathlib import Path

LIMIT_S = 2
MOST_CONNECTIONS = 2
MARK = "\nX-Mailwhy-Test:"
# fmt: off
#  Postfix (syslog_name is the place that was called)
CAME = re.compile(r" (\S+:\d+)/smtpd\[(\d+)\]: connect from \S+\[(.+?)\]")
WENT = re.compile(r" (\S+:\d+)/smtpd\[(\d+)\]: disconnect from \S+\[(.+?)\](.*)")
# A hello of TLS (22, 3) to a port that speaks first is a question, not a command.
HELLO_OF_TLS = r".*: \\026\\003"
RUDE = re.compile(r" (\S+:\d+)/\w+\[\d+\]: (PREGREET|improper command pipelining|COMMAND PIPELINING)(?!" + HELLO_OF_TLS + r").*?\[(.+?)\]")
ENDED_BY_SERVER = re.compile(r"/smtpd\[(\d+)\]: (SSL_accept error|too many errors|timeout after|NOQUEUE: reject: CONNECT|"
                             r"NOQUEUE: reject: .*: 421 |improper command pipelining" + HELLO_OF_TLS
                             + r"|warning: .*(limit exceeded|TLS|ciphers|private key)|fatal|.*maximum)")
#  Dovecot
LOGIN = re.compile(r"(imap|pop3|managesieve)-login: Info: Login: user=<(.*?)>.* rip=(\S+?),")
FAILED = re.compile(r"-login: Info: .*\(auth failed, (\d+) attempts in .* rip=(\S+?),")
CLOSED = re.compile(r"(imap|pop3|managesieve)\((.*?)\)<.*Disconnected: (Connection closed)")
# fmt: on


def text_of(paths):
    return "\n".join(path.read_text(errors="replace") for path in paths if path.exists())


def settled(lab):
    """The logs, once all that came has gone or that takes too long."""
    end = time.monotonic() + LIMIT_S
    while True:
        smtp = text_of(lab.glob("*/log"))
        if len(CAME.findall(smtp)) <= len(WENT.findall(smtp)) or time.monotonic() > end:
            return smtp
        time.sleep(0.01)


def breaches(lab, clients, samples=0, broken=False):
    """Sentences, one for each thing that a polite client does not do. `samples`: connections that the user asked for;
    `broken`: packets are lost on purpose, and with them a QUIT."""
    log = settled(Path(lab))
    return [*too_many(log, clients, MOST_CONNECTIONS + samples), *early(log, clients), *logins(log, clients),
            *([] if broken else rude_ends(log, clients)), *left_behind(Path(lab))]


def left_behind(lab):
    """Test messages that are still in a mailbox. (A bounce that quotes one is no such message.)"""
    files = (path for path in lab.glob("dovecot/mail/**/*") if path.parent.name in ("cur", "new"))
    return [f"a test message stays in {path.parent}" for path in files if MARK in path.read_text(errors="replace").partition("\n\n")[0]]


def too_many(log, clients, most):
    counts = Counter((place, client) for place, _, client in CAME.findall(log) if client in clients)
    return [f"{count} connections to {place}" for (place, _), count in counts.items() if count > most]


def early(log, clients):
    return [f"{what} at {place}" for place, what, client in RUDE.findall(log) if client in clients]


def logins(log, clients):
    counts = Counter((service, user) for service, user, client in LOGIN.findall(log) if client in clients)
    counts["submission", ""] = sum(1 for _, _, client, words in WENT.findall(log) if client in clients and " auth=" in words)
    refused = sum(int(count) for count, client in FAILED.findall(log) if client in clients)
    refused += sum(1 for _, _, client, words in WENT.findall(log) if client in clients and " auth=0/" in words)
    return ([f"{count} logins to {service}" for (service, _), count in counts.items() if count > 1]
            + ([f"{refused} logins after or beside a refused one"] if refused > 1 else []))


def rude_ends(log, clients):
    excused = {found[1] for found in ENDED_BY_SERVER.finditer(log)}
    for place, process, client, words in WENT.findall(log):
        if client in clients and process not in excused and "quit=1" not in words:
            yield f"no QUIT at {place}:{words}"
    for service, user, how in CLOSED.findall(log):
        yield f"{service} of {user} ended by {how}"
