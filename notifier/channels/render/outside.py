"""Text from outside made fit to be shown: cleaned, cut, escaped, and where it must be, its numbers masked."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from notifier.channels.render.escape import clean, shorten
from notifier.channels.render.numbers import hidden

Escape = Callable[[str], str]

_AHEAD = 8  # times as much is looked at as may be shown: the rest may be invisible

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _END = "\u2068", "\u2069"
"""Around a name in Arabic or Hebrew: a number behind it would else be shown with its groups exchanged
(https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates)."""


@dataclass(frozen=True, slots=True)
class Outside:
    """How text from outside is made fit for one message.

    Args:
        escape: applied to every piece, cleaned and cut; what it returns is cut again.
        mask: full phone numbers in it are masked.
    """

    escape: Escape
    mask: bool = False

    def fit(self, text: str, limit: int) -> str:
        """One line of at most `limit` characters; cheap however long the text is."""
        told = clean(text[: limit * _AHEAD])
        told = hidden(told) if self.mask else told
        # That before it is cut: half a number would be none, and be shown.
        if not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in told[:limit]):
            return shorten(self.escape(shorten(told, limit)), limit)
        told = shorten(self.escape(shorten(told, limit - 2)), limit - 2)
        return f"{_ISOLATE}{told}{_END}"
