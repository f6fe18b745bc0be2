"""Lives through the month in a process of its own, so that its memory is its own, and audits it."""

import io
import multiprocessing
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.month.audit import audit
from bench.month.clock import VirtualClock
from bench.month.script import live
from bench.month.size import MONTH, Size
from bench.month.table import text
from bench.month.traffic import traffic
from bench.report import Row, per_second
from notifier.host import logs


def figures(disk: Path) -> list[Row]:
    """How fast a month passes; the account is printed.

    Args:
        disk: a folder on the disk that is measured.

    Raises:
        SystemExit: something of the month is not accounted for.
    """
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory(dir=disk) as folder, ProcessPoolExecutor(1, mp_context=context) as pool:
        rows, account, is_good = pool.submit(_measure, MONTH, Path(folder) / "notifier.db").result()
    print(f"\n{account}\n", flush=True)
    if not is_good:
        sys.exit("the month is not accounted for")
    return rows


def _measure(size: Size, store: Path) -> tuple[list[Row], str, bool]:
    logs.configure("error", "json", io.StringIO(), is_terminal=False, clock=VirtualClock(size.begin))
    facts = traffic(size)
    before = _megabytes()
    began = perf_counter()
    lived = live(size, facts, store)
    seconds, peak = perf_counter() - began, _megabytes()
    megabytes = sum(one.stat().st_size for one in store.parent.iterdir()) / 1e6
    account = audit(lived)
    told = f"{len(lived.journal.arrived):,} messages, {sum(lived.journal.edits.values()):,} edits"
    days = f"{size.days} days"
    rows = [
        Row(f"{days} on a virtual clock, {len(facts):,} calls, {told}", f"{seconds:.0f} s"),
        Row("  calls a second", per_second(len(facts) / seconds)),
        Row("  reads of TeleCMI's lists, and requests", f"{len(lived.polls):,}, {lived.requests:,}"),
        Row("  peak memory; before it began, with all calls to come", f"{peak:.0f} MB; {before:.0f} MB"),
        Row("  store at the end", f"{megabytes:.0f} MB"),
        Row("  unaccounted", f"{account.unaccounted}", budget="0"),
    ]
    return rows, text(account), account.unaccounted == 0


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
