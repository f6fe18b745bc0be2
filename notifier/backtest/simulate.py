"""The virtual clock: it jumps to whatever happens next, and everybody does what is due then."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from notifier.backtest.alerts import Alerts
from notifier.backtest.course import Course
from notifier.backtest.outbox import Outbox
from notifier.backtest.results import Results
from notifier.backtest.sender import Sender
from notifier.backtest.teller import Teller
from notifier.config import Config
from notifier.model import Call, Silence
from notifier.rules import Directory, compile_calendars, compile_rules
from notifier.rules.reached import NEAR


def simulate(
    config: Config,
    calls: Iterable[Call],
    *,
    since: int,
    until: int,
    silences: Iterable[Silence] = (),
    delay: int = 0,
) -> Results:
    """Replay calls on event time, and keep everything that would have been sent.

    Nothing fails, everybody is told at once, and nobody acknowledges or snoozes anything: there are calls,
    and time passes. Rules on trial (`dry_run`) are replayed as if they were not.

    Args:
        config: whose rules decide; its secrets are not needed.
        calls: missed and answered ones, in any order; those that come twice count once. Those from accounts
            and lists that the configuration does not read are left out.
        since: UTC ms; calls from before count, and open nothing.
        until: UTC ms; what would come later is left out.
        silences: that there were, with how each of them ended.
        delay: ms after which TeleCMI listed each call.
    """
    places = {name: place for place, name in enumerate(config.telecmi.sources)}
    known = sorted(
        (call for call in _unique(calls) if source_of(call) in places and call.placed_at <= until),
        key=lambda call: (call.placed_at, places[source_of(call)], call.id),
    )
    before = [call for call in known if call.placed_at < since]
    during = known[len(before) :]
    stage = _stage(config, silences)
    stage.course.warm_up(
        [call for call in before if not call.endpoint.is_answered],
        [call for call in before if call.endpoint.is_answered],
        since,
    )
    stage.run(during, until, delay)
    return Results(
        since=since,
        until=until,
        calls=Counter(call.endpoint for call in during),
        warm_up=len(before),
        decided=stage.course.decided,
        ended=Counter((alert.rule, alert.ended_as) for alert in stage.alerts),
        fates=stage.sender.all_fates(until),
    )


def reach_back(config: Config) -> int | None:
    """How far before its begin a simulation needs calls, ms; None: as far as there are any."""
    rules = compile_rules(config.rules, config.agents)
    if any(rule.asks_attempts for rule in rules):
        return None
    return max((rule.within for rule in rules), default=0) + NEAR


def source_of(call: Call) -> str:
    """The list that a call stands in: "main/out_missed"."""
    return f"{call.account}/{call.endpoint}"


@dataclass(frozen=True)
class _Stage:
    """All parts of one simulation."""

    alerts: Alerts
    outbox: Outbox
    course: Course
    sender: Sender

    def run(self, calls: Sequence[Call], until: int, delay: int) -> None:
        """Go from one event to the next, until the end (UTC ms).

        Args:
            calls: in the order in which they become known.
            until: UTC ms.
            delay: ms from when a call is placed until it is known.
        """
        place = 0
        while True:
            coming = calls[place].placed_at + delay if place < len(calls) else None
            due = (at for at in (coming, self.alerts.next_due(), self.outbox.next_due()) if at is not None)
            now = min(due, default=None)
            if now is None or now > until:
                return
            begin = place
            while place < len(calls) and calls[place].placed_at + delay <= now:
                place += 1
            self._step(calls[begin:place], now)

    def _step(self, calls: Sequence[Call], now: int) -> None:
        for _, alike in groupby(calls, key=source_of):
            some = list(alike)
            (self.course.answered if some[0].endpoint.is_answered else self.course.missed)(some, now)
        self.course.wake(now)
        while targets := self.outbox.targets(now):
            self.sender.send(targets, now)
            self.course.wake(now)


def _stage(config: Config, silences: Iterable[Silence]) -> _Stage:
    rules = tuple(rule.model_copy(update={"dry_run": False}) for rule in config.rules)
    compiled = compile_rules(rules, config.agents, follow_up=config.telecmi.follow_up)
    outbox = Outbox()
    teller = Teller(
        rules={rule.name: rule for rule in rules},
        directory=Directory(config.receivers, config.agents, config.ops.notify, config.timezone),
        calendars=compile_calendars(config.calendars, config.timezone),
        stale_after=config.telecmi.poll.stale_after,
        outbox=outbox,
    )
    alerts = Alerts(teller.wakes_at)
    looks_back = config.telecmi.follow_up or any(rule.asks_attempts for rule in compiled)
    course = Course(compiled, alerts, outbox, teller, looks_back)
    sender = Sender(
        receivers=config.receivers,
        agents=config.agents,
        delivery=config.delivery,
        silences=[_as_it_ended(silence) for silence in silences],
        alerts=alerts,
        outbox=outbox,
        teller=teller,
    )
    return _Stage(alerts, outbox, course, sender)


def _as_it_ended(silence: Silence) -> Silence:
    """A silence that a person ended before its time, as if it had been meant so."""
    return silence if silence.ended_at is None else replace(silence, ends_at=silence.ended_at, ended_at=None)


def _unique(calls: Iterable[Call]) -> Iterator[Call]:
    """Each call once: either of its ids tells that it is the same."""
    seen: set[tuple[str, str]] = set()
    for call in calls:
        idents = {(source_of(call), ident) for ident in (call.id, call.alias) if ident is not None}
        if seen.isdisjoint(idents):
            yield call
        seen |= idents
