"""A press of a button becomes what it asks for; whoever pressed hears what the message does not show."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from notifier.actions import Actions, a_name
from notifier.buttons import words
from notifier.buttons.form import Filled, form
from notifier.buttons.nap import wakes_at
from notifier.buttons.press import Press
from notifier.buttons.who import Leave, Presser, Who
from notifier.buttons.words import Words
from notifier.channels.slack import SlackApi
from notifier.clock import Clock
from notifier.config.receivers import agent_key
from notifier.config.rules import Rule
from notifier.config.values import MINUTE
from notifier.errors import DeliveryError, StoreUnavailable
from notifier.host.metrics import Pressed
from notifier.model import SAID_REACHED, Alert, Button, ButtonValue
from notifier.rules.act import Action, Order
from notifier.rules.calendar import ALWAYS, Hours
from notifier.store import alerts
from notifier.store.database import Connection

log = structlog.get_logger("notifier.buttons")

PATIENCE: Final = 60.0  # seconds after a press until we give up writing it down
AGAIN: Final = 1.0  # seconds between two tries
FORM_LIMIT: Final = 3.0  # seconds, after which Slack shows no form any more

Say = Callable[[str], None]
"""Says something to whoever pressed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a press."""

    pressed: Pressed
    said: str = ""  # to whoever pressed; "" where the message shows it
    who: str = ""  # pressed, as in `Event.who`
    changed: bool = False  # there is something for the loops to do


@dataclass(frozen=True)
class Handle:
    """Carries out presses under one configuration."""

    actions: Actions
    who: Who
    words: Words
    api: SlackApi
    clock: Clock
    zone: ZoneInfo
    rules: Mapping[str, Rule]
    hours: Mapping[str, Hours]  # of calendars, by name
    zones: Mapping[str, ZoneInfo]  # of those that have one of their own, likewise

    async def carry_out(self, press: Press, since: float, say: Say) -> Outcome:
        """Do what is asked for, or tell why not. Where the store can't be used, it is tried for a while.

        Args:
            press: of a button, or a form that was sent.
            since: seconds of the clock's `monotonic`, when that was.
            say: says something before it is known what became of it.

        Raises:
            StoreRefused: the store is damaged.
        """
        refused = await self._may_not(press)
        if refused is not None:
            return refused
        presser = await self.who.presser(press)
        is_waiting = False
        while True:
            try:
                return await self._do(press, presser)
            except StoreUnavailable as error:
                if self.clock.monotonic() - since >= PATIENCE:
                    log.warning("a press of a button was given up", reason=str(error))
                    return Outcome(Pressed.FAILED, words.GIVEN_UP)
            if not is_waiting:
                say(words.WAITING)
                is_waiting = True
            await self.clock.sleep(AGAIN)

    async def show_form(self, press: Press) -> Outcome:
        """Ask why nobody needs to call; there is no time to look into the store before."""
        refused = await self._may_not(press)
        if refused is not None:
            return refused
        assert press.value is not None
        place = press.place
        view = form(Filled(str(press.value), place.channel, place.thread, place.url))
        try:
            async with asyncio.timeout(FORM_LIMIT):
                await self.api.call("views.open", {"trigger_id": press.trigger, "view": view})
        except (DeliveryError, TimeoutError) as error:
            log.warning("a form could not be shown", reason=str(error) or "no answer in time")
            return Outcome(Pressed.FAILED, words.NO_FORM)
        return Outcome(Pressed.ASKED)

    async def _may_not(self, press: Press) -> Outcome | None:
        match await self.who.may(press):
            case Leave.NO:
                return Outcome(Pressed.FORBIDDEN, words.NOT_ALLOWED)
            case Leave.UNKNOWN:
                return Outcome(Pressed.FAILED, words.WHO_ARE_YOU)
            case Leave.YES:
                is_ours = press.button is not None and press.value is not None
                return None if is_ours else Outcome(Pressed.UNKNOWN, words.OUT_OF_USE)

    async def _do(self, press: Press, presser: Presser) -> Outcome:
        value = press.value
        assert value is not None
        alert, customer = await self.actions.database.read(
            lambda connection: (alerts.alert(connection, value.alert), _customer(connection, value.alert))
        )
        if alert is None or alert.uid != value.uid:
            return Outcome(Pressed.UNKNOWN, words.OUT_OF_USE)
        now = self.clock.now()
        order = self._order(press, presser, alert, now)
        if order is None:
            return Outcome(Pressed.UNKNOWN, words.OUT_OF_USE)
        who = agent_key(presser.agent) if presser.agent else a_name(presser.name)
        if press.button is Button.DO_NOT_CALL:
            return await self._forbid(value, order, now, who)
        acted = await self.actions.carry_out(value.alert, order, now, uid=value.uid)
        if acted is None:
            return Outcome(Pressed.UNKNOWN, words.OUT_OF_USE, who)
        if not acted.is_done:
            return Outcome(
                Pressed.NOTHING, self.words.why_not(acted, now, who, customer if alert.customer else ""), who
            )
        seen = "" if acted.shown.edited else self.words.done(acted, now, who)
        return Outcome(Pressed.DONE, seen, who, changed=True)

    async def _forbid(self, value: ButtonValue, order: Order, now: int, who: str) -> Outcome:
        done = await self.actions.do_not_call(value.alert, order, now, uid=value.uid)
        if done is None:
            return Outcome(Pressed.NOTHING, words.NO_CUSTOMER, who)
        changed = done.is_new or done.acted.is_done
        outcome = Pressed.DONE if changed else Pressed.NOTHING
        return Outcome(outcome, self.words.forbidden(done, now), who, changed=changed)

    def _order(self, press: Press, presser: Presser, alert: Alert, now: int) -> Order | None:
        by = Order(Action.RESOLVE, presser.name, agent=presser.agent)
        match press.button:
            case Button.ACK:
                return replace(by, action=Action.ACKNOWLEDGE)
            case Button.REACHED:
                return replace(by, note=SAID_REACHED)
            case Button.NOT_NEEDED:
                return replace(by, note=press.form.why if press.form else "")
            case Button.DO_NOT_CALL:
                return replace(by, note="Do not call")
            case Button.SNOOZE if press.nap is not None:
                until = wakes_at(press.nap, now, *self._morning(alert))
                # Pressed twice, or by two at once, it is one snooze.
                slept = alert.snoozed_until
                is_same = slept is not None and abs(slept - until) < MINUTE
                return replace(by, action=Action.SNOOZE, until=slept if is_same else until)
            case _:
                return None

    def _morning(self, alert: Alert) -> tuple[ZoneInfo, Hours]:
        """By whose clock and calendar."""
        rule = self.rules.get(alert.rule)
        name = rule.calendar if rule else ""
        return self.zones.get(name, self.zone), self.hours.get(name, ALWAYS)


def _customer(connection: Connection, alert_id: int) -> str:
    """The name that the newest call of an alert has for whom it was to."""
    return "".join(call.name for call in alerts.calls_of(connection, alert_id, 1))
