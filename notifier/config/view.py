"""A configuration with broken parts: what is sound is checked further, so that all errors show at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from notifier.config.calendars import Calendar
from notifier.config.digests import Digest
from notifier.config.places import KeyPath
from notifier.config.receivers import Agent, Receiver
from notifier.config.rules import Rule
from notifier.config.schema import (
    Account,
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
    poll: Poll | None  # None, here and below: broken, or not there
    reconcile: Reconcile | None
    keep: Keep | None
    slack: SlackSettings | None
    email: EmailSettings | None
    delivery: Delivery | None
    ops: Ops | None
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


def view_of(data: Mapping[str, object]) -> View:
    """Look at what the YAML holds, its `${…}` replaced."""
    telecmi, store = _mapping(data.get("telecmi")), _mapping(data.get("store"))
    accounts, receivers = telecmi.get("accounts"), _mapping(data.get("receivers"))
    agents, calendars = _mapping(data.get("agents")), _mapping(data.get("calendars"))
    return View(
        accounts=dict(_sound_items(Account, accounts, ("telecmi", "accounts"))),
        rules=dict(_sound_items(Rule, data.get("rules"), ("rules",))),
        digests=dict(_sound_items(Digest, data.get("digests"), ("digests",))),
        calendars=_sound_values(Calendar, calendars),
        receivers=_sound_values(Receiver, receivers),
        agents=_sound_values(Agent, agents),
        poll=_sound(Poll, telecmi.get("poll", {})),
        reconcile=_sound(Reconcile, telecmi.get("reconcile", {})),
        keep=_sound(Keep, store.get("keep", {})),
        slack=_sound(SlackSettings, data.get("slack")),
        email=_sound(EmailSettings, data.get("email")),
        delivery=_sound(Delivery, data.get("delivery", {})),
        ops=_sound(Ops, data.get("ops", {})),
        web=_sound(Web, data.get("web")),
        country=_text(data.get("country")),
        store_url=_text(store.get("url")),
        allow_insecure=_is_on(data.get("allow_insecure")),
        follow_up=_is_on(telecmi.get("follow_up")),
        has_rules=bool(data.get("rules")),
        sections=frozenset(key for key, value in data.items() if value is not None),
        account_names=frozenset(_texts(accounts, "name")),
        calendar_names=frozenset(calendars),
        receiver_names=frozenset(receivers),
        agent_names=frozenset(agents),
        teams=frozenset(_texts(list(agents.values()), "team")),
        has_phones=any(_texts(list(agents.values()), "phone")),
    )


def _sound(model: type[_M], raw: object) -> _M | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def _sound_items(model: type[_M], raw: object, path: KeyPath) -> Iterator[tuple[KeyPath, _M]]:
    for index, item in enumerate(raw if isinstance(raw, list) else []):
        sound = _sound(model, item)
        if sound is not None:
            yield (*path, index), sound


def _sound_values(model: type[_M], raw: Mapping[str, object]) -> dict[str, _M]:
    sound = {name: _sound(model, item) for name, item in raw.items()}
    return {name: item for name, item in sound.items() if item is not None}


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, dict) else {}


def _is_on(raw: object) -> bool:
    return str(raw).lower() == "true"


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _texts(raw: object, key: str) -> Iterator[str]:
    for item in raw if isinstance(raw, list) else []:
        value = _mapping(item).get(key, "")
        if isinstance(value, str | int):
            yield value if isinstance(value, str) else str(value)
