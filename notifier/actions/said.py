"""What people write, made fit to be kept and shown."""

from dataclasses import replace

from notifier.config.receivers import agent_key, agent_of
from notifier.host.masking import clean
from notifier.rules.act import Order

LONGEST_NAME = 100
"""Characters of who did it."""

LONGEST_NOTE = 500
"""Characters of a note."""


def fitted(order: Order) -> Order:
    """An order whose texts are fit to be kept and shown."""
    who = agent_key(order.agent) if order.agent else a_name(order.who)
    return replace(order, who=who, note=one_line(order.note, LONGEST_NOTE))


def a_name(text: str) -> str:
    """What somebody calls themselves, fit likewise; nobody passes for an agent, as `Event.who` names them."""
    name = one_line(text, LONGEST_NAME)
    return f"A{name[1:]}" if agent_of(name) else name


def one_line(text: str, limit: int) -> str:
    """A text on one line, free of secrets and control characters, and no longer than so many characters."""
    return clean(" ".join(text.split()), limit=limit, phones=False)
