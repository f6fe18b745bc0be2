"""What no loop meets with by itself: a silent TeleCMI, a disk that fills up, a store's file that is gone."""

from collections.abc import Collection
from dataclasses import dataclass

from notifier.clock import Clock
from notifier.config.values import MINUTE, duration_text
from notifier.host.disk import StoreFile
from notifier.host.troubles import Troubles
from notifier.model import NoticeKind
from notifier.rules import ALWAYS, Hours
from notifier.store.database import Database
from notifier.store.silence import Silence, silences

EVERY = MINUTE
"""ms between two looks."""

_SPACE = (NoticeKind.DISK, "free space")
_FILE = (NoticeKind.DISK, "file")


@dataclass
class Lookout:
    """Looks, and raises and clears."""

    database: Database
    file: StoreFile
    clock: Clock
    troubles: Troubles
    sources: Collection[str]  # that are read: "main/out_missed"
    quiet_after: int | None  # ms; None: silence is no trouble
    hours: Hours  # in which silence counts

    async def look(self) -> None:
        """Look once.

        Raises:
            StoreUnavailable: the store can't be read now.
        """
        self._look_at_space()
        self._look_at_file()
        if self.quiet_after is not None:
            for silence in await self.database.read(silences):
                if silence.source in self.sources:
                    self._judge(silence, self.quiet_after)

    def _look_at_space(self) -> None:
        space = self.file.space()
        if space is None:
            return
        if space.is_short(was=self.troubles.is_in(*_SPACE)):
            reason = f"{space} where {self.file.path} is; make room before nothing can be stored any more"
            self.troubles.raise_(*_SPACE, reason)
        else:
            self.troubles.clear(*_SPACE)

    def _look_at_file(self) -> None:
        if self.file.is_there():
            self.troubles.clear(*_FILE)
            return
        reason = (
            f"{self.file.path} was deleted, moved or replaced while notifier has it open. It goes on with"
            " what it has open, which is lost when it ends: put the same file back where it was moved; else"
            " restart notifier, which begins with what is there then"
        )
        self.troubles.raise_(*_FILE, reason)

    def _judge(self, silence: Silence, quiet_after: int) -> None:
        told_at = self.hours.after(silence.since, quiet_after)
        if told_at is None or silence.read_to < told_at:
            self.troubles.clear(NoticeKind.SOURCE_SILENT, silence.source)
            return
        reason = (
            f"TeleCMI answers, and has listed no call for {duration_text(quiet_after)}{self._counted}; "
            "is `app_id` the right one, and do people call at all?"
        )
        self.troubles.raise_(NoticeKind.SOURCE_SILENT, silence.source, reason)

    @property
    def _counted(self) -> str:
        return "" if self.hours is ALWAYS else " of open hours"
