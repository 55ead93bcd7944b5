"""Messages signed by OpenDKIM and by Rspamd, altered on their way as mail systems alter them: `mailwhy dns --message` must say what was done, each time by a claim
that it proved, and must find nothing where nothing is wrong. Keys are served by NSD."""

import base64
import contextlib
import email.utils
import os
import quopri
import shutil
import subprocess
import time

import pytest

from . import milter, suite

OPENDKIM = shutil.which("opendkim") or "/usr/sbin/opendkim"
RSPAMD = shutil.which("rspamd") or "/usr/bin/rspamd"
NEEDED = (OPENDKIM, RSPAMD, suite.NSD)
pytestmark = pytest.mark.skipif(not all(os.path.exists(path) for path in NEEDED), reason="opendkim, rspamd and nsd are needed (scripts/packages/test.txt)")

MESSAGE = """From: Alice Example <alice@example.org>\r
To: Bob <bob@example.net>\r
Subject: The minutes of our meeting on Monday, with all that was said\r
Date: Sun, 29 Nov 2026 12:00:00 +0000\r
Message-ID: <1@example.org>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: 8bit\r
\r
Hello Bob,\r
\r
here are the minutes. Caf\xe9 at ten?\r
\r
-- \r
Alice\r
"""
FOOTER = "_______________________________________________\r\nexample mailing list\r\nhttps://list.example.net/\r\n"

# name: canonicalization, further lines of opendkim.conf
OPENDKIMS = {
    "relaxed": ("relaxed/relaxed", ""),
    "simple": ("simple/simple", ""),
    "length": ("relaxed/relaxed", "BodyLengthDB refile:{home}/lengths\n"),
    "brief": ("relaxed/relaxed", "SignatureTTL 60\n"),
}
OPENDKIM_CONF = """Mode s
Syslog no
Socket local:{home}/socket
PidFile {home}/pid
UMask 000
RequireSafeKeys no
InternalHosts 0.0.0.0/0
Domain example.org
Selector {name}
KeyFile {key}
Canonicalization {form}
"""
RSPAMD_CONF = """options {{
  pidfile = "{home}/pid"; temp_dir = "{home}"; hs_cache_dir = "{home}"; stats_file = "{home}/stats"; control_socket = "{home}/control";
  url_tld = "{home}/tld"; rrd = ""; filters = "dkim"; explicit_modules = ["dkim_signing"];
  dns {{ nameserver = ["{resolver}"]; timeout = 1s; retransmits = 1; }}
}}
logging {{ type = "file"; filename = "{home}/log"; level = "warning"; }}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{port}"; milter = yes; count = 1; timeout = 20s;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
modules {{ path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }}
lua = "/usr/share/rspamd/rules/rspamd.lua";
dkim_signing {{
  enabled = true; sign_local = true; use_redis = false; check_pubkey = false; use_domain = "header"; allow_hdrfrom_mismatch = true;
  domain {{ example.org {{ selectors [ {{ path = "{key}"; selector = "rspamd"; }} ] }} }}
}}
"""


# --- signers ---

def new_key(path):
    subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True)
    path.chmod(0o644)
    der = subprocess.run(["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    return "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()


@contextlib.contextmanager
def running(argv, is_there, log):
    with open(log, "wb") as out:
        server = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        end = time.monotonic() + 30
        while not is_there():
            assert server.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        server.terminate()
        server.wait()


def sign_with_opendkim(home, name, key):
    home.mkdir()
    form, more = OPENDKIMS[name]
    (home / "lengths").write_text("*\n")
    (home / "conf").write_text((OPENDKIM_CONF + more).format(home=home, name=name, key=key, form=form))
    with running([OPENDKIM, "-f", "-x", home / "conf"], (home / "socket").exists, home / "out"):
        return milter.signed(str(home / "socket"), MESSAGE)


def sign_with_rspamd(home, key, resolver):
    home.mkdir()
    home.chmod(0o755)
    port = suite.free_port()
    (home / "tld").write_text("org\nnet\n")
    (home / "conf").write_text(RSPAMD_CONF.format(home=home, key=key, port=port, resolver=resolver))
    with running([RSPAMD, "-f", "-i", "-c", home / "conf"], lambda: suite.is_up(port), home / "out"):
        return milter.signed(("127.0.0.1", port), MESSAGE)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """({signer: signed message}, ADDR:PORT of the name server)"""
    home = tmp_path_factory.mktemp("signers")
    record, other = new_key(home / "key.pem"), new_key(home / "other.pem")
    names = [*OPENDKIMS, "rspamd"]
    lines = [f"{name}._domainkey.example.org. 60 IN TXT {suite.strings(record)}" for name in names]
    lines.append(f"rotated._domainkey.example.org. 60 IN TXT {suite.strings(other)}")
    with suite.name_server(home / "nsd", lines) as resolver:
        signed = {name: sign_with_opendkim(home / name, name, home / "key.pem") for name in OPENDKIMS}
        signed["rspamd"] = sign_with_rspamd(home / "rspamd", home / "key.pem", resolver)
        OPENDKIMS["rotated"] = ("relaxed/relaxed", "")
        signed["rotated"] = sign_with_opendkim(home / "rotated", "rotated", home / "key.pem")
        yield signed, resolver, home


# --- what is done to them ---

def put(old, new):
    def change(message):
        assert message.count(old) == 1
        return message.replace(old, new)

    return change


def behind(text):
    return lambda message: message + text


def before(text):
    return lambda message: text + message


def stamp(seconds):
    date = email.utils.formatdate(time.time() + seconds)
    return before(f"Received: from mx.example.org by mx.example.net; {date}\r\n")


def as_quoted_printable(message):
    header, body = message.split("\r\n\r\n", 1)
    body = quopri.encodestring(body.replace("\r\n", "\n").encode("latin-1")).decode().replace("\n", "\r\n")
    return header.replace("Content-Transfer-Encoding: 8bit", "Content-Transfer-Encoding: quoted-printable") + "\r\n\r\n" + body


def as_part(message):
    header, body = message.split("\r\n\r\n", 1)
    inner = "--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n" + body + "\r\n--x\r\nContent-Type: text/plain\r\n\r\n" + FOOTER + "--x--\r\n"
    return header + "\r\n\r\n" + inner


BOTH = ("relaxed", "rspamd")
# what is done: by whom it was signed, how, the verdict, and the change that is proved with a part of its quote
# fmt: off
CASES = {
    "nothing":               (("relaxed", "simple", "length", "brief", "rspamd"), lambda m: m, "pass", None, None),
    "a byte of the body":    (BOTH, put("minutes. Caf", "minutes, Caf"), "body altered", None, None),
    "a footer":              (BOTH, behind(FOOTER), "body altered", "text was appended to the body", "example mailing list"),
    "a line at the top":     (BOTH, put("Hello Bob,", "This is from outside.\r\n\r\nHello Bob,"), "body altered", "text was put before the body", "This is from outside"),
    "a line within":         (BOTH, put("-- \r\n", "Scanned by example.\r\n-- \r\n"), "body altered", "text was put into the body", "Scanned by"),
    "a part of a multipart": (BOTH, as_part, "body altered", "the body was made a part of a multipart message", None),
    "quoted-printable":      (BOTH, as_quoted_printable, "body altered", "the body was encoded anew as quoted-printable", None),
    "a mark in the subject": (BOTH, put("Subject: The", "Subject: [list] The"), "header altered", "text was put into a header field", "Subject: [list]"),
    "the name in From":      (BOTH, put("Alice Example <", "Alice Example via List <"), "header altered", "text was put into a header field", "From: via List"),
    "From of a list":        (BOTH, lambda m: put("From: Alice Example <alice@example.org>", "From: Alice Example via List <list@example.net>\r\nX-Original-From: Alice Example <alice@example.org>")(m),
                              "header altered", "a header field was written anew", "from:Alice Example <alice@example.org>"),
    "a recipient in To":     (BOTH, put("<bob@example.net>\r\nS", "<bob@example.net>, carol@example.net\r\nS"), "header altered", "text was put into a header field", "carol@example.net"),
    "a field taken away":    (("rspamd",), put("MIME-Version: 1.0\r\n", ""), "header altered", "a header field was taken away", "1.0"),
    "a second Subject":      (("rspamd",), before("Subject: Buy now\r\n"), "header altered", "a header field was added", "Buy now"),
    "a new fold":            (("simple",), put("on Monday, with", "on Monday,\r\n with"), "header altered", "a header field was folded or spaced anew", "Subject"),
    "a new fold, relaxed":   (BOTH, put("on Monday, with", "on Monday,\r\n\twith"), "pass", None, None),
    "blanks":                (("simple",), put("Hello Bob,\r\n", "Hello Bob,  \r\n"), "body altered", "blanks were put at the ends of lines", None),
    "blanks, relaxed":       (BOTH, put("Hello Bob,\r\n", "Hello  Bob,  \r\n"), "pass", None, None),
    "line ends":             (("relaxed", "simple", "rspamd"), lambda m: m.replace("\r\n", "\n"), "pass", None, None),
    "text behind l=":        (("length",), behind(FOOTER), "pass", None, None),
    "another domain":        (BOTH, put("d=example.org", "d=example.net"), "key missing", None, None),
    "another key":           (("rotated",), lambda m: m, "other key", None, None),
    "a day late":            (("brief",), stamp(86400), "expired", None, None),
    "in time":               (("brief",), stamp(30), "pass", None, None),
}
# fmt: on
RUNS = [(what, signer) for what, case in CASES.items() for signer in case[0]]


@pytest.mark.parametrize("what, signer", RUNS, ids=lambda value: value)
def test_altered(what, signer, lab):
    signed, resolver, home = lab
    _, change, verdict, proved, part = CASES[what]
    path = home / f"{signer}-{what}.eml".replace(" ", "-")
    path.write_bytes(change(signed[signer]).encode("latin-1"))
    told, status, errors = suite.facts("dns", "example.org", "--message", path, "--only", "message", "--resolver", resolver)
    assert told.get("message.dkim") == [verdict], (status, errors)
    assert told.get("message.change", [])[-1:] == ([proved] if proved else [])
    if part:
        assert part in suite.quotes(told, "message.change")[0]
    assert bool(told.get("message.uncovered")) == (what == "text behind l=")
