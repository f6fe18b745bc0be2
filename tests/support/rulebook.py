"""Rules made from a few words, and a desk that keeps what the store would: alerts, windows, who was ended."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from notifier.config import Agent, Rule
from notifier.model import Alert, AlertState, EndReason, StoredCall
from notifier.rules import CompiledRule, Outcome, Reason, Windows, compile_rules, decide, match_all
from tests.support.clock import START
from tests.support.sample import a_call


def a_rule(**over: Any) -> Rule:
    """A rule as the configuration gives it: every call tells the room at once."""
    return Rule.model_validate({"name": "rule", "notify": "room", **over})


def compiled(agents: Mapping[str, Agent] | None = None, **over: Any) -> CompiledRule:
    """The same, made ready."""
    (rule,) = compile_rules([a_rule(**over)], agents or {})
    return rule


def stored(row: int, at: int = START, *, baseline: bool = False, **over: Any) -> StoredCall:
    """A stored call, placed at an instant (UTC ms); its id follows from its row."""
    call = a_call(**{"id": f"call-{row:05}", "placed_at": at, **over})
    return StoredCall(row, call, baseline)


def each(outcome: Outcome) -> list[tuple[int, str, Reason, int]]:
    """The decisions call by call, in order of their rows: row, rule, reason, index of the change."""
    return sorted(
        ((row, one.rule, one.reason, one.change) for one in outcome.decisions for row in one.rows),
        key=itemgetter(0),
    )


def reasons(outcome: Outcome) -> list[Reason]:
    """Why each call did what it did, in order of their rows."""
    return [reason for _, _, reason, _ in each(outcome)]


class Desk:
    """Takes batches in one after another, as one transaction after another would."""

    def __init__(self, *rules: CompiledRule) -> None:
        self.rules = rules
        self.windows = Windows(0)
        self.active: dict[tuple[str, str], Alert] = {}
        self.ended: list[Alert] = []
        self.joined: dict[int, list[int]] = {}  # alert id → rows

    def take(self, calls: Sequence[StoredCall], now: int = START) -> Outcome:
        """Decide on a batch at an instant (UTC ms), and keep what came of it."""
        outcome = decide(match_all(calls, self.rules), self.active, self.windows, now)
        outcome.windows.apply()
        for change in outcome.changes:
            alert = change.alert
            if not alert.id:
                alert = replace(alert, id=len(self.joined) + 1)
            self.active[alert.rule, alert.key] = alert
            self.joined.setdefault(alert.id, []).extend(change.joined)
        return outcome

    def end(self, rule: str, key: str) -> None:
        """End an alert, if there is one."""
        alert = self.active.pop((rule, key), None)
        if alert is not None:
            self.ended.append(replace(alert, state=AlertState.ENDED, ended_as=EndReason.QUIET))
