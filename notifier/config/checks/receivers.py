"""Receivers: one kind each, with a destination that can work."""

import re
from collections.abc import Iterator

from notifier.config.forms import is_address, is_slack_target
from notifier.config.network import url_trouble
from notifier.config.places import Finding, KeyPath
from notifier.config.receivers import AGENT, NOBODY, SlackReceiver
from notifier.config.view import View

SHORTEST_SECRET = 16
"""Characters of the secret that signs what a webhook is told."""

_NAME = re.compile(r"[\w.-]{1,60}")


def names(view: View) -> Iterator[Finding]:
    """Names stand in logs and in the outbox, with a colon behind them."""
    for name in view.receiver_names:
        if not _NAME.fullmatch(name):
            hint = "use letters, digits, dot, _ and -, at most 60 of them"
            yield Finding(("receivers", name), "a name that is not allowed", hint, at_key=True)
        elif name == NOBODY:
            what = "this name stands for nobody at all"
            yield Finding(("receivers", name), what, "give it another one", at_key=True)


def one_kind(view: View) -> Iterator[Finding]:
    """A receiver is one thing."""
    for name, receiver in view.receivers.items():
        kinds = [each for each in (receiver.slack, receiver.email, receiver.webhook) if each is not None]
        if len(kinds) != 1:
            what = "several kinds in one receiver" if kinds else "a receiver of no kind"
            hint = "make two receivers" if kinds else "give it `slack:`, `email:` or `webhook:`"
            # Several stay several, whatever else is wrong with them.
            yield Finding(("receivers", name), what, hint, at_key=bool(kinds))


def slack_targets(view: View) -> Iterator[Finding]:
    """A Slack receiver goes to one place, through the bot or a webhook."""
    for path, slack in _slack(view):
        if slack.to and slack.webhook_url is not None:
            hint = "keep one; a webhook has a channel of its own"
            yield Finding(path, "both `to` and `webhook_url`", hint, at_key=True)
        elif not slack.to and slack.webhook_url is None:
            yield Finding(path, "neither `to` nor `webhook_url`", 'write `to: agent` or `to: "#channel"`')
        elif slack.to and not is_slack_target(slack.to):
            hint = 'write agent, "#channel" in quotes, an id (C…, G…, D…, U…, W…) or an e-mail address'
            yield Finding((*path, "to"), "not a Slack destination", hint)
        elif slack.to and "slack" not in view.sections:
            hint = "add `slack: {bot_token: ...}` at the top level, or use webhook_url"
            what, also = "needs the Slack bot, and there is none", (("slack",),)
            yield Finding((*path, "to"), what, hint, also=also)


def slack_webhooks(view: View) -> Iterator[Finding]:
    """A webhook's URL is a secret and must not travel in clear."""
    for path, slack in _slack(view):
        if slack.webhook_url is not None and (
            trouble := url_trouble(slack.webhook_url.get(), insecure=view.allow_insecure)
        ):
            yield Finding((*path, "webhook_url"), *trouble)


def webhooks(view: View) -> Iterator[Finding]:
    """A webhook is told customers' numbers: nobody may read them on the way, and none but us may write."""
    for name, receiver in view.receivers.items():
        if receiver.webhook is None:
            continue
        path = ("receivers", name, "webhook")
        if trouble := url_trouble(receiver.webhook.url.get(), insecure=view.allow_insecure):
            yield Finding((*path, "url"), *trouble)
        if len(receiver.webhook.secret.get()) < SHORTEST_SECRET:
            what = f"shorter than {SHORTEST_SECRET} characters: it could be guessed"
            yield Finding((*path, "secret"), what, "make one with `openssl rand -hex 32`")


def email_addresses(view: View) -> Iterator[Finding]:
    """Each item is one address: two in one text would be one recipient that nobody has."""
    for name, receiver in view.receivers.items():
        if receiver.email is None:
            continue
        path = ("receivers", name, "email")
        if "email" not in view.sections:
            what, hint = "needs a mail server, and there is none", "add `email:` at the top level"
            yield Finding(path, what, hint, at_key=True, also=(("email",),))
        for index, to in enumerate(receiver.email.to):
            if to != AGENT and not is_address(to):
                hint = "write agent, or one address per item, like lead@example.com"
                yield Finding((*path, "to", index), "not an e-mail address", hint)


def _slack(view: View) -> Iterator[tuple[KeyPath, SlackReceiver]]:
    for name, receiver in view.receivers.items():
        if receiver.slack is not None:
            yield ("receivers", name, "slack"), receiver.slack
