"""--samples: many connections to one name over all its addresses, one after the other, and which of them fail."""

import json
import os
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import certificates
import names
import pytest

MAILWHY = Path(os.environ.get("MAILWHY", Path(__file__).resolve().parents[2] / "build" / "mailwhy")).resolve()
HOST = "imap.test"


class Imap:
    """Serves the same port at several addresses of this machine. `moods`: for each address a function of the connection's number, true where it is to fail."""

    def __init__(self, moods):
        self.moods, self.seen, self.goodbyes, self.open, self.most = moods, {}, 0, 0, 0
        self.lock = threading.Lock()
        first = socket.create_server((next(iter(moods)), 0))
        self.port = first.getsockname()[1]
        self.listeners = [first] + [socket.create_server((address, self.port)) for address in list(moods)[1:]]
        for listener in self.listeners:
            threading.Thread(target=self.serve, args=(listener,), daemon=True).start()

    def serve(self, listener):
        address = listener.getsockname()[0]
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                number = self.seen[address] = self.seen.get(address, 0) + 1
                self.open += 1
                self.most = max(self.most, self.open)
            threading.Thread(target=self.talk, args=(connection, self.moods[address](number)), daemon=True).start()

    def talk(self, connection, fails):
        with connection, connection.makefile("rwb") as stream:
            try:
                if not fails:
                    self.greet(stream)
            except OSError:
                pass
        with self.lock:
            self.open -= 1

    def greet(self, stream):
        stream.write(b"* OK ready\r\n")
        stream.flush()
        for line in stream:
            tag, command = line.split()[:2]
            last = command == b"LOGOUT"
            self.goodbyes += last
            stream.write((b"* BYE\r\n" if last else b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n") + tag + b" OK done\r\n")
            stream.flush()
            if last:
                return

    def shut(self):
        while self.listeners:
            listener = self.listeners.pop()
            listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept, and would wait on whatever gets the number next
            listener.close()

    def open_again(self):
        for address in () if self.listeners else self.moods:
            self.listeners.append(socket.create_server((address, self.port)))
            threading.Thread(target=self.serve, args=(self.listeners[-1],), daemon=True).start()

    close = shut


class Turning(names.Names):
    """Gives one address at a time, in turn."""

    given = 0

    def records(self, name, kind):
        all_of_them = super().records(name, kind)
        if name != HOST or not all_of_them:
            return all_of_them
        self.given += 1
        return [all_of_them[self.given % len(all_of_them)]]


class Shutting(names.Names):
    """The server's port is shut while the third and the fourth question for its address stand: each connection has asked before."""

    server, asked = None, 0

    def records(self, name, kind):
        if name == HOST and kind == names.A:
            self.asked += 1
            if self.asked in (3, 4):
                self.server.shut()
            else:
                self.server.open_again()
        return super().records(name, kind)


@pytest.fixture
def look():
    begun = []

    def ask(moods, count, resolver=names.Names):
        server, dns = Imap(moods), resolver({HOST: list(moods)})
        dns.server = server
        begun.extend([server, dns])
        done = subprocess.run([MAILWHY.with_name("mailwhy-imap"), f"{HOST}:{server.port}", "--service", "imap", "--samples", str(count), "--resolver", f"127.0.0.1:{dns.port}",
                               "--json", "--timeout", "30"], capture_output=True, text=True, timeout=60)
        facts = [fact for fact in map(json.loads, done.stdout.splitlines()) if "fact" in fact]
        judged = subprocess.run([MAILWHY.with_name("mailwhy-explain"), "--json", "-"], input=done.stdout, capture_output=True, text=True, timeout=30)
        time.sleep(0.1)
        return server, facts, json.loads(judged.stdout)

    yield ask
    for one in begun:
        one.close()


def values(facts, name):
    return [fact["value"] for fact in facts if fact["fact"] == name]


def never(_):
    return False


def test_all_addresses_in_turn(look):
    moods = {f"127.0.0.{last}": never for last in (11, 12, 13, 14)}
    server, facts, report = look(moods, 8)
    assert values(facts, "sample.count") == [8] and values(facts, "sample.failed") == [[]]
    assert sorted(values(facts, "sample.addresses")[0]) == sorted(moods)
    assert server.seen == {address: 3 for address in moods}  # its own conversation, and two samples
    assert server.goodbyes == 12 and values(facts, "sample.end") == ["ok"] * 8
    assert "net.path.lossy" not in [cause["id"] for cause in report["causes"]]


def test_one_at_a_time(look):
    """Address for address the conversations run side by side, the samples behind them never."""
    server, facts, _ = look({"127.0.0.11": never}, 5)
    assert server.most == 1 and server.seen == {"127.0.0.11": 6}


def test_one_that_fails_now_and_then_is_named(look):
    moods = {"127.0.0.11": never, "127.0.0.12": lambda number: number % 2 == 0}
    server, facts, report = look(moods, 8)
    assert values(facts, "sample.failed") == [["127.0.0.12: 2 of 4, hung up"]]
    found = [cause for cause in report["causes"] if cause["id"] == "net.path.lossy"]
    assert found and found[0]["severity"] == "degrades" and "2 of 5 connections" in found[0]["says"] and "1 of 2 addresses" in found[0]["says"]
    assert "127.0.0.12" in found[0]["says"] and "127.0.0.11" not in found[0]["says"]


def test_an_address_that_shuts_its_port_now_and_then(look):
    server, facts, report = look({"127.0.0.11": never}, 6, Shutting)
    assert values(facts, "sample.failed") == [["127.0.0.11: 2 of 6, refused"]]
    found = {cause["id"]: cause for cause in report["causes"]}
    assert found["net.tcp.refused"]["severity"] == "degrades" and "net.path.lossy" not in found
    assert f"2 of 7 connections to {HOST}[127.0.0.11]:{server.port} fail (refused)." in found["net.tcp.refused"]["says"]


def test_addresses_that_come_up_later_are_talked_to(look):
    moods = {f"127.0.0.{last}": never for last in (11, 12, 13)}
    server, facts, _ = look(moods, 6, Turning)
    assert sorted(values(facts, "sample.addresses")[0]) == sorted(moods)
    talked = {fact["about"] for fact in facts if fact["fact"] == "imap.end"}
    assert talked == {f"{HOST}[{address}]:{server.port}" for address in moods}


def test_nothing_without_being_asked(look):
    server, facts, _ = look({"127.0.0.11": never, "127.0.0.12": never}, 2)
    assert sum(server.seen.values()) == 4
    done = subprocess.run([MAILWHY.with_name("mailwhy-imap"), f"127.0.0.11:{server.port}", "--service", "imap", "--json"], capture_output=True, text=True, timeout=60)
    assert "sample." not in done.stdout and sum(server.seen.values()) == 5


# --- what one of several machines behind an address does -------------------------------------------------------------------------------------------


class Pool(threading.Thread):
    """An exchange behind one address: every other connection behind the first reaches a machine that has `fault`."""

    def __init__(self, folder, fault):
        super().__init__(daemon=True)
        self.fault, self.listener = fault, socket.create_server(("127.0.0.1", 0))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificates.leaf(folder, "good"))

    def run(self):
        for number in range(7):
            connection, _ = self.listener.accept()
            try:
                self.talk(connection, self.fault if number in (2, 4) else None)
            except OSError:
                pass
            connection.close()

    def talk(self, connection, fault):
        stream = connection.makefile("rwb", buffering=0)
        if fault == "hangs up":
            return
        stream.write({"refuses": b"554 5.7.1 not you", "is busy": b"421 4.7.0 not now"}.get(fault, b"220 mx.test ESMTP") + b"\r\n")
        lists = b"250-mx.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n"
        while (line := stream.readline().upper()) and not line.startswith(b"QUIT"):
            if line.startswith(b"EHLO"):
                stream.write(b"250 mx.test\r\n" if fault == "lists none" or isinstance(connection, ssl.SSLSocket) else lists)
            elif not line.startswith(b"STARTTLS"):
                stream.write(b"250 2.0.0 ok\r\n")
            elif fault == "has no key":
                stream.write(b"554 5.7.3 TLS is off\r\n")
            else:
                stream.write(b"220 go\r\n")
                if fault == "alerts":
                    connection.recv(9999)
                    connection.sendall(b"\x15\3\3\0\2\2\x28")  # handshake_failure
                    return
                connection = self.context.wrap_socket(connection, server_side=True)
                stream = connection.makefile("rwb", buffering=0)
        stream.write(b"221 bye\r\n")


@pytest.mark.parametrize("fault, cause, why", [
    ("refuses", "smtp.banner.refused", "554 5.7.1 not you"),
    ("hangs up", "net.path.lossy", "hung up"),
    ("lists none", "smtp.ext.starttls_missing", "no STARTTLS"),
    ("has no key", "tls.starttls.refused", "554 5.7.3 TLS is off"),
    ("alerts", "tls.handshake.incompatible", "tls failed"),
    ("is busy", None, None),
])
def test_one_machine_of_a_pool(fault, cause, why, tmp_path):
    pool = Pool(tmp_path, fault)
    pool.start()
    port, dns = pool.listener.getsockname()[1], names.Names({})
    done = subprocess.run([MAILWHY.with_name("mailwhy-smtp"), f"127.0.0.1:{port}", "--service", "smtp", "--samples", "6", "--resolver", f"127.0.0.1:{dns.port}", "--ca-file",
                           certificates.root(tmp_path), "--timeout", "20", "--json"], capture_output=True, text=True, timeout=60)
    judged = subprocess.run([MAILWHY.with_name("mailwhy-explain"), "--json", "-"], input=done.stdout, capture_output=True, text=True, timeout=30)
    pool.join(10)
    dns.close()
    pool.listener.close()
    found = {one["id"]: one["says"] for one in json.loads(judged.stdout)["causes"] if one["root"] and one["severity"] != "advice"}
    assert list(found) == ([cause] if cause else [])
    assert not cause or f"2 of 7 connections to [127.0.0.1]:{port} fail ({why})." in found[cause]
