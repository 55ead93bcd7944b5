"""Logins: SCRAM (RFC 5802, RFC 7677) with and without channel binding against a submission server that reckons for itself, so that the client's proof must be
right and the server's too; tokens (RFC 7628) that are taken and refused; and every mechanism against a real Dovecot."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

import certificates

MAILWHY = Path(os.environ.get("MAILWHY", Path(__file__).resolve().parents[2] / "build" / "mailwhy")).resolve()
USER, PASSWORD, TOKEN, SALT, ROUNDS = "alice@example.org", "pencil box", "ya29.A0ARrdaM-k_example~token", b"salted", 4096


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


class Submission(threading.Thread):
    """Speaks inside TLS at once. `offers`: its AUTH line; `knows`: the SCRAM mechanism that it has."""

    def __init__(self, folder, offers, knows=None, honest=True, password=PASSWORD, version=ssl.TLSVersion.TLSv1_3, reply=None):
        super().__init__(daemon=True)
        self.offers, self.knows, self.honest, self.password, self.reply = offers, knows, honest, password, reply
        self.hash = "sha256" if knows and "256" in knows else "sha1"
        self.folder, self.version = folder, version
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.heard = []

    def port(self):
        return self.listener.getsockname()[1]

    def hmac(self, key, text):
        return hmac.new(key, text, self.hash).digest()

    def say(self, line):
        self.stream.write(line.encode() + b"\r\n")
        self.stream.flush()

    def hear(self):
        self.heard.append(self.stream.readline().decode().rstrip("\r\n"))
        return self.heard[-1]

    def challenge(self, text):
        self.say("334 " + b64(text))
        return self.hear()

    def open(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = self.version
        context.load_cert_chain(*certificates.leaf(self.folder, "good"))
        connection, _ = self.listener.accept()
        self.secure = context.wrap_socket(connection, server_side=True)
        self.stream = self.secure.makefile("rwb")
        self.binding = ("tls-unique", self.secure.get_channel_binding("tls-unique"))

    def close(self):
        self.stream.close()
        self.secure.close()

    def header(self):
        """The gs2 header and channel data that the client must prove to have."""
        if not self.knows.endswith("-PLUS"):
            return b"n,,"
        kind, data = self.binding
        return f"p={kind},,".encode() + (data if self.honest else b"another connection")

    def scram(self, first):
        bare = first.partition(",,")[2]
        nonce = bare.partition(",r=")[2] + "server"
        begin = f"r={nonce},s={b64(SALT)},i={ROUNDS}"
        final = base64.b64decode(self.challenge(begin)).decode()
        without_proof, _, proof = final.partition(",p=")
        if without_proof.partition(",")[0] != "c=" + b64(self.header()):
            return "535 5.7.8 wrong" if self.challenge("e=channel-bindings-dont-match") == "" else "501 5.7.0 cancelled"
        salted = hashlib.pbkdf2_hmac(self.hash, self.password.encode(), SALT, ROUNDS)
        client_key = self.hmac(salted, b"Client Key")
        words = f"{bare},{begin},{without_proof}".encode()
        signature = self.hmac(hashlib.new(self.hash, client_key).digest(), words)
        if bytes(a ^ b for a, b in zip(client_key, signature)) != base64.b64decode(proof):
            return "535 5.7.8 wrong"
        mine = self.hmac(self.hmac(salted, b"Server Key"), words if self.honest else b"another server")
        return "235 2.7.0 ok" if self.challenge("v=" + b64(mine)) == "" else "501 5.7.0 cancelled"

    def auth(self, name, first):
        if name == self.knows:
            return self.scram(base64.b64decode(first).decode())
        return self.reply(self, name, first) if self.reply else "504 5.5.4 another mechanism"

    def run(self):
        try:
            self.open()
            self.say("220 mx.test ESMTP")
            self.hear()
            self.say(f"250-mx.test\r\n250 AUTH {self.offers}")
            line = self.hear()
            while line not in ("QUIT", ""):
                name, _, first = line.removeprefix("AUTH ").partition(" ")
                self.say(self.auth(name, first) if line.startswith("AUTH ") else "250 ok")
                line = self.hear()
            self.say("221 bye")
            self.close()
        except OSError:
            pass


class Clear(Submission):
    """Without TLS."""

    def open(self):
        self.secure, _ = self.listener.accept()
        self.stream = self.secure.makefile("rwb")


class Exporter(Submission):
    """OpenSSL's own server, for it tells the keying material of the connection (RFC 9266); we speak through its pipes."""

    def port(self):
        self.number = self.listener.getsockname()[1]
        self.listener.close()
        cert, key = certificates.leaf(self.folder, "good")
        self.server = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.number}", "-tls1_3", "-naccept", "1", "-cert_chain", cert, "-cert", cert, "-key", key, "-crlf",
             "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in self.server.stdout:
            if line.startswith(b"ACCEPT"):
                return self.number
        raise AssertionError("s_server did not start")

    def open(self):
        for line in self.server.stdout:
            found = re.search(rb"Keying material: ([0-9A-F]+)", line)
            if found:
                self.binding = ("tls-exporter", bytes.fromhex(found[1].decode()))
                return

    def say(self, line):
        self.server.stdin.write(line.replace("\r\n", "\n").encode() + b"\n")
        self.server.stdin.flush()

    def hear(self):
        for line in self.server.stdout:
            words = line.decode(errors="replace").rstrip("\r\n")
            if re.match(r"(EHLO|AUTH|MAIL|RCPT|RSET|QUIT)\b|[A-Za-z0-9+/=*]*$", words):
                self.heard.append(words)
                return words
        return ""

    def close(self):
        self.server.kill()
        self.server.wait()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("certificates")
    certificates.root(path)
    return path


def secret_file(path, secret):
    path.write_bytes(secret if isinstance(secret, bytes) else secret.encode() + b"\n")
    path.chmod(0o600)
    return path


def run(program, folder, tmp_path, target, service, *more, user=USER, password=PASSWORD, token=None):
    """Facts by name; one that came more than once: the last."""
    secret = ["--token-file", secret_file(tmp_path / "token", token)] if token else ["--password-file", secret_file(tmp_path / "password", password)]
    done = subprocess.run([MAILWHY.with_name(program), target, "--service", service, "--user", user, *secret, "--ca-file", certificates.root(folder), "--json", "--timeout",
                           "20", *more], capture_output=True, timeout=40)
    for told in (password, token):
        assert not told or (told if isinstance(told, bytes) else told.encode()) not in done.stdout
    return [fact for fact in map(json.loads, done.stdout.decode().splitlines()) if "fact" in fact]


def values(facts):
    return {fact["fact"]: fact["value"] for fact in facts}


def quote(facts, name):
    return next(fact.get("quote", "") for fact in facts if fact["fact"] == name)


def log_in(server, folder, tmp_path, *options, service="submissions", **more):
    target = f"127.0.0.1:{server.port()}"
    server.start()
    facts = run("mailwhy-smtp", folder, tmp_path, target, service, *options, **more)
    server.join(10)
    return facts


# --- SCRAM -------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_right_password(mechanism, folder, tmp_path):
    facts = log_in(Submission(folder, f"{mechanism} PLAIN LOGIN", mechanism), folder, tmp_path)
    told = values(facts)
    assert told["smtp.login.mechanism"] == mechanism and quote(facts, "smtp.login.mechanism") == f"strongest of {mechanism} PLAIN LOGIN"
    assert told["smtp.login"] == "235 2.7.0 ok"
    assert told["smtp.mail.from"] == USER


def test_wrong_password_is_tried_once(folder, tmp_path):
    server = Submission(folder, "SCRAM-SHA-256 PLAIN", "SCRAM-SHA-256", password="another")
    told = values(log_in(server, folder, tmp_path))
    assert told["smtp.login"] == "535 5.7.8 wrong" and "smtp.mail" not in told
    assert len([line for line in server.heard if line.startswith("AUTH")]) == 1


def test_a_server_without_the_password_is_found_out(folder, tmp_path):
    server = Submission(folder, "SCRAM-SHA-256", "SCRAM-SHA-256", honest=False)
    facts = log_in(server, folder, tmp_path)
    told = values(facts)
    assert "*" in server.heard
    assert told["smtp.login.cancelled"] == "501 5.7.0 cancelled" and quote(facts, "smtp.login.cancelled").startswith("v=")
    assert "smtp.login" not in told and "smtp.mail" not in told


# --- bound to the connection -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"])
def test_bound_by_tls_unique(mechanism, folder, tmp_path):
    server = Submission(folder, f"PLAIN {mechanism} {mechanism.removesuffix('-PLUS')}", mechanism, version=ssl.TLSVersion.TLSv1_2)
    facts = log_in(server, folder, tmp_path)
    told = values(facts)
    assert told["tls.version"] == "TLSv1.2" and told["smtp.login.mechanism"] == mechanism
    assert told["smtp.login"] == "235 2.7.0 ok"
    assert quote(facts, "smtp.login.mechanism").endswith("bound to the connection by tls-unique")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"])
def test_bound_by_tls_exporter(mechanism, folder, tmp_path):
    server = Exporter(folder, f"PLAIN {mechanism}", mechanism)
    facts = log_in(server, folder, tmp_path)
    told = values(facts)
    assert told["tls.version"] == "TLSv1.3" and told["smtp.login.mechanism"] == mechanism
    assert told["smtp.login"] == "235 2.7.0 ok"
    assert quote(facts, "smtp.login.mechanism").endswith("bound to the connection by tls-exporter")


def test_another_connection_is_found_out(folder, tmp_path):
    """Somebody in between: the server sees another connection than we do. That is no word on the password."""
    server = Submission(folder, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS", honest=False, version=ssl.TLSVersion.TLSv1_2)
    facts = log_in(server, folder, tmp_path)
    assert values(facts)["smtp.login"] == "535 5.7.8 wrong" and quote(facts, "smtp.login") == "e=channel-bindings-dont-match"


def test_without_tls_there_is_nothing_to_bind_to(folder, tmp_path):
    server = Clear(folder, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN", "SCRAM-SHA-256")
    facts = log_in(server, folder, tmp_path, "--insecure-login", service="submission")
    assert values(facts)["smtp.login.mechanism"] == "SCRAM-SHA-256" and values(facts)["smtp.login"] == "235 2.7.0 ok"
    assert quote(facts, "smtp.login.mechanism").endswith("not SCRAM-SHA-256-PLUS: this connection cannot be bound to")


def test_nothing_is_said_in_clear_without_being_asked(folder, tmp_path):
    server = Clear(folder, "SCRAM-SHA-256 PLAIN", "SCRAM-SHA-256")
    told = values(log_in(server, folder, tmp_path, service="submission"))
    assert told["smtp.login.skipped"] == "not encrypted" and not [line for line in server.heard if line.startswith("AUTH")]


# --- credentials that cannot be sent -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user, password, why", [
    (USER, b"pencil\tbox\n", "control bytes in name or password"),
    (USER, b"p\xe9ncil\n", "name or password not UTF-8"),
])
def test_never_sent_broken(user, password, why, folder, tmp_path):
    server = Submission(folder, "SCRAM-SHA-256 PLAIN LOGIN CRAM-MD5", "SCRAM-SHA-256")
    told = values(log_in(server, folder, tmp_path, user=user, password=password))
    assert told["smtp.login.skipped"] == why and "smtp.login.mechanism" not in told
    assert not [line for line in server.heard if line.startswith("AUTH")]


@pytest.mark.parametrize("user, secret, status", [(USER, b"", 65), (USER, b"\n", 65), (USER, b"pen\0cil\n", 65), ("", b"pencil\n", 64), (b"\xe9lise", b"pencil\n", 64),
                                                  ("alice\r\nMAIL FROM:<>", b"pencil\n", 64), ("alice\x1b[2J", b"pencil\n", 64)])
def test_what_nobody_could_send_is_one_line(user, secret, status, tmp_path):
    path = secret_file(tmp_path / "password", secret)
    done = subprocess.run([MAILWHY.with_name("mailwhy-smtp"), "127.0.0.1:1", "--service", "submissions", "--user", user, "--password-file", path], capture_output=True, timeout=20)
    assert done.returncode == status and done.stderr.count(b"\n") == 1 and not done.stdout


@pytest.mark.parametrize("password, mechanism", [("bücher", "SCRAM-SHA-256"), ("pen\N{LEFT-TO-RIGHT MARK}cil", "PLAIN")])
def test_passwords_beyond_ascii(password, mechanism, folder, tmp_path):
    """One that SASLprep forbids cannot be reckoned with by SCRAM, and goes as it is."""
    def plain(server, name, first):
        return "235 ok" if base64.b64decode(first) == b"\0" + USER.encode() + b"\0" + password.encode() else "535 5.7.8 wrong"

    facts = log_in(Submission(folder, "SCRAM-SHA-256 PLAIN", "SCRAM-SHA-256", password=password, reply=plain), folder, tmp_path, password=password)
    assert values(facts)["smtp.login.mechanism"] == mechanism and values(facts)["smtp.login"].startswith("235")
    assert mechanism != "PLAIN" or "not SCRAM-SHA-256: the password or the name has no prepared form" in quote(facts, "smtp.login.mechanism")


def test_an_echo_shows_nothing(folder, tmp_path):
    """Servers that know no initial response repeat the line; a short password is in it whole."""
    def echoes(server, name, first):
        return f"501 5.5.2 unknown command AUTH {name} {first}"

    server = Submission(folder, "PLAIN", reply=echoes)
    facts = log_in(server, folder, tmp_path, password="p4ss")
    assert values(facts)["smtp.login"] == "501 5.5.2 unknown command AUTH PLAIN ***"
    assert b64("\0" + USER + "\0p4ss") not in json.dumps(facts)


@pytest.mark.parametrize("password", ["~", "~Q", "Q~7"])
def test_not_even_a_very_short_one(password, folder, tmp_path):
    """One, two or three signs are blotted as a word of the answer."""
    def echoes(server, name, first):
        return f"535 5.7.8 {name} {first} is wrong: '{password}' ({password})"

    facts = log_in(Submission(folder, "PLAIN", reply=echoes), folder, tmp_path, password=password)
    told = values(facts)
    assert told["smtp.login"] == f"535 5.7.8 PLAIN *** is wrong: '***' (***)"
    assert "S: " + told["smtp.login"] in told["talk.dialogue"]


# --- tokens ------------------------------------------------------------------------------------------------------------------------------------------

TAKEN = {
    "XOAUTH2": f"user={USER}\1auth=Bearer {TOKEN}\1\1",
    "OAUTHBEARER": "n,a={user},\1host=\1port={port}\1auth=Bearer {token}\1\1",
}


def takes_token(server, name, first):
    expected = TAKEN[name].format(user=USER, token=TOKEN, port=server.listener.getsockname()[1])
    if not first:
        first = server.challenge("")
    return "235 2.7.0 ok" if base64.b64decode(first).decode() == expected else "535 5.7.8 wrong"


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_is_taken(mechanism, folder, tmp_path):
    told = values(log_in(Submission(folder, f"PLAIN LOGIN {mechanism}", reply=takes_token), folder, tmp_path, token=TOKEN))
    assert told["smtp.login.mechanism"] == mechanism and told["smtp.login"] == "235 2.7.0 ok" and told["smtp.mail"] == "250 ok"


def test_a_long_token_goes_into_a_line_of_its_own(folder, tmp_path):
    long = "x" * 3000

    def takes_long(server, name, first):
        assert not first
        return "235 ok" if base64.b64decode(server.challenge("")).decode() == f"user={USER}\1auth=Bearer {long}\1\1" else "535 5.7.8 wrong"

    server = Submission(folder, "XOAUTH2", reply=takes_long)
    assert values(log_in(server, folder, tmp_path, token=long))["smtp.login"] == "235 ok"
    assert "AUTH XOAUTH2" in server.heard


@pytest.mark.parametrize("mechanism, last", [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")])
def test_a_refused_token_tells_its_reason(mechanism, last, folder, tmp_path):
    def refuses(server, name, first):
        return "535 5.7.8 Username and Password not accepted" if server.challenge('{"status":"401","schemes":"bearer","scope":"https://mail.example/"}') == last else "501 what"

    server = Submission(folder, mechanism, reply=refuses)
    facts = log_in(server, folder, tmp_path, token=TOKEN)
    assert values(facts)["smtp.login.oauth"] == "401" and "mail.example" in quote(facts, "smtp.login.oauth")
    assert values(facts)["smtp.login"].startswith("535") and len([line for line in server.heard if line.startswith("AUTH")]) == 1


def test_a_token_is_no_password(folder, tmp_path):
    server = Submission(folder, "PLAIN LOGIN SCRAM-SHA-256", "SCRAM-SHA-256")
    told = values(log_in(server, folder, tmp_path, token=TOKEN))
    assert told["smtp.login.skipped"] == "no usable mechanism" and not [line for line in server.heard if line.startswith("AUTH")]


# --- a real server -----------------------------------------------------------------------------------------------------------------------------------

CONF = """base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap pop3
listen = 127.0.0.1
default_internal_user = dovecot
default_login_user = dovenull
default_internal_group = dovecot
mail_location = maildir:{dir}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
passdb {{
{passdb}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
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
PLAIN_PASSDB = "  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {dir}/users"
TOKEN_PASSDB = "  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {dir}/oauth2.conf"
KEY = b"a key that only this test and its server know"


def jwt(**claims):
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, {"iat": int(time.time()) - 10, "exp": int(time.time()) + 600, "sub": "alice", "email": USER, **claims})]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return (signed + b"." + base64.urlsafe_b64encode(hmac.new(KEY, signed, "sha256").digest()).rstrip(b"=")).decode()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Dovecot:
    def __init__(self, directory, folder, mechanisms, passdb):
        self.directory, self.ports = directory, {"imaps": free_port(), "pop3s": free_port()}
        directory.mkdir()
        directory.chmod(0o755)
        cert, key = certificates.leaf(folder, "good")
        for source, name in ((cert, "cert.pem"), (key, "key.pem")):
            shutil.copy(source, directory / name)
        (directory / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        keys = directory / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(b64(KEY))
        (directory / "oauth2.conf").write_text(f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={directory}/keys/\nusername_attribute = email\n")
        (directory / "mail").mkdir()
        shutil.chown(directory / "mail", "mail", "mail")
        conf = directory / "dovecot.conf"
        conf.write_text(CONF.format(dir=directory, cert=directory / "cert.pem", key=directory / "key.pem", mechanisms=mechanisms, passdb=passdb.format(dir=directory), **self.ports))
        self.server = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        for port in self.ports.values():
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise AssertionError((self.directory / "log").read_text())



@pytest.fixture(scope="session")
def dovecot(tmp_path_factory, folder):
    """Starts a Dovecot with those mechanisms, once."""
    if os.geteuid() or not Path("/usr/sbin/dovecot").exists():
        pytest.skip("Dovecot needs root")
    place = Path(subprocess.run(["mktemp", "-d", "/tmp/dovecot.XXXXXX"], capture_output=True, text=True, check=True).stdout.strip())
    place.chmod(0o755)
    running = {}

    def with_mechanisms(mechanisms, passdb=PLAIN_PASSDB):
        if mechanisms not in running:
            running[mechanisms] = Dovecot(place / mechanisms.replace(" ", "-"), folder, mechanisms, passdb)
        return running[mechanisms]

    yield with_mechanisms
    for server in running.values():
        server.server.terminate()
    for server in running.values():
        server.server.wait(20)
    shutil.rmtree(place)


def at(server, service, folder, tmp_path, **more):
    program = {"imaps": "mailwhy-imap", "pop3s": "mailwhy-pop3"}[service]
    return run(program, folder, tmp_path, f"127.0.0.1:{server.ports[service]}", service, **more)


@pytest.mark.parametrize("service", ["imaps", "pop3s"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_dovecot_takes(mechanism, service, dovecot, folder, tmp_path):
    server, name = dovecot(mechanism.lower()), service.removesuffix("s")
    right = values(at(server, service, folder, tmp_path))
    assert right[f"{name}.login.mechanism"] == mechanism and right[f"{name}.login"].startswith(("OK", "+OK"))
    wrong = values(at(server, service, folder, tmp_path, password="not the one"))
    assert wrong[f"{name}.login"].startswith(("NO [AUTHENTICATIONFAILED]", "-ERR [AUTH]"))


def test_the_strongest_is_taken(dovecot, folder, tmp_path):
    facts = at(dovecot("plain login cram-md5 scram-sha-1 scram-sha-256"), "imaps", folder, tmp_path)
    assert values(facts)["imap.login.mechanism"] == "SCRAM-SHA-256" and quote(facts, "imap.login.mechanism").startswith("strongest of ")


@pytest.mark.parametrize("service", ["imaps", "pop3s"])
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_dovecot_takes_tokens(mechanism, service, dovecot, folder, tmp_path):
    server, name = dovecot(mechanism.lower(), TOKEN_PASSDB), service.removesuffix("s")
    right = values(at(server, service, folder, tmp_path, token=jwt()))
    assert right[f"{name}.login.mechanism"] == mechanism and right[f"{name}.login"].startswith(("OK", "+OK"))
    old = values(at(server, service, folder, tmp_path, token=jwt(exp=int(time.time()) - 600)))
    assert old[f"{name}.login.oauth"] in ("invalid_token", "400", "401") and old[f"{name}.login"].startswith(("NO", "-ERR"))
