"""A DNS of one's own for a published test suite: NSD serves all records in one zone, the root, and Unbound in front of it is the resolver that the
program under test asks. Names that must fail are stubs: to a socket that never answers, or to NSD's refusal (a zone that it does not have).

    with World(records, dead={"example.com": "silent"}) as world:
        ... world.resolver == "127.0.0.1:40001"

Everything listens on loopback, at ports that the kernel chose, and ends with the block. Needs no root."""

import socket
import subprocess
import tempfile
import time
from pathlib import Path

UP_LIMIT_S = 10
REFUSING = "refused.invalid"  # below it NSD has no zone

NSD = """server:
  username: ""
  chroot: ""
  zonesdir: "{dir}"
  database: ""
  zonelistfile: "{dir}/zone.list"
  xfrdfile: "{dir}/xfrd.state"
  xfrdir: "{dir}"
  pidfile: ""
  logfile: "{dir}/nsd.log"
  server-count: 1
  ip-address: {address}@{port}
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
"""
# No zone at all: every question is refused.
NSD_REFUSING = NSD.split("zone:\n", 1)[0] + 'zone:\n  name: "' + REFUSING + '"\n  zonefile: "none.zone"\n'
UNBOUND = """server:
  username: ""
  chroot: ""
  directory: "{dir}"
  pidfile: ""
  logfile: "{dir}/unbound.log"
  use-syslog: no
  num-threads: 1
  msg-cache-size: 1m
  rrset-cache-size: 1m
  key-cache-size: 1m
  neg-cache-size: 1m
  outgoing-range: 64
  interface: {address}
  port: {port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  do-not-query-localhost: no
  module-config: "iterator"
  qname-minimisation: no
  unblock-lan-zones: yes
  insecure-lan-zones: yes
  minimal-responses: yes
  local-zone: "example." nodefault
  local-zone: "invalid." nodefault
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." nodefault
remote-control:
  control-enable: no
"""
ADDRESS = "127.0.0.1"


# --- records as text of a zone file ---

def escaped(data):
    """Bytes as they stand inside quotes, or in an owner name."""
    return "".join(chr(b) if chr(b).isalnum() and b < 128 or b in b"-_" else f"\\{b:03d}" for b in data)


def owner(name):
    return ".".join(escaped(label.encode("latin-1")) for label in name.rstrip(".").split(".")) + "."


def is_name(name):
    labels = name.rstrip(".").split(".")
    return all(0 < len(label) < 64 for label in labels) and len(name) < 254


def strings(data):
    """TXT rdata: `data` is one text or a list of strings; no string is longer than 255 bytes."""
    pieces = [data] if isinstance(data, (str, bytes)) else data
    pieces = [piece if isinstance(piece, bytes) else piece.encode("latin-1") for piece in pieces] or [b""]
    cut = [piece[at:at + 255] for piece in pieces for at in range(0, max(len(piece), 1), 255)]
    return " ".join(f'"{escaped(piece)}"' for piece in cut)


def rdata(kind, data):
    if kind in ("TXT", "SPF"):
        return strings(data)
    if kind == "MX":
        return f"{data[0]} {owner(data[1]) if data[1].strip('.') else '.'}"
    if kind in ("PTR", "CNAME"):
        return owner(data)
    return data


def zone_text(records):
    """`records` are (name, type, data)."""
    lines = ["$TTL 300", ". SOA ns.test. hostmaster.test. 1 3600 600 86400 300", ". NS ns.test.", f"ns.test. A {ADDRESS}"]
    lines += [f"{owner(name)} {kind} {rdata(kind, data)}" for name, kind, data in records if is_name(name)]
    return "\n".join(lines) + "\n"


# --- servers ---

def free_port():
    """A port that is free for UDP and TCP; nobody else takes it in the moment until the server does, as the kernel gives them out in turn."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind((ADDRESS, 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return udp.getsockname()[1]


def listens(port):
    with socket.socket() as tcp:
        return tcp.connect_ex((ADDRESS, port)) == 0


class World:
    def __init__(self, records, dead=None):
        self.records, self.dead = list(records), dead or {}
        self.processes = []

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="mailwhy-suite-")
        self.path = Path(self.directory.name)
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.silent.bind((ADDRESS, 0))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        (self.path / "root.zone").write_text(zone_text(self.records))
        ports = [self.start_nsd("nsd", NSD)]
        if "refused" in self.dead.values():
            ports.append(self.start_nsd("refusing", NSD_REFUSING))
        conf = UNBOUND.format(dir=self.path, address=ADDRESS, port=free_port())
        ports.append(int(conf.split("port: ")[1].split()[0]))
        (self.path / "unbound.conf").write_text(conf + self.stubs(*ports[:-1]))
        self.run(["/usr/sbin/unbound", "-d", "-c", str(self.path / "unbound.conf")])
        self.resolver = f"{ADDRESS}:{ports[-1]}"
        self.wait_for(ports)

    def start_nsd(self, name, conf):
        port = free_port()
        (self.path / f"{name}.conf").write_text(conf.format(dir=self.path, address=ADDRESS, port=port))
        self.run(["/usr/sbin/nsd", "-d", "-c", str(self.path / f"{name}.conf")])
        return port

    def stubs(self, good, refusing=0):
        """Below a name that fails, other names are there: each is a stub of its own."""
        ports = {"silent": self.silent.getsockname()[1], "refused": refusing}
        places = {"": good} | {name: ports[how] for name, how in self.dead.items()}
        for name in {record[0].lower() for record in self.records} - set(self.dead):
            if is_name(name) and any(name.endswith("." + dead) for dead in self.dead):
                places[name] = good
        return "".join(f'stub-zone:\n  name: "{name}."\n  stub-addr: {ADDRESS}@{port}\n  stub-no-cache: yes\n' for name, port in places.items())

    def run(self, command):
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def wait_for(self, ports):
        end = time.monotonic() + UP_LIMIT_S
        while not all(listens(port) for port in ports):
            ended = [process.args[0] for process in self.processes if process.poll() is not None]
            if ended or time.monotonic() > end:
                logs = "".join(log.read_text() for log in self.path.glob("*.log"))
                raise RuntimeError(f"{ended or 'a name server'} did not come up:\n{logs}")
            time.sleep(0.02)

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        self.silent.close()
        self.directory.cleanup()
