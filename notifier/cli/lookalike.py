"""The look-alike that `sandbox` runs."""

import asyncio
import random
from typing import get_args

import typer

from notifier.clock import SystemClock
from notifier.host.signals import signals
from notifier.sandbox import Book, Chance, Region, Sandbox, parse_faults, traffic

APP_ID = 1111111
HISTORY = 5 * 60_000
"""ms of calls that are there from the start."""

SECRET = "sandbox"  # noqa: S105 - no secret: everybody may read the invented calls


def lookalike(port: int, rate: float, fail: str, extensions: str, *, hostile: bool, reached: float) -> None:
    """Run it until stopped; arguments as of the command.

    Raises:
        typer.BadParameter: one of them can't be used.
    """
    faults, callers = _faults(fail), _extensions(extensions)
    clock = SystemClock()
    rng = random.Random()  # noqa: S311 - invented calls
    start = clock.now() - HISTORY
    calls = traffic(rng, callers, per_minute=rate, start=start, hostile=hostile, reached=reached)
    book = Book(rng, calls)
    server = Sandbox(app_id=APP_ID, secret=SECRET, book=book, now=clock.now, rng=rng, faults=faults)
    asyncio.run(_serve(server, port))


def snippet(server: Sandbox) -> str:
    """The section of a configuration that reads from a look-alike; its second account is a comment."""
    lines = ["telecmi:", "  follow_up: true", "  accounts:"]
    regions: tuple[Region, ...] = get_args(Region)
    for number, region in enumerate(regions):
        lines.append(
            f"    {'# ' if number else ''}- {{name: {region}, region: {region}, app_id: {server.app_id}, "
            f'secret: {server.secret}, base_url: "{server.base_url(region)}"}}'
        )
    return "\n".join(lines)


async def _serve(server: Sandbox, port: int) -> None:
    stop = asyncio.Event()
    with signals(stop, stop):  # a terminal that is closed ends it, too
        try:
            await server.start(port=port)
        except OSError as error:
            what = f"port {port} can't be used ({error.strerror}); try --port 0"
            raise typer.BadParameter(what, param_hint="--port") from None
        print("A TeleCMI look-alike is running. In your configuration:\n")
        print(snippet(server))
        print("\nIt has calls of the last minutes already, and more will come. Ctrl-C ends it.", flush=True)
        await stop.wait()
        await server.stop()


def _extensions(text: str) -> list[str]:
    found = [one.strip() for one in text.split(",") if one.strip()]
    if not found or not all(one.isascii() and one.isdigit() for one in found):
        raise typer.BadParameter("write digits with commas, like 201,202", param_hint="--extensions")
    return found


def _faults(text: str) -> tuple[Chance, ...]:
    try:
        return parse_faults(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fail") from None
