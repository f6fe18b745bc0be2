"""The outbox of a simulation, as the store would hold it: what is to be sent, and what targets know."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count

from notifier.model import Alert, Gathered, Kind, Target
from notifier.store.outbox import OutboxRow, RowState


@dataclass(slots=True)
class Told:
    """What one target's newest message about an alert shows."""

    version: int
    call_count: int
    edit_at: int  # UTC ms, before which nothing is done about it
    can_edit: bool
    standing: str  # of the alert, likewise; in the words of `rules.standing`
    is_stale: bool = False


class Outbox:
    """Rows by target and by alert; those of a target that wait, in order."""

    def __init__(self) -> None:
        self.rows: list[OutboxRow] = []  # each at the place of its id
        self.written_at: list[int] = []  # UTC ms, beside them
        self.told: defaultdict[int, dict[Target, Told]] = defaultdict(dict)  # by alert
        self.told_at: dict[tuple[int, Target], int] = {}  # UTC ms, when last; by alert
        self._of_alert: defaultdict[int, list[int]] = defaultdict(list)
        self._waiting: defaultdict[Target, dict[int, None]] = defaultdict(dict)
        self._stale: defaultdict[Target, dict[int, None]] = defaultdict(dict)  # alerts, some no more
        self._queue: list[tuple[int, int, Target]] = []  # a heap of when to look at which target
        self._numbers = count(1)

    def enqueue(
        self,
        alert: Alert,
        targets: Iterable[Target],
        kind: Kind,
        n: int,
        via: str,
        reason: str,
        now: int,
        gathered: Gathered | None,
        state: RowState = RowState.WAITING,
    ) -> None:
        """Write down whom an alert is to be told; a target that already has this one is left alone."""
        known = {row.target for row in self.of_alert(alert.id) if (row.kind, row.n) == (kind, n)}
        for target in dict.fromkeys(targets):
            if target in known:
                continue
            number = len(self.rows)
            self.rows.append(
                OutboxRow(
                    id=number,
                    delivery_id=str(number),
                    alert_id=alert.id,
                    target=target,
                    kind=kind,
                    n=n,
                    via=via,
                    state=state,
                    reason=reason,
                    attempts=0,
                    next_at=now,
                    created_at=now,
                    uncertain_since=None,
                    plain=False,
                    gathered_as=gathered,
                )
            )
            self.written_at.append(now)
            self._of_alert[alert.id].append(number)
            if state is RowState.WAITING:
                self._waiting[target][number] = None
                self.look(target, now)

    def of_alert(self, alert_id: int) -> list[OutboxRow]:
        """Everything that was to be sent about an alert, in order."""
        return [self.rows[number] for number in self._of_alert.get(alert_id, ())]

    def next_try(self, alert_id: int) -> int | None:
        """When the first of what waits about an alert is due, UTC ms."""
        waiting = (row.next_at for row in self.of_alert(alert_id) if row.state is RowState.WAITING)
        return min(waiting, default=None)

    def is_unheard(self, alert_id: int) -> bool:
        """Was nobody told of an alert yet, since it was held? Some of it may be so still."""
        rows = self.of_alert(alert_id)
        was_held = any(row.gathered_as is Gathered.HELD for row in rows)
        return was_held and not any(row.state is RowState.SENT for row in rows)

    def kept_back_until(self, alert_id: int) -> int | None:
        """Until when all is held that is to tell of an alert first, UTC ms; None where somebody was told."""
        if not self.is_unheard(alert_id):
            return None
        held = (
            row.next_at
            for row in self.of_alert(alert_id)
            if row.state is RowState.WAITING and row.gathered_as is Gathered.HELD
        )
        return min(held, default=None)

    def waiting(self) -> list[OutboxRow]:
        """Everything that still waits, in order."""
        return [row for row in self.rows if row.state is RowState.WAITING]

    def due(self, target: Target, now: int) -> list[OutboxRow]:
        """What may be told a target now, in order; of the rows about one alert only the first."""
        first: dict[int, OutboxRow] = {}
        for number in self._waiting[target]:
            row = self.rows[number]
            first.setdefault(row.alert_id, row)
        found = [row for row in first.values() if row.next_at <= now]
        return sorted(found, key=lambda row: (row.next_at, row.id))

    def held(self, target: Target, now: int) -> list[OutboxRow]:
        """What was held for a target until now, and is part of no message yet."""
        rows = (self.rows[number] for number in self._waiting[target])
        return [
            row
            for row in rows
            if row.gathered_as is Gathered.HELD and row.batch is None and row.next_at <= now
        ]

    def batch(self, target: Target, name: str) -> list[OutboxRow]:
        """The rows of one summary that still wait, in order."""
        rows = (self.rows[number] for number in self._waiting[target])
        return sorted((row for row in rows if row.batch == name), key=lambda row: (row.created_at, row.id))

    def put(self, rows: Collection[OutboxRow], part: int, parts: int) -> None:
        """These are told together."""
        name = str(next(self._numbers))
        for row in rows:
            self.rows[row.id] = replace(row, batch=name, part=part, parts=parts)

    def alone(self, row: OutboxRow) -> OutboxRow:
        """It is told by itself."""
        if row.batch is None:
            return row
        self.rows[row.id] = alone = replace(row, batch=None, part=None, parts=None)
        return alone

    def hold(self, row: OutboxRow, until: int) -> None:
        """Let it wait until then, UTC ms, as if it had just come."""
        self.rows[row.id] = replace(
            row,
            gathered_as=Gathered.HELD,
            next_at=until,
            created_at=until,
            batch=None,
            part=None,
            parts=None,
        )
        self.look(row.target, until)

    def hasten(self, alert_id: int, now: int) -> None:
        """Let what is held about an alert be looked at now, UTC ms."""
        for row in self.of_alert(alert_id):
            is_held = row.state is RowState.WAITING and row.gathered_as is Gathered.HELD
            if is_held and row.next_at > now:
                self.rows[row.id] = replace(row, next_at=now, created_at=min(row.created_at, now))
                self.look(row.target, now)

    def finish(self, row: OutboxRow, state: RowState, reason: str | None = None) -> OutboxRow:
        """Note what became of a row, for good; None keeps its reason."""
        del self._waiting[row.target][row.id]
        done = replace(row, state=state, reason=row.reason if reason is None else reason)
        self.rows[row.id] = done
        return done

    def look(self, target: Target, at: int) -> None:
        """Look at a target then, UTC ms."""
        heappush(self._queue, (at, next(self._numbers), target))

    def next_due(self) -> int | None:
        """When a target is to be looked at next, UTC ms."""
        return self._queue[0][0] if self._queue else None

    def targets(self, now: int) -> list[Target]:
        """The targets that are to be looked at by now, UTC ms, each once."""
        found: dict[Target, None] = {}
        while self._queue and self._queue[0][0] <= now:
            found[heappop(self._queue)[2]] = None
        return list(found)

    def outdate(self, alert: Alert) -> None:
        """Whoever was told an older version in a message that can't be edited is to hear of it anew."""
        for target in self.told.get(alert.id, {}):
            self.ask_again(alert, target)

    def ask_again(self, alert: Alert, target: Target) -> None:
        """Likewise one target, if it was told of the alert."""
        told = self.told.get(alert.id, {}).get(target)
        if told is not None and told.version < alert.version and not told.can_edit:
            told.is_stale = True
            self._stale[target][alert.id] = None
            self.look(target, told.edit_at)

    def take_stale(self, target: Target, now: int) -> list[int]:
        """The alerts of which a target's message was outdated for long enough; they are dealt with."""
        found = []
        for number in list(self._stale[target]):
            told = self.told[number][target]
            if not told.is_stale or told.edit_at <= now:
                del self._stale[target][number]
            if told.is_stale and told.edit_at <= now:
                told.is_stale = False
                found.append(number)
        return found
