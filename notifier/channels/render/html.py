"""The HTML part of an e-mail, and its subject."""

from functools import cache

from jinja2 import PackageLoader, StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from notifier.channels.render.escape import clean, shorten, unlinked
from notifier.channels.render.phrases import words
from notifier.model import Notification

_SUBJECT = 150  # characters
_COLOURS = {"info": "#1d6fb8", "warning": "#b45309", "critical": "#b91c1c"}
_QUIET = "#6b7280"


def html(notification: Notification) -> str:
    """A small page without anything to load, readable from 320 px of width."""
    told = words(notification, unlinked)
    colour = _QUIET if told.over else _COLOURS[told.severity]
    return _template().render(told=told, colour=colour)


def subject(notification: Notification) -> str:
    """The subject of every message about this alert: clients that thread by subject need it to stay.

    Counts, levels and contact names change while an alert lives, so none of them is in it.
    """
    told = words(notification, str)
    alert = notification.alert
    if {"call", "customer"} & set(alert.per):
        what = f"Missed call: {told.number}" if told.number else "Missed calls"
    elif "extension" in alert.per:
        what = f"Missed calls by extension {alert.agent}"
    else:
        what = "Missed calls"
    line = clean(f"{'Test: ' if told.test else ''}{what} ({told.rule}, {told.tag})")
    line = line.replace("=?", "= ?")  # the beginning of an encoded word, which may hold anything
    return shorten(line, _SUBJECT)


@cache
def _template() -> Template:
    environment = SandboxedEnvironment(
        loader=PackageLoader("notifier.channels.render"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("alert.html.j2")
