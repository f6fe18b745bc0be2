"""Whether somebody may be pinged: asked of every message that arrives, by all that was known just then."""

from collections import Counter
from collections.abc import Callable, Sequence

from notifier.model import AlertState, Kind
from notifier.rules.act import Action
from tests.support.channel import Message
from tests.whole.facts import Facts, Life

REPEATS = (Kind.ESCALATION, Kind.REMINDER)
NEVER = 1_000_000  # minutes


def check_ping(facts: Facts, message: Message) -> None:
    """Nobody may be told this now, for one of these reasons; else it may be."""
    life = facts.lives[message.alert.uid]
    for forbidden in FORBIDDEN:
        why = forbidden(facts, life, message)
        assert not why, f"turn {facts.turn}: {why}: {message}"
    life.told.setdefault((message.kind, message.address), set()).add(message.delivery_id)
    life.heard[message.address] = message.alert.ended_as


def _is_news(life: Life, message: Message) -> bool:
    """Does it tell somebody who knows of the alert how it ended, which they do not know?"""
    knows = life.heard.get(message.address, message.alert.ended_as)
    is_again = message.delivery_id in life.told.get((message.kind, message.address), ())
    return message.kind is Kind.UPDATE and (knows != message.alert.ended_as or is_again)


def _reached(facts: Facts, life: Life, message: Message) -> str:
    rule = facts.rule_of(life)
    if rule is None or not rule.is_about_customer or not facts.reaching(life):
        return ""
    waited = message.batch is not None and message.delivery_id in facts.held
    is_marked = message.alert.ended_as == "reached" and waited
    # Of what somebody had resolved before that the news is still that.
    is_over = message.alert.ended_as in {"reached", "resolved"} and _is_news(life, message)
    return "" if is_marked or is_over else "told of a customer who was reached"


def _resolved(facts: Facts, life: Life, message: Message) -> str:
    deed = facts.last_deed(life.uid)
    if deed is None or deed.action is not Action.RESOLVE:
        return ""
    is_marked = message.alert.ended_as == "resolved" and _is_news(life, message)
    return "" if is_marked else "told of what was resolved"


def _removed(facts: Facts, life: Life, message: Message) -> str:
    if life.state is AlertState.ENDED and life.ended_as != "rule_removed" and _is_news(life, message):
        return ""  # it was over before
    is_gone = facts.setup.rule(life.rule) is None or message.alert.ended_as == "rule_removed"
    return "told for a rule that is gone" if is_gone else ""


def _closed(facts: Facts, life: Life, message: Message) -> str:
    rule = facts.setup.rule(life.rule)
    if rule is None or not facts.closed(life, message.at):
        return ""
    is_critical = rule.level > 0 and any(
        facts.fullest(call, rule.within * 60_000, facts.known_of(call.extension))
        >= min(one.level for one in facts.rules() if one.level)
        for call in life.calls
    )
    return "" if rule.critical_passes and is_critical else "told while its calendar was closed"


def _muted(facts: Facts, life: Life, message: Message) -> str:
    return "told while it was silenced" if facts.muted(life, message.at) else ""


def _snoozed(facts: Facts, life: Life, message: Message) -> str:
    deed = facts.last_deed(life.uid)
    if deed is None or not facts.snoozed(life, message.at):
        return ""
    if life.state is AlertState.ENDED and _is_news(life, message):
        return ""  # it sleeps no more: it is over
    # A snooze lasts as long as was asked for, whatever became of the clock since.
    return "" if any(turn >= deed.turn for turn in facts.set_at) else "told while it was snoozed"


def _acknowledged(facts: Facts, life: Life, message: Message) -> str:
    deed = facts.last_deed(life.uid)
    if deed is None or deed.action is not Action.ACKNOWLEDGE or life.state is AlertState.ENDED:
        return ""
    if message.kind is Kind.REMINDER:
        return "reminded of what was acknowledged"
    if message.kind is Kind.ESCALATION:
        rule = facts.setup.rule(life.rule)
        goes_on = rule is not None and any(not step.unless_acknowledged for step in rule.steps)
        return "" if goes_on else "escalated what was acknowledged"
    was_pending = not any(turn < deed.turn for turn, _ in life.opened)
    return "told of what was acknowledged before" if was_pending and message.kind is Kind.OPEN else ""


def _too_early(facts: Facts, life: Life, message: Message) -> str:
    if message.kind is not Kind.OPEN or facts.set_at:
        return ""
    wait = min(rule.wait for rule in facts.rules() if rule.name == life.rule)
    placed = min(min(call.at, call.known_at[1]) for call in life.calls)
    return "told before its wait was over" if message.at < placed + wait * 60_000 else ""


def _repeats_too_early(facts: Facts, life: Life, message: Message) -> str:
    if message.kind not in REPEATS or facts.set_at or not life.opened:
        return ""
    forms = [rule for rule in facts.rules() if rule.name == life.rule]
    first, (turn, last) = life.opened[0][1], life.opened[-1]
    hours = [setup.hours for _, setup in facts.loaded]

    def passed(since: int) -> int:
        if not any(rule.outside for rule in forms):
            return (message.at - since) // 60_000 + 1
        return max(one.open_minutes(since, message.at) for one in hours)

    if message.kind is Kind.ESCALATION:
        after = min(step.after for rule in forms for step in rule.steps)
        return "escalated too early" if passed(first) < after else ""
    every = min((rule.every for rule in forms if rule.every), default=NEVER)
    woken = sum(deed.uid == life.uid and deed.action is Action.SNOOZE for deed in facts.deeds)
    times = len(life.told.get((message.kind, message.address), set()) | {message.delivery_id})
    most = sum(passed(at) // every for _, at in life.opened) + woken
    limits = [rule.limit for rule in forms]
    if min(limits):
        # A reload may let it all count anew.
        begun = len(life.opened) + sum(loaded > life.opened[0][0] for loaded, _ in facts.loaded)
        most = min(most, max(limits) * begun + woken)
    return f"reminded {times} times, {most} at the most, since turn {turn}, {last}" if times > most else ""


def _twice(facts: Facts, life: Life, message: Message) -> str:
    told = life.told.get((message.kind, message.address), set())
    is_new = message.kind is Kind.OPEN and told != set() and message.delivery_id not in told
    return "told for the first time twice" if is_new else ""


FORBIDDEN: Sequence[Callable[[Facts, Life, Message], str]] = (
    _reached,
    _resolved,
    _removed,
    _closed,
    _muted,
    _snoozed,
    _acknowledged,
    _too_early,
    _repeats_too_early,
    _twice,
)


def check_doubles(
    arrived: Counter[tuple[str, str]], lost: Counter[tuple[str, str]], confirms: set[str]
) -> None:
    """What arrived twice had arrived once without our learning of it; never where one may look.

    Args:
        arrived: how often, by address and delivery id.
        lost: how often nobody learned of it, likewise.
        confirms: the addresses whose history may be read.
    """
    for (address, delivery_id), times in arrived.items():
        most = 1 if address in confirms else 1 + lost[address, delivery_id]
        assert times <= most, f"{delivery_id} arrived {times} times at {address}, {most} allowed"
