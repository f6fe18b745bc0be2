"""Digests: each was due when its schedule says, and its figures are those that the facts give."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from bench.month.account import Account
from bench.month.books import Books
from bench.month.known import Known
from bench.month.office import day_of, staff
from bench.month.script import Lived
from bench.month.size import DAY, HOUR, MINUTE, Size
from notifier.model import DigestReport

_TEAMS = {one.agent: one.team for one in staff()}
_PHONES = frozenset(one.phone for one in staff() if one.phone)
_TARGETS = {"evening": 3, "week": 2}
"""A room and two addresses; two addresses."""


@dataclass(frozen=True)
class Reports:
    """Compares them."""

    lived: Lived
    books: Books
    known: Known
    account: Account

    def compare(self) -> None:
        """None is missing, and all that could be read back say what is so."""
        written: dict[tuple[str, int], int] = defaultdict(int)
        for row in self.books.digests:
            written[row.name, row.due_at] += 1
        for due in _due(self.lived.size):
            self.account.expect("digests due", f"{due}", written.pop(due, 0), _TARGETS[due[0]])
        for left in written:
            self.account.complain("digests that were not due", f"{left}")
        for arrived in self.lived.journal.arrived:
            if arrived.report is not None:
                self._figures(arrived.report)

    def _figures(self, report: DigestReport) -> None:
        figures = report.figures
        told = (figures.calls, figures.agent_legs, figures.customers.missed, figures.customers.reached)
        counted, took = self._counted(report)
        what = f"{report.name} until {report.until}"
        self.account.expect("figures of digests", what, told, counted)
        typical = round(median(took)) if took else None
        if typical is None or figures.customers.median is None or abs(typical - figures.customers.median) > 1:
            self.account.expect("medians of digests", what, figures.customers.median, typical)
        self.account.count("digests compared", report.name, "reports")

    def _counted(self, report: DigestReport) -> tuple[tuple[int, int, int, int], list[int]]:
        """Calls, those that rang agents only, customers, how many were reached; how long that took, ms."""
        missed: dict[str, list[int]] = defaultdict(list)
        for one in self.known.missed:
            fact = one.fact
            is_its = report.since <= fact.placed_at < report.until and one.stored.stored_at <= report.now
            is_about = not report.teams or _TEAMS[fact.agent] in report.teams
            if (
                is_its
                and is_about
                and all(near.stored.stored_at > report.now for near in self.known.near(one))
            ):
                missed[fact.customer].append(fact.placed_at)
        legs = sum(len(missed.pop(phone, ())) for phone in _PHONES)
        took = [span for customer, times in missed.items() for span in self._took(customer, times, report)]
        return (sum(map(len, missed.values())), legs, len(missed), len(took)), took

    def _took(self, customer: str, times: list[int], report: DigestReport) -> Iterator[int]:
        newest = max(times)
        answers = [
            one.fact.placed_at
            for one in self.known.after(customer, report.since)
            if one.stored.stored_at <= report.now and one.fact.placed_at <= report.now
        ]
        later = [at for at in answers if at >= newest]
        if later:
            before = max((at for at in answers if at < newest), default=0)
            yield later[0] - min(at for at in times if at > before)


def _due(size: Size) -> Iterator[tuple[str, int]]:
    for number in range(size.days):
        midnight = size.begin + number * DAY
        day = day_of(size.begin) + timedelta(days=number)
        if day.weekday() < 6:
            yield "evening", midnight + 18 * HOUR + 45 * MINUTE
        if day.weekday() == 0:
            yield "week", midnight + 9 * HOUR + 5 * MINUTE
