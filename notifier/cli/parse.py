"""What people write on the command line."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

import typer

from notifier.config import parse_duration
from notifier.config.meant import meant

E = TypeVar("E", bound=StrEnum)

FEWEST_DIGITS, MOST_DIGITS = 4, 6
LONGEST_NUMBER = 15
LONGEST_LINE = 200
LARGEST_ID = 2**63 - 1

_WHOLE = re.compile(r"[0-9]{1,19}")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?")
_ALERT = re.compile(r"[Aa]([0-9]{1,15})")
_EXTENSION = re.compile(r"(?:([A-Za-z0-9_-]{1,40})/)?([0-9]{1,20})")
_NUMBER = re.compile(r"\+?[0-9(][0-9 ().-]{0,40}")
_TIME_OF_DAY = re.compile(r"([0-9]{1,2}):([0-9]{2})")


def whole(least: int, most: int) -> Callable[[str | int], int]:
    """For an option that is a whole number from `least` to `most`. Typer's own words are a program's."""

    def number(text: str | int) -> int:  # a default comes as it is
        if _WHOLE.fullmatch(str(text)) and least <= int(text) <= most:
            return int(text)
        raise typer.BadParameter(f"not a whole number from {least} to {most}")

    return number


def decimal(least: float, most: float) -> Callable[[str | float], float]:
    """As `whole`, for any number."""

    def number(text: str | float) -> float:
        if _DECIMAL.fullmatch(str(text)) and least <= float(text) <= most:
            return float(text)
        raise typer.BadParameter(f"not a number from {least:g} to {most:g}")

    return number


def row_id(command: str) -> Callable[[str], int]:
    """For an argument that is an id as this command lists them."""

    def number(text: str) -> int:
        if _WHOLE.fullmatch(text) and 0 < int(text) <= LARGEST_ID:
            return int(text)
        raise typer.BadParameter(f"not an id; `notifier {command}` lists them")

    return number


def one_of(choices: type[E]) -> Callable[[str], E]:
    """For an option that is one of a few words."""

    def word(text: str) -> E:
        known = [str(one) for one in choices]
        if text in known:
            return choices(text)
        guess = meant(text, known)
        what = f"write one of {', '.join(known)}"
        raise typer.BadParameter(f"{what}; {guess}" if guess else what)

    return word


def alert_id(text: str) -> int | None:
    """The alert that "A12" names; None where it is not of that form."""
    found = _ALERT.fullmatch(text)
    return int(found[1]) if found else None


def extension_of(text: str, where: str) -> tuple[str | None, str]:
    """Split "main/209" or "209" into account (or None) and extension.

    Args:
        text: as written.
        where: the option or argument that it was written for.

    Raises:
        typer.BadParameter: it is neither.
    """
    found = _EXTENSION.fullmatch(text)
    if found is None:
        what = "not an extension; write 209, or main/209 with its account"
        raise typer.BadParameter(what, param_hint=where)
    return found[1], found[2]


def is_extension_with_account(text: str) -> bool:
    """Is it of the form "main/209"?"""
    found = _EXTENSION.fullmatch(text)
    return found is not None and found[1] is not None


def is_number(text: str) -> bool:
    """Is it a phone number or a part of one, as people write it?"""
    return _NUMBER.fullmatch(text) is not None


def last_digits(text: str, where: str) -> str:
    """The last digits of a customer's number.

    Args:
        text: as written.
        where: the option or argument that it was written for.

    Raises:
        typer.BadParameter: it is something else; there are too few to mean somebody, or too many for a
            command line.
    """
    wanted = f"write the last {FEWEST_DIGITS} to {MOST_DIGITS} digits of the number"
    if not is_number(text):
        raise typer.BadParameter(f"not digits; {wanted}", param_hint=where)
    digits = only_digits(text)
    if len(digits) < FEWEST_DIGITS:
        raise typer.BadParameter(f"too little to find a customer by; {wanted}", param_hint=where)
    if len(digits) > MOST_DIGITS:
        what = "every user of this machine can see what stands on a command line"
        raise typer.BadParameter(f"{what}, so no whole number belongs there; {wanted}", param_hint=where)
    return digits


def ending(text: str, where: str) -> str:
    """The last digits of one customer's number, as `one_number` reads them; raises as it does."""
    return only_digits(one_number(text, where))


def only_digits(text: str) -> str:
    """The digits of a number as people write it."""
    return re.sub(r"[^0-9]", "", text)


def one_number(text: str, where: str) -> str:
    """One customer's number or its last digits, enough of them to know that customer by; as it was written.

    Args:
        text: as written; "-" to have it read from standard input, which nobody else can see.
        where: the option that it was written for.

    Raises:
        typer.BadParameter: there are too few, or too many for a command line.
    """
    asked = text == "-"
    if asked:
        text = _asked() if sys.stdin.isatty() else sys.stdin.readline(LONGEST_LINE).strip()
    most = LONGEST_NUMBER if asked else MOST_DIGITS
    if is_number(text) and FEWEST_DIGITS <= len(only_digits(text)) <= most:
        return text
    wanted = f"write the last {FEWEST_DIGITS} to {most} digits of the number"
    hint = "" if asked else ", or - to be asked for more: every user of this machine sees a command line"
    raise typer.BadParameter(f"not so many digits as it takes; {wanted}{hint}", param_hint=where)


def _asked() -> str:
    return str(typer.prompt("The number, or its last digits", err=True))


def span_of(text: str, where: str) -> int:
    """A span of time, "30d", in ms.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=where) from None


def span_around(text: str, zone: ZoneInfo, now: int, near: int) -> tuple[int, int]:
    """The time around "11:02" (the latest that has been), "2026-11-23 11:02" or an ISO 8601 instant.

    A time of day that comes twice, when the clocks are set back, means both.

    Args:
        text: as written.
        zone: in which a time without an offset is meant.
        now: UTC ms.
        near: ms on both sides.

    Returns:
        The first and the last instant, UTC ms.

    Raises:
        typer.BadParameter: it is none of these.
    """
    try:
        instants = list(_instants(text, zone, now))
    except (ValueError, OverflowError):
        instants = []
    if not instants:
        what = f'not a time; write 11:02, or "{today(zone, now)} 11:02"'
        raise typer.BadParameter(what, param_hint="--at")
    return min(instants) - near, max(instants) + near


def _instants(text: str, zone: ZoneInfo, now: int) -> Iterator[int]:
    if found := _TIME_OF_DAY.fullmatch(text):
        yield from _latest(time(int(found[1]), int(found[2])), zone, now)
    elif ":" in text:
        moment = datetime.fromisoformat(text)
        for fold in (0, 1) if moment.tzinfo is None else (0,):
            yield ms_of(moment.replace(tzinfo=moment.tzinfo or zone, fold=fold))


def _latest(at: time, zone: ZoneInfo, now: int) -> list[int]:
    day = today(zone, now)
    past: list[int] = []
    while not past:  # days on which the clocks were set forward over this time have none
        moments = (datetime.combine(day, at.replace(fold=fold), zone) for fold in (0, 1))
        past = [ms_of(moment) for moment in moments if exists(moment) and ms_of(moment) <= now]
        day -= timedelta(days=1)
    return past


def today(zone: ZoneInfo, now: int) -> date:
    """The day that it is in a zone, at an instant in UTC ms."""
    return datetime.fromtimestamp(now / 1000, zone).date()


def exists(moment: datetime) -> bool:
    """Is there such a time on that day? Clocks that are set forward leave some out."""
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def ms_of(moment: datetime) -> int:
    """An instant in UTC ms."""
    return round(moment.timestamp() * 1000)
