"""Which agent missed which customer how often: what an alert about several of them shows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from notifier.channels.render import numbers
from notifier.channels.render.speech import Speech
from notifier.channels.render.times import moment
from notifier.model import Call, Notification

GLANCE = 6
"""Rows of the table in a Slack message: more is no glance."""


@dataclass(frozen=True, slots=True)
class Row:
    """One customer with one agent. What came from outside is escaped, cut, and on one line."""

    agent: str
    name: str  # of the customer; empty where it is unknown
    number: str
    dial: str  # the same in E.164, where it is a number
    calls: int
    when: str  # of the last of them

    @property
    def whom(self) -> str:
        """The customer: "Suresh, 098123 45678"."""
        return ", ".join(filter(None, (self.name, self.number)))


@dataclass(frozen=True, slots=True)
class Table:
    """Those with most calls first, then the newest; what all rows have in common is no column."""

    columns: tuple[str, ...]
    entries: tuple[Row, ...]
    rows: tuple[tuple[str, ...], ...]  # their cells
    lines: tuple[str, ...]  # each row as a line
    more: int  # calls of the alert that are in none of the rows

    @property
    def rest(self) -> str:
        """Those in words: "and 7 more calls"; empty where there are none."""
        return f"and {self.more} more call{'' if self.more == 1 else 's'}" if self.more else ""


def table(notification: Notification, speech: Speech, most: int) -> Table | None:
    """Count an alert's calls by agent and customer; None where they are all of one agent to one customer.

    Args:
        notification: whose newest calls are counted.
        speech: says names, escaped for the place where they are shown.
        most: rows.
    """
    groups: dict[tuple[str, str], list[Call]] = {}
    for call in reversed(notification.calls):
        groups.setdefault((call.agent, call.customer), []).append(call)
    if len(groups) < 2:
        return None
    ranked = sorted(groups.values(), key=len, reverse=True)[:most]
    rows = [_row(calls, notification, speech) for calls in ranked]
    columns = _columns(groups, rows)
    return Table(
        columns=tuple(columns),
        entries=tuple(rows),
        rows=tuple(tuple(tell(row) for tell in columns.values()) for row in rows),
        lines=tuple(_line(row, columns) for row in rows),
        more=max(notification.alert.call_count - sum(row.calls for row in rows), 0),
    )


def leaves_calls_out(notification: Notification) -> bool:
    """Are there calls of an alert that its message in Slack has no room for?

    Without a table it shows the first and the last.
    """
    groups = Counter((call.agent, call.customer) for call in notification.calls)
    shown = sum(calls for _, calls in groups.most_common(GLANCE)) if len(groups) > 1 else 2
    return notification.alert.call_count > shown


def _row(calls: list[Call], notification: Notification, speech: Speech) -> Row:
    """Of calls of one agent to one customer, the newest first."""
    newest = calls[0]
    return Row(
        agent=speech.agent(newest.agent),
        name=speech.name(newest),
        number=speech.number(newest),
        dial=numbers.dialled(newest.customer, mask=notification.mask_numbers),
        calls=len(calls),
        when=moment(newest.placed_at, notification.zone, notification.now),
    )


def _columns(groups: dict[tuple[str, str], list[Call]], rows: list[Row]) -> dict[str, Callable[[Row], str]]:
    columns: dict[str, Callable[[Row], str]] = {}
    if len({customer for _, customer in groups}) > 1:
        columns["Customer"] = lambda row: row.whom
    if len({agent for agent, _ in groups}) > 1:
        columns["Missed by"] = lambda row: row.agent
    if any(row.calls > 1 for row in rows):
        columns["Calls"] = lambda row: str(row.calls)
        columns["Last"] = lambda row: row.when
    else:
        columns["When"] = lambda row: row.when
    return columns


def _line(row: Row, columns: dict[str, Callable[[Row], str]]) -> str:
    who = [row.whom] if "Customer" in columns else []
    who += [row.agent] if "Missed by" in columns else []
    often = f"{row.calls} calls, last {row.when}" if row.calls > 1 else row.when
    return f"{', '.join(who)}: {often}"
