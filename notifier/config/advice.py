"""What is allowed, and yet probably not meant."""

from collections.abc import Iterator
from datetime import date

from notifier.config.deputies import all_away, places
from notifier.config.instants import start_instant
from notifier.config.receivers import AGENT, Receiver
from notifier.config.schema import Config, SlackSettings
from notifier.config.values import MINUTE

_SAFE_OVERLAP = 15 * MINUTE


_SLACK = SlackSettings.model_fields["base_url"].default
_BOT_TOKENS = ("xoxb-", "xoxe.xoxb-")  # the second where the app rotates its tokens


def warnings(config: Config, now: int) -> list[str]:
    """One sentence for each thing that ops should look at; none of them stops the daemon.

    Args:
        config: as it was loaded.
        now: UTC ms.
    """
    return [
        *_about_ops(config),
        *_about_rules(config),
        *_about_digests(config),
        *_about_agents(config),
        *_about_polling(config),
        *about_start(config, now),
        *_about_slack(config),
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


def _about_ops(config: Config) -> Iterator[str]:
    ops = config.ops
    if not ops.notify:
        yield "ops.notify: nobody is named, so only the log says what could not be delivered; name a receiver"
        return
    for name in ops.notify:
        if _only_agents(config.receivers[name]):
            yield (
                f"ops.notify: {name} comes to the agent of a call only, so it can't be told of notifier's own"
                " troubles; name a receiver with an address of its own"
            )
    ways = {_way(name, config) for name in ops.notify}
    if ways <= _ways_of_rules(config) and len(ways) == 1 and ops.heartbeat_url is None:
        yield (
            "ops.notify: the only way to ops is one that calls take, too, so when it fails nobody is told;"
            " name a receiver of another kind as well, or set `heartbeat_url`"
        )


def _ways_of_rules(config: Config) -> set[str]:
    return {
        _way(name, config)
        for rule in config.rules
        for name in (*rule.notify, *(to for level in rule.levels for to in level.notify))
    }


def _way(name: str, config: Config) -> str:
    """What may fail as one: the bot and the mail server for all their receivers, a webhook for its own."""
    kind = config.receivers[name].channel
    return kind if kind in {"slack", "email"} else name


def _about_rules(config: Config) -> Iterator[str]:
    if config.ops.notify:
        return
    for rule in config.rules:
        if not rule.fallback and all(_only_agents(config.receivers[name]) for name in rule.notify):
            yield (
                f"rule {rule.name}: only agents are told, so where an extension has no agent or address,"
                " nobody hears of its calls; add `fallback:`"
            )


def _only_agents(receiver: Receiver) -> bool:
    if receiver.slack is not None:
        return receiver.slack.to == AGENT
    return receiver.email is not None and set(receiver.email.to) == {AGENT}


def _about_digests(config: Config) -> Iterator[str]:
    if config.digests and not config.telecmi.follow_up:
        yield (
            "digests: who was reached afterwards is not known, so they tell of missed calls only;"
            " add `follow_up: true` under `telecmi:`"
        )


def _about_agents(config: Config) -> Iterator[str]:
    for key, agent in config.agents.items():
        if not agent.slack and not agent.email:
            yield f"agents.{key}: no address, so a rule's fallback is told instead; add `slack:` or `email:`"
        if agent.phone and not _is_in_use(agent.phone):
            yield (
                f"agents.{key}.phone: as far as is known its country gives out no such numbers, so calls to"
                " it may not be recognised; look at its digits"
            )
    for key, day in _all_away(config).items():
        yield (
            f"agents.{key}.away: on {day} all deputies are away, too, so a rule's fallback is told then;"
            " name another deputy, or nobody"
        )


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


def _about_polling(config: Config) -> Iterator[str]:
    if config.telecmi.poll.overlap < _SAFE_OVERLAP:
        yield ("telecmi.poll.overlap: TeleCMI reports calls minutes late; below 15m some may never be seen")


def _about_slack(config: Config) -> Iterator[str]:
    """Slack's own tokens have a form; what stands in for Slack, to try things, may have another."""
    if config.slack is None or config.slack.base_url != _SLACK:
        return
    token = config.slack.bot_token.get()
    if not token.startswith((*_BOT_TOKENS, "${")):  # without its secrets, the placeholder stands there
        yield (
            "slack.bot_token: looks like no bot token, which begins with xoxb-; copy the Bot User OAuth Token"
            " from the app's page OAuth & Permissions"
        )
