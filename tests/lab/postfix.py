"""Postfix: one smtpd service (or postscreen before one) for each address and port. Most worlds need one instance, which
throws away what it takes; where mail is to travel, each server on its way is an instance of its own."""

import os
import pwd

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
postscreen_greet_action = enforce
postscreen_upstream_proxy_protocol =
"""

# Postfix's own services, as small as they come.
MASTER = """tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
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
    return options


def inet_lines(service, at, options):
    """What listens at one address. The log names a connection by the place that it came to (syslog_name)."""
    options = {"syslog_name": f"{at}:{service['port']}", **options}
    words = "".join(option(*pair) for pair in options.items())
    if not service.get("screen"):
        return f"{at}:{service['port']} inet n - n - - smtpd\n{words}"
    inner = f"pass-{service['name']}-{'6' if ':' in at else '4'}"
    cache = f"btree:$data_directory/{inner}"
    screen = {**options, "smtpd_service_name": inner, "tlsproxy_service_name": f"tls-{inner}", "postscreen_cache_map": cache,
              **service["screen"]}
    return (f"{at}:{service['port']} inet n - n - 1 postscreen\n" + "".join(option(*pair) for pair in screen.items())
            + f"{inner} pass - - n - - smtpd\n{words}tls-{inner} unix - - n - 0 tlsproxy\n{words}")


def smtp_lines(world, service, certs):
    options = service_options(service, certs)
    for address in world["addresses"](service["host"]):
        yield inet_lines(service, f"[{address}]" if ":" in address else address, options)
    domains = option("virtual_mailbox_domains", service.get("domains", ""))
    backup = option("relay_domains", service.get("relay_domains", ""))
    yield f"rewrite-{service['name']} unix - - n - - trivial-rewrite\n{domains}{backup}"


def instances(world):
    """{name: its own settings} of every instance that a service wants."""
    wanted = sorted({service.get("instance", "postfix") for service in world["smtp"].values()})
    return {name: world["postfix"].get(name, {}) for name in wanted}


def write_queue(directory):
    for name in QUEUE:
        owned(directory / "queue" / name, "postfix", 0o700)
    owned(directory / "queue" / "private", "postfix", 0o700)
    owned(directory / "queue" / "public", "postfix", 0o710)
    owned(directory / "queue" / "maildrop", "postfix", 0o730)
    owned(directory / "queue" / "pid", "root", 0o755)
    owned(directory / "data", "postfix", 0o700)


def main_file(settings, **places):
    """MAIN with the settings in the places of its own lines of the same name."""
    lines = [line for line in MAIN.format(**places).splitlines() if line.split(" ")[0] not in settings]
    return "\n".join(lines + [f"{key} = {spaced(value)}" for key, value in settings.items()]) + "\n"


def write_instance(world, name, settings, directory, certs, auth):
    """Files of one instance; returns its command."""
    write_queue(directory)
    lines = MASTER
    for service in world["smtp"].values():
        if service.get("instance", "postfix") == name:
            lines += "".join(smtp_lines(world, service, certs))
    if any(service.get("screen") for service in world["smtp"].values()):
        lines += "dnsblog unix - - n - 0 dnsblog\n"
    lines += "".join(line + "\n" for line in world["services"].get(name, []))
    files = {"main.cf": main_file(settings, dir=directory, auth=auth), "master.cf": lines,
             "mailboxes": "".join(f"{user} ok\n" for user in world["mailboxes"])}
    (directory / "log").touch()
    for file, text in files.items():
        (directory / file).write_text(text)
        # Postfix reads a file that was just written again and again, 0.3 s apart, until its date is in the past.
        os.utime(directory / file, (0, 0))
    return ["/usr/lib/postfix/sbin/master", "-d", "-c", str(directory)]


def open_ports(world):
    for service in world["smtp"].values():
        yield service["host"], service["port"]
