"""Whom answers to e-mails go to."""

from collections.abc import Iterator

from notifier.config.forms import is_sender
from notifier.config.places import Finding, KeyPath
from notifier.config.view import View


def reply_to(view: View) -> Iterator[Finding]:
    """Each item is one address: it stands in a header, and mail programs write to all in it."""
    for path, addresses in _all(view):
        for index, one in enumerate(addresses):
            if not is_sender(one):
                hint = "write one per item, like lead@example.com or Leads <lead@example.com>"
                yield Finding((*path, index), "not exactly one e-mail address", hint)


def _all(view: View) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    if view.email is not None:
        yield ("email", "reply_to"), view.email.reply_to
    for name, receiver in view.receivers.items():
        if receiver.email is not None:
            yield ("receivers", name, "email", "reply_to"), receiver.email.reply_to
