"""Brings a scenario up inside a box and runs a command where its client sits.

The server namespace holds every address of every server on its loopback; the client has its own network and mount
namespace, joined by a veth pair. Servers start all at once; that they listen is read from /proc/net, never slept for."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from . import beside, box, dovecot, filters, manners, mini, pki, postfix, scenario, store, web, zones

LAB = Path("/run/lab")
ROUTER4, ROUTER6 = "198.18.100.1", "2001:db8:0:100::1"
# A file of the system -> what the client (and the servers) see in its place
SYSTEM_FILES = ("/etc/resolv.conf", "/etc/hosts", "/usr/share/dns/root.key")
UP_LIMIT_S = 60


class NotUp(Exception):
    """A server did not come up."""


# --- networks ---

def server_network(world):
    lines = ["link set lo up", "link add lab type veth peer name uplink"]
    for name, host in world["host"].items():
        if name == "client":
            continue
        lines += [f"addr add {a}/{128 if ':' in a else 32} dev lo" + (" nodad" if ":" in a else "")
                  for a in world["addresses"](name)]
    lines += [f"addr add {ROUTER4}/24 dev lab", f"addr add {ROUTER6}/64 dev lab nodad", "link set lab up"]
    box.ip_batch(lines)


def client_network(world):
    client, host = world["client"], world["host"]["client"]
    lines = ["link set lo up", "link set uplink name eth0"]
    if client.get("ip4", True):
        lines.append(f"addr add {host['ip4']}/24 dev eth0")
    if client.get("ip6", True) and host.get("ip6"):
        lines.append(f"addr add {host['ip6']}/64 dev eth0 nodad")
    lines.append("link set eth0 up")
    if client.get("route", True) and client.get("ip4", True):
        lines.append(f"route add default via {ROUTER4}")
    if client.get("route", True) and client.get("ip6", True) and host.get("ip6"):
        lines.append(f"route add default via {ROUTER6}")
    box.ip_batch(lines)


# fmt: off
VERDICTS = {
    "drop":        "drop",
    "reset":       "reject with tcp reset",
    "unreachable": "reject with icmpx type host-unreachable",
}
# fmt: on


def block_places(world, block):
    """The servers of a block as nft says them."""
    if block["to"] == "*":
        return [""]
    side = "saddr" if is_back(block) else "daddr"
    words = {"4": ("ip",), "6": ("ip6",)}.get(block.get("family"), ("ip", "ip6"))
    hosts = block["to"] if isinstance(block["to"], list) else [block["to"]]
    pairs = [("ip6" if ":" in a else "ip", a) for host in hosts for a in world["addresses"](host)]
    return [f"{family} {side} {address} " for family, address in pairs if family in words]


def block_rules(world, block):
    """nft rules of one block, in the server namespace."""
    who = "" if block.get("who") == "all" else 'oifname "lab" ' if is_back(block) else 'iifname "lab" '
    ports = "{ " + ", ".join(map(str, block.get("ports", []))) + " }"
    for where in block_places(world, block):
        for proto in ["tcp", "udp"] if block.get("udp") else ["tcp"]:
            port = f"{proto} {'sport' if is_back(block) else 'dport'} {ports} " if block.get("ports") else f"meta l4proto {proto} "
            yield f"{who}{where}{port}{block.get('match', '')} {VERDICTS[block['how']]}"


def is_back(block):
    """Whether a block is on the way back, from the servers to the client."""
    return block.get("direction") == "back"


def chain(hook, rules):
    return f" chain {hook} {{\n  type filter hook {hook} priority 0;\n  " + "\n  ".join(rules) + "\n }\n"


def server_firewall(world):
    hooks = {"input": [], "output": []}
    for block in world["block"]:
        hooks["output" if is_back(block) else "input"] += block_rules(world, block)
    if world["block"]:
        box.nft("table inet lab {\n" + "".join(chain(*each) for each in hooks.items()) + "}\n")


# --- files ---

def system_file(path):
    """Where a bind mount for this file has to go: it may be a link into the hidden /run."""
    target = Path(os.path.realpath(path))
    if not target.exists() and str(target).startswith("/run/"):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    return target


def write_system(world):
    """The client's view of the world, on disk below LAB/client."""
    client = world["client"]
    directory = LAB / "client"
    (directory / "resolv.conf").write_text("".join(f"nameserver {a}\n" for a in client["resolver"].split()) + "options timeout:2 attempts:2\n")
    (directory / "hosts").write_text("127.0.0.1 localhost lab\n127.0.1.1 desk\n::1 localhost lab\n")
    (directory / "root.key").write_text(zones.anchor())
    pki.trust_store(directory / "certs", client.get("trusted", True))
    dovecot.write_password(directory / "password", client.get("password", world["user"]["alice"]["password"]))
    for name, user in world["user"].items():
        dovecot.write_password(directory / f"password-{name}", user["password"])
    for name, text in client.get("files", {}).items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
        (directory / name).chmod(0o600 if name.startswith("token") else 0o644)


def bind_system():
    for path in SYSTEM_FILES:
        target = system_file(path)
        if target.exists():
            box.bind(LAB / "client" / Path(path).name, target)
    box.bind(LAB / "client" / "certs", os.path.realpath("/etc/ssl/certs"))


def room(name):
    path = LAB / name
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o755)
    return path


# --- servers ---

def commands(world, certs, files):
    """Everything to start: [(name, argv)]. Writes the configurations on the way."""
    auth = str(LAB / "auth")
    result = [(s, zones.write_auth(world, s, files, room(s))) for s in world["server"]]
    result.append(("resolver", zones.write_resolver(world, room("resolver"), "resolver", world["resolver"])))
    result += [(n, zones.write_resolver(world, room(n), r["host"], r)) for n, r in world["resolvers"].items()]
    result += [(n, postfix.write_instance(world, n, s, room(n), certs, auth)) for n, s in postfix.instances(world).items()]
    result.append(("dovecot", dovecot.write(world, room("dovecot"), certs, auth)))
    result += [*filters.commands(world, room), *beside.commands(world, room, certs)]
    result.append(("nginx", web.write_nginx(world, room("nginx"), certs)))
    if world["mini"]:
        result.append(("mini", write_minis(world, certs)))
    return [(name, argv) for name, argv in result if name not in world["off"]]


def write_minis(world, certs):
    plays = []
    for play in world["mini"]:
        host, _, port = play["at"].rpartition(":")
        full = {**play, "addresses": world["addresses"](host), "port": int(port)}
        if "cert" in play:
            full["chain"] = str(certs[play["cert"]] / "chain.pem")
        if "proxy" in play:
            far, _, far_port = play["proxy"].rpartition(":")
            full["proxy"] = (world["host"][far]["ip4"], int(far_port))
        plays.append(full)
    path = room("mini") / "plays.json"
    path.write_text(mini.json.dumps(plays))
    return [sys.executable, "-S", mini.__file__, str(path)]


def wanted_ports(world):
    """{(address, port)} that must be listening before the scenario counts as up."""
    pairs = []
    if "postfix" not in world["off"]:
        pairs += postfix.open_ports(world)
    if "dovecot" not in world["off"]:
        pairs += dovecot.open_ports(world)
    pairs += beside.open_ports(world)
    if "nginx" not in world["off"]:
        pairs += web.open_ports(world)
    pairs += [(h, 53) for n, s in world["server"].items() if n not in world["off"] for h in s["hosts"]]
    if "resolver" not in world["off"]:
        pairs.append(("resolver", 53))
    pairs += [(r["host"], 53) for n, r in world["resolvers"].items() if n not in world["off"]]
    for play in world["mini"]:
        host, _, port = play["at"].rpartition(":")
        pairs.append((host, int(port)))
    return {(address, port) for host, port in pairs for address in world["addresses"](host)}


def hex_address(address):
    """An address as /proc/net/tcp writes it: 32-bit words in host order."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return "".join(packed[i:i + 4][::-1].hex().upper() for i in range(0, len(packed), 4))


def listening():
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path("/proc/net", name).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                found.add(tuple(fields[1].split(":")))
    return found


def wait_until_up(world, running):
    want = {(hex_address(a), f"{p:04X}"): (a, p) for a, p in wanted_ports(world)}
    end = time.monotonic() + UP_LIMIT_S
    files = {str(LAB / path) for path in filters.sockets(world) + dovecot.sockets(world)}
    while missing := (set(want) - listening()) | {path for path in files if not os.path.exists(path)}:
        for name, process in running:
            if process.poll() not in (None, 0):
                raise NotUp(f"{name} ended with status {process.returncode}:\n{log_of(name)}")
        if time.monotonic() > end:
            raise NotUp(f"nothing listens on {sorted(str(want.get(m, m)) for m in missing)}")
        time.sleep(0.004)


def log_of(name):
    try:
        return "\n".join(line for part in ("log", "out") for line in (LAB / name / part).read_text().splitlines()[-15:])
    except OSError:
        return "(no log)"


def launch(name, argv):
    with open(LAB / name / "out", "wb") as out:
        return name, subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)


# --- the client ---

def client_process(world, argv, ready, go, home):
    """In its own namespaces, with the servers up: becomes the command."""
    box.unshare(box.NEWNET | box.NEWUTS)
    box.name_this_machine("desk")
    os.write(ready, b"n")
    os.read(go, 1)
    client_network(world)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.write(ready, b"r")
    os.read(go, 1)
    for number in (0, 1, 2):
        os.set_inheritable(number, True)
    os.chdir(home)
    try:
        os.execvp(argv[0], argv)
    except OSError as trouble:
        print(f"lab: {argv[0]}: {trouble.strerror}", file=sys.stderr)
        return 127


def at_client(spaces, home, argv, out):
    """A further command where the client sits, after its own has ended."""
    def there():
        box.enter(spaces)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=home, preexec_fn=there, check=False)


def expect_word(pipe):
    if os.read(pipe, 1) == b"":
        raise NotUp("the client's namespace could not be made")


def samples_of(argv):
    """How many connections to a name the command line asks for."""
    return int(argv[argv.index("--samples") + 1]) if "--samples" in argv else 0


def bring_up(name, world, certs, files, argv, report, began, after):
    """Runs as process 1 of the box; returns the exit status of the command. At the end, after(world, run) may run more where
    the command ran: run(argv, out)."""
    ready, told = os.pipe()
    go, gave = os.pipe()
    home = os.getcwd()
    server_network(world)
    room("client")
    if beside.is_wanted(world):
        beside.lay_over(room("beside"))
    write_system(world)
    bind_system()
    starting = commands(world, certs, files)
    running = [launch(*each) for each in starting]
    pid = box.linked_child(lambda: client_process(world, argv, told, go, home))
    os.close(told)
    expect_word(ready)
    box.ip_batch([f"link set uplink netns {pid}"])
    os.write(gave, b"g")
    expect_word(ready)
    server_firewall(world)
    wait_until_up(world, running)
    up = time.monotonic()
    report({"id": name, "up_ms": round((up - began) * 1000)})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    spaces = box.spaces_of(pid)
    os.write(gave, b"g")
    status = wait_for_command(pid)
    report({"id": name, "run_ms": round((time.monotonic() - up) * 1000),
            "rude": manners.breaches(LAB, world["addresses"]("client"), samples_of(argv), bool(world["block"]))})
    after(world, lambda argv, out: at_client(spaces, home, argv, out))
    return status


def wait_for_command(pid):
    """As process 1 we inherit orphans too: wait until it is the command that has ended."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def start(name, argv, report=lambda words: None, tables=None, after=lambda world, run: None):
    """Starts a box for scenario `name` with argv(world) as its command; returns the pid to wait for. `after`: see bring_up."""
    began = time.monotonic()

    def told(words):
        # What the scenario's client did before cannot be told from what the command did.
        if "rude" in words and scenario.inherited(name, tables or scenario.read_all(), "before", ""):
            words = {**words, "rude": []}
        report(words)

    def body():
        with store.locked():
            table_set = tables or scenario.read_all()
            _, world, certs = scenario.load(name, table_set)
            files = zones.zone_files(world)
        return bring_up(name, world, certs, files, scenario.prepared(name, table_set, world, argv(world)), told, began, after)

    return box.start(body)


def missing_tools():
    """Packages to install, for a message: {program: package}."""
    # fmt: off
    need = {
        "/usr/sbin/nsd":                "nsd",
        "/usr/sbin/knotd":              "knot",
        "/usr/sbin/named":              "bind9",
        "/usr/sbin/unbound":            "unbound",
        "/usr/lib/postfix/sbin/master": "postfix",
        "/usr/sbin/dovecot":            "dovecot-core",
        "/usr/lib/dovecot/imap":        "dovecot-imapd",
        "/usr/lib/dovecot/pop3":        "dovecot-pop3d",
        "/usr/lib/dovecot/lmtp":        "dovecot-lmtpd",
        "/usr/lib/dovecot/managesieve": "dovecot-managesieved",
        "/usr/lib/dovecot/modules/lib90_sieve_plugin.so": "dovecot-sieve",
        "/usr/sbin/opendkim":           "opendkim",
        "/usr/sbin/nginx":              "nginx-light",
        "/usr/bin/ldns-signzone":       "ldnsutils",
        "/usr/bin/openssl":             "openssl",
        "/usr/sbin/nft":                "nftables",
        "/usr/share/dns/root.key":      "dns-root-data",
    }
    # fmt: on
    absent = [package for path, package in need.items() if not Path(path).exists()]
    absent += [] if (beside.root() / "packages").exists() else ["(scripts/packages/beside has not run)"]
    return absent + ([] if shutil.which("ip") else ["iproute2"])
