"""Has a message signed by a milter of the scenario, as a mail server would: the message on standard input (LF ends its lines), the signed one on standard output.

    sign NAME <plain >signed        NAME is that of the scenario's opendkim.NAME"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "suites"))
import milter  # noqa: E402


def main(name):
    message = sys.stdin.buffer.read().decode("latin-1").lstrip("\n").replace("\n", "\r\n")
    sys.stdout.buffer.write(milter.signed(f"/run/lab/opendkim-{name}/socket", message).encode("latin-1"))


if __name__ == "__main__":
    main(sys.argv[1])
