"""Making text from outside harmless: in Slack's mrkdwn, in plain text, in a header.

Slack decodes `&amp;`, `&lt;` and `&gt;` in every text object, `plain_text` too, and reads commands such as
`<!channel>` only between raw angle brackets
(https://docs.slack.dev/messaging/formatting-message-text#escaping). Its styling characters can't be
escaped, so inside mrkdwn they are replaced by characters that look alike: see `literal`.
"""

import re
import unicodedata

# Controls, invisible format characters (zero width, bidi), halves of surrogate pairs.
_UNWANTED = frozenset({"Cc", "Cf", "Cs"})
_ALIKE = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", ":": "∶"})  # noqa: RUF001 - the point of it
_BRACKETS = str.maketrans({"<": "‹", ">": "›"})  # noqa: RUF001 - likewise
_ENTITY = re.compile(r"&(?=(?:amp|lt|gt);)")
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w)")
_CUT_ENTITY = re.compile(r"&(?:a(?:mp?)?|[lg]t?)?$")
_STEPS_BACK = 16  # more marks than this on one letter are no writing system's


def clean(text: str) -> str:
    """One line without control, zero-width and bidi characters; runs of whitespace become one space."""
    kept = (
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in _UNWANTED
    )
    return " ".join("".join(kept).split())


def mrkdwn(text: str) -> str:
    """Escape what Slack would read as a command: `&`, `<` and `>`, nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Escape text from outside for use inside mrkdwn, where it must not be styled or become a link.

    The characters of styles (`*_~` and the backtick), of emoji names and of addresses (`:`, a dot within
    a word) become others that look alike. Where a text object of its own is possible, `plain_text` with
    `mrkdwn` keeps them as they are.
    """
    return mrkdwn(_INNER_DOT.sub("․", text.translate(_ALIKE)))  # noqa: RUF001 - U+2024 looks like a dot


def cell(text: str) -> str:
    """Text from outside for a table's cell, of which Slack does not say whether it decodes entities.

    As `literal`, but what would be read as a command or an entity becomes characters that look alike, too.
    """
    shown = _INNER_DOT.sub("․", text.translate(_ALIKE | _BRACKETS))  # noqa: RUF001 - U+2024 looks like a dot
    return _ENTITY.sub("＆", shown)  # noqa: RUF001 - likewise


def unlinked(text: str) -> str:
    """Text from outside for a place where programs make a link of whatever looks like an address."""
    return _INNER_DOT.sub("․", text.replace("://", "∶//"))  # noqa: RUF001 - they look alike


def shorten(escaped: str, limit: int) -> str:
    """Cut to at most `limit` characters, ending with "…" where something was cut.

    Args:
        escaped: text in which every `&` begins an entity that `mrkdwn` wrote, or text without entities.
        limit: characters, at least 1.

    Returns:
        Text with no entity cut in two and no letter parted from its marks.
    """
    if len(escaped) <= limit:
        return escaped
    end = limit - 1
    for _ in range(_STEPS_BACK):
        if end == 0 or not _joins(escaped[end]):
            break
        end -= 1
    return _CUT_ENTITY.sub("", escaped[:end]).rstrip() + "…"


def label(text: str, limit: int) -> str:
    """Clean text from outside and cut it to at most `limit` characters; cheap however long it is."""
    return shorten(clean(text[: limit * 8]), limit)


def _joins(char: str) -> bool:
    """Does it belong to the character before it: a combining mark, a variation, a skin tone?"""
    return unicodedata.category(char).startswith("M") or "\U0001f3fb" <= char <= "\U0001f3ff"
