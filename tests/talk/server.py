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
    is-silent          reads and says nothing more

At the end of a play the server hangs up. A line that was not heard as written ends the play, is written to standard error, and the server ends with status 1
once it is told to (SIGTERM); a client that hangs up early is no error."""

import argparse
import re
import signal
import socket
import ssl
import struct
import sys
import threading
import time

import certificates

LINE_CEILING = 100_000


class Gone(Exception):
    """The client hung up."""


class Unexpected(Exception):
    """The client said what the play does not have."""


def unescape(text):
    return text.encode().decode("unicode_escape").encode("latin-1")


class Scene:
    """One connection, playing the play."""

    def __init__(self, connection, folder):
        self.connection = connection
        self.folder = folder
        self.is_reset = False

    def send(self, data):
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

    def hears(self, pattern):
        line = b""
        while not line.endswith(b"\n"):
            line += self.receive(1)
            if len(line) > LINE_CEILING:
                raise Unexpected("a line without end")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not line.endswith(b"\r\n"):
            raise Unexpected(f"a line without CRLF: {text!r}")
        if not re.search(pattern, text, re.IGNORECASE):
            raise Unexpected(f"{text!r} instead of {pattern!r}")

    def gets(self, _):
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

    def is_silent(self, _):
        while True:
            self.receive(4096)

    def ends(self):
        """What the other side has said and nobody read would make the kernel reset the connection, and what we said last could be lost."""
        try:
            if not self.is_reset:
                self.connection.settimeout(2)
                self.connection.shutdown(socket.SHUT_WR)
                while self.connection.recv(4096):
                    pass
        except OSError:
            pass
        self.connection.close()

    def play(self, acts):
        for act, text in acts:
            getattr(self, act.replace("-", "_"))(text)
        self.hangs_up("")


def read_play(path):
    acts = []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line.strip() or line.startswith("#"):
            continue
        act, _, text = line.strip().partition(" ")
        if act in ("play", "send", "receive", "ends") or not hasattr(Scene, act.replace("-", "_")):
            sys.exit(f"{path}:{number}: no act is called {act!r}")
        acts.append((act, text))
    return acts


class Server:
    def __init__(self, acts, folder, port):
        self.acts, self.folder = acts, folder
        self.failed = False
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.connections = 0

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        scene = Scene(connection, self.folder)
        try:
            scene.play(self.acts)
        except Gone:
            pass
        except Unexpected as what:
            self.failed = True
            print(f"heard {what}", file=sys.stderr, flush=True)
        scene.ends()

    def accept_all(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("play")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificates", default="/tmp/mailwhy-talk-certificates")
    options = parser.parse_args()
    acts = read_play(options.play)
    for act, text in acts:
        if act == "tls":
            certificates.leaf(options.certificates, text.split()[0])
    server = Server(acts, options.certificates, options.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1 if server.failed else 0))
    print(server.port, flush=True)
    server.accept_all()


if __name__ == "__main__":
    main()
