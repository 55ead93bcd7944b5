"""Says whether a domain's mail is healthy, by its own plain means (dig, ssl, smtplib): the proof of the healthy
set-ups. Knows nothing of the program under test, and judges only what a healthy lab must have.

    well DOMAIN USER PASSWORD-FILE     prints every flaw, then `all well` or `N flaws`"""

import hashlib
import imaplib
import poplib
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import urllib.request

STRICT = ssl.create_default_context()
HELLO = "desk.example.net"
FLAWS = []


def flaw(about, what):
    FLAWS.append((about, what))
    print(f"{about}: {what}")


def dig(name, kind, *more):
    out = subprocess.run(["dig", "+short", "+time=2", *more, name, kind], capture_output=True, text=True).stdout
    return [line for line in out.splitlines() if not line.startswith(";")]


def texts(name, start):
    found = ["".join(re.findall(r'"([^"]*)"', line)) for line in dig(name, "TXT")]
    found = [text for text in found if text.startswith(start)]
    if len(found) != 1:
        flaw(name, f"{len(found)} records that begin with {start}")
    return found[0] if found else ""


def addresses(host):
    return dig(host, "A") + dig(host, "AAAA")


def check_names(domain):
    for server in dig(domain, "NS"):
        for address in addresses(server):
            serial = dig(domain, "SOA", "+norec", "@" + address)
            if not serial:
                flaw(server, f"does not serve {domain}")


def check_reverse(host):
    for address in addresses(host):
        names = dig_reverse(address)
        if [host.rstrip(".")] != [n.rstrip(".") for n in names]:
            flaw(address, f"reverse names {names}, not {host}")


def dig_reverse(address):
    return subprocess.run(["dig", "+short", "-x", address], capture_output=True, text=True).stdout.split()


def talk_smtp(host, address, port):
    """An SMTP session inside verified TLS."""
    session = smtplib.SMTP_SSL(context=STRICT, timeout=20) if port == 465 else smtplib.SMTP(timeout=20)
    session._host = host  # the name to verify, while the address is dialled
    code, words = session.connect(address, port)
    if code != 220 or not words.decode().startswith(host):
        flaw(host, f"greets with {code} {words}")
    session.ehlo(HELLO)
    if port != 465:
        if "auth" in session.esmtp_features:
            flaw(f"{host}:{port}", "AUTH before TLS")
        session.starttls(context=STRICT)
        session.ehlo(HELLO)
    return session


def check_mx(domain, user):
    patterns = policy_hosts(domain)
    for line in dig(domain, "MX"):
        host = line.split()[1].rstrip(".")
        if host not in patterns:
            flaw(host, f"not among the MTA-STS hosts {patterns}")
        for address in addresses(host) or [flaw(host, "has no address")]:
            session = talk_smtp(host, address, 25)
            check_tlsa(host, session.sock)
            session.mail("bob@example.com")
            codes = [session.rcpt(r)[0] for r in (user, f"nobody-such@{domain}", "someone@elsewhere.example.net")]
            if codes[0] != 250 or codes[1] // 100 != 5 or codes[2] // 100 != 5:
                flaw(host, f"RCPT of user, stranger and relay: {codes}")
            session.quit()
        check_reverse(host)


def check_tlsa(host, sock):
    records = dig(f"_25._tcp.{host}", "TLSA")
    if not records:
        return
    der = sock.getpeercert(True)
    key = subprocess.run("openssl x509 -inform DER -pubkey -noout | openssl pkey -pubin -outform DER", shell=True,
                         input=der, capture_output=True).stdout
    if "311" + hashlib.sha256(key).hexdigest() != re.sub(r"\s", "", records[0]).lower():
        flaw(host, "its key is not the one of the TLSA record")


def policy_hosts(domain):
    texts(f"_mta-sts.{domain}", "v=STSv1")
    with urllib.request.urlopen(f"https://mta-sts.{domain}/.well-known/mta-sts.txt", timeout=5) as answer:
        policy = answer.read().decode()
    if "mode: enforce" not in policy:
        flaw(domain, "MTA-STS is not enforced")
    return re.findall(r"mx: (\S+)", policy)


def check_imap(host, port, user, password):
    session = imaplib.IMAP4_SSL(host, port, ssl_context=STRICT) if port == 993 else imaplib.IMAP4(host, port)
    if port != 993:
        if "LOGINDISABLED" not in session.capabilities:
            flaw(f"{host}:{port}", "login before TLS")
        session.starttls(STRICT)
    session.login(user, password)
    if session.select("INBOX", True)[0] != "OK":
        flaw(host, "INBOX does not open")
    session.logout()


def check_pop3(host, port, user, password):
    session = poplib.POP3_SSL(host, port, context=STRICT) if port == 995 else poplib.POP3(host, port)
    if port != 995:
        session.stls(STRICT)
    session.user(user)
    session.pass_(password)
    session.stat()
    session.quit()


def check_submission(host, port, user, password):
    for address in addresses(host):
        session = talk_smtp(host, address, port)
        session.login(user, password)
        if session.mail(user)[0] != 250 or session.rcpt("bob@example.com")[0] != 250:
            flaw(f"{host}:{port}", "does not take the user's mail")
        session.quit()


CHECKS = {"imap": check_imap, "imaps": check_imap, "pop3": check_pop3, "pop3s": check_pop3,
          "submission": check_submission, "submissions": check_submission}


def check_services(domain, user, password):
    published = set()
    for name, check in CHECKS.items():
        for line in dig(f"_{name}._tcp.{domain}", "SRV"):
            _, _, port, host = line.split()
            if host != ".":
                published.add((host.rstrip("."), int(port)))
                check(host.rstrip("."), int(port), user, password)
    with urllib.request.urlopen(f"https://autoconfig.{domain}/mail/config-v1.1.xml", timeout=5) as answer:
        listed = {(h, int(p)) for h, p in re.findall(r"<hostname>(.*?)</hostname><port>(\d+)<", answer.read().decode())}
    if not published or listed != published:
        flaw(domain, f"SRV says {sorted(published)}, autoconfig {sorted(listed)}")


def check_policies(domain):
    if not texts(domain, "v=spf1").endswith("-all"):
        flaw(domain, "SPF does not end in -all")
    if "p=reject" not in texts(f"_dmarc.{domain}", "v=DMARC1"):
        flaw(domain, "DMARC does not reject")
    texts(f"s1._domainkey.{domain}", "v=DKIM1")
    texts(f"_smtp._tls.{domain}", "v=TLSRPTv1")


def main(domain, user, password_file):
    password = open(password_file, encoding="utf-8").read().strip()
    socket.setdefaulttimeout(10)
    for check, arguments in ((check_names, (domain,)), (check_mx, (domain, user)), (check_policies, (domain,)),
                             (check_services, (domain, user, password))):
        try:
            check(*arguments)
        except Exception as trouble:  # any surprise is a flaw of the network, to be told and not to end the look
            flaw(check.__name__, f"{type(trouble).__name__}: {trouble}")
    print(f"{len(FLAWS)} flaws" if FLAWS else "all well")


if __name__ == "__main__":
    main(*sys.argv[1:])
