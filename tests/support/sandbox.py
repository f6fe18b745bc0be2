"""A TeleCMI look-alike on a free loopback port."""

import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from notifier.sandbox import Book, Sandbox, SandboxCall, Shape, parse_faults

APP_ID = 1111113
SECRET = "sandbox-secret"


@asynccontextmanager
async def running_sandbox(
    now: Callable[[], int],
    *,
    faults: str = "",
    shape: Shape = "documented",
    date_skew: int = 0,
    control: bool = False,
    drip: float = 0.001,
    traffic: Iterable[SandboxCall] = (),
    seed: int = 1,
) -> AsyncIterator[Sandbox]:
    """Start it, hand it over, stop it.

    Args:
        now: UTC ms.
        faults: as `--fail` takes them.
        shape: of the answers.
        date_skew: ms by which the `Date` header is ahead.
        control: with its control endpoint.
        drip: seconds between the bytes of a slow answer.
        traffic: calls that appear with time.
        seed: of all chance; the same seed gives the same ids.
    """
    rng = random.Random(seed)
    sandbox = Sandbox(
        app_id=APP_ID,
        secret=SECRET,
        book=Book(rng, traffic),
        now=now,
        rng=rng,
        faults=parse_faults(faults),
        shape=shape,
        date_skew=date_skew,
        control=control,
        drip=drip,
    )
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()
