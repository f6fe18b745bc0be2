"""One transaction: the store comes to hold what is in trouble, and whom that is to be told."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from notifier.host.troubles import Ended, Trouble
from notifier.model import NoticeKind, Target
from notifier.notices.plan import FLAPPING, WORTH_TELLING, Change, Drop, Expect, Give, Known, plan
from notifier.store import notices
from notifier.store.database import Connection
from notifier.store.notices import Phase, StoredNotice, Telling, TellingState

_Key = tuple[NoticeKind, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A telling that is to be sent, and about what."""

    telling: Telling
    kind: NoticeKind
    subject: str


@dataclass(frozen=True)
class Record:
    """What is true, as it is to be written down.

    Args:
        active: what is in trouble.
        ended: what was, and is not known to be written down.
        audience: who is told.
        now: UTC ms.
    """

    active: Collection[Trouble]
    ended: Collection[Ended]
    audience: Collection[Target]
    now: int

    def write(self, connection: Connection) -> list[Waiting]:
        """Write it down; doing it twice changes nothing.

        Returns:
            What waits to be sent.
        """
        live = self._follow(connection)
        for notice in live:
            self._plan(connection, notice)
        return [
            Waiting(pending, notice.kind, notice.subject)
            for notice, by_target in _by_target(connection, live)
            for known in by_target.values()
            if (pending := known.pending) is not None and pending.state is TellingState.WAITING
        ]

    def _follow(self, connection: Connection) -> list[StoredNotice]:
        """Raise and clear; returns all that is still of interest."""
        # The newest of a kind and subject wins, should there be two.
        live = {_key(notice): notice for notice in notices.live(connection, self.now - FLAPPING)}
        for ended in self.ended:
            key = ended.trouble.kind, ended.trouble.subject
            if _is_raised(live.get(key)) or self._is_news(live.get(key), ended):
                raised = self._raised(connection, live.get(key), ended.trouble)
                self._plan(connection, raised)  # else nobody would be to be told that it was raised
                live[key] = _cleared(connection, raised, ended.at)
        wanted = {(trouble.kind, trouble.subject) for trouble in self.active}
        for trouble in self.active:
            key = trouble.kind, trouble.subject
            live[key] = self._raised(connection, live.get(key), trouble)
        for key, notice in live.items():
            if _is_raised(notice) and key not in wanted:
                live[key] = _cleared(connection, notice, self.now)
        return list(live.values())

    @staticmethod
    def _is_news(notice: StoredNotice | None, ended: Ended) -> bool:
        """Did it begin and end while the store could not be used, and is it worth telling all the same?"""
        is_known = notice is not None and notice.cleared_at is not None and notice.cleared_at >= ended.at
        return not is_known and ended.at - ended.trouble.since >= WORTH_TELLING

    def _raised(self, connection: Connection, notice: StoredNotice | None, trouble: Trouble) -> StoredNotice:
        if notice is not None and notice.cleared_at is None:
            if notice.reason != trouble.reason:
                notice = replace(notice, reason=trouble.reason)
                notices.update_notice(connection, notice)
            return notice
        if notice is None:
            notice = notices.insert_notice(
                connection, trouble.kind, trouble.subject, trouble.reason, trouble.since
            )
            known: Mapping[Target, Known] = {}
        else:
            ((_, known),) = _by_target(connection, [notice])
            # For whoever has not heard of its end it has been going on.
            goes_on = any(one.is_raised or one.pending for one in known.values())
            notice = replace(
                notice,
                reason=trouble.reason,
                raised_at=notice.raised_at if goes_on else trouble.since,
                cleared_at=None,
            )
            notices.update_notice(connection, notice)
        for target in self.audience:
            found = known.get(target, Known())
            if found.raised is None or (found.raised.state is TellingState.DEAD and not found.is_raised):
                notices.expect(connection, notice.id, target, Phase.RAISED, self.now, self.now)
        return notice

    def _plan(self, connection: Connection, notice: StoredNotice) -> None:
        ((_, by_target),) = _by_target(connection, [notice])
        for target, known in by_target.items():
            for change in plan(notice, known, self.now, is_told=target in self.audience):
                self._carry_out(connection, notice, target, change)

    def _carry_out(
        self, connection: Connection, notice: StoredNotice, target: Target, change: Change
    ) -> None:
        match change:
            case Drop(telling, reason):
                notices.finish(connection, telling.id, TellingState.DROPPED, reason, self.now)
            case Give(telling, reason):
                uncertain = telling.uncertain_since
                notices.finish(
                    connection, telling.id, TellingState.DEAD, reason, self.now, uncertain_since=uncertain
                )
            case Expect(phase, at):
                notices.expect(connection, notice.id, target, phase, at, self.now)
            case _:
                assert_never(change)


def _key(notice: StoredNotice) -> _Key:
    return notice.kind, notice.subject


def _is_raised(notice: StoredNotice | None) -> bool:
    return notice is not None and notice.cleared_at is None


def _cleared(connection: Connection, notice: StoredNotice, at: int) -> StoredNotice:
    # A clock that was set back must not make it end before it began.
    cleared = replace(notice, cleared_at=max(at, notice.raised_at))
    notices.update_notice(connection, cleared)
    return cleared


def _by_target(
    connection: Connection, found: Sequence[StoredNotice]
) -> list[tuple[StoredNotice, Mapping[Target, Known]]]:
    tellings: dict[int, dict[Target, list[Telling]]] = {notice.id: defaultdict(list) for notice in found}
    for telling in notices.tellings(connection, tellings):
        tellings[telling.notice_id][telling.target].append(telling)
    return [
        (notice, {target: Known.of(told) for target, told in tellings[notice.id].items()}) for notice in found
    ]
