"""Scenarios: reads the TOML tables, lays a scenario's changes over its base, fills in the placeholders.

A scenario is one table. What it asks and what is true:
    title, ask (the command line after `mailwhy`), options (more of it; has a default), base (another scenario or base),
    expect (ids of the true roots; "a|b" where one look cannot tell them apart), also (true as well), not_first,
    healthy (and status: 3 where nothing is wrong that the program could tell, and it must say that it cannot),
    proof ([[command, pattern]]: see prove.py), fresh_proof (each proof wants a box of its own), before (a command that its client runs first)
What it changes in the base (deep-merged; lists of tables are appended to):
    host.NAME      ip4, ip6, name, names, ptr
    zone.NAME      ns, on, ttl, signed, ds (right|wrong|none), signing (valid|expired|future), mangle, strip, outdated (types; on the servers of spoilt_on),
                   keys (split: KSK and ZSK; rollover: of two algorithms), nsec3 (true or opt-out), ds_algorithm, ds_digest (numbers that are not
                   the key's), records
    dns            [{zone, drop, set, add, only}]: lines "owner type data", owner alone or "owner *" in drop
    resolver       options (Unbound), anchor (wrong: the key of another root); resolvers.NAME: host, options, anchor of a further one
                   (kind bind-plain: BIND without EDNS, hence without DNSSEC)
    server.NAME    kind (nsd|knot|bind), hosts
    cert.NAME      names, kind, by, subject (see pki.leaf)
    smtp.NAME      host, port, cert, hello, domains, auth, wrapper, options (Postfix, for this service), instance, screen
                   (options of a postscreen before it)
    postfix.NAME   main.cf of that instance (the usual one, `postfix`, throws away what it takes)
    services.NAME  further lines of its master.cf
    policy.NAME    wait_s, hold: a greylisting policy service at unix:/run/lab/policy/NAME (see policy.py)
    opendkim.NAME  mode (s|v), name, domain, selector, bits, more (lines of its configuration): a milter at
                   unix:/run/lab/opendkim-NAME/socket
    retrieval.NAME host, cert, services (imap imaps pop3 pop3s lmtp sieve), options (Dovecot, for this address)
    dovecot        options (Dovecot, for all), passdb, userdb, mechanisms, lmtp (delivery at unix:/run/lab/dovecot/lmtp)
    user.NAME      address, login, password, extra (fields of Dovecot's passwd-file), sieve (the active filter), scripts,
                   folders, subscribed, mails [{folder, from, subject, id, flags, size, headers}]
    exim.NAME, opensmtpd.NAME, courier.NAME: see beside.py
    web.NAME       host, cert, paths."/x" (body, type, status, redirect, pad: bytes of further lines)
    mini           [see mini.py]: takes the place of the real server on its port
    block          [{to (hosts, or "*"), ports, how (drop|reset|unreachable), family (4|6), who (client|all), udp, match,
                   direction (back: from the servers)}]
    client         resolver (addresses), ip4, ip6, route, trusted, password, files."name" (text)
    off            servers that are not started; remove: tables taken out, such as "smtp.mx2"
Placeholders in any text: {ip4:HOST} {ip6:HOST} {tlsa:CERT} {tlsa-whole:CERT} {tlsa-512:CERT} (CERT: or an authority) {dkim:BITS} {file:NAME} {password} {password:USER}
"""

import copy
import re
import sys
import tomllib
from pathlib import Path

from . import dovecot, pki

HERE = Path(__file__).parent
TALK = {"title", "ask", "options", "base", "expect", "also", "not_first", "healthy", "proof", "fresh_proof", "before", "status"}
CLIENT_DIR = "/run/lab/client"
LISTS = ("dns", "mini", "block", "off", "remove")


class Unknown(Exception):
    """A scenario that no file names."""


def read_all():
    """{id: table} of bases and scenarios, in the order of the files."""
    found = {}
    for path in sorted(HERE.glob("bases/*.toml")) + sorted(HERE.glob("scenarios/*.toml")):
        with open(path, "rb") as handle:
            for name, table in tomllib.load(handle).items():
                if name in found:
                    raise ValueError(f"{path.name}: {name} is defined twice")
                found[name] = {**table, "area": path.stem, "is_base": path.parent.name == "bases"}
    return found


def merge(under, over):
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(under.get(key), dict):
            merge(under[key], value)
        elif key in LISTS:
            under[key] = under.get(key, []) + value
        else:
            under[key] = copy.deepcopy(value)
    return under


def layered(name, tables):
    """The tables of a scenario from its deepest base up."""
    if name not in tables:
        raise Unknown(name)
    table = tables[name]
    below = layered(table["base"], tables) if table.get("base") else []
    return below + [{k: v for k, v in table.items() if k not in TALK}]


def remove(world, path):
    table, _, key = path.partition(".")
    world[table].pop(key, None)


def fill(value, replace):
    if isinstance(value, str):
        return re.sub(r"\{(ip4|ip6|tlsa|tlsa-whole|tlsa-512|dkim|file|password)(?::([\w.-]+))?\}", replace, value)
    if isinstance(value, list):
        return [fill(item, replace) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, replace) for key, item in value.items()}
    return value


def quoted(text):
    """A long TXT value as strings of at most 255 bytes."""
    return '" "'.join(text[i:i + 200] for i in range(0, len(text), 200))


def replacer(world, certs):
    host = world["host"]
    # fmt: off
    makers = {
        "ip4":      lambda name: host[name]["ip4"],
        "ip6":      lambda name: host[name]["ip6"],
        "tlsa":     lambda name: pki.tlsa(certs.get(name) or pki.authority(name)),
        "tlsa-whole": lambda name: pki.tlsa(certs.get(name) or pki.authority(name), whole=True),
        "tlsa-512": lambda name: pki.tlsa(certs.get(name) or pki.authority(name), digest="sha512"),
        "dkim":     lambda bits: quoted(pki.dkim_key("s1", bits)),
        "file":     lambda name: f"{CLIENT_DIR}/{name}",
        "password": lambda name: f"{CLIENT_DIR}/password" + (f"-{name}" if name else ""),
    }
    # fmt: on
    return lambda found: makers[found[1]](found[2])


def give_way(world):
    """A misbehaving server takes the place of the real one on its port."""
    taken = {play["at"] for play in world["mini"]}
    world["smtp"] = {n: s for n, s in world["smtp"].items() if f"{s['host']}:{s['port']}" not in taken}
    for service in world["retrieval"].values():
        ports = {kind: f"{service['host']}:{dovecot.RETRIEVAL[kind][1]}" for kind in service["services"]}
        service["services"] = [kind for kind, at in ports.items() if at not in taken]


def certificates(world):
    return {name: pki.leaf(cert["names"], cert.get("kind", "good"), cert.get("by", "intermediate"), cert.get("subject"))
            for name, cert in world["cert"].items()}


def load(name, tables=None):
    """(scenario's own table, world, certificates)."""
    tables = tables or read_all()
    world = {}
    for layer in layered(name, tables):
        merge(world, layer)
    for path in world.get("remove", []):
        remove(world, path)
    for kind in LISTS:
        world.setdefault(kind, [])
    for kind in ("resolvers", "policy", "opendkim", "postfix", "services", "exim", "opensmtpd", "courier"):
        world.setdefault(kind, {})
    certs = certificates(world)
    world = fill(world, replacer(world, certs))
    for kind in ("smtp", "retrieval"):
        for key, service in world[kind].items():
            service["name"] = key
    give_way(world)
    hosts = world["host"]
    world["addresses"] = lambda h: [a for a in (hosts[h].get("ip4"), hosts[h].get("ip6")) if a]
    return tables[name], world, certs


def inherited(name, tables, key, default):
    """A word of the scenario itself or of the nearest base that says it."""
    while name:
        if key in tables[name]:
            return tables[name][key]
        name = tables[name].get("base")
    return default


def command(name, tables, world):
    """The arguments after `mailwhy`."""
    ask = inherited(name, tables, "ask", "check alice@example.org")
    options = inherited(name, tables, "options", "")
    return fill(f"{ask} {options}", replacer(world, {})).split()


# What `before` and `proof` may use besides the system's own commands: poke, well, carry, sign, and `filtered USER SENDER SUBJECT`, which
# says what Pigeonhole's own test program makes of the user's active filter.
TOOLS = "".join(f"{tool}() {{ {sys.executable} {HERE / tool}.py \"$@\"; }}\n" for tool in ("poke", "well", "carry", "sign")) + """
filtered() {
    mkdir -p -m 777 /run/lab/filtered
    printf 'From: %s\\nTo: %s\\nSubject: %s\\n\\nHello.\\n' "$2" "$1" "$3" > /run/lab/filtered/message
    sieve-test -c /run/lab/dovecot/dovecot.conf -o mail_location=maildir:/run/lab/filtered/mail -f "$2" -r "$1" \\
        "/run/lab/dovecot/sieve/$1.active" /run/lab/filtered/message
}
"""


def prepared(name, tables, world, argv):
    """argv, behind what the scenario's client does first."""
    first = inherited(name, tables, "before", "")
    if not first:
        return argv
    return ["sh", "-c", f"{TOOLS}{{\n{fill(first, replacer(world, {}))}\n}} </dev/null >/dev/null 2>&1\nexec \"$@\"", "sh", *argv]


def proofs(name, tables):
    """A fault is proved by its own scenario only; a healthy set-up may rest on its base."""
    if tables[name].get("healthy"):
        return inherited(name, tables, "proof", [])
    return tables[name].get("proof", [])


def ids(tables):
    return [name for name, table in tables.items() if not table["is_base"]]
