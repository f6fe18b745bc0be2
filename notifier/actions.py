"""What people do to alerts, each in one transaction: from the command line, or by a button.

The daemon need not be asked: it finds in the store what is to be done, whichever process wrote it there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from notifier.config.receivers import Agent, Receiver, agent_of
from notifier.host.masking import clean
from notifier.model import Alert, AlertState, EndReason, Silence
from notifier.rules import ends_when_told, is_news, standing
from notifier.rules.act import Acted, Action, Order, Shown, Standing, act
from notifier.rules.silence import is_about, silenced
from notifier.store import alerts, by_hand, events, outbox_alerts, silences, unheard
from notifier.store.database import Connection, Database
from notifier.store.outbox_held import hasten_held
from notifier.store.told import Told

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
    rules: Collection[str]  # names of its rules
    receivers: Mapping[str, Receiver] = field(default_factory=dict)  # likewise; for what is said of an order

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
            if before.ended_at is not None:
                end = unheard.ENDED if before.ended_as is EndReason.TOLD else standing(before)
                unheard.missed_its_end(connection, alert_id, end)
            # The daemon looks at it at once, and then when its own rules say: they may be others than ours.
            alerts.update_alert(connection, acted.alert, now if acted.alert.ended_at is None else None)
            events.record(connection, alert_id, acted.event)
            hasten_held(connection, now, alert_id)
            if order.action is Action.REOPEN:
                by_hand.revive(connection, alert_id, now)
        return replace(acted, shown=self._shown(connection, acted.alert))

    def _shown(self, connection: Connection, alert: Alert) -> Shown:
        known = unheard.all_known(connection, alert.id)
        edited = sum(self._can_edit(one) for one in known)
        anew = sum(self._is_told_anew(one, alert) for one in known if not self._can_edit(one))
        return Shown(edited, anew, len(known))

    def _can_edit(self, known: Told) -> bool:
        receiver = self.receivers.get(known.target.receiver)
        return receiver is not None and receiver.can_edit and known.receipt != ""

    def _is_told_anew(self, known: Told, alert: Alert) -> bool:
        receiver = self.receivers.get(known.target.receiver)
        return is_news(known.standing, alert, for_program=receiver is not None and receiver.is_program)

    def _standing(self, connection: Connection, alert: Alert) -> Standing:
        active = alerts.active(connection, [(alert.rule, alert.key)])
        rivals = [other.id for other in active.values() if other.id != alert.id]
        return Standing(
            has_rule=alert.rule in self.rules,
            rival=rivals[0] if rivals else None,
            is_written=by_hand.is_written(connection, alert.id),
            never_told=by_hand.never_told(connection, alert.id),
        )


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


def call_off(connection: Connection, ids: Collection[int], who: str, now: int) -> by_hand.Changed:
    """Call off notifications that wait or were given up; what was only to be told is over then.

    An alert about one call, with nothing to follow, ends with the last of its notifications: as told where
    somebody was, else as resolved by whoever called it off.

    Args:
        connection: to the store, in a transaction.
        ids: of the notifications, at most `by_hand.MOST`.
        who: calls them off, as it was written.
        now: UTC ms.
    """
    changed = by_hand.drop(connection, ids, now)
    about = by_hand.alerts_about(connection, changed.done)
    waiting = [
        alert
        for alert in outbox_alerts.alerts_of(connection, about).values()
        if alert.state is AlertState.OPEN and ends_when_told(alert)
    ]
    told = outbox_alerts.settled(connection, [alert.id for alert in waiting])
    untold = outbox_alerts.forsaken(connection, [alert.id for alert in waiting])
    for alert in waiting:
        if alert.id in told:
            ended = replace(alert, state=AlertState.ENDED, ended_as=EndReason.TOLD, ended_at=now)
            alerts.update_alert(connection, ended, None)
        elif alert.id in untold and not by_hand.ids_in(connection, by_hand.RETRIABLE, alert.id):
            _called_off(connection, alert, who, now)
    return changed


def _called_off(connection: Connection, alert: Alert, who: str, now: int) -> None:
    order = fitted(Order(Action.RESOLVE, who, by_hand.DROPPED))
    acted = act(alert, order, Standing(has_rule=True, rival=None, is_written=True), now)
    alerts.update_alert(connection, acted.alert, None)
    if acted.event is not None:
        events.record(connection, alert.id, acted.event)


def fitted(order: Order) -> Order:
    """An order whose texts are fit to be kept and shown."""
    return replace(order, who=a_name(order.who), note=one_line(order.note, LONGEST_NOTE))


def a_name(text: str) -> str:
    """What somebody calls themselves, fit likewise; nobody passes for an agent, as `Event.who` names them."""
    name = one_line(text, LONGEST_NAME)
    return f"A{name[1:]}" if agent_of(name) else name


def one_line(text: str, limit: int) -> str:
    """A text on one line, free of secrets and control characters, and no longer than so many characters."""
    return clean(" ".join(text.split()), limit=limit, phones=False)
