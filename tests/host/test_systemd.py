"""The datagrams are received by a real socket, as systemd would."""

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from notifier.host.systemd import Notify, watchdog_interval

Said = Callable[[], str]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(5)
        yield receiver


@pytest.fixture
def notify(manager: socket.socket) -> Notify:
    return Notify.from_environ({"NOTIFY_SOCKET": manager.getsockname()})


@pytest.fixture
def said(manager: socket.socket) -> Said:
    return lambda: manager.recv(65_536).decode()


def test_each_state_is_one_datagram(notify: Notify, said: Said) -> None:
    notify.ready()
    assert said() == "READY=1"
    notify.watchdog()
    assert said() == "WATCHDOG=1"
    notify.stopping()
    assert said() == "STOPPING=1"


def test_a_reload_says_when_it_began_and_ready_when_it_is_over(notify: Notify, said: Said) -> None:
    notify.reloading(123_456_789)
    notify.ready()
    assert (said(), said()) == ("RELOADING=1\nMONOTONIC_USEC=123456789", "READY=1")


def test_an_abstract_socket_is_reached() -> None:
    name = f"notifier-test-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.settimeout(5)
        Notify.from_environ({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert receiver.recv(100) == b"READY=1"


def test_a_status_can_not_smuggle_in_another_assignment(notify: Notify, said: Said) -> None:
    notify.status("reading\nMAINPID=1\r\n\u2028WATCHDOG=trigger")
    assert said() == "STATUS=reading MAINPID=1 WATCHDOG=trigger"


def test_a_long_status_is_cut(notify: Notify, said: Said) -> None:
    notify.status("x" * 1_000_000)
    assert said() == "STATUS=" + "x" * 299 + "…"


def test_a_status_with_half_a_character_is_sent_all_the_same(notify: Notify, said: Said) -> None:
    notify.status("name \ud83d end")
    assert said() == "STATUS=name ? end"


def test_a_manager_that_went_away_harms_nobody(manager: socket.socket, notify: Notify) -> None:
    os.unlink(manager.getsockname())  # noqa: PTH108 - a socket's name, not a path of ours
    notify.ready()
    notify.status("still here")
    assert not os.path.exists(manager.getsockname())  # noqa: PTH110 - a socket's name, not a path of ours


def test_a_manager_that_reads_nothing_is_not_waited_for_ever(
    manager: socket.socket, notify: Notify, said: Said
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as flood:
        flood.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                flood.sendto(b"busy", manager.getsockname())
    notify.ready()
    assert said() == "busy"


@pytest.mark.parametrize("address", [None, "", "vsock:2:1", "/" * 500])
def test_without_a_manager_nothing_is_sent_and_nothing_fails(
    manager: socket.socket, address: str | None
) -> None:
    Notify.from_environ({} if address is None else {"NOTIFY_SOCKET": address}).ready()
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)


def test_the_watchdog_is_fed_twice_per_limit() -> None:
    assert watchdog_interval({"WATCHDOG_USEC": "30000000"}) == 15.0
    assert watchdog_interval({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}) == 15.0


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-5"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "me"},
    ],
)
def test_no_watchdog_watches_us(environ: dict[str, str]) -> None:
    assert watchdog_interval(environ) is None
