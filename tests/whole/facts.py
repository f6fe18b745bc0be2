"""Everything that has happened so far, in order: what the model looks through each time it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from notifier.model import AlertState
from notifier.rules.act import Action
from tests.whole.plain import CUSTOMERS, MINUTE, TEAMS, Plain, Setup

NEAR = 2 * MINUTE
"""ms before and after an answered call in which a missed one is a leg of it."""

AHEAD = 5 * MINUTE
"""ms: what was answered later than this is not believed."""


@dataclass
class Record:
    """A call that TeleCMI lists: missed, or answered. `known` is the turn in which the store first had it."""

    name: str
    customer: str
    extension: str
    at: int  # UTC ms, by a clock that is right
    is_late: bool  # it was listed long after that
    known: int | None = None
    known_at: tuple[int, int] = (0, 0)  # when that turn began and ended, by our clock


@dataclass(frozen=True)
class Mute:
    """A silence."""

    number: int
    about: dict[str, str]
    starts_at: int
    ends_at: int | None

    def is_about(self, rule: Plain, calls: Sequence[Record]) -> tuple[bool, bool]:
        """Does it mute an alert of that rule, by the call placed last, and by the one learned of last?"""
        last = (max(calls, key=lambda call: call.at), max(calls, key=lambda call: call.known or 0))
        customer = calls[0].customer if rule.is_about_customer else ""
        by_placed, by_known = (
            self.about.get("rule", rule.name) == rule.name
            and self.about.get("customer", customer) == customer
            and self.about.get("extension", call.extension) == call.extension
            and self.about.get("team", TEAMS[call.extension]) == TEAMS[call.extension]
            for call in last
        )
        return by_placed, by_known


@dataclass(frozen=True)
class Deed:
    """What a person did to an alert."""

    turn: int
    uid: str
    action: Action
    at: int
    until: int | None


@dataclass
class Life:
    """What was seen of an alert, turn by turn."""

    uid: str
    number: int
    rule: str
    calls: list[Record] = field(default_factory=list)
    state: AlertState | None = None
    ended_as: str | None = None
    opened: list[tuple[int, int]] = field(default_factory=list)  # turn, and when at the earliest: became open
    told: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # by kind and address: delivery ids
    heard: dict[str, str | None] = field(default_factory=dict)  # by address: how it had ended, as told last


@dataclass
class Facts:
    """All of it."""

    started_at: int  # UTC ms; calls from before are baseline
    setup: Setup
    turn: int = 0
    missed: dict[str, Record] = field(default_factory=dict)
    answered: dict[str, Record] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)  # by uid
    mutes: dict[int, Mute] = field(default_factory=dict)  # those that nobody has ended
    deeds: list[Deed] = field(default_factory=list)
    set_at: list[int] = field(default_factory=list)  # turns in which the clock was set
    loaded: list[tuple[int, Setup]] = field(default_factory=list)  # turns in which a configuration took over
    failing: set[str] = field(default_factory=set)  # receivers that ever failed
    held: set[str] = field(
        default_factory=set
    )  # delivery ids of what waited, by a calendar, a silence or a snooze

    def last_deed(self, uid: str) -> Deed | None:
        return next((deed for deed in reversed(self.deeds) if deed.uid == uid), None)

    def reopened(self, uid: str) -> int:
        """The turn in which a person last reopened it; -1 where nobody did."""
        return max(
            (one.turn for one in self.deeds if (one.uid, one.action) == (uid, Action.REOPEN)), default=-1
        )

    def reaching(self, life: Life) -> list[Record]:
        """The answered calls known now by which the customer of an alert was reached after the last miss."""
        newest = max(life.calls, key=lambda call: call.at)
        since = self.reopened(life.uid)
        return [
            one
            for one in self.answered.values()
            if one.known is not None
            and one.known > since
            and one.customer == newest.customer
            and one.at >= newest.at - NEAR
            and one.at <= max(one.known_at[1], newest.known_at[1]) + AHEAD
        ]

    def answers_before(self, miss: Record) -> list[Record]:
        """The answered calls with a missed one's customer that were known when that became known."""
        return [
            one
            for one in self.answered.values()
            if one.customer == miss.customer
            and one.known is not None
            and miss.known is not None
            and one.known < miss.known
            and one.at <= miss.known_at[1] + AHEAD
        ]

    def known_of(self, extension: str) -> list[Record]:
        """The missed calls of an extension that are known."""
        return [one for one in self.missed.values() if one.known is not None and one.extension == extension]

    @staticmethod
    def fullest(call: Record, within: int, calls: Sequence[Record]) -> int:
        """How many of these calls the fullest window holds that contains that one, so many ms long."""
        ends = [one.at for one in calls if call.at <= one.at < call.at + within] or [call.at]
        return max(sum(end - within < one.at <= end for one in calls) for end in ends)

    def muted(self, life: Life, now: int) -> bool:
        """Is it silenced at that instant, whichever of its calls counts as the last one?"""
        return any(all(sense) for sense in self._muting(life, now))

    def may_be_muted(self, life: Life, now: int) -> bool:
        """Is it, by one of them?"""
        return any(any(sense) for sense in self._muting(life, now))

    def _muting(self, life: Life, now: int) -> list[tuple[bool, bool]]:
        rule = self.rule_of(life)
        active = [
            one
            for one in self.mutes.values()
            if one.starts_at <= now and (one.ends_at is None or now < one.ends_at)
        ]
        return [] if rule is None else [one.is_about(rule, life.calls) for one in active]

    def closed(self, life: Life, now: int) -> bool:
        """Is its rule's calendar closed at that instant?"""
        rule = self.setup.rule(life.rule)
        return rule is not None and rule.outside != "" and not self.setup.hours.is_open(now)

    def snoozed(self, life: Life, now: int) -> bool:
        """Has somebody put it to sleep until later than that instant?"""
        deed = self.last_deed(life.uid)
        return deed is not None and deed.until is not None and now < deed.until

    def rule_of(self, life: Life) -> Plain | None:
        """Its rule, as it is or was last."""
        setups = (self.setup, *(one for _, one in reversed(self.loaded)))
        return next((rule for one in setups if (rule := one.rule(life.rule))), None)

    def was_without(self, life: Life) -> bool:
        """Was there a configuration without its rule?"""
        return any(setup.rule(life.rule) is None for _, setup in self.loaded)

    def rules(self) -> list[Plain]:
        """Every form that any rule has had."""
        return [rule for _, setup in self.loaded for rule in setup.rules]

    def is_baseline(self, miss: Record) -> bool:
        return miss.at < self.started_at

    def is_untouched(self, since: int) -> bool:
        """Has nobody set the clock, nor loaded another configuration, since that turn?"""
        return all(turn < since for turn in (*self.set_at, *(turn for turn, _ in self.loaded)))


def customer(number: int) -> str:
    """One of them, in E.164."""
    return CUSTOMERS[number % len(CUSTOMERS)]
