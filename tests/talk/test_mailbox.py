"""What is behind the login, at a real Dovecot: the right facts, and a mailbox that is afterwards as it was before, byte for byte."""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

import certificates

MAILWHY = Path(os.environ.get("MAILWHY", Path(__file__).resolve().parents[2] / "build" / "mailwhy")).resolve()
USER, PASSWORD = "alice@example.org", "correct horse battery"
JUNK, PROJECTS = "&V4NXPpCuTvY-", "Projekte & Pläne"  # as the server writes them: 垃圾邮件, and one of 8 bits that it writes in UTF-7

CONF = """base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap pop3
listen = 127.0.0.1
default_internal_user = dovecot
default_login_user = dovenull
default_internal_group = dovecot
mail_location = maildir:{dir}/mail
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage=10M:messages=100
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Deleted {{
    special_use = \\Trash
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {dir}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/home
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"""

MESSAGES = {  # folder: (directory, flags, sender, subject, Message-ID)
    "": [("new", "", "bob@example.com", "=?UTF-8?B?5Y+R56Wo?=", "1@example.com"), ("cur", ":2,S", "carol@example.com", "seen", "2@example.com"),
         ("cur", ":2,ST", "dave@example.com", "marked as deleted", "3@example.com"), ("cur", ":2,", "dave@example.com", "neither", "4@example.com")],
    JUNK: [("new", "", "eve@example.net", "Invoice 42", "5@example.net"), ("cur", ":2,S", "spam@example.net", "seen junk", "6@example.net")],
    "Deleted": [("cur", ":2,S", "eve@example.net", "Invoice 41", "7@example.net")],
    "Projekte &- Pl&AOQ-ne": [("new", "", "eve@example.net", "\N{SNOWMAN} raw letters", "8@example.net")],
}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def fill(mail):
    number = 0
    for folder, messages in MESSAGES.items():
        place = mail / f".{folder}" if folder else mail
        for name in ("new", "cur", "tmp"):
            (place / name).mkdir(parents=True, exist_ok=True)
        for where, flags, sender, subject, identity in messages:
            number += 1
            path = place / where / f"{1700000000 + number}.M{number}.box{flags}"
            path.write_bytes(f"From: {sender}\nTo: {USER}\nSubject: {subject}\nMessage-ID: <{identity}>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\nHello {number}\n".encode())
            os.utime(path, (1700000000 + number, 1700000000 + number))
    (mail / "subscriptions").write_text("V\t2\n\n" + JUNK + "\n")
    for path in [mail, *mail.rglob("*")]:
        shutil.chown(path, "mail", "mail")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("certificates")
    certificates.root(path)
    return path


class Dovecot:
    def __init__(self, place, folder):
        self.place, self.ports = place, {"imaps": free_port(), "pop3s": free_port()}
        for source, name in zip(certificates.leaf(folder, "good"), ("cert.pem", "key.pem")):
            shutil.copy(source, place / name)
        (place / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (place / "home").mkdir()
        shutil.chown(place / "home", "mail", "mail")
        fill(place / "mail")
        (place / "conf").write_text(CONF.format(dir=place, **self.ports))
        self.server = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", place / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for port in self.ports.values():
            self.wait(port)

    def wait(self, port):
        for _ in range(100):
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.place / "log").read_text())

    def doveadm(self, *words):
        return subprocess.run(["doveadm", "-c", self.place / "conf", *words], capture_output=True, text=True, check=True).stdout

    def messages(self, moves=False):
        """Each message's place with its flags, time and bytes; `moves`: whether it is new is left out."""
        seen = {}
        for path in (self.place / "mail").rglob("*"):
            if path.parent.name in ("new", "cur"):
                name = f"{path.parent.parent.name}/{path.name.partition(':')[0]}{path.name.partition(':')[2] or '2,'}" if moves else str(path)
                seen[name] = (path.stat().st_mtime_ns, path.read_bytes())
        return seen

    def state(self):
        fetched = self.doveadm("fetch", "-u", USER, "mailbox uid guid flags date.received size.physical", "ALL")
        return fetched, self.doveadm("mailbox", "list", "-u", USER), self.doveadm("mailbox", "list", "-s", "-u", USER)


@pytest.fixture
def dovecot(folder, tmp_path):
    if os.geteuid() or not Path("/usr/sbin/dovecot").exists():
        pytest.skip("Dovecot needs root")
    place = Path(subprocess.run(["mktemp", "-d", "/tmp/mailbox.XXXXXX"], capture_output=True, text=True, check=True).stdout.strip())
    place.chmod(0o755)
    server = Dovecot(place, folder)
    yield server
    server.server.terminate()
    server.server.wait(20)
    shutil.rmtree(place)


def run(dovecot, folder, tmp_path, program, service, *more):
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    done = subprocess.run([MAILWHY.with_name(program), f"127.0.0.1:{dovecot.ports[service]}", "--service", service, "--user", USER, "--password-file", password,
                           "--ca-file", certificates.root(folder), "--json", "--timeout", "20", *more], capture_output=True, text=True, timeout=60)
    assert done.stderr == "" and PASSWORD not in done.stdout
    return [fact for fact in map(json.loads, done.stdout.splitlines()) if "fact" in fact]


def values(facts, name):
    return [fact["value"] for fact in facts if fact["fact"] == name]


def without_recent(state):
    return [[word for word in text.split() if word != "\\Recent"] for text in state]


LOOKS = {
    "imap": ("mailwhy-imap", "imaps"),
    "imap and IDLE": ("mailwhy-imap", "imaps", "--idle", "1"),
    "account": ("mailwhy-account", "imaps"),
    "account, sender": ("mailwhy-account", "imaps", "--from", "eve@example.net"),
    "account, subject": ("mailwhy-account", "imaps", "--subject", "发票"),
    "account, Message-ID": ("mailwhy-account", "imaps", "--message-id", "<3@example.com>", "--idle", "1"),
    "pop3": ("mailwhy-pop3", "pop3s"),
}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_touched(look, dovecot, folder, tmp_path):
    moves = look == "pop3"  # Dovecot takes whatever POP3 may list for no longer new
    before = dovecot.state()
    messages = dovecot.messages(moves)
    assert len(messages) == sum(map(len, MESSAGES.values()))
    facts = run(dovecot, folder, tmp_path, *LOOKS[look])
    assert values(facts, "imap.exists") + values(facts, "pop3.messages") == [4]
    assert dovecot.messages(moves) == messages
    after = dovecot.state()
    assert without_recent(after) == without_recent(before) if moves else after == before


def test_what_is_seen(dovecot, folder, tmp_path):
    facts = run(dovecot, folder, tmp_path, "mailwhy-account", "imaps", "--from", "eve@example.net", "--idle", "1")
    assert values(facts, "imap.junk") == ["垃圾邮件"] and values(facts, "imap.trash") == ["Deleted"]
    assert values(facts, "imap.junk.messages") == [2] and values(facts, "imap.junk.unseen") == [1]
    assert values(facts, "imap.deleted") == [1]
    assert values(facts, "imap.newest") == ["2023-11-14T22:13:24Z"]
    assert values(facts, "imap.unsubscribed") == [["Deleted", PROJECTS]]
    assert values(facts, "imap.namespace") == ['personal "" "/"']
    assert values(facts, "imap.id") == [["name: Dovecot"]]
    roots = values(facts, "imap.quota.root")
    assert len(roots) == 2 and "MESSAGE 8 100 User quota" in roots
    assert values(facts, "imap.uidvalidity")[0] > 0
    assert sorted(values(facts, "account.found")) == ["Deleted", PROJECTS, "垃圾邮件"]
    assert sorted(values(facts, "account.searched")[0]) == ["Deleted", "INBOX", PROJECTS, "垃圾邮件"]
    assert values(facts, "account.search.end") == ["ok"] and values(facts, "imap.mailbox.end") == ["ok"]
    quotes = {fact["value"]: fact["quote"] for fact in facts if fact["fact"] == "account.found"}
    assert "eve@example.net | Invoice 42 | " in quotes["垃圾邮件"] and "☃ raw letters" in quotes[PROJECTS]
    assert values(facts, "imap.idle.end") == ["ok"] and values(facts, "imap.end") == ["ok"]


def test_a_subject_of_other_letters_is_found(dovecot, folder, tmp_path):
    facts = run(dovecot, folder, tmp_path, "mailwhy-account", "imaps", "--subject", "发票")
    assert values(facts, "account.found") == ["INBOX"]
    assert [fact["quote"] for fact in facts if fact["fact"] == "account.found"] == ["1: 2023-11-14T22:13:21Z | bob@example.com | 发票 | \\Recent"]


def test_pop3(dovecot, folder, tmp_path):
    facts = run(dovecot, folder, tmp_path, "mailwhy-pop3", "pop3s")
    assert values(facts, "pop3.uidl") == [4] and len(values(facts, "pop3.uidl.oldest")[0]) == 4
    assert "UIDL" in values(facts, "pop3.capa.after")[0] and values(facts, "pop3.end") == ["ok"]
    deadline = time.monotonic() + 60
    while "retr=0/0, del=0/4" not in (dovecot.place / "log").read_text():  # written when Dovecot is through with us
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_round_trips_behind_the_login(dovecot, folder, tmp_path):
    facts = run(dovecot, folder, tmp_path, "mailwhy-imap", "imaps")
    lines = values(facts, "talk.dialogue")[0]
    turns = sum(1 for one, other in zip(lines, lines[1:]) if one[0] == "S" and other[0] == "C")
    assert turns == 4, lines  # greeting, login, INBOX and folders, junk and newest
