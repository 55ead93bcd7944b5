"""Which DNS questions a command sends, as they are on the wire: queries.py COMMAND… prints them as JSON, one a line, when it has ended.

The names servers' own logs leave out flags and transports, so the packets themselves are read (AF_PACKET), in the client's network."""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time

PORT = 53
ALL_PROTOCOLS, OUTGOING = 0x0003, 4  # ETH_P_ALL, PACKET_OUTGOING
UDP, TCP = 17, 6
RD, CD, AD = 0x0100, 0x0010, 0x0020
NAMES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 43: "DS", 48: "DNSKEY", 52: "TLSA", 257: "CAA"}


def name_at(message, at):
    labels = []
    while message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode("latin-1").lower())
        at += 1 + message[at]
    return ".".join(labels) or ".", at + 1


def read_query(message):
    """What a query asks, or None."""
    if len(message) < 17 or message[2] & 0x80:
        return None
    ident, flags, _, _, _, more = struct.unpack("!6H", message[:12])
    name, at = name_at(message, 12)
    kind = struct.unpack("!H", message[at : at + 2])[0]
    edns = more > 0
    wants_dnssec = edns and bool(message[at + 4 + 7] & 0x80)
    return {"name": name, "type": NAMES.get(kind, str(kind)), "rd": bool(flags & RD), "cd": bool(flags & CD), "do": wants_dnssec, "edns": edns, "id": ident}


def read_packet(packet):
    """The query in an IP packet to port 53, with its server, or None. A query fits into one segment here."""
    six = packet[0] >> 4 == 6
    protocol, start = (packet[6], 40) if six else (packet[9], (packet[0] & 15) * 4)
    server = packet[24:40] if six else packet[16:20]
    if protocol not in (UDP, TCP) or struct.unpack("!H", packet[start + 2 : start + 4])[0] != PORT:
        return None
    payload = packet[start + 8 :] if protocol == UDP else packet[start + (packet[start + 12] >> 4) * 4 + 2 :]
    query = read_query(payload)
    if query:
        query.update(server=socket.inet_ntop(socket.AF_INET6 if six else socket.AF_INET, server), tcp=protocol == TCP,
                     port=struct.unpack("!H", packet[start : start + 2])[0])
    return query


def listen(found, started, ended):
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS)) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        wire.settimeout(0.1)
        started.set()
        while True:
            try:
                packet, (_, _, direction, _, _) = wire.recvfrom(65535)
            except TimeoutError:
                if ended.is_set():
                    return
                continue
            query = read_packet(packet) if direction == OUTGOING and packet else None
            if query:
                found.append({**query, "at_ms": round(time.monotonic() * 1000)})


def main(argv):
    found, started, ended = [], threading.Event(), threading.Event()
    listener = threading.Thread(target=listen, args=(found, started, ended))
    listener.start()
    started.wait()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ended.set()
    listener.join()
    os.write(2, done.stderr)
    for query in found:
        print(json.dumps(query))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
