"""SCRAM (RFC 5802, RFC 7677) against a submission server that reckons for itself: the client's proof must be right, and so must the server's."""

import base64
import hashlib
import hmac
import json
import os
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

import certificates

MAILWHY = Path(os.environ.get("MAILWHY", Path(__file__).resolve().parents[2] / "build" / "mailwhy")).resolve()
USER, PASSWORD, SALT, ROUNDS = "alice@example.org", "pencil box", b"salted", 4096


class Submission(threading.Thread):
    """Speaks inside TLS at once; knows one mechanism."""

    def __init__(self, folder, mechanism, honest=True, password=PASSWORD):
        super().__init__(daemon=True)
        self.mechanism, self.honest, self.password = mechanism, honest, password
        self.hash = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[mechanism]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificates.leaf(folder, "good"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.heard = []

    def hmac(self, key, text):
        return hmac.new(key, text, self.hash).digest()

    def say(self, line):
        self.stream.write(line.encode() + b"\r\n")
        self.stream.flush()

    def hear(self):
        self.heard.append(self.stream.readline().decode().rstrip("\r\n"))
        return self.heard[-1]

    def challenge(self, text):
        self.say("334 " + base64.b64encode(text.encode()).decode())
        return self.hear()

    def scram(self, first):
        bare = first.partition(",,")[2]
        nonce = bare.partition(",r=")[2] + "server"
        begin = f"r={nonce},s={base64.b64encode(SALT).decode()},i={ROUNDS}"
        final = base64.b64decode(self.challenge(begin)).decode()
        without_proof, _, proof = final.partition(",p=")
        salted = hashlib.pbkdf2_hmac(self.hash, self.password.encode(), SALT, ROUNDS)
        client_key = self.hmac(salted, b"Client Key")
        words = f"{bare},{begin},{without_proof}".encode()
        signature = self.hmac(hashlib.new(self.hash, client_key).digest(), words)
        if bytes(a ^ b for a, b in zip(client_key, signature)) != base64.b64decode(proof):
            return "535 5.7.8 wrong"
        mine = self.hmac(self.hmac(salted, b"Server Key"), words if self.honest else b"another server")
        return "235 2.7.0 ok" if self.challenge("v=" + base64.b64encode(mine).decode()) == "" else "501 5.7.0 cancelled"

    def run(self):
        connection, _ = self.listener.accept()
        self.stream = self.context.wrap_socket(connection, server_side=True).makefile("rwb")
        self.say("220 mx.test ESMTP")
        self.hear()
        self.say(f"250-mx.test\r\n250 AUTH {self.mechanism} PLAIN LOGIN")
        name, _, first = self.hear().removeprefix("AUTH ").partition(" ")
        self.say(self.scram(base64.b64decode(first).decode()) if name == self.mechanism else "504 another mechanism")
        while self.hear() not in ("QUIT", ""):
            self.say("250 ok")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("certificates")
    certificates.root(path)
    return path


def log_in(server, folder, tmp_path):
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    server.start()
    done = subprocess.run([MAILWHY.with_name("mailwhy-smtp"), f"127.0.0.1:{server.listener.getsockname()[1]}", "--service", "submissions", "--user", USER, "--password-file",
                           password, "--ca-file", certificates.root(folder), "--json", "--timeout", "20"], capture_output=True, text=True, timeout=40)
    server.join(10)
    assert PASSWORD not in done.stdout
    return {fact["fact"]: fact["value"] for fact in map(json.loads, done.stdout.splitlines()) if "fact" in fact}


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_right_password(mechanism, folder, tmp_path):
    facts = log_in(Submission(folder, mechanism), folder, tmp_path)
    assert facts["smtp.login.mechanism"] == mechanism
    assert facts["smtp.login"] == "235 2.7.0 ok"
    assert facts["smtp.mail.from"] == USER


def test_wrong_password_is_tried_once(folder, tmp_path):
    server = Submission(folder, "SCRAM-SHA-256", password="another")
    facts = log_in(server, folder, tmp_path)
    assert facts["smtp.login"] == "535 5.7.8 wrong" and "smtp.mail" not in facts
    assert len([line for line in server.heard if line.startswith("AUTH")]) == 1


def test_a_server_without_the_password_is_found_out(folder, tmp_path):
    server = Submission(folder, "SCRAM-SHA-256", honest=False)
    facts = log_in(server, folder, tmp_path)
    assert "*" in server.heard
    assert facts["smtp.login.cancelled"] == "501 5.7.0 cancelled" and "smtp.login" not in facts and "smtp.mail" not in facts
