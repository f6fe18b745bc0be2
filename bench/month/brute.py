"""The same once more, by plain counting over the facts: who was reached, how soon, what became due before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bench.month.account import Account
from bench.month.books import Alerted, Books
from bench.month.known import NEAR, Entry, Known
from bench.month.office import day_of, is_working_day
from bench.month.script import DOWNTIME, Lived
from bench.month.setting import NOT_REACHED
from bench.month.size import DAY, HOUR, MINUTE
from bench.month.tellings import SOON

_BY_HAND = frozenset({"acknowledged", "snoozed", "resolved", "reopened", "woke"})
_STEPS = (45 * MINUTE, 4 * HOUR)
_STEPS_AFTER_RELOAD = (30 * MINUTE, 4 * HOUR)


@dataclass(frozen=True)
class Brute:
    """Compares how customers' alerts lived with what the facts alone say."""

    lived: Lived
    books: Books
    known: Known
    account: Account

    def compare(self) -> None:
        """Of every alert about a customer that nobody touched by hand."""
        self.account.count("by the facts alone", "reached before their wait was over", "alerts", 0)
        for alert in self.books.alerts.values():
            story = self.books.stories.get(alert.id, ())
            if not alert.customer or any(told.kind in _BY_HAND for told in story):
                continue
            self._reached(alert)
            if alert.rule == NOT_REACHED["name"]:
                self._opened(alert)
                self._escalated(alert)

    def _reached(self, alert: Alerted) -> None:
        by = self._reached_by(alert)
        is_before = any(told.kind == "reached_before_wait" for told in self.books.stories.get(alert.id, ()))
        if by is not None and alert.ended_as in {None, "reached"}:
            self.account.expect("reached", f"A{alert.id} ended at", alert.ended_at, by.stored.stored_at)
            was_pending = alert.due_at is not None and alert.opened_at < alert.due_at
            should_be = was_pending and by.stored.stored_at < (alert.due_at or 0)
            if by.stored.stored_at - (alert.due_at or 0) not in range(SOON + DOWNTIME):
                self.account.expect("reached before its wait", f"A{alert.id}", is_before, should_be)
            what = "reached before their wait was over" if is_before else "reached later"
            self.account.count("by the facts alone", what, "alerts")
        elif by is None and alert.ended_as == "reached":
            self.account.complain("reached by nobody", f"A{alert.id}")
        elif by is not None and alert.ended_at is not None and alert.ended_at > by.stored.stored_at:
            self.account.complain("lived on though reached", f"A{alert.id} as {alert.ended_as}")

    def _reached_by(self, alert: Alerted) -> Entry | None:
        """The answered call that reached the customer first, in the order in which they became known."""
        joined = self.known.those(self.books.joined.get(alert.id, ()))
        first = min((one.turn for one in joined), default=2**62)
        coming = [one for one in self.known.after(alert.customer, 0) if one.turn > first]
        for one in sorted(coming, key=lambda one: one.turn):
            last = max(each.fact.placed_at for each in joined if each.turn < one.turn)
            if one.fact.placed_at >= last - NEAR:
                return one
        return None

    def _opened(self, alert: Alerted) -> None:
        """Its wait was over, and it was opened then: not sooner, not later."""
        for told in self.books.stories.get(alert.id, ()):
            if told.kind == "opened" and alert.due_at is not None:
                late = told.at - alert.due_at
                if not 0 <= late <= SOON + DOWNTIME:
                    self.account.complain("opened at the wrong time", f"A{alert.id}, {late} ms late")

    def _escalated(self, alert: Alerted) -> None:
        story = self.books.stories.get(alert.id, ())
        since = next((told.at for told in story if told.kind == "opened"), None)
        end = alert.ended_at or self.lived.size.end
        reload = self.lived.reloaded_at
        if since is None or since < reload < end:
            return  # what a reload changes counts from then
        if any(told.kind == "silenced" for told in story):
            return  # it counts from when somebody heard of it
        steps = _STEPS if since < reload else _STEPS_AFTER_RELOAD
        due = [self._after(since, step) for step in steps]
        if any(abs(at - end) < SOON + DOWNTIME for at in due):
            return
        taken = sum(told.kind == "escalated" for told in story)
        self.account.expect("steps taken", f"A{alert.id}", taken, sum(at < end for at in due))
        self.account.count("by the facts alone", "steps of escalations", "taken", taken)

    def _after(self, start: int, span: int) -> int:
        """When so much time of open offices has passed, UTC ms; beyond the end, where that is so far away."""
        for begin, end in self._office():
            begins = max(begin, start)
            if end - begins >= span:
                return begins + span
            span -= max(0, end - begins)
        return self.lived.size.end + DAY

    def _office(self) -> Iterator[tuple[int, int]]:
        for number in range(self.lived.size.days):
            midnight = self.lived.size.begin + number * DAY
            if is_working_day(day_of(self.lived.size.begin) + timedelta(days=number)):
                yield midnight + 9 * HOUR + 30 * MINUTE, midnight + 13 * HOUR + 30 * MINUTE
                yield midnight + 14 * HOUR, midnight + 18 * HOUR + 30 * MINUTE
