"""Real signals, sent to this very process."""

import asyncio
import os
import signal

import pytest

from notifier.host.signals import signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_being_asked_to_end_sets_stop_only(number: signal.Signals) -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    with signals(stop, reload):
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await stop.wait()
    assert not reload.is_set()


async def test_a_hangup_sets_reload_only_and_can_do_so_again() -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    with signals(stop, reload):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
            async with asyncio.timeout(5):
                await reload.wait()
            reload.clear()
    assert not stop.is_set()


async def test_afterwards_the_signals_do_what_python_has_them_do() -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    defaults = [signal.SIG_DFL, signal.default_int_handler, signal.SIG_DFL]
    with signals(asyncio.Event(), asyncio.Event()):
        during = [signal.getsignal(number) for number in numbers]
    after = [signal.getsignal(number) for number in numbers]
    assert after == defaults
    assert all(one != default for one, default in zip(during, defaults, strict=True))


async def test_they_are_given_back_when_what_runs_in_between_fails() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with pytest.raises(ZeroDivisionError), signals(asyncio.Event(), asyncio.Event()):
        _ = 1 / 0
    assert signal.getsignal(signal.SIGHUP) == before
