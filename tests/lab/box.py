"""Namespaces that vanish with the process that made them.

    lab ── keeper ── first process of a new PID, mount and network namespace ── servers, client
    dies    dies with lab (PR_SET_PDEATHSIG)   dies with the keeper; the kernel then ends all the others

Nothing has a name outside: no `ip netns` entry, no mount (the tmpfs over /run is in the private mount namespace),
no file. So kill -9 of lab is enough, and there is no clean-up code that could fail."""

import ctypes
import os
import signal
import subprocess
import sys

NEWNS, NEWUTS, NEWPID, NEWNET = 0x00020000, 0x04000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 4096, 16384, 1 << 18, 2, 4
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags):
    checked(LIBC.unshare(flags), "unshare")


def spaces_of(pid):
    """The network and UTS namespace of a process, held open: they outlive it."""
    return [os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in ("net", "uts")]


def enter(spaces):
    for space in spaces:
        checked(LIBC.setns(space, 0), "setns")


def name_this_machine(name):
    """In the caller's own UTS namespace; else the servers would look up the real machine's name in the lab's DNS."""
    checked(LIBC.sethostname(name.encode(), len(name)), "sethostname")


def mount(source, target, kind, flags, data=None):
    def encoded(word):
        return word.encode() if word else None

    checked(LIBC.mount(encoded(source), encoded(str(target)), encoded(kind), ctypes.c_ulong(flags), encoded(data)),
            f"mount {target}")


def bind(source, target):
    mount(str(source), target, None, MS_BIND | MS_REC)


def die_with_parent(alive):
    """Ends this process when its parent ends; `alive` is a pipe that the parent alone holds open for writing, so
    that a parent that ended before the call is noticed too."""
    checked(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    os.set_blocking(alive, False)
    try:
        gone = os.read(alive, 1) == b""
    except BlockingIOError:
        gone = False
    if gone:
        os._exit(70)


def linked_child(body):
    """Forks; the child runs body() and exits with its result, and never outlives us. Returns its pid."""
    ours, theirs = os.pipe()
    sys.stdout.flush()  # else the child would write it once more
    pid = os.fork()
    if pid:
        os.close(ours)
        # Kept open for as long as this process lives, on purpose.
        os.set_inheritable(theirs, False)
        return pid
    os.close(theirs)
    status = 70
    try:
        die_with_parent(ours)
        status = body()
    except KeyboardInterrupt:
        status = 130
    except BaseException as trouble:  # the child must never return into the parent's code
        print(f"lab: {type(trouble).__name__}: {trouble}", file=sys.stderr)
        if os.environ.get("LAB_TRACE"):
            import traceback
            traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def wait_for(pid):
    """Exit status as a shell gives it."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code if code >= 0 else 128 - code


def first_process(body):
    """What runs as process 1: mounts of its own, then body()."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    mount("lab", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=256m")
    return body()


def keeper(body):
    # Ctrl-C is for the command that runs inside; the keeper only waits.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    unshare(NEWPID | NEWNS | NEWNET | NEWUTS)
    name_this_machine("lab")
    return wait_for(linked_child(lambda: first_process(body)))


def start(body):
    """Runs body() inside a new box; returns the pid to wait for."""
    return linked_child(lambda: keeper(body))


def ip_batch(lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def nft(rules):
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
