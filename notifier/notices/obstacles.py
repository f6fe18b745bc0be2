"""What stands between a target and what it is to be told: never through what fails. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from notifier.config.values import MINUTE
from notifier.host.troubles import Trouble
from notifier.model import NoticeKind, Target

TRY_AGAIN = 15 * MINUTE
"""ms after which another notice may find out whether it works again, since nobody else may try for days."""


@dataclass(frozen=True, slots=True)
class Obstacles:
    """The troubles of one target, or of the service that it is told through."""

    troubles: tuple[Trouble, ...]

    @classmethod
    def of(cls, target: Target, service: str, active: Collection[Trouble]) -> "Obstacles":
        """Those among all that is in trouble."""
        theirs = {(NoticeKind.TARGET_BROKEN, str(target)), (NoticeKind.CREDENTIALS_BROKEN, service)}
        return cls(tuple(trouble for trouble in active if (trouble.kind, trouble.subject) in theirs))

    def free_at(self, kind: NoticeKind, subject: str, tried_at: int, now: int) -> int | None:
        """When a notice may be sent all the same.

        Args:
            kind: of the notice.
            subject: likewise.
            tried_at: UTC ms, when a notice was last sent to the target.
            now: UTC ms.

        Returns:
            UTC ms; 0 where nothing stands in its way. None: it is about the obstacle, and waits until that is
            gone.
        """
        if any((trouble.kind, trouble.subject) == (kind, subject) for trouble in self.troubles):
            return None
        # What began in the future began before the clock was set back.
        began = (trouble.since for trouble in self.troubles if trouble.since <= now)
        return max((max(since, tried_at) + TRY_AGAIN for since in began), default=0)
