#!/usr/bin/env python3
"""A scripted server: server.py PLAY [--port N] [--certificates DIR]. Prints its port, then plays the play to each connection.

A play is a text file, one act a line; '#' begins a comment line:

    says TEXT          TEXT and CRLF; \\xNN, \\r, \\n and \\t as in Python
    puts TEXT          TEXT alone, no line end
    repeats N TEXT     TEXT N times, no line end
    trickles S TEXT    TEXT and CRLF, a byte each S seconds
    hears REGEX        one line of the client, which must match (in upper or lower case)
    gets               whatever the client sends next, without a look at it (a ClientHello, say)
    tls KIND           a TLS handshake with the certificate KIND of certificates.py
    tls KIND 1.0       the same, with TLS 1.0 alone
    waits S            seconds
    hangs-up           closes, with close_notify inside TLS; cuts the connection without it
    cuts               closes without close_notify
    resets             RST
    is-silent          says nothing more; the client may say goodbye
    is-left            says nothing more, and the client must hang up without another word

    ---                what follows is played to the next connection; the last part to all further ones
    at ADDRESS         what follows is played at this address of loopback (127.0.0.1 without it)

At the end of a play the server hangs up. It listens while it speaks and waits, and these are errors of the client, beside a line that was not heard as written:
a word before the whole greeting, leaving without goodbye while the server waits for a line, a word behind the goodbye, a third connection to one address, a
second login. Errors are written to standard error, and the server ends with status 1 once it is told to (SIGTERM)."""

import argparse
import re
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import time

import certificates

LINE_CEILING = 100_000
CONNECTIONS_MOST = 2  # to one address
LOGINS_MOST = 1  # in a run
ALERT, HANDSHAKE, CIPHERTEXT = b"\x15\x03", b"\x16\x03", b"\x17\x03"  # as records of TLS begin
HERE = "127.0.0.1"
GOODBYE = re.compile(r"(\S+ )?(QUIT|LOGOUT)$", re.IGNORECASE)
LOGIN = re.compile(r"(AUTH|USER|APOP) |(\S+ )?(LOGIN|AUTHENTICATE) ", re.IGNORECASE)


class Gone(Exception):
    """The client hung up."""


class Unexpected(Exception):
    """The client did what the play does not have."""


def unescape(text):
    return text.encode().decode("unicode_escape").encode("latin-1")


class Scene:
    """One connection, playing the play."""

    def __init__(self, connection, folder):
        self.connection = connection
        self.folder = folder
        self.is_reset = False
        self.is_asked = False  # the greeting is over: a line of the client was waited for
        self.said = []  # what the client said, line by line

    @property
    def has_goodbye(self):
        return bool(self.said) and bool(GOODBYE.match(self.said[-1]))

    def listens(self):
        """Before the whole greeting nobody but us may speak."""
        if not self.is_asked and select.select([self.connection], [], [], 0)[0] and self.peeks() not in (b"", HANDSHAKE[:1]):
            raise Unexpected("a word before the whole greeting")

    def peeks(self):
        try:
            if not isinstance(self.connection, ssl.SSLSocket):
                return self.connection.recv(1, socket.MSG_PEEK)
            self.connection.setblocking(False)
            return self.connection.recv(1)
        except OSError:
            return b""  # no application data, or gone
        finally:
            self.connection.setblocking(True)

    def send(self, data):
        self.listens()
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise Gone from error

    def receive(self, count):
        try:
            data = self.connection.recv(count)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        return data

    def says(self, text):
        self.send(unescape(text) + b"\r\n")

    def puts(self, text):
        self.send(unescape(text))

    def repeats(self, text):
        count, what = text.split(" ", 1)
        self.send(unescape(what) * int(count))

    def trickles(self, text):
        pause, what = text.split(" ", 1)
        for byte in unescape(what) + b"\r\n":
            self.send(bytes([byte]))
            time.sleep(float(pause))

    def line(self):
        line = b""
        while not line.endswith(b"\n"):
            line += self.receive(1)
            if len(line) > LINE_CEILING:
                raise Unexpected("a line without end")
        if not line.endswith(b"\r\n"):
            raise Unexpected(f"a line without CRLF: {line!r}")
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def hears(self, pattern):
        self.is_asked = True
        if self.has_goodbye:
            raise Gone
        try:
            text = self.line()
        except Gone:
            raise Unexpected(f"the client leave without a word instead of {pattern!r}") from None
        self.said.append(text)
        if not re.search(pattern, text, re.IGNORECASE):
            raise Unexpected(f"{text!r} instead of {pattern!r}")

    def gets(self, _):
        self.is_asked = True
        self.receive(65536)

    def tls(self, text):
        kind, *version = text.split()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_default_certs()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if version == ["1.0"]:
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.load_cert_chain(*certificates.leaf(self.folder, kind))
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True, suppress_ragged_eofs=False)
        except OSError as error:
            raise Gone from error

    def waits(self, text):
        time.sleep(float(text))
        self.listens()

    def hangs_up(self, _):
        if isinstance(self.connection, ssl.SSLSocket):
            try:
                self.connection.settimeout(2)
                self.connection.unwrap()
            except OSError:
                pass
        raise Gone

    def cuts(self, _):
        raise Gone

    def resets(self, _):
        self.is_reset = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def rest(self):
        """Whatever the client says until it goes, records of TLS left out."""
        data = b""
        try:
            while len(data) < LINE_CEILING:
                data += self.receive(4096)
        except Gone:
            pass
        return b"" if data[:2] in (ALERT, HANDSHAKE, CIPHERTEXT) else data

    def is_silent(self, _):
        was_asked, words = self.is_asked, self.rest().decode("utf-8", "replace").rstrip("\r\n")
        self.said += words.splitlines()
        if words and not GOODBYE.match(words):
            raise Unexpected(f"{words!r} while the server was silent")
        if words and not was_asked:
            raise Unexpected("a word before the whole greeting")
        raise Gone

    def is_left(self, _):
        words = self.rest()
        if words:
            raise Unexpected(f"{words!r} instead of nothing")
        raise Gone

    def ends(self):
        """What the other side has said and nobody read would make the kernel reset the connection, and what we said last could be lost."""
        rest = b""
        try:
            if not self.is_reset:
                self.connection.settimeout(2)
                self.connection.shutdown(socket.SHUT_WR)
                rest = self.rest()
        except OSError:
            pass
        self.connection.close()
        if rest and self.has_goodbye:
            raise Unexpected(f"{rest!r} behind the goodbye")
        self.said += [line for line in rest.decode("utf-8", "replace").splitlines() if GOODBYE.match(line)]

    def play(self, acts):
        for act, text in acts:
            getattr(self, act.replace("-", "_"))(text)
        self.hangs_up("")


def read_play(path):
    """{address: [the acts for its first connection, for its second, …]}"""
    acts, parts = [], {}
    whole = parts[HERE] = [acts]
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        act, _, text = line.strip().partition(" ")
        if not act or line.startswith("#"):
            continue
        if act == "at":
            acts = []
            whole = parts[text] = [acts]
        elif act == "---":
            acts = []
            whole.append(acts)
        elif act in ACTS:
            acts.append((act, text))
        else:
            sys.exit(f"{path}:{number}: no act is called {act!r}")
    return {place: whole for place, whole in parts.items() if whole != [[]]}


ACTS = {"says", "puts", "repeats", "trickles", "hears", "gets", "tls", "waits", "hangs-up", "cuts", "resets", "is-silent", "is-left"}


class Server:
    """Plays `parts` (read_play). What went wrong is in `complaints`; `scenes` has all connections, by address."""

    def __init__(self, parts, folder, port=0):
        self.parts, self.folder = parts, folder
        self.complaints = []
        self.scenes = {place: [] for place in parts}
        self.threads = []
        self.prepare()
        self.listeners = {}
        for place in parts:
            self.listeners[place] = socket.create_server((place, port))
            port = self.listeners[place].getsockname()[1]
        self.port = port

    def prepare(self):
        for acts in (acts for whole in self.parts.values() for acts in whole):
            for text in (text for act, text in acts if act == "tls"):
                certificates.leaf(self.folder, text.split()[0])

    @property
    def connections(self):
        return sum(len(scenes) for scenes in self.scenes.values())

    def play(self, scene, acts):
        for step in (lambda: scene.play(acts), scene.ends):
            try:
                step()
            except Gone:
                pass
            except Unexpected as what:
                self.complaints.append(f"heard {what}")

    def accept_all(self, place):
        while True:
            try:
                connection, _ = self.listeners[place].accept()
            except OSError:
                return  # closed
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            scene, whole = Scene(connection, self.folder), self.parts[place]
            acts = whole[min(len(self.scenes[place]), len(whole) - 1)]
            self.scenes[place].append(scene)
            self.threads.append(threading.Thread(target=self.play, args=(scene, acts), daemon=True))
            self.threads[-1].start()

    def start(self):
        for place in self.parts:
            threading.Thread(target=self.accept_all, args=(place,), daemon=True).start()

    def count(self):
        """What can be judged once all is over alone."""
        for place, scenes in self.scenes.items():
            if len(scenes) > CONNECTIONS_MOST:
                self.complaints.append(f"heard {len(scenes)} connections to {place}")
        logins = [line for scenes in self.scenes.values() for scene in scenes for line in scene.said if LOGIN.match(line)]
        if len(logins) > LOGINS_MOST:
            self.complaints.append(f"heard {len(logins)} logins")

    def close(self):
        for listener in self.listeners.values():
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self.threads:
            thread.join(5)
        self.count()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("play")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificates", default="/tmp/mailwhy-talk-certificates")
    options = parser.parse_args()
    server = Server(read_play(options.play), options.certificates, options.port)
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    server.start()
    print(server.port, flush=True)
    told.wait()
    server.close()
    print(*server.complaints, sep="\n", file=sys.stderr)
    sys.exit(1 if server.complaints else 0)


if __name__ == "__main__":
    main()
