"""What `backtest` prints for people."""

from collections.abc import Mapping
from typing import TypeVar

from notifier.backtest import Results, RuleTally, tally
from notifier.cli.backtest_why import dated, why
from notifier.cli.show import about, counted, harmless, person, print_table, whom
from notifier.config import Config
from notifier.config.receivers import agent_of
from notifier.model import Alert, Endpoint, Target
from notifier.rules import Reason
from notifier.store.outbox import RowState

S = TypeVar("S", bound=str)

_MEANINGS = {
    str(Reason.SPURIOUS): "not counted, since the customer was spoken with within two minutes",
    str(RowState.WAITING): "still waiting when it ended",
}
"""What the words of the store alone would not tell."""


def show_backtest(config: Config, results: Results, limit: int) -> None:
    """Print the notifications, what each rule led to, and what each target got.

    Args:
        config: whose rules decided.
        results: of the simulation.
        limit: notifications that are listed at the most.
    """
    print(_head(config, results))
    told = [fate for fate in results.fates if fate.state in {RowState.SENT, RowState.DEAD}]
    print("\nWould have been sent:")
    print_table(
        ("when", "to", "message", "rule", "about", "why"),
        [
            (
                dated(config, results, fate.at),
                to_whom(config, fate.target) if fate.is_sent else "nobody",
                str(fate.kind),
                fate.alert.rule,
                _about(fate.alert),
                why(config, results, fate),
            )
            for fate in told[:limit]
        ],
        "nothing would have been sent" if not told else "none of it is listed",
    )
    if len(told) > limit:
        print(f"and {len(told) - limit:,} more; --limit lists them, --rule picks one rule")
    tallied = tally(results, [rule.name for rule in config.rules])
    print("\nBy rule:")
    print_table(
        ("rule", "calls", "alerts", "sent", "not sent"),
        [(name, _calls(one), _alerts(one), _sent(one), _unsent(one)) for name, one in tallied.rules.items()],
        "there are no rules",
    )
    print("\nBy target:")
    print_table(
        ("to", "messages", "in the busiest hour", "notifications"),
        [
            (to_whom(config, target), f"{one.messages:,}", f"{one.busiest:,}", _counts(one.sent))
            for target, one in tallied.targets.items()
        ],
        "nobody would have been told",
    )


def to_whom(config: Config, target: Target) -> str:
    """A target in words, as `outbox` has it; an agent with the name: "agent main/209 (Asha)"."""
    agent = agent_of(target.recipient)
    return harmless(f"{target.receiver} {person(config, agent)}") if agent else whom(config, target)


def _head(config: Config, results: Results) -> str:
    begin, end = (dated(config, results, at) for at in (results.since, results.until))
    missed = results.calls.get(Endpoint.OUT_MISSED, 0)
    answered = sum(results.calls.values()) - missed
    before = f"; {counted(results.warm_up, 'call')} from before" if results.warm_up else ""
    return f"{begin} to {end}: {counted(missed, 'missed call')}, {counted(answered, 'answered call')}{before}"


def _about(alert: Alert) -> str:
    return f"customer {alert.customer}" if alert.customer else about(alert)


def _calls(rule: RuleTally) -> str:
    return _counts(rule.decided)


def _alerts(rule: RuleTally) -> str:
    ends = {str(reason or "active"): alerts for reason, alerts in rule.ended.items()}
    return f"{rule.alerts:,}: {_counts(ends)}" if rule.alerts else "0"


def _sent(rule: RuleTally) -> str:
    held = f", {rule.held:,} of them held" if rule.held else ""
    return f"{_counts(rule.sent)}{held}"


def _unsent(rule: RuleTally) -> str:
    words = {
        f"{state} ({_named(reason)})" if reason else str(state): count
        for (state, reason), count in rule.unsent.items()
    }
    return _counts(words)


def _counts(counts: Mapping[S, int]) -> str:
    """The most frequent first: "12 opened, 3 joined"."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {_named(name)}" for name, count in ordered) or "0"


def _named(name: str) -> str:
    return _MEANINGS.get(str(name)) or str(name).replace("_", " ")
