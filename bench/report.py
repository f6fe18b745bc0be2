"""The figures as one table, with what they depend on: versions, the machine, and how busy it is."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    spread: str = ""  # the least and the most of the repeats
    budget: str = ""
    aim: str = ""


HEAD = Row("what", "measured", "spread", "budget", "aim")


def row(
    what: str,
    values: Sequence[float],
    shown: Callable[[float], str],
    *,
    budget: str = "",
    aim: str = "",
) -> Row:
    """A line from repeats: their median, their least and most.

    Args:
        what: was measured.
        values: one per repeat.
        shown: a value as text, with its unit.
        budget: what it must keep to.
        aim: what it should reach.
    """
    spread = f"{shown(min(values))} to {shown(max(values))}" if len(values) > 1 else ""
    return Row(what, shown(statistics.median(values)), spread, budget, aim)


def per_second(value: float) -> str:
    return f"{value:,.0f}/s"


def times(value: float) -> str:
    return f"{value:.1f} x"


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def machine() -> list[str]:
    """What the figures depend on."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    versions = (
        f"notifier {version('notifier')}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        f"SQLAlchemy {version('sqlalchemy')}",
        f"{platform.system()} {platform.release()}",
    )
    return [", ".join(versions), f"{_cpu()}, {os.cpu_count()} cores; load average before: {load}"]


def table(rows: Iterable[Row]) -> str:
    """The table, its columns aligned."""
    lines: list[tuple[str, ...]] = [
        (one.what, one.budget, one.aim, one.measured, one.spread) for one in (HEAD, *rows)
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown CPU"
    return next((line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line), "CPU")
