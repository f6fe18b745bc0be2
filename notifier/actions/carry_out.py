"""What people do to alerts, each in one transaction: from the command line, or by a button.

The daemon need not be asked: it finds in the store what is to be done, whichever process wrote it there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from notifier.actions.said import fitted
from notifier.config.receivers import Receiver
from notifier.model import Alert, EndReason, Silence
from notifier.rules import is_news, standing
from notifier.rules.act import Acted, Action, Order, Shown, Standing, act
from notifier.store import alerts, by_hand, events, silences, unheard
from notifier.store.database import Connection, Database
from notifier.store.outbox_held import hasten_held
from notifier.store.told import Told, show_now


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What became of an order that nobody is to call a customer any more."""

    acted: Acted  # on the alert
    silence: Silence  # of the customer, until somebody ends it
    is_new: bool  # there was none before


@dataclass(frozen=True)
class Actions:
    """Carries out orders under one configuration."""

    database: Database
    rules: Collection[str]  # names of its rules
    receivers: Mapping[str, Receiver] = field(default_factory=dict)  # likewise; for what is said of an order

    async def carry_out(self, alert_id: int, order: Order, now: int, *, uid: str = "") -> Acted | None:
        """Do to an alert what a person asks for: whole, or not at all.

        Args:
            alert_id: of the alert.
            order: what is asked for, as it was written.
            now: UTC ms.
            uid: of the alert, where that is known: another one that has its number is left alone.

        Returns:
            What became of it; None where there is no such alert.

        Raises:
            StoreUnavailable: nothing was done; may be tried again.
            StoreRefused: the store is damaged.
        """
        fit = fitted(order)
        return await self.database.write(lambda connection: self._acted(connection, alert_id, fit, now, uid))

    async def do_not_call(self, alert_id: int, order: Order, now: int, *, uid: str = "") -> Forbidden | None:
        """Silence the customer of an alert until somebody ends that, and resolve the alert, both or neither.

        A customer who is silenced so already is not silenced twice.

        Args:
            alert_id: of the alert.
            order: to resolve it, as it was written; its note is why.
            now: UTC ms.
            uid: of the alert, where that is known: another one that has its number is left alone.

        Returns:
            What became of it; None where there is no such alert, or it is about no customer in particular.

        Raises:
            StoreUnavailable: nothing was done; may be tried again.
            StoreRefused: the store is damaged.
        """
        fit = fitted(order)

        def work(connection: Connection) -> Forbidden | None:
            before = alerts.alert(connection, alert_id)
            if before is None or not before.customer:
                return None
            acted = self._acted(connection, alert_id, fit, now, uid)
            if acted is None:
                return None
            known = [one for one in silences.active(connection, now) if _is_ban(one, before.customer)]
            if known:
                return Forbidden(acted, known[0], is_new=False)
            added = silences.add(connection, _ban(before.customer, fit, now))
            hasten_held(connection, now)
            return Forbidden(acted, added, is_new=True)

        return await self.database.write(work)

    def _acted(self, connection: Connection, alert_id: int, order: Order, now: int, uid: str) -> Acted | None:
        before = alerts.alert(connection, alert_id)
        if before is None or (uid and before.uid != uid):
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
            show_now(connection, alert_id, self._editable(), now)
            if order.action is Action.REOPEN:
                by_hand.revive(connection, alert_id, now)
        return replace(acted, shown=self._shown(connection, acted.alert))

    def _shown(self, connection: Connection, alert: Alert) -> Shown:
        known = unheard.all_known(connection, alert.id)
        edited = sum(self._can_edit(one) for one in known)
        anew = sum(self._is_told_anew(one, alert) for one in known if not self._can_edit(one))
        return Shown(edited, anew, len(known))

    def _editable(self) -> frozenset[str]:
        return frozenset(name for name, receiver in self.receivers.items() if receiver.can_edit)

    def _can_edit(self, known: Told) -> bool:
        return known.target.receiver in self._editable() and known.receipt != ""

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


def _is_ban(silence: Silence, customer: str) -> bool:
    """Does it mute all that is about the customer, until somebody ends it?"""
    others = (silence.rule, silence.account, silence.extension, silence.team, silence.ends_at)
    return silence.customer == customer and not any(part is not None for part in others)


def _ban(customer: str, order: Order, now: int) -> Silence:
    return Silence(
        id=0,
        rule=None,
        account=None,
        extension=None,
        team=None,
        customer=customer,
        starts_at=now,
        ends_at=None,
        reason=order.note,
        author=order.who,
        created_at=now,
    )
