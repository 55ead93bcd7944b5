"""Postfix (one master, one smtpd service for each address and port) and Dovecot (IMAP, POP3, and the password
check of submission)."""

import os
import pwd
import shutil
from pathlib import Path

# --- Postfix ---

MAIN = """compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {dir}/log
maillog_file_prefixes = /run
inet_interfaces = all
inet_protocols = all
mydestination =
mynetworks = 127.0.0.0/8
local_transport = error:no local mail here
default_transport = discard
relay_transport = discard
virtual_transport = discard
virtual_mailbox_maps = texthash:{dir}/mailboxes
relay_recipient_maps = texthash:{dir}/mailboxes
parent_domain_matches_subdomains =
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_session_cache_database =
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
disable_vrfy_command = yes
smtpd_peername_lookup = no
"""

# Postfix's own services, as small as they come.
MASTER = """tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
QUEUE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "incoming", "saved", "hold", "trace")


def owned(path, name, mode):
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    os.chown(path, pwd.getpwnam(name).pw_uid, -1)


def spaced(value):
    return "yes" if value is True else "no" if value is False else str(value)


def option(name, value):
    return f"  -o {{ {name} = {spaced(value)} }}\n"


def service_options(service, certs):
    options = {"myhostname": service["hello"], "rewrite_service_name": "rewrite-" + service["name"]}
    if service.get("cert"):
        options["smtpd_tls_chain_files"] = certs[service["cert"]] / "chain.pem"
    if service.get("wrapper"):
        options["smtpd_tls_wrappermode"] = "yes"
    if service.get("auth"):
        options["smtpd_sasl_auth_enable"] = "yes"
    options.update(service.get("options", {}))
    return "".join(option(*pair) for pair in options.items())


def smtp_lines(world, service, certs):
    for address in world["addresses"](service["host"]):
        at = f"[{address}]" if ":" in address else address
        yield f"{at}:{service['port']} inet n - n - - smtpd\n" + service_options(service, certs)
    domains = option("virtual_mailbox_domains", service.get("domains", ""))
    backup = option("relay_domains", service.get("relay_domains", ""))
    yield f"rewrite-{service['name']} unix - - n - - trivial-rewrite\n{domains}{backup}"


def write_postfix(world, directory, certs, auth):
    for name in QUEUE:
        owned(directory / "queue" / name, "postfix", 0o700)
    owned(directory / "queue" / "private", "postfix", 0o700)
    owned(directory / "queue" / "public", "postfix", 0o710)
    owned(directory / "queue" / "maildrop", "postfix", 0o730)
    owned(directory / "queue" / "pid", "root", 0o755)
    owned(directory / "data", "postfix", 0o700)
    (directory / "main.cf").write_text(MAIN.format(dir=directory, auth=auth))
    lines = MASTER
    for service in world["smtp"].values():
        lines += "".join(smtp_lines(world, service, certs))
    (directory / "master.cf").write_text(lines)
    (directory / "mailboxes").write_text("".join(f"{user} ok\n" for user in world["mailboxes"]))
    (directory / "log").touch()
    for name in ("main.cf", "master.cf", "mailboxes"):
        # Postfix reads a file that was just written again and again, 0.3 s apart, until its date is in the past.
        os.utime(directory / name, (0, 0))
    return ["/usr/lib/postfix/sbin/master", "-d", "-c", str(directory)]


# --- Dovecot ---

DOVECOT = """base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap pop3
listen = {first}
default_internal_user = dovecot
default_login_user = dovenull
default_internal_group = dovecot
mail_location = maildir:{dir}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_cache_size = 0
ssl_cert = <{cert}/public.pem
ssl_key = <{cert}/key.pem
passdb {{
{passdb}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail/%u
}}
service auth {{
  unix_listener {auth} {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-reader {{
    mode = 0666
  }}
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{logins}{locals}{extra}
"""
PASSDB = "  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {dir}/users"
# fmt: off
#   name    protocol  port  TLS from the first byte
RETRIEVAL = {
    "imap":  ("imap", 143, False),
    "imaps": ("imap", 993, True),
    "pop3":  ("pop3", 110, False),
    "pop3s": ("pop3", 995, True),
}
# fmt: on
MESSAGE = """Return-Path: <bob@example.com>
From: Bob <bob@example.com>
To: {user}
Subject: hello
Date: Mon, 2 Nov 2026 09:00:00 +0000
Message-ID: <1@example.com>

Hello.
"""


def listeners(world, protocol):
    """The inet_listener blocks of one protocol over all hosts."""
    # Dovecot's own listeners are turned off: only what the scenario names is open.
    blocks = f"  inet_listener {protocol} {{\n    port = 0\n  }}\n  inet_listener {protocol}s {{\n    port = 0\n  }}\n"
    for name, service in world["retrieval"].items():
        for kind in service["services"]:
            proto, port, tls = RETRIEVAL[kind]
            if proto != protocol:
                continue
            where = " ".join(world["addresses"](service["host"]))
            port = service.get("ports", {}).get(kind, port)
            blocks += f"  inet_listener {name}-{kind} {{\n    address = {where}\n    port = {port}\n"
            blocks += "    ssl = yes\n  }\n" if tls else "  }\n"
    return f"service {protocol}-login {{\n  process_limit = 20\n  service_count = 0\n{blocks}}}\n"


def local_certs(world, certs):
    for service in world["retrieval"].values():
        for address in world["addresses"](service["host"]):
            cert = certs[service["cert"]]
            extra = "".join(f"  {line}\n" for line in service.get("options", []))
            yield f"local {address} {{\n  ssl_cert = <{cert}/public.pem\n  ssl_key = <{cert}/key.pem\n{extra}}}\n"


def write_mailbox(directory, user):
    for folder in ("", ".Sent", ".Junk"):
        for part in ("cur", "new", "tmp"):
            (directory / folder / part).mkdir(parents=True, exist_ok=True)
    (directory / "new" / "1761987600.1.lab").write_text(MESSAGE.format(user=user))


def write_dovecot(world, directory, certs, auth):
    mailroot = directory / "mail"
    for user in world["user"].values():
        write_mailbox(mailroot / user["address"], user["address"])
    mailroot.mkdir(exist_ok=True)
    for path in [mailroot, *mailroot.rglob("*")]:
        shutil.chown(path, "mail", "mail")
    users = "".join(f"{u.get('login', u['address'])}:{{PLAIN}}{u['password']}::::::{u.get('extra', '')}\n"
                    for u in world["user"].values())
    (directory / "users").write_text(users)
    shutil.chown(directory / "users", "dovecot", "dovecot")
    logins = listeners(world, "imap") + listeners(world, "pop3")
    settings = world["dovecot"]
    conf = DOVECOT.format(dir=directory, auth=auth, first=world["addresses"]("control")[0], logins=logins,
                          cert=certs[settings["cert"]], locals="".join(local_certs(world, certs)),
                          passdb=settings.get("passdb", PASSDB.format(dir=directory)),
                          mechanisms=settings.get("mechanisms", "plain login"),
                          extra="\n".join(settings.get("options", [])))
    (directory / "dovecot.conf").write_text(conf)
    return ["/usr/sbin/dovecot", "-F", "-c", str(directory / "dovecot.conf")]


def open_ports(world):
    """(host, port) of everything that Postfix and Dovecot should be listening on."""
    for service in world["smtp"].values():
        yield service["host"], service["port"]
    for service in world["retrieval"].values():
        for kind in service["services"]:
            yield service["host"], service.get("ports", {}).get(kind, RETRIEVAL[kind][1])


def write_password(path, text):
    Path(path).write_text(text + "\n")
    Path(path).chmod(0o600)
