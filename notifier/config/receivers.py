"""Who can be told, and at which address. Pure: nothing is looked up outside the configuration."""

import hashlib
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from notifier.config.days import DaySpan
from notifier.config.mention import AGENT, Mention, Mentioned
from notifier.config.values import Secret, Strict, Switch, listed

NOBODY = "nobody"
"""Stands for the receiver where nobody can be told; none has this name."""

_OF_AGENT = "agent "


class Agent(Strict):
    """The person at an extension."""

    name: str = ""
    """What the person is called in messages."""
    team: str = ""
    """A group of agents, for rules."""
    slack: str = ""
    """Their Slack member id (U…), or the e-mail address that they have in Slack."""
    email: str = ""
    """Their e-mail address."""
    phone: str = ""
    """Their own phone, in E.164: a missed call to it rang the agent, and never the customer."""
    deputy: str = ""
    """Who hears of their calls while they are away: another key of `agents`."""
    away: Annotated[tuple[DaySpan, ...], BeforeValidator(listed)] = ()
    """Days on which they are, in `timezone`: 2026-12-24, or from and to with both: 2026-12-01..2026-12-10."""


class SlackReceiver(Strict):
    """A Slack channel or person (through the bot), or an incoming webhook: exactly one of the two."""

    to: str = ""
    """agent, "#name", the id of a channel or person (C…, G…, D…, U…), or a person's e-mail address."""
    webhook_url: Secret | None = None
    """The URL of an incoming webhook, which is a secret."""
    mention: Mentioned = Mention.of(AGENT)
    """Who is mentioned, and so pinged: agent, here, a user group (S…, or "@handle" in quotes), or none; or
    one of these for each severity, where those that are not named ping nobody."""


class EmailReceiver(Strict):
    """E-mail addresses, or `agent` for the agent's own."""

    to: Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
    """Addresses, or agent."""
    reply_to: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Whom answers go to, one or several; where empty, to those of `email` at the top level."""


class WebhookReceiver(Strict):
    """A program of yours that takes signed JSON over HTTPS."""

    url: Secret
    """Where it listens; a secret, since it may hold a token."""
    secret: Secret
    """Signs what is sent; 16 characters or more."""


class Receiver(Strict):
    """A named destination: exactly one kind."""

    slack: SlackReceiver | None = None
    email: EmailReceiver | None = None
    webhook: WebhookReceiver | None = None
    mask_numbers: Switch = False
    """Whoever reads there sees the beginning and the end of phone numbers only."""

    @property
    def can_edit(self) -> bool:
        """Can a message that was sent be changed later?"""
        return self.slack is not None and self.slack.webhook_url is None

    @property
    def channel(self) -> str:
        """The kind of channel that serves it, as monitoring names it."""
        if self.slack is not None:
            return "slack" if self.can_edit else "slack_webhook"
        return "webhook" if self.email is None else "email"

    @property
    def is_program(self) -> bool:
        """Is it a program that reads what it is told?"""
        return self.webhook is not None

    @property
    def is_of_agents(self) -> bool:
        """Does it come to the agent of a call only?"""
        return self.keys("") == (agent_key(""),)

    def recipients(self, agent: str, agents: Mapping[str, Agent]) -> tuple[str, ...]:
        """The keys of those it comes to, for an alert of this agent ("main/209").

        Returns:
            Keys fit for the outbox: they name, and hold no address that may be secret. Empty where the
            agent has no address of this kind.
        """
        return tuple(key for key in self.keys(agent) if self.address(key, agents) is not None)

    def keys(self, agent: str) -> tuple[str, ...]:
        """The keys of those it names for an alert of this agent, whether they have an address or not."""
        if self.email is None:
            return (agent_key(agent) if self._to == AGENT else _key(self._to),)
        return tuple(dict.fromkeys(agent_key(agent) if to == AGENT else _key(to) for to in self.email.to))

    def address(self, recipient: str, agents: Mapping[str, Agent]) -> str | None:
        """The address behind a recipient's key as the configuration has it now; None where it has none."""
        agent = agent_of(recipient)
        if agent:
            person = agent_at(agent, agents)
            if person is None or not self._has_agent:
                return None
            return (person.email if self.email else person.slack) or None
        if self.email is None:
            return self._to if _key(self._to) == recipient else None
        return next((to for to in self.email.to if _key(to) == recipient), None)

    @property
    def _to(self) -> str:
        """The one place that a receiver of Slack or a webhook comes to; a URL is a secret, and not shown."""
        return self.slack.to if self.slack is not None and self.slack.webhook_url is None else "webhook"

    @property
    def _has_agent(self) -> bool:
        return AGENT in (self.email.to if self.email else (self._to,))


def agent_at(agent: str, agents: Mapping[str, Agent]) -> Agent | None:
    """The person at "main/209": an entry for that account wins over one for the bare extension."""
    return agents.get(agent) or agents.get(agent.partition("/")[2])


def agent_key(agent: str) -> str:
    """What the outbox names the agent at "main/209" by."""
    return _OF_AGENT + agent


def agent_of(recipient: str) -> str:
    """The agent that a recipient's key stands for: "main/209"; "" where it stands for no agent."""
    return recipient.removeprefix(_OF_AGENT) if recipient.startswith(_OF_AGENT) else ""


def _key(address: str) -> str:
    """What the outbox names an address by: e-mail addresses may come from a secret, so by a hash."""
    if "@" not in address:
        return address
    return "mail-" + hashlib.sha256(address.encode()).hexdigest()[:12]
