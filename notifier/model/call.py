"""A call detail record as TeleCMI reported it, and a record that could not be read."""

from enum import StrEnum
from typing import NamedTuple


class Endpoint(StrEnum):
    """One of an account's lists of calls."""

    OUT_MISSED = "out_missed"


class Call(NamedTuple):
    """One call. A fact: never changed once stored. It is a tuple because there are many of them."""

    account: str  # the account's name in the configuration
    endpoint: Endpoint
    id: str  # TeleCMI's `_id`, else its `cmiuid`, else "hash:" and a hash of agent, to, time
    alias: str | None  # the second id, where both were given
    extension: str  # digits, "209"; "" where TeleCMI names none
    customer: str  # E.164 ("+919812345678") where it can be told, else digits
    placed_at: int  # UTC ms
    name: str  # contact name, at most 200 characters; "" where none is known

    @property
    def agent(self) -> str:
        """The extension with its account: "main/209"."""
        return f"{self.account}/{self.extension}"


class StoredCall(NamedTuple):
    """A call with its row in the store."""

    row: int
    call: Call
    baseline: bool  # from before its account was first watched: it counts, and opens nothing


class Reject(NamedTuple):
    """A record that could not be read, kept with the reason."""

    account: str
    endpoint: Endpoint
    digest: str  # SHA-256 of the record, hex; its identity
    reason: str
    raw: str  # JSON, at most 4,096 characters
    placed_at: int | None  # UTC ms, where at least that could be read


def masked(number: str) -> str:
    """A phone number fit for a log: its first three and last four characters."""
    return f"{number[:3]}…{number[-4:]}" if len(number) > 8 else "…" + number[-2:]
