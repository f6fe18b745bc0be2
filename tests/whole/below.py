"""What is said below messages of what happened: nothing twice, and in the end all of it."""

from collections import Counter
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from notifier.dispatch.past import TOLD
from notifier.model import Event
from notifier.store import schema, threads
from notifier.store.events import events_of
from notifier.store.threads import Thread
from tests.support.world import World


def check_below(world: World) -> None:
    """No reply is there twice, and none tells what another one has told or what never happened."""
    stories = world.database.look(_stories)
    for channel in world.channels.values():
        ids = Counter((one.receipt, one.history.delivery_id) for one in channel.said)
        assert max(ids.values(), default=1) == 1, f"said twice: {ids}"
        told: dict[tuple[str, int], list[Event]] = {}
        for one in channel.said:
            told.setdefault((one.receipt, one.history.alert.id), []).extend(one.history.events)
        for (receipt, alert), events in told.items():
            doubled = Counter(events) - Counter(stories[alert])
            assert not doubled, f"below {receipt} is said too often: {doubled}"


def check_all_said(world: World, failing: AbstractSet[str]) -> None:
    """Nothing is left to be said below a message, unless its receiver was ever in trouble."""
    stories, found = world.database.look(_stories), world.database.look(_threads)
    for thread in found:
        if thread.target.receiver in failing:
            continue
        rest = [event for event in stories[thread.alert_id][thread.told.events :] if event.kind in TOLD]
        # That its rule is gone, no message shows.
        unsaid = [event for event in rest if event.note not in {"rule_removed", "outside_hours"}]
        assert not unsaid, f"never said: {unsaid} {thread}"


def _stories(connection: Connection) -> dict[int, list[Event]]:
    ids = connection.execute(schema.alerts.select()).scalars()
    return {alert: events_of(connection, alert) for alert in ids}


def _threads(connection: Connection) -> list[Thread]:
    rows = connection.execute(schema.threads.select()).mappings().all()
    return [threads.thread_from(row) for row in rows]
