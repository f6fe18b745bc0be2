"""What is allowed, and yet probably not meant."""

from collections.abc import Iterator

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


def _about_agents(config: Config) -> Iterator[str]:
    for key, agent in config.agents.items():
        if not agent.slack and not agent.email:
            yield f"agents.{key}: no address, so a rule's fallback is told instead; add `slack:` or `email:`"


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
