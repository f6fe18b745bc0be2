"""The HTML part of an e-mail."""

from functools import cache
from typing import TYPE_CHECKING

from notifier.channels.render.colours import DARK, LIGHT, tone
from notifier.channels.render.digests import digest_words
from notifier.channels.render.escape import unlinked
from notifier.channels.render.letter import letter
from notifier.channels.render.notices import in_mail
from notifier.channels.render.summaries import summary_words
from notifier.model import DigestReport, Message, Notice, Notification, Severity, Summary

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


def html(message: Message) -> str:
    """A small page without anything to load, light or dark as its reader likes, from 320 px of width.

    What it needs stands at each element, since many clients take nothing else
    (https://www.caniemail.com/features/html-style/); only the dark colours are classes.
    """
    match message:
        case Notification():
            told = letter(message)
            return _page("alert", told=told, tone=told.tone)
        case Summary():
            gathered = summary_words(message, unlinked)
            quiet = all(item.over for item in gathered.items)
            settled = all(item.settled for item in gathered.items)
            main = tone(gathered.severity, quiet=quiet, settled=settled)
            return _page("summary", told=gathered, tone=main, tone_of=tone)
        case Notice():
            said = in_mail(message)
            main = tone(Severity.WARNING, quiet=said.over, settled=said.over)
            return _page("notice", told=said, tone=main)
        case DigestReport():
            return _page("digest", told=digest_words(message, unlinked), tone=Severity.INFO.value)


def _page(name: str, **given: object) -> str:
    return _environment().get_template(f"{name}.html.j2").render(given, light=LIGHT, dark=DARK)


@cache
def _environment() -> "SandboxedEnvironment":
    # With the first mail: where there is none, 2 MB are not needed.
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415 - see above
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - see above

    return SandboxedEnvironment(
        loader=PackageLoader("notifier.channels.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
