"""Servers that misbehave in ways that real ones cannot be configured to: each is a few lines of a scenario.

    at        "host:port"
    tls       "implicit" to start TLS before the greeting
    delay     seconds before the greeting
    teaser    a line said before that wait, and `early` the reply to whoever speaks during it
    greeting  the first line; absent: none is sent
    rules     [[pattern, reply], …]: the first pattern that a line matches (ignoring case) gives the reply;
              {tag}, {last} and {1} stand for the first word of the line, that of the line before, and the first group;
              a third item names a state that the rule turns on ("x") or needs ("if x")
    otherwise the reply to any other line
    charset   of the replies (utf-8)
    proxy     "host:port" of a real server: lines pass through, and from its answers those matching `strip` vanish

A reply may end in @close (hang up), @reset (RST), @tls (start TLS after it), @hang (say nothing ever again).
"""

import asyncio
import json
import re
import socket
import ssl
import struct
import sys

LINE_MAX = 65536
ACTS = re.compile(r"(.*?)(?:@(close|reset|tls|hang))?\Z", re.DOTALL)


def context(chain):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain)
    return tls


def reset(writer):
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def first_word(line):
    return line.split(" ")[0]


class Play:
    """One conversation."""

    def __init__(self, play, reader, writer):
        self.play, self.reader, self.writer = play, reader, writer
        self.states, self.last = set(), ""

    def applies(self, state):
        return not state.startswith("if ") or state[3:] in self.states

    def answer(self, line):
        for pattern, reply, *more in self.play.get("rules", []):
            state = more[0] if more else ""
            found = re.match(pattern, line, re.IGNORECASE)
            if found and self.applies(state):
                self.states.add(state)
                return reply.replace("{1}", (found.groups() or ("",))[0] or "")
        return self.play.get("otherwise", "")

    def reply(self, line):
        text = self.answer(line).replace("{tag}", first_word(line)).replace("{last}", self.last)
        self.last = first_word(line)
        return text

    async def say(self, text):
        """False when the conversation is over."""
        text, act = ACTS.match(text).groups()
        if text:
            self.writer.write((text.rstrip("\r\n") + "\r\n").encode(self.play.get("charset", "utf-8")))
            await self.writer.drain()
        return await getattr(self, "act_" + act)() if act else True

    async def act_close(self):
        return False

    async def act_reset(self):
        reset(self.writer)
        return False

    async def act_tls(self):
        await self.writer.start_tls(context(self.play["chain"]))
        return True

    async def act_hang(self):
        while await self.reader.read(LINE_MAX):
            pass
        return False

    async def is_early(self):
        """Waits before the greeting; True if the client would not."""
        if "teaser" in self.play:
            await self.say(self.play["teaser"])
        if "early" not in self.play:
            await asyncio.sleep(self.play.get("delay", 0))
            return False
        try:
            return bool(await asyncio.wait_for(self.reader.readline(), self.play["delay"]))
        except TimeoutError:
            return False

    async def run(self):
        if await self.is_early():
            await self.say(self.play["early"])
            return
        if not await self.say(self.play.get("greeting", "")):
            return
        while line := await self.reader.readline():
            if not await self.say(self.reply(line.decode("latin-1").rstrip("\r\n"))):
                return


async def pump(reader, writer, strip):
    """Copy lines, without those that match."""
    while line := await reader.readline():
        if not (strip and re.search(strip, line)):
            writer.write(line)
            await writer.drain()
    writer.close()


async def proxy(play, reader, writer):
    far_reader, far_writer = await asyncio.open_connection(*play["proxy"])
    strip = re.compile(play["strip"].encode(), re.IGNORECASE)
    await asyncio.gather(pump(reader, far_writer, None), pump(far_reader, writer, strip))


async def serve(play, reader, writer):
    try:
        await (proxy(play, reader, writer) if "proxy" in play else Play(play, reader, writer).run())
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError, ValueError):
        pass  # the client may leave whenever it likes
    finally:
        if not writer.transport.is_closing():
            writer.close()


async def main(path):
    with open(path, encoding="utf-8") as handle:
        plays = json.load(handle)
    servers = []
    for play in plays:
        tls = context(play["chain"]) if play.get("tls") == "implicit" else None
        for address in play["addresses"]:
            servers.append(await asyncio.start_server(lambda r, w, p=play: serve(p, r, w), address, play["port"], ssl=tls))
    await asyncio.gather(*(s.serve_forever() for s in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
