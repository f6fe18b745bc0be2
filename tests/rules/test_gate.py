"""Whether a message may go out at this moment: a table, and against looking at every minute."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.values import DAY, HOUR, MINUTE
from notifier.model import Alert, AlertState, EndReason, Event, EventKind, Kind, Severity, Silence
from notifier.rules import ALWAYS, Drop, Dropped, Gate, Hold, Hours, Pass, gate
from notifier.rules.gate import opens_at
from notifier.rules.silence import silenced
from tests.support.clock import START
from tests.support.hours import spells
from tests.support.rulebook import a_rule
from tests.support.sample import an_alert

OPENS = START + 9 * HOUR
CLOSED = spells((OPENS, OPENS + HOUR))
NEVER = spells()
HOLD: dict[str, Any] = {"calendar": "office"}
DROP: dict[str, Any] = {"calendar": "office", "outside": "drop"}
SEND: dict[str, Any] = {"calendar": "office", "outside": "send"}
PASSES: dict[str, Any] = {"critical_passes": True}

FIRST = (Kind.OPEN, Kind.LEVEL, Kind.UPDATE)
AGAIN = (Kind.ESCALATION, Kind.REMINDER)
NIGHT = Hold(OPENS, Event(START, EventKind.HELD, until=OPENS))


def a_silence(ends_at: int | None, starts_at: int = START - HOUR, **over: Any) -> Silence:
    values: dict[str, Any] = {
        **dict.fromkeys(("rule", "account", "extension", "team", "customer")),
        "id": 1,
        "reason": "maintenance",
        "author": "Asha",
        "created_at": starts_at,
        **over,
    }
    return Silence(**values, starts_at=starts_at, ends_at=ends_at)


def ended(reason: EndReason) -> Alert:
    return an_alert(state=AlertState.ENDED, ended_as=reason, ended_at=START)


CRITICAL = an_alert(severity=Severity.CRITICAL)
TAKEN = an_alert(state=AlertState.ACKNOWLEDGED)
ASLEEP = an_alert(state=AlertState.SNOOZED, snoozed_until=START + HOUR)
MUTED = Hold(START + HOUR, Event(START, EventKind.SILENCED, "Asha", "maintenance", START + HOUR))

# The alert, kinds of messages, the rule, its hours, and what becomes of them.
CALENDAR: list[tuple[Alert, tuple[Kind, ...], dict[str, Any], Hours, Gate]] = [
    (an_alert(), (*FIRST, *AGAIN), {}, ALWAYS, Pass()),
    (an_alert(), (*FIRST, *AGAIN), HOLD, ALWAYS, Pass()),
    (an_alert(), (*FIRST, *AGAIN), HOLD, CLOSED, NIGHT),
    (an_alert(), FIRST, HOLD, NEVER, Hold(START + DAY, Event(START, EventKind.HELD))),
    (an_alert(), (*FIRST, *AGAIN), DROP, CLOSED, Drop(Dropped.OUTSIDE_HOURS)),
    (an_alert(), FIRST, DROP, ALWAYS, Pass()),
    (an_alert(), (*FIRST, *AGAIN), SEND, CLOSED, Pass()),
    (CRITICAL, FIRST, HOLD, CLOSED, NIGHT),
    (CRITICAL, FIRST, DROP, CLOSED, Drop(Dropped.OUTSIDE_HOURS)),
    (CRITICAL, (*FIRST, *AGAIN), HOLD | PASSES, CLOSED, Pass()),
    (CRITICAL, (*FIRST, *AGAIN), DROP | PASSES, CLOSED, Pass()),
    (an_alert(severity=Severity.WARNING), FIRST, HOLD | PASSES, CLOSED, NIGHT),
]
STATES: list[tuple[Alert, tuple[Kind, ...], tuple[str, ...], Gate]] = [
    (TAKEN, FIRST, (), Pass()),
    (TAKEN, (Kind.REMINDER,), (), Drop(Dropped.ACKNOWLEDGED)),
    (TAKEN, (Kind.ESCALATION,), (), Pass()),
    (TAKEN, (Kind.ESCALATION,), ("reached",), Pass()),
    (TAKEN, (Kind.ESCALATION,), ("acknowledged",), Drop(Dropped.ACKNOWLEDGED)),
    (ASLEEP, FIRST, (), Hold(START + HOUR)),
    (ASLEEP, AGAIN, (), Drop(Dropped.SNOOZED)),
    # Its snooze is over, and nobody has woken it yet.
    (an_alert(state=AlertState.SNOOZED, snoozed_until=START), FIRST, (), Pass()),
    (ended(EndReason.REACHED), (*FIRST, *AGAIN), (), Drop(Dropped.REACHED)),
    (ended(EndReason.RESOLVED), (*FIRST, *AGAIN), (), Drop(Dropped.RESOLVED)),
    (ended(EndReason.OUTSIDE_HOURS), (*FIRST, *AGAIN), (), Drop(Dropped.OUTSIDE_HOURS)),
    (ended(EndReason.RULE_REMOVED), (*FIRST, *AGAIN), (), Drop(Dropped.RULE_REMOVED)),
    (ended(EndReason.EXPIRED), AGAIN, (), Drop(Dropped.EXPIRED)),
    (ended(EndReason.QUIET), AGAIN, (), Drop(Dropped.QUIET)),
    (ended(EndReason.TOLD), AGAIN, (), Drop(Dropped.TOLD)),
    # They end when all was told: what still comes was asked for by hand, or tells of the last calls.
    (ended(EndReason.EXPIRED), FIRST, (), Pass()),
    (ended(EndReason.QUIET), FIRST, (), Pass()),
    (ended(EndReason.TOLD), FIRST, (), Pass()),
]


@pytest.mark.parametrize("number", range(len(CALENDAR)))
def test_a_calendar_that_is_closed_holds_or_drops_what_does_not_pass(number: int) -> None:
    alert, kinds, rule, hours, expected = CALENDAR[number]
    for kind in kinds:
        assert gate(alert, kind, a_rule(**rule), hours, None, START) == expected


@pytest.mark.parametrize("number", range(len(STATES)))
def test_what_became_of_the_alert_may_make_a_message_unnecessary(number: int) -> None:
    alert, kinds, unless, expected = STATES[number]
    for kind in kinds:
        assert gate(alert, kind, a_rule(), ALWAYS, None, START, unless=unless) == expected


WANTED: list[tuple[Alert, Kind, dict[str, Any], Hours, Gate]] = [
    *((ended(reason), Kind.UPDATE, {}, ALWAYS, Pass()) for reason in EndReason),
    *((ended(reason), Kind.UPDATE, HOLD, CLOSED, NIGHT) for reason in EndReason),
    (ended(EndReason.REACHED), Kind.UPDATE, DROP, CLOSED, NIGHT),
    (ended(EndReason.REACHED), Kind.UPDATE, SEND, CLOSED, Pass()),
    (ASLEEP, Kind.UPDATE, {}, ALWAYS, Pass()),
    (TAKEN, Kind.UPDATE, DROP, CLOSED, NIGHT),
    # The first message of what a person has reopened.
    (an_alert(), Kind.OPEN, DROP, CLOSED, NIGHT),
    (an_alert(), Kind.OPEN, DROP, ALWAYS, Pass()),
    (ended(EndReason.REACHED), Kind.OPEN, DROP, CLOSED, Drop(Dropped.REACHED)),
    (ASLEEP, Kind.OPEN, DROP, CLOSED, Hold(START + HOUR)),
]


@pytest.mark.parametrize("number", range(len(WANTED)))
def test_what_somebody_wants_to_hear_waits_for_its_calendar_and_is_not_dropped(number: int) -> None:
    alert, kind, rule, hours, expected = WANTED[number]
    assert gate(alert, kind, a_rule(**rule), hours, None, START, wanted=True) == expected


def test_news_of_a_rule_that_is_gone_passes_and_a_silence_holds_all_news() -> None:
    removed = ended(EndReason.RULE_REMOVED)
    assert gate(removed, Kind.UPDATE, None, ALWAYS, None, START, wanted=True) == Pass()
    silence = a_silence(START + HOUR)
    assert gate(removed, Kind.UPDATE, None, ALWAYS, silence, START, wanted=True) == MUTED


def test_when_the_calendar_opens_that_keeps_messages_back() -> None:
    for rule in (HOLD, DROP):
        assert opens_at(an_alert(), a_rule(**rule), CLOSED, START) == OPENS
        assert opens_at(an_alert(), a_rule(**rule), ALWAYS, START) is None
    assert opens_at(an_alert(), a_rule(**SEND), CLOSED, START) is None
    assert opens_at(CRITICAL, a_rule(**HOLD, **PASSES), CLOSED, START) is None


@pytest.mark.parametrize("alert", [an_alert(), CRITICAL], ids=["any", "critical"])
def test_a_silence_holds_whatever_it_is_about_until_it_ends(alert: Alert) -> None:
    silence = a_silence(START + HOUR)
    for kind in (*FIRST, *AGAIN):
        assert gate(alert, kind, a_rule(**PASSES), ALWAYS, silence, START) == MUTED


def test_a_silence_without_an_end_is_looked_at_every_hour() -> None:
    held = gate(an_alert(), Kind.OPEN, a_rule(), ALWAYS, a_silence(None), START)
    assert held == Hold(START + HOUR, Event(START, EventKind.SILENCED, "Asha", "maintenance", None))


def test_the_calendar_is_asked_before_silences() -> None:
    silence = a_silence(START + HOUR)
    assert gate(an_alert(), Kind.OPEN, a_rule(**HOLD), CLOSED, silence, START) == NIGHT
    dropped = gate(an_alert(), Kind.OPEN, a_rule(**DROP), CLOSED, silence, START)
    assert dropped == Drop(Dropped.OUTSIDE_HOURS)


def test_where_the_rule_is_gone_no_calendar_holds_its_alerts() -> None:
    assert gate(an_alert(), Kind.OPEN, None, CLOSED, None, START) == Pass()
    assert gate(an_alert(), Kind.OPEN, None, CLOSED, a_silence(START + HOUR), START) == MUTED


MINUTES = st.integers(0, 300)
SPAN = st.tuples(MINUTES, st.integers(1, 120))


@settings(deadline=None, max_examples=200)
@given(
    opens=st.lists(MINUTES, max_size=8, unique=True).map(sorted),
    mutes=st.lists(SPAN, max_size=4),
    outside=st.sampled_from(["hold", "drop", "send"]),
    severity=st.sampled_from(Severity),
    passes=st.booleans(),
    kind=st.sampled_from(Kind),
    now=MINUTES,
)
def test_it_goes_in_the_first_minute_in_which_nothing_speaks_against_it(
    *,
    opens: list[int],
    mutes: list[tuple[int, int]],
    outside: str,
    severity: Severity,
    passes: bool,
    kind: Kind,
    now: int,
) -> None:
    """Against looking at every minute. What is dropped is dropped in a minute that is closed."""
    spans = list(zip(opens[::2], opens[1::2], strict=False))
    hours = spells(*((_at(begin), _at(end)) for begin, end in spans))
    silences = [a_silence(_at(begin + span), _at(begin), id=n) for n, (begin, span) in enumerate(mutes)]
    rule = a_rule(calendar="office", outside=outside, critical_passes=passes)
    alert = an_alert(severity=severity)

    def is_closed(minute: int) -> bool:
        minds = outside != "send" and not (passes and severity is Severity.CRITICAL)
        return minds and not any(begin <= minute < end for begin, end in spans)

    def is_muted(minute: int) -> bool:
        return any(begin <= minute < begin + span for begin, span in mutes)

    at = now
    while at < 1_000:
        muting = silenced(alert, silences, {}, _at(at))
        match gate(alert, kind, rule, hours, muting, _at(at)):
            case Hold(until=until):
                assert until > _at(at)
                at = (until - START) // MINUTE
            case Drop(reason=reason):
                assert (reason, outside, is_closed(at)) == (Dropped.OUTSIDE_HOURS, "drop", True)
                return
            case Pass():
                assert not is_closed(at)
                assert not is_muted(at)
                if outside != "drop":
                    assert all(is_closed(minute) or is_muted(minute) for minute in range(now, at))
                return
    assert all(is_closed(minute) or is_muted(minute) for minute in range(now, 500))


def _at(minute: int) -> int:
    return START + minute * MINUTE
