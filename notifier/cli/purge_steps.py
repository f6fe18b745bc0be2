"""Forgetting in small steps, so that the daemon never waits for us, and Ctrl-C does no harm."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

from notifier.cli.common import change
from notifier.cli.purge_plan import Plan, told
from notifier.clock import Clock
from notifier.config import Config
from notifier.store.database import Connection, Database
from notifier.store.purge import BATCH, Amount

FIRST, SMALLEST = 100, 10
"""Rows of each kind in one transaction."""

LONG, SHORT = 0.05, 0.02
"""Seconds of a transaction beyond which the next one does half, and below which it does twice as much."""

LONGEST_REST = 0.2
"""Seconds between two transactions, for others to write: as long as the last one took, but no longer."""


@dataclass
class Progress:
    """How far it came."""

    gone: Amount = field(default_factory=Amount)
    was_interrupted: bool = False

    def said(self) -> str:
        """In words."""
        return f"forgotten: {told(self.gone)}"

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {"gone": asdict(self.gone), "interrupted": self.was_interrupted}


def carry_out(config: Config, plan: Plan, progress: Progress, clock: Clock) -> None:
    """Forget all that is planned, or as much as there is time for until Ctrl-C.

    Raises:
        StoreError: it can't be written; `progress` has what is gone.
    """

    async def steps(database: Database) -> None:
        start, batch, is_last = 0, FIRST, False
        while not is_last:
            began = clock.monotonic()
            is_last = await _step(database, plan, progress, start, batch)
            advance(progress.gone)
            start += batch
            took = clock.monotonic() - began
            batch = next_batch(batch, took)
            await clock.sleep(min(took, LONGEST_REST))
        if plan.is_for_good:
            await database.empty_log()

    with _bar(plan.amount) as advance:
        try:
            change(config, steps)
        except KeyboardInterrupt:
            progress.was_interrupted = True


def next_batch(batch: int, seconds: float) -> int:
    """How many rows of each kind to forget next, where so many took so long."""
    if seconds > LONG:
        return max(SMALLEST, batch // 2)
    return min(BATCH, batch * 2) if seconds < SHORT else batch


async def _step(database: Database, plan: Plan, progress: Progress, start: int, batch: int) -> bool:
    done: list[Amount] = []

    def work(connection: Connection) -> bool:
        step = plan.step(connection, start, batch)
        done.append(step.gone)
        return step.is_last

    def committed() -> None:
        # On the store's thread: what was forgotten counts, even where nobody waits for it any more.
        progress.gone += done[0]

    return await database.write(work, committed)


@contextlib.contextmanager
def _bar(wanted: Amount) -> Iterator[Callable[[Amount], None]]:
    """A bar on a terminal, beside what is printed; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    with RichProgress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("forgetting", total=sum(asdict(wanted).values()))
        yield lambda gone: shown.update(task, completed=sum(asdict(gone).values()))
