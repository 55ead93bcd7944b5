"""A plain-spoken client to prove that a fault is really there: connects, says lines, prints what comes back.

    poke HOST:PORT[/tls] [-4|-6] [LINE…]     a line that ends in ! starts TLS after its answer
    Certificates are not verified; what verification would say is printed as `verify: …`."""

import socket
import ssl
import sys

WAIT_S = 3


def relaxed():
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


def listen(sock):
    """Everything until the server pauses after a whole line; what is lacking then, closed or nothing, in words."""
    sock.settimeout(WAIT_S)
    got = b""
    while not got.endswith(b"\n") or got.splitlines()[-1][3:4] == b"-":
        try:
            more = sock.recv(65536)
        except TimeoutError:
            return got, "(silence)"
        except OSError as trouble:
            return got, f"({trouble.strerror})"
        if not more:
            return got, "(closed)"
        got += more
    return got, ""


def hear(sock):
    got, lack = listen(sock)
    if not show(got) and lack:
        print(lack)


def show(data):
    sys.stdout.write(data.decode("utf-8", "backslashreplace").replace("\r", ""))
    return bool(data)


def verify(host, port, words):
    """Says what a strict client would say of the certificate."""
    try:
        with socket.create_connection((host, port), WAIT_S) as raw:
            for word in words:
                listen(raw)
                raw.sendall(word.rstrip("!").encode() + b"\r\n")
                if word.endswith("!"):
                    listen(raw)
                    break
            with ssl.create_default_context().wrap_socket(raw, server_hostname=host) as sock:
                print("verify: good", sock.version())
    except ssl.SSLError as trouble:
        print("verify:", trouble)
    except OSError as trouble:
        print("verify:", trouble)


def main(arguments):
    family = {"-4": socket.AF_INET, "-6": socket.AF_INET6}.get(arguments[1] if arguments[1:] else "", 0)
    lines = arguments[2:] if family else arguments[1:]
    where, _, mode = arguments[0].partition("/")
    host, _, port = where.rpartition(":")
    try:
        address = socket.getaddrinfo(host, int(port), family, socket.SOCK_STREAM)[0][4]
        sock = socket.create_connection(address[:2], WAIT_S)
    except OSError as trouble:
        return print(f"connect: {trouble}")
    if mode == "tls" or any(line.endswith("!") for line in lines):
        verify(host, int(port), [] if mode == "tls" else lines)
    try:
        if mode == "tls":
            sock = relaxed().wrap_socket(sock, server_hostname=host)
        hear(sock)
        for line in lines:
            print(">", line)
            sock.sendall(line.rstrip("!").encode() + b"\r\n")
            hear(sock)
            if line.endswith("!"):
                sock = relaxed().wrap_socket(sock, server_hostname=host)
    except OSError as trouble:
        print(f"({trouble})")


if __name__ == "__main__":
    main(sys.argv[1:])
