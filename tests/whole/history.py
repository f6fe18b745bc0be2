"""One whole life: a world whose every stage is watched, and whatever it did compared with the model."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from notifier import actions
from notifier.model import AlertState, Gathered
from notifier.store import schema
from notifier.store.outbox import OutboxRow, RowState
from tests.support.doomed import DoomedDatabase
from tests.support.exchange import Killed
from tests.support.world import World
from tests.support.writing import pragma
from tests.whole.below import check_all_said, check_below
from tests.whole.facts import Facts, Life
from tests.whole.owed import check_decisions, check_dropped, check_ended, check_handed_on
from tests.whole.pings import check_doubles, check_ping
from tests.whole.plain import BEGIN, DAY, HOUR, MINUTE, Setup
from tests.whole.undone import check_end, check_settled, check_stored


class History:
    """A world, and the facts about it.

    Args:
        folder: for the store.
        setup: its first configuration.
    """

    def __init__(self, folder: Path, setup: Setup) -> None:
        self.world = World(folder, follow_up=True, threads=True, **setup.sections())
        self.world.database.close()
        self.database = self.world.database = DoomedDatabase(self.world.path)
        pragma(self.world.database, "synchronous=OFF")
        self.world.clock.ms = BEGIN
        self.facts = Facts(BEGIN, setup)
        self.facts.loaded.append((0, setup))
        self.skew = 0  # ms by which our clock is ahead
        self.finished: set[int] = set()  # rows of the outbox
        self.heard = 0  # of what was sent
        self.lost = Counter[tuple[str, str]]()

    async def stage(self, letter: str) -> int | None:
        """One stage of the loops; killed in it, everything starts again.

        Args:
            letter: p reads missed calls, f answered ones, t does what time makes due, s sends.

        Returns:
            When something is due next, UTC ms, as far as this stage knows.
        """
        world, began = self.world, self.world.clock.now()
        due = None
        try:
            match letter:
                case "p":
                    await world.poll()
                case "f":
                    await world.follow()
                case "t":
                    due = await world.tick()
                case _:
                    due = await world.send()
        except Killed:
            self.observe(began, was_killed=True)
            await self.restart()
        else:
            self.observe(began)
        return due

    async def restart(self) -> None:
        """The store is all that is left."""
        self.database.revive()
        await self.world.restart()

    async def load(self, setup: Setup, *, restarts: bool) -> None:
        """Another configuration takes over."""
        self.facts.turn += 1
        self.facts.setup = setup
        self.facts.loaded.append((self.facts.turn, setup))
        began, heard = self.world.clock.now(), len(self.world.sent)
        await (self.world.restart if restarts else self.world.reload)(**setup.sections())
        self.observe(began)
        assert len(self.world.sent) == heard, "loading a configuration sends something"

    def observe(self, began: int, *, was_killed: bool = False) -> None:
        """Take down what has become known, and compare everything that has changed with the model."""
        self.facts.turn += 1
        rows = self.world.outbox()
        self._lost(rows, was_killed=was_killed)
        self.facts.held |= {row.delivery_id for row in rows if row.gathered_as is Gathered.HELD}
        self.database.look(lambda connection: self._learn(connection, began))
        for message in self.world.sent[self.heard :]:
            if not message.edits:
                check_ping(self.facts, message)
        self.heard = len(self.world.sent)
        self._changes(began, rows)
        arrived = Counter((one.address, one.delivery_id) for one in self.world.sent if not one.edits)
        check_doubles(arrived, self.lost, {"#room", "U209"})
        check_below(self.world)

    def _lost(self, rows: Sequence[OutboxRow], *, was_killed: bool) -> None:
        """What arrived just now without our learning of it."""
        known = {row.delivery_id for row in rows if row.state is RowState.SENT}
        unknown = {one for channel in self.world.channels.values() for one in channel.lost}
        for one in self.world.sent[self.heard :]:
            if not one.edits and (was_killed or one.delivery_id in unknown) and one.delivery_id not in known:
                self.lost[one.address, one.delivery_id] += 1

    def _learn(self, connection: Connection, began: int) -> None:
        """Which calls are stored, what was decided on them, and which alerts they joined."""
        facts, calls = self.facts, schema.calls
        stored = connection.execute(select(calls.c.id, calls.c.name)).all()
        assert max(Counter(row.name for row in stored).values(), default=1) == 1, "a call is stored twice"
        names = {row.id: row.name for row in stored}
        fresh = []
        for row in stored:
            record = facts.missed.get(row.name) or facts.answered[row.name]
            if record.known is None:
                record.known, record.known_at = facts.turn, (began, self.world.clock.now())
                fresh.append(record)
        alerts = schema.alerts
        lives = {
            number: facts.lives.setdefault(uid, Life(uid, number, rule))
            for number, uid, rule in connection.execute(select(alerts.c.id, alerts.c.uid, alerts.c.rule))
        }
        for life in lives.values():
            life.calls.clear()
        joined = schema.alert_calls
        for number, call_id in connection.execute(select(joined.c.alert_id, joined.c.call_id)):
            lives[number].calls.append(facts.missed[names[call_id]])
        decided: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        table = schema.decisions
        for call_id, rule, reason in connection.execute(
            select(table.c.call_id, table.c.rule, table.c.reason)
        ):
            decided[names[call_id]].append((rule, reason))
        for record in fresh:
            if record.name in facts.missed:
                check_decisions(facts, record, decided[record.name])

    def _changes(self, began: int, rows: Sequence[OutboxRow]) -> None:
        facts = self.facts
        by_number: dict[int, Life] = {}
        for alert in self.world.alerts():
            life = by_number[alert.id] = facts.lives[alert.uid]
            if alert.state is AlertState.OPEN and life.state is not AlertState.OPEN:
                life.opened.append((facts.turn, began))
            life.state, life.ended_as = alert.state, alert.ended_as
            check_ended(facts, life)
        for row in rows:
            if row.finished_at is None or row.id in self.finished:
                if row.finished_at is None:
                    self.finished.discard(row.id)  # brought back to life by a person
                continue
            self.finished.add(row.id)
            life = by_number[row.alert_id]
            if row.state is RowState.DROPPED:
                check_dropped(facts, life, row, self._arrived(row))
            elif row.state is RowState.SENT:
                assert any(one.delivery_id == row.delivery_id for one in self.world.sent), row
            else:
                about = [one for one in rows if one.alert_id == row.alert_id]
                check_handed_on(facts, life, row, about)

    def _arrived(self, row: OutboxRow) -> bool:
        return any(
            one.alert.id == row.alert_id and one.receiver == row.target.receiver for one in self.world.sent
        )

    async def end_silence(self, number: int) -> None:
        """Somebody wants to hear again; refused, where the silence is over by our clock."""
        world, now = self.world, self.world.clock.now()
        ended = await actions.end_silence(world.database, world.config.agents, number, "Asha", now)
        assert ended is not None
        if ended.is_done:
            del self.facts.mutes[number]

    async def settle(self) -> None:
        """Everything works again, and gets time; then nothing waits without a reason."""
        self.mend()
        for order in ("pfts", "ts", "pfts"):
            await self.go(order)
            self.world.clock.advance(6 * MINUTE)
        await self.go("pfts")
        check_settled(self.world, self.facts)

    def mend(self) -> None:
        """Everything works."""
        for channel in self.world.channels.values():
            channel.always = channel.never_edits = None
            channel.sends.clear()
            channel.edits.clear()
            channel.replies.clear()
            channel.looks.clear()
        for lists in self.world.lists.values():
            for exchange in lists.lists.values():
                exchange.failures.clear()

    async def end(self) -> None:
        """All faults are gone, clocks are right, and days pass: nothing is left undone."""
        self.set_clock(-self.skew)
        began = self.world.clock.now()
        await self.settle()
        for number in [*self.facts.mutes]:
            await self.end_silence(number)
        self.world.clock.advance(HOUR)  # then counts are compared with TeleCMI's
        await self.go("pf")
        check_stored(self.facts, began)
        due = await self.go("ts")
        while due is not None and self.world.clock.now() < began + 8 * DAY:
            now = self.world.clock.now()
            self.world.clock.advance(min(max(due - now, 2 * MINUTE), DAY))
            due = await self.go("pfts")
        check_end(self.world, self.facts)
        check_all_said(self.world, self.facts.failing)

    async def go(self, order: str) -> int | None:
        """Some stages; when something is due next, UTC ms, as far as they know."""
        due = [await self.stage(letter) for letter in order]
        return min((at for at in due if at is not None), default=None)

    def set_clock(self, by: int) -> None:
        """Our clock is set, ms; TeleCMI's is right."""
        if by == 0:
            return
        self.facts.turn += 1
        self.facts.set_at.append(self.facts.turn)
        self.world.clock.ms += by
        self.skew += by
        for exchange in self.world.lists["main"].lists.values():
            exchange.date_ahead = -self.skew
