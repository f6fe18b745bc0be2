"""What is allowed, and yet probably not meant."""

from collections.abc import Iterator

from notifier.config.receivers import AGENT, Receiver
from notifier.config.schema import Config
from notifier.config.values import MINUTE

_SAFE_OVERLAP = 15 * MINUTE


def warnings(config: Config) -> list[str]:
    """One sentence for each thing that ops should look at; none of them stops the daemon."""
    return [*_about_ops(config), *_about_rules(config), *_about_agents(config), *_about_polling(config)]


def _about_ops(config: Config) -> Iterator[str]:
    if not config.ops.notify:
        yield "ops.notify: nobody is named, so only the log says what could not be delivered; name a receiver"


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
