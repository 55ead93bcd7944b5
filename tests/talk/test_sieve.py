"""What mailwhy says of Sieve scripts, against Pigeonhole's sieve-test: where ours says that a thing surely happens or never, theirs must agree; and what is no
Sieve for one is none for the other."""

import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SAYS = Path(os.environ.get("MAILWHY", HERE.parents[1] / "build" / "mailwhy")).resolve().parent / "tests" / "unit" / "sieve_says"
FROM, TO, SUBJECT, ID = "bob@example.net", "alice@example.org", "Invoice 42 is due", "1@example.net"
HEADER = 'From: {form}\nTo: Alice <alice@example.org>\nSubject: {subject}\nMessage-ID: <1@example.net>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n'
REQUIRE = ('require ["fileinto", "reject", "vacation", "copy", "envelope", "body", "variables", "imap4flags", "relational", "subaddress", "date", "mailbox",'
           ' "duplicate", "enotify", "environment", "regex", "editheader", "comparator-i;ascii-numeric"];\n')
MOST = 200  # random scripts

pytestmark = pytest.mark.skipif(not shutil.which("sieve-test"), reason="Pigeonhole is not here")


@pytest.fixture(scope="session")
def theirs():
    folder = Path(tempfile.mkdtemp(prefix="mailwhy-sieve-"))  # open to nobody, as whom it works where root runs it
    folder.chmod(0o777)
    owner = "mail_uid = nobody\nmail_gid = nogroup\nfirst_valid_uid = 1\n" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(
        f"base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/log\nmail_location = maildir:{folder}/mail\n{owner}"
        f"plugin {{\n  sieve_extensions = +editheader\n  sieve = file:{folder}/scripts\n}}\n")  # fmt: skip
    (folder / "scripts").mkdir(mode=0o777)
    yield Pigeonhole(folder)
    shutil.rmtree(folder)


class Pigeonhole:
    def __init__(self, folder):
        self.folder = folder

    def write(self, script):
        path = self.folder / "script.sieve"
        path.write_bytes(script)
        (self.folder / "script.svbin").unlink(missing_ok=True)
        return path

    def run(self, script, header, sender=FROM):
        """(actions, fate), or the errors where it is no Sieve."""
        message = self.folder / "message"
        message.write_text(header + "\nHi\n", encoding="utf-8")
        done = subprocess.run(["sieve-test", "-c", self.folder / "conf", "-r", TO, "-f", sender, self.write(script), message],
                              capture_output=True, text=True, errors="replace", timeout=20, env={"PATH": os.environ["PATH"], "HOME": str(self.folder)})
        if "final result: success" not in done.stderr:
            return None, done.stderr
        return actions_of(done.stdout), None


ACTIONS = {
    r"store message in folder: (\S+)": "fileinto", r"redirect message to: <?([^>\s]+)": "redirect", r"(discard)": "discard",
    r"(reject) message": "reject", r"send (vacation) message": "vacation",
}  # fmt: skip


def actions_of(words):
    found = set()
    for line in re.findall(r"^ \* (.*)$", words, re.MULTILINE):
        for pattern, name in ACTIONS.items():
            match = re.match(pattern, line)
            if match:
                found.add((name, match[1] if name in ("fileinto", "redirect") else ""))
    if not re.search(r"Implicit keep:\s+\(none\)", words):
        found.add(("fileinto", "INBOX"))
    return found


def fate_of(actions):
    folders = {what.upper() for name, what in actions if name == "fileinto"}
    names = {name for name, _ in actions}
    if "INBOX" in folders:
        return "inbox"
    return "filed" if folders else "rejected" if "reject" in names else "redirected" if "redirect" in names else "discarded"


def ours(path, *known):
    done = subprocess.run([SAYS, path, *known], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done
    return [line.split("\t") for line in done.stdout.splitlines()]


def told(name, what):
    if name == "keep":
        return "fileinto", "INBOX"
    return ("reject" if name == "ereject" else name), what if name in ("fileinto", "redirect") else ""


def agree(theirs, script, known=(FROM, TO, SUBJECT, ID), form="Bob <bob@example.net>", subject=SUBJECT, sender=FROM, others=()):
    """Our fate, after it was compared."""
    actions, flaw = theirs.run(script, HEADER.format(form=form, subject=subject), sender)
    lines = ours(theirs.folder / "script.sieve", *known, *others)
    assert (lines[0][0] == "flaw") == (flaw is not None), (lines, flaw, script)
    if flaw:
        return None
    fate, rules = lines[0][1], [(line[0], told(line[1], line[2])) for line in lines[1:] if line[1] not in ("stop", "return", "setflag", "addflag", "removeflag", "notify")]
    assert fate in ("unknown", fate_of(actions)) or (fate == "away" and fate_of(actions) != "inbox"), (fate, actions, script)
    possible = {action for tell, action in rules if tell != "never"} | {("fileinto", "INBOX")}
    for tell, action in rules:
        if tell == "surely" and action[0] in ("fileinto", "redirect", "vacation"):
            assert action in actions, (action, actions, script)
    if not any("${" in what for _, what in possible):
        assert actions <= possible | {("discard", "")}, (actions, possible, script)
    return fate


# What becomes of Bob's invoice, all of it known but the rest of the header.
# fmt: off
SCRIPTS = [
    # fate         script behind REQUIRE
    ("inbox",      ""),
    ("inbox",      "keep;"),
    ("inbox",      "# discard;\n/* discard; */"),
    ("discarded",  "discard;"),
    ("inbox",      "keep; discard;"),
    ("inbox",      "stop; discard;"),
    ("filed",      'fileinto "Archive";'),
    ("inbox",      'fileinto :copy "Archive";'),
    ("inbox",      'fileinto "INBOX";'),
    ("inbox",      'fileinto "inbox";'),
    ("redirected", 'redirect "carol@example.com";'),
    ("inbox",      'redirect :copy "carol@example.com";'),
    ("rejected",   'reject "no";'),
    ("inbox",      'vacation :days 7 "I am away";'),
    ("inbox",      'vacation text:\nI am away\n..\n.\n;'),
    ("discarded",  'if address :is "from" "bob@example.net" { discard; }'),
    ("discarded",  'if address :is "FROM" ["x@y.example", "BOB@Example.NET"] { discard; }'),
    ("discarded",  'if address :domain :is "from" "example.net" { discard; }'),
    ("discarded",  'if address :localpart "from" "bob" { discard; }'),
    ("discarded",  'if address :all :matches "from" "b?b@*.net" { discard; }'),
    ("inbox",      'if address :all :matches "from" "b?b@*.org" { discard; }'),
    ("inbox",      'if address :is "from" "carol@example.net" { discard; }'),
    ("discarded",  'if header :contains "from" "bob@example.net" { discard; }'),
    ("discarded",  'if header :contains "from" "@EXAMPLE" { discard; }'),
    ("unknown",    'if header :contains "from" "Robert" { discard; }'),
    ("unknown",    'if header :is "from" "bob@example.net" { discard; }'),
    ("inbox",      'if header :is "from" "carol@example.net" { discard; }'),
    ("discarded",  'if header :matches "from" "*bob@example.net*" { discard; }'),
    ("unknown",    'if header :matches "from" "*bob@example.net" { discard; }'),
    ("discarded",  'if envelope "from" "bob@example.net" { discard; }'),
    ("discarded",  'if envelope :domain "to" "example.org" { discard; }'),
    ("discarded",  'if header :contains "subject" "invoice" { discard; }'),
    ("unknown",    'if header :contains "subject" "lottery" { discard; }'),
    ("inbox",      'if header :is "subject" "lottery" { discard; }'),
    ("discarded",  'if header :contains "message-id" "1@example.net" { discard; }'),
    ("discarded",  'if exists "from" { discard; }'),
    ("unknown",    'if exists ["from", "list-id"] { discard; }'),
    ("unknown",    'if header :contains "list-id" "x" { discard; }'),
    ("unknown",    'if size :over 10K { discard; }'),
    ("unknown",    'if body :contains "x" { discard; }'),
    ("discarded",  'if not header :is "subject" "lottery" { discard; }'),
    ("discarded",  'if allof (header :contains "subject" "due", not address "from" "x@y.example") { discard; }'),
    ("inbox",      'if allof (size :over 1, false) { discard; }'),
    ("discarded",  'if anyof (size :over 1M, true) { discard; }'),
    ("filed",      'if false { discard; } elsif address :is "from" "bob@example.net" { fileinto "A"; } else { reject "x"; }'),
    ("rejected",   'if false { discard; } elsif address :is "from" "x@example.net" { fileinto "A"; } else { reject "x"; }'),
    ("unknown",    'if size :over 1M { fileinto "A"; } else { discard; }'),
    ("away",       'if size :over 1M { fileinto "A"; } discard;'),
    ("discarded",  'if address :is "from" "bob@example.net" { if header :contains "subject" "42" { discard; stop; } } fileinto "A";'),
    ("unknown",    'if size :over 1M { stop; } discard;'),
    ("unknown",    'if address :comparator "i;octet" :is "from" "bob@example.net" { discard; }'),
    ("unknown",    'if address :regex "from" "bob@.*" { discard; }'),
    ("unknown",    'if address :count "ge" "from" "1" { discard; }'),
    ("unknown",    'set "who" "bob@example.net"; if address "from" "${who}" { discard; }'),
    ("unknown",    'set "where" "Archive"; fileinto "${where}";'),
    ("unknown",    'if duplicate { discard; }'),
    ("unknown",    'deleteheader "subject"; if header :contains "subject" "42" { discard; }'),
    ("unknown",    'if currentdate :value "ge" "year" "2000" { discard; }'),
    ("inbox",      'addflag "\\\\Seen"; keep;'),
    ("filed",      'fileinto :flags "\\\\Seen" "A";'),
    ("discarded",  'if address :is "from" text:\nbob@example.net\n.\n { discard; }'),
    ("filed",      'if header :contains ["to", "from"] ["nobody@", "bob@"] { fileinto "B"; }'),
    ("discarded",  'IF TRUE { DISCARD; }'),
]
# fmt: on


@pytest.mark.parametrize("fate,script", SCRIPTS, ids=lambda text: re.sub(r"\W+", "-", text)[:50])
def test_fates(fate, script, theirs):
    got = agree(theirs, (REQUIRE + script).encode())
    if script.startswith("if address :is \"from\" text:"):  # a line end belongs to the text: it fits no address
        fate = "inbox"
    assert got == fate


@pytest.mark.parametrize("form", ["bob@example.net", "<Bob@Example.NET>", '"bob@example.net (really)" <bob@example.net>', "=?utf-8?q?B=C3=B6b?= <bob@example.net>"])
def test_other_forms_of_the_sender(form, theirs):
    for _, script in SCRIPTS:
        agree(theirs, (REQUIRE + script).encode(), form=form)


@pytest.mark.parametrize("subject", ["Invoice 42 is due", "Re: [x] INVOICE 42 is due, really", "=?utf-8?q?Invoice_42_is_due_=E2=82=AC?="])
def test_more_around_the_subject(subject, theirs):
    for _, script in SCRIPTS:
        agree(theirs, (REQUIRE + script).encode(), subject=subject)


def test_nothing_known_is_nothing_guessed(theirs):
    for _, script in SCRIPTS:
        agree(theirs, (REQUIRE + script).encode(), known=("-", "-", "-", "-"), form="Eve <eve@evil.example>", subject="lottery", sender="eve@evil.example")


FLAWS = [
    # line  script
    (2, 'keep;\nif true { keep;'), (2, "keep;\ndiscard"), (1, 'fileinto "x";'), (2, "if true { keep; }\nelse if true { keep; }"), (1, 'redirect "x'), (2, "keep;\n/* no end"),
    (1, "else { keep; }"), (2, 'keep;\nrequire "fileinto";'), (1, "keep"), (1, "keep; }"), (1, "discard 5;"), (1, "redirect;"), (1, 'if header "subject" { keep; }'),
    (1, "if { keep; }"), (1, "if allof () { keep; }"), (1, "if not { keep; }"), (1, 'if header :is ["a" "b"] "c" { keep; }'), (1, "5;"), (1, "keep;;"), (3, "keep;\nkeep;\n$"),
    (1, 'require "vacation"; vacation text:\nno end\n'), (1, "if true keep;"), (1, "if size :over 5X { keep; }"), (1, "stop { keep; }"), (1, "keep : copy;"), (1, "keep\0;"), (2, "keep;\n# a\0b\n"), (1, 'redirect "a\0@b.example";'), (2, "/*\n\0*/ keep;"),
]  # fmt: skip


@pytest.mark.parametrize("line,script", FLAWS, ids=lambda value: None if isinstance(value, int) else re.sub(r"\W+", "-", value)[:40])
def test_what_is_no_sieve(line, script, theirs):
    assert agree(theirs, script.encode()) is None
    assert ours(theirs.folder / "script.sieve", "-", "-", "-", "-")[0][:2] == ["flaw", str(line)]


# What becomes of Bob's invoice where the script includes others.
OTHERS = {
    "files": 'require "fileinto"; fileinto "Archive";',
    "bob": 'if address "from" "bob@example.net" { discard; stop; }',
    "back": 'require ["include", "fileinto"]; if address "from" "bob@example.net" { return; } fileinto "Archive";',
    "deep": 'require "include"; include "bob";',
    "size": 'require ["include", "fileinto"]; if size :over 1M { return; } discard;',
}
# fmt: off
INCLUDES = [
    ("filed",     'include "files";'),
    ("filed",     'include :personal "files"; discard;'),
    ("discarded", 'include "bob"; include "files";'),
    ("discarded", 'if header :contains "subject" "42" { include "bob"; }'),
    ("discarded", 'include "back"; discard;'),
    ("inbox",     'include "back";'),
    ("discarded", 'include "deep"; keep;'),
    ("unknown",   'include "size";'),
    ("unknown",   'include "size"; return;'),
    ("inbox",     'return; discard;'),
    ("unknown",   'if size :over 1M { include "bob"; }'),
]
# fmt: on


@pytest.mark.parametrize("fate,script", INCLUDES, ids=lambda text: re.sub(r"\W+", "-", text)[:50])
def test_scripts_that_include_others(fate, script, theirs):
    words = []
    for name, text in OTHERS.items():
        path = theirs.folder / "scripts" / f"{name}.sieve"
        path.write_text(text, encoding="utf-8")
        words.append(f"{name}={path}")
    assert agree(theirs, (REQUIRE + 'require "include";\n' + script).encode(), others=words) == fate


class Writer:
    """Random scripts."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def string(self):
        return '"' + self.random.choice(["bob@example.net", "example.net", "bob", "BOB@EXAMPLE.NET", "invoice", "Invoice 42 is due", "42", "x", "", "*", "*42*", "b?b*", "*@example.net*", "\\\\*"]) + '"'

    def strings(self):
        return self.random.choice([self.string(), f"[{self.string()}, {self.string()}]", f"[{self.string()}]"])

    def match(self):
        return self.random.choice(["", ":is", ":contains", ":matches"]) + self.random.choice(["", "", "", ' :comparator "i;octet"', ' :comparator "i;ascii-casemap"'])

    def headers(self):
        return self.random.choice(['"from"', '"Subject"', '"message-id"', '["subject", "from"]', '"x-none"', '["from", "sender"]'])

    def test(self, depth):
        kind = self.random.choice(["header", "header", "address", "address", "envelope", "exists", "not", "allof", "anyof", "true", "false", "size"] if depth else ["header", "address", "true"])
        if kind == "header":
            return f"header {self.match()} {self.headers()} {self.strings()}"
        if kind == "address":
            part, place = self.random.choice(["", ":all", ":localpart", ":domain", ":user"]), self.random.choice(['"from"', '"to"', '["from", "cc"]'])
            return f"address {self.match()} {part} {place} {self.strings()}"
        if kind == "envelope":
            part, place = self.random.choice(["", ":domain"]), self.random.choice(['"from"', '"to"'])
            return f"envelope {self.match()} {part} {place} {self.strings()}"
        if kind in ("allof", "anyof"):
            return f"{kind} ({', '.join(self.test(depth - 1) for _ in range(self.random.randint(1, 3)))})"
        return {"exists": f"exists {self.headers()}", "not": f"not {self.test(depth - 1)}", "size": "size :over 10K"}.get(kind, kind)

    def action(self):
        return self.random.choice(["keep;", "discard;", "stop;", 'fileinto "A";', 'fileinto :copy "B";', 'fileinto "INBOX";', 'redirect :copy "c@example.com";', 'redirect "d@example.com";'])

    def block(self, depth):
        return "\n".join(self.command(depth) for _ in range(self.random.randint(0 if depth < 3 else 1, 3)))

    def command(self, depth):
        if not depth or self.random.random() < 0.5:
            return self.action()
        words = f"if {self.test(2)} {{\n{self.block(depth - 1)}\n}}"
        for _ in range(self.random.choice([0, 0, 1, 2])):
            words += f" elsif {self.test(2)} {{\n{self.block(depth - 1)}\n}}"
        return words + (f" else {{\n{self.block(depth - 1)}\n}}" if self.random.random() < 0.4 else "")


def test_random_scripts(theirs):
    known = [(FROM, TO, SUBJECT, ID), (FROM, TO, "-", "-"), ("-", TO, "Invoice", "-"), (FROM, "-", "-", ID)]
    fates = {}
    for seed in range(MOST):
        fate = agree(theirs, (REQUIRE + Writer(seed).block(3)).encode(), known=known[seed % len(known)])
        fates[fate] = fates.get(fate, 0) + 1
    assert None not in fates and len(fates) >= 5 and fates["unknown"] < MOST / 2, fates
