"""`notifier run` and `notifier once` with a clock that is as wrong as a file says.

`python -m tests.fault.jumping run --config FILE`. Everything else is as in the real command: the clock is an
argument of what runs it.
"""

import os
import sys
from functools import partial
from pathlib import Path

from notifier.app import Host, once, serve
from notifier.cli.daemon import guarded
from notifier.cli.main import main
from notifier.clock import SystemClock
from notifier.config import load
from notifier.host import logs

OFFSET = "NOTIFIER_TEST_CLOCK"
"""Names the file that holds by how many ms the clock is ahead."""


class WrongClock(SystemClock):
    """Ahead of the true time, or behind it, by what the file says at each moment."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> int:
        return super().now() + int(self._file.read_text() or "0")


def run(config: Path, environ: dict[str, str]) -> None:
    """As `notifier run`, by this clock."""
    clock = WrongClock(Path(environ[OFFSET]))
    logs.configure("info", "auto", sys.stderr, is_terminal=False, clock=clock)
    guarded(serve(partial(load, config, environ), Host(clock, environ, sys.stderr)))


def look_once(config: Path, environ: dict[str, str]) -> int:
    """As `notifier once`, by this clock; returns the exit code."""
    clock = WrongClock(Path(environ[OFFSET]))
    result = guarded(once(load(config, environ), Host(clock, environ, sys.stderr)))
    return 0 if result.is_good else 1


if __name__ == "__main__":
    if sys.argv[1] == "run":
        run(Path(sys.argv[3]), dict(os.environ))
    elif sys.argv[1] == "once":
        sys.exit(look_once(Path(sys.argv[3]), dict(os.environ)))
    else:
        main()
