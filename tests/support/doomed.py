"""A process that is killed around one of its transactions, and stays dead until it is started again."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from notifier.store.database import Connection, Database
from tests.support.exchange import Killed

T = TypeVar("T")


class Moment(StrEnum):
    """When, in the life of a transaction, its process is killed."""

    BEFORE = "before"
    WITHIN = "within"  # all was written, nothing committed
    AFTER = "after"  # it is committed, and nobody has learned of it


class AtOnce(ThreadPoolExecutor):
    """Does everything in the caller's thread: of thousands of lives threads would take most of the time."""

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done = Future[T]()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as a thread would hand it on
            done.set_exception(error)
        return done


class DoomedDatabase(Database):
    """The store of a process that may be doomed; once that is dead, it neither reads nor writes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._write_thread = self._read_thread = AtOnce(1)

    is_dead = False
    _lives_for: int | None = None  # transactions
    _moment = Moment.BEFORE

    def doom(self, lives_for: int, moment: Moment) -> None:
        """Kill it so many transactions from now, at that moment of the next one."""
        self._lives_for, self._moment = lives_for, moment

    def revive(self) -> None:
        """Another process has opened the store, and nothing threatens it."""
        self.is_dead, self._lives_for = False, None

    async def read(self, work: Callable[[Connection], T]) -> T:
        self._must_live()
        return await super().read(work)

    async def write(self, work: Callable[[Connection], T], after: Callable[[], None] | None = None) -> T:
        self._must_live()
        if self._lives_for is None:
            return await super().write(work, after)
        self._lives_for -= 1
        if self._lives_for >= 0:
            return await super().write(work, after)
        self.is_dead = True
        match self._moment:
            case Moment.WITHIN:
                await super().write(lambda connection: _killed(work(connection)))
            case Moment.AFTER:
                await super().write(work)
        raise Killed

    def _must_live(self) -> None:
        if self.is_dead:
            raise Killed


def _killed(_: object) -> None:
    raise Killed
