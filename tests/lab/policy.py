"""A policy service for Postfix (smtpd_policy protocol) that greylists: what it has not seen it defers, and takes after a while.

    python policy.py PLAYS     a JSON object {socket path: {"wait_s": seconds, "hold": words}}"""

import asyncio
import json
import os
import sys
import time

KEY = ("client_address", "sender", "recipient")


async def ask(reader):
    """One request as a table; empty at the end."""
    words = {}
    while (line := (await reader.readline()).decode("utf-8", "replace").rstrip("\n")):
        name, _, value = line.partition("=")
        words[name] = value
    return words


async def serve(play, seen, reader, writer):
    while words := await ask(reader):
        first = seen.setdefault(tuple(words.get(k, "") for k in KEY), time.monotonic())
        waited = time.monotonic() - first >= play["wait_s"]
        action = "DUNNO" if waited else "DEFER_IF_PERMIT " + play.get("hold", "Greylisted, please try again later")
        writer.write(f"action={action}\n\n".encode())
        await writer.drain()
    writer.close()


async def main(path):
    with open(path, encoding="utf-8") as handle:
        plays = json.load(handle)
    servers = []
    for place, play in plays.items():
        seen = {}
        servers.append(await asyncio.start_unix_server(lambda r, w, p=play, s=seen: serve(p, s, r, w), place))
        os.chmod(place, 0o666)
    await asyncio.gather(*(s.serve_forever() for s in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
