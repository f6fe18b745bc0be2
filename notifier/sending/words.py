"""Why somebody can't be told, in words that name them and the key to look at. Pure."""

from dataclasses import dataclass

from notifier.config.deputies import called
from notifier.config.receivers import Receiver, agent_at, agent_of
from notifier.model import Target
from notifier.rules import Directory


@dataclass(frozen=True, slots=True)
class Named:
    """Whom or what a target stands for; no secret."""

    place: str  # "#sales", "Asha (209)"
    setting: str  # the key of the configuration that leads there: "receivers.sales.slack.to"


def named(target: Target, directory: Directory) -> Named:
    """Name a target as the configuration does; e-mail addresses may be secret, so their place is named."""
    receiver = directory.receivers.get(target.receiver)
    if receiver is None:
        return Named(str(target), f"receivers.{target.receiver}")
    agent = agent_of(target.recipient)
    if agent:
        return _agent(agent, "email" if receiver.email else "slack", directory)
    return _place(target, receiver, directory)


def in_words(text: str, target: Target, directory: Directory) -> str:
    """Why a target can't be told, as ``Verdict.for_ops`` has it, with the names filled in."""
    names = named(target, directory)
    return text.replace("{place}", names.place).replace("{setting}", names.setting)


def _agent(agent: str, kind: str, directory: Directory) -> Named:
    key = called(agent, directory.agents)
    person = agent_at(agent, directory.agents)
    place = f"{person.name} ({key})" if person and person.name else f"agent {key}"
    return Named(place, f"agents.{key}.{kind}")


def _place(target: Target, receiver: Receiver, directory: Directory) -> Named:
    setting = f"receivers.{target.receiver}"
    if receiver.webhook is not None:
        return Named(f"the webhook of {target.receiver}", f"{setting}.webhook.url")
    if receiver.email is not None:
        keys = receiver.keys("")
        place = f"address {keys.index(target.recipient) + 1}" if target.recipient in keys else "an address"
        return Named(f"{place} of {target.receiver}", f"{setting}.email.to")
    if not receiver.can_edit:
        return Named(f"the incoming webhook of {target.receiver}", f"{setting}.slack.webhook_url")
    address = directory.address(target) or ""
    place = f"whom {target.receiver} writes to" if "@" in address else target.recipient
    return Named(place, f"{setting}.slack.to")
