"""What is said to whoever pressed a button, and to nobody else. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from notifier.actions import Forbidden
from notifier.channels.render.escape import label, literal
from notifier.channels.render.outside import Outside
from notifier.channels.render.times import local
from notifier.config.receivers import Agent, agent_at, agent_of
from notifier.model import Alert
from notifier.rules.act import Acted, Action, Verdict
from notifier.rules.acted import When, refused, said
from notifier.rules.acted import Who as Named

Say: TypeAlias = Callable[[Acted, When, Named], str]

_NAME = 60  # characters

NOT_ALLOWED = (
    "Nothing was done: you are not among those who may press this button (`actions.allowed` in notifier's"
    " configuration). Whoever runs notifier can add you."
)
WHO_ARE_YOU = (
    "Nothing was done: Slack does not tell notifier who you are right now. Press again in a minute, and if"
    " that does not help, tell whoever runs notifier."
)
OUT_OF_USE = (
    "Nothing was done: this message is about an alert that notifier does not know (any more), or its button"
    " is of another version."
)
TOO_MANY = (
    "Nothing was done: more buttons are being pressed than notifier can see to. Press again in a minute."
)
WAITING = "This takes longer than usual: notifier can't write it down yet, and goes on trying for a minute."
GIVEN_UP = "Nothing was done: notifier can't write it down. Press again later, or tell whoever runs notifier."
BROKEN = "Nothing was done: something is wrong with notifier, and its log says what. Tell whoever runs it."
STOPPED = (
    "notifier stops just now, and may not have done this: look at the message in a minute, and press again if"
    " it shows nothing."
)
NO_FORM = "Nothing was done: Slack did not let notifier show its form in time. Press again."
NO_CUSTOMER = "Nothing was done: this alert is about no customer in particular."


@dataclass(frozen=True)
class Words:
    """Says it for one configuration."""

    agents: Mapping[str, Agent]
    zone: ZoneInfo

    def why_not(self, acted: Acted, now: int, presser: str, customer: str = "") -> str:
        """Why nothing was done.

        Args:
            acted: what became of the order.
            now: UTC ms.
            presser: who pressed, as in `Event.who`.
            customer: the name of whom it is about; "" where there is none.
        """
        # Two people may have the same name, but no two agents the same extension.
        known = presser if agent_of(presser) else ""
        if acted.verdict is Verdict.ALREADY and acted.order.action is Action.ACKNOWLEDGE:
            return self._already_on_it(acted.before, now, known, customer)
        return f"Nothing was done to A{acted.alert.id}: {self._said(refused, acted, now, known)}."

    def _already_on_it(self, alert: Alert, now: int, presser: str, customer: str) -> str:
        since = "" if alert.handled_at is None else f", since {local(alert.handled_at, self.zone, now)}"
        whom = Outside(literal, mask=True).fit(customer, _NAME)
        it = f"it ({whom})" if whom else "it"
        if presser and alert.handled_by == presser:
            return f"You are already on {it}{since} (A{alert.id})."
        who = self._named(alert.handled_by)
        return f"{who[:1].upper()}{who[1:]} is already on {it}{since}. Nothing for you to do (A{alert.id})."

    def done(self, acted: Acted, now: int, presser: str) -> str:
        """What was done, where no message shows it."""
        return f"A{acted.alert.id}: {self._said(said, acted, now, presser)}."

    def forbidden(self, done: Forbidden, now: int) -> str:
        """That a customer is not called any more, and how that is undone."""
        alert, number = done.acted.alert, done.silence.id
        since = local(done.silence.starts_at, self.zone, now)
        told = (
            "nobody is told of missed calls to this customer any more"
            if done.is_new
            else (f"this customer has been silenced since {since}")
        )
        return f"A{alert.id}: {told}. Whoever runs notifier can end that: `notifier silence end S{number}`."

    def _said(self, say: Say, acted: Acted, now: int, presser: str) -> str:
        return say(
            acted,
            lambda ms: local(ms, self.zone, now),
            lambda who: "you" if who and who == presser else self._named(who),
        )

    def _named(self, who: str) -> str:
        agent = agent_of(who)
        if not agent:
            return literal(label(who, _NAME)) or "somebody"
        person = agent_at(agent, self.agents)
        name = label(person.name, _NAME) if person else ""
        return literal(name) or f"extension {agent.partition('/')[2]}"
