"""Signals as events of the running loop."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def signals(stop: asyncio.Event, reload: asyncio.Event) -> Iterator[None]:
    """While this is open, SIGTERM and SIGINT set `stop`, and SIGHUP sets `reload`.

    To be opened by the main thread in a running loop; what the signals did before is back afterwards, as
    far as asyncio allows: their default.
    """
    loop = asyncio.get_running_loop()
    events = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    with ExitStack() as stack:
        for number, event in events.items():
            loop.add_signal_handler(number, event.set)
            stack.callback(loop.remove_signal_handler, number)
        yield
