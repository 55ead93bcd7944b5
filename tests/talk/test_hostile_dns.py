"""A resolver, or a domain's own name server, that does its worst. However it lies: the tool ends by itself, within bounds of memory; tells exactly what came;
names no cause that is not there; believes no record that nobody asked for; and lets no control byte through.

Each case spoils the MX answer of a domain that is in good order (hostile.py)."""

import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import hostile as h
from hostile import Act

MAILWHY = Path(os.environ.get("MAILWHY", Path(__file__).resolve().parents[2] / "build" / "mailwhy"))
DOMAIN, HOST, POISON = "example.org", "mx.example.org", "poison.example"
RSS_CEILING_KB = 160 * 1024  # a healthy run takes 15 MB; the sanitizers of the tests take several times that
PATIENCE_S = 240             # for a machine that is busy; the tool's own waits are far shorter
RECORDS_CEILING = 1000
SIDE_BY_SIDE = 24
SKIPPED = ["--skip", "dnsbl,mtasts,dnssec"]
GOOD = ["10 " + HOST]
ZONE = h.Zone({
    (".", h.NS): [h.name("a.root")], (".", h.SOA): [h.soa("root")], ("org", h.NS): [h.name("ns.org")], ("org", h.SOA): [h.soa("org")],
    (DOMAIN, h.SOA): [h.soa(DOMAIN)], (DOMAIN, h.NS): [h.name("ns1.example.org"), h.name("ns2.example.org")],
    ("ns1.example.org", h.A): [h.address("198.18.0.1")], ("ns2.example.org", h.A): [h.address("198.18.0.2")],
    ("ns.org", h.A): [h.address("198.18.0.3")], (DOMAIN, h.MX): [h.mx(HOST)], (HOST, h.A): [h.address("198.18.0.25")], (DOMAIN, h.TXT): [h.txt("v=spf1 mx -all")],
    ("_dmarc.example.org", h.TXT): [h.txt("v=DMARC1; p=reject; rua=mailto:d@example.org")],
    ("_smtp._tls.example.org", h.TXT): [h.txt("v=TLSRPTv1; rua=mailto:t@example.org")],
    ("25.0.18.198.in-addr.arpa", 12): [h.name(HOST)],
})
MX = h.record(DOMAIN, h.MX, h.mx(HOST))
AT = b"\xc0\x0c"  # the name of the question


def answer(*records, **more):
    return lambda query: [query.answer(records, **more)]


def packets(*made):
    """Each of `made` gives, of a query, something to send."""
    return lambda query: [make(query) if callable(make) else make for make in made]


def over_tcp(made):
    """Cut by UDP; what comes by TCP is of the case."""
    return lambda query: made(query) if query.tcp else [query.answer(flags=h.RA | h.TC)]


def good(query):
    return query.answer([MX])


def chain(length, end=None):
    links = [h.record(DOMAIN if i == 0 else f"c{i}.example", h.CNAME, h.name(f"c{i + 1}.example")) for i in range(length)]
    return links + [h.record(f"c{length}.example", h.MX, h.mx(HOST))] if end else links


def counts(*numbers):
    return answer(MX, counts=numbers)


def raw(tail, count=1):
    """The header tells `count` records, and `tail` follows the question."""
    return lambda query: [query.answer(counts=(1, count, 0, 0), edns=False) + tail]


def until(times, first, then):
    return lambda query: first(query) if query.count <= times else then(query)


LONG_LABEL = b"\x40" + b"a" * 64
LONG_NAME = (b"\x3f" + b"a" * 63) * 4 + b"\0"
POISONED = [h.record(POISON, h.A, h.address("203.0.113.66")), h.record(HOST, h.A, h.address("203.0.113.66"))]
HUGE = [h.record(AT, h.MX, h.mx(f"m{i}.example.org", i)) for i in range(2000)]
TOLD_GOOD, ANSWERED, SILENT, GARBLED, ABSENT = ("ok", GOOD), ("ok", None), ("timed out", []), ("garbled", []), ("nodata", [])
ESCAPES = b"\x1b]0;owned\x07\x1b[31m\r\n\x00\xff"
# fmt: off
# what the server does instead of the MX answer: (what it sends, (dns.mx.end, dns.mx or None for any))
CASES = {
    # names
    "name points at itself":          (raw(b"\xc0\x1d" + h.record(b"", h.MX, h.mx(HOST))),              GARBLED),
    "two pointers in a circle":       (raw(b"\xc0\x1f\xc0\x1d" + h.record(b"", h.MX, h.mx(HOST))),                    GARBLED),
    "pointer forward":                (raw(b"\xc0\x80" + h.record(b"", h.MX, h.mx(HOST)) + bytes(80)),                  GARBLED),
    "pointer out of the packet":      (raw(b"\xff\xff" + h.record(b"", h.MX, h.mx(HOST))),                              GARBLED),
    "pointer cut in the middle":      (raw(b"\xc0"),                                                                    GARBLED),
    "pointer circle in the exchange": (answer(h.record(AT, h.MX, b"\0\x0a\xc0\x2b")),                                 GARBLED),
    "label of 64 bytes":              (raw(h.record(LONG_LABEL + b"\0", h.MX, h.mx(HOST))),                             GARBLED),
    "name of 257 bytes":              (raw(h.record(LONG_NAME, h.MX, h.mx(HOST))),                                      GARBLED),
    "reserved label type":            (raw(h.record(b"\x80a\0", h.MX, h.mx(HOST))),                                   GARBLED),
    "exchange of one empty label":    (answer(h.record(AT, h.MX, b"\0\x0a\0")),                                       ANSWERED),
    "exchange with control bytes":    (answer(h.record(AT, h.MX, b"\0\x0a" + h.name("a\x1b[31m\x07\r\nb.example"))), ("ok", ["10 a\\027[31m\\007\\013\\010b.example"])),
    "exchange behind rdata's end":    (answer(h.record(AT, h.MX, h.mx(HOST)[:-3])),                                     GARBLED),
    # counts and lengths
    "two counted, one is there":      (answer(MX, counts=(1, 2, 0, 0), edns=False),                                     GARBLED),
    "65,535 counted":                 (counts(1, 65535, 65535, 65535),                                                  GARBLED),
    "one record, none counted":       (counts(1, 0, 0, 0),                                                              GARBLED),
    "two questions":                  (answer(MX, counts=(2, 1, 0, 0)),                                                 GARBLED),
    "rdata longer than the packet":   (raw(h.record(AT, h.MX, b"\0\x0a" + h.name(HOST))[:-4]),                          GARBLED),
    "MX of one byte":                 (answer(h.record(AT, h.MX, b"\0")),                                              GARBLED),
    "twelve bytes":                   (packets(lambda q: good(q)[:12]),                                                 ("garbled", [])),
    "five bytes, then the answer":    (packets(lambda q: good(q)[:5], good),                                            TOLD_GOOD),
    "2,000 MX by TCP":                (over_tcp(answer(*HUGE)),                                                         ANSWERED),
    "65,535 bytes by TCP":            (over_tcp(packets(lambda q: (q.answer([MX], edns=False) + bytes(65535))[:65535])), TOLD_GOOD),
    # whose answer it is
    "wrong id":                       (answer(MX, id=b"\0\0"),                                                         GARBLED),
    "wrong ids, then the answer":     (packets(*[lambda q, i=i: q.answer(POISONED, id=bytes([i, i])) for i in range(20)], good), TOLD_GOOD),
    "question of another name":       (answer(MX, question=h.name("example.net") + b"\0\x0f\0\1"),                    GARBLED),
    "question of another type":       (answer(MX, question=h.name(DOMAIN) + b"\0\x10\0\1"),                           GARBLED),
    "question in other case":         (answer(MX, question=h.name("eXaMpLe.ORG") + b"\0\x0f\0\1"),                    TOLD_GOOD),
    "no question, NOERROR":           (lambda q: [q.answer([MX], counts=(0, 1, 0, 0), question=b"", edns=False)],        GARBLED),
    "a query, not an answer":         (packets(lambda q: q.packet),                                                     GARBLED),
    "from another port":              (packets(lambda q: Act("elsewhere", q.answer([h.record(AT, h.MX, h.mx(POISON))]))), SILENT),
    "another port is first":          (packets(lambda q: Act("elsewhere", q.answer([h.record(AT, h.MX, h.mx(POISON))])), good), TOLD_GOOD),
    "answer twice, another behind":   (packets(good, good, lambda q: q.answer([h.record(AT, h.MX, h.mx(POISON))])),       TOLD_GOOD),
    "storm before the answer":        (packets(lambda q: Act("packet", q.answer(id=b"\0\0"), 3000), good),             GARBLED),
    "storm behind the answer":        (packets(good, lambda q: Act("packet", q.answer(id=b"\0\0"), 3000)),             TOLD_GOOD),
    "late, and the repeat in time":   (packets(lambda q: Act("later", good(q))),                                        TOLD_GOOD),
    "answer for another name":        (answer(h.record("example.net", h.MX, h.mx(POISON))),                             GARBLED),
    "answer and poison beside":       (answer(MX, beside=POISONED, above=[h.record("org", h.NS, h.name(POISON))]),      TOLD_GOOD),
    "answer and poison in it":        (answer(MX, *POISONED, h.record("org", h.MX, h.mx(POISON))),                      TOLD_GOOD),
    "answer of class CH":             (answer(h.record(AT, h.MX, h.mx(POISON), of=3)),                                  GARBLED),
    "question of class CH":           (answer(MX, question=h.name(DOMAIN) + b"\0\x0f\0\3"),                           GARBLED),
    # aliases
    "aliases in a circle":            (answer(h.record(AT, h.CNAME, h.name("a.example")), h.record("a.example", h.CNAME, h.name(DOMAIN))), ("other", [])),
    "an alias of itself":             (answer(h.record(AT, h.CNAME, h.name(DOMAIN))),                                   ("other", [])),
    "200 aliases":                    (answer(*chain(200, HOST)),                                                       ("other", [])),
    "8 aliases":                      (answer(*chain(8, HOST)),                                                         TOLD_GOOD),
    "DNAME and its alias":            (answer(h.record("org", h.DNAME, h.name("net")), h.record(AT, h.CNAME, h.name("example.net")), h.record("example.net", h.MX, h.mx(HOST))), TOLD_GOOD),
    # what the header says
    "NXDOMAIN with the answer":       (answer(MX, code=h.NXDOMAIN),                                                     GARBLED),
    "SERVFAIL with the answer":       (answer(MX, code=h.SERVFAIL),                                                     ("servfail", [])),
    "NOTIMP":                         (answer(code=h.NOTIMP),                                                           ("other", [])),
    "extended rcode 4095":            (answer(MX, code=4095),                                                           ("other", [])),
    "BADVERS":                        (answer(beside=[h.opt(code=1, version=1)], edns=False),                           ("other", [])),
    "FORMERR without EDNS":           (answer(code=h.FORMERR, edns=False),                                              ("other", [])),
    "OPT twice":                      (answer(MX, beside=[h.opt(), h.opt(code=255)], edns=False),                       TOLD_GOOD),
    "OPT in the answer":              (answer(h.opt(code=255), MX, edns=False),                                         TOLD_GOOD),
    "OPT longer than its packet":     (lambda q: [q.answer([MX], beside=[h.opt()[:-2] + b"\xff\xff"], edns=False)],      TOLD_GOOD),
    "EDE with escapes, 60,000 bytes": (over_tcp(answer(code=h.SERVFAIL, edns=False, beside=[h.opt(options=h.ede(22, ESCAPES * 2800))])), ("servfail", [])),
    "nodata without SOA":             (answer(),                                                                        ABSENT),
    "TTL of 2^32-1":                  (answer(h.record(AT, h.MX, h.mx(HOST), ttl=2**32 - 1)),                           TOLD_GOOD),
    "referral in a circle":           (answer(above=[h.record(DOMAIN, h.NS, h.name("ns1.example.org"))], flags=0),      ("refused", [])),
    # TCP
    "cut by TCP too":                 (answer(MX, flags=h.RA | h.TC),                                                   TOLD_GOOD),
    "cut and empty by TCP too":       (answer(flags=h.RA | h.TC),                                                       ("other", [])),
    "TCP: silence":                   (over_tcp(packets(h.SILENCE)),                                                    SILENT),
    "TCP: closed at once":            (over_tcp(packets(h.CLOSE)),                                                      ("unreachable", [])),
    "TCP: reset":                     (over_tcp(packets(h.RESET)),                                                      ("unreachable", [])),
    "TCP: closed in the message":     (over_tcp(packets(lambda q: Act("raw", b"\1\0" + good(q)), h.CLOSE)),            GARBLED),
    "TCP: byte by byte":              (over_tcp(packets(lambda q: Act("slowly", good(q)))),                             TOLD_GOOD),
    "TCP: no byte in the message":    (over_tcp(packets(Act("raw", b"\0\0"), good)),                                   TOLD_GOOD),
    "TCP: 3,000 wrong messages":      (over_tcp(packets(lambda q: Act("packet", q.answer(id=b"\0\0"), 3000))),         GARBLED),
    "TCP: closed behind the answer":  (over_tcp(packets(good, h.CLOSE)),                                                TOLD_GOOD),
    # silence
    "lost twice":                     (until(2, packets(), packets(good)),                                              TOLD_GOOD),
    "never an answer":                (packets(),                                                                       SILENT),
    # other records
    "64,000 bytes of TXT":            (None,                                                                            TOLD_GOOD),
    "TXT with escapes":               (None,                                                                            TOLD_GOOD),
    "1,000 NS":                       (None,                                                                            TOLD_GOOD),
    "address of three bytes":         (None,                                                                            TOLD_GOOD),
}
# Where not the MX answer is spoilt: {type: what is sent}
OTHERS = {
    "64,000 bytes of TXT":            {h.TXT: over_tcp(answer(h.record(AT, h.TXT, h.long_txt(64000))))},
    "TXT with escapes":               {h.TXT: answer(h.record(AT, h.TXT, h.txt(b"v=spf1 include:" + ESCAPES + b" -all")))},
    "1,000 NS":                       {h.NS: over_tcp(answer(*[h.record(AT, h.NS, h.name(f"ns{i}.example.org")) for i in range(1000)]))},
    "address of three bytes":         {h.A: answer(h.record(AT, h.A, b"\1\2\3"))},
}
# Causes that are there. Where nothing stands here none may be named; advice is not counted.
NAMED = {
    "exchange of one empty label":    {"dns.mx.null"},
    "exchange with control bytes":    {"dns.mx.unresolvable"},
    "2,000 MX by TCP":                {"dns.mx.unresolvable", "spf.lookup.limit"},
    "nodata without SOA":             {"dns.mx.missing"},
    "64,000 bytes of TXT":            {"spf.record.missing"},
    "TXT with escapes":               {"spf.record.syntax"},
}
# What one of the domain's two own servers does, whatever it is asked; the parent's and the other are in good order: (what it sends, how its zone.end is told,
# the causes that are named)
LAME, DOWN = {"dns.delegation.lame"}, {"dns.delegation.server_down"}
OWN = {
    "in good order":                  (lambda q: None,                                                                  "ok", set()),
    "refers to itself, not the zone": (answer(above=[h.record(DOMAIN, h.NS, h.name("ns1.example.org"))], beside=[h.record("ns1.example.org", h.A, h.address("198.18.0.1"))], flags=0), "not authoritative", LAME),
    "refers to the root":             (answer(above=[h.record(".", h.NS, h.name("a.root"))], flags=0),                    "upward referral", LAME),
    "refuses":                        (answer(code=h.REFUSED),                                                          "refused", LAME),
    "wrong ids":                      (answer(MX, id=b"\0\0", flags=h.AA),                                              "garbled", DOWN),
    "names in a circle":              (raw(b"\xc0\x1d" + h.record(b"", h.MX, h.mx(HOST))),                             "garbled", DOWN),
    "always cut, silent by TCP":      (over_tcp(packets(h.SILENCE)),                                                    "timed out", DOWN | {"dns.server.tcp_blocked"}),
    "always cut, by TCP too":         (answer(flags=h.AA | h.TC),                                                       "cut", set()),
    "storm":                          (packets(lambda q: Act("packet", q.answer(id=b"\0\0"), 2000)),                    "garbled", DOWN),
    "poison beside":                  (lambda q: [q.answer([h.record(AT, q.kind, data) for data in ZONE.records.get((q.name, q.kind), [])], flags=h.AA, beside=POISONED)], "ok", set()),
    "EDNS unknown":                   (lambda q: [q.answer(code=h.FORMERR, edns=False)] if q.edns else None,              "other", {"dns.server.qtype_broken"}),
}
# fmt: on


def alias_at_the_apex(flags):
    """An alias beside SOA and NS, where it hides all else (RFC 1034 section 3.6.2); servers of the usual kinds do not load such a zone."""
    alias = h.record(DOMAIN, h.CNAME, h.name("site.hosting.example"))
    return lambda query: [query.answer([alias], flags=flags)] if query.name == DOMAIN and query.kind not in (h.SOA, h.NS) else None


# What both of the domain's own servers do, and so the resolver: (what they send, the causes that are named)
BOTH = {
    "alias at the apex": (alias_at_the_apex, {"dns.apex.cname"}),
}


def spoiler(case):
    others = OTHERS.get(case, {h.MX: CASES[case][0]})
    return lambda query: others[query.kind](query) if query.name == DOMAIN and query.kind in others else None


class Run:
    """One run of `mailwhy dns`: exit status, facts, causes, what was written, and the most memory that it took."""

    def __init__(self, options, room):
        facts, out, err = room / "facts.jsonl", room / "out", room / "err"
        command = [MAILWHY, "dns", DOMAIN, "--format", "text", "--verbose", "--save", facts, *options]
        with out.open("wb") as to_out, err.open("wb") as to_err:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err)
        patience = threading.Timer(PATIENCE_S, os.kill, (child.pid, signal.SIGKILL))  # child.kill() might take the status that wait4() wants
        patience.start()
        _, status, used = os.wait4(child.pid, 0)
        patience.cancel()
        child.returncode = self.status = os.waitstatus_to_exitcode(status)
        self.rss_kb = used.ru_maxrss
        self.out, self.err, self.saved = out.read_text(), err.read_text(), facts.read_text() if facts.exists() else ""
        self.facts = [json.loads(line) for line in self.saved.splitlines()[1:]]

    def values(self, fact, about=None):
        return [one["value"] for one in self.facts if one["fact"] == fact and about in (None, one["about"])]

    def causes(self):
        """Those that are told with all that proves them, so without advice; what was not tested follows them."""
        return set(re.findall(r"^ +([a-z0-9_]+\.[a-z0-9_.]+) · ", self.out.partition("\nNot tested\n")[0], re.M))


def run(case, room):
    room.mkdir()
    server = h.Hostile(ZONE, spoiler(case))
    try:
        return Run(["--resolver", f"127.0.0.1:{server.port}", *SKIPPED, "--skip", "parent,nameserver,zonehost"], room)
    finally:
        server.close()


def refer(query):
    """A server of org, which knows of the domain only where its servers are."""
    if not query.name.endswith(DOMAIN):
        return None
    above = [h.record(DOMAIN, h.NS, h.name(f"ns{i}.example.org")) for i in (1, 2)]
    return [query.answer(above=above, beside=[h.record(f"ns{i}.example.org", h.A, h.address(f"198.18.0.{i}")) for i in (1, 2)], flags=0)]


def run_own(case, room):
    """Name servers are asked at port 53: this runs in a network of its own, with all of them on its loopback."""
    at = {"198.18.0.3": refer}
    if case in BOTH:
        at |= {"198.18.0.1": BOTH[case][0](h.AA), "198.18.0.2": BOTH[case][0](h.AA), "198.18.0.4": BOTH[case][0](h.RA)}
    else:
        at |= {"198.18.0.1": OWN[case][0], "198.18.0.2": lambda query: None, "198.18.0.4": lambda query: None}
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in at:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
    servers = [h.Hostile(ZONE, spoil, address, 53, address != "198.18.0.4") for address, spoil in at.items()]
    done = Run(["--resolver", "198.18.0.4", *SKIPPED], room)
    for server in servers:
        server.close()
    return done


def in_own_network(case, room):
    room.mkdir()
    done = subprocess.run(["unshare", "-rn", sys.executable, __file__, case, str(room)], capture_output=True, text=True, timeout=2 * PATIENCE_S)
    assert done.returncode == 0, done.stderr
    return pickle.loads((room / "run").read_bytes())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Many side by side: most of them wait. Other tests must not have to wait for them."""
    os.nice(5)
    top = tmp_path_factory.mktemp("hostile")
    works = [(run, case) for case in CASES] + [(in_own_network, case) for case in [*OWN, *BOTH]]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        rooms = (top / str(number) for number in range(len(works)))
        done = pool.map(lambda work, room: work[0](work[1], room), works, rooms)
        return dict(zip([case for _, case in works], done))


def check(run):
    """What holds of every run."""
    assert run.err == "" and run.status in (0, 1, 2, 3)
    assert run.rss_kb < RSS_CEILING_KB
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", run.out)
    assert not any(re.search(r"[\x00-\x1f\x7f-\x9f]", str(value)) for fact in run.facts for value in fact.values())
    assert POISON not in run.saved + run.out and "203.0.113.66" not in run.saved + run.out
    assert not run.values("run.partial")


@pytest.mark.parametrize("case", CASES)
def test_answer(case, runs):
    done, (end, records) = runs[case], CASES[case][1]
    check(done)
    assert done.values("dns.mx.end") == [end]
    assert records is None or done.values("dns.mx") == records
    assert len(done.values("dns.mx")) <= RECORDS_CEILING
    assert done.causes() == NAMED.get(case, set())
    assert done.status == 3 if end not in ("ok", "nodata") else done.status in ((1, 2) if case in NAMED else (0,))


@pytest.mark.parametrize("case", OWN)
def test_own_server(case, runs):
    done, (_, end, named) = runs[case], OWN[case]
    check(done)
    assert done.values("dns.mx") == GOOD
    assert done.values("zone.end", "example.org@ns1.example.org[198.18.0.1]") == [end]
    assert done.values("zone.end", "example.org@ns2.example.org[198.18.0.2]") == ["ok"]
    assert done.causes() == named and done.status == (1 if named else 0)


@pytest.mark.parametrize("case", BOTH)
def test_both_servers(case, runs):
    check(runs[case])
    assert runs[case].causes() == BOTH[case][1]


if __name__ == "__main__":
    import test_hostile_dns  # under the name by which pytest knows it, for pickle

    Path(sys.argv[2], "run").write_bytes(pickle.dumps(test_hostile_dns.run_own(sys.argv[1], Path(sys.argv[2]))))
