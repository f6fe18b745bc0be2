"""What must not be left undone: looked at where everything works and was given time."""

from collections import defaultdict
from functools import partial

from sqlalchemy import Connection

from notifier.cli.story import MOST, Story
from notifier.config import Config
from notifier.model import Alert, AlertState
from notifier.store.outbox import OutboxRow
from tests.support.world import World
from tests.whole.facts import Facts
from tests.whole.owed import check_goes_on, check_pending, check_told, check_waiting
from tests.whole.pings import REPEATS
from tests.whole.plain import HOUR

EDITABLE = frozenset({"room", "agent"})
"""Receivers whose messages are edited."""

AS_IT_WAS = frozenset({"rule_removed", "outside_hours"})
"""Ends that no message shows."""


def check_stored(facts: Facts, now: int) -> None:
    """Every call that TeleCMI listed is stored, but for what was listed long after it was looked for."""
    for record in (*facts.missed.values(), *facts.answered.values()):
        is_forgotten = record.is_late and record.at < now - 20 * HOUR
        assert record.known is not None or is_forgotten, f"never stored: {record}"


def check_settled(world: World, facts: Facts) -> None:
    """Nothing waits without a reason."""
    now, rows = world.clock.now(), _by_alert(world)
    for life in facts.lives.values():
        for row in rows[life.number]:
            if row.finished_at is None:
                check_waiting(facts, life, row, now)
        if life.state is AlertState.PENDING:
            check_pending(facts, life, now)
        check_goes_on(facts, life, rows[life.number], now)


def check_end(world: World, facts: Facts) -> None:
    """Every alert has ended, whoever was to be told was, and `explain` can say what became of it."""
    rows = _by_alert(world)
    for alert in world.alerts():
        assert alert.state is AlertState.ENDED, f"goes on for ever: {alert}"
        check_told(facts, facts.lives[alert.uid], rows[alert.id])
        told = world.database.look(partial(_story, config=world.config, alert=alert))
        assert len(told) >= len(rows[alert.id]) + min(alert.call_count, MOST), told
    _check_shown(world, facts)


def _story(connection: Connection, config: Config, alert: Alert) -> list[str]:
    return [*Story(connection, config).of_alert(alert)]


def _check_shown(world: World, facts: Facts) -> None:
    """A message that can be edited shows what is true, unless its receiver was ever in trouble."""
    receivers = EDITABLE - facts.failing
    singles = [one for one in world.sent if one.kind not in REPEATS and one.receiver in receivers]
    summed_up = {(one.receiver, one.alert.uid) for one in singles if one.batch is not None}
    last = {(one.receiver, one.alert.uid): one for one in singles}
    for at, message in last.items():
        life = facts.lives[message.alert.uid]
        if at in summed_up or life.ended_as in AS_IT_WAS:
            continue
        assert set(message.names) == {call.name for call in life.calls}, f"shows old calls: {message} {life}"
        assert message.alert.ended_as == life.ended_as, f"shows how it was: {message} {life}"


def _by_alert(world: World) -> defaultdict[int, list[OutboxRow]]:
    rows: defaultdict[int, list[OutboxRow]] = defaultdict(list)
    for row in world.outbox():
        rows[row.alert_id].append(row)
    return rows
