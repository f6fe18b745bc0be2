"""Whom each alert should have been told to, by its story, and what became of each row of the outbox."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.month.account import Account
from bench.month.books import Alerted, Books, Row
from bench.month.script import DOWNTIME, Lived
from bench.month.setting import MAILED
from bench.month.size import MINUTE
from notifier.config.rules import Rule

GONE = frozenset({"redirected"})
_NEWS = frozenset({"acknowledged", "snoozed", "woke", "resolved", "reopened", "reached", "ended"})
SOON = 2 * MINUTE
"""ms in which a message is sent that nothing holds, with all that waits before it."""


@dataclass(frozen=True)
class Tellings:
    """Compares what was to be told with the outbox."""

    lived: Lived
    books: Books
    account: Account

    def compare(self) -> None:
        """Each telling has its rows, and each row is of one telling and came to one end."""
        rows: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        before: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in self.books.outbox:
            rows[row.alert][row.kind].append(row)
            # Their order is kept: what is held keeps those that come after it waiting, too.
            line = before[row.alert, row.recipient]
            line.append(row)
            self._outcome(row, line)
        later, at_once = self._levels()
        for alert in self.books.alerts.values():
            self._alert(alert, rows[alert.id], later[alert.id], at_once[alert.id])

    def _levels(self) -> tuple[Counter[int | None], Counter[int | None]]:
        """How often each alert's level was raised after it was opened; and in the same transaction."""
        stored = {call.row: call.stored_at for call in self.books.calls}
        opened = {one.alert: stored[one.call] for one in self.books.decisions if one.reason == "opened"}
        later: Counter[int | None] = Counter()
        at_once: Counter[int | None] = Counter()
        for one in self.books.decisions:
            if one.reason == "level_raised":
                (at_once if stored[one.call] == opened[one.alert] else later)[one.alert] += 1
        return later, at_once

    def _alert(self, alert: Alerted, rows: Mapping[str, Sequence[Row]], later: int, at_once: int) -> None:
        rule = self._rule(alert)
        story = Counter(told.kind for told in self.books.stories.get(alert.id, ()))
        self._life(alert, rule, story)
        # Of what is learnt of late the wait is over before it began.
        was_opened = alert.due_at is None or alert.due_at <= alert.opened_at or story["opened"] > 0
        # What opens and rises at once, since many calls were learnt of together, is told once, to all.
        named = [*rule.notify, *(name for level in rule.levels[:at_once] for name in level.notify)]
        self._first(alert, rule, rows.get("open", ()), named if was_opened else ())
        numbers = len({row.n for row in rows.get("level", ())})
        self.account.expect("higher levels told", f"A{alert.id}", numbers, later)
        self._escalations(alert, rows.get("escalation", ()))
        reminders = len({row.n for row in rows.get("reminder", ())})
        self.account.expect("reminders", f"A{alert.id}", reminders, story["reminded"] + story["woke"])
        self.account.count("repeats", rule.name, "escalations", story["escalated"])
        self.account.count("repeats", rule.name, "reminders", story["reminded"])
        self.account.count("repeats", rule.name, "snoozes over", story["woke"])
        self._updates(alert, [row for kind in rows.values() for row in kind])

    def _life(self, alert: Alerted, rule: Rule, story: Counter[str]) -> None:
        ended = alert.ended_as or f"{alert.state} at the end"
        if story["reached_before_wait"] and alert.ended_as == "reached":
            ended = "reached_before_wait"
        self.account.count("alerts", rule.name, ended)

    def _first(self, alert: Alerted, rule: Rule, rows: Sequence[Row], named: Sequence[str]) -> None:
        """Once to each receiver that is named; to the rule's fallback where the agent has no address."""
        told = Counter(row.receiver for row in rows if row.state not in GONE)
        expected: Counter[str] = Counter()
        for receiver in named:
            expected[_instead(receiver, rows)] += MAILED.get(receiver, 1)
        self.account.expect("first messages", f"A{alert.id} of {rule.name}", told, expected)

    def _escalations(self, alert: Alerted, rows: Sequence[Row]) -> None:
        steps = [told.note for told in self.books.stories.get(alert.id, ()) if told.kind == "escalated"]
        named = [receiver for note in steps for receiver in note.split(", ")]
        expected: Counter[str] = Counter()
        for receiver in named:
            expected[receiver] += MAILED.get(receiver, 1)
        self.account.expect("escalations", f"A{alert.id}", Counter(row.receiver for row in rows), expected)

    def _updates(self, alert: Alerted, rows: Sequence[Row]) -> None:
        """New messages about what is new, where the one before can't be edited."""
        has_news = len(self.books.joined.get(alert.id, ())) > 1 or any(
            told.kind in _NEWS for told in self.books.stories.get(alert.id, ())
        )
        for row in rows:
            before = [one for one in rows if one.recipient == row.recipient and one.kind != "update"]
            can_edit = row.receiver not in MAILED and all(one.batch is None for one in before)
            if row.kind == "update" and (can_edit or not has_news):
                self.account.complain("updates of nothing", f"{row.delivery_id} of A{alert.id}")

    def _outcome(self, row: Row, line: Sequence[Row]) -> None:
        is_held = any(one.gathered_as == "held" for one in line)
        rule = self.books.alerts[row.alert].rule
        outcome = self._became(row, line)
        if row.state == "sent" and not is_held and row.gathered_as is None:
            seconds = ((row.finished_at or 0) - row.created_at) // 1000
            if seconds * 1000 > SOON + DOWNTIME:
                self.account.complain("told late", f"{row.delivery_id} of A{row.alert}: {seconds} s")
        self.account.count("notifications", rule, outcome)
        self.account.count("kinds", row.kind, outcome)
        if is_held:
            self.account.count("held", rule, outcome)

    def _became(self, row: Row, line: Sequence[Row]) -> str:
        match row.state:
            case "sent":
                return "sent alone" if row.batch is None else f"in a summary: {row.gathered_as or 'burst'}"
            case "dropped":
                return f"dropped: {row.reason}"
            case "waiting":
                return self._waits(row, line)
            case "redirected" | "dry_run":
                return row.state
        self.account.complain("rows without an end", f"{row.delivery_id}: {row.state} {row.reason}")
        return row.state

    def _waits(self, row: Row, line: Sequence[Row]) -> str:
        end = self.lived.size.end
        waiting = [one for one in line if one.state == "waiting" and one.gathered_as == "held"]
        if any(one.next_at > end for one in waiting):
            return "held at the end"
        if row.created_at > end - SOON:
            return "due at the end"
        self.account.complain("rows that nothing holds", f"{row.delivery_id} of A{row.alert}: {row.next_at}")
        return "stuck"

    def _rule(self, alert: Alerted) -> Rule:
        # One that a reload removed is in the first configuration.
        found = [rule for config in self.lived.configs for rule in config.rules if rule.name == alert.rule]
        return found[-1]


def _instead(receiver: str, rows: Sequence[Row]) -> str:
    """The fallback, of an agent who has no address."""
    fallbacks = [row.receiver for row in rows if row.via == "fallback"]
    return fallbacks[0] if receiver == "agent" and fallbacks else receiver
