"""Adding and ending silences, each in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notifier.actions.said import LONGEST_NOTE, a_name, one_line
from notifier.config.receivers import Agent
from notifier.model import Silence
from notifier.rules.silence import is_about, silenced
from notifier.store import alerts, silences
from notifier.store.database import Connection, Database
from notifier.store.outbox_held import hasten_held


@dataclass(frozen=True, slots=True)
class Silenced:
    """What became of a silence."""

    silence: Silence
    is_done: bool  # it was over before, where it was to be ended and this is false
    alerts: int  # active ones that it mutes from now on, or that may be told now


async def silence(database: Database, agents: Mapping[str, Agent], new: Silence, now: int) -> Silenced:
    """Add a silence: what it is about, and waits already, is looked at again, and waits for its end, too.

    Args:
        database: the store.
        agents: of the configuration.
        new: its id does not count.
        now: UTC ms.

    Raises:
        StoreUnavailable: nothing was done; may be tried again.
        StoreRefused: the store is damaged.
    """
    fit = replace(new, reason=one_line(new.reason, LONGEST_NOTE), author=a_name(new.author))

    def work(connection: Connection) -> Silenced:
        added = silences.add(connection, fit)
        hasten_held(connection, now)
        about = [one for one in alerts.all_active(connection) if is_about(added, one, agents)]
        return Silenced(added, is_done=True, alerts=len(about))

    return await database.write(work)


async def end_silence(
    database: Database, agents: Mapping[str, Agent], silence_id: int, who: str, now: int
) -> Silenced | None:
    """End a silence: what nothing else holds back is told.

    Args:
        database: the store.
        agents: of the configuration.
        silence_id: of the silence.
        who: ends it, as it was written.
        now: UTC ms.

    Returns:
        What became of it; None where there is no such silence.

    Raises:
        StoreUnavailable: nothing was done; may be tried again.
        StoreRefused: the store is damaged.
    """
    name = a_name(who)

    def work(connection: Connection) -> Silenced | None:
        found = silences.silence(connection, silence_id)
        if found is None:
            return None
        if found.is_over(now):
            return Silenced(found, is_done=False, alerts=0)
        silences.end(connection, silence_id, name, now)
        hasten_held(connection, now)
        rest = silences.active(connection, now)
        free = [
            one
            for one in silences.held_alerts(connection)
            if found.is_active(now) and is_about(found, one, agents) and not silenced(one, rest, agents, now)
        ]
        return Silenced(replace(found, ended_at=now, ended_by=name), is_done=True, alerts=len(free))

    return await database.write(work)
