"""Run as the service is, by systemd, in its place: tries what a hardened service must not be able to do.

Says one line for each try that succeeded, and "done". It knows only the standard library.
"""

import ctypes
import mmap
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

STATE = Path(os.environ["STATE_DIRECTORY"])

_NEW_USER = 0x10000000  # CLONE_NEWUSER


def write(folder: str | Path) -> None:
    Path(folder, "probe").write_text("x")


def set_id_bit() -> None:
    file = STATE / "probe"
    file.write_text("x")
    try:
        file.chmod(0o4755)
    finally:
        file.unlink()


def make_namespace() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def see_others() -> None:
    seen = [one for one in Path("/proc").iterdir() if one.name.isdigit()]
    if all(one.stat().st_uid == os.getuid() for one in seen):
        raise OSError("only those of the same user are seen")


def map_memory() -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


TRIES: dict[str, Callable[[], object]] = {
    "write to /etc": lambda: write("/etc"),
    "write to /usr": lambda: write("/usr"),
    "write to /opt/notifier": lambda: write("/opt/notifier"),
    "write to /var": lambda: write("/var"),
    "look into /root": lambda: list(Path("/root").iterdir()),
    "look into a home": lambda: list(Path("/home/somebody").iterdir()),
    "read the file of secrets": lambda: Path("/etc/notifier/secrets.env").read_text(),
    "read the source of a credential": lambda: Path("/etc/notifier/telecmi.secret").read_text(),
    "see other processes": see_others,
    "become root": lambda: os.setuid(0),
    "set a set-user-id bit": set_id_bit,
    "make a namespace": make_namespace,
    "map memory that can be written and executed": map_memory,
    "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "set the host's name": lambda: socket.sethostname("probe"),
    "set the clock": lambda: time.clock_settime_ns(time.CLOCK_REALTIME, time.time_ns()),
    "write a kernel's setting": lambda: Path("/proc/sys/kernel/domainname").write_text("probe"),
    "read the kernel's log": lambda: Path("/dev/kmsg").open().close(),
    "take the highest priority": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
}


def main() -> None:
    """Try it all. What the service may do comes last, and ends this with a failure where it can't."""
    for name, attempt in TRIES.items():
        try:
            attempt()
        except (OSError, ValueError):
            continue
        sys.stdout.write(f"could {name}\n")
    write(STATE)
    sys.stdout.write(f"done after {len(TRIES)}\n")


main()
