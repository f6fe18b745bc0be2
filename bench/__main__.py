"""`python -m bench [--full] [month]`: all figures, one after another, or those of the month only."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import decisions, durable, idle_poll, latency, retention, start, summaries
from bench.month import run as month
from bench.report import Row, machine, table

MONTH = "a month"

ROOT = Path(__file__).parents[1]


def _steps(disk: Path, *, full: bool) -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    # What is small first: what comes later leaves its memory to the others.
    yield "start and memory", lambda: start.figures(disk)
    yield "latency", lambda: latency.figures(disk)
    yield "bursts", lambda: summaries.figures(disk)
    yield "idle polls", lambda: idle_poll.figures(disk, full=full)
    yield "rule decisions", decisions.figures
    yield "durable intake", lambda: durable.figures(disk)
    yield "retention", lambda: retention.figures(disk)
    yield MONTH, lambda: month.figures(disk)


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="also with ten million stored calls: takes minutes"
    )
    parser.add_argument("only", nargs="?", choices=["month"], help="only the simulated month")
    asked = parser.parse_args()
    full: bool = asked.full
    print(*machine(), sep="\n", flush=True)
    rows: list[Row] = []
    # Beside the code, so that it is the disk and not a file system in memory that is measured.
    with TemporaryDirectory(prefix=".bench-", dir=ROOT) as folder:
        for name, figures in _steps(Path(folder), full=full):
            if asked.only == "month" and name != MONTH:
                continue
            print(f"  measuring {name} …", flush=True)
            rows += figures()
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"load average after: {load}\n\n{table(rows)}")


main()
