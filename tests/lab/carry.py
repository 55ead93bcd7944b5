"""Sends a message through alice's submission server and looks for it, by its own plain means: the proof of round trips.

    carry RECIPIENT MAILBOX-PASSWORD-FILE     prints `taken`, then `arrived in FOLDER` with what its header says of DKIM, or
                                              `did not arrive` with what came back to alice"""

import imaplib
import smtplib
import ssl
import sys
import time
import uuid

LIMIT_S = 8
MAILBOX = ("imap.example.com", "friend@example.com")
SENDER = ("mail.example.org", "alice@example.org")
TEXT = "From: <alice@example.org>\r\nTo: <{to}>\r\nSubject: carry\r\nDate: {date}\r\nMessage-ID: <{id}>\r\n\r\nOne line of text.\r\n"


def first_line(path):
    with open(path, encoding="utf-8") as handle:
        return handle.readline().strip()


def send(recipient, ident):
    session = smtplib.SMTP("mail.example.org", 587, timeout=10)
    session.ehlo("desk.example.net")
    session.starttls(context=ssl.create_default_context())
    session.ehlo("desk.example.net")
    session.login(SENDER[1], first_line("/run/lab/client/password"))
    text = TEXT.format(to=recipient, id=ident, date=time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()))
    session.sendmail(SENDER[1], [recipient], text)
    session.quit()


def folders(session):
    return [line.decode().rpartition(" ")[2].strip('"') for line in session.list()[1]]


def find(session, *what):
    """(folder, message) of the first that matches."""
    for folder in folders(session):
        session.select(folder, True)
        numbers = session.search(None, *what)[1][0].split()
        if numbers:
            return folder, session.fetch(numbers[0], "(BODY.PEEK[])")[1][0][1].decode("utf-8", "replace")
    return None


def opened(host, user, password):
    session = imaplib.IMAP4_SSL(host, 993)
    session.login(user, password)
    return session


def bounce():
    found = find(opened(SENDER[0], SENDER[1], first_line("/run/lab/client/password")), "HEADER", "Subject", "Undelivered")
    if not found:
        return "no bounce"
    lines = found[1].replace("\r\n    ", " ").splitlines()
    return "bounce: " + " ".join(line for line in lines if line.startswith("Diagnostic-Code"))


def main(recipient, password_file):
    ident = f"{uuid.uuid4()}@example.org"
    try:
        send(recipient, ident)
    except smtplib.SMTPException as trouble:
        return print("not taken:", trouble)
    print("taken")
    session, end = opened(*MAILBOX, first_line(password_file)), time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if found := find(session, "HEADER", "Message-ID", ident):
            folder, text = found
            said = [line.strip() for line in text.splitlines() if "dkim=" in line]
            return print("arrived in", folder, *(said or ["dkim=none"]))
        if (back := bounce()) != "no bounce":
            break
        time.sleep(0.2)
    return print("did not arrive,", bounce())


if __name__ == "__main__":
    main(*sys.argv[1:])
