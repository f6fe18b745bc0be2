"""The last line of defence: text on its way to a log, a page or systemd loses secrets and phone numbers.

Whoever writes a text leaves them out in the first place; this catches what slipped through, above all
in the messages of other people's libraries.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from notifier.model import masked

_SHORTEST_SECRET = 4  # masking every "abc" would tell what it is
_SHORTEST_PATH = 8  # "/hook" is no secret by itself
_PHONE = re.compile(
    r"\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)"  # international, as people write it
    r"|(?<!\d)\d{10,15}(?!\d)"
)
# Terminals act on these, or show text in another order than it has.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROL_IN_LINES = re.compile(_CONTROL.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


class Masking:
    """Knows the secrets of this process and how to keep them out of a text."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def protect(self, values: Iterable[str]) -> None:
        """Remember more secrets. None is ever forgotten: one replaced by a reload may be under way still."""
        for value in values:
            self._secrets.update(_forms(value))
        longest_first = sorted(self._secrets, key=lambda secret: (-len(secret), secret))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def clean(self, text: str, *, limit: int, phones: bool = True, lines: bool = False) -> str:
        """The text without secrets, phone numbers and control characters.

        Args:
            text: anything at all.
            limit: its length at the most, in characters; the middle goes.
            phones: mask what looks like a phone number, too.
            lines: leave line breaks and tabs.
        """
        # Cut last: half a secret would not be recognised.
        if self._pattern is not None:
            text = self._pattern.sub("***", text)
        if phones:
            text = _PHONE.sub(lambda match: masked(match[0]), text)
        text = (_CONTROL_IN_LINES if lines else _CONTROL).sub("�", text)
        if len(text) > limit:
            kept = (limit - 3) // 2
            text = f"{text[:kept]} … {text[-kept:]}"
        return text


def _forms(secret: str) -> set[str]:
    """A secret, how it looks quoted, and of a URL also the part that errors show without its host."""
    forms = {secret, quote(secret, safe=""), repr(secret)[1:-1]}
    if secret.startswith(("https://", "http://")):
        path = secret.split("/", 3)[3:]
        forms.update(part for part in path if len(part) >= _SHORTEST_PATH)
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}


_process = Masking()
protect = _process.protect
clean = _process.clean
