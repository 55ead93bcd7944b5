"""What Postfix asks while it takes mail: greylisting policy services, and OpenDKIM as a milter that signs or verifies."""

import json
import shutil
import sys

from . import pki, policy

OPENDKIM = """Mode {mode}
Syslog no
Socket local:{dir}/socket
UMask 000
PidFile {dir}/pid
AuthservID {name}
Nameservers {resolver}
RequireSafeKeys no
"""
SIGNING = """Domain {domain}
Selector {selector}
KeyFile {dir}/key.pem
Canonicalization relaxed/simple
InternalHosts 0.0.0.0/0,::/0
"""


def policies(world, room):
    """One process for all of them."""
    if world["policy"]:
        directory = room("policy")
        path = directory / "plays.json"
        path.write_text(json.dumps({str(directory / name): play for name, play in world["policy"].items()}))
        yield "policy", [sys.executable, "-S", policy.__file__, str(path)]


def milters(world, room):
    for key, milter in world["opendkim"].items():
        directory = room("opendkim-" + key)
        text = OPENDKIM.format(dir=directory, resolver=world["client"]["resolver"].split()[0], **milter)
        if milter["mode"] == "s":
            shutil.copy(pki.dkim_pair(milter["selector"], milter["bits"]) / "key.pem", directory / "key.pem")
            text += SIGNING.format(dir=directory, **milter)
        (directory / "opendkim.conf").write_text(text + milter.get("more", ""))
        yield "opendkim-" + key, ["/usr/sbin/opendkim", "-f", "-x", str(directory / "opendkim.conf")]


def commands(world, room):
    return [*policies(world, room), *milters(world, room)]


def sockets(world):
    """What has to be there, below the lab's own directory, before mail may come."""
    return [f"policy/{name}" for name in world["policy"]] + [f"opendkim-{key}/socket" for key in world["opendkim"]]
