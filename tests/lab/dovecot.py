"""Dovecot: IMAP, POP3, LMTP, ManageSieve, the password check of submission, and the mailboxes themselves."""

import shutil
from pathlib import Path

MAIN = """base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = {protocols}
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
  driver = {userdb}
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    special_use = \\Junk
  }}
  mailbox Sent {{
    special_use = \\Sent
  }}
}}
service auth {{
  unix_listener {auth} {{
    mode = 0666
  }}
}}
# Who asks next does not wait for what another got wrong.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
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
{logins}{locals}{lmtp}{extra}
"""
PASSDB = "  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {dir}/users"
USERDB = "static\n  args = uid=mail gid=mail home={dir}/mail/%u"
# Real delivery, through the user's filter.
LMTP = """service lmtp {{
  unix_listener {dir}/lmtp {{
    mode = 0666
  }}
{listeners}}}
protocol lmtp {{
  mail_plugins = $mail_plugins sieve
  postmaster_address = postmaster@example.org
}}
"""
SIEVE = """plugin {{
  sieve = file:{dir}/sieve/%u;active={dir}/sieve/%u.active
}}
"""
# fmt: off
#   name    protocol  port  TLS from the first byte
RETRIEVAL = {
    "imap":  ("imap", 143, False),
    "imaps": ("imap", 993, True),
    "pop3":  ("pop3", 110, False),
    "pop3s": ("pop3", 995, True),
    "lmtp":  ("lmtp", 24, False),
    "sieve": ("sieve", 4190, False),
}
LOGIN_NAMES = {"imap": "imap", "pop3": "pop3", "sieve": "managesieve"}
# fmt: on
FIRST_MAIL = {"folder": "", "from": "Bob <bob@example.com>", "subject": "hello", "id": "1@example.com"}
MESSAGE = """Return-Path: <bob@example.com>
From: {from}
To: {to}
Subject: {subject}
Date: Mon, 2 Nov 2026 09:00:00 +0000
Message-ID: <{id}>
{headers}
Hello.
"""


def services(world):
    """(name, kind, host, port) of everything that Dovecot serves."""
    for name, service in world["retrieval"].items():
        for kind in service["services"]:
            yield name, kind, service["host"], service.get("ports", {}).get(kind, RETRIEVAL[kind][1])


def listener_blocks(world, protocol):
    for name, kind, host, port in services(world):
        proto, _, tls = RETRIEVAL[kind]
        if proto != protocol:
            continue
        where = " ".join(world["addresses"](host))
        yield f"  inet_listener {name}-{kind} {{\n    address = {where}\n    port = {port}\n{'    ssl = yes' if tls else ''}\n  }}\n"


def logins(world, protocol):
    """The login service of one protocol over all hosts."""
    # Dovecot's own listeners are turned off: only what the scenario names is open.
    blocks = "".join(f"  inet_listener {name} {{\n    port = 0\n  }}\n" for name in (protocol, protocol + "s"))
    blocks += "".join(listener_blocks(world, protocol))
    return f"service {LOGIN_NAMES[protocol]}-login {{\n  process_limit = 20\n  service_count = 0\n{blocks}}}\n"


def local_certs(world, certs):
    for service in world["retrieval"].values():
        for address in world["addresses"](service["host"]):
            cert = certs[service["cert"]]
            extra = "".join(f"  {line}\n" for line in service.get("options", []))
            yield f"local {address} {{\n  ssl_cert = <{cert}/public.pem\n  ssl_key = <{cert}/key.pem\n{extra}}}\n"


# --- mailboxes ---

def write_mail(directory, number, mail, user):
    """One message, as maildir has it: seen ones (or with other flags) are in cur."""
    text = MESSAGE.format(to=user, headers=mail.get("headers", ""), **{k: mail[k] for k in ("from", "subject", "id")})
    text += "filler filler filler filler filler filler filler filler\n" * (mail.get("size", 0) // 56)
    flags = mail.get("flags", "")
    place = directory / ("." + mail["folder"] if mail.get("folder") else "") / ("cur" if flags else "new")
    (place / (f"{1761987600 + number}.{number}.lab" + (f":2,{flags}" if flags else ""))).write_text(text)


def write_mailbox(directory, user):
    for folder in ["", "Sent", "Junk", *user.get("folders", [])]:
        for part in ("cur", "new", "tmp"):
            (directory / ("." + folder if folder else "") / part).mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(user.get("mails", [{}])):
        write_mail(directory, number, {**FIRST_MAIL, **mail}, user["address"])
    folders = user.get("subscribed", ["Sent", "Junk"])
    (directory / "subscriptions").write_text("".join(folder + "\n" for folder in folders))


def write_script(directory, user):
    """The user's filters: `sieve` is the active one, `scripts` are the others, by name."""
    place = directory / user["address"]
    place.mkdir(parents=True)
    for name, text in {**user.get("scripts", {}), **({"main": user["sieve"]} if "sieve" in user else {})}.items():
        (place / f"{name}.sieve").write_text(text)
    if "sieve" in user:
        (directory / f"{user['address']}.active").symlink_to(f"{user['address']}/main.sieve")


def give(path, owner):
    for each in [path, *path.rglob("*")]:
        shutil.chown(each, owner, owner)


def write_users(world, directory):
    for user in world["user"].values():
        write_mailbox(directory / "mail" / user["address"], user)
        write_script(directory / "sieve", user)
    for name in ("mail", "sieve"):
        (directory / name).mkdir(exist_ok=True)
        give(directory / name, "mail")
    users = "".join(f"{u.get('login', u['address'])}:{u.get('scheme', '{PLAIN}')}{u['password']}::::::{u.get('extra', '')}\n"
                    for u in world["user"].values())
    (directory / "users").write_text(users)
    shutil.chown(directory / "users", "dovecot", "dovecot")


# --- the configuration ---

def protocols(world):
    """What to serve; each further protocol costs time at the start."""
    wanted = {RETRIEVAL[kind][0] for _, kind, _, _ in services(world)} | {"imap", "pop3"}
    return wanted | ({"lmtp"} if world["dovecot"].get("lmtp") else set())


def write(world, directory, certs, auth):
    write_users(world, directory)
    settings, wanted = world["dovecot"], protocols(world)
    lmtp = LMTP.format(dir=directory, listeners="".join(listener_blocks(world, "lmtp"))) if "lmtp" in wanted else ""
    lmtp += SIEVE.format(dir=directory) if wanted & {"lmtp", "sieve"} else ""
    conf = MAIN.format(dir=directory, auth=auth, first=world["addresses"]("control")[0], protocols=" ".join(sorted(wanted)),
                       logins="".join(logins(world, protocol) for protocol in LOGIN_NAMES if protocol in wanted),
                       cert=certs[settings["cert"]], locals="".join(local_certs(world, certs)), lmtp=lmtp,
                       passdb=settings.get("passdb", PASSDB.format(dir=directory)),
                       userdb=settings.get("userdb", USERDB.format(dir=directory)),
                       mechanisms=settings.get("mechanisms", "plain login"),
                       extra="\n".join(settings.get("options", [])))
    (directory / "dovecot.conf").write_text(conf)
    return ["/usr/sbin/dovecot", "-F", "-c", str(directory / "dovecot.conf")]


def open_ports(world):
    for _, _, host, port in services(world):
        yield host, port


def sockets(world):
    return ["dovecot/lmtp"] if "lmtp" in protocols(world) and "dovecot" not in world["off"] else []


def write_password(path, text):
    Path(path).write_text(text + "\n")
    Path(path).chmod(0o600)
