"""What is in trouble at this moment: said in the log once when it begins and once when it ends."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

import structlog

from notifier.clock import Clock
from notifier.host.masking import clean
from notifier.model import NoticeKind

log = structlog.get_logger("notifier")

_REASON_LIMIT = 600  # characters
_MOST_ENDED = 100  # nobody may ever ask for them, where the store can't be used

STORE = (NoticeKind.DISK, "store")
"""The trouble that the store can't be used."""

CONFIGURATION = (NoticeKind.RELOAD_REFUSED, "configuration")
"""The trouble that the configuration in the file is not the one in force."""

BUTTONS = (NoticeKind.CREDENTIALS_BROKEN, "slack buttons")
"""The trouble that Slack refuses the token by which we hear what is pressed; all is told without buttons."""

BUTTONS_LOST = (NoticeKind.TARGET_BROKEN, "Slack buttons")
"""The trouble that we have not heard for long what is pressed; all is told without buttons."""

WHO_PRESSES = (NoticeKind.CREDENTIALS_BROKEN, "slack pressers")
"""The trouble that Slack does not let us see who pressed."""

ABOUT_BUTTONS = frozenset({BUTTONS, BUTTONS_LOST, WHO_PRESSES})
"""They keep nobody from hearing of a call; whoever raises them clears them, too."""

# What keeps the job from being done comes first.
_BY_SEVERITY = (
    NoticeKind.CREDENTIALS_BROKEN,
    NoticeKind.DISK,
    NoticeKind.SOURCE_REFUSED,
    NoticeKind.SOURCE_FAILING,
    NoticeKind.SOURCE_SILENT,
    NoticeKind.TARGET_BROKEN,
    NoticeKind.DEAD_LETTERS,
    NoticeKind.EDIT_REFUSED,
    NoticeKind.RELOAD_REFUSED,
    NoticeKind.CLOCK_SKEW,
    NoticeKind.REJECTS,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that ops should know of."""

    kind: NoticeKind
    subject: str  # fit to be shown: no secret, no phone number
    reason: str  # likewise
    since: int  # UTC ms

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')}: {self.subject}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Ended:
    """A trouble that is over."""

    trouble: Trouble
    at: int  # UTC ms


@dataclass
class Troubles:
    """Remembers, in memory, what was raised and not cleared; whoever tells ops waits for `changed`."""

    clock: Clock
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _active: dict[tuple[NoticeKind, str], Trouble] = field(default_factory=dict)
    _ended: deque[Ended] = field(default_factory=lambda: deque(maxlen=_MOST_ENDED))
    _is_adopted: bool = False

    def raise_(self, kind: NoticeKind, subject: str, reason: str) -> bool:
        """Something is in trouble; is that news? A reason that changes later is shown, and is no news."""
        reason = clean(reason, limit=_REASON_LIMIT) or "failed"
        known = self._active.get((kind, subject))
        if known is not None:
            self._active[kind, subject] = replace(known, reason=reason)
            return False
        self._active[kind, subject] = Trouble(kind, subject, reason, self.clock.now())
        self.changed.set()
        log.error("in trouble", kind=kind, subject=subject, reason=reason)
        return True

    def clear(self, kind: NoticeKind, subject: str) -> bool:
        """It works; was it in trouble?"""
        trouble = self._active.pop((kind, subject), None)
        if trouble is None:
            return False
        self._ended.append(Ended(trouble, self.clock.now()))
        self.changed.set()
        log.info("works again", kind=kind, subject=subject)
        return True

    def adopt(self, troubles: Iterable[Trouble]) -> None:
        """An earlier run raised these, and nobody has cleared them since: they go on, and are no news.

        Only the first time: later on, what we know is newer than what is written down.
        """
        if self._is_adopted:
            return
        self._is_adopted = True
        for trouble in troubles:
            key = (trouble.kind, trouble.subject)
            found = self._active.get(key)
            # Found again before we could look: it began when it was first found.
            self._active[key] = trouble if found is None else replace(found, since=trouble.since)

    def is_in(self, kind: NoticeKind, subject: str) -> bool:
        """Is it in trouble?"""
        return (kind, subject) in self._active

    def active(self) -> tuple[Trouble, ...]:
        """All of them, the most severe first, and of equals the oldest."""
        return tuple(
            sorted(
                self._active.values(),
                key=lambda trouble: (_BY_SEVERITY.index(trouble.kind), trouble.since, trouble.subject),
            )
        )

    def ended(self) -> tuple[Ended, ...]:
        """Those that are over and not yet forgotten, in the order in which they ended."""
        return tuple(self._ended)

    def forget(self, ended: Collection[Ended]) -> None:
        """These were written down."""
        kept = [one for one in self._ended if one not in ended]
        self._ended.clear()
        self._ended.extend(kept)
