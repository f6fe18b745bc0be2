"""Looks for secrets and full phone numbers where none may be. Pure, but for reading the files it is given.

A number is found however it is broken up by spaces and the like, with and without its country code; a secret
also quoted as in a URL, and as in the base64 of an SMTP login.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_SPOKEN = re.compile(r"\d(?:[ ().\-\u00a0]{0,2}\d){9,}")
_NATIONAL = 10  # digits of an Indian number without its country code


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that should not be there; shown so that it does not leak a second time."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} in {self.where}"


class Scan:
    """Knows what must not be seen.

    Args:
        secrets: name → value.
        numbers: phone numbers, E.164 or digits.
    """

    def __init__(self, secrets: Mapping[str, str], numbers: Iterable[str]) -> None:
        self._secrets = {form: name for name, value in secrets.items() for form in _forms(value)}
        self._numbers = {number.removeprefix("+")[-_NATIONAL:] for number in numbers}

    def text(self, text: str, where: str, *, numbers: bool = True) -> list[Leak]:
        """The leaks in a text, each kind once.

        Args:
            text: anything.
            where: what it is, for the leak.
            numbers: look for phone numbers, too.
        """
        found = {f"the {name}" for form, name in self._secrets.items() if form in text}
        if numbers and any(number in self._numbers for number in _candidates(text)):
            found.add("a full phone number")
        return [Leak(where, what) for what in sorted(found)]

    def files(self, folder: Path, *, without_numbers: Iterable[str] = ()) -> list[Leak]:
        """The leaks in every file below a folder.

        Args:
            folder: where to look.
            without_numbers: names of files that hold phone numbers by right; secrets they must not hold.
        """
        rightly = {*without_numbers}
        return [
            leak
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            for leak in self.text(
                path.read_bytes().decode(errors="replace"), path.name, numbers=path.name not in rightly
            )
        ]


def _forms(secret: str) -> set[str]:
    login = base64.b64encode(f"\0u\0{secret}".encode()).decode()
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("="), login}


def _candidates(text: str) -> Iterator[str]:
    """Every run of digits that is as long as a number, wherever it begins."""
    for match in _SPOKEN.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        for at in range(len(digits) - _NATIONAL + 1):
            yield digits[at : at + _NATIONAL]
