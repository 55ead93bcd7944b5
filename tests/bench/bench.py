"""Measures mailwhy and its peers side by side, in one run, over a link with a chosen round-trip time.

The servers are the lab's (scenarios `healthy` and `healthy-unsigned`: two MX, one mail host, with and without DNSSEC). Every program runs behind
tests/bench/link, which counts its connections and clocks it. Figures are medians; nothing here fails because of a time."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bulk

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
ADDRESS, MX, MAIL = "alice@example.org", "mx1.example.org", "mail.example.org"
PLUGINS = "/usr/lib/nagios/plugins/"
MAIL_PORTS = {"25", "587", "465", "143", "993", "110", "995", "4190"}
PASSWORD_FILE = Path("/run/lab/client/password")  # where the lab writes it
HINTS_FILE = Path("/run/lab/resolver/hints")

# fmt: off
CHECKS = [
    ("mailwhy check", ["{build}/mailwhy", "check", ADDRESS, "--dkim-selector", "s1", "--json"]),
    ("dig, swaks, posttls-finger, openssl, curl in a script", ["{here}/chain.sh", ADDRESS, MAIL]),
]
DNS = [
    ("mailwhy dns", ["{build}/mailwhy-dns", "example.org", "--json"]),
    ("mailwhy dns without the policy file by HTTPS", ["{build}/mailwhy-dns", "example.org", "--json", "--skip", "mtasts"]),
    ("dig in a script, as checkdmarc asks", ["{here}/digs.sh", "example.org"]),
    ("zonemaster-cli (DNS of the zone alone)", ["zonemaster-cli", "--hints", "{hints}", "--level", "NOTICE", "example.org"]),
]
ONCE = {"zonemaster-cli (DNS of the zone alone)"}  # takes long
# Those that take a password in argv or in what is piped to them get it there.
LOGIN = ["--user", ADDRESS, "--password-file", "{password_file}"]
TALK_IMAP = """printf 'a1 LOGIN %s "%s"\\r\\na2 EXAMINE INBOX\\r\\na3 LOGOUT\\r\\n' "$1" "$2" | openssl s_client -quiet -connect "$3:993" -servername "$3" """
TALK_POP3 = """printf 'USER %s\\r\\nPASS %s\\r\\nSTAT\\r\\nQUIT\\r\\n' "$1" "$2" | openssl s_client -quiet -connect "$3:995" -servername "$3" """
# limit_rtt: what the protocols themselves cost; bar: how much of it a run may take, from the design
PARTS = {
    "one MX": {
        "says": "STARTTLS and certificate of one MX, by its name", "scenario": "healthy",
        "limit_rtt": 6, "bar": 1.15,
        "programs": [
            ("mailwhy tls",         ["{build}/mailwhy-tls", "--json", MX + ":25"]),
            ("mailwhy smtp",        ["{build}/mailwhy-smtp", "--json", MX + ":25"]),
            ("posttls-finger",      ["posttls-finger", "-c", "-l", "secure", "[" + MX + "]:25"]),
            ("openssl s_client",    ["sh", "-c", "openssl s_client -connect " + MX + ":25 -starttls smtp -servername " + MX + " -brief </dev/null"]),
            ("swaks",               ["swaks", "--server", MX, "--to", ADDRESS, "--tls", "--quit-after", "TLS"]),
            ("check_smtp",          [PLUGINS + "check_smtp", "-H", MX, "-S", "-D", "7"]),
        ],
    },
    "one submission": {
        "says": "one login by submission with STARTTLS (mailwhy asks MAIL FROM the user too)", "scenario": "healthy",
        "limit_rtt": 8,
        "programs": [
            ("mailwhy smtp",        ["{build}/mailwhy-smtp", "--json", MAIL + ":587", *LOGIN]),
            ("swaks",               ["swaks", "--server", MAIL, "--port", "587", "--to", ADDRESS, "--tls", "--auth", "PLAIN", "--auth-user", ADDRESS,
                                     "--auth-password", "{password}", "--quit-after", "AUTH"]),
            ("check_smtp",          [PLUGINS + "check_smtp", "-H", MAIL, "-p", "587", "-S", "-A", "LOGIN", "-U", ADDRESS, "-P", "{password}"]),
        ],
    },
    "one IMAP mailbox": {
        "says": "one login by IMAP on 993, and INBOX", "scenario": "healthy",
        "limit_rtt": 6,
        "programs": [
            ("mailwhy imap",        ["{build}/mailwhy-imap", "--json", MAIL + ":993", *LOGIN]),
            ("curl",                ["curl", "-sS", "--user", ADDRESS + ":{password}", "imaps://" + MAIL + "/", "-X", "EXAMINE INBOX"]),
            ("openssl s_client, all lines at once", ["sh", "-c", TALK_IMAP, "sh", ADDRESS, "{password}", MAIL]),
            ("check_imap (login alone)", [PLUGINS + "check_imap", "-H", MAIL, "-p", "993", "-S", "-E",
                                          "-s", 'a1 LOGIN ' + ADDRESS + ' "{password}"\\r\\n', "-e", "a1 OK"]),
        ],
    },
    "one POP3 mailbox": {
        "says": "one login by POP3 on 995, and the list of messages", "scenario": "healthy",
        "limit_rtt": 8,
        "programs": [
            ("mailwhy pop3",        ["{build}/mailwhy-pop3", "--json", MAIL + ":995", *LOGIN]),
            ("curl",                ["curl", "-sS", "--user", ADDRESS + ":{password}", "pop3s://" + MAIL + "/"]),
            ("openssl s_client, all lines at once", ["sh", "-c", TALK_POP3, "sh", ADDRESS, "{password}", MAIL]),
            ("check_pop (greeting alone)", [PLUGINS + "check_pop", "-H", MAIL, "-p", "995", "-S"]),
        ],
    },
    "DNS of one domain": {
        "says": "the DNS part of a domain without includes, unsigned", "scenario": "healthy-unsigned",
        "limit_rtt": 4,
        "programs": DNS,
    },
    "DNS of one signed domain": {
        "says": "the same, signed: the TLSA records are validated here, key by key from the root", "scenario": "healthy",
        "limit_rtt": 4,
        "programs": DNS[:3],
    },
    "one domain": {
        "says": "full check of a domain with two MX, unsigned", "scenario": "healthy-unsigned",
        "limit_rtt": 8, "bar": 1.3,
        "programs": CHECKS,
    },
    "one signed domain": {
        "says": "the same, signed: DNSSEC is validated here", "scenario": "healthy",
        "limit_rtt": 8, "bar": 1.3,
        "programs": CHECKS,
    },
}
# fmt: on


def fill(argv, build):
    """Shell scripts hold braces of no meaning to us, so format() is of no use."""
    places = {"{build}": build, "{here}": str(HERE), "{password_file}": str(PASSWORD_FILE), "{hints}": str(HINTS_FILE)}
    if any("{password}" in word for word in argv):
        places["{password}"] = PASSWORD_FILE.read_text().strip()
    for place, value in places.items():
        argv = [word.replace(place, value) for word in argv]
    return argv


def once(rtt_ms, argv, build):
    with tempfile.TemporaryDirectory() as room:
        result = Path(room, "result.json")
        run = subprocess.run([f"{build}/tests/bench/link", str(rtt_ms), str(result), *fill(argv, build)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        if not result.exists():
            raise SystemExit(f"bench: {argv[0]}: {run.stderr.decode(errors='replace')}")
        return json.loads(result.read_text())


def most_connections(one):
    """To one port of mail at one address."""
    return max([n for place, n in one["connections"].items() if place.rpartition(":")[2] in MAIL_PORTS], default=0)


def measure(rtt_ms, runs, build, part):
    for name, argv in PARTS[part]["programs"]:
        if name not in ONCE:
            once(rtt_ms, argv, build)  # caches warm for all alike
    for name, argv in PARTS[part]["programs"]:
        got = [once(rtt_ms, argv, build) for _ in range(1 if name in ONCE else runs)]
        middle = {key: statistics.median(g[key] for g in got) for key in ("wall_s", "cpu_ms", "rss_mb", "udp")}
        yield {"part": part, "program": name, "status": got[0]["status"], "rtt": middle["wall_s"] * 1000 / rtt_ms, **middle,
               "connections": statistics.median(sum(g["connections"].values()) for g in got), "most_connections": max(most_connections(g) for g in got)}


def start_time(build):
    """Milliseconds for --version: the median of 20."""
    times = []
    for _ in range(20):
        began = time.monotonic()
        subprocess.run([f"{build}/mailwhy", "--version"], stdout=subprocess.DEVNULL, check=True)
        times.append((time.monotonic() - began) * 1000)
    return statistics.median(times)


def inside(options):
    print(json.dumps([row for part in options.part for row in measure(options.rtt, options.runs, options.build, part)]))


def in_lab(options, scenario):
    """The rows of all parts that a scenario serves."""
    parts = [f"--part={part}" for part, about in PARTS.items() if about["scenario"] == scenario]
    words = ["--inside", "--rtt", str(options.rtt), "--runs", str(options.runs), "--build", options.build, *parts]
    lab = subprocess.run([str(TOP / "scripts/lab"), "run", scenario, "--", sys.executable, __file__, *words], stdout=subprocess.PIPE, check=True,
                         env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
    return json.loads(lab.stdout)


def table(found, rtt_ms):
    for part, about in PARTS.items():
        bar = f", the bar {about['limit_rtt'] * about['bar']:.1f}" if "bar" in about else ""
        print(f"\n{about['says']} ({rtt_ms:g} ms round trips; the limit is {about['limit_rtt']}{bar})\n")
        print("| program | round trips | s | CPU ms | RSS MB | connections | most to one port of mail |\n|---|---|---|---|---|---|---|")
        for row in (r for r in found["rows"] if r["part"] == part):
            print(f"| {row['program']} | {row['rtt']:.1f} | {row['wall_s']:.2f} | {row['cpu_ms']:.0f} | {row['rss_mb']:.1f} |"
                  f" {row['connections']:.0f} | {row['most_connections']} |")
    print("\nMX of many names at one name server on loopback\n")
    print("| program | CPU µs a lookup | lookups/s | bytes kept of each | RSS MB |\n|---|---|---|---|---|")
    for row in found["bulk"]:
        kept, rss = ("-" if row[key] is None else f"{row[key]:.0f}" for key in ("arena_bytes", "rss_mb"))
        print(f"| {row['program']} | {row['cpu_us']:.1f} | {row['per_s']:.0f} | {kept} | {rss} |")
    print(f"\n`mailwhy --version`: {found['version_ms']:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rtt", type=float, default=50)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--build", default=str(TOP / "build"))
    parser.add_argument("--json", action="store_true", help="the figures as JSON instead of a table")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--part", action="append", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options)
    scenarios = dict.fromkeys(about["scenario"] for about in PARTS.values())
    rows = [row for scenario in scenarios for row in in_lab(options, scenario)]
    found = {"rows": rows, "bulk": bulk.measure(options.build, options.runs), "version_ms": start_time(options.build)}
    print(json.dumps(found, indent=1)) if options.json else table(found, options.rtt)


if __name__ == "__main__":
    main()
