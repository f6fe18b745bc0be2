"""What people do to alerts, each in one transaction: from the command line, or by a button.

The daemon need not be asked: it finds in the store what is to be done, whichever process wrote it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notifier.config.receivers import Agent
from notifier.config.rules import Rule
from notifier.host.masking import clean
from notifier.model import Alert, Silence
from notifier.rules import wakes_at
from notifier.rules.act import Acted, Action, Order, Standing, act
from notifier.rules.calendar import ALWAYS, Hours
from notifier.rules.silence import is_about, silenced
from notifier.store import alerts, by_hand, events, silences
from notifier.store.database import Connection, Database
from notifier.store.outbox_held import hasten_held

LONGEST_NAME = 100
"""Characters of who did it."""

LONGEST_NOTE = 500
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """What became of a silence."""

    silence: Silence
    is_done: bool  # it was over before, where it was to be ended and this is false
    alerts: int  # active ones that it mutes from now on, or that may be told now


@dataclass(frozen=True)
class Actions:
    """Carries out orders under one configuration."""

    database: Database
    rules: Mapping[str, Rule]
    calendars: Mapping[str, Hours]

    async def carry_out(self, alert_id: int, order: Order, now: int) -> Acted | None:
        """Do to an alert what a person asks for: whole, or not at all.

        Args:
            alert_id: of the alert.
            order: what is asked for, as it was written.
            now: UTC ms.

        Returns:
            What became of it; None where there is no such alert.

        Raises:
            StoreUnavailable: nothing was done; may be tried again.
            StoreRefused: the store is damaged.
        """
        fit = fitted(order)
        return await self.database.write(lambda connection: self._acted(connection, alert_id, fit, now))

    def _acted(self, connection: Connection, alert_id: int, order: Order, now: int) -> Acted | None:
        before = alerts.alert(connection, alert_id)
        if before is None:
            return None
        acted = act(before, order, self._standing(connection, before), now)
        if acted.event is not None:
            alerts.update_alert(connection, acted.alert, self._wakes_at(acted.alert, now))
            events.record(connection, alert_id, acted.event)
            hasten_held(connection, now, alert_id)
            if order.action is Action.REOPEN:
                by_hand.revive(connection, alert_id, now)
        return acted

    def _standing(self, connection: Connection, alert: Alert) -> Standing:
        active = alerts.active(connection, [(alert.rule, alert.key)])
        rivals = [other.id for other in active.values() if other.id != alert.id]
        return Standing(
            has_rule=alert.rule in self.rules,
            rival=rivals[0] if rivals else None,
            is_written=by_hand.is_written(connection, alert.id),
        )

    def _wakes_at(self, alert: Alert, now: int) -> int | None:
        rule = self.rules.get(alert.rule)
        if rule is not None:
            return wakes_at(alert, rule, self.calendars[rule.calendar] if rule.calendar else ALWAYS)
        # The daemon may know a rule that is not in the file any more, or have to end what is left of it.
        return now if alert.ended_at is None else None


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
    fit = replace(new, reason=one_line(new.reason, LONGEST_NOTE), author=one_line(new.author, LONGEST_NAME))

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
    name = one_line(who, LONGEST_NAME)

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
            if is_about(found, one, agents) and silenced(one, rest, agents, now) is None
        ]
        return Silenced(replace(found, ended_at=now, ended_by=name), is_done=True, alerts=len(free))

    return await database.write(work)


def fitted(order: Order) -> Order:
    """An order whose texts are fit to be kept and shown."""
    return replace(order, who=one_line(order.who, LONGEST_NAME), note=one_line(order.note, LONGEST_NOTE))


def one_line(text: str, limit: int) -> str:
    """A text on one line, free of secrets and control characters, and no longer than so many characters."""
    return clean(" ".join(text.split()), limit=limit, phones=False)
