"""DNS: from the records of a scenario to signed zone files, and the configuration of NSD, Knot, BIND and Unbound.

A record is (owner, type, data), the owner absolute without its last dot. Zones are signed once and cached under
the digest of their text. DS records and glue of a delegation are derived, so a scenario says only what is wrong."""

import base64
import fnmatch
import ipaddress
import subprocess
import time

from . import store

HOUR, DAY = 3600, 86400
# signing mode -> hours from now to inception and expiration
# fmt: off
WINDOWS = {
    "valid":   (-24, 24 * 60),
    "expired": (-24 * 60, -24 * 2),
    "future":  (24 * 2, 24 * 60),
}
# fmt: on


# --- records ---

def absolute(owner, zone):
    if owner == "@":
        return zone
    if owner.endswith("."):
        return owner[:-1]
    return f"{owner}.{zone}" if zone else owner


def parse(line, zone):
    owner, kind, data = (line.split(None, 2) + [""])[:3]
    return absolute(owner, zone), kind.upper(), data


def matches(record, pattern, zone):
    owner, kind, _ = parse(pattern, zone)
    return fnmatch.fnmatchcase(record[0], owner) and kind in ("", "*", record[1])


def changed(records, change, zone):
    """`drop`, then `set` (which replaces the whole RRset), then `add`."""
    fresh = [parse(line, zone) for line in change.get("set", [])]
    gone = {(owner, kind) for owner, kind, _ in fresh}
    kept = [r for r in records if not any(matches(r, p, zone) for p in change.get("drop", []))]
    kept = [r for r in kept if (r[0], r[1]) not in gone]
    return kept + fresh + [parse(line, zone) for line in change.get("add", [])]


def zone_of(name, zones):
    """The zone that holds a name."""
    best = [z for z in zones if name == z or name.endswith("." + z) or z == ""]
    return max(best, key=len)


def parent_of(zone, zones):
    return zone_of(zone.partition(".")[2], [z for z in zones if z != zone])


def reverse(address):
    return ipaddress.ip_address(address).reverse_pointer


def host_records(world):
    """Addresses and reverse names of the hosts, as records of no zone yet."""
    for host in world["host"].values():
        for name in host.get("names", [host["name"]]):
            yield from ((name, "A", host["ip4"]),) if host.get("ip4") else ()
            yield from ((name, "AAAA", host["ip6"]),) if host.get("ip6") else ()
        back = host.get("ptr", host["name"])
        for address in filter(None, (host.get("ip4"), host.get("ip6"))):
            if back:
                yield reverse(address), "PTR", back + "."


def delegations(world, zone, hosts):
    """NS, glue and DS that the parents of `zone`'s children carry."""
    zones = world["zone"]
    for child, what in zones.items():
        if child == "" or parent_of(child, zones) != zone:
            continue
        for name in what["ns"]:
            yield child, "NS", name + "."
            if name == child or name.endswith("." + child):
                yield from (r for r in hosts if r[0] == name)
        if what.get("ds", "right" if what.get("signed", True) else "none") != "none":
            yield child, "DS", ds_as(ds_of(child, what.get("ds", "right")), what.get("ds_algorithm"), what.get("ds_digest"))
            if what.get("keys") == "rollover":
                yield child, "DS", ds_in(rsa_key_of(child))


def base_records(world, zone, hosts):
    what = world["zone"][zone]
    yield zone, "SOA", f"{what['ns'][0]}. hostmaster.{zone or 'root.example'}. 2026110101 3600 600 864000 300"
    for name in what["ns"]:
        yield zone, "NS", name + "."
    for record in hosts:
        if zone_of(record[0], world["zone"]) == zone:
            yield record
    for line in what.get("records", "").splitlines():
        if line.strip():
            yield parse(line, zone)
    yield from delegations(world, zone, hosts)


def all_records(world):
    """{(zone, server): records} after all changes of the scenario."""
    hosts = list(host_records(world))
    result = {}
    for zone, what in world["zone"].items():
        records = list(dict.fromkeys(base_records(world, zone, hosts)))
        for server in what["on"]:
            mine = records
            for change in world["dns"]:
                if change["zone"] == zone and change.get("only", server) == server:
                    mine = changed(mine, change, zone)
            result[zone, server] = mine
    return result


def text_of(zone, records, ttl):
    order = sorted(records, key=lambda r: r[1] != "SOA")
    return f"$ORIGIN {zone or ''}.\n$TTL {ttl}\n" + "".join(f"{o or ''}. {k} {d}\n" for o, k, d in order)


# --- keys and signatures ---

def run(directory, *command):
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout


def key_of(zone, which="right"):
    def make(work):
        run(work, "ldns-keygen", "-a", "ECDSAP256SHA256", "-k", "-r", "/dev/urandom", zone or ".")

    return store.get("key", f"{zone or 'root'}-{which}", make, 400 * DAY)


def key_base(directory):
    return next(directory.glob("*.private")).with_suffix("")


def ds_in(directory):
    line = next(directory.glob("*.ds")).read_text()
    return line.split("DS", 1)[1].split(";")[0].strip()


def ds_of(zone, which):
    return ds_in(key_of(zone, which))


def ds_as(text, algorithm, digest):
    """A DS with another algorithm number or digest type than its own."""
    tag, own_algorithm, own_digest, rest = text.split(None, 3)
    length = {1: 40}.get(digest) # a SHA-1 digest has 20 bytes
    return f"{tag} {algorithm or own_algorithm} {digest or own_digest} {rest[:length]}"


def zone_key_of(zone):
    """A ZSK, for a zone whose KSK signs its keys alone."""
    def make(work):
        run(work, "ldns-keygen", "-a", "ECDSAP256SHA256", "-r", "/dev/urandom", zone or ".")

    return store.get("key", f"{zone or 'root'}-zsk", make, 400 * DAY)


def rsa_key_of(zone):
    """The key of another algorithm that a zone on its way from one to the other has as well."""
    def make(work):
        run(work, "ldns-keygen", "-a", "RSASHA256", "-b", "2048", "-k", "-r", "/dev/urandom", zone or ".")

    return store.get("key", f"{zone or 'root'}-rsa", make, 400 * DAY)


def anchor(which="right"):
    return next(key_of("", which).glob("*.key")).read_text()


def signed(zone, text, mode="valid", mangle=(), strip=(), outdated=(), split=False, nsec3=False, rollover=False):
    """The signed zone's text; `mangle` spoils the signatures over these types, `outdated` has theirs of another time, `strip` drops these types."""
    begin, end = (time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + h * HOUR)) for h in WINDOWS[mode])
    base = key_base(key_of(zone))

    def make(work):
        (work / "zone").write_text(text)
        keys = [str(base)] + ([str(key_base(zone_key_of(zone)))] if split else [])
        keys += [str(key_base(rsa_key_of(zone)))] if rollover else []
        proof = (["-U"] if rollover else []) + (["-n", "-t", "1"] if nsec3 else []) + (["-p"] if nsec3 == "opt-out" else [])
        run(work, "ldns-signzone", *proof, "-o", zone or ".", "-i", begin, "-e", end, "-f", "signed", "zone", *keys)

    words = ["split"] * split + [f"nsec3 {nsec3}"] * bool(nsec3) + ["rollover"] * rollover
    path = store.get("signed", store.digest(zone, text, mode, base.name, *words), make) / "signed"
    lines = path.read_text().splitlines(True)
    if outdated:
        before = signed(zone, text, "expired", split=split, nsec3=nsec3, rollover=rollover).splitlines(True)
        lines = [line for line in lines if signature_over(line) not in outdated] + [line for line in before if signature_over(line) in outdated]
    return "".join(filter(None, (spoiled(line, mangle, strip) for line in lines)))


def signature_over(line):
    fields = line.split()
    return fields[4] if len(fields) > 4 and fields[3] == "RRSIG" else None


def spoiled(line, mangle, strip):
    fields = line.split()
    if len(fields) < 5 or line.startswith((";", "$")):
        return line
    covers = fields[4] if fields[3] == "RRSIG" else fields[3]
    if covers in strip:
        return None
    if fields[3] != "RRSIG" or covers not in mangle:
        return line
    bits = bytearray(base64.b64decode("".join(fields[12:])))
    bits[10] ^= 0xFF
    return " ".join(fields[:12]) + " " + base64.b64encode(bits).decode() + "\n"


def zone_files(world):
    """{(zone, server): text}, signed where the zone says so."""
    files = {}
    for (zone, server), records in all_records(world).items():
        what = world["zone"][zone]
        text = text_of(zone, records, what.get("ttl", 300))
        if what.get("signed", True):
            spoilt = server in what.get("spoilt_on", [server])
            flaws = {flaw: what[flaw] for flaw in ("mangle", "strip", "outdated") if spoilt and flaw in what}
            keys = {way: what.get("keys") == way for way in ("split", "rollover")}
            text = signed(zone, text, what.get("signing", "valid"), **flaws, **keys, nsec3=what.get("nsec3", False))
        files[zone, server] = text
    return files


# --- servers ---

# NSD's tables for rate limits and transfers and Unbound's list of ports (one random number each) are small: as they come, filling them
# takes half of the processor time of a start.
NSD = """server:
  username: ""
  zonesdir: "{dir}"
  database: ""
  zonelistfile: "{dir}/zone.list"
  xfrdfile: "{dir}/xfrd.state"
  xfrdir: "{dir}"
  pidfile: "{dir}/nsd.pid"
  logfile: "{dir}/log"
  server-count: 1
  tcp-count: 50
  rrl-size: 1000
  xfrd-tcp-max: 1
  xfrd-tcp-pipeline: 1
  hide-version: yes
{listen}remote-control:
  control-enable: no
"""
KNOT = """server:
    rundir: {dir}
    listen: [{listen}]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    version: ""
log:
  - target: {dir}/log
    any: info
database:
    storage: {dir}
template:
  - id: default
    storage: {dir}
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
"""
# No control channel, no transfers, no checks that would refuse a zone which a scenario spoils on purpose.
BIND = """options {{
  directory "{dir}";
  pid-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
  automatic-interface-scan no;
  interface-interval 0;
  version none;
  check-names primary ignore;
  check-integrity no;
  check-mx ignore;
  check-mx-cname ignore;
  check-srv-cname ignore;
  check-spf ignore;
  listen-on {{ {listen4}}};
  listen-on-v6 {{ {listen6}}};
}};
controls {{ }};
"""
UNBOUND = """server:
  username: ""
  chroot: ""
  directory: "{dir}"
  pidfile: ""
  logfile: "{dir}/log"
  use-syslog: no
  num-threads: 1
  msg-cache-size: 1m
  rrset-cache-size: 1m
  key-cache-size: 1m
  neg-cache-size: 1m
  outgoing-range: 200
  outgoing-port-avoid: 0-65535
  outgoing-port-permit: 20000-20999
  so-reuseport: no
{listen}  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  root-hints: "{dir}/hints"
{trust}  module-config: "validator iterator"
  ede: yes
  val-log-level: 2
  local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." nodefault
  local-zone: "test." nodefault
{extra}remote-control:
  control-enable: no
"""


def zone_name(zone):
    return zone or "root"


def write_auth(world, server, files, directory):
    """Configuration and zones of one authoritative server; returns the command that runs it."""
    mine = {zone: text for (zone, at), text in files.items() if at == server}
    for zone, text in mine.items():
        (directory / f"{zone_name(zone)}.zone").write_text(text)
    what = world["server"][server]
    addresses = [a for h in what["hosts"] for a in world["addresses"](h)]
    return AUTH[what["kind"]](mine, addresses, directory)


def write_nsd(mine, addresses, directory):
    listen = "".join(f"  ip-address: {a}\n" for a in addresses)
    conf = NSD.format(dir=directory, listen=listen)
    for zone in mine:
        conf += f'zone:\n  name: "{zone or "."}"\n  zonefile: "{zone_name(zone)}.zone"\n'
    (directory / "nsd.conf").write_text(conf)
    return ["/usr/sbin/nsd", "-d", "-c", str(directory / "nsd.conf")]


def write_knot(mine, addresses, directory):
    conf = KNOT.format(dir=directory, listen=", ".join(f"{a}@53" for a in addresses))
    for zone in mine:
        conf += f'  - domain: "{zone or "."}"\n    file: "{zone_name(zone)}.zone"\n'
    (directory / "knot.conf").write_text(conf)
    return ["/usr/sbin/knotd", "-c", str(directory / "knot.conf")]


def write_bind(mine, addresses, directory):
    listen4, listen6 = ("".join(f"{a}; " for a in addresses if (":" in a) == ipv6) or "none; " for ipv6 in (False, True))
    conf = BIND.format(dir=directory, listen4=listen4, listen6=listen6)
    for zone in mine:
        conf += f'zone "{zone or "."}" {{ type primary; file "{zone_name(zone)}.zone"; }};\n'
    (directory / "named.conf").write_text(conf)
    return ["/usr/sbin/named", "-g", "-n", "1", "-c", str(directory / "named.conf")]


AUTH = {"nsd": write_nsd, "knot": write_knot, "bind": write_bind}


def write_plain_resolver(addresses, directory):
    """BIND as a resolver that knows nothing of EDNS, hence of DNSSEC: it validates nothing, and hands no signature on."""
    write_bind({}, addresses, directory)
    conf = (directory / "named.conf").read_text().replace("recursion no;", "recursion yes;\n  allow-recursion { any; };")
    conf += 'zone "." { type hint; file "hints"; };\nserver 0.0.0.0/0 { edns no; };\nserver ::/0 { edns no; };\n'
    (directory / "named.conf").write_text(conf)
    return ["/usr/sbin/named", "-g", "-n", "1", "-c", str(directory / "named.conf")]


def write_resolver(world, directory, host, what):
    (directory / "anchor").write_text(anchor(what.get("anchor", "right")))
    hints = [(".", "NS", n + ".") for n in world["zone"][""]["ns"]]
    hints += [(n + ".", k, d) for n, k, d in host_records(world) if n in world["zone"][""]["ns"]]
    (directory / "hints").write_text("".join(f"{o} 3600 IN {k} {d}\n" for o, k, d in hints))
    if what.get("kind") == "bind-plain":
        return write_plain_resolver(world["addresses"](host), directory)
    listen = "".join(f"  interface: {a}\n" for a in world["addresses"](host))
    trust = f'  trust-anchor-file: "{directory}/anchor"\n'
    extra = "".join(f"  {line}\n" for line in what.get("options", []))
    (directory / "unbound.conf").write_text(UNBOUND.format(dir=directory, listen=listen, trust=trust, extra=extra))
    return ["/usr/sbin/unbound", "-d", "-c", str(directory / "unbound.conf")]
