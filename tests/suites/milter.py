"""A mail server's side of the milter protocol, as far as it takes to have a message signed: one message in, the fields that the milter adds out."""

import re
import socket
import struct

VERSION, ALL_ACTIONS = 6, 0x1FF
# The milter's flags "I do not answer this" (SMFIP_NR_*).
SILENT = {b"C": 0x1000, b"H": 0x2000, b"M": 0x4000, b"R": 0x8000, b"L": 0x80, b"N": 0x40000, b"B": 0x80000}
CONTINUE, LAST_WORDS = b"c", b"acdrty"


def texts(*values):
    return b"".join(value.encode("latin-1") + b"\0" for value in values)


class Milter:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.socket.settimeout(30)
        self.socket.connect(address)
        self.send(b"O", struct.pack(">III", VERSION, ALL_ACTIONS, 0))
        self.flags = struct.unpack(">III", self.receive()[1])[2]

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            assert more, "the milter hung up"
            data += more
        return data

    def receive(self):
        data = self.read(struct.unpack(">I", self.read(4))[0])
        return data[:1], data[1:]

    def say(self, command, data=b""):
        self.send(command, data)
        if not self.flags & SILENT[command]:
            assert self.receive()[0] == CONTINUE


def signed(address, message, sender="alice@example.org", recipient="bob@example.net"):
    """The message (text with CRLF, a byte a character) with the fields that the milter puts before it."""
    milter = Milter(address)
    milter.say(b"C", texts("localhost") + b"4" + struct.pack(">H", 2525) + texts("127.0.0.1"))
    milter.say(b"H", texts("localhost"))
    milter.say(b"M", texts(f"<{sender}>"))
    milter.say(b"R", texts(f"<{recipient}>"))
    header, body = message.split("\r\n\r\n", 1)
    for field in re.split(r"\r\n(?![ \t])", header):
        name, value = field.split(":", 1)
        milter.say(b"L", texts(name, value.removeprefix(" ").replace("\r\n", "\n")))
    milter.say(b"N")
    milter.say(b"B", body.encode("latin-1"))
    milter.send(b"E")
    added, word = [], b""
    while word not in LAST_WORDS or not word:
        word, data = milter.receive()
        if word in (b"h", b"i"):
            name, value = data[4 if word == b"i" else 0:].split(b"\0")[:2]
            added.append(f"{name.decode()}: {value.decode('latin-1').lstrip()}")
    milter.send(b"Q")
    milter.socket.close()
    return "".join(re.sub(r"\r?\n", "\r\n", field) + "\r\n" for field in added) + message
