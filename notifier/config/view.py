"""A configuration with broken parts: what is sound is checked further, so that all errors show at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from notifier.config.calendars import Calendar
from notifier.config.digests import Digest
from notifier.config.places import KeyPath
from notifier.config.receivers import Agent, Receiver
from notifier.config.rules import Rule
from notifier.config.schema import (
    Account,
    ActionSettings,
    Config,
    Delivery,
    EmailSettings,
    Keep,
    Ops,
    Poll,
    Reconcile,
    SlackSettings,
    Web,
)
from notifier.config.values import Strict

_M = TypeVar("_M", bound=Strict)


@dataclass(frozen=True)
class View:
    """The sound parts with their paths; and all names, so that to refer to a broken part is no error."""

    accounts: Mapping[KeyPath, Account]
    rules: Mapping[KeyPath, Rule]
    digests: Mapping[KeyPath, Digest]
    calendars: Mapping[str, Calendar]
    receivers: Mapping[str, Receiver]
    agents: Mapping[str, Agent]
    poll: Poll
    reconcile: Reconcile
    keep: Keep
    slack: SlackSettings | None
    actions: ActionSettings
    email: EmailSettings | None
    delivery: Delivery
    ops: Ops
    web: Web | None
    country: str
    store_url: str
    allow_insecure: bool
    follow_up: bool
    has_rules: bool
    sections: frozenset[str]
    account_names: frozenset[str]
    calendar_names: frozenset[str]
    receiver_names: frozenset[str]
    agent_names: frozenset[str]
    teams: frozenset[str]
    has_phones: bool  # of agents

    def of_agents(self, key: str) -> tuple[KeyPath, ...]:
        """Where all agents have this key, or might."""
        return tuple(("agents", name, key) for name in ("", *self.agent_names))

    @property
    def names_of_accounts(self) -> tuple[KeyPath, ...]:
        """Where all accounts have their names, or might."""
        return tuple((*path, "name") for path in self.accounts)


def view_of(data: Mapping[str, object], config: Config) -> View:
    """Look at a configuration.

    Args:
        data: what the YAML holds, its `${…}` replaced.
        config: what of it is sound.
    """
    agents = _mapping(data.get("agents"))
    telecmi = config.telecmi
    return View(
        accounts=_by_path(("telecmi", "accounts"), telecmi.accounts),
        rules=_by_path(("rules",), config.rules),
        digests=_by_path(("digests",), config.digests),
        calendars=config.calendars,
        receivers=config.receivers,
        agents=config.agents,
        poll=telecmi.poll,
        reconcile=telecmi.reconcile,
        keep=config.store.keep,
        slack=config.slack,
        actions=config.actions,
        email=config.email,
        delivery=config.delivery,
        ops=config.ops,
        web=config.web,
        country=config.country,
        store_url=config.store.url,
        allow_insecure=config.allow_insecure or _is_unclear(data.get("allow_insecure")),
        follow_up=telecmi.follow_up,
        has_rules=bool(data.get("rules")),
        sections=frozenset(key for key, value in data.items() if value is not None),
        account_names=frozenset(_texts(_mapping(data.get("telecmi")).get("accounts"), "name")),
        calendar_names=frozenset(_mapping(data.get("calendars"))),
        receiver_names=frozenset(_mapping(data.get("receivers"))),
        agent_names=frozenset(agents),
        teams=frozenset(_texts(list(agents.values()), "team")),
        has_phones=any(_texts(list(agents.values()), "phone")),
    )


def _by_path(path: KeyPath, items: Sequence[_M]) -> dict[KeyPath, _M]:
    return {(*path, index): item for index, item in enumerate(items)}


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, dict) else {}


def _is_unclear(raw: object) -> bool:
    """Was something else than true or false written, so that nobody knows which was meant?"""
    return str(raw) not in {"None", "True", "true", "False", "false"}


def _texts(raw: object, key: str) -> Iterator[str]:
    for item in raw if isinstance(raw, list) else []:
        value = _mapping(item).get(key, "")
        if isinstance(value, str | int):
            yield value if isinstance(value, str) else str(value)
