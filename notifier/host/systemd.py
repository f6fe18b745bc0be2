"""Talking to systemd: readiness, status and watchdog, as datagrams. No-ops where systemd isn't there.

The protocol: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

_STATUS_CHARACTERS = 300
_SEND_LIMIT = 0.5  # seconds


class Notify:
    """Sends the service manager our state; never raises, whatever became of its socket.

    Args:
        address: of the manager's socket: a path, or a name of the abstract kind after `@`; empty: tell
            nobody.
    """

    def __init__(self, address: str) -> None:
        self._address = _socket_address(address)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The one that `$NOTIFY_SOCKET` names, or one that tells nobody."""
        return cls(environ.get("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        """Started, or done with reloading."""
        self._send("READY=1")

    def reloading(self, monotonic_us: int) -> None:
        """Reloading from now on; `ready()` ends it.

        Args:
            monotonic_us: CLOCK_MONOTONIC in microseconds, by which systemd tells one reload from another.
        """
        self._send(f"RELOADING=1\nMONOTONIC_USEC={monotonic_us}")

    def stopping(self) -> None:
        """On the way out."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """What `systemctl status` shows; put on one line and cut to 300 characters."""
        # A line break would start another assignment of the protocol.
        line = " ".join(text.split())
        if len(line) > _STATUS_CHARACTERS:
            line = line[: _STATUS_CHARACTERS - 1] + "…"
        self._send(f"STATUS={line}")

    def watchdog(self) -> None:
        """Still at work. To be sent because work was done, not because time passed."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            # Waits where the manager is behind, since a lost READY=1 would fail the start, but not for long.
            sender.settimeout(_SEND_LIMIT)
            sender.sendto(message.encode(errors="replace"), self._address)


def watchdog_interval(environ: Mapping[str, str]) -> float | None:
    """How often systemd wants to hear from us: half of its limit.

    Returns:
        Seconds, or None where no watchdog runs or it watches another process.
    """
    try:
        limit = int(environ["WATCHDOG_USEC"])
        watched = int(environ.get("WATCHDOG_PID") or os.getpid())
    except (KeyError, ValueError):
        return None
    return limit / 2_000_000 if limit > 0 and watched == os.getpid() else None


def _socket_address(address: str) -> bytes | None:
    raw = os.fsencode(address)
    if raw.startswith(b"@"):
        return b"\0" + raw[1:]
    return raw if raw.startswith(b"/") else None
