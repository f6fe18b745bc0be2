"""Why a simulated notification is sent, or is not, in words."""

from notifier.backtest import Fate, Results
from notifier.channels.render.times import duration, local
from notifier.cli.show import counted
from notifier.config import Config
from notifier.config.rules import Rule
from notifier.config.values import DAY
from notifier.model import EndReason, Gathered, Kind
from notifier.store.outbox import RowState

_TOGETHER = {
    Gathered.BURST: "in a summary, since many were due",
    Gathered.STALE: "in a summary, since the calls were listed late",
    Gathered.HELD: "in a summary of what was held",
}

_NEWS: dict[EndReason | None, str] = {
    EndReason.REACHED: "the customer was reached",
    EndReason.QUIET: "it has gone quiet",
    EndReason.EXPIRED: "it has expired",
}


def dated(config: Config, results: Results, at: int) -> str:
    """An instant of a simulation, UTC ms, with its day: none of them is today's."""
    return local(at, config.timezone, results.until + DAY)


def why(config: Config, results: Results, fate: Fate) -> str:
    """What led to it: "5 calls within 30 min; held since 21 Sep 18:31 IST (+05:30)".

    Args:
        config: whose rules decided.
        results: of the simulation.
        fate: of the notification.
    """
    rule = next(rule for rule in config.rules if rule.name == fate.alert.rule)
    words = [_cause(fate, rule)]
    if fate.was_held:
        words.append(f"held since {dated(config, results, fate.due_at)}")
    if fate.together is not None:
        words.append(_TOGETHER[fate.together])
    if fate.via != "rule":
        words.append(f"as {fate.via}: {fate.reason}")
    if fate.state is RowState.DEAD:
        words.append("nobody can be told")
    return "; ".join(words)


def _cause(fate: Fate, rule: Rule) -> str:
    alert = fate.alert
    match fate.kind:
        case Kind.OPEN | Kind.LEVEL:
            level = f"level {alert.level} ({alert.severity}): " if fate.kind is Kind.LEVEL else ""
            if alert.within is not None:
                # Of those that joined, some may be from before that span, or came while it was held.
                more = f", {alert.call_count} in all" if alert.call_count > alert.needed else ""
                return f"{level}{counted(alert.needed, 'call')} within {duration(alert.within)}{more}"
            waited = f", {duration(rule.wait)} after the call" if rule.wait else ""
            return f"not reached{waited}"
        case Kind.UPDATE:
            return _NEWS.get(alert.ended_as) or f"calls joined, {alert.call_count} in all"
        case Kind.ESCALATION:
            return f"step {fate.n} of escalate: not reached for {duration(rule.escalate[fate.n - 1].after)}"
        case Kind.REMINDER:
            return f"reminder {fate.n}: still not reached"
