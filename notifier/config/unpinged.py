"""Mentions that ping nobody as the configuration is written."""

from collections.abc import Iterator

from notifier.config.mention import AGENT, Mention
from notifier.config.places import KeyPath
from notifier.config.receivers import SlackReceiver
from notifier.config.rules import Rule
from notifier.config.schema import Config
from notifier.model import Severity

_MOST = 5  # agents that are named


def pings_nobody(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """Where that stands, and a sentence, for each that was written and can't work."""
    for name, receiver in config.receivers.items():
        slack = receiver.slack
        if slack is None or "mention" not in slack.model_fields_set:
            continue
        path = ("receivers", name, "slack", "mention")
        key = ".".join(path)
        others = [whom for whom in slack.mention.each if whom != AGENT]
        if others and _is_direct(slack):
            yield path, f"{key}: in a direct message {' and '.join(others)} pings nobody; take it out"
        by_address = [at for at, agent in config.agents.items() if "@" in agent.slack]
        if slack.webhook_url is not None and AGENT in slack.mention.each and by_address:
            more = f" and {len(by_address) - _MOST} more" if len(by_address) > _MOST else ""
            text = (
                f"{key}: an incoming webhook can't look up addresses, so it names agents"
                f" {', '.join(by_address[:_MOST])}{more} and pings them not; write their member ids (U…) into"
                " `agents:`, or let the bot post, with `to:`"
            )
            yield path, text
        if not _is_direct(slack):
            yield from ((path, f"{key}: {text}") for text in _left_out(name, slack.mention, config))


def _left_out(receiver: str, mention: Mention, config: Config) -> Iterator[str]:
    """Severities that come there and that a mapping does not name."""
    for severity in Severity:
        if severity in mention.model_fields_set:
            continue
        came = [(rule.name, rule.severity) for rule in config.rules if severity in _told(rule, receiver)]
        if came:
            first, own = came[0]
            more = f" (and {len(came) - 1} more)" if len(came) > 1 else ""
            what = f"rule {first}{more}" if own is severity else f"a level of rule {first}{more}"
            yield (
                f"{what} is {severity}, and {severity} is not named here, so its messages ping nobody;"
                f' add "{severity}: agent" ("{severity}: none" if that is meant)'
            )


def _told(rule: Rule, receiver: str) -> set[Severity]:
    """With which severities its alerts come there."""
    later = (name for step in rule.escalate for name in step.notify)
    severity, comes = rule.severity, receiver in {*rule.notify, *rule.fallback, *later}
    told = {severity} if comes else set()
    for level in rule.levels:
        severity = level.severity or severity
        comes = comes or receiver in level.notify
        told |= {severity} if comes else set()
    return told


def _is_direct(slack: SlackReceiver) -> bool:
    """Does it go to one person? A channel's name may hold anything."""
    return slack.to == AGENT or slack.to[:1] in {"U", "W", "D"} or "@" in slack.to
