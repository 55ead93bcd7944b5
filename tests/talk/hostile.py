"""A name server that does as it is told, over UDP and TCP: a healthy zone, spoilt where a case wants it.

A case is a function of a Query that returns what is sent instead: a list of packets, and of the acts below. None leaves the answer as it is."""

import ipaddress
import os
import select
import socket
import struct
import threading
import time

A, NS, CNAME, SOA, MX, TXT, AAAA, DNAME, OPT, DS = 1, 2, 5, 6, 15, 16, 28, 39, 41, 43
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, BADVERS = 0, 1, 2, 3, 4, 5, 16
AA, TC, RD, RA, QR = 0x0400, 0x0200, 0x0100, 0x0080, 0x8000
CEILING = 65535


class Act:
    """Something else than a packet: close, reset, slowly (bytes), raw (bytes on a TCP connection without a length), elsewhere (from another port)."""

    def __init__(self, word, data=b"", count=1):
        self.word, self.data, self.count = word, data, count


CLOSE, RESET, SILENCE = Act("close"), Act("reset"), Act("silence")


def name(text):
    """Labels of a name; \\xNN in it is one byte."""
    out = b""
    for label in text.rstrip(".").split("."):
        if label:
            raw = label.encode("latin-1")
            out += bytes([len(raw)]) + raw
    return out + b"\0"


def record(owner, kind, data, ttl=60, of=1):
    owner = name(owner) if isinstance(owner, str) else owner
    return owner + struct.pack("!HHIH", kind, of, ttl, len(data)) + data


def mx(host, preference=10):
    return struct.pack("!H", preference) + name(host)


def txt(*strings):
    return b"".join(bytes([len(s)]) + s for s in (string if isinstance(string, bytes) else string.encode() for string in strings))


def long_txt(size):
    return b"".join(b"\xff" + b"a" * 255 for _ in range(size // 256))


def soa(of):
    return name("ns1." + of) + name("hostmaster." + of) + struct.pack("!5I", 7, 3600, 600, 86400, 300)


def address(text):
    return ipaddress.ip_address(text).packed


def opt(size=1232, code=0, version=0, options=b""):
    return b"\0" + struct.pack("!HHBBHH", OPT, size, code, version, 0, len(options)) + options


def ede(code, text):
    return struct.pack("!HHH", 15, 2 + len(text), code) + text


class Query:
    def __init__(self, packet, tcp):
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1 : at + 1 + packet[at]].decode("latin-1"))
            at += 1 + packet[at]
        self.packet, self.tcp = packet, tcp
        self.name = ".".join(labels).lower() or "."
        self.kind = struct.unpack("!H", packet[at + 1 : at + 3])[0]
        self.question = packet[12 : at + 5]
        self.edns = packet[11] == 1
        self.count = 1  # how often it came

    def answer(self, records=(), above=(), beside=(), flags=RA, code=0, edns=True, **other):
        """`beside`: additional records; `counts`, `question`, `id` replace what would be true."""
        beside = list(beside) + ([opt(code=code >> 4)] if edns and self.edns else [])
        counts = other.get("counts", (1, len(records), len(above), len(beside)))
        head = other.get("id", self.packet[:2]) + struct.pack("!H", QR | (flags | (self.packet[2] & 1) << 8) | code & 15) + struct.pack("!4H", *counts)
        return head + other.get("question", self.question) + b"".join([*records, *above, *beside])


class Zone:
    """Names below the root, with what stands at each; every name that has another below it exists."""

    def __init__(self, records, cuts=("example.org", "org")):
        self.records, self.cuts = records, cuts

    def zone_of(self, owner):
        return next((cut for cut in self.cuts if owner == cut or owner.endswith("." + cut)), "")

    def answer(self, query, authoritative=False):
        zone = self.zone_of(query.name)
        found = self.records.get((query.name, query.kind), [])
        flags = AA if authoritative else RA
        if found:
            return query.answer([record(query.name, query.kind, data) for data in found], flags=flags)
        exists = query.name == "." or any(owner == query.name or owner.endswith("." + query.name) for owner, _ in self.records)
        return query.answer(above=[record(zone, SOA, soa(zone or "root"))], code=NOERROR if exists else NXDOMAIN, flags=flags)


class Hostile:
    """Listens on `host` (and `port`, 0: any) by UDP and TCP. `spoil(query)` as above."""

    def __init__(self, zone, spoil, host="127.0.0.1", port=0, authoritative=False):
        self.zone, self.spoil, self.authoritative = zone, spoil, authoritative
        self.udp, self.tcp = self.listen(host, port)
        self.port = self.udp.getsockname()[1]
        self.seen, self.lock = {}, threading.Lock()
        self.wake = os.pipe()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.serve_udp, self.serve_tcp)]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def listen(host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for _ in range(50):
            udp, tcp = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_STREAM)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            udp.bind((host, port))
            try:
                tcp.bind(udp.getsockname()[:2])
            except OSError:  # somebody else's by TCP
                udp.close()
                tcp.close()
                continue
            tcp.listen(64)
            return udp, tcp
        raise OSError("no port is free by both UDP and TCP")

    def acts(self, query):
        with self.lock:
            query.count = self.seen[query.name, query.kind, query.tcp] = self.seen.get((query.name, query.kind, query.tcp), 0) + 1
        acts = self.spoil(query)
        acts = [self.zone.answer(query, self.authoritative)] if acts is None else acts
        return [Act("packet", act) if isinstance(act, bytes) else act for act in acts]

    def wait(self, of):
        ready, _, _ = select.select([of, self.wake[0]], [], [])
        return self.wake[0] not in ready

    def serve_udp(self):
        while self.wait(self.udp):
            packet, client = self.udp.recvfrom(CEILING)
            if len(packet) <= 16:
                continue
            for act in self.acts(Query(packet, False)):
                self.send_udp(act, client)

    def send_udp(self, act, client):
        if act.word == "packet":
            for _ in range(act.count):
                self.udp.sendto(act.data, client)
        elif act.word == "elsewhere":
            with socket.socket(self.udp.family, socket.SOCK_DGRAM) as other:
                other.sendto(act.data, client)
        elif act.word == "later":
            threading.Timer(0.3, lambda: self.udp.sendto(act.data, client)).start()

    def serve_tcp(self):
        while self.wait(self.tcp):
            connection, _ = self.tcp.accept()
            threading.Thread(target=self.talk_tcp, args=(connection,), daemon=True).start()

    def talk_tcp(self, connection):
        connection.settimeout(20)
        with connection:
            try:
                while self.talk_once(connection):
                    pass
            except OSError:
                pass  # the client went

    def talk_once(self, connection):
        head = connection.recv(2, socket.MSG_WAITALL)
        if len(head) < 2:
            return False
        packet = connection.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
        return all([self.send_tcp(connection, act) for act in self.acts(Query(packet, True))])

    def send_tcp(self, connection, act):
        framed = struct.pack("!H", min(len(act.data), CEILING)) + act.data
        if act.word == "packet":
            connection.sendall(framed * act.count)
        elif act.word == "raw":
            connection.sendall(act.data)
        elif act.word == "slowly":
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in framed:
                connection.sendall(bytes([byte]))
                time.sleep(0.002)
        elif act.word == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif act.word == "silence":
            connection.recv(1)
        return act.word not in ("close", "reset", "silence")

    def close(self):
        os.write(self.wake[1], b"x")
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()
