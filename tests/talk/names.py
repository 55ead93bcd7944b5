"""A name server for scenes: answers from a few records, says that no other name exists, and knows a root's SOA, so that it passes for a good resolver."""

import ipaddress
import socket
import struct
import threading

A, SOA, AAAA = 1, 6, 28
NXDOMAIN = 3
# fmt: off
ROOT_SOA = b"\x01a\0\x01b\0" + struct.pack("!5I", 1, 60, 60, 60, 60)
# fmt: on


def question_of(packet):
    """Name, type, and the question's own bytes."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack("!H", packet[at + 1 : at + 3])[0], packet[12 : at + 5]


class Names:
    """`addresses`: {name: [address, …]}."""

    def __init__(self, addresses):
        self.addresses = {name: [ipaddress.ip_address(text) for text in texts] for name, texts in addresses.items()}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.is_over = False
        threading.Thread(target=self.answer_all, daemon=True).start()

    def records(self, name, kind):
        if not name and kind == SOA:
            return [ROOT_SOA]
        return [address.packed for address in self.addresses.get(name, []) if kind == (A if address.version == 4 else AAAA)]

    def answer(self, packet):
        name, kind, question = question_of(packet)
        records = self.records(name, kind)
        code = 0 if not name or name in self.addresses else NXDOMAIN
        head = packet[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + question + b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for data in records)

    def answer_all(self):
        while not self.is_over:
            packet, client = self.socket.recvfrom(4096)
            if not self.is_over and len(packet) > 12:
                self.socket.sendto(self.answer(packet), client)
        self.socket.close()

    def close(self):
        self.is_over = True
        self.socket.sendto(b"", ("127.0.0.1", self.port))
