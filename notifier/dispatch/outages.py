"""What fails, and what is said of it: once when it begins, once when it ends."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

import structlog

from notifier.channels.base import PARTS, Channel
from notifier.clock import Clock
from notifier.config.schema import Delivery
from notifier.dispatch.breaker import Breakers, Outage
from notifier.dispatch.suspicion import Suspicion
from notifier.host.troubles import ABOUT_BUTTONS, Troubles
from notifier.model import NoticeKind, Target
from notifier.rules import Directory
from notifier.sending.verdict import Blame, Next, Verdict, backoff
from notifier.sending.words import in_words

log = structlog.get_logger("notifier.dispatch")

LASTING = 300_000
"""ms that a target must have failed for before ops hear of it, where it may work again by itself."""

LASTING_FAILURES = 5
"""So many in a row, at the least."""

QUIET = 3_600_000
"""ms without a message that can't be changed, after which ops hear that messages can be: some are deleted."""

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
    _unchanged_at: dict[Target, int] = field(default_factory=dict)  # UTC ms, when a message last could not be
    _refused: set[Target] = field(default_factory=set)  # alone, while others with the same credentials work

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

    def refusal(self, target: Target) -> Outage | None:
        """How the credentials fail that a target is told with; None where they work as far as is known."""
        common = self._breakers.outage(_Service(self.service(target)))
        return common or (self._breakers.outage(target) if target in self._refused else None)

    def works(self, target: Target) -> bool:
        """May a target be told in place of another? Its own credentials do not fail."""
        return self.refusal(target) is None

    def store_failed(self, target: Target) -> None:
        """A target's worker could not go on, and the target is not to blame."""
        self._hold(_storing(target), Verdict(Next.RETRY, "the store can't be used"))

    def store_ok(self, target: Target) -> None:
        """It can."""
        self._breakers.works(_storing(target))

    def told(self, target: Target) -> None:
        """A message reached a target."""
        self._breakers.works(target)
        self._refused.discard(target)
        self.troubles.clear(NoticeKind.TARGET_BROKEN, str(target))
        self._parts_work(target)
        self._service_works(target)

    def edited(self, target: Target) -> None:
        """A message of a target was edited; that new ones reach it is not said by that."""
        self._breakers.works(_editing(target))
        if not 0 <= self.clock.now() - self._unchanged_at.get(target, -QUIET) < QUIET:
            self._unchanged_at.pop(target, None)
            self.troubles.clear(NoticeKind.EDIT_REFUSED, str(target))
        self._service_works(target)

    def said(self, target: Target) -> None:
        """Something was said below a message of a target; of messages themselves that says nothing."""
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
                self._address_failed(target, judged)
            case Blame.MESSAGE:
                self._unchanged_at[target] = self.clock.now()
                self._say(NoticeKind.EDIT_REFUSED, target, judged)
            case Blame.NOTHING:
                pass
        return judged.next is not Next.RETRY or judged.blame in {Blame.NOTHING, Blame.MESSAGE}

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
        if (kind, subject) in ABOUT_BUTTONS:
            return True
        if kind is NoticeKind.CREDENTIALS_BROKEN:
            service = subject.partition(" ")[0] if subject in PARTS else subject
            return any(channel.service == service for channel in self.channels.values())
        if kind in {NoticeKind.TARGET_BROKEN, NoticeKind.EDIT_REFUSED}:
            receiver, _, recipient = subject.partition(":")
            return self.directory.address(Target(receiver, recipient)) is not None
        return True

    def _service_failed(self, target: Target, judged: Verdict, *, editing: bool) -> None:
        service = self.service(target)
        if self._suspicion.failed(service, target, judged.reason):
            self._hold(_Service(service), judged)
            self.troubles.raise_(NoticeKind.CREDENTIALS_BROKEN, service, judged.for_ops or judged.reason)
            return
        self._hold(_editing(target) if editing else target, judged)
        if not editing:
            self._refused.add(target)
            self._say(NoticeKind.TARGET_BROKEN, target, judged)

    def _address_failed(self, target: Target, judged: Verdict) -> None:
        """What many addresses share is said once, and not for each of them."""
        if judged.part:
            self.troubles.raise_(NoticeKind.CREDENTIALS_BROKEN, judged.part, judged.for_ops or judged.reason)
        else:
            self._say(NoticeKind.TARGET_BROKEN, target, judged)

    def _say(self, kind: NoticeKind, target: Target, judged: Verdict) -> None:
        reason = in_words(judged.for_ops or judged.reason, target, self.directory)
        self.troubles.raise_(kind, str(target), reason)

    def _target_failed(self, target: Target, judged: Verdict, *, editing: bool) -> None:
        outage = self._hold(_editing(target) if editing else target, judged)
        if outage.failures == 1:
            what = "messages can't be edited for now" if editing else "a target can't be told for now"
            log.warning(what, target=str(target), reason=judged.reason)
        lasts = self.clock.now() - outage.since >= LASTING and outage.failures >= LASTING_FAILURES
        if lasts and not editing:
            self._say(NoticeKind.TARGET_BROKEN, target, judged)

    def _parts_work(self, target: Target) -> None:
        """What its address takes works."""
        service, address = self.service(target), self.directory.address(target) or ""
        for part, is_taken in PARTS.items():
            if part.partition(" ")[0] == service and is_taken(address):
                self.troubles.clear(NoticeKind.CREDENTIALS_BROKEN, part)

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
