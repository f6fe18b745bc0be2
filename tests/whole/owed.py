"""What must have been by now: misses decided on, and messages sent, waiting or dropped for a reason."""

from collections import Counter
from collections.abc import Mapping, Sequence

from notifier.model import AlertState, Kind
from notifier.rules.act import Action
from notifier.store.outbox import OutboxRow, RowState
from tests.whole.facts import NEAR, Facts, Life, Record
from tests.whole.plain import MINUTE, Plain

REPEATS = (Kind.ESCALATION, Kind.REMINDER)
DECIDED = {"opened", "joined"}


def check_decisions(facts: Facts, miss: Record, reasons: Sequence[tuple[str, str]]) -> None:
    """Every rule that is about a miss decided on it once, and for a reason that the history bears out."""
    about = [rule for rule in facts.setup.rules if rule.extension in {"", miss.extension}]
    assert Counter(rule for rule, _ in reasons) == Counter(rule.name for rule in about), (miss, reasons)
    found = dict(reasons)
    for rule in about:
        allowed = _reasons(facts, rule, miss)
        assert found[rule.name] in allowed, (
            f"turn {facts.turn}: {rule.name} made {found} of {miss}: {allowed}"
        )


def _reasons(facts: Facts, rule: Plain, miss: Record) -> set[str]:
    answers = facts.answers_before(miss)
    kept_out = set()
    if any(abs(one.at - miss.at) <= NEAR for one in answers):
        kept_out.add("spurious")
    if facts.is_baseline(miss):
        kept_out.add("baseline")
    if rule.is_about_customer and any(one.at > miss.at for one in answers):
        kept_out.add("reached_before_wait")
    if kept_out or rule.is_about_customer:
        return kept_out or DECIDED
    return _counted(facts, rule, miss)


def _counted(facts: Facts, rule: Plain, miss: Record) -> set[str]:
    """By the calls in every window that contains it."""
    calls = facts.known_of(miss.extension)
    taken = [
        call
        for life in facts.lives.values()
        if life.rule == rule.name
        for call in life.calls
        if call is not miss
    ]
    at_most = [one for one in calls if not _is_leg(facts, one, miss.known or 0)]
    at_least = [
        one
        for one in at_most
        if one is miss
        or ((one.known or 0) < (miss.known or 0) and one not in taken and not _is_leg(facts, one, facts.turn))
    ]
    found = {"joined", "level_raised"}
    if facts.fullest(miss, rule.within * MINUTE, at_most) >= rule.count:
        found.add("opened")
    if facts.fullest(miss, rule.within * MINUTE, at_least) < rule.count:
        found.add("below_threshold")
    return found


def _is_leg(facts: Facts, miss: Record, turn: int) -> bool:
    return any(
        one.known is not None
        and one.known < turn
        and one.customer == miss.customer
        and abs(one.at - miss.at) <= NEAR
        for one in facts.answered.values()
    )


def check_ended(facts: Facts, life: Life) -> None:
    """Nobody waits for a customer who was reached; and what ended did so for a reason."""
    rule = facts.rule_of(life)
    is_reached = rule is not None and rule.is_about_customer and facts.reaching(life) != []
    if life.state is not AlertState.ENDED:
        assert not is_reached, f"turn {facts.turn}: goes on, and was reached: {life}"
        return
    deed = facts.last_deed(life.uid)
    wanted = {
        "reached": is_reached,
        "resolved": deed is not None and deed.action is Action.RESOLVE,
        "rule_removed": facts.was_without(life),
        "outside_hours": rule is not None and rule.outside == "drop",
        "quiet": rule is not None and rule.within > 0,
        "expired": True,
    }
    assert wanted.get(life.ended_as or "", False), f"turn {facts.turn}: why did it end? {life}"


def check_dropped(facts: Facts, life: Life, row: OutboxRow, arrived: bool) -> None:  # noqa: FBT001 - of one call
    """A message that was not sent had a reason, which the history bears out."""
    rule = facts.rule_of(life)
    is_repeat = row.kind in REPEATS
    deeds = [deed.action for deed in facts.deeds if deed.uid == life.uid]
    reasons: Mapping[str, bool] = {
        "reached": facts.reaching(life) != [],
        "resolved": Action.RESOLVE in deeds,
        "acknowledged": is_repeat and Action.ACKNOWLEDGE in deeds,
        "snoozed": is_repeat and Action.SNOOZE in deeds,
        "told_since": is_repeat and arrived,
        "nothing_new": row.kind is Kind.UPDATE and arrived,
        "expired": is_repeat,
        "quiet": is_repeat,
        "outside_hours": rule is not None
        and rule.outside == "drop"
        and facts.closed(life, row.finished_at or 0),
        "rule_removed": facts.was_without(life),
        "its rule was removed from the configuration": facts.was_without(life),
    }
    assert reasons.get(row.reason, False), f"turn {facts.turn}: why was it dropped? {row} {life}"


def check_handed_on(facts: Facts, life: Life, row: OutboxRow, rows: Sequence[OutboxRow]) -> None:
    """A target was given up because it was in trouble or gone; others were told, or ops see it."""
    receivers = {*facts.failing, "nobody"} | (
        {"leads"} if any(one.ops == "room" for _, one in facts.loaded) else set()
    )
    assert row.reason, row
    assert row.target.receiver in receivers, f"turn {facts.turn}: why was it given up? {row} {life}"
    if row.state is RowState.REDIRECTED:
        others = [one for one in rows if (one.kind, one.n) == (row.kind, row.n) and one.id != row.id]
        assert others, f"nobody was told instead: {row}"


def check_waiting(facts: Facts, life: Life, row: OutboxRow, now: int) -> None:
    """Everything works and was given time: what still waits is held for a reason."""
    rule = facts.setup.rule(life.rule)
    # Somebody wants it to be told, whatever the rule says of what comes outside its hours.
    is_wanted = row.kind is Kind.UPDATE or facts.reopened(life.uid) >= 0
    waits = rule is not None and (rule.outside == "hold" or is_wanted)
    reasons = (facts.may_be_muted(life, now), facts.snoozed(life, now), waits and facts.closed(life, now))
    assert any(reasons), f"turn {facts.turn}: why does it wait? {row} {life}"


def check_pending(facts: Facts, life: Life, now: int) -> None:
    """Likewise: an alert that nobody was told of waits by its rule, or because somebody wants it to."""
    rule = facts.rule_of(life)
    wait = 0 if rule is None else max(one.wait for one in facts.rules() if one.name == life.rule)
    known = max(min(call.at, call.known_at[1]) for call in life.calls)
    is_due = now >= known + wait * MINUTE and not facts.snoozed(life, now)
    assert facts.set_at or not is_due, f"turn {facts.turn}: why is nobody told? {life}"


def check_goes_on(facts: Facts, life: Life, rows: Sequence[OutboxRow], now: int) -> None:
    """Likewise: an alert that has been open for long enough was escalated, and those told were reminded."""
    rule = facts.setup.rule(life.rule)
    if rule is None or life.state is not AlertState.OPEN or not facts.is_untouched(life.opened[0][0]):
        return
    if len(life.opened) > 1 or facts.last_deed(life.uid) is not None:
        return
    told = [row.finished_at for row in rows if row.state is RowState.SENT and row.finished_at is not None]
    if not told:
        return  # nobody is told more of what nobody has heard of yet, as far as we know
    passed = (now - min(told)) // MINUTE
    if rule.outside:
        passed = facts.setup.hours.open_minutes(min(told), now)
    kinds = Counter(row.kind for row in rows)
    due = [step for step in rule.steps if passed > step.after + 15]
    assert kinds[Kind.ESCALATION] >= len({step.notify for step in due}), f"not escalated: {life} {passed}"
    # Of what is over for want of time, escalations are still told, reminders are not.
    is_over = now >= max(call.known_at[1] for call in life.calls) + rule.expires * MINUTE
    is_due = rule.every > 0 and passed > rule.every + 15 and not is_over
    assert not is_due or kinds[Kind.REMINDER], f"not reminded: {life} {passed}"


def check_told(facts: Facts, life: Life, rows: Sequence[OutboxRow]) -> None:
    """Whoever was to be told of an alert was, or there stands why not."""
    deeds = [deed.action for deed in facts.deeds if deed.uid == life.uid]
    first = [row for row in rows if row.kind is Kind.OPEN]
    if not first:
        acknowledged = Action.ACKNOWLEDGE in deeds
        ended = life.ended_as in {"reached", "resolved", "rule_removed"}
        assert acknowledged or ended, f"nobody was to be told: {life}"
        return
    for row in first:
        assert row.finished_at is not None, f"still not sent: {row} {life}"
