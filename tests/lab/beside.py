"""Servers whose Debian packages conflict with those that are installed: Exim, OpenSMTPD, Courier. scripts/packages/beside
has unpacked them into the cache; here they are laid over /usr and /etc, in the mount namespace of the box only.

    exim.NAME      host, hello, cert, domains, recipients, options (main section), acl (lines before the usual ones),
                   acls (whole ones more), callout (whether it looks at other domains' exchanges)
    opensmtpd.NAME host, hello, cert, domains, recipients, options, tls (words of its listen line)
    courier.NAME   host, cert, services (imap imaps pop3 pop3s), options (environment)"""

import os
import shutil
import subprocess
from pathlib import Path

from . import box, dovecot

USERS = ("Debian-exim:x:9101:9101::/var/spool/exim4:/bin/false", "opensmtpd:x:9102:9102::/var/lib/opensmtpd/empty:/bin/false",
         "opensmtpq:x:9103:9103::/var/lib/opensmtpd/empty:/bin/false", "courier:x:9104:9104::/var/lib/courier:/bin/false")
KINDS = ("exim", "opensmtpd", "courier")


def root():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "mailwhy-beside"


def is_wanted(world):
    return any(world[kind] for kind in KINDS)


def with_accounts(path, lines):
    """A file of the system, and what the packages would have added to it."""
    return Path(path).read_text() + "".join(line + "\n" for line in lines)


def lay_over(directory):
    """Before any server starts: the unpacked packages, their accounts, and places of our own where they write."""
    groups = [":".join(user.split(":")[:3]) + ":" for user in USERS]
    files = {path: with_accounts(path, lines) for path, lines in (("/etc/passwd", USERS), ("/etc/group", groups))}
    for place in ("/usr", "/etc"):
        box.mount("overlay", place, "overlay", 0, f"lowerdir={root()}{place}:{place}")
    for place in ("/var/spool", "/var/lib", "/etc/courier"):
        box.mount("lab", place, "tmpfs", box.MS_NOSUID | box.MS_NODEV, "mode=755,size=64m")
    for path, text in files.items():
        (directory / Path(path).name).write_text(text)
        box.bind(directory / Path(path).name, path)


# --- Exim ---

EXIM = """primary_hostname = {hello}
domainlist local = {domains}
local_interfaces = {interfaces}
log_file_path = {dir}/%slog
log_selector = +smtp_connection +smtp_no_mail +smtp_protocol_error
spool_directory = {dir}/spool
pid_file_path = {dir}/pid
host_lookup =
rfc1413_hosts =
queue_only
tls_advertise_hosts = *
acl_smtp_rcpt = rcpt
acl_smtp_data = data
{options}
begin acl
rcpt:
{acl}
  deny  domains = !+local
        message = relay not permitted
  accept local_parts = {recipients}
  deny  message = Unknown user
data:
  accept
{acls}begin routers
{routers}all:
  driver = accept
  transport = nowhere
begin transports
outward:
  driver = smtp
  hosts_avoid_tls = *
nowhere:
  driver = appendfile
  file = /dev/null
  user = mail
"""


CALLOUT = """out:
  driver = dnslookup
  domains = !+local
  transport = outward
  no_more
"""
EXIM_TLS = {"tls_certificate": "{dir}/public.pem", "tls_privatekey": "{dir}/key.pem"}


def exim_options(service, directory):
    given = service.get("options", [])
    usual = [f"{name} = {value.format(dir=directory)}" for name, value in EXIM_TLS.items() if not any(o.startswith(name) for o in given)]
    return "\n".join([*usual, *given])


def local_parts(service):
    return " : ".join(sorted({address.partition("@")[0] for address in service["recipients"]}))


def write_exim(world, service, directory, cert):
    (directory / "spool").mkdir()
    for name in ("public.pem", "key.pem"):
        shutil.copy(cert / name, directory / name)
    interfaces = " ; ".join(f"[{address}]:{service.get('port', 25)}" for address in world["addresses"](service["host"]))
    conf = EXIM.format(dir=directory, hello=service["hello"], domains=service["domains"], interfaces="<; " + interfaces,
                       recipients=local_parts(service), options=exim_options(service, directory),
                       acls=service.get("acls", ""), routers=CALLOUT if service.get("callout") else "",
                       acl="\n".join("  " + line for line in service.get("acl", [])))
    (directory / "exim.conf").write_text(conf)
    for path in [directory, *directory.rglob("*")]:
        shutil.chown(path, 9101, 9101)
    for name in ("exim.conf", "key.pem"):
        shutil.chown(directory / name, 0, 9101)
        os.chmod(directory / name, 0o640)
    return ["/usr/sbin/exim4", "-C", str(directory / "exim.conf"), "-bdf"]


# --- OpenSMTPD ---

SMTPD = """pki here cert "{dir}/public.pem"
pki here key "{dir}/key.pem"
table domains {{ {domains} }}
table people {{ {recipients} }}
table aliases {{ {aliases} }}
{options}
{listens}
action "keep" maildir "{dir}/mail" virtual <aliases>
match from any for domain <domains> rcpt-to <people> action "keep"
"""


def quoted(words):
    return ", ".join(f'"{word}"' for word in words)


def write_opensmtpd(world, service, directory, cert):
    for place in ("/var/spool/smtpd", "/var/lib/opensmtpd/empty"):
        Path(place).mkdir(parents=True, exist_ok=True)
        os.chmod(place, 0o711)
    for name in ("public.pem", "key.pem"):
        shutil.copy(cert / name, directory / name)
    os.chmod(directory / "key.pem", 0o600)
    listens = "\n".join(f"listen on {address} port {service.get('port', 25)} hostname {service['hello']} {service.get('tls', 'tls pki here')}"
                        for address in world["addresses"](service["host"]))
    aliases = ", ".join(f'"{address}" = "mail"' for address in service["recipients"])
    conf = SMTPD.format(dir=directory, listens=listens, domains=quoted(service["domains"].split()),
                        recipients=quoted(service["recipients"]), aliases=aliases, options="\n".join(service.get("options", [])))
    (directory / "smtpd.conf").write_text(conf)
    return ["/usr/sbin/smtpd", "-d", "-f", str(directory / "smtpd.conf")]


# --- Courier ---

COURIER = {
    "AUTHMODULES": "authdaemon", "IMAP_CAPABILITY": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE",
    "IMAP_CAPABILITY_TLS": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE AUTH=PLAIN", "IMAP_KEYWORDS": "1", "IMAP_IDLE_TIMEOUT": "60",
    "IMAP_MAILBOX_SANITY_CHECK": "1", "IMAP_USELOCKS": "1", "IMAP_TRASHFOLDERNAME": "Trash", "IMAP_TLS_REQUIRED": "1",
    "POP3AUTH": "", "POP3AUTH_TLS": "LOGIN PLAIN", "POP3_TLS_REQUIRED": "1", "COURIERTLS": "/usr/bin/couriertls", "TLS_VERIFYPEER": "NONE",
    "PATH": "/usr/bin:/bin", "prefix": "/usr", "exec_prefix": "/usr", "sbindir": "/usr/sbin", "bindir": "/usr/bin",
}
COURIER_POP3S = {"POP3_TLS": "1", "POP3_STARTTLS": "NO", "POP3_TLS_REQUIRED": "0"}
# fmt: off
#  service   port  TLS of the service    login program and server
COURIER_PARTS = {
    "imap":  (143, {"IMAP_STARTTLS": "YES"}, "/usr/lib/courier/courier/imaplogin",       "/usr/bin/imapd"),
    "imaps": (993, {"IMAP_TLS": "1"},        "/usr/lib/courier/courier/imaplogin",       "/usr/bin/imapd"),
    "pop3":  (110, {"POP3_STARTTLS": "YES"}, "/usr/lib/courier/courier/courierpop3login", "/usr/lib/courier/courier/courierpop3d"),
    "pop3s": (995, COURIER_POP3S,            "/usr/lib/courier/courier/courierpop3login", "/usr/lib/courier/courier/courierpop3d"),
}
# fmt: on


def hashed(password):
    return subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True, check=True).stdout.strip()


def write_courier_users(world, directory):
    etc = Path("/etc/courier")
    lines = ""
    for user in world["user"].values():
        home, secret = directory / "mail" / user["address"], hashed(user["password"])
        dovecot.write_mailbox(home / "Maildir", user)
        lines += f"{user['address']}\tuid=8|gid=8|home={home}|mail={home}/Maildir|imappw={secret}|pop3pw={secret}\n"
    dovecot.give(directory / "mail", "mail")
    (etc / "userdb").write_text(lines)
    os.chmod(etc / "userdb", 0o600)
    subprocess.run(["/usr/sbin/makeuserdb"], check=True)
    (etc / "authdaemonrc").write_text(f'authmodulelist="authuserdb"\ndaemons=2\nauthdaemonvar=/run/courier/authdaemon\n')


def write_courier(world, service, directory, cert):
    """A shell that starts the password daemon and a listener for each service and address, and waits."""
    write_courier_users(world, directory)
    Path("/run/courier/authdaemon").mkdir(parents=True)
    shutil.copy(cert / "chain.pem", directory / "chain.pem")
    os.chmod(directory / "chain.pem", 0o644)
    lines = ["set -a; . /etc/courier/authdaemonrc", "/usr/lib/courier/courier-authlib/authdaemond &"]
    for kind in service["services"]:
        port, mode, login, server = COURIER_PARTS[kind]
        words = {**COURIER, "TLS_CERTFILE": directory / "chain.pem", **mode, **service.get("options", {})}
        environment = " ".join(f"'{key}={value}'" for key, value in words.items())
        front = "/usr/bin/couriertls -server -tcpd " if kind.endswith("s") else ""
        lines += [f"env -i {environment} /usr/sbin/couriertcpd -address={address} -maxprocs=40 -maxperip=20 -nodnslookup -noidentlookup "
                  f"{port} {front}{login} {server} Maildir &" for address in world["addresses"](service["host"])]
    (directory / "start").write_text("\n".join([*lines, "wait"]) + "\n")
    return ["/bin/sh", str(directory / "start")]


WRITERS = {"exim": write_exim, "opensmtpd": write_opensmtpd, "courier": write_courier}


def commands(world, room, certs):
    for kind in KINDS:
        for name, service in world[kind].items():
            directory = room(f"{kind}-{name}")
            yield f"{kind}-{name}", WRITERS[kind](world, service, directory, certs[service["cert"]])


def open_ports(world):
    for kind in ("exim", "opensmtpd"):
        for service in world[kind].values():
            yield service["host"], service.get("port", 25)
    for service in world["courier"].values():
        for kind in service["services"]:
            yield service["host"], COURIER_PARTS[kind][0]
