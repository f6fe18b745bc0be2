"""Receivers: one kind each, with a destination that can work."""

import re
from collections.abc import Iterator

from notifier.config.forms import is_address, is_slack_group, is_slack_handle, is_slack_target
from notifier.config.meant import meant
from notifier.config.mention import AGENT, HERE, NONE, is_handle
from notifier.config.network import url_trouble
from notifier.config.places import Finding, KeyPath
from notifier.config.receivers import NOBODY, SlackReceiver
from notifier.config.view import View
from notifier.model import Severity

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
        elif slack.to.startswith("@"):
            what = '"@…" is no place to write to: a person is their member id (U…) or their address in Slack'
            yield Finding((*path, "to"), what, 'a user group goes into "mention:", and "#channel" here')
        elif is_slack_group(slack.to):
            hint = 'write where they read it, and whom to ping: `to: "#channel"`, and `mention:` with this'
            yield Finding((*path, "to"), "a user group, to which nobody can write", hint)
        elif slack.to and not is_slack_target(slack.to):
            hint = 'write agent, "#channel" in quotes, an id (C…, G…, D…, U…, W…) or an e-mail address'
            yield Finding((*path, "to"), "not a Slack destination", hint)
        elif slack.to and "slack" not in view.sections:
            hint = "add `slack: {bot_token: ...}` at the top level, or use webhook_url"
            what, also = "needs the Slack bot, and there is none", (("slack",),)
            yield Finding((*path, "to"), what, hint, also=also)


def slack_mentions(view: View) -> Iterator[Finding]:
    """Who is pinged is somebody that Slack knows, and never a whole channel, asleep or on holiday."""
    for path, slack in _slack(view):
        wanted = {severity: slack.mention.at(severity) for severity in Severity}
        for severity, whom in wanted.items():
            here = (*path, "mention")
            if len(set(wanted.values())) > 1:
                here = (*here, severity)
            elif severity is not Severity.INFO:
                break  # one word for all
            if whom not in {AGENT, HERE, NONE} and not is_slack_group(whom) and not is_slack_handle(whom):
                yield Finding(here, *_no_mention(whom))
            elif is_handle(whom) and slack.webhook_url is not None:
                what = "an incoming webhook can't look up a handle"
                yield Finding(here, what, "write the user group's id (S…), or let the bot post: `to:`")


def _no_mention(whom: str) -> tuple[str, str]:
    if whom.removeprefix("@") in {HERE, AGENT, NONE}:
        return "nobody is called so", f"write {whom.removeprefix('@')}, without the @"
    if whom.removeprefix("@") in {"channel", "everyone"}:
        return "nobody is to be pinged who is not there", "write here, or a user group"
    hint = 'write agent, here, none, a user group\'s id (S…) or its handle in quotes ("@sales")'
    return "it can't be mentioned", meant(whom, (AGENT, HERE, NONE)) or hint


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
