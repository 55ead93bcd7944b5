"""Certificates: a root that the client trusts, an intermediate, and leaves good and bad in every way that a
scenario asks for. Made with openssl, kept in the cache."""

import hashlib
import ssl
import subprocess
import time

from . import store

DAY = 86400
CA_CONF = """
[ca]
default_ca = this
[this]
dir = {dir}
database = {dir}/index.txt
serial = {dir}/serial
new_certs_dir = {dir}
default_md = {md}
policy = any
unique_subject = no
copy_extensions = none
[any]
organizationName = optional
commonName = supplied
"""
CA_EXT = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF_EXT = ("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\n"
            "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")

# kind of certificate -> days before and after now
# fmt: off
SPANS = {
    "expired":       (-90, -10),
    "not-yet-valid": (10, 90),
    "expiring":      (-80, 3),
}
# fmt: on
KEYS = {
    "weak": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "bulky": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
}
EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]


def openssl(*args):
    return subprocess.run(["openssl", *map(str, args)], check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout


def stamp(days):
    return time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY))


def make_key(path, spec):
    openssl("genpkey", *spec, "-out", path)


def sign(work, subject, key, issuer, extensions, span):
    """A certificate at work/cert.pem, its key's public half at work/public.der; issuer None signs itself."""
    (work / "index.txt").write_text("")
    (work / "serial").write_text(hashlib.sha256(repr((subject, span, time.time_ns())).encode()).hexdigest()[:16] + "\n")
    (work / "ca.cnf").write_text(CA_CONF.format(dir=work, md="sha256"))
    (work / "ext.cnf").write_text("[x]\n" + extensions)
    openssl("req", "-new", "-key", key, "-subj", subject if subject.startswith("/") else f"/CN={subject}", "-out", work / "request.pem", "-config", work / "ca.cnf")
    signer = ["-selfsign", "-keyfile", key]
    if issuer:
        signer = ["-cert", issuer / "cert.pem", "-keyfile", issuer / "key.pem"]
    openssl("ca", "-batch", "-notext", "-config", work / "ca.cnf", *signer, "-in", work / "request.pem", "-out",
            work / "cert.pem", "-extfile", work / "ext.cnf", "-extensions", "x", "-startdate", stamp(span[0]),
            "-enddate", stamp(span[1]))
    openssl("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", work / "public.der")


# Authorities under the root that bear the name of a public one, for what goes by it.
NAMED = {"letsencrypt": "/O=Let's Encrypt/CN=R999"}


def authority(name):
    """Directory with key.pem, cert.pem and hash (OpenSSL's name for it) of a CA: `root`, `intermediate` and those of NAMED
    (under root), or another root."""
    issuer = authority("root") if name == "intermediate" or name in NAMED else None

    def make(work):
        make_key(work / "key.pem", EC)
        sign(work, NAMED.get(name, f"Lab {name} CA"), work / "key.pem", issuer, CA_EXT, (-100, 400))
        (work / "hash").write_text(openssl("x509", "-hash", "-noout", "-in", work / "cert.pem").strip())

    return store.get("authority", name, make)


def leaf(names, kind, by="intermediate", subject=None):
    """Directory with key.pem and chain.pem for these DNS names. Kinds: good, expired, not-yet-valid, expiring,
    self-signed, leaf-only, untrusted, weak, rsa, bulky (RSA of 4096 bits). `by` names the authority, `subject` another
    CN than the first name"""
    issuer = None if kind == "self-signed" else authority("elsewhere" if kind == "untrusted" else by)
    tied = (issuer / "cert.pem").read_text() if issuer else ""

    def make(work):
        make_key(work / "key.pem", KEYS.get(kind, EC))
        alternatives = ",".join("DNS:" + name for name in names)
        extensions = LEAF_EXT + f"subjectAltName={alternatives}\n"
        if not issuer:
            extensions = extensions.replace("authorityKeyIdentifier=keyid\n", "")
        sign(work, subject or names[0], work / "key.pem", issuer, extensions, SPANS.get(kind, (-30, 90)))
        chain = (work / "cert.pem").read_text()
        if issuer and kind != "leaf-only":
            chain += tied
        (work / "chain.pem").write_text((work / "key.pem").read_text() + chain)
        (work / "public.pem").write_text(chain)

    more = (subject,) if subject else ()
    return store.get("leaf", store.digest(names, kind, tied, *more), make)


def der_of(directory, whole):
    """The certificate, or its key, as DER."""
    if whole:
        return ssl.PEM_cert_to_DER_cert((directory / "cert.pem").read_text())
    return (directory / "public.der").read_bytes()


def tlsa(directory, whole=False, digest="sha256"):
    """The digest of a 3 1 1 record for the key in this directory; whole: of a 3 0 1 record."""
    return hashlib.new(digest, der_of(directory, whole)).hexdigest()


def dkim_pair(name, bits):
    """The directory with key.pem and public.pem of a DKIM key."""
    def make(work):
        make_key(work / "key.pem", ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"])
        openssl("pkey", "-in", work / "key.pem", "-pubout", "-out", work / "public.pem")

    return store.get("dkim", f"{name}-{bits}", make, 400 * DAY)


def dkim_key(name, bits):
    """The p= value of a DKIM key."""
    text = (dkim_pair(name, bits) / "public.pem").read_text()
    return "".join(line for line in text.splitlines() if not line.startswith("-"))


def trust_store(target, trusted=True):
    """Fill a directory as c_rehash would: the root under its hash, and the bundle file that libcurl reads."""
    target.mkdir(parents=True, exist_ok=True)
    if not trusted:
        (target / "ca-certificates.crt").write_text("")
        return
    root = authority("root")
    for name in ("ca-certificates.crt", "lab-root.pem"):
        (target / name).write_text((root / "cert.pem").read_text())
    (target / f"{(root / 'hash').read_text()}.0").symlink_to("lab-root.pem")
