"""What the store says of customers' alerts, read beside the daemon; whatever is done is done whole."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.fault.life.facts import Span

_BY_HAND = {"ack": "acknowledged", "resolve": "resolved", "snooze": "snoozed"}
_STATES: dict[str, set[tuple[str, str | None]]] = {
    "acknowledged": {("acknowledged", None)},
    "snoozed": {("snoozed", None), ("pending", None)},
    "resolved": {("ended", "resolved")},
    "reached": {("ended", "reached")},
    "reached_before_wait": {("ended", "reached")},
    "opened": {("open", None)},
    "woke": {("open", None)},
    "ended": {("ended", "expired"), ("ended", "quiet"), ("ended", "rule_removed")},
}
"""By the last line of an alert's story that steers it: how it may stand, and how it has ended."""


class Stored:
    """Looks at the store of a world.

    Args:
        store: where it is by now.
    """

    def __init__(self, store: Callable[[], Path]) -> None:
        self._store = store
        self._answered: dict[str, int] = {}

    def answered(self) -> dict[str, int]:
        """By customer: when the daemon stored that somebody reached them, UTC ms by its clock."""
        found = self._rows(
            "SELECT calls.name, min(stored_at) FROM calls JOIN sources ON sources.id = source_id"
            " WHERE endpoint IN ('out_answered', 'in_answered') GROUP BY 1"
        )
        # What was stored once stays so, also where the store can't be read now.
        self._answered.update((str(name), int(at)) for name, at in found)
        return self._answered

    def done(self) -> dict[str, tuple[str, int | None]]:
        """By who did it: what, as the command is called, and until when, UTC ms."""
        commands = {kind: command for command, kind in _BY_HAND.items()}
        found = self._rows("SELECT who, kind, until FROM alert_events WHERE kind IN (?, ?, ?)", *commands)
        return {str(who): (commands[str(kind)], until) for who, kind, until in found}

    def alert_of(self, customer: str) -> int | None:
        """The number of a customer's alert; None where there is none yet."""
        found = self._rows(
            "SELECT alert_id FROM alert_calls JOIN calls ON calls.id = call_id WHERE calls.name = ?", customer
        )
        return found[0][0] if found else None

    def silences(self) -> dict[str, list[Span]]:
        """By extension: when nothing was to be heard of it."""
        spans: dict[str, list[Span]] = {}
        for extension, begins, ends in self._rows(
            "SELECT extension, starts_at, min(ends_at, coalesce(ended_at, ends_at)) FROM silences"
        ):
            spans.setdefault(extension, []).append(Span(begins, ends))
        return spans

    def complaints(self) -> Iterator[str]:
        """What stands there that no transaction can have left: half of what a person or a call did."""
        stories = self._rows(
            "SELECT alerts.id, alerts.state, alerts.ended_as, alerts.handled_by, last.kind, last.who"
            " FROM alerts JOIN alert_events AS last ON last.id = (SELECT max(id) FROM alert_events"
            " WHERE alert_id = alerts.id AND kind NOT IN ('held', 'silenced', 'escalated', 'reminded'))"
        )
        for alert, state, ended_as, handled_by, kind, who in stories:
            if (state, ended_as) not in _STATES[kind]:
                yield f"A{alert} is {state} ({ended_as}), and its story ends with {kind}"
            elif kind in _BY_HAND.values() and who != handled_by:
                yield f"A{alert} was {kind} by {who}, and is {handled_by!r}'s"

    def _rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        try:
            with closing(sqlite3.connect(f"file:{self._store()}?mode=ro", uri=True)) as db:
                return db.execute(statement, values).fetchall()
        except sqlite3.OperationalError:
            return []  # not there yet, or locked for this moment
