"""`run` and `once`."""

import asyncio
import os
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog
import typer

from notifier.cli.common import ConfigOption, config_file
from notifier.cli.show import complain, counted
from notifier.clock import SystemClock
from notifier.config import load
from notifier.errors import NotifierError
from notifier.host import logs

if TYPE_CHECKING:
    from notifier.app import Round  # slow to import, and needed by these commands only

T = TypeVar("T")

LOOKUP = "lookup"

IDLE_THREAD = 0.2
"""Seconds in which a thread that has nothing to do ends."""


def run(config: ConfigOption = None) -> None:
    """Watch TeleCMI and tell people, until stopped. This is what the service runs.

    SIGHUP reads the configuration again; a bad one is refused, and the old one goes on.
    """
    from notifier.app import Host, serve

    path = config_file(config)
    clock = SystemClock()
    host = Host(clock, os.environ, sys.stderr)
    # Until the configuration says otherwise: what structlog does by itself shows local variables.
    logs.configure("info", "auto", sys.stderr, is_terminal=sys.stderr.isatty(), clock=clock)
    guarded(serve(partial(load, path, os.environ), host))
    leave_lookups()


def guarded(main: Coroutine[None, None, T]) -> T:
    """Run it to its end; a fault of ours goes through the log.

    Raises:
        NotifierError: as it was raised.
        typer.Exit: it failed of something else, which was logged.
    """
    try:
        return asyncio.run(_with_lookups(main))
    except NotifierError:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it is logged and the process ends
        # The log keeps secrets and numbers out of the traceback.
        structlog.get_logger("notifier").exception("notifier has failed of a fault of its own")
        raise typer.Exit(1) from None


class Lookups(ThreadPoolExecutor):
    """Where asyncio looks host names up. A look-up can't be interrupted: nobody waits for it at the end."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - as it is there
        super().shutdown(wait=False, cancel_futures=True)


async def _with_lookups(main: Coroutine[None, None, T]) -> T:
    asyncio.get_running_loop().set_default_executor(Lookups(thread_name_prefix=LOOKUP))
    return await main


def leave_lookups(code: int = 0) -> None:
    """End the process here and now where a look-up still hangs: Python would wait for it, for minutes.

    Everything of ours is closed by then; only a name server does not answer.

    Args:
        code: to end with.
    """
    for thread in threading.enumerate():
        if thread.name.startswith(LOOKUP):
            thread.join(IDLE_THREAD)
            if thread.is_alive():
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)


def once(config: ConfigOption = None) -> None:
    """Poll every account once, deliver what is due, and end.

    Ends with 1 where an account could not be read, or something waits or was given up.
    """
    from notifier.app import Host
    from notifier.app import once as one_round

    path = config_file(config)
    host = Host(SystemClock(), os.environ, sys.stderr)
    _report(guarded(one_round(load(path, os.environ), host)))


def _report(result: "Round") -> None:
    for problem in result.problems:
        complain(f"notifier: {problem}")
    if result.waiting:
        wait = "waits" if result.waiting == 1 else "wait"
        waiting = f"{counted(result.waiting, 'notification')} {wait} to be sent"
        complain(f"notifier: {waiting}; `notifier outbox --state waiting` says why")
    if result.dead:
        complain(f"notifier: {result.dead} given up; `notifier outbox --state dead` says why")
    for count, what in ((result.digests_waiting, "not sent yet"), (result.digests_dead, "given up")):
        if count:
            complain(f"notifier: {counted(count, 'digest')} {what}; the log says why")
    if not result.is_good:
        raise typer.Exit(1)
    print(f"done: {counted(result.calls, 'new call')}, nothing waits to be sent")
