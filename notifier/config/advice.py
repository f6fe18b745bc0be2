"""What is allowed, and yet probably not meant."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from notifier.config.deputies import all_away, called, chain, deputy_of, places
from notifier.config.going_on import may_never_come
from notifier.config.instants import start_instant
from notifier.config.mention import AGENT
from notifier.config.places import KeyPath
from notifier.config.receivers import Receiver
from notifier.config.rules import Match
from notifier.config.schema import Config
from notifier.config.slack_app import about_slack
from notifier.config.unpinged import pings_nobody
from notifier.config.values import MINUTE

_SAFE_OVERLAP = 15 * MINUTE


class Advice(NamedTuple):
    """One thing that ops should look at."""

    about: KeyPath
    """Where it stands, or would."""
    text: str
    """A sentence."""


def warnings(config: Config, now: int) -> list[Advice]:
    """One sentence for each thing that ops should look at; none of them stops the daemon.

    Args:
        config: as it was loaded.
        now: UTC ms.
    """
    return [
        *_about_ops(config),
        *_about_rules(config),
        *_about_following(config),
        *(Advice(*one) for one in may_never_come(config)),
        *_about_digests(config),
        *_about_agents(config),
        *_about_polling(config),
        *(Advice(("telecmi", "poll", "start_from"), text) for text in about_start(config, now)),
        *(Advice(*one) for one in about_slack(config)),
        *(Advice(*one) for one in pings_nobody(config)),
        *_about_receivers(config),
    ]


def about_start(config: Config, now: int) -> Iterator[str]:
    """Is `start_from` still to come? Then it is as if nothing were watched.

    Args:
        config: as it was loaded.
        now: UTC ms.
    """
    if start_instant(config.telecmi.poll.start_from, now) > now:
        yield (
            "telecmi.poll.start_from: it lies in the future: until then nothing is told of an account that is"
            " new here; write now, or an instant that has been"
        )


def _about_ops(config: Config) -> Iterator[Advice]:
    ops, here = config.ops, ("ops", "notify")
    if not ops.notify:
        yield Advice(
            here,
            "ops.notify: nobody is named, so only the log says what could not be delivered; name a receiver",
        )
        return
    for name in ops.notify:
        if _only_agents(config.receivers[name]):
            yield Advice(
                here,
                f"ops.notify: {name} comes to the agent of a call only, so it can't be told of notifier's own"
                " troubles; name a receiver with an address of its own",
            )
    ways = {_way(name, config) for name in ops.notify}
    if ways <= _ways_of_rules(config) and len(ways) == 1 and ops.heartbeat_url is None:
        yield Advice(
            here,
            "ops.notify: the only way to ops is one that calls take, too, so when it fails nobody is told;"
            " name a receiver of another kind as well, or set `heartbeat_url`",
        )


def _ways_of_rules(config: Config) -> set[str]:
    return {
        _way(name, config)
        for rule in config.rules
        for name in (*rule.notify, *(to for level in rule.levels for to in level.notify))
    }


def _about_receivers(config: Config) -> Iterator[Advice]:
    named = {*config.ops.notify, *(name for digest in config.digests for name in digest.notify)}
    for rule in config.rules:
        named.update(rule.notify, rule.fallback)
        named.update(*(level.notify for level in rule.levels), *(step.notify for step in rule.escalate))
    for name in config.receivers:
        if name not in named:
            yield Advice(
                ("receivers", name),
                f"receivers.{name}: nothing is sent there: no rule or digest names it, and ops do not;"
                ' name it in a rule\'s "notify:", or take it out',
            )


def _way(name: str, config: Config) -> str:
    """What may fail as one: the bot and the mail server for all their receivers, a webhook for its own."""
    kind = config.receivers[name].channel
    return kind if kind in {"slack", "email"} else name


def _about_rules(config: Config) -> Iterator[Advice]:
    if config.ops.notify:
        return
    for index, rule in enumerate(config.rules):
        if not rule.fallback and all(_only_agents(config.receivers[name]) for name in rule.notify):
            yield Advice(
                ("rules", index, "notify"),
                f"rule {rule.name}: only agents are told, so where an extension has no agent or address,"
                " nobody hears of its calls; add `fallback:`",
            )


def _about_following(config: Config) -> Iterator[Advice]:
    if config.telecmi.follow_up:
        return
    add = "add `follow_up: true` under `telecmi:`"
    for index, rule in enumerate(config.rules):
        goes_on = [key for key in ("escalate", "repeat_every") if getattr(rule, key)]
        if goes_on:
            yield Advice(
                ("rules", index, goes_on[0]),
                f"rule {rule.name}: whom somebody has reached is not known, so it escalates and reminds all"
                f" the same, until a person says that it is done; {add}",
            )
        if path := _asks_attempts(rule.match, ("rules", index, "match")):
            yield Advice(
                path,
                f"rule {rule.name}: whom somebody has reached is not known, so `attempts` counts all missed"
                f" calls that are stored, also those before the customer was reached; {add}",
            )


def _asks_attempts(match: Match, path: KeyPath) -> KeyPath:
    """Where conditions ask how often a customer was tried; () where they do not."""
    if match.attempts is not None:
        return (*path, "attempts")
    return _asks_attempts(match.not_, (*path, "not")) if match.not_ is not None else ()


def _only_agents(receiver: Receiver) -> bool:
    if receiver.slack is not None:
        return receiver.slack.to == AGENT
    return receiver.email is not None and set(receiver.email.to) == {AGENT}


def _about_digests(config: Config) -> Iterator[Advice]:
    if config.digests and not config.telecmi.follow_up:
        yield Advice(
            ("digests",),
            "digests: who was reached afterwards is not known, so they tell of missed calls only;"
            " add `follow_up: true` under `telecmi:`",
        )


def _about_agents(config: Config) -> Iterator[Advice]:
    for key, agent in config.agents.items():
        if not agent.slack and not agent.email:
            yield Advice(
                ("agents", key),
                f"agents.{key}: no address, so a rule's fallback is told instead; add `slack:` or `email:`",
            )
        if agent.phone and not _is_in_use(agent.phone):
            yield Advice(
                ("agents", key, "phone"),
                f"agents.{key}.phone: as far as is known its country gives out no such numbers, so calls to"
                " it may not be recognised; look at its digits",
            )
    for key, day in _all_away(config).items():
        yield Advice(
            ("agents", key, "away"),
            f"agents.{key}.away: on {day} all deputies are away, too, so a rule's fallback is told then;"
            " name another deputy, or nobody",
        )
    for circle in _circles(config):
        yield Advice(
            ("agents", circle[0], "deputy"),
            f"agents.{circle[0]}.deputy: a circle of deputies, {' → '.join((*circle, circle[0]))}: where none"
            " of them can be told, it ends at a rule's fallback, or ops; name somebody outside of it as well,"
            " if that is not meant",
        )


def _circles(config: Config) -> list[list[str]]:
    """Those who stand in for one another all round, each circle once, as the configuration calls them."""
    accounts = [account.name for account in config.telecmi.accounts]
    found: dict[frozenset[str], list[str]] = {}
    for key in config.agents:
        for at in places(key, config.agents, accounts):
            way = [at, *chain(at, config.agents)]
            names = [called(each, config.agents) for each in way]
            if called(deputy_of(way[-1], config.agents), config.agents) == key:
                found.setdefault(frozenset(names), names)
    return list(found.values())


def _all_away(config: Config) -> dict[str, date]:
    """The first day on which an agent is away with all deputies, by the agent's key."""
    accounts = [account.name for account in config.telecmi.accounts]
    found: dict[str, date] = {}
    for key in config.agents:
        days = (all_away(at, config.agents) for at in places(key, config.agents, accounts))
        first = min((day for day in days if day is not None), default=None)
        if first is not None:
            found[key] = first
    return found


def _is_in_use(phone: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - slow to import, and only needed here

    return phonenumbers.is_valid_number(phonenumbers.parse(phone))


def _about_polling(config: Config) -> Iterator[Advice]:
    if config.telecmi.poll.overlap < _SAFE_OVERLAP:
        yield Advice(
            ("telecmi", "poll", "overlap"),
            "telecmi.poll.overlap: TeleCMI reports calls minutes late; below 15m some may never be seen",
        )
