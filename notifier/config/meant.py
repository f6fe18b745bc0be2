"""Guessing what somebody meant to write."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice

from notifier.config.places import shown
from notifier.config.values import Resolved

_MOST = 200  # candidates; comparing more would take noticeably long
_LONGEST = 60  # characters


def meant(word: object, candidates: Iterable[str]) -> str:
    """Say "did you mean `x`?" where one of the candidates is close; else "".

    What came out of a `${…}`, or does not look like a name, is never suggested.
    """
    if not isinstance(word, str) or len(word) > _LONGEST:
        return ""
    by_lower = {one.lower(): one for one in islice(_fit(candidates), _MOST)}
    close = get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean `{by_lower[close[0]]}`?" if close else ""


def meant_or_listed(word: object, candidates: Iterable[str]) -> str:
    """As `meant`; where nothing is close, name what there is, as long as that is short."""
    known = sorted(set(_fit(candidates)))
    guess = meant(word, known)
    if guess or not known:
        return guess
    rest = ", …" if len(known) > 12 else ""
    return f"there is {', '.join(known[:12])}{rest}"


def _fit(candidates: Iterable[str]) -> Iterator[str]:
    return (one for one in candidates if shown(one) == one and not isinstance(one, Resolved))
