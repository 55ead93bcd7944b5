"""Certificates for scripted servers, made with openssl when first asked for: a root, and leaves good and bad."""

import functools
import subprocess
import threading
import time
from pathlib import Path

DAY = 86400
LOCK = threading.RLock()  # scenes run side by side
CONFIG = """
[ca]
default_ca = this
[this]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[leaf]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = {names}
"""
EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
HERE = "DNS:localhost,DNS:mx.test,IP:127.0.0.1"
# fmt: off
# kind: (key, names, first day, last day, signed by itself)
KINDS = {
    "good":       (EC, HERE,                  -10,  90, False),
    "expired":    (EC, HERE,                  -90, -10, False),
    "early":      (EC, HERE,                   10,  90, False),
    "othername":  (EC, "DNS:elsewhere.test",  -10,  90, False),
    "selfsigned": (EC, HERE,                  -10,  90, True),
    "selfsigned-expired": (EC, HERE,          -90, -10, True),
    "weak":       (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], HERE, -10, 90, False),
}
# fmt: on


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def stamp(days):
    return time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY))


def sign(folder, name, section, names, span, signer):
    (folder / "ca.cnf").write_text(CONFIG.format(names=names))
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text(f"{time.time_ns():016x}\n")
    openssl(folder, "req", "-new", "-key", "key.pem", "-subj", f"/CN={name}", "-config", "ca.cnf", "-out", "request.pem")
    openssl(folder, "ca", "-batch", "-notext", "-config", "ca.cnf", *signer, "-in", "request.pem", "-out", "cert.pem",
            "-extensions", section, "-startdate", stamp(span[0]), "-enddate", stamp(span[1]))


def one_at_a_time(make):
    @functools.wraps(make)
    def alone(*args):
        with LOCK:
            return make(*args)

    return alone


@one_at_a_time
def root(cache):
    """Path of the root's certificate, for --ca-file."""
    folder = Path(cache) / "root"
    if not (folder / "cert.pem").exists():
        folder.mkdir(parents=True, exist_ok=True)
        openssl(folder, "genpkey", *EC, "-out", "key.pem")
        sign(folder, "Talk root CA", "root", "DNS:none.test", (-100, 400), ["-selfsign", "-keyfile", "key.pem"])
    return folder / "cert.pem"


@one_at_a_time
def leaf(cache, kind):
    """Paths of certificate and key."""
    folder = Path(cache) / kind
    if not (folder / "cert.pem").exists():
        key, names, first, last, alone = KINDS[kind]
        issuer = root(cache).parent.resolve()
        signer = ["-selfsign", "-keyfile", "key.pem"] if alone else ["-cert", f"{issuer}/cert.pem", "-keyfile", f"{issuer}/key.pem"]
        folder.mkdir(parents=True, exist_ok=True)
        openssl(folder, "genpkey", *key, "-out", "key.pem")
        sign(folder, "mx.test", "leaf", names, (first, last), signer)
    return folder / "cert.pem", folder / "key.pem"
