"""What `backtest` prints for programs."""

from collections.abc import Mapping
from typing import TypeVar

from notifier.backtest import Fate, Given, Results, RuleTally, Tally, tally
from notifier.cli.backtest_calls import Replayed
from notifier.cli.backtest_why import why
from notifier.cli.show import iso
from notifier.config import Config

S = TypeVar("S", bound=str)


def backtest_json(
    config: Config, results: Results, replayed: Replayed, limit: int | None
) -> dict[str, object]:
    """All of it, as JSON takes it.

    Args:
        config: whose rules decided.
        results: of the simulation.
        replayed: what was simulated.
        limit: notifications that are listed at the most; None: all.
    """
    shown = results.fates[:limit]
    return {
        "since": iso(results.since),
        "until": iso(results.until),
        "calls": dict(results.calls),
        "calls_before": results.warm_up,
        "calls_not_read": dict(replayed.left_out(config)),
        "rejects": None if replayed.given is None else _rejects(replayed.given),
        "notifications": [_notification(config, results, fate) for fate in shown],
        "left_out": len(results.fates) - len(shown),
        **_tally(tally(results, [rule.name for rule in config.rules])),
    }


def _rejects(given: Given) -> dict[str, object]:
    return {
        "count": given.reasons.total(),
        "reasons": dict(given.reasons),
        "first": [{"where": one.where, "reason": one.reason} for one in given.rejects],
    }


def _notification(config: Config, results: Results, fate: Fate) -> dict[str, object]:
    alert = fate.alert
    return {
        "at": iso(fate.at),
        "due_at": iso(fate.due_at),
        "state": fate.state,
        "receiver": fate.target.receiver,
        "recipient": fate.target.recipient,
        "kind": fate.kind,
        "n": fate.n,
        "message": fate.message if fate.is_sent else None,
        "together": fate.together,
        "held": fate.was_held,
        "via": fate.via,
        "reason": fate.reason,
        "why": why(config, results, fate),
        "rule": alert.rule,
        "alert": alert.id,
        "key": alert.key,
        "severity": alert.severity,
        "level": alert.level,
        "calls": alert.call_count,
        "agent": alert.agent,
        "customer": alert.customer,
    }


def _tally(counted: Tally) -> dict[str, object]:
    return {
        "rules": [_rule(name, one) for name, one in counted.rules.items()],
        "targets": [
            {
                "receiver": target.receiver,
                "recipient": target.recipient,
                "messages": one.messages,
                "busiest_hour": one.busiest,
                "notifications": _plain(one.sent),
            }
            for target, one in counted.targets.items()
        ],
    }


def _rule(name: str, one: RuleTally) -> dict[str, object]:
    return {
        "rule": name,
        "calls": _plain(one.decided),
        "alerts": {str(end or "active"): count for end, count in one.ended.items()},
        "sent": _plain(one.sent),
        "held": one.held,
        "not_sent": [
            {"state": state, "reason": reason, "count": count}
            for (state, reason), count in sorted(one.unsent.items())
        ],
    }


def _plain(counts: Mapping[S, int]) -> dict[str, int]:
    return {str(name): count for name, count in sorted(counts.items())}
