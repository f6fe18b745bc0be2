"""What fails, and what is said of it: once when it begins, once when it ends."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.dispatch.breaker import Breakers, Outage
from notifier.dispatch.suspicion import Suspicion
from notifier.host.troubles import Troubles
from notifier.model import NoticeKind, Target
from notifier.rules import Directory
from notifier.sending.verdict import Blame, Next, Verdict, backoff

log = structlog.get_logger("notifier.dispatch")

LASTING = 300_000
"""ms that a target must have failed for before ops hear of it, where it may work again by itself."""

LASTING_FAILURES = 5
"""So many in a row, at the least."""

DEAD = "outbox"
"""The subject of the trouble that notifications were given up."""


@dataclass
class Outages:
    """Holds targets and services that fail, and raises and clears their troubles."""

    clock: Clock
    delivery: Delivery
    jitter: Callable[[], float]  # from 0 to 1
    channels: Mapping[str, Channel]
    directory: Directory
    troubles: Troubles
    _breakers: Breakers = field(default_factory=Breakers)
    _suspicion: Suspicion = field(default_factory=Suspicion)

    def service(self, target: Target) -> str:
        """Whose credentials a target is told with; "" where its receiver is gone."""
        channel = self.channels.get(target.receiver)
        return channel.service if channel else ""

    def until(self, target: Target, *, editing: bool = False) -> int:
        """When a target may be told again, or its messages edited, UTC ms; 0 where nothing failed."""
        editing_too = (_editing(target),) if editing else ()
        return self._breakers.until(target, _storing(target), _Service(self.service(target)), *editing_too)

    def hasten(self, latest: int) -> None:
        """Hold nobody for longer than until then, UTC ms: try them now."""
        self._breakers.hasten(latest, self.clock.now())

    def is_trial(self, target: Target) -> bool:
        """Is its service half open: one message tries, and all others wait for what becomes of it?"""
        return self._breakers.outage(_Service(self.service(target))) is not None

    def reason(self, target: Target) -> str:
        """Why nothing is sent to a target now; "" where nothing has failed."""
        outage = self._breakers.outage(_Service(self.service(target))) or self._breakers.outage(target)
        return outage.reason if outage else ""

    def store_failed(self, target: Target) -> None:
        """A target's worker could not go on, and the target is not to blame."""
        self._hold(_storing(target), Verdict(Next.RETRY, "the store can't be used"))

    def store_ok(self, target: Target) -> None:
        """It can."""
        self._breakers.works(_storing(target))

    def told(self, target: Target) -> None:
        """A message reached a target."""
        self._breakers.works(target)
        self.troubles.clear(NoticeKind.TARGET_BROKEN, str(target))
        self._service_works(target)

    def edited(self, target: Target) -> None:
        """A message of a target was edited; that new ones reach it is not said by that."""
        self._breakers.works(_editing(target))
        self._service_works(target)

    def failed(self, target: Target, judged: Verdict, *, editing: bool = False) -> bool:
        """A message did not reach a target, or could not be edited.

        Returns:
            May the next message be tried at once?
        """
        match judged.blame:
            case Blame.SERVICE:
                self._service_failed(target, judged, editing=editing)
            case Blame.TARGET:
                self._target_failed(target, judged, editing=editing)
            case Blame.ADDRESS:
                self.troubles.raise_(NoticeKind.TARGET_BROKEN, str(target), judged.reason)
            case Blame.NOTHING:
                pass
        return judged.next is not Next.RETRY or judged.blame is Blame.NOTHING

    def look(self, dead: int) -> None:
        """Raise or clear what the store and the configuration say.

        Args:
            dead: notifications that were given up and wait for a person.
        """
        if dead:
            which = "a notification was" if dead == 1 else f"{dead:,} notifications were"
            self.troubles.raise_(
                NoticeKind.DEAD_LETTERS,
                DEAD,
                f"{which} given up; `notifier outbox --state dead` shows them and why: mend that, then "
                "`notifier outbox retry --all`, or `drop --all` if nobody needs to be told any more",
            )
        else:
            self.troubles.clear(NoticeKind.DEAD_LETTERS, DEAD)
        for trouble in self.troubles.active():
            if not self._is_ours(trouble.kind, trouble.subject):
                self.troubles.clear(trouble.kind, trouble.subject)

    def _is_ours(self, kind: NoticeKind, subject: str) -> bool:
        """Can this trouble still end? What the configuration names no more is never told again."""
        if kind is NoticeKind.CREDENTIALS_BROKEN:
            return any(channel.service == subject for channel in self.channels.values())
        if kind is NoticeKind.TARGET_BROKEN:
            receiver, _, recipient = subject.partition(":")
            return self.directory.address(Target(receiver, recipient)) is not None
        return True

    def _service_failed(self, target: Target, judged: Verdict, *, editing: bool) -> None:
        service = self.service(target)
        if self._suspicion.failed(service, target, judged.reason):
            self._hold(_Service(service), judged)
            self.troubles.raise_(NoticeKind.CREDENTIALS_BROKEN, service, judged.reason)
            return
        self._hold(_editing(target) if editing else target, judged)
        if not editing:
            self.troubles.raise_(NoticeKind.TARGET_BROKEN, str(target), judged.reason)

    def _target_failed(self, target: Target, judged: Verdict, *, editing: bool) -> None:
        outage = self._hold(_editing(target) if editing else target, judged)
        if outage.failures == 1:
            what = "messages can't be edited for now" if editing else "a target can't be told for now"
            log.warning(what, target=str(target), reason=judged.reason)
        lasts = self.clock.now() - outage.since >= LASTING and outage.failures >= LASTING_FAILURES
        if lasts and not editing:
            self.troubles.raise_(NoticeKind.TARGET_BROKEN, str(target), judged.reason)

    def _service_works(self, target: Target) -> None:
        service = self.service(target)
        self._suspicion.worked(service, target)
        self._breakers.works(_Service(service))
        self.troubles.clear(NoticeKind.CREDENTIALS_BROKEN, service)

    def _hold(self, name: Hashable, judged: Verdict) -> Outage:
        now = self.clock.now()
        until = now
        # What was given up says that the target fails, and is no reason to keep the next one waiting.
        if judged.next is Next.RETRY:
            wait = backoff(self._breakers.failures(name) + 1, self.delivery, self.jitter())
            until = now + max(wait, judged.delay)
        return self._breakers.failed(name, judged.reason, now, until)


@dataclass(frozen=True, slots=True)
class _Service:
    name: str


def _editing(target: Target) -> tuple[str, Target]:
    """What is held where a target's messages can't be edited for now; new ones go on."""
    return ("edit", target)


def _storing(target: Target) -> tuple[str, Target]:
    """What is held where the store could not be used for a target."""
    return ("store", target)
